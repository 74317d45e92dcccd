package grel

import (
	"strings"

	"transferlab/tlkit/clean/text"
)

// Functions on one text.
var textFunctions = map[string]func(*state, []Value) Value{
	"trim":         trim,
	"strip":        trim,
	"toLowercase":  casing(text.Lower),
	"toUppercase":  casing(text.Upper),
	"toTitlecase":  titlecase,
	"chomp":        chomp,
	"startsWith":   twoTexts(func(a, b string) Value { return BoolValue(strings.HasPrefix(a, b)) }),
	"endsWith":     twoTexts(func(a, b string) Value { return BoolValue(strings.HasSuffix(a, b)) }),
	"indexOf":      twoTexts(func(a, b string) Value { return integer(indexUnits(a, b)) }),
	"lastIndexOf":  twoTexts(func(a, b string) Value { return integer(lastIndexUnits(a, b)) }),
	"contains":     containsFn,
	"replace":      replace,
	"replaceChars": replaceChars,
	"length":       length,
	"get":          get,
	"slice":        cut,
	"substring":    cut,
	"unicode":      codePoints,
}

func trim(s *state, args []Value) Value {
	if len(args) == 1 && args[0].kind == KindString {
		return StringValue(text.Trim(args[0].text))
	}
	return s.expects("a string")
}

func twoTexts(f func(a, b string) Value) func(*state, []Value) Value {
	return func(s *state, args []Value) Value {
		if a, b, ok := texts(args); ok {
			return f(a, b)
		}
		return s.expects("two strings")
	}
}

func casing(f func(string) string) func(*state, []Value) Value {
	return func(s *state, args []Value) Value {
		if len(args) != 1 || args[0].IsNull() {
			return s.expects("a string")
		}
		t, ok := s.text(args[0])
		if !ok {
			return s.stop()
		}
		return s.string(f(t))
	}
}

// titlecase is WordUtils.capitalizeFully of Apache Commons Text: all small, and a capital
// after each delimiter.
func titlecase(s *state, args []Value) Value {
	if len(args) < 1 || len(args) > 2 || args[0].IsNull() || args[len(args)-1].IsNull() {
		return s.expects("one or two strings")
	}
	t, ok := s.text(args[0])
	delimiters := " \t\r\n."
	if len(args) == 2 && ok {
		delimiters, ok = s.text(args[1])
	}
	if !ok {
		return s.stop()
	}
	if !s.spend(len(t) * (1 + len(delimiters)/8)) {
		return s.stop()
	}
	return s.string(text.TitleAfter(t, delimiters))
}

func chomp(_ *state, args []Value) Value {
	if a, b, ok := texts(args); ok {
		return StringValue(strings.TrimSuffix(a, b))
	}
	return null
}

func containsFn(s *state, args []Value) Value {
	if a, b, ok := texts(args); ok {
		return BoolValue(strings.Contains(a, b))
	}
	if len(args) == 2 && args[0].kind == KindString {
		if p, ok := args[1].ref.(*pattern); ok {
			return BoolValue(p.first(s, args[0].text) != nil)
		}
	}
	return null
}

func replace(s *state, args []Value) Value {
	const want = "three strings, or one string, one regex, and one string"
	if len(args) != 3 || args[0].IsNull() || args[1].IsNull() || args[2].kind != KindString {
		return s.expects(want)
	}
	t, ok := s.text(args[0])
	if !ok {
		return s.stop()
	}
	with := args[2].text
	if p, ok := args[1].ref.(*pattern); ok {
		return p.replaceAll(s, t, with)
	}
	if args[1].kind != KindString {
		return s.expects(want)
	}
	old := args[1].text
	n := strings.Count(t, old)
	if n == 0 {
		return StringValue(t)
	}
	if len(t)+n*(len(with)-len(old)) > maxText {
		return s.tooLong()
	}
	return s.string(strings.ReplaceAll(t, old, with))
}

