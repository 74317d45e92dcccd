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
	o := c.o.Folds
	out := &Comparison{Target: c.o.Target, Numbers: c.numbers(), Rows: c.rows, Folds: o.K, Repeats: o.Repeats, Seed: o.Seed}
	for k, e := range c.entries {
		if err := c.judge(ctx, e); err != nil {
			return nil, err
		}
		if k > 0 {
			var err error
			if e.Difference, err = c.difference(e, c.entries[0]); err != nil {
				return nil, fmt.Errorf("feature: comparing set %.40q with the first: %w", e.Name, err)
			}
		}
		out.Sets = append(out.Sets, e.SetScore)
	}
	return out, nil
}

// judge scores the predictions of one set, and takes the mean of what was measured.
func (c *contest) judge(ctx context.Context, e *entry) error {
	blocks := blocksOf(c.rows, c.count.width(), func(sums []float64, i int) {
		for r := range c.o.Folds.Repeats {
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
		e.Accuracy = c.accuracy(total(blocks))
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

// accuracy has the interval of as many rows as there are: repeats do not add rows.
func (c *contest) accuracy(sums []float64) evaluate.Interval {
	hits := 0.0
	for _, h := range sums[:c.count.classes] {
		hits += h
	}
	share := hits / float64(c.rows*c.o.Folds.Repeats)
	i := evaluate.Wilson(int(math.Round(share*float64(c.rows))), c.rows)
	i.Value = share
	return i
}

// difference tests a set against the first one.
func (c *contest) difference(e, first *entry) (evaluate.Comparison, error) {
	if !c.numbers() && c.o.Folds.Repeats == 1 {
		return evaluate.McNemar(c.labels, e.labels[0], first.labels[0])
	}
	if slices.ContainsFunc(slices.Concat(e.FoldScores, first.FoldScores), math.IsNaN) {
		return evaluate.Comparison{}, optionf("a fold has one row, of which there is no R²; ask for fewer folds")
	}
	d, err := evaluate.CorrectedT(e.FoldScores, first.FoldScores, c.shares/float64(c.parts))
	if errors.Is(err, evaluate.ErrSpread) {
		v := mean(e.FoldScores) - mean(first.FoldScores)
		nan := math.NaN()
		return evaluate.Comparison{Items: len(e.FoldScores), Difference: evaluate.Interval{Value: v, Low: nan, High: nan}, P: nan}, nil
	}
	return d, err
}
