package grel

import (
	"strings"

	"transferlab/tlkit/frame"
)

// Limits of a source. OpenRefine's own editor gives up long before.
const (
	maxSource = 1 << 16 // bytes
	maxDepth  = 1000    // expressions within one another
	maxParts  = 1 << 13 // names, calls, operators and literals together
)

// Expr is an expression that was read: it can be evaluated for any number of rows, by
// several goroutines at once.
type Expr struct {
	root    tree
	run     node
	slots   int // variables of with, forEach and their like, at most at one time
	uses    uses
	ignored string
}

// Parse reads an expression. The prefixes "grel:" and "gel:" may stand before it.
//
// The error is a [*SyntaxError] for what OpenRefine refuses too, an [*UnsupportedError]
// for what only OpenRefine can evaluate, and a [*LimitError] for what is too long or too
// deep. As in OpenRefine, what follows a complete expression is ignored: see
// [Expr.Ignored].
func Parse(source string) (*Expr, error) {
	if len(source) > maxSource {
		return nil, &LimitError{"bytes of source", maxSource}
	}
	from, err := prefix(source)
	if err != nil {
		return nil, err
	}
	p := &parser{scan: scanner{src: source, pos: from}}
	p.next(true)
	root := p.expression(0)
	if p.err != nil {
		return nil, p.err
	}
	c := &compiler{}
	e := &Expr{root: root, run: root.compile(c), slots: c.most, uses: c.uses}
	if p.tok.kind != tokEnd {
		e.ignored = source[p.tok.start:]
	}
	return e, nil
}

// Ignored is what follows the expression in its source, such as a parenthesis too many:
// OpenRefine reads over it without a word, and so does [Parse].
func (e *Expr) Ignored() string { return e.ignored }

// prefix finds where the expression starts after the name of its language.
func prefix(source string) (int, error) {
	colon := strings.IndexByte(source, ':')
	if colon < 0 {
		return 0, nil
	}
	switch language := strings.ToLower(source[:colon]); language {
	case "grel", "gel":
		return colon + 1, nil
	case "jython", "python", "clojure":
		return 0, &UnsupportedError{language, 0, "only GREL is evaluated; write the expression in it"}
	}
	return 0, nil
}

type parser struct {
	scan  scanner
	tok   token
	parts int
	err   error // the first one; once it is set, all tokens are ends
}

func (p *parser) next(operand bool) {
	if p.err == nil {
		p.tok = p.scan.next(operand)
	}
}

// fail keeps the first error and ends the source, so that the parser unwinds.
func (p *parser) fail(err error) tree {
	if p.err == nil {
		p.err = err
		p.tok = token{kind: tokEnd, start: p.tok.start}
	}
	return literal{}
}

func (p *parser) syntax(at int, msg, hint string) tree {
	src := p.scan.src
	near := src[at:]
	const most = 24
	if len(near) > most {
		near = strings.ToValidUTF8(near[:most], "") + "…"
	}
	return p.fail(&SyntaxError{Offset: at, Line: 1 + strings.Count(src[:at], "\n"), Msg: msg, Near: near, Hint: hint})
}

// enter counts a part and guards the depth; it reports whether the parser may go on.
func (p *parser) enter(depth int) bool {
	if p.parts++; p.parts > maxParts {
		p.fail(&LimitError{"parts of one expression", maxParts})
	}
	if depth > maxDepth {
		p.fail(&LimitError{"expressions within one another", maxDepth})
	}
	return p.err == nil
}

// expression := sum ( comparison sum )*
func (p *parser) expression(depth int) tree {
	return p.operation(depth, "> >= < <= = == !=", p.sum)
}

// sum := term ( ("+" | "-") term )*
func (p *parser) sum(depth int) tree { return p.operation(depth, "+ -", p.term) }

// term := factor ( ("*" | "/" | "%") factor )*
func (p *parser) term(depth int) tree { return p.operation(depth, "* / %", p.factor) }

