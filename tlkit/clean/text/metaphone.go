package text

import "strings"

// DoubleMetaphone are the two keys of L. Philips' Double Metaphone (C/C++ Users Journal,
// June 2000), letters for how an English speaker says a word or a name of any origin:
// Smith is SM0 and XMT, Schmidt XMT and SMT. Most words have one way to be said, and two
// equal keys. Keys have at most length letters; 0 means 4. A string of white space has
// empty keys. It equals Apache commons-codec 1.17.2, which OpenRefine's phonetic function
// uses.
//
// OpenRefine 3.9.3 clusters by Metaphone 3 instead, of which there is no Go edition to
// build on; for the words of a table both bring much the same together.
func DoubleMetaphone(s string, length int) (primary, alternate string) {
	if length <= 0 {
		length = 4
	}
	word := phonetic(Upper(strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })), func(r rune) byte {
		if r == 'Ç' || r == 'Ñ' {
			return byte(r)
		}
		return other
	})
	m := metaphone{word: word, length: length}
	m.slavic = strings.ContainsAny(word, "WK") || strings.Contains(word, "CZ")
	i := 0
	if m.has(0, "GN", "KN", "PN", "WR", "PS") {
		i = 1 // the first letter is silent
	}
	for i < len(word) && (len(m.first) < length || len(m.second) < length) {
		i = m.letter(i)
	}
	return string(m.first), string(m.second)
}

// A metaphone codes one word. Its methods named after letters code what stands at i and
// say where to go on.
type metaphone struct {
	word          string
	length        int
	slavic        bool // or Germanic: other rules for G, J, S, Z
	first, second []byte
}

// add codes a sound that is heard one way only.
func (m *metaphone) add(code string) { m.either(code, code) }

// either codes a sound that is heard one way or the other.
func (m *metaphone) either(first, second string) {
	m.first = append(m.first, first[:min(len(first), m.length-len(m.first))]...)
	m.second = append(m.second, second[:min(len(second), m.length-len(m.second))]...)
}

// at is the letter at i, 0 outside the word.
func (m *metaphone) at(i int) byte {
	if i < 0 || i >= len(m.word) {
		return 0
	}
	return m.word[i]
}

// has reports whether one of the patterns stands at i.
func (m *metaphone) has(i int, patterns ...string) bool {
	if i < 0 || i > len(m.word) {
		return false
	}
	for _, p := range patterns {
		if strings.HasPrefix(m.word[i:], p) {
			return true
		}
	}
	return false
}

func (m *metaphone) vowel(i int) bool {
	switch m.at(i) {
	case 'A', 'E', 'I', 'O', 'U', 'Y':
		return true
	}
	return false
}

func (m *metaphone) last(i int) bool { return i == len(m.word)-1 }

// past is where to go on after the letter at i, which may be doubled by one of these.
func (m *metaphone) past(i int, doubles ...string) int {
	if m.has(i+1, doubles...) {
		return i + 2
	}
	return i + 1
}

// germanic reports whether the word begins as Dutch and German names do.
func (m *metaphone) germanic() bool { return m.has(0, "VAN ", "VON ", "SCH") }

func (m *metaphone) letter(i int) int {
	switch c := m.word[i]; c {
	case 'A', 'E', 'I', 'O', 'U', 'Y':
		if i == 0 {
			m.add("A")
		}
		return i + 1
	case 'B':
		m.add("P")
		return m.past(i, "B")
	case 'C':
		return m.c(i)
	case 'Ç':
		m.add("S")
		return i + 1
	case 'D':
		return m.d(i)
	case 'F', 'K', 'N':
		m.add(string(rune(c)))
		return m.past(i, string(rune(c)))
	case 'G':
		return m.g(i)
	case 'H':
		return m.h(i)
	case 'J':
		return m.j(i)
	case 'L':
		return m.l(i)
	case 'M':
		return m.m(i)
	case 'Ñ':
		m.add("N")
		return i + 1
	case 'P':
		return m.p(i)
	case 'Q':
		m.add("K")
		return m.past(i, "Q")
	case 'R':
		return m.r(i)
	case 'S':
		return m.s(i)
	case 'T':
		return m.t(i)
	case 'V':
		m.add("F")
		return m.past(i, "V")
	case 'W':
		return m.w(i)
	case 'X':
		return m.x(i)
	case 'Z':
		return m.z(i)
	}
	return i + 1
}

