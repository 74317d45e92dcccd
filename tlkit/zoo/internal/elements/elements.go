// Package elements reads the numbers of weights files: from where they lie in a file
// straight into a slice of the caller, changed to float32 or int64 on the way.
//
// Files are read, not mapped into memory. From a warm disk two goroutines take 12 ms for
// 100 MB by reading and 10 ms through a mapping, into memory that was touched before. But
// with a mapping the process holds the pages of the file beside the numbers, twice the
// memory, and a file that is cut short while it is mapped ends the process by a signal
// where a read gives an error.
package elements

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"unsafe"

	"transferlab/tlkit/parallel"
)

// Type is the type of a number in a file. The zero value is no type.
type Type uint8

// The types with a whole number of bytes.
const (
	Bool Type = iota + 1 // one byte, 0 or 1
	Uint8
	Int8
	Uint16
	Int16
	Uint32
	Int32
	Uint64
	Int64
	Float8E4M3 // 1 sign, 4 exponent, 3 fraction bits; no infinities (arXiv:2209.05433)
	Float8E5M2 // the upper half of a Float16
	Float16    // IEEE 754 binary16
	BFloat16   // the upper half of a Float32
	Float32
	Float64
	Complex64
	Complex128
)

var sizes = [...]int{Bool: 1, Uint8: 1, Int8: 1, Uint16: 2, Int16: 2, Uint32: 4, Int32: 4, Uint64: 8, Int64: 8,
	Float8E4M3: 1, Float8E5M2: 1, Float16: 2, BFloat16: 2, Float32: 4, Float64: 8, Complex64: 8, Complex128: 16}

// Size is the bytes of one number; 0 for what is no type.
func (t Type) Size() int {
	if int(t) >= len(sizes) {
		return 0
	}
	return sizes[t]
}

// Countable says whether the bytes of a shape, of elements of size bytes, fit an int.
func Countable(shape []int, size int) bool {
	most := math.MaxInt / max(size, 1)
	for _, d := range shape {
		if d > most {
			return false
		}
		most /= max(d, 1)
	}
	return true
}

// ErrType is returned for numbers of a type that the wanted one cannot stand for.
var ErrType = errors.New("the numbers are of another type")

// Run is where numbers lie in a file, one after the other.
type Run struct {
	R    io.ReaderAt
	At   int64 // byte of the first number
	Type Type
	Big  bool // big-endian
}

// Numbers are read in pieces by several goroutines, and changed a buffer at a time, which
// stays in the processor's cache. Half of the time goes to the first touch of the memory
// that is filled, so small pieces pay too.
const (
	piece  = 1 << 16 // numbers
	buffer = 1 << 16 // bytes
)

var buffers = sync.Pool{New: func() any { return new([buffer]byte) }}

// Float32 fills dst. The types are the floating point ones; others give [ErrType]. A file
// that ends before gives [io.ErrUnexpectedEOF]; dst is then partly filled.
func (r Run) Float32(dst []float32) error {
	if r.Type == Float32 {
		return inPieces(len(dst), func(low, high int) error {
			b := view(dst[low:high])
			if err := readFull(r.R, b, r.At+int64(low)*4); err != nil {
				return err
			}
			if r.Big != bigHost {
				swap(b, 4)
			}
			return nil
		})
	}
	return change(r, dst, toFloat32(r.Type))
}

// Int64 fills dst from numbers of a whole type or Bool; others give [ErrType], as do
// unsigned ones that are too large.
func (r Run) Int64(dst []int64) error { return change(r, dst, toInt64(r.Type)) }

// Bytes reads n numbers as they are, but little-endian.
func (r Run) Bytes(n int) ([]byte, error) {
	b := make([]byte, n*r.Type.Size())
	if len(b) == 0 {
		return b, nil
	}
	if err := readFull(r.R, b, r.At); err != nil {
		return nil, err
	}
	if r.Big {
		part := r.Type.Size()
		if r.Type == Complex64 || r.Type == Complex128 { // two numbers each
			part /= 2
		}
		swap(b, part)
	}
	return b, nil
}

func change[T any](r Run, dst []T, convert func(dst []T, src []byte) error) error {
	if convert == nil {
		return ErrType
	}
	size := r.Type.Size()
	return inPieces(len(dst), func(low, high int) error {
		buf := buffers.Get().(*[buffer]byte)
		defer buffers.Put(buf)
		for low < high {
			n := min(buffer/size, high-low)
			b := buf[:n*size]
			if err := readFull(r.R, b, r.At+int64(low)*int64(size)); err != nil {
				return err
			}
			if r.Big {
				swap(b, size)
			}
			if err := convert(dst[low:low+n], b); err != nil {
				return err
			}
			low += n
		}
		return nil
	})
}

