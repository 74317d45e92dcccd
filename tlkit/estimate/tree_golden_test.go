package estimate

import (
	"context"
	"fmt"
	"testing"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/internal/golden"
	"transferlab/tlkit/samples/tables"
)

// A treeCase is a model that scikit-learn fitted, and what it predicts; see
// testdata/trees/golden.py. An answer is nil where it depends on which of equally good
// splits is taken.
type treeCase struct {
	Depth, Split, Leaf, Rounds int
	Rate                       float64
	Answers                    [][]float64
}

type treeGolden struct {
	Tables []struct {
		Name    string
		Feature int
		Rows    []int
		Models  []treeCase
	}
	Ugly []struct {
		Name                  string
		X, Q                  [][]float64
		Y                     []float64
		Labels                []string
		Numbers, Classes, Two []treeCase
	}
}

func readTreeGolden(t *testing.T) treeGolden {
	t.Helper()
	return golden.Read[treeGolden](t, "testdata/trees/golden.json.gz")
}

// check fits a case's model and compares its answers to the rows of q.
func (c treeCase) check(t *testing.T, name string, x mat.Matrix, y []float64, labels []string, q mat.Matrix) {
	t.Helper()
	ctx := context.Background()
	var got [][]float64
	if labels == nil {
		var r Regressor = TreeRegressor{c.Depth, c.Split, c.Leaf}
		if c.Rounds > 0 {
			r = GradientBoostingRegressor{c.Rounds, c.Rate, c.Depth, c.Split, c.Leaf}
		}
		m, err := r.Fit(ctx, nil, x, y)
		if err != nil {
			t.Fatal(name, err)
		}
		p, err := m.Predict(ctx, nil, q)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, v := range p {
			got = append(got, []float64{v})
		}
	} else {
		var k Classifier = TreeClassifier{c.Depth, c.Split, c.Leaf}
		if c.Rounds > 0 {
			k = GradientBoostingClassifier{c.Rounds, c.Rate, c.Depth, c.Split, c.Leaf}
		}
		m, err := k.Fit(ctx, nil, x, labels)
		if err != nil {
			t.Fatal(name, err)
		}
		if got, err = m.Proba(ctx, nil, q); err != nil {
			t.Fatal(name, err)
		}
	}
	for i, want := range c.Answers {
		if want != nil {
			compare(t, fmt.Sprintf("%s, depth %d, at least %d and %d rows, %d rounds, row %d", name, c.Depth, c.Split, c.Leaf, c.Rounds, i), got[i], want, 1e-9)
		}
	}
}

func TestTreesAreScikitLearnsOnItsTables(t *testing.T) {
	for _, g := range readTreeGolden(t).Tables {
		table, err := tables.Sample{Name: g.Name}.Read(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		names := table.Names()
		told := names[len(names)-1]
		features := names[:len(names)-1]
		if g.Feature >= 0 {
			features = names[g.Feature : g.Feature+1]
		}
		cols, err := table.Numbers(features...)
		if err != nil {
			t.Fatal(err)
		}
		last, err := table.Column(told)
		if err != nil {
			t.Fatal(err)
		}
		pick := func(i int) []float64 {
			out := make([]float64, len(cols))
			for j := range out {
				out[j] = cols[j][i]
			}
			return out
		}
		var x, q [][]float64
		var y []float64
		var labels []string
		for i := range table.Nrow() {
			if i%3 == 2 {
				continue
			}
			x = append(x, pick(i))
			if told == "class" {
				labels = append(labels, last.Format(i))
			} else {
				y = append(y, float64(last.Ints[i].Value))
			}
		}
		for _, i := range g.Rows {
			q = append(q, pick(i))
		}
		for _, c := range g.Models {
			c.check(t, fmt.Sprintf("%s, feature %d", g.Name, g.Feature), matrix(x), y, labels, matrix(q))
		}
	}
}

func TestTreesAreScikitLearnsOnUglyTables(t *testing.T) {
	for _, g := range readTreeGolden(t).Ugly {
		x, q := matrix(g.X), matrix(g.Q)
		two := make([]string, len(g.Labels))
		for i, l := range g.Labels {
			two[i] = "other"
			if l == "a" {
				two[i] = l
			}
		}
		for _, c := range g.Numbers {
			c.check(t, g.Name+", numbers", x, g.Y, nil, q)
		}
		for _, c := range g.Classes {
			c.check(t, g.Name+", classes", x, nil, g.Labels, q)
		}
		for _, c := range g.Two {
			c.check(t, g.Name+", two classes", x, nil, two, q)
		}
	}
}
