package recipe

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/clean/outlier"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

var background = context.Background()

// do does steps one after the other.
func do(t testing.TB, h *History, steps ...Step) {
	t.Helper()
	for _, s := range steps {
		if _, err := h.Do(background, nil, s); err != nil {
			t.Fatal(err)
		}
	}
}

func names(h *History) string {
	var out []string
	for _, s := range h.Recipe().Steps {
		out = append(out, s.Name())
	}
	return strings.Join(out, " ")
}

func TestHistory(t *testing.T) {
	in := films(t)
	h := Begin(in)
	if h.Undo() || h.Redo() || h.Len() != 0 || dump(t, h.Table()) != dump(t, in) {
		t.Fatal("a new history is not empty")
	}
	do(t, h, Text{Columns: []string{"title"}, Do: []TextOp{Trim}}, Rename{"title", "name"}, DropRows{Where: Where{Facets: []Facet{{List: &List{Column: "name", Blank: true}}}}})
	after := []string{dump(t, h.After(0)), dump(t, h.After(1)), dump(t, h.After(2)), dump(t, h.After(3))}
	if after[0] != dump(t, in) || after[3] != dump(t, h.Table()) || h.After(3).Nrow() != 4 {
		t.Error("the tables after the steps are not kept")
	}

	// Back and forth.
	for k := 2; k >= 0; k-- {
		if !h.Undo() || dump(t, h.Table()) != after[k] {
			t.Errorf("undone to step %d: %s", k, dump(t, h.Table()))
		}
	}
	if h.Undo() || !strings.Contains(h.String(), "3 changes undone") {
		t.Error(h.String())
	}
	for k := 1; k <= 3; k++ {
		if !h.Redo() || dump(t, h.Table()) != after[k] {
			t.Errorf("redone to step %d", k)
		}
	}
	if h.Redo() {
		t.Error("redone more than was undone")
	}

	// What is done after an undo takes the place of what was undone.
	h.Undo()
	do(t, h, Remove{[]string{"seen"}})
	if h.Redo() || names(h) != "text rename remove-columns" {
		t.Error(names(h))
	}
}

func TestHistoryReorder(t *testing.T) {
	h := Begin(films(t))
	do(t, h, Text{Do: []TextOp{Trim}}, Rename{"title", "name"}, FillDown{Column: "name"}, Keep{[]string{"name", "votes"}})
	before, order := dump(t, h.Table()), names(h)
	unchanged := func(err error, number int, says string) {
		t.Helper()
		var where *StepError
		if !errors.As(err, &where) || where.Number != number || !strings.Contains(err.Error(), says) {
			t.Errorf("%v; want step %d, %q", err, number, says)
		}
		if names(h) != order || dump(t, h.Table()) != before {
			t.Errorf("changed by a change that failed: %s", names(h))
		}
	}
	unchanged(h.Move(background, nil, 2, 0), 1, `no column "name"`)
	unchanged(h.Move(background, nil, 1, 3), 2, `no column "name"`)
	unchanged(h.Remove(background, nil, 1), 2, `no column "name"`)
	unchanged(h.Edit(background, nil, 1, Rename{"title", "Name"}), 3, `did you mean "Name"?`)
	unchanged(h.Edit(background, nil, 3, Keep{[]string{"nam"}}), 4, "nam")
	_, err := h.Do(background, nil, Move{"name", 9})
	unchanged(err, 5, "place 9")
	unchanged(h.DoAll(background, nil, Recipe{Steps: []Step{Remove{[]string{"votes"}}, Remove{[]string{"votes"}}}}), 6, "votes")
	for _, err := range []error{h.Move(background, nil, 4, 0), h.Move(background, nil, 0, -1), h.Remove(background, nil, 4), h.Edit(background, nil, -1, Rename{})} {
		if !errors.Is(err, ErrStep) {
			t.Error(err)
		}
	}

	// What can be done is, and only what follows is run again.
	first := h.After(1)
	if err := h.Move(background, nil, 3, 2); err != nil {
		t.Fatal(err)
	}
	if names(h) != "text rename keep-columns fill-down" || dump(t, h.Table()) != before {
		t.Errorf("%s\n%s", names(h), dump(t, h.Table()))
	}
	a, _ := first.Column("title")
	b, _ := h.After(1).Column("title")
	if !same(a, b) {
		t.Error("the first step was run again")
	}
	if err := h.Remove(background, nil, 3); err != nil {
		t.Fatal(err)
	}
	if err := h.Edit(background, nil, 0, Text{Do: []TextOp{Upper}}); err != nil {
		t.Fatal(err)
	}
	equal(t, h.Table(), `name string: ALIEN,  ALIEN , AMÉLIE, "", -, SE7EN`, "votes integer: 9, 9, 7, -, 0, 15")
	h.Undo()
	h.Undo()
	h.Undo()
	if names(h) != order || dump(t, h.Table()) != before {
		t.Errorf("a move is not undone: %s", names(h))
	}
	for h.Redo() {
	}
	if names(h) != "text rename keep-columns" {
		t.Error(names(h))
	}
}

