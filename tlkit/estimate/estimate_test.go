package estimate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// ring is n rows of p features with a number and one of three classes each, which depend
// on them. whole makes the features whole numbers, so that there are ties.
func ring(seed uint64, n, p int, whole bool) (*mat.Dense, []float64, []string) {
	rng := rand.New(rand.NewPCG(seed, 9))
	x := mat.NewDense(n, p, nil)
	y, labels := make([]float64, n), make([]string, n)
	for i := range n {
		for j := range p {
			v := rng.NormFloat64()
			if whole {
				v = math.Round(v)
			}
			x.Set(i, j, v)
		}
		y[i] = x.At(i, 0) + 0.2*rng.NormFloat64()
		labels[i] = string(rune('a' + min(max(int(y[i]+1.5), 0), 2)))
	}
	return x, y, labels
}

type fitter func(x mat.Matrix, y []float64, labels []string) error

func fitters() map[string]fitter {
	ctx := context.Background()
	all := map[string]fitter{}
	for name, r := range map[string]Regressor{"ridge": Ridge{}, "bayes": BayesianRidge{}, "knn": KNNRegressor{Neighbors: 1},
		"least squares": LinearRegression{}, "lasso": Lasso{}, "elastic net": ElasticNet{}, "lasso cv": LassoCV{}, "elastic net cv": ElasticNetCV{}} {
		all[name] = func(x mat.Matrix, y []float64, _ []string) error { _, err := r.Fit(ctx, nil, x, y); return err }
	}
	for name, c := range map[string]Classifier{"logistic": Logistic{}, "sparse logistic": Logistic{L1Ratio: 1}, "knn classifier": KNNClassifier{Neighbors: 1}} {
		all[name] = func(x mat.Matrix, _ []float64, l []string) error { _, err := c.Fit(ctx, nil, x, l); return err }
	}
	return all
}

