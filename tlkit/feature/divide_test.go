package feature

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/samples/tables"
	"transferlab/tlkit/split"
)

// Folds in the order of time leave the first rows unpredicted: every score is of the others
// alone, as of a loop over the folds.
func TestFoldsInTimeAreCompared(t *testing.T) {
	n := 130
	x, noise, y, class := make([]float64, n), make([]float64, n), make([]float64, n), make([]string, n)
	for i := range x {
		x[i], noise[i] = float64(i%17), float64(i*i%23)
		y[i] = x[i] + 0.3*noise[i]*float64(i%2)
		class[i] = []string{"low", "high"}[i*7%17/9]
	}
	table := tableOf(t, nil, numberColumn("x", x...), numberColumn("noise", noise...), numberColumn("y", y...), textColumn("class", class...))
	rows, err := split.Rows(table, split.RowOptions{InOrder: true})
	if err != nil {
		t.Fatal(err)
	}
	folds := split.TimeSeries(rows, split.TimeSeriesOptions{K: 4})
	parts, err := folds.Parts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tested := 0
	for _, p := range parts {
		tested += len(p.Test)
	}
	left, other := []Step{Drop{Columns: []string{"noise"}}}, []Step{Drop{Columns: []string{"x"}}}
	drop := func(s []Step, column string) []Step { return append([]Step{Drop{Columns: []string{column}}}, s...) }

	c := mustCompare(t, split.WholeAsTrain(table), CompareOptions{Target: "class", Classifier: estimate.KNNClassifier{Neighbors: 1}, Divide: folds,
		Sets: []Set{{"x", drop(left, "y")}, {"noise", drop(other, "y")}}})
	if c.Rows != n || c.Predicted != tested || tested >= n || c.Folds != 4 || c.Repeats != 1 || !strings.Contains(c.String(), "104 of which are predicted") {
		t.Errorf("%d tested\n%v", tested, c)
	}
	if d := c.Sets[1].Difference; d.Items != tested || d.Test == "" {
		t.Errorf("%+v", d)
	}
	for _, s := range c.Sets {
		if len(s.FoldScores) != 4 || math.Abs(s.Accuracy.Value-mean(s.FoldScores)) > 1e-12 { // the folds are equal
			t.Errorf("%s: accuracy %v, of the folds %v", s.Name, s.Accuracy, s.FoldScores)
		}
	}

	c = mustCompare(t, split.WholeAsTrain(table), CompareOptions{Target: "y", Divide: folds, Sets: []Set{{"x", drop(left, "class")}, {"noise", drop(other, "class")}}})
	var truth, said []float64
	for _, p := range parts {
		train, _, test, err := split.Tables(t.Context(), table, p)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Regressor{Pipeline{Target: "y", Steps: drop(left, "class")}, estimate.Ridge{}}.Fit(t.Context(), nil, train)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.Predict(t.Context(), nil, test.Table())
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, got...)
		for _, i := range p.Test {
			truth = append(truth, y[i])
		}
	}
	middle, errs, all := mean(truth), 0.0, 0.0
	for i := range truth {
		errs += (truth[i] - said[i]) * (truth[i] - said[i])
		all += (truth[i] - middle) * (truth[i] - middle)
	}
	s := c.Sets[0]
	if math.Abs(s.R2.Value-(1-errs/all)) > 1e-9 || math.Abs(s.RMSE.Value-math.Sqrt(errs/float64(len(truth)))) > 1e-9 || !(s.R2.Low < s.R2.Value && s.R2.Value < s.R2.High) {
		t.Errorf("%v %v, want %v %v", s.R2, s.RMSE, 1-errs/all, math.Sqrt(errs/float64(len(truth))))
	}
}

// Folds that were given are judged as those that Compare makes, repeats included.
func TestGivenFoldsAreTheSame(t *testing.T) {
	train := sample(t, tables.Iris())
	for _, o := range []split.FoldOptions{{K: 3, Seed: 4}, {K: 4, Repeats: 3, Seed: 4}} {
		sets := []Set{{Name: "all"}, {"one", []Step{SelectBest{K: 1}}}}
		src, err := split.Rows(train.Table(), split.RowOptions{Label: "class"})
		if err != nil {
			t.Fatal(err)
		}
		made := mustCompare(t, train, CompareOptions{Target: "class", Sets: sets, Folds: o})
		given := mustCompare(t, train, CompareOptions{Target: "class", Sets: sets, Divide: split.StratifiedKFold(src, o), Folds: split.FoldOptions{Seed: o.Seed}})
		for k := range sets {
			a, b := made.Sets[k], given.Sets[k]
			if a.Accuracy != b.Accuracy || a.MacroF1 != b.MacroF1 || a.Difference != b.Difference || a.Accuracy.Value == 1 {
				t.Errorf("%+v\n%+v", a, b)
			}
		}
		if given.Folds != len(given.Sets[0].FoldScores) || given.Repeats != max(o.Repeats, 1) || made.Folds != o.K || made.Predicted != 150 {
			t.Errorf("%d %d %d", given.Folds, given.Repeats, made.Folds)
		}
	}
}

func TestOneFoldLeavesNoSpread(t *testing.T) {
	c := mustCompare(t, sample(t, tables.Diabetes()), CompareOptions{Target: "target", Divide: split.Given{halves(442)}, Sets: []Set{{Name: "all"}, {"two", []Step{SelectBest{K: 2}}}}})
	if d := c.Sets[1].Difference; d.Test != "" || !(d.Difference.Value < 0) || c.Predicted != 221 {
		t.Errorf("%+v", c)
	}
}

// halves tests every other row.
func halves(n int) (p split.Parts) {
	for i := range n {
		if i%2 == 0 {
			p.Train = append(p.Train, i)
		} else {
			p.Test = append(p.Test, i)
		}
	}
	return p
}

type failing struct{}

func (failing) Parts(context.Context) ([]split.Parts, error) { return nil, nil }

func TestFoldsThatDoNotFit(t *testing.T) {
	train := sample(t, tables.Iris())
	untested := halves(150)
	untested.Dropped, untested.Test = untested.Test, nil
	for name, c := range map[string]struct {
		o    CompareOptions
		want error
	}{
		"K too":      {CompareOptions{Divide: split.Given{halves(150)}, Folds: split.FoldOptions{K: 3}}, ErrOption},
		"duplicates": {CompareOptions{Divide: split.Given{halves(150)}, Rows: split.RowOptions{Duplicates: true}}, ErrOption},
		"none":       {CompareOptions{Divide: split.Given{}}, split.ErrFolds},
		"nil folds":  {CompareOptions{Divide: failing{}}, split.ErrFolds},
		"other rows": {CompareOptions{Divide: split.Given{halves(149)}}, split.ErrOther},
		"no test":    {CompareOptions{Divide: split.Given{halves(150), untested}}, ErrEmpty},
		"no train":   {CompareOptions{Divide: split.Given{{Test: append(halves(150).Train, halves(150).Test...)}}}, ErrEmpty},
	} {
		c.o.Target, c.o.Sets = "class", []Set{{Name: "all"}, {Name: "too"}}
		if _, err := Compare(t.Context(), nil, train, c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
