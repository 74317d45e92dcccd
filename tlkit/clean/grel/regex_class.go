package grel

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf16"
)

// This file reads escapes and classes of regular expressions.

// escape reads a backslash and what follows it, outside a class.
func (p *regexParser) escape() *syntax.Regexp {
	start := p.pos
	p.pos++
	c := p.peek()
	switch c {
	case 'A':
		p.pos++
		return op(syntax.OpBeginText)
	case 'z':
		p.pos++
		return op(syntax.OpEndText)
	case 'Z':
		p.pos++
		return p.end(false)
	case 'b', 'B':
		p.pos++
		if c == 'b' && p.peek() == '{' && p.ahead(1) == 'g' {
			p.refuse(start, `\b{g}`, linear+" find the bounds of clusters")
		}
		p.boundary = true
		if c == 'b' {
			return op(syntax.OpWordBoundary)
		}
		return op(syntax.OpNoWordBoundary)
	case 'G', 'X':
		p.refuse(start, `\`+string(c), linear+" match it")
	case 'R':
		p.pos++
		return op(syntax.OpAlternate, &syntax.Regexp{Op: syntax.OpLiteral, Rune: []rune("\r\n")}, class(vertical))
	case 'k':
		p.refuse(start, `back reference \k`, linear+" compare with a group")
	}
	if c >= '1' && c <= '9' {
		p.refuse(start, `back reference \`+string(c), linear+" compare with a group")
	}
	set, r := p.classEscape(false)
	if set != nil {
		return class(set)
	}
	return p.literal(r)
}

// classEscape reads an escape that is a set of characters, or one character; the backslash
// is read already. inRange says that it is part of a range of characters.
func (p *regexParser) classEscape(inRange bool) (runeSet, rune) {
	c := p.peek()
	if c == quotedMark {
		c = p.src[p.pos].r
	}
	p.pos++
	switch c {
	case none:
		p.pos--
		p.fail("Unexpected internal error")
	case 'p', 'P':
		return p.family(c == 'P'), 0
	case 'd':
		return digits, 0
	case 'D':
		return digits.not(), 0
	case 'w':
		return wordChars, 0
	case 'W':
		return wordChars.not(), 0
	case 's':
		return asciiSpaces, 0
	case 'S':
		return asciiSpaces.not(), 0
	case 'h':
		return horizontal, 0
	case 'H':
		return horizontal.not(), 0
	case 'v':
		if inRange {
			return nil, '\v'
		}
		return vertical, 0
	case 'V':
		return vertical.not(), 0
	case 't':
		return nil, '\t'
	case 'n':
		return nil, '\n'
	case 'r':
		return nil, '\r'
	case 'f':
		return nil, '\f'
	case 'a':
		return nil, '\a'
	case 'e':
		return nil, 0x1b
	case '0':
		return nil, p.octal()
	case 'x':
		return nil, p.hexadecimal()
	case 'u':
		return nil, p.unicodeEscape()
	case 'c':
		if p.pos == len(p.src) {
			p.fail("Illegal control escape sequence")
		}
		p.pos++
		return nil, p.src[p.pos-1].r ^ 64
	case 'N':
		p.refuse(p.pos-2, `\N`, "characters are not known by their names; write them")
	}
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '1' && c <= '9' {
		p.fail("Illegal/unsupported escape sequence")
	}
	return nil, c
}

func (p *regexParser) octal() rune {
	n, digits := rune(0), 0
	for c := p.peek(); c >= '0' && c <= '7' && digits < 3 && n*8+c-'0' <= 0377; c = p.peek() {
		n = n*8 + c - '0'
		digits++
		p.pos++
	}
	if digits == 0 {
		p.pos++
		p.fail("Illegal octal escape sequence")
	}
	return n
}

func hexDigit(r rune) (rune, bool) {
	switch {
	case r >= '0' && r <= '9':
		return r - '0', true
	case r >= 'a' && r <= 'f':
		return r - 'a' + 10, true
	case r >= 'A' && r <= 'F':
		return r - 'A' + 10, true
	}
	return 0, false
}

// hexDigits reads exactly so many digits.
func (p *regexParser) hexDigits(count int, msg string) rune {
	n := rune(0)
	for range count {
		d, ok := hexDigit(p.peek())
		p.pos++
		if !ok {
			p.fail(msg)
		}
		n = n*16 + d
	}
	return n
}

func (p *regexParser) hexadecimal() rune {
	const bad = "Illegal hexadecimal escape sequence"
	if !p.accept('{') {
		return p.hexDigits(2, bad)
	}
	n, any := rune(0), false
	for {
		d, ok := hexDigit(p.peek())
		if !ok {
			break
		}
		if n, any = n*16+d, true; n > unicode.MaxRune {
			p.fail("Hexadecimal codepoint is too big")
		}
		p.pos++
	}
	switch {
	case !any:
		p.pos++
		p.fail(bad)
	case !p.accept('}'):
		p.pos++
		p.fail("Unclosed hexadecimal escape sequence")
	}
	return n
}

func (p *regexParser) unicodeEscape() rune {
	const bad = "Illegal Unicode escape sequence"
	r := p.hexDigits(4, bad)
	if utf16.IsSurrogate(r) && r < 0xdc00 && p.peek() == '\\' && p.ahead(1) == 'u' {
		start := p.pos
		p.pos += 2
		if low := p.hexDigits(4, bad); utf16.DecodeRune(r, low) != unicode.ReplacementChar {
			return utf16.DecodeRune(r, low)
		}
		p.pos = start
	}
	return r
}

// family reads the name of a property: one letter, or one in braces.
func (p *regexParser) family(not bool) runeSet {
	escape := p.pos - 2
	var name string
	if p.accept('{') {
		start := p.pos
		for p.pos < len(p.src) && p.src[p.pos].r != '}' {
			p.pos++
		}
		if p.pos == len(p.src) {
			p.fail("Unclosed character family")
		}
		if p.pos == start {
			p.fail("Empty character family")
		}
		for _, m := range p.src[start:p.pos] {
			name += string(m.r)
		}
		p.pos++
	} else {
		if p.pos == len(p.src) {
			p.fail("Unknown character property name {\x00}")
		}
		name = string(p.src[p.pos].r)
		p.pos++
	}
	s, ok := property(name, p.mode())
	if !ok {
		p.refuse(escape, `\p{`+name+"}", "this property of characters is not known here; write a class such as [a-z], or a script such as \\p{IsLatin}")
	}
	if not {
		return s.not()
	}
	return s
}

// class reads a class after its opening bracket; without consume it leaves the closing one.
func (p *regexParser) class(consume bool) runeSet {
	p.enter()
	defer func() { p.depth-- }()
	not := consume && p.accept('^')
	var set runeSet
	any := false
	add := func(s runeSet) {
		set, any = set.or(s), true
	}
	for {
		switch c := p.peek(); {
		case c == none:
			p.fail("Unclosed character class")
		case c == '[':
			p.pos++
			add(p.class(true))
		case c == '&' && p.ahead(1) == '&':
			p.pos += 2
			right := p.intersected()
			switch {
			case right == nil && !any:
				p.fail("Bad class syntax")
			case right == nil: // a && that nothing follows
			case !any:
				set, any = right, true
			default:
				set = set.and(right)
			}
		case c == ']' && any:
			if consume {
				p.pos++
			}
			if not {
				return set.not()
			}
			return set
		default:
			add(p.classRange())
		}
	}
}

// intersected reads what stands after && in a class, up to the next && or the end; nil if
// that is nothing.
func (p *regexParser) intersected() runeSet {
	var right runeSet
	for p.peek() != ']' && p.peek() != '&' {
		if p.peek() == none {
			p.fail("Unclosed character class")
		}
		part := p.class(p.accept('['))
		right = append(runeSet{}, right.or(part)...)
	}
	return right
}

// classRange reads one character of a class, a range, or an escape that is a set.
func (p *regexParser) classRange() runeSet {
	low, set := p.classAtom(p.ahead(2) == '-')
	if set != nil {
		return set
	}
	if p.peek() == '-' {
		switch p.ahead(1) {
		case '[', ']', none:
		default:
			p.pos++
			high, set := p.classAtom(true)
			if set != nil || high < low {
				p.fail("Illegal character range")
			}
			return p.mode().fold(low, high)
		}
	}
	if utf16.IsSurrogate(low) {
		p.refuse(p.pos-1, "half of a character", "texts here hold whole characters only")
	}
	return p.mode().fold(low, low)
}

func (p *regexParser) classAtom(inRange bool) (rune, runeSet) {
	if p.accept('\\') {
		set, r := p.classEscape(inRange)
		return r, set
	}
	if p.pos == len(p.src) {
		p.fail("Unclosed character class")
	}
	p.pos++
	return p.src[p.pos-1].r, nil
}
