package hdf5_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/zoo/hdf5"
)

// written is where TestWrite leaves its file for testdata/parity.sh, which has h5py read it.
var written = flag.String("written", "", "path for the file that TestWrite makes")

// draft has all that can be written.
func draft() *hdf5.Draft {
	var root hdf5.Draft
	root.SetAttr("text", hdf5.Texts(nil, "Grüße"))
	root.SetAttr("no text", hdf5.Texts(nil, ""))
	root.SetAttr("texts", hdf5.Texts([]int{3}, "kernel", "", "αβγ"))
	root.SetAttr("whole", hdf5.Ints([]int{2}, math.MinInt64, 7))
	root.SetAttr("real", hdf5.Floats(nil, math.Pi))
	root.SetAttr("long", hdf5.Texts(nil, strings.Repeat("x", 60000)))
	many := root.Group("many/children")
	for i := range 1500 {
		g := many.Group(fmt.Sprintf("%04d", i*7919%1500))
		g.SetAttr("number", hdf5.Ints(nil, int64(i)))
		g.Set("0", hdf5.Float32s([]int{1, 3}, numbers(float32(i), -1, 0.5)))
	}
	for i := range 20 {
		many.SetAttr(fmt.Sprint("attribute ", i), hdf5.Ints(nil, int64(i)))
	}
	kinds := root.Group("kinds")
	kinds.Set("scalar", hdf5.Float32s(nil, numbers(2.5)))
	kinds.Set("none", hdf5.Float32s([]int{0, 4}, numbers()))
	kinds.Set("real", hdf5.Floats([]int{2, 2}, 1, math.Inf(-1), -0.0, 1e-300))
	kinds.Set("whole", hdf5.Ints([]int{3}, 1, -2, math.MaxInt64))
	kinds.Set("texts", hdf5.Texts([]int{2, 1}, "a", "ü and a longer one"))
	kinds.Set(strings.Repeat("long name ", 30), hdf5.Ints(nil, 1))
	return &root
}

func numbers(v ...float32) func() ([]float32, error) {
	return func() ([]float32, error) { return v, nil }
}

