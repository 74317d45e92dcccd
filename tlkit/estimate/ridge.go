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
// centred, then the p×p normal equations are solved by Cholesky's decomposition, or the
// n×n ones of the dual where p > n; where they are singular, by the singular value
// decomposition, which gives the solution of least norm.
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
	g, err := pair(x, y)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	alpha := o.Alpha
	switch {
	case alpha == 0:
		alpha = 1
	case alpha < 0:
		alpha = 0
	}
	cx, cy, meanX, meanY := centred(g, y, !o.NoIntercept)
	coef, ok := ridgeCholesky(cx, cy, alpha)
	if !ok {
		if coef, ok = ridgeSVD(cx, cy, alpha); !ok {
			return nil, fmt.Errorf("estimate: %w: the singular value decomposition of x does not converge; bring the features to similar scales first", ErrNumber)
		}
	}
	m, err := linear(coef, meanX, meanY)
	if err != nil {
		return nil, err
	}
	return &m, nil
}

func (o Ridge) check() error {
	if !finite(o.Alpha) {
		return fmt.Errorf("estimate: %w: Ridge.Alpha is %v; give a finite number", ErrOption, o.Alpha)
	}
	return nil
}

// ridgeCholesky solves (XᵀX + αI)w = Xᵀy, or where p > n w = Xᵀ(XXᵀ + αI)⁻¹y. It is not
// ok where the matrix is singular to working precision.
func ridgeCholesky(x blas64.General, y []float64, alpha float64) (coef []float64, ok bool) {
	n, p := x.Rows, x.Cols
	dual := p > n
	k := min(n, p)
	a := blas64.Symmetric{N: k, Stride: k, Uplo: blas.Upper, Data: make([]float64, k*k)}
	t := blas.Trans
	if dual {
		t = blas.NoTrans
	}
	blas64.Syrk(t, 1, x, 0, a)
	for i := range k {
		a.Data[i*k+i] += alpha
	}
	right := y
	if !dual {
		right = make([]float64, p)
		blas64.Gemv(blas.Trans, 1, x, vector(y), 0, vector(right))
	}
	sym := mat.NewSymDense(k, a.Data)
	var chol mat.Cholesky
	// A condition number beyond 1/ε leaves no digit of the solution.
	if !chol.Factorize(sym) || chol.Cond() > 1/eps {
		return nil, false
	}
	var w mat.VecDense
	if err := chol.SolveVecTo(&w, mat.NewVecDense(k, right)); err != nil {
		return nil, false
	}
	if !dual {
		return w.RawVector().Data, true
	}
	coef = make([]float64, p)
	blas64.Gemv(blas.Trans, 1, x, w.RawVector(), 0, vector(coef))
	return coef, true
}

// eps is the distance from 1 to the next float64.
const eps = 0x1p-52

// ridgeSVD is w = V diag(s/(s² + α)) Uᵀy over the singular values that are not zero.
func ridgeSVD(x blas64.General, y []float64, alpha float64) (coef []float64, ok bool) {
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
	// As NumPy's lstsq: what is below rounding of the largest counts as zero.
	least := eps * float64(max(x.Rows, x.Cols)) * s[0]
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
