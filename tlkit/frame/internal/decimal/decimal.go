// Package decimal turns decimals, which files and databases keep as a whole number and how
// many of its digits are decimals, into numbers and text.
package decimal

import (
	"math"
	"strconv"
)

// Append writes digits, which may have a sign, with the point before the last scale.
func Append(out []byte, digits string, scale int) []byte {
	if digits[0] == '-' {
		out, digits = append(out, '-'), digits[1:]
	}
	if scale == 0 {
		return append(out, digits...)
	}
	for len(digits) <= scale {
		digits = "0" + digits
	}
	out = append(out, digits[:len(digits)-scale]...)
	return append(append(out, '.'), digits[len(digits)-scale:]...)
}

// Float is the number nearest to v/10^scale; ok is false if the decimal has more than
// the 15 digits that every float64 gives back.
func Float(v int64, scale int) (f float64, ok bool) {
	for scale > 0 && v%10 == 0 {
		v /= 10
		scale--
	}
	if v <= -1e15 || v >= 1e15 {
		return 0, false
	}
	if scale <= 22 { // both are exact, so the quotient is rounded once
		return float64(v) / math.Pow10(scale), true
	}
	f, err := strconv.ParseFloat(string(Append(nil, strconv.FormatInt(v, 10), scale)), 64)
	return f, err == nil
}
