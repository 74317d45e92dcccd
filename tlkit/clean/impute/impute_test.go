package impute

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// column makes a series of these values; nil is missing.
func column(name string, values ...any) series.Series {
	for _, v := range values {
		switch v.(type) {
		case int:
			return seriesOf[int](name, values)
		case float64:
			return seriesOf[float64](name, values)
		case bool:
			return seriesOf[bool](name, values)
		case string:
			return seriesOf[string](name, values)
		}
	}
	return seriesOf[float64](name, values)
}

func seriesOf[T frame.Value](name string, values []any) series.Series {
	s := cellsOf[T](values)
	s.Name = name
	return s
}

func tableOf(t testing.TB, schema frame.Schema, cols ...series.Series) frame.Table {
	t.Helper()
	return must(frame.New(schema, cols...))(t)
}

// show is a column as text, missing cells as "–".
func show(t testing.TB, table frame.Table, name string) string {
	t.Helper()
	c := must(table.Column(name))(t)
	parts := make([]string, c.Len())
	for i := range parts {
		if parts[i] = c.Format(i); c.Missing(i) {
			parts[i] = "–"
		}
	}
	return strings.Join(parts, " ")
}

func pets(t testing.TB) frame.Table {
	return tableOf(t, frame.Schema{{Name: "size", Kind: frame.Category, Levels: []string{"small", "large"}, Ordered: true}, {Name: "born", Kind: frame.Date}},
		column("name", "Rex", "Tom", nil, "Tom", "Ada"),
		column("age", 3, nil, 5, 8, 3),
		column("weight", 12.0, 4.5, nil, 20.25, 4.5),
		column("tame", true, true, nil, false, true),
		column("size", "large", "small", "small", nil, "large"),
		column("born", "2020-01-05", nil, "2019-03-01", "2019-03-01", "2020-01-05"))
}

func TestSimpleFillsEachKind(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Simple
		want map[string]string
	}{
		{"by default", Simple{}, map[string]string{
			"name": "Rex Tom Tom Tom Ada", "age": "3.0 4.75 5.0 8.0 3.0", "weight": "12.0 4.5 10.3125 20.25 4.5",
			"tame": "true true true false true", "size": "large small small small large", "born": "2020-01-05 2019-03-01 2019-03-01 2019-03-01 2020-01-05"}},
		{"whole medians keep ints", Simple{Numbers: Median}, map[string]string{"age": "3 4 5 8 3", "weight": "12.0 4.5 8.25 20.25 4.5"}},
		{"rounded", Simple{Ints: Round}, map[string]string{"age": "3 5 5 8 3"}},
		{"most frequent", Simple{Numbers: MostFrequent}, map[string]string{"age": "3 3 5 8 3", "weight": "12.0 4.5 4.5 20.25 4.5"}},
		{"given", Simple{Numbers: Given, Number: -1, Others: Skip}, map[string]string{
			"age": "3 -1 5 8 3", "weight": "12.0 4.5 -1.0 20.25 4.5", "name": "Rex Tom – Tom Ada", "tame": "true true – false true"}},
		{"given text", Simple{Columns: []string{"name"}, Others: Given, Other: TextValue("")}, map[string]string{"name": "Rex Tom  Tom Ada", "age": "3 – 5 8 3"}},
		{"given fraction", Simple{Numbers: Given, Number: 0.5, Others: Skip}, map[string]string{"age": "3.0 0.5 5.0 8.0 3.0"}},
		{"given fraction, rounded half to even", Simple{Numbers: Given, Number: 0.5, Ints: Round}, map[string]string{"age": "3 0 5 8 3"}},
		{"one column", Simple{Columns: []string{"weight"}}, map[string]string{"weight": "12.0 4.5 10.3125 20.25 4.5", "age": "3 – 5 8 3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := pets(t)
			out, report := apply(t, fit(t, c.o, x), x)
			left := 0
			for _, n := range x.Names() {
				left += must(out.Column(n))(t).CountMissing()
			}
			if report.Left() != left {
				t.Errorf("%d cells are missing, and %d are reported", left, report.Left())
			}
			for name, want := range c.want {
				if got := show(t, out, name); got != want {
					t.Errorf("%s: %s, want %s", name, got, want)
				}
			}
			if f, _ := out.Schema.Lookup("size"); !f.Ordered {
				t.Error("the schema is lost")
			}
		})
	}
}

