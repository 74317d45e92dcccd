package impute

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
	"transferlab/tlkit/internal/wording"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Strategy is which value of a column its missing cells are filled with.
type Strategy uint8

// The strategies.
const (
	Usual        Strategy = iota // Mean for numbers, MostFrequent for all others
	Mean                         // numbers only
	Median                       // numbers only
	MostFrequent                 // any kind; of equally frequent values the least
	Given                        // the value that is given
	Skip                         // columns of this kind are not filled
)

var strategyNames = enum.Names{Type: "Strategy", List: []string{"usual", "mean", "median", "mostFrequent", "given", "skip"}, Err: errOption}

// String is the strategy's name: "mean".
func (v Strategy) String() string { return strategyNames.String(uint8(v)) }

// MarshalText writes the name.
func (v Strategy) MarshalText() ([]byte, error) { return strategyNames.Marshal(uint8(v)) }

// UnmarshalText reads the name.
func (v *Strategy) UnmarshalText(b []byte) error { return strategyNames.Unmarshal(b, (*uint8)(v)) }

// Simple fills each column with one value, learnt from the training rows, as
// scikit-learn's SimpleImputer does. The zero value fills numbers with their mean and all
// else with the most frequent value.
//
// Of equally frequent values the least counts: the smallest number, the first text by its
// bytes, false, the first of a category's levels.
type Simple struct {
	// Columns are filled. None: all.
	Columns []string `json:"columns,omitempty"`
	// Numbers is how columns of ints and floats are filled.
	Numbers Strategy `json:"numbers,omitempty"`
	// Others is how text, categories, dates and booleans are filled: MostFrequent, Given or
	// Skip. The value Given has the kind of the columns, so name them.
	Others Strategy `json:"others,omitempty"`
	// Number and Other are the values of the strategy Given.
	Number float64 `json:"number,omitempty"`
	Other  Value   `json:"other,omitzero"`
	// Ints says what becomes of columns of ints whose value is not whole.
	Ints Ints `json:"ints,omitempty"`
	// KeepEmpty leaves columns without any value to learn from as they are. They are
	// otherwise an [*EmptyError].
	KeepEmpty bool `json:"keepEmpty,omitempty"`
	// Indicators adds a boolean column for each column with missing values among the
	// training rows: its name and "_missing", true where the value was missing.
	Indicators bool `json:"indicators,omitempty"`
}

// Fill is what a column's missing cells are filled with.
type Fill struct {
	Column
	Strategy Strategy `json:"strategy"`
	Value    Value    `json:"value,omitzero"` // not of a column that is Empty
	Rounded  bool     `json:"rounded,omitempty"`
}

// FittedSimple is a fitted [Simple].
type FittedSimple struct {
	fills      []Fill
	indicators []string
}

// String says what is filled with what.
func (o Simple) String() string {
	var parts []string
	if o.Numbers != Skip {
		s := o.Numbers
		if s == Usual {
			s = Mean
		}
		parts = append(parts, "numbers by "+describe(s, FloatValue(o.Number)))
	}
	if o.Others != Skip {
		s := o.Others
		if s == Usual {
			s = MostFrequent
		}
		parts = append(parts, "others by "+describe(s, o.Other))
	}
	if len(parts) == 0 {
		return "fill nothing"
	}
	return "fill " + strings.Join(parts, ", ") + of(o.Columns)
}

func describe(s Strategy, v Value) string {
	switch s {
	case MostFrequent:
		return "the most frequent value"
	case Given:
		return fmt.Sprintf("%.40q", v.String())
	}
	return s.String()
}

// of names the columns that were chosen.
func of(columns []string) string {
	if len(columns) == 0 {
		return ""
	}
	return " in " + wording.Names(columns)
}

