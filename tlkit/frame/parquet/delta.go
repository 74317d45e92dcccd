package parquet

import (
	"encoding/binary"
	"math"
)

// The delta encodings, as readers find them. Each says how many values it has; they are
// read into as many as the page should have, so that nothing is taken on their word.
//
// https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC

const maxDeltaBlock = 1 << 16 // writers use 128

// deltas reads DELTA_BINARY_PACKED. Sums wrap around as the stored type does. rest is what
// follows.
func deltas(dst []int, b []byte, bits int) (rest []byte, ok bool) {
	var head [3]uint64 // values in a block, parts of a block, values in all
	for i := range head {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, false
		}
		head[i], b = v, b[n:]
	}
	value, n := binary.Varint(b)
	if n <= 0 {
		return nil, false
	}
	b = b[n:]
	block, parts := head[0], head[1]
	if head[2] != uint64(len(dst)) || block == 0 || block > maxDeltaBlock || parts == 0 || parts > block || block%parts != 0 || block/parts%8 != 0 {
		return nil, false
	}
	if len(dst) == 0 {
		return b, true
	}
	dst[0] = int(value)
	dst = dst[1:]
	part := int(block / parts)
	for len(dst) > 0 {
		least, n := binary.Varint(b)
		if n <= 0 || int(parts) > len(b)-n {
			return nil, false
		}
		widths := b[n : n+int(parts)]
		b = b[n+int(parts):]
		for _, w := range widths {
			if len(dst) == 0 {
				break // parts that hold no values have no bytes
			}
			size := part * int(w) / 8
			if w > 64 || size > len(b) {
				return nil, false
			}
			now := dst[:min(part, len(dst))]
			unpackWide(now, b[:size], uint(w))
			for i, d := range now {
				value += least + int64(d)
				if bits == 32 {
					value = int64(int32(value))
				}
				now[i] = int(value)
			}
			dst, b = dst[len(now):], b[size:]
		}
	}
	return b, true
}

// unpackWide reads values of width bits, at most 64, the lowest bit first.
func unpackWide(dst []int, src []byte, width uint) {
	if width == 0 {
		clear(dst)
		return
	}
	mask := uint64(math.MaxUint64) >> (64 - width)
	bit := uint(0)
	for i := range dst {
		at, shift := int(bit/8), bit%8
		var v uint64
		if at+8 <= len(src) {
			v = binary.LittleEndian.Uint64(src[at:]) >> shift
		} else {
			var last [8]byte
			copy(last[:], src[at:])
			v = binary.LittleEndian.Uint64(last[:]) >> shift
		}
		if shift+width > 64 { // it ends in a ninth byte
			v |= uint64(src[at+8]) << (64 - shift)
		}
		dst[i] = int(v & mask)
		bit += width
	}
}

// deltaLengths reads DELTA_LENGTH_BYTE_ARRAY: the lengths, then all texts. The texts share
// b's memory.
func deltaLengths(dst []string, b []byte, lengths []int) (rest []byte, ok bool) {
	lengths = lengths[:len(dst)]
	if b, ok = deltas(lengths, b, 32); !ok {
		return nil, false
	}
	for i, n := range lengths {
		if n < 0 || n > len(b) {
			return nil, false
		}
		dst[i], b = shared(b[:n]), b[n:]
	}
	return b, true
}

// deltaTexts reads DELTA_BYTE_ARRAY: how much each text has in common with the one before,
// and the rest of it. The texts are made anew, and take no more than the budget.
func deltaTexts(dst []string, b []byte, lengths []int, memory *budget) (err error) {
	bad := damaged("a page's texts are not as DELTA_BYTE_ARRAY has them")
	prefixes := make([]int, len(dst))
	b, ok := deltas(prefixes, b, 32)
	if !ok {
		return bad
	}
	if _, ok = deltaLengths(dst, b, lengths); !ok {
		return bad
	}
	before := ""
	for i, p := range prefixes {
		if p < 0 || p > len(before) {
			return bad
		}
		if err := memory.take(int64(p+len(dst[i])), "its texts"); err != nil {
			return err
		}
		before = before[:p] + dst[i]
		dst[i] = before
	}
	return nil
}