func TestEntry(t *testing.T) {
	h := Begin(films(t))
	do(t, h, Text{Columns: []string{"title", "year"}, Do: []TextOp{Trim, EmptyMissing}})
	e := h.Entries()[0]
	if len(e.Changed) != 1 || e.Changed[0] != (Changed{Column: "title", Cells: 2}) || e.CellsChanged() != 2 {
		t.Errorf("%+v", e.Changed)
	}
	want := []Cell{{1, "title", Value{Text: " alien "}, Value{Text: "alien"}}, {3, "title", Value{}, Value{Missing: true}}}
	if !slices.Equal(e.Cells, want) {
		t.Errorf("%+v", e.Cells)
	}
	do(t, h, DropRows{Where: Where{Facets: []Facet{{List: &List{Column: "seen", Bools: []bool{false}, Blank: true}}}}})
	e = h.Entries()[1]
	if e.Before != (Shape{6, 7}) || e.After != (Shape{3, 7}) || e.Dropped != 3 || e.Made != 0 || len(e.Rows) != 3 || e.Rows[0].Row != 1 ||
		e.Rows[1].Values[0] != (Value{Text: "Amélie"}) || len(e.Changed) != 0 {
		t.Errorf("%+v", e)
	}
	do(t, h, SplitCells{"genre", "title", Splitter{Separator: ";"}})
	e = h.Entries()[2]
	if e.Dropped != 0 || e.Made != 1 || len(e.Changed) != 1 || e.Changed[0].Column != "genre" || e.Changed[0].Cells != 1 {
		t.Errorf("%+v", e)
	}
	do(t, h, Transform{Column: "year", Expression: "value.toNumber()"}, AddColumn{Column: "a", Expression: "1"}, Remove{[]string{"gross", "seen"}}, Rename{"a", "b"})
	if c := h.Entries()[3].Changed; len(c) != 1 || c[0] != (Changed{"year", 0, "string", "integer"}) {
		t.Errorf("%+v", c)
	}
	if e := h.Entries()[4]; !slices.Equal(e.Added, []string{"a"}) || e.Removed != nil {
		t.Errorf("%+v", e)
	}
	if e := h.Entries()[5]; !slices.Equal(e.Removed, []string{"gross", "seen"}) || e.Added != nil {
		t.Errorf("%+v", e)
	}
	if e := h.Entries()[6]; e.Added != nil || e.Removed != nil || !slices.Equal(e.Renamed, []Renamed{{"a", "b"}}) {
		t.Errorf("%+v", e)
	}
	do(t, h, Move{"genre", 0})
	if e := h.Entries()[7]; !e.Reordered || h.Entries()[6].Reordered || h.Entries()[5].Reordered {
		t.Errorf("%+v", e)
	}
	if rows := h.Log().Rows; !slices.Equal(rows, []int{0, -1, 3, 5}) {
		t.Errorf("%v", rows)
	}
	for _, says := range []string{
		`1. trim, empty-missing of columns "title", "year"`, `"title": 2 cells changed`, `row 1: " alien " → "alien"`, `row 3: "" → missing`,
		`2. drop rows where "seen" is false or blank`, "rows 6 → 3", "dropped 3 rows", `row 2: title "Amélie", year "2001"`,
		"made 1 row", `now integer (was string)`, `added column "a"`, `removed columns "gross", "seen"`, `"a" is now "b"`, "columns stand in another order",
	} {
		if !strings.Contains(h.String(), says) {
			t.Errorf("no %q in\n%s", says, h)
		}
	}
}

