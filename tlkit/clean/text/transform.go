package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Trim is s without white space at its ends, Unicode's no-break spaces included, as
// OpenRefine's trim.
func Trim(s string) string { return strings.TrimFunc(s, unicode.IsSpace) }

// CollapseBlanks is s with each run of blanks, tabs and line ends within it made one
// blank, as OpenRefine's "collapse consecutive whitespace". Blanks are the space
// separators of Unicode, the no-break spaces among them.
func CollapseBlanks(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		if r >= '\t' && r <= '\r' || unicode.Is(unicode.Zs, r) {
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
			continue
		}
		b.WriteRune(r)
		blank = false
	}
	return b.String()
}

// Title is s with the first letter of each word in title case and the rest in lower case,
// as OpenRefine's toTitlecase: words begin at the start and after blanks, tabs, line ends
// and full stops, and nowhere else, so that o'neil becomes O'neil.
func Title(s string) string { return TitleAfter(s, " \t\r\n.") }

// TitleAfter is [Title] where words begin at the start and after each of the characters of
// delimiters.
func TitleAfter(s, delimiters string) string {
	var b strings.Builder
	b.Grow(len(s))
	first := true
	for _, r := range Lower(s) {
		switch {
		case strings.ContainsRune(delimiters, r):
			first = true
		case first:
			r, first = unicode.ToTitle(r), false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Form is one of Unicode's normal forms.
type Form uint8

// The forms. C composes, so that é is one character; D takes apart, so that it is an e and
// an accent. The K forms besides replace what only looks different: ﬁ by fi, ² by 2,
// full-width by plain letters.
const (
	NFC Form = iota
	NFD
	NFKC
	NFKD
)

// Normalize is s in a normal form of Unicode (Annex 15). After more than 30 marks on one
// letter, a U+034F is put in, so that no run of marks is unbounded. A form that does not
// exist is NFC.
func Normalize(s string, f Form) string {
	s = valid(s)
	switch f {
	case NFD:
		return norm.NFD.String(s)
	case NFKC:
		return norm.NFKC.String(s)
	case NFKD:
		return norm.NFKD.String(s)
	}
	return norm.NFC.String(s)
}

// StripAccents is s without the accents, dots and strokes of Latin and Greek letters:
// Łódź becomes Lodz. Marks of other scripts stay, for there they make other letters (й) or
// vowels; so do ß, æ, þ and other letters that are more than an accented one. The result
// is in NFC.
func StripAccents(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	accented := false // the letter before is one whose marks go
	for _, r := range norm.NFD.String(valid(s)) {
		if unicode.Is(unicode.Mn, r) {
			if !accented {
				b.WriteRune(r)
			}
			continue
		}
		accented = unicode.In(r, unicode.Latin, unicode.Greek)
		if plain := strings.IndexRune(stroked, r); plain >= 0 {
			r = rune(unstroked[length(stroked[:plain])])
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// Letters with a stroke or without their dot, which have no decomposition.
const (
	stroked   = "ŁłØøĐđĦħŦŧıƀƗɨɈɉɌɍɎɏƵƶ"
	unstroked = "LlOoDdHhTtibIiJjRrYyZz"
)

// StripControls is s without what is not seen and means nothing: control characters except
// tab and line ends, and the format characters of Unicode, such as zero-width spaces, soft
// hyphens, byte order marks and marks of direction. The zero-width joiner and non-joiner
// stay where they shape what is before them, in emoji and in scripts such as Arabic and
// Devanagari; so do the letters of a flag.
func StripControls(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	var before rune // the one before that stays
	for _, r := range s {
		if isControl(r, before) {
			continue
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

func isControl(r, before rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return false
	case unicode.IsControl(r):
		return true
	case !unicode.Is(unicode.Cf, r):
		return false
	case r == '\u200C' || r == '\u200D':
		shaped := unicode.IsLetter(before) && !unicode.In(before, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han)
		return !shaped && !unicode.In(before, unicode.M, unicode.So, unicode.Sk)
	case r >= 0xE0020 && r <= 0xE007F: // the letters of a flag
		return before != '🏴' && !(before >= 0xE0020 && before <= 0xE007F)
	}
	return true
}

// PlainQuotes is s with typographic quotation marks made those of ASCII, as OpenRefine's
// "replace smart quotes": ‘ ’ ‚ ‛ ‹ › become ' and “ ” „ ‟ « » become ".
func PlainQuotes(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '‘', '’', '‚', '‛', '‹', '›':
			return '\''
		case '“', '”', '„', '‟', '«', '»':
			return '"'
		}
		return r
	}, s)
}

// PlainDashes is s with Unicode's hyphens, dashes and minus signs made the hyphen of
// ASCII: ‐ ‑ ‒ – — ― − ⁃ ﹘ ﹣ －.
func PlainDashes(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015', '\u2212', '\u2043', '\uFE58', '\uFE63', '\uFF0D':
			return '-'
		}
		return r
	}, s)
}
