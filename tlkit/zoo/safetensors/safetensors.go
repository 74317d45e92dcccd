// Package safetensors reads and writes the safetensors format: named tensors in
// one file, with nothing in it that could run.
//
// A file is, in this order:
//
//	8 bytes      length n of the header, little-endian
//	n bytes      JSON: {"name": {"dtype": "F32", "shape": [2,3], "data_offsets": [0,24]}, …,
//	             "__metadata__": {"key": "text", …}}, padded with spaces
//	the rest     the tensors' bytes, little-endian, row by row, without gaps
//
// The reader takes files from outside: it checks every length against the size of
// the file and against [Limits] before it takes memory, and refuses what the
// reference implementation (github.com/huggingface/safetensors 0.8) refuses:
// overlapping tensors, gaps, bytes left over, shapes that disagree with the bytes.
//
// Only the header is read when a file is opened. The numbers stay in the file until
// [Tensor.Float32] or [Tensor.Float32Into] reads them, straight into the slice that the
// caller gets: a file that is cut short meanwhile gives an error. (A mapping of the file
// into memory would save a sixth of the time, but take the memory twice, and end the process
// by a signal in that case.) Package torch beside this one has the same methods.
package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
)

// DType is the type of a tensor's elements, spelt as in the file.
type DType string

// The element types that have a whole number of bytes.
const (
	Bool   DType = "BOOL"
	U8     DType = "U8"
	I8     DType = "I8"
	F8E5M2 DType = "F8_E5M2"
	F8E4M3 DType = "F8_E4M3"
	I16    DType = "I16"
	U16    DType = "U16"
	F16    DType = "F16"
	BF16   DType = "BF16"
	I32    DType = "I32"
	U32    DType = "U32"
	F32    DType = "F32"
	F64    DType = "F64"
	I64    DType = "I64"
	U64    DType = "U64"
)

// Size returns the bytes of one element, or 0 for a type this package does not know.
func (d DType) Size() int { return kinds[d].Size() }

// ErrFormat is wrapped by every error that says that the bytes are not a sound
// safetensors file: truncated, damaged, or made to harm.
var ErrFormat = errors.New("not a sound safetensors file")

// ErrMissing is wrapped by the error for a tensor that the file does not hold.
var ErrMissing = errors.New("no such tensor")

// Limits bound what a reader accepts. A zero field takes its default.
type Limits struct {
	HeaderBytes int64 // most bytes of the header; default 16 MiB
	Tensors     int   // most tensors; default 100 000
}

func (l Limits) withDefaults() Limits {
	if l.HeaderBytes <= 0 {
		l.HeaderBytes = 16 << 20
	}
	if l.Tensors <= 0 {
		l.Tensors = 100_000
	}
	return l
}

// Info describes a tensor without its bytes.
type Info struct {
	Name  string
	DType DType
	Shape []int
	Bytes int64
	r     io.ReaderAt
	at    int64 // offset in r
}

// File is an opened file: its header is read and checked, its tensors are read when
// asked for. It is safe for use by several goroutines.
type File struct {
	// Metadata holds the "__metadata__" texts; nil where there are none.
	Metadata map[string]string

	r     io.ReaderAt
	c     []io.Closer
	order []string // by position in the file
	infos map[string]Info
}

// Open opens the file at path. Close it after use.
func Open(path string, limits Limits) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	var out *File
	if err == nil {
		out, err = Read(f, st.Size(), limits)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("safetensors: %s: %w", path, err)
	}
	out.c = []io.Closer{f}
	return out, nil
}

// Read reads and checks the header of size bytes at r. Tensors are read from r
// later, so r must stay usable.
func Read(r io.ReaderAt, size int64, limits Limits) (*File, error) {
	limits = limits.withDefaults()
	if size < 8 {
		return nil, fmt.Errorf("%w: %d bytes, the length of the header alone takes 8", ErrFormat, size)
	}
	var b8 [8]byte
	if err := readAt(r, b8[:], 0); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(b8[:])
	if n > uint64(limits.HeaderBytes) {
		return nil, fmt.Errorf("%w: it claims a header of %d bytes, the limit is %d", ErrFormat, n, limits.HeaderBytes)
	}
	if int64(n) > size-8 {
		return nil, fmt.Errorf("%w: it claims a header of %d bytes in a file of %d; the file may be cut short", ErrFormat, n, size)
	}
	head := make([]byte, n)
	if err := readAt(r, head, 8); err != nil {
		return nil, err
	}
	f := &File{r: r, infos: map[string]Info{}}
	if err := f.parse(head, limits); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err := f.place(8+int64(n), size); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return f, nil
}

