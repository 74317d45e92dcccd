package estimate

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// Lasso is least squares with a penalty on the absolute values of the coefficients, which
// makes many of them 0 (Tibshirani 1996): it minimises 1/(2n)·‖y − Xw − b‖² + Alpha·‖w‖₁,
// as scikit-learn's Lasso. It is [ElasticNet] with the ratio 1, solved as described there.
type Lasso struct {
	// Alpha is the weight of the penalty. 0 means 1; below 0 means none.
	Alpha float64 `json:"alpha,omitempty"`
	// NoIntercept leaves b out; the data is then not centred.
	NoIntercept bool `json:"noIntercept,omitempty"`
	// Positive keeps coefficients from going below 0.
	Positive bool `json:"positive,omitempty"`
	// Tolerance is as in [ElasticNet].
	Tolerance float64 `json:"tolerance,omitempty"`
	// Rounds is as in [ElasticNet].
	Rounds int `json:"rounds,omitempty"`
}

// ElasticNet is least squares with a penalty on the absolute values and one on the squares
// of the coefficients (Zou and Hastie 2005): it minimises
//
//	1/(2n)·‖y − Xw − b‖² + Alpha·L1Ratio·‖w‖₁ + ½·Alpha·(1 − L1Ratio)·‖w‖²
//
// as scikit-learn's ElasticNet; b is not penalised.
//
// It is solved by cyclic coordinate descent on XᵀX, or on the columns where p is larger
// than both n and 256, with screening of features by the duality gap. Once the set of
// coefficients that are not 0 stands, they are computed exactly by Cholesky's
// decomposition, so that they are good to some ten digits whatever the Tolerance. Only
// where features are collinear, or more than 1 000 coefficients are not 0, is it the
// Tolerance that ends it. Without any penalty on absolute values, and if coefficients may
// be below 0, it is solved as [Ridge].
type ElasticNet struct {
	// Alpha is the weight of the penalty. 0 means 1; below 0 means none.
	Alpha float64 `json:"alpha,omitempty"`
	// L1Ratio is the share of the absolute values. 0 means 0.5; below 0 means none.
	L1Ratio float64 `json:"l1Ratio,omitempty"`
	// NoIntercept leaves b out; the data is then not centred.
	NoIntercept bool `json:"noIntercept,omitempty"`
	// Positive keeps coefficients from going below 0.
	Positive bool `json:"positive,omitempty"`
	// Tolerance ends the rounds: the largest duality gap, as a share of ‖y‖²/n (y less its
	// mean). 0 means 1e-8; scikit-learn's default is 1e-4.
	Tolerance float64 `json:"tolerance,omitempty"`
	// Rounds is the most rounds over the coefficients. 0 means 10000. A model that used
	// them up says so in Converged, and is no error.
	Rounds int `json:"rounds,omitempty"`
}

// LassoModel is a fitted [Lasso] or [ElasticNet].
type LassoModel struct {
	Linear
	Alpha     float64 `json:"alpha"`     // the penalty's weight; 0 for none
	L1Ratio   float64 `json:"l1Ratio"`   // the share of the absolute values
	Gap       float64 `json:"gap"`       // by which the objective is above its minimum at most
	Rounds    int     `json:"rounds"`    // rounds that were done
	Converged bool    `json:"converged"` // before the rounds were used up
}

// Selected are the features whose coefficients are not 0, in order.
func (m *LassoModel) Selected() []int {
	var out []int
	for j, c := range m.Coef {
		if c != 0 {
			out = append(out, j)
		}
	}
	return out
}

func (m *LassoModel) check() error {
	if err := m.Linear.check(); err != nil {
		return err
	}
	if !finite(m.Alpha, m.L1Ratio, m.Gap) || m.Alpha < 0 || m.L1Ratio < 0 || m.L1Ratio > 1 || m.Gap < 0 || m.Rounds < 0 {
		return fmt.Errorf("estimate: %w: a lasso with alpha %v, ratio %v, gap %v and %d rounds", ErrModel, m.Alpha, m.L1Ratio, m.Gap, m.Rounds)
	}
	return nil
}

// Fit gives a [*LassoModel]. Its cost grows with n·p·min(n, p), and where p > n with
// rounds times n·p.
func (o Lasso) Fit(ctx context.Context, rep progress.Reporter, x mat.Matrix, y []float64) (Regression, error) {
	n, err := o.net()
	if err != nil {
		return nil, err
	}
	return n.fit(ctx, rep, x, y)
}

// Fit gives a [*LassoModel]. Its cost is that of [Lasso.Fit].
func (o ElasticNet) Fit(ctx context.Context, rep progress.Reporter, x mat.Matrix, y []float64) (Regression, error) {
	n, err := o.net()
	if err != nil {
		return nil, err
	}
	return n.fit(ctx, rep, x, y)
}

func (o Lasso) net() (net, error) {
	n, err := ElasticNet{Alpha: o.Alpha, NoIntercept: o.NoIntercept, Positive: o.Positive, Tolerance: o.Tolerance, Rounds: o.Rounds}.net()
	n.ratio = 1
	return n, err
}

func (o ElasticNet) net() (net, error) {
	n := net{alpha: o.Alpha, ratio: o.L1Ratio, intercept: !o.NoIntercept, positive: o.Positive, tolerance: o.Tolerance, rounds: o.Rounds}
	if !finite(o.Alpha, o.L1Ratio, o.Tolerance) || o.L1Ratio > 1 || o.Tolerance < 0 || o.Rounds < 0 {
		return n, fmt.Errorf("estimate: %w: the penalty has alpha %v, ratio %v, tolerance %v and %d rounds; the ratio is at most 1, tolerance and rounds at least 0, all finite",
			ErrOption, o.Alpha, o.L1Ratio, o.Tolerance, o.Rounds)
	}
	if n.alpha == 0 {
		n.alpha = 1
	}
	if n.ratio == 0 {
		n.ratio = 0.5
	}
	n.alpha, n.ratio = max(n.alpha, 0), max(n.ratio, 0)
	if n.tolerance == 0 {
		n.tolerance = 1e-8
	}
	if n.rounds == 0 {
		n.rounds = 10000
	}
	return n, nil
}

// net is an elastic net's options, with none left open.
type net struct {
	alpha, ratio        float64
	intercept, positive bool
	tolerance           float64
	rounds              int
}

func (o net) fit(ctx context.Context, _ progress.Reporter, x mat.Matrix, y []float64) (*LassoModel, error) {
	g, err := shapes(x, y)
	if err != nil {
		return nil, err
	}
	if o.alpha*o.ratio == 0 && !o.positive {
		return o.ridge(ctx, g, y)
	}
	p, err := o.problem(ctx, g, y)
	if err != nil {
		return nil, err
	}
	return p.solve(ctx, o)
}

// ridge is for no penalty on absolute values.
func (o net) ridge(ctx context.Context, x blas64.General, y []float64) (*LassoModel, error) {
	m, err := fitRidge(ctx, x, y, o.alpha*(1-o.ratio)*float64(x.Rows), o.intercept, 0)
	if err != nil {
		return nil, err
	}
	return &LassoModel{Linear: *m, Alpha: o.alpha, L1Ratio: o.ratio, Converged: true}, nil
}
