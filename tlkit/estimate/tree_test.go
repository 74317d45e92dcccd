package estimate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// growers are this package's trees, and what they are called.
func growers() (map[string]Regressor, map[string]Classifier) {
	return map[string]Regressor{"tree": TreeRegressor{}, "boosting": GradientBoostingRegressor{Rounds: 20}},
		map[string]Classifier{"tree": TreeClassifier{}, "boosting": GradientBoostingClassifier{Rounds: 20}}
}

// fitAll fits each of them, and gives the models by name, or the error.
func fitAll(ctx context.Context, x mat.Matrix, y []float64, labels []string, each func(name string, m Model, err error)) {
	numbers, classes := growers()
	for name, r := range numbers {
		m, err := r.Fit(ctx, nil, x, y)
		each(name+" for numbers", m, err)
	}
	for name, c := range classes {
		m, err := c.Fit(ctx, nil, x, labels)
		each(name+" for classes", m, err)
	}
}

func TestATreeLearnsItsRowsByHeart(t *testing.T) {
	x, y, labels := ring(11, 200, 3, false)
	r, err := TreeRegressor{}.Fit(context.Background(), nil, x, y)
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Predict(context.Background(), nil, x)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "the training rows", p, y, 1e-15)
	c, err := TreeClassifier{}.Fit(context.Background(), nil, x, labels)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Predict(context.Background(), nil, c, x)
	if err != nil || !slices.Equal(got, labels) {
		t.Error("the training rows' classes are not learnt", err)
	}
}

// Every split is the best one: a plain search over all features and thresholds finds no
// better one, and of equally good ones none that comes before it.
func TestARootIsTheBestSplit(t *testing.T) {
	for seed := range uint64(40) {
		x, y, _ := ring(seed, 3+int(seed), 3, seed%2 == 0)
		n, p := x.Dims()
		least := 1 + int(seed%3)
		m, err := TreeRegressor{Depth: 1, MinLeaf: least}.Fit(context.Background(), nil, x, y)
		if err != nil {
			t.Fatal(err)
		}
		feature, threshold, lowest := -1, 0.0, math.Inf(1)
		for j := range p {
			col := mat.Col(nil, j, x)
			slices.Sort(col)
			for _, at := range slices.Compact(col) {
				var sides [2][]float64
				next := math.Inf(1)
				for i := range n {
					v := x.At(i, j)
					if v <= at {
						sides[0] = append(sides[0], y[i])
					} else {
						sides[1] = append(sides[1], y[i])
						next = min(next, v)
					}
				}
				if len(sides[0]) < least || len(sides[1]) < least {
					continue
				}
				sum := 0.0
				for _, s := range sides {
					_, rest, err := around(s)
					if err != nil {
						t.Fatal(err)
					}
					for _, v := range rest {
						sum += v * v
					}
				}
				if sum < lowest-1e-9 {
					feature, threshold, lowest = j, at/2+next/2, sum
				}
			}
		}
		root := m.(*TreeRegression).tree.nodes[0]
		if feature < 0 {
			if root.low != 0 {
				t.Errorf("seed %d: %+v where nothing can be split", seed, root)
			}
			continue
		}
		if root.low == 0 || int(root.feature) != feature || math.Abs(root.threshold-threshold) > 1e-6 {
			t.Errorf("seed %d: %+v, and feature %d at %v is the first of the best", seed, root, feature, threshold)
		}
	}
}

// A row is rounded to float32 before it is asked, as scikit-learn does: what differs from
// the threshold by less is on its left.
func TestARowIsRoundedBeforeItIsAsked(t *testing.T) {
	m, err := TreeRegressor{}.Fit(context.Background(), nil, mat.NewDense(2, 1, []float64{1, 2}), []float64{10, 20})
	if err != nil {
		t.Fatal(err)
	}
	got := answers(t, m, mat.NewDense(5, 1, []float64{1.5 - 1e-9, 1.5, 1.5 + 1e-9, 1.5 + 1e-7, 1e30}))
	if want := []float64{10, 10, 10, 20, 20}; !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}

