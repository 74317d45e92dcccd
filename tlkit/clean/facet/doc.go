// Package facet looks at the rows of a table the way OpenRefine does: by the values of a
// column, by size, by time, by what is blank, repeated or long. A facet counts; it shows
// itself as text, as HTML and as a table of counts; and it gives the rows of a choice, so
// that several facets narrow a table down together:
//
//	genre, err := facet.Text(movies, "Genre", facet.TextOptions{})
//	drama, err := genre.Rows("Drama")
//	years, err := facet.Numeric(movies, "Year", facet.NumericOptions{Within: drama})
//	both, err := facet.And(drama, years.Between(1990, 2000))
//	some, err := movies.Where(both)
//
// The counts are those of OpenRefine 3.9.3 where it has the facet.
package facet

import (
	"errors"
	"fmt"

	"transferlab/tlkit/frame"
)

// The kinds of errors, for errors.Is, beside those of package frame.
var (
	ErrChoice  = errors.New("no such choice")
	ErrShape   = errors.New("selections do not fit together")
	ErrOptions = errors.New("options are not possible")
)

// Facet is what all facets have in common.
type Facet interface {
	Table() (frame.Table, error) // the counts
	String() string
	HTML() string
}

// And are the rows that all selections have, as the facets of OpenRefine go together.
// Without a selection it is nil.
func And(selections ...[]bool) ([]bool, error) {
	return combined(selections, func(a, b bool) bool { return a && b })
}

// Or are the rows that at least one of the selections has.
func Or(selections ...[]bool) ([]bool, error) {
	return combined(selections, func(a, b bool) bool { return a || b })
}

// Not are the rows that the selection does not have.
func Not(selection []bool) []bool {
	out := make([]bool, len(selection))
	for i, s := range selection {
		out[i] = !s
	}
	return out
}

func combined(selections [][]bool, f func(a, b bool) bool) ([]bool, error) {
	var out []bool
	for k, s := range selections {
		if k == 0 {
			out = append(make([]bool, 0, len(s)), s...)
			continue
		}
		if len(s) != len(out) {
			return nil, fmt.Errorf("facet: %w: selection %d is of %d rows, the first of %d; take facets of one table", ErrShape, k, len(s), len(out))
		}
		for i := range out {
			out[i] = f(out[i], s[i])
		}
	}
	return out, nil
}

// Count is how many rows a selection has.
func Count(selection []bool) int {
	n := 0
	for _, s := range selection {
		if s {
			n++
		}
	}
	return n
}

// inside checks a Within option against the table.
func inside(within []bool, rows int) error {
	if within != nil && len(within) != rows {
		return fmt.Errorf("facet: %w: Within is of %d rows, the table has %d; take a selection of the same table", ErrShape, len(within), rows)
	}
	return nil
}
