package labels

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

func names(k int) []string { return strings.Split("abcdefghijklmnopqrstuvwxyz"[:k], "") }

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
		Cases []struct {
			Labels   []int
			Prob     [][]float64
			Joint    [][]float64
			Counts   [][]int
			Suspects map[Method][]int
			Scores   map[Score][]float64
		}
	}
	if err := json.NewDecoder(zip).Decode(&golden); err != nil || len(golden.Cases) < 10 {
		t.Fatal(len(golden.Cases), err)
	}
	found := 0
	for n, c := range golden.Cases {
		p := Predictions{Labels: c.Labels, Prob: c.Prob, Classes: names(len(c.Prob[0]))}
		if got := count(p).joint; !reflect.DeepEqual(got, c.Counts) {
			t.Errorf("case %d: confident joint %v, want %v", n, got, c.Counts)
		}
		for method, want := range c.Suspects {
			r, err := Find(p, Options{Method: method})
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, s := range r.Suspects {
				got = append(got, s.Item)
			}
			found += len(want)
			if !slices.Equal(got, want) {
				t.Errorf("case %d, %s: suspects %v, want %v", n, method, got, want)
			}
			for i := range c.Joint {
				for j, w := range c.Joint[i] {
					if math.Abs(r.Joint[i][j]-w) > 1e-9 {
						t.Errorf("case %d: joint %d,%d is %v, want %v", n, i, j, r.Joint[i][j], w)
					}
				}
			}
		}
		for score, want := range c.Scores {
			f, err := scoring(score)
			if err != nil {
				t.Fatal(err)
			}
			for i, w := range want {
				if got := f(c.Prob[i], c.Labels[i]); math.Abs(got-w) > 1e-9*math.Abs(w) {
					t.Errorf("case %d, %s of item %d: %v, want %v", n, score, i, got, w)
				}
			}
		}
	}
	if found < 200 {
		t.Errorf("the cases have only %d suspects", found)
	}
}

// blobs are points around k centres; some get another label.
func blobs(n, k int, wrong float64, seed uint64) (x [][2]float64, labels []int, flipped map[int]bool) {
	rng := rand.New(rand.NewPCG(seed, 1))
	flipped = map[int]bool{}
	for i := range n {
		c := i % k
		angle := 2 * math.Pi * float64(c) / float64(k)
		x = append(x, [2]float64{4*math.Cos(angle) + rng.NormFloat64(), 4*math.Sin(angle) + rng.NormFloat64()})
		if rng.Float64() < wrong {
			c = (c + 1 + rng.IntN(k-1)) % k
			flipped[i] = true
		}
		labels = append(labels, c)
	}
	return x, labels, flipped
}

// nearest is a model of centres: probabilities fall with the distance.
func nearest(x [][2]float64, labels []int, k int) Learn {
	return func(_ context.Context, train []int) (func([]int) ([][]float64, error), error) {
		centre, n := make([][2]float64, k), make([]float64, k)
		for _, i := range train {
			c := labels[i]
			n[c]++
			centre[c][0] += x[i][0]
			centre[c][1] += x[i][1]
		}
		return func(items []int) (rows [][]float64, err error) {
			for _, i := range items {
				row, sum := make([]float64, k), 0.0
				for c := range row {
					row[c] = math.Exp(-math.Hypot(x[i][0]-centre[c][0]/n[c], x[i][1]-centre[c][1]/n[c]))
					sum += row[c]
				}
				for c := range row {
					row[c] /= sum
				}
				rows = append(rows, row)
			}
			return rows, nil
		}, nil
	}
}

