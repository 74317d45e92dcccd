package text

import (
	"sync"

	"transferlab/tlkit/progress"
)

// A counter tells a reporter how many values are done, from several goroutines, about a
// hundred times in all. It reports in turn, so that the last event says that all are done.
type counter struct {
	rep   progress.Reporter
	task  string
	total int

	mu   sync.Mutex
	done int
}

func (c *counter) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, step := c.done, max(c.total/100, 1)
	c.done += n
	if c.done/step > before/step || c.done == c.total {
		c.rep.Report(progress.Event{Task: c.task, Done: int64(c.done), Total: int64(c.total), Unit: "values"})
	}
}
