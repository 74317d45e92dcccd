package feature

import (
	"errors"
	"fmt"
	"math"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
)

// The kinds of errors, for errors.Is. Each error says where it stands and what to do. An
// unknown column is a [*frame.ColumnError], a column of another kind is [frame.ErrKind].
var (
	ErrInput   = errors.New("input cannot be used")
	ErrOption  = errors.New("option is out of range")
	ErrEmpty   = errors.New("nothing to learn from")
	ErrTarget  = errors.New("target does not fit")
	ErrUnknown = errors.New("value was not among the training rows")
	ErrInverse = errors.New("step cannot be turned round")
	ErrFile    = errors.New("not a saved pipeline")
	ErrLimit   = errors.New("limit exceeded")
)

// errOption is what the errors about named options wrap.
var errOption = fmt.Errorf("feature: %w", ErrOption)

func optionf(format string, args ...any) error {
	return fmt.Errorf("feature: %w: "+format, append([]any{ErrOption}, args...)...)
}

// An InputError says that a cell has a value that a step cannot use. It is [ErrInput].
type InputError struct {
	Column string
	Row    int // from 0
	Value  float64
	Remedy string
	Err    error // the model's own error, where it comes from one
}

func (e *InputError) Error() string {
	what := fmt.Sprint(e.Value)
	if math.IsNaN(e.Value) {
		what = "missing"
	}
	return fmt.Sprintf("feature: column %.40q, row %d is %s; %s", e.Column, e.Row, what, e.Remedy)
}

// Is makes errors.Is(err, ErrInput) true.
func (e *InputError) Is(target error) bool { return target == ErrInput }

// Unwrap is the model's error, nil where there is none.
func (e *InputError) Unwrap() error { return e.Err }

// named says which feature a model cannot use the value of.
func (f *Fitted) named(err error) error {
	var e *estimate.InputError
	if !errors.As(err, &e) || e.Feature < 0 || e.Feature >= len(f.plan.elements) {
		return err
	}
	remedy := "the model takes finite numbers only: scale or correct the column"
	if math.IsNaN(e.Value) {
		remedy = "the model needs all values: add feature.Impute before, or drop such rows"
	}
	return &InputError{f.plan.elements[e.Feature].name, e.Row, e.Value, remedy, err}
}

// A NoFeatureError says that a pipeline leaves a model nothing to learn from. It is
// [ErrEmpty].
type NoFeatureError struct {
	Step int    // the one that kept none of its columns, from 0; -1: there was none before
	Name string // the step's kind: "SelectModel"
	Of   int    // how many it chose from
}

func (e *NoFeatureError) Error() string {
	if e.Step < 0 {
		return fmt.Sprintf("feature: %v: the table has no column that can be a feature; give one", ErrEmpty)
	}
	return fmt.Sprintf("feature: %v: step %d, %s, kept none of %d features, and no other is left; let it keep more, or leave it out", ErrEmpty, e.Step+1, e.Name, e.Of)
}

// Is makes errors.Is(err, ErrEmpty) true.
func (e *NoFeatureError) Is(target error) bool { return target == ErrEmpty }

// some refuses a pipeline that leaves nothing to learn from. The last step that took a
// column is the one that left none.
func some(f *Fitted) error {
	if len(f.plan.elements) > 0 {
		return nil
	}
	for k := len(f.steps) - 1; k >= 0; k-- {
		if s := f.steps[k]; len(s.takes) > 0 {
			return &NoFeatureError{k, s.name, len(s.takes)}
		}
	}
	return &NoFeatureError{Step: -1}
}

// An UnknownError says that an encoder met a value that the training rows do not have. It
// is [ErrUnknown].
type UnknownError struct {
	Column string
	Row    int // from 0
	Value  string
	// Missing says that the row has no value, and every training row has one.
	Missing bool
	// Nearest is the known value that is most like it; empty if none is.
	Nearest string
}

func (e *UnknownError) Error() string {
	if e.Missing {
		return fmt.Sprintf("feature: column %.40q, row %d: the value is missing, and no training row's was; fill it in a step before, or let the encoder take unknown values", e.Column, e.Row)
	}
	hint := ""
	if e.Nearest != "" {
		hint = fmt.Sprintf(" (like %.40q)", e.Nearest)
	}
	return fmt.Sprintf("feature: column %.40q, row %d: %.40q was not among the training rows%s; correct it, or let the encoder take unknown values", e.Column, e.Row, e.Value, hint)
}

// Is makes errors.Is(err, ErrUnknown) true.
func (e *UnknownError) Is(target error) bool { return target == ErrUnknown }

// A StepError says which step of a pipeline an error comes from.
type StepError struct {
	Step int    // from 0
	Name string // the step's kind: "StandardScaler"
	Err  error
}

func (e *StepError) Error() string { return fmt.Sprintf("step %d, %s: %v", e.Step+1, e.Name, e.Err) }

// Unwrap is the step's own error.
func (e *StepError) Unwrap() error { return e.Err }

// kindError says that a column is not of the kind a step needs.
func kindError(name string, have, want frame.Kind) error {
	return fmt.Errorf("feature: %w: column %.40q is %v, and %v is needed; choose another column, or convert it first", frame.ErrKind, name, have, want)
}
