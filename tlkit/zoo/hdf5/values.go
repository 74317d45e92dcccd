package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
)

// values are elements as the file has them.
type values struct {
	f    *File
	t    datatype
	data []byte
}

func (v values) count() int { return len(v.data) / v.t.size }

// refuse says that the elements are not what was asked for.
func (v values) refuse(what string) error {
	if v.t.class == classOther {
		return fmt.Errorf("elements of type %s: %w", v.t.name, ErrUnsupported)
	}
	return fmt.Errorf("elements of type %s are not %s", v.t.name, what)
}

// little gives the bytes in little-endian order; big-endian ones are copied.
func (v values) little() []byte {
	if !v.t.big || v.t.size == 1 {
		return v.data
	}
	b := bytes.Clone(v.data)
	for i := 0; i < len(b); i += v.t.size {
		slices.Reverse(b[i : i+v.t.size])
	}
	return b
}

// float32s converts floating point of any width into dst, which has as many elements.
func (v values) float32s(dst []float32) {
	b, order := v.little(), binary.LittleEndian
	switch {
	case v.t.class == classBrain:
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(order.Uint16(b[2*i:])) << 16)
		}
	case v.t.size == 2:
		for i := range dst {
			dst[i] = half(order.Uint16(b[2*i:]))
		}
	case v.t.size == 4:
		b = b[:4*len(dst)]
		for i := range dst {
			dst[i] = math.Float32frombits(order.Uint32(b[4*i:]))
		}
	default:
		for i := range dst {
			dst[i] = float32(math.Float64frombits(order.Uint64(b[8*i:])))
		}
	}
}

// half widens an IEEE 754 binary16.
func half(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch exponent {
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	case 0:
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)/(1<<24)))
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

func (v values) floats() ([]float64, error) {
	out := make([]float64, v.count())
	switch {
	case v.t.class == classFloat && v.t.size == 8:
		b := v.little()
		for i := range out {
			out[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case v.t.class == classFloat || v.t.class == classBrain:
		narrow := make([]float32, len(out))
		v.float32s(narrow)
		for i, x := range narrow {
			out[i] = float64(x)
		}
	default:
		ints, err := v.ints()
		if err != nil {
			return nil, v.refuse("numbers")
		}
		for i, x := range ints {
			out[i] = float64(x)
		}
	}
	return out, nil
}

func (v values) ints() ([]int64, error) {
	if v.t.class != classInt && v.t.class != classBool {
		return nil, v.refuse("whole numbers")
	}
	out, b := make([]int64, v.count()), v.little()
	for i := range out {
		var wide [8]byte
		copy(wide[:], b[i*v.t.size:(i+1)*v.t.size])
		n := binary.LittleEndian.Uint64(wide[:])
		if shift := 64 - 8*v.t.size; v.t.class == classBool {
			out[i] = int64(min(n, 1))
		} else if v.t.signed {
			out[i] = int64(n<<shift) >> shift
		} else if out[i] = int64(n); out[i] < 0 {
			return nil, fmt.Errorf("%d does not go into 64 bits with a sign", n)
		}
	}
	return out, nil
}

func (v values) strings() ([]string, error) {
	switch v.t.class {
	case classFixed:
		out := make([]string, v.count())
		for i := range out {
			out[i] = v.fixed(v.data[i*v.t.size : (i+1)*v.t.size])
		}
		return out, nil
	case classText:
		return v.texts()
	}
	return nil, v.refuse("text")
}

// fixed takes off what fills up a text of fixed length.
func (v values) fixed(b []byte) string {
	switch v.t.pad {
	case 0:
		if n := bytes.IndexByte(b, 0); n >= 0 {
			b = b[:n]
		}
	case 1:
		b = bytes.TrimRight(b, "\x00")
	case 2:
		b = bytes.TrimRight(b, " ")
	}
	return string(b)
}

// texts reads text of variable length: the elements say which object of the global heap.
func (v values) texts() ([]string, error) {
	out, heap := make([]string, v.count()), v.f.globalHeap()
	c := v.f.cursor(v.data, 0)
	for i := range out {
		n, at, index := uint64(c.u32()), c.offset(), int(c.u32())
		if n == 0 {
			continue
		}
		text, err := heap.object(at, index)
		if err != nil {
			return nil, fmt.Errorf("text %d: %w", i, err)
		}
		if n > uint64(len(text)) {
			return nil, unsound(v.f.base+at, "text %d has %d bytes, its object %d", i, n, len(text))
		}
		out[i], _, _ = strings.Cut(text[:n], "\x00")
	}
	return out, c.err
}
