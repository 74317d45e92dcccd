package feature

import (
	"context"

	"transferlab/tlkit/estimate"
)

// gramColumns is the most columns that products are kept of: half a gigabyte of them.
const gramColumns = 8192

// productsDo reports whether a regressor can be fitted by products of columns.
func productsDo(r estimate.Regressor) bool {
	switch r := r.(type) {
	case estimate.Ridge:
		return !r.NoIntercept
	case estimate.LinearRegression:
		return !r.NoIntercept
	case estimate.Lasso:
		return !r.NoIntercept
	case estimate.ElasticNet:
		return !r.NoIntercept
	}
	return false
}

// prepare makes the products of some columns with each other, if the model can do
// with them. Models of these columns are then fitted without a look
// at the rows.
func (t *trial) prepare(ctx context.Context, features []int) error {
	if !productsDo(t.regressor) || t.gram != nil || len(features) > gramColumns {
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
func (t *trial) byProducts(ctx context.Context, features []int) (*attempt, error) {
	at := make([]int, len(features))
	for k, f := range features {
		at[k] = t.at[f]
	}
	m, err := t.leastSquares(ctx, at)
	if err != nil {
		return nil, err
	}
	return &attempt{features: features, coef: [][]float64{m.Coef}, intercept: m.Intercept, model: m}, nil
}

func (t *trial) leastSquares(ctx context.Context, columns []int) (*estimate.Linear, error) {
	net := estimate.ElasticNet{}
	switch r := t.regressor.(type) {
	case estimate.Ridge:
		return t.gram.Ridge(ctx, r.Alpha, columns)
	case estimate.LinearRegression:
		return t.gram.Ridge(ctx, -1, columns)
	case estimate.Lasso:
		net = estimate.ElasticNet{Alpha: r.Alpha, L1Ratio: 1, Positive: r.Positive, Tolerance: r.Tolerance, Rounds: r.Rounds}
	case estimate.ElasticNet:
		net = r
	}
	m, err := t.gram.ElasticNet(ctx, net, columns)
	if err != nil {
		return nil, err
	}
	return &m.Linear, nil
}
