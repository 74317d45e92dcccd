package feature

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// Impute fills missing values as an imputer of package impute does that was fitted on the
// training rows: impute.Simple, KNN, Iterative or Constant. Those that look at the rows
// beside (ForwardFill, BackwardFill, Interpolate) are [ErrOption], since a pipeline takes
// each row by itself.
//
// It takes the columns that the imputer names, or all that it is for. A column of ints is
// one of floats afterwards; with impute.Round its filled values are whole. An imputer's
// indicators are features after the columns that they are for, called as there: the
// column's name and "_missing". Inverse leaves what was filled.
//
// What a row has passes as it is, in training rows and all others. A constant that a column
// cannot be filled with, by its kind or a category's levels, is an error of Fit, as it is
// where impute.Constant is applied; so is a most frequent value of a column of dates that is
// no date. Levels do not bind values that are learnt.
//
// Constants and what impute.Simple learns cost nothing to speak of; KNN and Iterative make a
// small table of each block of rows, and of each single row.
type Impute struct {
	// By is the imputer. nil means impute.Simple{}: numbers by their mean, all else by the
	// most frequent value.
	By impute.Imputer
}

func (s Impute) by() impute.Imputer {
	if s.By == nil {
		return impute.Simple{}
	}
	return s.By
}

func (s Impute) takes(p *plan) ([]int, error) {
	numeric := func(k frame.Kind) bool { return k == frame.Int || k == frame.Float }
	var named []string
	var usual func(frame.Kind) bool
	switch by := s.by().(type) {
	case impute.Simple:
		named, usual = by.Columns, func(k frame.Kind) bool {
			if numeric(k) {
				return by.Numbers != impute.Skip
			}
			return by.Others != impute.Skip
		}
	case impute.Constant:
		named, usual = by.Columns, func(k frame.Kind) bool {
			switch by.Value.Kind {
			case frame.Int, frame.Float:
				return numeric(k)
			case frame.Bool:
				return k == frame.Bool
			}
			return k == frame.Text || k == frame.Category
		}
	case impute.KNN:
		return p.takeModel(by.Columns, by.Others)
	case impute.Iterative:
		return p.takeModel(by.Columns, by.Others)
	default:
		return nil, optionf("By is %T, which cannot fill a row by itself; use impute.Simple, KNN, Iterative or Constant, or fill the table before it is split", s.By)
	}
	if len(named) > 0 {
		return p.find(named)
	}
	return p.present(usual), nil
}

// present are the elements of usual kinds that may miss values: a code never does.
func (p *plan) present(usual func(frame.Kind) bool) []int {
	var at []int
	for i, e := range p.elements {
		if e.code < 0 && usual(e.kind) {
			at = append(at, i)
		}
	}
	return at
}

// takeModel are the columns that are learnt from, and the others where these are filled too.
func (p *plan) takeModel(named []string, others impute.Others) ([]int, error) {
	at, err := p.takeNumbers(named)
	if err != nil || others == impute.Leave {
		return at, err
	}
	for _, i := range p.present(func(k frame.Kind) bool { return k != frame.Int && k != frame.Float }) {
		if !slices.Contains(at, i) {
			at = append(at, i)
		}
	}
	slices.Sort(at)
	return at, nil
}

func (s Impute) fit(l *learning) (learnt, error) {
	by, indicators, whole, asFloats := s.by(), false, false, false
	switch o := by.(type) {
	case impute.Simple:
		indicators, o.Columns, o.Indicators = o.Indicators, nil, false
		by = o
	case impute.KNN:
		indicators, o.Indicators = o.Indicators, false
		whole, asFloats = o.Ints == impute.Round, true
		by = o
	case impute.Iterative:
		indicators, o.Indicators = o.Indicators, false
		whole, asFloats = o.Ints == impute.Round, true
		by = o
	}
	t, cols, err := l.asTable(asFloats)
	if err != nil {
		return nil, err
	}
	if c, ok := by.(impute.Constant); ok {
		if err := fits(l.ctx, c, t); err != nil {
			return nil, err
		}
	}
	f := &imputed{}
	if len(cols) > 0 {
		if f.Imputer.Fitted, err = by.Fit(l.ctx, l.rep, split.WholeAsTrain(t)); err != nil {
			return nil, err
		}
	}
	for j, c := range cols {
		f.Fields = append(f.Fields, c.Field)
		f.Marked = append(f.Marked, indicators && c.CountMissing() > 0)
		if whole {
			f.Whole = append(f.Whole, l.cols[j].kind == frame.Int)
		}
	}
	return f.settle()
}

// fits is an error if a constant cannot fill the columns of a table: it fills a row without
// any value.
func fits(ctx context.Context, c impute.Constant, t frame.Table) error {
	t, err := t.Take([]int{-1})
	if err == nil {
		_, _, err = c.Apply(ctx, nil, t)
	}
	return err
}

