package grel

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// goPattern writes the tree as a pattern of Go's, for texts of one line, where the ends of
// a line are those of the text. The tree's own String works on all foldings of all classes.
func goPattern(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpNoMatch:
		b.WriteString(`[^\x{0}-\x{10FFFF}]`)
	case syntax.OpEmptyMatch:
		b.WriteString("(?:)")
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			fmt.Fprintf(b, `\x{%X}`, r)
		}
	case syntax.OpCharClass:
		b.WriteByte('[')
		for i := 0; i < len(re.Rune); i += 2 {
			fmt.Fprintf(b, `\x{%X}-\x{%X}`, re.Rune[i], re.Rune[i+1])
		}
		b.WriteByte(']')
	case syntax.OpBeginLine, syntax.OpBeginText:
		b.WriteString(`\A`)
	case syntax.OpEndLine, syntax.OpEndText:
		b.WriteString(`\z`)
	case syntax.OpWordBoundary:
		b.WriteString(`\b`)
	case syntax.OpNoWordBoundary:
		b.WriteString(`\B`)
	case syntax.OpCapture:
		b.WriteByte('(')
		goPattern(b, re.Sub[0])
		b.WriteByte(')')
	case syntax.OpConcat, syntax.OpAlternate:
		b.WriteString("(?:")
		for i, sub := range re.Sub {
			if i > 0 && re.Op == syntax.OpAlternate {
				b.WriteByte('|')
			}
			goPattern(b, sub)
		}
		b.WriteByte(')')
	default:
		b.WriteString("(?:")
		goPattern(b, re.Sub[0])
		b.WriteByte(')')
		b.WriteString(quantifier(re))
	}
}

func quantifier(re *syntax.Regexp) string {
	var q string
	switch re.Op {
	case syntax.OpStar:
		q = "*"
	case syntax.OpPlus:
		q = "+"
	case syntax.OpQuest:
		q = "?"
	default:
		q = fmt.Sprintf("{%d,%d}", re.Min, re.Max)
		if re.Max < 0 {
			q = fmt.Sprintf("{%d,}", re.Min)
		}
	}
	if re.Flags&syntax.NonGreedy != 0 {
		q += "?"
	}
	return q
}

// compileGo compiles the tree for Go's engine.
func compileGo(tree *syntax.Regexp) (*regexp.Regexp, error) {
	var b strings.Builder
	goPattern(&b, tree)
	return regexp.Compile(b.String())
}
