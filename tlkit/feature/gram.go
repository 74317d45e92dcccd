package feature

import (
	"context"

	"transferlab/tlkit/estimate"
)

// gramColumns is the most columns that products are kept of: half a gigabyte of them.
const gramColumns = 8192

// leastSquares reports whether a regressor can be fitted by products of columns, and with
// which penalty.
func leastSquares(r estimate.Regressor) (alpha float64, ok bool) {
	switch r := r.(type) {
	case estimate.Ridge:
		return r.Alpha, !r.NoIntercept
	case estimate.LinearRegression:
		return -1, !r.NoIntercept
	}
	return 0, false
}

// prepare makes the products of some columns with each other, if the model is least
// squares, which can do with them. Models of these columns are then fitted without a look
// at the rows.
func (t *trial) prepare(ctx context.Context, features []int) error {
	if _, ok := leastSquares(t.regressor); !ok || t.gram != nil || len(features) > gramColumns {
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

// byProducts fits columns whose products were made.
func (t *trial) byProducts(ctx context.Context, alpha float64, features []int) (*attempt, error) {
	at := make([]int, len(features))
	for k, f := range features {
		at[k] = t.at[f]
	}
	m, err := t.gram.Ridge(ctx, alpha, at)
	if err != nil {
		return nil, err
	}
	return &attempt{features: features, coef: [][]float64{m.Coef}, intercept: m.Intercept, model: m}, nil
}
