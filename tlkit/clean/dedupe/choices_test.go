package dedupe

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
)

// show writes a column's values with spaces between; _ is missing.
func show(t testing.TB, in frame.Table, column string) string {
	t.Helper()
	c, err := in.Column(column)
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

func cafes(t testing.TB) (frame.Table, *Groups) {
	in := table(t,
		of[string]("name", "blume", "sonne", "blumé", "sonne", "blume", "mond", "sonné"),
		of[string]("town", nil, "ulm", "köln", nil, nil, "bonn", nil),
		of[int]("seats", nil, nil, 20, 30, 21, 9, nil),
		of[float64]("stars", 4.5, nil, nil, 3.0, nil, 1.0, nil),
		of[bool]("open", true, nil, nil, nil, false, true, true))
	return in, near(t, in, NearOptions{Compare: []Compare{{Column: "name"}}, Survivor: Survivor{By: FirstRow}})
}

func TestChoices(t *testing.T) {
	in, g := cafes(t)
	if got := members(g); !sameGroups(got, [][]int{{0, 2, 4}, {1, 3, 6}}) {
		t.Fatalf("groups %v", got)
	}
	before := show(t, in, "town") + show(t, in, "seats") + show(t, in, "stars") + show(t, in, "open")
	for _, c := range []struct {
		name    string
		c       Choices
		merge   bool
		want    map[string]string
		dropped []int
	}{
		{"as proposed", Choices{}, false, map[string]string{"name": "blume sonne mond", "town": "_ ulm bonn", "seats": "_ _ 9"}, []int{2, 3, 4, 6}},
		{"merged", Choices{}, true, map[string]string{"name": "blume sonne mond", "town": "köln ulm bonn", "seats": "20 30 9", "stars": "4.5 3.0 1.0", "open": "true true true"}, []int{2, 3, 4, 6}},
		{"one rejected", Choices{Reject: []int{0}}, true, map[string]string{"name": "blume sonne blumé blume mond", "seats": "_ 30 20 21 9"}, []int{3, 6}},
		{"all rejected", Choices{Reject: []int{1, 0, 0}}, true, map[string]string{"name": "blume sonne blumé sonne blume mond sonné", "seats": "_ _ 20 30 21 9 _"}, nil},
		{"another survivor", Choices{Survivors: []int{4, 3}}, true, map[string]string{"name": "sonne blume mond", "town": "ulm köln bonn", "seats": "30 21 9", "open": "true false true"}, []int{0, 1, 2, 6}},
		{"the proposed survivor", Choices{Survivors: []int{0, 0}}, false, map[string]string{"name": "blume sonne mond"}, []int{2, 3, 4, 6}},
		{"one apart", Choices{Apart: []int{2}}, true, map[string]string{"name": "blume sonne blumé mond", "town": "_ ulm köln bonn", "seats": "21 30 20 9"}, []int{3, 4, 6}},
		{"the survivor apart", Choices{Apart: []int{0}}, false, map[string]string{"name": "blume sonne blumé mond"}, []int{3, 4, 6}},
		{"too few left", Choices{Apart: []int{0, 2}}, false, map[string]string{"name": "blume sonne blumé blume mond"}, []int{3, 6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			do := g.Drop
			if c.merge {
				do = g.Merge
			}
			out, r, err := do(in, c.c)
			if err != nil {
				t.Fatal(err)
			}
			for name, want := range c.want {
				if got := show(t, out, name); got != want {
					t.Errorf("%s is %s, want %s", name, got, want)
				}
			}
			if !slices.Equal(r.Dropped, c.dropped) || r.Rows != 7 || r.Kept != out.Nrow() || r.Kept != 7-len(c.dropped) || r.Merged != c.merge {
				t.Errorf("report %+v", r)
			}
			if got := show(t, in, "town") + show(t, in, "seats") + show(t, in, "stars") + show(t, in, "open"); got != before {
				t.Errorf("the table that was given changed")
			}
		})
	}
}

func TestChoicesThatDoNotFit(t *testing.T) {
	in, g := cafes(t)
	changed, err := in.With(of[string]("name", "blume", "sonne", "blumé", "sonne", "BLUME", "mond", "sonné"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := in.With(of[int]("name", 1, 2, 3, 4, 5, 6, 7))
	if err != nil {
		t.Fatal(err)
	}
	shorter, _ := in.Take([]int{0, 1, 2})
	nameless, _ := in.Without("name")
	for _, c := range []struct {
		name string
		in   frame.Table
		c    Choices
		is   error
		says string
	}{
		{"no such group", in, Choices{Reject: []int{2}}, ErrChoice, "group 2"},
		{"survivor without a group", in, Choices{Survivors: []int{5}}, ErrChoice, "row 5"},
		{"apart of nothing", in, Choices{Apart: []int{-1}}, ErrChoice, "row -1"},
		{"two survivors", in, Choices{Survivors: []int{0, 2}}, ErrChoice, "rows 0 and 2"},
		{"survivor apart", in, Choices{Survivors: []int{0}, Apart: []int{0}}, ErrChoice, "apart as well"},
		{"survivor of a rejected group", in, Choices{Survivors: []int{0}, Reject: []int{0}}, ErrChoice, "rejected"},
		{"a row has changed", changed, Choices{}, ErrOther, `row 4, column "name" has changed`},
		{"another kind", other, Choices{}, ErrOther, "was string and is integer"},
		{"fewer rows", shorter, Choices{}, ErrOther, "7 rows, and this one has 3"},
		{"column gone", nameless, Choices{}, frame.ErrColumn, "name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := g.Merge(c.in, c.c); !errors.Is(err, c.is) || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("%v; want %v that says %q", err, c.is, c.says)
			}
		})
	}
	more, err := in.With(of[int]("seats", 1, 2, 3, 4, 5, 6, 7), of[bool]("new", true, true, true, true, true, true, true))
	if err != nil {
		t.Fatal(err)
	}
	if out, _, err := g.Drop(more, Choices{}); err != nil || show(t, out, "seats") != "1 2 6" {
		t.Errorf("a table with other columns: %v", err)
	}
}

func TestAnyChoicesLeaveEachGroupOneRow(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		values := make([]any, 40)
		for i := range values {
			values[i] = rng.IntN(12)
		}
		in := table(t, of[int]("x", values...))
		g, err := Find(in, "x")
		if err != nil {
			t.Fatal(err)
		}
		var c Choices
		for range rng.IntN(6) {
			c.Reject = append(c.Reject, rng.IntN(14)-1)
			c.Survivors = append(c.Survivors, rng.IntN(42)-1)
			c.Apart = append(c.Apart, rng.IntN(42)-1)
		}
		out, r, err := g.Drop(in, c)
		if err != nil {
			if !errors.Is(err, ErrChoice) {
				t.Fatal(err)
			}
			continue
		}
		stays := make([]bool, 40)
		for i := range stays {
			stays[i] = !slices.Contains(r.Dropped, i)
		}
		for _, group := range g.List {
			left := 0
			for _, row := range group.Rows {
				if stays[row] && !slices.Contains(c.Apart, row) {
					left++
				}
				if slices.Contains(c.Survivors, row) && !stays[row] {
					t.Fatalf("seed %d: survivor %d was dropped", seed, row)
				}
				if slices.Contains(c.Apart, row) && !stays[row] {
					t.Fatalf("seed %d: row %d, set apart, was dropped", seed, row)
				}
			}
			if rejected := slices.Contains(c.Reject, group.Number); rejected && left < len(group.Rows)-len(c.Apart) || !rejected && left > 1 {
				t.Fatalf("seed %d: %d rows of group %+v are left", seed, left, group)
			}
		}
		if out.Nrow() != 40-len(r.Dropped) {
			t.Fatal(out.Nrow())
		}
	}
}

