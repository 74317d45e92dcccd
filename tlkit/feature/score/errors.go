package score

import (
	"errors"
	"fmt"
)

// The kinds of errors, for errors.Is. Each error says where it stands and what to do.
var (
	ErrEmpty    = errors.New("nothing to score")
	ErrShape    = errors.New("shapes do not fit together")
	ErrInput    = errors.New("input is not finite")
	ErrNegative = errors.New("counts cannot be negative")
	ErrClass    = errors.New("not a class")
	ErrOption   = errors.New("option is out of range")
)

// An InputError says that a number cannot be used. It is [ErrInput] where the number is
// not finite and [ErrNegative] where it is a count below zero.
type InputError struct {
	Column int // from 0; -1 where it is the target
	Row    int // from 0
	Value  float64
}

func (e *InputError) Error() string {
	where := fmt.Sprintf("column %d, row %d", e.Column, e.Row)
	if e.Column < 0 {
		where = fmt.Sprintf("target, row %d", e.Row)
	}
	if e.negative() {
		return fmt.Sprintf("score: %s: %v: %v; chi-square is for counts and shares, scale to 0 … 1 or use ANOVA", where, ErrNegative, e.Value)
	}
	return fmt.Sprintf("score: %s: %v: %v; fill or drop it first", where, ErrInput, e.Value)
}

// negative reports which of the two kinds it is: only -Inf is below zero and not finite.
func (e *InputError) negative() bool { return e.Value < 0 && isFinite(e.Value) }

// Is makes errors.Is(err, ErrInput) or errors.Is(err, ErrNegative) true.
func (e *InputError) Is(target error) bool {
	if e.negative() {
		return target == ErrNegative
	}
	return target == ErrInput
}
