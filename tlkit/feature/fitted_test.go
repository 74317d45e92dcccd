package feature

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// people has a column of each kind.
func people(t testing.TB) frame.Table {
	ints := frame.MakeCells[int](4)
	for i, v := range []int{30, 41, 0, 55} {
		ints[i] = frame.Cell[int]{Value: v, Null: v == 0}
	}
	return tableOf(t, frame.Schema{{Name: "born", Kind: frame.Date}, {Name: "plan", Kind: frame.Category, Levels: []string{"small", "big"}, Ordered: true}},
		frame.Series("age", ints), numberColumn("height", 1.7, math.NaN(), 1.6, 1.9), boolColumn("member", true, false, true, true),
		textColumn("town", "Ulm", "Bonn", none, "Ulm"), textColumn("born", "1990-01-02", none, "2001-03-04", "1970-05-06"),
		textColumn("plan", "big", "small", "big", none), textColumn("class", "a", "b", "a", "b"))
}

// all uses every column of people.
var allOfThem = Pipeline{Target: "class", Steps: []Step{StandardScaler{}, OneHotEncoder{Columns: []string{"town"}}, OrdinalEncoder{}, DateParts{}}}

func TestColumnsThatCannotStandForThose(t *testing.T) {
	table := people(t)
	f := mustFit(t, allOfThem, table)
	checkWays(t, f, table)
	with := func(s series.Series) frame.Table {
		out, err := table.With(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	ints := frame.Series("height", frame.MakeCells[int](4))
	floats := numberColumn("age", 1, 2.5, 3, 4)
	for name, c := range map[string]struct {
		table frame.Table
		ok    bool
	}{
		"ints for floats":         {with(ints), true},
		"floats for ints":         {with(floats), true},
		"texts for numbers":       {with(textColumn("age", "1", "2", "3", "4")), false},
		"numbers for texts":       {with(numberColumn("town", 1, 2, 3, 4)), false},
		"booleans for numbers":    {with(boolColumn("age", true, true, true, true)), false},
		"numbers for booleans":    {with(numberColumn("member", 1, 1, 1, 1)), false},
		"a text for a category":   {tableWithout(t, table, "plan", frame.Text), true},
		"a text for a date":       {tableWithout(t, table, "born", frame.Text), false},
		"a category for a text":   {tableWithout(t, table, "town", frame.Category), true},
		"a date for a category":   {tableWithout(t, table, "plan", frame.Date), false},
		"others in another order": {mustPick(t, table, "plan", "born", "town", "member", "height", "age"), true},
	} {
		_, err := f.Matrix(t.Context(), nil, c.table)
		if c.ok != (err == nil) || err != nil && !errors.Is(err, frame.ErrKind) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := f.Table(t.Context(), nil, c.table); c.ok != (err == nil) {
			t.Errorf("%s: as a table: %v", name, err)
		}
	}
}

func tableWithout(t *testing.T, table frame.Table, column string, as frame.Kind) frame.Table {
	t.Helper()
	out, err := table.WithFields(frame.Field{Name: column, Kind: as})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustPick(t *testing.T, table frame.Table, names ...string) frame.Table {
	t.Helper()
	out, err := table.Pick(names...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAColumnThatIsNotThere(t *testing.T) {
	table := people(t)
	f := mustFit(t, allOfThem, table)
	renamed, err := table.Renamed("height", "heigth")
	if err != nil {
		t.Fatal(err)
	}
	var unknown *frame.ColumnError
	_, err = f.Matrix(t.Context(), nil, renamed)
	if !errors.As(err, &unknown) || unknown.Column != "height" || unknown.Nearest != "heigth" {
		t.Error(err)
	}
	if _, err = (Pipeline{Target: "clas"}).Fit(t.Context(), nil, split.WholeAsTrain(table)); !errors.As(err, &unknown) || unknown.Nearest != "class" {
		t.Error(err)
	}
	for range f.Stream(t.Context(), pieces(t, renamed, 2)) {
		break
	}
	for _, err := range f.Stream(t.Context(), pieces(t, renamed, 2)) {
		if !errors.Is(err, frame.ErrColumn) || !strings.Contains(err.Error(), "row 0") {
			t.Error(err)
		}
	}
}

// What no feature needs in the end is not asked for, whichever step dropped it.
func TestDeadColumnsAreNotAskedFor(t *testing.T) {
	table := people(t)
	for name, c := range map[string]struct {
		steps []Step
		want  string
	}{
		"dropped first":      {[]Step{Drop{[]string{"town", "born"}}, OneHotEncoder{}}, "age height member plan"},
		"dropped last":       {[]Step{StandardScaler{}, OneHotEncoder{}, Drop{[]string{"height", "born", "plan=small", "plan=big", "plan=(missing)"}}}, "age member town"},
		"parts of one left":  {[]Step{DateParts{}, OneHotEncoder{}, Keep{[]string{"born.year"}}}, "born"},
		"a value left":       {[]Step{OneHotEncoder{}, Keep{[]string{"town=Ulm"}}}, "town"},
		"spread, one left":   {[]Step{OneHotEncoder{}, StandardScaler{Columns: []string{"town=Ulm", "plan=big"}}, Keep{[]string{"town=Ulm"}}}, "town"},
		"nothing left":       {[]Step{Keep{}}, ""},
		"of a hash, all are": {[]Step{HashingEncoder{}, Keep{[]string{"hash#7"}}}, "town plan"},
	} {
		f := mustFit(t, Pipeline{Target: "class", Steps: c.steps}, table)
		var in []string
		for _, field := range f.Inputs() {
			in = append(in, field.Name)
		}
		if got := strings.Join(in, " "); got != c.want {
			t.Errorf("%s: inputs %q, want %q", name, got, c.want)
		}
		if few := mustPick(t, table, in...); formsOf(f) {
			checkWays(t, f, few)
		}
	}
}

// formsOf reports whether all features are numbers.
func formsOf(f *Fitted) bool { return f.dense(1) == nil }

func TestTableKeepsTextsDatesAndTheTarget(t *testing.T) {
	table := people(t)
	f := mustFit(t, Pipeline{Target: "class", Steps: []Step{StandardScaler{Columns: []string{"height"}}, OneHotEncoder{Columns: []string{"town"}}}}, table)
	with, err := table.With(textColumn("more", "p", "q", "r", "s"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.Table(t.Context(), nil, with)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(out.Names(), " "); got != "age height member town=Bonn town=Ulm town=(missing) born plan class" {
		t.Errorf("columns %s", got)
	}
	kinds := map[string]frame.Kind{"age": frame.Float, "height": frame.Float, "member": frame.Bool, "town=Ulm": frame.Bool, "born": frame.Date, "plan": frame.Category, "class": frame.Text}
	for name, want := range kinds {
		if c, err := out.Column(name); err != nil || c.Kind != want {
			t.Errorf("%s is %v, %v; want %v", name, c.Kind, err, want)
		}
	}
	if c, _ := out.Column("plan"); !c.Ordered || !slices.Equal(c.Levels, []string{"small", "big"}) {
		t.Errorf("plan: %+v", c.Field)
	}
	if got := shown(t, mustPick(t, out, "age", "member", "born", "plan", "class")); got !=
		"30 41 NaN 55 | true false true true | 1990-01-02 - 2001-03-04 1970-05-06 | big small big - | a b a b" {
		t.Error(got)
	}
	if _, err := f.Matrix(t.Context(), nil, table); !errors.Is(err, frame.ErrKind) {
		t.Errorf("a date in a matrix: %v", err)
	}
	labels, err := f.Labels(table)
	if err != nil || strings.Join(labels, "") != "abab" {
		t.Error(labels, err)
	}
	if _, err := f.TargetNumbers(table); !errors.Is(err, ErrTarget) {
		t.Error(err)
	}
	without, err := f.Table(t.Context(), nil, mustPick(t, table, "age", "height", "member", "town", "born", "plan"))
	if err != nil || slices.Contains(without.Names(), "class") {
		t.Error(without.Names(), err)
	}
}

func TestTargetsOfTables(t *testing.T) {
	table := people(t)
	f := mustFit(t, Pipeline{Target: "height"}, mustPick(t, table, "height", "age"))
	if f.Target().Name != "height" || f.Target().Kind != frame.Float {
		t.Errorf("%+v", f.Target())
	}
	if _, err := f.TargetNumbers(table); !errors.Is(err, ErrInput) {
		t.Errorf("a missing target: %v", err)
	}
	if _, err := f.Labels(table); !errors.Is(err, ErrTarget) {
		t.Errorf("a missing class: %v", err)
	}
	if _, err := f.Labels(mustPick(t, table, "age")); !errors.Is(err, frame.ErrColumn) {
		t.Error(err)
	}
	none := mustFit(t, Pipeline{}, mustPick(t, table, "age"))
	if _, err := none.Labels(table); !errors.Is(err, ErrTarget) || none.Target().Name != "" {
		t.Error(err)
	}
	v, err := mustFit(t, Pipeline{Target: "age"}, mustPick(t, table, "age", "height")).TargetNumbers(mustPick(t, mustTake(t, table, 0, 1), "age"))
	if err != nil || !slices.Equal(v, []float64{30, 41}) {
		t.Error(v, err)
	}
}

func mustTake(t *testing.T, table frame.Table, rows ...int) frame.Table {
	t.Helper()
	out, err := table.Take(rows)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A piece of any size gives the rows that the whole gives, and an error says where.
func TestStreamIsTheMatrix(t *testing.T) {
	table := mixed(t, 2*blockRows+3)
	f := mustFit(t, Pipeline{Steps: []Step{StandardScaler{}, OneHotEncoder{}}}, table)
	want := mustMatrix(t, f, table)
	_, p := want.Dims()
	for _, size := range []int{1, 100, blockRows, blockRows + 1, 5000} {
		row := 0
		for x, err := range f.Stream(t.Context(), pieces(t, table, size)) {
			if err != nil {
				t.Fatal(err)
			}
			n, _ := x.Dims()
			if !sameBits(want.Slice(row, row+n, 0, p), x) {
				t.Fatalf("pieces of %d rows: other bits from row %d on", size, row)
			}
			row += n
		}
		if row != table.Nrow() {
			t.Errorf("pieces of %d rows: %d rows", size, row)
		}
	}
	broken := errors.New("broken")
	var got []error
	for x, err := range f.Stream(t.Context(), func(yield func(frame.Table, error) bool) {
		_ = yield(table, nil) && yield(frame.Table{}, broken) && yield(table, nil)
	}) {
		if got = append(got, err); (x == nil) != (err != nil) {
			t.Error("both or none")
		}
	}
	if len(got) != 2 || got[0] != nil || !errors.Is(got[1], broken) {
		t.Errorf("%v", got)
	}
}

func TestRowsBelongToWhatWasFitted(t *testing.T) {
	table := tableOf(t, nil, numberColumn("a", 1, 2, 3), numberColumn("b", 4, 5, 6))
	f := mustFit(t, Pipeline{Steps: []Step{StandardScaler{}}}, table)
	infinite := tableOf(t, nil, numberColumn("a", 1, 2), numberColumn("b", 3, math.Inf(-1)))
	var input *InputError
	if _, err := f.Matrix(t.Context(), nil, infinite); !errors.As(err, &input) || input.Column != "b" || input.Row != 1 {
		t.Error(err)
	}
	if _, err := (Pipeline{Steps: []Step{StandardScaler{}}}).Fit(t.Context(), nil, split.WholeAsTrain(infinite)); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
	empty := mustTake(t, table)
	if x, err := f.Matrix(t.Context(), nil, empty); err != nil || !x.IsEmpty() {
		t.Error(err)
	}
	if out, err := f.Table(t.Context(), nil, empty); err != nil || out.Nrow() != 0 || out.Ncol() != 2 {
		t.Error(out, err)
	}
	if _, err := (Pipeline{}).Fit(t.Context(), nil, split.WholeAsTrain(empty)); !errors.Is(err, ErrEmpty) {
		t.Error(err)
	}
	failed := frame.Table{DataFrame: dataframe.DataFrame{Err: errors.New("no")}}
	if _, err := f.Matrix(t.Context(), nil, failed); err == nil {
		t.Error("a dataframe with an error")
	}
	if _, err := (Pipeline{}).Fit(t.Context(), nil, split.WholeAsTrain(failed)); err == nil {
		t.Error("fitted on a dataframe with an error")
	}
	if _, err := (Pipeline{Steps: []Step{nil}}).Fit(t.Context(), nil, split.WholeAsTrain(table)); !errors.Is(err, ErrOption) {
		t.Error(err)
	}
	if _, err := (Pipeline{}).Fit(t.Context(), nil, split.Train{}); !errors.Is(err, ErrEmpty) {
		t.Error(err)
	}
}

func TestTheZeroValueIsNotFitted(t *testing.T) {
	f, table := &Fitted{}, people(t)
	_, matrix := f.Matrix(t.Context(), nil, table)
	_, sparse := f.Sparse(t.Context(), nil, table)
	_, made := f.Table(t.Context(), nil, table)
	_, back := f.Inverse(t.Context(), table)
	_, row := f.Row()
	for k, err := range []error{matrix, sparse, made, back, row} {
		if !errors.Is(err, ErrInput) {
			t.Errorf("%d: %v", k, err)
		}
	}
	if f.Names() != nil || len(f.Inputs()) != 0 || f.Target().Name != "" {
		t.Error("it has something")
	}
}

func TestFittingEndsWithItsContext(t *testing.T) {
	table := mixed(t, 5000)
	ended, end := context.WithCancel(t.Context())
	end()
	for _, s := range []Step{StandardScaler{}, OneHotEncoder{}, OrdinalEncoder{}, FrequencyEncoder{}, TargetEncoder{}} {
		if _, err := (Pipeline{Target: "num", Steps: []Step{s}}).Fit(ended, nil, split.WholeAsTrain(mixed(t, 100))); !errors.Is(err, context.Canceled) && !errors.Is(err, ErrInput) {
			t.Errorf("%T: %v", s, err)
		}
	}
	f := mustFit(t, Pipeline{Steps: []Step{OneHotEncoder{}}}, table)
	if _, err := f.Matrix(ended, nil, table); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := f.Table(ended, nil, table); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestProgressIsReported(t *testing.T) {
	table := mixed(t, 3*blockRows)
	var mu sync.Mutex
	most := map[string]int64{}
	rep := progress.Func(func(e progress.Event) {
		mu.Lock()
		defer mu.Unlock()
		most[e.Task] = max(most[e.Task], e.Done)
	})
	f, err := Pipeline{Steps: []Step{StandardScaler{}, OneHotEncoder{}}}.Fit(t.Context(), rep, split.WholeAsTrain(table))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Sparse(t.Context(), rep, table); err != nil {
		t.Fatal(err)
	}
	if most["fitting the pipeline"] != 2 || most["making features"] != 3*blockRows {
		t.Error(most)
	}
}

// FitMatrix is Fit and Matrix where nothing is cross-fitted.
func TestFitMatrixIsTheMatrix(t *testing.T) {
	table := mixed(t, blockRows+50)
	for _, steps := range [][]Step{nil, {StandardScaler{}}, {OneHotEncoder{}}, {HashingEncoder{Bits: 3}}, {OneHotEncoder{}, StandardScaler{Columns: []string{"other=o1"}}}} {
		p := Pipeline{Steps: append([]Step{Drop{[]string{"flag"}}}, steps...)}
		if len(steps) == 0 {
			p.Steps = []Step{Keep{[]string{"num", "flag"}}}
		}
		f, x, err := p.FitMatrix(t.Context(), nil, split.WholeAsTrain(table))
		if errors.Is(err, frame.ErrKind) {
			continue // texts are left
		}
		if err != nil {
			t.Fatal(err)
		}
		if !sameBits(x, mustMatrix(t, f, table)) {
			t.Errorf("%v: other bits", f.Names())
		}
	}
}

// Many goroutines may apply one pipeline.
func TestManyApplyOnePipeline(t *testing.T) {
	table := mixed(t, 2*blockRows)
	f := mustFit(t, Pipeline{Steps: []Step{StandardScaler{}, OneHotEncoder{}}}, table)
	want := mustMatrix(t, f, table)
	var wg sync.WaitGroup
	results := make([]*mat.Dense, 8)
	errs := make([]error, len(results))
	for i := range results {
		wg.Go(func() { results[i], errs[i] = f.Matrix(context.Background(), nil, table) })
	}
	wg.Wait()
	for i, x := range results {
		if errs[i] != nil || !sameBits(want, x) {
			t.Errorf("%d: %v", i, errs[i])
		}
	}
}

func TestStepErrorsSayWhichStep(t *testing.T) {
	table := people(t)
	_, err := Pipeline{Steps: []Step{StandardScaler{}, OneHotEncoder{Columns: []string{"twon"}}}}.Fit(t.Context(), nil, split.WholeAsTrain(table))
	var step *StepError
	if !errors.As(err, &step) || step.Step != 1 || step.Name != "OneHotEncoder" || !strings.Contains(fmt.Sprint(err), "step 2, OneHotEncoder") {
		t.Error(err)
	}
}
