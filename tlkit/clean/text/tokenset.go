package text

import (
	"math/bits"
	"slices"
	"strings"
	"unicode"
)

// TokenSet is the similarity of a and b as sets of words, from 0 to 1: the order of words
// and how often one occurs do not count, and it is 1 where all words of one are in the
// other. Of three comparisons – the words in common with all words of a, with all words of
// b, and all words of a with all words of b, each sorted – it is the best ratio of
// 2·(characters in common, in order) to all characters. Words are what white space
// separates; case counts. A string without words is like nothing, itself included.
//
// It is fuzz.token_set_ratio of rapidfuzz 3, divided by 100, but that a no-break space
// always separates words, and not only beside characters beyond Latin-1. It takes time in
// proportion to the product of the lengths divided by 64.
func TokenSet(a, b string) float64 {
	x, y := words(a), words(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	both, onlyA, onlyB := divide(x, y)
	if len(both) > 0 && (len(onlyA) == 0 || len(onlyB) == 0) {
		return 1
	}
	restA, restB := []rune(strings.Join(onlyA, " ")), []rune(strings.Join(onlyB, " "))
	shared := length(strings.Join(both, " "))
	blank := min(shared, 1) // stands between the words in common and the rest
	lenA, lenB := shared+blank+len(restA), shared+blank+len(restB)
	best := ratio(indel(restA, restB), lenA+lenB)
	if shared > 0 {
		best = max(best, ratio(blank+len(restA), shared+lenA), ratio(blank+len(restB), shared+lenB))
	}
	return best
}

func ratio(distance, all int) float64 { return 1 - float64(distance)/float64(all) }

// words are the different words of s, sorted.
func words(s string) []string {
	w := strings.FieldsFunc(s, isBlank)
	slices.Sort(w)
	return slices.Compact(w)
}

// isBlank is what Python's str.split takes for white space: Unicode's, and the four
// separators of ASCII.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// divide sorts two sorted sets into what is in both and what is in one alone.
func divide(a, b []string) (both, onlyA, onlyB []string) {
	for len(a) > 0 && len(b) > 0 {
		switch strings.Compare(a[0], b[0]) {
		case 0:
			both, a, b = append(both, a[0]), a[1:], b[1:]
		case -1:
			onlyA, a = append(onlyA, a[0]), a[1:]
		default:
			onlyB, b = append(onlyB, b[0]), b[1:]
		}
	}
	return both, append(onlyA, a...), append(onlyB, b...)
}

// indel is the least number of characters to insert or delete that makes a of b.
func indel(a, b []rune) int {
	a, b = trimCommon(a, b)
	return len(a) + len(b) - 2*subsequence(a, b)
}

// subsequence is the length of the longest common subsequence, 64 cells at a time (H.
// Hyyrö, Bit-parallel LCS-length computation revisited, 2004).
func subsequence(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	p := newPattern(a)
	column := make([]uint64, p.words)
	for i := range column {
		column[i] = ^uint64(0)
	}
	for _, r := range b {
		if p.words == 1 {
			matches := column[0] & p.where(r)
			column[0] = (column[0] + matches) | (column[0] - matches)
			continue
		}
		carry := uint64(0)
		for i, eq := range p.wheres(r) {
			matches := column[i] & eq
			sum, over := bits.Add64(column[i], matches, carry)
			column[i], carry = sum|(column[i]-matches), over
		}
	}
	n := 0
	for _, c := range column {
		n += bits.OnesCount64(^c)
	}
	return n
}
