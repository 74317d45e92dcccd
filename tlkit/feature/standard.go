package feature

import (
	"math"

	"transferlab/tlkit/frame"
)

const floatKind = frame.Float

// StandardScaler subtracts a column's mean and divides by its standard deviation (that of
// all rows, with n in the denominator), both of the training rows. Missing values are left
// out of both and stay missing. A column without spread is divided by 1; one without any
// value stays missing. As scikit-learn's StandardScaler.
type StandardScaler struct {
	// Columns are scaled. None: all of ints and floats.
	Columns []string
	// NoMean leaves the mean, NoDeviation the deviation as it is.
	NoMean, NoDeviation bool
}

func (s StandardScaler) takes(p *plan) ([]int, error) { return p.takeNumbers(s.Columns) }

func (s StandardScaler) fit(l *learning) (learnt, error) {
	f := &centred{make(floats, len(l.cols)), make(floats, len(l.cols))}
	err := l.each(func(j int, v []float64) error {
		m := momentsOf(v)
		f.Scale[j] = 1
		if !s.NoMean {
			f.Centre[j] = m.mean
		}
		if !s.NoDeviation {
			f.Scale[j] = m.deviation()
		}
		return nil
	})
	return f, err
}

// moments are a column's mean and the mean square of what differs from it.
type moments struct {
	n              int
	mean, variance float64
}

// momentsOf leaves missing values out. It passes twice, and corrects the second pass by
// what the first one's rounding left over (Chan, Golub and LeVeque 1983), as scikit-learn
// does.
func momentsOf(v []float64) moments {
	var sum float64
	n := 0
	for _, x := range v {
		if x == x {
			sum += x
			n++
		}
	}
	if n == 0 {
		return moments{0, math.NaN(), math.NaN()}
	}
	m := moments{n: n, mean: sum / float64(n)}
	var rest, squares float64
	for _, x := range v {
		if x == x {
			d := x - m.mean
			rest += d
			squares += d * d
		}
	}
	m.variance = (squares - rest*rest/float64(n)) / float64(n)
	return m
}

// deviation is the standard deviation, or 1 where there is no spread beyond what rounding
// makes of equal values (Chan et al. give the bound, with n rows at a mean of such a size).
func (m moments) deviation() float64 {
	n := float64(m.n)
	bound := n*eps*m.variance + (n*m.mean*eps)*(n*m.mean*eps)
	if m.variance <= bound || m.variance == 0 {
		return 1
	}
	return math.Sqrt(m.variance)
}

// eps is the distance from 1 to the next float64.
const eps = 0x1p-52
