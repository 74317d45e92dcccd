package impute

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// Fitted imputers are kept as JSON, from which numbers read back as the same bits. What is
// read is data from a stranger: it is checked as a whole before it is given out.

// MaxFile is the most bytes that [Load] takes.
const MaxFile = 1 << 30

// Save writes a fitted imputer of this package as JSON.
func Save(f Fitted) ([]byte, error) {
	switch f := f.(type) {
	case *FittedSimple, *FittedKNN, *FittedIterative:
		return json.Marshal(f)
	case Constant:
		return saveStateless("constant", f)
	case ForwardFill:
		return saveStateless("forward", f)
	case BackwardFill:
		return saveStateless("backward", f)
	case Interpolate:
		return saveStateless("interpolate", f)
	}
	return nil, fmt.Errorf("impute: %w: %T is not of this package, and only its own imputers can be written", ErrFile, f)
}

// Load reads what [Save] wrote: an imputer of the same type that fills with the same bits.
func Load(b []byte) (Fitted, error) {
	if len(b) > MaxFile {
		return nil, fmt.Errorf("impute: %w: it has %d bytes, more than %d", ErrFile, len(b), MaxFile)
	}
	var head struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, fmt.Errorf("impute: %w: %w", ErrFile, err)
	}
	switch head.Format {
	case simpleFormat:
		return loaded(b, &FittedSimple{})
	case knnFormat:
		return loaded(b, &FittedKNN{})
	case iterativeFormat:
		return loaded(b, &FittedIterative{})
	case statelessFormat:
		return loadStateless(b)
	}
	return nil, fmt.Errorf("impute: %w: format is %.40q; give what Save wrote", ErrFile, head.Format)
}

func loaded[F interface {
	Fitted
	json.Unmarshaler
}](b []byte, f F) (Fitted, error) {
	if err := f.UnmarshalJSON(b); err != nil {
		return nil, err
	}
	return f, nil
}

const statelessFormat = "tlkit stateless imputer 1"

type statelessForm struct {
	Format  string          `json:"format"`
	Is      string          `json:"is"`
	Options json.RawMessage `json:"options"`
}

func saveStateless(is string, v any) ([]byte, error) {
	o, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("impute: %s: %w", is, err)
	}
	return json.Marshal(statelessForm{statelessFormat, is, o})
}

func loadStateless(b []byte) (Fitted, error) {
	var form statelessForm
	if err := open(b, &form, &form.Format, statelessFormat); err != nil {
		return nil, err
	}
	switch form.Is {
	case "constant":
		return options[Constant](form)
	case "forward":
		return options[ForwardFill](form)
	case "backward":
		return options[BackwardFill](form)
	case "interpolate":
		return options[Interpolate](form)
	}
	return nil, fmt.Errorf("impute: %w: %.40q is no stateless imputer", ErrFile, form.Is)
}

// options reads the options of a stateless imputer. Those out of their range are found
// when it is applied, as they are in Go.
func options[T Fitted](form statelessForm) (Fitted, error) {
	var v T
	if err := strict(form.Options, &v); err != nil {
		return nil, fmt.Errorf("impute: %w: %s: %w", ErrFile, form.Is, err)
	}
	return v, nil
}

// open reads a form and checks its format.
func open(b []byte, form any, format *string, want string) error {
	if err := strict(b, form); err != nil {
		return fmt.Errorf("impute: %w: %w", ErrFile, err)
	}
	if *format != want {
		return fmt.Errorf("impute: %w: format is %.40q, want %q", ErrFile, *format, want)
	}
	return nil
}

// strict reads one value and refuses what it does not know.
func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is more after its end")
	}
	return nil
}

// checkIndicators checks what a file says of indicator columns.
func checkIndicators(indicators []string, cols []Column) error {
	for i, n := range indicators {
		if !slices.ContainsFunc(cols, func(c Column) bool { return c.Name == n }) || slices.Contains(indicators[:i], n) {
			return fmt.Errorf("impute: %w: an indicator of column %.40q, which is not fitted, or twice", ErrFile, n)
		}
	}
	return nil
}

// numbers are floats in JSON in which NaN, a missing value, is null.
type numbers []float64

// MarshalJSON writes each number in the shortest form that reads back as the same bits.
func (v numbers) MarshalJSON() ([]byte, error) {
	out := []byte{'['}
	for i, x := range v {
		if i > 0 {
			out = append(out, ',')
		}
		switch {
		case math.IsNaN(x):
			out = append(out, "null"...)
		case math.IsInf(x, 0):
			return nil, fmt.Errorf("impute: %w: %v cannot be written", ErrInfinite, x)
		default:
			out = strconv.AppendFloat(out, x, 'g', -1, 64)
		}
	}
	return append(out, ']'), nil
}

// UnmarshalJSON reads them.
func (v *numbers) UnmarshalJSON(b []byte) error {
	var list []*float64
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	out := make(numbers, len(list))
	for i, x := range list {
		out[i] = math.NaN()
		if x != nil {
			out[i] = *x
		}
	}
	*v = out
	return nil
}
