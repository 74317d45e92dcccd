package numpy

import (
	"errors"
	"math"
	"slices"
	"testing"

	"transferlab/tlkit/internal/golden"
)

// reference is what NumPy draws; see testdata/golden.py.
type reference struct {
	Draws []struct {
		Seed                     uint32
		Uniform, Between, Normal []float64
		Bits                     []int
		Other                    []float64
		Single                   []int
		Small, Large, Edge       []int
		Whole, Order, Choice     []int
		Last                     []float64
	}
	Folds []struct {
		Labels  []string
		K, Seed int
		Fold    []int
	}
	Million struct{ Sums, Cubes []float64 }
	Splits  []struct {
		N, Seed     int
		Size        float64
		Train, Test []int
	}
}

func readGolden(t *testing.T) reference {
	t.Helper()
	return golden.Read[reference](t, "testdata/golden.json")
}

// equal compares numbers that may differ by so many units in the last place.
func equal(t *testing.T, what string, want []float64, units int64, draw func() float64) {
	t.Helper()
	for i, w := range want {
		got := draw()
		if d := int64(math.Float64bits(got)) - int64(math.Float64bits(w)); d < -units || d > units {
			t.Errorf("%s: number %d is %v, NumPy's %v", what, i, got, w)
		}
	}
}

func same(t *testing.T, what string, got, want []int) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, NumPy's %v", what, got, want)
	}
}

func TestFoldsAreScikitLearns(t *testing.T) {
	for _, g := range readGolden(t).Folds {
		got, err := StratifiedKFold(g.Labels, g.K, uint32(g.Seed))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "folds", got, g.Fold)
	}
	for _, c := range []struct {
		labels []string
		k      int
	}{{[]string{"a", "a", "b"}, 2}, {[]string{"a", "a"}, 1}, {[]string{"a", "a"}, -3}} {
		if _, err := StratifiedKFold(c.labels, c.k, 0); !errors.Is(err, ErrSize) {
			t.Error(c, err)
		}
	}
}

func TestDrawsAreNumPys(t *testing.T) {
	for _, g := range readGolden(t).Draws {
		r := NewRandomState(g.Seed)
		whole := func(what string, low, high int, want []int) {
			got := make([]int, len(want))
			for i := range got {
				got[i] = r.RandInt(low, high)
			}
			same(t, what, got, want)
		}
		equal(t, "uniform", g.Uniform, 0, r.Float64)
		equal(t, "between", g.Between, 0, func() float64 { return r.Uniform(-3, 7.5) })
		equal(t, "normal", g.Normal, 2, r.StandardNormal)
		whole("bits", 0, 2, g.Bits)
		equal(t, "other normal", g.Other, 2, func() float64 { return r.Normal(2.5, 0.125) })
		same(t, "a single one", r.Choice(1, 3), g.Single)
		whole("small", -5, 3, g.Small)
		whole("large", 0, 1<<40, g.Large)
		whole("2³²", 0, 1<<32, g.Edge)
		whole("whole range", math.MinInt64, math.MaxInt64, g.Whole)
		same(t, "order", r.Permutation(40), g.Order)
		same(t, "choice", r.Choice(10, 20), g.Choice)
		equal(t, "last", g.Last, 2, r.StandardNormal)
	}
}

func TestTwoMillionNormalNumbers(t *testing.T) {
	g := readGolden(t).Million
	r := NewRandomState(42)
	sums, cubes := make([]float64, 1000), make([]float64, 1000)
	for range 2000 {
		for j := range sums {
			v := r.StandardNormal()
			sums[j] += v
			cubes[j] += v * v * v
		}
	}
	for j := range g.Sums {
		if math.Abs(sums[j]-g.Sums[j]) > 1e-11 || math.Abs(cubes[j]-g.Cubes[j]) > 1e-10 {
			t.Errorf("column %d has the sums %v and %v, NumPy's %v and %v", j, sums[j], cubes[j], g.Sums[j], g.Cubes[j])
		}
	}
}

func TestSplitsAreScikitLearns(t *testing.T) {
	for _, g := range readGolden(t).Splits {
		train, test, err := TrainTestSplit(g.N, g.Size, uint32(g.Seed))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "test part", test, g.Test)
		if g.N >= 300 {
			sum := 0
			for _, i := range train {
				sum += i
			}
			train = append([]int{sum}, train[:9]...)
		}
		same(t, "train part", train, g.Train)
	}
	for _, c := range []struct {
		n    int
		size float64
	}{{0, 0.5}, {-3, 0.5}, {1, 0.5}, {10, 1}, {10, -0.1}, {10, math.NaN()}, {10, math.Inf(1)}, {3, 0.99}} {
		if _, _, err := TrainTestSplit(c.n, c.size, 1); !errors.Is(err, ErrSize) {
			t.Errorf("%v of %d rows: %v", c.size, c.n, err)
		}
	}
}

func TestNothingToDrawFrom(t *testing.T) {
	r := NewRandomState(1)
	if r.RandInt(4, 4) != 4 || r.RandInt(4, -4) != 4 || r.Choice(0, 3) != nil || r.Choice(3, -1) != nil || len(r.Permutation(-1)) != 0 {
		t.Error("empty ranges give something")
	}
	if r.Float64() != NewRandomState(1).Float64() {
		t.Error("empty ranges draw")
	}
}

// math.Log is good to one unit in the last place, and so are the two together to two.
func TestLogarithm(t *testing.T) {
	r := NewRandomState(7)
	for i := range 200_000 {
		x := r.Float64()
		if i%2 == 0 {
			x = 1 - x*0x1p-20
		}
		if x <= 0 || x >= 1 {
			continue
		}
		got, want := log(x), math.Log(x)
		if math.Abs(got-want) > math.Abs(want)*0x1p-51 {
			t.Fatalf("ln %v is %v, not %v", x, got, want)
		}
	}
	for x, want := range map[float64]float64{0.5: -math.Ln2, 0x1p-1022: -708.3964185322641, 1 - 0x1p-53: -1.1102230246251566e-16} {
		if got := log(x); got != want {
			t.Errorf("ln %v is %v, not %v", x, got, want)
		}
	}
}

func BenchmarkStandardNormal(b *testing.B) {
	r := NewRandomState(42)
	for b.Loop() {
		r.StandardNormal()
	}
}
