package recipe

import (
	"fmt"
	"sync/atomic"

	"transferlab/tlkit/frame"
)

// A recipe can come from anybody and can be applied to a large table, so what its steps may
// make is bounded.
const (
	// MaxSteps is how many steps a recipe may have.
	MaxSteps = 10_000

	maxCells   = 1 << 29 // rows times columns of a table, as where files are read
	maxBytes   = 1 << 33 // of texts that a step makes
	maxColumns = 10_000  // that a text can be split into
)

// budget is what a step may still make.
type budget struct{ used atomic.Int64 }

// take takes n bytes of text.
func (b *budget) take(n int) error {
	if b.used.Add(int64(n)) > maxBytes {
		return fmt.Errorf("%w: the step would make more than %d GiB of text; work on parts of the table, or on shorter texts", frame.ErrLimit, maxBytes>>30)
	}
	return nil
}

// fits is an error if a table would have too many cells.
func fits(rows, columns int) error {
	if columns > 0 && rows > maxCells/columns {
		return fmt.Errorf("%w: the step would make a table of %d rows and %d columns, which are more than %d cells; work on parts of the table", frame.ErrLimit, rows, columns, maxCells)
	}
	return nil
}
