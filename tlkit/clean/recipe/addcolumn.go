package recipe

import (
	"context"
	"fmt"
	"slices"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

// AddColumn adds a column with the values of an expression.
type AddColumn struct {
	Column     string  `json:"column"`            // the new column's name
	Expression string  `json:"expression"`        // GREL
	Base       string  `json:"base,omitempty"`    // the column whose cell is the expression's value; may be empty
	OnError    OnError `json:"onError,omitempty"` // empty: SetToBlank; KeepOriginal takes the base's value
	At         *int    `json:"at,omitempty"`      // its place, from 0; nil: after Base, or last
	Where      Where   `json:"where,omitzero"`    // other rows have no value
}

func (AddColumn) Name() string { return "add-column" }

func (a AddColumn) String() string {
	s := fmt.Sprintf("add column %s with %s", quoted(a.Column), a.Expression)
	if a.Base != "" {
		s += " of " + quoted(a.Base)
	}
	return s + a.Where.where()
}

func (a AddColumn) check() error {
	if _, err := parse(a.Expression); err != nil {
		return err
	}
	if err := a.OnError.check(); err != nil {
		return err
	}
	if a.At != nil && *a.At < 0 {
		return option("place %d; places are counted from 0", *a.At)
	}
	return a.Where.check()
}

func (a AddColumn) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	names := s.Names()
	if slices.Contains(names, a.Column) {
		return outcome{}, taken(a.Column)
	}
	at := len(names)
	switch {
	case a.At != nil && *a.At > len(names):
		return outcome{}, option("place %d; the table has %d columns", *a.At, len(names))
	case a.At != nil:
		at = *a.At
	case a.Base != "":
		at = slices.Index(names, a.Base) + 1
	}
	rows, err := a.Where.rows(ctx, s)
	if err != nil {
		return outcome{}, err
	}
	e, err := s.prepare(a.Expression, a.Base)
	if err != nil {
		return outcome{}, err
	}
	values := make([]grel.Value, s.Nrow())
	var failed failures
	err = e.each(ctx, rows, s.Nrow(), func(i int, v grel.Value, _ func(grel.Value) (grel.Value, error)) error {
		v = failed.count(i, v.Storable())
		if v.IsError() && a.OnError != StoreError {
			v = grel.Value{}
			if a.OnError == KeepOriginal && e.row.value != nil {
				v = e.row.value(i)
			}
		}
		values[i] = v
		return nil
	})
	if err != nil {
		return outcome{}, err
	}
	out, err := s.insert(at, settle(a.Column, values, frame.Column{}))
	return outcome{state: out, notes: failed.notes()}, err
}