// TestShared: what a step does not change is shared with the table before it.
func TestShared(t *testing.T) {
	h := Begin(films(t))
	do(t, h, Text{Do: []TextOp{Trim}}, Rename{"votes", "n"}, Transform{Column: "gross", Expression: "value+1"}, Move{"seen", 0}, FillDown{Column: "title"}, BlankDown{Column: "n"})
	for name, first := range map[string]int{"seen": 0, "released": 0, "year": 0, "genre": 0, "title": 5, "gross": 3} {
		a, err := h.After(first).Column(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := h.Table().Column(name)
		if err != nil {
			t.Fatal(err)
		}
		if !same(a, b) {
			t.Errorf("column %q was copied", name)
		}
	}
}

func TestHTMLIsEscaped(t *testing.T) {
	evil := `<img src=x onerror=alert(1)>"'&`
	table, err := frame.New(nil, frame.Series(evil, []frame.Cell[string]{{Value: evil}, {Value: evil + "2"}}))
	if err != nil {
		t.Fatal(err)
	}
	h := Begin(table)
	h.Source.Path = evil
	do(t, h, Transform{Column: evil, Expression: `value + "<b>"`}, DropRows{Where: Where{Facets: []Facet{{List: &List{Column: evil, Texts: []string{evil + "<b>"}}}}}},
		Rename{evil, evil + evil}, AddColumn{Column: evil, Expression: "1"})
	r := h.Recipe()
	for _, s := range []string{h.HTML(), r.HTML(), h.Log().HTML(), h.Entries()[0].HTML()} {
		if strings.Contains(s, "<img") || strings.Contains(s, "<b>") {
			t.Errorf("not escaped: %s", s)
		}
	}
}

func TestHistoryLearns(t *testing.T) {
	in := tableOf(t, "x number: 1, 2, 3, 2, 100, -")
	if _, err := Begin(in).Do(background, nil, Outliers{}); !errors.Is(err, ErrFitted) {
		t.Error(err)
	}
	if _, err := Begin(in).Fitted(); !errors.Is(err, ErrFitted) {
		t.Error(err)
	}
	h := BeginTrain(split.WholeAsTrain(in))
	do(t, h, Outliers{Then: outlier.ApplyOptions{Action: outlier.Clip}})
	f, err := h.Fitted()
	if err != nil {
		t.Fatal(err)
	}
	g, err := h.Recipe().Fit(background, nil, split.WholeAsTrain(in))
	if err != nil {
		t.Fatal(err)
	}
	other := tableOf(t, "x number: -50, 2, 4")
	a, _, err := f.Apply(background, nil, other)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := g.Apply(background, nil, other)
	if err != nil {
		t.Fatal(err)
	}
	if dump(t, a) != dump(t, b) || dump(t, f.Train().Table()) != dump(t, h.Table()) || dump(t, a) == dump(t, other) {
		t.Errorf("%s\n%s", dump(t, a), dump(t, b))
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	cancel()
	h := Begin(films(t))
	if _, err := h.Do(ctx, nil, FillDown{Column: "title"}); !errors.Is(err, context.Canceled) || h.Len() != 0 {
		t.Errorf("%v, %d steps", err, h.Len())
	}
}
