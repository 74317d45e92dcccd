package frame

import (
	"bytes"
	"encoding/json"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// A jsonScanner takes a line of JSON apart: RFC 8259, by the letter. The buffer has pad
// bytes after the line.
type jsonScanner struct {
	buf     []byte
	pos, n  int
	replace bool   // half a surrogate pair becomes U+FFFD
	text    []byte // of the last string with escapes
}

// A jsonValue is a value of an object: what it is, and where it stands or, for a string
// with escapes, its text.
type jsonValue struct {
	kind     byte // 's'tring, 'n'umber, 't'rue, 'f'alse, null ('0'), '{' or '['
	from, to int  // within buf; of a string without its quotes
	escaped  bool // the text is in the scanner's text
}

func (s *jsonScanner) blanks() {
	for s.pos < s.n {
		switch s.buf[s.pos] {
		case ' ', '\t', '\r':
			s.pos++
		default:
			return
		}
	}
}

// wrong is a fault at the scanner's place.
func (s *jsonScanner) wrong(format string, args ...any) *fault {
	return &fault{pos: min(s.pos, s.n), err: says(nil, format, args...)}
}

// next passes over blanks, and takes the byte if it is there.
func (s *jsonScanner) next(c byte) bool {
	s.blanks()
	if s.pos < s.n && s.buf[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

// value reads a value.
func (s *jsonScanner) value() (v jsonValue, bad *fault) {
	s.blanks()
	if s.pos == s.n {
		return v, s.wrong("the line ends where a value should be; write each object on one line")
	}
	switch c := s.buf[s.pos]; {
	case c == '"':
		return s.string()
	case c == '-' || c-'0' <= 9:
		return s.number()
	case c == 't':
		return s.word("true", 't')
	case c == 'f':
		return s.word("false", 'f')
	case c == 'n':
		return s.word("null", '0')
	case c == '{' || c == '[':
		return s.nested(c)
	}
	return v, s.wrong("%q is no JSON; texts need double quotes, and NaN is null", s.buf[s.pos:min(s.pos+10, s.n)])
}

func (s *jsonScanner) word(word string, kind byte) (v jsonValue, bad *fault) {
	if !bytes.HasPrefix(s.buf[s.pos:s.n], []byte(word)) {
		return v, s.wrong("%q is no JSON; is %s meant?", s.buf[s.pos:min(s.pos+10, s.n)], word)
	}
	v = jsonValue{kind: kind, from: s.pos, to: s.pos + len(word)}
	s.pos = v.to
	return v, nil
}

func (s *jsonScanner) number() (v jsonValue, bad *fault) {
	i := s.pos
	digits := func() bool {
		from := i
		for i < s.n && s.buf[i]-'0' <= 9 {
			i++
		}
		return i > from
	}
	at := func(c byte) bool {
		if i < s.n && s.buf[i] == c {
			i++
			return true
		}
		return false
	}
	at('-')
	ok := at('0') || digits()
	if ok && at('.') {
		ok = digits()
	}
	if ok && (at('e') || at('E')) {
		_ = at('+') || at('-')
		ok = digits()
	}
	if !ok || i < s.n && (s.buf[i]-'0' <= 9 || s.buf[i] == '.') {
		return v, s.wrong("%q is no number in JSON; leading noughts and points without digits are not allowed", s.buf[s.pos:min(i+5, s.n)])
	}
	v = jsonValue{kind: 'n', from: s.pos, to: i}
	s.pos = i
	return v, nil
}

// string reads a string, at whose first quote the scanner stands.
func (s *jsonScanner) string() (v jsonValue, bad *fault) {
	from := s.pos + 1
	i := from + jsonPlain(s.buf[from:])
	switch {
	case i >= s.n:
		return v, s.wrong("a text begins here and is never closed; close it, or write a line feed within it as \\n")
	case s.buf[i] == '"':
		s.pos = i + 1
		return jsonValue{kind: 's', from: from, to: i}, nil
	case s.buf[i] == '\\':
		return s.escapedString(from, i)
	}
	s.pos = i
	return v, s.wrong("the control character 0x%02X stands in a text; write it as \\u%04x", s.buf[i], s.buf[i])
}

// jsonPlain is how many bytes of the start of p, which always has more, stand for
// themselves in a string: all but quotes, backslashes and control characters.
func jsonPlain(p []byte) int {
	for i := 0; i+8 <= len(p); i += 8 {
		w := load(p, i)
		control := ^((w&lows + 0x6060606060606060) | w) & highs // bytes below 0x20
		if hit := control | zeroBytes(w^'"'*ones) | zeroBytes(w^'\\'*ones); hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
	}
	return len(p)
}

// escapedString goes on where the first escape stands.
func (s *jsonScanner) escapedString(from, i int) (v jsonValue, bad *fault) {
	s.text = append(s.text[:0], s.buf[from:i]...)
	for {
		n := jsonPlain(s.buf[i:])
		if i+n >= s.n {
			s.pos = from - 1
			return v, s.wrong("a text begins here and is never closed; close it, or write a line feed within it as \\n")
		}
		s.text = append(s.text, s.buf[i:i+n]...)
		i += n
		switch c := s.buf[i]; {
		case c == '"':
			s.pos = i + 1
			to := len(s.text)
			s.text = append(s.text, padding[:]...)
			return jsonValue{kind: 's', from: 0, to: to, escaped: true}, nil
		case c != '\\':
			s.pos = i
			return v, s.wrong("the control character 0x%02X stands in a text; write it as \\u%04x", c, c)
		}
		r, size, ok := jsonEscape(s.buf[i:s.n])
		if !ok {
			s.pos = i
			return v, s.wrong("%q is no escape in JSON; a backslash is written as \\\\", s.buf[i:min(i+6, s.n)])
		}
		if r == utf8.RuneError && size == 6 && !s.replace && !bytes.EqualFold(s.buf[i:i+6], []byte(`\ufffd`)) {
			s.pos = i
			return v, s.wrong("%q is half a surrogate pair, and no text; mend it, or set Replace to read it as U+FFFD", s.buf[i:i+6])
		}
		s.text = utf8.AppendRune(s.text, r)
		i += size
	}
}

// jsonEscape reads the escape at the start of p; half a surrogate pair is U+FFFD.
func jsonEscape(p []byte) (r rune, size int, ok bool) {
	if len(p) < 2 {
		return 0, 0, false
	}
	if p[1] != 'u' {
		if i := bytes.IndexByte([]byte(`"\/bfnrt`), p[1]); i >= 0 {
			return rune("\"\\/\b\f\n\r\t"[i]), 2, true
		}
		return 0, 0, false
	}
	r, ok = hex4(p[2:])
	if !ok || !utf16.IsSurrogate(r) {
		return r, 6, ok
	}
	if len(p) >= 12 && p[6] == '\\' && p[7] == 'u' {
		if low, ok := hex4(p[8:]); ok {
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				return both, 12, true
			}
		}
	}
	return utf8.RuneError, 6, true
}

func hex4(p []byte) (r rune, ok bool) {
	if len(p) < 4 {
		return 0, false
	}
	for _, c := range p[:4] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// mostDepth bounds how deep objects and arrays lie within each other.
const mostDepth = 1000

// nested reads an object or an array as it is written.
func (s *jsonScanner) nested(c byte) (v jsonValue, bad *fault) {
	from, depth := s.pos, 0
	for i := from; i < s.n; i++ {
		switch s.buf[i] {
		case '{', '[':
			if depth++; depth > mostDepth {
				return v, &fault{pos: from, err: says(ErrLimit, "the value is nested more than %d deep; write it flat", mostDepth)}
			}
		case '}', ']':
			if depth--; depth == 0 {
				if !json.Valid(s.buf[from : i+1]) {
					return v, s.wrong("the value is no JSON; check its commas, quotes and brackets")
				}
				s.pos = i + 1
				return jsonValue{kind: c, from: from, to: i + 1}, nil
			}
		case '"':
			for i++; i < s.n && s.buf[i] != '"'; i++ {
				if s.buf[i] == '\\' {
					i++
				}
			}
		}
	}
	return v, s.wrong("a value begins here and is never closed; write each object on one line")
}
