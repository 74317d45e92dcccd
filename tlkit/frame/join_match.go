package frame

import (
	"fmt"
	"strings"
)

// A matching numbers the keys of two tables: rows whose keys match have the same number.
type matching struct {
	left, right []int32 // a number for each row
	kinds       int
	first       []int32 // where each number first stands: a row of the left table, or of the right after these
	lefts       places  // the rows of each number
	rights      places
}

// places are the rows of each number: those of k are rows[starts[k]:starts[k+1]], in order.
type places struct{ rows, starts []int32 }

func (p places) of(k int32) []int32 { return p.rows[p.starts[k]:p.starts[k+1]] }

// placesOf sorts row numbers by their numbers (a counting sort, which keeps the order of
// equal ones).
func placesOf(ids []int32, kinds int) places {
	starts := make([]int32, kinds+1)
	for _, k := range ids {
		starts[k+1]++
	}
	for k := range kinds {
		starts[k+1] += starts[k]
	}
	rows := make([]int32, len(ids))
	for i, k := range ids {
		rows[starts[k]] = int32(i)
		starts[k]++
	}
	copy(starts[1:], starts[:kinds]) // each start has moved to its end
	starts[0] = 0
	return places{rows, starts}
}

func match(left, right Table, pairs []keyPair, missingApart bool) (*matching, error) {
	keys := make([]keyColumn, len(pairs))
	for i, p := range pairs {
		keys[i] = p.cells
	}
	nl := left.Nrow()
	ids, kinds, err := identify(keys, nl+right.Nrow(), newHasher())
	if err != nil {
		return nil, err
	}
	m := &matching{left: ids[:nl], right: ids[nl:], kinds: kinds}
	m.first = firstRows(ids, kinds)
	if missingApart {
		m.setApart(pairs)
	}
	m.lefts, m.rights = placesOf(m.left, m.kinds), placesOf(m.right, m.kinds)
	return m, nil
}

// firstRows finds the first row of each number.
func firstRows(ids []int32, kinds int) []int32 {
	first := make([]int32, 0, kinds)
	for i, k := range ids {
		if int(k) == len(first) {
			first = append(first, int32(i))
		}
	}
	return first
}

// setApart gives the right table's keys that lack a value numbers of their own.
func (m *matching) setApart(pairs []keyPair) {
	other := map[int32]int32{}
	for i, k := range m.right {
		gone := false
		for _, p := range pairs {
			gone = gone || p.right.Missing(i)
		}
		if !gone {
			continue
		}
		if _, known := other[k]; !known {
			other[k] = int32(m.kinds)
			m.kinds++
			m.first = append(m.first, int32(len(m.left)+i))
		}
		m.right[i] = other[k]
	}
}

// validate checks that keys stand once where they must.
func (m *matching) validate(c Cardinality, pairs []keyPair) error {
	if c == OneToOne || c == OneToMany {
		if err := unique(m.lefts, c, "left", pairs, func(p keyPair) Column { return p.left }); err != nil {
			return err
		}
	}
	if c == OneToOne || c == ManyToOne {
		return unique(m.rights, c, "right", pairs, func(p keyPair) Column { return p.right })
	}
	return nil
}

func unique(p places, c Cardinality, side string, pairs []keyPair, of func(keyPair) Column) error {
	repeats, example := 0, int32(-1)
	for k := range int32(len(p.starts) - 1) {
		if len(p.of(k)) > 1 {
			if repeats++; example < 0 || p.of(k)[0] < p.of(example)[0] {
				example = k
			}
		}
	}
	if repeats == 0 {
		return nil
	}
	rows := p.of(example)
	var key []string
	for _, pair := range pairs {
		key = append(key, shown(of(pair), int(rows[0])))
	}
	return fmt.Errorf("frame: %w: the join is not %s: %d keys stand more than once in the %s table, first %s in rows %d and %d; drop duplicates by the keys first, or leave Validate empty",
		ErrRepeated, c, repeats, side, strings.Join(key, ", "), rows[0], rows[1])
}

// shown writes a cell for people, texts in quotes.
func shown(c Column, i int) string {
	switch {
	case c.Missing(i):
		return "missing"
	case c.Kind == Int || c.Kind == Float || c.Kind == Bool:
		return c.Format(i)
	}
	return fmt.Sprintf("%.60q", c.Texts[i].Value)
}

// count is how many rows the join has.
func (m *matching) count(how How) int {
	rows := 0
	for k := range int32(m.kinds) {
		l, r := len(m.lefts.of(k)), len(m.rights.of(k))
		switch {
		case how == Semi && r > 0, how == Anti && r == 0:
			rows += l
		case how == Semi || how == Anti:
		case l == 0 && (how == Right || how == Outer):
			rows += r
		case r == 0 && (how == Left || how == Outer):
			rows += l
		default:
			rows += l * r // each at most 2³¹, and so is their sum over all keys
		}
	}
	return rows
}
