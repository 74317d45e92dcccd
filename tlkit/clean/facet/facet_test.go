package facet_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"transferlab/tlkit/clean/facet"
	"transferlab/tlkit/frame"
)

// texts makes cells; "\x00" is a missing value.
func texts(values ...string) []frame.Cell[string] {
	cells := make([]frame.Cell[string], len(values))
	for i, v := range values {
		if cells[i] = (frame.Cell[string]{Value: v}); v == "\x00" {
			cells[i] = frame.Cell[string]{Null: true}
		}
	}
	return cells
}

func numbers(values ...float64) []frame.Cell[float64] {
	cells := make([]frame.Cell[float64], len(values))
	for i, v := range values {
		cells[i].Value = v
	}
	return cells
}

func table[T frame.Value](t testing.TB, field frame.Field, cells []frame.Cell[T]) frame.Table {
	t.Helper()
	var schema frame.Schema
	if field.Kind != frame.Auto {
		schema = frame.Schema{field}
	}
	out, err := frame.New(schema, frame.Series(field.Name, cells))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func only(rows int, on ...int) []bool {
	out := make([]bool, rows)
	for _, i := range on {
		out[i] = true
	}
	return out
}

func TestText(t *testing.T) {
	x := frame.Field{Name: "x"}
	for _, c := range []struct {
		name  string
		table frame.Table
		o     facet.TextOptions
		want  string
		blank int
	}{
		{"no rows", table(t, x, texts()), facet.TextOptions{}, "[]", 0},
		{"all blank", table(t, x, texts("", "\x00")), facet.TextOptions{}, "[]", 2},
		{"counts", table(t, x, texts("b", "a", "b", " ", "\x00", "", "B")), facet.TextOptions{}, "[{b 2} {  1} {B 1} {a 1}]", 2},
		{"names", table(t, x, texts("b", "a", "b", "B")), facet.TextOptions{Sort: facet.ByName}, "[{B 1} {a 1} {b 2}]", 0},
		{"case", table(t, x, texts("É", "é", "é", "e", "Σ", "σ")), facet.TextOptions{IgnoreCase: true}, "[{é 3} {Σ 2} {e 1}]", 0},
		{"within", table(t, x, texts("a", "b", "a", "\x00", "")), facet.TextOptions{Within: only(5, 0, 3)}, "[{a 1}]", 1},
		{"the text NaN", table(t, x, texts("NaN", "NA", "\x00")), facet.TextOptions{}, "[{NA 1} {NaN 1}]", 1},
		{"numbers by size", table(t, x, numbers(10, 9, math.NaN(), 2.5, math.Inf(-1), 10)), facet.TextOptions{Sort: facet.ByName}, "[{-inf 1} {2.5 1} {9.0 1} {10.0 2}]", 1},
		{"whole numbers", table(t, x, []frame.Cell[int]{{Value: 10}, {Value: 9}, {Null: true}, {Value: 10}}), facet.TextOptions{}, "[{10 2} {9 1}]", 1},
		{"booleans", table(t, x, []frame.Cell[bool]{{Value: true}, {}, {Null: true}}), facet.TextOptions{}, "[{false 1} {true 1}]", 1},
		{"levels", table(t, frame.Field{Name: "x", Kind: frame.Category, Levels: []string{"low", "mid", "high"}}, texts("high", "low", "odd", "high")),
			facet.TextOptions{Sort: facet.ByName}, "[{low 1} {high 2} {odd 1}]", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := facet.Text(c.table, "x", c.o)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(l.Choices); got != c.want || l.Blank != c.blank {
				t.Errorf("got %s and %d blank, want %s and %d", got, l.Blank, c.want, c.blank)
			}
		})
	}
}

