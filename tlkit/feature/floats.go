package feature

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// floats are numbers in JSON, written so that the same bits are read; what JSON has no
// number for is a text: "NaN", "inf", "-inf".
type floats []float64

// MarshalJSON writes the numbers.
func (f floats) MarshalJSON() ([]byte, error) {
	b := []byte{'['}
	for i, v := range f {
		if i > 0 {
			b = append(b, ',')
		}
		switch {
		case math.IsNaN(v):
			b = append(b, `"NaN"`...)
		case math.IsInf(v, 1):
			b = append(b, `"inf"`...)
		case math.IsInf(v, -1):
			b = append(b, `"-inf"`...)
		default:
			b = strconv.AppendFloat(b, v, 'g', -1, 64)
		}
	}
	return append(b, ']'), nil
}

// UnmarshalJSON reads them.
func (f *floats) UnmarshalJSON(b []byte) error {
	if bytes.Equal(bytes.TrimSpace(b), []byte("null")) {
		*f = nil
		return nil
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	out := make(floats, len(raw))
	for i, r := range raw {
		switch s := string(r); s {
		case `"NaN"`:
			out[i] = math.NaN()
		case `"inf"`:
			out[i] = math.Inf(1)
		case `"-inf"`:
			out[i] = math.Inf(-1)
		default:
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				return fmt.Errorf("feature: %w: %.40q is no number", ErrFile, s)
			}
			out[i] = v
		}
	}
	*f = out
	return nil
}
