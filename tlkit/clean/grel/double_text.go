package grel

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Java up to 18, with which OpenRefine 3.9 comes, does not always write a float by the
// fewest digits: 2.0E-3 is, but 2^-44 has a digit more than it needs. Its digits are those
// of G. Steele and J. White, "How to print floating-point numbers accurately", 1990, with
// half a unit in the last place as the limit and one twist: a number with an exponent has
// two digits at least.

// decimal is 0.digits × 10^point.
type decimal struct {
	digits string
	point  int
}

// javaDigits gives the digits of a number that is not negative. Plain is what toString
// uses, as against formats.
func javaDigits(v float64, plain bool) decimal {
	if v == 0 {
		return decimal{"0", 1}
	}
	fraction := math.Float64bits(v) & (1<<52 - 1)
	exponent := int(math.Float64bits(v) >> 52)
	significant := 53
	if exponent == 0 { // a number without the leading bit
		significant = bits.Len64(fraction)
		fraction <<= 53 - significant
		exponent = 1 - (53 - significant)
	} else {
		fraction |= 1 << 52
	}
	exponent -= 1023
	tail := bits.TrailingZeros64(fraction)
	length := 53 - tail
	tiny := max(0, length-exponent-1)
	if tiny == 0 && exponent <= 62 && length <= 63 {
		return wholeDigits(fraction, exponent, significant)
	}
	return fractionDigits(fraction, exponent, significant, tail, tiny, plain)
}

// wholeDigits are those of a whole number below 2^63, the last ones rounded away if the
// float does not tell them.
func wholeDigits(fraction uint64, exponent, significant int) decimal {
	n := fraction
	if exponent >= 52 {
		n <<= exponent - 52
	} else {
		n >>= 52 - exponent
	}
	point := 0
	if unknown := exponent - significant - 1; unknown > 1 {
		drop := int(float64(unknown) * math.Log10(2))
		ten := uint64(math.Pow10(drop))
		rest := n % ten
		n /= ten
		point = drop
		if drop > 0 && rest >= ten/2 {
			n++
		}
	}
	text := strconv.FormatUint(n, 10)
	point += len(text)
	return decimal{strings.TrimRight(text, "0"), point}
}

// fractionDigits generates digits while they are needed to tell the number from those
// beside it.
func fractionDigits(fraction uint64, exponent, significant, tail, tiny int, plain bool) decimal {
	length := 53 - tail
	point := estimatePoint(fraction, exponent)
	b5, s5 := max(0, -point), max(0, point)
	b2, s2 := b5+tiny+exponent, s5+tiny
	m5, m2 := b5, b2-significant
	b2 -= length - 1
	common := min(b2, s2)
	b2, s2, m2 = b2-common, s2-common, m2-common
	if length == 1 {
		m2-- // below a power of two the next number is half as far
	}
	if m2 < 0 {
		b2, s2, m2 = b2-m2, s2-m2, 0
	}
	scaled := func(n uint64, fives, twos int) *big.Int {
		x := new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(fives)), nil)
		x.Mul(x, new(big.Int).SetUint64(n))
		return x.Lsh(x, uint(twos))
	}
	b, s, m := scaled(fraction>>tail, b5, b2), scaled(1, s5, s2), scaled(1, m5, m2)
	ten := big.NewInt(10)
	tens := new(big.Int).Mul(s, ten)
	var digits []byte
	next := func() (q int64, low, high bool) {
		quotient, rest := new(big.Int).QuoRem(b, s, new(big.Int))
		b.Mul(rest, ten)
		m.Mul(m, ten)
		return quotient.Int64(), b.Cmp(m) < 0, new(big.Int).Add(b, m).Cmp(tens) > 0
	}
	q, low, high := next()
	if q == 0 && !high {
		point--
	} else {
		digits = append(digits, byte('0'+q))
	}
	if !plain || point < -3 || point >= 8 {
		low, high = false, false
	}
	for !low && !high {
		q, low, high = next()
		digits = append(digits, byte('0'+q))
	}
	if high {
		half := new(big.Int).Lsh(b, 1).Cmp(tens)
		if !low || half > 0 || half == 0 && digits[len(digits)-1]&1 != 0 {
			var carried bool
			if digits, carried = roundUp(digits); carried {
				point++
			}
		}
	}
	return decimal{string(digits), point + 1}
}

// estimatePoint is the exponent of ten of a number, or one more.
func estimatePoint(fraction uint64, exponent int) int {
	x := math.Float64frombits(1023<<52 | fraction&(1<<52-1))
	return int(math.Floor((x-1.5)*0.289529654 + 0.176091259 + float64(exponent)*0.301029995663981))
}

// roundUp adds one to the last digit; carried says that they became 1 and zeros, with the
// point one further.
func roundUp(digits []byte) (out []byte, carried bool) {
	i := len(digits) - 1
	for ; i >= 0 && digits[i] == '9'; i-- {
		digits[i] = '0'
	}
	if i >= 0 {
		digits[i]++
		return digits, false
	}
	digits[0] = '1'
	return digits, true
}

// floatText is Double.toString: at least one digit after the point, and an exponent
// outside 10⁻³ to 10⁷.
func floatText(f float64) string {
	switch {
	case f != f:
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	sign := ""
	if math.Signbit(f) {
		sign = "-"
	}
	if whole := math.Abs(f); whole < 1e7 && whole == math.Trunc(whole) {
		return sign + strconv.FormatInt(int64(whole), 10) + ".0"
	}
	d := javaDigits(math.Abs(f), true)
	switch n := len(d.digits); {
	case d.point > 0 && d.point < 8:
		if n <= d.point {
			return sign + d.digits + strings.Repeat("0", d.point-n) + ".0"
		}
		return sign + d.digits[:d.point] + "." + d.digits[d.point:]
	case d.point <= 0 && d.point > -3:
		return sign + "0." + strings.Repeat("0", -d.point) + d.digits
	}
	rest := d.digits[1:]
	if rest == "" {
		rest = "0"
	}
	return sign + d.digits[:1] + "." + rest + "E" + strconv.Itoa(d.point-1)
}
