package feature

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

func TestOrdinalInverse(t *testing.T) {
	columns := []string{"pet", "size", "legs", "tame"}
	minus, half := -1.0, -0.5
	for name, c := range map[string]struct {
		step OrdinalEncoder
		want string
	}{
		"plain":   {OrdinalEncoder{Columns: columns}, "cat dog - cat emu | large small large - large | 4 4 4 NaN 2 | true true false true false"},
		"numbers": {OrdinalEncoder{Columns: columns, Unknown: Ignore, UnknownAs: &minus, MissingAs: &half}, "cat dog - cat emu | large small large - large | 4 4 4 NaN 2 | true true false true false"},
		"joined":  {OrdinalEncoder{Columns: columns, MinFrequency: 2}, "cat - - cat - | large - large - large | 4 4 4 NaN NaN | true true false true false"},
	} {
		f := mustFit(t, Pipeline{Steps: []Step{c.step}}, pets(t))
		made, err := f.Table(t.Context(), nil, pets(t))
		if err != nil {
			t.Fatal(err)
		}
		back, err := f.Inverse(t.Context(), made)
		if err != nil {
			t.Fatal(err)
		}
		if got := shown(t, back); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
	}
}

func TestOrdinalOrderIsThatOfTheLevels(t *testing.T) {
	f := mustFit(t, Pipeline{Steps: []Step{Keep{[]string{"size"}}, OrdinalEncoder{}}}, pets(t))
	if got := fmt.Sprint(mustMatrix(t, f, pets(t)).RawMatrix().Data); got != "[1 0 1 NaN 1]" {
		t.Error(got)
	}
	checkWays(t, f, pets(t))
}

