package frame

import (
	"cmp"

	"github.com/go-gota/gota/series"
)

// counted counts the rows of each group for which is holds.
func (g *groups) counted(is func(row int) bool) []Cell[int] {
	counts := inPieces(len(g.ids), g.n, func(acc []int, low, high int) {
		for i := low; i < high; i++ {
			if id := g.ids[i]; id >= 0 && is(i) {
				acc[id]++
			}
		}
	}, func(into, other *int) { *into += *other })
	cells := make([]Cell[int], g.n)
	for k, n := range counts {
		cells[k].Value = n
	}
	return cells
}

func (g *groups) anyAll(name string, c Column, all bool) series.Series {
	yes := func(i int) bool {
		switch c.Kind {
		case Int:
			return c.Ints[i].Value != 0
		case Float:
			return c.Floats[i].Value != 0
		}
		return c.Bools[i].Value
	}
	// any: a value that is true; all: no value that is false.
	found := g.counted(func(i int) bool { return !c.Missing(i) && yes(i) != all })
	cells := make([]Cell[bool], g.n)
	for k, n := range found {
		cells[k].Value = (n.Value > 0) != all
	}
	return Series(name, cells)
}

// chosen is one value of each group: the first, the last, the least, the greatest.
func (g *groups) chosen(name string, c Column, stat Stat) series.Series {
	switch c.Kind {
	case Int:
		return Series(name, choose(g, c.Ints, better(stat, cmp.Compare[int])))
	case Float:
		return Series(name, choose(g, c.Floats, better(stat, cmp.Compare[float64])))
	case Bool:
		return Series(name, choose(g, c.Bools, better(stat, compareBools)))
	}
	return Series(name, choose(g, c.Texts, better(stat, textOrder(c.Field))))
}

// better says whether a value takes the place of the one before it.
func better[T Value](stat Stat, compare func(a, b T) int) func(value, before T) bool {
	switch stat {
	case First:
		return func(T, T) bool { return false }
	case Last:
		return func(T, T) bool { return true }
	case Min:
		return func(value, before T) bool { return compare(value, before) < 0 }
	}
	return func(value, before T) bool { return compare(value, before) > 0 }
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func textOrder(f Field) func(a, b string) int {
	level := levelOrder(f)
	return func(a, b string) int { return compareTexts(f, level, a, b) }
}

func choose[T Value](g *groups, cells []Cell[T], better func(value, before T) bool) []Cell[T] {
	type choice struct {
		value T
		made  bool
	}
	found := inPieces(len(cells), g.n, func(acc []choice, low, high int) {
		ids := g.ids[low:high]
		for i, c := range cells[low:high] {
			if id := ids[i]; id >= 0 && !c.Missing() && (!acc[id].made || better(c.Value, acc[id].value)) {
				acc[id] = choice{c.Value, true}
			}
		}
	}, func(into, other *choice) {
		if other.made && (!into.made || better(other.value, into.value)) {
			*into = *other
		}
	})
	out := make([]Cell[T], g.n)
	for k, c := range found {
		out[k] = Cell[T]{c.value, !c.made}
	}
	return out
}

// idKey is a column of the groups' numbers.
type idKey struct {
	ids []int32 // from -1
	n   int
}

func (k idKey) equal(a, b int) bool { return k.ids[a] == k.ids[b] }

func (k idKey) same(first []int32, low, high int) bool {
	for i := low; i < high; i++ {
		if k.ids[i] != k.ids[first[i]] {
			return false
		}
	}
	return true
}

func (k idKey) mix(h hasher, hashes []uint64, low int) {
	for i := range hashes {
		hashes[i] = h.into(hashes[i], uint64(k.ids[low+i]))
	}
}

func (k idKey) coded(_ hasher, codes []uint16, low, high int) (first []int32, ok bool) {
	if k.n >= mostCodes {
		return nil, false
	}
	numbers := make([]uint16, k.n+1) // one more than each group's; 0 is not seen yet
	for i, id := range k.ids[low:high] {
		if numbers[id+1] == 0 {
			first = append(first, int32(low+i))
			numbers[id+1] = uint16(len(first))
		}
		codes[i] = numbers[id+1] - 1
	}
	return first, true
}

// kindsWithin finds the different values within each group: the first row of each, and how
// often it occurs. Missing values and rows without a group are left out.
func (g *groups) kindsWithin(c Column) (rows []int32, counts []int, err error) {
	ids, n, err := identify([]keyColumn{idKey{g.ids, g.n}, keyOf(c)}, len(g.ids), newHasher())
	if err != nil {
		return nil, nil, err
	}
	all := make([]int, n)
	for _, id := range ids {
		all[id]++
	}
	for id, row := range firstRows(ids, n) {
		if g.ids[row] >= 0 && !c.Missing(int(row)) {
			rows, counts = append(rows, row), append(counts, all[id])
		}
	}
	return rows, counts, nil
}

func (g *groups) nunique(name string, c Column) (series.Series, error) {
	rows, _, err := g.kindsWithin(c)
	if err != nil {
		return series.Series{}, err
	}
	cells := make([]Cell[int], g.n)
	for _, row := range rows {
		cells[g.ids[row]].Value++
	}
	return Series(name, cells), nil
}

func (g *groups) mode(name string, c Column) (series.Series, error) {
	rows, counts, err := g.kindsWithin(c)
	if err != nil {
		return series.Series{}, err
	}
	switch c.Kind {
	case Int:
		return Series(name, modes(g, c.Ints, rows, counts, cmp.Compare[int])), nil
	case Float:
		return Series(name, modes(g, c.Floats, rows, counts, cmp.Compare[float64])), nil
	case Bool:
		return Series(name, modes(g, c.Bools, rows, counts, compareBools)), nil
	}
	return Series(name, modes(g, c.Texts, rows, counts, textOrder(c.Field))), nil
}

func modes[T Value](g *groups, cells []Cell[T], rows []int32, counts []int, compare func(a, b T) int) []Cell[T] {
	out, most := make([]Cell[T], g.n), make([]int, g.n)
	for k := range out {
		out[k].Null = true
	}
	for i, row := range rows {
		k, v := g.ids[row], cells[row].Value
		if counts[i] > most[k] || counts[i] == most[k] && compare(v, out[k].Value) < 0 {
			most[k], out[k] = counts[i], Cell[T]{Value: v}
		}
	}
	return out
}
