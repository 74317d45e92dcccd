package facet

import (
	"fmt"
	"slices"

	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/frame"
)

// A Choice is a value, or a kind of value, and how many rows have it.
type Choice struct {
	Value string
	Count int
}

// List is a facet with a choice for each value or kind of value.
type List struct {
	Title   string   // what it is about: the column, for people
	Choices []Choice // in the order asked for
	Blank   int      // rows without a choice: no value, or empty text
	Counted int      // rows counted in all

	of     []int32        // row → choice, isBlank, or noRows
	number map[string]int // value, folded where case does not count → choice
	folded bool
}

// What a row has that has no choice.
const (
	isBlank int32 = -1 // no value, or empty text
	noRows  int32 = -2 // a value that no row within has
)

// Sort is the order of choices.
type Sort uint8

// The orders. Equal counts are in the order of the names; numbers go by size, and a
// category with levels by its levels.
const (
	ByCount Sort = iota // the most frequent first
	ByName
)

// TextOptions say how a text facet counts. The zero value counts all rows and tells upper
// from lower case.
type TextOptions struct {
	// IgnoreCase takes values that differ in case alone for one, named as most rows have it.
	IgnoreCase bool

	Sort Sort // the order of the choices; the zero value is ByCount

	// Within, one for each row, counts only these rows: what other facets have selected.
	// nil counts all. Choices without a row within are left out.
	Within []bool
}

// Text is the facet of a column's values, of any kind: how many rows have each. Rows
// without a value, or with empty text, are blank; text of white space alone is a value.
// These are the counts of OpenRefine's text facet.
func Text(t frame.Table, column string, o TextOptions) (*List, error) {
	c, err := t.Column(column)
	if err != nil {
		return nil, fmt.Errorf("facet: %w", err)
	}
	if err := inside(o.Within, t.Nrow()); err != nil {
		return nil, err
	}
	ids, n, err := t.Identify(column)
	if err != nil {
		return nil, fmt.Errorf("facet: %w", err)
	}
	values := newValues(c, ids, n, o.Within)
	if o.IgnoreCase {
		values.fold(ids)
	}
	order := values.order(c, o.Sort)
	l := &List{Title: column, of: ids, number: make(map[string]int, len(order)), folded: o.IgnoreCase}
	to := make([]int32, n)
	for id, name := range values.names {
		to[id] = noRows
		if name == "" {
			to[id] = isBlank
		}
	}
	for k, v := range order {
		to[v] = int32(k)
		l.Choices = append(l.Choices, Choice{values.names[v], values.counts[v]})
		l.number[l.key(values.names[v])] = k
		l.Counted += values.counts[v]
	}
	for i, id := range ids {
		ids[i] = to[id]
		if ids[i] == isBlank && (o.Within == nil || o.Within[i]) {
			l.Blank++
		}
	}
	l.Counted += l.Blank
	return l, nil
}

// values are the different values of a column, numbered as frame.Identify does.
type values struct {
	names  []string // "" where there is none
	counts []int    // rows within
	first  []int    // the first row
}

func newValues(c frame.Column, ids []int32, n int, within []bool) values {
	v := values{make([]string, n), make([]int, n), make([]int, n)}
	next := int32(0)
	for i, id := range ids {
		if id == next { // they are numbered as they first occur
			v.names[id], v.first[id] = c.Format(i), i
			next++
		}
		if within == nil || within[i] {
			v.counts[id]++
		}
	}
	return v
}

// fold gives values that differ in case alone one number, in ids too.
func (v *values) fold(ids []int32) {
	first := map[string]int32{}
	to := make([]int32, len(v.names))
	most := slices.Clone(v.counts)
	for id, name := range v.names {
		low := text.Lower(name)
		at, ok := first[low]
		if !ok {
			at = int32(id)
			first[low] = at
		}
		to[id] = at
		if int32(id) == at {
			continue
		}
		if v.counts[id] > most[at] {
			most[at], v.names[at] = v.counts[id], name
		}
		v.counts[at] += v.counts[id]
		v.counts[id] = 0
	}
	for i, id := range ids {
		ids[i] = to[id]
	}
}

// order are the values that rows within have, as they are to be listed.
func (v *values) order(c frame.Column, by Sort) []int32 {
	var order []int32
	for id, n := range v.counts {
		if n > 0 && v.names[id] != "" {
			order = append(order, int32(id))
		}
	}
	level := make(map[string]int, len(c.Field.Levels))
	for i, l := range c.Field.Levels {
		level[l] = i
	}
	name := func(a, b int32) int {
		switch {
		case c.Kind == frame.Int:
			return compare(c.Ints[v.first[a]].Value, c.Ints[v.first[b]].Value)
		case c.Kind == frame.Float:
			return compare(c.Floats[v.first[a]].Value, c.Floats[v.first[b]].Value)
		case len(level) > 0:
			i, known := level[v.names[a]]
			j, also := level[v.names[b]]
			if known != also {
				return compare(truth(also), truth(known)) // values outside the levels last
			}
			if i != j {
				return compare(i, j)
			}
		}
		return compare(v.names[a], v.names[b])
	}
	slices.SortFunc(order, func(a, b int32) int {
		if by == ByCount && v.counts[a] != v.counts[b] {
			return v.counts[b] - v.counts[a]
		}
		return name(a, b)
	})
	return order
}

func compare[T int | float64 | string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (l *List) key(value string) string {
	if l.folded {
		return text.Lower(value)
	}
	return value
}

// Rows are the rows of the whole table that have one of these values. A value that is no
// choice is [ErrChoice]; the error names the most similar one.
func (l *List) Rows(values ...string) ([]bool, error) {
	wanted := make([]bool, len(l.Choices))
	for _, v := range values {
		k, ok := l.number[l.key(v)]
		if !ok {
			return nil, l.noChoice(v)
		}
		wanted[k] = true
	}
	rows := make([]bool, len(l.of))
	for i, k := range l.of {
		rows[i] = k >= 0 && wanted[k]
	}
	return rows, nil
}

func (l *List) noChoice(value string) error {
	const looked = 5000 // choices among which a similar one is looked for
	var names []string
	for _, c := range l.Choices[:min(len(l.Choices), looked)] {
		names = append(names, c.Value)
	}
	hint := fmt.Sprintf("it has %d choices", len(l.Choices))
	if near := frame.Nearest(value, names); near != "" {
		hint = fmt.Sprintf("did you mean %.40q?", near)
	}
	return fmt.Errorf("facet: %w: %.40q is no value of %.40q among the rows counted; %s", ErrChoice, value, l.Title, hint)
}

// BlankRows are the rows of the whole table that have no value, or empty text.
func (l *List) BlankRows() []bool {
	rows := make([]bool, len(l.of))
	for i, k := range l.of {
		rows[i] = k == isBlank
	}
	return rows
}

// Table is the choices with their counts: the columns value, count and share (of the rows
// counted). The last row, if there are blank rows, has no value.
func (l *List) Table() (frame.Table, error) {
	n := len(l.Choices) + min(l.Blank, 1)
	names, counts, shares := make([]frame.Cell[string], n), make([]frame.Cell[int], n), make([]frame.Cell[float64], n)
	for i := range n {
		if i < len(l.Choices) {
			names[i].Value, counts[i].Value = l.Choices[i].Value, l.Choices[i].Count
		} else {
			names[i].Null, counts[i].Value = true, l.Blank
		}
		shares[i].Value = float64(counts[i].Value) / float64(l.Counted)
	}
	return frame.New(nil, frame.Series("value", names), frame.Series("count", counts), frame.Series("share", shares))
}
