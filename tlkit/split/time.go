package split

import (
	"context"
	"fmt"
	"math"
	"time"
)

// TimeOptions say how to split by time. The zero value is 70/15/15 without a gap.
type TimeOptions struct {
	// Train, Valid and Test are the shares of the parts, of the items that have a time. They
	// sum to one. All zero means 0.70, 0.15, 0.15. Train is above zero; Valid or Test may be
	// zero.
	Train, Valid, Test float64

	Gap

	// InOrder refuses a source that is not in the order of time; otherwise it is sorted.
	InOrder bool
	// DropMissing drops items without a time, which otherwise are an error, a [*TimeError].
	DropMissing bool
	// Unseen drops from valid and test what has a group, a content or a near duplicate in
	// an earlier part, for a model that has to do with new ones.
	Unseen bool
}

// Gap is what lies between a part and the next. It is taken from the end of the earlier one,
// so that what is tested does not depend on it. What is in a gap is dropped. A gap keeps
// what a label or a feature that looks ahead or back for a while knows of the next part out
// of the training rows. The zero value is none. If several are set, all of them hold.
type Gap struct {
	Gap      time.Duration // least time from the last item of a part to the first of the next
	GapBy    float64       // the same where times are numbers, in their unit
	GapItems int           // least number of items in between
}

func (g Gap) check(l *timeline) error {
	if g.Gap < 0 || !(g.GapBy >= 0) || math.IsInf(g.GapBy, 0) || g.GapItems < 0 {
		return fmt.Errorf("split: %w: gaps of %v, %v and %d items; give gaps that are not negative", ErrOption, g.Gap, g.GapBy, g.GapItems)
	}
	if l.calendar() && g.GapBy > 0 {
		return fmt.Errorf("split: %w: GapBy is %v, and the times are of a calendar; use Gap", ErrOption, g.GapBy)
	}
	if !l.calendar() && g.Gap > 0 {
		return fmt.Errorf("split: %w: Gap is %v, and the times are numbers; use GapBy, in their unit", ErrOption, g.Gap)
	}
	return nil
}

// ByTime describes a split in which all of train comes before all of valid, and that before
// all of test. Items of equal time are in one part: a boundary that would part them moves to
// the nearer end of them. The source may be in any order.
func ByTime(src Source, o TimeOptions) *Plan {
	return &Plan{
		src: src,
		make: func(ctx context.Context, c *columns) (Parts, error) {
			label, err := o.divide(c)
			if err != nil {
				return Parts{}, err
			}
			return partsOf(c, label), ctx.Err()
		},
		describe: func() (string, error) {
			s, err := shares(o.Train, o.Valid, o.Test)
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("in the order of time, %s%s", percent(s), o.Gap.words()), nil
		},
	}
}

func (g Gap) words() string {
	s := ""
	if g.Gap > 0 {
		s += fmt.Sprintf(", %v apart", g.Gap)
	}
	if g.GapBy > 0 {
		s += fmt.Sprintf(", %v apart", g.GapBy)
	}
	if g.GapItems > 0 {
		s += fmt.Sprintf(", %d items apart", g.GapItems)
	}
	return s
}

func (o TimeOptions) divide(c *columns) ([]part, error) {
	s, err := shares(o.Train, o.Valid, o.Test)
	if err != nil {
		return nil, err
	}
	q, err := c.queue(o.Gap, o.InOrder, o.DropMissing)
	if err != nil {
		return nil, err
	}
	n := len(q.order)
	label := allDropped(c.n)
	from, sum := 0, 0.0
	last, used := 0, 0 // the last part that has a share, and how many do
	for k, v := range s {
		if v > 0 {
			last, used = k, used+1
		}
	}
	for k, v := range s {
		if v == 0 {
			continue
		}
		sum += v
		to, end := n, n
		if used--; k != last {
			to = q.edge(int(math.Round(sum*float64(n))), from)
			end = q.before(to)
		}
		if end <= from {
			return nil, fmt.Errorf("split: %w: of %d items with a time, none are left for %s once equal times stay together and gaps are taken out; "+
				"give a larger share, a shorter gap, or finer times", ErrTimes, n, partNames[k])
		}
		for _, i := range q.order[from:end] {
			label[i] = part(k)
		}
		from = to
	}
	if o.Unseen {
		return label, c.unseen(label)
	}
	return label, nil
}

func allDropped(n int) []part {
	label := make([]part, n)
	for i := range label {
		label[i] = dropped
	}
	return label
}

// unseen drops what has something in common with an earlier part.
func (c *columns) unseen(label []part) error {
	for _, of := range []*coding{c.group, c.content, c.alike} {
		if of == nil {
			continue
		}
		first := make([]part, of.size) // the earliest part that each code is in
		for k := range first {
			first[k] = dropped
		}
		for i, k := range of.code {
			if k >= 0 {
				first[k] = min(first[k], label[i])
			}
		}
		for i, k := range of.code {
			if k >= 0 && label[i] > first[k] {
				label[i] = dropped
			}
		}
	}
	var had [allParts]int
	for _, k := range label {
		had[k]++
	}
	if had[inValid]+had[inTest] == 0 {
		return fmt.Errorf("split: %w: every item after the training part has a group or a content in an earlier part; leave Unseen off", ErrGroup)
	}
	return nil
}

// queue is the items that have a time, in its order.
type queue struct {
	*timeline
	gap   Gap
	order []int32
}

func (c *columns) queue(g Gap, inOrder, dropMissing bool) (queue, error) {
	l := c.times
	if l == nil {
		return queue{}, fmt.Errorf("split: %w: the source has no times; name a column in RowOptions.Time, or say InOrder, or use ByTimes or ByOrder", ErrTimes)
	}
	if err := g.check(l); err != nil {
		return queue{}, err
	}
	last := int64(noTime)
	for i, v := range l.at {
		if v == noTime {
			if !dropMissing {
				return queue{}, &TimeError{Item: i, ID: c.id(i)}
			}
			continue
		}
		if inOrder && v < last {
			return queue{}, &TimeError{Item: i, ID: c.id(i), Early: true}
		}
		last = v
	}
	q := queue{l, g, l.order()}
	if len(q.order) == 0 {
		return queue{}, fmt.Errorf("split: %w: no item has a time", ErrEmpty)
	}
	return q, nil
}

// when is the time of the k-th item in order.
func (q queue) when(k int) int64 { return q.at[q.order[k]] }

// edge is the place nearest to k between two items of different times; of two that are as
// near the earlier one, unless that is not after low.
func (q queue) edge(k, low int) int {
	n := len(q.order)
	if k <= 0 || k >= n {
		return min(max(k, 0), n)
	}
	first, end := q.tie(k, -1), q.tie(k, 1)
	if k-first <= end-k && first > low || end == n {
		return first
	}
	return end
}

// tie is k, or where the items of equal time that k is in the midst of begin (step -1) or
// end (step 1).
func (q queue) tie(k, step int) int {
	for k > 0 && k < len(q.order) && q.when(k-1) == q.when(k) {
		k += step
	}
	return k
}

// before is where the part ends after which the item in place k comes: as far before it as
// the gap asks.
func (q queue) before(k int) int {
	if k >= len(q.order) {
		return k
	}
	end := q.tie(max(k-q.gap.GapItems, 0), -1)
	least := q.gap.GapBy
	if q.calendar() {
		least = float64(q.gap.Gap)
	}
	for least > 0 && end > 0 && q.apart(q.when(end-1), q.when(k)) < least {
		end--
	}
	return end
}
