package estimate

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

func TestOneStandardErrorChoosesASimplerModel(t *testing.T) {
	ctx := context.Background()
	x, y := sparseTable(3, 120, 30)
	fit := func(f Folds) *ChosenModel {
		m, err := LassoCV{Folds: f}.Fit(ctx, nil, x, y)
		if err != nil {
			t.Fatal(err)
		}
		return m.(*ChosenModel)
	}
	least, simple := fit(Folds{}), fit(Folds{OneStandardError: true})
	if !(simple.Alpha > least.Alpha) || len(simple.Selected()) >= len(least.Selected()) {
		t.Errorf("alpha %v with %d features, and %v with %d", least.Alpha, len(least.Selected()), simple.Alpha, len(simple.Selected()))
	}
	at := func(alpha float64) Score {
		return least.Scores[slices.IndexFunc(least.Scores, func(s Score) bool { return s.Alpha == alpha })]
	}
	bound := at(least.Alpha).Error + at(least.Alpha).StandardError
	for _, s := range least.Scores {
		if s.Error < at(least.Alpha).Error || s.Alpha > simple.Alpha && s.Error <= bound {
			t.Errorf("%+v was not chosen", s)
		}
	}
	if !(at(simple.Alpha).Error <= bound) {
		t.Errorf("the error of %v is more than %v", simple.Alpha, bound)
	}
	one, two := fit(Folds{Shuffle: true, Seed: 1}), fit(Folds{Shuffle: true, Seed: 1})
	if !slices.Equal(one.Scores, two.Scores) {
		t.Error("the same seed gives other scores")
	}
	if other := fit(Folds{Shuffle: true, Seed: 2}); slices.Equal(one.Scores, other.Scores) {
		t.Error("the seed changes nothing")
	}
}

// TestPartsByHandAreParts: given parts that are the default ones give the same scores, and
// both ways of fitting without a part agree.
func TestPartsByHandAreParts(t *testing.T) {
	ctx := context.Background()
	x, y := sparseTable(4, 53, 12)
	n, err := Lasso{}.net()
	if err != nil {
		t.Fatal(err)
	}
	var of []int
	parts, err := Folds{}.parts(53)
	if err != nil {
		t.Fatal(err)
	}
	for k, p := range parts {
		for range p {
			of = append(of, k)
		}
	}
	given, err := Folds{Of: of}.parts(53)
	if err != nil || !slices.EqualFunc(parts, given, slices.Equal[[]int]) {
		t.Fatalf("%v, %v, want %v", given, err, parts)
	}
	rng := []int{3, 0, 1, 2}
	for i := range of {
		of[i] = rng[i%4]
	}
	mixed, err := Folds{Of: of}.parts(53)
	if err != nil {
		t.Fatal(err)
	}
	g := x.RawMatrix()
	sums, err := newSumsOfParts(ctx, g, y, mixed, true)
	if err != nil {
		t.Fatal(err)
	}
	a, err := n.validate(ctx, progress.Or(nil), sums, []float64{1}, Grid{Count: 10}, false, 4)
	if err != nil {
		t.Fatal(err)
	}
	b, err := n.validate(ctx, progress.Or(nil), rowsOfParts{g, y, mixed}, []float64{1}, Grid{Count: 10}, false, 4)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "coefficients", a.Coef, b.Coef, 1e-9)
	for i := range a.Scores {
		compare(t, "scores", []float64{a.Scores[i].Error, a.Scores[i].StandardError}, []float64{b.Scores[i].Error, b.Scores[i].StandardError}, 1e-9)
	}
}

func TestPathsGrowWithTheScale(t *testing.T) {
	ctx := context.Background()
	x, y := sparseTable(6, 40, 5)
	want, err := Lasso{}.Path(ctx, nil, x, y, Grid{Count: 6})
	if err != nil {
		t.Fatal(err)
	}
	var small mat.Dense
	small.Scale(0x1p-200, x)
	tiny := slices.Clone(y)
	floats.Scale(0x1p-200, tiny)
	got, err := Lasso{}.Path(ctx, nil, &small, tiny, Grid{Count: 6})
	if err != nil {
		t.Fatal(err)
	}
	for i := range got.Models {
		compare(t, "coefficients", got.Models[i].Coef, want.Models[i].Coef, 1e-9)
		compare(t, "alpha", []float64{got.Alphas[i] * 0x1p400}, want.Alphas[i:i+1], 1e-9)
	}
	one, err := Lasso{}.Path(ctx, nil, x, y, Grid{Alphas: []float64{0, 0.5, 2}})
	if err != nil || !slices.Equal(one.Alphas, []float64{2, 0.5, 0}) {
		t.Fatalf("%v, %v", one, err)
	}
	ols, err := LinearRegression{}.Fit(ctx, nil, x, y)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "without a penalty", one.Models[2].Coef, ols.(*Linear).Coef, 1e-8)
}

