package estimate

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// Linear is a number for each feature and one beside them: it predicts
// Coef·x + Intercept. [LinearRegression] and [Ridge] give one; [BayesianModel] and
// [LassoModel] have one in them.
type Linear struct {
	Coef      []float64 `json:"coef"` // one a feature
	Intercept float64   `json:"intercept"`
}

// Features is the number of features.
func (m *Linear) Features() int { return len(m.Coef) }

// Predict gives one number for each row of x.
func (m *Linear) Predict(ctx context.Context, _ progress.Reporter, x mat.Matrix) ([]float64, error) {
	g, err := fitting(x, len(m.Coef))
	if err != nil {
		return nil, err
	}
	return m.predict(ctx, g)
}

func (m *Linear) predict(ctx context.Context, g blas64.General) ([]float64, error) {
	out := make([]float64, g.Rows)
	err := parallel.Chunks(ctx, g.Rows, 4096, func(_, low, high int) {
		for i := low; i < high; i++ {
			out[i] = floats.Dot(row(g, i), m.Coef) + m.Intercept
		}
	})
	return out, err
}

// linear makes the model of centred data: the intercept is what the means leave over.
func linear(coef, meanX []float64, meanY float64) (Linear, error) {
	m := Linear{coef, meanY - floats.Dot(coef, meanX)}
	return m, m.check()
}

func (m *Linear) check() error {
	if len(m.Coef) == 0 {
		return fmt.Errorf("estimate: %w: a linear model without coefficients", ErrModel)
	}
	if !finite(m.Coef...) || !finite(m.Intercept) {
		return fmt.Errorf("estimate: %w: a coefficient is not finite; bring the features to similar scales first", ErrNumber)
	}
	return nil
}
