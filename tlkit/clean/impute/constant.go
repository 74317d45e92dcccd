package impute

import (
	"context"
	"fmt"
	"math"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Constant fills missing cells with one value. It is stateless: call Apply.
type Constant struct {
	// Columns are filled. None: all that hold such values, which is ints and floats for a
	// number, text and categories for a text, booleans for a boolean.
	Columns []string `json:"columns,omitempty"`
	// Value is what cells are filled with. A number that is not whole turns a column of
	// ints that it fills into one of floats, or is rounded, as Ints says.
	Value Value `json:"value,omitzero"`
	Ints  Ints  `json:"ints,omitempty"`
}

// String says what is filled with what.
func (o Constant) String() string {
	return fmt.Sprintf("fill by %.40q", o.Value.String()) + of(o.Columns)
}

// Fit learns nothing: it gives o.
func (o Constant) Fit(context.Context, progress.Reporter, split.Train) (Fitted, error) { return o, nil }

// Apply fills the columns.
func (o Constant) Apply(ctx context.Context, _ progress.Reporter, t frame.Table) (frame.Table, *Report, error) {
	if err := intsNames.Check(uint8(o.Ints)); err != nil {
		return frame.Table{}, nil, err
	}
	if o.Value.Kind == frame.Auto {
		return frame.Table{}, nil, optionf("Value is none; make one by IntValue, FloatValue, TextValue or BoolValue")
	}
	r, cols, err := stateless(ctx, o.String(), t, o.Columns, o.holds)
	if err != nil {
		return frame.Table{}, nil, err
	}
	var todo []frame.Column
	var values []Value
	rounded := map[string]bool{}
	for _, c := range cols {
		if err := o.Value.suits(c.Field); err != nil {
			return frame.Table{}, nil, err
		}
		if r.missing[c.Name] == 0 {
			continue
		}
		v := o.Value
		if _, ok := v.whole(); c.Kind == frame.Int && !ok && o.Ints == Round {
			whole, ok := wholeFloat(math.RoundToEven(v.Float))
			if !ok {
				return frame.Table{}, nil, fmt.Errorf("impute: %w: column %.40q: %v is no int; set Ints to Widen", ErrNumber, c.Name, v)
			}
			v, rounded[c.Name] = IntValue(whole), true
		}
		todo, values = append(todo, c), append(values, v)
	}
	changes, err := fillAll(ctx, todo, values)
	if err != nil {
		return frame.Table{}, nil, err
	}
	for i, c := range changes {
		if rounded[todo[i].Name] {
			c.rounded = c.filled
		}
		r.put(todo[i].Name, c)
	}
	return r.done(nil)
}

// holds reports whether a column that is not named is meant.
func (o Constant) holds(c frame.Column) bool {
	switch o.Value.Kind {
	case frame.Int, frame.Float:
		return c.Numeric()
	case frame.Bool:
		return c.Kind == frame.Bool
	}
	return c.Kind == frame.Text || c.Kind == frame.Category
}

// stateless begins with the columns of a table that are named, or with those for which
// meant is true.
func stateless(ctx context.Context, fit string, t frame.Table, named []string, meant func(frame.Column) bool) (*result, []frame.Column, error) {
	r, err := begin(ctx, fit, t)
	if err != nil {
		return nil, nil, err
	}
	if name, twice := repeated(named); twice {
		return nil, nil, optionf("column %.40q is named twice", name)
	}
	cols, err := t.Columns(named...)
	if err != nil {
		return nil, nil, fmt.Errorf("impute: %w", err)
	}
	if len(named) > 0 {
		return r, cols, nil
	}
	var out []frame.Column
	for _, c := range cols {
		if meant(c) {
			out = append(out, c)
		}
	}
	return r, out, nil
}
