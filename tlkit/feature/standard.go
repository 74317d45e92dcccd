package feature

import (
	"cmp"
	"math"

	"transferlab/tlkit/frame"
)

const floatKind = frame.Float

// StandardScaler subtracts a column's mean and divides by its standard deviation (that of
// all rows, with n in the denominator), both of the training rows. Missing values are left
// out of both and stay missing.
//
// A column without spread is divided by 1: one whose variance is no more than what rounding
// makes of equal values at such a mean (Chan, Golub and LeVeque 1983), and one whose variance
// is beyond the largest float64. Of one without any value all rows become missing. A mean
// beyond the largest float64 is [ErrInput]. As scikit-learn's StandardScaler.
type StandardScaler struct {
	// Columns are scaled. None: all of ints and floats.
	Columns []string
	// NoMean leaves the mean, NoDeviation the deviation as it is.
	NoMean, NoDeviation bool
}

func (s StandardScaler) takes(p *plan) ([]int, error) { return p.takeNumbers(s.Columns) }

func (s StandardScaler) fit(l *learning) (learnt, error) {
	f := newCentred(len(l.cols))
	return f, l.columnwise(func(j int) error {
		var all spread
		if err := l.pieces(j, all.add); err != nil {
			return err
		}
		m := all.moments()
		if !s.NoMean {
			f.Centre[j] = m.mean
		}
		if !s.NoDeviation {
			f.Scale[j] = m.deviation()
		}
		if math.IsInf(m.variance, 1) {
			least, most := math.Inf(1), math.Inf(-1)
			if err := l.pieces(j, func(v []float64) { least, most = widen(v, least, most) }); err != nil {
				return err
			}
			return cmp.Or(beyond("mean", l.cols[j].name, m.mean), scaled(l.cols[j].name, least, most, f.Centre[j], f.Scale[j]))
		}
		return beyond("mean", l.cols[j].name, m.mean)
	})
}
