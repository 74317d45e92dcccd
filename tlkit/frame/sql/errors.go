package sql

import (
	"errors"
	"fmt"
	"strings"

	"transferlab/tlkit/frame"
)

// The kinds of errors, beside those of package frame.
var (
	ErrRefused = errors.New("refused")              // the query would do what it may not
	ErrQuery   = errors.New("the query is wrong")   // its grammar, its names, or its types
	ErrRun     = errors.New("the query has failed") // while it ran: a cast, a division, a disk
)

// Error says why a query gave no table. It is one of the kinds above, or [frame.ErrKind],
// [frame.ErrLimit] or [frame.ErrParse].
type Error struct {
	Query   string // the query; empty if it is about none
	Column  string // of the result or of the table; may be empty
	Row     int    // of it, from 1; 0 if none is meant
	Message string // DuckDB's own words, with the place in the query, or ours
	Kind    error
	Err     error // what caused it; may be nil
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("sql: ")
	if e.Column != "" {
		fmt.Fprintf(&b, "column %.40q: ", e.Column)
	}
	if e.Row > 0 {
		fmt.Fprintf(&b, "row %d: ", e.Row)
	}
	if e.Kind != nil {
		fmt.Fprintf(&b, "%v: ", e.Kind)
	}
	b.WriteString(e.Message)
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

func refused(query, format string, args ...any) error {
	return &Error{Query: query, Kind: ErrRefused, Message: fmt.Sprintf(format, args...)}
}

// said turns DuckDB's message into an error. The message begins with its own kind of error.
func said(query, message string) error {
	e := &Error{Query: query, Message: strings.TrimSpace(message), Kind: ErrRun}
	kind, rest, _ := strings.Cut(message, " Error: ")
	switch {
	case kind == "Permission", strings.Contains(message, "the configuration has been locked"), kind == "Missing Extension":
		e.Kind = ErrRefused
	case kind == "Out of Memory":
		// What DuckDB proposes next are settings, which are locked.
		before, _, _ := strings.Cut(e.Message, "\n\nPossible solutions")
		e.Kind, e.Message = frame.ErrLimit, before+"; raise Options.MemoryLimit or MaxTemp, take fewer Threads, or ask for less"
	case strings.HasPrefix(rest, "CSV Error"), strings.Contains(rest, "Parquet file"), strings.Contains(message, "No magic bytes found"):
		e.Kind = frame.ErrParse
	case kind == "Parser", kind == "Binder", kind == "Catalog", kind == "Syntax":
		e.Kind = ErrQuery
	}
	return e
}
