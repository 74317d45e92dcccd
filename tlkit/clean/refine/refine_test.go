package refine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"transferlab/tlkit/clean/internal/replayed"
	"transferlab/tlkit/clean/recipe"
	"transferlab/tlkit/clean/refine"
	"transferlab/tlkit/frame"
)

func load[T any](t testing.TB, path string) (v T) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestReplay compares replayed histories with what OpenRefine 3.9.3 made of the same tables:
// histories that were thought of, and some that were made by chance.
func TestReplay(t *testing.T) {
	for _, file := range []string{"testdata/cases", "testdata/random"} {
		cases := load[replayed.Cases](t, file+".json")
		golden := load[[]replayed.Grid](t, file+".golden.json")
		if len(golden) != len(cases.Cases) || len(golden) < 40 {
			t.Fatalf("%s: %d cases and %d results; run parity.sh --write", file, len(cases.Cases), len(golden))
		}
		for i, c := range cases.Cases {
			t.Run(c.Name, func(t *testing.T) { replay(t, cases.Tables[c.Table], c, golden[i]) })
		}
	}
}

func replay(t *testing.T, grid replayed.Grid, c replayed.Case, want replayed.Grid) {
	table, err := grid.Table()
	if err != nil {
		t.Fatal(err)
	}
	r, err := refine.Read(bytes.NewReader(c.History))
	if err == nil {
		table, _, err = r.Apply(context.Background(), nil, table)
	}
	switch {
	case want.Name != c.Name:
		t.Fatalf("the result is that of %q; run parity.sh --write", want.Name)
	case (err != nil) != (want.Error != ""):
		t.Fatalf("%v; OpenRefine says %q", err, want.Error)
	case err != nil:
		return
	}
	for _, d := range want.Differences(table) {
		t.Error(d)
	}
	// The recipe that was read is the same after it was saved.
	b, err := r.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := recipe.Read(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if a, err := again.MarshalJSON(); err != nil || !bytes.Equal(a, b) {
		t.Errorf("saved, read and saved it is\n%s\nand was\n%s (%v)", a, b, err)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, history string
		want          error
		says          []string
	}{
		{"nothing", "", refine.ErrFormat, []string{"line 1, column 1"}},
		{"no list", `{"op": "core/fill-down"}`, refine.ErrFormat, []string{"a history is a list of operations"}},
		{"cut", `[{"op": "core/fill-down"`, refine.ErrFormat, []string{"column 25"}},
		{"too deep", strings.Repeat("[", 1000), frame.ErrLimit, []string{"deep"}},
		{"an operation that is none", `[1]`, refine.ErrUnsupported, []string{"operation 0", "an operation is an object"}},
		{"everything at once", `[
			{"op": "core/row-star", "starred": true},
			{"op": "core/transpose-columns-into-rows"},
			{"op": "core/text-transform", "columnName": "a", "expression": "jython:return value", "onError": "keep-original"},
			{"op": "core/text-transform", "columnName": "a", "expression": "value.reinterpret('utf-8').parseHtml()", "onError": "keep-original"},
			{"op": "core/column-rename", "oldColumnName": "a", "newColumnName": "b"},
			{"op": "core/row-removal", "engineConfig": {"mode": "row-based", "facets": [
				{"type": "list", "columnName": "a", "expression": "row.starred", "selection": [{"v": {"v": true, "l": "true"}}]},
				{"type": "scatterplot"}, {"type": "text", "columnName": "a", "query": "(?<=x)y", "mode": "regex"}]}},
			{"op": "database/import", "x": 1}, {"op": "core/recon"}, {"op": "nope"},
			{"op": "core/multivalued-cell-split", "columnName": "a", "keyColumnName": "b", "mode": "separator", "separator": "\\p{Alpha}", "regex": true}
		]`, refine.ErrUnsupported, []string{
			"operation 0 (core/row-star): tables have no stars and flags", "operation 1 (core/transpose-columns-into-rows)", "operation 2 (core/text-transform): grel: jython",
			"operation 3 (core/text-transform)", "operation 5 (core/row-removal): grel: row.starred", "operation 5 (core/row-removal): line 9", "scatterplot",
			"look", "operation 6 (database/import): it belongs to an extension", "operation 7 (core/recon): there is no reconciliation",
			"operation 8 (core/nope): it is not among the operations", `\p{Alpha}`, "nothing was applied",
		}},
		{"what is missing", `[{"op": "core/text-transform"}, {"op": "core/column-split", "columnName": "a", "mode": "separator"}, {"op": "core/mass-edit", "columnName": "a", "expression": "value"}]`,
			refine.ErrUnsupported, []string{`"columnName" is missing`, `"expression" is missing`, `"regex" is missing`, `"maxColumns" is missing`, `"edits": […] is missing`}},
		{"what is of another type", `[{"op": "core/fill-down", "columnName": 1}, {"op": "core/blank-down", "columnName": "a", "engineConfig": []},
			{"op": "core/column-move", "columnName": "a", "index": "one"}, {"op": "core/fill-down", "columnName": "a", "engineConfig": {"mode": "tree-based", "facets": [{"type": "pie"}, 7]}}]`,
			refine.ErrUnsupported, []string{"operation 0", "line 1, column", "operation 1", "operation 2", `"tree-based"`, `"pie"`, "a facet is an object"}},
		{"out of range", `[{"op": "core/column-move", "columnName": "a", "index": -1}, {"op": "core/text-transform", "columnName": "a", "expression": "value", "repeat": true, "repeatCount": 1000000}]`,
			refine.ErrUnsupported, []string{"place -1", "repeated 1000000 times"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := refine.Read(strings.NewReader(c.history))
			if !errors.Is(err, c.want) {
				t.Fatalf("%v; want %v", err, c.want)
			}
			for _, s := range c.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("no %q in %v", s, err)
				}
			}
			if r.Steps != nil {
				t.Errorf("%d steps beside the error", len(r.Steps))
			}
		})
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.json")
	if _, err := refine.Load(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	for history, want := range map[string]error{`[{"op": "core/column-removal", "columnName": "a"}]`: nil, `[`: refine.ErrFormat} {
		if err := os.WriteFile(path, []byte(history), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := refine.Load(path)
		if !errors.Is(err, want) || err == nil && len(r.Steps) != 1 || err != nil && !strings.Contains(err.Error(), "history.json") {
			t.Errorf("%s: %d steps, %v", history, len(r.Steps), err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, file := range []string{"testdata/cases.json", "testdata/random.json"} {
		for _, c := range load[replayed.Cases](f, file).Cases {
			f.Add([]byte(c.History))
		}
	}
	grid := load[replayed.Cases](f, "testdata/cases.json").Tables["movies"]
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := refine.Read(bytes.NewReader(b))
		if err != nil {
			if len(err.Error()) == 0 || r.Steps != nil {
				t.Error(err)
			}
			return
		}
		if _, err := r.MarshalJSON(); err != nil {
			t.Errorf("%q is read and not written: %v", b, err)
		}
		if len(r.Steps) > 8 {
			return
		}
		table, err := grid.Table()
		if err != nil {
			t.Fatal(err)
		}
		_, _, _ = r.Apply(context.Background(), nil, table)
	})
}

func Example() {
	history := `[
	  {"op": "core/text-transform", "columnName": "film", "expression": "grel:value.trim()", "onError": "keep-original",
	   "engineConfig": {"facets": [], "mode": "row-based"}},
	  {"op": "core/mass-edit", "columnName": "film", "expression": "value",
	   "edits": [{"from": ["alien", "ALIEN"], "to": "Alien"}], "engineConfig": {"facets": [], "mode": "row-based"}},
	  {"op": "core/column-rename", "oldColumnName": "film", "newColumnName": "title"}
	]`
	r, err := refine.Read(strings.NewReader(history))
	if err != nil {
		fmt.Println(err)
		return
	}
	film := frame.Series("film", []frame.Cell[string]{{Value: " Alien"}, {Value: "ALIEN "}, {Value: "Amélie"}})
	t, err := frame.New(nil, film)
	if err != nil {
		fmt.Println(err)
		return
	}
	if t, _, err = r.Apply(context.Background(), nil, t); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(r)
	title, _ := t.Column("title")
	for i := range title.Len() {
		fmt.Println(title.Format(i))
	}
	// Output:
	// 1. transform column "film" by grel:value.trim()
	// 2. replace in column "film": "alien" or "ALIEN" by "Alien"
	// 3. rename column "film" to "title"
	// Alien
	// Alien
	// Amélie
}
