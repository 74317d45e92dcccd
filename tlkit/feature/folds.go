package feature

import (
	"context"
	"fmt"
	"strconv"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/split"
)

// This file is cross-validation within the training rows, for selectors that try models.

// fold is a trial's rows divided in two.
type fold struct{ train, test *trial }

// folds divides a trial's rows: classes in the same shares in each fold, groups together.
// Nothing is set aside for validation.
func (t *trial) folds(ctx context.Context, o split.FoldOptions) ([]fold, error) {
	o.Valid = -1
	var plan *split.Folds
	switch {
	case t.group != nil && t.classifier != nil:
		plan = split.StratifiedKFold(t.group.source(t.labels), o)
	case t.group != nil:
		plan = split.KFold(t.group.source(nil), o)
	case t.classifier != nil:
		labels := make([]string, len(t.labels))
		for i, c := range t.labels {
			labels[i] = strconv.Itoa(c) // a name may be empty, which would be no label
		}
		plan = split.StratifiedKFold(split.ByLabel(labels), o)
	default:
		plan = split.KFold(split.ByOrder(t.rows()), o)
	}
	parts, err := plan.Parts(ctx)
	if err != nil {
		return nil, fmt.Errorf("feature: dividing the training rows into folds: %w", err)
	}
	train, test := make([][]int, len(parts)), make([][]int, len(parts))
	for k, p := range parts {
		train[k], test[k] = p.Train, p.Test
	}
	return t.divided(ctx, train, test)
}

// divided makes folds of rows.
func (t *trial) divided(ctx context.Context, train, test [][]int) ([]fold, error) {
	out := make([]fold, len(train))
	err := parallel.Each(ctx, len(out), func(k int) { out[k] = fold{t.only(train[k]), t.only(test[k])} })
	return out, err
}
