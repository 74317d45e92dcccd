package grel

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"transferlab/tlkit/clean/text"
)

// Functions that take texts apart.
var splitFunctions = map[string]func(*state, []Value) Value{
	"split":          split,
	"splitByLengths": splitByLengths,
	"partition":      partition(false),
	"rpartition":     partition(true),
	"match":          match,
	"find":           find,
	"ngram":          ngram,
	"diff":           diff,
}

func split(s *state, args []Value) Value {
	const want = "three strings, or one string, one regex, followed by an optional boolean"
	if len(args) < 2 || len(args) > 3 || len(args) == 3 && args[2].kind != KindBool || args[0].IsNull() || args[1].IsNull() {
		return s.expects(want)
	}
	keep := len(args) == 3 && args[2].Bool()
	t, ok := s.text(args[0])
	if !ok {
		return s.stop()
	}
	if p, ok := args[1].ref.(*pattern); ok {
		return p.split(s, t, keep)
	}
	if args[1].kind != KindString {
		return s.expects(want)
	}
	if separator := args[1].text; separator != "" {
		if strings.Count(t, separator) >= maxItem {
			return s.tooMany()
		}
		return s.texts(cutAll(t, separator, keep))
	}
	if len(t) > maxItem {
		return s.tooMany()
	}
	return s.texts(words(t, keep))
}

