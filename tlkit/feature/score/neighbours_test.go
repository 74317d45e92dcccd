package score

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The neighbourhoods on a line and in the plane against looking at every pair.
func TestNeighboursAreThoseOfEveryPair(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{2, 9, 40, 300} {
		for _, ties := range []bool{false, true} {
			x, y := make([]float64, n), make([]float64, n)
			for i := range n {
				x[i], y[i] = rng.NormFloat64(), math.Exp(3*rng.NormFloat64())
				if ties {
					x[i], y[i] = math.Round(2*x[i]), math.Round(y[i]/4)
				}
			}
			k := min(3, n-1)
			var p plane
			p.build(x, y)
			got := make([]float64, n)
			if err := p.distances(ctx, k, got); err != nil {
				t.Fatal(err)
			}
			var s sorter
			s.sort(x)
			values := make([]float64, n)
			for i, key := range s.keys {
				values[i] = valueOf(key)
			}
			for i := range n {
				var all []float64
				for j := range n {
					if j != i {
						all = append(all, max(math.Abs(x[i]-x[j]), math.Abs(y[i]-y[j])))
					}
				}
				slices.Sort(all)
				if got[i] != all[k-1] {
					t.Fatalf("n=%d ties=%v: row %d is %v from its neighbour, want %v", n, ties, i, got[i], all[k-1])
				}
				me := slices.Index(s.from, uint32(i))
				first, last := reach(values, me, rng.IntN(n), rng.IntN(n), nearer(got[i]))
				count := 0
				for j := range n {
					if math.Abs(x[i]-x[j]) <= nearer(got[i]) {
						count++
					}
				}
				if last-first+1 != count {
					t.Fatalf("n=%d ties=%v: %d rows within reach of row %d, want %d", n, ties, last-first+1, i, count)
				}
			}
		}
	}
}

func TestSorter(t *testing.T) {
	v := []float64{3, -1, 0, math.Copysign(0, -1), math.MaxFloat64, -math.MaxFloat64, 5e-324, -5e-324, 3, -1}
	var s sorter
	s.sort(v)
	for i := range s.keys {
		if x := valueOf(s.keys[i]); x != v[s.from[i]] || i > 0 && (x < valueOf(s.keys[i-1]) || x == valueOf(s.keys[i-1]) && s.from[i] < s.from[i-1]) {
			t.Fatalf("position %d has %v of row %d", i, x, s.from[i])
		}
	}
}
