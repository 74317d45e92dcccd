package recipe

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/clean/dedupe"
	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/clean/outlier"
	"transferlab/tlkit/clean/smooth"
	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// allSteps has every type of step, with options of every type, and hostile texts in them.
func allSteps() []Step {
	evil := "a\"`\\\n\r\x00\u202e</script>*/\U0001F600é"
	where := Where{Records: true, Facets: []Facet{
		{List: &List{Column: evil, Expression: `value.replace("` + "`" + `", '"')`, Texts: []string{evil, ""}, Numbers: []float64{1, -0.5, 1e300}, Bools: []bool{true, false}, Blank: true, Errors: true, Invert: true}},
		{Range: &Range{Column: evil, From: new(-1.5), To: new(1e-300), NoNumbers: true, NonNumbers: true, Blank: true, Errors: true}},
		{Time: &TimeRange{Column: evil, From: "2001-01-01", To: "2001-01-01T12:00:00Z", NoDates: true, NonDates: true, Blank: true, Errors: true}},
		{Text: &Search{Column: evil, Query: evil, CaseSensitive: true, Invert: true}},
		{Text: &Search{Column: "a", Query: `^\w+\s`, Regexp: true}},
	}}
	return []Step{
		Rename{evil, "b"}, Remove{[]string{evil, "b"}}, Keep{[]string{"a"}}, Move{evil, 3},
		SplitColumn{Column: evil, Splitter: Splitter{Separator: evil}, Most: -1, Guess: true, Keep: true, Where: where},
		SplitColumn{Column: "a", Splitter: Splitter{Lengths: []int{1, 0, 2}}}, SplitColumn{Column: "a", Splitter: Splitter{Lengths: []int{}}},
		JoinColumns{Columns: []string{evil}, To: evil, Separator: evil, Missing: new(evil), Remove: true},
		AddColumn{Column: evil, Expression: "value + '`'", Base: evil, OnError: StoreError, At: new(0), Where: where},
		Transform{Column: evil, Expression: "value\n+ 1", OnError: SetToBlank, Repeat: 3, Where: where},
		Replace{Column: evil, Expression: "value.trim()", Where: where, Edits: []Edit{{From: []string{evil}, Blank: true, Errors: true, To: evil}, {To: "1.5", As: frame.Float}, {From: []string{"x"}, Missing: true}}},
		FillDown{evil, where}, BlankDown{evil, where}, DropRows{where, true},
		SplitCells{evil, "k", Splitter{Separator: ";|,", Regexp: true}}, JoinCells{evil, "k", evil},
		DropDuplicates{Columns: []string{evil}, Keep: dedupe.None},
		DropNear{Find: dedupe.NearOptions{Compare: []dedupe.Compare{{Column: evil}}, Threshold: 0.9, Complete: true, Survivor: dedupe.Survivor{By: dedupe.Newest, Column: evil}}, Merge: true},
		DropChosen{Columns: []string{evil}, Groups: []Chosen{{Keep: []Value{{Text: evil}}, Drop: [][]Value{{{Missing: true}}}}}, Merge: true},
		Text{Columns: []string{evil}, Do: []TextOp{Trim, Title}},
		SetKind{Columns: []string{evil}, Kind: frame.Category, Levels: []string{evil, ""}, Ordered: true, OnError: SetToBlank},
		SetKind{Columns: []string{"a"}, Kind: frame.Float, DecimalComma: true, Group: "."}, SetKind{Columns: []string{"a"}, Kind: frame.Date, Format: "%d.%m.%Y"},
		Smooth{Column: evil, MovingAverage: &smooth.MovingAverage{}}, Smooth{Column: evil, Median: &smooth.Median{Window: 3}},
		Smooth{Column: evil, SavitzkyGolay: &smooth.SavitzkyGolay{Window: 7, Degree: 2}}, Smooth{Column: evil, Exponential: &smooth.Exponential{Alpha: 0.25}},
		Smooth{Column: evil, Gaussian: &smooth.Gaussian{Sigma: 1.5}}, Smooth{Column: evil, Hampel: &smooth.Hampel{Threshold: 2}},
		FillConstant{Columns: []string{evil}, Value: impute.TextValue(evil)}, FillConstant{Value: impute.FloatValue(math.Inf(-1)), Ints: impute.Round},
		FillForward{Columns: []string{evil}, Limit: 2, Area: impute.Inside, By: []string{evil}}, FillBackward{By: []string{"a"}},
		Interpolate{Columns: []string{evil}, Method: impute.Nearest, Along: evil, Limit: 3, Direction: impute.Both, Area: impute.Outside, By: []string{evil}},
		DropMissing{Columns: []string{evil}, Rule: impute.FewValues, Values: 2}, DropColumns{Rule: impute.MoreMissing, Share: 0.5},
		Fill{Columns: []string{evil}, Numbers: impute.Median, Others: impute.Given, Other: impute.TextValue(evil), KeepEmpty: true, Indicators: true},
		FillKNN{Columns: []string{evil}, Neighbors: 3, Weights: estimate.Distance, Standardize: true, Others: impute.Mode},
		FillIterative{Columns: []string{evil}, Seed: 3}, FillIterative{Regressor: estimate.Ridge{Alpha: 0.5}, Order: impute.RandomOrder, Min: []impute.Limit{{Column: evil, Value: 0}}},
		Outliers{Find: outlier.Options{Columns: []string{evil}, Method: outlier.Percentile, Lower: 0.1, Upper: 0.9}, Then: outlier.ApplyOptions{Action: outlier.Clip}},
		OddRows{Find: outlier.ForestOptions{Columns: []string{evil}, Trees: 10, Seed: 1 << 63}, Then: outlier.ApplyOptions{Action: outlier.Flag, Flag: evil}},
	}
}

