package text

import "strings"

// Cologne is the key of the Kölner Phonetik (H. J. Postel, 1969), digits for the sounds of
// German words: Müller and Mueller both are 657. Everything but letters is passed over. A
// string without a letter from A to Z, Ä, Ö, Ü or ß has the empty key. It equals
// OpenRefine 3.9.3's ColognePhoneticKeyer, which is Apache commons-codec 1.17.2.
func Cologne(s string) string {
	letters := phonetic(Upper(s), func(r rune) byte {
		switch r {
		case 'Ä':
			return 'A'
		case 'Ö':
			return 'O'
		case 'Ü':
			return 'U'
		}
		return other
	})
	var key cologneKey
	previous := byte(0) // the letter before, for X and C
	for i := range len(letters) {
		next := byte(0)
		if i+1 < len(letters) {
			next = letters[i+1]
		}
		c := letters[i]
		if c < 'A' || c > 'Z' {
			continue
		}
		key.add(cologneCode(c, previous, next, len(key.digits) == 0))
		previous = c
	}
	return string(key.digits)
}

// silent is the code of a letter that is not heard but keeps its neighbours apart.
const silent = "-"

// cologneCode is the code of a letter between its neighbours; first says that nothing has
// been coded yet.
func cologneCode(c, previous, next byte, first bool) string {
	oneOf := func(c byte, set string) bool { return c != 0 && strings.IndexByte(set, c) >= 0 }
	switch c {
	case 'A', 'E', 'I', 'J', 'O', 'U', 'Y':
		return "0"
	case 'H':
		return silent
	case 'B':
		return "1"
	case 'P':
		if next == 'H' {
			return "3"
		}
		return "1"
	case 'D', 'T':
		if oneOf(next, "CSZ") {
			return "8"
		}
		return "2"
	case 'F', 'V', 'W':
		return "3"
	case 'G', 'K', 'Q':
		return "4"
	case 'C':
		hard := oneOf(next, "AHKOQUX")
		if first {
			hard = hard || oneOf(next, "LR")
		} else {
			hard = hard && !oneOf(previous, "SZ")
		}
		if hard {
			return "4"
		}
		return "8"
	case 'X':
		if oneOf(previous, "CKQ") {
			return "8"
		}
		return "48"
	case 'L':
		return "5"
	case 'M', 'N':
		return "6"
	case 'R':
		return "7"
	default: // S, Z
		return "8"
	}
}

// cologneKey gathers digits: none twice in a row, and 0 at the start alone.
type cologneKey struct {
	digits []byte
	last   byte
}

func (k *cologneKey) add(code string) {
	for i := range len(code) {
		c := code[i]
		if c != silent[0] && c != k.last && (c != '0' || len(k.digits) == 0) {
			k.digits = append(k.digits, c)
		}
		k.last = c
	}
}
