package feature

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/samples/tables"
	"transferlab/tlkit/split"
)

func parted(t *testing.T, s tables.Sample, label string) (split.Train, split.Held) {
	t.Helper()
	ctx := context.Background()
	table, err := s.Read(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := split.Rows(table, split.RowOptions{Label: label})
	if err != nil {
		t.Fatal(err)
	}
	plan := split.Random(rows, split.Options{Train: 0.7, Test: 0.3, Seed: 3})
	if label != "" {
		plan = split.Stratified(rows, split.Options{Train: 0.7, Test: 0.3, Seed: 3})
	}
	train, _, test, err := split.Tables(ctx, table, plan)
	if err != nil {
		t.Fatal(err)
	}
	return train, test
}

func TestClassifier(t *testing.T) {
	ctx := context.Background()
	train, test := parted(t, tables.Wine(), "class")
	c := Classifier{Pipeline{Target: "class", Steps: []Step{StandardScaler{}}}, estimate.KNNClassifier{}}
	fitted, err := c.Fit(ctx, nil, train)
	if err != nil {
		t.Fatal(err)
	}
	report, err := fitted.Evaluate(ctx, nil, test)
	if err != nil {
		t.Fatal(err)
	}
	if report.Accuracy.Value < 0.9 {
		t.Error(report)
	}
	path := filepath.Join(t.TempDir(), "wine.json")
	if err := fitted.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := LoadClassification(path)
	if err != nil {
		t.Fatal(err)
	}
	a, errA := fitted.Proba(ctx, nil, test.Table())
	b, errB := again.Proba(ctx, nil, test.Table())
	if errA != nil || errB != nil || !slices.EqualFunc(a, b, slices.Equal[[]float64]) {
		t.Error("a loaded classifier predicts something else:", errA, errB)
	}
	if _, err := LoadRegression(path); !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), "wine.json") {
		t.Error(err)
	}
	none, err := test.Table().Take(nil)
	if err != nil {
		t.Fatal(err)
	}
	if said, err := fitted.Predict(ctx, nil, none); err != nil || len(said) != 0 {
		t.Error("no rows:", said, err)
	}
}

// A class that only held rows have is one that is always missed.
func TestClassUnknownInTraining(t *testing.T) {
	ctx := context.Background()
	x, class := frame.MakeCells[float64](6), frame.MakeCells[string](6)
	for i := range x {
		x[i].Value, class[i].Value = float64(i), string("aabbcc"[i])
	}
	table, err := frame.New(nil, frame.Series("x", x), frame.Series("class", class))
	if err != nil {
		t.Fatal(err)
	}
	train, _, test, err := split.Tables(ctx, table, split.Parts{Train: []int{0, 1, 2, 3}, Test: []int{4, 5}})
	if err != nil {
		t.Fatal(err)
	}
	fitted, err := Classifier{Pipeline{Target: "class"}, estimate.KNNClassifier{Neighbors: 1}}.Fit(ctx, nil, train)
	if err != nil {
		t.Fatal(err)
	}
	report, err := fitted.Evaluate(ctx, nil, test)
	if err != nil || report.Accuracy.Value != 0 || len(report.Classes) != 3 {
		t.Error(report, err)
	}
}

func TestRegressor(t *testing.T) {
	ctx := context.Background()
	train, test := parted(t, tables.Diabetes(), "")
	r := Regressor{Pipeline{Target: "target", Steps: []Step{StandardScaler{}}}, estimate.Ridge{}}
	fitted, err := r.Fit(ctx, nil, train)
	if err != nil {
		t.Fatal(err)
	}
	report, err := fitted.Evaluate(ctx, nil, test)
	if err != nil || report.R2.Value < 0.3 || report.R2.Value > 0.7 {
		t.Error(report, err)
	}
	path := filepath.Join(t.TempDir(), "diabetes.json")
	if err := fitted.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := LoadRegression(path)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := fitted.Predict(ctx, nil, test.Table())
	b, _ := again.Predict(ctx, nil, test.Table())
	if len(a) == 0 || !slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }) {
		t.Error("a loaded regression predicts something else")
	}
}

func TestPredictorErrors(t *testing.T) {
	ctx := context.Background()
	train, _ := parted(t, tables.Wine(), "class")
	if _, err := (Classifier{Pipeline: Pipeline{Target: "class"}}).Fit(ctx, nil, train); !errors.Is(err, ErrOption) {
		t.Error(err)
	}
	if _, err := (Classifier{Model: estimate.KNNClassifier{}, Pipeline: Pipeline{Steps: []Step{Drop{[]string{"class"}}}}}).Fit(ctx, nil, train); !errors.Is(err, ErrTarget) {
		t.Error(err)
	}
	if _, err := (Regressor{Pipeline{Target: "class"}, estimate.Ridge{}}).Fit(ctx, nil, train); !errors.Is(err, ErrTarget) {
		t.Error(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "other": `{"format":"x"}`, "no pipeline": `{"format":"tlkit classifier 1"}`, "more": `{"format":"tlkit classifier 1","pipeline":{},"model":{}} x`} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadClassification(path); !errors.Is(err, ErrFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := LoadClassification(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
