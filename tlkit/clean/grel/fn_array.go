package grel

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Functions on arrays.
var arrayFunctions = map[string]func(*state, []Value) Value{
	"join":    join,
	"reverse": reverse,
	"sort":    sorted,
	"uniques": uniques,
	"inArray": inArray,
	"sum":     sum,
}

// items gives the elements of the only argument, if that is an array.
func items(args []Value) ([]Value, bool) {
	if len(args) != 1 || args[0].kind != KindArray {
		return nil, false
	}
	return args[0].Items(), true
}

// join leaves out what is null.
func join(s *state, args []Value) Value {
	if len(args) != 2 || args[0].kind != KindArray || args[1].kind != KindString {
		return s.expects("an array and a string")
	}
	var b strings.Builder
	first := true
	for _, v := range args[0].Items() {
		if v.IsNull() {
			continue
		}
		t, ok := s.text(v)
		if !ok {
			return s.stop()
		}
		if b.Len()+len(t)+len(args[1].text) > maxText {
			return s.tooLong()
		}
		if !first {
			b.WriteString(args[1].text)
		}
		b.WriteString(t)
		first = false
	}
	return s.string(b.String())
}

func reverse(s *state, args []Value) Value {
	a, ok := items(args)
	if !ok {
		return s.expects("an array")
	}
	a = slices.Clone(a)
	slices.Reverse(a)
	return s.array("Object[]", a)
}

// sorted sorts values of one class by their natural order, what is null last.
func sorted(s *state, args []Value) Value {
	a, ok := items(args)
	if !ok {
		return s.expects("an array")
	}
	for _, v := range a {
		switch v.kind {
		case KindError, KindArray, KindObject:
			return s.expects("an array of uniform type")
		}
	}
	if bad := mixed(a); bad != null {
		return bad
	}
	work := 0
	for _, v := range a {
		work += 16 + v.weight()
	}
	if !s.spend(work) {
		return s.stop()
	}
	a = slices.Clone(a)
	slices.SortStableFunc(a, natural)
	return s.array("Comparable[]", a)
}

// mixed is Java's exception where values of two classes meet in one sort.
func mixed(a []Value) Value {
	var first Value
	for _, v := range a {
		switch {
		case v.IsNull():
		case first.IsNull():
			first = v
		case v.class() != first.class():
			x, y := qualified(first), qualified(v)
			return javaError("ClassCastException", fmt.Sprintf("class %s cannot be cast to class %s (%s and %s are in module java.base of loader 'bootstrap')", x, y, x, y))
		}
	}
	return null
}

func qualified(v Value) string {
	if v.kind == KindDate {
		return "java.time.OffsetDateTime"
	}
	return "java.lang." + v.class()
}

// natural is compareTo of two values of one class, with null last.
func natural(a, b Value) int {
	if a.IsNull() || b.IsNull() {
		switch {
		case a.IsNull() && b.IsNull():
			return 0
		case a.IsNull():
			return 1
		}
		return -1
	}
	switch a.kind {
	case KindInt:
		return cmpInt(a.Int(), b.Int())
	case KindFloat:
		return compareDoubles(a.Float(), b.Float())
	case KindString:
		return compareUnits(a.text, b.text)
	case KindDate:
		return compareDates(a.Time(), b.Time())
	}
	return int(a.bits) - int(b.bits)
}

// compareDoubles is Double.compareTo: -0.0 comes before 0.0, and NaN last.
func compareDoubles(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return cmpInt(doubleOrder(a), doubleOrder(b))
}

func doubleOrder(f float64) int64 {
	if f != f {
		return 1
	}
	if f == 0 && 1/f < 0 {
		return -1
	}
	return 0
}

// compareUnits is String.compareTo: by units of UTF-16, so that U+FFxx comes after emoji.
func compareUnits(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	for i > 0 && (i < len(a) && !utf8.RuneStart(a[i]) || i < len(b) && !utf8.RuneStart(b[i])) {
		i--
	}
	if i == len(a) || i == len(b) {
		return cmpInt(int64(len(a)), int64(len(b)))
	}
	r, _ := utf8.DecodeRuneInString(a[i:])
	q, _ := utf8.DecodeRuneInString(b[i:])
	return cmpInt(int64(unitOrder(r)), int64(unitOrder(q)))
}

// unitOrder is a number that orders characters as their first units of UTF-16 do, and
// those with the same first unit by their second one.
func unitOrder(r rune) int64 {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return int64(high)<<16 | int64(low)
	}
	return int64(r) << 16
}

// uniques keeps the first of values that are equal in Java's sense.
func uniques(s *state, args []Value) Value {
	a, ok := items(args)
	if !ok {
		return s.expects("an array")
	}
	type key struct {
		kind  Kind
		small bool
		bits  uint64
		text  string
		ref   any
	}
	seen := make(map[key]bool, len(a))
	var out []Value
	for _, v := range a {
		k := key{v.kind, v.small && v.kind == KindInt, v.bits, v.text, nil}
		switch v.kind {
		case KindFloat:
			if f := v.Float(); f != f {
				k.bits = 1 // one NaN for all
			}
		case KindDate:
			k.text = dateText(v.Time())
		case KindArray, KindObject:
			k.ref = v.ref
		}
		if !seen[k] {
			seen[k] = true
			out = append(out, v)
		}
	}
	return s.array("Object[]", out)
}

func inArray(s *state, args []Value) Value {
	switch {
	case len(args) != 2:
		return s.expects("an array and a string")
	case args[0].IsNull() || args[1].kind != KindString:
		return s.expects("a string")
	case args[0].kind != KindArray:
		return s.expects("an array")
	}
	return BoolValue(slices.ContainsFunc(args[0].Items(), func(v Value) bool { return identical(v, args[1]) }))
}

// sum adds the numbers of an array, the last one first, and leaves out what is none.
func sum(s *state, args []Value) Value {
	a, ok := items(args)
	if !ok {
		return s.expects("an array of numbers")
	}
	total := 0.0
	for _, v := range slices.Backward(a) {
		if v.number() {
			total += v.Float()
		}
	}
	return FloatValue(total)
}
