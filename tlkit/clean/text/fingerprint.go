package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fingerprint is the key of OpenRefine's "fingerprint" clustering: the different words of
// s in order, in lower case, without accents, punctuation and control characters; ß is
// ss, ø is oe, and other letters that Unicode does not decompose are written in ASCII.
// Symbols such as $ and + stay. It equals OpenRefine 3.9.3's FingerprintKeyer, down to
// the blank at the start where only punctuation stands before the first word.
func Fingerprint(s string) string {
	folded := fold(s)
	words := strings.Fields(folded)
	if len(words) == 0 {
		return ""
	}
	if r, _ := utf8.DecodeRuneInString(folded); unicode.IsSpace(r) {
		words = append(words, "")
	}
	slices.SortFunc(words, compare)
	return strings.Join(slices.Compact(words), " ")
}

// NGramFingerprint is the key of OpenRefine's "n-gram fingerprint" clustering: s folded
// as for [Fingerprint], without blanks, and of that all different pieces of n characters,
// in order and joined. Characters are UTF-16 units; where a piece ends within one that
// takes two, the key has half of it, written as WTF-8. A string shorter than n has the
// empty key, and so has every string where n is below 1 or where all pieces together would
// be longer than 64 Mi characters. It equals OpenRefine 3.9.3's NGramFingerprintKeyer,
// whose n in clustering is 2 if nothing is said.
func NGramFingerprint(s string, n int) string {
	folded := fold(s)
	if n < 1 {
		return ""
	}
	if isASCII(folded) {
		return ngrams([]byte(folded), n, func(b []byte) string { return string(b) })
	}
	return ngrams(units(folded), n, fromUnits)
}

// maxNGrams bounds the characters of all pieces: they grow with the square of the string.
const maxNGrams = 1 << 26

// ngrams joins the different pieces of n units of s in order, once blanks and control
// characters are out of it. It overwrites s.
func ngrams[U byte | uint16](s []U, n int, join func([]U) string) string {
	s = slices.DeleteFunc(s, func(u U) bool { return unicode.IsSpace(rune(u)) || unicode.IsControl(rune(u)) })
	if len(s) < n || len(s)-n+1 > maxNGrams/n {
		return ""
	}
	bits := 8
	if ^U(0) > 0xFF {
		bits = 16
	}
	if n*bits <= 64 {
		return join(packedNGrams(s, n, bits))
	}
	pieces := make([][]U, len(s)-n+1)
	for i := range pieces {
		pieces[i] = s[i : i+n]
	}
	slices.SortFunc(pieces, slices.Compare[[]U])
	pieces = slices.CompactFunc(pieces, slices.Equal[[]U])
	all := make([]U, 0, len(pieces)*n)
	for _, p := range pieces {
		all = append(all, p...)
	}
	return join(all)
}

// packedNGrams are the different pieces of n units in order, where one fits in a machine
// word, which is much quicker to sort.
func packedNGrams[U byte | uint16](s []U, n, bits int) []U {
	pieces := make([]uint64, 0, len(s)-n+1)
	mask := ^uint64(0) >> (64 - n*bits)
	word := uint64(0)
	for i, u := range s {
		word = (word<<bits | uint64(u)) & mask
		if i >= n-1 {
			pieces = append(pieces, word)
		}
	}
	slices.Sort(pieces)
	pieces = slices.Compact(pieces)
	all := make([]U, 0, len(pieces)*n)
	for _, p := range pieces {
		for k := n - 1; k >= 0; k-- {
			all = append(all, U(p>>(k*bits)))
		}
	}
	return all
}

// fold is s without what fingerprints leave out, blanks within it kept.
func fold(s string) string {
	if isASCII(s) {
		return foldASCII(s)
	}
	s = norm.NFKD.String(Lower(strings.TrimFunc(s, unicode.IsSpace)))
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch plain, ok := withoutDecomposition(r); {
		case ok:
			b.WriteString(plain)
		case isMark(r) || unicode.IsPunct(r) || unicode.IsControl(r) && !unicode.IsSpace(r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isMark is what is left of accents once letters are decomposed: the combining diacritical
// marks of Unicode's block of that name, modifier letters and modifier symbols.
func isMark(r rune) bool {
	return r >= 0x300 && r <= 0x36F || unicode.In(r, unicode.Lm, unicode.Sk)
}

// foldASCII is fold for strings without a byte above 127.
func foldASCII(s string) string {
	s = strings.Trim(s, " \t\n\v\f\r")
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == ' ' || c >= '\t' && c <= '\r':
			out = append(out, c)
		case c >= 'A' && c <= 'Z':
			out = append(out, c+'a'-'A')
		case c == '$' || c == '+' || c == '<' || c == '=' || c == '>' || c == '|' || c == '~': // symbols, no punctuation
			out = append(out, c)
		}
	}
	return string(out)
}

// withoutDecomposition gives the plain letters of those that no normal form takes apart.
func withoutDecomposition(r rune) (string, bool) {
	switch r {
	case 'ß':
		return "ss", true
	case 'æ':
		return "ae", true
	case 'ø', 'œ':
		return "oe", true
	case '©':
		return "c", true
	case 'ð', 'đ', 'ɖ':
		return "d", true
	case 'þ':
		return "th", true
	case 'ƿ':
		return "w", true
	case 'ħ':
		return "h", true
	case 'ı':
		return "i", true
	case 'ĸ':
		return "k", true
	case 'ł':
		return "l", true
	case 'ŋ':
		return "n", true
	case 'ſ', 'ẜ', 'ẝ':
		return "s", true
	case 'ŧ':
		return "t", true
	}
	return "", false
}
