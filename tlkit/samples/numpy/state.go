// Package numpy draws the numbers that NumPy's RandomState draws, NumPy's generator of old
// that most published examples are seeded with: the same seed gives the same numbers. It is
// there to repeat such examples; for chance of one's own there is math/rand/v2.
//
// Whole numbers, uniform ones and orders are NumPy's to the bit. Normal numbers go through
// the C library's logarithm in NumPy, whose last place differs between systems; here it is
// rounded correctly. They differ from NumPy's, if at all, in the last place or two: beside
// NumPy on Linux with glibc 2.36, one in three thousand does.
//
// What is computed is NumPy's (version 2.4): the Mersenne Twister MT19937 (Matsumoto and
// Nishimura 1998), and Marsaglia's polar method (1964) for normal numbers.
package numpy

import (
	"math"
	"math/bits"

	"gonum.org/v1/gonum/mathext/prng"
)

// RandomState is numpy.random.RandomState(seed). It is for one goroutine at a time.
type RandomState struct {
	twister prng.MT19937
	spare   float64 // normal numbers come in pairs
	spared  bool
}

// NewRandomState begins where RandomState(seed) begins.
func NewRandomState(seed uint32) *RandomState {
	r := &RandomState{}
	r.twister.Seed(uint64(seed))
	return r
}

// Float64 is uniform in [0, 1): random_sample().
func (r *RandomState) Float64() float64 {
	high, low := r.twister.Uint32()>>5, r.twister.Uint32()>>6
	return (float64(float64(high)*(1<<26)) + float64(low)) / (1 << 53)
}

// Uniform is uniform in [low, high): uniform(low, high).
func (r *RandomState) Uniform(low, high float64) float64 {
	return low + float64((high-low)*r.Float64())
}

// StandardNormal is normal with mean 0 and deviation 1: standard_normal().
func (r *RandomState) StandardNormal() float64 {
	if r.spared {
		r.spared = false
		return r.spare
	}
	for {
		x := 2*r.Float64() - 1
		y := 2*r.Float64() - 1
		square := float64(x*x) + float64(y*y)
		if square >= 1 || square == 0 {
			continue
		}
		f := math.Sqrt(-2 * log(square) / square)
		r.spare, r.spared = f*x, true
		return f * y
	}
}

// Normal is normal(mean, deviation).
func (r *RandomState) Normal(mean, deviation float64) float64 {
	return mean + float64(deviation*r.StandardNormal())
}

// RandInt is a whole number in [low, high): randint(low, high). Where there is none, it is
// low, and nothing is drawn.
func (r *RandomState) RandInt(low, high int) int {
	if high <= low {
		return low
	}
	return low + int(r.below(uint64(high)-uint64(low)-1))
}

// below is uniform in [0, most]: bits are drawn, as many as most has, until they fit.
func (r *RandomState) below(most uint64) uint64 {
	if most == 0 {
		return 0
	}
	mask := ^uint64(0) >> bits.LeadingZeros64(most)
	for {
		v := uint64(0)
		if most <= math.MaxUint32 {
			v = uint64(r.twister.Uint32())
		} else {
			v = r.twister.Uint64()
		}
		if v &= mask; v <= most {
			return v
		}
	}
}

// Choice is count numbers in [0, n), each of which may come again: choice(n, count). It is
// nil where n or count is below 1.
func (r *RandomState) Choice(n, count int) []int {
	if n < 1 || count < 1 {
		return nil
	}
	out := make([]int, count)
	for i := range out {
		out[i] = r.RandInt(0, n)
	}
	return out
}

// Permutation is the numbers 0 … n−1 in chance order: permutation(n).
func (r *RandomState) Permutation(n int) []int {
	out := make([]int, max(n, 0))
	for i := range out {
		out[i] = i
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// Shuffle brings n things into chance order by swapping them: shuffle(x).
func (r *RandomState) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, int(r.below(uint64(i))))
	}
}