func TestRowsOfChoices(t *testing.T) {
	cells := table(t, frame.Field{Name: "x"}, texts("Berlin", "Bonn", "berlin", "\x00", "", "Berlin"))
	l, err := facet.Text(cells, "x", facet.TextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	check := func(got []bool, err error, on ...int) {
		t.Helper()
		if err != nil || !slices.Equal(got, only(6, on...)) {
			t.Errorf("got %v, %v, want rows %v", got, err, on)
		}
	}
	rows, err := l.Rows("Berlin", "Bonn")
	check(rows, err, 0, 1, 5)
	rows, err = l.Rows()
	check(rows, err)
	check(l.BlankRows(), nil, 3, 4)
	check(facet.Not(l.BlankRows()), nil, 0, 1, 2, 5)
	if _, err := l.Rows("Berlim"); !errors.Is(err, facet.ErrChoice) || !strings.Contains(err.Error(), `did you mean "Berlin"?`) {
		t.Errorf("a slip: %v", err)
	}
	if _, err := l.Rows(""); !errors.Is(err, facet.ErrChoice) {
		t.Errorf("empty text is no choice: %v", err)
	}
	l, err = facet.Text(cells, "x", facet.TextOptions{IgnoreCase: true, Within: only(6, 0, 2)})
	if err != nil {
		t.Fatal(err)
	}
	rows, err = l.Rows("BERLIN")
	check(rows, err, 0, 2, 5) // of the whole table
	check(l.BlankRows(), nil, 3, 4)
	if _, err := l.Rows("Bonn"); !errors.Is(err, facet.ErrChoice) {
		t.Errorf("a value outside: %v", err)
	}
}

func TestSelectionsGoTogether(t *testing.T) {
	a, b := []bool{true, true, false, false}, []bool{true, false, true, false}
	and, err := facet.And(a, b)
	if err != nil || !slices.Equal(and, []bool{true, false, false, false}) {
		t.Errorf("and: %v, %v", and, err)
	}
	or, err := facet.Or(a, b)
	if err != nil || !slices.Equal(or, []bool{true, true, true, false}) || facet.Count(or) != 3 {
		t.Errorf("or: %v, %v", or, err)
	}
	if !slices.Equal(a, []bool{true, true, false, false}) {
		t.Errorf("the first selection was changed: %v", a)
	}
	if _, err := facet.And(a, b[:3]); !errors.Is(err, facet.ErrShape) {
		t.Errorf("of two tables: %v", err)
	}
	if none, err := facet.And(); none != nil || err != nil {
		t.Errorf("none: %v, %v", none, err)
	}
}

func TestDuplicatesOfSeveralColumns(t *testing.T) {
	two, err := frame.New(nil, frame.Series("a", texts("x", "x", "y", "\x00", "\x00", "")), frame.Series("b", numbers(1, 1, 1, math.NaN(), math.NaN(), math.NaN())))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		columns []string
		want    string
		title   string
	}{
		{nil, "[{repeated 4} {single 2}]", "rows"},
		{[]string{"a", "b"}, "[{repeated 4} {single 2}]", "a, b"},
		{[]string{"a"}, "[{repeated 5} {single 1}]", "a"}, // empty text is as good as none
		{[]string{"b"}, "[{repeated 6} {single 0}]", "b"},
	} {
		l, err := facet.Duplicates(two, c.columns, facet.Options{})
		if err != nil || fmt.Sprint(l.Choices) != c.want || l.Title != c.title {
			t.Errorf("%q: %+v, %v, want %s of %s", c.columns, l, err, c.want, c.title)
		}
	}
	l, err := facet.Duplicates(two, []string{"a"}, facet.Options{Within: only(6, 0, 2)})
	if err != nil || fmt.Sprint(l.Choices) != "[{repeated 1} {single 1}]" {
		t.Errorf("within: %v, %v", l, err)
	}
}

func TestBlankKinds(t *testing.T) {
	l, err := facet.Blank(table(t, frame.Field{Name: "x"}, texts("\x00", "", "", " \u00a0", "a", "NaN")), "x", facet.Options{})
	if err != nil || fmt.Sprint(l.Choices) != "[{missing 1} {empty 2} {white space 1} {filled 2}]" {
		t.Errorf("text: %v, %v", l, err)
	}
	rows, err := l.Rows(facet.Missing, facet.Empty)
	if err != nil || !slices.Equal(rows, only(6, 0, 1, 2)) {
		t.Errorf("rows: %v, %v", rows, err)
	}
	l, err = facet.Blank(table(t, frame.Field{Name: "x"}, numbers(math.NaN(), 0)), "x", facet.Options{})
	if err != nil || fmt.Sprint(l.Choices) != "[{missing 1} {empty 0} {white space 0} {filled 1}]" {
		t.Errorf("numbers: %v, %v", l, err)
	}
}

