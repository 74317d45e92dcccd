package feature

import (
	"context"
	"fmt"
	"math"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/frame"
)

// filled is a fitted Impute that fills each column with one value.
type filled struct {
	imputed
	values []impute.Value // of the kind Auto: the column stays as it is
}

func (s *filled) simple(by *impute.FittedSimple) {
	at := map[string]impute.Fill{}
	for _, f := range by.Fills() {
		at[f.Name] = f
	}
	for j, field := range s.Fields {
		if f, ok := at[field.Name]; ok && !f.Empty {
			s.values[j] = f.Value
		}
	}
}

func (s *filled) constant(by impute.Constant) {
	for j, field := range s.Fields {
		s.values[j] = by.Value
		if field.Kind == frame.Int && by.Ints == impute.Round && isNumber(by.Value) {
			s.values[j] = impute.FloatValue(math.RoundToEven(numberOf(by.Value)))
		}
	}
}

func (s *filled) check() error {
	for j, v := range s.values {
		f := s.Fields[j]
		if v.Kind != frame.Auto && !suits(v.Kind, f.Kind) {
			return kindError(f.Name, f.Kind, v.Kind)
		}
		if infinity(v) {
			return fmt.Errorf("feature: %w: column %.40q would be filled with an infinite number", ErrInput, f.Name)
		}
		if err := dateFilled(f, v); err != nil {
			return err
		}
	}
	return nil
}

// suits reports whether a column of a kind can be filled with a value of a kind.
func suits(value, column frame.Kind) bool {
	switch column {
	case frame.Bool:
		return value == frame.Bool
	case frame.Int, frame.Float:
		return value == frame.Int || value == frame.Float
	}
	return value == frame.Text
}

// dateFilled is an error if a date would be filled with something else, as the most frequent
// value may be.
func dateFilled(f frame.Field, v impute.Value) error {
	if f.Kind != frame.Date || v.Kind == frame.Auto {
		return nil
	}
	if _, ok := frame.ParseDate(v.Text); ok {
		return nil
	}
	return fmt.Errorf("feature: %w: date column %.40q would be filled with %.40q, which is no date; correct it, or let the column be text", ErrInput, f.Name, v.Text)
}

func (s *filled) outputs(in []element) ([]output, error) { return s.layOut(in) }

func (s *filled) one(j, _ int, in, out *column) error {
	v := s.values[j]
	if out.text != nil {
		copy(out.text, in.text)
		for i := range out.text {
			if out.text[i].Null && v.Kind != frame.Auto {
				out.text[i] = frame.Cell[string]{Value: v.Text}
			}
		}
		return nil
	}
	with := math.NaN()
	if v.Kind != frame.Auto {
		with = numberOf(v)
	}
	to := out.num[:len(in.num)]
	for i, x := range in.num {
		if x != x {
			x = with
		}
		to[i] = x
	}
	return nil
}

func (s *filled) back(_ int, in, out *column) error {
	copy(out.num, in.num)
	copy(out.text, in.text)
	return nil
}

// marked is filled with indicators.
type marked struct {
	imputed
	fill filled
}

func (s *marked) outputs(in []element) ([]output, error) { return s.layOut(in) }

func (s *marked) apply(first int, in, out []*column) error {
	k := 0
	for j := range s.Fields {
		if err := s.fill.one(j, first, in[j], out[k]); err != nil {
			return err
		}
		k++
		if s.Marked[j] {
			mark(in[j], out[k])
			k++
		}
	}
	return nil
}

func (s *marked) undo(in, out []*column) error { return s.unmark(in, out) }

// predicted is a fitted Impute that fills a row by what else is in it. What the row has
// passes as it is.
type predicted struct{ imputed }

// predicted checks that it takes numbers as floats only.
func (s *imputed) predicted() (learnt, error) {
	var cols []impute.Column
	switch by := s.Imputer.Fitted.(type) {
	case *impute.FittedKNN:
		cols = by.Columns()
	case *impute.FittedIterative:
		cols = by.Columns()
	}
	for _, c := range cols {
		if c.Kind != frame.Float {
			return nil, fmt.Errorf("feature: %w: column %.40q is filled as %v, and numbers are filled as floats", ErrFile, c.Name, c.Kind)
		}
	}
	for _, o := range s.Imputer.fills() {
		if err := dateFilled(frame.Field{Name: o.Name, Kind: o.Kind}, o.Value); err != nil {
			return nil, err
		}
	}
	return &predicted{*s}, nil
}

func (s *predicted) outputs(in []element) ([]output, error) {
	out, err := s.layOut(in)
	for j, o := range in {
		if err == nil && o.name != s.Fields[j].Name {
			err = fmt.Errorf("feature: %w: column %.40q was %.40q where it was filled", ErrFile, o.name, s.Fields[j].Name)
		}
	}
	return out, err
}

