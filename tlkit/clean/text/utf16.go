package text

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// The programs whose keys and clusters are matched here hold strings as UTF-16. This file
// sees strings their way: as 16-bit units, in that order, with Java's case mappings.

// units are the UTF-16 units of s; each byte that is no UTF-8 is U+FFFD.
func units(s string) []uint16 {
	out := make([]uint16, 0, len(s))
	for _, r := range s {
		out = utf16.AppendRune(out, r)
	}
	return out
}

// fromUnits is the string of UTF-16 units. A half of a surrogate pair alone becomes the
// three bytes that UTF-8 would have for it, as in WTF-8, so that unequal units stay
// unequal strings.
func fromUnits(u []uint16) string {
	var b strings.Builder
	b.Grow(len(u))
	for i := 0; i < len(u); i++ {
		r := rune(u[i])
		switch {
		case !utf16.IsSurrogate(r):
			b.WriteRune(r)
		case i+1 < len(u) && utf16.DecodeRune(r, rune(u[i+1])) != unicode.ReplacementChar:
			b.WriteRune(utf16.DecodeRune(r, rune(u[i+1])))
			i++
		default:
			b.Write([]byte{0xE0 | byte(r>>12), 0x80 | byte(r>>6)&0x3F, 0x80 | byte(r)&0x3F})
		}
	}
	return b.String()
}

// compare orders strings by their UTF-16 units, as Java's compareTo does. That is the
// order of their bytes, but that U+E000 to U+FFFF come after what needs two units.
func compare(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) || i == len(b) {
		return len(a) - len(b)
	}
	const private, pairs = 0xEE, 0xF0 // first bytes of U+E000… and of U+10000…
	if x, y := a[i], b[i]; x >= private && y >= private && (x >= pairs) != (y >= pairs) {
		return int(y) - int(x)
	}
	return int(a[i]) - int(b[i])
}

// valid is s with U+FFFD for each byte that is no UTF-8.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// isASCII reports whether s has no byte above 127.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Lower is s in lower case as Java's String.toLowerCase and OpenRefine's toLowercase have
// it outside Turkish, Azeri and Lithuanian: İ becomes i and a dot above, and Σ at the end
// of a word becomes ς.
func Lower(s string) string {
	if !strings.ContainsAny(s, "Σİ") {
		return strings.ToLower(s)
	}
	runes := []rune(s)
	var b strings.Builder
	b.Grow(len(s) + 1)
	for i, r := range runes {
		switch {
		case r == 'İ':
			b.WriteString("i\u0307")
		case r == 'Σ' && endsWord(runes, i):
			b.WriteRune('ς')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// Upper is s in upper case as Java's String.toUpperCase and OpenRefine's toUppercase have
// it outside Turkish, Azeri and Lithuanian: Unicode's full mapping, where ß becomes SS.
func Upper(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	return cases.Upper(language.Und).String(valid(s))
}

// endsWord reports whether a cased letter stands before runes[at] in its word, and none
// after it.
func endsWord(runes []rune, at int) bool {
	before := false
	for i := at; i > 0 && joined(runes, i) && !before; i-- {
		before = isCased(runes[i-1])
	}
	if !before {
		return false
	}
	for i := at + 1; i < len(runes) && joined(runes, i); i++ {
		if isCased(runes[i]) {
			return false
		}
	}
	return true
}

// joined reports whether runes[i-1] and runes[i] are in one word. It follows the rules of
// Java's BreakIterator for words, which are older than Unicode's: letters and digits hold
// together, a dash, full stop or quotation mark holds two letters together, and a comma,
// full stop or quotation mark two digits.
func joined(runes []rune, i int) bool {
	r := runes[i]
	if isIgnored(r) {
		return true
	}
	before, beside := seen(runes, i-1, -1, isIgnored), seen(runes, i-1, -1, isFormat)
	if before < 0 {
		return false
	}
	p := runes[before]
	return isAlphanumeric(p) && isAlphanumeric(r) ||
		held(p, r, runes, seen(runes, i+1, 1, isFormat)) || // an accent on the punctuation ends the word
		before == beside && held(r, p, runes, seen(runes, before-1, -1, isIgnored))
}

// held reports whether a letter or digit and a mark beside it are held together by what
// stands on the mark's other side.
func held(letter, mark rune, runes []rune, beyond int) bool {
	if beyond < 0 || beyond >= len(runes) {
		return false
	}
	return isWordLetter(letter) && isMidWord(mark) && isWordLetter(runes[beyond]) ||
		unicode.IsNumber(letter) && isMidNumber(mark) && unicode.IsNumber(runes[beyond])
}

// seen is the first index from i on, by steps, whose rune is not ignored.
func seen(runes []rune, i, step int, ignored func(rune) bool) int {
	for i >= 0 && i < len(runes) && ignored(runes[i]) {
		i += step
	}
	return i
}

func isIgnored(r rune) bool { return isFormat(r) || unicode.In(r, unicode.Mn, unicode.Me) }

func isFormat(r rune) bool { return unicode.Is(unicode.Cf, r) && r != softHyphen }

const softHyphen = '\u00AD'

func isMidWord(r rune) bool {
	return r == '"' || r == '\'' || r == '.' || r == '\u2027' || r == softHyphen || unicode.In(r, unicode.Pd, unicode.Pc)
}

func isMidNumber(r rune) bool {
	return r == '"' || r == '\'' || r == '.' || r == ',' || r == '\u066B'
}

func isAlphanumeric(r rune) bool { return isWordLetter(r) || unicode.IsNumber(r) }

// isWordLetter excepts what Chinese and Japanese are written with, as far as Unicode 2 knew
// it: words of them are cut otherwise.
func isWordLetter(r rune) bool {
	eastAsian := r >= 0x3005 && r <= 0x3007 || r >= 0x3021 && r <= 0x3029 || r >= 0x3041 && r <= 0x3094 ||
		r >= 0x3099 && r <= 0x309E || r >= 0x30A1 && r <= 0x30FE || r >= 0x4E00 && r <= 0x9FA5 || r >= 0xF900 && r <= 0xFA2D
	return unicode.In(r, unicode.L, unicode.Mc) && !eastAsian
}

// isCased is what Java 17 takes for a letter with case: those with one, and the letters
// that are written small and raised, numerals and letters in circles.
func isCased(r rune) bool {
	return unicode.In(r, unicode.Ll, unicode.Lu, unicode.Lt) || r == 0x345 || r == 0x37A ||
		r >= 0x2B0 && r <= 0x2B8 || r >= 0x2C0 && r <= 0x2C1 || r >= 0x2E0 && r <= 0x2E4 ||
		r >= 0x1D2C && r <= 0x1D61 || r >= 0x2160 && r <= 0x217F || r >= 0x24B6 && r <= 0x24E9
}
