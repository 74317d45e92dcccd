package recipe

import (
	"context"
	"errors"
	"strings"
	"testing"

	"transferlab/tlkit/clean/dedupe"
	"transferlab/tlkit/clean/smooth"
	"transferlab/tlkit/frame"
)

func films(t testing.TB) frame.Table {
	return tableOf(t,
		"title string: Alien,  alien , Amélie, \"\", -, Se7en",
		"year string: 1979, c. 1979, 2001, -, n/a, 1995",
		"gross number: 78.9, -, 174.2, 0, -1.5, 327.3",
		"votes integer: 9, 9, 7, -, 0, 15",
		"seen boolean: true, false, -, true, false, true",
		"released datetime: 1979-05-25, 1979-05-25, 2001-04-25, -, 1970-01-01, 1995-09-22",
		"genre category: a;b, a, -, c, a;b;c, b")
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []Step
		keep  string // the columns that are compared; empty: all
		want  []string
	}{
		{"a renamed date stays one", []Step{Rename{"released", "day"}}, "day",
			[]string{"day datetime: 1979-05-25, 1979-05-25, 2001-04-25, -, 1970-01-01, 1995-09-22"}},
		{"kept columns stand in their order", []Step{Keep{[]string{"seen", "genre"}}}, "",
			[]string{"seen boolean: true, false, -, true, false, true", "genre category: a;b, a, -, c, a;b;c, b"}},
		{"moved to the end", []Step{Keep{[]string{"seen", "votes"}}, Move{"seen", 1}}, "",
			[]string{"votes integer: 9, 9, 7, -, 0, 15", "seen boolean: true, false, -, true, false, true"}},
		{"all columns removed", []Step{Keep{nil}}, "", []string{""}},
		{"text is cleaned, dates are not text", []Step{Text{Do: []TextOp{Trim, Lower, StripAccents, EmptyMissing}}}, "title released",
			[]string{"title string: alien, alien, amelie, -, -, se7en", "released datetime: 1979-05-25, 1979-05-25, 2001-04-25, -, 1970-01-01, 1995-09-22"}},
		{"numbers among text stay", []Step{Transform{Column: "year", Expression: "value.toNumber()"}}, "year",
			[]string{"year string: 1979, c. 1979, 2001, -, n/a, 1995"}},
		{"numbers alone are a column of numbers", []Step{Transform{Column: "year", Expression: "value.toNumber()", OnError: SetToBlank}}, "year",
			[]string{"year integer: 1979, -, 2001, -, -, 1995"}},
		{"what is mixed is so for later steps", []Step{
			Transform{Column: "year", Expression: "value.toNumber()"},
			DropRows{Where: Where{Facets: []Facet{{Range: &Range{Column: "year", From: new(0.0), To: new(2000.0)}}}}},
			Transform{Column: "year", Expression: `if(value.type()=="number","n","t")`}}, "title year",
			[]string{`title string:  alien , Amélie, "", -`, "year string: t, n, t, t"}},
		{"a mixed column that is renamed and moved stays mixed", []Step{
			Transform{Column: "year", Expression: "value.toNumber()"}, Rename{"year", "Year"}, Move{"Year", 0}, Remove{[]string{"title"}},
			DropRows{Where: Where{Facets: []Facet{{Range: &Range{Column: "Year", NoNumbers: true, NonNumbers: true, Blank: true}}}}}}, "Year",
			[]string{"Year integer: 1979, 2001, 1995"}},
		{"days stay days, instants become them", []Step{
			Transform{Column: "released", Expression: `value.inc(1,"day")`}, AddColumn{Column: "noon", Base: "released", Expression: `value.inc(12,"hours")`}}, "released noon",
			[]string{"released datetime: 1979-05-26, 1979-05-26, 2001-04-26, -, 1970-01-02, 1995-09-23",
				"noon datetime: 1979-05-26T12:00:00Z, 1979-05-26T12:00:00Z, 2001-04-26T12:00:00Z, -, 1970-01-02T12:00:00Z, 1995-09-23T12:00:00Z"}},
		{"values are replaced, to missing too", []Step{Replace{Column: "title", Edits: []Edit{
			{From: []string{" alien "}, To: "Alien"}, {Blank: true, To: "none"}, {From: []string{"Se7en"}, Missing: true}}}}, "title",
			[]string{"title string: Alien, Alien, Amélie, none, none, -"}},
		{"a category keeps its kind", []Step{Replace{Column: "genre", Edits: []Edit{{From: []string{"c"}, To: "b"}}}}, "genre",
			[]string{"genre category: a;b, a, -, b, a;b;c, b"}},
		{"rows are dropped by all facets together", []Step{DropRows{Where: Where{Facets: []Facet{
			{List: &List{Column: "seen", Bools: []bool{true}, Blank: true}}, {Text: &Search{Column: "title", Query: "A"}}}}}}, "title",
			[]string{`title string:  alien , "", -, Se7en`}},
		{"or kept", []Step{DropRows{Others: true, Where: Where{Facets: []Facet{{Time: &TimeRange{Column: "released", From: "1979-05-25", To: "1995-09-22"}}}}}}, "title",
			[]string{"title string: Alien,  alien , Se7en"}},
		{"all rows dropped, kinds stay", []Step{DropRows{}, Keep{[]string{"votes", "released", "seen"}}}, "",
			[]string{"votes integer:", "released datetime:", "seen boolean:"}},
		{"split into rows and joined again", []Step{Keep{[]string{"title", "genre"}}, SplitCells{"genre", "title", Splitter{Separator: ";"}},
			Text{Columns: []string{"genre"}, Do: []TextOp{Upper}}, JoinCells{"genre", "title", "+"}}, "",
			[]string{"title string: Alien,  alien , Amélie, Se7en", "genre category: A+B, A, C+A+B+C, B"}},
		{"split into columns beside it", []Step{Keep{[]string{"votes", "genre", "seen"}}, SplitColumn{Column: "genre", Splitter: Splitter{Separator: ";"}, Most: 2}}, "",
			[]string{"votes integer: 9, 9, 7, -, 0, 15", "genre 1 string: a, a, -, c, a, b", "genre 2 string: b, -, -, -, b;c, -", "seen boolean: true, false, -, true, false, true"}},
		{"joined columns, missing ones left out", []Step{JoinColumns{Columns: []string{"votes", "seen"}, To: "both", Separator: "/", Remove: true}}, "both",
			[]string{"both string: 9/true, 9/false, 7, true, 0/false, 15/true"}},
		{"joined columns, missing ones written, into one of them", []Step{JoinColumns{Columns: []string{"votes", "seen"}, To: "seen", Missing: new("?")}}, "seen",
			[]string{"seen string: 9true, 9false, 7?, ?true, 0false, 15true"}},
		{"filled down and blanked down", []Step{FillDown{Column: "title"}, BlankDown{Column: "released"}}, "title released",
			[]string{"title string: Alien,  alien , Amélie, Amélie, Amélie, Se7en", "released datetime: 1979-05-25, -, 2001-04-25, -, 1970-01-01, 1995-09-22"}},
		{"duplicates in a column", []Step{DropDuplicates{Columns: []string{"votes", "released"}, Keep: dedupe.Last}}, "title",
			[]string{`title string:  alien , Amélie, "", -, Se7en`}},
		{"near duplicates", []Step{DropNear{Find: dedupe.NearOptions{Compare: []dedupe.Compare{{Column: "title"}}, Threshold: 0.8}}}, "votes",
			[]string{"votes integer: 9, -, 0, 15"}},
		{"smoothed", []Step{Smooth{Column: "votes", Median: &smooth.Median{Window: 3}}}, "votes",
			[]string{"votes number: 9.0, 9.0, 8.0, -, 7.5, 7.5"}},
		{"a column by expression, errors kept from the base", []Step{AddColumn{Column: "n", Base: "year", Expression: "value.toNumber()+cells.votes.value", OnError: KeepOriginal, At: new(0)}}, "n",
			[]string{"n string: 1988, c. 1979, 2008, -, n/a, 2010"}},
		{"a column without a base", []Step{AddColumn{Column: "n", Expression: "rowIndex*2"}}, "n",
			[]string{"n integer: 0, 2, 4, 6, 8, 10"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := films(t)
			before := dump(t, in)
			out, log, err := Recipe{Steps: c.steps}.Apply(context.Background(), nil, in)
			if err != nil {
				t.Fatal(err)
			}
			if c.keep != "" {
				if out, err = out.Pick(strings.Fields(c.keep)...); err != nil {
					t.Fatal(err)
				}
			}
			if c.want[0] == "" {
				if out.Ncol() != 0 || out.Nrow() != in.Nrow() {
					t.Errorf("%d columns, %d rows", out.Ncol(), out.Nrow())
				}
			} else {
				equal(t, out, c.want...)
			}
			if after := dump(t, in); after != before {
				t.Errorf("the table that was given is now\n%s", after)
			}
			if len(log.Entries) != len(c.steps) || log.String() == "" || log.HTML() == "" {
				t.Errorf("log %v", log)
			}
		})
	}
}

func TestStepErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []Step
		want  error
		says  string
	}{
		{"no such column", []Step{Keep{[]string{"title", "votes"}}, FillDown{Column: "tilte"}}, frame.ErrColumn,
			`recipe: step 2 (fill-down): frame: no column "tilte"; did you mean "title"?`},
		{"no such column in an expression", []Step{Transform{Column: "title", Expression: "cells.yaer.value"}}, frame.ErrColumn, `no column "yaer"; did you mean "year"?`},
		{"no such column in a facet", []Step{DropRows{Where: Where{Facets: []Facet{{Text: &Search{Column: "vote"}}}}}}, frame.ErrColumn, `did you mean "votes"?`},
		{"name taken", []Step{Rename{"title", "year"}}, frame.ErrShape, `there is a column "year" already`},
		{"name taken by an added one", []Step{AddColumn{Column: "year", Expression: "1"}}, frame.ErrShape, "already"},
		{"place out of range", []Step{Move{"title", 7}}, ErrOption, "the table has 7 columns"},
		{"negative place", []Step{Move{"title", -1}}, ErrOption, "counted from 0"},
		{"an expression that is none", []Step{Transform{Column: "title", Expression: "value.("}}, nil, "grel"},
		{"a regular expression that is none", []Step{SplitColumn{Column: "title", Splitter: Splitter{Separator: "(", Regexp: true}}}, nil, "step 1 (split-column)"},
		{"text operation unknown", []Step{Text{Do: []TextOp{"tirm"}}}, ErrOption, `did you mean "trim"?`},
		{"text of numbers", []Step{Text{Columns: []string{"votes"}, Do: []TextOp{Trim}}}, frame.ErrKind, "text is needed"},
		{"two facets in one", []Step{DropRows{Where: Where{Facets: []Facet{{List: &List{}, Text: &Search{}}}}}}, ErrOption, "here 2 are set"},
		{"no facet in one", []Step{DropRows{Where: Where{Facets: []Facet{{}}}}}, ErrOption, "here 0 are set"},
		{"a bound that is no date", []Step{DropRows{Where: Where{Facets: []Facet{{Time: &TimeRange{Column: "released", From: "25.5.1979"}}}}}}, ErrOption, "no date"},
		{"an edit to what it cannot be", []Step{Replace{Column: "title", Edits: []Edit{{To: "x", As: frame.Int}}}}, ErrOption, `"x" as integer`},
		{"two filters", []Step{Smooth{Column: "votes", Median: &smooth.Median{}, Hampel: &smooth.Hampel{}}}, ErrOption, "here 2 are set"},
		{"a step that learns", []Step{Outliers{}}, ErrFitted, "fit the recipe"},
		{"no step", []Step{nil}, ErrStep, "step 1 is nil"},
		{"repeated without end", []Step{Transform{Column: "title", Expression: "value", Repeat: 1e6}}, ErrOption, "0 to 1000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := films(t)
			out, log, err := Recipe{Steps: c.steps}.Apply(context.Background(), nil, in)
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v; want %v, %q", err, c.want, c.says)
			}
			if out.Ncol() != 0 || log != nil {
				t.Errorf("a table of %d columns beside the error", out.Ncol())
			}
			var where *StepError
			if c.want == frame.ErrColumn && (!errors.As(err, &where) || where.Number != len(c.steps) || where.Column() == "") {
				t.Errorf("%#v", err)
			}
		})
	}
}

