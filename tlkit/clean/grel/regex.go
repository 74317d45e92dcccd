package grel

import (
	"errors"
	"regexp"
	"regexp/syntax"
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

// pattern compiles a text that is used as a regular expression, and remembers the last ones.
func (s *state) pattern(source string) (*pattern, Value) {
	if p, ok := s.patterns[source]; ok {
		return p, null
	}
	if !s.spend(len(source) << 10) { // a thousandth of a second for a long one
		return nil, s.stop()
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
