package onnx_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"transferlab/tlkit/zoo/onnx"
)

var folder = flag.String("folder", "testdata", "where the files of testdata/make.py are")

func open(t testing.TB, name string) *onnx.Model {
	t.Helper()
	m, err := onnx.Open(filepath.Join(*folder, name), onnx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func parse(b []byte, limits onnx.Limits) (*onnx.Model, error) {
	return onnx.Read(bytes.NewReader(b), int64(len(b)), limits)
}

var (
	floats  = []float32{-1.5, 0, 0.5, 1, 2, 3}
	numbers = map[string][]int{"bool": {0, 1, 0, 1, 1, 0}}
)

func whole(kind string) []int {
	if v := numbers[kind]; v != nil {
		return v
	}
	if strings.HasPrefix(kind, "uint") {
		return []int{0, 1, 2, 3, 4, 5}
	}
	return []int{-3, 1, 2, 3, 4, 5}
}

// Everything that make.py puts into a model is there.
func TestRead(t *testing.T) {
	m := open(t, "everything.onnx")
	shape := []onnx.Dim{{Size: -1, Symbol: "batch"}, {Size: 3}, {Size: -1}, {Size: 8}}
	value := func(name string) []onnx.Value { return []onnx.Value{{Name: name, Type: onnx.Float32, Shape: shape}} }
	odd := m.Nodes[0]
	for _, c := range []struct{ got, want any }{
		{m.IR, 8}, {m.Producer + m.ProducerVersion + m.Name, "make.py1a graph"},
		{m.Opsets, []onnx.Opset{{Version: 17}, {Domain: "custom", Version: 2}}},
		{m.Metadata, []onnx.Entry{{Key: "task", Text: "none"}, {Key: "empty"}}},
		{m.Inputs, value("x")}, {m.Outputs, value("y")}, {m.Values, value("between")}, {len(m.Nodes), 2},
		{odd.String(), `custom.Odd "odd one"`}, {m.Nodes[1].String(), `Identity that makes "y"`},
		{odd.Inputs, []string{"x", "", "scalar"}}, {odd.Outputs, []string{"between", "second"}},
		{odd.Float("number", 0), float32(1.5)}, {odd.Int("whole", 0), -7}, {odd.Text("text", ""), "words"},
		{odd.Ints("wholes"), []int{1, -2, 3}}, {odd.Attribute("numbers").Floats, []float32{0.5, -2}},
		{odd.Attribute("texts").Texts, []string{"a", "b"}}, {odd.Int("absent", 4), 4}, {odd.Int("text", 4), 4},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%v, want %v", c.got, c.want)
		}
	}
	if v, err := odd.Attribute("tensor").Tensor.Ints(); err != nil || !slices.Equal(v, []int{5, -6}) {
		t.Errorf("the attribute's tensor is %v, %v", v, err)
	}
	checkTensors(t, m)
}

func checkTensors(t *testing.T, m *onnx.Model) {
	t.Helper()
	if len(m.Tensors) != 28 {
		t.Fatalf("%d tensors", len(m.Tensors))
	}
	for _, x := range m.Tensors[:26] {
		kind := x.Name[strings.Index(x.Name, "/")+1:]
		if x.Type.String() != kind || !slices.Equal(x.Shape, []int{2, 3}) {
			t.Errorf("%s: %v %v", x.Name, x.Type, x.Shape)
		}
		f, ferr := x.Float32()
		i, ierr := x.Ints()
		if x.Type.Floating() && (ferr != nil || ierr == nil || !slices.Equal(f, floats)) {
			t.Errorf("%s: %v, %v, %v", x.Name, f, ferr, ierr)
		}
		if !x.Type.Floating() && (ierr != nil || ferr == nil || !slices.Equal(i, whole(kind))) {
			t.Errorf("%s: %v, %v, %v", x.Name, i, ierr, ferr)
		}
	}
	part := make([]float32, 3)
	for _, x := range m.Tensors[:26] {
		if x.Type.Floating() && (x.ReadFloat32(part, 2) != nil || !slices.Equal(part, floats[2:5]) || x.ReadFloat32(part, 4) == nil) {
			t.Errorf("%s: a part is %v", x.Name, part)
		}
	}
	if v, err := m.Tensors[26].Float32(); err != nil || !slices.Equal(v, []float32{7}) || len(m.Tensors[26].Shape) != 0 {
		t.Errorf("the scalar is %v, %v", v, err)
	}
	if v, err := m.Tensors[27].Float32(); err != nil || len(v) != 0 {
		t.Errorf("the empty tensor is %v, %v", v, err)
	}
}

// A model that is written is read as the same.
func TestWrite(t *testing.T) {
	b, err := open(t, "everything.onnx").Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if *folder != "testdata" {
		if err := os.WriteFile(filepath.Join(*folder, "written.onnx"), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	again, err := parse(b, onnx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	checkTensors(t, again)
	twice, err := again.Bytes()
	if err != nil || !bytes.Equal(b, twice) {
		t.Errorf("written twice, the bytes differ: %v", err)
	}
	made := &onnx.Model{Opsets: []onnx.Opset{{Version: 17}}, Tensors: []*onnx.Tensor{
		onnx.FloatTensor("f", []int{3}, func() []float32 { return []float32{1, 2} })}}
	if _, err := made.Bytes(); err == nil {
		t.Error("two values were written for a shape of three")
	}
}

// What is not read is refused by name.
func TestRefused(t *testing.T) {
	for name, words := range map[string][]string{
		"if": {`If "choice"`, "_branch", "a graph"}, "function": {`"Twice"`}, "sparse": {"sparse"}, "text": {`"words"`}, "complex": {`"waves"`, "type 14"},
	} {
		_, err := onnx.Open(filepath.Join(*folder, "refused_"+name+".onnx"), onnx.Limits{})
		if !errors.Is(err, onnx.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, w := range words {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v does not name %s", name, err, w)
			}
		}
	}
}

// External data is found beside the model.
func TestExternal(t *testing.T) {
	m := open(t, "external.onnx")
	f, err := m.Tensors[0].Float32()
	if err != nil || !slices.Equal(f, floats) {
		t.Errorf("first: %v, %v", f, err)
	}
	i, err := m.Tensors[1].Ints()
	if err != nil || !slices.Equal(i, whole("int64")) {
		t.Errorf("second: %v, %v", i, err)
	}
	b, err := os.ReadFile(filepath.Join(*folder, "external.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parse(b, onnx.Limits{}); !errors.Is(err, onnx.ErrUnsupported) {
		t.Errorf("without a folder: %v", err)
	}
}

// External data elsewhere, missing, short or too large is refused.
func TestExternalRefused(t *testing.T) {
	above := t.TempDir()
	dir := filepath.Join(above, "model")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(above, "outside.bin"), filepath.Join(dir, "short.bin"), filepath.Join(dir, "whole.bin")} {
		size := 16
		if strings.HasSuffix(name, "short.bin") {
			size = 15
		}
		if err := os.WriteFile(name, make([]byte, size), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../outside.bin", filepath.Join(dir, "link.bin")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "model.onnx")
	for _, c := range []struct {
		location, offset, length string
		limits                   onnx.Limits
		want                     error // nil: it is read
	}{
		{"whole.bin", "0", "16", onnx.Limits{}, nil}, {"./whole.bin", "", "", onnx.Limits{}, nil},
		{"../outside.bin", "0", "16", onnx.Limits{}, onnx.ErrFormat}, {filepath.Join(above, "outside.bin"), "0", "16", onnx.Limits{}, onnx.ErrFormat},
		{"", "0", "16", onnx.Limits{}, onnx.ErrFormat}, {"short.bin", "0", "16", onnx.Limits{}, onnx.ErrFormat},
		{"whole.bin", "1", "16", onnx.Limits{}, onnx.ErrFormat}, {"whole.bin", "-1", "16", onnx.Limits{}, onnx.ErrFormat},
		{"whole.bin", "0", "8", onnx.Limits{}, onnx.ErrFormat}, {"whole.bin", "zero", "16", onnx.Limits{}, onnx.ErrFormat},
		{"whole.bin", "9223372036854775807", "16", onnx.Limits{}, onnx.ErrFormat}, {"none.bin", "0", "16", onnx.Limits{}, os.ErrNotExist},
		{"whole.bin", "0", "16", onnx.Limits{Bytes: 15}, onnx.ErrLimit},
	} {
		if err := os.WriteFile(path, externalModel(c.location, c.offset, c.length), 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := onnx.Open(path, c.limits)
		if err == nil {
			m.Close()
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%q from %s, %s bytes: %v, want %v", c.location, c.offset, c.length, err, c.want)
		}
	}
	for _, location := range []string{"link.bin", "."} {
		if err := os.WriteFile(path, externalModel(location, "0", "16"), 0o644); err != nil {
			t.Fatal(err)
		}
		if m, err := onnx.Open(path, onnx.Limits{}); err == nil {
			m.Close()
			t.Errorf("%q was read", location)
		}
	}
}

func number(b []byte, id protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, id, protowire.VarintType), v)
}

func part(b []byte, id protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, id, protowire.BytesType), content)
}

// modelOf is a model whose one tensor is this TensorProto.
func modelOf(tensor []byte) []byte {
	return part(part(nil, 8, number(nil, 2, 17)), 7, part(nil, 5, tensor))
}

func externalModel(location, offset, length string) []byte {
	t := number(number(number(nil, 1, 4), 2, 1), 14, 1)
	for _, e := range [][2]string{{"location", location}, {"offset", offset}, {"length", length}} {
		if e[1] != "" || e[0] == "location" {
			t = part(t, 13, part(part(nil, 1, []byte(e[0])), 2, []byte(e[1])))
		}
	}
	return modelOf(t)
}

// Tensors whose parts do not belong together, lists that are not packed, and sizes made to
// harm.
func TestTensors(t *testing.T) {
	fixed := func(b []byte, v uint32) []byte {
		return protowire.AppendFixed32(protowire.AppendTag(b, 4, protowire.Fixed32Type), v)
	}
	two := func(kind uint64) []byte { return number(number(nil, 1, 2), 2, kind) }
	for name, c := range map[string]struct {
		tensor []byte
		want   error
	}{
		"floats one by one":          {fixed(fixed(two(1), 0), 0x3f800000), nil},
		"whole numbers one by one":   {number(number(two(6), 5, 1), 5, 2), nil},
		"half a part, twice":         {part(part(two(1), 4, make([]byte, 2)), 4, make([]byte, 6)), onnx.ErrFormat},
		"floats in two parts":        {part(part(two(1), 4, make([]byte, 4)), 4, make([]byte, 4)), nil},
		"too few":                    {fixed(two(1), 0), onnx.ErrFormat},
		"too many":                   {part(two(1), 9, make([]byte, 12)), onnx.ErrFormat},
		"raw data twice":             {part(part(two(1), 9, make([]byte, 4)), 9, make([]byte, 4)), onnx.ErrFormat},
		"raw and typed":              {part(fixed(two(1), 0), 9, make([]byte, 4)), onnx.ErrFormat},
		"in another type's field":    {number(number(two(1), 5, 1), 5, 2), onnx.ErrFormat},
		"half a number":              {part(two(1), 4, make([]byte, 7)), onnx.ErrFormat},
		"no data":                    {two(1), onnx.ErrFormat},
		"a dimension below 0":        {part(number(number(nil, 1, 1<<64-1), 2, 1), 9, nil), onnx.ErrFormat},
		"a product beyond 64 bits":   {number(number(number(number(nil, 1, 1<<40), 1, 1<<40), 1, 0), 2, 1), onnx.ErrFormat},
		"half an exbibyte":           {number(number(nil, 1, 1<<59), 2, 2), onnx.ErrLimit},
		"a terabyte that is not":     {number(number(nil, 1, 1<<33), 2, 2), onnx.ErrFormat},
		"no type":                    {number(nil, 1, 2), onnx.ErrUnsupported},
		"a group, which is obsolete": {protowire.AppendTag(two(1), 3, protowire.StartGroupType), onnx.ErrFormat},
	} {
		m, err := parse(modelOf(c.tensor), onnx.Limits{})
		if err == nil {
			if m.Tensors[0].Type.Floating() {
				_, err = m.Tensors[0].Float32()
			} else {
				_, err = m.Tensors[0].Ints()
			}
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	m, err := parse(modelOf(part(two(7), 7, []byte{0x80, 0x01})), onnx.Limits{}) // one number of two bytes
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Tensors[0].Ints(); !errors.Is(err, onnx.ErrFormat) {
		t.Errorf("one number where the shape wants two: %v", err)
	}
}

func TestLimits(t *testing.T) {
	b, err := os.ReadFile("testdata/everything.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []onnx.Limits{{Bytes: 100}, {Items: 100}, {Text: 4}} {
		if _, err := parse(b, l); !errors.Is(err, onnx.ErrLimit) {
			t.Errorf("%+v: %v", l, err)
		}
	}
}

// exercise reads all there is in a model.
func exercise(m *onnx.Model) error {
	var all []error
	for _, x := range m.Tensors {
		if x.Type.Floating() {
			_, err := x.Float32()
			all = append(all, err)
		} else {
			_, err := x.Ints()
			all = append(all, err)
		}
	}
	_, err := m.Bytes()
	return errors.Join(append(all, err)...)
}

// A file that is cut short gives an error that says so. After the graph come the operator
// sets and the metadata, so cut right between two of those it is sound.
func TestCut(t *testing.T) {
	b, err := os.ReadFile("testdata/everything.onnx")
	if err != nil {
		t.Fatal(err)
	}
	sound := 0
	for n := range b {
		_, err := parse(b[:n], onnx.Limits{})
		if err == nil && n > len(b)-60 {
			sound++
		} else if !errors.Is(err, onnx.ErrFormat) {
			t.Errorf("%d of %d bytes: %v", n, len(b), err)
		}
	}
	if sound != 3 {
		t.Errorf("%d cut files pass for sound, want those without the last three fields", sound)
	}
}

// Flipped bits never bring it down, and never take much memory.
func TestBitFlips(t *testing.T) {
	b, err := os.ReadFile("testdata/everything.onnx")
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rng := rand.New(rand.NewPCG(1, 2))
	const flips = 5000
	for range flips {
		c := slices.Clone(b)
		for range 1 + rng.IntN(3) {
			c[rng.IntN(len(c))] ^= 1 << rng.IntN(8)
		}
		if m, err := parse(c, onnx.Limits{}); err == nil {
			_ = exercise(m)
		}
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / flips; each > 2<<20 {
		t.Errorf("%d bytes for a damaged file of %d", each, len(b))
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"everything", "external", "refused_if", "refused_function", "refused_sparse"} {
		b, err := os.ReadFile(filepath.Join("testdata", name+".onnx"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(externalModel("x", "0", "16"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parse(b, onnx.Limits{Bytes: 1 << 24})
		if err != nil {
			return
		}
		if exercise(m) != nil {
			return
		}
		once, _ := m.Bytes()
		again, err := parse(once, onnx.Limits{})
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if twice, err := again.Bytes(); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("written twice, the bytes differ: %v", err)
		}
	})
}

func ExampleOpen() {
	m, err := onnx.Open("testdata/external.onnx", onnx.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	for _, x := range m.Tensors {
		fmt.Println(x.Name, x.Type, x.Shape)
	}
	// Output:
	// first float32 [2 3]
	// second int64 [6]
}
