package feature

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

func imputers() []Step {
	return []Step{
		Impute{},
		Impute{By: impute.Simple{Numbers: impute.Median, Indicators: true}},
		Impute{By: impute.KNN{Neighbors: 2, Others: impute.Mode, Indicators: true, KeepEmpty: true}},
		Impute{By: impute.Iterative{Rounds: 3}},
		Impute{By: impute.Constant{Value: impute.FloatValue(-1)}},
		Impute{By: impute.KNN{Ints: impute.Round}},
	}
}

func gappy(t testing.TB) frame.Table {
	ints := frame.MakeCells[int](8)
	for i := range ints {
		ints[i] = frame.Cell[int]{Value: i * i, Null: i == 3}
	}
	bools := frame.MakeCells[bool](8)
	for i := range bools {
		bools[i] = frame.Cell[bool]{Value: i > 2, Null: i == 0}
	}
	return tableOf(t, frame.Schema{{Name: "level", Kind: frame.Category, Levels: []string{"low", "high"}}},
		numberColumn("a", 1, nan, 3, 4.5, nan, 6, 7, 9), frame.Series("i", ints), numberColumn("whole", 1, 2, 3, 4, 5, 6, 7, 8.5),
		textColumn("t", "x", none, "y", "y", "x", "y", none, "y"), textColumn("level", "low", "high", "high", none, "low", "low", "high", "low"),
		frame.Series("b", bools))
}

// A pipeline fills what the imputer by itself fills, in every way that there is.
func TestImputeIsTheImputer(t *testing.T) {
	table := gappy(t)
	for k, s := range imputers() {
		by := s.(Impute).by()
		fitted, err := by.Fit(t.Context(), nil, split.WholeAsTrain(table))
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := fitted.Apply(t.Context(), nil, table)
		if err != nil {
			t.Fatal(err)
		}
		f := mustFit(t, Pipeline{Steps: []Step{s}}, table)
		have, err := f.Table(t.Context(), nil, table)
		if err != nil {
			t.Fatal(err)
		}
		names := want.Names()
		for _, n := range have.Names() {
			w, err := want.Column(n)
			if err != nil {
				t.Fatalf("imputer %d: %v", k, err)
			}
			h, err := have.Column(n)
			if err != nil {
				t.Fatal(err)
			}
			for i := range w.Len() {
				if strings.TrimSuffix(w.Format(i), ".0") != strings.TrimSuffix(h.Format(i), ".0") {
					t.Errorf("imputer %d (%v), column %s, row %d: %q, want %q", k, by, n, i, h.Format(i), w.Format(i))
				}
			}
			names = slices.DeleteFunc(names, func(o string) bool { return o == n })
		}
		if len(names) > 0 {
			t.Errorf("imputer %d: no %v", k, names)
		}
		checkTables(t, f, table)
	}
}

