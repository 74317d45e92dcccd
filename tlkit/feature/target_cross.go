package feature

import (
	"context"
	"fmt"
	"math/rand/v2"

	"transferlab/tlkit/parallel"
)

// This file is the arithmetic of [TargetEncoder].

// cell has the target's moments in some of the rows.
type cell struct {
	n, mean, squares float64 // squares of the differences from the mean, added up
}

// add puts another cell's rows to those of this one (Chan, Golub and LeVeque 1979).
func (c *cell) add(d cell) {
	if d.n == 0 {
		return
	}
	n := c.n + d.n
	delta := d.mean - c.mean
	c.mean += delta * (d.n / n)
	c.squares += d.squares + delta*delta*(c.n*d.n/n)
	c.n = n
}

// tally gives the cell of the rows with each of n values in each fold, fold by fold within
// the value; without folds there is one. rows has the number of each row's value.
func tally(rows []int32, y []float64, n int, deal dealt) []cell {
	cells := make([]cell, n*deal.n)
	at := func(i int) *cell {
		if deal.of == nil {
			return &cells[rows[i]]
		}
		return &cells[int(rows[i])*deal.n+int(deal.of[i])]
	}
	for i, v := range y {
		c := at(i)
		c.n++
		c.mean += v
	}
	for k := range cells {
		if cells[k].n > 0 {
			cells[k].mean /= cells[k].n
		}
	}
	for i, v := range y {
		c := at(i)
		c.squares += (v - c.mean) * (v - c.mean)
	}
	return cells
}

// smoothing is how a value's mean is drawn towards the mean of all.
type smoothing struct {
	bayes bool
	rows  float64 // that the mean of all counts as
}

func (s TargetEncoder) smooth() smoothing {
	return smoothing{s.Smoothing == 0 && !s.NoSmoothing, s.Smoothing}
}

// encode gives each value its encoding by what the cells of all folds but one teach; -1
// leaves none out.
func (s smoothing) encode(cells []cell, folds, without int) floats {
	own := make([]cell, len(cells)/folds)
	all := cell{}
	for k := range own {
		for f, c := range cells[k*folds : (k+1)*folds] {
			if f != without {
				own[k].add(c)
			}
		}
		all.add(own[k])
	}
	out := make(floats, len(own))
	for k, c := range own {
		out[k] = s.draw(c, all)
	}
	return out
}

// draw is a value's mean, drawn towards that of all.
func (s smoothing) draw(own, all cell) float64 {
	if !s.bayes {
		if w := own.n + s.rows; w > 0 {
			return (own.n*own.mean + s.rows*all.mean) / w
		}
		return all.mean
	}
	// How much the value's own mean counts: NaN if no row has it, or nothing varies.
	spread := all.squares / all.n * own.n
	share := spread / (spread + own.squares/own.n)
	if share != share {
		return all.mean
	}
	return share*own.mean + (1-share)*all.mean
}

// dealt says which of n folds each row is in.
type dealt struct {
	n  int
	of []uint16 // nil: all are in one
}

// folds deals the rows out, so that each fold has its share of all rows and of each class.
func (s TargetEncoder) folds(rows int, labels []int, group *grouping) (dealt, error) {
	n := s.Folds
	if n == 0 {
		n = 5
	}
	if group != nil {
		d := group.deal(n, labels, s.Seed)
		if d.n < 2 {
			return d, fmt.Errorf("feature: %w: the training rows are all of one group, and cross-fitting needs two", ErrEmpty)
		}
		return d, nil
	}
	n = min(n, rows)
	if n < 2 {
		return dealt{}, fmt.Errorf("feature: %w: %d training row, and cross-fitting needs two", ErrEmpty, rows)
	}
	// The rows of a class are dealt in turn, and the next class goes on where it ended.
	starts := []int{0}
	for _, c := range labels {
		for len(starts) <= c {
			starts = append(starts, 0)
		}
		starts[c]++
	}
	at := 0
	for c, count := range starts {
		starts[c] = at
		if labels != nil {
			at += count
		}
	}
	d := dealt{n, make([]uint16, rows)}
	for _, i := range rand.New(rand.NewPCG(s.Seed, 0x74617267)).Perm(rows) {
		c := 0
		if labels != nil {
			c = labels[i]
		}
		d.of[i] = uint16(starts[c] % n)
		starts[c]++
	}
	return d, nil
}

// cross encodes each training row by what the rows outside of its fold teach: for each
// column its targets.
func (s smoothing) cross(ctx context.Context, rows [][]int32, targets [][]float64, cols []targetColumn, deal dealt) ([]column, error) {
	out := make([]column, len(rows)*len(targets))
	err := parallel.Each(ctx, len(out), func(o int) {
		j, k := o/len(targets), o%len(targets)
		cells := tally(rows[j], targets[k], cols[j].all(), deal)
		by := make([]floats, deal.n)
		for f := range by {
			by[f] = s.encode(cells, deal.n, f)
		}
		out[o] = makeColumn(numbers, len(deal.of))
		for i, f := range deal.of {
			out[o].num[i] = by[f][rows[j][i]]
		}
	})
	return out, err
}
