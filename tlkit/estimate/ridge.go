package estimate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// Ridge is least squares with a penalty on the size of the coefficients (Hoerl and Kennard
// 1970): it minimises ‖y − Xw − b‖² + Alpha·‖w‖². The intercept b is not penalised.
//
// It is solved in closed form, as scikit-learn's Ridge(solver="auto") does: X and y are
// centred, then the p×p normal equations are solved by Cholesky's decomposition, as
// [Gram.Ridge] says, or the n×n ones of the dual where p > n; where they are singular, by
// the singular value decomposition, which gives the solution of least norm.
type Ridge struct {
	// Alpha is the weight of the penalty. 0 means 1; below 0 means none, which is ordinary
	// least squares.
	Alpha float64 `json:"alpha,omitempty"`
	// NoIntercept leaves b out; the data is then not centred.
	NoIntercept bool `json:"noIntercept,omitempty"`
}

// Fit gives a [*Linear]. Its cost grows with n·p·min(n, p).
func (o Ridge) Fit(ctx context.Context, _ progress.Reporter, x mat.Matrix, y []float64) (Regression, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	g, err := shapes(x, y)
	if err != nil {
		return nil, err
	}
	return fitRidge(ctx, g, y, o.weight(), !o.NoIntercept, 0)
}

// weight is Alpha as a number.
func (o Ridge) weight() float64 {
	if o.Alpha == 0 {
		return 1
	}
	return max(o.Alpha, 0)
}

// fitRidge takes singular values below cut times the largest as 0; for cut 0, those that
// are 0 but for rounding.
func fitRidge(ctx context.Context, x blas64.General, y []float64, alpha float64, intercept bool, cut float64) (*Linear, error) {
	if x.Rows < x.Cols {
		return fitWide(ctx, x, y, alpha, intercept, cut)
	}
	g, err := newGram(ctx, x, y, intercept)
	if err != nil {
		return nil, err
	}
	columns, _ := g.chosen(nil)
	g.cut = cut
	coef, err := g.ridge(ctx, alpha, columns)
	if err != nil {
		return nil, err
	}
	return g.linear(coef, columns)
}

// fitWide is for more features than rows.
func fitWide(ctx context.Context, x blas64.General, y []float64, alpha float64, intercept bool, cut float64) (*Linear, error) {
	meanX, meanY, err := means(ctx, x, y)
	if err != nil {
		return nil, err
	}
	if !intercept {
		clear(meanX)
		meanY = 0
	}
	g := &Gram{x: x, y: y, cut: cut, moments: &moments{n: x.Rows, meanX: meanX, meanY: meanY}}
	columns, _ := g.chosen(nil)
	cx, cy := g.copied(columns, 0, x.Rows)
	var coef []float64
	ok := false
	if alpha > 0 {
		if coef, ok, err = ridgeDual(ctx, cx, cy, alpha); err != nil {
			return nil, err
		}
	}
	if !ok {
		if coef, err = g.direct(ctx, alpha, columns); err != nil {
			return nil, err
		}
	}
	return g.linear(coef, columns)
}

func (o Ridge) check() error {
	if !finite(o.Alpha) {
		return fmt.Errorf("estimate: %w: Ridge.Alpha is %v; give a finite number", ErrOption, o.Alpha)
	}
	return nil
}

// ridgeDual solves w = Xᵀ(XXᵀ + αI)⁻¹y, for more features than rows. It is not ok where
// the matrix is singular to working precision.
func ridgeDual(ctx context.Context, x blas64.General, y []float64, alpha float64) (coef []float64, ok bool, err error) {
	n := x.Rows
	k, err := products(ctx, x.Cols, n, func(j int, to []float64) {
		for i := range to {
			to[i] = x.Data[i*x.Stride+j]
		}
	})
	if err != nil {
		return nil, false, err
	}
	for i := range n {
		row(k, i)[i] += alpha
	}
	var chol mat.Cholesky
	// A condition number beyond 1/ε leaves no digit of the solution.
	if !chol.Factorize(mat.NewSymDense(n, k.Data)) || chol.Cond() > 1/eps {
		return nil, false, nil
	}
	var w mat.VecDense
	if chol.SolveVecTo(&w, mat.NewVecDense(n, y)) != nil {
		return nil, false, nil
	}
	coef = make([]float64, x.Cols)
	blas64.Gemv(blas.Trans, 1, x, w.RawVector(), 0, vector(coef))
	return coef, true, nil
}

// eps is the distance from 1 to the next float64.
const eps = 0x1p-52

// ridgeSVD is w = V diag(s/(s² + α)) Uᵀy over the singular values above cut times the
// largest.
func ridgeSVD(x blas64.General, y []float64, alpha, cut float64) (coef []float64, ok bool) {
	var svd mat.SVD
	if !svd.Factorize(dense(x), mat.SVDThin) {
		return nil, false
	}
	s := svd.Values(nil)
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	d := make([]float64, len(s))
	blas64.Gemv(blas.Trans, 1, u.RawMatrix(), vector(y), 0, vector(d))
	least := cut * s[0]
	for i := range s {
		if s[i] > least && s[i] > math.SmallestNonzeroFloat64 {
			d[i] *= s[i] / (s[i]*s[i] + alpha)
		} else {
			d[i] = 0
		}
	}
	coef = make([]float64, x.Cols)
	blas64.Gemv(blas.NoTrans, 1, v.RawMatrix(), vector(d), 0, vector(coef))
	return coef, true
}

// dense shows rows to gonum, sharing them.
func dense(g blas64.General) *mat.Dense {
	var d mat.Dense
	d.SetRawMatrix(g)
	return &d
}
