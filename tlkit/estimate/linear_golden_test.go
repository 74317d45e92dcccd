package estimate

import (
	"context"
	"math"
	"slices"
	"testing"

	"transferlab/tlkit/internal/golden"

	"gonum.org/v1/gonum/floats"
)

// linearGolden is what scikit-learn says of linear models; see testdata/linear/golden.py.
type linearGolden struct {
	Cases []struct {
		Name   string
		X      [][]float64
		Y      []float64
		Unique bool // whether a penalty on absolute values has one minimum
		OLS    []linearFit
		Net    []linearFit
		Path   []struct {
			Ratio  float64
			Alphas []float64
			Coefs  [][]float64
		}
		CV []struct {
			Ratios        []float64
			Folds, Count  int
			Alphas, Error []float64
			Alpha, Ratio  float64
			Coef          []float64
			B             float64
		}
	}
	Logistic []struct {
		Name   string
		X      [][]float64
		Labels []string
		Fits   []struct {
			C, Ratio            float64
			Balanced, Intercept bool
			Coef                [][]float64
			B                   []float64
			Proba               [][]float64
		}
	}
}

type linearFit struct {
	Alpha, Ratio, Tol   float64
	Positive, Intercept bool
	Coef                []float64
	B                   float64
	Predicted           []float64
}

func readLinearGolden(t *testing.T) linearGolden {
	t.Helper()
	return golden.Read[linearGolden](t, "testdata/linear/golden.json.gz")
}

func TestLinearRegressionIsScikitLearns(t *testing.T) {
	ctx := context.Background()
	for _, c := range readLinearGolden(t).Cases {
		for _, r := range c.OLS {
			m, err := LinearRegression{Tolerance: r.Tol, NoIntercept: !r.Intercept}.Fit(ctx, nil, matrix(c.X), c.Y)
			if err != nil {
				t.Fatal(c.Name, err)
			}
			l := m.(*Linear)
			relative(t, c.Name+" coefficients", append(slices.Clone(l.Coef), l.Intercept), append(slices.Clone(r.Coef), r.B), 1e-9)
			p, err := m.Predict(ctx, nil, matrix(c.X))
			if err != nil {
				t.Fatal(err)
			}
			relative(t, c.Name+" predicts", p, r.Predicted, 1e-9)
		}
	}
}

// relative is compare for numbers of any scale.
func relative(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	scale := floats.Norm(want, math.Inf(1))
	if scale == 0 || len(got) != len(want) {
		compare(t, what, got, want, tol)
		return
	}
	got, want = slices.Clone(got), slices.Clone(want)
	floats.Scale(1/scale, got)
	floats.Scale(1/scale, want)
	compare(t, what, got, want, tol)
}

func TestElasticNetIsScikitLearns(t *testing.T) {
	ctx := context.Background()
	for _, c := range readLinearGolden(t).Cases {
		x := matrix(c.X)
		for _, r := range c.Net {
			o := ElasticNet{Alpha: r.Alpha, L1Ratio: r.Ratio, Positive: r.Positive, NoIntercept: !r.Intercept}
			m, err := o.Fit(ctx, nil, x, c.Y)
			if err != nil {
				t.Fatal(c.Name, err)
			}
			l := m.(*LassoModel)
			if !l.Converged {
				t.Errorf("%s %+v: not converged in %d rounds", c.Name, o, l.Rounds)
			}
			if c.Unique || r.Ratio < 1 {
				relative(t, c.Name+" coefficients", append(slices.Clone(l.Coef), l.Intercept), append(slices.Clone(r.Coef), r.B), 1e-6)
			}
			p, err := m.Predict(ctx, nil, x)
			if err != nil {
				t.Fatal(err)
			}
			relative(t, c.Name+" predicts", p, r.Predicted, 1e-6)
		}
	}
}

func TestPathsAreScikitLearns(t *testing.T) {
	ctx := context.Background()
	for _, c := range readLinearGolden(t).Cases {
		for _, r := range c.Path {
			p, err := ElasticNet{L1Ratio: r.Ratio}.Path(ctx, nil, matrix(c.X), c.Y, Grid{Count: 8, Shortest: 1e-2})
			if err != nil {
				t.Fatal(c.Name, err)
			}
			relative(t, c.Name+" alphas", p.Alphas, r.Alphas, 1e-9)
			for i, m := range p.Models {
				if m.Alpha != p.Alphas[i] || !m.Converged {
					t.Errorf("%s: model %d has alpha %v of %v, converged %v", c.Name, i, m.Alpha, p.Alphas[i], m.Converged)
				}
				// At the first weight all coefficients are 0, or rounding.
				if i > 0 && (c.Unique || r.Ratio < 1) {
					relative(t, c.Name+" path", m.Coef, r.Coefs[i], 1e-6)
				}
			}
		}
	}
}

func TestChoiceIsScikitLearns(t *testing.T) {
	ctx := context.Background()
	for _, c := range readLinearGolden(t).Cases {
		for _, r := range c.CV {
			var o Regressor = ElasticNetCV{Grid: Grid{Count: r.Count}, Folds: Folds{Count: r.Folds}, L1Ratios: r.Ratios}
			if len(r.Ratios) == 1 {
				o = LassoCV{Grid: Grid{Count: r.Count}, Folds: Folds{Count: r.Folds}}
			}
			f, err := o.Fit(ctx, nil, matrix(c.X), c.Y)
			if err != nil {
				t.Fatal(c.Name, err)
			}
			m := f.(*ChosenModel)
			var alphas, errs []float64
			for _, s := range m.Scores {
				alphas, errs = append(alphas, s.Alpha), append(errs, s.Error)
			}
			relative(t, c.Name+" alphas", alphas, r.Alphas, 1e-9)
			relative(t, c.Name+" errors", errs, r.Error, 1e-6)
			relative(t, c.Name+" alpha", []float64{m.Alpha, m.L1Ratio}, []float64{r.Alpha, r.Ratio}, 1e-9)
			relative(t, c.Name+" coefficients", append(slices.Clone(m.Coef), m.Intercept), append(slices.Clone(r.Coef), r.B), 1e-6)
		}
	}
}

func TestSparseLogisticIsScikitLearns(t *testing.T) {
	ctx := context.Background()
	for _, c := range readLinearGolden(t).Logistic {
		for _, r := range c.Fits {
			o := Logistic{C: r.C, L1Ratio: r.Ratio, Balanced: r.Balanced, NoIntercept: !r.Intercept}
			f, err := o.Fit(ctx, nil, matrix(c.X), c.Labels)
			if err != nil {
				t.Fatal(c.Name, err)
			}
			m := f.(*LogisticModel)
			if !m.Converged {
				t.Errorf("%s %+v: not converged", c.Name, o)
			}
			compare(t, c.Name+" coefficients", slices.Concat(m.Coef...), slices.Concat(r.Coef...), 1e-6)
			compare(t, c.Name+" intercepts", m.Intercept, r.B, 1e-6)
			prob, err := f.Proba(ctx, nil, matrix(c.X[:5]))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, c.Name+" probabilities", slices.Concat(prob...), slices.Concat(r.Proba...), 1e-6)
		}
	}
}
