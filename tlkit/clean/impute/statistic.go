package impute

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"transferlab/tlkit/frame"
)

// This file computes the values that Simple fills with.

// Each of them says how many known values the column has; if it has none there is no value.

// mean is that of a column's known numbers. infinite is the first row with an infinity, or
// -1.
func mean(c frame.Column) (v float64, n, infinite int) {
	sum := 0.0
	if c.Kind == frame.Int {
		for _, cell := range c.Ints {
			if !cell.Null {
				sum += float64(cell.Value)
				n++
			}
		}
		return sum / float64(n), n, -1
	}
	for _, cell := range c.Floats {
		if !cell.Missing() {
			sum += cell.Value
			n++
		}
	}
	if n == 0 || !math.IsInf(sum, 0) && sum == sum {
		return sum / float64(n), n, -1
	}
	// An infinity, or a sum beyond the largest number whose mean is not.
	v = 0
	for i, cell := range c.Floats {
		if math.IsInf(cell.Value, 0) && !cell.Null {
			return cell.Value, n, i
		}
		if !cell.Missing() {
			v += cell.Value / float64(n)
		}
	}
	return v, n, -1
}

// median is the middle of a column's known numbers, or the mean of the two in the middle.
func median(c frame.Column) (Value, int) {
	if c.Kind == frame.Int {
		low, high, n := middle(intKeys(c.Ints))
		a, b := intOf(low), intOf(high)
		// In halves that cannot overflow: a&b + (a^b)>>1 is their mean, rounded down.
		if half := a&b + (a^b)>>1; (a^b)&1 == 0 {
			return IntValue(half), n
		}
		return FloatValue((float64(a) + float64(b)) / 2), n
	}
	low, high, n := middle(floatKeys(c.Floats))
	a, b := floatOf(low), floatOf(high)
	m := (a + b) / 2
	if math.IsInf(m, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0) {
		m = a/2 + b/2
	}
	return FloatValue(m), n
}

// Numbers are compared as keys: unsigned ints in the same order. −0 comes before 0.

func floatKey(v float64) uint64 {
	b := math.Float64bits(v)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

func floatOf(k uint64) float64 {
	if k>>63 == 1 {
		return math.Float64frombits(k ^ 1<<63)
	}
	return math.Float64frombits(^k)
}

func intKey(v int) uint64 { return uint64(v) ^ 1<<63 }
func intOf(k uint64) int  { return int(k ^ 1<<63) }

// keyed is a column of n cells as keys.
type keyed struct {
	n  int
	at func(i int) (key uint64, known bool)
	// split sorts the known keys into those below low (counted), equal to low (counted),
	// between (put into the space of between), and equal to high (counted).
	split func(low, high uint64, between []uint64) parts
}

type parts struct {
	known, below, low, high int
	between                 []uint64
}

func floatKeys(cells []frame.Cell[float64]) keyed {
	return keyed{len(cells),
		func(i int) (uint64, bool) { return floatKey(cells[i].Value), !cells[i].Missing() },
		func(low, high uint64, between []uint64) parts {
			p := parts{between: between[:0]}
			for i := range cells {
				if v := cells[i].Value; !cells[i].Null && v == v {
					p.add(floatKey(v), low, high)
				}
			}
			return p
		}}
}

func intKeys(cells []frame.Cell[int]) keyed {
	return keyed{len(cells),
		func(i int) (uint64, bool) { return intKey(cells[i].Value), !cells[i].Null },
		func(low, high uint64, between []uint64) parts {
			p := parts{between: between[:0]}
			for i := range cells {
				if !cells[i].Null {
					p.add(intKey(cells[i].Value), low, high)
				}
			}
			return p
		}}
}

// add sorts one key. Which half it is in is a coin toss, so that is counted without a
// branch; that it is near the middle is rare, and a branch the processor can foresee.
func (p *parts) add(k, low, high uint64) {
	p.known++
	_, borrow := bits.Sub64(k, low, 0)
	p.below += int(borrow)
	if k-low <= high-low {
		switch k {
		case low:
			p.low++
		case high:
			p.high++
		default:
			p.between = append(p.between, k)
		}
	}
}

// middle finds the two keys in the middle, which are one where their number is odd, in one
// pass: a sample says between which keys they are almost surely, and only what lies
// between is selected from (Floyd and Rivest 1975). n is the number of known keys.
func middle(c keyed) (a, b uint64, n int) {
	low, high := c.bracket()
	space := make([]uint64, 0, c.n/8)
	for {
		p := c.split(low, high, space)
		first, second := (p.known-1)/2, p.known/2
		x, ok1 := p.rank(first, low, high)
		y, ok2 := p.rank(second, low, high)
		if ok1 && ok2 || p.known == 0 {
			return x, y, p.known
		}
		low, high = 0, math.MaxUint64 // the sample misled
	}
}

// rank is the key at position r of the sorted ones, if it is not outside low … high.
func (p *parts) rank(r int, low, high uint64) (uint64, bool) {
	r -= p.below
	switch {
	case r < 0:
		return 0, false
	case r < p.low:
		return low, true
	case r < p.low+len(p.between):
		return selected(p.between, r-p.low), true
	case r < p.low+len(p.between)+p.high:
		return high, true
	}
	return 0, false
}

// bracket gives keys between which the middle almost surely lies.
func (c keyed) bracket() (low, high uint64) {
	const (
		draws = 4096
		// The rank of the median among s draws is off by √s/2 = 32 on average: 3.5 times
		// that is exceeded once in two thousand columns.
		margin = 112
	)
	if c.n < 4*draws {
		return 0, math.MaxUint64
	}
	rng := rand.New(rand.NewPCG(1, 2)) // the choice changes the time and not the result
	sample := make([]uint64, 0, draws)
	for range draws {
		if k, known := c.at(rng.IntN(c.n)); known {
			sample = append(sample, k)
		}
	}
	if len(sample) < draws/4 {
		return 0, math.MaxUint64
	}
	slices.Sort(sample)
	m := len(sample) / 2
	return sample[m-margin], sample[m+margin]
}

// selected is the key at position r of the sorted keys, whose order it changes: Hoare's
// quickselect with the median of three, and three parts so that equal keys are quick.
func selected(keys []uint64, r int) uint64 {
	for len(keys) > 16 {
		a, b, c := keys[0], keys[len(keys)/2], keys[len(keys)-1]
		pivot := max(min(a, b), min(max(a, b), c))
		less, equal := partition(keys, pivot)
		switch {
		case r < less:
			keys = keys[:less]
		case r < less+equal:
			return pivot
		default:
			keys, r = keys[less+equal:], r-less-equal
		}
	}
	slices.Sort(keys)
	return keys[r]
}

// partition brings the keys below the pivot to the front, and those equal to it behind
// them.
func partition(keys []uint64, pivot uint64) (less, equal int) {
	high := len(keys)
	for i := 0; i < high; {
		switch k := keys[i]; {
		case k < pivot:
			keys[less], keys[i] = k, keys[less]
			less++
			i++
		case k > pivot:
			high--
			keys[i], keys[high] = keys[high], k
		default:
			i++
		}
	}
	return less, high - less
}
