package feature

import (
	"fmt"

	"transferlab/tlkit/frame"
)

// A WidthError says that rows of one width were to be put below rows of another. It is
// [frame.ErrShape].
type WidthError struct {
	Cols, Other int // of the matrix, and of the rows that were to come below
}

func (e *WidthError) Error() string {
	return fmt.Sprintf("feature: rows of %d features do not go below rows of %d; make all of them with the same fitted pipeline", e.Other, e.Cols)
}

// Is makes errors.Is(err, frame.ErrShape) true.
func (e *WidthError) Is(target error) bool { return target == frame.ErrShape }

// Append puts a copy of another matrix's rows below those of s, which may be the zero value
// and has the other's Cols then. Other Cols are a [*WidthError], a matrix whose Start does
// not go with its entries is [ErrInput]; s stays as it was.
func (s *Sparse) Append(o *Sparse) error {
	if o == nil {
		return fmt.Errorf("feature: %w: there is no matrix to append", ErrInput)
	}
	begun := s.Rows != 0 || s.Cols != 0 || len(s.Start) != 0
	if begun && s.Cols != o.Cols {
		return &WidthError{s.Cols, o.Cols}
	}
	if err := o.fits(); err != nil {
		return err
	}
	if !begun {
		s.Cols, s.Start = o.Cols, []int{0}
	} else if err := s.fits(); err != nil {
		return err
	}
	// s may be o: what is read of o is taken before s changes.
	first, last := o.Start[0], o.Start[o.Rows]
	starts, index, value := o.Start[1:o.Rows+1], o.Index[first:last], o.Value[first:last]
	at := s.Start[s.Rows]
	s.Index, s.Value, s.Start = append(s.Index[:at], index...), append(s.Value[:at], value...), s.Start[:s.Rows+1]
	for _, n := range starts {
		s.Start = append(s.Start, at+n-first)
	}
	s.Rows += len(starts)
	return nil
}

// fits checks that Start goes with the entries.
func (s *Sparse) fits() error {
	if s.Rows >= 0 && len(s.Start) > s.Rows {
		if first, last := s.Start[0], s.Start[s.Rows]; 0 <= first && first <= last && last <= min(len(s.Index), len(s.Value)) {
			return nil
		}
	}
	return fmt.Errorf("feature: %w: a sparse matrix of %d rows has %d numbers in Start for %d entries; see Sparse", ErrInput, s.Rows, len(s.Start), len(s.Index))
}
