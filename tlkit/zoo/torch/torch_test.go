package torch

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var folder = flag.String("folder", "testdata", "where the files of testdata/make.py lie")

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// told is what testdata/make.py says of a file.
type told struct {
	Under, Prefix string
	Skipped       []string
	Tensors       []struct {
		Name, DType string
		Shape       []int
		Values      []int64
	}
}

// Every file gives what PyTorch reads from it.
func TestGoldens(t *testing.T) {
	found, err := filepath.Glob(filepath.Join(*folder, "*.pth.json"))
	if err != nil || len(found) < 8 {
		t.Fatalf("%d files in %s, %v", len(found), *folder, err)
	}
	for _, path := range found {
		t.Run(filepath.Base(path), func(t *testing.T) {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var want told
			if err := json.Unmarshal(b, &want); err != nil {
				t.Fatal(err)
			}
			s, err := Open(strings.TrimSuffix(path, ".json"), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			compare(t, s, want)
		})
	}
}

func compare(t *testing.T, s *State, want told) {
	if s.Under != want.Under || s.Prefix != want.Prefix || !slices.Equal(s.Skipped, want.Skipped) {
		t.Errorf("under %q, prefix %q, skipped %q; want %q, %q, %q", s.Under, s.Prefix, s.Skipped, want.Under, want.Prefix, want.Skipped)
	}
	got := s.Tensors()
	if len(got) != len(want.Tensors) {
		t.Fatalf("%d tensors, want %d", len(got), len(want.Tensors))
	}
	for i, w := range want.Tensors {
		x := got[i]
		if x.Name != w.Name || x.DType != w.DType || !slices.Equal(x.Shape, w.Shape) {
			t.Errorf("tensor %d is %s %s %v, want %s %s %v", i, x.Name, x.DType, x.Shape, w.Name, w.DType, w.Shape)
			continue
		}
		floats, ferr := x.Float32()
		whole, ierr := x.Int64()
		switch {
		case w.Values == nil: // complex numbers
			if ferr == nil || ierr == nil {
				t.Errorf("%s of %s was read as real numbers", w.Name, w.DType)
			}
		case strings.Contains(w.DType, "float"):
			same := func(v float32, bits int64) bool {
				return int64(int32(math.Float32bits(v))) == bits || v != v && math.IsNaN(float64(math.Float32frombits(uint32(bits))))
			}
			if ferr != nil || ierr == nil || !slices.EqualFunc(floats, w.Values, same) {
				t.Errorf("%s is %v, %v; as whole numbers %v", w.Name, floats, ferr, ierr)
			}
			if parts := inParts(t, x); len(x.Shape) > 0 && !slices.EqualFunc(parts, w.Values, same) {
				t.Errorf("%s in parts is %v", w.Name, parts)
			}
		default:
			if ierr != nil || ferr == nil || !slices.Equal(whole, w.Values) {
				t.Errorf("%s is %v, want %v, %v; as floats %v", w.Name, whole, w.Values, ierr, ferr)
			}
		}
	}
}

// inParts reads a tensor in two parts, the first of one row if there are any.
func inParts(t *testing.T, x Tensor) []float32 {
	if len(x.Shape) == 0 {
		return nil
	}
	var out []float32
	for _, part := range []Tensor{x.Rows(0, min(1, x.Shape[0])), x.Rows(min(1, x.Shape[0]), x.Shape[0])} {
		v, err := part.Float32()
		if err != nil {
			t.Errorf("%s, %v of %v: %v", x.Name, part.Shape, x.Shape, err)
		}
		out = append(out, v...)
	}
	return out
}

// There are no rows outside of a tensor.
func TestRowsOutside(t *testing.T) {
	x := FromFloat32("w", make([]float32, 6), 3, 2)
	for _, c := range [][2]int{{-1, 1}, {2, 1}, {0, 4}} {
		func() {
			defer func() {
				if r := fmt.Sprint(recover()); !strings.Contains(r, `"w" has 3 rows`) {
					t.Errorf("%v: %s", c, r)
				}
			}()
			x.Rows(c[0], c[1])
		}()
	}
}

// A whole model names its class; that is refused by name.
func TestModelRefused(t *testing.T) {
	_, err := Open("testdata/model.pth", Limits{})
	var g *GlobalError
	if !errors.As(err, &g) || !errors.Is(err, ErrFormat) || g.Name != "Linear" {
		t.Errorf("a pickled model gives %v", err)
	}
}

// Programs that would run a command are refused by the command's name, however they
// come by it, in both forms.
func TestGlobalRefused(t *testing.T) {
	const arg = "X\x02\x00\x00\x00ls"
	for _, c := range []struct{ name, program, module, global string }{
		{"reduce", "\x80\x02cposix\nsystem\n(" + arg + "tR.", "posix", "system"},
		{"protocol 0", "cos\nsystem\np0\n(S'ls'\np1\ntp2\nRp3\n.", "os", "system"},
		{"inst", "(S'ls'\nios\nsystem\n.", "os", "system"},
		{"obj", "(cos\nsystem\n" + arg + "o.", "os", "system"},
		{"stack global", "\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x93\x94\x8c\x02ls\x94\x85\x94R\x94.", "os", "system"},
		{"name from the memo", "\x80\x04\x8c\x06systemq\x050\x8c\x02osq\x060h\x06h\x05\x93(" + arg + "tR.", "os", "system"},
		{"name doubled on the stack", "\x80\x04\x8c\x04eval2\x93.", "eval", "eval"},
		{"eval", "\x80\x02cbuiltins\neval\n(X\x03\x00\x00\x001+1tR.", "builtins", "eval"},
		{"getattr", "\x80\x02cbuiltins\ngetattr\n(" + arg + "tR.", "builtins", "getattr"},
		{"build", "\x80\x02ccollections\nOrderedDict\n)R}X\x0c\x00\x00\x00__setstate__cos\nsystem\nsb.", "os", "system"},
		{"new object", "\x80\x02csubprocess\nPopen\n(" + arg + "t\x81.", "subprocess", "Popen"},
		{"deep in a checkpoint", "\x80\x02}X\x05\x00\x00\x00epoch(K\x01]cos\nsystem\n(" + arg + "tRats.", "os", "system"},
		{"a tensor's hooks", "\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\x02cos\nsystem\n(" + arg + "tRtR.", "os", "system"},
		{"a function beside the known ones", "\x80\x02ctorch._utils\n_rebuild_qtensor\n)R.", "torch._utils", "_rebuild_qtensor"},
		{"another thing in torch", "\x80\x02ctorch\nload\n)R.", "torch", "load"},
	} {
		for form, data := range map[string][]byte{"old": oldWith(c.program), "zip": zipWith(t, zip.Store, "a/data.pkl", c.program)} {
			_, err := Decode(data, Limits{})
			var g *GlobalError
			if !errors.As(err, &g) || !errors.Is(err, ErrFormat) || g.Module != c.module || g.Name != c.global {
				t.Errorf("%s, %s: %v", c.name, form, err)
			}
		}
	}
}

// oldWith is a file of the older form whose state dict is a program.
func oldWith(program string) []byte {
	return []byte("\x80\x02\x8a\x0a" + oldMagic + ".\x80\x02M\xe9\x03.\x80\x02}." + program + "\x80\x02].")
}

func zipWith(t testing.TB, method uint16, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: parts[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tensorOf is a program for a dict with one tensor "w" on storage "0"; size, strides and so
// on are pieces of a program.
func tensorOf(kind, elements, at, sizes, strides string) string {
	return "\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\n" + kind +
		"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu" + elements + "tQ" + at + sizes + strides + "\x89ccollections\nOrderedDict\n)RtRs."
}

func TestHarmful(t *testing.T) {
	old := read(t, "old.pth")
	swap := func(from, to string) []byte { return bytes.ReplaceAll(old, []byte(from), []byte(to)) }
	grown := slices.Clone(old)
	binary.LittleEndian.PutUint64(grown[len(grown)-16:], 1<<40) // the length of the last storage
	one := func(kind, elements, at, sizes, strides string) []byte {
		return zipWith(t, zip.Store, "a/data.pkl", tensorOf(kind, elements, at, sizes, strides), "a/data/0", "\x00\x00\x80\x3f\x00\x00\x00\x40")
	}
	if _, err := Decode(one("FloatStorage", "K\x02", "K\x00", "K\x02\x85", "K\x01\x85"), Limits{}); err != nil {
		t.Fatalf("the sound file: %v", err)
	}
	if _, err := Decode(swap("torch\nFloatStorage", "torch.cuda\nFloatStorage"), Limits{}); err != nil {
		t.Fatalf("a file of a GPU: %v", err)
	}
	const minus = "J\xff\xff\xff\xff"
	for _, c := range []struct {
		name string
		data []byte
		lim  Limits
		says string
	}{
		{"nothing", nil, Limits{}, "ends"},
		{"text", []byte("hello, this is no weights file"), Limits{}, ""},
		{"text of 4 GB announced", []byte("\x80\x02X\xff\xff\xff\xff"), Limits{}, "ends"},
		{"text of 2^63 bytes announced", []byte("\x80\x04\x8d\x00\x00\x00\x00\x00\x00\x00\x80"), Limits{}, "length"},
		{"empty stack", []byte("\x80\x02R."), Limits{}, "stack"},
		{"no mark", []byte("\x80\x02t."), Limits{}, "mark"},
		{"memo never set", []byte("\x80\x02h\x07."), Limits{}, "remembered"},
		{"an entry that doubles forty times", oldWith("\x80\x02}N" + strings.Repeat("q\x00h\x00\x86", 40) + "Ns."), Limits{}, "no text"},
		{"sizes that double forty times", one("FloatStorage", "K\x02", "K\x00", "N"+strings.Repeat("q\x00h\x00\x86", 40)+"\x85", "K\x01\x85"), Limits{}, "size"},
		{"a dict in itself", oldWith("\x80\x02}q\x00X\x05\x00\x00\x00modelh\x00s."), Limits{}, "no tensors"},
		{"another order of the pickles", old[15:], Limits{}, ""},
		{"a storage of another size", grown, Limits{}, "cut short"},
		{"a type that is not there", swap("FloatStorage", "FloutStorage"), Limits{}, "FloutStorage"},
		{"another type of the same name's length", swap("LongStorage", "CharStorage"), Limits{}, ""},
		{"too many tensors", old, Limits{Tensors: 3}, "limit of 3"},
		{"too long a pickle", old, Limits{Pickle: 100}, "limit of 100"},
		{"too large a file", old, Limits{Bytes: 100}, "limit of 100"},
		{"a long program", oldWith("\x80\x02" + strings.Repeat("N0", 1<<20) + "}."), Limits{Tensors: 10}, "program"},
		{"negative size", one("FloatStorage", "K\x02", "K\x00", minus+"\x85", "K\x01\x85"), Limits{}, "-1"},
		{"negative stride", one("FloatStorage", "K\x02", "K\x01", "K\x02\x85", minus+"\x85"), Limits{}, "-1"},
		{"negative offset", one("FloatStorage", "K\x02", minus, "K\x02\x85", "K\x01\x85"), Limits{}, "outside"},
		{"negative storage", one("FloatStorage", minus, "K\x00", "K\x02\x85", "K\x01\x85"), Limits{}, "-1"},
		{"reaches outside", one("FloatStorage", "K\x02", "K\x01", "K\x02\x85", "K\x01\x85"), Limits{}, `tensor "w"`},
		{"storage longer than announced", one("FloatStorage", "K\x01", "K\x00", "K\x01\x85", "K\x01\x85"), Limits{}, `tensor "w"`},
		{"storage of wider numbers", one("DoubleStorage", "K\x02", "K\x00", "K\x02\x85", "K\x01\x85"), Limits{}, `tensor "w"`},
		{"repeats its storage", one("FloatStorage", "K\x02", "K\x00", "M\xe8\x03\x85", "K\x00\x85"), Limits{}, "outside"},
		{"sizes without strides", one("FloatStorage", "K\x02", "K\x00", "K\x02\x85", ")"), Limits{}, "described"},
		{"no data.pkl", zipWith(t, zip.Store, "a/data/0", "1234"), Limits{}, "data.pkl is missing"},
		{"no storage", zipWith(t, zip.Store, "a/data.pkl", tensorOf("FloatStorage", "K\x02", "K\x00", "K\x02\x85", "K\x01\x85")), Limits{}, `storage "0" is missing`},
		{"compressed", zipWith(t, zip.Deflate, "a/data.pkl", "\x80\x02}."), Limits{}, "compressed"},
		{"a bomb", zipWith(t, zip.Deflate, "a/data.pkl", "\x80\x02}.", "a/data/0", strings.Repeat("\x00", 1<<22)), Limits{}, "compressed"},
		{"a record twice", zipWith(t, zip.Store, "a/data.pkl", "\x80\x02}.", "a/data.pkl", "\x80\x02}."), Limits{}, "twice"},
		{"two folders", zipWith(t, zip.Store, "a/data.pkl", "\x80\x02}.", "b/data/0", ""), Limits{}, "folder"},
		{"middle-endian", zipWith(t, zip.Store, "a/data.pkl", "\x80\x02}.", "a/byteorder", "middle"), Limits{}, "middle"},
		{"a long directory", zipWith(t, zip.Store, "a/data.pkl", "\x80\x02}."), Limits{Pickle: 50}, "Limits.Pickle"},
	} {
		_, err := Decode(c.data, c.lim)
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.says) || len(err.Error()) > 1000 {
			t.Errorf("%s: %.1000v", c.name, err)
		}
	}
}

// Two records of a zip archive may not be the same bytes.
func TestOverlappingStorages(t *testing.T) {
	data := zipWith(t, zip.Store, "a/data.pkl", "\x80\x02}.", "a/data/0", "12345678", "a/data/1", "12345678")
	if _, err := Decode(data, Limits{}); err != nil {
		t.Fatal(err)
	}
	const header, offset = "PK\x01\x02", 42 // of the directory's entries
	first := bytes.LastIndex(data[:bytes.LastIndex(data, []byte(header))], []byte(header))
	last := bytes.LastIndex(data, []byte(header))
	copy(data[last+offset:][:4], data[first+offset:][:4])
	if _, err := Decode(data, Limits{}); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "overlap") {
		t.Errorf("%v", err)
	}
}

// What a program takes is bounded by the number of tensors that are accepted.
func TestProgramsMemory(t *testing.T) {
	for _, op := range []string{"]", "}", ")", "(", "N", "K\x01", "]q\x00", "Nr\x00\x00\x01\x00", "2", "]N\x86", "}(", "X\x01\x00\x00\x00a", "\x8f\x94"} {
		data := oldWith("\x80\x02N" + strings.Repeat(op, 4<<20/len(op)))
		taken := memory(func() {
			if _, err := Decode(data, Limits{Tensors: 1000}); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "1000 tensors") {
				t.Errorf("%q again and again: %v", op, err)
			}
		})
		if taken > 16<<20 {
			t.Errorf("%q again and again took %d bytes", op, taken)
		}
	}
}