func (o Simple) check() error {
	for _, err := range []error{strategyNames.Check(uint8(o.Numbers)), strategyNames.Check(uint8(o.Others)), intsNames.Check(uint8(o.Ints))} {
		if err != nil {
			return err
		}
	}
	if o.Others == Mean || o.Others == Median {
		return optionf("Others is %v, which only numbers have; use MostFrequent, Given or Skip", o.Others)
	}
	if o.Numbers == Given && math.IsNaN(o.Number) {
		return optionf("Number is NaN, which is no value to fill with; use Skip to leave numbers missing")
	}
	return nil
}

// Fit learns a value for each column. It gives a [*FittedSimple].
func (o Simple) Fit(ctx context.Context, _ progress.Reporter, train split.Train) (Fitted, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	l, err := rowsOf(train)
	if err != nil {
		return nil, err
	}
	all, err := l.columns(o.Columns)
	if err != nil {
		return nil, err
	}
	var cols []frame.Column
	for _, c := range all {
		if o.strategy(c) != Skip {
			cols = append(cols, c)
		}
	}
	f := &FittedSimple{fills: make([]Fill, len(cols))}
	errs := make([]error, len(cols))
	if err := parallel.Each(ctx, len(cols), func(i int) { f.fills[i], errs[i] = o.fill(cols[i]) }); err != nil {
		return nil, err
	}
	var described []Column
	var empty []string
	for i, v := range f.fills {
		if errs[i] != nil {
			return nil, errs[i]
		}
		described = append(described, v.Column)
		if v.Empty {
			empty = append(empty, v.Name)
		}
	}
	if len(empty) > 0 && !o.KeepEmpty {
		return nil, &EmptyError{empty}
	}
	if o.Indicators {
		if f.indicators, err = l.indicators(described); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (o Simple) strategy(c frame.Column) Strategy {
	switch {
	case c.Numeric() && o.Numbers == Usual:
		return Mean
	case c.Numeric():
		return o.Numbers
	case o.Others == Usual:
		return MostFrequent
	}
	return o.Others
}

// fill learns the value of one column.
func (o Simple) fill(c frame.Column) (Fill, error) {
	f := Fill{Column: Column{Name: c.Name, Kind: c.Kind}, Strategy: o.strategy(c)}
	n := 0
	switch f.Strategy {
	case Given:
		f.Missing = missingIn(c)
		f.Value = o.Other
		if c.Numeric() {
			f.Value = FloatValue(o.Number)
		}
		if err := f.Value.suits(c.Field); err != nil {
			return Fill{}, err
		}
		return f, f.whole(o.Ints)
	case Mean:
		v, known, row := mean(c)
		if row >= 0 {
			return Fill{}, &InfiniteError{c.Name, row, v}
		}
		f.Value, n = FloatValue(v), known
	case Median:
		f.Value, n = median(c)
		if v := f.Value.number(); n > 0 && (math.IsInf(v, 0) || math.IsNaN(v)) {
			return Fill{}, fmt.Errorf("impute: %w: the median of column %.40q is %v; make infinities missing first", ErrInfinite, c.Name, v)
		}
	default:
		f.Value, n = mode(c)
	}
	f.Missing = c.Len() - n
	if f.Empty = n == 0; f.Empty {
		f.Value = Value{}
		return f, nil
	}
	return f, f.whole(o.Ints)
}

// whole makes the value of a column of ints an int if it is one, or is to be rounded.
func (f *Fill) whole(ints Ints) error {
	if f.Kind != frame.Int {
		return nil
	}
	if n, ok := f.Value.whole(); ok {
		f.Value = IntValue(n)
		return nil
	}
	if ints == Widen {
		return nil
	}
	n, ok := wholeFloat(math.RoundToEven(f.Value.Float))
	if !ok {
		return fmt.Errorf("impute: %w: column %.40q: %v is no int; set Ints to Widen", ErrNumber, f.Name, f.Value)
	}
	f.Value, f.Rounded = IntValue(n), true
	return nil
}

// Fills are what the columns are filled with.
func (f *FittedSimple) Fills() []Fill { return slices.Clone(f.fills) }

// String names the values, for a few columns.
func (f *FittedSimple) String() string {
	var parts []string
	for i, v := range f.fills {
		if i == 6 {
			parts = append(parts, fmt.Sprintf("… (%d columns)", len(f.fills)))
			break
		}
		parts = append(parts, fmt.Sprintf("%.40q: %.40q", v.Name, v.Value.String()))
	}
	return "fill " + strings.Join(parts, ", ")
}

// Apply fills the columns.
func (f *FittedSimple) Apply(ctx context.Context, _ progress.Reporter, t frame.Table) (frame.Table, *Report, error) {
	fitted := make([]Column, len(f.fills))
	for i, v := range f.fills {
		fitted[i] = v.Column
	}
	cols, err := find(t, fitted)
	if err != nil {
		return frame.Table{}, nil, err
	}
	var todo []frame.Column
	var values []Value
	rounded := map[string]bool{}
	for i, v := range f.fills {
		if v.Empty {
			continue
		}
		if err := v.Value.suits(cols[i].Field); err != nil {
			return frame.Table{}, nil, err
		}
		todo, values = append(todo, cols[i]), append(values, v.Value)
		rounded[v.Name] = v.Rounded
	}
	changes, err := fillAll(ctx, todo, values)
	if err != nil {
		return frame.Table{}, nil, err
	}
	known := map[string]int{}
	for i, c := range todo {
		known[c.Name] = changes[i].filled
	}
	r, err := beginWith(ctx, "simple imputer", t, known)
	if err != nil {
		return frame.Table{}, nil, err
	}
	for i, c := range todo {
		widen := values[i].Kind == frame.Float && c.Kind == frame.Int && f.missing(c.Name) > 0
		switch {
		case changes[i].filled == 0 && widen:
			ch, err := fillNumbers(c, nil, nil, true)
			if err != nil {
				return frame.Table{}, nil, err
			}
			r.put(c.Name, ch)
		case changes[i].filled > 0:
			if rounded[c.Name] {
				changes[i].rounded = changes[i].filled
			}
			r.put(c.Name, changes[i])
		}
	}
	for _, v := range f.fills {
		if v.Empty {
			r.leave(v.Name, "no training row has a value")
		}
	}
	return r.done(f.indicators)
}

// missing is how many training rows had no value in a column.
func (f *FittedSimple) missing(column string) int {
	for _, v := range f.fills {
		if v.Name == column {
			return v.Missing
		}
	}
	return 0
}

type simpleForm struct {
	Format     string   `json:"format"`
	Fills      []Fill   `json:"fills"`
	Indicators []string `json:"indicators,omitempty"`
}

const simpleFormat = "tlkit simple imputer 1"

// MarshalJSON writes what was learnt.
func (f *FittedSimple) MarshalJSON() ([]byte, error) {
	return json.Marshal(simpleForm{simpleFormat, append([]Fill{}, f.fills...), f.indicators})
}

// UnmarshalJSON reads what MarshalJSON wrote; an error is [ErrFile].
func (f *FittedSimple) UnmarshalJSON(b []byte) error {
	var form simpleForm
	if err := open(b, &form, &form.Format, simpleFormat); err != nil {
		return err
	}
	cols := make([]Column, len(form.Fills))
	for i, v := range form.Fills {
		cols[i] = v.Column
		if v.Empty {
			continue
		}
		if v.Value.Kind == frame.Auto {
			return fmt.Errorf("impute: %w: column %.40q has no value", ErrFile, v.Name)
		}
		if err := v.Value.suits(frame.Field{Name: v.Name, Kind: v.Kind}); err != nil {
			return fmt.Errorf("impute: %w: %w", ErrFile, err)
		}
	}
	if err := checkColumns(cols); err != nil {
		return err
	}
	if err := checkIndicators(form.Indicators, cols); err != nil {
		return err
	}
	*f = FittedSimple{form.Fills, form.Indicators}
	return nil
}
