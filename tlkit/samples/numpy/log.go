package numpy

import "math"

// log is the natural logarithm of a number in (0, 1), computed to some twenty digits and
// then rounded. NumPy takes the C library's, whose last place is nearly always the right
// one; math.Log is more often off by one, and that would be seen in the numbers drawn.
//
// With x = m·2ᵏ and m near 1, ln x = k·ln 2 + 2·artanh s, s = (m−1)/(m+1), by artanh's
// series; what decides about the last place is kept as sums of two float64 numbers.
func log(x float64) float64 {
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		k--
	}
	s := quotient(m-1, sum(m, 1))
	z := times(s, s)
	const last = 17 // z is below 0.03, and its powers vanish from here on
	series := 1 / float64(2*last+1)
	for i := last - 1; i > 2; i-- {
		series = float64(series*z.high) + 1/float64(2*i+1)
	}
	p := double{high: series}
	for i := 2; i >= 0; i-- {
		p = plus(times(p, z), quotient(1, double{high: float64(2*i + 1)}))
	}
	p = times(s, p)
	p = double{2 * p.high, 2 * p.low}
	const ( // ln 2 is their sum; the first has zeros at its end, so that k times it is exact
		high = 0x1.62e42fefa38p-1
		low  = 0x1.ef35793c7673p-45
	)
	p = plus(double{float64(k) * high, float64(k) * low}, p)
	return p.high + p.low
}

// A double is a number as the sum of two, of which the second is below the rounding of the
// first.
type double struct{ high, low float64 }

// sum is a + b, exactly.
func sum(a, b float64) double {
	s := a + b
	t := s - a
	return double{s, (a - (s - t)) + (b - t)}
}

func plus(a, b double) double {
	s := sum(a.high, b.high)
	return sum(s.high, s.low+a.low+b.low)
}

func times(a, b double) double {
	p := float64(a.high * b.high)
	return sum(p, math.FMA(a.high, b.high, -p)+float64(a.high*b.low)+float64(a.low*b.high))
}

func quotient(a float64, b double) double {
	q := a / b.high
	return sum(q, (math.FMA(-q, b.high, a)-float64(q*b.low))/b.high)
}
