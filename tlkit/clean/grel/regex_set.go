package grel

import (
	"slices"
	"strings"
	"unicode"
)

// runeSet is a set of characters: pairs of the first and the last of each run, in order.
type runeSet []rune

func setOf(runes ...rune) runeSet {
	var s runeSet
	for _, r := range runes {
		s = append(s, r, r)
	}
	return s.clean()
}

func span(low, high rune) runeSet { return runeSet{low, high} }

var everything = span(0, unicode.MaxRune)

// clean sorts the runs and joins those that touch.
func (s runeSet) clean() runeSet {
	type run struct{ low, high rune }
	runs := make([]run, 0, len(s)/2)
	for i := 0; i < len(s); i += 2 {
		runs = append(runs, run{s[i], s[i+1]})
	}
	slices.SortFunc(runs, func(a, b run) int { return int(a.low) - int(b.low) })
	out := runeSet{}
	for _, r := range runs {
		if n := len(out); n > 0 && r.low <= out[n-1]+1 {
			out[n-1] = max(out[n-1], r.high)
		} else {
			out = append(out, r.low, r.high)
		}
	}
	return out
}

func (s runeSet) or(t runeSet) runeSet { return append(slices.Clone(s), t...).clean() }

func (s runeSet) not() runeSet {
	out, next := runeSet{}, rune(0)
	for i := 0; i < len(s); i += 2 {
		if s[i] > next {
			out = append(out, next, s[i]-1)
		}
		next = s[i+1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, next, unicode.MaxRune)
	}
	return out
}

func (s runeSet) and(t runeSet) runeSet { return s.not().or(t.not()).not() }

func (s runeSet) has(r rune) bool {
	for i := 0; i < len(s); i += 2 {
		if r >= s[i] && r <= s[i+1] {
			return true
		}
	}
	return false
}

func tableSet(tables ...*unicode.RangeTable) runeSet {
	var s runeSet
	for _, t := range tables {
		for _, r := range t.R16 {
			for c := rune(r.Lo); c <= rune(r.Hi); c += rune(r.Stride) {
				if r.Stride == 1 {
					s = append(s, c, rune(r.Hi))
					break
				}
				s = append(s, c, c)
			}
		}
		for _, r := range t.R32 {
			for c := rune(r.Lo); c <= rune(r.Hi); c += rune(r.Stride) {
				if r.Stride == 1 {
					s = append(s, c, rune(r.Hi))
					break
				}
				s = append(s, c, c)
			}
		}
	}
	return s.clean()
}

// caseMode is how letters are matched.
type caseMode uint8

const (
	exactCase   caseMode = iota
	asciiCase            // (?i): a to z only
	unicodeCase          // (?iu)
)

// fold is the set of characters that match one of the run, as Java's predicates have it.
func (m caseMode) fold(low, high rune) runeSet {
	s := span(low, high)
	switch m {
	case asciiCase:
		for c := 'a'; c <= 'z'; c++ {
			if upper := c - 'a' + 'A'; s.has(c) || s.has(upper) {
				s = append(s, c, c, upper, upper)
			}
		}
	case unicodeCase:
		for _, c := range cased() {
			if up := unicode.ToUpper(c); s[0] <= up && up <= s[1] || s[0] <= unicode.ToLower(up) && unicode.ToLower(up) <= s[1] {
				s = append(s, c, c)
			}
			if low == high && unicode.ToLower(unicode.ToUpper(c)) == unicode.ToLower(unicode.ToUpper(low)) {
				s = append(s, c, c)
			}
		}
	}
	return s.clean()
}

// cased are the characters that have another case.
func cased() []rune {
	var out []rune
	for _, r := range unicode.CaseRanges {
		for c := rune(r.Lo); c <= rune(r.Hi); c++ {
			out = append(out, c)
		}
	}
	return out
}