func TestNumericBins(t *testing.T) {
	for _, c := range []struct {
		name       string
		values     []float64
		o          facet.NumericOptions
		from, step float64
		bins       int
	}{
		{"none", []float64{math.NaN()}, facet.NumericOptions{}, 0, 1, 0},
		{"one", []float64{5}, facet.NumericOptions{}, 5, 1, 1},
		{"equal", []float64{5, 5}, facet.NumericOptions{}, 5, 1, 1},
		{"years", []float64{1928, 2010}, facet.NumericOptions{}, 1928, 1, 83},
		{"tens", []float64{3, 999}, facet.NumericOptions{}, 0, 10, 100},
		{"a hundred and one", []float64{0, 1000}, facet.NumericOptions{}, 0, 10, 101},
		{"whole", []float64{-2, 7}, facet.NumericOptions{}, -2, 1, 10},
		{"small", []float64{0, 1, 0.5}, facet.NumericOptions{}, 0, 0.01, 101},
		{"five hundred", []float64{0, 9.99}, facet.NumericOptions{}, 0, 0.02, 501},
		{"own step", []float64{0.5, 12}, facet.NumericOptions{Step: 5}, 0, 5, 3},
		{"own step, to the edge", []float64{0, 10}, facet.NumericOptions{Step: 5}, 0, 5, 3},
		{"as far as can be", []float64{-math.MaxFloat64, math.MaxFloat64}, facet.NumericOptions{}, -math.MaxFloat64, math.MaxFloat64 / 32, 64},
		{"as near as can be", []float64{0, math.SmallestNonzeroFloat64}, facet.NumericOptions{}, 0, math.SmallestNonzeroFloat64, 64},
		{"neighbours far out", []float64{1e300, math.Nextafter(1e300, 2e300)}, facet.NumericOptions{}, 1e300, 1e283, 16},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := facet.Numeric(table(t, frame.Field{Name: "x"}, numbers(c.values...)), "x", c.o)
			if err != nil {
				t.Fatal(err)
			}
			if r.From != c.from || math.Abs(r.Step-c.step) > 1e-12*c.step || len(r.Bins) != c.bins {
				t.Errorf("%d bins from %v by %v, want %d from %v by %v", len(r.Bins), r.From, r.Step, c.bins, c.from, c.step)
			}
			sum := 0
			for _, n := range r.Bins {
				sum += n
			}
			if sum != r.Numbers {
				t.Errorf("%d of %d numbers are in bins", sum, r.Numbers)
			}
			r.HTML()
			_ = r.String()
		})
	}
	x := table(t, frame.Field{Name: "x"}, numbers(0, 1e9))
	for _, step := range []float64{-1, math.NaN(), math.Inf(1), 1} {
		if _, err := facet.Numeric(x, "x", facet.NumericOptions{Step: step}); !errors.Is(err, facet.ErrOptions) {
			t.Errorf("step %v: %v", step, err)
		}
	}
}

