package hdf5

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"transferlab/tlkit/zoo/internal/elements"
)

// Value is an array to be written, as a dataset or as an attribute.
type Value struct {
	shape []int
	count int    // elements that are there; -1: load tells
	kind  []byte // the datatype message
	width int    // bytes of an element
	data  []byte
	load  func() ([]float32, error) // instead of data
	err   error
}

// Float32s is an array of float32 row by row; an empty shape is a single number. The values
// are asked for when they are written, so that those of one dataset are in memory at a time.
// It is for datasets: attributes are small, and take [Floats].
func Float32s(shape []int, values func() ([]float32, error)) Value {
	return Value{shape: shape, count: -1, width: 4, load: values,
		kind: floatType(4, 23, 8, 127)}
}

// Floats is an array of float64 row by row; an empty shape is a single number.
func Floats(shape []int, values ...float64) Value {
	v := Value{shape: shape, count: len(values), width: 8, kind: floatType(8, 52, 11, 1023)}
	for _, x := range values {
		v.data = binary.LittleEndian.AppendUint64(v.data, math.Float64bits(x))
	}
	return v
}

// Ints is an array of int64 row by row; an empty shape is a single number.
func Ints(shape []int, values ...int64) Value {
	v := Value{shape: shape, count: len(values), width: 8,
		kind: []byte{0x10, 8, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0}}
	for _, x := range values {
		v.data = binary.LittleEndian.AppendUint64(v.data, uint64(x))
	}
	return v
}

// Texts is an array of texts in UTF-8 row by row; an empty shape is a single text. Each
// takes as much room as the longest, filled up with NULs, which a text itself cannot have.
func Texts(shape []int, values ...string) Value {
	v := Value{shape: shape, count: len(values), width: 1}
	for _, s := range values {
		v.width = max(v.width, len(s))
		if strings.Contains(s, "\x00") {
			v.err = fmt.Errorf("the text %.40q has a NUL in it", s)
		}
	}
	for _, s := range values {
		v.data = append(v.data, s...)
		v.data = append(v.data, make([]byte, v.width-len(s))...)
	}
	const nulPadded, utf8 = 1, 1 << 4
	v.kind = binary.LittleEndian.AppendUint32([]byte{0x13, nulPadded | utf8, 0, 0}, uint32(v.width))
	return v
}

// floatType is the datatype message of an IEEE 754 number of size bytes, little-endian.
func floatType(size, mantissa, exponent byte, bias uint32) []byte {
	const implied = 2 << 4 // the first bit of the mantissa is not kept
	sign := 8*size - 1
	b := []byte{0x11, implied, sign, 0, size, 0, 0, 0, 0, 0, 8 * size, 0, mantissa, exponent, 0, mantissa}
	return binary.LittleEndian.AppendUint32(b, bias)
}

// check says what is wrong before anything is written.
func (v Value) check() error {
	n, ok := product(v.shape)
	for _, d := range v.shape {
		ok = ok && d >= 0
	}
	switch {
	case v.err != nil:
		return v.err
	case v.kind == nil:
		return errors.New("no value")
	case !ok || n > math.MaxInt64/uint64(v.width) || len(v.shape) > maxRank:
		return fmt.Errorf("a shape of %v", v.shape)
	case v.count >= 0 && uint64(v.count) != n:
		return fmt.Errorf("%d elements for a shape of %v, which needs %d", v.count, v.shape, n)
	}
	return nil
}

// size is the bytes of all elements.
func (v Value) size() uint64 {
	n, _ := product(v.shape)
	return n * uint64(v.width)
}

func (v Value) write(w io.Writer) error {
	if v.load == nil {
		_, err := w.Write(v.data)
		return err
	}
	values, err := v.load()
	if err != nil {
		return err
	}
	if n, _ := product(v.shape); uint64(len(values)) != n {
		return fmt.Errorf("%d elements for a shape of %v, which needs %d", len(values), v.shape, n)
	}
	_, err = w.Write(elements.Bytes(values))
	return err
}

// dataspace is the dataspace message, of version 2.
func (v Value) dataspace() []byte {
	b := []byte{2, byte(len(v.shape)), 0, byte(min(len(v.shape), 1))}
	for _, d := range v.shape {
		b = binary.LittleEndian.AppendUint64(b, uint64(d))
	}
	return b
}
