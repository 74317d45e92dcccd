package grel

import (
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Functions on values of any kind.
var valueFunctions = map[string]func(*state, []Value) Value{
	"toNumber": toNumber,
	"toString": toText,
	"type":     typeName,
	"coalesce": coalesce,
	"and":      and,
	"or":       or,
	"xor":      xor,
	"not":      not,
	"md5":      digest(func(b []byte) []byte { h := md5.Sum(b); return h[:] }),
	"sha1":     digest(func(b []byte) []byte { h := sha1.Sum(b); return h[:] }),
}

func toNumber(s *state, args []Value) Value {
	if len(args) != 1 || args[0].IsNull() {
		return s.expects("one non-null argument")
	}
	if args[0].number() {
		return args[0]
	}
	t, ok := s.text(args[0])
	if !ok {
		return s.stop()
	}
	if n, ok := parseLong(t); ok {
		return IntValue(n)
	}
	if f, ok := parseDouble(t); ok {
		return FloatValue(f)
	}
	return ErrorValue("Unable to parse as number")
}

// parseLong is Long.valueOf: digits of any script, with a sign or without.
func parseLong(t string) (int64, bool) {
	digits := strings.TrimLeft(t, "+-")
	if digits == "" || len(t)-len(digits) > 1 {
		return 0, false
	}
	negative := t[0] == '-'
	var n uint64
	for _, r := range digits {
		d, ok := digitValue(r)
		if !ok || n > (math.MaxUint64-9)/10 {
			return 0, false
		}
		if n = n*10 + uint64(d); n > 1<<63 {
			return 0, false
		}
	}
	switch {
	case negative:
		return -int64(n), true
	case n == 1<<63:
		return 0, false
	}
	return int64(n), true
}

// digitValue is Character.digit of a char, in base ten.
func digitValue(r rune) (int, bool) {
	if r < 0x80 {
		return int(r - '0'), r >= '0' && r <= '9'
	}
	if !javaDigit(r) {
		return 0, false
	}
	for _, span := range unicode.Nd.R16 { // every span holds whole sets of ten
		if r >= rune(span.Lo) && r <= rune(span.Hi) {
			return int(r-rune(span.Lo)) % 10, true
		}
	}
	return 0, false
}

// parseDouble is Double.valueOf: a decimal or hexadecimal number, NaN or Infinity, with
// white space about it and a letter f or d behind it.
func parseDouble(t string) (float64, bool) {
	t = strings.TrimFunc(t, func(r rune) bool { return r <= ' ' })
	body := t
	if body != "" && (body[0] == '+' || body[0] == '-') {
		body = body[1:]
	}
	switch body {
	case "":
		return 0, false
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		if t[0] == '-' {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	}
	if strings.ContainsAny(body[len(body)-1:], "fFdD") {
		t, body = t[:len(t)-1], body[:len(body)-1]
	}
	if !floatForm(body) {
		return 0, false
	}
	f, err := strconv.ParseFloat(t, 64)
	if err != nil && !strings.HasSuffix(err.Error(), strconv.ErrRange.Error()) {
		return 0, false
	}
	return f, true
}

// floatForm checks digits, point and exponent, so that what only Go reads is not taken.
func floatForm(t string) bool {
	digit, exponent, isHex := "0123456789", "eE", false
	if strings.HasPrefix(t, "0x") || strings.HasPrefix(t, "0X") {
		t, digit, exponent, isHex = t[2:], "0123456789abcdefABCDEF", "pP", true
	}
	mantissa, power := t, ""
	i := strings.IndexAny(t, exponent)
	if i >= 0 {
		mantissa, power = t[:i], t[i+1:]
	} else if isHex {
		return false
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole+fraction == "" || strings.Trim(whole+fraction, digit) != "" {
		return false
	}
	if i < 0 {
		return true
	}
	if power != "" && (power[0] == '+' || power[0] == '-') {
		power = power[1:]
	}
	return power != "" && strings.Trim(power, "0123456789") == ""
}

// toText is toString: of a date or a number with a format, too.
func toText(s *state, args []Value) Value {
	const want = " accepts an object and an optional second argument containing a Date or Number format string"
	switch {
	case len(args) == 1:
		t, ok := s.shown(args[0])
		if !ok {
			return s.stop()
		}
		return s.string(t)
	case len(args) == 2 && args[1].kind == KindString && args[0].kind == KindDate:
		return formatDate(s, args[0].Time(), args[1].text)
	case len(args) == 2 && args[1].kind == KindString && args[0].number():
		return formatNumber(s, args[0], args[1].text)
	}
	return ErrorValue(s.name + want)
}

func typeName(s *state, args []Value) Value {
	if len(args) != 1 {
		return s.expects("one argument")
	}
	switch v := args[0]; v.kind {
	case KindNull:
		return StringValue("undefined")
	case KindString, KindDate, KindArray, KindBool:
		return StringValue(v.kind.String())
	case KindInt, KindFloat:
		return StringValue("number")
	}
	if _, ok := args[0].ref.(*pattern); ok {
		return StringValue("java.util.regex.Pattern")
	}
	return StringValue("com.google.refine.expr." + args[0].class())
}

func coalesce(s *state, args []Value) Value {
	if len(args) < 2 {
		return s.expects("at least two arguments")
	}
	for _, v := range args {
		if !v.IsNull() {
			return v
		}
	}
	return null
}

// truth is how OpenRefine takes a value where a boolean is meant.
func truth(s *state, v Value) bool {
	switch v.kind {
	case KindBool:
		return v.Bool()
	case KindString, KindError:
		return strings.EqualFold(v.text, "true") && len(v.text) == 4
	}
	return false
}

// booleans checks that the first two arguments are booleans; others are taken as such.
func booleans(args []Value) bool {
	return len(args) >= 2 && args[0].kind == KindBool && args[1].kind == KindBool
}

const wantBooleans = "two or more booleans"

func and(s *state, args []Value) Value {
	if !booleans(args) {
		return s.expects(wantBooleans)
	}
	for _, v := range args {
		if !truth(s, v) {
			return BoolValue(false)
		}
	}
	return BoolValue(true)
}

func or(s *state, args []Value) Value {
	if !booleans(args) {
		return s.expects(wantBooleans)
	}
	for _, v := range args {
		if truth(s, v) {
			return BoolValue(true)
		}
	}
	return BoolValue(false)
}

func xor(s *state, args []Value) Value {
	if !booleans(args) {
		return s.expects(wantBooleans)
	}
	return BoolValue(args[0].Bool() != args[1].Bool())
}

func not(s *state, args []Value) Value {
	if len(args) != 1 || args[0].kind != KindBool {
		return s.expects("a boolean")
	}
	return BoolValue(!args[0].Bool())
}

func digest(sum func([]byte) []byte) func(*state, []Value) Value {
	return func(s *state, args []Value) Value {
		if len(args) != 1 || args[0].IsNull() {
			return s.expects("a string")
		}
		t, ok := s.text(args[0])
		if !ok {
			return s.stop()
		}
		return StringValue(hex.EncodeToString(sum([]byte(t))))
	}
}
