package strict

import (
	"encoding/json"
	"fmt"
)

// parser reads RFC 8259's grammar, remembering where each value stands.
type parser struct {
	b      []byte
	at     int
	left   int // values that may still come
	opaque int // how many keys that are opaque lie around this value
	limits Limits
}

func (p *parser) fail(offset int, format string, args ...any) error {
	return at(p.b, offset, fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...)))
}

func (p *parser) space() {
	for p.at < len(p.b) && (p.b[p.at] == ' ' || p.b[p.at] == '\t' || p.b[p.at] == '\n' || p.b[p.at] == '\r') {
		p.at++
	}
}

// peek is the byte ahead; 0, which no document has outside a text, at the end.
func (p *parser) peek() byte {
	if p.at < len(p.b) {
		return p.b[p.at]
	}
	return 0
}

func (p *parser) value(depth int) (Node, error) {
	if p.opaque == 0 {
		p.left--
	}
	if p.left < 0 {
		return Node{}, at(p.b, p.at, fmt.Errorf("%w: more than %d values", ErrLimit, p.limits.Values))
	}
	n := Node{doc: &p.b, start: p.at}
	var err error
	switch c := p.peek(); {
	case c == '{' || c == '[':
		if depth >= p.limits.Depth {
			return Node{}, at(p.b, p.at, fmt.Errorf("%w: lists and objects are more than %d deep", ErrLimit, p.limits.Depth))
		}
		err = p.items(&n, depth)
	case c == '"':
		n.Kind = String
		_, err = p.text()
	case c == '-' || c >= '0' && c <= '9':
		n.Kind = Number
		for p.at < len(p.b) && isNumber(p.b[p.at]) {
			p.at++
		}
		if !json.Valid(p.b[n.start:p.at]) {
			err = p.fail(n.start, "%.40q is no number", p.b[n.start:p.at])
		}
	default:
		err = p.word(&n)
	}
	n.end = p.at
	return n, err
}

func isNumber(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

func (p *parser) word(n *Node) error {
	for word, kind := range map[string]Kind{"null": Null, "true": Bool, "false": Bool} {
		if len(p.b)-p.at >= len(word) && string(p.b[p.at:p.at+len(word)]) == word {
			p.at += len(word)
			n.Kind = kind
			return nil
		}
	}
	if p.at >= len(p.b) {
		return p.fail(p.at, "the document ends here, and a value is missing; is the file whole?")
	}
	return p.fail(p.at, "%q begins no value", rune(p.b[p.at]))
}

// text reads a quoted text.
func (p *parser) text() (string, error) {
	start := p.at
	for p.at++; p.at < len(p.b); p.at++ {
		switch p.b[p.at] {
		case '\\':
			p.at++
		case '"':
			p.at++
			s, err := unquote(p.b[start:p.at])
			if err != nil {
				return "", p.fail(start, "this text has a character or an escape that JSON does not allow")
			}
			return s, nil
		}
	}
	p.at = len(p.b)
	return "", p.fail(start, "a text that is never closed")
}

// items reads what is between [ and ] or { and }.
func (p *parser) items(n *Node, depth int) error {
	n.Kind = Array
	closing := byte(']')
	seen := map[string]bool{}
	if p.peek() == '{' {
		n.Kind, closing = Object, '}'
	}
	p.at++
	inside := p.opaque > 0
	for first := true; ; first = false {
		p.space()
		if p.peek() == closing && first {
			p.at++
			return nil
		}
		opaque := false
		if n.Kind == Object {
			key, err := p.key(seen)
			if err != nil {
				return err
			}
			if !inside {
				n.Keys = append(n.Keys, key)
			}
			opaque = p.limits.Opaque != "" && key == p.limits.Opaque
		}
		if opaque {
			p.opaque++
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		if opaque {
			p.opaque--
		}
		if !inside {
			n.Items = append(n.Items, item)
		}
		p.space()
		switch p.peek() {
		case ',':
			p.at++
		case closing:
			p.at++
			return nil
		default:
			return p.fail(p.at, "a comma or %q is missing", string(closing))
		}
	}
}

// key reads a key and its colon.
func (p *parser) key(seen map[string]bool) (string, error) {
	if p.peek() != '"' {
		return "", p.fail(p.at, "a name in quotes is missing")
	}
	start := p.at
	key, err := p.text()
	if err != nil {
		return "", err
	}
	if seen[key] {
		return "", p.fail(start, "%.60q stands here twice; remove one", key)
	}
	seen[key] = true
	p.space()
	if p.peek() != ':' {
		return "", p.fail(p.at, "a colon is missing")
	}
	p.at++
	p.space()
	return key, nil
}
