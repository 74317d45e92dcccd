package impute

import (
	"cmp"
	"hash/maphash"
	"math"
	"slices"
	"unsafe"

	"transferlab/tlkit/frame"
)

// mode is the most frequent of a column's known values; of equally frequent ones the
// least: the smallest number, the first text by its bytes, false, the first of a category's
// levels, after which come the values that are none. n is how many values are known.
func mode(c frame.Column) (v Value, n int) {
	switch c.Kind {
	case frame.Int:
		t := newTally(func(v int) uint64 { return mixed64(uint64(v)) })
		for _, cell := range c.Ints {
			if !cell.Null {
				t.counts[t.find(cell.Value)]++
			}
		}
		best, n := t.most(func(a, b int) bool { return a < b })
		return IntValue(best), n
	case frame.Float:
		// −0 and 0 are one value, and adding 0 makes them one.
		t := newTally(func(v float64) uint64 { return mixed64(math.Float64bits(v)) })
		for _, cell := range c.Floats {
			if !cell.Missing() {
				t.counts[t.find(cell.Value+0)]++
			}
		}
		best, n := t.most(func(a, b float64) bool { return a < b })
		return FloatValue(best), n
	case frame.Bool:
		var counts [2]int
		for _, cell := range c.Bools {
			switch {
			case cell.Null:
			case cell.Value:
				counts[1]++
			default:
				counts[0]++
			}
		}
		return BoolValue(counts[1] > counts[0]), counts[0] + counts[1]
	}
	before := func(a, b string) bool { return a < b }
	if c.Kind == frame.Category && len(c.Levels) > 0 {
		level := func(s string) int {
			if i := slices.Index(c.Levels, s); i >= 0 {
				return i
			}
			return len(c.Levels)
		}
		before = func(a, b string) bool { return cmp.Or(cmp.Compare(level(a), level(b)), cmp.Compare(a, b)) < 0 }
	}
	best, n := countTexts(c.Texts).most(before)
	return TextValue(best), n
}

// tally counts values in an open hash table.
type tally[T frame.Value] struct {
	hash   func(T) uint64
	values []T
	counts []int
	slots  []int32 // positions in values plus one; 0 is free
}

func newTally[T frame.Value](hash func(T) uint64) *tally[T] {
	return &tally[T]{hash: hash, slots: make([]int32, 256)}
}

// find gives the position of a value, which may be new.
func (t *tally[T]) find(v T) int32 {
	mask := uint64(len(t.slots) - 1)
	at := t.hash(v) & mask
	for ; t.slots[at] != 0; at = (at + 1) & mask {
		if k := t.slots[at] - 1; t.values[k] == v {
			return k
		}
	}
	t.values, t.counts = append(t.values, v), append(t.counts, 0)
	k := int32(len(t.values))
	t.slots[at] = k
	if 2*len(t.values) > len(t.slots) {
		t.grow()
	}
	return k - 1
}

func (t *tally[T]) grow() {
	t.slots = make([]int32, 4*len(t.slots))
	mask := uint64(len(t.slots) - 1)
	for k, v := range t.values {
		at := t.hash(v) & mask
		for t.slots[at] != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = int32(k + 1)
	}
}

// most is the most frequent value, and the sum of the counts.
func (t *tally[T]) most(before func(a, b T) bool) (best T, n int) {
	most := 0
	for k, v := range t.values {
		c := t.counts[k]
		n += c
		if c > most || c == most && before(v, best) {
			best, most = v, c
		}
	}
	return best, n
}

// countTexts counts texts. Readers keep equal texts of a column once, so that most are
// known by where they lie, without a look at their bytes.
func countTexts(cells []frame.Cell[string]) *tally[string] {
	seed := maphash.MakeSeed()
	t := newTally(func(v string) uint64 { return maphash.String(seed, v) })
	type place struct {
		data *byte
		size int
		at   int32
	}
	var seen [256]place
	for i := range cells {
		if cells[i].Null {
			continue
		}
		v := cells[i].Value
		data := unsafe.StringData(v)
		p := &seen[mixed64(uint64(uintptr(unsafe.Pointer(data))))%256]
		if p.data != data || p.size != len(v) || data == nil {
			*p = place{data, len(v), t.find(v)}
		}
		t.counts[p.at]++
	}
	return t
}

// mixed64 spreads the bits of a number over all of it (Fibonacci hashing).
func mixed64(v uint64) uint64 {
	v *= 0x9e3779b97f4a7c15
	return v ^ v>>32
}
