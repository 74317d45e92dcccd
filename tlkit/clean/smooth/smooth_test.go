package smooth

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"transferlab/tlkit/frame"
)

// number is a float64 whose JSON may be the text "NaN".
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	if string(b) == `"NaN"` {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

func floats(v []number) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}

func filterOf(t testing.TB, kind string, options []byte) Filter {
	t.Helper()
	read := func(f any) {
		if err := json.Unmarshal(options, f); err != nil {
			t.Fatal(err)
		}
	}
	switch kind {
	case "average":
		var f MovingAverage
		read(&f)
		return f
	case "median":
		var f Median
		read(&f)
		return f
	case "hampel":
		var f Hampel
		read(&f)
		return f
	case "exponential":
		var f Exponential
		read(&f)
		return f
	case "gaussian":
		var f Gaussian
		read(&f)
		return f
	case "savgol":
		var f SavitzkyGolay
		read(&f)
		return f
	}
	t.Fatalf("no filter %q", kind)
	return nil
}

func TestReference(t *testing.T) {
	file, err := os.Open("testdata/golden.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Signals map[string][]number
		Cases   []struct {
			Signal, Filter string
			Options        json.RawMessage
			Want           []number
		}
	}
	if err := json.NewDecoder(zip).Decode(&golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Cases) < 300 {
		t.Fatalf("only %d cases", len(golden.Cases))
	}
	for _, c := range golden.Cases {
		v := floats(golden.Signals[c.Signal])
		before := slices.Clone(v)
		got, err := filterOf(t, c.Filter, c.Options).Smooth(v)
		if err != nil {
			t.Errorf("%s of %s %s: %v", c.Filter, c.Signal, c.Options, err)
			continue
		}
		scale := 0.0
		for i, x := range v {
			if math.Float64bits(x) != math.Float64bits(before[i]) {
				t.Fatalf("%s changed its input", c.Filter)
			}
			if !math.IsNaN(x) {
				scale = max(scale, math.Abs(x))
			}
		}
		for i, w := range floats(c.Want) {
			// The references keep no more digits than the largest value of the window leaves.
			near := math.Abs(got[i]-w) <= 1e-9*math.Abs(w) || math.Abs(got[i]-w) <= 1e-14*scale
			if !near && !(math.IsNaN(w) && math.IsNaN(got[i])) {
				t.Errorf("%s of %s %s, value %d: %v, want %v", c.Filter, c.Signal, c.Options, i, got[i], w)
				break
			}
		}
	}
}

func filters() []Filter {
	return []Filter{MovingAverage{}, Median{}, Hampel{}, Exponential{}, Gaussian{}, SavitzkyGolay{},
		MovingAverage{Window: 4, Trailing: true}, Median{Window: 200}, Hampel{Window: 1}, Exponential{Alpha: 1, Recursive: true}, Gaussian{Sigma: 40}, SavitzkyGolay{Window: 25, Degree: 7}}
}

// A straight line is what every filter that looks at both sides leaves alone, away from the
// ends; a constant is left alone everywhere; missing values stay missing and no others are.
func TestProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		n := 25 + rng.IntN(80)
		level := rng.NormFloat64() * math.Pow(10, float64(rng.IntN(12)-6))
		constant, gaps := make([]float64, n), make([]float64, n)
		for i := range n {
			constant[i], gaps[i] = level, rng.NormFloat64()
			if rng.IntN(5) == 0 {
				constant[i], gaps[i] = math.NaN(), math.NaN()
			}
		}
		for _, f := range filters() {
			name := fmt.Sprintf("round %d, %T%+v", round, f, f)
			out, err := f.Smooth(constant)
			if err != nil {
				t.Fatal(name, err)
			}
			for i, x := range constant {
				if math.IsNaN(x) != math.IsNaN(out[i]) || math.Abs(out[i]-x) > 1e-10*math.Abs(level) {
					t.Fatalf("%s: constant %v, value %d became %v", name, level, i, out[i])
				}
			}
			if out, err = f.Smooth(gaps); err != nil {
				t.Fatal(name, err)
			}
			for i, x := range gaps {
				if math.IsNaN(x) != math.IsNaN(out[i]) {
					t.Fatalf("%s: value %d, %v, became %v", name, i, x, out[i])
				}
			}
		}
	}
}

// Polynomials of the filter's degree come through, whatever is missing of them.
func TestSavitzkyGolayFitsAroundGaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	v, want := make([]float64, 80), make([]float64, 80)
	for i := range v {
		x := float64(i) / 10
		want[i] = 2 - x + 0.5*x*x - 0.03*x*x*x
		v[i] = want[i]
		if rng.IntN(4) == 0 {
			v[i] = math.NaN()
		}
	}
	got, err := SavitzkyGolay{}.Smooth(v)
	if err != nil {
		t.Fatal(err)
	}
	for i := range v {
		if !math.IsNaN(v[i]) && math.Abs(got[i]-want[i]) > 1e-9 {
			t.Errorf("value %d: %v, want %v", i, got[i], want[i])
		}
	}
}

