package feature

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
)

// What was scaled, encoded and passed comes back as it was, with its kinds.
func TestInverseIsTheTable(t *testing.T) {
	table := people(t)
	f := mustFit(t, Pipeline{Target: "class", Steps: []Step{StandardScaler{}, OneHotEncoder{Columns: []string{"town"}}, OrdinalEncoder{Columns: []string{"plan"}}, StandardScaler{Columns: []string{"plan"}}}}, table)
	made, err := f.Table(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	back, err := f.Inverse(t.Context(), made)
	if err != nil {
		t.Fatal(err)
	}
	want := mustPick(t, table, "age", "height", "member", "town", "born", "plan")
	if strings.Join(back.Names(), " ") != strings.Join(want.Names(), " ") {
		t.Fatalf("columns %q", back.Names())
	}
	for _, name := range want.Names() {
		a, _ := back.Column(name)
		b, _ := want.Column(name)
		if a.Kind != b.Kind && b.Kind != frame.Int {
			t.Errorf("%s is %v, want %v", name, a.Kind, b.Kind)
		}
		for i := range b.Len() {
			if a.Missing(i) != b.Missing(i) {
				t.Errorf("%s, row %d: missing is %v", name, i, a.Missing(i))
			} else if b.Texts != nil || b.Bools != nil {
				if a.Format(i) != b.Format(i) {
					t.Errorf("%s, row %d: %q, want %q", name, i, a.Format(i), b.Format(i))
				}
			} else if !b.Missing(i) {
				x, _ := a.Numbers()
				y, _ := b.Numbers()
				if math.Abs(x[i]-y[i]) > 1e-12*math.Abs(y[i]) {
					t.Errorf("%s, row %d: %v, want %v", name, i, x[i], y[i])
				}
			}
		}
	}
}

// Single values that were scaled by themselves lead back to the column too.
func TestInverseOfSpreadValues(t *testing.T) {
	table := tableOf(t, nil, textColumn("a", "x", "y", "z", "x"))
	f := mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}, StandardScaler{Columns: []string{"a=x", "a=z"}}}}, table)
	made, err := f.Table(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	back, err := f.Inverse(t.Context(), made)
	if err != nil {
		t.Fatal(err)
	}
	if got := shown(t, back); got != "x y z x" {
		t.Error(got)
	}
}

func TestInverseWithoutWhatWasDropped(t *testing.T) {
	table := people(t)
	f := mustFit(t, Pipeline{Target: "class", Steps: []Step{StandardScaler{}, DateParts{}, OneHotEncoder{}, Keep{[]string{"height", "town=Ulm", "town=Bonn"}}}}, table)
	made, err := f.Table(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	back, err := f.Inverse(t.Context(), made)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(back.Names(), " "); got != "height town" {
		t.Error(got)
	}
	if got := shown(t, mustPick(t, back, "town")); got != "Ulm Bonn - Ulm" {
		t.Error(got)
	}
}

func TestInverseErrors(t *testing.T) {
	table := tableOf(t, nil, textColumn("a", "x", "y"), numberColumn("n", 1, 2))
	for name, steps := range map[string][]Step{
		"hashed":         {HashingEncoder{Bits: 2}},
		"hashed, spread": {HashingEncoder{Bits: 2}, StandardScaler{Columns: []string{"hash#0", "hash#1", "hash#2", "hash#3"}}},
		"frequencies":    {FrequencyEncoder{}},
	} {
		f := mustFit(t, Pipeline{Steps: steps}, table)
		made, err := f.Table(t.Context(), nil, table)
		if err != nil {
			t.Fatal(err)
		}
		var step *StepError
		if _, err := f.Inverse(t.Context(), made); !errors.Is(err, ErrInverse) || !errors.As(err, &step) || step.Step != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}}}, table)
	if _, err := f.Inverse(t.Context(), table); !errors.Is(err, frame.ErrColumn) {
		t.Errorf("no features: %v", err)
	}
	if _, err := f.Inverse(t.Context(), tableOf(t, nil, boolColumn("a=x", true), boolColumn("a=y", false), textColumn("n", "1"))); !errors.Is(err, frame.ErrKind) {
		t.Errorf("a text for a number: %v", err)
	}
	if _, err := f.Inverse(t.Context(), tableOf(t, nil, boolColumn("a=x", true), boolColumn("a=y", false), numberColumn("n", math.Inf(1)))); !errors.Is(err, ErrInput) {
		t.Errorf("infinite: %v", err)
	}
	made, err := f.Table(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := f.Inverse(ended, made); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