func TestWideningIsToldAndFollowsTheTrainingRows(t *testing.T) {
	train := tableOf(t, nil, column("a", 1, 2, nil), column("b", 1, 2, 4))
	whole := tableOf(t, nil, column("a", 7, 8), column("b", 9, nil))
	for name, o := range map[string]Imputer{"simple": Simple{}, "knn": KNN{Neighbors: 2}, "iterative": Iterative{}} {
		f := fit(t, o, train)
		out, report := apply(t, f, train)
		if a, b := must(out.Column("a"))(t), must(out.Column("b"))(t); a.Kind != frame.Float || b.Kind != frame.Int {
			t.Errorf("%s: training rows became %v and %v", name, a.Kind, b.Kind)
		}
		if !report.Columns[0].Widened || len(report.Columns) != 1 {
			t.Errorf("%s: %v", name, report)
		}
		// a is complete here and was not there; b is the other way round.
		out, report = apply(t, f, whole)
		if a, b := must(out.Column("a"))(t), must(out.Column("b"))(t); a.Kind != frame.Float || b.Kind != frame.Float {
			t.Errorf("%s: other rows became %v and %v", name, a.Kind, b.Kind)
		}
		if len(report.Columns) != 2 || !report.Columns[0].Widened || report.Columns[0].Missing != 0 || !report.Columns[1].Widened {
			t.Errorf("%s: %+v", name, report.Columns)
		}
	}
	huge := tableOf(t, nil, column("id", math.MaxInt, nil, 1), column("x", 1.0, 2.0, 3.0))
	for name, o := range map[string]Imputer{"simple": Simple{Numbers: Given, Number: 0.5}, "knn": KNN{}, "constant": Constant{Value: FloatValue(0.5)}, "line": Interpolate{}} {
		f := fit(t, o, huge)
		if _, _, err := f.Apply(ctx, nil, huge); !errors.Is(err, ErrNumber) || !strings.Contains(err.Error(), "9223372036854775807") {
			t.Errorf("%s: an int that is no float: %v", name, err)
		}
	}
	out, _ := apply(t, fit(t, Simple{Numbers: MostFrequent}, huge), huge)
	if got := show(t, out, "id"); got != "9223372036854775807 1 1" {
		t.Errorf("ids became %s", got)
	}
}

func TestRoundingIsTold(t *testing.T) {
	x := tableOf(t, nil, column("a", 1, 2, nil, 4), column("b", 10.0, 20.0, 27.0, 40.0))
	for name, o := range map[string]Imputer{"simple": Simple{Ints: Round}, "knn": KNN{Ints: Round, Neighbors: 3}, "iterative": Iterative{Ints: Round},
		"constant": Constant{Value: FloatValue(2.4), Ints: Round, Columns: []string{"a"}}, "line": Interpolate{Ints: Round}} {
		out, report := apply(t, fit(t, o, x), x)
		if c := must(out.Column("a"))(t); c.Kind != frame.Int || c.CountMissing() != 0 {
			t.Errorf("%s: %v", name, show(t, out, "a"))
		}
		if want := map[bool]int{true: 0, false: 1}[name == "line"]; report.Columns[0].Rounded != want {
			t.Errorf("%s: %d rounded, want %d: %s", name, report.Columns[0].Rounded, want, show(t, out, "a"))
		}
	}
}

func TestAColumnWithoutValuesIsNeverLost(t *testing.T) {
	x := tableOf(t, nil, column("a", 1.0, 2.0, nil), column("none", nil, nil, nil), column("b", 5.0, nil, 7.0))
	for name, o := range map[string][2]Imputer{
		"simple":    {Simple{}, Simple{KeepEmpty: true}},
		"knn":       {KNN{}, KNN{KeepEmpty: true}},
		"iterative": {Iterative{}, Iterative{KeepEmpty: true}},
	} {
		_, err := o[0].Fit(ctx, nil, split.WholeAsTrain(x))
		var empty *EmptyError
		if !errors.As(err, &empty) || !errors.Is(err, ErrEmpty) || !slices.Equal(empty.Columns, []string{"none"}) {
			t.Errorf("%s: %v", name, err)
		}
		out, report := apply(t, fit(t, o[1], x), x)
		if got := out.Names(); !slices.Equal(got, x.Names()) || show(t, out, "none") != "– – –" {
			t.Errorf("%s: columns %v, %s", name, got, show(t, out, "none"))
		}
		if report.Left() != 3 || columnLeft(report, "none") != 3 || !strings.Contains(report.String(), "no training row has a value") {
			t.Errorf("%s: %v", name, report)
		}
	}
	out, report := apply(t, fit(t, Simple{Numbers: Given, Number: 9}, x), x)
	if show(t, out, "none") != "9.0 9.0 9.0" || report.Left() != 0 {
		t.Errorf("a given value does not fill an empty column: %v", report)
	}
	// All columns are empty, or there is only one.
	only := tableOf(t, nil, column("none", nil, nil))
	for _, o := range []Imputer{KNN{KeepEmpty: true}, Iterative{KeepEmpty: true}, Simple{KeepEmpty: true}} {
		if out, report := apply(t, fit(t, o, only), only); out.Ncol() != 1 || report.Left() != 2 {
			t.Errorf("%v: %v", o, report)
		}
	}
}

func TestIndicators(t *testing.T) {
	x := pets(t)
	for name, o := range map[string]Imputer{"simple": Simple{Indicators: true}, "knn": KNN{Indicators: true, Others: Mode}, "iterative": Iterative{Indicators: true, Others: Mode}} {
		out, report := apply(t, fit(t, o, x), x)
		if got := show(t, out, "age_missing"); got != "false true false false false" {
			t.Errorf("%s: %s", name, got)
		}
		if len(report.Added) != 6 || out.Ncol() != 12 || report.Left() != 0 {
			t.Errorf("%s: added %v to %v", name, report.Added, out.Names())
		}
		clash := must(x.With(column("age_missing", 1, 2, 3, 4, 5)))(t)
		if _, err := o.Fit(ctx, nil, split.WholeAsTrain(clash)); !errors.Is(err, frame.ErrShape) {
			t.Errorf("%s: a name that is taken: %v", name, err)
		}
		if _, _, err := fit(t, o, x).Apply(ctx, nil, clash); !errors.Is(err, frame.ErrShape) {
			t.Errorf("%s: a name that is taken later: %v", name, err)
		}
	}
}

