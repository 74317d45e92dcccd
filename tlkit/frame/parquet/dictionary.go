package parquet

import (
	"hash/maphash"
	"math/rand/v2"
)

// A dictionary numbers the different values of a column in the order in which they first
// occur. These two are hash tables with open addressing: twice as quick here as Go's maps.

// textIndex numbers texts.
type textIndex struct {
	seed   maphash.Seed
	slots  []slotOfText
	values []string
	bytes  int // of all values
}

type slotOfText struct {
	hash uint32
	code int32 // from 1; 0 is free
}

func newTextIndex() *textIndex {
	return &textIndex{seed: maphash.MakeSeed(), slots: make([]slotOfText, 1<<10)}
}

func (d *textIndex) reset() {
	clear(d.slots)
	clear(d.values)
	d.values, d.bytes = d.values[:0], 0
}

// code is the number of the text, which is added if it is new.
func (d *textIndex) code(s string) int32 {
	h := maphash.String(d.seed, s)
	mask := uint64(len(d.slots) - 1)
	for at := h & mask; ; at = (at + 1) & mask {
		slot := &d.slots[at]
		if slot.code == 0 {
			d.values = append(d.values, s)
			d.bytes += len(s)
			*slot = slotOfText{uint32(h >> 32), int32(len(d.values))}
			if 2*len(d.values) > len(d.slots) {
				d.grow()
			}
			return int32(len(d.values)) - 1
		}
		if slot.hash == uint32(h>>32) && d.values[slot.code-1] == s {
			return slot.code - 1
		}
	}
}

func (d *textIndex) grow() {
	d.slots = make([]slotOfText, 4*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for i, s := range d.values {
		h := maphash.String(d.seed, s)
		at := h & mask
		for d.slots[at].code != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = slotOfText{uint32(h >> 32), int32(i + 1)}
	}
}

// find is code for a text that may not be there: -1.
func (d *textIndex) find(s string) int32 {
	h := maphash.String(d.seed, s)
	mask := uint64(len(d.slots) - 1)
	for at := h & mask; ; at = (at + 1) & mask {
		slot := d.slots[at]
		if slot.code == 0 {
			return -1
		}
		if slot.hash == uint32(h>>32) && d.values[slot.code-1] == s {
			return slot.code - 1
		}
	}
}

// wordIndex numbers values of 64 bits.
type wordIndex struct {
	slots  []slotOfWord
	values []uint64
	shift  int
	factor uint64
}

type slotOfWord struct {
	value uint64
	code  int32 // from 1; 0 is free
}

func newWordIndex() *wordIndex {
	d := &wordIndex{factor: rand.Uint64() | 1} // nobody can prepare values that all meet in one slot
	d.resize(12)
	return d
}

func (d *wordIndex) resize(log int) { d.slots, d.shift = make([]slotOfWord, 1<<log), 64-log }

func (d *wordIndex) reset() {
	clear(d.slots)
	d.values = d.values[:0]
}

func (d *wordIndex) hash(v uint64) uint64 {
	v = (v ^ v>>32) * d.factor
	return (v ^ v>>29) * 0x9E3779B97F4A7C15 >> d.shift
}

func (d *wordIndex) code(v uint64) int32 {
	mask := uint64(len(d.slots) - 1)
	for at := d.hash(v); ; at = (at + 1) & mask {
		slot := &d.slots[at]
		if slot.code == 0 {
			d.values = append(d.values, v)
			*slot = slotOfWord{v, int32(len(d.values))}
			if 2*len(d.values) > len(d.slots) {
				d.grow()
			}
			return int32(len(d.values)) - 1
		}
		if slot.value == v {
			return slot.code - 1
		}
	}
}

func (d *wordIndex) grow() {
	d.resize(64 - d.shift + 2)
	mask := uint64(len(d.slots) - 1)
	for i, v := range d.values {
		at := d.hash(v)
		for d.slots[at].code != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = slotOfWord{v, int32(i + 1)}
	}
}

// distinct guesses how many different values n values have, from a sample of them: Chao's
// estimate (1984) from those that were seen once and twice.
func distinct(sample []uint64, n int) int {
	seen := newWordIndex()
	counts := make([]int32, 0, len(sample))
	for _, v := range sample {
		if c := seen.code(v); int(c) == len(counts) {
			counts = append(counts, 1)
		} else {
			counts[c]++
		}
	}
	once, twice := 0, 0
	for _, c := range counts {
		switch c {
		case 1:
			once++
		case 2:
			twice++
		}
	}
	return min(len(counts)+once*(once-1)/(2*(twice+1)), n)
}
