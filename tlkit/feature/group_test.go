package feature

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// copies has n things of p features of noise, each of them five times with a little more
// noise, and targets by lot: nothing can be learnt from it.
func copies(t testing.TB, n, p int) frame.Table {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 5))
	things, class, lot := make([][]float64, n), make([]string, n), make([]float64, n)
	for i := range things {
		things[i], class[i] = make([]float64, p), []string{"heads", "tails"}[rng.IntN(2)]
		lot[i] = rng.NormFloat64()
		for j := range things[i] {
			things[i][j] = rng.NormFloat64()
		}
	}
	x := make([][]float64, p)
	var thing, y []string
	var number []float64
	for _, i := range rng.Perm(5 * n) {
		i /= 5
		for j := range x {
			x[j] = append(x[j], things[i][j]+0.01*rng.NormFloat64())
		}
		thing, y, number = append(thing, fmt.Sprint(i)), append(y, class[i]), append(number, lot[i])
	}
	table := tableOf(t, nil, textColumn("thing", thing...), textColumn("y", y...), numberColumn("number", number...))
	for j := range x {
		var err error
		if table, err = table.With(numberColumn(fmt.Sprint("x", j), x[j]...)); err != nil {
			t.Fatal(err)
		}
	}
	return table
}

func without(t testing.TB, table frame.Table, names ...string) frame.Table {
	t.Helper()
	out, err := table.Pick(slices.DeleteFunc(table.Names(), func(n string) bool { return slices.Contains(names, n) })...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A selector that divides the rows itself knows the class of each copy from the others,
// unless it is told that they belong together.
func TestCopiesDoNotLeakIntoSelection(t *testing.T) {
	for name, c := range map[string]struct {
		n, p int
		step Step
	}{
		"sequential": {100, 5, Sequential{Classifier: estimate.KNNClassifier{Neighbors: 1}, K: 3}},
		"rfecv":      {60, 50, RFECV{Step: 10, Min: 40}},
	} {
		table := without(t, copies(t, c.n, c.p), "number")
		score := func(p Pipeline) float64 {
			p.Target = "y"
			f := mustFit(t, p, table)
			if slices.Contains(f.Names(), "thing") {
				t.Errorf("%s: %v", name, f.Names())
			}
			best := 0.0
			scores := f.Scores()
			for _, point := range scores[len(scores)-1].Curve {
				best = max(best, point.Mean())
			}
			return best
		}
		leaky := score(Pipeline{Steps: []Step{Drop{Columns: []string{"thing"}}, c.step}})
		honest := score(Pipeline{Group: "thing", Steps: []Step{c.step}})
		if leaky < 0.85 || honest > 0.65 {
			t.Errorf("%s: the selector believes %.3f without groups, %.3f with them", name, leaky, honest)
		}
	}
}

// The lasso's penalty is chosen by folds too: by those that split copies apart, noise is
// worth having.
func TestCopiesDoNotLeakIntoThePenalty(t *testing.T) {
	table := without(t, copies(t, 60, 40), "y")
	alpha := func(p Pipeline, r estimate.Regressor) float64 {
		p.Target = "number"
		m, err := Regressor{p, r}.Fit(t.Context(), nil, split.WholeAsTrain(table))
		if err != nil {
			t.Fatal(err)
		}
		return m.Model.(*estimate.ChosenModel).Alpha
	}
	grouped, dropped := Pipeline{Group: "thing"}, Pipeline{Steps: []Step{Drop{Columns: []string{"thing"}}}}
	for name, r := range map[string]estimate.Regressor{"lasso": estimate.LassoCV{}, "pointer": &estimate.LassoCV{}, "net": estimate.ElasticNetCV{}, "pointer to a net": &estimate.ElasticNetCV{}} {
		if leaky, honest := alpha(dropped, r), alpha(grouped, r); honest < 5*leaky {
			t.Errorf("%s: penalty %v without groups, %v with them", name, leaky, honest)
		}
	}
	of := make([]int, table.Nrow())
	for i := range of {
		of[i] = i % 5
	}
	own := estimate.LassoCV{Folds: estimate.Folds{Of: of}}
	if a, b := alpha(grouped, own), alpha(dropped, own); a != b {
		t.Errorf("parts that were given are not taken: %v, %v", a, b)
	}
	kept := func(p Pipeline) int {
		p.Target, p.Steps = "number", append(p.Steps, SelectModel{})
		return len(mustFit(t, p, table).Names())
	}
	if leaky, honest := kept(dropped), kept(grouped); leaky < 30 || honest > 15 {
		t.Errorf("the default of SelectModel keeps %d of 40 columns of noise without groups, %d with them", leaky, honest)
	}
}

func TestGroupIsNoFeature(t *testing.T) {
	table := without(t, copies(t, 20, 2), "number")
	p := Pipeline{Target: "y", Group: "thing", Steps: []Step{StandardScaler{}}}
	f := mustFit(t, p, table)
	if got := fmt.Sprint(f.Names()); got != "[x0 x1]" {
		t.Error(got)
	}
	checkWays(t, f, without(t, table, "thing", "y"))
	b, err := json.Marshal(f)
	if err != nil || strings.Contains(string(b), "thing") {
		t.Errorf("%s %v", b, err)
	}
	for name, c := range map[string]struct {
		p    Pipeline
		want string
	}{
		"group in a step":  {Pipeline{Target: "y", Group: "thing", Steps: []Step{Drop{Columns: []string{"thing"}}}}, `column "thing" is the group, which is no feature`},
		"target in a step": {Pipeline{Target: "y", Group: "thing", Steps: []Step{Keep{Columns: []string{"x1", "y"}}}}, `column "y" is the target, which is no feature`},
		"both":             {Pipeline{Target: "y", Group: "y"}, `column "y" is both Target and Group`},
	} {
		if _, err := c.p.Fit(t.Context(), nil, split.WholeAsTrain(table)); !errors.Is(err, ErrOption) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var unknown *frame.ColumnError
	p.Group = "thin"
	if _, err := p.Fit(t.Context(), nil, split.WholeAsTrain(table)); !errors.As(err, &unknown) || unknown.Nearest != "thing" || !strings.Contains(err.Error(), "group") {
		t.Error(err)
	}
	// A target that is no column of the features is not asked for by an empty name.
	if _, err := (Pipeline{Steps: []Step{Drop{Columns: []string{""}}}}).Fit(t.Context(), nil, split.WholeAsTrain(table)); !errors.As(err, &unknown) {
		t.Error(err)
	}
}

// No row's feature knows the targets of its own group: where each group has a value of its
// own, a fold's rows all have the mean of the other folds.
func TestTargetEncoderKeepsGroupsTogether(t *testing.T) {
	table := without(t, copies(t, 30, 0), "y")
	thing, err := table.Column("thing")
	if err != nil {
		t.Fatal(err)
	}
	values := make([]string, table.Nrow())
	for i := range values {
		values[i] = thing.Texts[i].Value
	}
	if table, err = table.With(textColumn("v", values...)); err != nil {
		t.Fatal(err)
	}
	distinct := func(p Pipeline) int {
		p.Target, p.Steps = "number", append(p.Steps, TargetEncoder{Folds: 4})
		_, x, err := p.FitMatrix(t.Context(), nil, split.WholeAsTrain(table))
		if err != nil {
			t.Fatal(err)
		}
		v := slices.Clone(x.RawMatrix().Data)
		slices.Sort(v)
		return len(slices.Compact(v))
	}
	if n := distinct(Pipeline{Group: "thing"}); n != 4 {
		t.Errorf("%d encodings in 4 folds", n)
	}
	if n := distinct(Pipeline{Steps: []Step{Drop{Columns: []string{"thing"}}}}); n < 10 {
		t.Errorf("without groups there are %d encodings", n)
	}
	one := tableOf(t, nil, textColumn("g", "a", "a", "a"), textColumn("v", "b", "c", "b"), numberColumn("y", 1, 2, 3))
	p := Pipeline{Target: "y", Group: "g", Steps: []Step{TargetEncoder{}}}
	if _, _, err := p.FitMatrix(t.Context(), nil, split.WholeAsTrain(one)); !errors.Is(err, ErrEmpty) {
		t.Error(err)
	}
	mustFit(t, p, one)
}

func TestGroupsAreDealtWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		rows, groups, folds, classes := 1+rng.IntN(200), 1+rng.IntN(50), 2+rng.IntN(9), 1+rng.IntN(4)
		g := &grouping{make([]int32, rows), groups}
		labels := make([]int, rows)
		there := map[int32]bool{}
		for i := range g.of {
			g.of[i], labels[i] = int32(math.Pow(rng.Float64(), 3)*float64(groups)), rng.IntN(classes)
			there[g.of[i]] = true
		}
		seed := rng.Uint64()
		for _, l := range [][]int{nil, labels} {
			d := g.deal(folds, l, seed)
			if d.n != min(folds, len(there)) || !slices.Equal(d.of, g.deal(folds, l, seed).of) {
				t.Fatalf("%d folds of %d groups", d.n, len(there))
			}
			size, in := make([]int, d.n), map[int32]uint16{}
			for i, f := range d.of {
				size[f]++
				if was, ok := in[g.of[i]]; ok && was != f {
					t.Fatalf("group %d is in folds %d and %d", g.of[i], was, f)
				}
				in[g.of[i]] = f
			}
			if slices.Min(size) == 0 {
				t.Fatalf("folds of %v rows", size)
			}
		}
	}
	// Groups of a few rows can be dealt out evenly.
	g, labels := &grouping{make([]int32, 300), 100}, make([]int, 300)
	for i := range g.of {
		g.of[i], labels[i] = int32(i/3), i/3%2
	}
	counts := map[[2]int]int{}
	for i, f := range g.deal(5, labels, 1).of {
		counts[[2]int{int(f), labels[i]}]++
	}
	for k, n := range counts {
		if n != 30 {
			t.Errorf("fold %d has %d rows of class %d", k[0], n, k[1])
		}
	}
}

func TestRowWithoutAGroupIsItsOwn(t *testing.T) {
	table := tableOf(t, nil, textColumn("g", "a", none, "a", none, "b"))
	g, err := groupingOf(table, "g")
	if err != nil || g.of[0] != g.of[2] || g.of[1] == g.of[3] || slices.Contains([]int32{g.of[0], g.of[4]}, g.of[1]) {
		t.Error(g, err)
	}
	for _, k := range g.of {
		if int(k) >= g.n {
			t.Error(g)
		}
	}
}

// In a comparison the group is no feature, and the folds within a step keep it together.
func TestComparisonGroupsItsPipelines(t *testing.T) {
	table := without(t, copies(t, 60, 4), "number")
	o := CompareOptions{Target: "y", Classifier: estimate.KNNClassifier{Neighbors: 1}, Rows: split.RowOptions{Group: "thing"}, Sets: []Set{
		{Name: "all"}, {"chosen", []Step{Sequential{Classifier: estimate.KNNClassifier{Neighbors: 1}, Tolerance: 0.05}}}}}
	c := mustCompare(t, split.WholeAsTrain(table), o)
	for _, s := range c.Sets {
		if s.Accuracy.Value > 0.65 || slices.ContainsFunc(s.Chosen, func(c Chosen) bool { return c.Name == "thing" }) {
			t.Errorf("%+v", s)
		}
	}
	// Forward, noise does not gain anything; what knows copies goes on.
	if most := slices.Max(c.Sets[1].Features); most > 2 {
		t.Errorf("%d columns of noise are chosen", most)
	}
	rows, err := split.Rows(table, split.RowOptions{Group: "thing"})
	if err != nil {
		t.Fatal(err)
	}
	o.Rows.Group, o.Divide = "", split.KFold(rows, split.FoldOptions{})
	o.Sets = []Set{{"chosen", append([]Step{Drop{Columns: []string{"thing"}}}, o.Sets[1].Steps...)}}
	if least := slices.Min(mustCompare(t, split.WholeAsTrain(table), o).Sets[0].Features); least < 2 {
		t.Errorf("%d columns are chosen by folds that split copies apart", least)
	}
}
