package parquet

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/parquet-go/parquet-go/format"
)

// The values of a page, as the file stores them: whole numbers, floating-point numbers,
// texts or truth values. Their number is known from the levels before.

func badValues(enc format.Encoding) error {
	return damaged("a page's values are not as the encoding %v has them", enc)
}

func noEncoding(enc format.Encoding, physical format.Type) error {
	return unsupported("%v values in the encoding %v are not read here; write the file again with another encoding", physical, enc)
}

// ints reads INT32 and INT64.
func (l *leaf) ints(dst []int, enc format.Encoding, b []byte) error {
	size := 8
	if l.physical == format.Int32 {
		size = 4
	}
	switch enc {
	case format.Plain:
		if len(b) < size*len(dst) {
			return badValues(enc)
		}
		if size == 4 {
			for i := range dst {
				dst[i] = int(int32(binary.LittleEndian.Uint32(b[4*i:])))
			}
			return nil
		}
		for i := range dst {
			dst[i] = int(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case format.DeltaBinaryPacked:
		if _, ok := deltas(dst, b, 8*size); !ok {
			return badValues(enc)
		}
	case format.ByteStreamSplit:
		if len(b) < size*len(dst) {
			return badValues(enc)
		}
		n := len(dst)
		for i := range dst {
			var v uint64
			for k := range size {
				v |= uint64(b[k*n+i]) << (8 * k)
			}
			if size == 4 {
				dst[i] = int(int32(v))
			} else {
				dst[i] = int(v)
			}
		}
	default:
		return noEncoding(enc, l.physical)
	}
	return nil
}

// floats reads FLOAT and DOUBLE.
func (l *leaf) floats(dst []float64, enc format.Encoding, b []byte) error {
	size := 8
	if l.physical == format.Float {
		size = 4
	}
	if enc != format.Plain && enc != format.ByteStreamSplit {
		return noEncoding(enc, l.physical)
	}
	if len(b) < size*len(dst) {
		return badValues(enc)
	}
	switch n := len(dst); {
	case enc == format.Plain && size == 8:
		for i := range dst {
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case enc == format.Plain:
		for i := range dst {
			dst[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
		}
	default:
		for i := range dst {
			var v uint64
			for k := range size {
				v |= uint64(b[k*n+i]) << (8 * k)
			}
			if size == 8 {
				dst[i] = math.Float64frombits(v)
			} else {
				dst[i] = float64(math.Float32frombits(uint32(v)))
			}
		}
	}
	return nil
}

// bools reads BOOLEAN.
func (l *leaf) bools(dst []bool, enc format.Encoding, b []byte) error {
	switch enc {
	case format.Plain:
		if len(b) < (len(dst)+7)/8 {
			return badValues(enc)
		}
		for i := range dst {
			dst[i] = b[i/8]>>(i%8)&1 == 1
		}
	case format.RLE:
		if len(b) < 4 || uint64(binary.LittleEndian.Uint32(b)) > uint64(len(b)-4) {
			return badValues(enc)
		}
		raw := unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(dst))), len(dst)) // a bool is a byte of 0 or 1
		if !hybrid(raw, b[4:4+binary.LittleEndian.Uint32(b)], 1) {
			return badValues(enc)
		}
		for i := range raw {
			raw[i] &= 1
		}
	default:
		return noEncoding(enc, l.physical)
	}
	return nil
}

// texts reads BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY and INT96. The texts share b's memory.
func (l *leaf) texts(dst []string, enc format.Encoding, b []byte, s *scratch) error {
	if l.physical != format.ByteArray {
		return l.fixed(dst, enc, b, s)
	}
	switch enc {
	case format.Plain:
		for i := range dst {
			if len(b) < 4 {
				return badValues(enc)
			}
			n := binary.LittleEndian.Uint32(b)
			if uint64(n) > uint64(len(b)-4) {
				return badValues(enc)
			}
			dst[i] = shared(b[4 : 4+n])
			b = b[4+n:]
		}
	case format.DeltaLengthByteArray:
		if _, ok := deltaLengths(dst, b, s.lengths(len(dst))); !ok {
			return badValues(enc)
		}
	case format.DeltaByteArray:
		return deltaTexts(dst, b, s.lengths(len(dst)), s.memory)
	default:
		return noEncoding(enc, l.physical)
	}
	return nil
}

// fixed reads values that are all of one size.
func (l *leaf) fixed(dst []string, enc format.Encoding, b []byte, s *scratch) error {
	size := l.size
	if l.physical == format.Int96 {
		size = 12
	}
	switch enc {
	case format.Plain, format.ByteStreamSplit:
		if len(b) < size*len(dst) {
			return badValues(enc)
		}
		if enc == format.ByteStreamSplit {
			b = joined(b, size, len(dst))
		}
		for i := range dst {
			dst[i] = shared(b[i*size : (i+1)*size])
		}
	case format.DeltaByteArray:
		if err := deltaTexts(dst, b, s.lengths(len(dst)), s.memory); err != nil {
			return err
		}
		for _, v := range dst {
			if len(v) != size {
				return badValues(enc)
			}
		}
	default:
		return noEncoding(enc, l.physical)
	}
	return nil
}

// joined puts the bytes of each value together again, which stand apart in b.
func joined(b []byte, size, n int) []byte {
	out := make([]byte, size*n)
	for k := range size {
		for i := range n {
			out[i*size+k] = b[k*n+i]
		}
	}
	return out
}

// shared is b as text without a copy: b is not written any more.
func shared(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
