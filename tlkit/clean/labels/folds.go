package labels

import (
	"context"
	"fmt"

	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// FoldOptions say how items are divided. The zero value is five folds with seed 0.
type FoldOptions struct {
	Folds int    // 0 means 5
	Seed  uint64 // chooses the folds
}

// Learn fits a model to the items at these positions and gives what predicts others: for n
// positions n rows of one probability a class.
type Learn func(ctx context.Context, train []int) (predict func(items []int) ([][]float64, error), err error)

// OutOfFold gives every item the probabilities of a model that did not learn from it: items
// are divided into folds with the labels in equal shares, and each fold is predicted by a
// model of the others. source has the items with their labels; see [split.Rows] and
// [split.ByLabel].
func OutOfFold(ctx context.Context, rep progress.Reporter, source split.Source, learn Learn, o FoldOptions) ([][]float64, error) {
	rep = progress.Or(rep)
	folds, err := split.StratifiedKFold(source, split.FoldOptions{K: o.Folds, Seed: o.Seed, Valid: -1}).Parts(ctx)
	if err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	var out [][]float64
	for k, f := range folds {
		rep.Report(progress.Event{Task: "predicting unseen items", Done: int64(k), Total: int64(len(folds)), Unit: "folds"})
		if out == nil {
			out = make([][]float64, f.Len())
		}
		predict, err := learn(ctx, f.Train)
		if err != nil {
			return nil, fmt.Errorf("labels: fold %d of %d: %w", k+1, len(folds), err)
		}
		rows, err := predict(f.Test)
		if err != nil {
			return nil, fmt.Errorf("labels: fold %d of %d: %w", k+1, len(folds), err)
		}
		if len(rows) != len(f.Test) {
			return nil, fmt.Errorf("labels: %w: fold %d of %d: %d predictions for %d items", ErrInput, k+1, len(folds), len(rows), len(f.Test))
		}
		for i, item := range f.Test {
			out[item] = rows[i]
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	rep.Report(progress.Event{Task: "predicting unseen items", Done: int64(len(folds)), Total: int64(len(folds)), Unit: "folds"})
	return out, nil
}
