package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

var (
	folder  = flag.String("folder", "testdata", "where the files of testdata/make.py lie")
	written = flag.String("written", "", "where to write what the reference is to load")
)

// golden is what testdata/make.py put into mixed.safetensors.
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
		FromBytes("steps", I64, []byte{7, 0, 0, 0, 0, 0, 0, 0}),
		FromBytes("mask", Bool, []byte{1, 0, 1}, 3),
		FromBytes("picture", U8, []byte{0, 1, 2, 3, 4, 5}, 1, 2, 3),
		FromBytes("half", F16, []byte{0x00, 0x38, 0x00, 0xc0}, 2),
		FromBytes("empty", F32, []byte{}, 0, 4),
		FromBytes("name with <&> é", F64, f64, 3),
	}
}

func TestReadsTheReferencesFile(t *testing.T) {
	f, err := Open(filepath.Join(*folder, "mixed.safetensors"), Limits{})
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
		same(t, got, want)
	}
}

func same(t *testing.T, got, want Tensor) {
	t.Helper()
	a, err1 := got.Bytes()
	b, err2 := want.Bytes()
	if err1 != nil || err2 != nil || got.Name != want.Name || got.DType != want.DType || !slices.Equal(got.Shape, want.Shape) || !bytes.Equal(a, b) {
		t.Errorf("%s %s %v %x, %v; want %s %s %v %x, %v", got.Name, got.DType, got.Shape, a, err1, want.Name, want.DType, want.Shape, b, err2)
	}
}

