package text

import "math"

// Levenshtein is the least number of characters to insert, delete or replace that makes a
// of b (V. Levenshtein, 1966). Characters are runes; each byte that is no UTF-8 counts as
// U+FFFD. It takes time in proportion to the product of the lengths divided by 64: two
// texts of 100 000 characters take about half a second, so bound the lengths of what
// strangers send, or use [LevenshteinWithin].
func Levenshtein(a, b string) int {
	d, _ := LevenshteinWithin(a, b, math.MaxInt)
	return d
}

// LevenshteinWithin is the Levenshtein distance of a and b if it is at most max, and true.
// Otherwise it is max+1 and false, found sooner: it takes time in proportion to the
// longer length times max, or the time of [Levenshtein] if that is less. A negative max
// is never kept.
func LevenshteinWithin(a, b string, max int) (int, bool) {
	if max < 0 {
		return 0, false
	}
	if a == b {
		return 0, true
	}
	if tooFar(len(a), len(b), max) { // by the bytes, before any rune is decoded
		return max + 1, false
	}
	x, y := trimCommon([]rune(a), []rune(b))
	if len(x) > len(y) {
		x, y = y, x
	}
	switch {
	case len(y)-len(x) > max:
		return max + 1, false
	case len(x) == 0:
		return len(y), true
	case len(x) > wordBits && max < bandCells*(len(x)/wordBits):
		return banded(x, y, max)
	}
	var p pattern
	p.set(x)
	return p.distance(y, max)
}

// bandCells is how wide a half band may be, for each word of a column, for filling it cell
// by cell to be quicker than 64 cells at a time. Measured.
const bandCells = 2

// tooFar reports that strings of these byte lengths are surely more than max apart: a rune
// has at most four bytes.
func tooFar(a, b, max int) bool {
	short, long := min(a, b), a+b-min(a, b)
	return (long+3)/4-short > max
}

// trimCommon takes away what a and b begin and end with in common.
func trimCommon(a, b []rune) ([]rune, []rune) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

// distance is the Levenshtein distance of the pattern and text if it is at most max. It
// is Myers' algorithm: G. Myers, A fast bit-vector algorithm for approximate string
// matching based on dynamic programming, JACM 46 (1999), with Hyyrö's (2003) form of it
// for distances instead of search.
func (p *pattern) distance(text []rune, max int) (int, bool) {
	if len(p.runes) == 0 {
		return min(len(text), max+1), len(text) <= max
	}
	if p.words > 1 {
		return p.distanceLong(text, max)
	}
	d, left := len(p.runes), len(text)
	last := uint64(1) << (len(p.runes) - 1)
	up, down := ^uint64(0), uint64(0)
	for _, r := range text {
		eq := p.where(r)
		xv := eq | down
		xh := (((eq & up) + up) ^ up) | eq
		right, back := down|^(xh|up), up&xh // horizontal differences: +1, −1
		if right&last != 0 {
			d++
		} else if back&last != 0 {
			d--
		}
		left--
		if d-left > max { // each column can lower it by one at most
			return max + 1, false
		}
		right, back = right<<1|1, back<<1
		up, down = back|^(xv|right), right&xv
	}
	return d, true
}

// distanceLong is distance for patterns of several words. Each word passes the horizontal
// difference at its last row on to the next.
func (p *pattern) distanceLong(text []rune, max int) (int, bool) {
	d, left := len(p.runes), len(text)
	for i := range p.table {
		p.table[i] = verticalDeltas{up: ^uint64(0)}
	}
	final := uint((len(p.runes) - 1) % wordBits)
	for _, r := range text {
		rightIn, backIn := uint64(1), uint64(0) // the top row grows by one at each column
		for i, eq := range p.wheres(r) {
			v := &p.table[i]
			xv := eq | v.down
			eq |= backIn
			xh := (((eq & v.up) + v.up) ^ v.up) | eq
			right, back := v.down|^(xh|v.up), v.up&xh
			out := uint(wordBits - 1)
			if i == p.words-1 {
				out = final
			}
			rightOut, backOut := right>>out&1, back>>out&1
			right, back = right<<1|rightIn, back<<1|backIn
			v.up, v.down = back|^(xv|right), right&xv
			rightIn, backIn = rightOut, backOut
		}
		d += int(rightIn) - int(backIn)
		left--
		if d-left > max {
			return max + 1, false
		}
	}
	return d, true
}

// banded fills only the cells of the table at most max away from its diagonal (E. Ukkonen,
// 1985); no cell outside can be on a path of that cost. a is not longer than b, nor more
// than max shorter.
func banded(a, b []rune, max int) (int, bool) {
	far := max + 1
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = min(j, far)
	}
	for i, r := range a {
		low, high := i+1-max, min(i+1+max, len(b))
		diagonal, before := far, far // the cells above left, and to the left
		if low <= 0 {
			low, diagonal, before = 1, i, i+1
			row[0] = i + 1
		} else {
			diagonal = row[low-1]
		}
		least := before
		for j := low; j <= high; j++ {
			above := row[j]
			if j == i+1+max {
				above = far // not in the band of the row above
			}
			cell := diagonal
			if r != b[j-1] {
				cell = min(diagonal, above, before) + 1
			}
			cell = min(cell, far)
			diagonal, before = above, cell
			row[j] = cell
			least = min(least, cell)
		}
		if least > max {
			return far, false
		}
	}
	d := row[len(b)]
	return d, d <= max
}
