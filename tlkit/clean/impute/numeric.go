package impute

import (
	"context"
	"fmt"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// This file is what KNN and Iterative share: columns of numbers that fill each other, and
// others beside them.

// numeric is the part of a fitted imputer of numbers.
type numeric struct {
	columns    []Column // of numbers
	others     []Fill   // columns that are not numbers, if they are filled
	ints       Ints
	indicators []string
}

// Columns are the columns of numbers that were fitted on. Those that are Empty are not
// filled, and say nothing about others.
func (f *numeric) Columns() []Column { return append([]Column(nil), f.columns...) }

// Others are what the columns that are not numbers are filled with.
func (f *numeric) Others() []Fill { return append([]Fill(nil), f.others...) }

// used are the columns that are not empty.
func (f *numeric) used() []Column {
	var out []Column
	for _, c := range f.columns {
		if !c.Empty {
			out = append(out, c)
		}
	}
	return out
}

func checkNumeric(ints Ints, others Others) error {
	if err := intsNames.Check(uint8(ints)); err != nil {
		return err
	}
	return othersNames.Check(uint8(others))
}

// fitNumeric learns the columns, and gives the numbers of those that are not empty.
func fitNumeric(ctx context.Context, train split.Train, chosen []string, ints Ints, others Others, keepEmpty, indicators bool) (numeric, matrix, error) {
	f := numeric{ints: ints}
	l, err := learn(ctx, train)
	if err != nil {
		return f, nil, err
	}
	cols, err := l.numeric(chosen)
	if err != nil {
		return f, nil, err
	}
	if f.columns, err = l.describe(cols, keepEmpty); err != nil {
		return f, nil, err
	}
	if f.others, err = l.others(others, keepEmpty); err != nil {
		return f, nil, err
	}
	if indicators {
		all := f.Columns()
		for _, o := range f.others {
			all = append(all, o.Column)
		}
		if f.indicators, err = l.indicators(all); err != nil {
			return f, nil, err
		}
	}
	var used []frame.Column
	for i, c := range cols {
		if !f.columns[i].Empty {
			used = append(used, c)
		}
	}
	m, err := matrixOf(used)
	return f, m, err
}

// others fits the columns that are not numbers.
func (l learner) others(o Others, keepEmpty bool) ([]Fill, error) {
	if o == Leave {
		return nil, nil
	}
	all, err := l.columns(nil)
	if err != nil {
		return nil, err
	}
	var cols []frame.Column
	for _, c := range all {
		if c.Numeric() {
			continue
		}
		if o == Refuse && l.missing[c.Name] > 0 {
			return nil, &KindError{c.Name, c.Kind, fmt.Sprintf("has %d missing values that only numbers' columns could be filled for; set Others to Mode or Leave, or fill it first", l.missing[c.Name])}
		}
		if o == Mode {
			cols = append(cols, c)
		}
	}
	described, err := l.describe(cols, keepEmpty)
	if err != nil {
		return nil, err
	}
	var out []Fill
	for i, c := range cols {
		f := Fill{Column: described[i], Strategy: MostFrequent}
		if !f.Empty {
			f.Value, _ = mode(c)
		}
		out = append(out, f)
	}
	return out, nil
}

// filler is a table that is being filled by an imputer of numbers.
type filler struct {
	*result
	fit    *numeric
	cols   []frame.Column // those that are used
	m      matrix         // their numbers
	holes  [][]int        // rows of each that have none
	values [][]float64    // what these are filled with
}

// begin finds the columns again and takes their numbers.
func (f *numeric) begin(ctx context.Context, fit string, t frame.Table) (*filler, error) {
	all, err := find(t, f.columns)
	if err != nil {
		return nil, err
	}
	r, err := begin(ctx, fit, t)
	if err != nil {
		return nil, err
	}
	w := &filler{result: r, fit: f}
	for i, c := range all {
		if f.columns[i].Empty {
			r.leave(c.Name, "no training row has a value")
			continue
		}
		w.cols = append(w.cols, c)
	}
	if w.m, err = matrixOf(w.cols); err != nil {
		return nil, err
	}
	w.holes, w.values = make([][]int, len(w.m)), make([][]float64, len(w.m))
	for j, v := range w.m {
		for i, x := range v {
			if x != x {
				w.holes[j] = append(w.holes[j], i)
			}
		}
	}
	return w, nil
}

// incomplete are the rows with a missing number, ascending.
func (w *filler) incomplete() []int {
	var rows []int
	for i := range w.m.rows() {
		for j := range w.m {
			if w.m[j][i] != w.m[j][i] {
				rows = append(rows, i)
				break
			}
		}
	}
	return rows
}

// done writes the numbers and the other columns.
func (w *filler) done(ctx context.Context) (frame.Table, *Report, error) {
	used := w.fit.used()
	for j, c := range w.cols {
		widen := c.Kind == frame.Int && w.fit.ints == Widen && (used[j].Missing > 0 || len(w.holes[j]) > 0)
		if len(w.holes[j]) == 0 && !widen {
			continue
		}
		ch, err := fillNumbers(c, w.holes[j], w.values[j], widen)
		if err != nil {
			return frame.Table{}, nil, err
		}
		w.put(c.Name, ch)
	}
	if len(w.fit.others) > 0 {
		if err := w.fillOthers(ctx); err != nil {
			return frame.Table{}, nil, err
		}
	}
	for _, c := range w.report.Columns {
		if c.Left() > 0 && c.Why == "" {
			col, err := w.table.Column(c.Column)
			if err == nil && !col.Numeric() {
				w.leave(c.Column, "not numbers; see Others")
			}
		}
	}
	return w.result.done(w.fit.indicators)
}

func (w *filler) fillOthers(ctx context.Context) error {
	fitted := make([]Column, len(w.fit.others))
	for i, o := range w.fit.others {
		fitted[i] = o.Column
	}
	cols, err := find(w.table, fitted)
	if err != nil {
		return err
	}
	var todo []frame.Column
	var values []Value
	for i, o := range w.fit.others {
		switch {
		case o.Empty:
			w.leave(o.Name, "no training row has a value")
		case w.missing[o.Name] > 0:
			if err := o.Value.suits(cols[i].Field); err != nil {
				return err
			}
			todo, values = append(todo, cols[i]), append(values, o.Value)
		}
	}
	changes, err := fillAll(ctx, todo, values)
	if err != nil {
		return err
	}
	for i, c := range changes {
		w.put(todo[i].Name, c)
	}
	return nil
}

type numericForm struct {
	Columns    []Column `json:"columns"`
	Others     []Fill   `json:"others,omitempty"`
	Ints       Ints     `json:"ints"`
	Indicators []string `json:"indicators,omitempty"`
}

func (f *numeric) form() numericForm {
	return numericForm{f.columns, f.others, f.ints, f.indicators}
}

// load checks what was read.
func (n numericForm) load() (numeric, error) {
	all := append([]Column(nil), n.Columns...)
	for _, c := range n.Columns {
		if c.Kind != frame.Int && c.Kind != frame.Float {
			return numeric{}, fmt.Errorf("impute: %w: column %.40q is %v, not numbers", ErrFile, c.Name, c.Kind)
		}
	}
	for _, o := range n.Others {
		all = append(all, o.Column)
		if o.Kind == frame.Int || o.Kind == frame.Float {
			return numeric{}, fmt.Errorf("impute: %w: column %.40q is %v, and stands among the others", ErrFile, o.Name, o.Kind)
		}
		if o.Empty {
			continue
		}
		if err := o.Value.suits(frame.Field{Name: o.Name, Kind: o.Kind}); err != nil {
			return numeric{}, fmt.Errorf("impute: %w: %w", ErrFile, err)
		}
	}
	if err := checkColumns(all); err != nil {
		return numeric{}, err
	}
	if err := checkIndicators(n.Indicators, all); err != nil {
		return numeric{}, err
	}
	return numeric{n.Columns, n.Others, n.Ints, n.Indicators}, nil
}
