package estimate

import (
	"context"
	"math"
	"slices"
	"testing"

	"transferlab/tlkit/internal/golden"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// reference is what scikit-learn says; see testdata/golden.py.
type reference struct {
	Cases []struct {
		Name   string
		X, Q   [][]float64
		Y      []float64
		Labels []string
		Ridge  []struct {
			Alpha     float64
			Intercept bool
			Coef      []float64
			B         float64
			Predicted []float64
		}
		Bayes []struct {
			Intercept             bool
			Coef                  []float64
			B, Alpha, Lam         float64
			Rounds                int
			Predicted, Deviations []float64
		}
		KNN []struct {
			K               int
			Weights         Weights
			Predicted, Self []float64
		}
		KNC []struct {
			K         int
			Weights   Weights
			Classes   []string
			Proba     [][]float64
			Predicted []string
		}
		Logistic []struct {
			Two       bool
			C         float64
			Intercept bool
			Coef      [][]float64
			B         []float64
			Proba     [][]float64
		}
	}
}

func readGolden(t *testing.T) reference {
	t.Helper()
	return golden.Read[reference](t, "testdata/golden.json")
}

func matrix(rows [][]float64) *mat.Dense {
	return mat.NewDense(len(rows), len(rows[0]), slices.Concat(rows...))
}

// near reports numbers that differ by more than tol times the largest of want.
func compare(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	scale := math.Max(floats.Norm(want, math.Inf(1)), 1e-9)
	for i := range want {
		if d := math.Abs(got[i] - want[i]); !(d <= tol*scale) {
			t.Errorf("%s: number %d is %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}

func TestRidgeIsScikitLearns(t *testing.T) {
	ctx := context.Background()
	for _, c := range readGolden(t).Cases {
		for _, r := range c.Ridge {
			o := Ridge{Alpha: r.Alpha, NoIntercept: !r.Intercept}
			if r.Alpha == 0 {
				o.Alpha = -1
			}
			m, err := o.Fit(ctx, nil, matrix(c.X), c.Y)
			if err != nil {
				t.Fatal(c.Name, err)
			}
			l := m.(*Linear)
			compare(t, c.Name+" ridge", append(slices.Clone(l.Coef), l.Intercept), append(slices.Clone(r.Coef), r.B), 1e-9)
			p, err := m.Predict(ctx, nil, matrix(c.Q))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, c.Name+" ridge predicts", p, r.Predicted, 1e-9)
		}
	}
}

func TestBayesianRidgeIsScikitLearns(t *testing.T) {
	ctx := context.Background()
	for _, c := range readGolden(t).Cases {
		for _, r := range c.Bayes {
			m, err := BayesianRidge{NoIntercept: !r.Intercept, Covariance: true}.Fit(ctx, nil, matrix(c.X), c.Y)
			if err != nil {
				t.Fatal(c.Name, err)
			}
			b := m.(*BayesianModel)
			compare(t, c.Name+" bayes", append(slices.Clone(b.Coef), b.Intercept), append(slices.Clone(r.Coef), r.B), 1e-6)
			compare(t, c.Name+" alpha", []float64{b.Alpha}, []float64{r.Alpha}, 1e-6)
			compare(t, c.Name+" lambda", []float64{b.Lambda}, []float64{r.Lam}, 1e-6)
			if b.Rounds != r.Rounds {
				t.Errorf("%s: %d rounds, want %d", c.Name, b.Rounds, r.Rounds)
			}
			p, err := m.Predict(ctx, nil, matrix(c.Q))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, c.Name+" bayes predicts", p, r.Predicted, 1e-6)
			d, err := b.Deviations(ctx, matrix(c.Q))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, c.Name+" deviations", d, r.Deviations, 1e-6)
		}
	}
}

func TestKNNIsScikitLearns(t *testing.T) {
	ctx := context.Background()
	for _, c := range readGolden(t).Cases {
		x, q := matrix(c.X), matrix(c.Q)
		for _, search := range []Search{Auto, Brute, Tree} {
			for _, r := range c.KNN {
				m, err := KNNRegressor{r.K, r.Weights, search}.Fit(ctx, nil, x, c.Y)
				if err != nil {
					t.Fatal(c.Name, err)
				}
				p, err := m.Predict(ctx, nil, q)
				if err != nil {
					t.Fatal(err)
				}
				compare(t, c.Name+" knn "+search.String(), p, r.Predicted, 1e-9)
				if p, err = m.Predict(ctx, nil, x.Slice(0, len(r.Self), 0, len(c.X[0]))); err != nil {
					t.Fatal(err)
				}
				compare(t, c.Name+" knn on itself "+search.String(), p, r.Self, 1e-9)
			}
			for _, r := range c.KNC {
				m, err := KNNClassifier{r.K, r.Weights, search}.Fit(ctx, nil, x, c.Labels)
				if err != nil {
					t.Fatal(c.Name, err)
				}
				prob, err := m.Proba(ctx, nil, q)
				if err != nil {
					t.Fatal(err)
				}
				compare(t, c.Name+" classes", slices.Concat(prob...), slices.Concat(r.Proba...), 1e-9)
				labels, err := Predict(ctx, nil, m, q)
				if err != nil || !slices.Equal(labels, r.Predicted) || !slices.Equal(m.Classes(), r.Classes) {
					t.Errorf("%s k=%d %v: %v of %v, %v, want %v", c.Name, r.K, r.Weights, labels, m.Classes(), err, r.Predicted)
				}
			}
		}
	}
}

func TestLogisticIsScikitLearns(t *testing.T) {
	ctx := context.Background()
	for _, c := range readGolden(t).Cases {
		for _, r := range c.Logistic {
			labels := slices.Clone(c.Labels)
			for i, l := range labels {
				if r.Two && l != "a" {
					labels[i] = "other"
				}
			}
			m, err := Logistic{C: r.C, NoIntercept: !r.Intercept}.Fit(ctx, nil, matrix(c.X), labels)
			if err != nil {
				t.Fatal(c.Name, err)
			}
			l := m.(*LogisticModel)
			if !l.Converged {
				t.Errorf("%s: not converged in %d rounds", c.Name, l.Rounds)
			}
			compare(t, c.Name+" coefficients", slices.Concat(l.Coef...), slices.Concat(r.Coef...), 1e-6)
			compare(t, c.Name+" intercepts", l.Intercept, r.B, 1e-6)
			prob, err := m.Proba(ctx, nil, matrix(c.Q))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, c.Name+" probabilities", slices.Concat(prob...), slices.Concat(r.Proba...), 1e-6)
		}
	}
}
