package plots

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/zoo/rank"
)

// laid is a chart laid out, as Pareto does it.
func laid(t *testing.T, candidates []Candidate, o Options) *paretoField {
	t.Helper()
	f := &paretoField{o: o}
	if f.o.Width == 0 {
		f.o.Width, f.o.Height = 720, 420
	}
	if err := f.take(candidates); err != nil {
		t.Fatal(err)
	}
	f.front()
	f.axes()
	f.place()
	return f
}

func TestParetoFront(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		time, value []float64
		want        []bool
	}{
		"one":              {[]float64{3}, []float64{1}, []bool{true}},
		"a better, slower": {[]float64{1, 2}, []float64{1, 2}, []bool{true, true}},
		"worse, slower":    {[]float64{1, 2}, []float64{2, 1}, []bool{true, false}},
		"as good, slower":  {[]float64{1, 2}, []float64{2, 2}, []bool{true, false}},
		"as quick, worse":  {[]float64{1, 1}, []float64{1, 2}, []bool{false, true}},
		"the same place":   {[]float64{1, 1, 2}, []float64{1, 1, 1}, []bool{true, true, false}},
		"one of no value":  {[]float64{1, 2}, []float64{nan, 1}, []bool{true}},
		"below zero":       {[]float64{5, 1, 3}, []float64{-1, -3, -5}, []bool{true, true, false}},
	} {
		var candidates []Candidate
		for i := range c.time {
			candidates = append(candidates, Candidate{Time: c.time[i], Value: c.value[i]})
		}
		f := laid(t, candidates, Options{})
		if !slices.Equal(f.on, c.want) {
			t.Errorf("%s: %v", name, f.on)
		}
		for i := 1; i < len(f.steps); i++ {
			if a, b := f.steps[i-1], f.steps[i]; b[0] < a[0] || b[1] < a[1] {
				t.Errorf("%s: the line goes from %v to %v", name, a, b)
			}
		}
	}
}

// Places are computed before ECharts draws; they are where ECharts has them.
func TestParetoKnowsItsPixels(t *testing.T) {
	e, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	for name, candidates := range map[string][]Candidate{"nets": nets(), "thirty": thirty(), "wide": {{Time: 1e-6, Value: -40}, {Time: 1e8, Value: 1200}}, "huge": {{Time: 1, Value: 9e11}, {Time: 2, Value: -9e11}},
		"one": {{Time: 0.02, Value: 1}}} {
		f := laid(t, candidates, Options{X: "x", Y: "y"})
		c, err := f.chart()
		if err != nil {
			t.Fatal(name, err)
		}
		var points [][2]float64
		for _, p := range f.at {
			points = append(points, [2]float64{p.Time, p.Value})
		}
		_, at, err := e.still(c.option, c.width, c.height, points)
		if err != nil {
			t.Fatal(name, err)
		}
		for i, p := range points {
			if x, y := f.pixel(p[0], p[1]); math.Abs(x-at[i][0]) > 1 || math.Abs(y-at[i][1]) > 1 {
				t.Errorf("%s: %v is computed at %.1f, %.1f, ECharts has it at %v", name, p, x, y, at[i])
			}
		}
	}
}

// A ranking's points are candidates as they are.
var _ = Candidate(rank.Point{})

