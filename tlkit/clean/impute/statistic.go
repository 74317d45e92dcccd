package impute

import (
	"math"

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
		a, b, n := frame.Middle(c.Ints)
		// In halves that cannot overflow: a&b + (a^b)>>1 is their mean, rounded down.
		if half := a&b + (a^b)>>1; (a^b)&1 == 0 {
			return IntValue(half), n
		}
		return FloatValue((float64(a) + float64(b)) / 2), n
	}
	a, b, n := frame.Middle(c.Floats)
	m := (a + b) / 2
	if math.IsInf(m, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0) {
		m = a/2 + b/2
	}
	return FloatValue(m), n
}
