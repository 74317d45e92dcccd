package frame

import (
	"math"
	"math/bits"
	"strconv"
)

// This file turns numbers into text and text into numbers. strconv is the measure of both:
// the short ways here give the same bits and the same digits.

// pow10 are the powers of ten that float64 holds exactly.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
	1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// FormatFloat writes a number with the fewest digits that read back as the same number,
// as Python's repr does: 1.0, 0.1, 1e+16, 1e-05, -0.0, inf.
func FormatFloat(v float64) string { return string(appendFloat(nil, v)) }

func appendFloat(b []byte, v float64) []byte {
	a := math.Abs(v)
	switch {
	case a >= 1e-4 && a < 1e15:
		if out, ok := appendShort(b, v, a); ok {
			return out
		}
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	case a == 0 || a >= 1e15 && a < 1e16 && a == math.Trunc(a): // a float stays one when it is read again
		return append(strconv.AppendFloat(b, v, 'f', -1, 64), ".0"...)
	case a >= 1e15 && a < 1e16:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	case math.IsInf(v, 1):
		return append(b, "inf"...)
	case math.IsInf(v, -1):
		return append(b, "-inf"...)
	}
	return strconv.AppendFloat(b, v, 'e', -1, 64)
}

// appendShort writes a number that has at most 15 significant digits. If the decimal
// i/10ᵏ, both exact in float64, is v after the one rounding of the division, it reads back
// as v; and as two decimals of at most 15 digits never round to the same float64, no
// shorter one does but i without its trailing zeros.
func appendShort(b []byte, v, a float64) ([]byte, bool) {
	k := 15 - decimals(uint64(a))
	if a < 1 {
		k = 15
		for a*pow10[k] < 1e14 && k < 18 {
			k++
		}
	}
	i := uint64(math.RoundToEven(a * pow10[k]))
	if i >= 1e15 || float64(i)/pow10[k] != a {
		return b, false
	}
	for _, step := range [...]struct {
		by uint64
		n  int
	}{{1e8, 8}, {1e4, 4}, {1e2, 2}, {10, 1}} {
		if k >= step.n && i%step.by == 0 {
			i, k = i/step.by, k-step.n
		}
	}
	if v < 0 {
		b = append(b, '-')
	}
	if k == 0 {
		return append(strconv.AppendUint(b, i, 10), ".0"...), true
	}
	unit := uint64(pow10[k])
	b = strconv.AppendUint(b, i/unit, 10)
	b = append(b, '.')
	at := len(b)
	b = strconv.AppendUint(b, i%unit+unit, 10) // a 1 and the k digits after the point
	b[at] = '.'
	return append(b[:at-1], b[at:]...), true
}

// decimals is how many digits a whole number has; 0 has one.
func decimals(v uint64) int {
	n := bits.Len64(v) * 1233 >> 12 // log10(2) is about 1233/4096
	if n < len(pow10) && float64(v) >= pow10[n] {
		n++
	}
	return max(n, 1)
}
