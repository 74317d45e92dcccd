package grel

import (
	"math"
	"strconv"
)

// Functions on numbers. Logarithms and powers agree with Java's to the last bit but one, and
// sines of numbers beyond a billion to thirteen digits.
var mathFunctions = map[string]func(*state, []Value) Value{
	"abs":      float(math.Abs),
	"round":    whole(roundHalfUp),
	"floor":    whole(math.Floor),
	"ceil":     whole(math.Ceil),
	"ln":       float(logarithm),
	"log":      float(log10),
	"exp":      float(math.Exp),
	"even":     float(func(f float64) float64 { return upTo(f, 0) }),
	"odd":      float(func(f float64) float64 { return upTo(f, 1) }),
	"degrees":  float(func(f float64) float64 { return f * (180 / math.Pi) }),
	"radians":  float(func(f float64) float64 { return f * (math.Pi / 180) }),
	"sin":      float(math.Sin),
	"cos":      float(math.Cos),
	"tan":      float(math.Tan),
	"asin":     float(math.Asin),
	"acos":     float(math.Acos),
	"atan":     float(math.Atan),
	"sinh":     float(math.Sinh),
	"cosh":     float(math.Cosh),
	"tanh":     float(math.Tanh),
	"min":      floats(math.Min),
	"max":      floats(math.Max),
	"pow":      floats(power),
	"quotient": floats(func(a, b float64) float64 { return math.Floor(a / b) }),
	"atan2":    floats2(math.Atan2, "a number"),
	"mod":      modulo,
}

func float(f func(float64) float64) func(*state, []Value) Value {
	return func(s *state, args []Value) Value {
		if len(args) != 1 || !args[0].number() {
			return s.expects("a number")
		}
		return FloatValue(f(args[0].Float()))
	}
}

// whole is a function whose result Java casts to a long.
func whole(f func(float64) float64) func(*state, []Value) Value {
	return func(s *state, args []Value) Value {
		if len(args) != 1 || !args[0].number() {
			return s.expects("a number")
		}
		return IntValue(int64(saturate(f(args[0].Float()), -1<<63, 1<<63)))
	}
}

func floats(f func(a, b float64) float64) func(*state, []Value) Value {
	return floats2(f, "two numbers")
}

func floats2(f func(a, b float64) float64, want string) func(*state, []Value) Value {
	return func(s *state, args []Value) Value {
		if len(args) != 2 || !args[0].number() || !args[1].number() {
			return s.expects(want)
		}
		return FloatValue(f(args[0].Float(), args[1].Float()))
	}
}

// roundHalfUp is Math.round: halves go up, also below zero.
func roundHalfUp(f float64) float64 {
	whole := math.Floor(f)
	if f-whole >= 0.5 {
		whole++
	}
	return whole
}

// log10 is that of FreeBSD's e_log10.c, as in Java's StrictMath: exact for powers of ten.
func log10(x float64) float64 {
	if x <= 0 || math.IsInf(x, 0) || x != x {
		return math.Log10(x)
	}
	const (
		high = 3.01029995663611771306e-01 // log10(2), its first bits and the rest
		low  = 3.69423907715893078616e-13
	)
	fraction, exponent := math.Frexp(x) // fraction is 0.5 to 1
	n := float64(exponent)
	if exponent > 0 {
		fraction, n = fraction*2, n-1
	}
	return n*low + math.Log(fraction)*(1/math.Ln10) + n*high
}

// logarithm is right for the smallest floats, too: math.Log on amd64 is not (Go 1.26).
func logarithm(x float64) float64 {
	if x > 0 && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// upTo is the next whole number with that rest after a division by two.
func upTo(f, rest float64) float64 {
	up := math.Ceil(f)
	if odd := math.Mod(up, 2) != 0; odd != (rest == 1) {
		up++
	}
	return up
}

// power is Math.pow, which unlike C's is not a number for ±1 to an infinite power and for 1
// to NaN.
func power(a, b float64) float64 {
	if b != b || math.Abs(a) == 1 && math.IsInf(b, 0) {
		return math.NaN()
	}
	return math.Pow(a, b)
}

func modulo(s *state, args []Value) Value {
	if len(args) != 2 || !args[0].number() || !args[1].number() {
		return s.expects("two numbers")
	}
	a, b := args[0].int32(), args[1].int32()
	if b == 0 {
		return javaError("ArithmeticException", "/ by zero")
	}
	return integer(a % b)
}

func text10(n int) string { return strconv.Itoa(n) }

func outOfBounds(index, length int) Value {
	return javaError("ArrayIndexOutOfBoundsException", "Index "+text10(index)+" out of bounds for length "+text10(length))
}

func beyond(begin, end, length int) Value {
	return javaError("StringIndexOutOfBoundsException", "begin "+text10(begin)+", end "+text10(end)+", length "+text10(length))
}