func (s *predicted) apply(first int, in, out []*column) error {
	if s.complete(in) {
		s.pass(in, out)
		return nil
	}
	t, err := s.table(in)
	if err != nil {
		return err
	}
	t, _, err = s.Imputer.Apply(context.Background(), nil, t)
	if err != nil {
		return fmt.Errorf("feature: in the rows from %d on: %w", first, err)
	}
	k := 0
	for j := range s.Fields {
		c, err := t.Column(s.Fields[j].Name)
		if err != nil {
			return err
		}
		if err := s.fill(j, first, &c, in[j], out[k]); err != nil {
			return err
		}
		k++
		if s.Marked[j] {
			mark(in[j], out[k])
			k++
		}
	}
	return nil
}

// fill takes what is missing in column j from the imputer's column.
func (s *predicted) fill(j, first int, from *frame.Column, in, out *column) error {
	if in.text != nil {
		copy(out.text, in.text)
		for i := range in.text {
			if in.text[i].Null {
				out.text[i] = from.Texts[i]
			}
		}
		return nil
	}
	whole := len(s.Whole) > 0 && s.Whole[j]
	for i, x := range in.num {
		if x != x {
			x = numberAt(from, i)
			if whole {
				x = math.RoundToEven(x)
			}
			if math.IsInf(x, 0) {
				return infinite(s.Fields[j].Name, first+i, x)
			}
		}
		out.num[i] = x
	}
	return nil
}

// numberAt is a cell of a column of floats or booleans; NaN is missing.
func numberAt(c *frame.Column, i int) float64 {
	switch {
	case c.Missing(i):
		return math.NaN()
	case c.Floats != nil:
		return c.Floats[i].Value
	case c.Bools != nil && c.Bools[i].Value:
		return 1
	}
	return 0
}

// complete reports whether nothing is missing.
func (s *predicted) complete(in []*column) bool {
	for _, c := range in {
		for _, v := range c.num {
			if v != v {
				return false
			}
		}
		for _, v := range c.text {
			if v.Null {
				return false
			}
		}
	}
	return true
}

// pass copies rows in which nothing is missing.
func (s *predicted) pass(in, out []*column) {
	k := 0
	for j := range s.Fields {
		copy(out[k].num, in[j].num)
		copy(out[k].text, in[j].text)
		k++
		if s.Marked[j] {
			clear(out[k].num)
			k++
		}
	}
}

// table makes a table of rows.
func (s *predicted) table(in []*column) (frame.Table, error) {
	cols := make([]series.Series, len(in))
	for j, c := range in {
		// Without levels and as no date: what the training rows have may be filled with.
		field := s.Fields[j]
		if c.text != nil {
			cols[j] = frame.Series(field.Name, c.text)
			continue
		}
		b := newBlock(field, len(c.num))
		fillBlock(b, c.num)
		cols[j] = b.Series(field.Name)
	}
	return frame.New(nil, cols...)
}

// newBlock makes a column of numbers of n rows.
func newBlock(f frame.Field, n int) frame.Column {
	c := frame.Column{Field: f}
	switch f.Kind {
	case frame.Int:
		c.Ints = frame.MakeCells[int](n)
	case frame.Bool:
		c.Bools = frame.MakeCells[bool](n)
	default:
		c.Floats = frame.MakeCells[float64](n)
	}
	return c
}

// fillBlock fills it.
func fillBlock(c frame.Column, v []float64) {
	for i, x := range v {
		switch {
		case c.Ints != nil:
			c.Ints[i] = frame.Cell[int]{Value: wholeOf(x), Null: x != x}
		case c.Bools != nil:
			c.Bools[i] = frame.Cell[bool]{Value: x == 1, Null: x != x}
		default:
			c.Floats[i] = frame.Cell[float64]{Value: x, Null: x != x}
		}
	}
}

// wholeOf is a number as an int; NaN is 0.
func wholeOf(x float64) int {
	if !(x >= math.MinInt64 && x < math.MaxInt64) {
		return 0
	}
	return int(x)
}

func (s *predicted) undo(in, out []*column) error { return s.unmark(in, out) }

// unmark leads back to the columns, which are as they were filled. One that a later step
// left out is empty.
func (s *imputed) unmark(in, out []*column) error {
	k := 0
	for j := range s.Fields {
		if empty(out[k]) {
			*in[j] = column{}
		}
		copy(in[j].num, out[k].num)
		copy(in[j].text, out[k].text)
		k++
		if s.Marked[j] {
			k++
		}
	}
	return nil
}