func TestColumnsThatAreNotNumbers(t *testing.T) {
	x := pets(t)
	for _, o := range []func(Others) Imputer{func(v Others) Imputer { return KNN{Others: v} }, func(v Others) Imputer { return Iterative{Others: v} }} {
		out, report := apply(t, fit(t, o(Leave), x), x)
		if show(t, out, "name") != "Rex Tom – Tom Ada" || columnLeft(report, "name") != 1 || !strings.Contains(report.String(), "not numbers") {
			t.Errorf("left alone: %v", report)
		}
		out, report = apply(t, fit(t, o(Mode), x), x)
		if show(t, out, "size") != "large small small small large" || report.Left() != 0 {
			t.Errorf("by mode: %v", report)
		}
		_, err := o(Refuse).Fit(ctx, nil, split.WholeAsTrain(x))
		var kind *KindError
		if !errors.As(err, &kind) || kind.Column != "name" || !errors.Is(err, frame.ErrKind) {
			t.Errorf("refused: %v", err)
		}
	}
	texts := tableOf(t, nil, column("a", "x", nil))
	if _, err := (KNN{}).Fit(ctx, nil, split.WholeAsTrain(texts)); !errors.Is(err, ErrEmpty) {
		t.Errorf("no numbers at all: %v", err)
	}
	if _, err := (KNN{Columns: []string{"name"}}).Fit(ctx, nil, split.WholeAsTrain(x)); !errors.Is(err, frame.ErrKind) {
		t.Errorf("a text among the numbers: %v", err)
	}
}

func TestATableThatDoesNotFit(t *testing.T) {
	x := tableOf(t, nil, column("age", 1.0, 2.0, nil, 4.0, 5.0, 6.0), column("b", 1, 2, 3, nil, 5, 6))
	for name, o := range map[string]Imputer{"simple": Simple{}, "knn": KNN{}, "iterative": Iterative{}} {
		f := fit(t, o, x)
		_, _, err := f.Apply(ctx, nil, tableOf(t, nil, column("ages", 1.0, 2.0), column("b", 1, 2)))
		var missing *frame.ColumnError
		if !errors.As(err, &missing) || missing.Column != "age" || missing.Nearest != "ages" {
			t.Errorf("%s: a column that is not there: %v", name, err)
		}
		_, _, err = f.Apply(ctx, nil, tableOf(t, nil, column("b", 1.5, 2.0), column("age", 1.0, 2.0)))
		var kind *KindError
		if !errors.As(err, &kind) || kind.Column != "b" || kind.Got != frame.Float {
			t.Errorf("%s: a column of another kind: %v", name, err)
		}
		if _, _, err := f.Apply(ctx, nil, frame.Table{}); !errors.Is(err, frame.ErrColumn) {
			t.Errorf("%s: an empty table: %v", name, err)
		}
		other := tableOf(t, nil, column("extra", "?", nil), column("b", 1, 2), column("age", nil, 2.0))
		out, report := apply(t, f, other)
		if !slices.Equal(out.Names(), other.Names()) || must(out.Column("age"))(t).CountMissing() != 0 || columnLeft(report, "extra") != 1 {
			t.Errorf("%s: columns in another order, and one more: %v, %v", name, out.Names(), report)
		}
		none := must(x.Take(nil))(t)
		if out, _ := apply(t, f, none); out.Nrow() != 0 || out.Ncol() != 2 {
			t.Errorf("%s: no rows became %d", name, out.Nrow())
		}
	}
}

