package score

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

var ctx = context.Background()

// scorers are all functions that compare columns with a target, under one signature.
func scorers(classes []int, y []float64) map[string]func(ctx context.Context, rep progress.Reporter, x [][]float64) ([]float64, error) {
	type columns = [][]float64
	score := func(r Result, err error) ([]float64, error) { return slices.Concat(r.Score, r.P), err }
	flat := func(m *mat.SymDense, err error) ([]float64, error) {
		if err != nil {
			return nil, err
		}
		return m.RawSymmetric().Data, nil
	}
	discrete := func(x columns) []bool {
		d := make([]bool, len(x))
		for j := range d {
			d[j] = j%2 == 0
		}
		return d
	}
	return map[string]func(context.Context, progress.Reporter, columns) ([]float64, error){
		"Variance": func(ctx context.Context, rep progress.Reporter, x columns) ([]float64, error) {
			s, err := Variance(ctx, rep, x)
			var out []float64
			for _, v := range s {
				out = append(out, v.Variance, v.Range)
			}
			return out, err
		},
		"ANOVA": func(ctx context.Context, rep progress.Reporter, x columns) ([]float64, error) {
			return score(ANOVA(ctx, rep, x, classes))
		},
		"ChiSquare": func(ctx context.Context, rep progress.Reporter, x columns) ([]float64, error) {
			return score(ChiSquare(ctx, rep, x, classes))
		},
		"Pearson": func(ctx context.Context, rep progress.Reporter, x columns) ([]float64, error) {
			return score(Pearson(ctx, rep, x, y, LinearOptions{}))
		},
		"FRegression": func(ctx context.Context, rep progress.Reporter, x columns) ([]float64, error) {
			return score(FRegression(ctx, rep, x, y, LinearOptions{NoCenter: true}))
		},
		"Spearman": func(ctx context.Context, rep progress.Reporter, x columns) ([]float64, error) {
			return score(Spearman(ctx, rep, x, y))
		},
		"PearsonMatrix": func(ctx context.Context, rep progress.Reporter, x columns) ([]float64, error) {
			return flat(PearsonMatrix(ctx, rep, x))
		},
		"SpearmanMatrix": func(ctx context.Context, rep progress.Reporter, x columns) ([]float64, error) {
			return flat(SpearmanMatrix(ctx, rep, x))
		},
		"MutualInformationClasses": func(ctx context.Context, rep progress.Reporter, x columns) ([]float64, error) {
			return score(MutualInformationClasses(ctx, rep, x, classes, MutualOptions{Discrete: discrete(x)}))
		},
		"MutualInformation": func(ctx context.Context, rep progress.Reporter, x columns) ([]float64, error) {
			return score(MutualInformation(ctx, rep, x, y, MutualOptions{Discrete: discrete(x)}))
		},
	}
}

func TestWrongInputIsNamed(t *testing.T) {
	classes, y := []int{0, 1, 0, 1, 2}, []float64{1, 2, 3, 4, 6}
	good := []float64{1, 2, 4, 3, 0}
	for name, f := range scorers(classes, y) {
		matrix := strings.HasSuffix(name, "Matrix") || name == "Variance"
		for _, c := range []struct {
			what string
			x    [][]float64
			want error
		}{
			{"no columns", nil, ErrEmpty},
			{"no rows", [][]float64{{}, {}}, ErrEmpty},
			{"ragged", [][]float64{good, good[:4]}, ErrShape},
			{"target of another length", [][]float64{good[:4], good[:4]}, ErrShape},
			{"infinity", [][]float64{good, {1, 2, math.Inf(-1), 1, 1}}, ErrInput},
			{"NaN", [][]float64{good, {1, 2, math.NaN(), 1, 1}}, ErrInput},
		} {
			if matrix && strings.HasPrefix(c.what, "target") || name == "Variance" && c.what == "NaN" {
				continue
			}
			_, err := f(ctx, nil, c.x)
			if !errors.Is(err, c.want) {
				t.Errorf("%s, %s: %v, want %v", name, c.what, err, c.want)
			}
			var in *InputError
			if c.want == ErrInput && (!errors.As(err, &in) || in.Column != 1 || in.Row != 2) {
				t.Errorf("%s, %s: %v does not name column 1, row 2", name, c.what, err)
			}
		}
	}
}

