package safetensors

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestOpenIndex(t *testing.T) {
	f, err := OpenIndex(filepath.Join(*folder, "shards", "model.safetensors.index.json"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Names(); !slices.Equal(got, []string{"w0", "w1", "w2", "w3", "w4"}) || f.Metadata["format"] != "pt" {
		t.Errorf("%q, %q", got, f.Metadata)
	}
	for i, x := range f.Tensors() {
		v, err := x.Float32()
		if err != nil || len(v) != 16 || v[15] != float32(i) {
			t.Errorf("%s is %v, %v", x.Name, v, err)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	x, _ := f.Tensor("w3")
	if _, err := x.Float32(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a tensor of a closed file: %v", err)
	}
}

func TestOpenIndexRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, tensor := range map[string]string{"in/a.st": "a", "b.st": "b", "in/b.st": "b"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := WriteFile(path, nil, []Tensor{FromFloat32(tensor, []float32{1}, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	many := make([]string, maxShards+1)
	for i := range many {
		many[i] = fmt.Sprintf("%q: %q", fmt.Sprint(i), fmt.Sprint(i))
	}
	for _, c := range []struct {
		name, weights string
		want          error
		says          string
	}{
		{"sound", `"a": "a.st", "b": "b.st"`, nil, ""},
		{"one folder up", `"a": "a.st", "b": "../b.st"`, ErrFormat, `"../b.st"`},
		{"up by another slash", `"b": "..\\b.st"`, ErrFormat, "no name"},
		{"absolute", fmt.Sprintf(`"b": %q`, filepath.Join(dir, "b.st")), ErrFormat, "no name"},
		{"nothing", `"b": ""`, ErrFormat, "no name"},
		{"the folder itself", `"b": "."`, ErrFormat, "no name"},
		{"the folder above", `"b": ".."`, ErrFormat, "no name"},
		{"no such file", `"a": "c.st"`, os.ErrNotExist, "c.st"},
		{"a tensor that is not there", `"a": "a.st", "c": "a.st"`, ErrMissing, `"c"`},
		{"a tensor in another file", `"a": "b.st", "b": "a.st"`, ErrFormat, "a.st"},
		{"a tensor that is not listed", `"c": "a.st"`, ErrFormat, `"a"`},
		{"no tensors", ``, ErrFormat, "0 tensors"},
		{"numbers", `"a": 1`, ErrFormat, ""},
		{"too many files", strings.Join(many, ","), ErrFormat, "513 files"},
		{"too many tensors", strings.Join(many, ",") + "," + strings.ReplaceAll(strings.Join(many, ","), `": "`, `x": "`), ErrFormat, "1000"},
	} {
		path := filepath.Join(dir, "in", "index.json")
		if err := os.WriteFile(path, []byte(`{"metadata": {}, "weight_map": {`+c.weights+`}}`), 0o644); err != nil {
			t.Fatal(err)
		}
		f, err := OpenIndex(path, Limits{Tensors: 1000})
		if c.want == nil {
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
			continue
		}
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := OpenIndex(filepath.Join(dir, "in", "index.json"), Limits{HeaderBytes: 100}); !errors.Is(err, ErrFormat) {
		t.Errorf("a long index: %v", err)
	}
}