func TestWhatCannotBeLearntFrom(t *testing.T) {
	x := pets(t)
	infinite := tableOf(t, nil, column("a", 1.0, math.Inf(1), nil), column("b", 1.0, 2.0, 3.0))
	none := must(x.Take(nil))(t)
	for _, c := range []struct {
		name string
		o    Imputer
		x    frame.Table
		want error
	}{
		{"no rows", Simple{}, none, ErrEmpty},
		{"no rows", KNN{}, none, ErrEmpty},
		{"no rows", Iterative{}, none, ErrEmpty},
		{"unknown column", Simple{Columns: []string{"wight"}}, x, frame.ErrColumn},
		{"unknown column", KNN{Columns: []string{"wight"}}, x, frame.ErrColumn},
		{"named twice", Simple{Columns: []string{"age", "age"}}, x, ErrOption},
		{"a mean of texts", Simple{Others: Mean}, x, ErrOption},
		{"a strategy that is none", Simple{Numbers: 99}, x, ErrOption},
		{"a text for a boolean", Simple{Columns: []string{"tame"}, Others: Given, Other: TextValue("yes")}, x, frame.ErrKind},
		{"a boolean for a text", Simple{Columns: []string{"name"}, Others: Given, Other: BoolValue(true)}, x, frame.ErrKind},
		{"no level", Simple{Columns: []string{"size"}, Others: Given, Other: TextValue("medium")}, x, ErrOption},
		{"no date", Simple{Columns: []string{"born"}, Others: Given, Other: TextValue("yesterday")}, x, ErrOption},
		{"NaN", Simple{Numbers: Given, Number: math.NaN()}, x, ErrOption},
		{"an infinite mean", Simple{}, infinite, ErrInfinite},
		{"an infinite distance", KNN{}, infinite, ErrInfinite},
		{"an infinite feature", Iterative{}, infinite, ErrInfinite},
		{"neighbours below 0", KNN{Neighbors: -1}, x, ErrOption},
		{"weights that are none", KNN{Weights: 7}, x, ErrOption},
		{"ints that are none", KNN{Ints: 7}, x, ErrOption},
		{"others that are none", Iterative{Others: 7}, x, ErrOption},
		{"rounds below 0", Iterative{Rounds: -1}, x, ErrOption},
		{"an infinite tolerance", Iterative{Tolerance: math.Inf(1)}, x, ErrOption},
		{"an order that is none", Iterative{Order: 9}, x, ErrOption},
		{"an initial value that is none", Iterative{Initial: Skip}, x, ErrOption},
		{"bounds that cross", Iterative{Min: []Limit{{"age", 3}}, Max: []Limit{{"", 3}}}, x, ErrOption},
		{"a bound of nothing", Iterative{Min: []Limit{{"agee", 3}}}, x, ErrOption},
		{"a bound at infinity", Iterative{Max: []Limit{{"age", math.Inf(1)}}}, x, ErrOption},
		{"more neighbours than rows", Iterative{Regressor: estimate.KNNRegressor{Neighbors: 9}}, x, estimate.ErrOption},
	} {
		f, err := c.o.Fit(ctx, nil, split.WholeAsTrain(c.x))
		if !errors.Is(err, c.want) || f != nil {
			t.Errorf("%s, %T: %v", c.name, c.o, err)
		}
	}
	for _, c := range []struct {
		name string
		f    Fitted
		want error
	}{
		{"no value", Constant{}, ErrOption},
		{"a value of another kind", Constant{Value: IntValue(1), Columns: []string{"name"}}, frame.ErrKind},
		{"unknown column", Constant{Value: IntValue(1), Columns: []string{"agee"}}, frame.ErrColumn},
		{"a limit below 0", ForwardFill{Limit: -1}, ErrOption},
		{"an area that is none", BackwardFill{Area: 9}, ErrOption},
		{"unknown group", ForwardFill{By: []string{"herd"}}, frame.ErrColumn},
		{"unknown column", ForwardFill{Columns: []string{"agee"}}, frame.ErrColumn},
		{"a line through texts", Interpolate{Columns: []string{"name"}}, frame.ErrKind},
		{"a method that is none", Interpolate{Method: 9}, ErrOption},
		{"a direction that is none", Interpolate{Direction: 9}, ErrOption},
		{"along nothing", Interpolate{Along: "day"}, frame.ErrColumn},
		{"along texts", Interpolate{Along: "name"}, frame.ErrKind},
		{"along what falls", Interpolate{Columns: []string{"age"}, Along: "weight"}, ErrOrder},
		{"along dates with a hole", Interpolate{Along: "born"}, ErrOrder},
	} {
		if _, _, err := c.f.Apply(ctx, nil, x); !errors.Is(err, c.want) {
			t.Errorf("%s, %T: %v", c.name, c.f, err)
		}
	}
	for _, o := range []DropOptions{{Rule: 9}, {Rule: FewValues}, {Rule: MoreMissing, Share: 2}, {Rule: MoreMissing, Share: math.NaN()}, {Columns: []string{"age", "age"}}} {
		_, _, err1 := DropRows(x, o)
		_, _, err2 := DropColumns(x, o)
		if !errors.Is(err1, ErrOption) || !errors.Is(err2, ErrOption) {
			t.Errorf("%+v: %v, %v", o, err1, err2)
		}
	}
	if _, _, err := DropRows(x, DropOptions{Columns: []string{"agee"}}); !errors.Is(err, frame.ErrColumn) {
		t.Errorf("rows by an unknown column: %v", err)
	}
}

func TestDropByShare(t *testing.T) {
	x := tableOf(t, nil, column("a", 1.0, nil, nil, nil), column("b", 1.0, nil, 3.0, 4.0), column("c", "x", "y", nil, "z"))
	out, dropped, err := DropColumns(x, DropOptions{Rule: MoreMissing, Share: 0.25})
	if err != nil || !slices.Equal(dropped, []string{"a"}) || !slices.Equal(out.Names(), []string{"b", "c"}) {
		t.Errorf("columns %v, dropped %v, %v", out.Names(), dropped, err)
	}
	out, rows, err := DropRows(x, DropOptions{Rule: MoreMissing, Share: 0.5})
	if err != nil || !slices.Equal(rows, []int{1, 2}) || out.Nrow() != 2 {
		t.Errorf("rows %v, %v", rows, err)
	}
	if out, rows, err := DropRows(x, DropOptions{Columns: []string{"c"}, Rule: AllMissing}); err != nil || !slices.Equal(rows, []int{2}) || out.Nrow() != 3 {
		t.Errorf("rows %v, %v", rows, err)
	}
	same, rows, err := DropRows(x, DropOptions{Rule: FewValues, Values: 1})
	if err != nil || rows != nil || same.Nrow() != 4 {
		t.Errorf("nothing to drop: %v, %v", rows, err)
	}
}

