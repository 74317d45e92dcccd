package text

import "unicode/utf8"

// This file finds, for each character of a pattern, where it stands: as bits of a machine
// word, so that distances advance 64 cells of their table at a time.

const wordBits = 64

// A pattern is a string prepared for comparison with many others.
type pattern struct {
	runes []rune
	words int              // 64-bit words that hold one bit for each rune
	ascii [128]uint64      // words == 1: where a rune below 128 stands
	other [128]occurrence  // words == 1: the same for other runes, a hash table
	at    map[rune]int     // words > 1: where a rune's words begin in bits
	bits  []uint64         // words > 1
	none  []uint64         // words > 1: the words of a rune that does not occur
	table []verticalDeltas // words > 1: the column that distance works on
}

type occurrence struct {
	r    rune
	bits uint64
}

// verticalDeltas are the differences between neighbouring cells of one column: bit i of
// up is set where cell i+1 is one more than cell i, of down where it is one less.
type verticalDeltas struct{ up, down uint64 }

// newPattern prepares runes, which it keeps.
func newPattern(runes []rune) *pattern {
	p := new(pattern)
	p.set(runes)
	return p
}

func (p *pattern) set(runes []rune) {
	*p = pattern{runes: runes, words: max((len(runes)+wordBits-1)/wordBits, 1)}
	if p.words == 1 {
		for i, r := range runes {
			if r < 128 {
				p.ascii[r] |= 1 << i
			} else {
				o := p.slot(r)
				o.r, o.bits = r, o.bits|1<<i
			}
		}
		return
	}
	p.at = make(map[rune]int)
	p.none = make([]uint64, p.words)
	p.table = make([]verticalDeltas, p.words)
	for i, r := range runes {
		at, ok := p.at[r]
		if !ok {
			at = len(p.bits)
			p.at[r] = at
			p.bits = append(p.bits, p.none...)
		}
		p.bits[at+i/wordBits] |= 1 << (i % wordBits)
	}
}

// slot is where r stands in the hash table, or where it would. At most 64 of its 128
// places are ever taken, so a free one is always found.
func (p *pattern) slot(r rune) *occurrence {
	i := uint32(r) * 0x9E3779B1 >> 25 // Fibonacci hashing to 7 bits
	for {
		o := &p.other[i%128]
		if o.bits == 0 || o.r == r {
			return o
		}
		i++
	}
}

// where is the places of r in a pattern of one word.
func (p *pattern) where(r rune) uint64 {
	if r < 128 {
		return p.ascii[r]
	}
	return p.slot(r).bits
}

// wheres is the places of r in a pattern of several words.
func (p *pattern) wheres(r rune) []uint64 {
	if at, ok := p.at[r]; ok {
		return p.bits[at : at+p.words]
	}
	return p.none
}

// length is the number of runes of s, each byte that is no UTF-8 being one.
func length(s string) int { return utf8.RuneCountInString(s) }
