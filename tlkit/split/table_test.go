package split

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-gota/gota/dataframe"

	"transferlab/tlkit/frame"
)

// animals is n rows: their number, a class, a group (missing in every tenth row) and a
// weight of few values, so that whole rows repeat if the number is left out.
func animals(t testing.TB, n int) frame.Table {
	t.Helper()
	row := make([]frame.Cell[int], n)
	class, group := make([]frame.Cell[string], n), make([]frame.Cell[string], n)
	weight := make([]frame.Cell[float64], n)
	for i := range n {
		row[i].Value = i
		class[i].Value = []string{"cat", "dog", "dog"}[i%3]
		group[i] = frame.Cell[string]{Value: fmt.Sprint("g", i/4), Null: i%10 == 9}
		weight[i].Value = float64(i % 6)
	}
	out, err := frame.New(frame.Schema{{Name: "class", Kind: frame.Category}},
		frame.Series("row", row), frame.Series("class", class), frame.Series("group", group), frame.Series("weight", weight))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func rowsOf(t testing.TB, tables ...frame.Table) []int {
	t.Helper()
	var out []int
	for _, table := range tables {
		c, err := table.Column("row")
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range c.Ints {
			out = append(out, cell.Value)
		}
	}
	return out
}

func source(t testing.TB, table frame.Table, o RowOptions) *Numbered {
	t.Helper()
	items, err := Rows(table, o)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func count(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func TestTablesHaveEachRowOnce(t *testing.T) {
	table := animals(t, 90)
	for name, o := range map[string]RowOptions{
		"rows alone": {}, "class": {Label: "class"}, "class and group": {Label: "class", Group: "group"}, "number as group": {Group: "weight"},
	} {
		items := source(t, table, o)
		plan := Random(items, Options{Seed: 3})
		if o.Label != "" {
			plan = Stratified(items, Options{Seed: 3})
		}
		train, valid, test, err := Tables(ctx, table, plan)
		if err != nil {
			t.Fatal(name, err)
		}
		all := rowsOf(t, train.Table(), valid.Table(), test.Table())
		slices.Sort(all)
		if !slices.Equal(all, count(90)) {
			t.Errorf("%s: rows %v", name, all)
		}
		if f, _ := test.Table().Schema.Lookup("class"); f.Kind != frame.Category {
			t.Errorf("%s: the schema is lost", name)
		}
		for _, part := range [][]int{rowsOf(t, train.Table()), rowsOf(t, valid.Table()), rowsOf(t, test.Table())} {
			if len(part) == 0 || !slices.IsSorted(part) {
				t.Errorf("%s: a part has the rows %v", name, part)
			}
		}
	}
}

func TestRowsOfOneGroupStayTogether(t *testing.T) {
	table := animals(t, 120)
	train, valid, test, err := Tables(ctx, table, Random(source(t, table, RowOptions{Group: "group"}), Options{}))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for part, h := range []frame.Table{train.Table(), valid.Table(), test.Table()} {
		c, err := h.Column("group")
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.Len() {
			if c.Missing(i) {
				continue
			}
			if p, ok := seen[c.Format(i)]; ok && p != part {
				t.Fatalf("group %s is in two parts", c.Format(i))
			}
			seen[c.Format(i)] = part
		}
	}
}

func TestEqualRowsStayTogether(t *testing.T) {
	whole := animals(t, 120)
	table, err := whole.Without("row", "group") // class and weight: six kinds of rows
	if err != nil {
		t.Fatal(err)
	}
	p, err := Random(source(t, table, RowOptions{Duplicates: true}), Options{}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 120 {
		if p.Part(i) != p.Part(i%6) {
			t.Fatalf("rows %d and %d are equal and in the parts %s and %s", i, i%6, p.Part(i), p.Part(i%6))
		}
	}
}

func TestFoldsTrainOnAllThatIsNotTested(t *testing.T) {
	table := animals(t, 50)
	items := source(t, table, RowOptions{Label: "class"})
	for _, c := range []struct {
		name  string
		o     FoldOptions
		folds int
		valid int // rows of each fold
	}{
		{"by default", FoldOptions{}, 5, 0},
		{"with validation", FoldOptions{K: 5, Valid: 0.25}, 5, 10},
		{"without, said", FoldOptions{K: 2, Valid: -1}, 2, 0},
		{"repeated", FoldOptions{K: 5, Repeats: 3, Seed: 4}, 15, 0},
	} {
		folds, err := FoldTables(ctx, table, StratifiedKFold(items, c.o))
		if err != nil {
			t.Fatal(c.name, err)
		}
		if len(folds) != c.folds {
			t.Fatalf("%s: %d folds", c.name, len(folds))
		}
		var tested []int
		for _, f := range folds {
			if d := f.Valid.Table().Nrow() - c.valid; d < -1 || d > 1 {
				t.Errorf("%s: %d rows to validate by", c.name, f.Valid.Table().Nrow())
			}
			all := rowsOf(t, f.Train.Table(), f.Valid.Table(), f.Test.Table())
			slices.Sort(all)
			if !slices.Equal(all, count(50)) {
				t.Errorf("%s: a fold has the rows %v", c.name, all)
			}
			if !slices.Equal(rowsOf(t, f.Test.Table()), f.Rows) {
				t.Errorf("%s: tests on the rows %v and says %v", c.name, rowsOf(t, f.Test.Table()), f.Rows)
			}
			tested = append(tested, f.Rows...)
		}
		slices.Sort(tested)
		for i, r := range tested {
			if repeats := c.folds * 50 / len(tested); r != i/(len(tested)/50) || repeats == 0 {
				t.Fatalf("%s: row %d is tested more or less often than others", c.name, r)
			}
		}
	}
}

func TestTheSameSeedGivesTheSameTables(t *testing.T) {
	table := animals(t, 40)
	one, err := FoldTables(ctx, table, KFold(source(t, table, RowOptions{}), FoldOptions{Seed: 5}))
	if err != nil {
		t.Fatal(err)
	}
	two, err := FoldTables(ctx, table, KFold(source(t, table, RowOptions{}), FoldOptions{Seed: 5}))
	if err != nil {
		t.Fatal(err)
	}
	for k := range one {
		if !slices.Equal(one[k].Rows, two[k].Rows) {
			t.Errorf("fold %d: %v and %v", k, one[k].Rows, two[k].Rows)
		}
	}
}

func TestTablesThatCannotBeDivided(t *testing.T) {
	table := animals(t, 30)
	broken := frame.Table{DataFrame: dataframe.DataFrame{Err: errors.New("torn")}}
	items := source(t, table, RowOptions{})
	for name, c := range map[string]struct {
		err  error
		want error
	}{
		"unknown label":    {second(Rows(table, RowOptions{Label: "clas"})), frame.ErrColumn},
		"unknown group":    {second(Rows(table, RowOptions{Group: "herd"})), frame.ErrColumn},
		"no rows":          {tablesErr(frame.Table{}, Random(source(t, frame.Table{}, RowOptions{}), Options{})), ErrEmpty},
		"fewer rows":       {tablesErr(animals(t, 29), Random(items, Options{})), ErrOther},
		"more rows":        {tablesErr(animals(t, 31), Random(items, Options{})), ErrOther},
		"a missing label":  {tablesErr(table, Stratified(source(t, table, RowOptions{Label: "group"}), Options{})), ErrLabels},
		"folds above rows": {second(FoldTables(ctx, table, KFold(items, FoldOptions{K: 31}))), ErrFolds},
		"one fold":         {second(FoldTables(ctx, table, KFold(items, FoldOptions{K: 1}))), ErrFolds},
		"folds of another": {second(FoldTables(ctx, animals(t, 29), KFold(items, FoldOptions{}))), ErrOther},
		"all is validated": {second(FoldTables(ctx, table, KFold(items, FoldOptions{Valid: 1}))), ErrFolds},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	if _, err := Rows(broken, RowOptions{}); err == nil {
		t.Error("a dataframe that holds an error has rows")
	}
	var column *frame.ColumnError
	if _, err := Rows(table, RowOptions{Label: "clas"}); !errors.As(err, &column) || column.Nearest != "class" {
		t.Errorf("the nearest name is not suggested: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func tablesErr(t frame.Table, parts Splitter) error {
	train, valid, test, err := Tables(ctx, t, parts)
	if err != nil && train.Table().Nrow()+valid.Table().Nrow()+test.Table().Nrow() > 0 {
		return errors.New("rows beside an error")
	}
	return err
}

func TestASavedSplitDividesTheTableAgain(t *testing.T) {
	table := animals(t, 60)
	items := source(t, table, RowOptions{Label: "class"})
	path := filepath.Join(t.TempDir(), "split.json")
	plan := Stratified(items, Options{Seed: 9})
	if err := Save(ctx, path, items, plan); err != nil {
		t.Fatal(err)
	}
	one, _, _, err := Tables(ctx, table, plan)
	if err != nil {
		t.Fatal(err)
	}
	two, _, _, err := Tables(ctx, table, Load(path, items))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rowsOf(t, one.Table()), rowsOf(t, two.Table())) {
		t.Error("the loaded split trains on other rows")
	}
}

func TestWholeAsTrainIsTheWhole(t *testing.T) {
	table := animals(t, 10)
	if got := rowsOf(t, WholeAsTrain(table).Table()); !slices.Equal(got, count(10)) {
		t.Errorf("rows %v", got)
	}
	if n := (Train{}).Table().Nrow() + (Held{}).Table().Nrow(); n != 0 {
		t.Errorf("zero values have %d rows", n)
	}
}

func TestBytesKeepWhatTheRowsAreFor(t *testing.T) {
	table := animals(t, 20)
	train, _, test, err := Tables(ctx, table, Random(source(t, table, RowOptions{}), Options{}))
	if err != nil {
		t.Fatal(err)
	}
	learn, err := train.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	judge, err := test.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var again Train
	if err := again.UnmarshalBinary(learn); err != nil || !slices.Equal(rowsOf(t, again.Table()), rowsOf(t, train.Table())) {
		t.Errorf("training rows came back as %v, %v", rowsOf(t, again.Table()), err)
	}
	var held Held
	if err := held.UnmarshalBinary(judge); err != nil || !slices.Equal(rowsOf(t, held.Table()), rowsOf(t, test.Table())) {
		t.Errorf("held rows came back as %v, %v", rowsOf(t, held.Table()), err)
	}
	for name, err := range map[string]error{
		"held rows as training rows": new(Train).UnmarshalBinary(judge), "training rows as held ones": new(Held).UnmarshalBinary(learn),
		"nothing": new(Train).UnmarshalBinary(nil),
	} {
		if !errors.Is(err, ErrOther) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := new(Train).UnmarshalBinary(learn[:len(learn)-1]); err == nil {
		t.Error("bytes that were cut off are read")
	}
}

func ExampleTables() {
	table, _ := frame.New(nil,
		frame.Series("class", []frame.Cell[string]{{Value: "cat"}, {Value: "dog"}, {Value: "cat"}, {Value: "dog"}, {Value: "cat"}, {Value: "dog"}}),
		frame.Series("weight", []frame.Cell[float64]{{Value: 4}, {Value: 12}, {Value: 5}, {Value: 20}, {Value: 3}, {Value: 16}}))
	rows, err := Rows(table, RowOptions{Label: "class"})
	if err != nil {
		fmt.Println(err)
		return
	}
	train, _, test, err := Tables(ctx, table, Stratified(rows, Options{Train: 2.0 / 3, Test: 1.0 / 3, Seed: 1}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(train.Table().Nrow(), "rows to learn from,", test.Table().Nrow(), "to judge by")
	// Output: 4 rows to learn from, 2 to judge by
}

// tableOfTimes has three rows, in another order by each of its columns.
func tableOfTimes(t testing.TB) frame.Table {
	t.Helper()
	null := frame.Cell[float64]{Null: true}
	out, err := frame.New(frame.Schema{{Name: "day", Kind: frame.Date}},
		frame.Series("year", []frame.Cell[int]{{Value: 2020}, {Value: 2021}, {Value: 2022}}),
		frame.Series("hour", []frame.Cell[float64]{{Value: 3}, {Value: -0.5}, {Value: 2}}),
		frame.Series("day", []frame.Cell[string]{{Value: "2024-03-01"}, {Value: "2024-03-01T00:00:01Z"}, {Value: "1066-10-14"}}),
		frame.Series("holes", []frame.Cell[float64]{null, {Value: math.Inf(1)}, null}),
		frame.Series("name", []frame.Cell[string]{{Value: "x"}, {Value: "y"}, {Value: "z"}}))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustRows(t testing.TB, table frame.Table, o RowOptions) *Numbered { return source(t, table, o) }

func TestFoldsOfAnyKindDivideATable(t *testing.T) {
	table := animals(t, 60)
	rows := source(t, table, RowOptions{Time: "row", Group: "class"})
	for name, c := range map[string]struct {
		folds Folder
		n     int
	}{
		"in order": {TimeSeries(rows, TimeSeriesOptions{}), 5}, "groups": {LeaveOneGroupOut(rows, FoldOptions{}), 2},
		"one split": {once{ByTime(rows, TimeOptions{})}, 1},
	} {
		folds, err := FoldTables(ctx, table, c.folds)
		if err != nil || len(folds) != c.n {
			t.Fatal(name, len(folds), err)
		}
		for _, f := range folds {
			if !slices.Equal(rowsOf(t, f.Test.Table()), f.Rows) || f.Train.Table().Nrow() == 0 {
				t.Errorf("%s: tests on %v and says %v", name, rowsOf(t, f.Test.Table()), f.Rows)
			}
			if name == "in order" && slices.Max(rowsOf(t, f.Train.Table())) != f.Rows[0]-1 {
				t.Errorf("trains up to %d and tests from %d", slices.Max(rowsOf(t, f.Train.Table())), f.Rows[0])
			}
		}
	}
	if _, err := FoldTables(ctx, table, nil); !errors.Is(err, ErrFolds) {
		t.Errorf("no folds: %v", err)
	}
	n := 0
	rows = source(t, table, RowOptions{})
	for f, err := range EachFold(ctx, table, KFold(rows, FoldOptions{Seed: 1})) {
		if err != nil || f.Train.Table().Nrow() == 0 {
			t.Fatal(err)
		}
		if n++; n == 2 {
			break
		}
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	for _, err := range EachFold(stopped, table, KFold(rows, FoldOptions{})) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("after the end: %v", err)
		}
	}
}

// A Train owns its rows: what is written to the table afterwards does not reach them.
func TestTrainOwnsItsRows(t *testing.T) {
	table := animals(t, 20)
	train, _, _, err := Tables(ctx, table, Random(source(t, table, RowOptions{}), Options{}))
	if err != nil {
		t.Fatal(err)
	}
	want := rowsOf(t, train.Table())
	c, err := table.Column("row")
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Ints {
		c.Ints[i].Value = -1
	}
	if got := rowsOf(t, train.Table()); !slices.Equal(got, want) {
		t.Errorf("the rows are now %v", got)
	}
}

func TestRowOptionsThatDoNotFit(t *testing.T) {
	table := animals(t, 12)
	for name, c := range map[string]struct {
		o    RowOptions
		want error
	}{
		"unknown time": {RowOptions{Time: "tim"}, frame.ErrColumn}, "unknown target": {RowOptions{Target: "wait"}, frame.ErrColumn},
		"text as target": {RowOptions{Target: "class"}, frame.ErrKind}, "bools as time": {RowOptions{Time: "group"}, frame.ErrParse},
		"bins of nothing": {RowOptions{Bins: 3}, ErrOption}, "bins and label": {RowOptions{Bins: 3, Target: "weight", Label: "class"}, ErrOption},
		"bins below 0": {RowOptions{Bins: -1, Target: "weight"}, ErrOption}, "row out of range": {RowOptions{Alike: [][]int{{0, 12}}}, ErrOption},
		"row below 0": {RowOptions{Alike: [][]int{{-1}}}, ErrOption},
	} {
		if _, err := Rows(table, c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAlikeRowsStayTogether(t *testing.T) {
	table := animals(t, 40)
	rows := source(t, table, RowOptions{Alike: [][]int{{0, 5, 9}, {20, 30}, {9, 17}, {3}, {}}})
	for seed := range uint64(30) {
		p, err := Random(rows, Options{Seed: seed}).Parts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]int{{0, 5}, {0, 9}, {0, 17}, {20, 30}} {
			if p.Part(pair[0]) != p.Part(pair[1]) {
				t.Fatalf("seed %d: %v are in two parts", seed, pair)
			}
		}
	}
	apart, err := Random(rows, Options{IgnoreHashes: true, Seed: 1}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Check(ctx, rows, apart)
	if err != nil || r.Leaking() == 0 || r.Leaks[0].Kind != "near duplicate" {
		t.Errorf("%v %v", err, r)
	}
}
