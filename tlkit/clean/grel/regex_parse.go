package grel

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Regular expressions are read as java.util.regex.Pattern reads them and become trees of
// Go's regexp/syntax, with the meaning that they have in Java: classes are worked out to
// sets of characters here, so that only what Go has in common with Java is left.

// patternError is what Java refuses.
type patternError struct {
	msg   string
	index int // of the character, from 0
}

func (e *patternError) Error() string { return fmt.Sprintf("%s near index %d", e.msg, e.index) }

const (
	maxPattern = 4096  // characters
	maxNesting = 100   // groups and classes within one another
	maxProgram = 20000 // instructions
	maxRepeat  = 1000  // of regexp/syntax
)

// mark is one character of a pattern; a quoted one means itself.
type mark struct {
	r      rune
	quoted bool
	at     int // in bytes
}

type regexParser struct {
	src    []mark
	pos    int
	depth  int
	groups int
	names  map[string]int

	fold, dotAll, multiline, unicodeFold bool

	sawMultilineEnd, sawEnd bool // $ of both meanings
	features
}

// features are what a pattern has that not every engine can do for every text.
type features struct {
	lineStart bool // ^ in (?m)
	dollar    bool // $ or \Z
	multi     bool // the dollars are those of (?m)
	boundary  bool // \b or \B
}

// parseRegex reads a whole pattern.
func parseRegex(source string, fold bool) (*syntax.Regexp, *regexParser, error) {
	if n := utf8.RuneCountInString(source); n > maxPattern {
		return nil, nil, &LimitError{"characters in one regular expression", maxPattern}
	}
	p := &regexParser{src: unquoted(source), fold: fold, names: map[string]int{}}
	var re *syntax.Regexp
	err := p.catch(func() {
		re = p.alternation()
		if p.pos < len(p.src) {
			p.fail("Unmatched closing ')'")
		}
	})
	if err != nil {
		return nil, nil, err
	}
	return re, p, nil
}

// unquoted takes \Q and \E out.
func unquoted(source string) []mark {
	var out []mark
	quoted := false
	for at := 0; at < len(source); {
		rest := source[at:]
		r, n := utf8.DecodeRuneInString(rest)
		switch {
		case quoted && strings.HasPrefix(rest, `\E`):
			quoted, n = false, 2
		case quoted || r != '\\' || len(rest) == 1:
			out = append(out, mark{r, quoted, at})
		case strings.HasPrefix(rest, `\Q`):
			quoted, n = true, 2
		default:
			next, m := utf8.DecodeRuneInString(rest[1:])
			out = append(out, mark{'\\', false, at}, mark{next, false, at + 1})
			n += m
		}
		at += n
	}
	return out
}

// stopParsing carries an error out of the parser's depth; catch ends it.
type stopParsing struct{ err error }

func (p *regexParser) catch(parse func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			stop, ok := r.(stopParsing)
			if !ok {
				panic(r)
			}
			err = stop.err
		}
	}()
	parse()
	return nil
}

func (p *regexParser) fail(msg string) {
	panic(stopParsing{&patternError{msg, max(min(p.pos, len(p.src))-1, 0)}})
}

const linear = "regular expressions follow RE2, which cannot"

// refuse names what RE2 cannot do; start is where it stands in p.src.
func (p *regexParser) refuse(start int, name, why string) {
	at := 0
	if start >= 0 && start < len(p.src) {
		at = p.src[start].at
	}
	panic(stopParsing{&UnsupportedError{name, at, why}})
}

// none is what follows the last character.
const none = rune(-1)

// peek is the next character with a meaning; a quoted one has none, which literal finds.
func (p *regexParser) peek() rune { return p.ahead(0) }

func (p *regexParser) ahead(n int) rune {
	if p.pos+n >= len(p.src) {
		return none
	}
	if p.src[p.pos+n].quoted {
		return quotedMark
	}
	return p.src[p.pos+n].r
}

// quotedMark stands for any quoted character.
const quotedMark = rune(-2)

func (p *regexParser) accept(r rune) bool {
	if p.peek() == r {
		p.pos++
		return true
	}
	return false
}

func (p *regexParser) enter() {
	if p.depth++; p.depth > maxNesting {
		panic(stopParsing{&LimitError{"groups within one another in a regular expression", maxNesting}})
	}
}

