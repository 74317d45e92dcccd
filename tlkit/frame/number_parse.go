package frame

import (
	"encoding/binary"
	"math"
	"strconv"
	"unsafe"
)

// Numbers are read from the middle of a buffer, b[s:e], of which [pad] bytes after e may be
// looked at. Up to eight digits are taken in one step, as bytes of a word.

// pad is how many bytes a buffer must have after the last that counts.
const pad = 64

const (
	zeros = 0x3030303030303030 // "00000000"
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
	lows  = 0x7f7f7f7f7f7f7f7f
)

func load(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at : at+8]) }

// digitsOf moves the first n bytes of w, 1 ≤ n ≤ 8, to its high end as the digits' values,
// with noughts before them.
func digitsOf(w uint64, n int) uint64 { return (w ^ zeros) << (64 - 8*uint(n)) }

// areDigits reports whether each byte is at most 9.
func areDigits(x uint64) bool { return ((x+0x7676767676767676)|x)&highs == 0 }

// eightDigits is the number of eight digits, the first in the lowest byte: neighbours are put
// together to pairs, fours and eight.
func eightDigits(x uint64) uint64 {
	x = (x * (1 + 10<<8)) >> 8 & 0x00ff00ff00ff00ff
	x = (x * (1 + 100<<16)) >> 16 & 0x0000ffff0000ffff
	return (x * (1 + 10000<<32)) >> 32
}

// zeroBytes has the high bit set of each byte of x that is zero, and no other.
func zeroBytes(x uint64) uint64 { return ^((x&lows + lows) | x) & highs }

// parseInt reads a whole number: an optional sign, then digits.
func parseInt(b []byte, s, e int) (v int, ok bool) {
	neg := false
	if s < e && (b[s] == '-' || b[s] == '+') {
		neg = b[s] == '-'
		s++
	}
	n := e - s
	var u uint64
	switch {
	case n <= 0:
		return 0, false
	case n <= 8:
		x := digitsOf(load(b, s), n)
		if !areDigits(x) {
			return 0, false
		}
		u = eightDigits(x)
	case n <= 16:
		x, y := load(b, s)^zeros, digitsOf(load(b, s+8), n-8)
		if !areDigits(x) || !areDigits(y) {
			return 0, false
		}
		u = eightDigits(x)*uint64(pow10[n-8]) + eightDigits(y)
	default:
		for s < e && b[s] == '0' {
			s++
		}
		if e-s > 19 {
			return 0, false
		}
		for _, c := range b[s:e] {
			if c -= '0'; c > 9 {
				return 0, false
			}
			u = u*10 + uint64(c)
		}
	}
	switch {
	case !neg && u <= math.MaxInt64:
		return int(u), true
	case neg && u <= 1<<63:
		return int(-u), true
	}
	return 0, false
}

// parseFloat reads a number as strconv does, to the nearest float64: an optional sign,
// digits with or without a point, an exponent; or inf or infinity in any case. What is too
// large for a float64, NaN, hexadecimals and underscores are no numbers here.
func parseFloat(b []byte, s, e int, point byte) (v float64, ok bool) {
	neg := false
	if s < e && (b[s] == '-' || b[s] == '+') {
		neg = b[s] == '-'
		s++
	}
	if n := e - s; n > 0 && n <= 8 {
		v, ok = shortFloat(load(b, s), n, point)
	}
	if !ok {
		v, ok = longFloat(b, s, e, point)
	}
	if neg {
		v = -v
	}
	return v, ok
}

// shortFloat reads at most seven digits and a point, or eight digits. Digits and the power
// of ten are exact, so the division rounds once and rightly (Clinger, How to Read Floating
// Point Numbers Accurately, 1990).
func shortFloat(w uint64, n int, point byte) (float64, bool) {
	at := zeroBytes(w^uint64(point)*ones) & (1<<(8*uint(n)) - 1)
	if n == 8 {
		at = zeroBytes(w ^ uint64(point)*ones)
	}
	if at == 0 {
		x := digitsOf(w, n)
		return float64(eightDigits(x)), areDigits(x)
	}
	low := at&-at>>7 - 1 // the bytes before the point
	w = w&low | w>>8&^low
	if n--; n == 0 {
		return 0, false
	}
	x := digitsOf(w, n)
	if !areDigits(x) {
		return 0, false
	}
	after := n - popBytes(low)
	return float64(eightDigits(x)) / pow10[after], true
}

// popBytes counts the bytes of a mask of low bytes.
func popBytes(mask uint64) int { return int((mask & ones) * ones >> 56) }

// longFloat reads what follows the sign.
func longFloat(b []byte, s, e int, point byte) (float64, bool) {
	i := s
	var digits uint64 // the number without its point; right as long as n ≤ 19
	n, exp := 0, 0    // n counts the digits after leading noughts
	for ; i < e && b[i]-'0' <= 9; i++ {
		digits = digits*10 + uint64(b[i]-'0')
		if n > 0 || digits != 0 {
			n++
		}
	}
	seen := i - s
	if i < e && b[i] == point {
		i++
		from := i
		for i+8 <= e && n <= 11 {
			x := load(b, i) ^ zeros
			if !areDigits(x) {
				break
			}
			if n > 0 || digits != 0 {
				n += 8
			} else if v := eightDigits(x); v != 0 {
				n = decimals(v)
			}
			digits = digits*100000000 + eightDigits(x)
			i += 8
		}
		for ; i < e && b[i]-'0' <= 9; i++ {
			digits = digits*10 + uint64(b[i]-'0')
			if n > 0 || digits != 0 {
				n++
			}
		}
		exp = from - i
		seen += i - from
	}
	if seen == 0 {
		return infinity(b[s:e])
	}
	if i < e && b[i]|0x20 == 'e' {
		power, ok := exponent(b[i+1 : e])
		if !ok {
			return 0, false
		}
		exp += power
		i = e
	}
	if i < e {
		return 0, false
	}
	if n <= 19 && digits <= 1<<53 && exp >= -22 && exp <= 22 {
		if exp < 0 {
			return float64(digits) / pow10[-exp], true
		}
		return float64(digits) * pow10[exp], true
	}
	if n > 0 && n <= 19 && exp >= leastPower && exp <= mostPower {
		if v, ok := eiselLemire(digits, exp); ok {
			return v, true
		}
	}
	return slowFloat(b[s:e], point)
}

// exponent reads a sign and digits; a number of more than five digits is cut short, for it
// is out of reach anyway.
func exponent(b []byte) (v int, ok bool) {
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	for _, c := range b {
		if c -= '0'; c > 9 {
			return 0, false
		}
		if v < 1e5 {
			v = v*10 + int(c)
		}
	}
	if neg {
		v = -v
	}
	return v, len(b) > 0
}

// slowFloat leaves a number, known to be one, to strconv.
func slowFloat(b []byte, point byte) (float64, bool) {
	if point != '.' {
		c := append([]byte(nil), b...)
		for i := range c {
			if c[i] == point {
				c[i] = '.'
			}
		}
		b = c
	}
	v, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), 64)
	return v, err == nil
}

func infinity(b []byte) (float64, bool) {
	if len(b) == 3 || len(b) == 8 {
		for i, c := range b {
			if c|0x20 != "infinity"[i] {
				return 0, false
			}
		}
		return math.Inf(1), true
	}
	return 0, false
}