// Two features that part the rows alike: the first is asked, though rounding differs.
func TestEqualSplitsGoToTheFirstFeature(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for range 50 {
		n := 30
		x := mat.NewDense(n, 3, nil)
		y := make([]float64, n)
		for i := range n {
			y[i] = 0.1 + rng.Float64()/10
			side := 0.0
			if i%3 == 0 {
				side, y[i] = 10, y[i]+1
			}
			// Inside a side the orders differ, and so does what rounding adds up to.
			for j := range 3 {
				x.Set(i, j, side+rng.Float64())
			}
		}
		m, err := TreeRegressor{Depth: 1}.Fit(context.Background(), nil, x, y)
		if err != nil {
			t.Fatal(err)
		}
		if root := m.(*TreeRegression).tree.nodes[0]; root.feature != 0 {
			t.Fatalf("feature %d is asked", root.feature)
		}
	}
}

func TestTreesDoNotDependOnTheCores(t *testing.T) {
	x, y, labels := ring(3, 3000, 7, true)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	saved := map[string]string{}
	for _, cores := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(cores)
		fitAll(context.Background(), x, y, labels, func(name string, m Model, err error) {
			b, err2 := SaveModel(m)
			if err != nil || err2 != nil {
				t.Fatal(name, err, err2)
			}
			if old, ok := saved[name]; ok && old != string(b) {
				t.Errorf("%s differs with %d cores", name, cores)
			}
			saved[name] = string(b)
		})
	}
}

func TestTreesOnUglyRows(t *testing.T) {
	one := mat.NewDense(1, 2, []float64{1, 2})
	constant := mat.NewDense(4, 2, []float64{3, 3, 3, 3, 3, 3, 3, 3})
	near := mat.NewDense(4, 1, []float64{0, 1e-9, 2e-9, 3e-9})
	for _, c := range []struct {
		name   string
		x      mat.Matrix
		y      []float64
		labels []string
	}{
		{"one row", one, []float64{5}, []string{"a"}},
		{"constant features", constant, []float64{1, 2, 3, 6}, []string{"a", "b", "b", "b"}},
		{"features within the tolerance", near, []float64{1, 2, 3, 6}, []string{"a", "b", "b", "b"}},
		{"one answer", mat.NewDense(3, 1, []float64{1, 2, 3}), []float64{4, 4, 4}, []string{"a", "a", "a"}},
		{"the ends of float32", mat.NewDense(3, 1, []float64{-math.MaxFloat32, 0, math.MaxFloat32}), []float64{1, 2, 3}, []string{"a", "b", "c"}},
		{"minus nought", mat.NewDense(2, 1, []float64{0, math.Copysign(0, -1)}), []float64{1, 3}, []string{"a", "b"}},
	} {
		fitAll(context.Background(), c.x, c.y, c.labels, func(name string, m Model, err error) {
			if slices.Compact(slices.Clone(c.labels))[0] == c.labels[len(c.labels)-1] && name == "boosting for classes" {
				if !errors.Is(err, ErrEmpty) || !strings.Contains(err.Error(), "another class") {
					t.Errorf("%s, %s: %v", c.name, name, err)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s, %s: %v", c.name, name, err)
			}
			for _, v := range answers(t, m, c.x) {
				if !finite(v) {
					t.Errorf("%s, %s: answers %v", c.name, name, v)
				}
			}
		})
	}
	m, err := TreeRegressor{}.Fit(context.Background(), nil, constant, []float64{1, 2, 3, 6})
	if err != nil {
		t.Fatal(err)
	}
	if p := answers(t, m, constant); p[0] != 3 || m.(*TreeRegression).Leaves() != 1 {
		t.Errorf("rows that cannot be told apart have the mean 3, not %v", p)
	}
}

func TestNumbersBeyondTrees(t *testing.T) {
	x, y, labels := ring(2, 20, 2, false)
	large := mat.DenseCopyOf(x)
	large.Set(7, 1, -1e39)
	fitAll(context.Background(), large, y, labels, func(name string, _ Model, err error) {
		if !errors.Is(err, ErrNumber) || !strings.Contains(err.Error(), "row 7, feature 1") {
			t.Errorf("%s: %v", name, err)
		}
	})
	fitAll(context.Background(), x, y, labels, func(name string, m Model, err error) {
		if err != nil {
			t.Fatal(name, err)
		}
		if err := ask(m, large); !errors.Is(err, ErrNumber) {
			t.Errorf("%s asked: %v", name, err)
		}
		if err := ask(m, x.Slice(0, 5, 0, 1)); !errors.Is(err, ErrShape) {
			t.Errorf("%s with one of two features: %v", name, err)
		}
		if err := ask(m, &mat.Dense{}); err != nil {
			t.Errorf("%s without rows: %v", name, err)
		}
	})
	y[3] = 1e200
	numbers, _ := growers()
	for name, r := range numbers {
		if _, err := r.Fit(context.Background(), nil, x, y); !errors.Is(err, ErrNumber) {
			t.Errorf("%s of 1e200: %v", name, err)
		}
	}
	if _, err := (GradientBoostingClassifier{Rate: 1e308}).Fit(context.Background(), nil, x, labels); !errors.Is(err, ErrNumber) {
		t.Errorf("a rate of 1e308: %v", err)
	}
}

func TestWhatTreesCannotLearnFrom(t *testing.T) {
	x := mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6})
	y, labels := []float64{1, 2, 3}, []string{"a", "b", "a"}
	with := func(v float64) mat.Matrix { d := mat.DenseCopyOf(x); d.Set(1, 0, v); return d }
	for _, c := range []struct {
		name   string
		x      mat.Matrix
		y      []float64
		labels []string
		want   error
	}{
		{"nil", nil, y, labels, ErrEmpty}, {"no rows", &mat.Dense{}, nil, nil, ErrEmpty}, {"too few targets", x, y[:2], labels[:2], ErrShape},
		{"NaN", with(math.NaN()), y, labels, ErrInput}, {"infinite", with(math.Inf(1)), y, labels, ErrInput},
	} {
		fitAll(context.Background(), c.x, c.y, c.labels, func(name string, _ Model, err error) {
			if !errors.Is(err, c.want) {
				t.Errorf("%s, %s: %v", c.name, name, err)
			}
		})
	}
	for name, fit := range map[string]func() error{
		"depth":     func() error { _, err := TreeRegressor{Depth: -1}.Fit(t.Context(), nil, x, y); return err },
		"min split": func() error { _, err := TreeClassifier{MinSplit: 1}.Fit(t.Context(), nil, x, labels); return err },
		"min leaf":  func() error { _, err := GradientBoostingRegressor{MinLeaf: -2}.Fit(t.Context(), nil, x, y); return err },
		"rounds": func() error {
			_, err := GradientBoostingClassifier{Rounds: -1}.Fit(t.Context(), nil, x, labels)
			return err
		},
		"rate": func() error {
			_, err := GradientBoostingClassifier{Rate: math.NaN()}.Fit(t.Context(), nil, x, labels)
			return err
		},
		"no rate": func() error { _, err := GradientBoostingRegressor{Rate: -0.1}.Fit(t.Context(), nil, x, y); return err },
	} {
		if err := fit(); !errors.Is(err, ErrOption) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	fitAll(ctx, x, y, labels, func(name string, _ Model, err error) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s goes on: %v", name, err)
		}
	})
}

