package grel

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// This file writes numbers by a format, as Java's String.format does with one argument in
// English. Floats are rounded half up from the digits that Java writes them with, not from
// their exact value: %.1f of 0.15 is 0.2.

var formatSpec = regexp.MustCompile(`^(\d+\$)?([-#+ 0,(<]*)(\d+)?(\.\d+)?([tT])?([a-zA-Z%])`)

// numberSpec is one conversion.
type numberSpec struct {
	flags            string
	width, precision int // -1: none
	conversion       byte
}

func (f numberSpec) has(flag string) bool { return strings.Contains(f.flags, flag) }

// formatNumber writes a number in a text with conversions.
func formatNumber(s *state, v Value, format string) Value {
	var b strings.Builder
	used := false // the argument, by a conversion without an index; the next would need another
	any := false  // there was a conversion, to which %< goes back
	for {
		before, rest, found := strings.Cut(format, "%")
		b.WriteString(before)
		if !found {
			return s.string(b.String())
		}
		m := formatSpec.FindStringSubmatch(rest)
		if m == nil {
			return badFormat("Conversion = '%'")
		}
		format = rest[len(m[0]):]
		spec, ok := newNumberSpec(m)
		if !ok {
			return s.tooLong()
		}
		switch {
		case m[5] != "" || spec.conversion == 'a' || spec.conversion == 'A':
			return s.unsupported("number format %"+m[0], "dates from numbers and hexadecimal floats are not written")
		case spec.conversion == '%' || spec.conversion == 'n':
		case spec.has("<"):
			if !any {
				return badFormat("Format specifier '%" + m[0] + "'")
			}
		case m[1] != "":
			if any = true; strings.TrimLeft(m[1], "0") != "1$" {
				return badFormat("Format specifier '%" + m[0] + "'")
			}
		default:
			if used {
				return badFormat("Format specifier '%" + m[0] + "'")
			}
			used, any = true, true
		}
		text, bad := spec.format(v)
		if bad != "" {
			return badFormat(bad)
		}
		if b.WriteString(text); b.Len() > maxText {
			return s.tooLong()
		}
	}
}

func badFormat(message string) Value { return ErrorValue("Unknown format conversion " + message) }

func newNumberSpec(m []string) (spec numberSpec, ok bool) {
	number := func(t string) int {
		if t == "" {
			return -1
		}
		n, err := strconv.Atoi(t)
		if err != nil || n > maxText {
			ok = false
			return 0
		}
		return n
	}
	ok = true
	spec = numberSpec{flags: m[2], width: number(m[3]), conversion: m[6][0]}
	spec.precision = number(strings.TrimPrefix(m[4], "."))
	return spec, ok
}

// format writes the number; bad is the message of Java's exception.
func (f numberSpec) format(v Value) (text, bad string) {
	if bad := f.check(v); bad != "" {
		return "", bad
	}
	switch f.conversion {
	case '%':
		return f.justify("%"), ""
	case 'n':
		return "\n", ""
	case 'b', 'B':
		text = "true"
	case 's', 'S':
		text, _ = (&state{}).text(v)
	case 'h', 'H':
		text = strconv.FormatUint(uint64(hashCode(v)), 16)
	case 'c', 'C':
		text = string(rune(v.Int()))
	case 'd':
		text = f.integer(v.Int())
	case 'o', 'x', 'X':
		text = f.unsigned(v)
	default:
		text = f.float(v.Float())
	}
	if strings.IndexByte("bBsShH", f.conversion) >= 0 && f.precision >= 0 && f.precision < len(text) {
		text = text[:f.precision]
	}
	if f.conversion >= 'A' && f.conversion <= 'Z' {
		text = strings.ToUpper(text)
	}
	return f.justify(text), ""
}

// check refuses what Java refuses: conversions of other types, and flags that do not go
// with a conversion.
func (f numberSpec) check(v Value) string {
	c := string(f.conversion)
	for i := range f.flags {
		if strings.Contains(f.flags[i+1:], f.flags[i:i+1]) {
			return "Flags = '" + f.flags[i:i+1] + "'"
		}
	}
	allowed := map[byte]string{
		'd': "-+ 0,(<", 'o': "-#0<", 'x': "-#0<", 'e': "-#+ 0(<", 'f': "-#+ 0,(<", 'g': "-+ 0,(<",
		's': "-<", 'b': "-<", 'h': "-<", 'c': "-<", '%': "-", 'n': "",
	}
	lower := f.conversion
	if strings.IndexByte("XEGSBHC", lower) >= 0 {
		lower += 'a' - 'A'
	}
	flags, known := allowed[lower]
	float := lower == 'e' || lower == 'f' || lower == 'g'
	whole := lower == 'd' || lower == 'o' || lower == 'x'
	switch {
	case !known:
		return "Conversion = '" + c + "'"
	case strings.Trim(f.flags, flags) != "":
		return "Conversion = " + string(lower) + ", Flags = " + f.flags
	case (f.has("-") || f.has("0")) && f.width < 0:
		return "%" + f.flags + c
	case f.has("+") && f.has(" "), f.has("-") && f.has("0"):
		return "Flags = '" + f.flags + "'"
	case f.precision >= 0 && (whole || lower == 'c' || lower == '%' || lower == 'n'):
		return strconv.Itoa(f.precision)
	case lower == 'n' && f.width >= 0:
		return strconv.Itoa(f.width)
	case whole && v.kind != KindInt, float && v.kind != KindFloat, lower == 'c' && !v.small:
		return string(lower) + " != java.lang." + v.class()
	case lower == 'c' && (v.Int() < 0 || v.Int() > 0x10ffff):
		return "Code point = 0x" + strconv.FormatInt(v.Int()&0xffffffff, 16)
	}
	return ""
}

