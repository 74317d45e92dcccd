package parquet

import "sync"

// sequence writes chunks in their order, while they become ready in any. A chunk that is too
// far ahead of the one that is due waits, so that few are in memory.
type sequence struct {
	mu      sync.Mutex
	moved   sync.Cond
	next    int
	ahead   int
	ready   map[int]*chunk
	writing bool
	write   func(i int, c *chunk) error
	err     error
	free    sync.Pool
}

func newSequence(ahead int, write func(i int, c *chunk) error) *sequence {
	q := &sequence{ahead: ahead, ready: map[int]*chunk{}, write: write}
	q.moved.L = &q.mu
	return q
}

// buffer is memory for a chunk.
func (q *sequence) buffer() []byte {
	if b, ok := q.free.Get().(*[]byte); ok {
		return *b
	}
	return nil
}

func (q *sequence) failed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.err != nil
}

// put hands over chunk i, or why there is none. Chunks begin in their order, so the one that
// is due is always ready or on its way, and the others may wait for it.
func (q *sequence) put(i int, c *chunk, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err != nil && q.err == nil {
		q.err = err
	}
	for q.err == nil && i >= q.next+q.ahead {
		q.moved.Wait()
	}
	q.ready[i] = c
	if q.writing {
		return
	}
	q.writing = true
	for c := q.ready[q.next]; c != nil && q.err == nil; c = q.ready[q.next] {
		delete(q.ready, q.next)
		at := q.next
		q.mu.Unlock()
		err := q.write(at, c)
		q.free.Put(&c.data)
		q.mu.Lock()
		if err != nil {
			q.err = err
		}
		q.next++
		q.moved.Broadcast()
	}
	q.writing = false
	if q.err != nil {
		q.moved.Broadcast()
	}
}