func TestAllStepsAreTried(t *testing.T) {
	var tried []string
	for _, s := range allSteps() {
		tried = append(tried, s.Name())
	}
	for _, n := range Names() {
		if !slices.Contains(tried, n) {
			t.Errorf("allSteps has no %s", n)
		}
	}
	if unique := slices.Compact(slices.Sorted(slices.Values(Names()))); len(unique) != len(Names()) {
		t.Error("two steps have one name")
	}
}

func TestJSON(t *testing.T) {
	r := Recipe{Source: Source{Path: "a.csv"}, Steps: allSteps()}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Read(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, r) {
		for i := range r.Steps {
			if !reflect.DeepEqual(again.Steps[i], r.Steps[i]) {
				t.Errorf("%#v is %#v", r.Steps[i], again.Steps[i])
			}
		}
	}
	path := filepath.Join(t.TempDir(), "recipe.json")
	if err := r.Save(path); err != nil {
		t.Fatal(err)
	}
	if again, err = Load(path); err != nil || !reflect.DeepEqual(again, r) {
		t.Errorf("%v %v", again, err)
	}
	if text, _ := os.ReadFile(path); !bytes.HasPrefix(text, []byte("{\n \"recipe\": 1,\n \"source\": {\"path\":\"a.csv\"},\n \"steps\": [\n  {\"step\":\"rename\",")) {
		t.Errorf("%.200s", text)
	}
	var in struct{ R Recipe }
	if err := json.Unmarshal([]byte(`{"R":`+string(b)+`}`), &in); err != nil || len(in.R.Steps) != len(r.Steps) {
		t.Error(err)
	}
}

