package frame

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

func people() Table {
	return mustTable(Schema{{Name: "born", Kind: Date, Format: "%d.%m.%Y"}, {Name: "size", Kind: Category, Levels: []string{"s", "l"}, Ordered: true}},
		Series("name", []Cell[string]{{Value: "Ann"}, {Null: true}, {Value: ""}}),
		Series("age", []Cell[int]{{Value: 30}, {Value: 40}, {Null: true}}),
		Series("score", []Cell[float64]{{Value: 0.5}, missingFloat, {Value: math.Inf(-1)}}),
		Series("member", []Cell[bool]{{Value: true}, {Null: true}, {Value: false}}),
		Series("born", []Cell[string]{{Value: "1990-01-02"}, {Null: true}, {Value: "1980-03-04"}}),
		Series("size", values("s", "l", "s")))
}

const peopleWritten = "name:string=Ann|∅|  age:integer=30|40|∅  score:number=0.5|∅|-inf  member:boolean=true|∅|false  born:datetime=1990-01-02|∅|1980-03-04  size:category=s|l|s"

func TestATableShowsItsColumns(t *testing.T) {
	table := people()
	if got := written(t, table); got != peopleWritten {
		t.Errorf("got  %s\nwant %s", got, peopleWritten)
	}
	c, err := table.Column("size")
	if err != nil || !c.Ordered || len(c.Levels) != 2 || c.Numeric() || c.Len() != 3 || c.CountMissing() != 0 {
		t.Errorf("%+v %v", c, err)
	}
	two, err := table.Columns("score", "name")
	if err != nil || len(two) != 2 || two[0].Name != "score" || two[1].CountMissing() != 1 || !two[0].Numeric() {
		t.Errorf("%+v %v", two, err)
	}
	if got := table.Numeric(); !slices.Equal(got, []string{"age", "score"}) {
		t.Errorf("%q", got)
	}
}

func TestTablesThatCannotBe(t *testing.T) {
	bad := series.New([]int{1}, series.Int, "bad")
	bad.Err = errors.New("broken")
	for says, err := range map[string]error{
		"has 2 rows":        errOf(New(nil, Series("a", values(1)), Series("b", values(1, 2)))),
		"are called \"a\"":  errOf(New(nil, Series("a", values(1)), Series("a", values("x")))),
		"\"bad\": broken":   errOf(New(nil, bad)),
		"holds an error":    errOf(Table{DataFrame: dataframe.DataFrame{Err: errors.New("broken")}}.Column("a")),
		"an error instead":  errOf(Table{DataFrame: dataframe.DataFrame{Err: errors.New("broken")}}.Take(nil)),
		"instead of rows":   errOf(Concat(Table{DataFrame: dataframe.DataFrame{Err: errors.New("broken")}})),
		"mean \"age\"":      errOf(people().Column("aeg")),
		"no column \"x\"":   errOf(people().Columns("age", "x")),
		"\"agee\"; did":     errOf(people().Pick("agee")),
		"no column \"y\"":   errOf(people().Without("age", "y")),
		"no column \"z\"":   errOf(people().Renamed("z", "w")),
		"called \"age\"":    errOf(people().Renamed("name", "age")),
		"are called \"age":  errOf(people().Pick("age", "age")),
		"row 3 of a table":  errOf(people().Take([]int{0, 3})),
		"row -2 of a table": errOf(people().Take([]int{-2})),
		"2 answers for 3":   errOf(people().Where([]bool{true, false})),
		"has 1 rows, \"na":  errOf(people().With(Series("more", values(1)))),
		"be called integer": errOf(people().WithFields(Field{Name: "name", Kind: Int})),
		"be called categor": errOf(people().WithFields(Field{Name: "age", Kind: Category})),
		"be called number":  errOf(people().WithFields(Field{Name: "age", Kind: Float})),
		"no column \"v\"":   errOf(people().WithFields(Field{Name: "v", Kind: Date})),
		"table 2 has 1":     errOf(Concat(people(), mustTable(nil, Series("age", values(1))))),
		"table 2 of 2: fr":  errOf(Concat(mustTable(nil, Series("age", values(1))), mustTable(nil, Series("agee", values(1))))),
		"number in table 2": errOf(Concat(mustTable(nil, Series("age", values(1))), mustTable(nil, Series("age", values(1.5))))),
		"numbers are neede": errOf(people().Numbers("name")),
		"no column \"u\"":   errOf(people().Numbers("u")),
	} {
		switch {
		case err == nil || !strings.Contains(err.Error(), says):
			t.Errorf("it does not say %q: %v", says, err)
		case !strings.HasPrefix(err.Error(), "frame: "):
			t.Errorf("%v", err)
		case !errors.Is(err, ErrColumn) && !errors.Is(err, ErrKind) && !errors.Is(err, ErrShape) && !strings.Contains(err.Error(), "broken"):
			t.Errorf("the error is of no kind: %v", err)
		}
	}
}

func errOf[T any](_ T, err error) error { return err }