func TestCarryWorksOnEveryKind(t *testing.T) {
	x := pets(t)
	out, report := apply(t, ForwardFill{}, x)
	for name, want := range map[string]string{"name": "Rex Tom Tom Tom Ada", "age": "3 3 5 8 3", "tame": "true true true false true", "born": "2020-01-05 2020-01-05 2019-03-01 2019-03-01 2020-01-05"} {
		if got := show(t, out, name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if report.Left() != 0 {
		t.Error(report)
	}
	lead := tableOf(t, nil, column("a", nil, 1, nil), column("g", "x", "x", "y"))
	out, report = apply(t, BackwardFill{By: []string{"g"}}, lead)
	if show(t, out, "a") != "1 1 –" || columnLeft(report, "a") != 1 || !strings.Contains(report.String(), "no value in reach") {
		t.Errorf("%s, %v", show(t, out, "a"), report)
	}
}

// TestNearestKeepsInts: what is copied from a row is copied to the last bit.
func TestNearestKeepsInts(t *testing.T) {
	x := tableOf(t, nil, column("a", math.MaxInt, nil, 5))
	out, report := apply(t, Interpolate{Method: Nearest}, x)
	if show(t, out, "a") != "9223372036854775807 9223372036854775807 5" || report.Columns[0].Widened {
		t.Errorf("%s, %v", show(t, out, "a"), report)
	}
}

func TestStandardizeMakesUnitsMatterNothing(t *testing.T) {
	// By its scale, b alone says who is near whom; in standard deviations, a does.
	a := column("a", 0.01, 0.011, 0.05, 0.051, 0.0101)
	b := column("b", 100.0, 900.0, 120.0, 880.0, 890.0)
	x := tableOf(t, nil, a, b, column("c", 1.0, 1.0, 2.0, 2.0, nil))
	raw, _ := apply(t, fit(t, KNN{Neighbors: 2}, x), x)
	scaled, _ := apply(t, fit(t, KNN{Neighbors: 2, Standardize: true}, x), x)
	big := must(x.With(column("b", 1e8, 9e8, 1.2e8, 8.8e8, 8.9e8)))(t)
	again, _ := apply(t, fit(t, KNN{Neighbors: 2, Standardize: true}, big), big)
	if show(t, raw, "c") != "1.0 1.0 2.0 2.0 1.5" || show(t, scaled, "c") != show(t, again, "c") {
		t.Errorf("%s; %s; %s", show(t, raw, "c"), show(t, scaled, "c"), show(t, again, "c"))
	}
}

func TestDistancesBeyondTheLargestNumber(t *testing.T) {
	x := tableOf(t, nil, column("a", 1e200, -1e200, 1.0), column("b", 1.0, 2.0, nil))
	f := fit(t, KNN{Weights: estimate.Distance, Neighbors: 2}, x)
	if _, _, err := f.Apply(ctx, nil, x); !errors.Is(err, ErrNumber) {
		t.Errorf("%v", err)
	}
}

// TestDonorsAreThoseOfAPlainLoop compares with distances computed pair by pair, with and
// without ties, in few and in many columns.
func TestDonorsAreThoseOfAPlainLoop(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 5))
		n, p, k := 3+rng.IntN(120), 1+rng.IntN(90), 1+rng.IntN(7)
		m := make(matrix, p)
		for j := range m {
			m[j] = make([]float64, n)
			for i := range m[j] {
				switch {
				case rng.Float64() < 0.3:
					m[j][i] = math.NaN()
				case seed%2 == 0:
					m[j][i] = float64(rng.IntN(3))
				default:
					m[j][i] = rng.NormFloat64()
				}
			}
		}
		rows := make([]int, n)
		for i := range rows {
			rows[i] = i
		}
		d := newDonors(m, nil)
		got := make([]map[int][]near, p)
		for j := range got {
			got[j] = map[int][]near{}
		}
		lists := make(chan func(), n*p)
		err := d.nearest(ctx, m, rows, k, func(int) {}, func(j, i int, list []near) {
			list = slices.Clone(list)
			lists <- func() { got[j][i] = list }
		})
		if err != nil {
			t.Fatal(err)
		}
		close(lists)
		for put := range lists {
			put()
		}
		for i := range n {
			for j := range p {
				if m[j][i] == m[j][i] {
					continue
				}
				var want []near
				for r := range n {
					sum, shared := 0.0, 0
					for f := range p {
						if a, b := m[f][i], m[f][r]; a == a && b == b {
							sum += (a - b) * (a - b)
							shared++
						}
					}
					if shared > 0 && m[j][r] == m[j][r] {
						want = append(want, near{sum / float64(shared), int32(r)})
					}
				}
				slices.SortFunc(want, func(a, b near) int {
					if d := a.square - b.square; math.Abs(d) > 1e-12 {
						return int(math.Copysign(1, d))
					}
					return int(a.row - b.row)
				})
				want = want[:min(k, len(want))]
				list := got[j][i]
				same := len(list) == len(want)
				for x := range want {
					same = same && list[x].row == want[x].row && math.Abs(list[x].square-want[x].square) <= 1e-12*(1+want[x].square)
				}
				if !same {
					t.Fatalf("seed %d, %d×%d, k %d, row %d, column %d: %v, want %v", seed, n, p, k, i, j, list, want)
				}
			}
		}
	}
}

