package feature

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"transferlab/tlkit/evaluate"
)

// This file makes scores of predictions.

func (c *contest) comparison(ctx context.Context) (*Comparison, error) {
	seen := c.predicted()
	out := &Comparison{Target: c.o.Target, Numbers: c.numbers(), Rows: c.rows, Predicted: len(seen), Folds: c.parts, Repeats: len(c.done), Seed: c.o.Folds.Seed}
	if c.o.Divide == nil {
		out.Folds /= out.Repeats
	}
	for k, e := range c.entries {
		if err := c.judge(ctx, e, seen); err != nil {
			return nil, err
		}
		if k > 0 {
			var err error
			if e.Difference, err = c.difference(e, c.entries[0], seen); err != nil {
				return nil, fmt.Errorf("feature: comparing set %.40q with the first: %w", e.Name, err)
			}
		}
		out.Sets = append(out.Sets, e.SetScore)
	}
	return out, nil
}

// predicted are the rows that some fold tested.
func (c *contest) predicted() []int {
	var out []int
	for i := range c.rows {
		if slices.ContainsFunc(c.done, func(layer []bool) bool { return layer[i] }) {
			out = append(out, i)
		}
	}
	return out
}

// judge scores the predictions of one set on the rows that were seen, and takes the mean
// of what was measured.
func (c *contest) judge(ctx context.Context, e *entry, seen []int) error {
	blocks := blocksOf(len(seen), c.count.width(), func(sums []float64, k int) {
		i := seen[k]
		for r, done := range c.done {
			if !done[i] {
				continue
			}
			if c.numbers() {
				c.add(sums, i, 0, e.y[r][i])
			} else {
				c.add(sums, i, e.labels[r][i], 0)
			}
		}
	})
	by := func(m Metric) func([]float64) float64 {
		count := c.count
		count.metric = m
		return count.score
	}
	scores := []struct {
		to *evaluate.Interval
		f  func([]float64) float64
	}{{&e.MacroRecall, by(MacroRecall)}, {&e.MacroF1, by(MacroF1)}}
	if c.numbers() {
		scores[0].to, scores[0].f = &e.R2, by(R2)
		scores[1].to, scores[1].f = &e.RMSE, c.count.rmse
	} else {
		e.Accuracy = c.accuracy(total(blocks), len(seen))
	}
	for _, s := range scores {
		var err error
		if *s.to, err = bootstrap(ctx, blocks, c.o.Folds.Seed, s.f); err != nil {
			return err
		}
	}
	n := int64(c.parts)
	e.FitPipeline, e.FitModel, e.Predict = e.FitPipeline/timeOf(n), e.FitModel/timeOf(n), e.Predict/timeOf(n)
	e.Allocated, e.Matrix = e.Allocated/n, e.Matrix/n
	return nil
}

// accuracy has the interval of as many rows as are predicted: repeats do not add rows.
func (c *contest) accuracy(sums []float64, rows int) evaluate.Interval {
	hits, n := 0.0, 0.0
	for k := range c.count.classes {
		hits, n = hits+sums[k], n+sums[2*c.count.classes+k]
	}
	share := hits / n
	i := evaluate.Wilson(int(math.Round(share*float64(rows))), rows)
	i.Value = share
	return i
}

// difference tests a set against the first one.
func (c *contest) difference(e, first *entry, seen []int) (evaluate.Comparison, error) {
	if !c.numbers() && len(c.done) == 1 {
		return evaluate.McNemar(at(c.labels, seen), at(e.labels[0], seen), at(first.labels[0], seen))
	}
	if slices.ContainsFunc(slices.Concat(e.FoldScores, first.FoldScores), math.IsNaN) {
		return evaluate.Comparison{}, optionf("a fold has one row, of which there is no R²; ask for fewer folds")
	}
	d, err := evaluate.Comparison{}, evaluate.ErrSpread // of one fold
	if len(e.FoldScores) > 1 {
		d, err = evaluate.CorrectedT(e.FoldScores, first.FoldScores, c.shares/float64(c.parts))
	}
	if errors.Is(err, evaluate.ErrSpread) {
		v := mean(e.FoldScores) - mean(first.FoldScores)
		nan := math.NaN()
		return evaluate.Comparison{Items: len(e.FoldScores), Difference: evaluate.Interval{Value: v, Low: nan, High: nan}, P: nan}, nil
	}
	return d, err
}

func at(v, rows []int) []int {
	out := make([]int, len(rows))
	for k, i := range rows {
		out[k] = v[i]
	}
	return out
}