func TestATableWithoutDuplicatesComesBack(t *testing.T) {
	in := table(t, of[int]("x", 1, 2, 3))
	out, r, err := Drop(in, Options{})
	if err != nil || r.Groups != 0 || out.Nrow() != 3 {
		t.Error(r, err)
	}
	a, _ := in.Column("x")
	b, _ := out.Column("x")
	if &a.Ints[0] != &b.Ints[0] {
		t.Error("the cells were copied")
	}
	none, err := in.Pick()
	if err != nil {
		t.Fatal(err)
	}
	if out, r, err := Drop(none, Options{}); err != nil || out.Nrow() != 3 || r.Rows != 3 {
		t.Errorf("a table without columns: %v, %v", r, err)
	}
	if g, err := Find(none); err != nil || len(g.List) != 0 {
		t.Errorf("a table without columns: %v, %v", g, err)
	}
	if _, _, err := Drop(frame.Table{}, Options{}); err != nil {
		t.Error(err)
	}
}

func TestGroupsShowThemselves(t *testing.T) {
	in := table(t,
		of[string]("name", "Hans Müller", "Hans Muller", "hans müller ", "Eva", "Eva\n<script>"),
		of[string]("note", strings.Repeat("long ", 30), nil, strings.Repeat("long ", 29)+"short", nil, "x"),
		of[float64]("paid", 1.5, 1.5, 2.5, nil, nil))
	g := near(t, in, NearOptions{Compare: []Compare{{Column: "name"}}, Threshold: 0.8})
	h, s := g.HTML(), g.String()
	for _, want := range []string{
		"near duplicates by name: 2 groups with 5 of 5 rows; score 0.8 or more, 10 pairs compared",
		`Hans M<mark style="` + markStyle + `">u</mark>ller`,  // one letter
		`<mark style="` + markStyle + `">hans müller </mark>`, // from the front to the back
		`<mark style="` + markStyle + `">2</mark>.5`,          // a number
		`<mark style="` + markStyle + `"><span style="opacity:.55" aria-label="missing">–</span></mark>`,
		`Eva<mark style="` + markStyle + `">‸</mark>`, `>Eva &lt;script&gt;<`, "3 rows, least",
	} {
		if !strings.Contains(h, want) {
			t.Errorf("%q is not in\n%s", want, h)
		}
	}
	for _, want := range []string{"stays", "*Hans Muller", "*–", "*2.5", "Eva <script>"} {
		if !strings.Contains(s, want) {
			t.Errorf("%q is not in\n%s", want, s)
		}
	}
	if strings.Contains(h, "<script") {
		t.Error("text is not escaped")
	}
	for i, line := range strings.Split(s, "\n") {
		if len(line) > 400 {
			t.Errorf("line %d has %d characters", i, len(line))
		}
	}
}

