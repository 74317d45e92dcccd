package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

// The golden files were made by testdata/make.py with safetensors 0.8.0.
func golden() []Tensor {
	kernel := make([]float32, 12)
	for i := range kernel {
		kernel[i] = float32(i)/8 - 0.5
	}
	var f64 []byte
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Copysign(0, -1)} {
		bits := math.Float64bits(v)
		if math.IsNaN(v) {
			bits = 0x7ff8000000000000 // NumPy's NaN; Go's has another payload
		}
		f64 = binary.LittleEndian.AppendUint64(f64, bits)
	}
	return []Tensor{
		FromFloat32("block.0/kernel", kernel, 2, 2, 3),
		{Name: "steps", DType: I64, Shape: []int{}, Data: []byte{7, 0, 0, 0, 0, 0, 0, 0}},
		{Name: "mask", DType: Bool, Shape: []int{3}, Data: []byte{1, 0, 1}},
		{Name: "picture", DType: U8, Shape: []int{1, 2, 3}, Data: []byte{0, 1, 2, 3, 4, 5}},
		{Name: "half", DType: F16, Shape: []int{2}, Data: []byte{0x00, 0x38, 0x00, 0xc0}},
		{Name: "empty", DType: F32, Shape: []int{0, 4}, Data: []byte{}},
		{Name: "name with <&> é", DType: F64, Shape: []int{3}, Data: f64},
	}
}

func TestReadsTheReferencesFile(t *testing.T) {
	f, err := Open("testdata/mixed.safetensors", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.Metadata["classes"]; got != `["cat","dog"]` {
		t.Errorf("metadata: %q", got)
	}
	if len(f.Names()) != len(golden()) {
		t.Errorf("names: %q", f.Names())
	}
	for _, want := range golden() {
		got, err := f.Tensor(want.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("tensor %q: got %v, want %v", want.Name, got, want)
		}
	}
}

func TestWritesTheReferencesBytes(t *testing.T) {
	want, err := os.ReadFile("testdata/mixed.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := Write(&got, map[string]string{"classes": `["cat","dog"]`}, golden()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got\n%q\nwant\n%q", got.Bytes(), want)
	}
}

// file makes the bytes of a file with the given header and data.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestRefuses(t *testing.T) {
	good := file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8)
	if _, err := Read(bytes.NewReader(good), int64(len(good)), Limits{}); err != nil {
		t.Fatalf("the sound file: %v", err)
	}
	cases := []struct {
		name string
		data []byte
		says string
	}{
		{"empty", nil, "takes 8"},
		{"header length beyond the file", good[:20], "cut short"},
		{"header of 2^63 bytes", []byte{0, 0, 0, 0, 0, 0, 0, 0x80, '{', '}'}, "limit"},
		{"data cut short", good[:len(good)-1], "cut short"},
		{"bytes left over", append(bytes.Clone(good), 0), "file holds"},
		{"no object", file(`["a"]`, 0), "begin with"},
		{"leading space", file(` {}`, 0), "begin with"},
		{"text after the header", file(`{}x`, 0), "goes on"},
		{"header not closed", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`, 8), "header"},
		{"overlap", file(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}`, 6), "begins at"},
		{"gap", file(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}`, 6), "begins at"},
		{"shape and bytes disagree", file(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8), "takes 12"},
		{"shape overflows", file(`{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,8]}}`, 8), "shape"},
		{"negative shape", file(`{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}`, 8), "shape"},
		{"offsets backwards", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, 8), "data_offsets"},
		{"one offset", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}`, 8), "data_offsets"},
		{"unknown type", file(`{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}}`, 8), "not supported"},
		{"a name twice", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1), "two tensors"},
		{"metadata of numbers", file(`{"__metadata__":{"a":1}}`, 0), "__metadata__"},
		{"too many tensors", file(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"c":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`, 0), "more than 2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(bytes.NewReader(c.data), int64(len(c.data)), Limits{Tensors: 2})
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("got %v, want ErrFormat", err)
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q does not say %q", err, c.says)
			}
		})
	}
}

func TestMissingTensor(t *testing.T) {
	f, err := Open("testdata/plain.safetensors", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Tensor("two"); !errors.Is(err, ErrMissing) {
		t.Errorf("got %v", err)
	}
}

func TestWriteRefuses(t *testing.T) {
	one := FromFloat32("a", []float32{1}, 1)
	for name, tensors := range map[string][]Tensor{
		"shape and data disagree": {FromFloat32("a", []float32{1}, 2)},
		"a name twice":            {one, one},
		"no name":                 {FromFloat32("", []float32{1}, 1)},
		"reserved name":           {FromFloat32("__metadata__", []float32{1}, 1)},
		"unknown type":            {{Name: "a", DType: "F4", Shape: []int{0}}},
	} {
		if err := Write(&bytes.Buffer{}, nil, tensors); err == nil {
			t.Errorf("%s: written", name)
		}
	}
}

// A file size limit stands in for the full disk: the kernel refuses the write half way.
func TestFullDiskLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.safetensors")
	old := []Tensor{FromFloat32("a", []float32{1}, 1)}
	if err := WriteFile(path, nil, old); err != nil {
		t.Fatal(err)
	}
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	small := was
	small.Cur = 4096
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	err := WriteFile(path, nil, []Tensor{FromFloat32("a", make([]float32, 1<<16), 1<<16)})
	if err2 := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err2 != nil {
		t.Fatal(err2)
	}
	if !errors.Is(err, syscall.EFBIG) {
		t.Fatalf("got %v, want EFBIG", err)
	}
	if !strings.Contains(err.Error(), path) {
		t.Errorf("%q does not name the file", err)
	}
	left, _ := os.ReadDir(dir)
	if len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	f, err := Open(path, Limits{})
	if err != nil {
		t.Fatalf("the file that was there: %v", err)
	}
	f.Close()
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"mixed", "plain"} {
		b, err := os.ReadFile("testdata/" + name + ".safetensors")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := Read(bytes.NewReader(data), int64(len(data)), Limits{})
		if err != nil {
			return
		}
		var tensors []Tensor
		total := 0
		for _, name := range in.Names() {
			x, err := in.Tensor(name)
			if err != nil {
				t.Fatalf("a tensor of a sound file: %v", err)
			}
			total += len(x.Data)
			if name == "" || name == "__metadata__" {
				return // read, but never written
			}
			tensors = append(tensors, x)
		}
		if total > len(data) {
			t.Fatalf("%d bytes of tensors out of %d", total, len(data))
		}
		var out bytes.Buffer
		if err := Write(&out, in.Metadata, tensors); err != nil {
			t.Fatalf("writing what was read: %v", err)
		}
		again, err := Read(bytes.NewReader(out.Bytes()), int64(out.Len()), Limits{})
		if err != nil {
			t.Fatalf("reading what was written: %v", err)
		}
		if len(again.Names()) != len(in.Names()) {
			t.Fatalf("%q became %q", in.Names(), again.Names())
		}
	})
}
