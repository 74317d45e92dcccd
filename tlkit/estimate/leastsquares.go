package estimate

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// LinearRegression is ordinary least squares: it minimises ‖y − Xw − b‖², and where more
// than one w does, gives the one of least norm, as scikit-learn's LinearRegression.
//
// It is solved as [Gram.Ridge] says, with p > n by the singular value decomposition.
type LinearRegression struct {
	// NoIntercept leaves b out; the data is then not centred.
	NoIntercept bool `json:"noIntercept,omitempty"`
	// Tolerance is which share of the largest singular value of x, less its means, still
	// counts as more than 0. 0 means max(n, p)·2⁻⁵², which is rounding. scikit-learn takes
	// 1e-6 since its version 1.9 (tol): features of small scale then lose their say.
	Tolerance float64 `json:"tolerance,omitempty"`
}

// Fit gives a [*Linear]. Its cost grows with n·p·min(n, p).
func (o LinearRegression) Fit(ctx context.Context, _ progress.Reporter, x mat.Matrix, y []float64) (Regression, error) {
	if !finite(o.Tolerance) || o.Tolerance < 0 || o.Tolerance >= 1 {
		return nil, fmt.Errorf("estimate: %w: LinearRegression.Tolerance is %v; give a share of at least 0 and below 1", ErrOption, o.Tolerance)
	}
	g, err := shapes(x, y)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return fitRidge(ctx, g, y, 0, !o.NoIntercept, o.Tolerance)
}