// Every type is read as PyTorch reads it.
func TestTypes(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(*folder, "types.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]int64
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	f, err := Open(filepath.Join(*folder, "types.safetensors"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if len(f.Tensors()) != len(want) || len(want) != len(kinds) {
		t.Errorf("%d tensors, %d wanted, of %d types", len(f.Tensors()), len(want), len(kinds))
	}
	for _, x := range f.Tensors() {
		floats, ferr := x.Float32()
		whole, ierr := x.Int64()
		if strings.Contains(x.Name, "float") {
			ok := slices.EqualFunc(floats, want[x.Name], func(v float32, bits int64) bool {
				return int64(int32(math.Float32bits(v))) == bits || v != v && math.IsNaN(float64(math.Float32frombits(uint32(bits))))
			})
			if !ok || ferr != nil || ierr == nil {
				t.Errorf("%s: %v, %v; as whole numbers %v", x.Name, floats, ferr, ierr)
			}
		} else if !slices.Equal(whole, want[x.Name]) || ierr != nil || ferr == nil {
			t.Errorf("%s: %v, %v; as floats %v", x.Name, whole, ierr, ferr)
		}
	}
}

// The rows of a tensor, read in parts, are the tensor's; there are none outside of it.
func TestRows(t *testing.T) {
	f, err := Open(filepath.Join(*folder, "mixed.safetensors"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, x := range f.Tensors() {
		if len(x.Shape) == 0 {
			continue
		}
		whole, _ := x.Bytes()
		var parts []byte
		for _, part := range []Tensor{x.Rows(0, min(1, x.Shape[0])), x.Rows(min(1, x.Shape[0]), x.Shape[0])} {
			b, err := part.Bytes()
			if err != nil {
				t.Errorf("%s, %v of %v: %v", x.Name, part.Shape, x.Shape, err)
			}
			parts = append(parts, b...)
		}
		if !bytes.Equal(parts, whole) {
			t.Errorf("%s in parts is %x, as a whole %x", x.Name, parts, whole)
		}
		for _, c := range [][2]int{{-1, 0}, {x.Shape[0], 0}, {0, x.Shape[0] + 1}} {
			func() {
				defer func() {
					if r := fmt.Sprint(recover()); c[0] != c[1] && !strings.Contains(r, "rows, none from") {
						t.Errorf("%s: %v: %s", x.Name, c, r)
					}
				}()
				x.Rows(c[0], c[1])
			}()
		}
	}
}

func TestWritesTheReferencesBytes(t *testing.T) {
	for _, name := range []string{"mixed.safetensors", "types.safetensors"} {
		want, err := os.ReadFile(filepath.Join(*folder, name))
		if err != nil {
			t.Fatal(err)
		}
		f, err := Read(bytes.NewReader(want), int64(len(want)), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		tensors := f.Tensors()
		if name == "mixed.safetensors" {
			tensors = golden()
		}
		slices.Reverse(tensors)
		var got bytes.Buffer
		if err := Write(&got, f.Metadata, tensors); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("got\n%q\nwant\n%q", got.Bytes(), want)
		}
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
		"unknown type":            {FromBytes("a", "F4", nil, 0)},
		"a name of other bytes":   {FromFloat32("a\xff", []float32{1}, 1)},
		"2^64 elements":           {FromFloat32("a", nil, 1<<62, 4)},
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

// A header of 8 GB is refused before memory is taken, in a file that has as many bytes and
// in one that only says so; so is a tensor of more bytes than the file.
func TestHuge(t *testing.T) {
	head := binary.LittleEndian.AppendUint64(nil, 8<<30)
	for _, size := range []int64{16, 9 << 30} {
		for _, lim := range []Limits{{}, {HeaderBytes: 16 << 30}} {
			if lim.HeaderBytes > size && size > 16 {
				continue
			}
			taken := memory(func() {
				_, err := Read(zeros{head}, size, lim)
				if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "8589934592") {
					t.Errorf("a header of 8 GB in %d bytes, limit %d: %v", size, lim.HeaderBytes, err)
				}
			})
			if taken > 1<<20 {
				t.Errorf("refusing a header of 8 GB took %d bytes", taken)
			}
		}
	}
}

// zeros is a file of any length whose first bytes are head.
type zeros struct{ head []byte }

func (z zeros) ReadAt(b []byte, at int64) (int, error) {
	clear(b)
	if at < int64(len(z.head)) {
		copy(b, z.head[at:])
	}
	return len(b), nil
}

// memory is how many bytes f takes, given back or not.
func memory(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Opening takes memory for the names, reading and writing for the numbers, and not twice.
func TestMemory(t *testing.T) {
	const n = 4 << 20
	path := filepath.Join(t.TempDir(), "large.safetensors")
	values := make([]float32, n)
	if b := memory(func() {
		if err := WriteFile(path, nil, []Tensor{FromFloat32("w", values, n)}); err != nil {
			t.Fatal(err)
		}
	}); b > 1<<20 {
		t.Errorf("writing %d bytes took %d", 4*n, b)
	}
	var f *File
	if b := memory(func() { f, _ = Open(path, Limits{}) }); f == nil || b > 1<<20 {
		t.Fatalf("opening took %d bytes", b)
	}
	defer f.Close()
	x, _ := f.Tensor("w")
	if b := memory(func() { _, _ = x.Float32() }); b > 4*n*11/10 {
		t.Errorf("reading %d bytes took %d", 4*n, b)
	}
	if b := memory(func() { _ = x.Float32Into(values) }); b > 1<<20 {
		t.Errorf("reading into a slice took %d bytes", b)
	}
	if err := x.Float32Into(values[1:]); err == nil {
		t.Error("too short a slice was filled")
	}
	if err := os.Truncate(path, 1<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Float32(); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), `"w"`) {
		t.Errorf("a file that was cut short after it was opened: %v", err)
	}
}

// readAll reads whatever a file has.
func readAll(t testing.TB, data []byte) error {
	f, err := Read(bytes.NewReader(data), int64(len(data)), Limits{})
	if err != nil {
		if !errors.Is(err, ErrFormat) {
			t.Fatalf("an untyped error: %v", err)
		}
		return err
	}
	for _, x := range f.Tensors() {
		if b, err := x.Bytes(); err != nil || len(b) != x.Len()*x.DType.Size() || len(b) > len(data) {
			t.Fatalf("%d bytes for %v of %s, %v", len(b), x.Shape, x.DType, err)
		}
		floats, ferr := x.Float32()
		whole, ierr := x.Int64()
		if ferr == nil && len(floats) != x.Len() || ierr == nil && len(whole) != x.Len() || ferr == nil && ierr == nil {
			t.Fatalf("%s has %d or %d elements, not %d", x.Name, len(floats), len(whole), x.Len())
		}
	}
	return nil
}

// No prefix of a file is taken for the file, and files with one to four bits changed are
// read or refused.
func TestDamaged(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, name := range []string{"mixed", "types", "plain"} {
		whole, err := os.ReadFile("testdata/" + name + ".safetensors")
		if err != nil {
			t.Fatal(err)
		}
		for n := range whole {
			if readAll(t, whole[:n]) == nil {
				t.Fatalf("%s cut to %d of %d bytes was read", name, n, len(whole))
			}
		}
		refused := 0
		for range 4000 {
			data := bytes.Clone(whole)
			for range 1 + rng.IntN(4) {
				data[rng.IntN(len(data))] ^= 1 << rng.IntN(8)
			}
			if readAll(t, data) != nil {
				refused++
			}
		}
		if refused == 0 {
			t.Errorf("%s: none of 4000 damaged files was refused", name)
		}
	}
}

// TestWritten writes the file that testdata/check.py has the reference load, and reads it
// again.
func TestWritten(t *testing.T) {
	path := *written
	if path == "" {
		path = filepath.Join(t.TempDir(), "written.safetensors")
	}
	f, err := Open("testdata/types.safetensors", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tensors := append(f.Tensors(), golden()...)
	if err := WriteFile(path, map[string]string{"format": "pt"}, tensors); err != nil {
		t.Fatal(err)
	}
	back, err := Open(path, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if len(back.Names()) != len(tensors) {
		t.Errorf("%d tensors come back of %d", len(back.Names()), len(tensors))
	}
	for _, want := range tensors {
		got, err := back.Tensor(want.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		a, errA := want.Bytes()
		b, errB := got.Bytes()
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s comes back changed: %v, %v", want.Name, errA, errB)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"mixed", "plain", "types"} {
		b, err := os.ReadFile("testdata/" + name + ".safetensors")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8))
	f.Fuzz(func(t *testing.T, data []byte) {
		if readAll(t, data) != nil {
			return
		}
		in, err := Read(bytes.NewReader(data), int64(len(data)), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(in.Names(), "") {
			return // read, but never written
		}
		var out bytes.Buffer
		if err := Write(&out, in.Metadata, in.Tensors()); err != nil {
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
