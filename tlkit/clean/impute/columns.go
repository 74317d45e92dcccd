package impute

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// This file is what all fitted imputers share: which columns they were fitted on, and how
// these are found again in another table.

// Column is a column that an imputer was fitted on.
type Column struct {
	Name    string     `json:"name"`
	Kind    frame.Kind `json:"type"`
	Missing int        `json:"missing"` // training rows without a value
	Empty   bool       `json:"empty,omitempty"`
}

// learner is a training table that is being learnt from.
type learner struct {
	table   frame.Table
	missing map[string]int
}

// rowsOf takes the training rows.
func rowsOf(train split.Train) (learner, error) {
	t := train.Table()
	if _, err := t.Columns(); err != nil {
		return learner{}, fmt.Errorf("impute: %w", err)
	}
	if t.Nrow() == 0 {
		return learner{}, fmt.Errorf("impute: %w: there are no training rows; give a table with some", ErrEmpty)
	}
	return learner{table: t}, nil
}

// learn takes the training rows and counts what is missing.
func learn(ctx context.Context, train split.Train) (learner, error) {
	l, err := rowsOf(train)
	if err != nil {
		return l, err
	}
	l.missing, err = countMissing(ctx, l.table, nil)
	return l, err
}

// columns are those of these names, or all of them.
func (l learner) columns(chosen []string) ([]frame.Column, error) {
	if name, twice := repeated(chosen); twice {
		return nil, optionf("column %.40q is named twice", name)
	}
	cols, err := l.table.Columns(chosen...)
	if err != nil {
		return nil, fmt.Errorf("impute: %w", err)
	}
	return cols, nil
}

// numeric are the columns of numbers among those of these names, which have to be numbers,
// or all that are.
func (l learner) numeric(chosen []string) ([]frame.Column, error) {
	if len(chosen) == 0 {
		chosen = l.table.Numeric()
		if len(chosen) == 0 {
			return nil, fmt.Errorf("impute: %w: the table has no column of numbers; use Simple, which fills any kind", ErrEmpty)
		}
	}
	cols, err := l.columns(chosen)
	if err != nil {
		return nil, err
	}
	for _, c := range cols {
		if !c.Numeric() {
			return nil, &KindError{c.Name, c.Kind, "numbers are needed; leave it out of Columns, and choose by Others what becomes of it"}
		}
	}
	return cols, nil
}

// describe notes what is known of the columns. One without any value is an EmptyError,
// unless it is to be kept.
func (l learner) describe(cols []frame.Column, keepEmpty bool) ([]Column, error) {
	out := make([]Column, len(cols))
	var empty []string
	for i, c := range cols {
		out[i] = Column{c.Name, c.Kind, l.missing[c.Name], l.missing[c.Name] == l.table.Nrow()}
		if out[i].Empty {
			empty = append(empty, c.Name)
		}
	}
	if len(empty) > 0 && !keepEmpty {
		return nil, &EmptyError{empty}
	}
	return out, nil
}

// indicators are the columns that get an indicator: those with missing values. Their names
// must be free.
func (l learner) indicators(cols []Column) ([]string, error) {
	var out []string
	for _, c := range cols {
		if c.Missing > 0 {
			if err := free(l.table, c.Name+indicatorSuffix); err != nil {
				return nil, err
			}
			out = append(out, c.Name)
		}
	}
	return out, nil
}

// indicatorSuffix is put behind a column's name to name its indicator.
const indicatorSuffix = "_missing"

// free is an error if the table has a column of that name.
func free(t frame.Table, name string) error {
	if slices.Contains(t.Names(), name) {
		return fmt.Errorf("impute: %w: the table already has a column %.40q; rename it, or leave Indicators out", frame.ErrShape, name)
	}
	return nil
}

