package grel

import (
	"errors"
	"fmt"
)

// The kinds of errors, for errors.Is.
var (
	ErrSyntax      = errors.New("not an expression")
	ErrUnsupported = errors.New("not supported")
	ErrLimit       = errors.New("limit exceeded")
)

// A SyntaxError says where an expression cannot be read. It is [ErrSyntax].
type SyntaxError struct {
	Offset int    // in bytes from the start of the source
	Line   int    // from 1
	Msg    string // what is wrong, as OpenRefine says it
	Near   string // the source from there, the first characters of it; empty at its end
	Hint   string // what to write instead; may be empty
}

func (e *SyntaxError) Error() string {
	where := "at its end"
	if e.Near != "" {
		where = fmt.Sprintf("at offset %d, near %q", e.Offset, e.Near)
	}
	if e.Line > 1 {
		where = fmt.Sprintf("in line %d, %s", e.Line, where)
	}
	s := fmt.Sprintf("grel: expression cannot be read %s: %s", where, e.Msg)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Is makes errors.Is(err, ErrSyntax) true.
func (e *SyntaxError) Is(target error) bool { return target == ErrSyntax }

// An UnsupportedError says that an expression is right for OpenRefine, but needs what this
// package does not do. It is [ErrUnsupported].
type UnsupportedError struct {
	Name   string // the function, the language or the feature
	Offset int    // in bytes from the start of the source; -1 where it shows only in a row's values
	Why    string
}

func (e *UnsupportedError) Error() string {
	if e.Offset < 0 {
		return fmt.Sprintf("grel: %s is not supported: %s", e.Name, e.Why)
	}
	return fmt.Sprintf("grel: %s (offset %d) is not supported: %s", e.Name, e.Offset, e.Why)
}

// Is makes errors.Is(err, ErrUnsupported) true.
func (e *UnsupportedError) Is(target error) bool { return target == ErrUnsupported }

// A LimitError says that an expression, or its evaluation for one row, outgrew what this
// package allows, so that no expression can hang or fill the memory. It is [ErrLimit].
type LimitError struct {
	What  string // what there is too much of
	Limit int    // how much is allowed
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("grel: more than %d %s; make the expression or the cell's text smaller", e.Limit, e.What)
}

// Is makes errors.Is(err, ErrLimit) true.
func (e *LimitError) Is(target error) bool { return target == ErrLimit }
