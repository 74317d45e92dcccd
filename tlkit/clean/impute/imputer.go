package impute

import (
	"context"
	"fmt"

	"transferlab/tlkit/frame"
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

var intsNames = names{"Ints", []string{"widen", "round"}}

// String is "widen" or "round".
func (v Ints) String() string { return intsNames.name(int(v)) }

// MarshalText writes the name.
func (v Ints) MarshalText() ([]byte, error) { return intsNames.text(int(v)) }

// UnmarshalText reads the name.
func (v *Ints) UnmarshalText(b []byte) error { return intsNames.read(b, (*uint8)(v)) }

// Others says what an imputer of numbers does with the missing values of the columns that
// are not numbers: text, categories, dates and booleans.
type Others uint8

// The ways.
const (
	Leave  Others = iota // leave them missing; the report says how many
	Mode                 // fill them by the column's most frequent value
	Refuse               // refuse to fit if there are any
)

var othersNames = names{"Others", []string{"leave", "mode", "refuse"}}

// String is "leave", "mode" or "refuse".
func (v Others) String() string { return othersNames.name(int(v)) }

// MarshalText writes the name.
func (v Others) MarshalText() ([]byte, error) { return othersNames.text(int(v)) }

// UnmarshalText reads the name.
func (v *Others) UnmarshalText(b []byte) error { return othersNames.read(b, (*uint8)(v)) }

// names are those of a type's values, for JSON and for people.
type names struct {
	kind string
	list []string
}

func (n names) name(i int) string {
	if i < len(n.list) {
		return n.list[i]
	}
	return fmt.Sprintf("%s(%d)", n.kind, i)
}

func (n names) text(i int) ([]byte, error) {
	if i >= len(n.list) {
		return nil, optionf("%s(%d); the names are %s", n.kind, i, listed(n.list))
	}
	return []byte(n.list[i]), nil
}

func (n names) read(b []byte, to *uint8) error {
	for i, name := range n.list {
		if name == string(b) {
			*to = uint8(i)
			return nil
		}
	}
	return optionf("%.40q is no %s; the names are %s", b, n.kind, listed(n.list))
}

func (n names) check(i int) error {
	_, err := n.text(i)
	return err
}
