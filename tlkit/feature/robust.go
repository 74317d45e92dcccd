package feature

import (
	"cmp"
	"math"

	"gonum.org/v1/gonum/mathext"

	"transferlab/tlkit/frame"
)

// RobustScaler subtracts a column's median and divides by the distance between two of its
// quantiles, those of the training rows, which outliers hardly move. Missing values are left
// out and stay missing. Where the quantiles are less than 2.2e-15 apart, the column is
// divided by 1. Of a column without any value all rows become missing. A distance beyond the
// largest float64 is [ErrInput], and so are training rows that would become infinite. As scikit-learn's RobustScaler.
type RobustScaler struct {
	// Columns are scaled. None: all of ints and floats.
	Columns []string
	// Range is which quantiles, in percent. {0, 0} means {25, 75}.
	Range [2]float64
	// UnitVariance divides so that numbers from a normal distribution get a variance of 1.
	// The quantiles then have to differ from each other, from 0 and from 100.
	UnitVariance bool
	// NoCentre leaves the median, NoScale the distance as it is.
	NoCentre, NoScale bool
}

func (s RobustScaler) takes(p *plan) ([]int, error) { return p.takeNumbers(s.Columns) }

func (s RobustScaler) fit(l *learning) (learnt, error) {
	r := s.Range
	if r == [2]float64{} {
		r = [2]float64{25, 75}
	}
	if !(0 <= r[0] && r[0] <= r[1] && r[1] <= 100) {
		return nil, optionf("Range is %v to %v percent; give two numbers from 0 to 100, the smaller one first", r[0], r[1])
	}
	adjust := 1.0
	if s.UnitVariance {
		if r[0] == 0 || r[0] == r[1] || r[1] == 100 {
			return nil, optionf("Range is %v to %v percent, which has no UnitVariance; give two different numbers between 0 and 100", r[0], r[1])
		}
		adjust = mathext.NormalQuantile(r[1]/100) - mathext.NormalQuantile(r[0]/100)
	}
	f := newCentred(len(l.cols))
	return f, l.each(func(j int, v []float64) error {
		q := frame.Quantiles(v, 0.5, r[0]/100, r[1]/100)
		if !s.NoCentre {
			f.Centre[j] = q[0]
		}
		if !s.NoScale {
			f.Scale[j] = widthOr1(q[2]-q[1]) / adjust
		}
		least, most := widen(v, math.Inf(1), math.Inf(-1))
		return cmp.Or(beyond("distance between the quantiles", l.cols[j].name, f.Scale[j]), scaled(l.cols[j].name, least, most, f.Centre[j], f.Scale[j]))
	})
}
