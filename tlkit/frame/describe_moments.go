package frame

import "math"

// total is a sum that keeps what rounding took away, so that a million small numbers beside
// a large one are not lost: D. Knuth's two-sum (TAOCP 2, 4.2.2), which needs no comparison.
type total struct{ sum, lost float64 }

func (t *total) add(v float64) {
	sum := t.sum + v
	part := sum - t.sum
	t.lost += (t.sum - (sum - part)) + (v - part)
	t.sum = sum
}

// join adds another total.
func (t *total) join(o total) {
	t.add(o.sum)
	t.lost += o.lost
}

func (t total) value() float64 {
	if v := t.sum + t.lost; !math.IsNaN(v) {
		return v
	}
	return t.sum // what was lost beside an infinity is no number
}

// moments are the number of values, their mean, the sum of their squared deviations from
// it, and their range. The zero value is of no values.
type moments struct {
	n         int
	sum       total
	mean      float64
	squares   float64
	low, high float64
}

// momentsOf gathers the moments of the cells that have a value, piece by piece, twice over
// each: first the mean, then the deviations from it.
func momentsOf[T number](cells []Cell[T]) moments {
	const piece = 1 << 12 // stays in the first cache between the two passes
	var all moments
	for low := 0; low < len(cells); low += piece {
		all.join(momentsOfPiece(cells[low:min(low+piece, len(cells))]))
	}
	return all
}

func momentsOfPiece[T number](cells []Cell[T]) moments {
	m := moments{low: math.Inf(1), high: math.Inf(-1)}
	for _, c := range cells {
		if c.Missing() {
			continue
		}
		v := float64(c.Value)
		m.n++
		m.sum.add(v)
		m.low, m.high = min(m.low, v), max(m.high, v)
	}
	if m.n == 0 {
		return moments{}
	}
	m.mean = meanOf(m.sum, m.n)
	for _, c := range cells {
		if !c.Missing() {
			d := float64(c.Value) - m.mean
			m.squares += d * d
		}
	}
	return m
}

// meanOf is the mean of n numbers with this sum.
func meanOf(sum total, n int) float64 { return sum.value() / float64(n) }

// join adds the moments of other values (T. Chan, G. Golub, R. LeVeque, 1979).
func (m *moments) join(o moments) {
	switch {
	case o.n == 0:
		return
	case m.n == 0:
		*m = o
		return
	}
	n := float64(m.n + o.n)
	d := o.mean - m.mean
	m.squares += o.squares + d*d*float64(m.n)/n*float64(o.n)
	m.n += o.n
	m.sum.join(o.sum)
	m.mean = meanOf(m.sum, m.n)
	m.low, m.high = min(m.low, o.low), max(m.high, o.high)
}

// variance is the mean square deviation, divided by n-1; NaN for fewer than two values.
func (m moments) variance() float64 {
	if m.n < 2 {
		return math.NaN()
	}
	return m.squares / float64(m.n-1)
}

func (m moments) std() float64 { return math.Sqrt(m.variance()) }

// orNaN is v, or NaN where there are no values.
func (m moments) orNaN(v float64) float64 {
	if m.n == 0 {
		return math.NaN()
	}
	return v
}
