package feature

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// A value that tells nothing of the target does not tell it in cross-fitted features
// either, where the plain encoding of many rare values does.
func TestCrossFittingTellsNoRowItsOwnTarget(t *testing.T) {
	const n = 2000
	r := rand.New(rand.NewPCG(1, 2))
	v, y := make([]string, n), make([]float64, n)
	for i := range v {
		v[i], y[i] = fmt.Sprint(r.IntN(n/2)), r.NormFloat64()
	}
	table := tableOf(t, nil, textColumn("v", v...), numberColumn("y", y...))
	f, x, err := Pipeline{Target: "y", Steps: []Step{TargetEncoder{NoSmoothing: true}}}.FitMatrix(t.Context(), nil, split.WholeAsTrain(table))
	if err != nil {
		t.Fatal(err)
	}
	if c := correlation(mustMatrix(t, f, table).RawMatrix().Data, y); c < 0.5 {
		t.Errorf("the plain encoding correlates by %v", c)
	}
	if c := correlation(x.RawMatrix().Data, y); math.Abs(c) > 0.1 {
		t.Errorf("the cross-fitted one by %v", c)
	}
}

func correlation(a, b []float64) float64 {
	ma, mb := momentsOf(a), momentsOf(b)
	s := 0.0
	for i := range a {
		s += (a[i] - ma.mean) * (b[i] - mb.mean)
	}
	return s / float64(len(a)) / math.Sqrt(ma.variance*mb.variance)
}

// A row's cross-fitted feature does not change with its own target.
func TestCrossFittingLeavesTheRowOut(t *testing.T) {
	v := []string{"a", "b", "a", "b", "a", "b", "a", "b", "a", none}
	y := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	fit := func(y []float64) []float64 {
		table := tableOf(t, nil, textColumn("v", v...), numberColumn("y", y...))
		_, x, err := Pipeline{Target: "y", Steps: []Step{TargetEncoder{Seed: 5}}}.FitMatrix(t.Context(), nil, split.WholeAsTrain(table))
		if err != nil {
			t.Fatal(err)
		}
		return x.RawMatrix().Data
	}
	before := fit(y)
	for i := range y {
		changed := slices.Clone(y)
		changed[i] = 1000
		after := fit(changed)
		if before[i] != after[i] {
			t.Errorf("row %d: %v became %v", i, before[i], after[i])
		}
		if slices.Equal(before, after) {
			t.Errorf("row %d teaches none of the others", i)
		}
	}
}

func TestFoldsHaveTheirShares(t *testing.T) {
	for _, c := range []struct {
		rows, folds int
		classes     []int // rows of each
	}{{100, 5, []int{50, 30, 20}}, {23, 5, []int{1, 3, 19}}, {7, 7, nil}, {3, 2, []int{1, 2}}, {1000, 4, nil}, {10, 3, []int{0, 10}}} {
		var labels []int
		for k, n := range c.classes {
			labels = append(labels, slices.Repeat([]int{k}, n)...)
		}
		deal, err := TargetEncoder{Folds: c.folds, Seed: 9}.folds(c.rows, labels, nil)
		if err != nil {
			t.Fatal(err)
		}
		shares := func(of func(i int) bool) {
			size := make([]int, c.folds)
			for i, f := range deal.of {
				if of(i) {
					size[f]++
				}
			}
			if slices.Max(size)-slices.Min(size) > 1 {
				t.Errorf("%+v: folds of %v rows", c, size)
			}
		}
		shares(func(int) bool { return true })
		for k := range c.classes {
			shares(func(i int) bool { return labels[i] == k })
		}
		again, _ := TargetEncoder{Folds: c.folds, Seed: 9}.folds(c.rows, labels, nil)
		other, _ := TargetEncoder{Folds: c.folds, Seed: 10}.folds(c.rows, labels, nil)
		if !slices.Equal(deal.of, again.of) || c.rows > 20 && slices.Equal(deal.of, other.of) {
			t.Errorf("%+v: seeds", c)
		}
	}
}

func TestCrossFittingDoesNotDependOnTheCores(t *testing.T) {
	var v, y []string
	for i := range 500 {
		v, y = append(v, fmt.Sprint(i%13)), append(y, fmt.Sprint(i%7%3))
	}
	table := tableOf(t, nil, textColumn("v", v...), textColumn("y", y...))
	fit := func() []float64 {
		_, x, err := Pipeline{Target: "y", Steps: []Step{TargetEncoder{}}}.FitMatrix(t.Context(), nil, split.WholeAsTrain(table))
		if err != nil {
			t.Fatal(err)
		}
		return x.RawMatrix().Data
	}
	many := fit()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if !slices.Equal(many, fit()) {
		t.Error("one core gives other bits")
	}
}

