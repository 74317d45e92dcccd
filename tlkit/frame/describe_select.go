package frame

import (
	"math"
	"math/bits"
	"slices"
)

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

// numberOf is the number whose bits these are.
func numberOf(kind Kind, key uint64) float64 {
	if kind == Int {
		return float64(intOfBits(key))
	}
	return floatOfBits(key)
}

// quantiles are the values below which parts of the numbers lie: for part q of n numbers
// the one at place q(n-1) in order, or the line between the two beside it, as numpy's
// default does ("linear", R's type 7). The parts go from low to high. Without numbers all
// are NaN. Beside an infinity, where numpy has NaN, the line is that infinity; between the
// two infinities it is NaN. The keys are left as they are.
func quantiles(kind Kind, keys []uint64, parts ...float64) []float64 {
	out := make([]float64, len(parts))
	n := len(keys)
	if n == 0 {
		for i := range out {
			out[i] = math.NaN()
		}
		return out
	}
	var ranks []int
	for _, q := range parts {
		below := int(q * float64(n-1))
		ranks = append(ranks, below, min(below+1, n-1))
	}
	slices.Sort(ranks)
	ranks = slices.Compact(ranks)
	found := make([]uint64, len(ranks))
	selectRanks(keys, ranks, found)
	at := func(rank int) float64 {
		i, _ := slices.BinarySearch(ranks, rank)
		return numberOf(kind, found[i])
	}
	for i, q := range parts {
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
	bucketBits := min(max(bits.Len(uint(len(keys)))-4, 8), 15)
	shift := max(bits.Len64(high-low)-bucketBits, 0)
	counts := make([]int32, 1<<bucketBits)
	for _, k := range keys {
		counts[(k-low)>>shift]++
	}
	// The buckets that hold a rank get a number from 1, the others are 0.
	wanted := make([]uint16, len(counts))
	type bucket struct {
		ranks []int
		found []uint64
		keys  []uint64
		start int // how many keys are in lower buckets
		value uint64
	}
	buckets := make([]bucket, 1, 2*len(ranks)+1)
	below, b := 0, 0
	for i, r := range ranks {
		for below+int(counts[b]) <= r {
			below += int(counts[b])
			b++
		}
		if wanted[b] == 0 {
			wanted[b] = uint16(len(buckets))
			buckets = append(buckets, bucket{start: below, found: found[i:i], value: low + uint64(b)})
			if shift > 0 {
				buckets[len(buckets)-1].keys = make([]uint64, 0, counts[b])
			}
		}
		last := &buckets[len(buckets)-1]
		last.ranks = append(last.ranks, r-below)
		last.found = last.found[:len(last.found)+1]
	}
	if shift == 0 { // a bucket is a value
		for _, b := range buckets[1:] {
			for i := range b.found {
				b.found[i] = b.value
			}
		}
		return
	}
	for _, k := range keys {
		if w := wanted[(k-low)>>shift]; w != 0 {
			buckets[w].keys = append(buckets[w].keys, k)
		}
	}
	for _, b := range buckets[1:] {
		selectRanks(b.keys, b.ranks, b.found)
	}
}
