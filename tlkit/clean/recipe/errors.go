package recipe

import (
	"errors"
	"fmt"

	"transferlab/tlkit/frame"
)

// The kinds of errors, for errors.Is. A column that a table lacks is frame.ErrColumn.
var (
	ErrStep   = errors.New("no such step")
	ErrOption = errors.New("option that cannot be")
	ErrFitted = errors.New("step that learns from training rows")
	ErrFormat = errors.New("not a recipe as this package writes it")
	ErrOther  = errors.New("table unlike the one that was learnt from")
)

// StepError says which step of a recipe cannot be done. Err says why; it may be a
// *frame.ColumnError, with the column and the nearest name.
type StepError struct {
	Number int    // from 1
	Step   string // the step's name: "fill-down"
	Err    error
}

func (e *StepError) Error() string {
	return fmt.Sprintf("recipe: step %d (%s): %v", e.Number, e.Step, e.Err)
}
func (e *StepError) Unwrap() error { return e.Err }

// Column is the column that the step misses; "" where something else is wrong.
func (e *StepError) Column() string {
	var missing *frame.ColumnError
	if errors.As(e.Err, &missing) {
		return missing.Column
	}
	return ""
}

// option is the error for an option that cannot be.
func option(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrOption, fmt.Sprintf(format, args...))
}