func TestNumericRows(t *testing.T) {
	r, err := facet.Numeric(table(t, frame.Field{Name: "x"}, numbers(0, 5, 10, math.NaN(), math.Inf(1), 15)), "x", facet.NumericOptions{Step: 5})
	if err != nil {
		t.Fatal(err)
	}
	in, err := r.Rows(0, 2)
	for _, c := range []struct {
		name string
		got  []bool
		want []bool
	}{
		{"between", r.Between(5, 15), only(6, 1, 2)},
		{"from", r.Between(10, math.Inf(1)), only(6, 2, 5)},
		{"all numbers", r.Between(math.Inf(-1), math.Inf(1)), only(6, 0, 1, 2, 5)},
		{"bins", in, only(6, 0, 2)},
		{"blank", r.BlankRows(), only(6, 3)},
		{"errors", r.ErrorRows(), only(6, 4)},
		{"others", r.OtherRows(), only(6)},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	if _, bad := r.Rows(4); err != nil || !errors.Is(bad, facet.ErrChoice) {
		t.Errorf("bin 4: %v; bins 0 and 2: %v", bad, err)
	}
}

func TestNumericOfText(t *testing.T) {
	x := table(t, frame.Field{Name: "x"}, texts("1", " 2.5 ", "-1e3", "1,5", "0x10", "Inf", "NaN", "1_000", ".", "", "\x00"))
	for _, parse := range []bool{false, true} {
		r, err := facet.Numeric(x, "x", facet.NumericOptions{Parse: parse})
		want := []int{0, 9, 2}
		if parse {
			want = []int{3, 6, 2}
		}
		if err != nil || !slices.Equal([]int{r.Numbers, r.Others, r.Blank}, want) {
			t.Errorf("parse %v: %+v, %v, want %v", parse, r, err, want)
		}
	}
	b, err := facet.Numeric(table(t, frame.Field{Name: "x"}, []frame.Cell[bool]{{Value: true}}), "x", facet.NumericOptions{Parse: true})
	if err != nil || b.Others != 1 {
		t.Errorf("a boolean: %+v, %v", b, err)
	}
}

func TestTimeLineUnits(t *testing.T) {
	day := frame.Field{Name: "x", Kind: frame.Date}
	for _, c := range []struct {
		name   string
		values []string
		o      facet.TimeOptions
		unit   facet.Unit
		first  string
		last   string // the last edge
		bins   int
	}{
		{"one day", []string{"2020-02-29"}, facet.TimeOptions{}, facet.Day, "2020-02-29", "2020-03-01", 1},
		{"milliseconds", []string{"2020-01-01T00:00:00.001Z", "2020-01-01T00:00:00.02Z"}, facet.TimeOptions{}, facet.Millisecond, "2020-01-01T00:00:00.001Z", "2020-01-01T00:00:00.021Z", 20},
		{"hours", []string{"2020-01-01T01:30:00Z", "2020-01-03T00:00:00Z"}, facet.TimeOptions{}, facet.Hour, "2020-01-01T01:00:00Z", "2020-01-03T01:00:00Z", 48},
		{"offsets count", []string{"2020-01-01T01:30:00+02:00", "2020-01-03T00:00:00Z"}, facet.TimeOptions{}, facet.Hour, "2019-12-31T23:00:00Z", "2020-01-03T01:00:00Z", 50},
		{"days", []string{"2020-01-01", "2020-03-31"}, facet.TimeOptions{}, facet.Day, "2020-01-01", "2020-04-01", 91},
		{"weeks from Monday", []string{"2020-01-01", "2021-01-01"}, facet.TimeOptions{}, facet.Week, "2019-12-30", "2021-01-04", 53},
		{"months", []string{"2015-12-31", "2020-02-01"}, facet.TimeOptions{}, facet.Month, "2015-12-01", "2020-03-01", 51},
		{"years", []string{"1928-05-05", "2010-01-01"}, facet.TimeOptions{}, facet.Year, "1928-01-01", "2011-01-01", 83},
		{"decades", []string{"1799-05-05", "2010-01-01"}, facet.TimeOptions{}, facet.Decade, "1790-01-01", "2020-01-01", 23},
		{"own unit", []string{"2020-01-01", "2020-03-31"}, facet.TimeOptions{Unit: facet.Month}, facet.Month, "2020-01-01", "2020-04-01", 3},
		{"equally long", []string{"2020-01-15", "2020-03-31"}, facet.TimeOptions{Unit: facet.Month, FromFirst: true}, facet.Month, "2020-01-15T00:00:00Z", "2020-04-15T07:27:18Z", 3},
		{"the ends of time", []string{"0001-01-01", "9999-12-31"}, facet.TimeOptions{}, facet.Century, "\x00", "\x00", 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := facet.TimeLine(table(t, day, texts(c.values...)), "x", c.o)
			if err != nil {
				t.Fatal(err)
			}
			counts, err := l.Table()
			if err != nil {
				t.Fatal(err)
			}
			cols, err := counts.Columns("from", "to")
			if err != nil {
				t.Fatal(err)
			}
			first, last := cols[0].Texts[0], cols[1].Texts[len(l.Bins)-1]
			if l.Unit != c.unit || len(l.Bins) != c.bins || first != texts(c.first)[0] || last != texts(c.last)[0] {
				t.Errorf("%d of a %v from %v to %v, want %d of a %v from %q to %q", len(l.Bins), l.Unit, first, last, c.bins, c.unit, c.first, c.last)
			}
			if l.Times != len(c.values) || l.Bins[0] == 0 || l.Bins[len(l.Bins)-1] == 0 {
				t.Errorf("counts %v of %d dates", l.Bins, l.Times)
			}
		})
	}
	for _, o := range []facet.TimeOptions{{Unit: facet.Second}, {Unit: 99}} {
		if _, err := facet.TimeLine(table(t, day, texts("2020-01-01", "2021-01-01")), "x", o); !errors.Is(err, facet.ErrOptions) {
			t.Errorf("%v: %v", o.Unit, err)
		}
	}
}

