package parquet

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Run lengths and packed bits, as readers find them: the hybrid of runs of one value and of
// groups of eight packed values in which levels and dictionary indices are kept.
//
// https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE

// unpack reads values of width bits, at most 32, the lowest bit first. src has them all.
func unpack[T uint8 | uint32](dst []T, src []byte, width uint) {
	mask := uint64(1)<<width - 1
	bit := uint(0)
	i := 0
	for ; i < len(dst) && int(bit/8)+8 <= len(src); i++ {
		dst[i] = T(binary.LittleEndian.Uint64(src[bit/8:]) >> (bit % 8) & mask)
		bit += width
	}
	var last [8]byte
	for ; i < len(dst); i++ {
		clear(last[:])
		copy(last[:], src[bit/8:])
		dst[i] = T(binary.LittleEndian.Uint64(last[:]) >> (bit % 8) & mask)
		bit += width
	}
}

// hybrid reads len(dst) values of width bits from b. ok is false if b is not that.
func hybrid[T uint8 | uint32](dst []T, b []byte, width uint) (ok bool) {
	for len(dst) > 0 {
		head, n := binary.Uvarint(b)
		if n <= 0 {
			return false
		}
		b = b[n:]
		count := head >> 1
		if count == 0 {
			continue
		}
		if count > math.MaxInt32 { // no page has so many
			return false
		}
		if head&1 == 0 { // a run
			size := int(width+7) / 8
			if size > len(b) {
				return false
			}
			var word [4]byte
			copy(word[:], b[:size])
			b = b[size:]
			v := T(binary.LittleEndian.Uint32(word[:]))
			run := dst[:min(count, uint64(len(dst)))]
			for i := range run {
				run[i] = v
			}
			dst = dst[len(run):]
			continue
		}
		// Groups of eight. The last may be longer than the values, or be cut after them.
		take := int(min(count*8, uint64(len(dst))))
		need := (take*int(width) + 7) / 8
		if need > len(b) {
			return false
		}
		unpack(dst[:take], b, width)
		dst = dst[take:]
		if whole := count * uint64(width); whole < uint64(len(b)) {
			b = b[whole:]
		} else {
			b = nil
		}
	}
	return true
}

// levels reads the levels of a flat column, 1 for a value and 0 for none, and counts the ones.
func levels(dst []uint8, b []byte) (ones int, ok bool) {
	for len(dst) > 0 {
		head, n := binary.Uvarint(b)
		if n <= 0 || head>>1 > math.MaxInt32 || len(b) == n && head > 1 {
			return 0, false
		}
		b = b[n:]
		count := int(head >> 1)
		if count == 0 {
			continue
		}
		if head&1 == 0 {
			level := b[0]
			if level > 1 {
				return 0, false
			}
			run := dst[:min(count, len(dst))]
			for i := range run {
				run[i] = level
			}
			ones += int(level) * len(run)
			dst, b = dst[len(run):], b[1:]
			continue
		}
		for range min(count, len(b)) {
			if len(dst) < 8 {
				for i := range dst {
					dst[i] = b[0] >> i & 1
					ones += int(dst[i])
				}
				return ones, true
			}
			// Each byte of the word keeps one bit of b[0], and then has it as its lowest.
			word := uint64(b[0]) * 0x0101010101010101 & 0x8040201008040201
			word = (word + 0x7F7F7F7F7F7F7F7F) >> 7 & 0x0101010101010101
			binary.LittleEndian.PutUint64(dst, word)
			ones += bits.OnesCount8(b[0])
			dst, b, count = dst[8:], b[1:], count-1
		}
		if count > 0 && len(dst) > 0 {
			return 0, false
		}
	}
	return ones, true
}

// allOnes reports whether the levels are one run of ones for n values, as they are where
// nothing is missing.
func allOnes(b []byte, n int) bool {
	head, k := binary.Uvarint(b)
	return k > 0 && head&1 == 0 && head>>1 >= uint64(n) && len(b) > k && b[k] == 1
}
