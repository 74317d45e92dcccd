package frame

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// repr is Python's repr of a float, made from strconv's digits.
func repr(v float64) string {
	switch a := math.Abs(v); {
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	case a != 0 && (a < 1e-4 || a >= 1e16):
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// someFloat draws floats of all sorts: short decimals, whole ones, any bits at all.
func someFloat(rng *rand.Rand) float64 {
	switch rng.IntN(6) {
	case 0:
		return float64(rng.IntN(2000)-1000) / pow10[rng.IntN(6)]
	case 1:
		return float64(rng.Int64N(1<<53)) / pow10[rng.IntN(20)]
	case 2:
		return float64(rng.Int64()) * math.Pow(10, float64(rng.IntN(40)-30))
	case 3:
		return math.Round(rng.NormFloat64()*1e6) / 1e6
	case 4:
		return math.Nextafter(float64(rng.IntN(1000))/100, float64(rng.IntN(3)-1)*1000)
	}
	for {
		if v := math.Float64frombits(rng.Uint64()); v == v {
			return v
		}
	}
}

func TestFloatsAreWrittenAsShortAsTheyCanBe(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	check := func(v float64) {
		if got, want := FormatFloat(v), repr(v); got != want {
			t.Fatalf("%x is written %q, want %q", v, got, want)
		}
	}
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1e-4, 9.999e-5, 1e15, 1e15 - 0.5, 1e16, 1e16 - 2,
		math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), 0.3, 0.1 + 0.2, 123456789012345, 5e-324,
		0.00010000000000000002, 999999999999999.9, 99999999999999.98, 1e14, 1e8, 1e9 + 0.5} {
		check(v)
	}
	for range 100_000 {
		check(someFloat(rng))
	}
}

func BenchmarkFormatFloat(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	short, full := make([]float64, 1024), make([]float64, 1024)
	for i := range short {
		short[i], full[i] = math.Round(rng.NormFloat64()*1e5)/1e3, rng.NormFloat64()
	}
	for name, values := range map[string][]float64{"short": short, "full": full} {
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, 0, 64)
			for i := range b.N {
				buf = appendFloat(buf[:0], values[i&1023])
			}
		})
		b.Run(name+"-strconv", func(b *testing.B) {
			buf := make([]byte, 0, 64)
			for i := range b.N {
				buf = strconv.AppendFloat(buf[:0], values[i&1023], 'g', -1, 64)
			}
		})
	}
}