// The predefined classes, of ASCII alone as Java has them without (?U).
var (
	digits      = span('0', '9')
	wordChars   = runeSet{'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}
	asciiSpaces = runeSet{'\t', '\r', ' ', ' '}
	horizontal  = runeSet{'\t', '\t', ' ', ' ', 0xa0, 0xa0, 0x1680, 0x1680, 0x180e, 0x180e, 0x2000, 0x200a, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000}
	vertical    = runeSet{'\n', '\r', 0x85, 0x85, 0x2028, 0x2029}
	lineEnds    = runeSet{'\n', '\n', '\r', '\r', 0x85, 0x85, 0x2028, 0x2029}
	asciiAlpha  = runeSet{'A', 'Z', 'a', 'z'}
	asciiPunct  = runeSet{'!', '/', ':', '@', '[', '`', '{', '~'}
)

// lineEnd reports whether r ends a line in Java's regular expressions.
func lineEnd(r rune) bool {
	return r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029
}

// property is the set that \p{name} names, if it is one that this package has.
func property(name string, mode caseMode) (runeSet, bool) {
	if key, value, ok := strings.Cut(name, "="); ok {
		switch strings.ToLower(key) {
		case "sc", "script":
			return script(value)
		case "blk", "block":
			return block(value)
		case "gc", "general_category":
			return category(value, mode)
		}
		return nil, false
	}
	if rest, ok := strings.CutPrefix(name, "In"); ok {
		return block(rest)
	}
	if rest, ok := strings.CutPrefix(name, "Is"); ok {
		if s, ok := binaryProperty(strings.ToUpper(rest), mode); ok {
			return s, true
		}
		if s, ok := category(rest, mode); ok {
			return s, true
		}
		return script(rest)
	}
	return category(name, mode)
}

// anyCase are the letters that have a case.
func anyCase() runeSet { return tableSet(unicode.Lu, unicode.Ll, unicode.Lt) }

func lowercase() runeSet { return tableSet(unicode.Ll, unicode.Other_Lowercase) }
func uppercase() runeSet { return tableSet(unicode.Lu, unicode.Other_Uppercase) }
func eitherCase() runeSet {
	return tableSet(unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

func alphabetic() runeSet { return tableSet(unicode.L, unicode.Nl, unicode.Other_Alphabetic) }
func whiteSpace() runeSet { return tableSet(unicode.White_Space) }

// category is a general category of Unicode's, or one of the names that Java adds.
func category(name string, mode caseMode) (runeSet, bool) {
	either := func(exact, folded runeSet) (runeSet, bool) {
		if mode != exactCase {
			return folded, true
		}
		return exact, true
	}
	switch name {
	case "Lu", "Ll", "Lt":
		return either(tableSet(unicode.Categories[name]), anyCase())
	case "LC":
		return anyCase(), true
	case "LD":
		return tableSet(unicode.L, unicode.Nd), true
	case "L1":
		return span(0, 0xff), true
	case "all":
		return everything, true
	case "ASCII":
		return span(0, 0x7f), true
	case "Alnum":
		return asciiAlpha.or(digits), true
	case "Alpha":
		return asciiAlpha, true
	case "Blank":
		return setOf(' ', '\t'), true
	case "Cntrl":
		return runeSet{0, 0x1f, 0x7f, 0x7f}, true
	case "Digit":
		return digits, true
	case "Graph":
		return span('!', '~'), true
	case "Lower":
		return either(span('a', 'z'), asciiAlpha)
	case "Print":
		return span(' ', '~'), true
	case "Punct":
		return asciiPunct, true
	case "Space":
		return asciiSpaces, true
	case "Upper":
		return either(span('A', 'Z'), asciiAlpha)
	case "XDigit":
		return runeSet{'0', '9', 'A', 'F', 'a', 'f'}, true
	case "javaLowerCase":
		return either(lowercase(), eitherCase())
	case "javaUpperCase":
		return either(uppercase(), eitherCase())
	case "javaAlphabetic":
		return alphabetic(), true
	case "javaDigit":
		return tableSet(unicode.Nd), true
	case "javaLetter":
		return tableSet(unicode.L), true
	case "javaLetterOrDigit":
		return tableSet(unicode.L, unicode.Nd), true
	case "javaSpaceChar":
		return tableSet(unicode.Z), true
	case "javaWhitespace":
		return tableSet(unicode.Z).and(setOf(0xa0, 0x2007, 0x202f).not()).or(runeSet{'\t', '\r', 0x1c, 0x1f}), true
	case "Cn", "C", "Cs", "javaDefined":
		return nil, false // they depend on the version of Unicode, or on halves of characters
	}
	if t, ok := unicode.Categories[name]; ok && len(name) <= 2 {
		return tableSet(t), true
	}
	return nil, false
}

// binaryProperty is what \p{IsName} names before it is looked for among categories and
// scripts; the name is in capitals.
func binaryProperty(name string, mode caseMode) (runeSet, bool) {
	switch name {
	case "ALPHABETIC", "ALPHA":
		return alphabetic(), true
	case "CONTROL", "CNTRL":
		return tableSet(unicode.Cc), true
	case "IDEOGRAPHIC":
		return tableSet(unicode.Ideographic), true
	case "LETTER":
		return tableSet(unicode.L), true
	case "LOWERCASE", "LOWER":
		if mode != exactCase {
			return eitherCase(), true
		}
		return lowercase(), true
	case "UPPERCASE", "UPPER":
		if mode != exactCase {
			return eitherCase(), true
		}
		return uppercase(), true
	case "TITLECASE":
		if mode != exactCase {
			return eitherCase(), true
		}
		return tableSet(unicode.Lt), true
	case "PUNCTUATION", "PUNCT":
		return tableSet(unicode.P), true
	case "WHITESPACE", "WHITE_SPACE", "SPACE":
		return whiteSpace(), true
	case "DIGIT":
		return tableSet(unicode.Nd), true
	case "ALNUM":
		return alphabetic().or(tableSet(unicode.Nd)), true
	case "HEXDIGIT", "HEX_DIGIT", "XDIGIT":
		return tableSet(unicode.Nd, unicode.Hex_Digit), true
	case "BLANK":
		return tableSet(unicode.Zs).or(setOf('\t')), true
	case "WORD":
		return alphabetic().or(tableSet(unicode.M, unicode.Nd, unicode.Pc, unicode.Join_Control)), true
	}
	return nil, false
}

func script(name string) (runeSet, bool) {
	for n, t := range unicode.Scripts {
		if strings.EqualFold(n, name) {
			return tableSet(t), true
		}
	}
	return nil, false
}

// blocks are those that cleaning recipes use; their names have no spaces, hyphens or
// underscores here.
var blocks = map[string]runeSet{
	"BASICLATIN":                          span(0, 0x7f),
	"LATIN1SUPPLEMENT":                    span(0x80, 0xff),
	"LATINEXTENDEDA":                      span(0x100, 0x17f),
	"LATINEXTENDEDB":                      span(0x180, 0x24f),
	"LATINEXTENDEDADDITIONAL":             span(0x1e00, 0x1eff),
	"COMBININGDIACRITICALMARKS":           span(0x300, 0x36f),
	"GREEK":                               span(0x370, 0x3ff),
	"CYRILLIC":                            span(0x400, 0x4ff),
	"HEBREW":                              span(0x590, 0x5ff),
	"ARABIC":                              span(0x600, 0x6ff),
	"DEVANAGARI":                          span(0x900, 0x97f),
	"THAI":                                span(0xe00, 0xe7f),
	"GENERALPUNCTUATION":                  span(0x2000, 0x206f),
	"SUPERSCRIPTSANDSUBSCRIPTS":           span(0x2070, 0x209f),
	"CURRENCYSYMBOLS":                     span(0x20a0, 0x20cf),
	"HIRAGANA":                            span(0x3040, 0x309f),
	"KATAKANA":                            span(0x30a0, 0x30ff),
	"CJKUNIFIEDIDEOGRAPHS":                span(0x4e00, 0x9fff),
	"HANGULSYLLABLES":                     span(0xac00, 0xd7af),
	"HALFWIDTHANDFULLWIDTHFORMS":          span(0xff00, 0xffef),
	"CJKSYMBOLSANDPUNCTUATION":            span(0x3000, 0x303f),
	"LETTERLIKESYMBOLS":                   span(0x2100, 0x214f),
	"NUMBERFORMS":                         span(0x2150, 0x218f),
	"SPACINGMODIFIERLETTERS":              span(0x2b0, 0x2ff),
	"IPAEXTENSIONS":                       span(0x250, 0x2af),
	"CYRILLICSUPPLEMENTARY":               span(0x500, 0x52f),
	"COMBININGMARKSFORSYMBOLS":            span(0x20d0, 0x20ff),
	"COMBININGDIACRITICALMARKSFORSYMBOLS": span(0x20d0, 0x20ff),
}

func block(name string) (runeSet, bool) {
	s, ok := blocks[strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(name))]
	return s, ok
}