// hashCode is that of Long, Integer and Double.
func hashCode(v Value) uint32 {
	if v.small {
		return uint32(v.bits)
	}
	bits := v.bits
	if f := v.Float(); v.kind == KindFloat && f != f {
		bits = 0x7ff8000000000000
	}
	return uint32(bits ^ bits>>32)
}

// justify fills up to the width with blanks.
func (f numberSpec) justify(text string) string {
	n := f.width - len([]rune(text))
	switch {
	case n <= 0:
		return text
	case f.has("-"):
		return text + strings.Repeat(" ", n)
	}
	return strings.Repeat(" ", n) + text
}

func (f numberSpec) integer(n int64) string {
	digits := strconv.FormatInt(n, 10)
	return f.signed(strings.TrimPrefix(digits, "-"), n < 0)
}

// unsigned writes the bits of a whole number, of 32 for what Java has as an int.
func (f numberSpec) unsigned(v Value) string {
	bits := v.bits
	if v.small {
		bits = uint64(uint32(bits))
	}
	base, prefix := 16, "0x"
	if f.conversion == 'o' {
		base, prefix = 8, "0"
	}
	if !f.has("#") {
		prefix = ""
	}
	digits := strconv.FormatUint(bits, base)
	if f.has("0") {
		digits = strings.Repeat("0", max(0, f.width-len(prefix)-len(digits))) + digits
	}
	return prefix + digits
}

// signed puts commas, zeros and the sign to digits.
func (f numberSpec) signed(digits string, negative bool) string {
	number := digits[0] >= '0' && digits[0] <= '9' // and not NaN or Infinity
	if f.has(",") && number {
		digits = grouped(digits)
	}
	before, after := "", ""
	switch {
	case negative && f.has("("):
		before, after = "(", ")"
	case negative:
		before = "-"
	case f.has("+"):
		before = "+"
	case f.has(" "):
		before = " "
	}
	if f.has("0") && number {
		digits = strings.Repeat("0", max(0, f.width-len(before)-len(after)-len(digits))) + digits
	}
	return before + digits + after
}

// grouped puts a comma before every three digits of the whole part.
func grouped(digits string) string {
	digits, exponent, hasExponent := strings.Cut(digits, "e")
	if hasExponent {
		return digits + "e" + exponent
	}
	whole, fraction, point := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		return whole + "." + fraction
	}
	return whole
}

func (f numberSpec) float(v float64) string {
	switch {
	case v != v:
		return "NaN"
	case math.IsInf(v, 0):
		return f.signed("Infinity", v < 0)
	}
	precision := f.precision
	if precision < 0 {
		precision = 6
	}
	d := javaDigits(math.Abs(v), false)
	var digits string
	switch f.conversion {
	case 'f':
		digits = d.fixed(precision)
	case 'e', 'E':
		digits = d.scientific(precision)
	default:
		digits = d.general(max(precision, 1))
	}
	if f.has("#") && precision == 0 {
		mantissa, exponent, hasExponent := strings.Cut(digits, "e")
		digits = mantissa + "."
		if hasExponent {
			digits += "e" + exponent
		}
	}
	return f.signed(digits, math.Signbit(v))
}

// rounded keeps so many digits, rounding half up.
func (d decimal) rounded(keep int) decimal {
	if keep >= len(d.digits) {
		return d
	}
	if keep < 0 || keep == 0 && d.digits[0] < '5' {
		return decimal{"0", 1}
	}
	if keep == 0 {
		return decimal{"1", d.point + 1}
	}
	digits := []byte(d.digits[:keep])
	if d.digits[keep] < '5' {
		return decimal{string(digits), d.point}
	}
	for i := keep - 1; i >= 0; i-- {
		if digits[i] < '9' {
			digits[i]++
			return decimal{string(digits), d.point}
		}
		digits[i] = '0'
	}
	return decimal{"1" + string(digits), d.point + 1}
}

// fixed has so many digits after the point.
func (d decimal) fixed(precision int) string {
	d = d.rounded(d.point + precision)
	if d.point <= 0 {
		d = decimal{strings.Repeat("0", 1-d.point) + d.digits, 1}
	}
	digits := d.digits
	if n := d.point + precision - len(digits); n > 0 {
		digits += strings.Repeat("0", n)
	}
	if precision == 0 {
		return digits[:d.point]
	}
	return digits[:d.point] + "." + digits[d.point:d.point+precision]
}

// scientific has one digit before the point and so many after it.
func (d decimal) scientific(precision int) string {
	zero := d.digits == "0"
	d = d.rounded(precision + 1)
	digits := d.digits + strings.Repeat("0", max(0, precision+1-len(d.digits)))
	exponent := d.point - 1
	if zero {
		exponent = 0
	}
	text := digits[:1]
	if precision > 0 {
		text += "." + digits[1:precision+1]
	}
	sign := "+"
	if exponent < 0 {
		sign, exponent = "-", -exponent
	}
	return text + "e" + sign + pad(exponent, 2)
}

// general has so many digits in all, in the form that suits the size.
func (d decimal) general(precision int) string {
	r := d.rounded(precision)
	if d.digits == "0" {
		return d.fixed(precision - 1)
	}
	if r.point > -4 && r.point <= precision {
		return d.fixed(precision - r.point)
	}
	return d.scientific(precision - 1)
}
