package split

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"transferlab/tlkit/frame"
)

// Numbered is a Source of things whose ids are their positions, "0", "1", …: the rows of a
// table, or what labels, groups or times at hand belong to. The zero value has none.
type Numbered struct {
	from func() (*columns, error) // the same every time
}

func numbered(from func() *columns) *Numbered {
	once := sync.OnceValue(from)
	return &Numbered{func() (*columns, error) { return once(), nil }}
}

func (s *Numbered) columns(context.Context) (*columns, error) {
	if s == nil || s.from == nil {
		return &columns{}, nil
	}
	return s.from()
}

// Items gives the things as items.
func (s *Numbered) Items(ctx context.Context) ([]Item, error) {
	c, err := s.columns(ctx)
	if err != nil {
		return nil, err
	}
	return c.items(), nil
}

// ByLabel makes a Source of labels alone, for [Stratified] and [StratifiedKFold]; an empty
// label is a missing one. The slice is kept, and not changed.
func ByLabel(labels []string) *Numbered {
	return numbered(func() *columns {
		return &columns{n: len(labels), class: codeTexts(len(labels), func(i int) string { return labels[i] }).sorted()}
	})
}

// ByGroup makes a Source of groups alone, which stay together; what has an empty group is
// on its own. The slice is kept, and not changed.
func ByGroup(groups []string) *Numbered {
	return numbered(func() *columns {
		return &columns{n: len(groups), group: codeTexts(len(groups), func(i int) string { return groups[i] })}
	})
}

// ByTimes makes a Source of times alone, for [ByTime] and [TimeSeries], in any order; a
// zero time is a missing one. The slice is kept, and not changed.
func ByTimes(times []time.Time) *Numbered {
	return numbered(func() *columns {
		l := timesOf(len(times), func(i int) (time.Time, bool) { return times[i], !times[i].IsZero() })
		return &columns{n: len(times), times: l}
	})
}

// ByOrder makes a Source of n things that are in the order of time already. More than 2³⁰
// are [ErrOption].
func ByOrder(n int) *Numbered {
	if n > mostPositions {
		return &Numbered{func() (*columns, error) {
			return nil, fmt.Errorf("split: %w: %d things; up to %d can be split", ErrOption, n, mostPositions)
		}}
	}
	return numbered(func() *columns { return &columns{n: max(n, 0), times: inOrder(max(n, 0))} })
}

func inOrder(n int) *timeline {
	l := &timeline{at: make([]int64, n), unit: positions}
	for i := range l.at {
		l.at[i] = int64(i)
	}
	return l
}

// ByTarget makes a Source of the numbers that are to be predicted. [Stratified] and
// [StratifiedKFold] give every part its share of each of the given number of bins, which
// hold about as many numbers each; equal numbers are never in two bins. 0 bins means 10.
// NaN is a missing number. The slice is kept, and not changed.
func ByTarget(values []float64, bins int) *Numbered {
	if bins <= 0 {
		bins = 10
	}
	return numbered(func() *columns {
		return &columns{n: len(values), class: codeBins(values, bins), binned: true, target: values}
	})
}

// codeBins numbers values by the quantile bin they are in.
func codeBins(values []float64, bins int) *coding {
	bins = min(bins, max(len(values), 1)) // more have no use
	parts := make([]float64, 0, bins)
	for b := 1; b < bins; b++ {
		parts = append(parts, float64(b)/float64(bins))
	}
	edges := frame.Quantiles(values, parts...)
	known := edges[:0]
	for _, e := range edges {
		if !math.IsNaN(e) && (len(known) == 0 || e > known[len(known)-1]) {
			known = append(known, e)
		}
	}
	c := &coding{code: make([]int32, len(values)), size: len(known) + 1, name: func(k int32) string { return binName(known, int(k)) }}
	some := false
	for i, v := range values {
		if math.IsNaN(v) {
			c.code[i] = -1
			continue
		}
		some = true
		c.code[i] = int32(upper(known, v))
	}
	if !some {
		return nil
	}
	return c.dense()
}

// upper counts the edges that are not above v.
func upper(edges []float64, v float64) int {
	low, high := 0, len(edges)
	for low < high {
		if mid := (low + high) / 2; edges[mid] <= v {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

func binName(edges []float64, k int) string {
	switch {
	case len(edges) == 0:
		return "all"
	case k == 0:
		return "below " + frame.FormatFloat(edges[0])
	case k == len(edges):
		return "from " + frame.FormatFloat(edges[k-1])
	}
	return frame.FormatFloat(edges[k-1]) + " to " + frame.FormatFloat(edges[k])
}

// dense leaves out the codes that no item has.
func (c *coding) dense() *coding {
	used := make([]bool, c.size)
	for _, k := range c.code {
		if k >= 0 {
			used[k] = true
		}
	}
	to, from := make([]int32, c.size), []int32{}
	for k, u := range used {
		if to[k] = int32(len(from)); u {
			from = append(from, int32(k))
		}
	}
	for i, k := range c.code {
		if k >= 0 {
			c.code[i] = to[k]
		}
	}
	name := c.name
	c.size, c.name = len(from), func(k int32) string { return name(from[k]) }
	return c
}
