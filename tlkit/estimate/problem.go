package estimate

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
)

// problem is data that nets are fitted to, one after the other, each from where the last
// one ended.
type problem struct {
	quadratic
	n     int
	meanX []float64
	meanY float64
	yy    float64
	w     []float64
}

func (o net) problem(ctx context.Context, x blas64.General, y []float64) (*problem, error) {
	if x.Cols <= max(x.Rows, fewColumns) {
		m, err := newMoments(ctx, x, y, o.intercept)
		if err != nil {
			return nil, err
		}
		return m.problem(nil), nil
	}
	meanX, meanY, err := means(ctx, x, y)
	if err != nil {
		return nil, err
	}
	if !o.intercept {
		clear(meanX)
		meanY = 0
	}
	s := newByColumns(ctx, x, y, meanX, meanY)
	_, yy := s.left()
	if !finite(s.lengths...) || !finite(yy) {
		return nil, errTooLarge
	}
	for j, square := range s.lengths {
		if err := vanished(x, j, meanX[j], square); err != nil {
			return nil, err
		}
	}
	return &problem{s, x.Rows, meanX, meanY, yy, make([]float64, x.Cols)}, nil
}

// problem is that of some columns, nil for all.
func (m *moments) problem(columns []int) *problem {
	if columns == nil {
		columns = make([]int, len(m.xy))
		for j := range columns {
			columns[j] = j
		}
	}
	mean := make([]float64, len(columns))
	for k, j := range columns {
		mean[k] = m.meanX[j]
	}
	return &problem{newBySums(m, columns), m.n, mean, m.meanY, m.yy, make([]float64, len(columns))}
}

func (p *problem) solve(ctx context.Context, o net) (*LassoModel, error) {
	n := float64(p.n)
	d := descent{quadratic: p.quadratic, w: p.w, yy: p.yy, target: o.tolerance * p.yy, rounds: o.rounds,
		penalty: penalty{n * o.alpha * o.ratio, n * o.alpha * (1 - o.ratio), o.positive}}
	end, err := d.run(ctx)
	if err != nil {
		return nil, err
	}
	coef := append([]float64(nil), p.w...)
	l, err := linear(coef, p.meanX, p.meanY)
	if err != nil {
		return nil, err
	}
	m := &LassoModel{Linear: l, Alpha: o.alpha, L1Ratio: o.ratio, Gap: end.gap / n, Rounds: end.rounds, Converged: end.converged}
	if !finite(m.Gap) || m.Gap < 0 {
		return nil, errTooLarge
	}
	return m, m.check()
}

// largest is the least alpha·ratio·n at which all coefficients are 0.
func (p *problem) largest(positive bool) float64 {
	most := 0.0
	for j := range p.features() {
		c := p.against(j)
		if !positive {
			c = math.Abs(c)
		}
		most = max(most, c)
	}
	return most
}

// Lasso fits [Lasso] on some columns, nil for all, from the products alone, and gives one
// coefficient for each of them, in the order of columns.
func (g *Gram) Lasso(ctx context.Context, alpha float64, columns []int) (*LassoModel, error) {
	return g.sparse(ctx, columns, Lasso{Alpha: alpha}.net)
}

// ElasticNet fits o on some columns, nil for all, from the products alone. Whether there
// is an intercept was decided when g was made: o.NoIntercept is left out of account.
func (g *Gram) ElasticNet(ctx context.Context, o ElasticNet, columns []int) (*LassoModel, error) {
	return g.sparse(ctx, columns, o.net)
}

func (g *Gram) sparse(ctx context.Context, columns []int, options func() (net, error)) (*LassoModel, error) {
	o, err := options()
	if err != nil {
		return nil, err
	}
	if columns, err = g.chosen(columns); err != nil {
		return nil, err
	}
	if o.alpha*o.ratio > 0 || o.positive {
		return g.problem(columns).solve(ctx, o)
	}
	coef, err := g.ridge(ctx, o.alpha*(1-o.ratio)*float64(g.n), columns)
	if err != nil {
		return nil, err
	}
	l, err := g.linear(coef, columns)
	if err != nil {
		return nil, err
	}
	return &LassoModel{Linear: *l, Alpha: o.alpha, L1Ratio: o.ratio, Converged: true}, nil
}
