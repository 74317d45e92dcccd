package feature

import (
	"fmt"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
)

// Unknown says what an encoder does with a value that the training rows do not have.
type Unknown uint8

// The ways.
const (
	Refuse Unknown = iota // it is an [*UnknownError]
	Ignore                // it is none of the known ones: 0 in every feature, NaN where there is one feature
)

var unknownNames = enum.Names{Type: "Unknown", List: []string{"refuse", "ignore"}, Err: errOption}

// String is "refuse" or "ignore".
func (u Unknown) String() string { return unknownNames.String(uint8(u)) }

// MarshalText writes the name.
func (u Unknown) MarshalText() ([]byte, error) { return unknownNames.Marshal(uint8(u)) }

// UnmarshalText reads the name.
func (u *Unknown) UnmarshalText(b []byte) error { return unknownNames.Unmarshal(b, (*uint8)(u)) }

// OneHotEncoder makes each value of a column a feature that is 1 where the column has that
// value, else 0. As scikit-learn's OneHotEncoder.
type OneHotEncoder struct {
	// Columns are encoded. None: all of text and categories.
	Columns []string
	// Unknown says what becomes of a value that the training rows do not have.
	Unknown Unknown
}

func (s OneHotEncoder) takes(p *plan) ([]int, error) { return p.takeTexts(s.Columns) }

func (s OneHotEncoder) fit(l *learning) (learnt, error) {
	return nil, fmt.Errorf("not yet")
}

// oneHot is a fitted OneHotEncoder.
type oneHot struct {
	Values  [][]string `json:"values"` // of each column, sorted
	Unknown Unknown    `json:"unknown,omitempty"`
}

func (s *oneHot) outputs(in []element) ([]output, error) {
	out := make([]output, len(in))
	for j, e := range in {
		out[j] = output{of: j, kind: frame.Bool, wide: true}
		for _, v := range s.Values[j] {
			out[j].names = append(out[j].names, e.name+"="+v)
		}
	}
	return out, nil
}

func (s *oneHot) one(j, first int, in, out *column) error { return nil }
