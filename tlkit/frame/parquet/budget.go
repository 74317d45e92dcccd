package parquet

import (
	"fmt"
	"sync/atomic"

	"transferlab/tlkit/frame"
)

// budget is the memory that a reader may still take, in bytes. Sizes that a file declares are
// taken from it before anything is allocated for them.
type budget struct{ left, all atomic.Int64 }

func newBudget(bytes int64) *budget {
	b := &budget{}
	b.left.Store(bytes)
	b.all.Store(bytes)
	return b
}

// take reserves n bytes, or gives an error that is frame.ErrLimit.
func (b *budget) take(n int64, what string) error {
	if n < 0 || b.left.Add(-n) < 0 {
		b.left.Add(n)
		return &Error{Kind: frame.ErrLimit, Reason: fmt.Sprintf(
			"%s would take %d bytes of the %d that a table may take; choose fewer Columns, raise Options.MaxBytes, or use package sql for files larger than memory", what, n, b.all.Load())}
	}
	return nil
}
