package plots

import "math"

// bins chooses the bins of sorted values: where the first begins, their width, and how
// many there are.
func bins(v []float64) (low, width float64, n int) {
	low, high := v[0], v[len(v)-1]
	span := high/2 - low/2 // halves, since the span of huge values has no number
	if span == 0 {
		w := math.Max(math.Abs(low), 1) / 10
		return low - w/2, w, 1
	}
	n = 5
	iqr := quantile(v, 0.75) - quantile(v, 0.25)
	if w := 2 * iqr / math.Cbrt(float64(len(v))); w > 0 && !math.IsInf(w, 0) {
		n = int(math.Min(100, math.Max(5, math.Ceil(2*span/w))))
	}
	return low, span / float64(n) * 2, n
}

// quantile is the linear one between the two nearest of sorted values.
func quantile(v []float64, q float64) float64 {
	at := q * float64(len(v)-1)
	i := int(at)
	if i+1 >= len(v) {
		return v[len(v)-1]
	}
	return v[i] + (at-float64(i))*(v[i+1]-v[i])
}
