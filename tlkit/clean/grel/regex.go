package grel

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// pattern is a regular expression of Java's that RE2 can match.
//
// Two engines match it. Go's is fast, and means the same as Java's for most patterns and
// texts. The one in regex_match.go knows what is different: Java finds a match of nothing
// directly after another match, takes $ before the last line end of a text, and sees words
// of any script at \b. It also counts its steps, so that long texts cannot hang it.
type pattern struct {
	source   string
	groups   int
	names    map[string]int
	nullable bool // can match nothing
	stale    bool // its groups may hold what an earlier repetition matched, in Java alone
	features

	find, full         *regexp.Regexp // full: anchored at both ends
	findProg, fullProg *syntax.Prog
}

func (*pattern) class() string { return "Pattern" }

// compileRegex reads a regular expression: the error is a [*patternError] for what Java
// refuses too, an [*UnsupportedError] or a [*LimitError].
func compileRegex(source string, fold bool) (*pattern, error) {
	tree, p, err := parseRegex(source, fold)
	if err != nil {
		return nil, err
	}
	if n := programSize(tree); n > maxProgram {
		return nil, &LimitError{"instructions in one regular expression", maxProgram}
	}
	if loopsOverNothing(tree) {
		return nil, &UnsupportedError{"repetition of what can match nothing", 0,
			"Java ends it in another way than RE2; make the part that is repeated match something"}
	}
	out := &pattern{source: source, groups: p.groups, names: p.names, nullable: shortest(tree) == 0, stale: nestedGroups(tree, false), features: p.features}
	whole := op(syntax.OpConcat, op(syntax.OpBeginText), tree, op(syntax.OpEndText))
	if out.findProg, err = syntax.Compile(tree.Simplify()); err == nil {
		out.fullProg, err = syntax.Compile(whole.Simplify())
	}
	if err == nil {
		out.find, err = compileGo(tree)
	}
	if err == nil {
		out.full, err = compileGo(whole)
	}
	if err != nil {
		return nil, &UnsupportedError{"regular expression /" + source + "/", 0, "RE2 cannot take it: " + err.Error()}
	}
	return out, nil
}

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

// programSize is about how many instructions the tree becomes.
func programSize(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)/16
	if re.Op == syntax.OpLiteral {
		n = len(re.Rune)
	}
	for _, sub := range re.Sub {
		n += programSize(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min, re.Max, 1)
	}
	return min(n, 1<<30)
}

// shortest is 0 if the tree can match nothing, and 1 otherwise.
func shortest(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpNoMatch:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return shortest(re.Sub[0])
	case syntax.OpRepeat:
		return min(re.Min, shortest(re.Sub[0]))
	case syntax.OpConcat:
		n := 0
		for _, sub := range re.Sub {
			n = max(n, shortest(sub))
		}
		return n
	case syntax.OpAlternate:
		n := 1
		for _, sub := range re.Sub {
			n = min(n, shortest(sub))
		}
		return n
	}
	return 0
}

// loops reports whether the tree is a repetition.
func loops(re *syntax.Regexp) bool {
	return re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Max != 0 && re.Max != 1
}

// nestedGroups finds a repeated group within a repetition, such as ((a|b)+,)*: there Java
// sometimes gives for the inner group what it matched before the last time.
func nestedGroups(re *syntax.Regexp, within bool) bool {
	if within && loops(re) && re.Sub[0].Op == syntax.OpCapture {
		return true
	}
	within = within || loops(re)
	return slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return nestedGroups(sub, within) })
}

// groupsDiffer is why the groups of such a pattern are refused.
var groupsDiffer = &UnsupportedError{"groups of a repeated group within a repetition", -1,
	"Java may give what one of them matched earlier; use (?:…) for the groups that are not needed"}

// loopsOverNothing finds a repetition of what can match nothing, where it shows that Java
// ends a repetition with a match of nothing and RE2 leaves that one out.
func loopsOverNothing(re *syntax.Regexp) bool {
	if loops(re) && shortest(re.Sub[0]) == 0 && prefersNothing(re.Sub[0]) {
		return true
	}
	return slices.ContainsFunc(re.Sub, loopsOverNothing)
}