func (m *metaphone) c(i int) int {
	switch {
	case m.hardCH(i):
		m.add("K")
		return i + 2
	case i == 0 && m.has(i, "CAESAR"):
		m.add("S")
		return i + 2
	case m.has(i, "CH"):
		return m.ch(i)
	case m.has(i, "CZ") && !m.has(i-2, "WICZ"): // Czerny
		m.either("S", "X")
		return i + 2
	case m.has(i+1, "CIA"): // focaccia
		m.add("X")
		return i + 3
	case m.has(i, "CC") && !(i == 1 && m.at(0) == 'M'): // but not McClellan
		return m.cc(i)
	case m.has(i, "CK", "CG", "CQ"):
		m.add("K")
		return i + 2
	case m.has(i, "CIO", "CIE", "CIA"): // Italian or English
		m.either("S", "X")
		return i + 2
	case m.has(i, "CI", "CE", "CY"):
		m.add("S")
		return i + 2
	}
	m.add("K")
	switch {
	case m.has(i+1, " C", " Q", " G"): // Mac Caffrey, Mac Gregor
		return i + 3
	case m.has(i+1, "C", "K", "Q") && !m.has(i+1, "CE", "CI"):
		return i + 2
	}
	return i + 1
}

// hardCH is the ch of Bacher, Macher and Chianti.
func (m *metaphone) hardCH(i int) bool {
	if m.has(i, "CHIA") {
		return true
	}
	if i <= 1 || m.vowel(i-2) || !m.has(i-1, "ACH") {
		return false
	}
	after := m.at(i + 2)
	return after != 'I' && after != 'E' || m.has(i-2, "BACHER", "MACHER")
}

func (m *metaphone) cc(i int) int {
	if !m.has(i+2, "I", "E", "H") || m.has(i+2, "HU") { // bacchus
		m.add("K")
		return i + 2
	}
	if i == 1 && m.at(0) == 'A' || m.has(i-1, "UCCEE", "UCCES") { // accident, succeed
		m.add("KS")
	} else { // bellocchio, bertucci
		m.add("X")
	}
	return i + 3
}

func (m *metaphone) ch(i int) int {
	switch {
	case i > 0 && m.has(i, "CHAE"): // Michael
		m.either("K", "X")
	case m.greekCH(i) || m.harshCH(i):
		m.add("K")
	case i == 0:
		m.add("X")
	case m.has(0, "MC"): // McHugh
		m.add("K")
	default:
		m.either("X", "K")
	}
	return i + 2
}

// greekCH is the ch of chemistry, chorus and character.
func (m *metaphone) greekCH(i int) bool {
	return i == 0 && m.has(1, "HARAC", "HARIS", "HOR", "HYM", "HIA", "HEM") && !m.has(0, "CHORE")
}

// harshCH is the ch of German, and of architect, orchestra and orchid.
func (m *metaphone) harshCH(i int) bool {
	if m.germanic() || m.has(i-2, "ORCHES", "ARCHIT", "ORCHID") || m.has(i+2, "T", "S") {
		return true
	}
	return (i == 0 || m.has(i-1, "A", "O", "U", "E")) &&
		(m.last(i+1) || m.has(i+2, "L", "R", "N", "M", "B", "H", "F", "V", "W", " "))
}

func (m *metaphone) d(i int) int {
	switch {
	case m.has(i, "DGI", "DGE", "DGY"): // edge
		m.add("J")
		return i + 3
	case m.has(i, "DG"): // Edgar
		m.add("TK")
		return i + 2
	}
	m.add("T")
	return m.past(i, "T", "D")
}

