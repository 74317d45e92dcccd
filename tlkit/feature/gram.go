package feature

import (
	"context"

	"transferlab/tlkit/estimate"
)

// gramColumns is the most columns that products are kept of: half a gigabyte of them.
const gramColumns = 8192

// prepare makes the products of some columns with each other, if the model is a ridge
// regression that can do with them. Models of these columns are then fitted without a look
// at the rows.
func (t *trial) prepare(ctx context.Context, features []int) error {
	o, ok := t.regressor.(estimate.Ridge)
	if !ok || o.NoIntercept || t.gram != nil || len(features) > gramColumns {
		return nil
	}
	g, err := estimate.NewGram(ctx, t.matrix(features), t.y)
	if err != nil {
		return err
	}
	t.gram, t.at = g, make(map[int]int, len(features))
	for k, f := range features {
		t.at[f] = k
	}
	return nil
}

// ridge fits a ridge regression of columns whose products were made.
func (t *trial) ridge(ctx context.Context, o estimate.Ridge, features []int) (*attempt, error) {
	at := make([]int, len(features))
	for k, f := range features {
		at[k] = t.at[f]
	}
	m, err := t.gram.Ridge(ctx, o.Alpha, at)
	if err != nil {
		return nil, err
	}
	return &attempt{features: features, coef: [][]float64{m.Coef}, intercept: m.Intercept, model: m}, nil
}