// prefersNothing reports whether the tree has groups, or may take nothing although it could
// take something.
func prefersNothing(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpCapture:
		return true
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		if re.Flags&syntax.NonGreedy != 0 {
			return true
		}
	case syntax.OpAlternate:
		for _, branch := range re.Sub[:len(re.Sub)-1] {
			if shortest(branch) == 0 {
				return true
			}
		}
	}
	return slices.ContainsFunc(re.Sub, prefersNothing)
}

// pattern compiles a text that is used as a regular expression, and remembers the last ones.
func (s *state) pattern(source string) (*pattern, Value) {
	if p, ok := s.patterns[source]; ok {
		return p, null
	}
	p, err := compileRegex(source, false)
	var bad *patternError
	switch {
	case errors.As(err, &bad):
		return nil, ErrorValue("java.util.regex.PatternSyntaxException: " + bad.report(source))
	case err != nil:
		if s.err == nil {
			s.err = err
		}
		return nil, s.stop()
	}
	const most = 16
	if len(s.patterns) >= most || s.patterns == nil {
		s.patterns = map[string]*pattern{}
	}
	s.patterns[source] = p
	return p, null
}

// checkMatch refuses a regular expression whose groups are not Java's, and a text that is
// one which RE2 cannot follow.
func checkMatch(args []tree) error {
	if len(args) != 2 {
		return nil
	}
	var p *pattern
	switch t := args[1].(type) {
	case regexLiteral:
		p = t.re
	case literal:
		if t.value.kind != KindString {
			return nil
		}
		var err error
		if p, err = compileRegex(t.value.text, false); err != nil {
			if _, bad := err.(*patternError); bad {
				return nil // an error value, at each row
			}
			return err
		}
	}
	if p != nil && p.stale {
		no := *groupsDiffer
		return &no
	}
	return nil
}

// checkReplace refuses groups that are not Java's in a replacement.
func checkReplace(args []tree) error {
	if len(args) != 3 {
		return nil
	}
	re, ok := args[1].(regexLiteral)
	with, also := args[2].(literal)
	if !ok || !also || !re.re.stale {
		return nil
	}
	if parts, _ := re.re.template(with.value.text); usesGroups(parts) {
		no := *groupsDiffer
		return &no
	}
	return nil
}

// report is the message of Java's PatternSyntaxException.
func (e *patternError) report(source string) string {
	text := e.Error() + "\n" + source
	if e.index < units(source) {
		text += "\n" + strings.Repeat(" ", e.index) + "^"
	}
	return text
}

// worstCase is the work that Go's engine may need at most where it is still used.
const worstCase = 1e8

// simpleFor reports whether Go's engine finds what Java's would, in bounded time.
func (p *pattern) simpleFor(t string) bool {
	if n := float64(len(t)); p.lineStart || n*n*float64(len(p.findProg.Inst)) > worstCase {
		return false
	}
	if p.dollar && strings.IndexFunc(t, lineEnd) >= 0 {
		return false
	}
	return !p.boundary || plain(t)
}

// all finds the matches from left to right, at most so many, each as the offsets of the
// match and of its groups in bytes.
func (p *pattern) all(s *state, t string, most int) [][]int {
	if !p.nullable && p.simpleFor(t) {
		found := p.find.FindAllStringSubmatchIndex(t, most)
		s.spend((len(found) + 1) * len(t) * len(p.findProg.Inst) / 16)
		return found
	}
	m := newMatcher(p.findProg, t, p.features)
	var found [][]int
	for at := 0; at <= len(t) && len(found) < most; {
		f := m.search(s, at, false)
		if f == nil {
			break
		}
		found = append(found, f)
		at = f[1]
		if f[0] == f[1] {
			at += width(t, at)
		}
	}
	return found
}

// first finds the first match; nil if there is none.
func (p *pattern) first(s *state, t string) []int {
	if found := p.all(s, t, 1); len(found) > 0 {
		return found[0]
	}
	return nil
}

// every finds all matches, unless there are too many.
func (p *pattern) every(s *state, t string) [][]int {
	found := p.all(s, t, maxItem+1)
	if len(found) > maxItem {
		s.tooMany()
		return nil
	}
	return found
}

// matches gives the match of the whole text; nil if there is none.
func (p *pattern) matches(s *state, t string) []int {
	if p.simpleFor(t) {
		s.spend(len(t) * len(p.fullProg.Inst) / 16)
		return p.full.FindStringSubmatchIndex(t)
	}
	return newMatcher(p.fullProg, t, p.features).search(s, 0, true)
}

