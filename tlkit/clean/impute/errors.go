package impute

import (
	"errors"
	"fmt"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/wording"
)

// The kinds of errors, for errors.Is. Each error says where it stands and what to do. An
// unknown column is a [*frame.ColumnError].
var (
	ErrEmpty    = errors.New("nothing to learn from")
	ErrOption   = errors.New("option is out of range")
	ErrInfinite = errors.New("infinite value")
	ErrNumber   = errors.New("numbers went out of range")
	ErrOrder    = errors.New("rows are not in order")
	ErrFile     = errors.New("not a saved imputer")
)

// errOption is what the errors about options wrap.
var errOption = fmt.Errorf("impute: %w", ErrOption)

// An EmptyError says that columns have no value at all among the training rows, so that
// there is nothing to fill them with. It is [ErrEmpty].
type EmptyError struct{ Columns []string }

func (e *EmptyError) Error() string {
	return fmt.Sprintf("impute: %s: no training row has a value in %s; set KeepEmpty to leave them as they are, fill them by a constant, or take them out first",
		ErrEmpty, wording.Names(e.Columns))
}

// Is makes errors.Is(err, ErrEmpty) true.
func (e *EmptyError) Is(target error) bool { return target == ErrEmpty }

// A KindError says that a column is of a kind that cannot be used. It is [frame.ErrKind].
type KindError struct {
	Column string
	Got    frame.Kind
	Want   string // in words
}

func (e *KindError) Error() string {
	return fmt.Sprintf("impute: %s: column %.40q is %v, and %s", frame.ErrKind, e.Column, e.Got, e.Want)
}

// Is makes errors.Is(err, frame.ErrKind) true.
func (e *KindError) Is(target error) bool { return target == frame.ErrKind }

// An InfiniteError says that a number from which something would be learnt or predicted is
// infinite. It is [ErrInfinite].
type InfiniteError struct {
	Column string
	Row    int // from 0
	Value  float64
}

func (e *InfiniteError) Error() string {
	return fmt.Sprintf("impute: column %.40q, row %d: %v cannot be calculated with; make infinities missing first", e.Column, e.Row, e.Value)
}

// Is makes errors.Is(err, ErrInfinite) true.
func (e *InfiniteError) Is(target error) bool { return target == ErrInfinite }

// optionf is an error about an option.
func optionf(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errOption, fmt.Sprintf(format, args...))
}
