package feature

import (
	"errors"
	"math"
	"strings"
	"testing"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/samples/tables"
	"transferlab/tlkit/split"
)

// A value that a model cannot use is told by the name of its feature.
func TestModelsNameWhatTheyCannotUse(t *testing.T) {
	nan := math.NaN()
	holes := tableOf(t, nil, numberColumn("a", 1, 2, 3, 4), numberColumn("b", 1, nan, 3, 5), numberColumn("y", 1, 2, 3, 4), textColumn("c", "u", "v", "u", "v"))
	full := tableOf(t, nil, numberColumn("a", 1, 2, 3, 4), numberColumn("b", 1, 2, 3, 5), numberColumn("y", 1, 2, 3, 4), textColumn("c", "u", "v", "u", "v"))
	classifier := Classifier{Pipeline{Target: "c", Steps: []Step{Drop{Columns: []string{"y"}}}}, estimate.Logistic{}}
	regressor := Regressor{Pipeline{Target: "y", Steps: []Step{Drop{Columns: []string{"c"}}}}, estimate.Ridge{}}
	c, err := classifier.Fit(t.Context(), nil, split.WholeAsTrain(full))
	if err != nil {
		t.Fatal(err)
	}
	r, err := regressor.Fit(t.Context(), nil, split.WholeAsTrain(full))
	if err != nil {
		t.Fatal(err)
	}
	_, held := everyOther(t, holes)
	for name, do := range map[string]func() error{
		"classifier": func() error { _, err := classifier.Fit(t.Context(), nil, split.WholeAsTrain(holes)); return err },
		"regressor":  func() error { _, err := regressor.Fit(t.Context(), nil, split.WholeAsTrain(holes)); return err },
		"class":      func() error { _, err := c.Predict(t.Context(), nil, holes); return err },
		"proba":      func() error { _, err := c.Proba(t.Context(), nil, holes); return err },
		"number":     func() error { _, err := r.Predict(t.Context(), nil, holes); return err },
		"permutation": func() error {
			_, err := c.Permutation(t.Context(), nil, held, PermutationOptions{})
			return err
		},
		"comparison": func() error {
			_, err := Compare(t.Context(), nil, split.WholeAsTrain(holes), CompareOptions{Target: "c", Sets: []Set{{"a", classifier.Pipeline.Steps}}, Folds: split.FoldOptions{K: 2}})
			return err
		},
		"compared numbers": func() error {
			_, err := Compare(t.Context(), nil, split.WholeAsTrain(holes), CompareOptions{Target: "y", Sets: []Set{{"a", regressor.Pipeline.Steps}}, Folds: split.FoldOptions{K: 2}})
			return err
		},
		"row": func() error {
			row, err := r.Row()
			if err == nil {
				_, err = row.Predict()
			}
			return err
		},
	} {
		var e *InputError
		if err := do(); !errors.As(err, &e) || !errors.Is(err, ErrInput) || !errors.Is(err, estimate.ErrInput) || !strings.Contains(err.Error(), "add feature.Impute before") ||
			e.Column != "b" && name != "row" {
			t.Errorf("%s: %v", name, err)
		}
	}
	big := tableOf(t, nil, numberColumn("a", 0, 1e-100, 1e300, 4), numberColumn("y", 1, 2, 3, 4))
	m, err := Regressor{Pipeline{Target: "y", Steps: []Step{StandardScaler{}}}, estimate.Ridge{}}.Fit(t.Context(), nil, split.WholeAsTrain(tableOf(t, nil, numberColumn("a", 0, 1e-100, 2e-100), numberColumn("y", 1, 2, 3))))
	if err != nil {
		t.Fatal(err)
	}
	var e *InputError
	if _, err := m.Predict(t.Context(), nil, big); !errors.As(err, &e) || e.Column != "a" || e.Row != 2 || strings.Contains(err.Error(), "Impute") {
		t.Error(err)
	}
}

func TestWhoLeftNoFeature(t *testing.T) {
	train := sample(t, tables.Diabetes())
	only := split.WholeAsTrain(tableOf(t, nil, numberColumn("target", 1, 2, 3)))
	for name, c := range map[string]struct {
		train split.Train
		steps []Step
		want  NoFeatureError
	}{
		"selector": {train, []Step{StandardScaler{}, SelectModel{Regressor: estimate.Ridge{}, Cut: AtValue, Value: 1e9}}, NoFeatureError{1, "SelectModel", 10}},
		"by name":  {train, []Step{Keep{Columns: []string{"age"}}, Drop{Columns: []string{"age"}}, StandardScaler{}}, NoFeatureError{1, "Drop", 1}},
		"no step":  {only, nil, NoFeatureError{Step: -1}},
	} {
		p := Pipeline{Target: "target", Steps: c.steps}
		var e *NoFeatureError
		_, err := Regressor{p, estimate.Ridge{}}.Fit(t.Context(), nil, c.train)
		if !errors.As(err, &e) || *e != c.want || !errors.Is(err, ErrEmpty) || !strings.Contains(err.Error(), c.want.Name) {
			t.Errorf("%s: %v", name, err)
		}
		p.Classes = true
		if _, err := (Classifier{p, estimate.Logistic{}}).Fit(t.Context(), nil, c.train); name != "selector" && !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
		}
		mustMatrix(t, mustFit(t, Pipeline{Target: "target", Steps: c.steps}, c.train.Table()), c.train.Table())
	}
}

