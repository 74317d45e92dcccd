package feature

import (
	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
)

// Unknown says what an encoder does with a value that the training rows do not have.
type Unknown uint8

// The ways.
const (
	Refuse     Unknown = iota // it is an [*UnknownError]
	Ignore                    // it is none of the known ones: 0 in every feature, NaN where there is one feature
	Infrequent                // it is one of the infrequent values; if there are none, as Ignore
)

var unknownNames = enum.Names{Type: "Unknown", List: []string{"refuse", "ignore", "infrequent"}, Err: errOption}

// String is "refuse", "ignore" or "infrequent".
func (u Unknown) String() string { return unknownNames.String(uint8(u)) }

// MarshalText writes the name.
func (u Unknown) MarshalText() ([]byte, error) { return unknownNames.Marshal(uint8(u)) }

// UnmarshalText reads the name.
func (u *Unknown) UnmarshalText(b []byte) error { return unknownNames.Unmarshal(b, (*uint8)(u)) }

// refused says that the value in row i of a block is not known.
func (v *values) refused(name string, kind frame.Kind, first, i int, in *column) error {
	const most = 1000 // values among which one is looked for that is like it
	e := &UnknownError{Column: name, Row: first + i}
	switch {
	case in.text == nil && in.num[i] != in.num[i], in.text != nil && in.text[i].Null:
		e.Missing = true
	case in.text == nil:
		e.Value = (&values{Numbers: floats{in.num[i]}}).name(0, kind)
	default:
		e.Value = in.text[i].Value
		if len(v.Texts) <= most {
			e.Nearest = frame.Nearest(e.Value, v.Texts)
		}
	}
	return e
}