// inPieces calls f for ranges that make up [0, n), several at a time, and gives the error
// of the first that failed.
func inPieces(n int, f func(low, high int) error) error {
	if n <= piece {
		return f(0, n)
	}
	failed := make([]error, (n+piece-1)/piece)
	_ = parallel.Chunks(context.Background(), n, piece, func(c, low, high int) { failed[c] = f(low, high) })
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

func readFull(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return fmt.Errorf("at byte %d: %w", at+int64(n), io.ErrUnexpectedEOF)
	}
	return err
}

// bigHost says whether this machine is big-endian.
var bigHost = binary.NativeEndian.Uint16([]byte{0, 1}) == 1

// view is the memory of v.
func view(v []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), 4*len(v))
}

// Bytes gives v as a file has it, little-endian. On a little-endian machine that is v's own
// memory.
func Bytes(v []float32) []byte {
	if !bigHost {
		return view(v)
	}
	b := append([]byte(nil), view(v)...)
	swap(b, 4)
	return b
}

// swap turns round the bytes of each number.
func swap(b []byte, size int) {
	for ; len(b) >= size; b = b[size:] {
		for i, j := 0, size-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
	}
}

func toFloat32(t Type) func(dst []float32, src []byte) error {
	switch t {
	case BFloat16:
		return fromBFloat16
	case Float16:
		return fromFloat16
	case Float64:
		return fromFloat64
	case Float8E4M3, Float8E5M2:
		return func(dst []float32, src []byte) error {
			for i := range dst {
				dst[i] = eight(t, src[i])
			}
			return nil
		}
	}
	return nil
}

// fromBFloat16 and fromFloat16 take four numbers at a time.
func fromBFloat16(dst []float32, src []byte) error {
	for ; len(dst) >= 4; dst, src = dst[4:], src[8:] {
		v := binary.LittleEndian.Uint64(src)
		dst[0] = math.Float32frombits(uint32(v) << 16)
		dst[1] = math.Float32frombits(uint32(v) &^ 0xffff)
		dst[2] = math.Float32frombits(uint32(v>>32) << 16)
		dst[3] = math.Float32frombits(uint32(v>>32) &^ 0xffff)
	}
	for i := range dst {
		dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(src[2*i:])) << 16)
	}
	return nil
}

func fromFloat16(dst []float32, src []byte) error {
	for ; len(dst) >= 4; dst, src = dst[4:], src[8:] {
		v := binary.LittleEndian.Uint64(src)
		dst[0], dst[1], dst[2], dst[3] = half(uint16(v)), half(uint16(v>>16)), half(uint16(v>>32)), half(uint16(v>>48))
	}
	for i := range dst {
		dst[i] = half(binary.LittleEndian.Uint16(src[2*i:]))
	}
	return nil
}

func fromFloat64(dst []float32, src []byte) error {
	for i := range dst {
		dst[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(src[8*i:])))
	}
	return nil
}

// half widens a Float16: its bits moved to their places make a number that is 2^112 too
// small, subnormal ones too; infinities and NaNs are set.
func half(h uint16) float32 {
	bits := uint32(h&0x7fff) << 13
	if h&0x7c00 == 0x7c00 {
		return math.Float32frombits(uint32(h&0x8000)<<16 | 0x7f800000 | bits)
	}
	f := math.Float32frombits(bits) * 0x1p112
	return math.Float32frombits(math.Float32bits(f) | uint32(h&0x8000)<<16)
}

func eight(t Type, v byte) float32 {
	if t == Float8E5M2 {
		return half(uint16(v) << 8)
	}
	if v&0x7f == 0x7f {
		return float32(math.NaN())
	}
	// The exponent's bias is 7, a Float16's 15.
	return half(uint16(v&0x80)<<8|uint16(v&0x7f)<<7) * 256
}

func toInt64(t Type) func(dst []int64, src []byte) error {
	size := t.Size()
	signed := t == Int8 || t == Int16 || t == Int32 || t == Int64
	if !signed && t != Bool && t != Uint8 && t != Uint16 && t != Uint32 && t != Uint64 {
		return nil
	}
	unused := 64 - 8*size // bits
	return func(dst []int64, src []byte) error {
		for i := range dst {
			var b [8]byte
			copy(b[:], src[i*size:][:size])
			v := int64(binary.LittleEndian.Uint64(b[:]))
			if signed {
				v = v << unused >> unused
			} else if v < 0 {
				return fmt.Errorf("%w: %d is too large for int64", ErrType, uint64(v))
			}
			dst[i] = v
		}
		return nil
	}
}