func TestDropChosen(t *testing.T) {
	in := tableOf(t, "name string: Ada, Ada, Adda, Bob, Bobb, Bob, -", "n integer: -, 1, 2, -, 4, 5, 6")
	g, err := dedupe.FindNear(context.Background(), nil, in, dedupe.NearOptions{Compare: []dedupe.Compare{{Column: "name"}}, Threshold: 0.7})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Choose(in, g, dedupe.Choices{Survivors: []int{2, 5}}, true)
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := Recipe{Steps: []Step{d}}.Apply(context.Background(), nil, in)
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := g.Merge(in, dedupe.Choices{Survivors: []int{2, 5}})
	if err != nil {
		t.Fatal(err)
	}
	if dump(t, out) != dump(t, want) {
		t.Errorf("got\n%swant\n%s", dump(t, out), dump(t, want))
	}
	// In another table the rows are found by what they hold.
	other := tableOf(t, "name string: Zoe, Bobb, Ada, Ada, Bobb", "n integer: 1, -, 3, 4, 5")
	if out, _, err = (Recipe{Steps: []Step{d}}).Apply(context.Background(), nil, other); err != nil {
		t.Fatal(err)
	}
	equal(t, out, "name string: Zoe, Bobb, Ada, Ada, Bobb", "n integer: 1, -, 3, 4, 5")
	if d, err = Choose(in, g, dedupe.Choices{Survivors: []int{2}, Reject: []int{1}}, true); err != nil {
		t.Fatal(err)
	}
	if out, _, err = (Recipe{Steps: []Step{d}}).Apply(context.Background(), nil, other); err != nil {
		t.Fatal(err)
	}
	equal(t, out, "name string: Zoe, Bobb, Ada, Bobb", "n integer: 1, -, 3, 5")
}

