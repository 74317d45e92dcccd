// Package decimal turns decimals, which files and databases keep as a whole number and how
// many of its digits are decimals, into numbers and text.
package decimal

import (
	"math"
	"math/big"
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

// BigFloat is Float of a number that may be no int64. It uses v up.
func BigFloat(v *big.Int, scale int) (f float64, ok bool) {
	ten, rest := big.NewInt(10), new(big.Int)
	for ; scale > 0 && !v.IsInt64(); scale-- {
		if v.QuoRem(v, ten, rest); rest.Sign() != 0 {
			return 0, false
		}
	}
	if !v.IsInt64() {
		return 0, false
	}
	return Float(v.Int64(), scale)
}
