package plots

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
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
	ugly := `<script>alert(1)</script> & "quotes" {a} {b|x} __f__ </svg> ]]> ünïcode 🦦 עברית` + "\n\x00"
	return map[string]*Chart{
		"line": ok(Line([]Series{curve("train loss", 30, 2.3, 0.3), curve("valid loss", 30, 2.3, 0.6)}, LineOptions{Options: Options{Title: "Training", Subtitle: "linear probe, then the top block", X: "epoch", Y: "loss"},
			Marks: []Mark{{12, "best"}, {20, "top block unfrozen"}}})),
		"gaps": ok(Line([]Series{gap}, LineOptions{Options: Options{X: "epoch", Y: "loss"}})),
		"log":  ok(Line([]Series{{Name: "loss", X: []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1}, Y: []float64{2.3, 2.2, 1.9, 1.1, 0.8, 1.4, 6}}}, LineOptions{Options: Options{Title: "Learning-rate finder", X: "learning rate", Y: "loss"}, LogX: true})),
		"bars": ok(Bars([]Bar{{"raw pixels", 0.597, true, 0.552, 0.641}, {"linear probe", 0.855, true, 0.820, 0.884}, {"fine-tuned", 0.861, true, 0.827, 0.890}, {"from scratch", 0.376, true, 0.285, 0.478}},
			BarOptions{Options: Options{Title: "Accuracy on unseen pictures", Subtitle: "five folds, 95 % Wilson intervals", X: "accuracy"}, Max: 1})),
		"counts":  ok(ClassCounts(ten, []Part{{"train", []int{44, 13, 20, 28, 39, 27, 44, 55, 16, 36}}, {"valid", []int{10, 3, 4, 6, 8, 6, 10, 12, 4, 8}}, {"test", []int{9, 3, 4, 6, 8, 6, 9, 12, 4, 8}}}, Options{Title: "Pictures of each class", X: "pictures"})),
		"two":     ok(Confusion(two, few, Options{Title: "Two classes"})),
		"ten":     ok(Confusion(ten, tenCounts, Options{Title: "Confusion on the test part"})),
		"forty":   ok(Confusion(forty, many, Options{Title: "Forty classes"})),
		"scatter": ok(Scatter([]Points{cloud("animals", 60, 0, 0), cloud("people", 60, 4, 1), cloud("plants", 60, 1, 4), cloud("a class with a long name indeed", 60, -3, 2)}, Options{Title: "Features in two dimensions", X: "first component", Y: "second component"})),
		"hist":    ok(Histogram([]Sample{sample}, Options{Title: "File sizes", X: "kB"})),
		"ugly":    ok(Bars([]Bar{{Name: ugly, Value: 1}, {Name: strings.Repeat("very long name ", 10), Value: 2, Interval: true, Low: 1, High: 3}}, BarOptions{Options: Options{Title: ugly, Subtitle: ugly, X: ugly, Notes: []string{ugly}}})),
	}
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

// Goldens hold the options of two charts; pictures follow from them.
func TestGolden(t *testing.T) {
	all := gallery(t)
	for _, name := range []string{"line", "bars", "ten"} {
		path := filepath.Join("testdata", name+".json")
		if *regen {
			_ = os.MkdirAll("testdata", 0o777)
			if err := os.WriteFile(path, all[name].JSON(), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || string(want) != string(all[name].JSON()) {
			t.Errorf("%s differs from its golden (%v); look at the picture, then run with -regen", name, err)
		}
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	nan := math.NaN()
	for name, err := range map[string]error{
		"no line":         second(Line(nil, LineOptions{})),
		"empty line":      second(Line([]Series{{Name: "x"}}, LineOptions{})),
		"only NaN":        second(Line([]Series{{X: []float64{1, 2}, Y: []float64{nan, nan}}}, LineOptions{})),
		"lengths":         second(Line([]Series{{X: []float64{1, 2}, Y: []float64{1}}}, LineOptions{})),
		"log of negative": second(Line([]Series{{X: []float64{1}, Y: []float64{-1}}}, LineOptions{LogY: true})),
		"no bars":         second(Bars(nil, BarOptions{})),
		"NaN bars":        second(Bars([]Bar{{Value: nan}}, BarOptions{})),
		"interval":        second(Bars([]Bar{{Value: 1, Interval: true, Low: 2, High: 1}}, BarOptions{})),
		"one class":       second(Confusion([]string{"a"}, [][]int{{1}}, Options{})),
		"ragged":          second(Confusion([]string{"a", "b"}, [][]int{{1, 2}, {1}}, Options{})),
		"negative":        second(Confusion([]string{"a", "b"}, [][]int{{1, 2}, {1, -1}}, Options{})),
		"no points":       second(Scatter([]Points{{X: []float64{nan}, Y: []float64{1}}}, Options{})),
		"labels":          second(Scatter([]Points{{X: []float64{1}, Y: []float64{1}, Labels: []string{"a", "b"}}}, Options{})),
		"no values":       second(Histogram([]Sample{{Values: []float64{nan}}}, Options{})),
		"no class":        second(ClassCounts(nil, nil, Options{})),
		"class counts":    second(ClassCounts([]string{"a"}, []Part{{"train", []int{1, 2}}}, Options{})),
		"size":            second(Bars([]Bar{{Value: 1}}, BarOptions{Options: Options{Width: 20}})),
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
	f.Fuzz(func(t *testing.T, name, title string) {
		c, err := Bars([]Bar{{Name: name, Value: 1}, {Name: "x", Value: 2, Interval: true, Low: 1, High: 3}}, BarOptions{Options: Options{Title: title, Notes: []string{name}}})
		if err != nil {
			t.Fatal(err)
		}
		h, err := c.HTML()
		if err != nil {
			t.Fatal(err)
		}
		body := strings.Replace(h, "<script>"+bootstrap+"</script>", "", 1)
		if strings.Count(body, "<script") != 1 || strings.Count(body, "</script") != 1 || strings.Contains(body, "<img") {
			t.Errorf("%q, %q: %s", name, title, body)
		}
	})
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
