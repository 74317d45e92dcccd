package lint

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// notebook makes one of code cells.
func notebook(kernel string, cells ...string) []byte {
	var list []map[string]any
	for _, c := range cells {
		list = append(list, map[string]any{"cell_type": "code", "source": c, "outputs": []any{}})
	}
	b, _ := json.Marshal(map[string]any{"cells": list, "metadata": map[string]any{"kernelspec": map[string]any{"name": kernel}}})
	return b
}

func TestFindings(t *testing.T) {
	for name, c := range map[string]struct {
		cell string
		want string // "" for none
	}{
		"work in a body":      {"%%\nx := slow()\n_ = x", ""},
		"a lazy handle":       {"var p = dataset.Folder(\"x\", dataset.FolderOptions{})", ""},
		"a group of handles":  {"var (\n\ta = zoo.EfficientNetLite0()\n\tb = finetune.New(a, nil, split.Random(nil, split.Options{}), finetune.Options{})\n)", ""},
		"cached":              {"var x = nb.Cached(\"x\", nil, func(ctx context.Context) (int, error) { return slow(), nil })", ""},
		"once, when asked":    {"var x = sync.OnceValue(func() int { return slow() })", ""},
		"a literal":           {"var n, s = 3, []string{\"a\"}", ""},
		"work at top level":   {"import \"x\"\n\nvar a = 1\nvar df = load(\"x.csv\")", "line 4: the top-level variable calls load"},
		"a method":            {"var parts = nb.Must(plan.Parts(ctx))", "nb.Must"},
		"work in a literal":   {"var x = []int{slow()}", "slow"},
		"type and generic":    {"var x = conv[int](3)", "conv"},
		"a function":          {"func f() int { return slow() }", ""},
		"commands":            {"!ls\n%env A=b\nvar x = 1", ""},
		"long":                {"%%\n" + strings.Repeat("x++\n", 16), "16 lines"},
		"just short enough":   {"%%\n" + strings.Repeat("x++\n\n", 15), ""},
		"what does not parse": {"var = (", ""},
	} {
		found, err := Notebook(notebook("tlkit", c.cell))
		if err != nil {
			t.Fatal(name, err)
		}
		switch {
		case c.want == "" && len(found) != 0:
			t.Errorf("%s: %v", name, found)
		case c.want != "" && (len(found) == 0 || !strings.Contains(found[0].String(), c.want)):
			t.Errorf("%s: %v", name, found)
		}
	}
	if found, _ := Notebook(notebook("python3", "1")); len(found) != 1 || !strings.Contains(found[0].String(), "python3") {
		t.Error(found)
	}
	if found, _ := Notebook([]byte(`{"cells":[{"cell_type":"code","source":["x"],"outputs":[{}]}],"metadata":{"kernelspec":{"name":"tlkit"}}}`)); len(found) != 1 {
		t.Error(found)
	}
	if _, err := Notebook([]byte("no")); err == nil {
		t.Error("no error")
	}
}

// The project's own notebooks keep to this.
func TestNotebooks(t *testing.T) {
	all, err := filepath.Glob("../../notebooks/*.ipynb")
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	for _, path := range all {
		found, err := File(path)
		if err != nil {
			t.Error(err)
		}
		for _, f := range found {
			t.Errorf("%s: %v", filepath.Base(path), f)
		}
	}
}

func FuzzNotebook(f *testing.F) {
	f.Add(notebook("tlkit", "var x = f()", "%%\n"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = Notebook(b) })
}
