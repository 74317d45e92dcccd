package feature

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

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
	t, err := l.asTable()
	if err != nil {
		return nil, err
	}
	by, indicators := s.by(), false
	switch o := by.(type) {
	case impute.Simple:
		indicators, o.Columns, o.Indicators = o.Indicators, nil, false
		by = o
	case impute.KNN:
		indicators, o.Indicators = o.Indicators, false
		by = o
	case impute.Iterative:
		indicators, o.Indicators = o.Indicators, false
		by = o
	}
	f := &imputed{}
	if len(l.cols) > 0 {
		fitted, err := by.Fit(l.ctx, l.rep, split.WholeAsTrain(t))
		if err != nil {
			return nil, err
		}
		if f.Imputer, err = impute.Save(fitted); err != nil {
			return nil, err
		}
	}
	cols, err := t.Columns()
	if err != nil {
		return nil, err
	}
	for j := range l.cols {
		f.Fields = append(f.Fields, cols[j].Field)
		f.Marked = append(f.Marked, indicators && cols[j].CountMissing() > 0)
	}
	return f.settle()
}

// asTable are the training rows of the step's columns.
func (l *learning) asTable() (frame.Table, error) {
	t := frame.Table{}
	for j, e := range l.cols {
		var c frame.Column
		switch {
		case l.made[e.slot].num == nil && l.made[e.slot].text == nil:
			c = *l.table[e.slot]
			if err := l.finite(j); err != nil {
				return t, err
			}
		case formOf(e.kind) == texts:
			c.Texts = l.texts(j)
		default:
			c = newBlock(e.field(), l.rows)
			fillBlock(c, l.made[e.slot].num)
		}
		if e.slot < len(l.table) {
			c.Field = l.table[e.slot].Field
		} else {
			c.Field = e.field()
		}
		c.Name = e.name
		var err error
		if t, err = t.With(c.Series(e.name)); err != nil {
			return t, err
		}
		t.Schema = t.Schema.With(c.Field)
	}
	return t, nil
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
	Fields  []frame.Field   `json:"fields"`
	Marked  []bool          `json:"marked"`            // columns that have an indicator
	Imputer json.RawMessage `json:"imputer,omitempty"` // as impute.Save writes it
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
	if len(s.Marked) != len(s.Fields) {
		return nil, fmt.Errorf("feature: %w: %d indicators of %d columns", ErrFile, len(s.Marked), len(s.Fields))
	}
	fill := filled{imputed: *s, values: make([]impute.Value, len(s.Fields))}
	if len(s.Fields) == 0 {
		return &fill, nil
	}
	by, err := impute.Load(s.Imputer)
	if err != nil {
		return nil, fmt.Errorf("feature: %w: %w", ErrFile, err)
	}
	switch by := by.(type) {
	case *impute.FittedSimple:
		fill.simple(by)
	case impute.Constant:
		fill.constant(by)
	case *impute.FittedKNN, *impute.FittedIterative:
		return &predicted{imputed: *s, by: by}, nil
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