// TestMedianIsThatOfSortedNumbers tries many shapes, for the selection works by a sample.
func TestMedianIsThatOfSortedNumbers(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		n := 1 + rng.IntN(9)
		if seed%2 == 1 {
			n = 20000 + rng.IntN(30000)
		}
		cells := make([]frame.Cell[float64], n)
		ints := make([]frame.Cell[int], n)
		var known []float64
		var whole []int
		for i := range cells {
			v := rng.NormFloat64()
			switch seed / 2 % 6 {
			case 0:
				v = math.Round(v * 2) // many equal
			case 1:
				v = float64(i) // sorted
			case 2:
				v = math.Exp(20 * v)
			case 3:
				v = math.Copysign(0, v)
			case 4:
				v = math.Abs(math.Round(v)) // few values, one half of them 0
			}
			cells[i].Value, ints[i].Value = v, int(max(min(v*100, 1e18), -1e18))
			if i > 0 && rng.Float64() < 0.2 {
				cells[i].Value, ints[i].Null = math.NaN(), true
				continue
			}
			known, whole = append(known, v), append(whole, ints[i].Value)
		}
		slices.Sort(known)
		slices.Sort(whole)
		k := len(known)
		v, m := median(frame.Column{Field: frame.Field{Kind: frame.Float}, Floats: cells})
		if want := (known[(k-1)/2] + known[k/2]) / 2; v.Float != want || m != k {
			t.Errorf("seed %d: median %v of %d, want %v of %d", seed, v, m, want, k)
		}
		v, m = median(frame.Column{Field: frame.Field{Kind: frame.Int}, Ints: ints})
		if want := float64(whole[(k-1)/2])/2 + float64(whole[k/2])/2; v.number() != want || m != k {
			t.Errorf("seed %d: median of ints %v, want %v", seed, v, want)
		}
	}
	big := []frame.Cell[int]{{Value: math.MaxInt}, {Value: math.MaxInt - 2}}
	if v, _ := median(frame.Column{Field: frame.Field{Kind: frame.Int}, Ints: big}); v != IntValue(math.MaxInt-1) {
		t.Errorf("the median of the largest ints is %v", v)
	}
	wide := []frame.Cell[float64]{{Value: math.MaxFloat64}, {Value: math.MaxFloat64}}
	if v, _ := median(frame.Column{Field: frame.Field{Kind: frame.Float}, Floats: wide}); v.Float != math.MaxFloat64 {
		t.Errorf("the median of the largest floats is %v", v)
	}
	if v, n, _ := mean(frame.Column{Field: frame.Field{Kind: frame.Float}, Floats: wide}); v != math.MaxFloat64 || n != 2 {
		t.Errorf("the mean of the largest floats is %v", v)
	}
}

func TestModeOfManyValues(t *testing.T) {
	n := 5000
	texts, ints := make([]frame.Cell[string], n), make([]frame.Cell[int], n)
	for i := range n {
		v := (i * 7919) % 1777 // each about three times, some one time less
		texts[i].Value, ints[i].Value = strings.Clone(fmt.Sprintf("%05d", v)), v
	}
	ints[0].Value, texts[0].Value = 1000, "01000"
	counts := map[int]int{}
	for _, c := range ints {
		counts[c.Value]++
	}
	best := -1
	for v := range 1777 {
		if best < 0 || counts[v] > counts[best] {
			best = v
		}
	}
	if v, k := mode(frame.Column{Field: frame.Field{Kind: frame.Int}, Ints: ints}); v.Int != best || k != n {
		t.Errorf("%v of %d, want %d", v, k, best)
	}
	if v, k := mode(frame.Column{Field: frame.Field{Kind: frame.Text}, Texts: texts}); v.Text != fmt.Sprintf("%05d", best) || k != n {
		t.Errorf("%v of %d, want %d", v, k, best)
	}
	zeros := []frame.Cell[float64]{{Value: math.Copysign(0, -1)}, {Value: 0}, {Value: -1}}
	if v, _ := mode(frame.Column{Field: frame.Field{Kind: frame.Float}, Floats: zeros}); v.Float != 0 {
		t.Errorf("0 and -0 are not one value: %v", v)
	}
}

// messy is a random table of all kinds.
func messy(t testing.TB, seed uint64) frame.Table {
	rng := rand.New(rand.NewPCG(seed, 11))
	n := 1 + rng.IntN(30)
	share := rng.Float64() * 0.7
	var cols []series.Series
	for j, kind := range []string{"float", "int", "float", "int", "text", "bool", "float"} {
		values := make([]any, n)
		for i := range values {
			if rng.Float64() < share {
				continue
			}
			switch kind {
			case "float":
				values[i] = math.Round(rng.NormFloat64()*100) / 4
			case "int":
				values[i] = rng.IntN(9)
			case "text":
				values[i] = string(rune('a' + rng.IntN(3)))
			case "bool":
				values[i] = rng.IntN(2) == 0
			}
		}
		cols = append(cols, column(fmt.Sprint(kind, j), values...))
	}
	return tableOf(t, nil, cols...)
}

