package estimate

import (
	"errors"
	"fmt"
)

// The kinds of errors, for errors.Is. Each error says where it stands and what to do.
var (
	ErrEmpty  = errors.New("nothing to learn from")
	ErrShape  = errors.New("shapes do not fit together")
	ErrInput  = errors.New("input is not finite")
	ErrOption = errors.New("option is out of range")
	ErrModel  = errors.New("not a model that can be read or written")
	ErrNumber = errors.New("numbers went out of range")
)

// errOption is what the errors about named options wrap.
var errOption = fmt.Errorf("estimate: %w", ErrOption)

// An InputError says that a number which has to be finite is not. It is [ErrInput].
type InputError struct {
	Row     int // in x and in y, from 0
	Feature int // the column of x, from 0; -1 where it is y
	Value   float64
}

func (e *InputError) Error() string {
	where := fmt.Sprintf("row %d, feature %d of x", e.Row, e.Feature)
	if e.Feature < 0 {
		where = fmt.Sprintf("row %d of y", e.Row)
	}
	return fmt.Sprintf("estimate: %s is %v, and only finite numbers can be used; fill or drop it first", where, e.Value)
}

// Is makes errors.Is(err, ErrInput) true.
func (e *InputError) Is(target error) bool { return target == ErrInput }
