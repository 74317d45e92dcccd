package recipe

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"transferlab/tlkit/clean/grel"
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

func (f Facet) String() string {
	switch {
	case f.List != nil:
		return f.List.String()
	case f.Range != nil:
		return f.Range.String()
	case f.Time != nil:
		return f.Time.String()
	case f.Text != nil:
		return f.Text.String()
	}
	return "nothing"
}

// of names what a facet looks at.
func of(column, expression string) string {
	switch {
	case expression == "" || expression == "value":
		return quoted(column)
	case column == "":
		return expression
	}
	return expression + " of " + quoted(column)
}

func (f *List) String() string {
	var items []string
	for _, t := range f.Texts {
		items = append(items, quoted(t))
	}
	for _, n := range f.Numbers {
		items = append(items, fmt.Sprint(n))
	}
	for _, b := range f.Bools {
		items = append(items, fmt.Sprint(b))
	}
	return of(f.Column, f.Expression) + map[bool]string{true: " is not ", false: " is "}[f.Invert] + alternatives(items, "", f.Blank, f.Errors)
}

func (f *Range) String() string {
	var items []string
	if !f.NoNumbers {
		items = append(items, bounds(f.From, f.To))
	}
	return of(f.Column, f.Expression) + " is " + alternatives(items, other(f.NonNumbers, "no number"), f.Blank, f.Errors)
}

func (f *TimeRange) String() string {
	var items []string
	if !f.NoDates {
		items = append(items, "a date"+other(f.From != "", " from "+f.From)+other(f.To != "", " to "+f.To))
	}
	return of(f.Column, f.Expression) + " is " + alternatives(items, other(f.NonDates, "no date"), f.Blank, f.Errors)
}

func (f *Search) String() string {
	verb := map[bool]string{true: "matches ", false: "contains "}[f.Regexp]
	if f.Invert {
		verb = map[bool]string{true: "does not match ", false: "does not contain "}[f.Regexp]
	}
	return quoted(f.Column) + " " + verb + quoted(f.Query)
}

func bounds(from, to *float64) string {
	switch {
	case from != nil && to != nil:
		return fmt.Sprintf("in [%v, %v)", *from, *to)
	case from != nil:
		return fmt.Sprintf("at least %v", *from)
	case to != nil:
		return fmt.Sprintf("below %v", *to)
	}
	return "a number"
}

func other(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

func alternatives(items []string, more string, blank, errors bool) string {
	const most = 5
	if len(items) > most {
		items = append(slices.Clone(items[:most]), fmt.Sprintf("%d others", len(items)-most))
	}
	for _, a := range []string{more, other(blank, "blank"), other(errors, "an error")} {
		if a != "" {
			items = append(items, a)
		}
	}
	if len(items) == 0 {
		return "nothing"
	}
	return strings.Join(items, " or ")
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

func (f Facet) check() error {
	set := 0
	expression := ""
	for _, s := range []struct {
		is   bool
		expr func() string
	}{
		{f.List != nil, func() string { return f.List.Expression }},
		{f.Range != nil, func() string { return f.Range.Expression }},
		{f.Time != nil, func() string { return f.Time.Expression }},
		{f.Text != nil, func() string { return "" }},
	} {
		if s.is {
			set++
			expression = s.expr()
		}
	}
	if set != 1 {
		return option("a facet is one of List, Range, Time and Text, and here %d are set", set)
	}
	if _, err := parse(expression); err != nil {
		return err
	}
	switch {
	case f.Time != nil:
		for _, bound := range []string{f.Time.From, f.Time.To} {
			if _, ok := instant(bound); bound != "" && !ok {
				return option("%.40q is no date; write 2006-01-02 or 2006-01-02T15:04:05Z", bound)
			}
		}
	case f.Text != nil:
		_, err := f.Text.pattern()
		return err
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

func (f Facet) rows(ctx context.Context, s state) (selection, error) {
	switch {
	case f.List != nil:
		return s.judge(ctx, f.List.Column, f.List.Expression, f.List.test(), f.List.Invert)
	case f.Range != nil:
		return s.judge(ctx, f.Range.Column, f.Range.Expression, f.Range.test, false)
	case f.Time != nil:
		test, err := f.Time.test()
		if err != nil {
			return nil, err
		}
		return s.judge(ctx, f.Time.Column, f.Time.Expression, test, false)
	}
	return f.Text.rows(ctx, s)
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

func (f *TimeRange) test() (func(grel.Value) bool, error) {
	from, to := time.Time{}, time.Time{}
	if f.From != "" {
		from, _ = instant(f.From) // check has read them
	}
	if f.To != "" {
		to, _ = instant(f.To)
	}
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
	}, nil
}