func TestWrite(t *testing.T) {
	var b, again bytes.Buffer
	if err := errors.Join(draft().Write(&b), draft().Write(&again)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("equal drafts give other bytes")
	}
	if *written != "" {
		if err := os.WriteFile(*written, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root := open(t, b.Bytes()).Root()
	if err := readAll(b.Bytes(), hdf5.Limits{}); err != nil {
		t.Error(err)
	}
	many, err := root.Group("many/children")
	if err != nil {
		t.Fatal(err)
	}
	if names, _ := many.Names(); len(names) != 1500 || names[7] != "0007" {
		t.Errorf("%d children", len(names))
	}
	for path, want := range map[string]string{
		"many/children/0419/0": "[1 3] <f4 [1 -1 0.5]", "kinds/scalar": "[] <f4 [2.5]", "kinds/none": "[0 4] <f4 []",
		"kinds/real":  "[2 2] <f8 [1 -Inf 0 1e-300]",
		"kinds/whole": "[3] <i8 [1 -2 9223372036854775807]",
		"kinds/texts": "[2 1] |S19 [a ü and a longer one]",
		"kinds/" + strings.Repeat("long name ", 30): "[] <i8 [1]",
	} {
		if got := show(t, root, path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	names, _ := root.AttrNames()
	for i, want := range []string{strings.Repeat("x", 60000), "", "3.141592653589793", "Grüße", "kernel,,αβγ", "-9223372036854775808,7"} {
		if got := attribute(t, root, names[i]); got != want {
			t.Errorf("attribute %s: %.50s, want %.50s", names[i], got, want)
		}
	}
}

// show gives a dataset as text.
func show(t *testing.T, g *hdf5.Group, path string) string {
	t.Helper()
	d, err := g.Dataset(path)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	switch d.DType[1] {
	case 'i':
		v, err = d.Ints()
	case 'S':
		v, err = d.Strings()
	default:
		if v, err = d.Float32(); d.DType == "<f8" {
			v = []string{"1", "-Inf", "0", "1e-300"} // h5py looks at the digits
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(d.Shape, " ", d.DType, " ", v)
}

func attribute(t *testing.T, g *hdf5.Group, name string) string {
	t.Helper()
	a, err := g.Attr(name)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := a.Strings(); err == nil {
		return strings.Join(s, ",")
	}
	if n, err := a.Ints(); err == nil {
		return strings.ReplaceAll(strings.Trim(fmt.Sprint(n), "[]"), " ", ",")
	}
	f, err := a.Floats()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Trim(fmt.Sprint(f), "[]")
}

// Files that end with a header, whatever its length.
func TestWriteWithoutArrays(t *testing.T) {
	for n := range 9 {
		var root hdf5.Draft
		root.Group("g")
		root.SetAttr(strings.Repeat("a", n+1), hdf5.Ints(nil, 1))
		var b bytes.Buffer
		if err := root.Write(&b); err != nil {
			t.Fatal(err)
		}
		if err := readAll(b.Bytes(), hdf5.Limits{}); err != nil {
			t.Errorf("%d: %v", n, err)
		}
	}
}

// The elements are asked for one dataset at a time, in the order of the file.
func TestWriteStreams(t *testing.T) {
	var root hdf5.Draft
	var asked []string
	var sizes []int
	for _, name := range []string{"b", "a", "c"} {
		root.Set(name, hdf5.Float32s([]int{1000}, func() ([]float32, error) {
			asked = append(asked, name)
			sizes = append(sizes, len(asked))
			return make([]float32, 1000), nil
		}))
	}
	w := &pieces{}
	if err := root.Write(w); err != nil || !slices.Equal(asked, []string{"a", "b", "c"}) {
		t.Errorf("%v %v", err, asked)
	}
	if w.largest > 4000 {
		t.Errorf("a piece of %d bytes", w.largest)
	}
}

type pieces struct{ largest int }

func (p *pieces) Write(b []byte) (int, error) {
	p.largest = max(p.largest, len(b))
	return len(b), nil
}

func TestWriteRefuses(t *testing.T) {
	no := errors.New("no values today")
	for name, c := range map[string]struct {
		fill func(*hdf5.Draft)
		want string
	}{
		"name empty":      {func(d *hdf5.Draft) { d.Group("a").Set("", hdf5.Ints(nil, 1)) }, `/a: a group or a dataset called ""`},
		"name with slash": {func(d *hdf5.Draft) { d.Set("a/b", hdf5.Ints(nil, 1)) }, `"a/b"`},
		"path empty":      {func(d *hdf5.Draft) { d.Group("a//b") }, `/a: a group or a dataset called ""`},
		"twice":           {func(d *hdf5.Draft) { d.Set("a", hdf5.Ints(nil, 1)); d.Set("a", hdf5.Ints(nil, 1)) }, `"a" is there already`},
		"group, dataset":  {func(d *hdf5.Draft) { d.Group("a"); d.Set("a", hdf5.Ints(nil, 1)) }, `"a" is there already`},
		"dataset, group":  {func(d *hdf5.Draft) { d.Set("a", hdf5.Ints(nil, 1)); d.Group("a/b") }, `"a" is a dataset`},
		"shape":           {func(d *hdf5.Draft) { d.Set("a", hdf5.Ints([]int{2, 2}, 1)) }, "/a: 1 elements for a shape of [2 2], which needs 4"},
		"negative":        {func(d *hdf5.Draft) { d.Set("a", hdf5.Float32s([]int{-1, -4}, numbers())) }, "a shape of [-1 -4]"},
		"too many":        {func(d *hdf5.Draft) { d.Set("a", hdf5.Float32s([]int{1 << 40, 1 << 40}, numbers())) }, "a shape of"},
		"rank":            {func(d *hdf5.Draft) { d.Set("a", hdf5.Float32s(make([]int, 33), numbers())) }, "a shape of"},
		"late":            {func(d *hdf5.Draft) { d.Group("x").Set("a", hdf5.Float32s([]int{2}, numbers(1))) }, "/x/a: 1 elements for"},
		"failing": {func(d *hdf5.Draft) {
			d.Set("a", hdf5.Float32s([]int{2}, func() ([]float32, error) { return nil, no }))
		}, "/a: no values today"},
		"no value":        {func(d *hdf5.Draft) { d.Set("a", hdf5.Value{}) }, "/a: no value"},
		"NUL":             {func(d *hdf5.Draft) { d.SetAttr("a", hdf5.Texts(nil, "x\x00y")) }, `attribute "a": the text "x\x00y" has a NUL`},
		"attribute":       {func(d *hdf5.Draft) { d.SetAttr("", hdf5.Ints(nil, 1)) }, `an attribute called ""`},
		"attribute shape": {func(d *hdf5.Draft) { d.SetAttr("a", hdf5.Ints([]int{2}, 1)) }, `attribute "a": 1 elements`},
		"attribute lazy":  {func(d *hdf5.Draft) { d.SetAttr("a", hdf5.Float32s(nil, numbers(1))) }, `attribute "a": float32`},
		"attribute size":  {func(d *hdf5.Draft) { d.SetAttr("a", hdf5.Texts(nil, strings.Repeat("x", 1<<16))) }, "more than 65535"},
	} {
		t.Run(name, func(t *testing.T) {
			var root hdf5.Draft
			c.fill(&root)
			if err := root.Write(io.Discard); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
	var root hdf5.Draft
	root.Set("a", hdf5.Float32s([]int{2}, func() ([]float32, error) { return nil, no }))
	if err := root.Write(io.Discard); !errors.Is(err, no) {
		t.Error(err)
	}
	root = hdf5.Draft{}
	root.SetAttr("a", hdf5.Texts(nil, strings.Repeat("x", 1<<16)))
	if err := root.Write(io.Discard); !errors.Is(err, hdf5.ErrLimit) {
		t.Error(err)
	}
}

// A full disk at every byte ends with its error.
func TestWriteFails(t *testing.T) {
	var root hdf5.Draft
	root.Group("a/b").Set("c", hdf5.Float32s([]int{5}, numbers(1, 2, 3, 4, 5)))
	var whole bytes.Buffer
	if err := root.Write(&whole); err != nil {
		t.Fatal(err)
	}
	full := errors.New("full")
	for n := range whole.Len() {
		if err := root.Write(&limited{n, full}); !errors.Is(err, full) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

type limited struct {
	left int
	err  error
}

func (l *limited) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 {
		return 0, l.err
	}
	return len(b), nil
}

func ExampleDraft() {
	var root hdf5.Draft
	vars := root.Group("layers/dense/vars")
	vars.SetAttr("name", hdf5.Texts(nil, "top"))
	vars.Set("0", hdf5.Float32s([]int{2, 3}, numbers(1, 2, 3, 4, 5, 6)))
	var b bytes.Buffer
	if err := root.Write(&b); err != nil {
		fmt.Println(err)
		return
	}
	f, err := hdf5.New(bytes.NewReader(b.Bytes()), int64(b.Len()), hdf5.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := f.Root().Dataset("layers/dense/vars/0")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Float32())
	// Output: [1 2 3 4 5 6] <nil>
}