func TestReadRefuses(t *testing.T) {
	step := func(s string) string { return `{"recipe": 1, "steps": [` + s + `]}` }
	for _, c := range []struct {
		name, doc string
		want      error
		says      string
	}{
		{"nothing", "", ErrFormat, "line 1, column 1"},
		{"no object", "[]", ErrFormat, "an object is needed"},
		{"another file", `{"cells": [], "metadata": {}}`, ErrFormat, `nothing here is called "cells"`},
		{"no version", `{"steps": []}`, ErrFormat, `"recipe": 1 is missing`},
		{"another version", `{"recipe": 2, "steps": []}`, ErrFormat, "version 2; this program reads version 1"},
		{"a version that is none", `{"recipe": "1", "steps": []}`, ErrFormat, "a whole number"},
		{"no steps", `{"recipe": 1}`, ErrFormat, `"steps": […] is missing`},
		{"steps that are none", `{"recipe": 1, "steps": {}}`, ErrFormat, `"steps"`},
		{"an unknown key", `{"recipe": 1, "steps": [], "run": "rm"}`, ErrFormat, `called "run"`},
		{"a step that is none", step(`"rename"`), ErrFormat, "step 1: line 1, column 25: not a recipe"},
		{"a step without a name", step(`{"from": "a"}`), ErrFormat, "without a name"},
		{"an unknown step", step("\n{\"step\": \"renaem\"}"), ErrStep, `step 1: line 2, column 10: no such step: "renaem"; did you mean "rename"?`},
		{"a step of no name", step(`{"step": 1}`), ErrFormat, "a text is needed"},
		{"an unknown option", step(`{"step": "rename", "fom": "a"}`), ErrFormat, `called "fom"; did you mean "from"`},
		{"an option in other letters", step(`{"step": "rename", "From": "a"}`), ErrFormat, `called "From"`},
		{"an option twice", step(`{"step": "rename", "from": "a", "from": "b"}`), ErrFormat, "twice"},
		{"an option of another type", step(`{"step": "rename", "from": ["a"]}`), ErrFormat, `"from" is array, and a text is needed`},
		{"an option that cannot be", step(`{"step": "move-column", "column": "a", "to": -1}`), ErrOption, "line 1, column 25"},
		{"an unknown choice", step(`{"step": "drop-duplicates", "keep": "all"}`), ErrFormat, "all"},
		{"an unknown option deep within", step(`{"step": "drop-rows", "where": {"facets": [{"list": {"colum": "a"}}]}}`), ErrFormat, `called "colum"; did you mean "column"`},
		{"an expression that is none", step(`{"step": "transform", "column": "a", "expression": "value..x"}`), nil, "grel"},
		{"an expression in Python", step(`{"step": "transform", "column": "a", "expression": "jython:return value"}`), nil, "jython"},
		{"a regular expression that is none", step(`{"step": "split-column", "column": "a", "separator": "(", "regexp": true}`), nil, "step 1"},
		{"too deep", `{"recipe": 1, "steps": ` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}", frame.ErrLimit, "deep"},
		{"text after the end", step("") + "{}", ErrFormat, "after the end"},
		{"learnt values", `{"recipe": 1, "steps": [], "learnt": [], "columns": []}`, ErrFormat, `called "learnt"`},
		{"a path outside", `{"recipe": 1, "source": {"path": "../x"}, "steps": []}`, ErrOption, "../x"},
		{"an absolute path", `{"recipe": 1, "source": {"path": "/etc/passwd"}, "steps": []}`, ErrOption, "/etc/passwd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Read(strings.NewReader(c.doc))
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v; want %v, %q", err, c.want, c.says)
			}
			if !reflect.DeepEqual(r, Recipe{}) {
				t.Errorf("%v beside the error", r)
			}
		})
	}
}

