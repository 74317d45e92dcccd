package feature

import (
	"sync/atomic"

	"transferlab/tlkit/progress"
)

// counter reports rows done, from several goroutines.
func counter(rep progress.Reporter, total int) func(done int) {
	var sum atomic.Int64
	rep = progress.Or(rep)
	return func(done int) {
		rep.Report(progress.Event{Task: "making features", Done: sum.Add(int64(done)), Total: int64(total), Unit: "rows"})
	}
}