// parse fills Metadata and infos from the JSON header. It walks the tokens, because a
// plain Unmarshal into a map keeps the last of two entries of one name in silence.
func (f *File) parse(head []byte, limits Limits) error {
	if len(head) == 0 || head[0] != '{' {
		return errors.New("the header does not begin with {")
	}
	dec := json.NewDecoder(bytes.NewReader(head))
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return fmt.Errorf("header: %w", err)
		}
		name, _ := tok.(string)
		if name == "__metadata__" {
			if f.Metadata != nil {
				return errors.New("two __metadata__ entries")
			}
			f.Metadata = map[string]string{}
			if err := dec.Decode(&f.Metadata); err != nil {
				return fmt.Errorf("header: __metadata__: %w", err)
			}
			continue
		}
		if _, dup := f.infos[name]; dup {
			return fmt.Errorf("two tensors named %q", name)
		}
		if len(f.infos) >= limits.Tensors {
			return fmt.Errorf("more than %d tensors", limits.Tensors)
		}
		info, err := parseInfo(dec, name)
		if err != nil {
			return err
		}
		f.infos[name] = info
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	if rest := bytes.TrimRight(head[dec.InputOffset():], " "); len(rest) > 0 {
		return errors.New("the header goes on after its end")
	}
	return nil
}

// parseInfo reads one tensor's description; at holds the begin relative to the data.
func parseInfo(dec *json.Decoder, name string) (Info, error) {
	var e struct {
		DType   DType    `json:"dtype"`
		Shape   []int64  `json:"shape"`
		Offsets []uint64 `json:"data_offsets"`
	}
	if err := dec.Decode(&e); err != nil {
		return Info{}, fmt.Errorf("header: tensor %q: %w", name, err)
	}
	size := int64(e.DType.Size())
	if size == 0 {
		return Info{}, fmt.Errorf("tensor %q: element type %q is not supported", name, e.DType)
	}
	if len(e.Offsets) != 2 || e.Offsets[0] > e.Offsets[1] || e.Offsets[1] > math.MaxInt64/2 {
		return Info{}, fmt.Errorf("tensor %q: data_offsets %v", name, e.Offsets)
	}
	shape := make([]int, len(e.Shape))
	for i, d := range e.Shape {
		if d < 0 || (d > 0 && size > math.MaxInt64/2/d) {
			return Info{}, fmt.Errorf("tensor %q: shape %v", name, e.Shape)
		}
		size *= d
		shape[i] = int(d)
	}
	bytes := int64(e.Offsets[1] - e.Offsets[0])
	if bytes != size {
		return Info{}, fmt.Errorf("tensor %q: shape %v of %s takes %d bytes, data_offsets %v give %d",
			name, e.Shape, e.DType, size, e.Offsets, bytes)
	}
	return Info{Name: name, DType: e.DType, Shape: shape, Bytes: bytes, at: int64(e.Offsets[0])}, nil
}

// place checks that the tensors fill the data from begin to end without gap or
// overlap, and turns their offsets into offsets in the file.
func (f *File) place(begin, end int64) error {
	infos := make([]Info, 0, len(f.infos))
	for _, in := range f.infos {
		infos = append(infos, in)
	}
	slices.SortFunc(infos, func(a, b Info) int {
		switch {
		case a.at != b.at:
			return cmp.Compare(a.at, b.at)
		case a.Bytes != b.Bytes: // empty tensors may share a place with the next one
			return cmp.Compare(a.Bytes, b.Bytes)
		}
		return strings.Compare(a.Name, b.Name)
	})
	at := int64(0)
	for _, in := range infos {
		if in.at != at {
			return fmt.Errorf("tensor %q begins at byte %d of the data, the one before ends at %d", in.Name, in.at, at)
		}
		at += in.Bytes
		in.r, in.at = f.r, in.at+begin
		f.infos[in.Name] = in
		f.order = append(f.order, in.Name)
	}
	if begin+at != end {
		return fmt.Errorf("the tensors take %d bytes, the file holds %d for them; it may be cut short", at, end-begin)
	}
	return nil
}

func readAt(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if errors.Is(err, io.EOF) || err == nil {
		return fmt.Errorf("%w: %w", ErrFormat, io.ErrUnexpectedEOF)
	}
	return err
}

// Close closes what Open or OpenIndex opened. Tensors cannot be read afterwards.
func (f *File) Close() error {
	var all []error
	for _, c := range f.c {
		all = append(all, c.Close())
	}
	return errors.Join(all...)
}

// Names lists the tensors in the order of their bytes in the file, or in the files.
func (f *File) Names() []string { return slices.Clone(f.order) }

// Info describes the tensor called name; ok is false where there is none.
func (f *File) Info(name string) (info Info, ok bool) {
	info, ok = f.infos[name]
	info.Shape = slices.Clone(info.Shape)
	return info, ok
}

// Tensor gives the tensor called name; its elements are read when they are asked for. The
// error wraps ErrMissing where the file does not hold it.
func (f *File) Tensor(name string) (Tensor, error) {
	in, ok := f.infos[name]
	if !ok {
		return Tensor{}, fmt.Errorf("safetensors: %w: %q", ErrMissing, name)
	}
	return Tensor{Name: name, DType: in.DType, Shape: slices.Clone(in.Shape), r: in.r, at: in.at}, nil
}

// Tensors lists the tensors in the order of Names.
func (f *File) Tensors() []Tensor {
	out := make([]Tensor, len(f.order))
	for i, name := range f.order {
		out[i], _ = f.Tensor(name)
	}
	return out
}
