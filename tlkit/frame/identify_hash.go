package frame

import (
	"hash/maphash"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// A hasher turns rows into 64-bit numbers. Each has a seed of its own, so that nobody can
// make a table whose rows all have one hash; what is found with it does not depend on it.
//
// Numbers and short texts are mixed in by one multiplication to 128 bits whose halves are
// put over each other (the "folded multiply" of wyhash and foldhash); longer texts by the
// runtime's hash.
type hasher struct {
	seed    maphash.Seed
	start   uint64 // of a row in which nothing was mixed yet
	factor  uint64
	missing uint64 // stands for a value that is missing
	keep    uint64 // the bits of a hash that count: all of them, but in tests of bad hashes
}

func newHasher() hasher {
	seed := maphash.MakeSeed()
	return hasher{
		seed:    seed,
		start:   maphash.Comparable(seed, 1),
		factor:  maphash.Comparable(seed, 2) | 1,
		missing: maphash.Comparable(seed, 3),
		keep:    ^uint64(0),
	}
}

// into mixes a value into a row's hash.
func (h hasher) into(row, value uint64) uint64 {
	high, low := bits.Mul64(row^value, h.factor)
	return high ^ low
}

func (h hasher) float(v float64) uint64 { return math.Float64bits(v + 0) } // -0.0 + 0 is 0.0

func (h hasher) text(s string) uint64 {
	var a, b uint64
	switch n := len(s); {
	case n > 16:
		return maphash.String(h.seed, s)
	case n >= 8:
		a, b = firstEight(s), firstEight(s[n-8:])
	case n >= 4:
		a, b = firstFour(s), firstFour(s[n-4:])
	case n > 0:
		a = uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16
	}
	high, low := bits.Mul64(a^h.start, b^h.factor^uint64(len(s))<<56)
	return high ^ low
}

// firstEight and firstFour read the first bytes of a text; the compiler makes each one load.
func firstEight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func firstFour(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

func hashBool(v bool) uint64 {
	if v {
		return 2
	}
	return 1
}

// A keyColumn is a column by which rows are compared.
type keyColumn interface {
	// mix mixes the cells of the rows from low on into the hashes.
	mix(h hasher, hashes []uint64, low int)
	// same reports whether each row of low ≤ row < high equals the row first[row].
	same(first []int32, low, high int) bool
	// equal compares two rows.
	equal(a, b int) bool
	// coded numbers the values of the rows low ≤ row < high in the order in which they
	// occur, as far as the dictionary has room.
	coded(h hasher, codes []uint16, low, high int) (first []int32, ok bool)
}

func keyOf(c Column) keyColumn {
	switch c.Kind {
	case Int:
		return keyCells[int]{first: c.Ints}
	case Float:
		return keyCells[float64]{first: c.Floats}
	case Bool:
		return keyCells[bool]{first: c.Bools}
	case Date:
		return dateCells(c.Texts, nil)
	}
	return keyCells[string]{first: c.Texts}
}

// midnight is how the instant ends at which a day begins.
const midnight = "T00:00:00Z"

// dateCells compares dates as points in time: where there are both days and instants, a day
// equals the instant at which it begins, as it does in sorting.
func dateCells(first, second []Cell[string]) keyCells[string] {
	days, midnights := false, false
	for _, cells := range [][]Cell[string]{first, second} {
		for _, c := range cells {
			switch {
			case c.Null:
			case !strings.Contains(c.Value, "T"):
				days = true
			default:
				midnights = midnights || strings.HasSuffix(c.Value, midnight)
			}
		}
	}
	if days && midnights {
		first, second = asDays(first), asDays(second)
	}
	return keyCells[string]{first, second}
}

// asDays writes the instants at which days begin as those days.
func asDays(cells []Cell[string]) []Cell[string] {
	days := slices.Clone(cells)
	for i := range days {
		days[i].Value = strings.TrimSuffix(days[i].Value, midnight)
	}
	return days
}

// keyCells are the cells of a column, or of two columns one below the other, which a join
// compares.
type keyCells[T Value] struct{ first, second []Cell[T] }

func (k keyCells[T]) at(i int) Cell[T] {
	if i < len(k.first) {
		return k.first[i]
	}
	return k.second[i-len(k.first)]
}

// equalCells compares two cells: missing values are equal, and so are 0.0 and -0.0.
func equalCells[T Value](a, b Cell[T]) bool {
	if am, bm := a.Missing(), b.Missing(); am || bm {
		return am && bm
	}
	return a.Value == b.Value
}

func (k keyCells[T]) equal(a, b int) bool { return equalCells(k.at(a), k.at(b)) }

func (k keyCells[T]) same(first []int32, low, high int) bool {
	if cells := k.first; len(k.second) == 0 {
		for i := low; i < high; i++ {
			if r := int(first[i]); r != i && !equalCells(cells[i], cells[r]) {
				return false
			}
		}
		return true
	}
	for i := low; i < high; i++ {
		if r := int(first[i]); r != i && !equalCells(k.at(i), k.at(r)) {
			return false
		}
	}
	return true
}

func (k keyCells[T]) mix(h hasher, hashes []uint64, low int) {
	n := max(min(len(k.first)-low, len(hashes)), 0) // how many of the rows are in the first column
	if n > 0 {
		mixCells(h, hashes[:n], k.first[low:low+n])
	}
	if n < len(hashes) {
		at := low + n - len(k.first)
		mixCells(h, hashes[n:], k.second[at:at+len(hashes)-n])
	}
}

func mixCells[T Value](h hasher, hashes []uint64, cells []Cell[T]) {
	hashes = hashes[:len(cells)]
	switch cells := any(cells).(type) {
	case []Cell[int]:
		for i, c := range cells {
			v := uint64(c.Value)
			if c.Null {
				v = h.missing
			}
			hashes[i] = h.into(hashes[i], v)
		}
	case []Cell[float64]:
		for i, c := range cells {
			v := h.float(c.Value)
			if c.Missing() {
				v = h.missing
			}
			hashes[i] = h.into(hashes[i], v)
		}
	case []Cell[bool]:
		for i, c := range cells {
			v := hashBool(c.Value)
			if c.Null {
				v = h.missing
			}
			hashes[i] = h.into(hashes[i], v)
		}
	case []Cell[string]:
		for i, c := range cells {
			v := h.missing
			if !c.Null {
				v = h.text(c.Value)
			}
			hashes[i] = h.into(hashes[i], v)
		}
	}
}
