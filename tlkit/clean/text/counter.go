package text

import (
	"sync/atomic"

	"transferlab/tlkit/progress"
)

// A counter tells a reporter how many values are done, from several goroutines, about a
// hundred times in all.
type counter struct {
	rep   progress.Reporter
	task  string
	total int
	done  atomic.Int64
}

func (c *counter) add(n int) {
	done := c.done.Add(int64(n))
	step := max(int64(c.total)/100, 1)
	if done/step > (done-int64(n))/step || done == int64(c.total) {
		c.rep.Report(progress.Event{Task: c.task, Done: done, Total: int64(c.total), Unit: "values"})
	}
}
