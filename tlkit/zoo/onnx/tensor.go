package onnx

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"

	"transferlab/tlkit/zoo/internal/elements"
)

// Tensor is a constant array, row by row. Its numbers are read when they are asked for.
type Tensor struct {
	Name  string
	Type  Type
	Shape []int // empty for a scalar

	// Where the numbers are: either in runs of bytes that follow one another, or, for a
	// tensor made here, in what make gives.
	r      io.ReaderAt
	runs   []span
	varint bool // the runs hold numbers of one to ten bytes
	make   func() []float32
}

// FloatTensor is a tensor of float32. make gives its values when the model is written, so
// that those which have to be computed are in memory one after the other.
func FloatTensor(name string, shape []int, make func() []float32) *Tensor {
	return &Tensor{Name: name, Type: Float32, Shape: shape, make: make}
}

// IntTensor is a list of int64.
func IntTensor(name string, values ...int) *Tensor {
	b := make([]byte, 0, 8*len(values))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return &Tensor{Name: name, Type: Int64, Shape: []int{len(values)}, r: bytes.NewReader(b), runs: []span{{0, int64(len(b))}}}
}

// Len is the number of elements.
func (t *Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// bytes is the size of the elements.
func (t *Tensor) bytes() int64 { return int64(t.Len()) * int64(t.Type.Size()) }

// Float32 gives the elements of a floating point tensor.
func (t *Tensor) Float32() ([]float32, error) {
	v := make([]float32, t.Len())
	return v, t.ReadFloat32(v, 0)
}

// ReadFloat32 reads elements of a floating point tensor into dst, the first of them at the
// place from.
func (t *Tensor) ReadFloat32(dst []float32, from int) error {
	if from < 0 || len(dst) > t.Len()-from {
		return fmt.Errorf("onnx: tensor %q has %d elements, not %d from %d on", t.Name, t.Len(), len(dst), from)
	}
	if t.make != nil {
		copy(dst, t.make()[from:])
		return nil
	}
	return t.each(func(r elements.Run, at, n int) error {
		low, high := max(at, from), min(at+n, from+len(dst))
		if low >= high {
			return nil
		}
		r.At += int64(low-at) * int64(r.Type.Size())
		return r.Float32(dst[low-from : high-from])
	})
}

// Seekable says whether reading a part takes no longer than the part. Where it is false,
// the numbers are made when they are asked for, or are of varying length in the file.
func (t *Tensor) Seekable() bool { return t.make == nil && !t.varint }

// Ints gives the elements of a tensor of whole numbers or bools.
func (t *Tensor) Ints() ([]int, error) {
	v := make([]int64, t.Len())
	if err := t.each(func(r elements.Run, from, n int) error { return r.Int64(v[from : from+n]) }); err != nil {
		return nil, err
	}
	out := make([]int, len(v))
	for i := range v {
		out[i] = int(v[i])
	}
	return out, nil
}

// each calls f with the runs of elements and where they belong.
func (t *Tensor) each(f func(r elements.Run, from, n int) error) error {
	r, runs := t.r, t.runs
	if t.varint {
		b, err := t.unpack()
		if err != nil {
			return fmt.Errorf("onnx: tensor %q: %w", t.Name, err)
		}
		r, runs = bytes.NewReader(b), []span{{0, int64(len(b))}}
	}
	from, size := 0, int64(t.Type.Size())
	for _, s := range runs {
		n := int(s.len() / size)
		if err := f(elements.Run{R: r, At: s.at, Type: types[t.Type].kind}, from, n); err != nil {
			if errors.Is(err, elements.ErrType) {
				err = fmt.Errorf("the elements are %v", t.Type)
			}
			return fmt.Errorf("onnx: tensor %q: %w", t.Name, err)
		}
		from += n
	}
	return nil
}

// unpack turns numbers of varying length into elements of the tensor's type.
func (t *Tensor) unpack() ([]byte, error) {
	size, n := t.Type.Size(), t.Len()
	out := make([]byte, 0, n*size)
	s := &scanner{r: t.r, limits: Limits{Items: math.MaxInt}, window: make([]byte, 0, windowBytes)}
	for _, run := range t.runs {
		var b [8]byte
		if err := s.numbers(field{kind: protowire.BytesType, body: run}, protowire.VarintType, func(v uint64) {
			binary.LittleEndian.PutUint64(b[:], v)
			if len(out) <= (n-1)*size {
				out = append(out, b[:size]...)
			} else {
				n = -1 // more than there is room for
			}
		}); err != nil {
			return nil, err
		}
	}
	if len(out) != n*size {
		return nil, broken(t.runs[0].at, "not %d numbers, as the shape %v wants", t.Len(), t.Shape)
	}
	return out, nil
}

// typedFields are the fields of TensorProto that hold numbers one by one, and the types
// that are kept there.
var typedFields = map[protowire.Number]struct {
	wire  protowire.Type
	types []Type
}{
	4:  {protowire.Fixed32Type, []Type{Float32}},
	5:  {protowire.VarintType, []Type{Int32, Int16, Int8, Uint16, Uint8, Bool, Float16, BFloat16}},
	7:  {protowire.VarintType, []Type{Int64}},
	10: {protowire.Fixed64Type, []Type{Float64}},
	11: {protowire.VarintType, []Type{Uint32, Uint64}},
}

// stored is what a TensorProto says about where its numbers are.
type stored struct {
	id       protowire.Number // field of the numbers: 9 is raw_data; 0, none yet
	external []Entry
	location int // 1: in another file
	kind     int
}

// tensor reads a TensorProto. The numbers stay where they are.
func (p *parser) tensor(f field, t *Tensor) error {
	if err := message(f); err != nil {
		return err
	}
	if err := p.count(16, f.body.at); err != nil {
		return err
	}
	var s stored
	t.r = p.r
	if err := p.fields(f.body, func(f field) error { return p.tensorField(f, t, &s) }); err != nil {
		return fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	if err := p.checkTensor(f.body.at, t, s); err != nil {
		return fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	return nil
}

func (p *parser) tensorField(f field, t *Tensor, s *stored) error {
	switch f.id {
	case 1:
		return p.numbers(f, protowire.VarintType, func(v uint64) { t.Shape = append(t.Shape, int(int64(v))) })
	case 2:
		return p.int(f, &s.kind)
	case 8:
		return p.text(f, &t.Name)
	case 3:
		return fmt.Errorf("a segment of a tensor, at byte %d, is %w", f.body.at, ErrUnsupported)
	case 13:
		s.external = append(s.external, Entry{})
		return p.entry(f, &s.external[len(s.external)-1])
	case 14:
		return p.int(f, &s.location)
	case 4, 5, 7, 9, 10, 11:
		if s.id != 0 && s.id != f.id {
			return broken(f.body.at, "numbers in the fields %d and %d", s.id, f.id)
		}
		wire := protowire.BytesType
		if f.id != 9 {
			wire = typedFields[f.id].wire
		} else if s.id == 9 {
			return broken(f.body.at, "raw data twice")
		}
		if f.kind != wire && f.kind != protowire.BytesType {
			return broken(f.body.at, "field %d does not hold numbers", f.id)
		}
		s.id = f.id
		t.runs = append(t.runs, f.body)
		t.varint = wire == protowire.VarintType
		return p.count(2, f.body.at)
	}
	return nil
}

// checkTensor sees that type, shape and bytes belong together.
func (p *parser) checkTensor(at int64, t *Tensor, s stored) error {
	if s.kind < 0 || s.kind > math.MaxUint8 || Type(s.kind).Size() == 0 {
		return fmt.Errorf("elements of type %d, at byte %d, are %w", s.kind, at, ErrUnsupported)
	}
	t.Type = Type(s.kind)
	want := int64(t.Type.Size())
	for _, d := range t.Shape {
		if d < 0 || d > 0 && want > math.MaxInt64/8/int64(d) {
			return broken(at, "the shape %v", t.Shape)
		}
		want *= int64(d)
	}
	if p.bytes += want; p.bytes > p.limits.Bytes {
		return fmt.Errorf("%w: the tensors take more than %d bytes", ErrLimit, p.limits.Bytes)
	}
	if s.location == 1 {
		return p.external(at, t, s, want)
	}
	if len(s.external) > 0 || s.location != 0 {
		return broken(at, "external data at a location of type %d", s.location)
	}
	if s.id != 9 && s.id != 0 && !slices.Contains(typedFields[s.id].types, t.Type) {
		return broken(at, "%v in field %d", t.Type, s.id)
	}
	have := int64(0)
	for _, run := range t.runs {
		have += run.len()
		if !t.varint && run.len()%int64(t.Type.Size()) != 0 {
			return broken(run.at, "%d bytes are no whole number of %v", run.len(), t.Type)
		}
	}
	if !t.varint && have != want || t.varint && have < want/int64(t.Type.Size()) {
		return broken(at, "shape %v of %v takes %d bytes, there are %d", t.Shape, t.Type, want, have)
	}
	return nil
}

// external finds the numbers of a tensor that are in another file.
func (p *parser) external(at int64, t *Tensor, s stored, want int64) error {
	var location string
	offset, length := int64(0), want
	for _, e := range s.external {
		var err error
		switch e.Key {
		case "location":
			location = e.Text
		case "offset":
			offset, err = strconv.ParseInt(e.Text, 10, 64)
		case "length":
			length, err = strconv.ParseInt(e.Text, 10, 64)
		}
		if err != nil {
			return broken(at, "external data: %s is %q", e.Key, e.Text)
		}
	}
	if s.id != 0 {
		return broken(at, "numbers here and in %q", location)
	}
	if p.beside == nil {
		return fmt.Errorf("its numbers are in the file %q: %w where the model is not read from a path", location, ErrUnsupported)
	}
	r, size, err := p.beside.open(location)
	if err != nil {
		return err
	}
	if length != want || offset < 0 || offset > size || want > size-offset {
		return broken(at, "shape %v of %v takes %d bytes, the model says %d from byte %d of %q, which has %d",
			t.Shape, t.Type, want, length, offset, location, size)
	}
	t.r, t.runs = r, []span{{offset, offset + want}}
	return nil
}

// folder opens the files of external data beside a model, and none elsewhere, not through
// symbolic links either.
type folder struct {
	path   string
	limits Limits
	root   *os.Root
	files  map[string]*os.File
}

func (d *folder) open(location string) (io.ReaderAt, int64, error) {
	if !filepath.IsLocal(filepath.FromSlash(location)) {
		return nil, 0, fmt.Errorf("%w: external data at %q; only files in the model's own folder and below it are read", ErrFormat, location)
	}
	name := filepath.Clean(filepath.FromSlash(location))
	f := d.files[name]
	if f == nil {
		if len(d.files) >= d.limits.Files {
			return nil, 0, fmt.Errorf("%w: external data in more than %d files", ErrLimit, d.limits.Files)
		}
		if d.root == nil {
			root, err := os.OpenRoot(d.path)
			if err != nil {
				return nil, 0, err
			}
			d.root, d.files = root, map[string]*os.File{}
		}
		st, err := d.root.Stat(name) // opening a pipe would wait for its writer
		if err == nil && !st.Mode().IsRegular() {
			err = errors.New("not a regular file")
		}
		if err == nil {
			f, err = d.root.Open(name)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("external data %q: %w; it belongs beside the model", location, err)
		}
		d.files[name] = f
	}
	st, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	return f, st.Size(), nil
}

// Close closes the files.
func (d *folder) Close() error {
	var all []error
	for _, f := range d.files {
		all = append(all, f.Close())
	}
	if d.root != nil {
		all = append(all, d.root.Close())
	}
	return errors.Join(all...)
}
