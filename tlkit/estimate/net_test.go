package estimate

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// sparseTable is n rows of which the number depends on some of p features that hang
// together.
func sparseTable(seed uint64, n, p int) (*mat.Dense, []float64) {
	rng := rand.New(rand.NewPCG(seed, 3))
	x, y := mat.NewDense(n, p, nil), make([]float64, n)
	for i := range n {
		last := rng.NormFloat64()
		for j := range p {
			last = 0.7*last + rng.NormFloat64()
			x.Set(i, j, last)
			if j%5 == 0 {
				y[i] += last * float64(1+j%3)
			}
		}
		y[i] += rng.NormFloat64() + 10
	}
	return x, y
}

// TestNetsMeetTheConditionsOfAMinimum checks the subgradient: that is what a minimum is,
// whoever found it.
func TestNetsMeetTheConditionsOfAMinimum(t *testing.T) {
	ctx := context.Background()
	for _, shape := range [][2]int{{200, 20}, {30, 300}, {60, 1000}, {50, 50}, {1, 3}, {2, 5}} {
		x, y := sparseTable(uint64(shape[0]), shape[0], shape[1])
		for _, o := range []ElasticNet{
			{Alpha: 0.1, L1Ratio: 1}, {Alpha: 0.01, L1Ratio: 1}, {Alpha: 0.1}, {Alpha: 0.3, L1Ratio: 0.1, NoIntercept: true},
			{Alpha: 0.05, L1Ratio: 1, Positive: true}, {Alpha: -1, Positive: true}, {Alpha: 0.1, L1Ratio: -1, Positive: true}, {Alpha: 0.1, L1Ratio: -1}, {Alpha: 100, L1Ratio: 1},
		} {
			r, err := o.Fit(ctx, nil, x, y)
			if err != nil {
				t.Fatal(err)
			}
			m := r.(*LassoModel)
			if !m.Converged {
				t.Errorf("%v %+v: not converged in %d rounds, gap %v", shape, o, m.Rounds, m.Gap)
			}
			worst := violation(x, y, m, !o.NoIntercept, o.Positive)
			if !(worst < 1e-7) {
				t.Errorf("%v %+v: the conditions fail by %v, after %d rounds and with gap %v", shape, o, worst, m.Rounds, m.Gap)
			}
			t.Log(shape, o, worst, m.Rounds, len(m.Selected()), m.Gap)
		}
	}
}

// violation is how far the gradient lies outside of the subgradient of the penalty, as a
// share of the largest slope at 0.
func violation(x *mat.Dense, y []float64, m *LassoModel, intercept, positive bool) float64 {
	n, p := x.Dims()
	residual, mean, meanY := slices.Clone(y), make([]float64, p), 0.0
	for i := range n {
		for j := range p {
			residual[i] -= x.At(i, j) * m.Coef[j]
			if intercept {
				mean[j] += x.At(i, j) / float64(n)
			}
		}
		residual[i] -= m.Intercept
		if intercept {
			meanY += y[i] / float64(n)
		}
	}
	worst, most := 0.0, 1e-300
	for j := range p {
		g, zero := 0.0, 0.0
		for i := range n {
			g += (x.At(i, j) - mean[j]) * residual[i] / float64(n)
			zero += (x.At(i, j) - mean[j]) * (y[i] - meanY) / float64(n)
		}
		g -= m.Alpha * (1 - m.L1Ratio) * m.Coef[j]
		one, w := m.Alpha*m.L1Ratio, m.Coef[j]
		most = max(most, math.Abs(zero))
		switch {
		case w != 0:
			worst = max(worst, math.Abs(g-math.Copysign(one, w)))
		case positive:
			worst = max(worst, g-one)
		default:
			worst = max(worst, math.Abs(g)-one)
		}
	}
	return worst / most
}

// Numbers of any size give a model or say that they went out of range: nothing else is wrong
// with them.
func TestNetsOfExtremeNumbers(t *testing.T) {
	models := []Regressor{Lasso{Alpha: 0.01}, ElasticNet{Alpha: 0.1}, Lasso{Positive: true}, LassoCV{Grid: Grid{Count: 3}}, ElasticNetCV{Grid: Grid{Count: 3}}}
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 9))
		n, p := 6+rng.IntN(30), 1+rng.IntN(40)
		scale, of := math.Pow(10, float64(rng.IntN(616)-308)), math.Pow(10, float64(rng.IntN(616)-308))
		x, y := mat.NewDense(n, p, nil), make([]float64, n)
		for i := range n {
			for j := range p {
				x.Set(i, j, min(max(rng.NormFloat64()*scale, -math.MaxFloat64), math.MaxFloat64))
			}
			y[i] = min(max(rng.NormFloat64()*of, -math.MaxFloat64), math.MaxFloat64)
		}
		for _, m := range models {
			if _, err := m.Fit(t.Context(), nil, x, y); err != nil && !errors.Is(err, ErrNumber) {
				t.Errorf("%T, %d×%d at the scales %v and %v: %v", m, n, p, scale, of, err)
			}
		}
	}
}
