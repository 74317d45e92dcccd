package frame

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"transferlab/tlkit/internal/wording"
)

// The kinds of errors, for errors.Is. Each error says where it stands and what to do.
var (
	ErrColumn = errors.New("no such column")
	ErrKind   = errors.New("column is of another kind")
	ErrShape  = errors.New("columns do not fit together")
	ErrParse  = errors.New("file cannot be read as a table")
	ErrLimit  = errors.New("limit exceeded")
)

// A ColumnError says that a table lacks a column. It is [ErrColumn].
type ColumnError struct {
	Column  string
	Nearest string   // the name that is most like it; empty if none is
	Have    []string // the table's columns
}

func (e *ColumnError) Error() string {
	if e.Nearest != "" {
		return fmt.Sprintf("frame: no column %q; did you mean %q? The table has %s", e.Column, e.Nearest, listed(e.Have))
	}
	return fmt.Sprintf("frame: no column %q; the table has %s", e.Column, listed(e.Have))
}

// Is makes errors.Is(err, ErrColumn) true.
func (e *ColumnError) Is(target error) bool { return target == ErrColumn }

// listed writes the names of columns for people.
func listed(names []string) string {
	if len(names) == 0 {
		return "no columns"
	}
	return wording.Names(names)
}

// noColumn makes a ColumnError with the nearest of the names.
func noColumn(name string, have []string) *ColumnError {
	return &ColumnError{Column: name, Nearest: Nearest(name, have), Have: have}
}

// Nearest is the name that a person who typed want most likely meant: the fewest edits
// away, case ignored, and of its letters at most a third, or one of two; "" if there is none.
func Nearest(want string, have []string) string {
	if len(want) > 200 {
		return ""
	}
	letters := len([]rune(want))
	best, least := "", max(letters/3, min(letters-1, 1))+1
	for _, h := range have {
		if len(h) > 200 {
			continue
		}
		if d := edits([]rune(strings.ToLower(want)), []rune(strings.ToLower(h))); d < least {
			best, least = h, d
		}
	}
	return best
}

// edits is Levenshtein's distance (1966) where swapping two neighbours is one edit too.
func edits(a, b []rune) int {
	before, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			substitute := prev[j]
			if a[i] != b[j] {
				substitute++
			}
			row[j+1] = min(substitute, prev[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, prev, row = prev, row, before
	}
	return prev[len(b)]
}

// repeated gives the first name that stands twice, if any does.
func repeated(names []string) (string, bool) {
	sorted := slices.Sorted(slices.Values(names))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return sorted[i], true
		}
	}
	return "", false
}
