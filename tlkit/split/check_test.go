package split

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"transferlab/tlkit/frame"
)

// byHand makes parts of the letters: a for train, v for valid, t for test, a blank for
// dropped.
func byHand(t testing.TB, src Source, letters string) Parts {
	t.Helper()
	of := make([]part, len(letters))
	for i, l := range letters {
		of[i] = part(strings.IndexRune("avt ", l))
	}
	return partsOf(columnsFrom(t, src), of)
}

func check(t testing.TB, src Source, p Splitter) *Report {
	t.Helper()
	r, err := Check(ctx, src, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLeaksAreFound(t *testing.T) {
	for _, c := range []struct {
		name, parts string
		it          Items
		want        []string // kind, count and parts of each leak
	}{
		{"nothing in common", "avt", Items{{ID: "x"}, {ID: "y"}, {ID: "z"}}, nil},
		{"a group in two parts", "aavt", Items{{ID: "x", Group: "g"}, {ID: "y", Group: "h"}, {ID: "z", Group: "g"}, {ID: "w"}}, []string{"group 2 [train valid]"}},
		{"the dropped one does not count", "avt ", Items{{ID: "x", Group: "g"}, {ID: "y"}, {ID: "z", Group: "g"}, {ID: "w", Group: "g"}}, []string{"group 2 [train test]"}},
		{"a group in valid and test", "avt", Items{{ID: "x"}, {ID: "y", Group: "g"}, {ID: "z", Group: "g"}}, []string{"group 2 [valid test]"}},
		{"in train and dropped is none", "a t", Items{{ID: "x", Group: "g"}, {ID: "y", Group: "g"}, {ID: "z"}}, nil},
		{"a content", "avt", Items{{ID: "x", Hash: "h"}, {ID: "y", Hash: "i"}, {ID: "z", Hash: "h"}}, []string{"equal content 2 [train test]"}},
		{"a near duplicate", "aat", Items{{ID: "x"}, {ID: "y", Alike: "k"}, {ID: "z", Alike: "k"}}, []string{"near duplicate 2 [train test]"}},
		{"all of them", "at", Items{{ID: "x", Hash: "h", Group: "g", Alike: "a"}, {ID: "y", Hash: "h", Group: "g", Alike: "a"}},
			[]string{"equal content 2 [train test]", "near duplicate 2 [train test]", "group 2 [train test]"}},
		{"times in order", "avt", Items{{ID: "x", Time: epoch}, {ID: "y", Time: epoch.Add(1)}, {ID: "z", Time: epoch.Add(2)}}, nil},
		{"an unknown time", "avt", Items{{ID: "x"}, {ID: "y", Time: epoch.Add(1)}, {ID: "z", Time: epoch.Add(2)}}, nil},
		{"equal times", "at", Items{{ID: "x", Time: epoch}, {ID: "y", Time: epoch}}, []string{"time 1 [train]"}},
		{"train after test", "aavt", Items{{ID: "w", Time: epoch.Add(9)}, {ID: "x", Time: epoch}, {ID: "y", Time: epoch.Add(1)}, {ID: "z", Time: epoch.Add(2)}},
			[]string{"time 1 [train]", "time 1 [train]"}},
		{"valid after test", "vvt", Items{{ID: "x", Time: epoch.Add(7)}, {ID: "y", Time: epoch.Add(8)}, {ID: "z", Time: epoch.Add(2)}}, []string{"time 2 [valid valid]"}},
	} {
		r := check(t, c.it, byHand(t, c.it, c.parts))
		var got []string
		for _, l := range r.Leaks {
			got = append(got, fmt.Sprint(l.Kind, " ", l.Count, " ", l.Parts))
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) || r.Leaking() != len(c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if leaks := strings.HasPrefix(r.Summary(), "LEAK"); leaks != (len(c.want) > 0) {
			t.Errorf("%s: %s", c.name, r.Summary())
		}
	}
}

// A random split of items that have times is what a model of the future must not learn from.
func TestARandomSplitOfTimesLeaks(t *testing.T) {
	src := ByOrder(200)
	p, err := Random(src, Options{}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r := check(t, src, p)
	if r.Leaking() != 3 || r.Leaks[0].Kind != "time" || r.Leaks[0].Count < 100 || len(r.Leaks[0].IDs) != 10 || !strings.Contains(r.Summary(), "not before all of a later part") {
		t.Error(r)
	}
	times := make([]time.Time, 30)
	for i := range times {
		times[i] = epoch.AddDate(0, 0, i)
	}
	r = check(t, ByTimes(times), byHand(t, ByTimes(times), strings.Repeat("at", 15)))
	if want := "train up to 2024-01-29T00:00:00Z, test from 2024-01-02T00:00:00Z"; r.Leaks[0].Name != want {
		t.Errorf("%q, want %q", r.Leaks[0].Name, want)
	}
}

// The report of many leaks stays small, and counts them all.
func TestManyLeaksAreCounted(t *testing.T) {
	const n = 100_000
	groups := make([]string, n)
	for i := range groups {
		groups[i] = fmt.Sprint("g", i%30_000)
	}
	careless, err := Random(ByOrder(n), Options{}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r := check(t, ByGroup(groups), careless)
	if len(r.Leaks) != 20 || r.Leaking() < 15_000 || len(r.String()) > 10_000 || !strings.Contains(r.String(), "leaks more") {
		t.Errorf("%d listed of %d, %d bytes", len(r.Leaks), r.Leaking(), len(r.String()))
	}
	for _, l := range r.Leaks {
		if l.Count < 3 || l.Count != len(l.IDs) {
			t.Errorf("%v", l)
		}
	}
	if r, err = (Checker{MaxLeaks: 2, MaxIDs: 1}).Check(ctx, ByGroup(groups), careless); err != nil || len(r.Leaks) != 2 || len(r.Leaks[0].IDs) != 1 || r.Leaks[0].Count < 3 {
		t.Errorf("%v %v", r.Leaks, err)
	}
	// A leak of times is listed whatever came before it.
	items, err := ByGroup(groups).Items(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i := range items {
		items[i].Time = epoch.Add(time.Duration(i))
	}
	named := check(t, Items(items), careless)
	if times := named.ofKind("time"); len(times) != 3 || !strings.Contains(named.Summary(), "items not before all of a later one") {
		t.Error(named.Summary())
	}
}

func TestDriftIsFound(t *testing.T) {
	labels := make([]string, 4000)
	values := make([]float64, 4000)
	letters := make([]byte, 4000)
	for i := range labels {
		letters[i] = "aavt"[i%4]
		labels[i] = "x"
		if i/4%2 == 0 || letters[i] == 't' && i/4%4 == 1 {
			labels[i] = "y"
		}
		values[i] = float64(i / 4 % 100)
		if letters[i] == 'v' {
			values[i] += 30
		}
	}
	r := check(t, ByLabel(labels), byHand(t, ByLabel(labels), string(letters)))
	if len(r.Drift) != 2 || r.Drift[0].Found || !r.Drift[1].Found || r.Drift[1].Part != "test" || math.Abs(r.Drift[1].Variation-0.25) > 1e-9 || r.Drift[1].Numbers {
		t.Errorf("%+v", r.Drift)
	}
	if !strings.Contains(r.Summary(), "DRIFT: class in test against train") || !strings.HasPrefix(r.Summary(), "no leak") {
		t.Error(r.Summary())
	}
	r = check(t, ByTarget(values, 0), byHand(t, ByTarget(values, 0), string(letters)))
	if len(r.Drift) != 2 || !r.Drift[0].Found || math.Abs(r.Drift[0].Effect-0.3) > 1e-9 || r.Drift[1].Found || r.Drift[1].P != 1 {
		t.Errorf("%+v", r.Drift)
	}
	// A difference that is sure and small is none, nor one that is large and unsure.
	strict := Checker{Effect: 0.4}
	if r, err := strict.Check(ctx, ByTarget(values, 0), byHand(t, ByTarget(values, 0), string(letters))); err != nil || r.Drifted() {
		t.Errorf("%v %v", r.Drift, err)
	}
	few := ByLabel([]string{"x", "x", "x", "y", "y", "y"})
	if r := check(t, few, byHand(t, few, "aaattt")); r.Drifted() || r.Drift[0].Effect != 1 || !r.Drift[0].Rough {
		t.Errorf("%+v", r.Drift)
	}
	if r := check(t, few, byHand(t, few, "aaaaaa")); len(r.Drift) != 0 {
		t.Errorf("%+v", r.Drift)
	}
}

func TestReportShowsWhatThereIs(t *testing.T) {
	src := Items{{ID: "<1>", Label: "<b>", Group: "&"}, {ID: "2", Label: "c", Group: "&"}, {ID: "3"}, {ID: "4", Label: "c"}}
	r := check(t, src, byHand(t, src, "at v"))
	for _, want := range []string{"class", "dropped", "(none)", `group "&", 2 items: <1> (train) 2 (test)`} {
		if !strings.Contains(r.String(), want) {
			t.Errorf("%q is not in\n%s", want, r)
		}
	}
	if h := r.HTML(); strings.Contains(h, "<b>") || !strings.Contains(h, "&lt;b&gt;") || !strings.Contains(h, "<th>dropped</th>") || !strings.Contains(h, "&lt;1&gt;") {
		t.Error(h)
	}
	if fmt.Sprint(r.Classes, r.Counts["train"], r.Counts["dropped"], r.Sizes) != "[<b> c ] [1 0 0] [0 0 1] map[dropped:1 test:1 train:1 valid:1]" {
		t.Error(r.Classes, r.Counts, r.Sizes)
	}
	labels := make([]string, 300)
	for i := range labels {
		labels[i] = fmt.Sprintf("%03d", i/2)
	}
	r = check(t, ByLabel(labels), byHand(t, ByLabel(labels), strings.Repeat("at", 150)))
	if s := r.String(); !strings.Contains(s, "100 more classes") || strings.Count(s, "\n") > 60 {
		t.Error(s)
	}
	r = check(t, ByOrder(0), Parts{})
	if r.Leaking() != 0 || r.String() == "" || r.HTML() == "" {
		t.Error(r)
	}
}

// Joined counts what only the contents kept together.
func TestJoinedCountsWhatContentsKeptTogether(t *testing.T) {
	for name, c := range map[string]struct {
		it    Items
		parts string
		want  int
	}{
		"without groups":  {Items{{ID: "1", Hash: "h"}, {ID: "2", Hash: "h"}, {ID: "3"}}, "aat", 2},
		"in two groups":   {Items{{ID: "1", Hash: "h", Group: "g"}, {ID: "2", Hash: "h", Group: "k"}, {ID: "3", Hash: "i"}}, "aat", 2},
		"in one group":    {Items{{ID: "1", Hash: "h", Group: "g"}, {ID: "2", Hash: "h", Group: "g"}, {ID: "3"}}, "aat", 0},
		"one has a group": {Items{{ID: "1", Hash: "h", Group: "g"}, {ID: "2", Hash: "h"}, {ID: "3"}}, "tta", 2},
		"in two parts":    {Items{{ID: "1", Hash: "h"}, {ID: "2", Hash: "h"}, {ID: "3"}}, "ata", 0},
		"dropped":         {Items{{ID: "1", Hash: "h"}, {ID: "2", Hash: "h"}, {ID: "3"}}, "  a", 0},
	} {
		if r := check(t, c.it, byHand(t, c.it, c.parts)); r.Joined != c.want {
			t.Errorf("%s: %d, want %d", name, r.Joined, c.want)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	src := ByOrder(5)
	for name, p := range map[string]Splitter{
		"parts of fewer": Parts{Train: []int{0, 1, 2, 3}}, "parts of more": Parts{Train: []int{0, 1, 2, 3, 4, 5}},
		"twice": Parts{Train: []int{0, 1, 2}, Test: []int{2, 3, 4}}, "below 0": Parts{Train: []int{-1, 1, 2, 3, 4}},
	} {
		if _, err := Check(ctx, src, p); !errors.Is(err, ErrOther) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Check(ctx, nil, Parts{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("no source: %v", err)
	}
	if _, err := Check(ctx, src, nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("no split: %v", err)
	}
	if _, err := Check(ctx, src, Random(src, Options{Train: 2})); !errors.Is(err, ErrRatios) {
		t.Errorf("a split that fails: %v", err)
	}
}

func ExampleCheck() {
	visits := Items{
		{ID: "1", Label: "ill", Group: "Ada"}, {ID: "2", Label: "well", Group: "Bob"}, {ID: "3", Label: "ill", Group: "Ada"},
		{ID: "4", Label: "well", Group: "Cy"}, {ID: "5", Label: "ill", Group: "Dot"}, {ID: "6", Label: "well", Group: "Eve"},
	}
	careless := Parts{Train: []int{0, 1, 3, 4}, Test: []int{2, 5}}
	report, err := Check(ctx, visits, careless)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report)
	// Output:
	//   class  train  valid  test
	//     ill      2      0     1
	//    well      2      0     1
	//     all      4      0     2
	// LEAK: 1 group or content is in more than one part, first group "Ada": 1, 3
	// group "Ada", 2 items: 1 (train) 3 (test)
	// class in test against train: chi-square 0, p 1, Cramér's V 0, 0 of the shares moved (few of a class: p is rough)
	// parts differ where p is below 0.001 and the distance or Cramér's V 0.1 or more: here they do not
}

// The visits of one patient stay together in every fold, and Check finds no leak.
func ExampleStratifiedKFold() {
	text := func(v ...string) (cells []frame.Cell[string]) {
		for _, s := range v {
			cells = append(cells, frame.Cell[string]{Value: s})
		}
		return cells
	}
	table, err := frame.New(nil,
		frame.Series("patient", text("Ada", "Bob", "Ada", "Cy", "Bob", "Cy", "Dot", "Dot")),
		frame.Series("state", text("ill", "well", "well", "ill", "ill", "well", "ill", "well")))
	if err != nil {
		fmt.Println(err)
		return
	}
	visits, err := Rows(table, RowOptions{Label: "state", Group: "patient"})
	if err != nil {
		fmt.Println(err)
		return
	}
	folds, err := StratifiedKFold(visits, FoldOptions{K: 2, Valid: -1, Seed: 1}).Parts(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, fold := range folds {
		report, err := Check(ctx, visits, fold)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("rows", fold.Test, "are tested; leaks:", len(report.Leaks))
	}
	// Output:
	// rows [3 5 6 7] are tested; leaks: 0
	// rows [0 1 2 4] are tested; leaks: 0
}
