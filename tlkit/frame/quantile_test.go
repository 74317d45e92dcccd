package frame

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Selecting finds what sorting finds, whatever the numbers are like.
func TestSelectingAgreesWithSorting(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	makers := map[string]func(i int) float64{
		"normal":                 func(int) float64 { return rng.NormFloat64() },
		"few values":             func(int) float64 { return float64(rng.IntN(3)) },
		"one value":              func(int) float64 { return 4 },
		"all sizes":              func(int) float64 { return math.Float64frombits(rng.Uint64() &^ (1 << 62)) },
		"one beside a far value": func(i int) float64 { return 1 + float64(i%1000)*1e-13 + 1e300*float64(1-min(i, 1)) },
		"infinities":             func(i int) float64 { return []float64{math.Inf(1), math.Inf(-1), rng.Float64()}[i%3] },
		"rising":                 func(i int) float64 { return float64(i) },
	}
	for name, f := range makers {
		for _, n := range []int{1, 2, 511, 512, 513, 3000, 50_000} {
			keys := make([]uint64, n)
			for i := range keys {
				keys[i] = floatBits(f(i))
			}
			sorted := slices.Sorted(slices.Values(keys))
			before := slices.Clone(keys)
			ranks := []int{0, 0, n / 4, n / 3, n / 2, n / 2, 2 * n / 3, n - 1}
			slices.Sort(ranks)
			ranks = slices.Compact(ranks)
			found := make([]uint64, len(ranks))
			selectRanks(keys, ranks, found)
			for i, r := range ranks {
				if found[i] != sorted[r] {
					t.Errorf("%s, %d numbers: place %d has %v, want %v", name, n, r, floatOfBits(found[i]), floatOfBits(sorted[r]))
				}
			}
			if !slices.Equal(keys, before) {
				t.Errorf("%s, %d numbers: the keys were changed", name, n)
			}
			for _, q := range []float64{0, 0.3, 1} {
				a, b := quantiles(Float, keys, q)[0], quantileOfSorted(Float, sorted, q)
				if a != b && !(math.IsNaN(a) && math.IsNaN(b)) {
					t.Errorf("%s, %d numbers: quantile %v is %v and %v", name, n, q, a, b)
				}
			}
		}
	}
}

func TestQuantilesBesideInfinities(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		a, b, t, want float64
	}{{1, inf, 0.5, inf}, {1, inf, 0, 1}, {-inf, 1, 0.9, -inf}, {inf, inf, 0.5, inf}, {-inf, inf, 0.5, math.NaN()}, {-1e308, 1e308, 0.5, 0}, {2, 4, 0.25, 2.5}} {
		if got := between(c.a, c.b, c.t); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("between %v and %v at %v: %v, want %v", c.a, c.b, c.t, got, c.want)
		}
	}
}

func TestQuantilesAreThoseOfTheSortedNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 0))
	for k := range 500 {
		v := make([]float64, 1+rng.IntN(60*(1+k%20)))
		for i := range v {
			v[i] = math.Round(rng.NormFloat64() * float64(1+rng.IntN(20)))
		}
		sorted := slices.Sorted(slices.Values(v))
		withNaN := slices.Insert(slices.Clone(v), rng.IntN(len(v)+1), math.NaN())
		parts := []float64{0.25, 0, rng.Float64(), 1}
		for k, q := range Quantiles(withNaN, parts...) {
			at := parts[k] * float64(len(v)-1)
			low, high := sorted[int(at)], sorted[int(math.Ceil(at))]
			if want := low + (high-low)*(at-math.Floor(at)); math.Abs(q-want) > 1e-12*max(1, math.Abs(want)) {
				t.Fatalf("quantile %v of %v is %v, want %v", parts[k], sorted, q, want)
			}
		}
	}
	for _, q := range append(Quantiles(nil, 0, 0.5), Quantiles([]float64{1, 2}, -0.1, 1.1, math.NaN())...) {
		if !math.IsNaN(q) {
			t.Errorf("what has no quantile has %v", q)
		}
	}
}

func TestMiddle(t *testing.T) {
	if low, high, n := Middle([]Cell[int]{{Null: true}}); low != 0 || high != 0 || n != 0 {
		t.Errorf("of nothing: %v, %v, %v", low, high, n)
	}
	rng := rand.New(rand.NewPCG(6, 0))
	for _, size := range []int{1, 2, 3, 512, 513, 514, 5000} {
		ints, floats := make([]Cell[int], size), make([]Cell[float64], size)
		var whole []int
		var real []float64
		for i := range size {
			ints[i] = Cell[int]{Value: int(rng.Uint64() >> rng.IntN(64)), Null: rng.IntN(5) == 0}
			if !ints[i].Null {
				whole = append(whole, ints[i].Value)
			}
			if floats[i].Value = rng.NormFloat64(); rng.IntN(5) == 0 {
				floats[i].Value = math.NaN()
				continue
			}
			real = append(real, floats[i].Value)
		}
		slices.Sort(whole)
		slices.Sort(real)
		if low, high, n := Middle(ints); n != len(whole) || n > 0 && (low != whole[(n-1)/2] || high != whole[n/2]) {
			t.Errorf("of %d ints: %v, %v, %v", size, low, high, n)
		}
		if low, high, n := Middle(floats); n != len(real) || n > 0 && (low != real[(n-1)/2] || high != real[n/2]) {
			t.Errorf("of %d floats: %v, %v, %v", size, low, high, n)
		}
	}
}
