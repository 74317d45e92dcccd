package dedupe

import (
	"context"
	"slices"
	"sync"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// chunk is a range of places of one pass.
type chunk struct{ pass, low, high int }

// chunkPairs is how many pairs a chunk has at least: a few milliseconds of work, so that
// stopping is quick and no core waits long for the others.
const chunkPairs = 1 << 14

// chunks cuts the passes into pieces of about equal work.
func chunks(passes []pass) (out []chunk, sizes []int64) {
	for number, p := range passes {
		low, pairs := 0, int64(0)
		for k, end := range p.ends {
			pairs += int64(end) - int64(k) - 1
			if pairs >= chunkPairs || k == len(p.ends)-1 {
				out, sizes = append(out, chunk{number, low, k + 1}), append(sizes, pairs)
				low, pairs = k+1, 0
			}
		}
	}
	return out, sizes
}

// comparePairs compares the pairs that the passes bring together, each once, and gives
// those that reach the threshold, by their rows.
func comparePairs(ctx context.Context, rep progress.Reporter, passes []pass, all int64, s *scorer) ([]Pair, error) {
	work, sizes := chunks(passes)
	found := make([][]Pair, len(work))
	var mu sync.Mutex
	event := progress.Event{Task: "comparing rows", Total: all, Unit: "pairs"}
	err := parallel.Each(ctx, len(work), func(c int) {
		found[c] = compareChunk(ctx, passes, work[c], s)
		mu.Lock()
		defer mu.Unlock()
		event.Done += sizes[c]
		rep.Report(event)
	})
	if err != nil {
		return nil, err
	}
	pairs := slices.Concat(found...)
	slices.SortFunc(pairs, byRows)
	return pairs, nil
}

func byRows(a, b Pair) int {
	if a.A != b.A {
		return a.A - b.A
	}
	return a.B - b.B
}

func compareChunk(ctx context.Context, passes []pass, c chunk, s *scorer) []Pair {
	var found []Pair
	p := &passes[c.pass]
	for k := c.low; k < c.high && ctx.Err() == nil; k++ {
		for _, other := range p.order[k+1 : p.ends[k]] {
			i, j := min(p.order[k], other), max(p.order[k], other)
			before := func(q pass) bool { return q.brings(i, j) }
			if c.pass > 0 && slices.ContainsFunc(passes[:c.pass], before) {
				continue
			}
			if score, ok := s.score(int(i), int(j), s.threshold); ok {
				found = append(found, Pair{int(i), int(j), score})
			}
		}
	}
	return found
}