func (m *metaphone) g(i int) int {
	next := m.at(i + 1)
	switch {
	case next == 'H':
		m.gh(i)
	case next == 'N' && i == 1 && m.vowel(0) && !m.slavic:
		m.either("KN", "N")
	case next == 'N' && !m.has(i+2, "EY") && !m.slavic:
		m.either("N", "KN")
	case next == 'N':
		m.add("KN")
	case m.has(i+1, "LI") && !m.slavic: // tagliaro
		m.either("KL", "L")
	case i == 0 && m.has(1, "Y", "ES", "EP", "EB", "EL", "EY", "IB", "IL", "IN", "IE", "EI", "ER"):
		m.either("K", "J")
	case m.has(i+1, "ER", "Y") && !m.has(0, "DANGER", "RANGER", "MANGER") && !m.has(i-1, "E", "I", "RGY", "OGY"):
		m.either("K", "J")
	case m.has(i+1, "E", "I", "Y") || m.has(i-1, "AGGI", "OGGI"):
		switch {
		case m.germanic() || m.has(i+1, "ET"):
			m.add("K")
		case m.has(i+1, "IER"):
			m.add("J")
		default: // biaggi
			m.either("J", "K")
		}
	default:
		m.add("K")
		return m.past(i, "G")
	}
	return i + 2
}

func (m *metaphone) gh(i int) {
	switch {
	case i > 0 && !m.vowel(i-1):
		m.add("K")
	case i == 0 && m.at(2) == 'I': // Ghislane
		m.add("J")
	case i == 0:
		m.add("K")
	case m.has(i-2, "B", "H", "D") || m.has(i-3, "B", "H", "D") || m.has(i-4, "B", "H"): // Hugh, bough, broughton
	case m.at(i-1) == 'U' && m.has(i-3, "C", "G", "L", "R", "T"): // cough, laugh, tough
		m.add("F")
	case m.at(i-1) != 'I':
		m.add("K")
	}
}

// h is heard before a vowel, at the start or after another vowel.
func (m *metaphone) h(i int) int {
	if (i == 0 || m.vowel(i-1)) && m.vowel(i+1) {
		m.add("H")
		return i + 2
	}
	return i + 1
}

func (m *metaphone) j(i int) int {
	if m.has(i, "JOSE") || m.has(0, "SAN ") { // Spanish: José, San Jacinto
		if i == 0 && m.at(4) == ' ' || len(m.word) == 4 || m.has(0, "SAN ") {
			m.add("H")
		} else {
			m.either("J", "H")
		}
		return i + 1
	}
	switch {
	case i == 0: // Jankelowicz
		m.either("J", "A")
	case m.vowel(i-1) && !m.slavic && m.has(i+1, "A", "O"): // bajador
		m.either("J", "H")
	case m.last(i):
		m.either("J", " ")
	case !m.has(i+1, "L", "T", "K", "S", "N", "M", "B", "Z") && !m.has(i-1, "S", "K", "L"):
		m.add("J")
	}
	return m.past(i, "J")
}

func (m *metaphone) l(i int) int {
	if m.at(i+1) == 'L' && m.silentLL(i) {
		m.either("L", "")
		return i + 2
	}
	m.add("L")
	return m.past(i, "L")
}

// silentLL is the ll of Spanish: cabrillo, gallegos.
func (m *metaphone) silentLL(i int) bool {
	n := len(m.word)
	if i == n-3 && m.has(i-1, "ILLO", "ILLA", "ALLE") {
		return true
	}
	return (m.has(n-2, "AS", "OS") || m.has(n-1, "A", "O")) && m.has(i-1, "ALLE")
}

func (m *metaphone) m(i int) int {
	m.add("M")
	if m.at(i+1) == 'M' || m.has(i-1, "UMB") && (m.last(i+1) || m.has(i+2, "ER")) { // dumb, dumber
		return i + 2
	}
	return i + 1
}

