package feature

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

func pets(t testing.TB) frame.Table {
	return tableOf(t, frame.Schema{{Name: "size", Kind: frame.Category, Levels: []string{"small", "large", "huge"}, Ordered: true}},
		textColumn("pet", "cat", "dog", none, "cat", "emu"),
		textColumn("size", "large", "small", "large", none, "large"),
		numberColumn("legs", 4, 4, 4, math.NaN(), 2),
		boolColumn("tame", true, true, false, true, false))
}

func TestOneHotNames(t *testing.T) {
	all := []string{"pet", "size", "legs", "tame"}
	for name, c := range map[string]struct {
		step OneHotEncoder
		want string
	}{
		"all of text":     {OneHotEncoder{}, "pet=cat pet=dog pet=emu pet=(missing) size=small size=large size=huge size=(missing) legs tame"},
		"named":           {OneHotEncoder{Columns: []string{"legs", "tame"}}, "pet size legs=2 legs=4 legs=(missing) tame=false tame=true"},
		"missing is none": {OneHotEncoder{Columns: all, SkipMissing: true}, "pet=cat pet=dog pet=emu size=small size=large size=huge legs=2 legs=4 tame=false tame=true"},
		"first dropped":   {OneHotEncoder{Columns: all, DropValue: DropFirst}, "pet=dog pet=emu pet=(missing) size=large size=huge size=(missing) legs=4 legs=(missing) tame=true"},
		"of two":          {OneHotEncoder{Columns: all, DropValue: DropIfBinary}, "pet=cat pet=dog pet=emu pet=(missing) size=small size=large size=huge size=(missing) legs=2 legs=4 legs=(missing) tame=true"},
		"infrequent":      {OneHotEncoder{Columns: all, MinFrequency: 2}, "pet=cat pet=(infrequent) size=large size=(infrequent) legs=4 legs=(infrequent) tame=false tame=true"},
		"share":           {OneHotEncoder{Columns: []string{"legs"}, MinFrequency: 0.5}, "pet size legs=4 legs=(infrequent) tame"},
	} {
		f := mustFit(t, Pipeline{Steps: []Step{c.step}}, pets(t))
		if got := strings.Join(f.Names(), " "); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
	}
}

// What stands for missing and for joined values never has the name of a value.
func TestOneHotNamesAreUnique(t *testing.T) {
	table := tableOf(t, nil, textColumn("a", "(missing)", "((missing))", none, "(infrequent)", "x", "x", "(missing)", "((missing))"))
	f := mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}}}, table)
	want := []string{"a=((missing))", "a=(infrequent)", "a=(missing)", "a=x", "a=(((missing)))"}
	if !slices.Equal(f.Names(), want) {
		t.Errorf("%q, want %q", f.Names(), want)
	}
	f = mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{MinFrequency: 2, SkipMissing: true}}}, table)
	if want := []string{"a=((missing))", "a=(missing)", "a=x", "a=((infrequent))"}; !slices.Equal(f.Names(), want) {
		t.Errorf("%q, want %q", f.Names(), want)
	}
	twice := tableOf(t, nil, textColumn("a", "b=c"), textColumn("a=b", "c"))
	_, err := Pipeline{Steps: []Step{OneHotEncoder{}}}.Fit(t.Context(), nil, split.WholeAsTrain(twice))
	if !errors.Is(err, ErrInput) {
		t.Errorf("one name twice: %v", err)
	}
}