// replaceChars maps units of UTF-16 one by one; what has no partner is left out.
func replaceChars(s *state, args []Value) Value {
	if len(args) != 3 || args[0].IsNull() || !isText(args[1:]...) {
		return s.expects("three strings")
	}
	t, ok := s.text(args[0])
	if !ok {
		return s.stop()
	}
	from, to := encode(args[1].text), encode(args[2].text)
	partner := make(map[uint16]int, len(from))
	for i, u := range from {
		if _, twice := partner[u]; !twice {
			partner[u] = i
		}
	}
	units := encode(t)
	out := units[:0]
	for _, u := range units {
		switch i, ok := partner[u]; {
		case !ok:
			out = append(out, u)
		case i < len(to):
			out = append(out, to[i])
		}
	}
	return s.string(decode(out))
}

func length(s *state, args []Value) Value {
	if len(args) != 1 || args[0].IsNull() {
		return s.expects("an array or a string")
	}
	if args[0].kind == KindArray {
		return integer(len(args[0].Items()))
	}
	t, ok := s.text(args[0])
	if !ok {
		return s.stop()
	}
	return integer(units(t))
}

// bounds turns Java's from and to, negative ones counted from the end, into offsets.
func bounds(from, to Value, length int) (start, stop int) {
	start = from.int32()
	if start < 0 {
		start += length
	}
	start = min(length, max(0, start))
	stop = length
	if !to.IsNull() {
		if stop = to.int32(); stop < 0 {
			stop += length
		}
		stop = min(length, max(start, stop))
	}
	return start, stop
}

// get is v[from] and v[from, to]: an element or a part of an array, a character or a part
// of a text, a field of an object.
func get(s *state, args []Value) Value {
	if len(args) < 2 || len(args) > 3 || args[0].IsNull() || args[1].IsNull() {
		return null
	}
	v, from, to := args[0], args[1], null
	if len(args) == 3 {
		to = args[2]
	}
	if v.kind == KindObject && from.kind == KindString {
		return field(s, v, from.text)
	}
	if !from.number() || !to.IsNull() && !to.number() {
		return null
	}
	if a, ok := v.ref.(*array); ok {
		start, stop := bounds(from, to, len(a.items))
		switch {
		case !to.IsNull() && stop > start:
			return arrayOf("Object[]", a.items[start:stop:stop])
		case !to.IsNull():
			return null
		case start == len(a.items):
			return outOfBounds(start, len(a.items))
		}
		return a.items[start]
	}
	t, ok := s.text(v)
	if !ok {
		return s.stop()
	}
	n := units(t)
	start, stop := bounds(from, to, n)
	if to.IsNull() {
		if stop = start + 1; stop > n {
			return beyond(start, stop, n)
		}
	}
	return StringValue(slice(t, start, stop))
}

// cut is slice and substring.
func cut(s *state, args []Value) Value {
	if len(args) < 2 || len(args) > 3 || args[0].IsNull() || !args[1].number() {
		return null
	}
	v, from, to := args[0], args[1], null
	if len(args) == 3 {
		to = args[2]
	}
	if !to.IsNull() && !to.number() {
		return null
	}
	if a, ok := v.ref.(*array); ok {
		start, stop := bounds(from, to, len(a.items))
		return arrayOf("Object[]", a.items[start:stop:stop])
	}
	t, ok := s.text(v)
	if !ok {
		return s.stop()
	}
	start, stop := bounds(from, to, units(t))
	return StringValue(slice(t, start, stop))
}

// codePoints gives one number for each unit of UTF-16: the character that starts there.
func codePoints(s *state, args []Value) Value {
	if len(args) != 1 || args[0].IsNull() {
		return null
	}
	t, ok := s.text(args[0])
	if !ok {
		return s.stop()
	}
	if units(t) > maxItem {
		return s.tooMany()
	}
	var out []Value
	for _, r := range t {
		out = append(out, integer(int(r)))
		if r > 0xffff {
			out = append(out, integer(int(0xdc00+(r-0x10000)&0x3ff)))
		}
	}
	return s.array("Integer[]", out)
}
