package estimate

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// LinearRegression is ordinary least squares: it minimises ‖y − Xw − b‖², and where more
// than one w does, gives the one of least norm, as scikit-learn's LinearRegression. Which
// columns count as collinear is decided as there: singular values of the centred x below
// max(n, p)·2⁻⁵² times the largest are 0.
//
// It is solved as [Gram.Ridge] says, with p > n by the singular value decomposition.
type LinearRegression struct {
	// NoIntercept leaves b out; the data is then not centred.
	NoIntercept bool `json:"noIntercept,omitempty"`
}

// Fit gives a [*Linear]. Its cost grows with n·p·min(n, p).
func (o LinearRegression) Fit(ctx context.Context, _ progress.Reporter, x mat.Matrix, y []float64) (Regression, error) {
	return Ridge{Alpha: -1, NoIntercept: o.NoIntercept}.Fit(ctx, nil, x, y)
}
