package safetensors

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"transferlab/tlkit/zoo/internal/elements"
)

// Tensor is one named array. It is made by [FromFloat32] or [FromBytes], or is one of a
// file, which must stay open while the tensor is read.
type Tensor struct {
	Name  string
	DType DType
	Shape []int // an empty shape is a scalar

	r  io.ReaderAt
	at int64
}

// FromFloat32 makes a tensor of F32. The values are not copied, and their number has to be
// the product of shape; Write checks that.
func FromFloat32(name string, values []float32, shape ...int) Tensor {
	return FromBytes(name, F32, elements.Bytes(values), shape...)
}

// FromBytes makes a tensor of elements that are little-endian and lie row by row. They are
// not copied. Write checks that they are as many as shape says.
func FromBytes(name string, dtype DType, data []byte, shape ...int) Tensor {
	if shape == nil {
		shape = []int{}
	}
	return Tensor{Name: name, DType: dtype, Shape: slices.Clone(shape), r: bytes.NewReader(data)}
}

// kinds are the types as package elements calls them.
var kinds = map[DType]elements.Type{
	Bool: elements.Bool, U8: elements.Uint8, I8: elements.Int8, F8E5M2: elements.Float8E5M2, F8E4M3: elements.Float8E4M3,
	I16: elements.Int16, U16: elements.Uint16, F16: elements.Float16, BF16: elements.BFloat16,
	I32: elements.Int32, U32: elements.Uint32, F32: elements.Float32, F64: elements.Float64, I64: elements.Int64, U64: elements.Uint64,
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
		panic(fmt.Sprintf("safetensors: tensor %q has %d rows, none from %d to %d", t.Name, t.Shape[0], from, to))
	}
	each := t.DType.Size()
	for _, d := range t.Shape[1:] {
		each *= d
	}
	t.at += int64(from) * int64(each)
	t.Shape = append([]int{to - from}, t.Shape[1:]...)
	return t
}

func (t Tensor) run() elements.Run { return elements.Run{R: t.r, At: t.at, Type: kinds[t.DType]} }

// Float32 reads the elements row by row: F32 bit for bit, F16, BF16 and the types of 8 bits
// exactly, F64 rounded. Types that are not floating point are refused.
func (t Tensor) Float32() ([]float32, error) {
	if t.run().Float32(nil) != nil { // before memory is taken
		return nil, t.wrong("floating point")
	}
	dst := make([]float32, t.Len())
	return dst, t.Float32Into(dst)
}

// Float32Into is Float32 into dst, whose length has to be Len. It takes no other memory.
func (t Tensor) Float32Into(dst []float32) error {
	if len(dst) != t.Len() {
		return fmt.Errorf("safetensors: tensor %q has %d elements, room is for %d", t.Name, t.Len(), len(dst))
	}
	return t.explain(t.run().Float32(dst), "floating point")
}

// Int64 reads the elements of a tensor of whole numbers or bools row by row. Other types are
// refused, and numbers of U64 that are too large.
func (t Tensor) Int64() ([]int64, error) {
	if t.run().Int64(nil) != nil {
		return nil, t.wrong("whole")
	}
	dst := make([]int64, t.Len())
	return dst, t.explain(t.run().Int64(dst), "whole")
}

// Bytes reads the elements as they are in the file: little-endian, row by row.
func (t Tensor) Bytes() ([]byte, error) {
	b, err := t.run().Bytes(t.Len())
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
		return fmt.Errorf("safetensors: tensor %q: %w: %w; the file was cut short after it was opened", t.Name, ErrFormat, err)
	}
	return fmt.Errorf("safetensors: tensor %q: %w", t.Name, err)
}

func (t Tensor) wrong(wanted string) error {
	return fmt.Errorf("safetensors: tensor %q holds %s, not %s numbers", t.Name, t.DType, wanted)
}