// operation reads operands with operators between them, which all bind to the left.
func (p *parser) operation(depth int, operators string, operand func(int) tree) tree {
	left := operand(depth)
	for p.tok.kind == tokOperator && contains(operators, p.tok.text) {
		op := p.tok.text
		if depth++; !p.enter(depth) { // a long chain is a deep tree
			return left
		}
		p.next(true)
		left = binary{op, left, operand(depth)}
	}
	return left
}

func contains(words, word string) bool {
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true
		}
	}
	return false
}

// factor := start ( "[" list "]" | "." name | "." name "(" list ")" )*
func (p *parser) factor(depth int) tree {
	if !p.enter(depth) {
		return literal{}
	}
	t := p.start(depth)
	for p.err == nil {
		switch {
		case p.tok.kind == tokError:
			return p.syntax(p.tok.start, "Unknown symbol "+p.tok.text, symbolHint(p.tok.text))
		case p.tok.is(tokOperator, "."):
			p.next(false)
			if depth++; !p.enter(depth) {
				return t
			}
			t = p.member(depth, t)
		case p.tok.is(tokDelimiter, "["):
			at := p.tok.start
			p.next(true)
			if depth++; !p.enter(depth) {
				return t
			}
			args := append([]tree{t}, p.list(depth, "]")...)
			t = call{name: "get", fn: functions["get"], args: args, form: formIndex, offset: at}
		default:
			return t
		}
	}
	return t
}

// symbolHint says what a symbol of other languages is called here.
func symbolHint(symbol string) string {
	switch symbol[0] {
	case '"', '\'':
		return "close the string"
	case '/':
		return "close the regular expression"
	case '&':
		return "write and(a, b)"
	case '|':
		return "write or(a, b)"
	case '!':
		return "write not(a)"
	case '?', ':':
		return "write if(condition, a, b)"
	}
	return ""
}

// start := string | regex | number | "-" number | name | name "(" list ")" |
// "(" expression ")" | "[" list "]"
func (p *parser) start(depth int) tree {
	t := p.tok
	switch t.kind {
	case tokEnd:
		return p.syntax(t.start, "Expecting something more at end of expression", "")
	case tokString:
		p.next(false)
		return literal{StringValue(strings.ToValidUTF8(t.text, "\uFFFD")), ""}
	case tokNumber:
		p.next(false)
		return literal{t.number, t.text}
	case tokRegex:
		return p.pattern(t)
	case tokName:
		return p.name(depth, t)
	}
	switch {
	case t.is(tokOperator, "-"):
		p.next(true)
		n := p.tok
		if n.kind != tokNumber {
			return p.syntax(n.start, "Bad negative number", "a minus can stand only before a number; write 0 - value")
		}
		p.next(false)
		if n.number.kind == KindFloat {
			return literal{FloatValue(-n.number.Float()), "-" + n.text}
		}
		return literal{IntValue(-n.number.Int()), "-" + n.text}
	case t.is(tokDelimiter, "("):
		p.next(true)
		inner := p.expression(depth + 1)
		if !p.tok.is(tokDelimiter, ")") {
			return p.syntax(p.tok.start, "Missing )", "")
		}
		p.next(false)
		return bracket{inner}
	case t.is(tokDelimiter, "["):
		p.next(true)
		return list{p.list(depth+1, "]")}
	}
	hint := ""
	if t.kind == tokError {
		hint = symbolHint(t.text)
	}
	return p.syntax(t.start, "Missing number, string, identifier, regex, or parenthesized expression", hint)
}

func (p *parser) pattern(t token) tree {
	re, err := compileRegex(t.text, t.fold)
	if err != nil {
		if bad, ok := err.(*patternError); ok {
			return p.syntax(t.start, "Bad regular expression ("+bad.msg+")", "")
		}
		if no, ok := err.(*UnsupportedError); ok {
			no.Offset = t.start + 1 + max(no.Offset, 0)
		}
		return p.fail(err)
	}
	p.next(false)
	return regexLiteral{re, t.text, t.fold}
}