func TestPlantedMistakesAreFound(t *testing.T) {
	x, labels, flipped := blobs(400, 4, 0.1, 3)
	text := make([]string, len(labels))
	for i, l := range labels {
		text[i] = fmt.Sprint(l)
	}
	prob, err := OutOfFold(t.Context(), nil, split.ByLabel(text), nearest(x, labels, 4), FoldOptions{Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Find(Predictions{Labels: labels, Prob: prob, Classes: names(4)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for _, s := range r.Suspects {
		if flipped[s.Item] {
			hits++
		}
	}
	precision, recall := float64(hits)/float64(len(r.Suspects)), float64(hits)/float64(len(flipped))
	if precision < 0.9 || recall < 0.9 || math.Abs(r.Wrong-float64(len(flipped))/400) > 0.03 {
		t.Errorf("%d planted, %d suspects, precision %.2f, recall %.2f, wrong %.3f", len(flipped), len(r.Suspects), precision, recall, r.Wrong)
	}
	again, err := OutOfFold(t.Context(), nil, split.ByLabel(text), nearest(x, labels, 4), FoldOptions{Seed: 5})
	if err != nil || !reflect.DeepEqual(prob, again) {
		t.Error("the same seed gives other folds", err)
	}
}

func TestNothingPlantedNothingFound(t *testing.T) {
	x, labels, _ := blobs(300, 3, 0, 9)
	predict, _ := nearest(x, labels, 3)(t.Context(), []int{0, 1, 2, 3, 4, 5, 6, 7, 8})
	all := make([]int, 300)
	for i := range all {
		all[i] = i
	}
	prob, _ := predict(all)
	r, err := Find(Predictions{Labels: labels, Prob: prob, Classes: names(3)}, Options{Method: Both})
	if err != nil || len(r.Suspects) > 3 {
		t.Errorf("%d of 300 right labels are suspect, %v", len(r.Suspects), err)
	}
	if !strings.Contains(r.String(), "300 labels") {
		t.Error(r.String())
	}
}

func TestAModelThatKnowsNothingSaysSo(t *testing.T) {
	blind := Predictions{Labels: []int{0, 0, 0, 1, 1}, Classes: names(2)}
	for range blind.Labels {
		blind.Prob = append(blind.Prob, []float64{0.5, 0.5})
	}
	r, err := Find(blind, Options{})
	if err != nil || r.Agreed != 0 || r.Common != 0.6 || !strings.Contains(r.Summary(), "knows too little") {
		t.Errorf("%+v, %v", r, err)
	}
	for i, given := range blind.Labels {
		blind.Prob[i] = []float64{1 - float64(given), float64(given)}
	}
	if r, err = Find(blind, Options{}); err != nil || r.Agreed != 1 || strings.Contains(r.Summary(), "knows too little") {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestErrors(t *testing.T) {
	good := Predictions{Labels: []int{0, 1}, Prob: [][]float64{{0.5, 0.5}, {0.1, 0.9}}, Classes: names(2)}
	with := func(change func(*Predictions)) Predictions {
		p := good
		p.Labels, p.Prob = slices.Clone(good.Labels), [][]float64{{0.5, 0.5}, {0.1, 0.9}}
		change(&p)
		return p
	}
	for name, p := range map[string]Predictions{
		"nothing":   {},
		"one class": {Labels: []int{0}, Prob: [][]float64{{1}}, Classes: names(1)},
		"label":     with(func(p *Predictions) { p.Labels[1] = 2 }),
		"negative":  with(func(p *Predictions) { p.Labels[1] = -1 }),
		"rows":      with(func(p *Predictions) { p.Prob = p.Prob[:1] }),
		"ragged":    with(func(p *Predictions) { p.Prob[1] = []float64{1} }),
		"NaN":       with(func(p *Predictions) { p.Prob[1][0] = math.NaN() }),
		"sum":       with(func(p *Predictions) { p.Prob[1][0] = 0.9 }),
		"ids":       with(func(p *Predictions) { p.IDs = []string{"a"} }),
	} {
		if _, err := Find(p, Options{}); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Find(good, Options{Method: "x"}); !errors.Is(err, ErrMethod) {
		t.Error(err)
	}
	if _, err := Find(good, Options{Score: "x"}); !errors.Is(err, ErrMethod) {
		t.Error(err)
	}
	source := split.ByLabel([]string{"a", "a", "a", "b", "b", "b"})
	broken := errors.New("broken")
	for name, learn := range map[string]Learn{
		"learn": func(context.Context, []int) (func([]int) ([][]float64, error), error) { return nil, broken },
		"predict": func(context.Context, []int) (func([]int) ([][]float64, error), error) {
			return func([]int) ([][]float64, error) { return nil, broken }, nil
		},
	} {
		if _, err := OutOfFold(t.Context(), nil, source, learn, FoldOptions{Folds: 3}); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	few := func(context.Context, []int) (func([]int) ([][]float64, error), error) {
		return func([]int) ([][]float64, error) { return nil, nil }, nil
	}
	if _, err := OutOfFold(t.Context(), nil, source, few, FoldOptions{Folds: 3}); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
}

func TestShownTextIsEscaped(t *testing.T) {
	p := Predictions{IDs: []string{"<i>", "b", "c", "d"}, Labels: []int{0, 0, 0, 1}, Classes: []string{"<b>", "y"},
		Prob: [][]float64{{0.01, 0.99}, {0.9, 0.1}, {0.95, 0.05}, {0.1, 0.9}}}
	r, err := Find(p, Options{Method: Disagreement})
	if err != nil || len(r.Suspects) != 1 || r.Suspects[0].Suggested != 1 {
		t.Fatal(r, err)
	}
	if strings.Contains(r.HTML(), "<b>&lt;") || strings.Contains(r.HTML(), "<i>") || !strings.Contains(r.String(), "<i>") {
		t.Error(r.HTML())
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte{3, 10, 20, 30, 1, 40, 2, 7, 9, 9, 9}, uint8(3))
	f.Fuzz(func(t *testing.T, b []byte, k uint8) {
		classes := int(k%6) + 2
		p := Predictions{Classes: names(classes)}
		for len(b) > classes {
			row, sum := make([]float64, classes), 0.0
			for j := range row {
				row[j] = float64(b[j]) * float64(b[j])
				sum += row[j]
			}
			for j := range row {
				row[j] /= max(sum, 1)
			}
			if sum == 0 {
				row[0] = 1
			}
			p.Prob, p.Labels, b = append(p.Prob, row), append(p.Labels, int(b[classes])%classes), b[classes+1:]
		}
		for _, m := range []Method{ByNoiseRate, ByClass, Both, Confident, Disagreement} {
			r, err := Find(p, Options{Method: m, Score: Entropy})
			if err != nil {
				if len(p.Labels) > 0 {
					t.Fatal(err)
				}
				continue
			}
			if !(r.Wrong > -1e-9 && r.Wrong <= 1) || len(r.Suspects) > len(p.Labels) {
				t.Errorf("%s: %v wrong, %d suspects of %d", m, r.Wrong, len(r.Suspects), len(p.Labels))
			}
		}
	})
}

func ExampleFind() {
	p := Predictions{
		IDs: []string{"otter", "seal", "oak", "fern"}, Classes: []string{"animal", "plant"}, Labels: []int{0, 1, 1, 1},
		Prob: [][]float64{{0.9, 0.1}, {0.95, 0.05}, {0.2, 0.8}, {0.1, 0.9}},
	}
	r, err := Find(p, Options{})
	if err != nil {
		panic(err)
	}
	for _, s := range r.Suspects {
		fmt.Printf("%s is labelled %s; is it %s?\n", s.ID, r.Classes[s.Given], r.Classes[s.Suggested])
	}
	// Output: seal is labelled plant; is it animal?
}

func TestInTable(t *testing.T) {
	x, labels, flipped := blobs(300, 3, 0.1, 4)
	n := len(labels)
	a, b, kind, text := make([]frame.Cell[float64], n), make([]frame.Cell[float64], n), make([]frame.Cell[string], n), make([]frame.Cell[string], n)
	for i, l := range labels {
		a[i].Value, b[i].Value, kind[i].Value = 1000*x[i][0], x[i][1], []string{"oak", "ash", "elm"}[l]
		a[i].Null = i%50 == 0
	}
	kind[7].Null = true
	delete(flipped, 7)
	table, err := frame.New(nil, frame.Series("text", text), frame.Series("a", a), frame.Series("b", b), frame.Series("kind", kind))
	if err != nil {
		t.Fatal(err)
	}
	r, err := InTable(t.Context(), nil, table, "kind", TableOptions{})
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for _, s := range r.Suspects {
		if flipped[s.Item] {
			hits++
		}
		if s.ID != fmt.Sprint(s.Item) || kind[s.Item].Value != r.Classes[s.Given] {
			t.Errorf("%+v of row %d, %q", s, s.Item, kind[s.Item].Value)
		}
	}
	if r.Items != n-1 || float64(hits) < 0.85*float64(len(flipped)) || float64(hits) < 0.85*float64(len(r.Suspects)) {
		t.Errorf("%d planted, %d suspects, %d of them right", len(flipped), len(r.Suspects), hits)
	}
	for _, c := range []struct {
		label string
		o     TableOptions
		want  error
	}{
		{"knid", TableOptions{}, frame.ErrColumn}, {"kind", TableOptions{Features: []string{"text"}}, frame.ErrKind},
		{"kind", TableOptions{Options: Options{Method: "x"}}, ErrMethod}, {"kind", TableOptions{FoldOptions: FoldOptions{Folds: 4000}}, split.ErrFolds},
	} {
		if _, err := InTable(t.Context(), nil, table, c.label, c.o); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	only, _ := table.Pick("text", "kind")
	if _, err := InTable(t.Context(), nil, only, "kind", TableOptions{}); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
}
