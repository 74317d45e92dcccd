package torch

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"transferlab/tlkit/replace"
	"transferlab/tlkit/zoo/internal/elements"
)

// Write writes the tensors as a state dict, in the order given, in the zip form: what
// torch.load takes, with weights_only and with mmap, and load_state_dict. Equal content
// gives equal bytes. Tensors of a file are written row by row, each with a storage of its
// own. PyTorch's batch norms begin to count anew where num_batches_tracked is not there.
//
// Nothing is held in memory besides one tensor at a time that does not lie row by row and
// little-endian in its file.
func Write(w io.Writer, tensors []Tensor) error {
	if err := check(tensors); err != nil {
		return fmt.Errorf("torch: %w", err)
	}
	z := archive{to: counter{w: w}}
	z.zip = zip.NewWriter(&z.to)
	z.record("data.pkl", pickled(tensors))
	z.record("byteorder", []byte("little"))
	for i, t := range tensors {
		z.tensor("data/"+strconv.Itoa(i), t)
	}
	z.record("version", []byte("3\n"))
	if z.err == nil {
		z.err = z.zip.Close()
	}
	if z.err != nil {
		return fmt.Errorf("torch: %w", z.err)
	}
	return nil
}

// WriteFile writes the file at path whole or not at all: to a temporary name in the same
// folder, synced, then renamed.
func WriteFile(path string, tensors []Tensor) error {
	if err := replace.With(path, func(w io.Writer) error { return Write(w, tensors) }); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func check(tensors []Tensor) error {
	seen := map[string]bool{}
	for _, t := range tensors {
		if t.Name == "" || seen[t.Name] {
			return fmt.Errorf("tensor name %q is empty or used twice", t.Name)
		}
		seen[t.Name] = true
		if slices.ContainsFunc(t.Shape, func(d int) bool { return d < 0 }) {
			return fmt.Errorf("tensor %q: shape %v", t.Name, t.Shape)
		}
		if !elements.Countable(t.Shape, t.run.Type.Size()) {
			return fmt.Errorf("tensor %q: a shape of %v is too large", t.Name, t.Shape)
		}
		if r, ok := t.run.R.(interface{ Len() int }); ok && r.Len() != t.Len()*t.run.Type.Size() {
			return fmt.Errorf("tensor %q: shape %v needs %d elements, it has %d", t.Name, t.Shape, t.Len(), r.Len()/t.run.Type.Size())
		}
		if t.run.R == nil {
			return fmt.Errorf("tensor %q is of no file and of no values", t.Name)
		}
	}
	return nil
}

// archive writes records in PyTorch's way: uncompressed, each beginning at a multiple of 64
// bytes, so that a program that maps the file finds the numbers aligned. After an error it
// does nothing more.
type archive struct {
	zip  *zip.Writer
	to   counter
	tail int64 // bytes that the record before still gets: its checksum and lengths
	err  error
}

const (
	root      = "archive/"
	alignment = 64
)

// begin begins a record of n bytes. Its extra field, "FB" and its length, is filled up with Z.
func (z *archive) begin(name string, n int64) io.Writer {
	if z.err == nil {
		z.err = z.zip.Flush()
	}
	if z.err != nil {
		return nil
	}
	const localHeader, extraHeader = 30, 4
	begin := z.to.n + z.tail + localHeader + int64(len(root)+len(name)) + extraHeader
	fill := (alignment - begin%alignment) % alignment
	extra := []byte{'F', 'B', byte(fill), 0}
	for range fill {
		extra = append(extra, 'Z')
	}
	w, err := z.zip.CreateHeader(&zip.FileHeader{Name: root + name, Method: zip.Store, Extra: extra})
	z.err, z.tail = err, 16
	if n >= math.MaxUint32 { // zip's lengths are then of 8 bytes
		z.tail = 24
	}
	return w
}

func (z *archive) record(name string, content []byte) {
	if w := z.begin(name, int64(len(content))); z.err == nil {
		_, z.err = w.Write(content)
	}
}

func (z *archive) tensor(name string, t Tensor) {
	n := int64(t.Len() * t.run.Type.Size())
	w := z.begin(name, n)
	if z.err != nil {
		return
	}
	run, err := t.inRows()
	if err == nil && run.Big {
		var b []byte
		b, err = run.Bytes(t.Len())
		run.R, run.At = bytes.NewReader(b), 0
	}
	if err == nil {
		var copied int64
		if copied, err = io.Copy(w, io.NewSectionReader(run.R, run.At, n)); err == nil && copied < n {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil {
		z.err = fmt.Errorf("tensor %q: %w", t.Name, err)
	}
}

// counter counts what goes through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// pickled is the program that makes an OrderedDict of the tensors.
func pickled(tensors []Tensor) []byte {
	p := pickler{opProto, 2}
	p.empty("collections", "OrderedDict")
	p = append(p, opMark)
	for i, t := range tensors {
		p.text(t.Name)
		p.tensor(i, t)
	}
	return append(p, opSetItems, opStop)
}

type pickler []byte

func (p *pickler) global(module, name string) {
	*p = append(*p, opGlobal)
	*p = append(*p, module+"\n"+name+"\n"...)
}

// empty calls a class without arguments.
func (p *pickler) empty(module, name string) {
	p.global(module, name)
	*p = append(*p, opTuple0, opReduce)
}

func (p *pickler) text(s string) {
	*p = append(*p, opText4)
	*p = binary.LittleEndian.AppendUint32(*p, uint32(len(s)))
	*p = append(*p, s...)
}

func (p *pickler) number(n int) {
	if n <= math.MaxInt32 {
		*p = append(*p, opInt4)
		*p = binary.LittleEndian.AppendUint32(*p, uint32(n))
		return
	}
	*p = append(*p, opLong1, 8)
	*p = binary.LittleEndian.AppendUint64(*p, uint64(n))
}

func (p *pickler) numbers(v []int) {
	*p = append(*p, opMark)
	for _, n := range v {
		p.number(n)
	}
	*p = append(*p, opTuple)
}

// tensor calls _rebuild_tensor_v2, or _v3 for the types that have no storage of their own.
func (p *pickler) tensor(i int, t Tensor) {
	size, module, storage := 1, "torch", storageName(t.run.Type)
	rebuild := "_rebuild_tensor_v2"
	if storage == "" {
		size, module, storage, rebuild = t.run.Type.Size(), "torch.storage", "UntypedStorage", "_rebuild_tensor_v3"
	}
	p.global("torch._utils", rebuild)
	*p = append(*p, opMark, opMark)
	p.text("storage")
	p.global(module, storage)
	p.text(strconv.Itoa(i))
	p.text("cpu")
	p.number(t.Len() * size)
	*p = append(*p, opTuple, opPersistent)
	p.number(0) // begins at the first element
	p.numbers(t.Shape)
	p.numbers(rows(t.Shape))
	*p = append(*p, opFalse) // requires no gradient
	p.empty("collections", "OrderedDict")
	if rebuild == "_rebuild_tensor_v3" {
		p.global("torch", t.DType)
	}
	*p = append(*p, opTuple, opReduce)
}

func storageName(kind elements.Type) string {
	for name, k := range storageType {
		if k == kind {
			return name
		}
	}
	return ""
}