func TestTimeLineRows(t *testing.T) {
	x := texts("2020-01-31", "2020-02-01", "", "\x00", "yesterday", "2021-01-01T00:00:00Z")
	l, err := facet.TimeLine(table(t, frame.Field{Name: "x", Kind: frame.Date}, x), "x", facet.TimeOptions{Unit: facet.Month})
	if err != nil {
		t.Fatal(err)
	}
	at := func(y int, m time.Month) time.Time { return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC) }
	first, err := l.Rows(0, 12)
	for _, c := range []struct {
		name      string
		got, want []bool
	}{
		{"between", l.Between(at(2020, 2), at(2021, 1)), only(6, 1)},
		{"from", l.Between(at(2020, 2), time.Time{}), only(6, 1, 5)},
		{"to", l.Between(time.Time{}, at(2020, 2)), only(6, 0)},
		{"bins", first, only(6, 0, 5)},
		{"blank", l.BlankRows(), only(6, 2, 3)},
		{"others", l.OtherRows(), only(6, 4)},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	if _, bad := l.Rows(13); err != nil || !errors.Is(bad, facet.ErrChoice) {
		t.Errorf("bin 13: %v; bins 0 and 12: %v", bad, err)
	}
	text, err := facet.TimeLine(table(t, frame.Field{Name: "x"}, x), "x", facet.TimeOptions{})
	if err != nil || text.Times != 0 || text.Others != 4 || !strings.Contains(text.Summary(), "no dates, 4 not a date, 2 blank") {
		t.Errorf("text is no date: %v, %v", text, err)
	}
	text, err = facet.TimeLine(table(t, frame.Field{Name: "x"}, x), "x", facet.TimeOptions{Parse: true})
	if err != nil || text.Times != 3 || text.Others != 1 {
		t.Errorf("text that is read as dates: %v, %v", text, err)
	}
}