func TestWhatCannotBeLearntFrom(t *testing.T) {
	var nothing *mat.Dense
	x := mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6})
	y, labels := []float64{1, 2, 3}, []string{"a", "b", "a"}
	with := func(i, j int, v float64) mat.Matrix { d := mat.DenseCopyOf(x); d.Set(i, j, v); return d }
	for _, c := range []struct {
		name   string
		x      mat.Matrix
		y      []float64
		labels []string
		want   error
		text   string
	}{
		{"nil", nil, y, labels, ErrEmpty, "0×0"},
		{"a nil pointer", nothing, y, labels, ErrEmpty, "0×0"},
		{"no rows", &mat.Dense{}, nil, nil, ErrEmpty, "at least one row"},
		{"too few targets", x, y[:2], labels[:2], ErrShape, "3 rows"},
		{"NaN", with(1, 0, math.NaN()), y, labels, ErrInput, "row 1, feature 0 of x is NaN"},
		{"infinite", with(2, 1, math.Inf(-1)), y, labels, ErrInput, "row 2, feature 1 of x is -Inf"},
	} {
		for name, fit := range fitters() {
			err := fit(c.x, c.y, c.labels)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s, %s: %v", c.name, name, err)
			}
		}
	}
	var at *InputError
	if _, err := (Ridge{}).Fit(context.Background(), nil, x, []float64{1, math.Inf(1), 3}); !errors.As(err, &at) || at.Row != 1 || at.Feature != -1 {
		t.Errorf("an infinite target: %v", err)
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	ctx := context.Background()
	x, y, labels := ring(1, 10, 2, false)
	for name, f := range map[string]func() error{
		"alpha":         func() error { _, err := Ridge{Alpha: math.NaN()}.Fit(ctx, nil, x, y); return err },
		"rounds":        func() error { _, err := BayesianRidge{Rounds: -1}.Fit(ctx, nil, x, y); return err },
		"tolerance":     func() error { _, err := BayesianRidge{Tolerance: math.Inf(1)}.Fit(ctx, nil, x, y); return err },
		"k above n":     func() error { _, err := KNNRegressor{Neighbors: 11}.Fit(ctx, nil, x, y); return err },
		"k below 0":     func() error { _, err := KNNClassifier{Neighbors: -1}.Fit(ctx, nil, x, labels); return err },
		"weights":       func() error { _, err := KNNRegressor{Weights: 9}.Fit(ctx, nil, x, y); return err },
		"search":        func() error { _, err := KNNRegressor{Search: 9}.Fit(ctx, nil, x, y); return err },
		"C":             func() error { _, err := Logistic{C: -1}.Fit(ctx, nil, x, labels); return err },
		"no covariance": func() error { _, err := (&BayesianModel{}).Deviations(ctx, x); return err },
	} {
		if err := f(); !errors.Is(err, ErrOption) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (Logistic{}).Fit(ctx, nil, x, make([]string, 10)); !errors.Is(err, ErrEmpty) {
		t.Errorf("one class: %v", err)
	}
}

func TestAModelRefusesOtherFeatures(t *testing.T) {
	ctx := context.Background()
	x, y, labels := ring(1, 20, 3, false)
	var models []Model
	for _, r := range []Regressor{Ridge{}, BayesianRidge{}, KNNRegressor{}} {
		m, err := r.Fit(ctx, nil, x, y)
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	for _, c := range []Classifier{Logistic{}, KNNClassifier{}} {
		m, err := c.Fit(ctx, nil, x, labels)
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	for _, m := range models {
		if err := ask(m, x.Slice(0, 5, 0, 2)); !errors.Is(err, ErrShape) {
			t.Errorf("%T with 2 of 3 features: %v", m, err)
		}
		if err := ask(m, &mat.Dense{}); err != nil {
			t.Errorf("%T with no rows: %v", m, err)
		}
		if m.Features() != 3 {
			t.Errorf("%T: %d features", m, m.Features())
		}
	}
}

func ask(m Model, x mat.Matrix) error {
	switch m := m.(type) {
	case Regression:
		_, err := m.Predict(context.Background(), nil, x)
		return err
	case Classification:
		_, err := m.Proba(context.Background(), nil, x)
		return err
	}
	return errors.New("neither")
}

// TestNeighboursAreThoseOfAPlainLoop: both searches find the same rows in the same order,
// with and without ties, in few and in many features.
func TestNeighboursAreThoseOfAPlainLoop(t *testing.T) {
	for seed := range uint64(24) {
		n, p := 5+int(seed*seed)*3, 1+int(seed%5)*int(seed%7)
		x, _, _ := ring(seed, n, p, seed%2 == 0)
		q, _, _ := ring(seed+100, 40, p, seed%2 == 0)
		rows, asked := x.RawMatrix(), q.RawMatrix()
		k := 1 + int(seed)%5
		for name, ix := range map[string]index{"brute": newBrute(rows), "tree": newKDTree(rows)} {
			got := make([][]near, 40)
			if err := ix.search(context.Background(), nil, asked, k, func(i int, n []near) { got[i] = slices.Clone(n) }); err != nil {
				t.Fatal(err)
			}
			for i := range got {
				var want []near
				for r := range n {
					want = append(want, near{square(row(asked, i), row(rows, r), math.Inf(1)), r})
				}
				slices.SortFunc(want, func(a, b near) int {
					if a.before(b) {
						return -1
					}
					return 1
				})
				if !slices.Equal(got[i], want[:k]) {
					t.Fatalf("%s, %d×%d, k %d, row %d: %v, want %v", name, n, p, k, i, got[i], want[:k])
				}
			}
		}
	}
}

func TestFarAwayRowsLoseNoDigits(t *testing.T) {
	// The distances are a billionth of the numbers: ‖a‖² + ‖b‖² − 2ab alone would lose them.
	x := mat.NewDense(4, 2, []float64{1e9, 1e9, 1e9 + 1, 1e9, 1e9 + 3, 1e9, 0, 0})
	m, err := KNNRegressor{Neighbors: 1, Search: Brute}.Fit(context.Background(), nil, x, []float64{1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Predict(context.Background(), nil, mat.NewDense(3, 2, []float64{1e9 + 0.4, 1e9, 1e9 + 0.6, 1e9, 1e9 + 2.1, 1e9}))
	if err != nil || !slices.Equal(got, []float64{1, 2, 3}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestDistancesBeyondFloat64AreAnError(t *testing.T) {
	x := mat.NewDense(2, 1, []float64{-1e200, 1e200})
	m, err := KNNRegressor{Neighbors: 2}.Fit(context.Background(), nil, x, []float64{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Predict(context.Background(), nil, x); !errors.Is(err, ErrNumber) {
		t.Errorf("%v", err)
	}
}

func TestTiedVotesGoToTheFirstClass(t *testing.T) {
	x := mat.NewDense(4, 1, []float64{0, 1, 2, 3})
	m, err := KNNClassifier{Neighbors: 4}.Fit(context.Background(), nil, x, []string{"b", "a", "b", "a"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Predict(context.Background(), nil, m, x)
	if err != nil || !slices.Equal(got, []string{"a", "a", "a", "a"}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestWorkStopsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	x, y, labels := ring(3, 500, 3, false)
	m, err := KNNRegressor{}.Fit(ctx, nil, x, y)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if _, err := m.Predict(ctx, nil, x); !errors.Is(err, context.Canceled) {
		t.Errorf("neighbours: %v", err)
	}
	if _, err := (Logistic{}).Fit(ctx, nil, x, labels); !errors.Is(err, context.Canceled) {
		t.Errorf("logistic: %v", err)
	}
	if _, err := (BayesianRidge{}).Fit(ctx, nil, x, y); !errors.Is(err, context.Canceled) {
		t.Errorf("bayesian ridge: %v", err)
	}
}

func TestProgressReachesTheEnd(t *testing.T) {
	x, y, _ := ring(3, 300, 3, false)
	m, err := KNNRegressor{}.Fit(context.Background(), nil, x, y)
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan progress.Event, 1000)
	if _, err := m.Predict(context.Background(), progress.Func(func(e progress.Event) { events <- e }), x); err != nil {
		t.Fatal(err)
	}
	close(events)
	most := int64(0)
	for e := range events {
		most = max(most, e.Done)
	}
	if most != 300 {
		t.Errorf("%d of 300 rows were reported", most)
	}
}

// TestLogisticReachesTheMinimum: the gradient of the objective, computed here anew, is 0.
func TestLogisticReachesTheMinimum(t *testing.T) {
	for seed := range uint64(6) {
		x, _, labels := ring(seed, 60, 4, seed%2 == 0)
		m, err := Logistic{C: 10}.Fit(context.Background(), nil, x, labels)
		if err != nil {
			t.Fatal(err)
		}
		l := m.(*LogisticModel)
		prob, err := m.Proba(context.Background(), nil, x)
		if err != nil {
			t.Fatal(err)
		}
		for c := range l.Coef {
			for j := range 4 {
				g := l.Coef[c][j]
				for i := range 60 {
					is := 0.0
					if labels[i] == l.Labels[len(l.Labels)-len(l.Coef)+c] {
						is = 1
					}
					g += 10 * (prob[i][len(l.Labels)-len(l.Coef)+c] - is) * x.At(i, j)
				}
				if math.Abs(g) > 1e-6 {
					t.Errorf("seed %d: class %d, feature %d: gradient %v", seed, c, j, g)
				}
			}
		}
	}
}

func TestScoresFarOutDoNotOverflow(t *testing.T) {
	m := &LogisticModel{Labels: []string{"a", "b"}, Coef: [][]float64{{1}}, Intercept: []float64{0}}
	p, err := m.Proba(context.Background(), nil, mat.NewDense(2, 1, []float64{1e4, -1e4}))
	if err != nil || p[0][1] != 1 || p[1][0] != 1 {
		t.Errorf("%v, %v", p, err)
	}
}

func ExampleRidge() {
	ctx := context.Background()
	// Three rows of two features; y is 2·first − second + 1.
	x := mat.NewDense(3, 2, []float64{0, 0, 1, 0, 1, 2})
	y := []float64{1, 3, 1}
	model, err := Ridge{Alpha: -1}.Fit(ctx, nil, x, y) // below 0: no penalty
	if err != nil {
		fmt.Println(err)
		return
	}
	predicted, err := model.Predict(ctx, nil, mat.NewDense(1, 2, []float64{10, 1}))
	fmt.Printf("%.3f %v\n", predicted, err)
	// Output: [20.000] <nil>
}

func ExampleKNNClassifier() {
	ctx := context.Background()
	x := mat.NewDense(4, 1, []float64{1, 2, 10, 11})
	model, err := KNNClassifier{Neighbors: 3}.Fit(ctx, nil, x, []string{"small", "small", "large", "large"})
	if err != nil {
		fmt.Println(err)
		return
	}
	labels, err := Predict(ctx, nil, model, mat.NewDense(2, 1, []float64{3, 9}))
	fmt.Println(labels, err)
	// Output: [small large] <nil>
}