func (m *metaphone) p(i int) int {
	if m.at(i+1) == 'H' {
		m.add("F")
		return i + 2
	}
	m.add("P")
	return m.past(i, "P", "B")
}

func (m *metaphone) r(i int) int {
	if m.last(i) && !m.slavic && m.has(i-2, "IE") && !m.has(i-4, "ME", "MA") { // French: rogier
		m.either("", "R")
	} else {
		m.add("R")
	}
	return m.past(i, "R")
}

func (m *metaphone) s(i int) int {
	switch {
	case m.has(i-1, "ISL", "YSL"): // island, carlysle
		return i + 1
	case i == 0 && m.has(i, "SUGAR"):
		m.either("X", "S")
		return i + 1
	case m.has(i, "SHEIM", "SHOEK", "SHOLM", "SHOLZ"):
		m.add("S")
		return i + 2
	case m.has(i, "SH"):
		m.add("X")
		return i + 2
	case m.has(i, "SIO", "SIA"): // Italian and Armenian
		if m.slavic {
			m.add("S")
		} else {
			m.either("S", "X")
		}
		return i + 3
	case i == 0 && m.has(1, "M", "N", "L", "W") || m.at(i+1) == 'Z': // Smith is like Schmidt
		m.either("S", "X")
		return m.past(i, "Z")
	case m.has(i, "SC"):
		m.sc(i)
		return i + 3
	case m.last(i) && m.has(i-2, "AI", "OI"): // French: artois
		m.either("", "S")
	default:
		m.add("S")
	}
	return m.past(i, "S", "Z")
}

func (m *metaphone) sc(i int) {
	switch {
	case m.at(i+2) != 'H':
		if m.has(i+2, "I", "E", "Y") {
			m.add("S")
		} else {
			m.add("SK")
		}
	case m.has(i+3, "ER", "EN"): // Dutch: schermerhorn, schenker
		m.either("X", "SK")
	case m.has(i+3, "OO", "UY", "ED", "EM"): // school, schooner
		m.add("SK")
	case i == 0 && !m.vowel(3) && m.at(3) != 'W':
		m.either("X", "S")
	default:
		m.add("X")
	}
}

func (m *metaphone) t(i int) int {
	switch {
	case m.has(i, "TION", "TIA", "TCH"):
		m.add("X")
		return i + 3
	case m.has(i, "TH", "TTH"):
		if m.has(i+2, "OM", "AM") || m.germanic() { // Thomas, Thames
			m.add("T")
		} else {
			m.either("0", "T")
		}
		return i + 2
	}
	m.add("T")
	return m.past(i, "T", "D")
}

func (m *metaphone) w(i int) int {
	switch {
	case m.has(i, "WR"):
		m.add("R")
		return i + 2
	case i == 0 && m.vowel(1): // Wasserman is like Vasserman
		m.either("A", "F")
	case i == 0 && m.has(i, "WH"):
		m.add("A")
	case m.last(i) && m.vowel(i-1) || m.has(i-1, "EWSKI", "EWSKY", "OWSKI", "OWSKY") || m.has(0, "SCH"): // Arnow is like Arnoff
		m.either("", "F")
	case m.has(i, "WICZ", "WITZ"): // filipowicz
		m.either("TS", "FX")
		return i + 4
	}
	return i + 1
}

func (m *metaphone) x(i int) int {
	if i == 0 {
		m.add("S")
		return i + 1
	}
	if !(m.last(i) && m.has(i-3, "IAU", "EAU") || m.last(i) && m.has(i-2, "AU", "OU")) { // French: breaux
		m.add("KS")
	}
	return m.past(i, "C", "X")
}

func (m *metaphone) z(i int) int {
	if m.at(i+1) == 'H' { // pinyin: Zhao
		m.add("J")
		return i + 2
	}
	if m.has(i+1, "ZO", "ZI", "ZA") || m.slavic && i > 0 && m.at(i-1) != 'T' {
		m.either("S", "TS")
	} else {
		m.add("S")
	}
	return m.past(i, "Z")
}
