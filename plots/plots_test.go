package plots

import (
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var regen = flag.Bool("regen", false, "write the golden pictures anew")

func must(t testing.TB) func(c *Chart, err error) *Chart {
	return func(c *Chart, err error) *Chart {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// curve is a line that falls with noise.
func curve(name string, n int, from, to float64) Series {
	rng := rand.New(rand.NewPCG(uint64(n), 7))
	s := Series{Name: name}
	for i := range n {
		s.X = append(s.X, float64(i+1))
		s.Y = append(s.Y, to+(from-to)*math.Exp(-float64(i)/5)+0.02*rng.NormFloat64())
	}
	return s
}

// ellipse is a contour.
func ellipse(r float64) Series {
	var s Series
	for i := range 61 {
		a := 2 * math.Pi * float64(i) / 60
		s.X, s.Y = append(s.X, r*math.Cos(a)), append(s.Y, r/2*math.Sin(a))
	}
	return s
}

func classes(n int) ([]string, [][]int) {
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	var names []string
	counts := make([][]int, n)
	words := []string{"animals", "birds", "buildings", "clothing", "faces", "fruit-and-vegetables", "meals-and-sweets", "people", "plants", "vehicles"}
	for i := range n {
		name := words[i%len(words)]
		if i >= len(words) {
			name += fmt.Sprint(i / len(words))
		}
		names = append(names, name)
		counts[i] = make([]int, n)
		for range 12 {
			counts[i][rng.IntN(n)]++
		}
		counts[i][i] += 30
	}
	return names, counts
}

// gallery is one chart of each kind, and some hard ones.
func gallery(t testing.TB) map[string]*Chart {
	ok := must(t)
	rng := rand.New(rand.NewPCG(1, 2))
	cloud := func(name string, n int, x, y float64) Points {
		p := Points{Name: name}
		for range n {
			p.X, p.Y = append(p.X, x+rng.NormFloat64()), append(p.Y, y+rng.NormFloat64())
		}
		return p
	}
	var sample Sample
	for range 400 {
		sample.Values = append(sample.Values, 50+10*rng.NormFloat64())
	}
	sample.Name = "bytes"
	two, few := classes(2)
	ten, tenCounts := classes(10)
	forty, many := classes(40)
	gap := curve("gap", 30, 2, 1)
	gap.Y[10], gap.Y[11], gap.Y[20] = math.NaN(), math.Inf(1), math.Inf(-1)
	var crowd []Points
	for i := range 40 {
		crowd = append(crowd, cloud(fmt.Sprintf("class number %d", i+1), 20, float64(i%8)*4, float64(i/8)*4))
	}
	fortyCounts := []Part{{Name: "train"}, {Name: "test"}}
	for i := range 40 {
		fortyCounts[0].Counts, fortyCounts[1].Counts = append(fortyCounts[0].Counts, 40+i%7*5), append(fortyCounts[1].Counts, 10+i%3)
	}
	wide := Sample{Name: "probe"}
	for range 300 {
		wide.Values = append(wide.Values, 70+15*rng.NormFloat64())
	}
	long := Series{Name: "every step"}
	for i := range 20_000 {
		long.X, long.Y = append(long.X, float64(i)), append(long.Y, 2*math.Exp(-float64(i)/6000)+0.2*rng.NormFloat64())
	}
	long.Y[7000], long.Y[7001] = 9, math.NaN() // a peak that must stay, a gap
	twelve, twelveCounts := classes(12)
	signed := make([][]float64, len(ten))
	for i := range signed {
		for j := range ten {
			signed[i] = append(signed[i], math.Cos(float64(i-j))*math.Exp(-math.Abs(float64(i-j))/4))
		}
	}
	tall := make([][]float64, 100)
	for i := range tall {
		tall[i] = []float64{float64(i % 7), math.Sqrt(float64(i))}
	}
	ugly := `<script>alert(1)</script> & "quotes" {a} {b|x} __f__ </svg> ]]> ünïcode 🦦 עברית` + "\n\x00"
	return map[string]*Chart{
		"pareto":            ok(Pareto(nets(), Options{Title: "Accuracy against time", Subtitle: "a linear probe on 311 emoji, 95 % intervals; times are medians, with quartiles"})),
		"pareto thirty":     ok(Pareto(thirty(), Options{Title: "Thirty candidates"})),
		"pareto long names": ok(Pareto(longNames(), Options{Title: "Long names", Width: 480})),
		"pareto same place": ok(Pareto([]Candidate{{Name: "here", Time: 3, Value: 0.5}, {Name: "here", Time: 3, Value: 0.5}, {Name: "there", Time: 3, Value: 0.5, Chosen: true}}, Options{})),
		"pareto one":        ok(Pareto([]Candidate{{Name: "the only one", Time: 0.02, Value: 1, Interval: true, Low: 0.9, High: 1}}, Options{Title: "One"})),
		"pareto wide":       ok(Pareto([]Candidate{{Name: "at once", Time: 1e-6, Value: -40}, {Name: "a day", Time: 86_400_000, Value: 1200}}, Options{Title: "Fourteen powers of ten"})),
		"line": ok(Line([]Series{curve("train loss", 30, 2.3, 0.3), curve("valid loss", 30, 2.3, 0.6)}, LineOptions{Options: Options{Title: "Training", Subtitle: "linear probe, then the top block", X: "epoch", Y: "loss"},
			Marks: []Mark{{12, "best"}, {20, "top block unfrozen"}}})),
		"contours": ok(Line([]Series{{Name: "gradient descent", X: []float64{2, -1.2, 0.8, -0.4, 0.2, 0}, Y: []float64{1, 0.8, 0.6, 0.5, 0.4, 0.3}}},
			LineOptions{Options: Options{Title: "A path through a narrow valley", X: "weight 1", Y: "weight 2"}, SameUnits: true, Behind: []Series{ellipse(0.5), ellipse(1), ellipse(2)}})),
		"dots": ok(Bars([]Bar{{"all 30", 0.987, true, 0.970, 0.994}, {"five by F", 0.940, true, 0.911, 0.959}, {"lasso", 0.974, false, 0, 0}},
			BarOptions{Options: Options{Title: "Close together", X: "accuracy"}, Dots: true, Max: 1})),
		"spans": ok(Spans([]Track{{"fold 1", []Span{{"train", 20}, {"", 5}, {"test", 20}}}, {"fold 2", []Span{{"train", 40}, {"", 5}, {"test", 20}}}, TrackOf("by chance", strings.Split("train train test train valid test test", " "))},
			Options{Title: "Folds in time", X: "rows, in order of time"})),
		"gaps": ok(Line([]Series{gap}, LineOptions{Options: Options{X: "epoch", Y: "loss"}})),
		"log":  ok(Line([]Series{{Name: "loss", X: []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1}, Y: []float64{2.3, 2.2, 1.9, 1.1, 0.8, 1.4, 6}}}, LineOptions{Options: Options{Title: "Learning-rate finder", X: "learning rate", Y: "loss"}, LogX: true})),
		"bars": ok(Bars([]Bar{{"raw pixels", 0.597, true, 0.552, 0.641}, {"linear probe", 0.855, true, 0.820, 0.884}, {"fine-tuned", 0.861, true, 0.827, 0.890}, {"from scratch", 0.376, true, 0.285, 0.478}},
			BarOptions{Options: Options{Title: "Accuracy on unseen pictures", Subtitle: "five folds, 95 % Wilson intervals", X: "accuracy"}, Max: 1})),
		"counts":       ok(ClassCounts(ten, []Part{{"train", []int{44, 13, 20, 28, 39, 27, 44, 55, 16, 36}}, {"valid", []int{10, 3, 4, 6, 8, 6, 10, 12, 4, 8}}, {"test", []int{9, 3, 4, 6, 8, 6, 9, 12, 4, 8}}}, Options{Title: "Pictures of each class", X: "pictures"})),
		"two":          ok(Confusion(two, few, Options{Title: "Two classes"})),
		"ten":          ok(Confusion(ten, tenCounts, Options{Title: "Confusion on the test part"})),
		"forty":        ok(Confusion(forty, many, Options{Title: "Forty classes"})),
		"scatter":      ok(Scatter([]Points{cloud("animals", 60, 0, 0), cloud("people", 60, 4, 1), cloud("plants", 60, 1, 4), cloud("a class with a long name indeed", 60, -3, 2)}, Options{Title: "Features in two dimensions", X: "first component", Y: "second component"})),
		"hist":         ok(Histogram([]Sample{sample}, Options{Title: "File sizes", X: "kB"})),
		"twelve":       ok(Confusion(twelve, twelveCounts, Options{})),
		"hundred":      ok(Confusion(hundred(), hundredCounts(), Options{Title: "A hundred classes"})),
		"crowd":        ok(Scatter(crowd, Options{Title: "Forty classes", Height: 560})),
		"counts40":     ok(ClassCounts(forty, fortyCounts, Options{})),
		"hist2":        ok(Histogram([]Sample{sample, wide}, Options{Title: "Two samples", X: "kB"})),
		"negative":     ok(Bars([]Bar{{"worse", -0.12, true, -0.2, -0.04}, {"about the same", 0.01, true, -0.03, 0.05}, {"better", 0.2, true, 0.1, 0.3}, {"missing", math.NaN(), false, 0, 0}}, BarOptions{Options: Options{Title: "Gain over the probe", X: "difference of accuracy"}, Sorted: true})),
		"long":         ok(Line([]Series{long}, LineOptions{Options: Options{Title: "Loss of every step", X: "step", Y: "loss"}})),
		"boxes":        ok(Boxes([]Sample{sample, wide, {Name: "one value", Values: []float64{3}}, {Name: "none", Values: []float64{math.NaN()}}, {Name: "constant", Values: []float64{2, 2, 2}}}, BoxOptions{Options: Options{Title: "How values are spread", X: "kB"}})),
		"correlations": ok(Heatmap(ten, ten, signed, HeatOptions{Options: Options{Title: "Correlations"}, Signed: true})),
		"row":          ok(Heatmap([]string{"share missing"}, ten, [][]float64{{0, 0.1, 0.2, 0.3, 0.4, math.NaN(), 0.6, 0.7, 0.8, 1}}, HeatOptions{Options: Options{Title: "One row", Width: 640}})),
		"tall":         ok(Heatmap(hundred(), two, tall, HeatOptions{Options: Options{Title: "A hundred rows"}, Numbers: -1})),
		"many lines":   ok(Line(manyLines(), LineOptions{Options: Options{Title: "Twelve runs", X: "epoch", Y: "loss"}})),
		"ugly":         ok(Bars([]Bar{{Name: ugly, Value: 1}, {Name: strings.Repeat("very long name ", 10), Value: 2, Interval: true, Low: 1, High: 3}}, BarOptions{Options: Options{Title: ugly, Subtitle: ugly, X: ugly, Notes: []string{ugly}}})),
	}
}

// nets are candidates as a ranking gives them.
func nets() []Candidate {
	return []Candidate{
		{Name: "EfficientNet-Lite0", Time: 17.2, TimeLow: 16.1, TimeHigh: 18.9, Value: 0.72, Interval: true, Low: 0.67, High: 0.77, Chosen: true},
		{Name: "EfficientNet-Lite0, random", Time: 17.4, TimeLow: 16.5, TimeHigh: 18.2, Value: 0.44, Interval: true, Low: 0.39, High: 0.50},
		{Name: "small, pretrained here", Time: 1.2, TimeLow: 1.1, TimeHigh: 1.3, Value: 0.53, Interval: true, Low: 0.47, High: 0.58},
		{Name: "small, random", Time: 1.25, TimeLow: 1.1, TimeHigh: 1.4, Value: 0.47, Interval: true, Low: 0.42, High: 0.53},
		{Name: "VGG-16", RuledOut: "about 3.1 GiB are needed to run it and 1.0 GiB are free"},
	}
}

// thirty crowd together.
func thirty() (out []Candidate) {
	rng := rand.New(rand.NewPCG(8, 9))
	for i := range 30 {
		v := 0.5 + 0.3*rng.Float64()
		out = append(out, Candidate{Name: fmt.Sprintf("network number %d", i+1), Time: 10 * math.Exp(rng.NormFloat64()), Value: v, Interval: true, Low: v - 0.05, High: v + 0.05, Chosen: i == 11})
	}
	return out
}

func longNames() (out []Candidate) {
	for i := range 5 {
		out = append(out, Candidate{Name: strings.Repeat("a rather long name of a network, ", 3) + fmt.Sprint(i), Time: 8 + float64(i)/2, Value: 0.7 + 0.01*float64(i%3), Chosen: i == 2})
	}
	return append(out, Candidate{Name: "<b>bold</b> & {a}", Time: 30, Value: 0.71}, Candidate{Name: "no number", Time: 3, Value: math.NaN()}, Candidate{Name: "no time", Time: 0, Value: 1})
}

func hundred() []string      { names, _ := classes(100); return names }
func hundredCounts() [][]int { _, counts := classes(100); return counts }

func manyLines() (out []Series) {
	for i := range 12 {
		out = append(out, curve(fmt.Sprintf("run %d with rate %.0e", i+1, math.Pow(10, -float64(i)/3)), 30+i, 2, float64(i)/8))
	}
	return out
}

func TestGallery(t *testing.T) {
	dir := os.Getenv("PLOTS_GALLERY")
	for name, c := range gallery(t) {
		svg, err := c.SVG()
		if err != nil {
			t.Fatal(name, err)
		}
		if strings.Contains(svg, "<script") || strings.Contains(svg, "NaN") || strings.Count(svg, "<path")+strings.Count(svg, "<rect") < 2 {
			t.Errorf("%s: not a picture: %.300s", name, svg)
		}
		if !json.Valid(c.JSON()) || strings.Contains(string(c.JSON()), "function") && name != "ugly" {
			t.Errorf("%s: option", name)
		}
		h, err := c.HTML()
		if err != nil || strings.Count(h, "<script") != 2 || strings.Contains(h, "alert(1)</script") {
			t.Errorf("%s: %v", name, err)
		}
		if c.Text() == "" {
			t.Errorf("%s has no text", name)
		}
		if dir != "" {
			page, err := c.Page()
			if err != nil {
				t.Fatal(err)
			}
			_ = os.WriteFile(filepath.Join(dir, name+".html"), []byte(page), 0o666)
			_ = os.WriteFile(filepath.Join(dir, name+".svg"), []byte(svg), 0o666)
		}
	}
}

// Goldens hold options and still pictures; the ids of pictures are taken out.
func TestGolden(t *testing.T) {
	all := gallery(t)
	for _, name := range []string{"line.json", "bars.json", "ten.json", "bars.svg", "ten.svg"} {
		c, path := all[name[:strings.IndexByte(name, '.')]], filepath.Join("testdata", name)
		got := c.JSON()
		if strings.HasSuffix(name, ".svg") {
			svg, err := c.SVG()
			if err != nil {
				t.Fatal(err)
			}
			got = regexp.MustCompile(`c[0-9a-f]{10}\d+-`).ReplaceAll([]byte(svg), []byte("c-"))
		}
		if *regen {
			if err := os.WriteFile(path, got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || string(want) != string(got) {
			t.Errorf("%s differs from its golden (%v); look at the picture, then run with -regen", name, err)
		}
	}
}

// The embedded script is the one that build.sh made.
func TestEChartsIsTheBuiltOne(t *testing.T) {
	want, err := os.ReadFile("echarts/echarts.min.js.sha256")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x  echarts.min.js\n", sha256.Sum256(ECharts())); got != string(want) {
		t.Errorf("%q, recorded %q: run plots/echarts/build.sh", got, want)
	}
}

func TestUniqueNames(t *testing.T) {
	for name, c := range map[string][2][]string{
		"different":   {{"a", "b"}, {"a", "b"}},
		"same":        {{"a", "a", "a"}, {"a", "a (2)", "a (3)"}},
		"taken":       {{"a (2)", "a", "a"}, {"a (2)", "a", "a (3)"}},
		"taken after": {{"a", "a", "a (2)"}, {"a", "a (2)", "a (2) (2)"}},
	} {
		if got := unique(c[0]); !slices.Equal(got, c[1]) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A line of many points keeps its ends, peaks and gaps.
func TestThinKeepsTheShape(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, longest, longest + 1, 12_345, 1_000_000} {
		y := make([]float64, n)
		for i := range y {
			y[i] = rng.Float64()
		}
		must := map[int]bool{}
		if n > longest {
			y[n/3], y[n/2], y[n/2+n/7] = 5, -5, math.NaN()
			must = map[int]bool{0: true, n - 1: true, n / 3: true, n / 2: true, n/2 + n/7: true}
		}
		got := thin(n, func(i int) float64 { return y[i] })
		if len(got) > longest+longest/4 || n <= longest && len(got) != n || !slices.IsSorted(got) {
			t.Errorf("%d points: %d kept", n, len(got))
		}
		for _, i := range got {
			delete(must, i)
		}
		if len(must) > 0 {
			t.Errorf("%d points: %v lost", n, must)
		}
	}
}

// What Go draws in the frame is where ECharts draws it: the points of a scatter that
// ECharts drew alone are compared with ours.
func TestMarksAreWhereEChartsPutsThem(t *testing.T) {
	c := must(t)(Scatter([]Points{{X: []float64{1, 2, 3, 7}, Y: []float64{-20, 5, 30, 11}}}, Options{X: "x", Y: "y"}))
	e, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	whole, at, err := e.still(c.option, c.width, c.height, c.marks.corners)
	if err != nil {
		t.Fatal(err)
	}
	_, framed, err := e.still(c.marks.option, c.width, c.height, c.marks.corners)
	if err != nil || !slices.Equal(at, framed) {
		t.Fatalf("%v: the axes moved: %v, %v", err, at, framed)
	}
	theirs := regexp.MustCompile(`transform="matrix\(4,0,0,4,([0-9.]+),([0-9.]+)\)"`).FindAllStringSubmatch(whole, -1)
	ours := regexp.MustCompile(`M([0-9.]+) ([0-9.]+)m`).FindAllStringSubmatch(c.marks.draw(at), -1)
	if len(theirs) < 4 || len(ours) != 4 {
		t.Fatalf("%d and %d points", len(theirs), len(ours))
	}
	theirs = theirs[len(theirs)-4:] // the legend's come first
	for i := range ours {
		for k := 1; k < 3; k++ {
			a, _ := strconv.ParseFloat(ours[i][k], 64)
			b, _ := strconv.ParseFloat(theirs[i][k], 64)
			if math.Abs(a-b) > 0.11 {
				t.Errorf("point %d is at %v, ECharts has it at %v", i, ours[i][1:], theirs[i][1:])
			}
		}
	}
}

func TestShade(t *testing.T) {
	for share, want := range map[float64]string{0: "#f7fbff", 0.25: "#c6dbef", 1: "#08306b", 0.125: "#dfebf7", -1: "#f7fbff", 2: "#08306b"} {
		if got := shade(blues(), share); got != want {
			t.Errorf("%v: %s, want %s", share, got, want)
		}
	}
}

// Pillow 12.0.0 measures these in DejaVu Sans 2.37 at 12 pixels.
func TestTextWidth(t *testing.T) {
	for text, want := range map[string]float64{"": 0, "fruit-and-vegetables": 121.8, "0.597 (0.552)": 81.9} {
		if got := textWidth(text, "12px sans-serif"); math.Abs(got-want) > 0.03*want {
			t.Errorf("%q: %.1f, want %.1f", text, got, want)
		}
	}
	if textWidth("a", "600 12px x") <= textWidth("a", "12px x") || textWidth("日本", "10px") < 20 {
		t.Error("bold or wide characters are too narrow")
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	nan := math.NaN()
	for name, err := range map[string]error{
		"no line":          second(Line(nil, LineOptions{})),
		"empty line":       second(Line([]Series{{Name: "x"}}, LineOptions{})),
		"only NaN":         second(Line([]Series{{X: []float64{1, 2}, Y: []float64{nan, nan}}}, LineOptions{})),
		"lengths":          second(Line([]Series{{X: []float64{1, 2}, Y: []float64{1}}}, LineOptions{})),
		"log of negative":  second(Line([]Series{{X: []float64{1}, Y: []float64{-1}}}, LineOptions{LogY: true})),
		"no bars":          second(Bars(nil, BarOptions{})),
		"NaN bars":         second(Bars([]Bar{{Value: nan}}, BarOptions{})),
		"interval":         second(Bars([]Bar{{Value: 1, Interval: true, Low: 2, High: 1}}, BarOptions{})),
		"one class":        second(Confusion([]string{"a"}, [][]int{{1}}, Options{})),
		"ragged":           second(Confusion([]string{"a", "b"}, [][]int{{1, 2}, {1}}, Options{})),
		"negative":         second(Confusion([]string{"a", "b"}, [][]int{{1, 2}, {1, -1}}, Options{})),
		"no points":        second(Scatter([]Points{{X: []float64{nan}, Y: []float64{1}}}, Options{})),
		"labels":           second(Scatter([]Points{{X: []float64{1}, Y: []float64{1}, Labels: []string{"a", "b"}}}, Options{})),
		"no values":        second(Histogram([]Sample{{Values: []float64{nan}}}, Options{})),
		"no class":         second(ClassCounts(nil, nil, Options{})),
		"class counts":     second(ClassCounts([]string{"a"}, []Part{{"train", []int{1, 2}}}, Options{})),
		"too many classes": second(Confusion(make([]string, 201), make([][]int, 201), Options{})),
		"no heat":          second(Heatmap(nil, nil, nil, HeatOptions{})),
		"NaN heat":         second(Heatmap([]string{"a"}, []string{"b"}, [][]float64{{nan}}, HeatOptions{})),
		"ragged heat":      second(Heatmap([]string{"a", "b"}, []string{"c"}, [][]float64{{1}, {1, 2}}, HeatOptions{})),
		"heat upside down": second(Heatmap([]string{"a"}, []string{"b"}, [][]float64{{1}}, HeatOptions{Low: 2, High: 1})),
		"no spans":         second(Spans(nil, Options{})),
		"span of NaN":      second(Spans([]Track{{"a", []Span{{"train", nan}}}}, Options{})),
		"many spans":       second(Spans([]Track{{"a", make([]Span, 2001)}, {"b", []Span{{"train", 1}}}}, Options{})),
		"ragged behind":    second(Line([]Series{{X: []float64{1, 2}, Y: []float64{1, 2}}}, LineOptions{Behind: []Series{{X: []float64{1}}}})),
		"no boxes":         second(Boxes(nil, BoxOptions{})),
		"NaN boxes":        second(Boxes([]Sample{{Values: []float64{nan}}}, BoxOptions{})),
		"too many boxes":   second(Boxes(make([]Sample, 61), BoxOptions{})),
		"too many bars":    second(Bars(make([]Bar, 201), BarOptions{})),
		"too many lines":   second(Line(make([]Series, 51), LineOptions{})),
		"no candidates":    second(Pareto(nil, Options{})),
		"NaN candidates":   second(Pareto([]Candidate{{Time: nan, Value: 1}, {Time: 1, Value: nan}, {Time: 0, Value: 1}, {Time: -1, Value: 1}, {Time: math.Inf(1), Value: 1}}, Options{})),
		"all ruled out":    second(Pareto([]Candidate{{Time: 1, Value: 1, RuledOut: "too large"}}, Options{})),
		"too many to tell": second(Pareto(make([]Candidate, 101), Options{})),
		"values reversed":  second(Pareto([]Candidate{{Time: 1, Value: 1, Interval: true, Low: 2, High: 1}}, Options{})),
		"times reversed":   second(Pareto([]Candidate{{Time: 1, Value: 1, TimeLow: 2, TimeHigh: 1}}, Options{})),
		"pareto size":      second(Pareto(nets(), Options{Width: 20})),
		"size":             second(Bars([]Bar{{Value: 1}}, BarOptions{Options: Options{Width: 20}})),
	} {
		if !errors.Is(err, ErrData) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second(_ *Chart, err error) error { return err }

// Values at the ends of what a number can be are drawn or refused, never blank.
func TestUglyValues(t *testing.T) {
	ok := must(t)
	for name, v := range map[string][]float64{
		"one": {3}, "equal": {2, 2, 2}, "huge": {1e300, -1e300}, "tiny": {1e-300, 2e-300}, "mixed": {0, math.NaN(), math.Inf(1), 5},
	} {
		x := make([]float64, len(v))
		for i := range x {
			x[i] = float64(i)
		}
		for _, c := range []*Chart{
			ok(Line([]Series{{X: x, Y: v}}, LineOptions{})), ok(Scatter([]Points{{X: x, Y: v}}, Options{})), ok(Histogram([]Sample{{Values: v}}, Options{})),
		} {
			svg, err := c.SVG()
			if err != nil || strings.Contains(svg, "NaN") || strings.Contains(svg, "Infinity") {
				t.Errorf("%s: %v %.200s", name, err, svg)
			}
		}
	}
	if notes := ok(Line([]Series{{X: []float64{1, 2, 3}, Y: []float64{1, math.NaN(), math.Inf(1)}}}, LineOptions{})).Notes(); len(notes) != 1 || !strings.Contains(notes[0], "2 values") {
		t.Error(notes)
	}
}

func TestBoxesAreTukeys(t *testing.T) {
	v := []float64{-40, 1, 2, 3, 4, 5, 6, 7, 8, 90, 95}
	box, outside := boxOf(v, 1.5)
	if want := [5]float64{1, 2.5, 5, 7.5, 8}; box != want || !slices.Equal(outside, []float64{-40, 90, 95}) {
		t.Errorf("%v, outside %v", box, outside)
	}
	c := must(t)(Boxes([]Sample{{Name: "many", Values: append(manyOutside(), v...)}}, BoxOptions{}))
	if !strings.Contains(strings.Join(c.Notes(), " "), "are not drawn") {
		t.Error(c.Notes())
	}
}

func manyOutside() (v []float64) {
	for i := range 4000 {
		v = append(v, math.Cbrt(float64(i%7)), float64(i%7))
		if i%8 == 0 {
			v = append(v, 100+float64(i))
		}
	}
	return v
}

func TestManyPointsAreSampled(t *testing.T) {
	p := Points{Name: "x", X: make([]float64, 50_000), Y: make([]float64, 50_000)}
	for i := range p.X {
		p.X[i], p.Y[i] = float64(i), float64(i%97)
	}
	a, b := must(t)(Scatter([]Points{p}, Options{})), must(t)(Scatter([]Points{p}, Options{}))
	if len(a.option) > 500_000 || string(a.option) != string(b.option) || !strings.Contains(a.Text(), "sample") {
		t.Error(len(a.option), a.Notes())
	}
}

// Two pictures of one chart on one page share no id.
func TestIDsAreUnique(t *testing.T) {
	c := gallery(t)["line"]
	a, _ := c.SVG()
	b, _ := c.SVG()
	ids := func(svg string) (out []string) {
		for _, part := range strings.Split(svg, ` id="`)[1:] {
			out = append(out, part[:strings.IndexByte(part, '"')])
		}
		return out
	}
	if len(ids(a)) == 0 {
		t.Fatal("no ids")
	}
	for _, x := range ids(a) {
		for _, y := range ids(b) {
			if x == y {
				t.Error("both have", x)
			}
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("<img src=x onerror=alert(1)>", "{a}{b|c}")
	f.Add("</script><script>", "\xff\x00\u202e")
	f.Fuzz(func(t *testing.T, name, title string) { harmless(t, name, title) })
}

// Fuzzing instruments the JavaScript engine and is slow; so text is also put together from
// what is known to break out.
func TestHostileText(t *testing.T) {
	parts := []string{"<script>", "</script>", "<!--", "]]>", "</svg>", "</style>", "<img src=x onerror=alert(1)>", `"`, "'", "&", "&lt;", "{a}", "{b|c}", "{@[0]}",
		"%", "\\", "__f__", "__proto__", "\x00", "\n", "\u2028", "\u202e", "עברית", "🦦", "\xff", "constructor", " ", "url(#zr0-", `id="zr0-`}
	rng := rand.New(rand.NewPCG(5, 6))
	text := func() (s string) {
		for range 1 + rng.IntN(6) {
			s += parts[rng.IntN(len(parts))]
		}
		return s
	}
	for _, name := range []string{"__proto__", "constructor", "hasOwnProperty", "toString", "valueOf"} {
		harmless(t, name, name)
	}
	for range 8 {
		harmless(t, text(), text())
	}
	// The engine came through it.
	harmless(t, "plain", "text")
}

// harmless draws charts with the texts in every place there is, and checks that the figure
// has no element that the texts brought, and that its picture is well-formed.
func harmless(t *testing.T, name, title string) {
	t.Helper()
	ok := must(t)
	o := Options{Title: title, Subtitle: name, X: title, Y: name, Notes: []string{name}}
	x, y := []float64{1, 2}, []float64{3, 4}
	for _, c := range []*Chart{
		ok(Bars([]Bar{{Name: name, Value: 1}, {Name: "x", Value: 2, Interval: true, Low: 1, High: 3}}, BarOptions{Options: o})),
		ok(Line([]Series{{name, x, y}, {title, x, y}}, LineOptions{Options: o, Marks: []Mark{{1.5, name}}})),
		ok(Confusion([]string{name, title}, [][]int{{1, 2}, {0, 3}}, o)),
		ok(Scatter([]Points{{name, x, y, []string{name, title}}, {title, x, y, nil}}, o)),
		ok(Heatmap([]string{name, title}, []string{title, name}, [][]float64{{1, 2}, {0, math.NaN()}}, HeatOptions{Options: o})),
		ok(Boxes([]Sample{{Name: name, Values: []float64{1, 2, 3, 4, 50}}, {Name: title, Values: x}}, BoxOptions{Options: o})),
		ok(Pareto([]Candidate{{Name: name, Time: 1, Value: 2, Chosen: true}, {Name: title, Time: 1, Value: 2}, {Name: title, RuledOut: name}}, o)),
	} {
		h, err := c.HTML()
		if err != nil {
			t.Fatal(err)
		}
		body := strings.Replace(h, "<script>"+bootstrap+"</script>", "", 1)
		if strings.Count(body, "<script") != 1 || strings.Count(body, "</script") != 1 || strings.Contains(body, "<img") || strings.Count(body, "</svg>") != 1 {
			t.Errorf("%q, %q: %s", name, title, body)
		}
		svg := body[strings.Index(body, "<svg") : strings.Index(body, "</svg>")+6]
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%q, %q: %v in %.300s", name, title, err, svg)
			}
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := load(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	c := gallery(b)["ten"]
	for b.Loop() {
		if _, err := c.SVG(); err != nil {
			b.Fatal(err)
		}
	}
}