func TestLength(t *testing.T) {
	r, err := facet.Length(table(t, frame.Field{Name: "x"}, texts("", "a", "ä", "😀", "\x00", "e\u0301")), "x", facet.Options{})
	if err != nil || r.Numbers != 5 || r.Blank != 1 || !slices.Equal(r.Between(2, 3), only(6, 3, 5)) {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = facet.Length(table(t, frame.Field{Name: "x"}, numbers(1, 10, math.NaN(), 2.25)), "x", facet.Options{})
	if err != nil || !slices.Equal(r.Between(4, 5), only(4, 1, 3)) || r.Blank != 1 {
		t.Errorf("numbers: %+v, %v", r, err)
	}
}

func TestTheWrongTable(t *testing.T) {
	x := table(t, frame.Field{Name: "city"}, texts("a", "b"))
	short := []bool{true}
	for name, f := range map[string]func(column string, within []bool) error{
		"text":  func(c string, w []bool) error { _, err := facet.Text(x, c, facet.TextOptions{Within: w}); return err },
		"blank": func(c string, w []bool) error { _, err := facet.Blank(x, c, facet.Options{Within: w}); return err },
		"duplicates": func(c string, w []bool) error {
			_, err := facet.Duplicates(x, []string{c}, facet.Options{Within: w})
			return err
		},
		"numeric": func(c string, w []bool) error {
			_, err := facet.Numeric(x, c, facet.NumericOptions{Within: w})
			return err
		},
		"length": func(c string, w []bool) error { _, err := facet.Length(x, c, facet.Options{Within: w}); return err },
		"time": func(c string, w []bool) error {
			_, err := facet.TimeLine(x, c, facet.TimeOptions{Within: w})
			return err
		},
	} {
		if err := f("citi", nil); !errors.Is(err, frame.ErrColumn) || !strings.Contains(err.Error(), `did you mean "city"`) {
			t.Errorf("%s of no column: %v", name, err)
		}
		if err := f("city", short); !errors.Is(err, facet.ErrShape) {
			t.Errorf("%s within another table: %v", name, err)
		}
	}
}

func TestFacetsShow(t *testing.T) {
	hostile := `<script>alert("x")</script>`
	x, err := frame.New(frame.Schema{{Name: "d", Kind: frame.Date}},
		frame.Series(hostile, texts(hostile, "a\nb", " c ", "\x00", "\xff")), frame.Series("d", texts("2020-01-01", "2020-02-01", "\x00", "2020-02-01", "2020-03-01")))
	if err != nil {
		t.Fatal(err)
	}
	list, err := facet.Text(x, hostile, facet.TextOptions{})
	length, err2 := facet.Length(x, hostile, facet.Options{})
	line, err3 := facet.TimeLine(x, "d", facet.TimeOptions{Unit: facet.Month})
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	for _, f := range []facet.Facet{list, length, line} {
		if got := f.HTML(); strings.Contains(got, "<script") || !strings.HasPrefix(got, "<figure") || !strings.HasSuffix(got, "</figure>") {
			t.Errorf("HTML: %s", got)
		}
		if _, err := f.Table(); err != nil {
			t.Error(err)
		}
	}
	for _, want := range []string{`a\nb`, `&#34; c &#34;`, "(blank)", "20.0 %", `\xff`} {
		if got := list.HTML(); !strings.Contains(got, want) {
			t.Errorf("HTML lacks %s: %s", want, got)
		}
	}
	if got, want := line.String(), "d: 4 dates in 3 bins of a month, 1 blank\n"+
		"  2020-01         1 ███████████████\n  2020-02         2 ██████████████████████████████\n  2020-03         1 ███████████████\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	counts, err := list.Table()
	if err != nil || !reflect.DeepEqual(counts.Names(), []string{"value", "count", "share"}) || counts.Nrow() != 5 {
		t.Errorf("table: %v, %v", counts, err)
	}
	many := make([]string, 1000)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	list, err = facet.Text(table(t, frame.Field{Name: "x"}, texts(many...)), "x", facet.TextOptions{})
	if err != nil || strings.Count(list.HTML(), "<tr") != 25 || !strings.Contains(list.HTML(), "and 975 more choices in 975 rows") || !strings.Contains(list.String(), "975 more") {
		t.Errorf("many choices: %v, %s", err, list.HTML())
	}
}

// Whatever is in the cells: no panic, and every row is counted once.
func FuzzFacets(f *testing.F) {
	f.Add("a\nb\n\n1\n2020-01-01", 0.0)
	f.Add("1e308\n-1e308\n5e-324\n0", 0.0)
	f.Add("1e33", 92.2)
	f.Add("0001-01-01\n9999-12-31T23:59:59.999Z\n\xff", 3.0)
	f.Fuzz(func(t *testing.T, lines string, step float64) {
		x := table(t, frame.Field{Name: "x"}, texts(strings.Split(lines[:min(len(lines), 2000)], "\n")...))
		n := x.Nrow()
		list, err := facet.Text(x, "x", facet.TextOptions{IgnoreCase: step > 0})
		if err != nil || list.Counted != n {
			t.Fatalf("text: %v, %v", list, err)
		}
		r, err := facet.Numeric(x, "x", facet.NumericOptions{Parse: true, Step: step})
		if err == nil {
			in := 0
			for _, c := range r.Bins {
				in += c
			}
			if in != r.Numbers || r.Numbers+r.Others+r.Blank+r.Errors != n {
				t.Fatalf("numeric: %+v", r)
			}
			r.HTML()
		} else if step == 0 || !errors.Is(err, facet.ErrOptions) {
			t.Fatal(err)
		}
		line, err := facet.TimeLine(x, "x", facet.TimeOptions{Parse: true})
		if err != nil || line.Times+line.Others+line.Blank != n {
			t.Fatalf("time: %v, %v", line, err)
		}
		if length, err := facet.Length(x, "x", facet.Options{}); err != nil || length.Numbers+length.Blank != n {
			t.Fatalf("length: %v, %v", length, err)
		}
		if _, err := line.Table(); err != nil {
			t.Fatal(err)
		}
		list.HTML()
		line.HTML()
	})
}