func TestOrdinalUnknown(t *testing.T) {
	train := tableOf(t, nil, textColumn("a", "x", "y", "x", "z"))
	other := tableOf(t, nil, textColumn("a", "q", none, "y"))
	seven, nine := 7.0, 9.0
	for name, c := range map[string]struct {
		step OrdinalEncoder
		want string
	}{
		"ignored": {OrdinalEncoder{Unknown: Ignore}, "[NaN NaN 1]"},
		"given":   {OrdinalEncoder{Unknown: Ignore, UnknownAs: &seven, MissingAs: &nine}, "[7 9 1]"},
		"joined":  {OrdinalEncoder{Unknown: Infrequent, MinFrequency: 2}, "[1 NaN 1]"},
		"none":    {OrdinalEncoder{Unknown: Infrequent, UnknownAs: &seven}, "[7 NaN 1]"},
	} {
		f := mustFit(t, Pipeline{Steps: []Step{c.step}}, train)
		if got := fmt.Sprint(mustMatrix(t, f, other).RawMatrix().Data); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		checkWays(t, f, other)
	}
	f := mustFit(t, Pipeline{Steps: []Step{OrdinalEncoder{}}}, train)
	_, err := f.Matrix(t.Context(), nil, other)
	var unknown *UnknownError
	if !errors.As(err, &unknown) || unknown.Value != "q" || unknown.Row != 0 {
		t.Error(err)
	}
	r, err := f.Row()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.SetText(0, "xx"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Features(); !errors.As(err, &unknown) || unknown.Value != "xx" || unknown.Nearest == "" {
		t.Error(err)
	}
}

// What no value is encoded as cannot be turned round.
func TestOrdinalInverseOfOtherNumbers(t *testing.T) {
	f := mustFit(t, Pipeline{Steps: []Step{OrdinalEncoder{}}}, tableOf(t, nil, textColumn("a", "x", "y")))
	for _, v := range []float64{2, -1, 0.5, 1e300} {
		_, err := f.Inverse(t.Context(), tableOf(t, nil, numberColumn("a", 0, v)))
		var input *InputError
		if !errors.As(err, &input) || input.Row != 1 || input.Value != v {
			t.Errorf("%v: %v", v, err)
		}
	}
	if _, err := f.Inverse(t.Context(), tableOf(t, nil, numberColumn("a", math.Inf(1)))); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
}

func TestFrequencies(t *testing.T) {
	f := mustFit(t, Pipeline{Steps: []Step{FrequencyEncoder{Columns: []string{"pet", "size", "legs", "tame"}}}}, pets(t))
	checkWays(t, f, pets(t))
	want := [][]float64{{0.4, 0.6, 0.6, 0.6}, {0.2, 0.2, 0.6, 0.6}, {0.2, 0.6, 0.6, 0.4}, {0.4, 0.2, 0.2, 0.6}, {0.2, 0.6, 0.2, 0.4}}
	wantNumbers(t, "shares", mustMatrix(t, f, pets(t)), want, 0)
	other := tableOf(t, nil, textColumn("pet", "yak"), textColumn("size", none), numberColumn("legs", 7), boolColumn("tame", true))
	wantNumbers(t, "unknown", mustMatrix(t, f, other), [][]float64{{0, 0.2, 0, 0.6}}, 0)
	_, err := f.Inverse(t.Context(), tableOf(t, nil, numberColumn("pet", 0.4), numberColumn("size", 0.6), numberColumn("legs", 0.6), numberColumn("tame", 0.6)))
	if !errors.Is(err, ErrInverse) {
		t.Error(err)
	}
}

// A column of more values than a piece of rows is counted as one of few.
func TestManyValues(t *testing.T) {
	const n = 200_000
	v := make([]string, n)
	for i := range v {
		v[i] = fmt.Sprint("v", i*7919%n/2) // each twice, far from each other
	}
	table := tableOf(t, nil, textColumn("a", v...))
	f := mustFit(t, Pipeline{Steps: []Step{OrdinalEncoder{}}}, table)
	x := mustMatrix(t, f, table)
	values := f.steps[0].do.(*ordinal).Columns[0].Texts
	if len(values) != n/2 {
		t.Fatalf("%d values", len(values))
	}
	for i := range v {
		if k := int(x.At(i, 0)); values[k] != v[i] || k > 0 && strings.Compare(values[k-1], values[k]) >= 0 {
			t.Fatalf("row %d, %q, is value %d, %q", i, v[i], k, values[k])
		}
	}
	l := learningOf(t, Pipeline{}, table, []string{"a"})
	c, err := l.countValues(0)
	if err != nil {
		t.Fatal(err)
	}
	for k, n := range c.counts {
		if n != 2 {
			t.Fatalf("value %d is in %d rows", k, n)
		}
	}
}

// Every encoder takes columns of one row, of no value, and of one value, and no rows.
func TestEncodersOfUglyColumns(t *testing.T) {
	for name, table := range map[string]frame.Table{
		"one row":     tableOf(t, nil, textColumn("a", "x"), numberColumn("n", 3), numberColumn("y", 1)),
		"missing":     tableOf(t, nil, textColumn("a", none, none, none), numberColumn("n", math.NaN(), math.NaN(), math.NaN()), numberColumn("y", 1, 2, 3)),
		"constant":    tableOf(t, nil, textColumn("a", "", "", ""), numberColumn("n", 0, math.Copysign(0, -1), 0), numberColumn("y", 2, 2, 2)),
		"extremes":    tableOf(t, nil, textColumn("a", "\xff", "", strings.Repeat("x", 1<<16)), numberColumn("n", math.MaxFloat64, -math.SmallestNonzeroFloat64, 1e-300), numberColumn("y", 1e300, -1e300, 1e-300)),
		"all differ":  tableOf(t, nil, textColumn("a", "c", "b", "a", none), numberColumn("n", 1, 2, 3, 4), numberColumn("y", 1, 2, 3, 4)),
		"other kinds": tableOf(t, frame.Schema{{Name: "a", Kind: frame.Category}}, textColumn("a", "c", "b"), boolColumn("n", true, false), boolColumn("y", true, true)),
	} {
		for _, s := range []Step{
			OneHotEncoder{Columns: []string{"a", "n"}}, OrdinalEncoder{Columns: []string{"a", "n"}}, FrequencyEncoder{Columns: []string{"a", "n"}},
			TargetEncoder{Columns: []string{"a", "n"}}, TargetEncoder{Columns: []string{"a", "n"}, Smoothing: 3}, HashingEncoder{Bits: 2},
		} {
			t.Run(fmt.Sprintf("%s %T", name, s), func(t *testing.T) {
				f := mustFit(t, Pipeline{Target: "y", Steps: []Step{s}}, table)
				checkWays(t, f, table)
				empty := mustTake(t, table)
				if x, err := f.Matrix(t.Context(), nil, empty); err != nil || !x.IsEmpty() {
					t.Error(err)
				}
				for range f.Stream(t.Context(), pieces(t, empty, 5)) {
					t.Error("no rows are a piece")
				}
				if table.Nrow() < 2 {
					return
				}
				if _, _, err := (Pipeline{Target: "y", Steps: []Step{s}}).FitMatrix(t.Context(), nil, split.WholeAsTrain(table)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