// name reads what a name starts: a variable, or a call of a function or a control.
func (p *parser) name(depth int, t token) tree {
	p.next(false)
	if !p.tok.is(tokDelimiter, "(") {
		if t.text == "null" {
			return literal{null, "null"}
		}
		if why, no := refusedVariables[t.text]; no {
			return p.fail(&UnsupportedError{t.text, t.start, why})
		}
		return variable{t.text}
	}
	if t.text == "PI" { // OpenRefine takes the parenthesis for nothing
		p.next(false)
		return literal{FloatValue(pi), "PI("}
	}
	if why, no := refusedFunctions[t.text]; no {
		return p.fail(&UnsupportedError{t.text, t.start, why})
	}
	c, f := controls[t.text], functions[t.text]
	if c == nil && f == nil {
		return p.syntax(t.start, "Unknown function or control named "+t.text, nearest(t.text))
	}
	p.next(true)
	args := p.list(depth+1, ")")
	if p.err != nil {
		return literal{}
	}
	if c == nil {
		return p.checked(call{name: t.text, fn: f, args: args, offset: t.start})
	}
	if msg := c.check(t.text, args); msg != "" {
		return p.syntax(t.start, msg, "")
	}
	return controlCall{t.text, c, args}
}

// member reads what follows a dot: a field, or a function whose first argument is before
// the dot.
func (p *parser) member(depth int, before tree) tree {
	t := p.tok
	if t.kind != tokName {
		return p.syntax(t.start, "Missing function name", "")
	}
	p.next(false)
	if !p.tok.is(tokDelimiter, "(") {
		if why, no := refusedField(before, t.text); no {
			return p.fail(&UnsupportedError{show(before) + "." + t.text, t.start, why})
		}
		return member{before, t.text}
	}
	if why, no := refusedFunctions[t.text]; no {
		return p.fail(&UnsupportedError{t.text, t.start, why})
	}
	f := functions[t.text]
	if f == nil {
		hint := nearest(t.text)
		if controls[t.text] != nil {
			hint = "write " + t.text + "(…), which cannot stand after a dot"
		}
		return p.syntax(t.start, "Unknown function "+t.text, hint)
	}
	p.next(true)
	args := append([]tree{before}, p.list(depth, ")")...)
	return p.checked(call{name: t.text, fn: f, args: args, form: formMethod, offset: t.start})
}

// checked refuses a call whose written-out arguments ask for what is not supported.
func (p *parser) checked(c call) tree {
	if p.err == nil && c.fn.check != nil {
		if err := c.fn.check(c.args); err != nil {
			if no, ok := err.(*UnsupportedError); ok {
				no.Offset = c.offset
			}
			return p.fail(err)
		}
	}
	return c
}

// list := ( expression ( "," expression )* )? closing
func (p *parser) list(depth int, closing string) []tree {
	var items []tree
	for p.err == nil && !p.tok.is(tokDelimiter, closing) {
		if p.tok.kind == tokEnd && len(items) == 0 {
			break
		}
		items = append(items, p.expression(depth))
		if !p.tok.is(tokDelimiter, ",") {
			break
		}
		p.next(true)
		if p.tok.is(tokDelimiter, closing) { // a comma too many: an operand is missing
			p.expression(depth)
		}
	}
	if p.err == nil {
		if !p.tok.is(tokDelimiter, closing) {
			p.syntax(p.tok.start, "Missing "+closing, "")
		}
		p.next(false)
	}
	return items
}

// nearest is a hint at the function that was most likely meant.
func nearest(name string) string {
	names := Functions()
	if n := frame.Nearest(name, names); n != "" {
		return "did you mean " + n + "?"
	}
	return ""
}
