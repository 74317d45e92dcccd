package recipe

import (
	"context"
	"math"
	"slices"
	"time"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/frame"
)

// Facet selects rows by a column's values, as a facet of OpenRefine does. One of the
// pointers is set.
type Facet struct {
	List  *List      `json:"list,omitempty"`
	Range *Range     `json:"range,omitempty"`
	Time  *TimeRange `json:"time,omitempty"`
	Text  *Search    `json:"text,omitempty"`
}

// List selects rows by equality: those where the value of the expression, or one of its
// values if it is an array, is among those listed.
type List struct {
	Column     string `json:"column,omitempty"`     // may be empty if the expression needs no cell
	Expression string `json:"expression,omitempty"` // GREL; empty means value

	Texts   []string  `json:"texts,omitempty"`
	Numbers []float64 `json:"numbers,omitempty"`
	Bools   []bool    `json:"bools,omitempty"`
	Blank   bool      `json:"blank,omitempty"`  // no value, or empty text
	Errors  bool      `json:"errors,omitempty"` // the expression gives an error
	Invert  bool      `json:"invert,omitempty"` // the other rows
}

// Range selects rows by a number: those where the value of the expression, or one of its
// values if it is an array, is a number From ≤ n < To, or of another kind that is asked for.
type Range struct {
	Column     string   `json:"column,omitempty"`
	Expression string   `json:"expression,omitempty"` // GREL; empty means value
	From       *float64 `json:"from,omitempty"`       // nil: no bound
	To         *float64 `json:"to,omitempty"`
	NoNumbers  bool     `json:"noNumbers,omitempty"` // no number is selected, whatever its size
	NonNumbers bool     `json:"nonNumbers,omitempty"`
	Blank      bool     `json:"blank,omitempty"`
	Errors     bool     `json:"errors,omitempty"`
}

// TimeRange selects rows by a date: those where the value of the expression, or one of its
// values if it is an array, is a date From ≤ d ≤ To, or of another kind that is asked for.
type TimeRange struct {
	Column     string `json:"column,omitempty"`
	Expression string `json:"expression,omitempty"` // GREL; empty means value
	From       string `json:"from,omitempty"`       // 2006-01-02 or RFC 3339; empty: no bound
	To         string `json:"to,omitempty"`
	NoDates    bool   `json:"noDates,omitempty"` // no date is selected, whatever its time
	NonDates   bool   `json:"nonDates,omitempty"`
	Blank      bool   `json:"blank,omitempty"`
	Errors     bool   `json:"errors,omitempty"`
}

// Search selects rows whose cell contains a text, or matches a regular expression.
type Search struct {
	Column        string `json:"column"`
	Query         string `json:"query"`
	Regexp        bool   `json:"regexp,omitempty"` // Java's syntax
	CaseSensitive bool   `json:"caseSensitive,omitempty"`
	Invert        bool   `json:"invert,omitempty"` // the other rows, those without a value too
}

// selector is what a facet is in particular.
type selector interface {
	String() string
	check() error
	rows(ctx context.Context, s state) (selection, error)
}

// chosen is the one that is set.
func (f Facet) chosen() (selector, error) {
	var set []selector
	if f.List != nil {
		set = append(set, f.List)
	}
	if f.Range != nil {
		set = append(set, f.Range)
	}
	if f.Time != nil {
		set = append(set, f.Time)
	}
	if f.Text != nil {
		set = append(set, f.Text)
	}
	if len(set) != 1 {
		return nil, option("a facet is one of List, Range, Time and Text, and here %d are set", len(set))
	}
	return set[0], nil
}

func (f Facet) check() error {
	s, err := f.chosen()
	if err != nil {
		return err
	}
	return s.check()
}

func (f Facet) rows(ctx context.Context, s state) (selection, error) {
	c, err := f.chosen()
	if err != nil {
		return nil, err
	}
	return c.rows(ctx, s)
}

func (f *List) check() error {
	_, err := parse(f.Expression)
	return err
}

func (f *Range) check() error {
	_, err := parse(f.Expression)
	return err
}

func (f *TimeRange) check() error {
	for _, bound := range []string{f.From, f.To} {
		if _, ok := frame.ParseDate(bound); bound != "" && !ok {
			return option("%.40q is no date; write 2006-01-02 or 2006-01-02T15:04:05Z", bound)
		}
	}
	_, err := parse(f.Expression)
	return err
}

func (f *Search) check() error {
	_, err := f.pattern()
	return err
}

func (f *List) rows(ctx context.Context, s state) (selection, error) {
	return s.judge(ctx, f.Column, f.Expression, f.test(), f.Invert)
}

func (f *Range) rows(ctx context.Context, s state) (selection, error) {
	return s.judge(ctx, f.Column, f.Expression, f.test, false)
}

func (f *TimeRange) rows(ctx context.Context, s state) (selection, error) {
	return s.judge(ctx, f.Column, f.Expression, f.test(), false)
}

// judge selects the rows whose value, or one of whose values, passes a test; or the others.
func (s state) judge(ctx context.Context, column, source string, test func(grel.Value) bool, invert bool) (selection, error) {
	e, err := s.prepare(source, column)
	if err != nil {
		return nil, err
	}
	out := make(selection, s.Nrow())
	err = e.each(ctx, nil, s.Nrow(), func(i int, v grel.Value, _ func(grel.Value) (grel.Value, error)) error {
		if v.Kind() == grel.KindArray {
			out[i] = slices.ContainsFunc(v.Items(), test) != invert
		} else {
			out[i] = test(v) != invert
		}
		return nil
	})
	return out, err
}

func (f *List) test() func(grel.Value) bool {
	texts := map[string]bool{}
	for _, t := range f.Texts {
		texts[t] = true
	}
	return func(v grel.Value) bool {
		switch {
		case v.IsError():
			return f.Errors
		case blank(v):
			return f.Blank
		}
		switch v.Kind() {
		case grel.KindInt, grel.KindFloat:
			return slices.Contains(f.Numbers, v.Float())
		case grel.KindBool:
			return slices.Contains(f.Bools, v.Bool())
		case grel.KindString:
			return texts[v.Text()]
		}
		return false
	}
}

func (f *Range) test(v grel.Value) bool {
	switch {
	case v.IsError():
		return f.Errors
	case blank(v):
		return f.Blank
	case v.Kind() != grel.KindInt && v.Kind() != grel.KindFloat:
		return f.NonNumbers
	}
	n := v.Float()
	if math.IsInf(n, 0) || math.IsNaN(n) {
		return f.Errors
	}
	return !f.NoNumbers && (f.From == nil || n >= *f.From) && (f.To == nil || n < *f.To)
}

func (f *TimeRange) test() func(grel.Value) bool {
	from, _ := frame.ParseDate(f.From) // check has read them
	to, _ := frame.ParseDate(f.To)
	return func(v grel.Value) bool {
		switch {
		case v.IsError():
			return f.Errors
		case blank(v):
			return f.Blank
		case v.Kind() != grel.KindDate:
			return f.NonDates
		}
		t := v.Time().Truncate(time.Millisecond)
		return !f.NoDates && (f.From == "" || !t.Before(from)) && (f.To == "" || !t.After(to))
	}
}
