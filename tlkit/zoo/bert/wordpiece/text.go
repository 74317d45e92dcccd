package wordpiece

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// This file goes through a text once, character by character, and hands on its words.

// piece is a token, and the bytes of the text that it stands for.
type piece struct {
	id       int32
	from, to int
}

// glyph is a normalised character, and the bytes of the text that it comes from.
type glyph struct {
	r        rune
	from, to int
	class    uint8 // combining class: 0 for what marks are set on
}

// reader goes through a text.
type reader struct {
	t      *Tokenizer
	limit  int // most pieces; −1: any number
	pieces []piece
	marks  []glyph // that follow one another, before they are put into order
	word   word
	take   func([]piece, *word) []piece // appends the pieces of a word
}

// pieces gives the text's tokens, at most limit.
func (t *Tokenizer) pieces(text string, limit int) []piece {
	r := &reader{t: t, limit: limit, take: t.split}
	from := 0
	for at := 0; at < len(text) && !r.full(); at++ {
		if !t.starts[text[at]] {
			continue
		}
		if s, ok := t.specialAt(text[at:]); ok {
			r.read(text, from, at)
			r.emit(piece{s.id, at, at + len(s.text)})
			from = at + len(s.text)
			at = from - 1
		}
	}
	r.read(text, from, len(text))
	if limit >= 0 && len(r.pieces) > limit {
		r.pieces = r.pieces[:limit]
	}
	return r.pieces
}

func (t *Tokenizer) specialAt(text string) (token, bool) {
	for _, s := range t.special { // longest first
		if strings.HasPrefix(text, s.text) {
			return s, true
		}
	}
	return token{}, false
}

func (r *reader) full() bool { return r.limit >= 0 && len(r.pieces) >= r.limit }

func (r *reader) emit(p piece) { r.pieces = append(r.pieces, p) }

// read goes through the bytes [from, to) of the text, which hold no special token.
func (r *reader) read(text string, from, to int) {
	rules := r.t.rules
	for at := from; at < to && !r.full(); {
		c, n := utf8.DecodeRuneInString(text[at:to])
		switch {
		case rules.Clean && removed.has(c):
		case unicode.IsSpace(c):
			r.endWord()
		case rules.Chinese && chinese.has(c):
			r.endWord()
			r.character(c, at, at+n)
			r.endWord()
		default:
			r.character(c, at, at+n)
		}
		at += n
	}
	r.endWord()
}

// character takes one character of the text.
func (r *reader) character(c rune, from, to int) {
	if !r.t.rules.StripAccents || c < utf8.RuneSelf {
		r.mark(glyph{c, from, to, 0})
		return
	}
	var room [4]rune
	for _, d := range decompose(room[:0], c) {
		if !marks.has(d) {
			r.mark(glyph{d, from, to, classOf(d)})
		}
	}
}

// mark keeps marks back until the last of them is there, because their classes say in
// which order they come. (What is stripped does not change the order of the rest.)
func (r *reader) mark(g glyph) {
	if g.class != 0 {
		r.marks = append(r.marks, g)
		return
	}
	r.endMarks()
	r.letter(g)
}

func (r *reader) endMarks() {
	if len(r.marks) == 0 {
		return
	}
	slices.SortStableFunc(r.marks, func(a, b glyph) int { return int(a.class) - int(b.class) })
	for _, g := range r.marks {
		r.letter(g)
	}
	r.marks = r.marks[:0]
}

// letter takes one character in its final order.
func (r *reader) letter(g glyph) {
	if r.t.rules.Lowercase {
		if g.r == 'İ' { // the one character whose small form is two
			r.word.add(glyph{r: 'i', from: g.from, to: g.to}, r.t.chars)
			g.r = '\u0307'
		}
		g.r = lower(g.r)
	}
	if punctuation.has(g.r) {
		r.emitWord()
		r.word.add(g, r.t.chars)
		r.emitWord()
		return
	}
	r.word.add(g, r.t.chars)
}

func (r *reader) endWord() {
	r.endMarks()
	r.emitWord()
}

func (r *reader) emitWord() {
	if r.word.chars > 0 {
		r.pieces = r.take(r.pieces, &r.word)
	}
	r.word.clear()
}

// word is what is between white space or punctuation.
type word struct {
	text     []byte
	ends     []int // of each character, in text
	glyphs   []glyph
	chars    int
	from, to int
}