// checkTables loads what was saved and applies it to pieces, and expects the same table.
func checkTables(t *testing.T, f *Fitted, table frame.Table) {
	t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	loaded := &Fitted{}
	if err := loaded.UnmarshalJSON(b); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(loaded); err != nil || string(again) != string(b) {
		t.Errorf("saved anew it differs: %v", err)
	}
	whole, err := f.Table(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	row := 0
	for piece, err := range pieces(t, table, 3) {
		if err != nil {
			t.Fatal(err)
		}
		part, err := loaded.Table(t.Context(), nil, piece)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range whole.Names() {
			w, _ := whole.Column(n)
			h, err := part.Column(n)
			if err != nil {
				t.Fatal(err)
			}
			for i := range h.Len() {
				if h.Format(i) != w.Format(row+i) {
					t.Errorf("column %s, row %d of a piece: %q, want %q", n, row+i, h.Format(i), w.Format(row+i))
				}
			}
		}
		row += piece.Nrow()
	}
}

// Numbers alone go through every way, one row at a time too; only models take memory.
func TestImputeNumbers(t *testing.T) {
	table, err := gappy(t).Pick("a", "i", "whole", "b")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range imputers() {
		p := Pipeline{Steps: []Step{s, StandardScaler{}}}
		f := mustFit(t, p, table)
		switch f.steps[0].do.(type) {
		case *predicted:
			checkTables(t, f, table)
			r, err := f.Row()
			if err != nil {
				t.Fatal(err)
			}
			x := mustMatrix(t, f, table)
			for i := range table.Nrow() {
				setRow(t, r, f, table, i)
				row, err := r.Features()
				if err != nil {
					t.Fatal(err)
				}
				for j, v := range row {
					if w := x.At(i, j); v != w && (v == v || w == w) {
						t.Errorf("%v: row %d by itself, feature %d: %v, want %v", s, i, j, v, w)
					}
				}
			}
		default:
			checkWays(t, f, table)
		}
		if _, err := f.Inverse(t.Context(), must(f.Table(t.Context(), nil, table))); err != nil {
			t.Errorf("%v: %v", s, err)
		}
	}
}

func must(t frame.Table, err error) frame.Table {
	if err != nil {
		panic(err)
	}
	return t
}

// A filled column that nothing needs is not asked for, and one that is left out does not
// keep the others from being turned round.
func TestImputeAsksForWhatIsNeeded(t *testing.T) {
	table := gappy(t)
	f := mustFit(t, Pipeline{Steps: []Step{Impute{}, Keep{Columns: []string{"a", "t"}}}}, table)
	var names []string
	for _, field := range f.Inputs() {
		names = append(names, field.Name)
	}
	if !slices.Equal(names, []string{"a", "t"}) {
		t.Error("inputs", names)
	}
	g := mustFit(t, Pipeline{Steps: []Step{imputers()[1], Drop{Columns: []string{"a"}}}}, table)
	back, err := g.Inverse(t.Context(), must(g.Table(t.Context(), nil, table)))
	if err != nil {
		t.Fatal(err)
	}
	if n := back.Names(); slices.Contains(n, "a") || !slices.Contains(n, "i") || slices.Contains(n, "i_missing") {
		t.Error("back to", n)
	}
	if got := g.Names(); !slices.Equal(got, []string{"a_missing", "i", "i_missing", "whole", "t", "t_missing", "level", "level_missing", "b", "b_missing"}) {
		t.Error(got)
	}
}

func TestImputeRefuses(t *testing.T) {
	table := gappy(t)
	for name, by := range map[string]impute.Imputer{"rows beside": impute.ForwardFill{}, "pointer": &impute.Simple{}, "no neighbours": impute.KNN{Neighbors: -1}} {
		err := fitError(t, Impute{By: by}, table)
		if err == nil || !errors.Is(err, ErrOption) && !errors.Is(err, impute.ErrOption) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var unknown *frame.ColumnError
	if err := fitError(t, Impute{By: impute.Simple{Columns: []string{"levle"}}}, table); !errors.As(err, &unknown) || unknown.Nearest != "level" {
		t.Error(err)
	}
	if err := fitError(t, Impute{By: impute.KNN{Columns: []string{"t"}}}, table); !errors.Is(err, frame.ErrKind) {
		t.Error(err)
	}
	var empty *impute.EmptyError
	if err := fitError(t, Impute{}, tableOf(t, nil, numberColumn("e", nan, nan))); !errors.As(err, &empty) {
		t.Error(err)
	}
	f := mustFit(t, Pipeline{Steps: []Step{Impute{By: impute.Simple{KeepEmpty: true}}}}, tableOf(t, nil, numberColumn("e", nan, nan)))
	if x := mustMatrix(t, f, tableOf(t, nil, numberColumn("e", 3, nan))); x.At(0, 0) != 3 || x.At(1, 0) == x.At(1, 0) {
		t.Error(x.RawMatrix().Data)
	}
}

// Many columns cost as much as they are many, and a pipeline that is no longer wanted ends.
func TestImputeOfManyColumns(t *testing.T) {
	const p = 10_000
	cols := make([]series.Series, p)
	for j := range cols {
		v := make([]float64, 20)
		for i := range v {
			v[i] = float64(i * j)
		}
		v[j%20] = nan
		cols[j] = numberColumn(fmt.Sprint("column ", j), v...)
	}
	table := tableOf(t, nil, cols...)
	begin := time.Now()
	f := mustFit(t, Pipeline{Steps: []Step{Impute{}}}, table)
	mustMatrix(t, f, table)
	if d := time.Since(begin); d > 5*time.Second { // it is 0.1 s
		t.Error("it takes", d)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Pipeline{Steps: []Step{Impute{}}}).Fit(ctx, nil, split.WholeAsTrain(table)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// What a row has passes as it is, whatever else is missing in it, also numbers that are not
// whole in a column that was one of ints.
func TestImputePassesWhatIsThere(t *testing.T) {
	ints := frame.MakeCells[int](6)
	for i := range ints {
		ints[i].Value = i + 1
	}
	table := tableOf(t, nil, frame.Series("a", ints), numberColumn("f", 1, 2, nan, 4, 5, 6))
	for _, s := range []Step{Impute{By: impute.KNN{}}, Impute{By: impute.KNN{Ints: impute.Round}}, Impute{By: impute.Iterative{}}, Impute{By: impute.Iterative{Ints: impute.Round}}} {
		f := mustFit(t, Pipeline{Steps: []Step{s}}, table)
		others := tableOf(t, nil, numberColumn("a", 2.7, 3.9, 1e300, nan), numberColumn("f", 1, nan, 3, 4))
		x := mustMatrix(t, f, others)
		if x.At(0, 0) != 2.7 || x.At(1, 0) != 3.9 || x.At(2, 0) != 1e300 {
			t.Errorf("%v: %v", s, x.RawMatrix().Data)
		}
		if v := x.At(3, 0); f.steps[0].do.(*predicted).Whole != nil && v != math.Round(v) {
			t.Errorf("%v: filled with %v", s, v)
		}
		checkTables(t, f, others)
		r, err := f.Row()
		if err != nil {
			t.Fatal(err)
		}
		for i := range others.Nrow() {
			setRow(t, r, f, others, i)
			if row, err := r.Features(); err != nil || !slices.Equal(row, x.RawRowView(i)) {
				t.Errorf("%v, row %d: %v, want %v, %v", s, i, row, x.RawRowView(i), err)
			}
		}
	}
}

// A constant is checked as it is where it is applied without a pipeline.
func TestImputeChecksConstants(t *testing.T) {
	table := tableOf(t, frame.Schema{{Name: "level", Kind: frame.Category, Levels: []string{"low", "high"}}, {Name: "day", Kind: frame.Date}},
		numberColumn("n", 1, 2), textColumn("level", "low", "high"), textColumn("day", "2020-01-02", "2020-01-03"), boolColumn("b", true, false))
	for name, c := range map[string]impute.Constant{
		"no level":           {Columns: []string{"level"}, Value: impute.TextValue("middle")},
		"no date":            {Columns: []string{"day"}, Value: impute.TextValue("soon")},
		"number for boolean": {Columns: []string{"b"}, Value: impute.FloatValue(5)},
		"boolean for number": {Columns: []string{"n"}, Value: impute.BoolValue(true)},
		"text for number":    {Columns: []string{"n"}, Value: impute.TextValue("1")},
		"nothing":            {},
	} {
		if _, _, err := c.Apply(t.Context(), nil, table); err == nil {
			t.Errorf("%s: applied by itself it is no error", name)
		}
		if err := fitError(t, Impute{By: c}, table); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	mustFit(t, Pipeline{Steps: []Step{Impute{By: impute.Constant{Columns: []string{"level"}, Value: impute.TextValue("low")}}}}, table)
}

// The training rows go through what was fitted on them, also where their most frequent value
// is no level.
func TestImputeTakesItsTrainingRows(t *testing.T) {
	table := tableOf(t, frame.Schema{{Name: "level", Kind: frame.Category, Levels: []string{"low", "high"}}},
		textColumn("level", "odd", "odd", none, "low"), numberColumn("n", 1, nan, 3, 4))
	for _, by := range []impute.Imputer{impute.Simple{}, impute.KNN{Others: impute.Mode}, impute.Iterative{Others: impute.Mode}} {
		f := mustFit(t, Pipeline{Steps: []Step{Impute{By: by}}}, table)
		made := must(f.Table(t.Context(), nil, table))
		if c, err := made.Column("level"); err != nil || c.Format(2) != "odd" {
			t.Errorf("%v: %v, %v", by, c, err)
		}
		checkTables(t, f, table)
	}
	days := tableOf(t, frame.Schema{{Name: "day", Kind: frame.Date}}, textColumn("day", "soon", "soon", none), numberColumn("n", 1, 2, 3))
	for _, by := range []impute.Imputer{impute.Simple{}, impute.KNN{Others: impute.Mode}} {
		if err := fitError(t, Impute{By: by}, days); !errors.Is(err, ErrInput) {
			t.Errorf("%v: %v", by, err)
		}
	}
}

// Text of any bytes is filled as it is; a file cannot hold it.
func TestImputeOfTextThatIsNotUTF8(t *testing.T) {
	table := tableOf(t, nil, textColumn("c", "\xff", "\xff", "\xfe", none), numberColumn("n", 1, 2, 3, 4))
	for _, by := range []impute.Imputer{impute.Simple{}, impute.KNN{Others: impute.Mode}, impute.Constant{Value: impute.TextValue("\xff")}} {
		f := mustFit(t, Pipeline{Steps: []Step{Impute{By: by}}}, table)
		made := must(f.Table(t.Context(), nil, table))
		if c, err := made.Column("c"); err != nil || c.Texts[3].Value != "\xff" {
			t.Errorf("%v: %q, %v", by, c.Format(3), err)
		}
		if _, err := json.Marshal(f); !errors.Is(err, ErrInput) {
			t.Errorf("%v: saved: %v", by, err)
		}
	}
	table = tableOf(t, frame.Schema{{Name: "c", Kind: frame.Category, Levels: []string{"a", "\xff"}}}, textColumn("c", "a", none))
	for _, steps := range [][]Step{nil, {Impute{}}} {
		if _, err := json.Marshal(mustFit(t, Pipeline{Steps: steps}, table)); !errors.Is(err, ErrInput) {
			t.Errorf("levels: %v", err)
		}
	}
}
