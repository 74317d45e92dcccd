package grel

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The scanner cuts an expression into tokens exactly where OpenRefine's does, oddities
// included: "1e5" is the number 1.0 and a name, "=" is an operator that compares nothing.

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokError
	tokDelimiter
	tokOperator
	tokName
	tokNumber
	tokString
	tokRegex
)

type token struct {
	kind   tokenKind
	start  int    // in bytes
	text   string // the operator, the name, the string's text, the regular expression's source
	number Value  // of a tokNumber
	fold   bool   // of a tokRegex: /…/i
}

func (t token) is(kind tokenKind, text string) bool { return t.kind == kind && t.text == text }

type scanner struct {
	src string
	pos int
}

// next gives the token that starts at the scanner's position. A slash starts a regular
// expression only where an operand can stand.
func (s *scanner) next(operand bool) token {
	s.skip(javaSpace)
	if s.pos == len(s.src) {
		return token{kind: tokEnd, start: s.pos}
	}
	start := s.pos
	switch c, size := utf8.DecodeRuneInString(s.src[start:]); {
	case javaDigit(c):
		return s.number()
	case c == '"' || c == '\'':
		return s.quoted(byte(c))
	case c == '_' || javaLetter(c):
		s.skip(func(r rune) bool { return r == '_' || javaLetter(r) || javaDigit(r) })
		return token{kind: tokName, start: start, text: s.src[start:s.pos]}
	case c == '/' && operand:
		return s.regex()
	case strings.ContainsRune("+-*/.%", c):
		return s.take(tokOperator, 1)
	case strings.ContainsRune("()[],", c):
		return s.take(tokDelimiter, 1)
	case strings.ContainsRune("<>=", c), c == '!' && strings.HasPrefix(s.src[start:], "!="):
		two := ""
		if start+1 < len(s.src) {
			two = s.src[start : start+2]
		}
		if two == "!=" || two == "<=" || two == "<>" || two == ">=" || two == "==" {
			return s.take(tokOperator, 2)
		}
		return s.take(tokOperator, 1)
	default:
		return s.take(tokError, size)
	}
}

func (s *scanner) take(kind tokenKind, n int) token {
	t := token{kind: kind, start: s.pos, text: s.src[s.pos : s.pos+n]}
	s.pos += n
	return t
}

func (s *scanner) skip(in func(rune) bool) {
	for s.pos < len(s.src) {
		c, n := utf8.DecodeRuneInString(s.src[s.pos:])
		if !in(c) {
			return
		}
		s.pos += n
	}
}

// number reads digits, and after a dot more of them. There is no exponent, but an e makes
// the number a float. Sums wrap and round as OpenRefine's do.
func (s *scanner) number() token {
	start := s.pos
	var whole int64
	digit := func(c rune) bool {
		if javaDigit(c) {
			whole = whole*10 + int64(c-'0')
			return true
		}
		return false
	}
	s.skip(digit)
	if s.pos == len(s.src) || s.src[s.pos] != '.' && s.src[s.pos] != 'e' {
		return token{kind: tokNumber, start: start, text: s.src[start:s.pos], number: IntValue(whole)}
	}
	f := float64(whole)
	text := s.src[start:s.pos] + ".0"
	if s.src[s.pos] == '.' {
		s.pos++
		division := 1.0
		s.skip(func(c rune) bool {
			if !javaDigit(c) {
				return false
			}
			f = f*10 + float64(c-'0')
			division *= 10
			return true
		})
		f /= division
		text = s.src[start:s.pos]
	}
	return token{kind: tokNumber, start: start, text: text, number: FloatValue(f)}
}

func (s *scanner) quoted(quote byte) token {
	start := s.pos
	var b strings.Builder
	for s.pos++; s.pos < len(s.src); s.pos++ {
		switch c := s.src[s.pos]; c {
		case quote:
			s.pos++
			return token{kind: tokString, start: start, text: b.String()}
		case '\\':
			if s.pos++; s.pos == len(s.src) {
				return token{kind: tokError, start: start, text: s.src[start:]}
			}
			switch c := s.src[s.pos]; c {
			case 't':
				b.WriteByte('\t')
			case 'n':
				b.WriteByte('\n')
			case 'r':
				b.WriteByte('\r')
			default:
				b.WriteByte(c)
			}
		default:
			b.WriteByte(c)
		}
	}
	return token{kind: tokError, start: start, text: s.src[start:]}
}

func (s *scanner) regex() token {
	start := s.pos
	for s.pos++; s.pos < len(s.src); s.pos++ {
		switch s.src[s.pos] {
		case '/':
			t := token{kind: tokRegex, start: start, text: s.src[start+1 : s.pos]}
			if s.pos++; s.pos < len(s.src) && s.src[s.pos] == 'i' {
				t.fold = true
				s.pos++
			}
			return t
		case '\\':
			s.pos++
		}
	}
	s.pos = len(s.src)
	return token{kind: tokError, start: start, text: s.src[start:]}
}

// javaSpace, javaLetter and javaDigit are the tests of java.lang.Character on one char:
// what lies beyond U+FFFF is none of them.

func javaSpace(c rune) bool {
	switch {
	case c >= 0x09 && c <= 0x0D, c >= 0x1C && c <= 0x20:
		return true
	case c < 0x80 || c == 0xA0 || c == 0x2007 || c == 0x202F:
		return false
	}
	return c <= 0xFFFF && unicode.In(c, unicode.Zs, unicode.Zl, unicode.Zp)
}

func javaLetter(c rune) bool { return c <= 0xFFFF && unicode.IsLetter(c) }

func javaDigit(c rune) bool { return c <= 0xFFFF && unicode.IsDigit(c) }
