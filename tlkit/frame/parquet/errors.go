package parquet

import (
	"errors"
	"fmt"
	"strings"

	"transferlab/tlkit/frame"
)

// Error says why a file cannot be read as a table, or a table not be written as a file. It
// is [frame.ErrParse], [frame.ErrLimit], [frame.ErrKind] or [frame.ErrShape], and what caused it.
type Error struct {
	Path   string // the file; empty if there is no name
	Column string // the column; empty where it is about the whole
	Row    int    // the row, counted from 1; 0 where it is about more than one
	Reason string // what is wrong, and what to do
	Kind   error  // one of the errors of package frame
	Err    error  // what caused it; may be nil
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("parquet: ")
	if e.Path != "" {
		fmt.Fprintf(&b, "%s: ", e.Path)
	}
	if e.Column != "" {
		fmt.Fprintf(&b, "column %.40q: ", e.Column)
	}
	if e.Row > 0 {
		fmt.Fprintf(&b, "row %d: ", e.Row)
	}
	if e.Kind != nil {
		fmt.Fprintf(&b, "%v: ", e.Kind)
	}
	b.WriteString(e.Reason)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap makes errors.Is and errors.As find the kind and the cause.
func (e *Error) Unwrap() []error {
	var all []error
	for _, err := range []error{e.Kind, e.Err} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// damaged says that the bytes are not as the format wants them.
func damaged(format string, args ...any) *Error {
	return &Error{Kind: frame.ErrParse, Reason: fmt.Sprintf(format, args...) + "; the file is damaged or no Parquet file: get it again"}
}

// unsupported says that the file is well, but holds what a table cannot.
func unsupported(format string, args ...any) *Error {
	return &Error{Kind: frame.ErrKind, Reason: fmt.Sprintf(format, args...)}
}

// valueError is an error in one value of a page, found by its place among those that are
// not missing.
type valueError struct {
	at     int
	reason string
	kind   error
}

func (e *valueError) Error() string { return e.reason }

// in fills in where an error happened, as far as it does not say so itself.
func in(err error, path, column string) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	c := *e
	if c.Path == "" {
		c.Path = path
	}
	if c.Column == "" {
		c.Column = column
	}
	return &c
}

// caught turns a panic into an error: bytes that mislead a decoder must not end the program.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = damaged("its bytes contradict each other (%v)", r)
	}
}
