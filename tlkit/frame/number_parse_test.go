package frame

import (
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	wholeGrammar = regexp.MustCompile(`^[+-]?[0-9]+$`)
	floatGrammar = regexp.MustCompile(`^(?i:[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?inf(inity)?)$`)
)

// wantInt and wantFloat say by strconv and a grammar what a text is.
func wantInt(s string) (int, bool) {
	v, err := strconv.Atoi(s)
	return v, err == nil && wholeGrammar.MatchString(s)
}

func wantFloat(s string) (float64, bool) {
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && floatGrammar.MatchString(s)
}

// someNumber draws texts that are numbers, or nearly.
func someNumber(rng *rand.Rand) string {
	digits := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('0' + rng.IntN(10))
		}
		if rng.IntN(4) == 0 {
			return strings.Repeat("0", n/2) + string(b[n/2:])
		}
		return string(b)
	}
	var s string
	switch rng.IntN(7) {
	case 0:
		s = strconv.FormatInt(rng.Int64()>>rng.IntN(64), 10)
	case 1:
		s = digits(rng.IntN(12)) + "." + digits(rng.IntN(12))
	case 2:
		s = digits(rng.IntN(24))
	case 3:
		s = digits(rng.IntN(22)) + "." + digits(rng.IntN(22)) + "e" + []string{"", "-", "+"}[rng.IntN(3)] + digits(rng.IntN(4))
	case 4:
		s = FormatFloat(someFloat(rng))
	case 5:
		s = digits(17+rng.IntN(3)) + "e" + strconv.Itoa(rng.IntN(150)-75)
	case 6: // halfway between two float64, or next to it
		half := (rng.Uint64N(1<<52)|1<<52)*2 + 1
		s = strconv.FormatUint(half<<rng.IntN(10)+uint64(rng.IntN(3))-1, 10)
		if half%5 == 0 {
			s = strconv.FormatUint(half/5+uint64(rng.IntN(3))-1, 10) + "e1"
		}
	}
	if rng.IntN(4) == 0 {
		s = string("+-"[rng.IntN(2)]) + s
	}
	if rng.IntN(8) == 0 && len(s) > 0 { // one byte wrong
		b := []byte(s)
		b[rng.IntN(len(b))] = " .,eE+-0x_/:\x00\xb0a9"[rng.IntN(16)]
		s = string(b)
	}
	return s
}

// within puts a text into the middle of others, as it stands in a file.
func within(rng *rand.Rand, s string) (b []byte, from, to int) {
	around := "0123456789.,-e\n\"\xff"
	for range rng.IntN(12) {
		b = append(b, around[rng.IntN(len(around))])
	}
	from = len(b)
	b = append(b, s...)
	to = len(b)
	for range pad {
		b = append(b, around[rng.IntN(len(around))])
	}
	return b, from, to
}

func checkNumber(t *testing.T, rng *rand.Rand, s string) {
	t.Helper()
	b, from, to := within(rng, s)
	if got, ok := parseInt(b, from, to); true {
		if want, wantOK := wantInt(s); ok != wantOK || ok && got != want {
			t.Fatalf("parseInt(%q) = %d, %v; want %d, %v", s, got, ok, want, wantOK)
		}
	}
	want, wantOK := wantFloat(s)
	if got, ok := parseFloat(b, from, to, '.'); ok != wantOK || ok && math.Float64bits(got) != math.Float64bits(want) {
		t.Fatalf("parseFloat(%q) = %v, %v; want %v, %v", s, got, ok, want, wantOK)
	}
	swapped := strings.NewReplacer(",", ".", ".", ",").Replace(s)
	b, from, to = within(rng, swapped)
	if got, ok := parseFloat(b, from, to, ','); ok != wantOK || ok && math.Float64bits(got) != math.Float64bits(want) {
		t.Fatalf("parseFloat(%q) = %v, %v; want %v, %v", swapped, got, ok, want, wantOK)
	}
}

func TestNumbersAreReadAsStrconvReadsThem(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, s := range []string{"", "0", "-0", "+0", "-", "+", ".", "-.", "e", "1e", "1e+", ".e1", "1.", ".5", "5.e3", "00", "007", "1.5.2",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "00000000000000000000012",
		"18446744073709551616", "99999999999999999999", "9007199254740993", "9007199254740992", "1e22", "1e23", "1e308", "1e309",
		"1e-400", "1e99999999999", "1e-99999999999", "0e99999999", "inf", "-Inf", "+INF", "infinity", "Infinit", "infinitys", "nan", "NaN",
		"0x10", "1_000", " 1", "1 ", "12345678", "1234567.", "12345678.", ".12345678", "123.4567", "0.00000000000000000000000000001",
		"0.000000000000000000000000000000000000012345678901234567890123", "123456789012345678901234567890", "1234567890.1234567890123456789",
		"2.2250738585072011e-308", "2.2250738585072014e-308", "4.9e-324", "2.4e-324", "1.7976931348623159e308", "\u0661", "1e5e5", "--1", "+-1"} {
		checkNumber(t, rng, s)
	}
	for range 50_000 {
		checkNumber(t, rng, someNumber(rng))
	}
}

func BenchmarkParseFloat(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, draw := range map[string]func() float64{
		"short": func() float64 { return math.Round(rng.NormFloat64()*1e5) / 1e3 },
		"six":   func() float64 { return math.Round(rng.NormFloat64()*1e6) / 1e6 },
		"full":  rng.NormFloat64,
	} {
		var buf []byte
		var ends []int
		for range 1024 {
			buf = appendFloat(append(buf, ','), draw())
			ends = append(ends, len(buf))
		}
		buf = append(buf, make([]byte, pad)...)
		b.Run(name, func(b *testing.B) {
			from := 0
			for i := range b.N {
				if i&1023 == 0 {
					from = 0
				}
				if _, ok := parseFloat(buf, from+1, ends[i&1023], '.'); !ok {
					b.Fatal()
				}
				from = ends[i&1023]
			}
		})
	}
}