func all() []Imputer {
	return []Imputer{
		Simple{KeepEmpty: true}, Simple{KeepEmpty: true, Numbers: Median, Ints: Round, Indicators: true},
		KNN{KeepEmpty: true, Others: Mode}, KNN{KeepEmpty: true, Neighbors: 2, Weights: estimate.Distance, Standardize: true, Ints: Round},
		Iterative{KeepEmpty: true, Rounds: 3}, Iterative{KeepEmpty: true, Rounds: 2, Order: RandomOrder, Nearest: 2, Others: Mode, Regressor: estimate.Ridge{}},
		Constant{Value: FloatValue(0.5)}, ForwardFill{Limit: 2}, BackwardFill{By: []string{"bool5"}}, Interpolate{Direction: Both}, Interpolate{Method: Nearest},
	}
}

// TestWhatEveryFillKeeps: on random tables no cell that had a value changes, rows and
// columns keep their order, what is still missing is reported, and doing it twice gives the
// same.
func TestWhatEveryFillKeeps(t *testing.T) {
	for seed := range uint64(25) {
		x, y := messy(t, seed), messy(t, seed+1000)
		for _, o := range all() {
			f := fit(t, o, x)
			for _, table := range []frame.Table{x, y} {
				before := must(table.Columns())(t)
				out, report, err := f.Apply(ctx, nil, table)
				var kind *KindError
				if errors.As(err, &kind) && table.Nrow() == y.Nrow() {
					continue // an all-missing column has another type in the other table
				}
				if err != nil {
					t.Fatalf("seed %d, %v: %v", seed, o, err)
				}
				again, _ := apply(t, f, table)
				left := 0
				for j, c := range before {
					if out.Names()[j] != c.Name || out.Nrow() != table.Nrow() {
						t.Fatalf("seed %d, %v: columns %v", seed, o, out.Names())
					}
					got, second := must(out.Column(c.Name))(t), must(again.Column(c.Name))(t)
					for i := range c.Len() {
						if got.Missing(i) {
							left++
						}
						if got.Format(i) != second.Format(i) || got.Missing(i) != second.Missing(i) {
							t.Fatalf("seed %d, %v: %s, row %d: %s, then %s", seed, o, c.Name, i, got.Format(i), second.Format(i))
						}
						if c.Missing(i) {
							continue
						}
						same := got.Format(i) == c.Format(i)
						if c.Kind == frame.Int && got.Kind == frame.Float {
							same = got.Floats[i].Value == float64(c.Ints[i].Value)
						}
						if !same || got.Missing(i) {
							t.Fatalf("seed %d, %v: %s, row %d was %s and is %s", seed, o, c.Name, i, c.Format(i), got.Format(i))
						}
					}
				}
				if report.Left() != left {
					t.Fatalf("seed %d, %v: %d are missing, and %d are reported", seed, o, left, report.Left())
				}
				for _, c := range report.Columns {
					if c.Left() > 0 && c.Why == "" {
						t.Fatalf("seed %d, %v: %s has %d missing cells and no reason", seed, o, c.Column, c.Left())
					}
				}
			}
		}
	}
}

// TestTheInputIsNotWrittenTo: columns without missing values are shared, others are new.
func TestTheInputIsNotWrittenTo(t *testing.T) {
	x := tableOf(t, nil, column("whole", 1.0, 2.0, 3.0), column("holed", 1.0, nil, 3.0))
	for _, o := range []Imputer{Simple{}, KNN{Neighbors: 1}, Iterative{}, ForwardFill{}, Interpolate{}, Constant{Value: IntValue(0)}} {
		out, _ := apply(t, fit(t, o, x), x)
		a, b := must(x.Columns())(t), must(out.Columns())(t)
		if &a[0].Floats[0] != &b[0].Floats[0] || &a[1].Floats[0] == &b[1].Floats[0] {
			t.Errorf("%v: the whole column is copied, or the other one shared", o)
		}
		if show(t, x, "holed") != "1.0 – 3.0" {
			t.Errorf("%v wrote to its input", o)
		}
	}
}

func TestIterativeSaysWhetherItConverged(t *testing.T) {
	x := correlated(t, 200, 6)
	f := fit(t, Iterative{Rounds: 1}, x).(*FittedIterative)
	_, report := apply(t, f, x)
	if f.Converged() || f.Rounds() != 1 || !strings.Contains(report.String(), "not converged") {
		t.Errorf("%v: %v", f, report.Summary())
	}
	f = fit(t, Iterative{Rounds: 100}, x).(*FittedIterative)
	if !f.Converged() || f.Rounds() >= 100 || len(f.Models()) != 6 || len(f.Initial()) != 6 {
		t.Errorf("%v", f)
	}
}

func TestBoundsHold(t *testing.T) {
	x := correlated(t, 100, 5)
	f := fit(t, Iterative{Min: []Limit{{"", -1}, {"x2", -0.25}}, Max: []Limit{{"x2", 0.25}}}, x)
	out, _ := apply(t, f, x)
	before, after := must(x.Numbers())(t), must(out.Numbers())(t)
	for j := range before {
		low, high := -1.0, math.Inf(1)
		if j == 2 {
			low, high = -0.25, 0.25
		}
		for i := range before[j] {
			if v := after[j][i]; math.IsNaN(before[j][i]) && (v < low || v > high) {
				t.Fatalf("column %d, row %d is filled with %v", j, i, v)
			}
		}
	}
}

func TestTheSeedDecides(t *testing.T) {
	x := correlated(t, 80, 6)
	values := func(seed uint64) string {
		out, _ := apply(t, fit(t, Iterative{Order: RandomOrder, Nearest: 2, Seed: seed, Rounds: 2}, x), x)
		return show(t, out, "x0")
	}
	if once, again := values(1), values(1); once != again || once == values(2) {
		t.Error("one seed gives two results, or two seeds give one")
	}
}

