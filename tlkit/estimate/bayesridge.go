package estimate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// BayesianRidge is ridge regression that finds the weight of its penalty itself: noise and
// coefficients are normal with precisions α and λ, which have gamma priors and are set to
// maximise the marginal likelihood (MacKay 1992, Tipping 2001). It is what scikit-learn's
// IterativeImputer fills with by default, and is computed step by step as BayesianRidge of
// scikit-learn 1.9.1: X and y are centred, X is decomposed once into singular values, and
// each round computes the coefficients, then
//
//	γ = Σ αsᵢ²/(λ + αsᵢ²),  λ = (γ + 2λ₁)/(‖w‖² + 2λ₂),  α = (n − γ + 2α₁)/(‖y − Xw‖² + 2α₂)
//
// from α = 1/var(y) and λ = 1, until the coefficients change by less than Tolerance in
// all.
type BayesianRidge struct {
	// Rounds is the most rounds there are. 0 means 300.
	Rounds int `json:"rounds,omitempty"`
	// Tolerance ends the rounds: the sum of the absolute changes of the coefficients is
	// below it. 0 means 0.001.
	Tolerance float64 `json:"tolerance,omitempty"`
	// Alpha1, Alpha2, Lambda1 and Lambda2 are the shapes and rates of the gamma priors of α
	// and λ. 0 means 1e-6 each; below 0 means 0.
	Alpha1  float64 `json:"alpha1,omitempty"`
	Alpha2  float64 `json:"alpha2,omitempty"`
	Lambda1 float64 `json:"lambda1,omitempty"`
	Lambda2 float64 `json:"lambda2,omitempty"`
	// NoIntercept leaves the intercept out; the data is then not centred.
	NoIntercept bool `json:"noIntercept,omitempty"`
	// Covariance keeps the covariance of the coefficients, a p×p matrix, so that the model
	// can say how sure it is: see [BayesianModel.Deviations].
	Covariance bool `json:"covariance,omitempty"`
}

// BayesianModel is a fitted [BayesianRidge].
type BayesianModel struct {
	Linear
	Alpha     float64 `json:"alpha"`     // precision of the noise
	Lambda    float64 `json:"lambda"`    // precision of the coefficients
	Rounds    int     `json:"rounds"`    // rounds that were done
	Converged bool    `json:"converged"` // before the rounds were used up

	// Mean and Covariance are those of the features and of the coefficients, p and p×p row
	// by row; nil unless they were asked for.
	Mean       []float64 `json:"mean,omitempty"`
	Covariance []float64 `json:"covariance,omitempty"`
}

// Fit gives a [*BayesianModel]. Its cost grows with n·p·min(n, p).
func (o BayesianRidge) Fit(ctx context.Context, _ progress.Reporter, x mat.Matrix, y []float64) (Regression, error) {
	o, err := o.defaults()
	if err != nil {
		return nil, err
	}
	g, err := pair(x, y)
	if err != nil {
		return nil, err
	}
	cx, cy, meanX, meanY := centred(g, y, !o.NoIntercept)
	e, ok := newEvidence(cx, cy)
	if !ok {
		return nil, fmt.Errorf("estimate: %w: the singular value decomposition of x does not converge; bring the features to similar scales first", ErrNumber)
	}
	out := &BayesianModel{Alpha: 1 / (variance(y) + eps), Lambda: 1}
	var coef, old []float64
	var sse float64
	for round := range o.Rounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		coef, sse = e.coef(out.Lambda / out.Alpha)
		gamma := e.gamma(out.Alpha, out.Lambda)
		out.Lambda = (gamma + 2*o.Lambda1) / (floats.Dot(coef, coef) + 2*o.Lambda2)
		out.Alpha = (float64(g.Rows) - gamma + 2*o.Alpha1) / (sse + 2*o.Alpha2)
		out.Rounds = round + 1
		if round > 0 && floats.Distance(old, coef, 1) < o.Tolerance {
			out.Converged = true
			break
		}
		old = coef
	}
	coef, _ = e.coef(out.Lambda / out.Alpha)
	if out.Linear, err = linear(coef, meanX, meanY); err != nil {
		return nil, err
	}
	if o.Covariance {
		out.Mean = meanX
		if out.Covariance, ok = e.covariance(out.Alpha, out.Lambda); !ok {
			return nil, fmt.Errorf("estimate: %w: the singular value decomposition of x does not converge; bring the features to similar scales first", ErrNumber)
		}
	}
	return out, out.check()
}

func (o BayesianRidge) defaults() (BayesianRidge, error) {
	if o.Rounds < 0 || !finite(o.Tolerance, o.Alpha1, o.Alpha2, o.Lambda1, o.Lambda2) || o.Tolerance < 0 {
		return o, fmt.Errorf("estimate: %w: BayesianRidge has %d rounds and tolerance %v; both are at least 0, and all priors finite", ErrOption, o.Rounds, o.Tolerance)
	}
	if o.Rounds == 0 {
		o.Rounds = 300
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-3
	}
	for _, v := range []*float64{&o.Alpha1, &o.Alpha2, &o.Lambda1, &o.Lambda2} {
		switch {
		case *v == 0:
			*v = 1e-6
		case *v < 0:
			*v = 0
		}
	}
	return o, nil
}