func TestFittedJSON(t *testing.T) {
	train := tableOf(t, "x number: 1, 2, 3, 2, 100, -", "y integer: 1, 2, 3, 4, 5, 6", "name string: a;b, c, d, -, e, f;g;h")
	r := Recipe{Steps: []Step{
		SplitColumn{Column: "name", Splitter: Splitter{Separator: ";"}},
		Outliers{Then: outlier.ApplyOptions{Action: outlier.SetMissing}},
		OddRows{Find: outlier.ForestOptions{Trees: 5, Columns: []string{"y"}}, Then: outlier.ApplyOptions{Action: outlier.Flag, Score: "score"}},
	}}
	f, err := r.Fit(background, nil, split.WholeAsTrain(train))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "fitted.json")
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	g, err := LoadFitted(path)
	if err != nil {
		t.Fatal(err)
	}
	other := tableOf(t, "x number: -1, 2, 300", "y integer: 1, 2, 30", "name string: z, y;x, -")
	a, _, err := f.Apply(background, nil, other)
	if err != nil {
		t.Fatal(err)
	}
	b, log, err := g.Apply(background, nil, other)
	if err != nil {
		t.Fatal(err)
	}
	if dump(t, a) != dump(t, b) {
		t.Errorf("fitted\n%sloaded\n%s", dump(t, a), dump(t, b))
	}
	if !slices.Contains(b.Names(), "name 3") || !strings.Contains(log.String(), `column "name 3" was made of the training rows`) {
		t.Errorf("%v\n%s", b.Names(), log)
	}
	if _, err := Load(path); !errors.Is(err, ErrFormat) {
		t.Errorf("a fitted recipe read as a recipe: %v", err)
	}
	whole, err := f.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new string }{
		{"one part too few", `"learnt": [` + "\n  {\"added\"", `"learnt": [` + "\n  {\"addad\""},
		{"a state that is missing", `"state":`, `"added":[],"stale":`},
		{"a step that did not learn", `{"step":"outliers"`, `{"step":"drop-rows"`},
		{"another fit", `"state":{"format"`, `"state":{"farmot"`},
	} {
		broken := strings.Replace(string(whole), c.old, c.new, 1)
		if broken == string(whole) {
			t.Fatalf("%s: no %s in %s", c.name, c.old, whole)
		}
		if _, err := ReadFitted(strings.NewReader(broken)); err == nil {
			t.Errorf("%s: read", c.name)
		}
	}
}

func FuzzRead(f *testing.F) {
	b, err := Recipe{Source: Source{Path: "a.csv"}, Steps: allSteps()}.MarshalJSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	for _, s := range allSteps() {
		b, err := Recipe{Steps: []Step{s}}.MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		// What was read is written and read as the same, and can be tried and shown.
		again, err := r.MarshalJSON()
		if err != nil {
			t.Fatalf("%q is read and not written: %v", b, err)
		}
		if _, err := Read(bytes.NewReader(again)); err != nil {
			t.Fatalf("%q is written as %q, which is not read: %v", b, again, err)
		}
		_, _ = r.String(), r.HTML()
		if len(r.Steps) < 5 {
			_, _, _ = r.Apply(background, nil, films(t))
		}
	})
}

func FuzzReadFitted(f *testing.F) {
	train := tableOf(f, "x number: 1, 2, 3, 2, 100, -", "y integer: 1, 2, 3, 4, 5, 6", "name string: a;b, c, d, -, e, f;g;h")
	for _, steps := range [][]Step{
		{SplitColumn{Column: "name", Splitter: Splitter{Separator: ";"}}, Outliers{}},
		{OddRows{Find: outlier.ForestOptions{Trees: 2}}}, {Fill{Indicators: true}}, {FillKNN{Neighbors: 1}},
		{FillIterative{Rounds: 2}}, {DropColumns{Rule: impute.AnyMissing}},
	} {
		fitted, err := Recipe{Steps: steps}.Fit(background, nil, split.WholeAsTrain(train))
		if err != nil {
			f.Fatal(err)
		}
		b, err := fitted.MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fitted, err := ReadFitted(bytes.NewReader(b))
		if err != nil {
			return
		}
		again, err := fitted.MarshalJSON()
		if err != nil {
			t.Fatalf("%q is read and not written: %v", b, err)
		}
		if _, err := ReadFitted(bytes.NewReader(again)); err != nil {
			t.Fatalf("%q is written as %q, which is not read: %v", b, again, err)
		}
		if len(fitted.parts) < 4 {
			_, _, _ = fitted.Apply(background, nil, train)
		}
	})
}
