package torch

import (
	"archive/zip"
	"bytes"
	"errors"
	"flag"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var written = flag.String("written", "", "where to write what PyTorch is to load")

// What is written is read again, bit for bit, and each record's numbers lie at a multiple of
// 64 bytes.
func TestWrite(t *testing.T) {
	for _, form := range []string{"zip.pth", "old.pth", "new.pth"} {
		s, err := Open(filepath.Join("testdata", form), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		tensors := append(s.Tensors(), FromFloat32("made", []float32{1, float32(math.Inf(1)), 3}, 3, 1), FromInt64("count", []int64{7}),
			FromFloat32("none", nil, 0, 4))
		var b, again bytes.Buffer
		if err := errors.Join(Write(&b, tensors), Write(&again, tensors)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("%s: two writes differ", form)
		}
		back, err := Decode(b.Bytes(), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range back.Tensors() {
			same(t, got, tensors[i])
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			if at, err := f.DataOffset(); err != nil || at%alignment != 0 {
				t.Errorf("%s begins at %d, %v", f.Name, at, err)
			}
		}
	}
}

// A big-endian file has the same numbers, and is written as a little-endian one.
func TestWriteBigEndian(t *testing.T) {
	var b bytes.Buffer
	big, err := Open("testdata/big.pth", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer big.Close()
	if err := Write(&b, big.Tensors()); err != nil {
		t.Fatal(err)
	}
	back, err := Decode(b.Bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	little, err := Open("testdata/zip.pth", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer little.Close()
	for i, want := range little.Tensors() {
		same(t, big.Tensors()[i], want)
		same(t, back.Tensors()[i], want)
	}
}

func same(t *testing.T, got, want Tensor) {
	t.Helper()
	if got.Name != want.Name || got.DType != want.DType || !slices.Equal(got.Shape, want.Shape) {
		t.Errorf("%s %s %v became %s %s %v", want.Name, want.DType, want.Shape, got.Name, got.DType, got.Shape)
	}
	x, err1 := got.Bytes()
	y, err2 := want.Bytes()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) {
		t.Errorf("%s: other bits", want.Name)
	}
}

func TestWriteRefuses(t *testing.T) {
	one := FromFloat32("a", []float32{1}, 1)
	for _, c := range []struct {
		name    string
		tensors []Tensor
		says    string
	}{
		{"no name", []Tensor{FromFloat32("", []float32{1}, 1)}, "empty"},
		{"a name twice", []Tensor{one, one}, "twice"},
		{"another shape", []Tensor{FromFloat32("a", []float32{1}, 2)}, "needs 2"},
		{"negative shape", []Tensor{FromFloat32("a", nil, -1, 0)}, "shape"},
		{"more than can be counted", []Tensor{FromFloat32("a", nil, 1<<32, 1<<32)}, "too large"},
		{"nothing", []Tensor{{Name: "a"}}, "no values"},
	} {
		if err := Write(io.Discard, c.tensors); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	full := errors.New("full")
	for room := range 700 {
		if err := Write(&small{room, full}, []Tensor{one}); !errors.Is(err, full) {
			t.Fatalf("a disk of %d bytes: %v", room, err)
		}
	}
}

type small struct {
	room int
	err  error
}

func (s *small) Write(b []byte) (int, error) {
	if s.room -= len(b); s.room < 0 {
		return 0, s.err
	}
	return len(b), nil
}

// TestWritten writes the file that testdata/check.py has PyTorch load, and reads it again.
func TestWritten(t *testing.T) {
	path := *written
	if path == "" {
		path = filepath.Join(t.TempDir(), "written.pth")
	}
	var tensors []Tensor
	for _, name := range []string{"testdata/zip.pth", "testdata/new.pth"} {
		s, err := Open(name, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		tensors = append(tensors, s.Tensors()...)
	}
	net := []Tensor{
		FromFloat32("0.weight", counted(2*1*3*3), 2, 1, 3, 3), FromFloat32("0.bias", counted(2), 2),
		FromFloat32("1.weight", counted(2), 2), FromFloat32("1.bias", counted(2), 2),
		FromFloat32("1.running_mean", counted(2), 2), FromFloat32("1.running_var", counted(2), 2),
		FromInt64("1.num_batches_tracked", []int64{9}),
	}
	readAgain(t, path, tensors)
	readAgain(t, path+".net", net)
}

// readAgain writes the tensors to path and compares what is read from there.
func readAgain(t *testing.T, path string, tensors []Tensor) {
	t.Helper()
	if err := WriteFile(path, tensors); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(s.Names) != len(tensors) {
		t.Errorf("%d tensors come back of %d", len(s.Names), len(tensors))
	}
	for _, want := range tensors {
		got, ok := s.Tensor(want.Name)
		a, errA := want.Bytes()
		b, errB := got.Bytes()
		if !ok || errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s comes back changed: %v, %v", want.Name, errA, errB)
		}
	}
}

func counted(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(i+1) / 8
	}
	return v
}