func TestTake(t *testing.T) {
	table := people()
	for _, c := range []struct {
		rows []int
		want string
	}{
		{[]int{2, -1, 0, 0}, "name:string=|∅|Ann|Ann  age:integer=∅|∅|30|30  score:number=-inf|∅|0.5|0.5  member:boolean=false|∅|true|true  born:datetime=1980-03-04|∅|1990-01-02|1990-01-02  size:category=s|∅|s|s"},
		{nil, "name:string=  age:integer=  score:number=  member:boolean=  born:datetime=  size:category="},
		{[]int{0, 1, 2}, peopleWritten},
	} {
		got, err := table.Take(c.rows)
		if err != nil || written(t, got) != c.want {
			t.Errorf("%v: %v\ngot  %s\nwant %s", c.rows, err, written(t, got), c.want)
		}
	}
	if written(t, table) != peopleWritten {
		t.Error("the table was written to")
	}
	none, err := Table{}.Take([]int{-1, -1})
	if err != nil || none.Nrow() != 2 {
		t.Errorf("%d rows, %v", none.Nrow(), err)
	}
	kept, err := table.Where([]bool{false, true, true})
	if err != nil || kept.Nrow() != 2 {
		t.Errorf("%d rows, %v", kept.Nrow(), err)
	}
}

func TestTakeOfManyRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	table := ugly(4, 1000)
	rows := make([]int, 100_000)
	for i := range rows {
		rows[i] = rng.IntN(1001) - 1
	}
	got, err := table.Take(rows)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := table.Columns()
	after, _ := got.Columns()
	for k, c := range after {
		for i, r := range rows {
			if c.Missing(i) != (r < 0 || before[k].Missing(r)) || !c.Missing(i) && c.Format(i) != before[k].Format(r) {
				t.Fatalf("row %d of %s", i, c.Name)
			}
		}
	}
}

func TestColumnsComeAndGo(t *testing.T) {
	table := people()
	for name, c := range map[string]struct {
		got  func() (Table, error)
		want string
	}{
		"picked":   {func() (Table, error) { return table.Pick("born", "age") }, "born:datetime=1990-01-02|∅|1980-03-04  age:integer=30|40|∅"},
		"left out": {func() (Table, error) { return table.Without("name", "score", "member", "born") }, "age:integer=30|40|∅  size:category=s|l|s"},
		"renamed":  {func() (Table, error) { t, _ := table.Pick("born", "age"); return t.Renamed("born", "birth") }, "birth:datetime=1990-01-02|∅|1980-03-04  age:integer=30|40|∅"},
		"replaced": {func() (Table, error) {
			t, _ := table.Pick("born", "age")
			return t.With(Series("age", values("a", "b", "c")))
		}, "born:datetime=1990-01-02|∅|1980-03-04  age:string=a|b|c"},
		"another date": {func() (Table, error) {
			t, _ := table.Pick("born")
			return t.With(Series("born", values("2000-01-01", "2000-01-01", "2000-01-01")))
		}, "born:datetime=2000-01-01|2000-01-01|2000-01-01"},
		"no longer text": {func() (Table, error) { t, _ := table.Pick("born"); return t.With(Series("born", values(1, 2, 3))) }, "born:integer=1|2|3"},
		"added": {func() (Table, error) {
			t, _ := table.Pick("age")
			return t.With(Series("x", values(1.5, 2, 3)), Series("y", values(true, true, true)))
		}, "age:integer=30|40|∅  x:number=1.5|2.0|3.0  y:boolean=true|true|true"},
		"to nothing": {func() (Table, error) { return Table{}.With(Series("x", values(1))) }, "x:integer=1"},
		"called a text": {func() (Table, error) {
			t, _ := table.Pick("born")
			return t.WithFields(Field{Name: "born", Kind: Text})
		}, "born:string=1990-01-02|∅|1980-03-04"},
		"called a level": {func() (Table, error) {
			t, _ := table.Pick("name", "age")
			return t.WithFields(Field{Name: "name", Kind: Category}, Field{Name: "age"})
		}, "name:category=Ann|∅|  age:integer=30|40|∅"},
	} {
		got, err := c.got()
		if err != nil || written(t, got) != c.want {
			t.Errorf("%s: %v\ngot  %s\nwant %s", name, err, written(t, got), c.want)
		}
	}
	if written(t, table) != peopleWritten {
		t.Error("the table was written to")
	}
	// A table without columns still has its rows.
	bare, err := table.Without(table.Names()...)
	if err != nil || bare.Ncol() != 0 || bare.Nrow() != 3 {
		t.Errorf("%d columns, %d rows, %v", bare.Ncol(), bare.Nrow(), err)
	}
	if _, err := bare.With(Series("x", values(1))); !errors.Is(err, ErrShape) {
		t.Errorf("%v", err)
	}
	if twice, err := Concat(bare, bare); err != nil || twice.Nrow() != 6 {
		t.Errorf("%d rows, %v", twice.Nrow(), err)
	}
}