// memory is how many bytes f takes, given back or not.
func memory(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Tensors that share a storage may not be more than the limit together: here 500 of 60 000
// bytes in a file of 140 000.
func TestSharedStorages(t *testing.T) {
	one := tensorOf("ByteStorage", "M\x60\xea", "K\x00", "M\x60\xea\x85", "K\x01\x85")
	tensor := one[strings.Index(one, "ctorch") : len(one)-2]
	program := "\x80\x02}("
	for i := range 500 {
		program += fmt.Sprintf("X\x03\x00\x00\x00%03d", i) + tensor
	}
	data := zipWith(t, zip.Store, "a/data.pkl", program+"u.", "a/data/0", strings.Repeat("x", 60_000))
	s, err := Decode(data, Limits{})
	if err != nil || len(s.Names) != 500 {
		t.Fatalf("500 tensors on one storage: %v", err)
	}
	if _, err := Decode(data, Limits{Bytes: 10 * 60_000}); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), `"010"`) {
		t.Errorf("together more than the limit: %v", err)
	}
	if _, err := Decode(data, Limits{Tensors: 499}); !errors.Is(err, ErrFormat) {
		t.Errorf("one tensor too many: %v", err)
	}
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
		{"65 axes", view{shape: make([]int, 65), stride: make([]int, 65)}, 6, false},
	} {
		if got := inside(c.v, c.n); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// Opening takes memory for the names, reading for the numbers, and not twice.
func TestMemory(t *testing.T) {
	const n = 4 << 20
	path := filepath.Join(t.TempDir(), "large.pth")
	if err := WriteFile(path, []Tensor{FromFloat32("w", make([]float32, n), n)}); err != nil {
		t.Fatal(err)
	}
	var s *State
	if b := memory(func() { s, _ = Open(path, Limits{}) }); s == nil || b > 1<<20 {
		t.Fatalf("opening took %d bytes", b)
	}
	defer s.Close()
	x, _ := s.Tensor("w")
	if b := memory(func() { _, _ = x.Float32() }); b > 4*n*11/10 {
		t.Errorf("reading %d bytes took %d", 4*n, b)
	}
	dst := make([]float32, n)
	if b := memory(func() { _ = x.Float32Into(dst) }); b > 1<<20 {
		t.Errorf("reading into a slice took %d bytes", b)
	}
	if err := x.Float32Into(dst[1:]); err == nil {
		t.Error("too short a slice was filled")
	}
	if err := os.Truncate(path, 1<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Float32(); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), `"w"`) {
		t.Errorf("a file that was cut short after it was opened: %v", err)
	}
}
