package torch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"transferlab/tlkit/zoo/internal/elements"
)

// Tensor is one named tensor. It is made by [FromFloat32] or [FromInt64], or is one of a
// file, which must stay open while the tensor is read.
type Tensor struct {
	Name  string
	DType string // as PyTorch calls it: float32, float16, bfloat16, float64, float8_e4m3fn, int64, bool, …
	Shape []int  // empty for a scalar

	stride []int // in elements
	at     int   // first element, in elements of the storage
	run    elements.Run
}

// FromFloat32 makes a tensor of float32. The values are not copied, and their number has to
// be the product of shape; Write checks that.
func FromFloat32(name string, values []float32, shape ...int) Tensor {
	return whole(name, elements.Float32, elements.Bytes(values), shape)
}

// FromInt64 makes a tensor of int64, such as a batch norm's num_batches_tracked. Write
// checks that there are as many values as shape says.
func FromInt64(name string, values []int64, shape ...int) Tensor {
	data := make([]byte, 0, 8*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint64(data, uint64(v))
	}
	return whole(name, elements.Int64, data, shape)
}

func whole(name string, kind elements.Type, data []byte, shape []int) Tensor {
	return Tensor{Name: name, DType: dtypeName[kind], Shape: shape, stride: rows(shape),
		run: elements.Run{R: bytes.NewReader(data), Type: kind}}
}

// rows gives the strides of elements that lie row by row.
func rows(shape []int) []int {
	stride := make([]int, len(shape))
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		stride[i] = step
		step *= max(shape[i], 1)
	}
	return stride
}

// Len is the number of elements.
func (t Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Rows is the part [from, to) of the tensor along its first axis; nothing is read. It
// panics as slicing does where there is no such part, or no axis.
func (t Tensor) Rows(from, to int) Tensor {
	if from < 0 || to < from || to > t.Shape[0] {
		panic(fmt.Sprintf("torch: tensor %q has %d rows, none from %d to %d", t.Name, t.Shape[0], from, to))
	}
	t.at += from * t.stride[0]
	t.Shape = append([]int{to - from}, t.Shape[1:]...)
	return t
}

// Float32 reads the elements row by row. Types that are not floating point are refused.
func (t Tensor) Float32() ([]float32, error) {
	if t.run.Type.Size() == 0 || t.run.Float32(nil) != nil { // before memory is taken
		return nil, t.wrong("floating point")
	}
	dst := make([]float32, t.Len())
	return dst, t.Float32Into(dst)
}

// Float32Into is Float32 into dst, whose length has to be Len. A tensor that lies row by
// row in its storage takes no other memory, another one as much as it spans in the storage.
func (t Tensor) Float32Into(dst []float32) error {
	if len(dst) != t.Len() {
		return fmt.Errorf("torch: tensor %q has %d elements, room is for %d", t.Name, t.Len(), len(dst))
	}
	run, err := t.inRows()
	if err == nil {
		err = run.Float32(dst)
	}
	return t.explain(err, "floating point")
}

// Int64 reads the elements of a tensor of whole numbers or bools row by row. Other types
// are refused.
func (t Tensor) Int64() ([]int64, error) {
	if t.run.Type.Size() == 0 || t.run.Int64(nil) != nil {
		return nil, t.wrong("whole")
	}
	dst := make([]int64, t.Len())
	run, err := t.inRows()
	if err == nil {
		err = run.Int64(dst)
	}
	return dst, t.explain(err, "whole")
}

// Bytes reads the elements row by row as they are, little-endian.
func (t Tensor) Bytes() ([]byte, error) {
	run, err := t.inRows()
	if err != nil {
		return nil, t.explain(err, "")
	}
	b, err := run.Bytes(t.Len())
	return b, t.explain(err, "")
}

// explain says which tensor an error is about.
func (t Tensor) explain(err error, wanted string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, elements.ErrType):
		return t.wrong(wanted)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("torch: tensor %q: %w: %w; the file was cut short after it was opened", t.Name, ErrFormat, err)
	}
	return fmt.Errorf("torch: tensor %q: %w", t.Name, err)
}

func (t Tensor) wrong(wanted string) error {
	return fmt.Errorf("torch: tensor %q holds %s, not %s numbers", t.Name, t.DType, wanted)
}

// inRows is where the elements lie row by row: in the file, or in memory if they do not lie
// so in the file.
func (t Tensor) inRows() (elements.Run, error) {
	run, size := t.run, t.run.Type.Size()
	run.At += int64(t.at * size)
	if t.Len() == 0 || t.contiguous() {
		return run, nil
	}
	last := 0
	for i, d := range t.Shape {
		last += (d - 1) * t.stride[i]
	}
	span := make([]byte, (last+1)*size)
	if n, err := run.R.ReadAt(span, run.At); n < len(span) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return run, err
	}
	dst := make([]byte, t.Len()*size)
	gather(dst, span, size, t.Shape, t.stride)
	run.R, run.At = bytes.NewReader(dst), 0
	return run, nil
}

// contiguous says whether the elements lie row by row without gaps.
func (t Tensor) contiguous() bool {
	for i, step := range rows(t.Shape) {
		if t.Shape[i] != 1 && t.stride[i] != step {
			return false
		}
	}
	return true
}

// gather puts the elements of src row by row into dst and gives the rest of dst. No size
// is 0.
func gather(dst, src []byte, size int, shape, stride []int) []byte {
	if len(shape) == 0 {
		return dst[copy(dst, src[:size]):]
	}
	n, step := shape[0], stride[0]*size
	switch {
	case len(shape) == 1 && size == 4:
		for i := range n {
			binary.NativeEndian.PutUint32(dst[4*i:], binary.NativeEndian.Uint32(src[i*step:]))
		}
		return dst[4*n:]
	case len(shape) == 1:
		for i := range n {
			copy(dst[i*size:], src[i*step:][:size])
		}
		return dst[n*size:]
	}
	for i := range n {
		dst = gather(dst, src[i*step:], size, shape[1:], stride[1:])
	}
	return dst
}

// The types by the names of the storages that PyTorch had for them, and by their own.
var (
	storageType = map[string]elements.Type{
		"FloatStorage": elements.Float32, "HalfStorage": elements.Float16, "BFloat16Storage": elements.BFloat16,
		"DoubleStorage": elements.Float64, "LongStorage": elements.Int64, "IntStorage": elements.Int32,
		"ShortStorage": elements.Int16, "CharStorage": elements.Int8, "ByteStorage": elements.Uint8, "BoolStorage": elements.Bool,
		"ComplexFloatStorage": elements.Complex64, "ComplexDoubleStorage": elements.Complex128,
	}
	dtypeName = map[elements.Type]string{
		elements.Bool: "bool", elements.Uint8: "uint8", elements.Int8: "int8", elements.Uint16: "uint16", elements.Int16: "int16",
		elements.Uint32: "uint32", elements.Int32: "int32", elements.Uint64: "uint64", elements.Int64: "int64",
		elements.Float8E4M3: "float8_e4m3fn", elements.Float8E5M2: "float8_e5m2", elements.Float16: "float16",
		elements.BFloat16: "bfloat16", elements.Float32: "float32", elements.Float64: "float64",
		elements.Complex64: "complex64", elements.Complex128: "complex128",
	}
	dtypeOf = func() map[string]elements.Type {
		m := map[string]elements.Type{}
		for t, name := range dtypeName {
			m[name] = t
		}
		return m
	}()
)
