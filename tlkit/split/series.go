package split

import (
	"context"
	"fmt"
)

// TimeSeriesOptions say how to make folds that follow each other in time. The zero value is
// five folds whose training part grows, without a gap, as scikit-learn's TimeSeriesSplit.
type TimeSeriesOptions struct {
	K        int // folds; 0 means 5
	TestSize int // items in each test part; 0 means n/(K+1), rounded down
	MaxTrain int // items in a training part at most, the last ones: it rolls; 0: it grows

	Gap // between a fold's training part, what it sets aside, and its test part

	// Valid is the share of the training part, its end, that each fold sets aside for
	// validation. 0 means none.
	Valid float64

	InOrder     bool // as in TimeOptions
	DropMissing bool // as in TimeOptions
}

// Series is a cross-validation in the order of time that is described and not yet made.
type Series struct {
	src Source
	opt TimeSeriesOptions
}

// TimeSeries describes folds each of which is tested on TestSize items and learns from what
// came before them. The test parts follow each other, and the last one ends with the last
// item. What a fold uses for neither is Dropped. The source may be in any order; items of
// equal time are in one part, as in [ByTime].
//
// Where no times are equal the folds are those of scikit-learn's TimeSeriesSplit 1.9 over
// sorted items.
func TimeSeries(src Source, o TimeSeriesOptions) *Series { return &Series{src, o} }

// Parts makes the folds, the earliest first.
func (s *Series) Parts(ctx context.Context) ([]Parts, error) {
	o := s.opt
	if o.K == 0 {
		o.K = 5
	}
	if o.K < 1 || o.TestSize < 0 || o.MaxTrain < 0 || !(o.Valid >= 0 && o.Valid < 1) {
		return nil, fmt.Errorf("split: %w: %d folds, tests of %d, at most %d to train on and a valid share of %v; none is negative, the share below 1",
			ErrFolds, o.K, o.TestSize, o.MaxTrain, o.Valid)
	}
	c, err := read(ctx, s.src)
	if err != nil {
		return nil, err
	}
	q, err := c.queue(o.Gap, o.InOrder, o.DropMissing)
	if err != nil {
		return nil, err
	}
	edges, err := o.edges(q)
	if err != nil {
		return nil, err
	}
	if err := holds(c.n, o.K, 1); err != nil {
		return nil, err
	}
	out := make([]Parts, o.K)
	for k := range out {
		label := allDropped(c.n)
		if err := o.fold(q, edges[k], edges[k+1], label); err != nil {
			return nil, fmt.Errorf("split: fold %d of %d: %w", k+1, o.K, err)
		}
		out[k] = partsOf(c, label)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// edges are where the test parts begin, and the end of the last.
func (o TimeSeriesOptions) edges(q queue) ([]int, error) {
	n := len(q.order)
	if o.K >= n {
		return nil, fmt.Errorf("split: %w: %d folds of %d items; give 1 to %d", ErrFolds, o.K, n, n-1)
	}
	size := o.TestSize
	if size == 0 {
		size = n / (o.K + 1)
	}
	if size > n || o.GapItems > n || n-o.GapItems-size*o.K <= 0 {
		return nil, fmt.Errorf("split: %w: %d folds of %d items with tests of %d and gaps of %d leave nothing to train on; ask for fewer or smaller ones",
			ErrFolds, o.K, n, size, o.GapItems)
	}
	edges := make([]int, o.K+1)
	low := 0
	for k := range edges {
		edges[k] = q.edge(n-size*(o.K-k), low)
		low = edges[k]
	}
	return edges, nil
}

// fold labels what is tested, from one place in order to another, and what came before.
func (o TimeSeriesOptions) fold(q queue, from, to int, label []part) error {
	end := q.before(from)
	begin := 0
	if o.MaxTrain > 0 {
		begin = q.tie(max(end-o.MaxTrain, 0), 1)
	}
	valid := end
	if o.Valid > 0 {
		valid = q.edge(end-int(o.Valid*float64(end-begin)+0.5), begin)
	}
	train := end
	if valid < end {
		train = q.before(valid)
	}
	if train <= begin || to <= from || o.Valid > 0 && valid == end {
		return fmt.Errorf("%w: nothing to train on, to validate by or to test once equal times stay together and gaps are taken out; "+
			"ask for fewer folds, a shorter gap, or give finer times", ErrTimes)
	}
	for _, r := range []struct {
		from, to int
		part     part
	}{{begin, train, inTrain}, {valid, end, inValid}, {from, to, inTest}} {
		for _, i := range q.order[r.from:r.to] {
			label[i] = r.part
		}
	}
	return nil
}
