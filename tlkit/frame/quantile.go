package frame

import (
	"math"
	"math/bits"
	"slices"
)

// Quantiles are the values below which parts of v lie, each part from 0 to 1: for part q of
// n numbers the one at place q(n−1) in order, or the line between the two beside it, as
// numpy's default does ("linear", type 7 of Hyndman and Fan 1996). NaN is left out of v,
// and −0 is 0. Without numbers, or for a part outside of 0 to 1, a quantile is NaN. Beside
// an infinity, where numpy has NaN, the line is that infinity; between the two infinities it
// is NaN. v is neither changed nor copied.
func Quantiles(v []float64, parts ...float64) []float64 {
	n := 0
	for _, x := range v {
		if x == x {
			n++
		}
	}
	return quantilesAt(Float, n, parts, func(ranks []int, found []uint64) {
		selectFrom(n, func(f func([]uint64)) { inPiecesOf(v, floatKeys, f) }, ranks, found)
	})
}

// Middle is the two values in the middle of the cells that have one, in order, and how many
// have one. If that number is odd, the two are the same; if it is 0, they are 0. −0 is 0.
// The cells are neither changed nor copied.
func Middle[T int | float64](cells []Cell[T]) (low, high T, n int) {
	for i := range cells {
		if !cells[i].Missing() {
			n++
		}
	}
	if n == 0 {
		return 0, 0, 0
	}
	var found [2]uint64
	selectFrom(n, func(f func([]uint64)) { inPiecesOf(cells, presentKeys, f) }, []int{(n - 1) / 2, n / 2}, found[:])
	return valueOf[T](found[0]), valueOf[T](found[1]), n
}

// number is what can be calculated with.
type number interface{ int | float64 }

// presentKeys appends bits that have the order of the values (see [floatBits]) for the
// cells that have one.
func presentKeys[T number](keys []uint64, cells []Cell[T]) []uint64 {
	switch cells := any(cells).(type) {
	case []Cell[int]:
		for _, c := range cells {
			if !c.Null {
				keys = append(keys, intBits(c.Value))
			}
		}
	case []Cell[float64]:
		for _, c := range cells {
			if !c.Missing() {
				keys = append(keys, floatBits(c.Value))
			}
		}
	}
	return keys
}

// floatKeys is presentKeys of plain numbers, NaN left out.
func floatKeys(keys []uint64, v []float64) []uint64 {
	for _, x := range v {
		if x == x {
			keys = append(keys, floatBits(x))
		}
	}
	return keys
}

// valueOf is the value whose bits these are.
func valueOf[T number](key uint64) (v T) {
	switch v := any(&v).(type) {
	case *int:
		*v = intOfBits(key)
	case *float64:
		*v = floatOfBits(key)
	}
	return v
}

// numberOf is the number whose bits these are.
func numberOf(kind Kind, key uint64) float64 {
	if kind == Int {
		return float64(intOfBits(key))
	}
	return floatOfBits(key)
}

// quantiles are [Quantiles] of the numbers whose keys these are, which are left as they are.
func quantiles(kind Kind, keys []uint64, parts ...float64) []float64 {
	return quantilesAt(kind, len(keys), parts, func(ranks []int, found []uint64) { selectRanks(keys, ranks, found) })
}

// cellQuantiles are the quantiles of the cells that have a value, of which m are the
// moments. The numbers are not copied.
func cellQuantiles[T number](kind Kind, cells []Cell[T], m moments, parts ...float64) []float64 {
	return quantilesAt(kind, m.n, parts, func(ranks []int, found []uint64) {
		selectFrom(m.n, func(f func([]uint64)) { inPiecesOf(cells, presentKeys, f) }, ranks, found)
	})
}

// quantilesAt asks for the keys at the places of n numbers that the parts need.
func quantilesAt(kind Kind, n int, parts []float64, find func(ranks []int, found []uint64)) []float64 {
	out := make([]float64, len(parts))
	possible := func(q float64) bool { return n > 0 && q >= 0 && q <= 1 }
	var ranks []int
	for _, q := range parts {
		if possible(q) {
			below := int(q * float64(n-1))
			ranks = append(ranks, below, min(below+1, n-1))
		}
	}
	slices.Sort(ranks)
	ranks = slices.Compact(ranks)
	found := make([]uint64, len(ranks))
	find(ranks, found)
	at := func(rank int) float64 {
		i, _ := slices.BinarySearch(ranks, rank)
		return numberOf(kind, found[i])
	}
	for i, q := range parts {
		if !possible(q) {
			out[i] = math.NaN()
			continue
		}
		place := q * float64(n-1)
		below := int(place)
		out[i] = between(at(below), at(min(below+1, n-1)), place-float64(below))
	}
	return out
}

// quantileOfSorted is one of [quantiles] of sorted keys.
func quantileOfSorted(kind Kind, sorted []uint64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	place := q * float64(len(sorted)-1)
	below := int(place)
	return between(numberOf(kind, sorted[below]), numberOf(kind, sorted[min(below+1, len(sorted)-1)]), place-float64(below))
}