// A date is replaced by the text that the table shows, and by the one that GREL gives it.
func TestReplaceFindsDatesAsTheyAreShown(t *testing.T) {
	table, err := frame.New(frame.Schema{{Name: "day", Kind: frame.Date}},
		frame.Series("day", []frame.Cell[string]{{Value: "1969-12-31"}, {Value: "1970-01-01"}, {Null: true}, {Value: "1970-01-02"}}))
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := Recipe{Steps: []Step{Replace{Column: "day", Edits: []Edit{
		{From: []string{"1969-12-31"}, Missing: true}, {From: []string{"1970-01-02T00:00:00Z"}, To: "1970-02-02"}}}}}.Apply(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	day, _ := out.Column("day")
	if !day.Missing(0) || day.Format(1) != "1970-01-01" || !day.Missing(2) || day.Format(3) != "1970-02-02" || day.Kind != frame.Date {
		t.Errorf("%+v", day)
	}
}

// What a cell gets is what its column holds, where it reads as that, and text where it does
// not or where text is asked for.
func TestReplaceKeepsTheKindOfTheColumn(t *testing.T) {
	table, err := frame.New(frame.Schema{{Name: "n", Kind: frame.Int}},
		frame.Series("n", []frame.Cell[int]{{Value: 1}, {Value: 999}}))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		edit Edit
		kind frame.Kind
		want string
	}{
		{Edit{From: []string{"999"}, To: "7"}, frame.Int, "7"},
		{Edit{From: []string{"999"}, To: "many"}, frame.Text, "many"},
		{Edit{From: []string{"999"}, To: "7", As: frame.Text}, frame.Text, "7"},
	} {
		out, _, err := Recipe{Steps: []Step{Replace{Column: "n", Edits: []Edit{c.edit}}}}.Apply(t.Context(), nil, table)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := out.Column("n"); n.Kind != c.kind || n.Format(1) != c.want {
			t.Errorf("%v: %v %q", c.edit, n.Kind, n.Format(1))
		}
	}
}

// An expression that fails for some cells says so, whatever becomes of them.
func TestFailuresOfExpressionsAreCounted(t *testing.T) {
	table, err := frame.New(frame.Schema{{Name: "n", Kind: frame.Text}},
		frame.Series("n", []frame.Cell[string]{{Value: "1"}, {Value: "one"}, {Value: "two"}}))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []Step{
		Transform{Column: "n", Expression: "value.toNumber() + 1"},
		AddColumn{Column: "m", Base: "n", Expression: "value.toNumber() + 1"},
	} {
		_, log, err := Recipe{Steps: []Step{step}}.Apply(t.Context(), nil, table)
		if err != nil {
			t.Fatal(err)
		}
		notes := log.Entries[0].Notes
		if len(notes) != 1 || !strings.HasPrefix(notes[0], "the expression failed for 2 cells; row 1: ") {
			t.Errorf("%v: %q", step, notes)
		}
	}
}
