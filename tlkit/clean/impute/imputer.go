package impute

import (
	"context"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Imputer describes how missing values are filled. All of this package's ways to fill are
// imputers; the stateless ones learn nothing when they are fitted.
type Imputer interface {
	// Fit learns from training rows what is filled with.
	Fit(ctx context.Context, rep progress.Reporter, train split.Train) (Fitted, error)
	// String says in a few words what it does.
	String() string
}

// Fitted fills the missing values of any table that has the columns it was fitted on, of
// the same kinds; what other columns there are, and in which order, does not matter. It
// does not change, and may be used by several goroutines.
type Fitted interface {
	// Apply gives the table with its missing values filled, and says what was done. The
	// table that it is given stays as it is.
	Apply(ctx context.Context, rep progress.Reporter, t frame.Table) (frame.Table, *Report, error)
	// String says in a few words what it fills with.
	String() string
}

// Ints says what becomes of a column of ints that is filled with numbers that are not
// whole.
type Ints uint8

// The ways.
const (
	Widen Ints = iota // it becomes a column of floats
	Round             // the filled values are rounded, half to even
)

var intsNames = enum.Names{Type: "Ints", List: []string{"widen", "round"}, Err: errOption}

// String is "widen" or "round".
func (v Ints) String() string { return intsNames.String(uint8(v)) }

// MarshalText writes the name.
func (v Ints) MarshalText() ([]byte, error) { return intsNames.Marshal(uint8(v)) }

// UnmarshalText reads the name.
func (v *Ints) UnmarshalText(b []byte) error { return intsNames.Unmarshal(b, (*uint8)(v)) }

// Others says what an imputer of numbers does with the missing values of the columns that
// are not numbers: text, categories, dates and booleans.
type Others uint8

// The ways.
const (
	Leave  Others = iota // leave them missing; the report says how many
	Mode                 // fill them by the column's most frequent value
	Refuse               // refuse to fit if there are any
)

var othersNames = enum.Names{Type: "Others", List: []string{"leave", "mode", "refuse"}, Err: errOption}

// String is "leave", "mode" or "refuse".
func (v Others) String() string { return othersNames.String(uint8(v)) }

// MarshalText writes the name.
func (v Others) MarshalText() ([]byte, error) { return othersNames.Marshal(uint8(v)) }

// UnmarshalText reads the name.
func (v *Others) UnmarshalText(b []byte) error { return othersNames.Unmarshal(b, (*uint8)(v)) }
