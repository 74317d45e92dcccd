package split

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
)

func tableOf(t testing.TB, cols ...[]float64) frame.Table {
	t.Helper()
	var s []series.Series
	for k, c := range cols {
		cells := make([]frame.Cell[float64], len(c))
		for i := range c {
			cells[i].Value = c[i]
		}
		s = append(s, frame.Series(fmt.Sprint("c", k), cells))
	}
	out, err := frame.New(nil, s...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// nearByHand compares all pairs.
func nearByHand(cols [][]float64, tolerance float64) [][]int {
	n := len(cols[0])
	var j joiner
	j.begin(n)
	z := make([][]float64, len(cols))
	for c, v := range cols {
		scale, mean, deviation := spread(v)
		z[c] = make([]float64, n)
		for i := range v {
			z[c][i] = (v[i]/scale - mean) / deviation
		}
	}
	for a := range n {
		for b := range a {
			near := true
			for _, v := range z {
				d := math.Abs(v[a] - v[b])
				near = near && (d <= tolerance || v[a] == v[b] || v[a] != v[a] && v[b] != v[b])
			}
			if near {
				j.union(int32(b), int32(a))
			}
		}
	}
	u := j.units(n)
	var out [][]int
	for k := range u.n {
		if m := u.of(k); len(m) > 1 {
			cluster := make([]int, len(m))
			for i := range m {
				cluster[i] = int(m[i])
			}
			out = append(out, cluster)
		}
	}
	return out
}

func TestNearRowsAreAllThatAreNear(t *testing.T) {
	found := 0
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 8))
		n, p := 2+rng.IntN(200), 1+rng.IntN(6)
		cols := make([][]float64, p)
		for c := range cols {
			cols[c] = make([]float64, n)
			scale := math.Pow(10, float64(rng.IntN(9)-4))
			for i := range cols[c] {
				switch cols[c][i] = scale * (1e3*float64(rng.IntN(2)) + rng.NormFloat64()); {
				case i > 0 && rng.IntN(3) > 0:
					cols[c][i] = cols[c][rng.IntN(i)] + 0.2*scale*rng.NormFloat64()
				case rng.IntN(20) == 0:
					cols[c][i] = []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0}[rng.IntN(4)]
				}
			}
		}
		tolerance := []float64{0.001, 0.02, 0.3}[rng.IntN(3)]
		got, err := NearRows(ctx, nil, tableOf(t, cols...), NearOptions{Tolerance: tolerance})
		if err != nil {
			t.Fatal(err)
		}
		want := nearByHand(cols, tolerance)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("seed %d: %v, want %v", seed, got, want)
		}
		found += len(want)
	}
	if found < 500 {
		t.Errorf("only %d clusters", found)
	}
}

func TestNearRowsOfUglyTables(t *testing.T) {
	big := math.MaxFloat64
	for name, c := range map[string]struct {
		cols [][]float64
		want string
	}{
		"huge":     {[][]float64{{big, -big, big, big / 2}}, "[[0 2]]"},
		"tiny":     {[][]float64{{5e-324, 0, 5e-324}}, "[[0 2]]"},
		"constant": {[][]float64{{3, 3, 3}}, "[[0 1 2]]"},
		"missing":  {[][]float64{{math.NaN(), math.NaN(), 1}}, "[[0 1]]"},
		"one row":  {[][]float64{{1}}, "[]"},
		"no rows":  {[][]float64{{}}, "[]"},
		"none":     {nil, "[]"},
		"rounded":  {[][]float64{{1.00001, 2, 3, 1.00002, 4}, {5, 6, 7, 5, 8}}, "[[0 3]]"},
	} {
		got, err := NearRows(ctx, nil, tableOf(t, c.cols...), NearOptions{})
		if err != nil || fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, %v, want %s", name, got, err, c.want)
		}
	}
}

func TestNearRowsRefuses(t *testing.T) {
	crowd := make([]float64, 3000)
	for i := range crowd {
		crowd[i] = float64(i)
	}
	table := tableOf(t, crowd)
	for name, c := range map[string]struct {
		o    NearOptions
		want error
	}{
		"negative": {NearOptions{Tolerance: -1}, ErrOption}, "NaN": {NearOptions{Tolerance: math.NaN()}, ErrOption}, "large": {NearOptions{Tolerance: 2}, ErrOption},
		"column": {NearOptions{Columns: []string{"c9"}}, frame.ErrColumn}, "pairs": {NearOptions{Tolerance: 1, MaxPairs: 1000}, ErrOption},
	} {
		if _, err := NearRows(ctx, nil, table, c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := NearRows(stopped, nil, table, NearOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// What NearRows finds stays together, and is reported where it did not.
func TestNearRowsAreSplitTogether(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	a, b := make([]float64, 300), make([]float64, 300)
	for i := range a {
		if a[i], b[i] = rng.NormFloat64(), rng.NormFloat64(); i >= 250 {
			a[i], b[i] = a[i-250]+1e-6, b[i-250]
		}
	}
	table := tableOf(t, a, b)
	alike, err := NearRows(ctx, nil, table, NearOptions{Tolerance: 1e-4})
	if err != nil || len(alike) < 50 {
		t.Fatal(len(alike), err)
	}
	with := source(t, table, RowOptions{Alike: alike})
	careless, err := Random(source(t, table, RowOptions{}), Options{}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	careful, err := Random(with, Options{}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if n := check(t, with, careless).Leaking(); n < 10 {
		t.Errorf("%d leaks of near duplicates", n)
	}
	if n := check(t, with, careful).Leaking(); n != 0 || !slices.Contains(careful.Test, slices.Max(careful.Test)) {
		t.Errorf("%d leaks of near duplicates", n)
	}
}

func BenchmarkNearRows(b *testing.B) {
	for b.Loop() {
		if _, err := NearRows(ctx, nil, million(), NearOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWithAlikeAddsToWhatASourceKnows(t *testing.T) {
	it := Items{{ID: "a", Label: "x"}, {ID: "b", Alike: "p"}, {ID: "c", Alike: "p", Time: epoch}, {ID: "d"}, {ID: "e"}, {ID: "f"}}
	src := WithAlike(it, [][]int{{2, 3}, {5, 4}})
	for seed := range uint64(20) {
		p, err := Random(src, Options{Train: 0.5, Test: 0.5, Seed: seed}).Parts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if p.Part(1) != p.Part(2) || p.Part(2) != p.Part(3) || p.Part(4) != p.Part(5) {
			t.Fatalf("seed %d: %v", seed, p)
		}
	}
	got, err := src.Items(ctx)
	if err != nil || got[0] != it[0] || got[1].Alike != got[3].Alike || got[4].Alike != got[5].Alike || got[3].Alike == got[4].Alike || got[2].Time != epoch {
		t.Errorf("%v, %v", got, err)
	}
	if r := check(t, src, byHand(t, src, "aaatta")); r.Leaking() != 2 || r.Leaks[0].Name != "like number 1" {
		t.Error(r)
	}
	if r := check(t, WithAlike(it, nil), byHand(t, it, "aatttt")); r.Leaking() != 1 {
		t.Error(r)
	}
	for _, c := range [][][]int{{{0, 6}}, {{-1}}} {
		if _, err := Random(WithAlike(it, c), Options{}).Parts(ctx); !errors.Is(err, ErrOption) {
			t.Errorf("%v: %v", c, err)
		}
	}
}