func TestConcat(t *testing.T) {
	table := people()
	turned, err := table.Pick("size", "born", "member", "score", "age", "name")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Concat(table, turned, must(table.Take(nil))(t))
	want := "name:string=Ann|∅||Ann|∅|  age:integer=30|40|∅|30|40|∅  score:number=0.5|∅|-inf|0.5|∅|-inf  member:boolean=true|∅|false|true|∅|false  " +
		"born:datetime=1990-01-02|∅|1980-03-04|1990-01-02|∅|1980-03-04  size:category=s|l|s|s|l|s"
	if err != nil || written(t, got) != want {
		t.Errorf("%v\ngot  %s\nwant %s", err, written(t, got), want)
	}
	if none, err := Concat(); err != nil || none.Ncol() != 0 {
		t.Errorf("%v", err)
	}
}

func TestNumbers(t *testing.T) {
	table := people()
	got, err := table.Numbers("age", "member", "score")
	if err != nil || fmt.Sprint(got) != "[[30 40 NaN] [1 NaN 0] [0.5 NaN -Inf]]" {
		t.Errorf("%v %v", got, err)
	}
	if got, err = table.Numbers(); err != nil || len(got) != 2 {
		t.Errorf("%v %v", got, err)
	}
	if got, err = mustTable(nil, Series("a", values("x"))).Numbers(); err != nil || len(got) != 0 {
		t.Errorf("%v %v", got, err)
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		want string
		have []string
		is   string
	}{
		{"yaer", []string{"id", "year", "yearly"}, "year"},
		{"YEAR", []string{"id", "year"}, "year"},
		{"ag", []string{"age"}, "age"},
		{"a", []string{"b", "A"}, "A"},
		{"a", []string{"b", "c"}, ""},
		{"", []string{"a"}, ""},
		{"naive", []string{"naïve"}, "naïve"},
		{"income", []string{"outcome", "name"}, ""},
		{"price", []string{"rating", "title"}, ""},
		{"first", []string{"firsd", "firsz"}, "firsd"},
		{strings.Repeat("x", 300), []string{strings.Repeat("x", 300)}, ""},
	} {
		if got := Nearest(c.want, c.have); got != c.is {
			t.Errorf("Nearest(%.20q, %q) = %q, want %q", c.want, c.have, got, c.is)
		}
	}
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		n    int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"abcd", "acbd", 1}, {"ca", "abc", 3}, {"日本", "日", 1}} {
		if got := edits([]rune(c.a), []rune(c.b)); got != c.n {
			t.Errorf("%q and %q are %d edits apart, want %d", c.a, c.b, got, c.n)
		}
		if got := edits([]rune(c.b), []rune(c.a)); got != c.n {
			t.Errorf("%q and %q are %d edits apart, want %d", c.b, c.a, got, c.n)
		}
	}
}

func TestColumnErrorsListWhatThereIs(t *testing.T) {
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprintf("column %d", i))
	}
	if got := noColumn("x", names).Error(); !strings.HasSuffix(got, `"column 11" and 8 more`) {
		t.Error(got)
	}
	if got := noColumn("x", nil).Error(); got != `frame: no column "x"; the table has no columns` {
		t.Error(got)
	}
}

// Of many columns each is found by its name as of few; of two of one name the first.
func TestManyColumns(t *testing.T) {
	const p = 100
	var cols []series.Series
	var names []string
	var schema Schema
	for j := range p {
		n := strconv.Itoa(j)
		names = append(names, n)
		cols = append(cols, Series(n, []Cell[string]{{Value: n}}))
		schema = append(schema, Field{Name: n, Kind: Category, Levels: []string{n}})
	}
	table, err := New(schema, cols...)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(names)
	shown, err := table.Columns(names...)
	if err != nil {
		t.Fatal(err)
	}
	picked, err := table.Pick(names...)
	if err != nil {
		t.Fatal(err)
	}
	all, err := picked.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range names {
		for _, c := range []Column{shown[i], all[i]} {
			if c.Name != n || c.Kind != Category || c.Levels[0] != n || c.Format(0) != n {
				t.Errorf("column %d: %+v, want %s", i, c, n)
			}
		}
	}
	var changed []series.Series
	for _, n := range append(names, "new", "new") {
		changed = append(changed, Series(n, []Cell[string]{{Value: "of " + n}}))
	}
	other, err := table.With(changed...)
	if err != nil {
		t.Fatal(err)
	}
	if other.Ncol() != p+1 {
		t.Error(other.Ncol(), "columns")
	}
	for _, n := range other.Names() {
		if c, err := other.Column(n); err != nil || c.Format(0) != "of "+n {
			t.Errorf("%s: %v, %v", n, c, err)
		}
	}
	var unknown *ColumnError
	if _, err := table.Columns(append(names, "1000")...); !errors.As(err, &unknown) {
		t.Error(err)
	}
	double := table.DataFrame
	if err := double.SetNames(append(slices.Repeat([]string{"twice"}, 2), table.Names()[2:]...)...); err != nil {
		t.Fatal(err)
	}
	two, err := Table{DataFrame: double}.Columns(append(double.Names()[2:], "twice")...)
	if err != nil || two[p-2].Format(0) != "0" {
		t.Error(two, err)
	}
}