// find gives the columns of a table that an imputer was fitted on. Texts of all kinds are
// one kind here: what the schema says of them may have changed.
func find(t frame.Table, fitted []Column) ([]frame.Column, error) {
	if len(fitted) == 0 {
		return nil, nil
	}
	names := make([]string, len(fitted))
	for i, f := range fitted {
		names[i] = f.Name
	}
	out, err := t.Columns(names...)
	if err != nil {
		return nil, fmt.Errorf("impute: %w", err)
	}
	for i, f := range fitted {
		c := out[i]
		if storage(c.Kind) != storage(f.Kind) {
			return nil, &KindError{c.Name, c.Kind, fmt.Sprintf("the imputer was fitted on %v; convert it first", f.Kind)}
		}
	}
	return out, nil
}

// storage is the kind of a column's cells.
func storage(k frame.Kind) frame.Kind {
	if k == frame.Date || k == frame.Category {
		return frame.Text
	}
	return k
}

// result puts the changed columns and the indicators into the table and reports.
type result struct {
	table   frame.Table
	report  *Report
	missing map[string]int
	changed []series.Series
}

// begin looks a table over that is to be filled.
func begin(ctx context.Context, fit string, t frame.Table) (*result, error) {
	return beginWith(ctx, fit, t, nil)
}

// beginWith is begin where the missing values of some columns have been counted.
func beginWith(ctx context.Context, fit string, t frame.Table, known map[string]int) (*result, error) {
	missing, err := countMissing(ctx, t, known)
	if err != nil {
		return nil, err
	}
	return &result{table: t, report: newReport(fit, t, missing), missing: missing}, nil
}

// put takes a changed column.
func (r *result) put(column string, c change) {
	r.changed = append(r.changed, c.to)
	e := r.entry(column)
	e.Filled, e.Widened, e.Rounded = c.filled, c.widened, c.rounded
}

// leave says why a column's cells stay missing.
func (r *result) leave(column, why string) {
	if r.missing[column] > 0 {
		r.entry(column).Why = why
	}
}

func (r *result) entry(column string) *ColumnReport {
	for i := range r.report.Columns {
		if r.report.Columns[i].Column == column {
			return &r.report.Columns[i]
		}
	}
	// A column without missing cells is only named because it is of a new kind; it takes its
	// place among the others.
	names := r.table.Names()
	at := slices.Index(names, column)
	i := 0
	for i < len(r.report.Columns) && slices.Index(names, r.report.Columns[i].Column) < at {
		i++
	}
	r.report.Columns = slices.Insert(r.report.Columns, i, ColumnReport{Column: column})
	return &r.report.Columns[i]
}

// done makes the table.
func (r *result) done(indicators []string) (frame.Table, *Report, error) {
	for _, n := range indicators {
		c, err := r.table.Column(n)
		if err != nil {
			return frame.Table{}, nil, fmt.Errorf("impute: %w", err)
		}
		if err := free(r.table, n+indicatorSuffix); err != nil {
			return frame.Table{}, nil, err
		}
		r.changed = append(r.changed, indicator(c, n+indicatorSuffix))
		r.report.Added = append(r.report.Added, n+indicatorSuffix)
	}
	for i, c := range r.report.Columns {
		if c.Left() > 0 && c.Why == "" {
			r.report.Columns[i].Why = "not a column that it fills"
		}
	}
	if len(r.changed) == 0 {
		return r.table, r.report, nil
	}
	out, err := r.table.With(r.changed...)
	if err != nil {
		return frame.Table{}, nil, fmt.Errorf("impute: %w", err)
	}
	return out, r.report, nil
}

// repeated gives the first name that stands twice, if any does.
func repeated(names []string) (string, bool) {
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if seen[n] {
			return n, true
		}
		seen[n] = true
	}
	return "", false
}

// checkColumns checks what a file says of columns.
func checkColumns(cols []Column) error {
	for _, c := range cols {
		if c.Kind == frame.Auto || c.Kind > frame.Category || c.Missing < 0 {
			return fmt.Errorf("impute: %w: column %.40q of the kind %v with %d missing values", ErrFile, c.Name, c.Kind, c.Missing)
		}
	}
	ns := make([]string, len(cols))
	for i, c := range cols {
		ns[i] = c.Name
	}
	if name, twice := repeated(ns); twice {
		return fmt.Errorf("impute: %w: it has column %.40q twice", ErrFile, name)
	}
	return nil
}
