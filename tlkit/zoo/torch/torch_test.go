package torch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Both forms give what testdata/make.py put in.
func TestRead(t *testing.T) {
	inf := float32(math.Inf(1))
	want := []struct {
		name   string
		shape  []int
		values []float32
	}{
		{"plain", []int{2, 3, 4}, steps(24, func(i int) float32 { return float32(i) / 4 })},
		{"turned", []int{4, 2, 3}, steps(24, func(i int) float32 { return float32(i/6+i%6*4) / 4 })},
		{"part", []int{4}, []float32{3, 4, 5, 6}},
		{"half", []int{5}, []float32{0.5, -2, 65504, 1.0 / (1 << 24), inf}},
		{"brain", []int{2}, []float32{1.5, -3}},
		{"double", []int{1, 1}, []float32{0.25}},
		{"scalar", []int{}, []float32{7}},
		{"empty", []int{0, 3}, []float32{}},
		{"parameter", []int{2}, []float32{1, 1}},
	}
	for _, form := range []string{"zip.pth", "old.pth"} {
		s, err := Read(filepath.Join("testdata", form), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			x, ok := s.Tensor(w.name)
			if !ok {
				t.Errorf("%s: %s is missing", form, w.name)
				continue
			}
			got, err := x.Float32()
			if err != nil || !slices.Equal(x.Shape, w.shape) || !slices.Equal(got, w.values) {
				t.Errorf("%s: %s is %v %v, %v; want %v %v", form, w.name, x.Shape, got, err, w.shape, w.values)
			}
		}
		count, _ := s.Tensor("bn.num_batches_tracked")
		if _, err := count.Float32(); err == nil {
			t.Errorf("%s: whole numbers were given as float32", form)
		}
	}
}

func steps(n int, f func(int) float32) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = f(i)
	}
	return out
}

// A whole model names its class; that is refused by name.
func TestGlobalRefused(t *testing.T) {
	_, err := Read("testdata/model.pth", Limits{})
	var g *GlobalError
	if !errors.As(err, &g) || !errors.Is(err, ErrFormat) || g.Name != "Linear" {
		t.Errorf("a pickled model gives %v", err)
	}
	_, err = Decode([]byte("\x80\x02cposix\nsystem\n(X\x02\x00\x00\x00lstR."), Limits{})
	if !errors.As(err, &g) || g.Module != "posix" {
		t.Errorf("a pickle that would run a command gives %v", err)
	}
}

// No prefix of a file is taken for the file.
func TestTruncated(t *testing.T) {
	for _, form := range []string{"zip.pth", "old.pth"} {
		whole := read(t, form)
		for n := range len(whole) {
			if _, err := Decode(whole[:n], Limits{}); !errors.Is(err, ErrFormat) {
				t.Fatalf("%s cut to %d of %d bytes gives %v", form, n, len(whole), err)
			}
		}
	}
}

func TestHarmful(t *testing.T) {
	old := read(t, "old.pth")
	swap := func(from, to string) []byte { return bytes.Replace(old, []byte(from), []byte(to), 1) }
	grown := slices.Clone(old)
	binary.LittleEndian.PutUint64(grown[bytes.LastIndexByte(grown, '.')-0:], 1<<40) // some length near the end
	for _, c := range []struct {
		name string
		data []byte
		lim  Limits
	}{
		{"nothing", nil, Limits{}},
		{"text", []byte("hello, this is no weights file"), Limits{}},
		{"text of 4 GB announced", []byte("\x80\x02X\xff\xff\xff\xff"), Limits{}},
		{"text of 2^63 bytes announced", []byte("\x80\x04\x8d\x00\x00\x00\x00\x00\x00\x00\x80"), Limits{}},
		{"empty stack", []byte("\x80\x02R."), Limits{}},
		{"no mark", []byte("\x80\x02t."), Limits{}},
		{"memo never set", []byte("\x80\x02h\x07."), Limits{}},
		{"an entry that doubles forty times", doubling(), Limits{}},
		{"another order of the pickles", old[15:], Limits{}},
		{"a storage of another size", grown, Limits{}},
		{"a type that is not there", swap("FloatStorage", "FloutStorage"), Limits{}},
		{"too many tensors", old, Limits{Tensors: 3}},
		{"too long a pickle", old, Limits{Pickle: 100}},
		{"too large a file", old, Limits{Bytes: 100}},
	} {
		if _, err := Decode(c.data, c.lim); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// doubling is a dict with a key whose text would be 2^40 times as long as its pickle.
func doubling() []byte {
	b := []byte("\x80\x02\x8a\x0a" + oldMagic + ".\x80\x02M\xe9\x03.\x80\x02}.\x80\x02}N")
	for range 40 {
		b = append(b, "q\x00h\x00\x86"...)
	}
	return append(b, "Ns.\x80\x02]."...)
}

// A view may not reach outside of its storage, nor repeat it.
func TestInside(t *testing.T) {
	for _, c := range []struct {
		name string
		v    view
		n    int
		want bool
	}{
		{"whole", view{at: 0, shape: []int{2, 3}, stride: []int{3, 1}}, 6, true},
		{"scalar", view{}, 1, true},
		{"scalar of nothing", view{}, 0, false},
		{"shifted out", view{at: 1, shape: []int{2, 3}, stride: []int{3, 1}}, 6, false},
		{"strides of 0", view{shape: []int{1000, 1000}, stride: []int{0, 0}}, 6, false},
		{"overflow", view{shape: []int{1 << 62, 4}, stride: []int{1, 1}}, 6, false},
		{"stride overflow", view{shape: []int{2}, stride: []int{1 << 62}}, 6, false},
		{"empty", view{shape: []int{0, 1 << 62}, stride: []int{1, 1}}, 0, true},
	} {
		if got := inside(c.v, c.n); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestMatch(t *testing.T) {
	s, err := Read("testdata/zip.pth", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]int{"absent": {1}}
	for _, n := range s.Names {
		if x, _ := s.Tensor(n); n != "plain" && !strings.HasSuffix(n, "tracked") {
			want[n] = x.Shape
		}
	}
	want["part"] = []int{5}
	var e *MismatchError
	if err := s.Match(want); !errors.As(err, &e) {
		t.Fatal(err)
	}
	if !slices.Equal(e.Missing, []string{"absent"}) || !slices.Equal(e.Unexpected, []string{"plain"}) || len(e.Shapes) != 1 {
		t.Errorf("%+v", e)
	}
	delete(want, "absent")
	want["plain"], want["part"] = []int{2, 3, 4}, []int{4}
	if err := s.Match(want); err != nil {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"zip.pth", "old.pth", "model.pth"} {
		f.Add(read(f, name))
	}
	f.Add([]byte("\x80\x02]q\x00h\x00a.")) // a list that holds itself
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Decode(data, Limits{})
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("an untyped error: %v", err)
			}
			return
		}
		for _, n := range s.Names {
			x, _ := s.Tensor(n)
			if v, err := x.Float32(); err == nil && len(v) != x.Len() {
				t.Fatalf("%s has %d elements of %d", n, len(v), x.Len())
			}
		}
	})
}
