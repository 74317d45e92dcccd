package decimal

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
)

func TestAppend(t *testing.T) {
	for _, c := range []struct {
		digits string
		scale  int
		want   string
	}{{"0", 0, "0"}, {"0", 2, "0.00"}, {"5", 3, "0.005"}, {"-5", 1, "-0.5"}, {"12345", 2, "123.45"}, {"-12345", 0, "-12345"}, {"100", 2, "1.00"}} {
		if got := string(Append(nil, c.digits, c.scale)); got != c.want {
			t.Errorf("%s with %d decimals is %s, want %s", c.digits, c.scale, got, c.want)
		}
	}
}

// Every decimal that is accepted comes back from the float64 with all its digits.
func TestFloatKeepsTheDigits(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 20000 {
		v, scale := rng.Int64N(2e15)-1e15, rng.IntN(40)
		f, ok := Float(v, scale)
		want, _ := strconv.ParseFloat(string(Append(nil, strconv.FormatInt(v, 10), scale)), 64)
		if !ok || math.Float64bits(f) != math.Float64bits(want) && !(f == 0 && want == 0) {
			t.Fatalf("%d with %d decimals is %v (%v), want %v", v, scale, f, ok, want)
		}
	}
	for _, c := range []struct {
		v     int64
		scale int
		ok    bool
	}{{1e15 - 1, 3, true}, {1e15 + 1, 3, false}, {1e15, 3, true}, {-1e15 - 1, 0, false}, {math.MaxInt64, 5, false}, {math.MinInt64, 0, false}, {5e18, 18, true}} {
		if _, ok := Float(c.v, c.scale); ok != c.ok {
			t.Errorf("%d with %d decimals: %v", c.v, c.scale, ok)
		}
	}
}

func TestBigFloat(t *testing.T) {
	for _, c := range []struct {
		digits string
		scale  int
		want   float64 // NaN if it has too many digits
	}{
		{"0", 0, 0}, {"125", 2, 1.25}, {"-125", 3, -0.125},
		{"12500000000000000000000000000000000000", 36, 12.5},
		{"-12500000000000000000000000000000000000", 36, -12.5},
		{"12500000000000000000000000000000000001", 36, math.NaN()},
		{"100000000000000000000", 0, math.NaN()},
		{"10000000000000000", 1, math.NaN()},
	} {
		v, _ := new(big.Int).SetString(c.digits, 10)
		if f, ok := BigFloat(v, c.scale); ok == math.IsNaN(c.want) || ok && f != c.want {
			t.Errorf("%s with %d decimals is %v, %v; want %v", c.digits, c.scale, f, ok, c.want)
		}
	}
}