func TestOneHotUnknown(t *testing.T) {
	train := tableOf(t, nil, textColumn("pet", "cat", "cat", "dog", "emu"), numberColumn("n", 1, 1, 2, 3))
	other := tableOf(t, nil, textColumn("pet", "cat", "doge"), numberColumn("n", 1, 1))
	refuse := mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}}}, train)
	_, err := refuse.Matrix(t.Context(), nil, other)
	var unknown *UnknownError
	if !errors.As(err, &unknown) || !errors.Is(err, ErrUnknown) || unknown.Column != "pet" || unknown.Row != 1 || unknown.Value != "doge" || unknown.Nearest != "dog" {
		t.Errorf("an unknown text: %v", err)
	}
	_, err = refuse.Matrix(t.Context(), nil, tableOf(t, nil, textColumn("pet", "cat", none), numberColumn("n", 1, 1)))
	if !errors.As(err, &unknown) || !unknown.Missing || unknown.Row != 1 || !strings.Contains(err.Error(), "missing") {
		t.Errorf("an unknown missing value: %v", err)
	}
	named := mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{Columns: []string{"n"}}, Drop{[]string{"pet"}}}}, train)
	_, err = named.Matrix(t.Context(), nil, tableOf(t, nil, numberColumn("n", 2, 2.5)))
	if !errors.As(err, &unknown) || unknown.Value != "2.5" {
		t.Errorf("an unknown number: %v", err)
	}
	_, err = named.Matrix(t.Context(), nil, tableOf(t, nil, numberColumn("n", 2, math.NaN())))
	if !errors.As(err, &unknown) || !unknown.Missing {
		t.Errorf("an unknown missing number: %v", err)
	}
	// Without infrequent values, unknown ones are as ignored ones.
	for _, u := range []Unknown{Ignore, Infrequent} {
		f := mustFit(t, Pipeline{Steps: []Step{Keep{[]string{"pet"}}, OneHotEncoder{Unknown: u}}}, train)
		if x := mustMatrix(t, f, other); fmt.Sprint(x.RawRowView(1)) != "[0 0 0]" {
			t.Errorf("%v: %v", u, x.RawRowView(1))
		}
	}
	f := mustFit(t, Pipeline{Steps: []Step{Keep{[]string{"pet"}}, OneHotEncoder{Unknown: Infrequent, MinFrequency: 2}}}, train)
	if x := mustMatrix(t, f, other); fmt.Sprint(x.RawRowView(1)) != "[0 1]" {
		t.Errorf("infrequent: %v", x.RawRowView(1))
	}
}

// Of many rows that are unknown, the first is named, whatever the number of cores.
func TestTheFirstUnknownRowIsNamed(t *testing.T) {
	train := tableOf(t, nil, textColumn("a", "x", "y"))
	f := mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}}}, train)
	v := make([]string, 40*blockRows)
	for i := range v {
		if v[i] = "x"; i >= 3*blockRows+77 {
			v[i] = "z"
		}
	}
	for range 20 {
		_, err := f.Matrix(t.Context(), nil, tableOf(t, nil, textColumn("a", v...)))
		var unknown *UnknownError
		if !errors.As(err, &unknown) || unknown.Row != 3*blockRows+77 {
			t.Fatalf("row %v", err)
		}
	}
}

func TestOneHotInverse(t *testing.T) {
	for name, c := range map[string]struct {
		step OneHotEncoder
		want string
	}{
		"plain":         {OneHotEncoder{}, "cat dog - cat emu | large small large - large | 4 4 4 NaN 2 | true true false true false"},
		"first dropped": {OneHotEncoder{DropValue: DropFirst}, "cat dog - cat emu | large small large - large | 4 4 4 NaN 2 | true true false true false"},
		"skipped":       {OneHotEncoder{SkipMissing: true}, "cat dog - cat emu | large small large - large | 4 4 4 NaN 2 | true true false true false"},
		"joined":        {OneHotEncoder{MinFrequency: 2}, "cat - - cat - | large - large - large | 4 4 4 NaN NaN | true true false true false"},
	} {
		c.step.Columns = []string{"pet", "size", "legs", "tame"}
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
		if c, err := back.Column("size"); err != nil || c.Kind != frame.Category || !c.Ordered {
			t.Errorf("%s: size is %v, %v", name, c.Field, err)
		}
	}
}

// shown writes a table's columns; a missing text is -.
func shown(t *testing.T, table frame.Table) string {
	t.Helper()
	cols, err := table.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range cols {
		var cells []string
		for i := range c.Len() {
			switch {
			case c.Missing(i) && c.Texts == nil && c.Bools == nil:
				cells = append(cells, "NaN")
			case c.Missing(i):
				cells = append(cells, "-")
			default:
				cells = append(cells, strings.TrimSuffix(c.Format(i), ".0"))
			}
		}
		out = append(out, strings.Join(cells, " "))
	}
	return strings.Join(out, " | ")
}