// A row by itself is predicted as it is in its table.
func TestRowsArePredicted(t *testing.T) {
	train, test := parted(t, tables.Wine(), "class")
	c, err := Classifier{Pipeline{Target: "class", Steps: []Step{StandardScaler{}, SelectBest{K: 5}}}, estimate.Logistic{}}.Fit(t.Context(), nil, train)
	if err != nil {
		t.Fatal(err)
	}
	classes, err := c.Predict(t.Context(), nil, test.Table())
	if err != nil {
		t.Fatal(err)
	}
	prob, err := c.Proba(t.Context(), nil, test.Table())
	if err != nil {
		t.Fatal(err)
	}
	row, err := c.Row()
	if err != nil {
		t.Fatal(err)
	}
	for i := range classes {
		setRow(t, row.Row, c.Features, test.Table(), i)
		class, p, err := row.Predict()
		best := 0.0
		for _, v := range prob[i] {
			best = max(best, v)
		}
		if err != nil || class != classes[i] || math.Abs(p-best) > 1e-12 {
			t.Errorf("row %d: %s %v %v, want %s %v", i, class, p, err, classes[i], best)
		}
	}
	train, test = parted(t, tables.Diabetes(), "")
	r, err := Regressor{Pipeline{Target: "target"}, estimate.Ridge{}}.Fit(t.Context(), nil, train)
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := r.Predict(t.Context(), nil, test.Table())
	if err != nil {
		t.Fatal(err)
	}
	number, err := r.Row()
	if err != nil {
		t.Fatal(err)
	}
	for i := range numbers {
		setRow(t, number.Row, r.Features, test.Table(), i)
		if y, err := number.Predict(); err != nil || math.Abs(y-numbers[i]) > 1e-9 {
			t.Errorf("row %d: %v %v, want %v", i, y, err, numbers[i])
		}
	}
	none := &Regression{mustFit(t, Pipeline{Target: "target", Steps: []Step{Keep{}}}, train.Table()), r.Model}
	var e *NoFeatureError
	if _, err := none.Row(); !errors.As(err, &e) {
		t.Error(err)
	}
	if _, err := (&Classification{Features: &Fitted{}, Model: c.Model}).Row(); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
}

func TestStepScoresShow(t *testing.T) {
	train := sample(t, tables.Diabetes())
	f := mustFit(t, Pipeline{Target: "target", Steps: []Step{SelectVariance{}, SelectBest{K: 8}, RFECV{}, Sequential{K: 2}}}, train.Table())
	for k, want := range [][]string{
		{"step 1, SelectVariance, kept 10 of 10 features", "variance"},
		{"step 2, SelectBest, kept 8 of 10 features", "bmi", " p "},
		{"step 3, RFECV, kept", "squared coefficient", "rank", "standard error"},
		{"step 4, Sequential, kept 2 of", "R²", "added or left out", "yes", "no"},
	} {
		s := f.Scores()[k]
		for _, w := range want {
			if !strings.Contains(s.String(), w) || !strings.Contains(strings.ReplaceAll(s.HTML(), "<th>p</th>", " p "), w) {
				t.Errorf("no %q in\n%s", w, s)
			}
		}
		if tables := strings.Count(s.HTML(), `<table class="tlkit-table">`); tables != 1+min(len(s.Curve), 1) {
			t.Errorf("%d tables in %s", tables, s.HTML())
		}
	}
	s := StepScores{By: "<b>", Columns: []ColumnScore{{Name: "<i>", Score: 1, P: math.NaN()}, {Score: math.NaN(), P: math.NaN()}}}
	if h := s.HTML(); strings.Contains(h, "<b>") || strings.Contains(h, "<i>") || !strings.Contains(h, "<td>–</td>") || strings.Contains(h, "rank") {
		t.Error(h)
	}
	_ = StepScores{}.String() + StepScores{}.HTML()
}

func TestImportancesSayThatColumnsHide(t *testing.T) {
	for _, i := range []Importances{{}, {Columns: []Importance{{Column: "a"}}}} {
		if s := i.Summary(); !strings.Contains(s, "hide each other") {
			t.Error(s)
		}
	}
}
