package outlier

import (
	"math"
	"math/rand/v2"
)

// quantiles are the values below which the given shares of v lie, shares ascending,
// interpolated linearly: type 7 of Hyndman and Fan (1996), NumPy's and pandas' default. v
// has at least one value, none is NaN; it is reordered.
func quantiles(v []float64, shares ...float64) []float64 {
	out := make([]float64, len(shares))
	low := 0 // what lies below is in its place already
	for k, share := range shares {
		at := share * float64(len(v)-1)
		i := int(at)
		choose(v[low:], i-low)
		low = i
		out[k] = v[i]
		if part := at - float64(i); part > 0 {
			next := v[i+1]
			for _, x := range v[i+2:] { // the smallest of those above
				next = min(next, x)
			}
			out[k] = between(v[i], next, part)
		}
	}
	return out
}

// between is a + (b − a)·part for a ≤ b, from the nearer end as NumPy does it, also where
// b − a is no longer a number of 64 bits.
func between(a, b, part float64) float64 {
	switch d := b - a; {
	case math.IsInf(d, 0):
		return a*(1-part) + b*part
	case part < 0.5:
		return a + d*part
	default:
		return b - d*(1-part)
	}
}

// choose puts the value that stands at position k when v is sorted there, smaller ones
// before it and larger ones after it (Hoare 1961, with three parts as many values may be
// equal). The pivots are drawn at random, always the same way, so that no order of the
// values makes it slow.
func choose(v []float64, k int) {
	rng := rand.New(rand.NewPCG(1, uint64(len(v))))
	low, high := 0, len(v)
	for high-low > 1 {
		pivot := v[low+rng.IntN(high-low)]
		less, more := low, high
		for i := low; i < more; {
			switch x := v[i]; {
			case x < pivot:
				v[i], v[less] = v[less], x
				less, i = less+1, i+1
			case x > pivot:
				more--
				v[i], v[more] = v[more], x
			default:
				i++
			}
		}
		switch {
		case k < less:
			high = less
		case k >= more:
			low = more
		default:
			return
		}
	}
}
