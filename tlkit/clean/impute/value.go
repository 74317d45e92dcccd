package impute

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"transferlab/tlkit/frame"
)

// Value is what missing cells are filled with: an int, a float, a text or a boolean, by its
// Kind. Dates and categories are texts.
type Value struct {
	Kind  frame.Kind // Int, Float, Bool or Text
	Int   int
	Float float64
	Bool  bool
	Text  string
}

// IntValue is a whole number.
func IntValue(v int) Value { return Value{Kind: frame.Int, Int: v} }

// FloatValue is a number.
func FloatValue(v float64) Value { return Value{Kind: frame.Float, Float: v} }

// BoolValue is true or false.
func BoolValue(v bool) Value { return Value{Kind: frame.Bool, Bool: v} }

// TextValue is a text, a date in ISO form or a category.
func TextValue(v string) Value { return Value{Kind: frame.Text, Text: v} }

// String is the value as a table shows it.
func (v Value) String() string {
	switch v.Kind {
	case frame.Int:
		return strconv.Itoa(v.Int)
	case frame.Float:
		return frame.FormatFloat(v.Float)
	case frame.Bool:
		return strconv.FormatBool(v.Bool)
	}
	return v.Text
}

// whole is the value as an int, if it is one.
func (v Value) whole() (int, bool) {
	if v.Kind == frame.Float {
		return wholeFloat(v.Float)
	}
	return v.Int, v.Kind == frame.Int
}

// wholeFloat is v as an int, if it is one.
func wholeFloat(v float64) (int, bool) {
	// The largest int is no float64; the next one above it, 2⁶³, is the first too large.
	if v != math.Trunc(v) || v < -0x1p63 || v >= 0x1p63 {
		return 0, false
	}
	return int(v), true
}

// number is the value as a float.
func (v Value) number() float64 {
	if v.Kind == frame.Int {
		return float64(v.Int)
	}
	return v.Float
}

type valueForm struct {
	Kind  frame.Kind `json:"type"`
	Value string     `json:"value"`
}

// MarshalJSON writes the kind and the value as text, from which it reads back as the same
// bits.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.Kind {
	case frame.Int, frame.Float, frame.Bool, frame.Text:
		return json.Marshal(valueForm{v.Kind, v.String()})
	}
	return nil, fmt.Errorf("impute: %w: a value of the kind %v", frame.ErrKind, v.Kind)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Value) UnmarshalJSON(b []byte) error {
	var form valueForm
	if err := strict(b, &form); err != nil {
		return err
	}
	out := Value{Kind: form.Kind}
	var err error
	switch form.Kind {
	case frame.Int:
		out.Int, err = strconv.Atoi(form.Value)
	case frame.Float:
		out.Float, err = strconv.ParseFloat(form.Value, 64)
		if err == nil && math.IsNaN(out.Float) {
			err = fmt.Errorf("NaN is no value")
		}
	case frame.Bool:
		out.Bool, err = strconv.ParseBool(form.Value)
	case frame.Text:
		out.Text = form.Value
	default:
		err = fmt.Errorf("a value is of no kind %v", form.Kind)
	}
	if err != nil {
		return fmt.Errorf("impute: %w: value %.40q: %w", ErrFile, form.Value, err)
	}
	*v = out
	return nil
}

// suits checks that cells of a column can be filled with the value: its type, a category's
// levels, a date's form. An int suits a column of floats; a float suits one of ints, which
// may have to become one of floats.
func (v Value) suits(f frame.Field) error {
	numeric := v.Kind == frame.Int || v.Kind == frame.Float
	switch f.Kind {
	case frame.Int, frame.Float:
		if !numeric {
			return &KindError{f.Name, f.Kind, fmt.Sprintf("the value %.40q is no number; give one", v.String())}
		}
		if v.Kind == frame.Float && math.IsNaN(v.Float) {
			return optionf("column %.40q: NaN is no value to fill with; leave the column out", f.Name)
		}
	case frame.Bool:
		if v.Kind != frame.Bool {
			return &KindError{f.Name, f.Kind, fmt.Sprintf("the value %.40q is not true or false; give a BoolValue", v.String())}
		}
	default:
		if v.Kind != frame.Text {
			return &KindError{f.Name, f.Kind, fmt.Sprintf("the value %.40q is no text; give a TextValue", v.String())}
		}
		return suitsText(v.Text, f)
	}
	return nil
}

func suitsText(text string, f frame.Field) error {
	switch f.Kind {
	case frame.Category:
		for _, l := range f.Levels {
			if l == text {
				return nil
			}
		}
		if len(f.Levels) > 0 {
			return optionf("column %.40q is a category without the level %.40q; add it to the schema's levels, or fill with one of them", f.Name, text)
		}
	case frame.Date:
		if _, ok := frame.ParseDate(text); ok {
			return nil
		}
		if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
			return optionf("column %.40q is a date, and %.40q is none; write it as 2006-01-02 or 2006-01-02T15:04:05Z", f.Name, text)
		}
	}
	return nil
}
