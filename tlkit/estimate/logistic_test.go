package estimate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// classTable is rows of classes that hang on the first of p features.
func classTable(seed uint64, n, p, classes int) (*mat.Dense, []string) {
	rng := rand.New(rand.NewPCG(seed, 4))
	x, labels := mat.NewDense(n, p, nil), make([]string, n)
	for i := range n {
		score := 0.0
		for j := range p {
			v := rng.NormFloat64()
			x.Set(i, j, v+3)
			if j < 5 {
				score += v
			}
		}
		labels[i] = fmt.Sprint(min(max(int(math.Floor(score+2*rng.NormFloat64())), 0), classes-1))
	}
	return x, labels
}

// TestSparseLogisticMeetsTheConditionsOfAMinimum checks the subgradient, also where so
// many coefficients are that only some are looked at in each round.
func TestSparseLogisticMeetsTheConditionsOfAMinimum(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		n, p, classes int
		o             Logistic
	}{
		{300, 8, 2, Logistic{L1Ratio: 1}}, {300, 8, 3, Logistic{L1Ratio: 1, C: 0.1}}, {300, 8, 4, Logistic{L1Ratio: 0.3}},
		{100, 3000, 2, Logistic{L1Ratio: 1, C: 0.5}}, {90, 800, 3, Logistic{L1Ratio: 1, C: 0.5, Balanced: true}}, {500, 400, 2, Logistic{}}, {60, 1700, 2, Logistic{L1Ratio: 0.9, NoIntercept: true}},
		{40000, 3, 3, Logistic{L1Ratio: 1, C: 0.001}}, {50000, 4, 2, Logistic{Balanced: true}},
	} {
		x, labels := classTable(uint64(c.p), c.n, c.p, c.classes)
		f, err := c.o.Fit(ctx, nil, x, labels)
		if err != nil {
			t.Fatal(err)
		}
		m := f.(*LogisticModel)
		if !m.Converged {
			t.Errorf("%+v: not converged", c)
		}
		if worst := logisticViolation(t, x, labels, m, c.o); !(worst < 1e-7) {
			t.Errorf("%+v: the conditions fail by %v after %d rounds", c, worst, m.Rounds)
		}
	}
}

// logisticViolation is how far the mean gradient lies outside of the penalty's subgradient.
func logisticViolation(t *testing.T, x *mat.Dense, labels []string, m *LogisticModel, o Logistic) float64 {
	prob, err := m.Proba(context.Background(), nil, x)
	if err != nil {
		t.Fatal(err)
	}
	n, p := x.Dims()
	o, _ = o.defaults()
	counts := map[string]float64{}
	for _, l := range labels {
		counts[l]++
	}
	one, two := o.L1Ratio/(o.C*float64(n)), (1-o.L1Ratio)/(o.C*float64(n))
	worst := 0.0
	for c := range m.Coef {
		class := c
		if len(m.Coef) == 1 {
			class = 1
		}
		gradient := make([]float64, p+1)
		for i := range n {
			r := prob[i][class]
			if labels[i] == m.Labels[class] {
				r--
			}
			if o.Balanced {
				r *= float64(n) / (float64(len(m.Labels)) * counts[labels[i]])
			}
			for j := range p {
				gradient[j] += r * x.At(i, j) / float64(n)
			}
			gradient[p] += r / float64(n)
		}
		if !o.NoIntercept {
			worst = max(worst, math.Abs(gradient[p]))
		}
		for j, w := range m.Coef[c] {
			g := gradient[j] + two*w
			if w != 0 {
				worst = max(worst, math.Abs(g+math.Copysign(one, w)))
			} else {
				worst = max(worst, math.Abs(g)-one)
			}
		}
	}
	return worst
}

// TestBothWaysOfLogisticRegressionAgree: by the matrix of second derivatives, and by
// products with it.
func TestBothWaysOfLogisticRegressionAgree(t *testing.T) {
	ctx := context.Background()
	for _, classes := range []int{2, 3} {
		for _, o := range []Logistic{{}, {C: 20, Balanced: true}, {NoIntercept: true}} {
			x, labels := classTable(1, 200, 6, classes)
			f, err := o.Fit(ctx, nil, x, labels)
			if err != nil {
				t.Fatal(err)
			}
			m := f.(*LogisticModel)
			o, _ = o.defaults()
			names, y, err := classesOf(labels, 200)
			if err != nil {
				t.Fatal(err)
			}
			l := newLogit(x.RawMatrix(), y, len(names), o)
			l.weights = o.weights(y, len(names))
			w, _, _, err := l.minimise(ctx, progress.Or(nil), o)
			if err != nil {
				t.Fatal(err)
			}
			var coef []float64
			for c := range l.k {
				coef = append(coef, w[c*l.width:(c+1)*l.width-1]...)
			}
			compare(t, "coefficients", slices.Concat(m.Coef...), coef, 1e-7)
		}
	}
}

func TestWithATinyCAllIsZeroButTheShares(t *testing.T) {
	x, labels := classTable(2, 90, 5, 3)
	f, err := Logistic{L1Ratio: 1, C: 1e-6}.Fit(context.Background(), nil, x, labels)
	if err != nil {
		t.Fatal(err)
	}
	m := f.(*LogisticModel)
	prob, err := f.Proba(context.Background(), nil, x)
	if err != nil {
		t.Fatal(err)
	}
	for c, name := range m.Labels {
		share := 0.0
		for _, l := range labels {
			if l == name {
				share += 1.0 / 90
			}
		}
		compare(t, "share", []float64{prob[7][c]}, []float64{share}, 1e-7)
		if slices.ContainsFunc(m.Coef[c], func(v float64) bool { return v != 0 }) {
			t.Errorf("%v", m.Coef[c])
		}
	}
	if !m.Converged {
		t.Error("not converged")
	}
}
