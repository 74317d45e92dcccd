// Package torch reads the weights that PyTorch's torch.save writes for a state dict:
// named tensors, in the zip form (PyTorch 1.6 and later) and in the older one.
//
// Both hold a Python pickle, a program for a small stack machine that can name any
// function of the reader's installation. This reader runs nothing: it knows the
// instructions that a state dict needs, and the handful of names in it stand for
// themselves. Any other name is refused ([GlobalError]), any other instruction is
// [ErrFormat]. It takes files from outside: every length is checked against the size of
// the file and against [Limits] before memory is taken.
//
// The older form is, in this order: the pickled number 0x1950a86a20f9469cfc6c, the
// pickled version 1001, a pickled dict about the machine, the pickled state dict, the
// pickled list of its storages' keys, and for each key 8 bytes with the number of
// elements and the elements. The zip form has one uncompressed record data.pkl and a
// record data/KEY for each storage. (Source: torch/serialization.py of PyTorch 2.9.)
package torch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
)

// ErrFormat is wrapped by every error that says that the bytes are not a state dict that
// this package reads: truncated, damaged, made to harm, or something else altogether.
var ErrFormat = errors.New("not a sound PyTorch state dict")

// GlobalError says that the pickle asks for a Python function or class that no state
// dict needs. It wraps [ErrFormat].
type GlobalError struct{ Module, Name string }

// Error names what was asked for.
func (e *GlobalError) Error() string {
	return fmt.Sprintf("the file asks to run %q from %q, which no state dict needs: do not trust it; "+
		"save the model's state_dict() instead of the model", e.Name, e.Module)
}

// Unwrap gives ErrFormat.
func (e *GlobalError) Unwrap() error { return ErrFormat }

// MismatchError says how a file's tensors differ from those a model needs.
type MismatchError struct {
	Missing    []string // needed, not in the file
	Unexpected []string // in the file, not needed
	Shapes     []string // "name: [3] in the file, [4] needed"
}

// Error lists the differences, at most five of each sort.
func (e *MismatchError) Error() string {
	var parts []string
	for _, p := range []struct {
		what  string
		names []string
	}{{"missing", e.Missing}, {"unexpected", e.Unexpected}, {"of another shape", e.Shapes}} {
		if len(p.names) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s (%s)", len(p.names), p.what, few(p.names)))
		}
	}
	return "the weights do not belong to this model: tensors " + strings.Join(parts, "; ")
}

func few(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// Limits bound what the reader accepts. A zero field takes its default.
type Limits struct {
	Bytes   int64 // most bytes of the file; default 4 GiB
	Pickle  int64 // most bytes of the pickles; default 64 MiB
	Tensors int   // most tensors; default 100 000
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 4 << 30
	}
	if l.Pickle <= 0 {
		l.Pickle = 64 << 20
	}
	if l.Tensors <= 0 {
		l.Tensors = 100_000
	}
	return l
}

// Tensor is one named tensor of a file that is in memory.
type Tensor struct {
	Name  string
	DType string // PyTorch's name of the storage, without "Storage": Float, Half, BFloat16, Double, Long, …
	Shape []int  // empty for a scalar

	stride []int
	at     int // first element, in elements of the storage
	data   []byte
}

// Len is the number of elements.
func (t Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Float32 gives the elements row by row. Types that are not floating point are refused.
func (t Tensor) Float32() ([]float32, error) {
	read, ok := readers[t.DType]
	if !ok {
		return nil, fmt.Errorf("torch: tensor %q holds %s, not floating point numbers", t.Name, t.DType)
	}
	size := elementSize[t.DType]
	if t.DType == "Float" && t.contiguous() {
		out := make([]float32, t.Len())
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.data[(t.at+i)*4:]))
		}
		return out, nil
	}
	out := make([]float32, 0, t.Len())
	t.each(func(at int) { out = append(out, read(t.data[at*size:])) })
	return out, nil
}