func TestOneHotOfUglyColumns(t *testing.T) {
	for name, c := range map[string]struct {
		table frame.Table
		step  OneHotEncoder
		want  int
	}{
		"one row":              {tableOf(t, nil, textColumn("a", "x")), OneHotEncoder{}, 1},
		"one value dropped":    {tableOf(t, nil, textColumn("a", "x", "x")), OneHotEncoder{DropValue: DropFirst}, 0},
		"nothing":              {tableOf(t, nil, textColumn("a", none, none)), OneHotEncoder{SkipMissing: true}, 0},
		"nothing to drop":      {tableOf(t, nil, textColumn("a", none, none)), OneHotEncoder{SkipMissing: true, DropValue: DropFirst}, 0},
		"all missing":          {tableOf(t, nil, textColumn("a", none, none)), OneHotEncoder{}, 1},
		"not UTF-8":            {tableOf(t, nil, textColumn("a", "\xff", "\xfe\x00", "�", "x\xff")), OneHotEncoder{}, 4},
		"zeros":                {tableOf(t, nil, numberColumn("a", math.Copysign(0, -1), 0, 1)), OneHotEncoder{Columns: []string{"a"}}, 2},
		"levels beyond":        {tableOf(t, frame.Schema{{Name: "a", Kind: frame.Category, Levels: []string{"q", "p", "q"}}}, textColumn("a", "z", "p", "a")), OneHotEncoder{}, 4},
		"two limits":           {tableOf(t, nil, textColumn("a", "x", "y", "z", "x")), OneHotEncoder{MinFrequency: 2, MaxCategories: 1}, 1},
		"limit of many":        {tableOf(t, nil, textColumn("a", "x", "y")), OneHotEncoder{MaxCategories: math.MaxInt}, 2},
		"a date":               {tableOf(t, frame.Schema{{Name: "a", Kind: frame.Date}}, textColumn("a", "2020-01-02", none)), OneHotEncoder{Columns: []string{"a"}}, 2},
		"no column":            {tableOf(t, nil, numberColumn("a", 1)), OneHotEncoder{}, 1},
		"an empty text":        {tableOf(t, nil, textColumn("a", "", none, "")), OneHotEncoder{}, 2},
		"a longer one":         {tableOf(t, nil, textColumn("a", strings.Repeat("long ", 1000), "x")), OneHotEncoder{}, 2},
		"missing is joined to": {tableOf(t, nil, textColumn("a", "x", "x", none, "y")), OneHotEncoder{MinFrequency: 2}, 2},
	} {
		f := mustFit(t, Pipeline{Steps: []Step{c.step}}, c.table)
		if len(f.Names()) != c.want {
			t.Errorf("%s: features %q", name, f.Names())
		}
		checkWays(t, f, c.table)
		empty, err := c.table.Take(nil)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := f.Sparse(t.Context(), nil, empty); err != nil || s.Rows != 0 || len(s.Start) != 1 || s.Cols != c.want {
			t.Errorf("%s: without rows: %+v, %v", name, s, err)
		}
	}
}

