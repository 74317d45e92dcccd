package recipe

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Where chooses the rows that a step is about: those that all facets select. The zero value
// chooses all rows.
type Where struct {
	Facets []Facet `json:"facets,omitempty"`

	// Records makes the facets select records and not rows: a row whose first column is
	// blank belongs to the record of the row above, and a record is selected as a whole if
	// one of its rows is (all of them, where a List is inverted).
	Records bool `json:"records,omitempty"`
}

// String says the choice for people; "" if it is all rows.
func (w Where) String() string {
	var parts []string
	for _, f := range w.Facets {
		parts = append(parts, f.String())
	}
	s := strings.Join(parts, " and ")
	if w.Records && s != "" {
		s += ", by records"
	}
	return s
}

// where is " where …" or "", to end a step's sentence.
func (w Where) where() string {
	if s := w.String(); s != "" {
		return " where " + s
	}
	return ""
}

// check says what is wrong with the choice by itself.
func (w Where) check() error {
	for i, f := range w.Facets {
		if err := f.check(); err != nil {
			return fmt.Errorf("facet %d: %w", i+1, err)
		}
	}
	return nil
}

// rows are the rows that the choice selects.
func (w Where) rows(ctx context.Context, s state) (selection, error) {
	var out selection
	for _, f := range w.Facets {
		one, err := f.rows(ctx, s)
		if err != nil {
			return nil, err
		}
		if one != nil && w.Records {
			one = spread(one, s.records(), f.List != nil && f.List.Invert)
		}
		switch {
		case out == nil:
			out = one
		case one != nil:
			for i := range out {
				out[i] = out[i] && one[i]
			}
		}
	}
	return out, nil
}

// spread selects whole records: those with a selected row, or with none that is not.
func spread(rows selection, starts []int, all bool) selection {
	out := make(selection, len(rows))
	for k, from := range starts {
		to := len(rows)
		if k+1 < len(starts) {
			to = starts[k+1]
		}
		if slices.Contains(rows[from:to], !all) != all {
			for i := from; i < to; i++ {
				out[i] = true
			}
		}
	}
	return out
}

// records are the rows at which records start. A row belongs to the record above it if its
// first cell is blank, another one is not, and some row above has a first cell that is not
// blank.
func (s state) records() []int {
	cols, err := s.Columns()
	if err != nil || len(cols) == 0 || s.Nrow() == 0 {
		return nil
	}
	empty := make([]func(int) bool, len(cols))
	for i, c := range cols {
		empty[i] = s.blank(c)
	}
	starts := []int{0}
	keyed := !empty[0](0)
	for i := 1; i < s.Nrow(); i++ {
		belongs := empty[0](i) && keyed && slices.ContainsFunc(empty[1:], func(e func(int) bool) bool { return !e(i) })
		if !belongs {
			starts = append(starts, i)
		}
		keyed = keyed || !empty[0](i)
	}
	return starts
}