func (m *BayesianModel) check() error {
	if err := m.Linear.check(); err != nil {
		return err
	}
	p := len(m.Coef)
	if !finite(m.Alpha, m.Lambda) || m.Alpha <= 0 || m.Lambda < 0 {
		return fmt.Errorf("estimate: %w: the precisions are %v and %v", ErrNumber, m.Alpha, m.Lambda)
	}
	if m.Covariance == nil && m.Mean == nil {
		return nil
	}
	if len(m.Mean) != p || len(m.Covariance) != p*p {
		return fmt.Errorf("estimate: %w: %d coefficients with %d means and a covariance of %d numbers", ErrModel, p, len(m.Mean), len(m.Covariance))
	}
	if !finite(m.Mean...) || !finite(m.Covariance...) {
		return fmt.Errorf("estimate: %w: the covariance is not finite; bring the features to similar scales first", ErrNumber)
	}
	return nil
}

// Deviations gives the standard deviation of each row's prediction, noise included. The
// model was fitted with [BayesianRidge].Covariance.
func (m *BayesianModel) Deviations(ctx context.Context, x mat.Matrix) ([]float64, error) {
	p := len(m.Coef)
	if m.Covariance == nil {
		return nil, fmt.Errorf("estimate: %w: the model has no covariance; fit it with BayesianRidge{Covariance: true}", ErrOption)
	}
	g, err := fitting(x, p)
	if err != nil {
		return nil, err
	}
	out := make([]float64, g.Rows)
	err = parallel.Chunks(ctx, g.Rows, 1024, func(_, low, high int) {
		d := make([]float64, p)
		for i := low; i < high; i++ {
			floats.SubTo(d, row(g, i), m.Mean)
			sum := 0.0
			for j := range p {
				sum += d[j] * floats.Dot(m.Covariance[j*p:(j+1)*p], d)
			}
			out[i] = math.Sqrt(sum + 1/m.Alpha)
		}
	})
	return out, err
}

// evidence is centred data, decomposed: X = U diag(s) Vᵀ.
type evidence struct {
	x       blas64.General
	y       []float64
	squares []float64      // s²
	u, v    blas64.General // n×k and p×k; u only where n ≤ p
	right   []float64      // Vᵀ·Xᵀy where n > p, Uᵀy where not
}

func newEvidence(x blas64.General, y []float64) (*evidence, bool) {
	e := &evidence{x: x, y: y}
	var svd mat.SVD
	kind := mat.SVDThinV
	if x.Rows <= x.Cols {
		kind = mat.SVDThin
	}
	if !svd.Factorize(dense(x), kind) {
		return nil, false
	}
	e.squares = svd.Values(nil)
	for i, s := range e.squares {
		e.squares[i] = s * s
	}
	e.right = make([]float64, len(e.squares))
	var v mat.Dense
	svd.VTo(&v)
	e.v = v.RawMatrix()
	if x.Rows > x.Cols {
		xy := make([]float64, x.Cols)
		blas64.Gemv(blas.Trans, 1, x, vector(y), 0, vector(xy))
		blas64.Gemv(blas.Trans, 1, e.v, vector(xy), 0, vector(e.right))
		return e, true
	}
	var u mat.Dense
	svd.UTo(&u)
	e.u = u.RawMatrix()
	blas64.Gemv(blas.Trans, 1, e.u, vector(y), 0, vector(e.right))
	return e, true
}

// coef is the mean of the coefficients where λ/α is the ratio, and what it leaves over of
// y, squared: V(S² + ratio)⁻¹VᵀXᵀy, or where n ≤ p the same as XᵀU(S² + ratio)⁻¹Uᵀy.
func (e *evidence) coef(ratio float64) (coef []float64, sse float64) {
	n, p := e.x.Rows, e.x.Cols
	d := make([]float64, len(e.squares))
	for i, s := range e.squares {
		d[i] = e.right[i] / (s + ratio)
	}
	coef = make([]float64, p)
	if n > p {
		blas64.Gemv(blas.NoTrans, 1, e.v, vector(d), 0, vector(coef))
	} else {
		ud := make([]float64, n)
		blas64.Gemv(blas.NoTrans, 1, e.u, vector(d), 0, vector(ud))
		blas64.Gemv(blas.Trans, 1, e.x, vector(ud), 0, vector(coef))
	}
	for i := range n {
		r := e.y[i] - floats.Dot(row(e.x, i), coef)
		sse += r * r
	}
	return coef, sse
}

// gamma is the number of coefficients that the data determine.
func (e *evidence) gamma(alpha, lambda float64) float64 {
	sum := 0.0
	for _, s := range e.squares {
		sum += alpha * s / (lambda + alpha*s)
	}
	return sum
}

// covariance is V diag(1/(αs² + λ)) Vᵀ with all p right singular vectors; those that the
// data do not determine have s = 0.
func (e *evidence) covariance(alpha, lambda float64) ([]float64, bool) {
	p := e.x.Cols
	v := e.v
	if v.Cols < p {
		var svd mat.SVD
		if !svd.Factorize(dense(e.x), mat.SVDFullV) {
			return nil, false
		}
		var full mat.Dense
		svd.VTo(&full)
		v = full.RawMatrix()
	}
	scaled := blas64.General{Rows: p, Cols: v.Cols, Stride: v.Cols, Data: make([]float64, p*v.Cols)}
	for i := range p {
		for j, value := range row(v, i) {
			s := 0.0
			if j < len(e.squares) {
				s = e.squares[j]
			}
			row(scaled, i)[j] = value / (alpha*s + lambda)
		}
	}
	out := blas64.General{Rows: p, Cols: p, Stride: p, Data: make([]float64, p*p)}
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, v, scaled, 0, out)
	return out.Data, true
}

// variance is that of the numbers themselves: divided by n.
func variance(y []float64) float64 {
	mean := floats.Sum(y) / float64(len(y))
	sum := 0.0
	for _, v := range y {
		sum += (v - mean) * (v - mean)
	}
	return sum / float64(len(y))
}