func (p *regexParser) mode() caseMode {
	switch {
	case p.fold && p.unicodeFold:
		return unicodeCase
	case p.fold:
		return asciiCase
	}
	return exactCase
}

func op(o syntax.Op, subs ...*syntax.Regexp) *syntax.Regexp {
	return &syntax.Regexp{Op: o, Sub: subs}
}

func class(s runeSet) *syntax.Regexp {
	if len(s) == 0 {
		return op(syntax.OpNoMatch)
	}
	return &syntax.Regexp{Op: syntax.OpCharClass, Rune: s}
}

func (p *regexParser) alternation() *syntax.Regexp {
	p.enter()
	defer func() { p.depth-- }()
	branches := []*syntax.Regexp{p.sequence()}
	for p.accept('|') {
		branches = append(branches, p.sequence())
	}
	if len(branches) == 1 {
		return branches[0]
	}
	return op(syntax.OpAlternate, branches...)
}

func (p *regexParser) sequence() *syntax.Regexp {
	var parts []*syntax.Regexp
	for {
		switch p.peek() {
		case none, '|', ')':
			if len(parts) == 0 {
				return op(syntax.OpEmptyMatch)
			}
			return op(syntax.OpConcat, parts...)
		case '?', '*', '+':
			p.pos++
			p.fail(fmt.Sprintf("Dangling meta character '%c'", p.src[p.pos-1].r))
		case '(':
			if group := p.group(); group != nil {
				parts = append(parts, p.quantified(group))
			}
		default:
			parts = append(parts, p.quantified(p.atom()))
		}
	}
}

// atom reads one character or class. A brace that follows nothing quantifies nothing.
func (p *regexParser) atom() *syntax.Regexp {
	switch p.peek() {
	case '{':
		return op(syntax.OpEmptyMatch)
	case '[':
		p.pos++
		return class(p.class(true))
	case '^':
		p.pos++
		if p.multiline {
			p.lineStart = true
			return op(syntax.OpBeginLine)
		}
		return op(syntax.OpBeginText)
	case '$':
		p.pos++
		return p.end(p.multiline)
	case '.':
		p.pos++
		if p.dotAll {
			return class(everything)
		}
		return class(lineEnds.not())
	case '\\':
		return p.escape()
	}
	r := p.src[p.pos].r
	p.pos++
	return p.literal(r)
}

// end is $ or \Z: the end of the text, or before the line end that ends it; in (?m) before
// any line end.
func (p *regexParser) end(multi bool) *syntax.Regexp {
	p.dollar = true
	if multi {
		p.multi, p.sawMultilineEnd = true, true
	} else {
		p.sawEnd = true
	}
	if p.sawEnd && p.sawMultilineEnd {
		p.refuse(p.pos-1, "$ of one line and of the text in one regular expression", "it has one meaning for the whole of it here")
	}
	return op(syntax.OpEndLine)
}

func (p *regexParser) literal(r rune) *syntax.Regexp {
	if utf16.IsSurrogate(r) {
		p.refuse(p.pos-1, "half of a character", "texts here hold whole characters only")
	}
	if s := p.mode().fold(r, r); len(s) > 2 {
		return class(s)
	}
	return &syntax.Regexp{Op: syntax.OpLiteral, Rune: []rune{r}}
}

// quantified reads what may follow an atom or a group: ?, *, +, {n}, {n,}, {n,m}, each
// greedy or reluctant.
func (p *regexParser) quantified(re *syntax.Regexp) *syntax.Regexp {
	low, high, start := 0, -1, p.pos
	switch p.peek() {
	case '?':
		high = 1
		p.pos++
	case '*':
		p.pos++
	case '+':
		low = 1
		p.pos++
	case '{':
		low, high = p.braces()
	default:
		return re
	}
	var flags syntax.Flags
	switch {
	case p.accept('?'):
		flags = syntax.NonGreedy
	case p.peek() == '+':
		p.refuse(start, "possessive quantifier", linear+" give up what was matched only in part; leave the second + out")
	}
	if max(low, high) > maxRepeat {
		p.refuse(start, fmt.Sprintf("repetition {%d}", max(low, high)), fmt.Sprintf("at most %d are counted", maxRepeat))
	}
	switch {
	case low == 0 && high == 1:
		return &syntax.Regexp{Op: syntax.OpQuest, Flags: flags, Sub: []*syntax.Regexp{re}}
	case low == 0 && high < 0:
		return &syntax.Regexp{Op: syntax.OpStar, Flags: flags, Sub: []*syntax.Regexp{re}}
	case low == 1 && high < 0:
		return &syntax.Regexp{Op: syntax.OpPlus, Flags: flags, Sub: []*syntax.Regexp{re}}
	}
	return &syntax.Regexp{Op: syntax.OpRepeat, Flags: flags, Min: low, Max: high, Sub: []*syntax.Regexp{re}}
}