func TestWrongTargetsAndCountsAreNamed(t *testing.T) {
	x := [][]float64{{1, 2, 3}, {4, 5, -6}}
	_, err := ChiSquare(ctx, nil, x, []int{0, 1, 1})
	var in *InputError
	if !errors.Is(err, ErrNegative) || errors.Is(err, ErrInput) || !errors.As(err, &in) || in.Column != 1 || in.Row != 2 || in.Value != -6 {
		t.Errorf("a negative count: %v", err)
	}
	if _, err := ANOVA(ctx, nil, x, []int{0, -1, 1}); !errors.Is(err, ErrClass) || !strings.Contains(err.Error(), "row 1") {
		t.Errorf("a negative class: %v", err)
	}
	_, err = Spearman(ctx, nil, x, []float64{0, 1, math.NaN()})
	if !errors.As(err, &in) || in.Column != -1 || in.Row != 2 || !strings.Contains(err.Error(), "target, row 2") {
		t.Errorf("NaN in the target: %v", err)
	}
	for _, o := range []MutualOptions{{Neighbors: -1}, {Neighbors: 3}, {Neighbors: 1 << 60}} {
		if _, err := MutualInformation(ctx, nil, x, []float64{0, 1, 2}, o); !errors.Is(err, ErrOption) {
			t.Errorf("%+v with three rows: %v", o, err)
		}
	}
	if _, err := MutualInformationClasses(ctx, nil, x, []int{0, 1, 1}, MutualOptions{Discrete: []bool{true}}); !errors.Is(err, ErrShape) {
		t.Errorf("Discrete of another length: %v", err)
	}
	for what, err := range map[string]error{
		"KBest":              second(KBest([]float64{1}, -1)),
		"Percentile":         second(Percentile([]float64{1}, math.NaN())),
		"FalsePositiveRate":  second(FalsePositiveRate([]float64{1}, 1.5)),
		"FalseDiscoveryRate": second(FalseDiscoveryRate([]float64{1}, -0.1)),
		"FamilyWise":         second(FamilyWise(nil, math.NaN())),
		"Varying":            second(Varying(nil, -1)),
		"Uncorrelated":       second(Uncorrelated(mat.NewSymDense(1, nil), 2, nil)),
	} {
		if !errors.Is(err, ErrOption) {
			t.Errorf("%s: %v, want %v", what, err, ErrOption)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestClassesMayHaveHoles(t *testing.T) {
	x := [][]float64{{1, 2, 4, 3, 9, 8, 7}}
	want := must[Result](t)(ANOVA(ctx, nil, x, []int{0, 0, 1, 1, 2, 2, 2}))
	for _, classes := range [][]int{{3, 3, 7, 7, 20, 20, 20}, {5, 5, 1 << 40, 1 << 40, math.MaxInt, math.MaxInt, math.MaxInt}} {
		if got := must[Result](t)(ANOVA(ctx, nil, x, classes)); got.Score[0] != want.Score[0] || got.P[0] != want.P[0] {
			t.Errorf("classes %v: %v, want %v", classes, got, want)
		}
	}
}

func TestUncorrelated(t *testing.T) {
	nan := math.NaN()
	m := mat.NewSymDense(5, []float64{
		1, 0.95, 0.2, -0.99, nan,
		0.95, 1, 0.1, 0.3, nan,
		0.2, 0.1, 1, 0.9, nan,
		-0.99, 0.3, 0.9, 1, nan,
		nan, nan, nan, nan, nan,
	})
	for _, c := range []struct {
		threshold float64
		score     []float64
		want      []int
	}{
		{0.9, nil, []int{0, 2, 4}},
		{0.9, []float64{1, 2, 3, 4, nan}, []int{1, 2, 3, 4}},
		{0.85, []float64{1, 2, 3, 4, nan}, []int{1, 3, 4}},
		{1, nil, []int{0, 1, 2, 3, 4}},
		{0, nil, []int{0, 4}},
	} {
		if got := must[[]int](t)(Uncorrelated(m, c.threshold, c.score)); !slices.Equal(got, c.want) {
			t.Errorf("threshold %v, score %v: kept %v, want %v", c.threshold, c.score, got, c.want)
		}
	}
	if _, err := Uncorrelated(nil, 0.5, nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("nil: %v", err)
	}
	if _, err := Uncorrelated(m, 0.5, []float64{1}); !errors.Is(err, ErrShape) {
		t.Errorf("one score: %v", err)
	}
}

func TestPercentileAtInfinity(t *testing.T) {
	inf := math.Inf(1)
	if got := must[[]int](t)(Percentile([]float64{1, inf, 3, 2, 0}, 25)); !slices.Equal(got, []int{1}) {
		t.Errorf("kept %v, want the infinite one", got)
	}
}

func TestCoresDoNotMatter(t *testing.T) {
	x, classes, y := tall(30000, 5)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for name, f := range scorers(classes, y) {
		if name == "ChiSquare" {
			continue
		}
		runtime.GOMAXPROCS(1)
		one, err := f(ctx, nil, x)
		if err != nil {
			t.Fatal(name, err)
		}
		runtime.GOMAXPROCS(4)
		four, err := f(ctx, nil, x)
		if err != nil || !slices.Equal(one, four) {
			t.Errorf("%s: %v on one core, %v on four (%v)", name, one, four, err)
		}
	}
}

func TestInputIsNotChanged(t *testing.T) {
	x, classes, y := tall(100, 3)
	before := slices.Clone(x[1])
	for name, f := range scorers(classes, y) {
		f(ctx, nil, x)
		if !slices.Equal(before, x[1]) {
			t.Fatal(name, "changed a column")
		}
	}
}

func TestWorkStopsAndReports(t *testing.T) {
	x, classes, y := tall(100, 4)
	for _, c := range x {
		for i := range c {
			c[i] = math.Abs(c[i])
		}
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	for name, f := range scorers(classes, y) {
		if _, err := f(stopped, nil, x); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v after the context ended", name, err)
		}
		finished := false
		if _, err := f(ctx, progress.Func(func(e progress.Event) { finished = finished || e.Finished() }), x); err != nil || !finished {
			t.Errorf("%s: finished %v, %v", name, finished, err)
		}
	}
}
