package feature

import (
	"fmt"
)

// This file is what the scalers have in common: each turns the numbers of a column into
// others by two numbers, and back.

// centred is x ↦ (x − Centre)/Scale, column by column.
type centred struct {
	Centre floats `json:"centre"`
	Scale  floats `json:"scale"` // not 0
}

func (s *centred) outputs(in []element) ([]output, error) {
	if err := lengths(len(in), s.Centre, s.Scale); err != nil {
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
		out.num[i] = v*s.Scale[j] + s.Centre[j]
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