// split gives what stands between the matches. Pieces at the end that are empty are left
// out in any case, others without keep. An empty text is one piece.
func (p *pattern) split(s *state, t string, keep bool) Value {
	var out []string
	empty, at := 0, 0 // empty pieces that are left out if nothing follows
	put := func(piece string) {
		if piece == "" {
			empty++
			return
		}
		for ; empty > 0 && keep; empty-- {
			out = append(out, "")
		}
		empty = 0
		out = append(out, piece)
	}
	if t == "" && keep {
		return s.texts([]string{""})
	}
	for _, m := range p.every(s, t) {
		if m[1] > 0 { // a match of nothing at the start leaves nothing before it
			put(t[at:m[0]])
		}
		at = m[1]
	}
	put(t[at:])
	return s.texts(out)
}

// replaceAll puts a text for each match, with $1 and ${name} for its groups and a
// backslash before what means itself.
func (p *pattern) replaceAll(s *state, t, with string) Value {
	found := p.every(s, t)
	if len(found) == 0 || s.err != nil {
		return StringValue(t)
	}
	parts, bad := p.template(with)
	if bad != "" {
		return ErrorValue("java.lang." + bad)
	}
	if p.stale && usesGroups(parts) {
		return s.unsupported(groupsDiffer.Name, groupsDiffer.Why)
	}
	var b strings.Builder
	at := 0
	for _, m := range found {
		b.WriteString(t[at:m[0]])
		at = m[1]
		for _, part := range parts {
			if part.group < 0 {
				b.WriteString(part.text)
			} else if from := m[2*part.group]; from >= 0 {
				b.WriteString(t[from:m[2*part.group+1]])
			}
		}
		if b.Len() > maxText {
			return s.tooLong()
		}
	}
	b.WriteString(t[at:])
	return s.string(b.String())
}

// templatePart is a text, or a group whose number is not negative.
type templatePart struct {
	text  string
	group int
}

// usesGroups reports whether a replacement has a group other than the whole match.
func usesGroups(parts []templatePart) bool {
	return slices.ContainsFunc(parts, func(part templatePart) bool { return part.group > 0 })
}

// template reads a replacement; bad is the exception that Java throws at a match.
func (p *pattern) template(with string) (parts []templatePart, bad string) {
	text := func(t string) { parts = append(parts, templatePart{t, -1}) }
	for with != "" {
		i := strings.IndexAny(with, `\$`)
		if i < 0 {
			text(with)
			break
		}
		text(with[:i])
		escaped := with[i] == '\\'
		with = with[i+1:]
		switch {
		case escaped && with == "":
			return nil, "IllegalArgumentException: character to be escaped is missing"
		case escaped:
			n := width(with, 0)
			text(with[:n])
			with = with[n:]
		case with == "":
			return nil, "IllegalArgumentException: Illegal group reference: group index is missing"
		case with[0] == '{':
			group, rest, bad := p.namedGroup(with[1:])
			if bad != "" {
				return nil, "IllegalArgumentException: " + bad
			}
			parts, with = append(parts, templatePart{group: group}), rest
		case with[0] < '0' || with[0] > '9':
			return nil, "IllegalArgumentException: Illegal group reference"
		default:
			group := int(with[0] - '0')
			for with = with[1:]; with != "" && with[0] >= '0' && with[0] <= '9'; with = with[1:] {
				next := group*10 + int(with[0]-'0')
				if next > p.groups {
					break
				}
				group = next
			}
			if group > p.groups {
				return nil, fmt.Sprintf("IndexOutOfBoundsException: No group %d", group)
			}
			parts = append(parts, templatePart{group: group})
		}
	}
	return parts, ""
}

func (p *pattern) namedGroup(t string) (group int, rest, bad string) {
	end := strings.IndexFunc(t, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	if end == 0 || t == "" {
		return 0, "", "named capturing group has 0 length name"
	}
	if end < 0 || t[end] != '}' {
		return 0, "", "named capturing group is missing trailing '}'"
	}
	name := t[:end]
	if name[0] <= '9' {
		return 0, "", "capturing group name {" + name + "} starts with digit character"
	}
	group, ok := p.names[name]
	if !ok {
		return 0, "", "No group with name {" + name + "}"
	}
	return group, t[end+1:], ""
}