func TestViews(t *testing.T) {
	var v []any
	for i := range 100 {
		v = append(v, i/4*3) // 25 groups of 4
	}
	in := table(t, of[int]("c00", v...))
	for i := 1; i < 15; i++ {
		name := fmt.Sprintf("c%02d", i)
		var err error
		if in, err = in.With(of[int](name, v...)); err != nil {
			t.Fatal(err)
		}
	}
	g, err := Find(in, "c14")
	if err != nil {
		t.Fatal(err)
	}
	s := g.String()
	if !strings.Contains(s, "and 5 more groups") || !strings.Contains(s, "c14") || !strings.Contains(s, "c10") || strings.Contains(s, "c11") {
		t.Error(s)
	}
	view, err := g.View(ViewOptions{Groups: []int{7, 3}, Rows: 2, Columns: []string{"c01"}})
	if err != nil {
		t.Fatal(err)
	}
	s = view.String()
	if !strings.Contains(s, "and 2 more rows") || strings.Index(s, "\n7 ") > strings.Index(s, "\n3 ") || strings.Contains(s, "c02") || !strings.Contains(view.HTML(), `rowspan="3"`) {
		t.Error(s, view.HTML())
	}
	if _, err := g.View(ViewOptions{Groups: []int{99}}); !errors.Is(err, ErrChoice) {
		t.Error(err)
	}
	if _, err := g.View(ViewOptions{Columns: []string{"c99"}}); !errors.Is(err, frame.ErrColumn) {
		t.Error(err)
	}
}

func TestTableOfGroupsAndDoubt(t *testing.T) {
	_, g := cafes(t)
	out, err := g.Table()
	if err != nil {
		t.Fatal(err)
	}
	if got := show(t, out, "dup_group") + " | " + show(t, out, "dup_row") + " | " + show(t, out, "dup_survivor") + " | " + show(t, out, "name"); got !=
		"0 0 0 1 1 1 | 0 2 4 1 3 6 | true false false true false false | blume blumé blume sonne sonne sonné" {
		t.Error(got)
	}
	if again, _ := Find(out, "dup_group"); again != nil {
		if _, err := again.Table(); !errors.Is(err, frame.ErrShape) {
			t.Errorf("a column of that name is there: %v", err)
		}
	}
	g.List[0].Least, g.List[1].Least = 0.9, 0.7
	if d := g.ByDoubt(); d.List[0].Number != 1 || g.List[0].Number != 0 || d.List[1].Number != 0 {
		t.Errorf("%+v", d.List)
	}
}

func TestReports(t *testing.T) {
	in, g := cafes(t)
	_, r, err := g.Merge(in, Choices{})
	if err != nil {
		t.Fatal(err)
	}
	want := "near duplicates by name: 7 rows in, 4 dropped in 2 groups, 3 left; 5 missing cells filled from dropped rows (town 1, seats 2, stars 1, open 1)"
	if r.Summary() != want || !strings.Contains(r.HTML(), "row 2 → row 0") || !strings.Contains(r.String(), "row 3 → row 1") {
		t.Errorf("%s\n%s", r.Summary(), r.String())
	}
	var v []any
	for i := range 20 {
		v = append(v, i%3)
	}
	for keep, want := range map[Keep]string{First: "row 3 → row 0", Last: "row 0 → row 18", None: "row 0, row 1"} {
		_, r, err := Drop(table(t, of[int]("<x>", v...)), Options{Keep: keep, Columns: []string{"<x>"}})
		if err != nil {
			t.Fatal(err)
		}
		if s := r.String(); !strings.Contains(s, want) || !strings.Contains(s, "in 3 groups") || strings.Contains(r.HTML(), "<x>") {
			t.Errorf("%v: %s", keep, s)
		}
	}
}
