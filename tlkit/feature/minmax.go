package feature

import (
	"cmp"
	"math"
)

// MinMaxScaler brings a column's least value among the training rows to the one end of a
// range and its greatest to the other. Missing values stay missing. A column that spans less
// than 2.2e-15 is only moved: its values become Range[0]. Of one without any value all rows
// become missing. A span beyond the largest float64 is [ErrInput]. As scikit-learn's
// MinMaxScaler.
type MinMaxScaler struct {
	// Columns are scaled. None: all of ints and floats.
	Columns []string
	// Range is where the training rows' values come to lie. {0, 0} means {0, 1}.
	Range [2]float64
	// Clip brings values that would lie outside of Range to its end.
	Clip bool
}

func (s MinMaxScaler) takes(p *plan) ([]int, error) { return p.takeNumbers(s.Columns) }

func (s MinMaxScaler) fit(l *learning) (learnt, error) {
	r := s.Range
	if r == [2]float64{} {
		r = [2]float64{0, 1}
	}
	if w := r[1] - r[0]; !(w > 0) || math.IsInf(w, 0) {
		return nil, optionf("Range is %v to %v; give two finite numbers, the smaller one first", r[0], r[1])
	}
	n := len(l.cols)
	f := &ranged{Scale: make(floats, n), Shift: make(floats, n)}
	if s.Clip {
		f.Clip = r[:]
	}
	return f, l.columnwise(func(j int) error {
		low, high := math.Inf(1), math.Inf(-1)
		err := l.pieces(j, func(v []float64) { low, high = widen(v, low, high) })
		if err != nil {
			return err
		}
		if low > high {
			low, high = math.NaN(), math.NaN()
		}
		f.Scale[j] = (r[1] - r[0]) / widthOr1(high-low)
		f.Shift[j] = r[0] - float64(low*f.Scale[j])
		name := l.cols[j].name
		return cmp.Or(beyond("span", name, high-low), beyond("scale", name, f.Scale[j]), beyond("scale", name, f.Shift[j]))
	})
}

// widen gives the least and the greatest value, of v and of those before.
func widen(v []float64, low, high float64) (float64, float64) {
	for _, x := range v {
		if x < low {
			low = x
		}
		if x > high {
			high = x
		}
	}
	return low, high
}

// ranged is x ↦ x·Scale + Shift, column by column. Both are NaN where a column had no value.
type ranged struct {
	Scale floats `json:"scale"` // not 0
	Shift floats `json:"shift"`
	Clip  floats `json:"clip,omitempty"` // two numbers
}

func (s *ranged) outputs(in []element) ([]output, error) {
	err := cmp.Or(lengths(len(in), s.Scale, s.Shift), divisors(s.Scale), noInfinity(s.Shift, s.Clip))
	if err == nil && len(s.Clip) > 0 {
		err = lengths(2, s.Clip)
	}
	if err != nil {
		return nil, err
	}
	return sameNames(in), nil
}

func (s *ranged) one(j, _ int, in, out *column) error {
	scale, shift := s.Scale[j], s.Shift[j]
	to := out.num[:len(in.num)]
	for i, v := range in.num {
		to[i] = float64(v*scale) + shift // rounded twice on every machine
	}
	if len(s.Clip) == 2 {
		clip(to, s.Clip[0], s.Clip[1])
	}
	return nil
}

// clip brings numbers into a range.
func clip(v []float64, low, high float64) {
	for i, x := range v {
		if x < low {
			v[i] = low
		}
		if x > high {
			v[i] = high
		}
	}
}

func (s *ranged) back(j int, in, out *column) error {
	for i, v := range in.num {
		out.num[i] = (v - s.Shift[j]) / s.Scale[j]
	}
	return nil
}
