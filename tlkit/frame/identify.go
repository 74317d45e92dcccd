package frame

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"sync"

	"transferlab/tlkit/parallel"
)

// Identify gives every row the number of its kind: rows that are equal in these columns
// (all of them where none is named) have equal numbers, counted from 0 in the order in
// which each kind first occurs; n is how many kinds there are. A missing value equals a
// missing value, and 0.0 equals -0.0. A table of 2³¹ rows or more is [ErrLimit].
func (t Table) Identify(names ...string) (ids []int32, n int, err error) {
	cols, err := t.Columns(names...)
	if err != nil {
		return nil, 0, err
	}
	keys := make([]keyColumn, len(cols))
	for i, c := range cols {
		keys[i] = keyOf(c)
	}
	return identify(keys, t.Nrow(), newHasher())
}

// identify numbers n rows by what they hold in the keys. Where all keys have few values
// identifyCoded does it, otherwise identifyHashed.
func identify(keys []keyColumn, n int, h hasher) (ids []int32, kinds int, err error) {
	if int64(n) > math.MaxInt32 {
		return nil, 0, fmt.Errorf("frame: %w: %d rows, and at most %d can be compared; work on parts of the table", ErrLimit, n, math.MaxInt32)
	}
	if ids, kinds, ok := identifyCoded(keys, n, h); ok {
		return ids, kinds, nil
	}
	ids, kinds = identifyHashed(keys, n, h)
	return ids, kinds, nil
}

// identifyHashed works in four passes, each over all rows and on all cores: hash the rows,
// column by column; deal them out by their hashes, so that what follows stays in the cache;
// find for each row the first with its hash; and compare each row with the one that was
// found. A row that differs from it, which good hashes do once in a thousand million
// tables, is seen in the last pass, and then the rows are told apart one by one.
func identifyHashed(keys []keyColumn, n int, h hasher) (ids []int32, kinds int) {
	hashes := h.rows(keys, n)
	first := firstOfHash(hashes)
	if !verified(keys, first) {
		first = firstOfEqual(keys, hashes)
	}
	for i, r := range first { // r ≤ i, so that ids can take the place of first
		if int(r) == i {
			first[i] = int32(kinds)
			kinds++
		} else {
			first[i] = first[r]
		}
	}
	return first, kinds
}

// hashPiece is how many rows are hashed at a time: their hashes stay in the first cache
// while the columns are gone through.
const hashPiece = 1 << 11

func (h hasher) rows(keys []keyColumn, n int) []uint64 {
	hashes := makeSlice[uint64](n)
	_ = parallel.Chunks(context.Background(), n, 8*hashPiece, func(_, low, high int) {
		for ; low < high; low += hashPiece {
			piece := hashes[low:min(low+hashPiece, high)]
			for i := range piece {
				piece[i] = h.start
			}
			for _, k := range keys {
				k.mix(h, piece, low)
			}
			for i := range piece {
				piece[i] &= h.keep
			}
		}
	})
	return hashes
}

// partRows is about how many rows a part of them has: its table takes a quarter of a
// mebibyte and stays in a core's own cache.
const partRows = 1 << 14

// firstOfHash finds for each row the first one that has its hash.
func firstOfHash(hashes []uint64) []int32 {
	n := len(hashes)
	first := makeSlice[int32](n)
	partBits := min(bits.Len(uint(n/partRows)), 10)
	rows, starts := dealt(hashes, partBits)
	largest := 0
	for p := range len(starts) - 1 {
		largest = max(largest, starts[p+1]-starts[p])
	}
	tables := sync.Pool{New: func() any { return make([]uint64, 1<<bits.Len(uint(2*largest))) }}
	_ = parallel.Each(context.Background(), len(starts)-1, func(p int) {
		part := rows[starts[p]:starts[p+1]]
		mask := uint64(1)<<bits.Len(uint(2*len(part))) - 1
		whole := tables.Get().([]uint64)
		defer tables.Put(whole)
		table := whole[:mask+1] // 32 bits of the hash, then the row plus one; 0 is free
		clear(table)
		for _, row := range part {
			h := hashes[row]
			at, tag := h&mask, h>>16&0xFFFFFFFF
			for {
				slot := table[at]
				if slot == 0 {
					table[at] = tag<<32 | uint64(row) + 1
					first[row] = row
					break
				}
				if slot>>32 == tag {
					if r := int32(uint32(slot) - 1); hashes[r] == h {
						first[row] = r
						break
					}
				}
				at = (at + 1) & mask
			}
		}
	})
	return first
}

// dealt sorts the numbers of the rows by the highest bits of their hashes, keeping their
// order where these are equal. Part p is rows[starts[p]:starts[p+1]].
func dealt(hashes []uint64, partBits int) (rows []int32, starts []int) {
	n, parts, shift := len(hashes), 1<<partBits, 64-partBits
	rows, starts = makeSlice[int32](n), make([]int, parts+1)
	if parts == 1 {
		for i := range rows {
			rows[i] = int32(i)
		}
		starts[1] = n
		return rows, starts
	}
	const piece = 1 << 17
	next := make([][]int, (n+piece-1)/piece) // for each piece: how many rows of each part, then where they go
	_ = parallel.Chunks(context.Background(), n, piece, func(c, low, high int) {
		counts := make([]int, parts)
		for _, h := range hashes[low:high] {
			counts[h>>shift]++
		}
		next[c] = counts
	})
	at := 0
	for p := range parts {
		starts[p] = at
		for c := range next {
			count := next[c][p]
			next[c][p] = at
			at += count
		}
	}
	starts[parts] = n
	_ = parallel.Chunks(context.Background(), n, piece, func(c, low, high int) {
		to := next[c]
		for i, h := range hashes[low:high] {
			p := h >> shift
			rows[to[p]] = int32(low + i)
			to[p]++
		}
	})
	return rows, starts
}

// verified reports whether every row equals the one that has its hash.
func verified(keys []keyColumn, first []int32) bool {
	const piece = 1 << 14
	pieces := make([]bool, (len(first)+piece-1)/piece)
	_ = parallel.Chunks(context.Background(), len(first), piece, func(c, low, high int) {
		for _, k := range keys {
			if !k.same(first, low, high) {
				return
			}
		}
		pieces[c] = true
	})
	for _, ok := range pieces {
		if !ok {
			return false
		}
	}
	return true
}

// firstOfEqual finds for each row the first one that equals it, whatever the hashes are
// worth: rows with one hash are compared one by one.
func firstOfEqual(keys []keyColumn, hashes []uint64) []int32 {
	first := make([]int32, len(hashes))
	chains := map[uint64][]int32{} // the first rows of each hash's kinds
	for i, h := range hashes {
		first[i] = int32(i)
		known := false
		for _, r := range chains[h] {
			if equalRows(keys, i, int(r)) {
				first[i], known = r, true
				break
			}
		}
		if !known {
			chains[h] = append(chains[h], int32(i))
		}
	}
	return first
}

func equalRows(keys []keyColumn, a, b int) bool {
	for _, k := range keys {
		if !k.equal(a, b) {
			return false
		}
	}
	return true
}
