package feature

import (
	"cmp"
	"fmt"
	"math"

	"transferlab/tlkit/parallel"
)

// This file is what the scalers have in common: each turns the numbers of a column into
// others by two numbers, and back.

// columnwise calls f for every column, several at a time.
func (l *learning) columnwise(f func(j int) error) error {
	errs := make([]error, len(l.cols))
	err := parallel.Each(l.ctx, len(l.cols), func(j int) { errs[j] = f(j) })
	return cmp.Or(err, firstError(errs))
}

// centred is x ↦ (x − Centre)/Scale, column by column. Both are NaN where a column had no
// value.
type centred struct {
	Centre floats `json:"centre"`
	Scale  floats `json:"scale"` // not 0
}

// newCentred leaves n columns as they are.
func newCentred(n int) *centred {
	f := &centred{make(floats, n), make(floats, n)}
	for j := range f.Scale {
		f.Scale[j] = 1
	}
	return f
}

func (s *centred) outputs(in []element) ([]output, error) {
	if err := cmp.Or(lengths(len(in), s.Centre, s.Scale), noInfinity(s.Centre), divisors(s.Scale)); err != nil {
		return nil, err
	}
	return sameNames(in), nil
}

func (s *centred) one(j, _ int, in, out *column) error {
	centre, scale := s.Centre[j], s.Scale[j]
	to := out.num[:len(in.num)]
	for i, v := range in.num {
		to[i] = (v - centre) / scale
	}
	return nil
}

func (s *centred) back(j int, in, out *column) error {
	for i, v := range in.num {
		out.num[i] = float64(v*s.Scale[j]) + s.Centre[j] // rounded twice on every machine
	}
	return nil
}

// sameNames are outputs that stand for their inputs, as floats.
func sameNames(in []element) []output {
	out := make([]output, len(in))
	for j, e := range in {
		out[j] = output{of: j, names: []string{e.name}, kind: floatKind}
	}
	return out
}

// lengths checks that there is a number for each of n columns.
func lengths(n int, lists ...floats) error {
	for _, l := range lists {
		if len(l) != n {
			return fmt.Errorf("feature: %w: %d numbers for %d columns", ErrFile, len(l), n)
		}
	}
	return nil
}

// noInfinity checks that numbers are finite, or NaN.
func noInfinity(lists ...floats) error {
	for _, l := range lists {
		for _, v := range l {
			if math.IsInf(v, 0) {
				return fmt.Errorf("feature: %w: an infinite number was learnt", ErrFile)
			}
		}
	}
	return nil
}

// divisors checks that numbers can be divided by.
func divisors(l floats) error {
	for _, v := range l {
		if v == 0 {
			return fmt.Errorf("feature: %w: a column would be divided by 0", ErrFile)
		}
	}
	return noInfinity(l)
}