func TestEncoderOptions(t *testing.T) {
	inf, nan, one := math.Inf(1), math.NaN(), 1.0
	for name, s := range map[string]Step{
		"unknown": OneHotEncoder{Unknown: 9}, "drop": OneHotEncoder{DropValue: 9},
		"frequency": OneHotEncoder{MinFrequency: -1}, "NaN": OneHotEncoder{MinFrequency: nan}, "infinite": OneHotEncoder{MinFrequency: inf}, "1.5 rows": OneHotEncoder{MinFrequency: 1.5},
		"categories": OneHotEncoder{MaxCategories: -1},
		"ordinal":    OrdinalEncoder{Unknown: 9}, "refused and encoded": OrdinalEncoder{UnknownAs: &one}, "as infinite": OrdinalEncoder{MissingAs: &inf},
		"as a known one": OrdinalEncoder{Unknown: Ignore, UnknownAs: &one}, "missing as a known one": OrdinalEncoder{MissingAs: &one}, "ordinal frequency": OrdinalEncoder{MinFrequency: -2},
		"smoothing": TargetEncoder{Smoothing: -1}, "smoothing NaN": TargetEncoder{Smoothing: nan}, "both": TargetEncoder{Smoothing: 2, NoSmoothing: true}, "folds": TargetEncoder{Folds: 1}, "many folds": TargetEncoder{Folds: 101},
		"bits": HashingEncoder{Bits: 21}, "fewer bits": HashingEncoder{Bits: -1}, "not UTF-8": HashingEncoder{Name: "\xff"},
		"part": DateParts{Parts: []DatePart{99}}, "part twice": DateParts{Parts: []DatePart{Year, Year}},
		"column twice": OneHotEncoder{Columns: []string{"pet", "pet"}},
	} {
		_, err := Pipeline{Target: "tame", Steps: []Step{s}}.Fit(t.Context(), nil, split.WholeAsTrain(pets(t)))
		var step *StepError
		if !errors.Is(err, ErrOption) || !errors.As(err, &step) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, s := range []Step{OneHotEncoder{Columns: []string{"petz"}}, OrdinalEncoder{Columns: []string{"petz"}}, TargetEncoder{Columns: []string{"petz"}}, FrequencyEncoder{Columns: []string{"petz"}}, HashingEncoder{Columns: []string{"petz"}}, DateParts{Columns: []string{"petz"}}} {
		_, err := Pipeline{Target: "tame", Steps: []Step{s}}.Fit(t.Context(), nil, split.WholeAsTrain(pets(t)))
		var unknown *frame.ColumnError
		if !errors.As(err, &unknown) || unknown.Nearest != "pet" {
			t.Errorf("%T: %v", s, err)
		}
	}
	for _, s := range []Step{HashingEncoder{Columns: []string{"legs"}}, DateParts{Columns: []string{"legs"}}, DateParts{Columns: []string{"size"}}} {
		_, err := Pipeline{Steps: []Step{s}}.Fit(t.Context(), nil, split.WholeAsTrain(pets(t)))
		if !errors.Is(err, frame.ErrKind) {
			t.Errorf("%T: %v", s, err)
		}
	}
}

// Where nothing tells the dropped value from others, none is made up.
func TestOneHotInverseMakesNothingUp(t *testing.T) {
	table := tableOf(t, nil, textColumn("t", "a", "b", "c", "a"))
	gaps := tableOf(t, nil, textColumn("t", "a", "b", none, "c"))
	first := OneHotEncoder{DropValue: DropFirst}
	for name, c := range map[string]struct {
		table frame.Table
		steps []Step
		want  string
	}{
		"all there":              {table, []Step{first}, "a b c a"},
		"one left out":           {table, []Step{first, Drop{Columns: []string{"t=c"}}}, " b  "},
		"spread":                 {table, []Step{first, StandardScaler{Columns: []string{"t=c"}}}, "a b c a"},
		"spread, one left out":   {table, []Step{first, StandardScaler{Columns: []string{"t=b", "t=c"}}, Drop{Columns: []string{"t=c"}}}, " b  "},
		"missing is a value":     {gaps, []Step{first}, "a b  c"},
		"missing is 0 in all":    {gaps, []Step{OneHotEncoder{DropValue: DropFirst, SkipMissing: true}}, " b  c"},
		"nothing was dropped":    {gaps, []Step{OneHotEncoder{SkipMissing: true}}, "a b  c"},
		"left out, none dropped": {table, []Step{OneHotEncoder{}, Drop{Columns: []string{"t=a"}}}, " b c "},
	} {
		f := mustFit(t, Pipeline{Steps: c.steps}, c.table)
		back, err := f.Inverse(t.Context(), must(f.Table(t.Context(), nil, c.table)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		col, err := back.Column("t")
		if err != nil {
			t.Fatal(err)
		}
		var have []string
		for i := range col.Len() {
			have = append(have, col.Format(i))
		}
		if got := strings.Join(have, " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Ints that float64 does not tell apart are no values: neither where they are learnt nor where
// they are met.
func TestEncodersOfHugeInts(t *testing.T) {
	intsOf := func(v ...int) frame.Table {
		cells := frame.MakeCells[int](len(v))
		for i, x := range v {
			cells[i].Value = x
		}
		return tableOf(t, nil, frame.Series("id", cells), numberColumn("y", make([]float64, len(v))...))
	}
	column := []string{"id"}
	for _, s := range []Step{OneHotEncoder{Columns: column}, OneHotEncoder{Columns: column, Unknown: Ignore}, OrdinalEncoder{Columns: column, Unknown: Ignore}, FrequencyEncoder{Columns: column}, TargetEncoder{Columns: column}} {
		p := Pipeline{Target: "y", Steps: []Step{s}}
		var input *InputError
		if _, err := p.Fit(t.Context(), nil, split.WholeAsTrain(intsOf(3, 1<<53, 1<<53+1))); !errors.As(err, &input) || input.Column != "id" || input.Row != 1 {
			t.Errorf("%T, learnt: %v", s, err)
		}
		f := mustFit(t, p, intsOf(3, 1<<53-1, 1-1<<53))
		if _, err := f.Matrix(t.Context(), nil, intsOf(3, 3, -1<<53-1)); !errors.As(err, &input) || input.Row != 2 {
			t.Errorf("%T, met: %v", s, err)
		}
		r, err := f.Row()
		if err != nil {
			t.Fatal(err)
		}
		if err := r.SetNumber(0, 1<<53); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Features(); !errors.As(err, &input) {
			t.Errorf("%T, in a row: %v", s, err)
		}
	}
	mustMatrix(t, mustFit(t, Pipeline{Steps: []Step{StandardScaler{}}}, intsOf(1<<53+1, 5)), intsOf(1<<53+1, 5))
}