// add appends a character, of which no more than most are kept: a longer word is unknown.
func (w *word) add(g glyph, most int) {
	if w.chars == 0 {
		w.from, w.to = g.from, g.to
	}
	w.from, w.to = min(w.from, g.from), max(w.to, g.to)
	if w.chars++; w.chars > most {
		return
	}
	w.text = utf8.AppendRune(w.text, g.r)
	w.ends = append(w.ends, len(w.text))
	w.glyphs = append(w.glyphs, g)
}

func (w *word) clear() { w.text, w.ends, w.glyphs, w.chars = w.text[:0], w.ends[:0], w.glyphs[:0], 0 }

// piece is the characters [from, to). They need not lie in the text in their order.
func (w *word) piece(id int32, from, to int) piece {
	p := piece{id, w.glyphs[from].from, w.glyphs[from].to}
	for _, g := range w.glyphs[from+1 : to] {
		p.from, p.to = min(p.from, g.from), max(p.to, g.to)
	}
	return p
}

// split appends the pieces of a word.
func (t *Tokenizer) split(dst []piece, w *word) []piece {
	had := len(dst)
	none := piece{t.ids[unknown], w.from, w.to}
	if w.chars > t.chars {
		return append(dst, none)
	}
	for from, at := 0, 0; from < w.chars; {
		pieces := t.first
		if from > 0 {
			pieces = t.further
		}
		end := w.chars
		var id int32
		for ok := false; ; end-- {
			if end == from {
				return append(dst[:had], none)
			}
			if w.ends[end-1]-at > t.longest {
				continue
			}
			if id, ok = pieces[string(w.text[at:w.ends[end-1]])]; ok {
				break
			}
		}
		dst = append(dst, w.piece(id, from, end))
		from, at = end, w.ends[end-1]
	}
	return dst
}

// table lists characters as ranges [first, last], in order.
type table [][2]rune

func (t table) has(c rune) bool {
	_, ok := slices.BinarySearchFunc(t, c, func(span [2]rune, c rune) int {
		switch {
		case span[1] < c:
			return -1
		case span[0] > c:
			return 1
		}
		return 0
	})
	return ok
}

// younger are the characters that Unicode decomposes only since version 10, the
// reference not yet.
var younger = table{{0x105c9, 0x105c9}, {0x105e4, 0x105e4}, {0x11383, 0x11383}, {0x11385, 0x11385}, {0x1138e, 0x1138e},
	{0x11391, 0x11391}, {0x113c5, 0x113c5}, {0x113c7, 0x113c8}, {0x11938, 0x11938}, {0x16121, 0x16128}, {0x16d68, 0x16d6a}}

// decompose appends the canonical decomposition of c (Unicode's NFD).
func decompose(dst []rune, c rune) []rune {
	const syllables, leads, vowels, trails = 0xac00, 0x1100, 0x1161, 0x11a7
	if s := int(c) - syllables; s >= 0 && s < 19*21*28 { // Unicode 15, section 3.12
		dst = append(dst, rune(leads+s/(21*28)), rune(vowels+s/28%21))
		if s%28 != 0 {
			dst = append(dst, rune(trails+s%28))
		}
		return dst
	}
	var b [utf8.UTFMax]byte
	d := norm.NFD.Properties(b[:utf8.EncodeRune(b[:], c)]).Decomposition()
	if d == nil || younger.has(c) {
		return append(dst, c)
	}
	for len(d) > 0 {
		r, n := utf8.DecodeRune(d)
		dst, d = append(dst, r), d[n:]
	}
	return dst
}

// classOf is the canonical combining class, for the marks that have one in the reference.
func classOf(c rune) uint8 {
	if !ordered.has(c) {
		return 0
	}
	var b [utf8.UTFMax]byte
	return norm.NFD.Properties(b[:utf8.EncodeRune(b[:], c)]).CCC()
}

// lower is unicode.ToLower of Unicode 17, which the reference has.
func lower(c rune) rune {
	switch {
	case c < 0x1c89:
	case c >= 0x10d50 && c <= 0x10d65:
		return c + 0x20
	case c >= 0x16ea0 && c <= 0x16eb8:
		return c + 0x1b
	case c == 0xa7cb:
		return 0x264
	case c == 0xa7dc:
		return 0x19b
	case c == 0x1c89, c == 0xa7cc, c == 0xa7ce, c == 0xa7d2, c == 0xa7d4, c == 0xa7da:
		return c + 1
	}
	return unicode.ToLower(c)
}