func TestPenaltiesOutOfRange(t *testing.T) {
	ctx := context.Background()
	x, y, labels := ring(1, 10, 2, false)
	regressors := map[string]Regressor{
		"alpha": Lasso{Alpha: math.NaN()}, "ratio": ElasticNet{L1Ratio: 1.5}, "tolerance": Lasso{Tolerance: -1}, "rounds": ElasticNet{Rounds: -1},
		"cut": LinearRegression{Tolerance: 1}, "one part": LassoCV{Folds: Folds{Count: 1}}, "too many parts": LassoCV{Folds: Folds{Count: 11}},
		"part below 0": LassoCV{Folds: Folds{Of: []int{0, 1, 0, 1, 0, 1, 0, 1, 0, -1}}}, "an empty part": LassoCV{Folds: Folds{Of: []int{0, 2, 0, 2, 0, 2, 0, 2, 0, 2}}},
		"all in one part": LassoCV{Folds: Folds{Of: make([]int, 10)}}, "no share": ElasticNetCV{L1Ratios: []float64{0}}, "share": ElasticNetCV{L1Ratios: []float64{2}},
		"count": LassoCV{Grid: Grid{Count: -1}}, "shortest": LassoCV{Grid: Grid{Shortest: 2}}, "weights": LassoCV{Grid: Grid{Alphas: []float64{-1}}},
		"no grid": ElasticNetCV{Net: ElasticNet{L1Ratio: -1}}, "huge grid": LassoCV{Grid: Grid{Count: math.MaxInt}},
	}
	for name, r := range regressors {
		if _, err := r.Fit(ctx, nil, x, y); !errors.Is(err, ErrOption) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (LassoCV{Folds: Folds{Of: []int{1}}}).Fit(ctx, nil, x, y); !errors.Is(err, ErrShape) {
		t.Errorf("parts of another length: %v", err)
	}
	for _, ratio := range []float64{-0.1, 1.1, math.NaN()} {
		if _, err := (Logistic{L1Ratio: ratio}).Fit(ctx, nil, x, labels); !errors.Is(err, ErrOption) {
			t.Errorf("ratio %v: %v", ratio, err)
		}
	}
	if _, err := (ElasticNet{}).Path(ctx, nil, x, y[:1], Grid{}); !errors.Is(err, ErrShape) {
		t.Errorf("a path of too few targets: %v", err)
	}
	ended, stop := context.WithCancel(ctx)
	stop()
	regressors = map[string]Regressor{"least squares": LinearRegression{}, "lasso": Lasso{}, "lasso cv": LassoCV{}}
	for name, r := range regressors {
		if _, err := r.Fit(ended, nil, x, y); !errors.Is(err, context.Canceled) {
			t.Errorf("%s goes on: %v", name, err)
		}
	}
	if _, err := (Logistic{L1Ratio: 1}).Fit(ended, nil, x, labels); !errors.Is(err, context.Canceled) {
		t.Errorf("logistic regression goes on: %v", err)
	}
}

func TestNumbersOutOfRangeAreErrors(t *testing.T) {
	ctx := context.Background()
	x := mat.NewDense(3, 1, []float64{1.7e308, -1.7e308, 1.7e308})
	for name, r := range map[string]Regressor{"least squares": LinearRegression{}, "ridge": Ridge{}, "lasso": Lasso{}, "elastic net": ElasticNet{}, "lasso cv": LassoCV{Folds: Folds{Count: 2}}} {
		if m, err := r.Fit(ctx, nil, x, []float64{1, 2, 3}); err == nil || !errors.Is(err, ErrNumber) {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
	tiny := mat.NewDense(3, 1, []float64{1e-170, -1e-170, 3e-170})
	wide := mat.NewDense(2, 300, nil)
	wide.Set(0, 299, 1e-200)
	for name, r := range map[string]Regressor{"least squares": LinearRegression{}, "ridge": Ridge{}, "lasso": Lasso{}} {
		if m, err := r.Fit(ctx, nil, tiny, []float64{1, 2, 3}); !errors.Is(err, ErrNumber) {
			t.Errorf("%s of tiny numbers: %v, %v", name, m, err)
		}
	}
	if m, err := (Lasso{}).Fit(ctx, nil, wide, []float64{1, 2}); !errors.Is(err, ErrNumber) {
		t.Errorf("lasso of many tiny numbers: %v, %v", m, err)
	}
	if m, err := (Logistic{L1Ratio: 1}).Fit(ctx, nil, x, []string{"a", "b", "a"}); !errors.Is(err, ErrNumber) {
		t.Errorf("logistic: %v, %v", m, err)
	}
}
