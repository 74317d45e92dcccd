package frame

import (
	"fmt"
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

func TestDescribeOfTablesWithoutRowsOrColumns(t *testing.T) {
	d := must(Describe(Table{}))(t)
	if d.Nrow() != 0 || d.Ncol() != 14 {
		t.Errorf("no columns: %d × %d", d.Nrow(), d.Ncol())
	}
	d = must(Describe(ugly(1, 0)))(t)
	if d.Nrow() != 7 || must(d.Column("count"))(t).Ints[0].Value != 0 || !must(d.Column("mean"))(t).Missing(1) || !must(d.Column("top"))(t).Missing(0) {
		t.Errorf("no rows: %s", listing(t, d))
	}
}

func TestDescribeIsTheSameOnAnyNumberOfCores(t *testing.T) {
	table := sales(40_000)
	onCores(t, func(t *testing.T) string { return listing(t, must(Describe(table))(t)) })
}

func ExampleDescribe() {
	t, _ := New(nil, Series("city", values("Rome", "Oslo", "Rome")), Series("price", values(3.0, 5.0, 4.5)))
	d, err := Describe(t)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"count", "mean", "50%", "unique", "top"} {
		c, _ := d.Column(name)
		fmt.Printf("%s: %q %q\n", name, c.Format(0), c.Format(1))
	}
	// Output:
	// count: "3" "3"
	// mean: "" "4.166666666666667"
	// 50%: "" "4.5"
	// unique: "2" ""
	// top: "Rome" ""
}