// Rows of which a leaf is certain have neither slope nor curve: the step is 0, not 0/0.
func TestBoostingOfCertainRows(t *testing.T) {
	x := mat.NewDense(6, 1, []float64{0, 0, 5, 5, 5, 5}) // the first two cannot be told apart
	m, err := GradientBoostingClassifier{Rounds: 100, Rate: 1}.Fit(context.Background(), nil, x, []string{"a", "b", "b", "b", "b", "b"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Proba(context.Background(), nil, x)
	if err != nil || math.Abs(p[0][0]-0.5) > 1e-9 || p[2][1] != 1 {
		t.Errorf("%v, %v", p, err)
	}
}

func TestBoostingReportsItsRounds(t *testing.T) {
	x, _, labels := ring(2, 50, 2, false)
	var last progress.Event
	rep := progress.Func(func(e progress.Event) { last = e })
	if _, err := (GradientBoostingClassifier{Rounds: 7}).Fit(context.Background(), rep, x, labels); err != nil || last.Done != 7 || !last.Finished() {
		t.Errorf("%+v, %v", last, err)
	}
}

func TestWhatIsNotATree(t *testing.T) {
	leaf := `{"feature":[-1],"value":[1]}`
	for is, texts := range map[string][]string{
		"treeRegression": {
			`{"features":1,"trees":[]}`, `{"features":1,"trees":[` + leaf + `,` + leaf + `]}`, `{"features":1,"rate":1,"trees":[` + leaf + `]}`,
			`{"features":1,"classes":["a"],"trees":[` + leaf + `]}`,
			`{"features":1,"trees":[{"feature":[0,-1,-1],"threshold":[1],"value":[1]}]}`,
			`{"features":1,"trees":[{"feature":[0,-1,-1],"threshold":[1e999],"value":[1,2]}]}`,
			`{"features":1,"trees":[{"feature":[1,-1,-1],"threshold":[1],"value":[1,2]}]}`,
			`{"features":1,"trees":[{"feature":[-2,-1,-1],"threshold":[1],"value":[1,2]}]}`,
			`{"features":1,"trees":[{"feature":[-1,0,-1],"threshold":[1],"value":[1,2]}]}`,
			`{"features":1,"trees":[{"feature":[-1,-1,-1],"threshold":[1],"value":[1,2]}]}`,
			`{"features":1,"trees":[{"feature":[0,0,0],"threshold":[1],"value":[1,2]}]}`,
			`{"features":1,"trees":[{"feature":[],"value":[]}]}`,
		},
		"treeClassification": {
			`{"features":1,"trees":[` + leaf + `]}`, `{"features":1,"classes":["b","a"],"trees":[{"feature":[-1],"value":[0.5,0.5]}]}`,
			`{"features":1,"classes":["a","b"],"trees":[{"feature":[-1],"value":[0.5,0.6]}]}`,
			`{"features":1,"classes":["a","b"],"trees":[{"feature":[-1],"value":[-0.5,1.5]}]}`,
			`{"features":1,"classes":["a","b"],"trees":[` + leaf + `]}`,
		},
		"gradientBoostingRegression": {
			`{"features":1,"first":[],"rate":1,"trees":[` + leaf + `]}`, `{"features":1,"first":[1],"rate":1,"trees":[]}`,
			`{"features":1,"first":[1,2],"rate":1,"trees":[` + leaf + `]}`,
			`{"features":1,"first":[1e308],"rate":1e308,"trees":[{"feature":[-1],"value":[1e308]}]}`,
		},
		"gradientBoostingClassification": {
			`{"features":1,"classes":["a"],"first":[1],"rate":1,"trees":[` + leaf + `]}`,
			`{"features":1,"classes":["a","b"],"first":[1,2],"rate":1,"trees":[` + leaf + `,` + leaf + `]}`,
			`{"features":1,"classes":["a","b","c"],"first":[1,2,3],"rate":1,"trees":[` + leaf + `]}`,
		},
	} {
		for _, text := range texts {
			if m, err := LoadModel(fmt.Appendf(nil, `{"is":%q,"as":%s}`, is, text)); !errors.Is(err, ErrModel) && err == nil || m != nil {
				t.Errorf("%s %s is read as %v, %v", is, text, m, err)
			}
		}
	}
	if _, err := LoadModel([]byte(`{"is":"treeRegression","as":{"features":1,"trees":[` + leaf + `]}}`)); err != nil {
		t.Error(err)
	}
}

// BenchmarkBoosting is 20 000 rows of 20 features and two classes.
func BenchmarkBoosting(b *testing.B) {
	x, labels := speedTable(20_000, 20)
	for b.Loop() {
		if _, err := (GradientBoostingClassifier{}).Fit(context.Background(), nil, x, labels); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTree(b *testing.B) {
	x, labels := speedTable(20_000, 20)
	for b.Loop() {
		if _, err := (TreeClassifier{}).Fit(context.Background(), nil, x, labels); err != nil {
			b.Fatal(err)
		}
	}
}

func speedTable(n, p int) (*mat.Dense, []string) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, labels := mat.NewDense(n, p, nil), make([]string, n)
	for i := range n {
		sum := 0.0
		for j := range p {
			v := rng.NormFloat64()
			x.Set(i, j, v)
			if j < 5 {
				sum += v
			}
		}
		labels[i] = "no"
		if sum+rng.NormFloat64() > 0 {
			labels[i] = "yes"
		}
	}
	return x, labels
}

func ExampleGradientBoostingClassifier() {
	// Which of the two numbers is larger? One question at a time, many trees.
	var rows []float64
	var labels []string
	for i := range 20 {
		for j := range 20 {
			if i == j {
				continue
			}
			rows = append(rows, float64(i), float64(j))
			labels = append(labels, map[bool]string{true: "first", false: "second"}[i > j])
		}
	}
	ctx := context.Background()
	model, err := GradientBoostingClassifier{Rounds: 200}.Fit(ctx, nil, mat.NewDense(len(labels), 2, rows), labels)
	if err != nil {
		fmt.Println(err)
		return
	}
	answers, err := Predict(ctx, nil, model, mat.NewDense(3, 2, []float64{3, 12, 17, 4, 9, 8}))
	fmt.Println(answers, err)
	// Output: [second first first] <nil>
}
