// Package outlier finds values that lie far from the others, and does with them what a
// person chose: marks them, takes them out, pulls them in, or drops their rows.
//
// Two things are fitted on training rows and applied to any table with the same columns.
// [Fit] gives [Bounds], a low and a high one for each column, by Tukey's fences, z-scores,
// modified z-scores or percentiles. [FitForest] gives a [Forest], which judges whole rows:
// an isolation forest finds rows that are odd although each of their values is common.
//
// Nothing is changed before Apply is called, and Apply says in a [Report] what it did.
//
// # Missing values, infinities, columns that say nothing
//
// A missing value is no outlier, and never counts in a fit. Bounds are fitted to the finite
// values of a column; an infinity lies beyond any finite bound and so is an outlier. A
// column has no bounds, and none of its values is an outlier, if it has fewer than two
// finite values or if the spread that distances are measured in is 0 (all values equal, or
// half of them for the interquartile range and for the MAD); its Note says so. Percentile
// bounds need one value and no spread.
package outlier

import (
	"errors"
	"fmt"
)

// The kinds of errors, for errors.Is; those about columns are of package frame. Each error
// says where it stands and what to do.
var (
	ErrOptions = errors.New("options do not fit")
	ErrRows    = errors.New("nothing to learn from")
	ErrFile    = errors.New("not a saved fit")
	ErrLimit   = errors.New("limit exceeded")
)

// errOptions is what the errors about named options wrap.
var errOptions = fmt.Errorf("outlier: %w", ErrOptions)