// contiguous says whether the elements lie row by row without gaps.
func (t Tensor) contiguous() bool {
	step := 1
	for i := len(t.Shape) - 1; i >= 0; i-- {
		if t.Shape[i] != 1 && t.stride[i] != step {
			return false
		}
		step *= t.Shape[i]
	}
	return true
}

// each visits the storage positions of the elements, row by row.
func (t Tensor) each(visit func(at int)) {
	if t.Len() == 0 {
		return
	}
	index := make([]int, len(t.Shape))
	for at := t.at; ; {
		visit(at)
		i := len(index) - 1
		for ; i >= 0; i-- {
			index[i]++
			at += t.stride[i]
			if index[i] < t.Shape[i] {
				break
			}
			at -= index[i] * t.stride[i]
			index[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

var elementSize = map[string]int{"Float": 4, "Half": 2, "BFloat16": 2, "Double": 8, "Long": 8, "Int": 4, "Short": 2, "Char": 1, "Byte": 1, "Bool": 1}

var readers = map[string]func([]byte) float32{
	"Float":    func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) },
	"BFloat16": func(b []byte) float32 { return math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16) },
	"Half":     func(b []byte) float32 { return half(binary.LittleEndian.Uint16(b)) },
	"Double":   func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) },
}

// half widens an IEEE 754 binary16.
func half(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch exp {
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	case 0:
		f := float32(frac) / (1 << 24)
		if sign != 0 {
			f = -f
		}
		return f
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// State is a state dict.
type State struct {
	Names  []string // in the order of the file
	byName map[string]Tensor
}

// Tensor gives the tensor called name.
func (s *State) Tensor(name string) (Tensor, bool) {
	t, ok := s.byName[name]
	return t, ok
}

// Match compares the tensors with the shapes that a model needs, by name; it returns nil
// or a [*MismatchError]. Scalars called "….num_batches_tracked", which PyTorch's batch
// norms count their steps with, are allowed to be there.
func (s *State) Match(want map[string][]int) error {
	var e MismatchError
	for _, n := range s.Names {
		shape, ok := want[n]
		switch got := s.byName[n].Shape; {
		case !ok && !strings.HasSuffix(n, ".num_batches_tracked"):
			e.Unexpected = append(e.Unexpected, n)
		case ok && !slices.Equal(got, shape):
			e.Shapes = append(e.Shapes, fmt.Sprintf("%s: %v in the file, %v needed", n, got, shape))
		}
	}
	for n := range want {
		if _, ok := s.byName[n]; !ok {
			e.Missing = append(e.Missing, n)
		}
	}
	if len(e.Missing)+len(e.Unexpected)+len(e.Shapes) == 0 {
		return nil
	}
	slices.Sort(e.Missing)
	return &e
}

// Read reads the file at path.
func Read(path string, limits Limits) (*State, error) {
	limits = limits.withDefaults()
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("torch: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("torch: %w", err)
	}
	if info.Size() > limits.Bytes {
		return nil, fmt.Errorf("torch: %s: %w: %d bytes, more than the limit of %d; raise Limits.Bytes if you trust it", path, ErrFormat, info.Size(), limits.Bytes)
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, fmt.Errorf("torch: %s: %w", path, err)
	}
	s, err := Decode(data, limits)
	if err != nil {
		return nil, fmt.Errorf("torch: %s: %w; get the file anew", path, err)
	}
	return s, nil
}

// Decode reads a file that is in memory. The tensors share data: do not change it.
func Decode(data []byte, limits Limits) (*State, error) {
	limits = limits.withDefaults()
	if int64(len(data)) > limits.Bytes {
		return nil, fmt.Errorf("%w: %d bytes, more than the limit of %d", ErrFormat, len(data), limits.Bytes)
	}
	if len(data) >= 4 && string(data[:4]) == "PK\x03\x04" {
		return decodeZip(data, limits)
	}
	return decodeOld(data, limits)
}
