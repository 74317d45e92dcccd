package text

import "math/bits"

// JaroWinkler is the similarity of a and b from 0 to 1, where 1 is equal (M. Jaro, 1989;
// W. Winkler, 1990): it favours strings that begin alike, and suits names. Characters
// match if they are equal and less than half the longer length apart; a Jaro similarity
// above 0.7 is raised for each of at most four characters that both begin with, by a
// tenth of what it lacks. Two empty strings are equal; an empty one is unlike all others.
//
// These are the numbers of jellyfish 1.2 and rapidfuzz 3. It takes time in proportion to
// the length of b, or, if one has more than 64 runes, to the product of the lengths: bound
// the lengths of what strangers send.
func JaroWinkler(a, b string) float64 {
	if a == b {
		return 1
	}
	p := pattern{runes: []rune(a)}
	other := []rune(b)
	if len(p.runes) <= wordBits && len(other) <= wordBits { // else jaro looks at the runes alone
		p.set(p.runes)
	}
	return p.jaroWinkler(other)
}

// jaroWinkler is the similarity of the pattern and b.
func (p *pattern) jaroWinkler(b []rune) float64 {
	sim := p.jaro(b)
	if sim <= 0.7 {
		return sim
	}
	same := 0
	for same < min(len(p.runes), len(b), 4) && p.runes[same] == b[same] {
		same++
	}
	return sim + float64(same)*0.1*(1-sim)
}

// jaro is Jaro's similarity: the mean of the shares of characters of either that match,
// and of the matching characters that stand in the same order.
func (p *pattern) jaro(b []rune) float64 {
	a := p.runes
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	reach := max(max(len(a), len(b))/2-1, 0)
	var common, moved int
	if len(a) <= wordBits && len(b) <= wordBits {
		common, moved = p.jaroShort(b, reach)
	} else {
		common, moved = jaroLong(a, b, reach)
	}
	if common == 0 {
		return 0
	}
	c := float64(common)
	return (c/float64(len(a)) + c/float64(len(b)) + (c-float64(moved/2))/c) / 3
}

// jaroShort counts the characters in common and those of them that stand elsewhere. Each
// character of b takes the first free equal one of the pattern within reach.
func (p *pattern) jaroShort(b []rune, reach int) (common, moved int) {
	var takenA, takenB uint64
	for j, r := range b {
		low, high := max(j-reach, 0), j+reach+1 // [low, high)
		window := ^uint64(0) << low
		if low >= wordBits {
			break
		}
		if high < wordBits {
			window &= 1<<high - 1
		}
		if free := p.where(r) & window &^ takenA; free != 0 {
			takenA |= free & -free
			takenB |= 1 << j
		}
	}
	common = bits.OnesCount64(takenA)
	for takenA != 0 {
		if p.runes[bits.TrailingZeros64(takenA)] != b[bits.TrailingZeros64(takenB)] {
			moved++
		}
		takenA &= takenA - 1
		takenB &= takenB - 1
	}
	return common, moved
}

// jaroLong is jaroShort for any lengths.
func jaroLong(a, b []rune, reach int) (common, moved int) {
	takenA := make([]bool, len(a))
	matched := make([]rune, 0, min(len(a), len(b)))
	for j, r := range b {
		for i := max(j-reach, 0); i <= min(j+reach, len(a)-1); i++ {
			if !takenA[i] && a[i] == r {
				takenA[i] = true
				matched = append(matched, r)
				break
			}
		}
	}
	for i, taken := range takenA {
		if !taken {
			continue
		}
		if a[i] != matched[common] {
			moved++
		}
		common++
	}
	return common, moved
}
