package frame

import (
	"context"
	"sync/atomic"

	"transferlab/tlkit/parallel"
)

// Columns with few different values are common among keys: cities, products, answers. Their
// values are numbered by a small dictionary that stays in the cache, piece by piece, and
// rows are then told apart by these numbers alone.

const (
	codePiece   = 1 << 16 // rows that share a dictionary
	mostCodes   = 1 << 14 // values that a dictionary holds
	sampleRows  = 1 << 13 // of so many first rows …
	sampleCodes = 1 << 11 // … more different values than this are too many to try
)

// A codedColumn has a number for each row's value: codes within each piece of rows, and
// what these are in the whole column.
type codedColumn struct {
	codes []uint16
	whole [][]uint16
	kinds int
}

// identifyCoded is identify for columns with few values; ok is false where one has many.
func identifyCoded(keys []keyColumn, n int, h hasher) (ids []int32, kinds int, ok bool) {
	if len(keys) == 0 || n == 0 {
		return nil, 0, false
	}
	sample := make([]uint16, min(n, sampleRows))
	for _, k := range keys {
		if first, ok := k.coded(h, sample, 0, len(sample)); !ok || len(first) > sampleCodes {
			return nil, 0, false
		}
	}
	columns := make([]codedColumn, len(keys))
	combinations := 1
	for i, k := range keys {
		if columns[i], ok = codesOf(k, n, h); !ok {
			return nil, 0, false
		}
		combinations *= columns[i].kinds
		if combinations > min(4*n+1<<16, 1<<30) { // more than a table should hold
			return nil, 0, false
		}
	}
	ids = combined(columns, n)
	if len(columns) == 1 { // numbered in order already
		return ids, columns[0].kinds, true
	}
	numbers := make([]int32, combinations) // one more than a combination's number; 0 is not seen yet
	for i, c := range ids {
		id := numbers[c]
		if id == 0 {
			kinds++
			id = int32(kinds)
			numbers[c] = id
		}
		ids[i] = id - 1
	}
	return ids, kinds, true
}

// codesOf numbers the values of one column.
func codesOf(k keyColumn, n int, h hasher) (codedColumn, bool) {
	pieces := (n + codePiece - 1) / codePiece
	c := codedColumn{codes: make([]uint16, n), whole: make([][]uint16, pieces)}
	firsts := make([][]int32, pieces)
	var full atomic.Bool
	_ = parallel.Chunks(context.Background(), n, codePiece, func(p, low, high int) {
		if full.Load() {
			return
		}
		first, ok := k.coded(h, c.codes[low:high], low, high)
		firsts[p] = first
		if !ok {
			full.Store(true)
		}
	})
	if full.Load() {
		return c, false
	}
	// The same is done with the first row of each value of each piece, in their order.
	var rows []int32
	for _, f := range firsts {
		rows = append(rows, f...)
	}
	all, kinds := numberedRows(k, rows, h)
	for p, f := range firsts {
		c.whole[p], all = all[:len(f)], all[len(f):]
	}
	c.kinds = kinds
	return c, kinds <= mostCodes
}

// numberedRows numbers some rows of one column in the order in which their values occur;
// with more than mostCodes values the numbers are of no use.
func numberedRows(k keyColumn, rows []int32, h hasher) (numbers []uint16, kinds int) {
	hashes, first := make([]uint64, 1), map[uint64][]int32{} // of each hash: rows that differ, and their numbers in turn
	numbers = make([]uint16, len(rows))
	for i, row := range rows {
		hashes[0] = h.start
		k.mix(h, hashes, int(row))
		known := first[hashes[0]]
		found := false
		for j := 0; j < len(known); j += 2 {
			if found = k.equal(int(row), int(known[j])); found {
				numbers[i] = uint16(known[j+1])
				break
			}
		}
		if !found {
			first[hashes[0]] = append(known, row, int32(kinds))
			numbers[i] = uint16(kinds)
			kinds++
		}
	}
	return numbers, kinds
}

// combined makes one number of the numbers of all columns.
func combined(columns []codedColumn, n int) []int32 {
	ids := makeSlice[int32](n)
	_ = parallel.Chunks(context.Background(), n, codePiece, func(p, low, high int) {
		to := ids[low:high]
		for k, c := range columns {
			whole, codes := c.whole[p], c.codes[low:high]
			if k == 0 {
				for i, code := range codes {
					to[i] = int32(whole[code])
				}
				continue
			}
			kinds := int32(c.kinds)
			for i, code := range codes {
				to[i] = to[i]*kinds + int32(whole[code])
			}
		}
	})
	return ids
}

// A dictionary numbers values in the order in which they are first asked for.
type dictionary[T Value] struct {
	slots  []uint16 // one more than a value's number, by its hash; 0 is free
	values []T
	first  []int32 // the row in which each stood
	gone   int32   // the number for missing values; -1 if there was none. It has a place in values
}

func (k keyCells[T]) coded(h hasher, codes []uint16, low, high int) (first []int32, ok bool) {
	d := dictionary[T]{slots: make([]uint16, 1<<10), gone: -1}
	n := max(min(len(k.first), high)-low, 0)
	if n > 0 && !d.number(h, codes[:n], k.first[low:low+n], low) {
		return nil, false
	}
	if n < high-low {
		at := low + n - len(k.first)
		if !d.number(h, codes[n:], k.second[at:at+high-low-n], low+n) {
			return nil, false
		}
	}
	return d.first, true
}

// number looks up cells, the first of which is the row low; false if there are too many
// values.
func (d *dictionary[T]) number(h hasher, codes []uint16, cells []Cell[T], low int) bool {
	codes = codes[:len(cells)]
	mask := uint64(len(d.slots) - 1)
	for i, c := range cells {
		if c.Missing() {
			if d.gone < 0 {
				d.gone = int32(len(d.values))
				d.enter(c.Value, low+i)
			}
			codes[i] = uint16(d.gone)
			continue
		}
		at := hashValue(h, c.Value) & h.keep & mask
		for {
			slot := d.slots[at]
			if slot == 0 {
				if len(d.values) >= mostCodes {
					return false
				}
				d.enter(c.Value, low+i)
				d.slots[at] = uint16(len(d.values))
				codes[i] = uint16(len(d.values) - 1)
				if 4*len(d.values) > len(d.slots) {
					d.grow(h)
					mask = uint64(len(d.slots) - 1)
				}
				break
			}
			if d.values[slot-1] == c.Value && int32(slot) != d.gone+1 {
				codes[i] = slot - 1
				break
			}
			at = (at + 1) & mask
		}
	}
	return len(d.values) <= mostCodes
}

func (d *dictionary[T]) enter(v T, row int) {
	d.values, d.first = append(d.values, v), append(d.first, int32(row))
}

func (d *dictionary[T]) grow(h hasher) {
	d.slots = make([]uint16, 4*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for i, v := range d.values {
		if int32(i) == d.gone {
			continue
		}
		at := hashValue(h, v) & h.keep & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = uint16(i + 1)
	}
}

// hashValue hashes one value that is not missing.
func hashValue[T Value](h hasher, v T) uint64 {
	switch v := any(v).(type) {
	case int:
		return h.into(h.start, uint64(v))
	case float64:
		return h.into(h.start, h.float(v))
	case string:
		return h.text(v)
	case bool:
		return hashBool(v)
	}
	return 0
}