func TestWorkStopsWithItsContext(t *testing.T) {
	x := correlated(t, 300, 5)
	knn := fit(t, KNN{}, x)
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, _, err := knn.Apply(stopped, nil, x); !errors.Is(err, context.Canceled) {
		t.Errorf("neighbours: %v", err)
	}
	for _, o := range []Imputer{Simple{}, Iterative{}} {
		if _, err := o.Fit(stopped, nil, split.WholeAsTrain(x)); !errors.Is(err, context.Canceled) {
			t.Errorf("%v: %v", o, err)
		}
	}
	if _, err := Compare(stopped, nil, split.WholeAsTrain(x), []Candidate{{"", Simple{}}}, CompareOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("comparison: %v", err)
	}
}

func TestProgressReachesItsEnd(t *testing.T) {
	x := correlated(t, 300, 5)
	var last progress.Event
	rep := progress.Func(func(e progress.Event) {
		if e.Done >= last.Done || e.Task != last.Task {
			last = e
		}
	})
	f := must(Iterative{Rounds: 2}.Fit(ctx, rep, split.WholeAsTrain(x)))(t)
	if last.Done != 10 {
		t.Errorf("fit ended with %+v", last)
	}
	last = progress.Event{}
	if _, _, err := f.Apply(ctx, rep, x); err != nil || !last.Finished() {
		t.Errorf("apply ended with %+v, %v", last, err)
	}
}

func TestReportsAreEscaped(t *testing.T) {
	x := tableOf(t, nil, column("<b>\n", nil, 1.0), column("other", "x", nil))
	_, report := apply(t, fit(t, KNN{}, x), x)
	if strings.Contains(report.HTML(), "<b>") || !strings.Contains(report.HTML(), "&lt;b&gt;") || !strings.Contains(report.HTML(), `class="tlkit-table"`) {
		t.Error(report.HTML())
	}
	if strings.Count(report.String(), "\n") != 4 {
		t.Error(report.String())
	}
}

func ExampleKNN() {
	table, err := frame.New(nil,
		frame.Series("height", []frame.Cell[float64]{{Value: 1.5}, {Value: 1.6}, {Value: 1.9}, {Value: 1.58}}),
		frame.Series("weight", []frame.Cell[float64]{{Value: 50}, {Value: 60}, {Value: 90}, {Null: true}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	// Nothing is judged here, so that all rows may be learnt from.
	fitted, err := KNN{Neighbors: 2}.Fit(ctx, nil, split.WholeAsTrain(table))
	if err != nil {
		fmt.Println(err)
		return
	}
	filled, report, err := fitted.Apply(ctx, nil, table)
	if err != nil {
		fmt.Println(err)
		return
	}
	weight, _ := filled.Column("weight")
	fmt.Println(weight.Format(3))
	fmt.Println(report.Summary())
	// Output:
	// 55.0
	// nearest neighbours: 1 of 1 missing cells filled
}

func ExampleInterpolate() {
	table, _ := frame.New(frame.Schema{{Name: "day", Kind: frame.Date}},
		frame.Series("day", []frame.Cell[string]{{Value: "2024-01-01"}, {Value: "2024-01-02"}, {Value: "2024-01-05"}}),
		frame.Series("level", []frame.Cell[float64]{{Value: 10}, {Null: true}, {Value: 18}}))
	filled, _, err := Interpolate{Along: "day"}.Apply(context.Background(), nil, table)
	if err != nil {
		fmt.Println(err)
		return
	}
	level, _ := filled.Column("level")
	fmt.Println(level.Format(1))
	// Output: 12.0
}

func ExampleSimple() {
	table, _ := frame.New(nil,
		frame.Series("age", []frame.Cell[int]{{Value: 3}, {Value: 4}, {Value: 9}, {Null: true}}),
		frame.Series("kind", []frame.Cell[string]{{Value: "cat"}, {Null: true}, {Value: "dog"}, {Value: "cat"}}))
	ctx := context.Background()
	fitted, err := Simple{Numbers: Median}.Fit(ctx, nil, split.WholeAsTrain(table))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fitted)
	_, report, err := fitted.Apply(ctx, nil, table)
	fmt.Println(report, err)
	// Output:
	// fill "age": "4", "kind": "cat"
	// column  missing  filled  left  notes
	// age     1        1       0
	// kind    1        1       0
	// simple imputer: 2 of 2 missing cells filled
	//  <nil>
}

func TestModesOfCategoriesBeyondTheirLevels(t *testing.T) {
	for _, c := range []struct {
		values []string
		want   string
	}{
		{[]string{"huge", "small", "large"}, "small"},
		{[]string{"huge", "large"}, "large"},
		{[]string{"huge", "giant"}, "giant"},
	} {
		texts := make([]frame.Cell[string], len(c.values))
		for i, v := range c.values {
			texts[i].Value = v
		}
		size := frame.Column{Field: frame.Field{Kind: frame.Category, Levels: []string{"small", "large", "small"}}, Texts: texts}
		if v, _ := mode(size); v.Text != c.want {
			t.Errorf("of %q it is %q, not %q", c.values, v.Text, c.want)
		}
	}
}