// asTable are the training rows of the step's columns, numbers as floats if so wished.
func (l *learning) asTable(asFloats bool) (frame.Table, []frame.Column, error) {
	cols, all := make([]frame.Column, len(l.cols)), make([]series.Series, len(l.cols))
	var schema frame.Schema
	for j, e := range l.cols {
		if err := l.ctx.Err(); err != nil {
			return frame.Table{}, nil, err
		}
		if err := l.finite(j); err != nil {
			return frame.Table{}, nil, err
		}
		field := e.field()
		if e.slot < len(l.table) {
			field = l.table[e.slot].Field
		}
		field.Name = e.name
		if asFloats && field.Kind == frame.Int {
			field.Kind = frame.Float
		}
		c := &cols[j]
		switch {
		case formOf(e.kind) == texts:
			c.Texts = l.texts(j)
		case e.slot < len(l.table) && l.table[e.slot].Kind == field.Kind:
			*c = *l.table[e.slot]
		default:
			v, err := l.numbers(j, nil)
			if err != nil {
				return frame.Table{}, nil, err
			}
			*c = newBlock(field, l.rows)
			fillBlock(*c, v)
		}
		c.Field = field
		all[j] = c.Series(e.name)
		if field.Kind == frame.Date || field.Kind == frame.Category {
			schema = append(schema, field)
		}
	}
	t, err := frame.New(schema, all...)
	return t, cols, err
}

// finite is an error if a number is infinite.
func (l *learning) finite(j int) error {
	if formOf(l.cols[j].kind) == texts {
		return nil
	}
	return l.pieces(j, func([]float64) {})
}

func (e element) field() frame.Field { return frame.Field{Name: e.name, Kind: e.kind} }

// imputed is what Impute learnt, as it is kept. It is settled into
// filled, marked or predicted.
type imputed struct {
	Fields  []frame.Field `json:"fields"`
	Marked  []bool        `json:"marked"`          // columns that have an indicator
	Whole   []bool        `json:"whole,omitempty"` // columns that predictions are rounded for; none: none
	Imputer savedImputer  `json:"imputer,omitzero"`
}

// outputs is that of what it is settled into, which is what a pipeline has.
func (s *imputed) outputs([]element) ([]output, error) {
	return nil, fmt.Errorf("feature: %w: an imputer is not settled", ErrFile)
}

// settled gives the step that does what was read from a file: an imputer's is one of
// several, all others are it themselves. One that does not hold together says so in outputs.
func settled(do learnt) learnt {
	s, ok := do.(*imputed)
	if !ok {
		return do
	}
	out, err := s.settle()
	if err != nil {
		return &unsettled{err}
	}
	return out
}

// unsettled is an imputer that does not hold together.
type unsettled struct{ err error }

func (s *unsettled) outputs([]element) ([]output, error) { return nil, s.err }

func (s *unsettled) takesTexts() {}

func (s *imputed) takesTexts() {}

// settle gives the step that does it.
func (s *imputed) settle() (learnt, error) {
	if len(s.Marked) != len(s.Fields) || len(s.Whole) > 0 && len(s.Whole) != len(s.Fields) {
		return nil, fmt.Errorf("feature: %w: %d indicators of %d columns, of which %d are whole", ErrFile, len(s.Marked), len(s.Fields), len(s.Whole))
	}
	fill := filled{imputed: *s, values: make([]impute.Value, len(s.Fields))}
	if len(s.Fields) == 0 {
		return &fill, nil
	}
	switch by := s.Imputer.Fitted.(type) {
	case *impute.FittedSimple:
		fill.simple(by)
	case impute.Constant:
		fill.constant(by)
	case *impute.FittedKNN, *impute.FittedIterative:
		return s.predicted()
	default:
		return nil, fmt.Errorf("feature: %w: %T cannot fill a row by itself", ErrFile, by)
	}
	if slices.Contains(s.Marked, true) {
		return &marked{imputed: *s, fill: fill}, fill.check()
	}
	return &fill, fill.check()
}

// layOut are the outputs: each column, and after it its indicator.
func (s *imputed) layOut(in []element) ([]output, error) {
	if len(in) != len(s.Fields) {
		return nil, fmt.Errorf("feature: %w: an imputer of %d columns for %d", ErrFile, len(s.Fields), len(in))
	}
	var out []output
	for j, e := range in {
		if formOf(e.kind) != formOf(s.Fields[j].Kind) {
			return nil, fmt.Errorf("feature: %w: column %.40q is %v, and %v where it was filled", ErrFile, e.name, e.kind, s.Fields[j].Kind)
		}
		kind := e.kind
		if kind == frame.Int {
			kind = frame.Float
		}
		out = append(out, output{of: j, names: []string{e.name}, kind: kind})
		if s.Marked[j] {
			out = append(out, output{of: j, names: []string{e.name + "_missing"}, kind: frame.Bool})
		}
	}
	return out, nil
}

// mark writes an indicator.
func mark(in, out *column) {
	for i := range out.num {
		missing := in.text != nil && in.text[i].Null || in.num != nil && in.num[i] != in.num[i]
		out.num[i] = 0
		if missing {
			out.num[i] = 1
		}
	}
}

// numberOf is a value as a number of a pipeline.
func numberOf(v impute.Value) float64 {
	switch {
	case v.Kind == frame.Int:
		return float64(v.Int)
	case v.Kind == frame.Float:
		return v.Float
	case v.Bool:
		return 1
	}
	return 0
}

// isNumber reports whether a value is kept as a number.
func isNumber(v impute.Value) bool {
	return v.Kind == frame.Int || v.Kind == frame.Float || v.Kind == frame.Bool
}

// infinity reports whether a value cannot be a feature.
func infinity(v impute.Value) bool { return isNumber(v) && math.IsInf(numberOf(v), 0) }