func TestTargetsOfAllKinds(t *testing.T) {
	v := textColumn("v", "a", "b", "a", none)
	for name, c := range map[string]struct {
		table   frame.Table
		classes bool
		names   string
		first   float64 // of the first row's first feature, unsmoothed
	}{
		"numbers":       {tableOf(t, nil, v, numberColumn("y", 1, 2, 4, 8)), false, "[v]", 2.5},
		"number names":  {tableOf(t, nil, v, numberColumn("y", 10, 9, 10, 9)), true, "[v]", 1},
		"three":         {tableOf(t, nil, v, numberColumn("y", 10, 9, 10, 8)), true, "[v:8 v:9 v:10]", 0},
		"booleans":      {tableOf(t, nil, v, boolColumn("y", true, false, false, true)), false, "[v]", 0.5},
		"texts":         {tableOf(t, nil, v, textColumn("y", "p", "q", "p", "q")), false, "[v]", 0},
		"three texts":   {tableOf(t, nil, v, textColumn("y", "p", "q", "r", "q")), false, "[v:p v:q v:r]", 0.5},
		"one class":     {tableOf(t, nil, v, textColumn("y", "p", "p", "p", "p")), false, "[v]", 0},
		"level's order": {tableOf(t, frame.Schema{{Name: "y", Kind: frame.Category, Levels: []string{"q", "p"}}}, v, textColumn("y", "p", "q", "p", "q")), false, "[v]", 1},
	} {
		f := mustFit(t, Pipeline{Target: "y", Classes: c.classes, Steps: []Step{TargetEncoder{NoSmoothing: true}}}, c.table)
		x := mustMatrix(t, f, c.table)
		if got := fmt.Sprint(f.Names()); got != c.names || x.At(0, 0) != c.first {
			t.Errorf("%s: %s %v, want %s %v", name, got, x.At(0, 0), c.names, c.first)
		}
		checkWays(t, f, c.table)
		made, err := f.Table(t.Context(), nil, c.table)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Inverse(t.Context(), made); !errors.Is(err, ErrInverse) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTargetsThatDoNotFit(t *testing.T) {
	v := textColumn("v", "a", "b")
	for name, c := range map[string]struct {
		p     Pipeline
		table frame.Table
		want  error
	}{
		"none":          {Pipeline{}, tableOf(t, nil, v), ErrTarget},
		"missing":       {Pipeline{Target: "y"}, tableOf(t, nil, v, numberColumn("y", 1, math.NaN())), ErrInput},
		"infinite":      {Pipeline{Target: "y"}, tableOf(t, nil, v, numberColumn("y", 1, math.Inf(-1))), ErrInput},
		"class missing": {Pipeline{Target: "y"}, tableOf(t, nil, v, textColumn("y", "a", none)), ErrTarget},
	} {
		c.p.Steps = []Step{TargetEncoder{}}
		if _, err := c.p.Fit(t.Context(), nil, split.WholeAsTrain(c.table)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	one := tableOf(t, nil, textColumn("v", "a"), numberColumn("y", 3))
	p := Pipeline{Target: "y", Steps: []Step{TargetEncoder{}}}
	if x := mustMatrix(t, mustFit(t, p, one), one); x.At(0, 0) != 3 {
		t.Errorf("one row: %v", x.At(0, 0))
	}
	if _, _, err := p.FitMatrix(t.Context(), nil, split.WholeAsTrain(one)); !errors.Is(err, ErrEmpty) {
		t.Errorf("one row, cross-fitted: %v", err)
	}
}

// The steps that follow learn from the cross-fitted columns.
func TestStepsLearnFromCrossFittedColumns(t *testing.T) {
	table := tableOf(t, nil, textColumn("v", "a", "b", "c", "d", "a", "b"), textColumn("w", "a", "b", "c", "d", "a", "b"), numberColumn("y", 1, 2, 3, 4, 5, 6))
	p := Pipeline{Target: "y", Steps: []Step{TargetEncoder{}, StandardScaler{}}}
	f, x, err := p.FitMatrix(t.Context(), nil, split.WholeAsTrain(table))
	if err != nil {
		t.Fatal(err)
	}
	for j := range 2 {
		m := momentsOf([]float64{x.At(0, j), x.At(1, j), x.At(2, j), x.At(3, j), x.At(4, j), x.At(5, j)})
		if math.Abs(m.mean) > 1e-12 || math.Abs(m.variance-1) > 1e-12 {
			t.Errorf("column %d: %+v", j, m)
		}
	}
	if f.steps[0].do.(*targetMeans).crossed != nil {
		t.Error("the training rows are kept")
	}
	// A column whose feature is dropped is not asked for.
	p.Steps = append(p.Steps, Drop{[]string{"w"}})
	f = mustFit(t, p, table)
	if in := f.Inputs(); len(in) != 1 || in[0].Name != "v" {
		t.Errorf("inputs %v", in)
	}
	checkWays(t, f, table)
}
