package grel

import (
	"math"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// OpenRefine compares texts, for == and != too, with the collator of its machine's locale,
// by Java's own old rules: controls do not count; spaces, dashes and accents come second
// and capitals third; what the rules do not name follows in the order of its code. This
// is the collator of English and of the root locale in Java 17, canonically decomposed.

// Characters by rank. A rank is the order of the first difference that counts.
const (
	secondRanks = " \u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u3000\ufeff\r\t\n\f\v" +
		"\u0301\u0300\u0306\u0302\u030c\u030a\u030d\u0308\u030b\u0303\u0307\u0304\u0337\u0327\u0328\u0323\u0332\u0305\u0309" +
		"\u030e\u030f\u0310\u0311\u0312\u0313\u0314\u0315\u0316\u0317\u0318\u0319\u031a\u031b\u031c\u031d\u031e\u031f\u0320" +
		"\u0321\u0322\u0324\u0325\u0326\u0329\u032a\u032b\u032c\u032d\u032e\u032f\u0330\u0331\u0333\u0334\u0335\u0336\u0338" +
		"\u0339\u033a\u033b\u033c\u033d\u033e\u033f\u0342\u0345\u0360\u0361\u0483\u0484\u0485\u0486" +
		"\u20d0\u20d1\u20d2\u20d3\u20d4\u20d5\u20d6\u20d7\u20d8\u20d9\u20da\u20db\u20dc\u20dd\u20de\u20df\u20e0\u20e1" +
		"\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
	firstRanks = "_¯,;:!¡?¿/.´`^¨~·¸'\"«»()[]{}§¶©®@¤\u0e3f¢\u20a1\u20a2$\u20ab\u20ac\u20a3\u20a4\u20a5\u20a6\u20a7£\u20a8" +
		"\u20aa\u20a9¥*\\&#%+±÷×<=>¬|¦°µ0123456789¼½¾abcdðefghijklmnopqrstuvwxyz"
)

// element is a collation element: first rank << 16 | second << 8 | third.
type element uint32

func (e element) first() element  { return e >> 16 }
func (e element) second() element { return e >> 8 & 0xff }
func (e element) third() element  { return e & 0xff }

const unmapped element = 0x7fff << 16

// end follows the last element. No character gives it.
const end element = math.MaxUint32

// elements are those of the characters that the rules name; 0 does not count at all.
var elements = func() map[rune]element {
	m := map[rune]element{}
	for _, span := range [][2]rune{{0, 8}, {0x0e, 0x1f}, {0x7f, 0x9f}, {0x200b, 0x200f}} {
		for c := span[0]; c <= span[1]; c++ {
			m[c] = 0
		}
	}
	rank := element(0)
	for _, c := range secondRanks {
		rank++
		m[c] = rank << 8
	}
	m['-'] = m['\u20e1'] | 1
	rank = 0
	for _, c := range firstRanks {
		rank++
		m[c] = rank << 16
		if c >= 'a' && c <= 'z' {
			m[c-'a'+'A'] = rank<<16 | 1
		}
	}
	m['Ð'] = m['ð'] | 1
	return m
}()

// pairs are the characters that stand for two elements.
var pairs = map[rune][2]element{
	'Æ': {elements['a'] | 3, elements['e'] | 1}, 'æ': {elements['a'] | 2, elements['e'] | 1},
	'Œ': {elements['o'] | 3, elements['e'] | 1}, 'œ': {elements['o'] | 2, elements['e'] | 1},
	'Þ': {elements['t'] | 3, elements['h'] | 1}, 'þ': {elements['t'] | 2, elements['h'] | 1},
	'ß': {elements['s'] | 2, elements['s'] | 1},
}

// ascii are the elements of ASCII, found without a map.
var ascii = func() (t [128]element) {
	for c := range t {
		t[c] = elements[rune(c)]
	}
	return t
}()

// cursor walks over the elements of a text.
type cursor struct {
	text    string // decomposed
	pending [2]element
	waiting int
}

func newCursor(s string) cursor {
	if !norm.NFD.IsNormalString(s) {
		s = norm.NFD.String(s)
	}
	return cursor{text: s}
}

func (c *cursor) next() element {
	if c.waiting > 0 {
		e := c.pending[0]
		c.pending[0] = c.pending[1]
		c.waiting--
		return e
	}
	if c.text == "" {
		return end
	}
	if b := c.text[0]; b < utf8.RuneSelf {
		c.text = c.text[1:]
		return ascii[b]
	}
	r, n := utf8.DecodeRuneInString(c.text)
	c.text = c.text[n:]
	if e, ok := elements[r]; ok {
		return e
	}
	if p, ok := pairs[r]; ok {
		c.pending[0], c.waiting = p[1], 1
		return p[0]
	}
	// What has no rank follows all that has one, by the code of its UTF-16.
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		c.pending, c.waiting = [2]element{element(high) << 16, element(low) << 16}, 2
	} else {
		c.pending[0], c.waiting = element(r)<<16, 1
	}
	return unmapped
}

// collate is Collator.compare: the first difference in first ranks decides, else the first
// one in second ranks, else the first one in third ranks.
func collate(a, b string) int {
	if a == b {
		return 0
	}
	x, y := newCursor(a), newCursor(b)
	result, seconds, thirds := 0, true, true // seconds, thirds: no difference of that rank yet
	second := func(sign int) {
		if seconds {
			result, seconds = sign, false
		}
	}
	p, q := x.next(), y.next()
	for p != end && q != end {
		switch {
		case p == q:
			p, q = x.next(), y.next()
		case p.first() != q.first() && p == 0:
			p = x.next()
		case p.first() != q.first() && q == 0:
			q = y.next()
		case p.first() == q.first():
			if u, v := p.second(), q.second(); u != v {
				second(sign(u, v))
			} else if u, v := p.third(), q.third(); u != v && seconds && thirds {
				result, thirds = sign(u, v), false
			}
			p, q = x.next(), y.next()
		case p.first() == 0: // an accent or a space against a letter: a difference of second rank
			second(1)
			p = x.next()
		case q.first() == 0:
			second(-1)
			q = y.next()
		default:
			return sign(p, q)
		}
	}
	if tail(&x, p, func() { second(1) }) {
		return 1
	}
	if tail(&y, q, func() { second(-1) }) {
		return -1
	}
	return result
}

// tail looks at what one text has more than the other; it reports whether that decides.
func tail(c *cursor, e element, second func()) bool {
	for ; e != end; e = c.next() {
		if e.first() != 0 {
			return true
		}
		if e.second() != 0 {
			second()
		}
	}
	return false
}

func sign(a, b element) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
