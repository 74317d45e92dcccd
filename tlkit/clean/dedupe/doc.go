// Package dedupe finds rows that stand for the same thing, shows them, and takes out those
// that are too many.
//
// Equal rows are found by [Find] and dropped by [Drop], as pandas' drop_duplicates does it.
// Rows that are nearly equal – a name with a slip of the pen, a price with another rounding
// – are found by [FindNear]: rules compare columns, blocks say which rows are compared at
// all, and rows whose score reaches a threshold form groups.
//
// Finding changes nothing. A [Groups] shows its rows with their differences, a score and a
// proposed survivor for each group; a person may reject groups, choose other survivors or
// set rows apart ([Choices]), and only then [Groups.Drop] or [Groups.Merge] makes a table
// of it.
package dedupe

import (
	"errors"
	"fmt"
)

// The kinds of errors, for errors.Is; those about columns are of package frame. Each error
// says where it stands and what to do.
var (
	ErrOptions = errors.New("options do not fit")
	ErrLimit   = errors.New("limit exceeded")
	ErrChoice  = errors.New("choice does not fit the groups")
	ErrOther   = errors.New("groups of another table")
)

// errOptions is what the errors about named options wrap.
var errOptions = fmt.Errorf("dedupe: %w", ErrOptions)
