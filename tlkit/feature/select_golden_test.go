package feature

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/samples/tables"
	"transferlab/tlkit/split"
)

// selectGolden is what scikit-learn says; see testdata/select/golden.py.
type selectGolden struct {
	Tables map[string]struct {
		X      [][]float64
		Y      []float64
		Labels []string
	}
	Cases []selectCase
}

type selectCase struct {
	Kind, Data      string
	Scaled, Classes bool
	Model           string
	Alpha           float64
	K               int
	Step            float64
	Min, Max        int
	Direction       Direction
	Tolerance       float64
	Metric          Metric
	Cut             Cut
	Value           float64
	Score, How      string
	Method          Correlation
	Folds           []int

	Keep      []bool
	Ranks     []int
	Sizes     []int
	Curve     [][]float64
	Scores, P floats

	Base              float64
	Drops, Deviations []float64
}

func readSelectGolden(t *testing.T) selectGolden {
	t.Helper()
	f, err := os.Open("testdata/select/golden.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var g selectGolden
	d := json.NewDecoder(z)
	d.DisallowUnknownFields()
	if err := d.Decode(&g); err != nil || len(g.Cases) < 100 {
		t.Fatal(err, len(g.Cases))
	}
	return g
}

// table has the columns of a case, and y and label.
func (g selectGolden) table(t *testing.T, name string) frame.Table {
	t.Helper()
	var cols []series.Series
	var y []float64
	var labels []string
	if own, ok := g.Tables[name]; ok {
		for j := range own.X[0] {
			c := frame.MakeCells[float64](len(own.X))
			for i := range c {
				c[i].Value = own.X[i][j]
			}
			cols = append(cols, frame.Series(fmt.Sprintf("x%02d", j), c))
		}
		y, labels = own.Y, own.Labels
	} else {
		s := map[string]tables.Sample{"wine": tables.Wine(), "breast_cancer": tables.BreastCancer(), "diabetes": tables.Diabetes(),
			"digits": tables.Digits(), "digits 150": tables.Digits()}[name]
		whole, err := s.Read(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if name == "digits 150" {
			rows := make([]int, 150)
			for i := range rows {
				rows[i] = i
			}
			if whole, err = whole.Take(rows); err != nil {
				t.Fatal(err)
			}
		}
		all, err := whole.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			switch c.Name {
			case "class":
				for i := range c.Len() {
					k := slices.Index(c.Levels, c.Format(i))
					y, labels = append(y, float64(k)), append(labels, fmt.Sprint(k))
				}
			case "target":
				if y, err = c.Numbers(); err != nil {
					t.Fatal(err)
				}
				labels = make([]string, len(y))
			default:
				cols = append(cols, c.Series(c.Name))
			}
		}
	}
	a, b := frame.MakeCells[float64](len(y)), frame.MakeCells[string](len(y))
	for i := range y {
		a[i].Value, b[i].Value = y[i], labels[i]
	}
	out, err := frame.New(nil, append(cols, frame.Series("y", a), frame.Series("label", b))...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// probe lets a test see what a step learns from.
type probe struct {
	see func(l *learning) (learnt, error)
}

func (s probe) takes(p *plan) ([]int, error) { return p.takeAll(nil) }

func (s probe) fit(l *learning) (learnt, error) { return s.see(l) }

func (c selectCase) models(t *testing.T) (estimate.Regressor, estimate.Classifier) {
	switch c.Model {
	case "ridge":
		return estimate.Ridge{Alpha: c.Alpha}, nil
	case "ols":
		return estimate.LinearRegression{}, nil
	case "knn":
		return estimate.KNNRegressor{Neighbors: int(c.Alpha)}, estimate.KNNClassifier{Neighbors: int(c.Alpha)}
	case "logistic":
		return nil, estimate.Logistic{C: c.Alpha}
	}
	switch c.Model {
	case "lasso":
		return estimate.Lasso{Alpha: c.Alpha}, nil
	case "logistic L1":
		return nil, estimate.Logistic{C: c.Alpha, L1Ratio: 1}
	case "elastic net":
		return estimate.ElasticNet{Alpha: c.Alpha}, nil
	}
	t.Fatalf("there is no model %q", c.Model)
	return nil, nil
}

// step is the case's selector.
func (c selectCase) step(t *testing.T) Step {
	r, m := estimate.Regressor(nil), estimate.Classifier(nil)
	if c.Model != "" {
		r, m = c.models(t)
	}
	step, share := int(c.Step), 0.0
	if c.Step < 1 {
		step, share = 0, c.Step
	}
	divided := func(tr *trial, l *learning) ([]fold, error) {
		train, test := make([][]int, 5), make([][]int, 5)
		for i, f := range c.Folds {
			for k := range 5 {
				if k == f {
					test[k] = append(test[k], i)
				} else {
					train[k] = append(train[k], i)
				}
			}
		}
		return tr.divided(l.ctx, train, test)
	}
	switch c.Kind {
	case "rfe":
		return RFE{Regressor: r, Classifier: m, K: c.K, Step: step, StepShare: share}
	case "rfecv":
		return probe{func(l *learning) (learnt, error) {
			tr, err := l.trial(r, m)
			if err != nil {
				return nil, err
			}
			folds, err := divided(tr, l)
			if err != nil {
				return nil, err
			}
			s := RFECV{Min: c.Min}
			if s.Metric, err = c.Metric.check(c.Classes); err != nil {
				return nil, err
			}
			return s.choose(l, tr, folds, step)
		}}
	case "sequential":
		return probe{func(l *learning) (learnt, error) {
			tr, err := l.trial(r, m)
			if err != nil {
				return nil, err
			}
			folds, err := divided(tr, l)
			if err != nil {
				return nil, err
			}
			s := Sequential{Direction: c.Direction, K: c.K, Tolerance: c.Tolerance}
			if s.Metric, err = c.Metric.check(c.Classes); err != nil {
				return nil, err
			}
			return s.choose(l, folds)
		}}
	case "model":
		return SelectModel{Regressor: r, Classifier: m, Cut: c.Cut, Value: c.Value, Max: c.Max}
	case "correlated":
		return SelectCorrelated{Above: c.Value, Method: c.Method}
	case "variance":
		return SelectVariance{Threshold: c.Value}
	}
	return c.best(t)
}

func (c selectCase) best(t *testing.T) Step {
	var s SelectBest
	if err := s.Score.UnmarshalText([]byte(c.Score)); err != nil {
		t.Fatal(err)
	}
	switch c.How {
	case "k":
		s.K = int(c.Value)
	case "share":
		s.Share = c.Value
	case "false positive":
		s.FalsePositive = c.Value
	case "false discovery":
		s.FalseDiscovery = c.Value
	case "family-wise":
		s.FamilyWise = c.Value
	default:
		t.Fatal(c.How)
	}
	return s
}

func TestSelectionIsThatOfScikitLearn(t *testing.T) {
	g := readSelectGolden(t)
	made := map[string]frame.Table{}
	for _, c := range g.Cases {
		if _, ok := made[c.Data]; !ok {
			made[c.Data] = g.table(t, c.Data)
		}
	}
	seen := map[string]int{}
	for i, c := range g.Cases {
		if c.Kind == "permutation" {
			continue
		}
		t.Run(fmt.Sprintf("%d %s %s %s", i, c.Kind, c.Data, c.Model), func(t *testing.T) {
			p := Pipeline{Target: "y", Steps: []Step{Drop{Columns: []string{"label"}}}}
			if c.Classes {
				p = Pipeline{Target: "label", Steps: []Step{Drop{Columns: []string{"y"}}}}
			}
			if c.Scaled {
				p.Steps = append(p.Steps, StandardScaler{})
			}
			p.Steps = append(p.Steps, c.step(t))
			f, err := p.Fit(t.Context(), nil, split.WholeAsTrain(made[c.Data]))
			if err != nil {
				t.Fatal(err)
			}
			c.compare(t, f)
			seen[c.Kind]++
		})
	}
	t.Log(seen)
}

func (c selectCase) compare(t *testing.T, f *Fitted) {
	s := f.Scores()[0]
	var keep []bool
	var ranks []int
	for _, col := range s.Columns {
		keep, ranks = append(keep, col.Kept), append(ranks, col.Rank)
	}
	if !slices.Equal(keep, c.Keep) {
		t.Errorf("kept\n%v, want\n%v", keep, c.Keep)
	}
	if c.Ranks != nil && !slices.Equal(ranks, c.Ranks) {
		t.Errorf("ranks\n%v, want\n%v", ranks, c.Ranks)
	}
	for i, want := range c.Curve {
		if s.Curve[i].Features != c.Sizes[i] {
			t.Errorf("point %d is of %d features, want %d", i, s.Curve[i].Features, c.Sizes[i])
		}
		for k, v := range want {
			if got := s.Curve[i].Folds[k]; math.Abs(got-v) > 1e-9*math.Max(1, math.Abs(v)) {
				t.Errorf("%d features, fold %d: %v, want %v", c.Sizes[i], k, got, v)
			}
		}
	}
	c.numbers(t, "score", s.Columns, c.Scores, func(s ColumnScore) float64 { return s.Score })
	c.numbers(t, "p", s.Columns, c.P, func(s ColumnScore) float64 { return s.P })
}

func (c selectCase) numbers(t *testing.T, what string, got []ColumnScore, want floats, of func(ColumnScore) float64) {
	for j, w := range want {
		v := of(got[j])
		if math.IsNaN(w) {
			if !math.IsNaN(v) {
				t.Errorf("%s of %s is %v, want NaN", what, got[j].Name, v)
			}
			continue
		}
		if !(math.Abs(v-w) <= 1e-9*math.Abs(w)+1e-300) && v != w {
			t.Errorf("%s of %s is %v, want %v", what, got[j].Name, v, w)
		}
	}
}

// The reference shuffles otherwise, so that means over many shuffles are compared.
func TestPermutationIsThatOfScikitLearn(t *testing.T) {
	g := readSelectGolden(t)
	const repeats, theirs = 200, 400
	n := 0
	for _, c := range g.Cases {
		if c.Kind != "permutation" {
			continue
		}
		n++
		t.Run(c.Data+" "+c.Metric.String(), func(t *testing.T) {
			train, held := everyOther(t, g.table(t, c.Data))
			got, err := permuted(t, c, train, held, PermutationOptions{Repeats: repeats, Metric: c.Metric, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got.Base-c.Base) > 1e-9 {
				t.Errorf("base %v, want %v", got.Base, c.Base)
			}
			names := held.Table().Names()
			for _, col := range got.Columns {
				j := slices.Index(names, col.Column)
				// Both are means of shuffles: five standard errors of their difference.
				if tol := 5*c.Deviations[j]*math.Sqrt(1.0/repeats+1.0/theirs) + 1e-9; math.Abs(col.Drop.Value-c.Drops[j]) > tol {
					t.Errorf("%s loses %v, want %v within %v", col.Column, col.Drop.Value, c.Drops[j], tol)
				}
				if !(col.Drop.Low <= col.Drop.Value && col.Drop.Value <= col.Drop.High) {
					t.Errorf("%s: %+v", col.Column, col.Drop)
				}
			}
		})
	}
	if n < 4 {
		t.Errorf("%d cases", n)
	}
}

func permuted(t *testing.T, c selectCase, train split.Train, held split.Held, o PermutationOptions) (*Importances, error) {
	t.Helper()
	r, m := c.models(t)
	if c.Classes {
		p := Pipeline{Target: "label", Steps: []Step{Drop{Columns: []string{"y"}}, StandardScaler{}}}
		fitted, err := Classifier{Pipeline: p, Model: m}.Fit(t.Context(), nil, train)
		if err != nil {
			t.Fatal(err)
		}
		return fitted.Permutation(t.Context(), nil, held, o)
	}
	p := Pipeline{Target: "y", Steps: []Step{Drop{Columns: []string{"label"}}, StandardScaler{}}}
	fitted, err := Regressor{Pipeline: p, Model: r}.Fit(t.Context(), nil, train)
	if err != nil {
		t.Fatal(err)
	}
	return fitted.Permutation(t.Context(), nil, held, o)
}

// everyOther learns from the even rows and holds the odd ones back.
func everyOther(t *testing.T, table frame.Table) (split.Train, split.Held) {
	t.Helper()
	var parts split.Parts
	for i := range table.Nrow() {
		if i%2 == 0 {
			parts.Train = append(parts.Train, i)
		} else {
			parts.Test = append(parts.Test, i)
		}
	}
	train, _, held, err := split.Tables(t.Context(), table, parts)
	if err != nil {
		t.Fatal(err)
	}
	return train, held
}
