package outlier

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

func table(t testing.TB, cols ...series.Series) frame.Table {
	t.Helper()
	out, err := frame.New(nil, cols...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// of makes a column; nil is a missing value.
func of[T frame.Value](name string, values ...any) series.Series {
	cells := make([]frame.Cell[T], len(values))
	for i, v := range values {
		if v == nil {
			cells[i].Null = true
		} else {
			cells[i].Value = v.(T)
		}
	}
	return frame.Series(name, cells)
}

// show writes a column's values with spaces between; _ is missing.
func show(t testing.TB, table frame.Table, column string) string {
	t.Helper()
	c, err := table.Column(column)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := range c.Len() {
		if c.Missing(i) {
			out = append(out, "_")
		} else {
			out = append(out, c.Format(i))
		}
	}
	return strings.Join(out, " ")
}

func TestUglyColumns(t *testing.T) {
	for _, c := range []struct {
		name   string
		column series.Series
		o      Options
		low    float64
		high   float64
		note   string
	}{
		{"all missing", of[float64]("x", nil, nan), Options{}, -inf, inf, "no finite value"},
		{"only infinities", of[float64]("x", inf, -inf), Options{Method: Percentile}, -inf, inf, "no finite value"},
		{"one value", of[float64]("x", 3.0, nil), Options{}, -inf, inf, "one finite value"},
		{"one value has percentiles", of[float64]("x", 3.0, nil), Options{Method: Percentile}, 3, 3, ""},
		{"constant, fences", of[float64]("x", 0.1, 0.1, 0.1), Options{}, -inf, inf, "spread is 0"},
		{"constant, z-score", of[float64]("x", 0.1, 0.1, 0.1), Options{Method: ZScore}, -inf, inf, "spread is 0"},
		{"half constant, MAD", of[float64]("x", 5.0, 5.0, 5.0, 9.0, 1.0), Options{Method: MAD}, -inf, inf, "spread is 0"},
		{"constant, percentiles", of[float64]("x", 2.0, 2.0), Options{Method: Percentile}, 2, 2, ""},
		{"infinities are not learnt from", of[float64]("x", 1.0, 3.0, inf, -inf, nil), Options{Factor: 1}, 0.5, 3.5, ""},
		{"integers", of[int]("x", 1, 3, nil), Options{Factor: 1}, 0.5, 3.5, ""},
		{"too large", of[float64]("x", -1.7e308, 1.7e308, 0.0, 1.0), Options{Method: ZScore}, -inf, inf, "too large"},
		{"large, percentiles", of[float64]("x", -1.7e308, 1.7e308), Options{Method: Percentile, Lower: 0.25, Upper: 0.5}, -0.85e308, 0, ""},
		{"two values, deviation of samples", of[float64]("x", -1.0, 1.0), Options{Method: ZScore, DDOF: 1, Factor: 2}, -2 * math.Sqrt2, 2 * math.Sqrt2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := fitted(t, table(t, c.column), c.o).Columns[0]
			if !near(b.Low, c.low) || !near(b.High, c.high) {
				t.Errorf("from %v to %v, want %v to %v", b.Low, b.High, c.low, c.high)
			}
			if (c.note == "") != (b.Note == "") || !strings.Contains(b.Note, c.note) {
				t.Errorf("note %q, want %q", b.Note, c.note)
			}
			if b.None() && (b.Outside(inf) || b.Outside(-1e300)) {
				t.Error("an outlier where there are no bounds")
			}
		})
	}
}

func TestActions(t *testing.T) {
	x := of[float64]("x", 0.0, 1.0, 2.0, 3.0, 4.0, 100.0, nil, -inf)
	n := of[int]("n", -50, 0, 1, 2, 3, 4, nil, 1)
	word := of[string]("word", "a", "b", "c", "d", "e", "f", "g", "h")
	in := table(t, x, n, word)
	b := fitted(t, in, Options{})
	before := show(t, in, "x") + "|" + show(t, in, "n")
	for _, c := range []struct {
		action Action
		want   map[string]string
		kept   int
	}{
		{Flag, map[string]string{"x": "0.0 1.0 2.0 3.0 4.0 100.0 _ -inf", "n": "-50 0 1 2 3 4 _ 1",
			"x_outlier": "false false false false false true false true", "n_outlier": "true false false false false false false false"}, 8},
		{SetMissing, map[string]string{"x": "0.0 1.0 2.0 3.0 4.0 _ _ _", "n": "_ 0 1 2 3 4 _ 1"}, 8},
		{Clip, map[string]string{"x": "0.0 1.0 2.0 3.0 4.0 7.5 _ -2.5", "n": "-2 0 1 2 3 4 _ 1"}, 8},
		{DropRows, map[string]string{"x": "1.0 2.0 3.0 4.0 _", "n": "0 1 2 3 _", "word": "b c d e g"}, 5},
	} {
		t.Run(c.action.String(), func(t *testing.T) {
			out, r, err := b.Apply(in, ApplyOptions{Action: c.action})
			if err != nil {
				t.Fatal(err)
			}
			for name, want := range c.want {
				if got := show(t, out, name); got != want {
					t.Errorf("%s is %s, want %s", name, got, want)
				}
			}
			if r.Rows != 8 || r.Outlying != 3 || r.Kept != c.kept || out.Nrow() != c.kept {
				t.Errorf("report %+v, %d rows", r, out.Nrow())
			}
			if gone := []int{0, 5, 7}; c.action == DropRows && !slices.Equal(r.Dropped, gone) || c.action != DropRows && r.Dropped != nil {
				t.Errorf("dropped %v, want %v", r.Dropped, gone)
			}
			for _, col := range r.Columns {
				got, err := out.Column(col.Bound.Column)
				if err != nil {
					t.Fatal(err)
				}
				if missing := got.CountMissing(); col.After.Missing != missing || col.After.Values != out.Nrow()-missing {
					t.Errorf("%s: counted %+v of %d rows with %d missing", col.Bound.Column, col.After, out.Nrow(), missing)
				}
			}
			if got := show(t, in, "x") + "|" + show(t, in, "n"); got != before {
				t.Errorf("the table that was given changed: %s", got)
			}
		})
	}
	_, r, err := b.Apply(in, ApplyOptions{Action: Clip})
	if err != nil {
		t.Fatal(err)
	}
	want := []Example{{7, -inf, -inf, -2.5}, {5, 100, 48, 7.5}}
	if got := r.Columns[0].Examples; len(got) != 2 || got[0] != want[0] || got[1].Row != 5 || got[1].Becomes != want[1].Becomes {
		t.Errorf("examples %v, want %v", got, want)
	}
}

func TestClippedIntegersStayWithinTheBounds(t *testing.T) {
	for _, c := range []struct {
		low, high   float64
		wlow, whigh float64
	}{{-2.5, 7.5, -2, 7}, {2.2, 2.8, 3, 3}, {2.1, 2.4, 2, 2}, {3, 3, 3, 3}, {1e300, 1e301, 1<<63 - 1024, 1<<63 - 1024}, {-1e301, -1e300, -1 << 63, -1 << 63}} {
		if low, high := clips(Bound{Low: c.low, High: c.high}, frame.Int); low != c.wlow || high != c.whigh {
			t.Errorf("%v to %v: clips to %v and %v", c.low, c.high, low, high)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	good := table(t, of[float64]("x", 1.0, 2.0, 3.0), of[string]("s", "a", "b", "c"), of[bool]("b", true, false, true))
	fit := func(t frame.Table, o Options) error {
		_, err := Fit(split.WholeAsTrain(t), o)
		return err
	}
	grow := func(t frame.Table, o ForestOptions) error {
		_, err := FitForest(context.Background(), nil, split.WholeAsTrain(t), o)
		return err
	}
	bounds := fitted(t, good, Options{})
	forest, err := FitForest(context.Background(), nil, split.WholeAsTrain(good), ForestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	apply := func(t frame.Table, o ApplyOptions) error {
		_, _, err := bounds.Apply(t, o)
		return err
	}
	judge := func(t frame.Table, o ApplyOptions) error {
		_, _, err := forest.Apply(context.Background(), nil, t, o)
		return err
	}
	broken := good
	broken.Err = errors.New("was broken before")
	for _, c := range []struct {
		name string
		err  error
		is   error
		says string
	}{
		{"no such column", fit(good, Options{Columns: []string{"X"}}), frame.ErrColumn, `did you mean "x"`},
		{"text", fit(good, Options{Columns: []string{"x", "s"}}), frame.ErrKind, `"s" is string`},
		{"booleans", fit(good, Options{Columns: []string{"b"}}), frame.ErrKind, `"b" is boolean`},
		{"twice", fit(good, Options{Columns: []string{"x", "x"}}), ErrOptions, "twice"},
		{"no numbers", fit(table(t, of[string]("s", "a")), Options{}), ErrRows, "no column of numbers"},
		{"no rows", fit(table(t, of[float64]("x")), Options{}), ErrRows, "no rows"},
		{"no table", fit(frame.Table{}, Options{}), ErrRows, "no column"},
		{"broken table", fit(broken, Options{}), broken.Err, "holds an error"},
		{"method", fit(good, Options{Method: 9}), ErrOptions, "choose IQR"},
		{"factor", fit(good, Options{Factor: -1}), ErrOptions, "positive"},
		{"factor is no number", fit(good, Options{Factor: nan}), ErrOptions, "positive"},
		{"infinite factor", fit(good, Options{Factor: inf}), ErrOptions, "positive"},
		{"ddof", fit(good, Options{DDOF: 1}), ErrOptions, "ZScore alone"},
		{"ddof 2", fit(good, Options{Method: ZScore, DDOF: 2}), ErrOptions, "0 or 1"},
		{"factor of percentiles", fit(good, Options{Method: Percentile, Factor: 2}), ErrOptions, "Lower and Upper"},
		{"percentiles of fences", fit(good, Options{Lower: 0.1}), ErrOptions, "for percentiles"},
		{"percentiles swapped", fit(good, Options{Method: Percentile, Lower: 0.9, Upper: 0.1}), ErrOptions, "Lower < Upper"},
		{"percentiles in percent", fit(good, Options{Method: Percentile, Lower: 1, Upper: 99}), ErrOptions, "shares"},
		{"percentile NaN", fit(good, Options{Method: Percentile, Lower: nan, Upper: 1}), ErrOptions, "shares"},
		{"action", apply(good, ApplyOptions{Action: 7}), ErrOptions, "choose Flag"},
		{"score of bounds", apply(good, ApplyOptions{Score: "s"}), ErrOptions, "forests"},
		{"flag is there", apply(table(t, of[float64]("x", 1.0), of[int]("x_outlier", 1)), ApplyOptions{}), frame.ErrShape, "x_outlier"},
		{"applied to text", apply(table(t, of[string]("x", "1")), ApplyOptions{}), frame.ErrKind, `"x" is string`},
		{"applied without the column", apply(table(t, of[float64]("y", 1.0)), ApplyOptions{}), frame.ErrColumn, "y"},
		{"forest: infinite", grow(table(t, of[float64]("x", 1.0, -inf)), ForestOptions{}), ErrRows, "row 1 is infinite"},
		{"forest: no rows", grow(table(t, of[float64]("x")), ForestOptions{}), ErrRows, "no rows"},
		{"forest: text", grow(good, ForestOptions{Columns: []string{"s"}}), frame.ErrKind, "string"},
		{"forest: contamination", grow(good, ForestOptions{Contamination: 0.6}), ErrOptions, "0.5"},
		{"forest: contamination NaN", grow(good, ForestOptions{Contamination: nan}), ErrOptions, "0.5"},
		{"forest: trees", grow(good, ForestOptions{Trees: -1}), ErrOptions, "positive"},
		{"forest: too many trees", grow(good, ForestOptions{Trees: 1 << 40}), ErrLimit, "at most"},
		{"forest: clip", judge(good, ApplyOptions{Action: Clip}), ErrOptions, "whole rows"},
		{"forest: flag is there", judge(table(t, of[float64]("x", 1.0), of[int]("outlier", 1)), ApplyOptions{}), frame.ErrShape, `"outlier"`},
		{"forest: score is there", judge(good, ApplyOptions{Score: "s"}), frame.ErrShape, `"s"`},
		{"forest: one name for both", judge(good, ApplyOptions{Score: "outlier"}), frame.ErrShape, `"outlier"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !errors.Is(c.err, c.is) || !strings.Contains(fmt.Sprint(c.err), c.says) {
				t.Errorf("%v; want %v that says %q", c.err, c.is, c.says)
			}
		})
	}
}

// random makes a table of ugly columns.
func random(t testing.TB, rng *rand.Rand) frame.Table {
	n := 1 + rng.IntN(60)
	x, y, k := make([]any, n), make([]any, n), make([]any, n)
	for i := range n {
		x[i], y[i], k[i] = rng.NormFloat64(), math.Exp(4*rng.NormFloat64()), rng.IntN(9)
		switch rng.IntN(12) {
		case 0:
			x[i] = nil
		case 1:
			x[i] = nan
		case 2:
			y[i] = inf
		case 3:
			k[i] = nil
		case 4:
			k[i] = 1000 * (rng.IntN(3) - 1)
		}
	}
	return table(t, of[float64]("x", x...), of[float64]("y", y...), of[int]("k", k...))
}

func TestPropertiesOfBounds(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		train, other := random(t, rng), random(t, rng)
		o := []Options{{}, {Factor: 0.3}, {Method: ZScore, Factor: 1}, {Method: MAD}, {Method: Percentile, Lower: 0.1, Upper: 0.8}}[rng.IntN(5)]
		b := fitted(t, train, o)
		results := map[Action]frame.Table{}
		var first *Report
		for a := range Action(len(actionNames.List)) {
			out, r, err := b.Apply(other, ApplyOptions{Action: a})
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = r
			}
			if r.Outlying != first.Outlying || r.Rows != other.Nrow() {
				t.Fatalf("seed %d: %v finds %d rows, flag finds %d", seed, a, r.Outlying, first.Outlying)
			}
			results[a] = out
			if a == Flag {
				continue
			}
			again, r2, err := b.Apply(out, ApplyOptions{Action: a})
			if err != nil {
				t.Fatal(err)
			}
			for k, c := range r2.Columns {
				// No integer may lie within the bounds: then the nearest stays outside.
				empty := math.Ceil(c.Bound.Low) > math.Floor(c.Bound.High)
				if c.Low+c.High > 0 && !empty {
					t.Fatalf("seed %d: after %v, %s still has %d outliers", seed, a, c.Bound.Column, c.Low+c.High)
				}
				if show(t, again, c.Bound.Column) != show(t, out, c.Bound.Column) {
					t.Fatalf("seed %d: %v a second time changes %s", seed, a, r.Columns[k].Bound.Column)
				}
			}
		}
		if got, want := results[DropRows].Nrow(), other.Nrow()-first.Outlying; got != want {
			t.Fatalf("seed %d: %d rows are left, want %d", seed, got, want)
		}
		for _, c := range first.Columns {
			flagged := strings.Count(show(t, results[Flag], c.Bound.Column+"_outlier"), "true")
			missing, _ := results[SetMissing].Column(c.Bound.Column)
			if flagged != c.Low+c.High || missing.CountMissing() != c.Before.Missing+flagged {
				t.Fatalf("seed %d: %s: %d flagged, %d below, %d above", seed, c.Bound.Column, flagged, c.Low, c.High)
			}
		}
	}
}

func TestForestIsTheSameOnAnyNumberOfCores(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var x, y []any
	for range 1500 {
		x, y = append(x, rng.NormFloat64()), append(y, rng.ExpFloat64())
	}
	in := table(t, of[float64]("x", x...), of[float64]("y", y...))
	var all [][]byte
	var scores [][]float64
	for _, cores := range []int{1, 2, 5} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		f, err := FitForest(context.Background(), nil, split.WholeAsTrain(in), ForestOptions{Trees: 20, Seed: 4, Contamination: 0.1})
		if err != nil {
			t.Fatal(err)
		}
		b, err := f.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		s, err := f.Scores(context.Background(), nil, in)
		if err != nil {
			t.Fatal(err)
		}
		all, scores = append(all, b), append(scores, s)
	}
	for i := range all {
		if string(all[i]) != string(all[0]) || !slices.Equal(scores[i], scores[0]) {
			t.Error("the forest depends on the number of cores")
		}
	}
	other, err := FitForest(context.Background(), nil, split.WholeAsTrain(in), ForestOptions{Trees: 20, Seed: 5, Contamination: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := other.Scores(context.Background(), nil, in); slices.Equal(s, scores[0]) {
		t.Error("another seed gives the same scores")
	}
}

func TestForestFindsAndActs(t *testing.T) {
	var x, y []any
	rng := rand.New(rand.NewPCG(8, 8))
	for range 400 { // a ring: each value alone is ordinary, the middle of it is empty
		a := rng.Float64() * 2 * math.Pi
		x, y = append(x, math.Cos(a)+0.05*rng.NormFloat64()), append(y, math.Sin(a)+0.05*rng.NormFloat64())
	}
	x, y = append(x, 4.0), append(y, nil)
	in := table(t, of[float64]("x", x...), of[float64]("y", y...))
	f, err := FitForest(context.Background(), nil, split.WholeAsTrain(in), ForestOptions{Contamination: 0.01})
	if err != nil {
		t.Fatal(err)
	}
	out, r, err := f.Apply(context.Background(), nil, in, ApplyOptions{Score: "score"})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := f.Scores(context.Background(), nil, in)
	best := slices.Index(s, slices.Max(s))
	flags := strings.Fields(show(t, out, "outlier"))
	if best != 400 || flags[400] != "true" || r.Outlying != 4 || r.Odd[0].Row != 400 || r.Odd[0].Values[1] != "y –" || r.Odd[0].Values[0] != "x 4" {
		t.Errorf("row %d scores highest, flagged %s, report %+v", best, flags[400], r)
	}
	if got := show(t, out, "score"); !strings.HasSuffix(got, frame.FormatFloat(s[400])) {
		t.Error("the score column lacks the scores")
	}
	dropped, r, err := f.Apply(context.Background(), nil, in, ApplyOptions{Action: DropRows, Score: "score"})
	if err != nil {
		t.Fatal(err)
	}
	if dropped.Nrow() != 397 || r.Kept != 397 || dropped.Ncol() != 3 {
		t.Errorf("%d rows, %d columns, report says %d rows", dropped.Nrow(), dropped.Ncol(), r.Kept)
	}
	far := table(t, of[float64]("y", inf, 0.0), of[int]("x", 0, 0))
	if s, err := f.Scores(context.Background(), nil, far); err != nil || !(s[0] > 0 && s[0] <= 1) {
		t.Errorf("scores %v, %v", s, err)
	}
	none, _ := in.Take(nil)
	if out, r, err := f.Apply(context.Background(), nil, none, ApplyOptions{}); err != nil || out.Nrow() != 0 || r.Outlying != 0 {
		t.Errorf("no rows: %v", err)
	}
}

// TestWalkersFollowTheirTrees compares the prepared trees with a walk by the definition.
func TestWalkersFollowTheirTrees(t *testing.T) {
	follow := func(nodes tree, row []float64) float64 {
		i := int32(0)
		for nodes[i].right != 0 {
			n, v := nodes[i], row[nodes[i].column]
			if v <= n.at || math.IsNaN(v) && n.missingLeft {
				i++
			} else {
				i = n.right
			}
		}
		return nodes[i].at
	}
	missing := 0
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 5))
		columns := 1 + rng.IntN(4)
		flat := make([]float64, columns*(1+rng.IntN(70)))
		for i := range flat {
			flat[i] = math.Round(4 * rng.NormFloat64()) // many ties with thresholds
			if rng.IntN(4) == 0 {
				flat[i] = nan
			}
		}
		var rows [][]float64
		for i := 0; i < len(flat); i += columns {
			rows = append(rows, flat[i:i+columns])
		}
		nodes := grow(rng, rows, columns)
		for i := range nodes { // thresholds on values
			if nodes[i].right != 0 {
				nodes[i].at = math.Round(nodes[i].at)
				if nodes[i].missingLeft {
					missing++
				}
			}
		}
		flat[0] = []float64{inf, -inf, 0, math.Copysign(0, -1)}[seed%4]
		sums := make([]float64, len(rows))
		nodes.walker().add(sums, flat, columns)
		for i, row := range rows {
			if want := follow(nodes, row); sums[i] != want {
				t.Fatalf("seed %d, row %v: %v, want %v", seed, row, sums[i], want)
			}
		}
	}
	if missing < 100 {
		t.Errorf("%d splits send missing values left", missing)
	}
}

func TestSample(t *testing.T) {
	counts := make([]int, 10)
	for seed := range uint64(3000) {
		rows := sample(rand.New(rand.NewPCG(seed, 0)), 10, 4)
		if len(rows) != 4 || !slices.IsSorted(rows) || len(slices.Compact(rows)) != 4 {
			t.Fatalf("sample %v", rows)
		}
		for _, r := range rows {
			counts[r]++
		}
	}
	for r, n := range counts { // 1200 expected, standard deviation 27
		if n < 1060 || n > 1340 {
			t.Errorf("row %d was drawn %d times of 3000, about 1200 expected", r, n)
		}
	}
}

func TestProgressAndStopping(t *testing.T) {
	in := random(t, rand.New(rand.NewPCG(1, 1)))
	in, err := in.Pick("x", "k")
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]progress.Event{}
	rep := progress.Func(func(e progress.Event) {
		if e.Done <= last[e.Task].Done {
			t.Errorf("%s fell from %d to %d", e.Task, last[e.Task].Done, e.Done)
		}
		last[e.Task] = e
	})
	if _, err := FitForest(context.Background(), rep, split.WholeAsTrain(in), ForestOptions{Contamination: 0.2}); err != nil {
		t.Fatal(err)
	}
	for task, e := range last {
		if !e.Finished() {
			t.Errorf("%s ends at %d of %d", task, e.Done, e.Total)
		}
	}
	if len(last) != 2 {
		t.Errorf("%d tasks were reported", len(last))
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := FitForest(ctx, nil, split.WholeAsTrain(in), ForestOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestReportsShowThemselves(t *testing.T) {
	in := table(t, of[float64]("<b>x\t</b>", 1.0, 2.0, 3.0, 4.0, 90.0), of[float64]("constant", 1.0, 1.0, 1.0, 1.0, 1.0))
	_, r, err := fitted(t, in, Options{}).Apply(in, ApplyOptions{Action: Clip})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{r.HTML(), r.String()} {
		for _, want := range []string{"iqr, factor 1.5", "1 of 5 rows", "row 4: 90 → 7", "no bounds: the spread is 0", "1 to 90", "1 to 7"} {
			if !strings.Contains(s, want) {
				t.Errorf("%q is not in\n%s", want, s)
			}
		}
	}
	if strings.Contains(r.HTML(), "<b>") {
		t.Error("a name is not escaped")
	}
	f, err := FitForest(context.Background(), nil, split.WholeAsTrain(in), ForestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, r, err = f.Apply(context.Background(), nil, in, ApplyOptions{Action: DropRows})
	if err != nil {
		t.Fatal(err)
	}
	if s := r.HTML(); strings.Contains(s, "<b>") || !strings.Contains(s, "x\t&lt;/b&gt; 90") {
		t.Errorf("forest's report:\n%s", s)
	}
}

func TestSavedFitsAreTheSameToTheBit(t *testing.T) {
	dir := t.TempDir()
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 2))
		in := random(t, rng)
		b := fitted(t, in, Options{Method: Method(rng.IntN(4))})
		path := filepath.Join(dir, "bounds.json")
		if err := b.Save(path); err != nil {
			t.Fatal(err)
		}
		got, err := LoadBounds(path)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, b) {
			t.Fatalf("seed %d: %+v was read back as %+v", seed, b, got)
		}
		in, _ = in.Pick("x", "k")
		f, err := FitForest(context.Background(), nil, split.WholeAsTrain(in), ForestOptions{Trees: 5, Samples: 1 + rng.IntN(80), Seed: seed, Contamination: 0.1})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Save(path); err != nil {
			t.Fatal(err)
		}
		grown, err := LoadForest(path)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(grown, f) {
			t.Fatalf("seed %d: a forest was read back as another", seed)
		}
	}
	if _, err := LoadBounds(filepath.Join(dir, "bounds.json")); !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), "format") {
		t.Errorf("a forest taken for bounds: %v", err)
	}
	if _, err := LoadForest(filepath.Join(dir, "none.json")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := new(Forest).Save(filepath.Join(dir, "no", "folder.json")); err == nil {
		t.Error("saved into a folder that is not there")
	}
}

func TestNamesOfMethodsAndActions(t *testing.T) {
	for i := range methodNames.List {
		m, back := Method(i), Method(99)
		b, err := m.MarshalText()
		if err != nil || back.UnmarshalText(b) != nil || back != m || string(b) != m.String() {
			t.Errorf("%v is written as %q and read as %v", m, b, back)
		}
	}
	for i := range actionNames.List {
		a, back := Action(i), Action(99)
		b, err := a.MarshalText()
		if err != nil || back.UnmarshalText(b) != nil || back != a {
			t.Errorf("%v is written as %q and read as %v", a, b, back)
		}
	}
	if _, err := Method(9).MarshalText(); !errors.Is(err, ErrOptions) {
		t.Error(err)
	}
	if err := new(Action).UnmarshalText([]byte("explode")); !errors.Is(err, ErrOptions) || Action(9).String() != "Action(9)" {
		t.Error(err)
	}
}

// FuzzLoad reads any bytes as a fit: an error, or a fit that applies without a panic and is
// written and read as it is.
func FuzzLoad(f *testing.F) {
	in := table(f, of[float64]("x", 1.0, 2.0, nil, 9.0), of[int]("k", 1, 2, 3, nil))
	b, err := fitted(f, in, Options{}).MarshalJSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	forest, err := FitForest(context.Background(), nil, split.WholeAsTrain(in), ForestOptions{Trees: 2})
	if err != nil {
		f.Fatal(err)
	}
	if b, err = forest.MarshalJSON(); err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"format":"tlkit outlier bounds 1","options":{"method":"mad"},"columns":[{"column":"x","low":"-inf","high":1e308}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var b Bounds
		if err := b.UnmarshalJSON(data); err == nil {
			_, _, _ = b.Apply(in, ApplyOptions{Action: Clip})
			again(t, &b, new(Bounds))
		} else if !errors.Is(err, ErrFile) {
			t.Fatal(err)
		}
		var grown Forest
		if err := grown.UnmarshalJSON(data); err == nil {
			_, _, _ = grown.Apply(context.Background(), nil, in, ApplyOptions{})
			again(t, &grown, new(Forest))
		} else if !errors.Is(err, ErrFile) {
			t.Fatal(err)
		}
	})
}

type fit interface {
	MarshalJSON() ([]byte, error)
	UnmarshalJSON([]byte) error
}

func again(t *testing.T, was, is fit) {
	b, err := was.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := is.UnmarshalJSON(b); err != nil || !reflect.DeepEqual(was, is) {
		t.Fatalf("%s is read back otherwise: %v", b, err)
	}
}

func TestFilesThatDoNotHoldTogether(t *testing.T) {
	forest := func(options, trees string) string {
		return `{"format":"tlkit isolation forest 1","options":{"columns":["x"],` + options + `},"threshold":0.5,"rows":4,"trees":[` + trees + `]}`
	}
	good := `{"column":[0,-1,-1],"at":[1.5],"right":[2],"left":[0],"rows":[4,1,3]}`
	if err := new(Forest).UnmarshalJSON([]byte(forest(`"trees":1`, good))); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"not JSON":            `{`,
		"too few trees":       forest(`"trees":2`, good),
		"child of itself":     forest(`"trees":1`, `{"column":[0,-1,-1],"at":[1.5],"right":[0],"left":[],"rows":[4,1,3]}`),
		"child outside":       forest(`"trees":1`, `{"column":[0,-1,-1],"at":[1.5],"right":[3],"left":[],"rows":[4,1,3]}`),
		"rows made of none":   forest(`"trees":1`, `{"column":[0,-1,-1],"at":[1.5],"right":[2],"left":[],"rows":[4,2,3]}`),
		"column outside":      forest(`"trees":1`, `{"column":[1,-1,-1],"at":[1.5],"right":[2],"left":[],"rows":[4,1,3]}`),
		"no nodes":            forest(`"trees":1`, `{}`),
		"a split that is not": forest(`"trees":1`, `{"column":[0,-1,-1],"at":[1.5],"right":[2],"left":[1],"rows":[4,1,3]}`),
		"two parents":         forest(`"trees":1`, `{"column":[0,0,-1,-1,-1],"at":[1.5,1],"right":[3,3],"left":[],"rows":[4,3,2,1,1]}`),
		"seed of words":       forest(`"trees":1,"seed":"x"`, good),
		"bounds swapped":      `{"format":"tlkit outlier bounds 1","options":{"method":"iqr"},"columns":[{"column":"x","low":2,"high":1}]}`,
		"bounds of nothing":   `{"format":"tlkit outlier bounds 1","options":{"method":"iqr"},"columns":[{"column":"x","low":"inf","high":"inf"}]}`,
		"one column twice":    `{"format":"tlkit outlier bounds 1","options":{"method":"iqr"},"columns":[{"column":"x"},{"column":"x"}]}`,
		"unknown method":      `{"format":"tlkit outlier bounds 1","options":{"method":"guess"},"columns":[]}`,
	} {
		if e1, e2 := new(Forest).UnmarshalJSON([]byte(data)), new(Bounds).UnmarshalJSON([]byte(data)); !errors.Is(e1, ErrFile) || !errors.Is(e2, ErrFile) {
			t.Errorf("%s: %v; %v", name, e1, e2)
		}
	}
}
