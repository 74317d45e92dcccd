package frame

import "math"

// intBits are bits that have the order of the numbers.
func intBits(v int) uint64 { return uint64(v) ^ 1<<63 }

func intOfBits(k uint64) int { return int(k ^ 1<<63) }

// floatBits are bits that have the order of the numbers; both zeros have the same. For
// negative numbers all bits are turned round, for others the sign alone (M. Herf, Radix
// Tricks, 2001).
func floatBits(v float64) uint64 {
	b := math.Float64bits(v + 0) // -0.0 + 0 is 0.0
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

func floatOfBits(k uint64) float64 {
	return math.Float64frombits(k ^ (uint64(int64(^k)>>63) | 1<<63))
}

const (
	radixBits = 11 // six passes for 64 bits; the counts stay in the first cache
	radixes   = 1 << radixBits
	fewKeys   = 48 // below this, inserting is quicker
)

// sortRadix sorts keys from low to high, and the rows with them; equal keys keep their
// order. It goes from the lowest digits to the highest and leaves out digits that all keys
// share.
func sortRadix(keys []uint64, rows []int32) {
	if len(keys) <= fewKeys {
		insertKeys(keys, rows)
		return
	}
	var differ uint64
	for _, k := range keys {
		differ |= k ^ keys[0]
	}
	fromKeys, fromRows := keys, rows
	toKeys, toRows := make([]uint64, len(keys)), make([]int32, len(rows))
	for shift := 0; shift < 64; shift += radixBits {
		if differ>>shift&(radixes-1) == 0 {
			continue
		}
		var next [radixes]int32
		for _, k := range fromKeys {
			next[k>>shift&(radixes-1)]++
		}
		at := int32(0)
		for d, c := range next {
			next[d] = at
			at += c
		}
		for i, k := range fromKeys {
			d := k >> shift & (radixes - 1)
			to := next[d]
			next[d]++
			toKeys[to], toRows[to] = k, fromRows[i]
		}
		fromKeys, toKeys = toKeys, fromKeys
		fromRows, toRows = toRows, fromRows
	}
	if &fromKeys[0] != &keys[0] {
		copy(keys, fromKeys)
		copy(rows, fromRows)
	}
}

func insertKeys(keys []uint64, rows []int32) {
	for i := 1; i < len(keys); i++ {
		k, r, j := keys[i], rows[i], i
		for ; j > 0 && keys[j-1] > k; j-- {
			keys[j], rows[j] = keys[j-1], rows[j-1]
		}
		keys[j], rows[j] = k, r
	}
}