// between is the point at part t of the way from a to b, as numpy calculates it.
func between(a, b, t float64) float64 {
	switch d := b - a; {
	case t == 0 || a == b:
		return a
	case math.IsInf(d, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0):
		return a*(1-t) + b*t
	case math.IsInf(d, 0):
		return a + b
	case t >= 0.5:
		return b - d*(1-t)
	default:
		return a + d*t
	}
}

// fewToSelect is how many keys are sorted rather than selected from.
const fewToSelect = 512

// selectRanks finds the keys that would stand at these places (rising) if the keys were
// sorted. It counts them in buckets by their highest bits that differ, and goes on within
// the buckets that hold a place: a few passes whatever the distribution, and no sorting.
func selectRanks(keys []uint64, ranks []int, found []uint64) {
	if len(ranks) == 0 {
		return
	}
	if len(keys) <= fewToSelect {
		var room [fewToSelect]uint64
		sorted := room[:copy(room[:], keys)]
		slices.Sort(sorted)
		for i, r := range ranks {
			found[i] = sorted[r]
		}
		return
	}
	low, high := keys[0], keys[0]
	for _, k := range keys {
		low, high = min(low, k), max(high, k)
	}
	s := newSelection(len(keys), low, high)
	s.count(keys)
	if s.want(ranks, found) {
		s.keep(keys)
		s.finish()
	}
}

// selectFrom is selectRanks of n keys that are not kept: each calls its argument with some of
// them at a time, until it has been called with all.
func selectFrom(n int, each func(func(keys []uint64)), ranks []int, found []uint64) {
	if n <= fewToSelect {
		keys := make([]uint64, 0, n)
		each(func(some []uint64) { keys = append(keys, some...) })
		selectRanks(keys, ranks, found)
		return
	}
	low, high := uint64(math.MaxUint64), uint64(0)
	each(func(keys []uint64) {
		for _, k := range keys {
			low, high = min(low, k), max(high, k)
		}
	})
	s := newSelection(n, low, high)
	each(s.count)
	if s.want(ranks, found) {
		each(s.keep)
		s.finish()
	}
}

// inPiecesOf calls f with the keys that keysOf appends for some hundred values at a time.
func inPiecesOf[T any](values []T, keysOf func(keys []uint64, values []T) []uint64, f func(keys []uint64)) {
	const piece = 1 << 9
	var room [piece]uint64
	for low := 0; low < len(values); low += piece {
		f(keysOf(room[:0], values[low:min(low+piece, len(values))]))
	}
}

// selection is a selectRanks at work: keys counted by their highest bits that differ.
type selection struct {
	low    uint64
	shift  int
	counts []int32
	wanted []uint16 // which bucket is which of buckets; 0 if it holds no rank
	bucket []bucket
}

// bucket is one that holds ranks.
type bucket struct {
	ranks []int
	found []uint64
	keys  []uint64
	value uint64
}

func newSelection(n int, low, high uint64) *selection {
	bucketBits := min(max(bits.Len(uint(n))-4, 8), 15)
	return &selection{low: low, shift: max(bits.Len64(high-low)-bucketBits, 0), counts: make([]int32, 1<<bucketBits)}
}

func (s *selection) count(keys []uint64) {
	low, shift, counts := s.low, s.shift, s.counts
	for _, k := range keys {
		counts[(k-low)>>shift]++
	}
}

// want chooses the buckets that hold a rank, once all keys are counted. more says that the
// keys within them are needed; otherwise a bucket is one value, and all is found.
func (s *selection) want(ranks []int, found []uint64) (more bool) {
	s.wanted = make([]uint16, len(s.counts))
	s.bucket = make([]bucket, 1, 2*len(ranks)+1)
	below, b := 0, 0
	for i, r := range ranks {
		for below+int(s.counts[b]) <= r {
			below += int(s.counts[b])
			b++
		}
		if s.wanted[b] == 0 {
			s.wanted[b] = uint16(len(s.bucket))
			s.bucket = append(s.bucket, bucket{found: found[i:i], value: s.low + uint64(b)})
			if s.shift > 0 {
				s.bucket[len(s.bucket)-1].keys = make([]uint64, 0, s.counts[b])
			}
		}
		last := &s.bucket[len(s.bucket)-1]
		last.ranks = append(last.ranks, r-below)
		last.found = last.found[:len(last.found)+1]
	}
	if s.shift > 0 {
		return true
	}
	for _, b := range s.bucket[1:] {
		for i := range b.found {
			b.found[i] = b.value
		}
	}
	return false
}

// keep takes the keys whose buckets hold a rank.
func (s *selection) keep(keys []uint64) {
	for _, k := range keys {
		if w := s.wanted[(k-s.low)>>s.shift]; w != 0 {
			s.bucket[w].keys = append(s.bucket[w].keys, k)
		}
	}
}

// finish goes on within the buckets.
func (s *selection) finish() {
	for _, b := range s.bucket[1:] {
		selectRanks(b.keys, b.ranks, b.found)
	}
}