// No name lies over another or beyond the picture, whatever the candidates.
func TestParetoNamesKeepApart(t *testing.T) {
	cases := map[string][]Candidate{"nets": nets(), "long": longNames(), "thirty": thirty(), "eight in one place": {}}
	for i := range 8 {
		cases["eight in one place"] = append(cases["eight in one place"], Candidate{Name: fmt.Sprint("a name that is long enough ", i), Time: 2, Value: 0.5})
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for k := range 20 {
		name := fmt.Sprint("drawn ", k)
		for i := range 2 + rng.IntN(12) {
			v := rng.Float64()
			cases[name] = append(cases[name], Candidate{Name: strings.Repeat("name ", 1+rng.IntN(6)) + fmt.Sprint(i), Time: math.Exp(3 * rng.NormFloat64()), Value: v, Interval: true, Low: v - 0.1, High: v + 0.1})
		}
	}
	for name, candidates := range cases {
		f := laid(t, candidates, Options{Title: "x"})
		for i, s := range f.labels {
			a := f.area(i, s)
			if a.x0 < 0 || a.y0 < 0 || a.x1 > float64(f.o.Width) || a.y1 > float64(f.o.Height) {
				t.Errorf("%s: %q is at %v", name, s.text, a)
			}
			for j, other := range f.labels[:i] {
				if v := a.shared(f.area(j, other)); v > 0 {
					t.Errorf("%s: %q and %q share %.0f pixels", name, s.text, other.text, v)
				}
			}
		}
	}
}

func TestLadders(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	for range 2000 {
		low := math.Exp(20 * rng.NormFloat64() / 3)
		high := low * math.Exp(math.Abs(4*rng.NormFloat64()))
		for name, a := range map[string]ladder{"log": logLadder(low, high), "even": evenLadder(low-high/2, high)} {
			if name == "even" {
				low -= high / 2
			}
			if len(a.ticks) < 2 || len(a.ticks) > 40 || !slices.IsSorted(a.ticks) || a.low > low || a.high < high || a.share(low) < 0 || a.share(high) > 1 {
				t.Fatalf("%s, %v to %v: %v", name, low, high, a.ticks)
			}
			if name == "even" {
				low += high / 2
			}
		}
	}
	if a := evenLadder(0.62, 0.98); a.high != 1 || a.low < 0.5 {
		t.Error("shares go beyond 1", a)
	}
	if a := evenLadder(0, 1); a.low != 0 || a.high != 1 {
		t.Error("shares go beyond 0 and 1", a)
	}
}

// Values that rounding alone tells apart are drawn in one place.
func TestEvenLadderOfEqualValues(t *testing.T) {
	for _, v := range []float64{0.9, 1, 0, 5e-324, 1e-300, 1e11, -1e11, -0.25} {
		for _, high := range []float64{v, math.Nextafter(v, math.Inf(1)), v + math.Abs(v)*1e-9} {
			a := evenLadder(v, high)
			if len(a.ticks) < 2 || len(a.ticks) > 40 || a.low > v || a.high < high || a.share(high)-a.share(v) > 1e-6 {
				t.Errorf("%v to %v: %v", v, high, a.ticks)
			}
		}
	}
}

func TestParetoInWords(t *testing.T) {
	c := must(t)(Pareto(nets(), Options{Title: "Accuracy against time"}))
	want := `Accuracy against time
  small, pretrained here: time 1.2 (1.1 – 1.3), value 0.530 (0.470 – 0.580), on the front
  small, random: time 1.25 (1.1 – 1.4), value 0.470 (0.420 – 0.530)
  EfficientNet-Lite0: time 17.2 (16.1 – 18.9), value 0.720 (0.670 – 0.770), on the front, chosen
  EfficientNet-Lite0, random: time 17.4 (16.5 – 18.2), value 0.440 (0.390 – 0.500)
Filled points, joined by the line: none is both quicker and better. Hollow ones: another is at least as quick and as good. The diamond is the chosen one.
Ruled out: VGG-16 – about 3.1 GiB are needed to run it and 1.0 GiB are free.
`
	if got := c.Text(); got != want {
		t.Errorf("%s", got)
	}
	// A number that stands for a name is explained.
	crowd := strings.Join(must(t)(Pareto(thirty(), Options{})).Notes(), " ")
	f := laid(t, thirty(), Options{})
	for i, s := range f.labels {
		if s.number && !strings.Contains(crowd, fmt.Sprintf("%d network number %d", i+1, i+1)) {
			t.Errorf("%d is not explained in %q", i+1, crowd)
		}
	}
	odd := strings.Join(must(t)(Pareto(longNames(), Options{})).Notes(), " ")
	for _, words := range []string{"Not drawn: no number, whose value is – and", "Not drawn: no time"} {
		if !strings.Contains(odd, words) {
			t.Errorf("%q is not in %q", words, odd)
		}
	}
}