// The median distance, found by halving, is that of sorting.
func TestSpreadIsTheMedianDistance(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		n := 1 + rng.IntN(12)
		v := make([]float64, n)
		for i := range v {
			v[i] = float64(rng.IntN(9))
		}
		w := newRanks(v)
		for i := range v {
			w.change(i, 1)
		}
		sorted := slices.Sorted(slices.Values(v))
		m := (sorted[(n-1)/2] + sorted[n/2]) / 2
		d := make([]float64, n)
		for i, x := range v {
			d[i] = math.Abs(x - m)
		}
		slices.Sort(d)
		if got, want := w.spread(w.median()), (d[(n-1)/2]+d[n/2])/2; w.median() != m || got != want {
			t.Fatalf("%v: median %v and spread %v, want %v and %v", v, w.median(), got, m, want)
		}
	}
}

func TestErrors(t *testing.T) {
	short, wild := []float64{1, 2}, []float64{1, math.Inf(1), 2}
	for name, f := range map[string]Filter{
		"window":    MovingAverage{Window: -1},
		"median":    Median{Window: -3},
		"hampel":    Hampel{Window: -3},
		"threshold": Hampel{Threshold: -1},
		"alpha":     Exponential{Alpha: 1.5},
		"sigma":     Gaussian{Sigma: -1},
		"endless":   Gaussian{Sigma: 1e300},
		"even":      SavitzkyGolay{Window: 4, Degree: 1},
		"degree":    SavitzkyGolay{Window: 5, Degree: 5},
		"too short": SavitzkyGolay{Window: 5, Degree: 2},
		"NaN":       Exponential{Alpha: math.NaN()},
	} {
		if _, err := f.Smooth(short); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, f := range filters() {
		if _, err := f.Smooth(wild); !errors.Is(err, ErrInput) {
			t.Errorf("%T takes infinities: %v", f, err)
		}
		if _, ok := f.(SavitzkyGolay); ok {
			continue
		}
		if out, err := f.Smooth(nil); err != nil || len(out) != 0 {
			t.Errorf("%T of nothing: %v, %v", f, out, err)
		}
	}
}

func TestColumn(t *testing.T) {
	table, err := frame.New(nil, frame.Series("n", []frame.Cell[int]{{Value: 1}, {Null: true}, {Value: 4}}), frame.Series("s", []frame.Cell[string]{{}, {}, {}}))
	if err != nil {
		t.Fatal(err)
	}
	out, err := Column(table, "n", MovingAverage{Window: 3})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := out.Column("n")
	if c.Format(0) != "1.0" || !c.Missing(1) || c.Format(2) != "4.0" {
		t.Errorf("%+v", c)
	}
	if _, err := Column(table, "m", Median{}); !errors.Is(err, frame.ErrColumn) {
		t.Error(err)
	}
	if _, err := Column(table, "s", Median{}); !errors.Is(err, frame.ErrKind) {
		t.Error(err)
	}
}

func FuzzSmooth(f *testing.F) {
	f.Add([]byte{1, 2, 3, 255, 4, 5}, 3, 2, 0.5, true)
	f.Fuzz(func(t *testing.T, b []byte, size, degree int, x float64, flag bool) {
		if len(b) > 300 {
			return
		}
		v := make([]float64, len(b))
		for i, c := range b {
			v[i] = float64(c)
			if c == 255 {
				v[i] = math.NaN()
			}
		}
		for _, f := range []Filter{MovingAverage{size, flag}, Median{size, flag}, Hampel{size, x, flag}, Exponential{x, flag}, Gaussian{min(x, 1000), 2}, SavitzkyGolay{min(size, 31), degree, size % 3}} {
			out, err := f.Smooth(v)
			if err != nil && !errors.Is(err, ErrInput) || err == nil && len(out) != len(v) {
				t.Errorf("%T%+v: %d values of %d, %v", f, f, len(out), len(v), err)
			}
		}
	})
}

func ExampleHampel() {
	heights := []float64{171, 169, 1700, 172, 170, 168, 171} // one was typed in millimetres
	clean, err := Hampel{}.Smooth(heights)
	if err != nil {
		panic(err)
	}
	fmt.Println(clean)
	// Output: [171 169 170.5 172 170 168 171]
}

func BenchmarkSmooth(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	v := make([]float64, 100_000)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	for _, f := range []Filter{MovingAverage{}, Median{Window: 101}, Hampel{Window: 101}, Exponential{}, Gaussian{}, SavitzkyGolay{}} {
		b.Run(fmt.Sprintf("%T", f), func(b *testing.B) {
			for b.Loop() {
				if _, err := f.Smooth(v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