func (p *regexParser) braces() (low, high int) {
	p.pos++
	if c := p.peek(); c < '0' || c > '9' {
		p.pos++
		p.fail("Illegal repetition")
	}
	number := func() int {
		n := 0
		for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
			if n = n*10 + int(c-'0'); n > 1<<31-1 {
				p.fail("Illegal repetition range")
			}
			p.pos++
		}
		return n
	}
	low = number()
	high = low
	if p.accept(',') {
		if p.accept('}') {
			return low, -1
		}
		high = number()
	}
	if !p.accept('}') {
		p.fail("Unclosed counted closure")
	}
	if high < low {
		p.fail("Illegal repetition range")
	}
	return low, high
}

// group reads from a parenthesis to its end. Flags for what follows are no group: nil.
func (p *regexParser) group() *syntax.Regexp {
	start := p.pos
	p.pos++
	fold, dotAll, multiline, unicodeFold := p.fold, p.dotAll, p.multiline, p.unicodeFold
	restore := func() { p.fold, p.dotAll, p.multiline, p.unicodeFold = fold, dotAll, multiline, unicodeFold }
	capture := 0
	if !p.accept('?') {
		p.groups++
		capture = p.groups
	} else {
		switch c := p.peek(); c {
		case ':':
			p.pos++
		case '=', '!':
			p.refuse(start, "look-ahead (?"+string(c)+"…)", linear+" look ahead")
		case '>':
			p.refuse(start, "atomic group (?>…)", linear+" keep a group from giving back")
		case '<':
			p.pos++
			if c := p.peek(); c == '=' || c == '!' {
				p.refuse(start, "look-behind (?<"+string(c)+"…)", linear+" look behind")
			}
			name := p.groupName()
			if _, twice := p.names[name]; twice {
				p.fail("Named capturing group <" + name + "> is already defined")
			}
			p.groups++
			capture = p.groups
			p.names[name] = capture
		case '$', '@':
			p.pos++
			p.fail("Unknown group type")
		default:
			p.flags()
			if p.accept(')') {
				return nil
			}
			if !p.accept(':') {
				p.pos++
				p.fail("Unknown inline modifier")
			}
		}
	}
	re := p.alternation()
	if !p.accept(')') {
		p.fail("Unclosed group")
	}
	restore()
	if capture > 0 {
		return &syntax.Regexp{Op: syntax.OpCapture, Cap: capture, Sub: []*syntax.Regexp{re}}
	}
	return re
}

func (p *regexParser) groupName() string {
	var b strings.Builder
	for {
		c := p.peek()
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (b.Len() == 0 || c < '0' || c > '9') {
			break
		}
		b.WriteRune(c)
		p.pos++
	}
	if b.Len() == 0 {
		p.fail("capturing group name does not start with a Latin letter")
	}
	if !p.accept('>') {
		p.fail("named capturing group is missing trailing '>'")
	}
	return b.String()
}

// flags reads i, m, s and u, and after a minus those that end.
func (p *regexParser) flags() {
	on := true
	for ; ; p.pos++ {
		switch c := p.peek(); c {
		case 'i':
			p.fold = on
		case 'm':
			p.multiline = on
		case 's':
			p.dotAll = on
		case 'u':
			p.unicodeFold = on
		case 'd', 'x', 'c', 'U':
			p.refuse(p.pos, "flag (?"+string(c)+")", "only i, m, s and u are followed")
		case '-':
			if !on {
				return
			}
			on = false
		default:
			return
		}
	}
}
