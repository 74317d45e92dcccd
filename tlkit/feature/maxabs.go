package feature

import (
	"cmp"
	"math"
)

// MaxAbsScaler divides a column by its greatest absolute value among the training rows, so
// that 0 stays 0. Missing values stay missing. A column in which no value is as large as
// 2.2e-15 is divided by 1; of one without any value all rows become missing. As
// scikit-learn's MaxAbsScaler.
type MaxAbsScaler struct {
	// Columns are scaled. None: all of ints and floats.
	Columns []string
	// Clip brings values beyond −1 and 1 there.
	Clip bool
}

func (s MaxAbsScaler) takes(p *plan) ([]int, error) { return p.takeNumbers(s.Columns) }

func (s MaxAbsScaler) fit(l *learning) (learnt, error) {
	f := &divided{Scale: make(floats, len(l.cols)), Clip: s.Clip}
	return f, l.columnwise(func(j int) error {
		most := -1.0
		err := l.pieces(j, func(v []float64) { most = largest(v, most) })
		if most < 0 {
			most = math.NaN()
		}
		f.Scale[j] = widthOr1(most)
		return err
	})
}

// largest is the greatest absolute value, of v and of those before.
func largest(v []float64, most float64) float64 {
	for _, x := range v {
		if a := math.Abs(x); a > most {
			most = a
		}
	}
	return most
}

// divided is x ↦ x/Scale, column by column. It is NaN where a column had no value.
type divided struct {
	Scale floats `json:"scale"` // not 0
	Clip  bool   `json:"clip,omitempty"`
}

func (s *divided) outputs(in []element) ([]output, error) {
	if err := cmp.Or(lengths(len(in), s.Scale), divisors(s.Scale)); err != nil {
		return nil, err
	}
	return sameNames(in), nil
}

func (s *divided) one(j, _ int, in, out *column) error {
	scale := s.Scale[j]
	to := out.num[:len(in.num)]
	for i, v := range in.num {
		to[i] = v / scale
	}
	if s.Clip {
		clip(to, -1, 1)
	}
	return nil
}

func (s *divided) back(j int, in, out *column) error {
	for i, v := range in.num {
		out.num[i] = v * s.Scale[j]
	}
	return nil
}