// cutAll is splitByWholeSeparator of Apache Commons Lang: without keep it leaves out empty
// pieces. An empty text has no pieces.
func cutAll(t, separator string, keep bool) []string {
	if t == "" {
		return nil
	}
	pieces := strings.Split(t, separator)
	if keep {
		return pieces
	}
	out := pieces[:0]
	for _, p := range pieces {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

// words cuts at white space of Java's.
func words(t string, keep bool) []string {
	var out []string
	start := 0
	for i, r := range t {
		if !javaSpace(r) {
			continue
		}
		if keep || i > start {
			out = append(out, t[start:i])
		}
		start = i + utf8.RuneLen(r)
	}
	if start < len(t) || keep && t != "" {
		out = append(out, t[start:])
	}
	return out
}

func splitByLengths(s *state, args []Value) Value {
	if len(args) < 2 || args[0].IsNull() {
		return s.expects("one string and at least one number")
	}
	t, ok := s.text(args[0])
	if !ok {
		return s.stop()
	}
	n, at := units(t), 0
	out := make([]string, 0, len(args)-1)
	for _, a := range args[1:] {
		next := at
		if a.number() {
			next = min(n, int(int32(at+max(0, a.int32())))) // an int of Java's runs over
		}
		if next < at {
			return beyond(at, next, n)
		}
		if !s.spend(len(t)) {
			return s.stop()
		}
		out = append(out, slice(t, at, next))
		at = next
	}
	return s.texts(out)
}

// partition gives what stands before a piece, the piece, and what follows; the piece is
// left out if the third argument is true.
func partition(last bool) func(*state, []Value) Value {
	return func(s *state, args []Value) Value {
		if len(args) < 2 || len(args) > 3 || args[0].kind != KindString || args[1].IsNull() {
			return null
		}
		t := args[0].text
		from, to := -1, -1
		if p, ok := args[1].ref.(*pattern); ok {
			var found [][]int
			if last {
				found = p.every(s, t)
			} else {
				found = p.all(s, t, 1)
			}
			if n := len(found); n > 0 {
				from, to = found[n-1][0], found[n-1][1]
			}
		} else if args[1].kind == KindString {
			piece := args[1].text
			if from = strings.Index(t, piece); last {
				from = strings.LastIndex(t, piece)
			}
			to = from + len(piece)
		}
		parts := []string{t, "", ""}
		if from >= 0 {
			parts = []string{t[:from], t[from:to], t[to:]}
		}
		if len(args) == 3 && args[2].Bool() {
			parts = []string{parts[0], parts[2]}
		}
		return s.texts(parts)
	}
}

// match gives the groups of a regular expression that matches the whole text.
func match(s *state, args []Value) Value {
	if len(args) != 2 {
		return s.expects("a regex")
	}
	if args[0].IsNull() {
		return null
	}
	p, ok := args[1].ref.(*pattern)
	if !ok {
		if args[1].kind != KindString {
			return null
		}
		var bad Value
		if p, bad = s.pattern(args[1].text); p == nil {
			return bad
		}
	}
	t, ok := s.text(args[0])
	if !ok {
		return s.stop()
	}
	m := p.matches(s, t)
	if m == nil {
		return null
	}
	if p.stale {
		return s.unsupported(groupsDiffer.Name, groupsDiffer.Why)
	}
	groups := make([]Value, len(m)/2-1)
	for i := range groups {
		if from := m[2*i+2]; from >= 0 {
			groups[i] = StringValue(t[from:m[2*i+3]])
		}
	}
	return s.array("String[]", groups)
}

// find gives all matches of a regular expression, or all occurrences of a text, which may
// overlap.
func find(s *state, args []Value) Value {
	if len(args) != 2 {
		return s.expects("a string or a regex")
	}
	var out []string
	if args[0].IsNull() || args[1].IsNull() {
		return s.texts(out)
	}
	p, isPattern := args[1].ref.(*pattern)
	if !isPattern && args[1].kind != KindString {
		return s.texts(out)
	}
	t, ok := s.text(args[0])
	if !ok {
		return s.stop()
	}
	if isPattern {
		for _, m := range p.every(s, t) {
			out = append(out, t[m[0]:m[1]])
		}
	} else if args[1].text == "" {
		return s.unsupported("find of an empty text", "OpenRefine finds it for ever")
	} else {
		out = occurrences(s, t, args[1].text)
	}
	if len(out) > maxItem {
		return s.tooMany()
	}
	return s.texts(out)
}

// occurrences finds a text at every unit of another at which it stands.
func occurrences(s *state, t, piece string) []string {
	var out []string
	for len(out) <= maxItem && s.spend(len(piece)) {
		i := strings.Index(t, piece)
		if i < 0 {
			break
		}
		out = append(out, piece)
		_, n := utf8.DecodeRuneInString(t[i:])
		t = t[i+n:]
	}
	return out
}

// ngram gives all runs of n words.
func ngram(s *state, args []Value) Value {
	if len(args) != 2 {
		return s.expects("a string and a number")
	}
	if args[0].kind != KindString || !args[1].number() {
		return null
	}
	t, n := args[0].text, args[1].int32()
	tokens := words(t, false)
	if n >= len(tokens) {
		return s.texts([]string{t})
	}
	if n < 0 {
		return javaError("NegativeArraySizeException", text10(n))
	}
	if !s.spend(n*(len(tokens)-n+1) + len(t)*n) {
		return s.stop()
	}
	out := make([]string, len(tokens)-n+1)
	for i := range out {
		out[i] = strings.Join(tokens[i:i+n], " ")
	}
	return s.texts(out)
}

// diff of two texts is the end of the second one, from the first unit in which it differs;
// of two dates it is the time from the second to the first, in whole units.
func diff(s *state, args []Value) Value {
	const want = "either two strings, or two dates and a unit string"
	if len(args) < 2 {
		return s.expects(want)
	}
	if a, b, ok := texts(args); ok {
		return StringValue(difference(a, b))
	}
	if len(args) == 3 && args[0].kind == KindDate && args[1].kind == KindDate && args[2].kind == KindString {
		return between(args[1].Time(), args[0].Time(), text.Lower(args[2].text))
	}
	return s.expects(want)
}

func difference(a, b string) string {
	for a != "" && b != "" {
		r, n := utf8.DecodeRuneInString(a)
		q, m := utf8.DecodeRuneInString(b)
		if r != q {
			high, _ := utf16.EncodeRune(r)
			if other, _ := utf16.EncodeRune(q); r > 0xffff && q > 0xffff && high == other {
				return "\uFFFD" + b[m:] // they differ in their second halves
			}
			return b
		}
		a, b = a[n:], b[m:]
	}
	return b
}
