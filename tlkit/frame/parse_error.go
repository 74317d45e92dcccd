package frame

import (
	"errors"
	"fmt"
	"strings"
)

// A ParseError says where a file cannot be read as a table, and why. It is [ErrParse]; where
// a limit was exceeded it is [ErrLimit] too, and where a value is of another kind than its
// column, [ErrKind].
type ParseError struct {
	Source string // the file, for people; may be empty
	Line   int64  // of the text, from 1; 0 if none is meant
	Row    int64  // of the table, from 1, header and empty lines not counted; 0 if none is meant
	Column string // the column's name; empty if none is meant
	Offset int64  // bytes of (decompressed, decoded) text before the place; only beside a Line
	Value  string // what stands there, shortened; may be empty
	Err    error  // what is wrong, and what to do about it
}

func (e *ParseError) Error() string {
	var b strings.Builder
	b.WriteString("frame: ")
	if e.Source != "" {
		fmt.Fprintf(&b, "%s: ", e.Source)
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d", e.Line)
		if e.Row > 0 {
			fmt.Fprintf(&b, " (row %d)", e.Row)
		}
		if e.Column != "" {
			b.WriteString(", ")
		} else {
			b.WriteString(": ")
		}
	}
	if e.Column != "" {
		fmt.Fprintf(&b, "column %.40q: ", e.Column)
	}
	if e.Value != "" {
		fmt.Fprintf(&b, "%q ", e.Value)
	}
	fmt.Fprintf(&b, "%v", e.Err)
	return b.String()
}

// Unwrap is what is wrong.
func (e *ParseError) Unwrap() error { return e.Err }

// Is makes errors.Is(err, ErrParse) true.
func (e *ParseError) Is(target error) bool { return target == ErrParse }

// A saying is an error's words, which stand for themselves, and its kind for errors.Is.
type saying struct {
	words string
	kind  error
}

func (s *saying) Error() string { return s.words }
func (s *saying) Unwrap() error { return s.kind }

// says makes the words an error of a kind, of which nil is none.
func says(kind error, format string, args ...any) error {
	return &saying{fmt.Sprintf(format, args...), kind}
}

// shortened is the start of a value, for an error.
func shortened(s string) string {
	const most = 60 // bytes: enough to know a value by
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return strings.ToValidUTF8(s[:most], "\ufffd") + "…"
}

// inFile names the file in an error that came from reading it, and makes it a ParseError.
func inFile(source string, err error) error {
	var p *ParseError
	if errors.As(err, &p) {
		if p.Source == "" {
			p.Source = source
		}
		return err
	}
	return &ParseError{Source: source, Err: err}
}
