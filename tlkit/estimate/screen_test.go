package estimate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
)

// TestBruteFindsTheNearestOfUglyRows compares with the definition: sort all rows by the
// square of their distance, then by their position.
func TestBruteFindsTheNearestOfUglyRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	normal := func() float64 { return rng.NormFloat64() }
	kinds := map[string]struct{ row, point func(i int) float64 }{
		"normal":        {func(int) float64 { return normal() }, func(int) float64 { return normal() }},
		"whole":         {func(int) float64 { return float64(rng.IntN(3)) }, func(int) float64 { return float64(rng.IntN(3)) }},
		"all the same":  {func(int) float64 { return 0.1 }, func(int) float64 { return 0.1 }},
		"far off":       {func(int) float64 { return 1e9 + normal() }, func(int) float64 { return 1e9 + normal() }},
		"one far away":  {func(i int) float64 { return normal() + 1e12*float64(max(1-i, 0)) }, func(int) float64 { return normal() }},
		"two clusters":  {func(i int) float64 { return normal() + 1e7*float64(i%2) }, func(i int) float64 { return normal() + 1e7*float64(i%2) }},
		"tiny":          {func(int) float64 { return 1e-150 * normal() }, func(int) float64 { return 1e-150 * normal() }},
		"vanishing":     {func(int) float64 { return 1e-310 * normal() }, func(int) float64 { return 1e-310 * normal() }},
		"huge":          {func(int) float64 { return 1e150 * normal() }, func(int) float64 { return 1e150 * normal() }},
		"far questions": {func(int) float64 { return normal() }, func(int) float64 { return 1e20 * normal() }},
		"small spread":  {func(int) float64 { return 1 + 1e-12*normal() }, func(int) float64 { return 1 + 1e-12*normal() }},
		"overflow":      {func(int) float64 { return math.Copysign(1.7e308, normal()) }, func(int) float64 { return normal() }},
		"scales":        {func(int) float64 { return math.Exp(40 * normal()) }, func(int) float64 { return math.Exp(40 * normal()) }},
	}
	for name, kind := range kinds {
		for _, p := range []int{1, 3, 33} {
			for _, n := range []int{1, 31, 200} {
				rows := blas64.General{Rows: n, Cols: p, Stride: p, Data: make([]float64, n*p)}
				x := blas64.General{Rows: 75, Cols: p, Stride: p, Data: make([]float64, 75*p)}
				for i := range rows.Data {
					rows.Data[i] = kind.row(i / p)
				}
				for i := range x.Data {
					x.Data[i] = kind.point(i / p)
				}
				for _, k := range []int{1, min(5, n), n} {
					matchesDefinition(t, fmt.Sprintf("%s, %d rows of %d, k %d", name, n, p, k), rows, x, k)
				}
			}
		}
	}
}

func matchesDefinition(t *testing.T, name string, rows, x blas64.General, k int) {
	t.Helper()
	got := make([][]near, x.Rows)
	err := newBrute(rows).search(context.Background(), nil, x, k, func(i int, n []near) { got[i] = slices.Clone(n) })
	if err != nil {
		t.Fatal(err)
	}
	for i := range x.Rows {
		want := make([]near, rows.Rows)
		for r := range want {
			want[r] = near{square(row(x, i), row(rows, r), math.Inf(1)), r}
		}
		slices.SortFunc(want, func(a, b near) int {
			if a.before(b) {
				return -1
			}
			return 1
		})
		if !slices.Equal(got[i], want[:k]) {
			t.Fatalf("%s: point %d: %v, want %v", name, i, got[i], want[:k])
		}
	}
}
