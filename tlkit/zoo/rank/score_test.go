package rank

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"transferlab/tlkit/internal/golden"
)

type featureCase struct {
	Name                       string
	Features                   [][]float64
	Labels                     []int
	LogME, HScore, Regularized float64
	Authors                    []float64 // LogME, H-score, regularized H-score
}

type probabilityCase struct {
	Name    string
	Prob    [][]float64
	Labels  []int
	LEEP    float64
	Near    []float64
	Authors []float64 // LEEP
}

type expected struct {
	Features      []featureCase
	Probabilities []probabilityCase
}

func TestFeatureScores(t *testing.T) {
	for _, c := range golden.Read[expected](t, "testdata/golden.json.gz").Features {
		logme, err := LogME(c.Features, c.Labels)
		near(t, c.Name+": LogME", logme, err, c.LogME, 1e-6)
		h, err := HScore(c.Features, c.Labels)
		near(t, c.Name+": H-score", h, err, c.HScore, 1e-7)
		regularized, err := RegularizedHScore(c.Features, c.Labels)
		near(t, c.Name+": regularized H-score", regularized, err, c.Regularized, 1e-8)
		near(t, c.Name+": authors' H-score", h, nil, c.Authors[1], 1e-6)
		near(t, c.Name+": authors' regularized H-score", regularized, nil, c.Authors[2], 1e-8)

		// The authors end after eleven rounds at most, from a start that suits some scales:
		// the maximum is never below what they find, and mostly close to it.
		if c.Authors[0] > logme+1e-5 {
			t.Errorf("%s: LogME %v, the authors find a larger evidence, %v", c.Name, logme, c.Authors[0])
		}
		if c.Name != "scale 1e6" && c.Name != "far from 0" {
			near(t, c.Name+": authors' LogME", logme, nil, c.Authors[0], 2e-3)
		}
	}
}

func TestProbabilityScores(t *testing.T) {
	for _, c := range golden.Read[expected](t, "testdata/golden.json.gz").Probabilities {
		leep, err := LEEP(c.Prob, c.Labels)
		near(t, c.Name+": LEEP", leep, err, c.LEEP, 1e-12)
		near(t, c.Name+": authors' LEEP", leep, nil, c.Authors[0], 1e-12)
		n, err := Nearness(c.Prob)
		near(t, c.Name+": confidence", n.Confidence, err, c.Near[0], 1e-12)
		near(t, c.Name+": sureness", n.Sureness, nil, c.Near[1], 1e-12)
		near(t, c.Name+": information", n.Information, nil, c.Near[2], 1e-12)
	}
}

func near(t *testing.T, what string, got float64, err error, want, within float64) {
	t.Helper()
	if err != nil || !(math.Abs(got-want) <= within*max(1, math.Abs(want))) {
		t.Errorf("%s: %v, want %v (%v)", what, got, want, err)
	}
}

// blobs are n rows of d numbers around k middles that lie apart.
func blobs(n, d, k int, apart float64) ([][]float64, []int) {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(d)))
	draw := func() []float64 {
		row := make([]float64, d)
		for j := range row {
			row[j] = rng.NormFloat64()
		}
		return row
	}
	middles := make([][]float64, k)
	for c := range middles {
		middles[c] = draw()
	}
	rows, labels := make([][]float64, n), make([]int, n)
	for i := range rows {
		rows[i], labels[i] = draw(), i%k
		for j := range rows[i] {
			rows[i][j] += apart * middles[i%k][j]
		}
	}
	return rows, labels
}

func changed[T Real](rows [][]float64, f func(j int, v float64) float64) [][]T {
	out := make([][]T, len(rows))
	for i, row := range rows {
		for j, v := range row {
			out[i] = append(out[i], T(f(j, v)))
		}
	}
	return out
}

type score = func([][]float64, []int) (float64, error)

func featureScores() []score {
	return []score{LogME[float64], HScore[float64], RegularizedHScore[float64]}
}

// What the scores do not depend on.
func TestScoresDoNotDependOn(t *testing.T) {
	same := func(name string, a, b [][]float64, la, lb []int, within float64, scores ...score) {
		t.Helper()
		for _, f := range scores {
			want, err := f(a, la)
			if err != nil {
				t.Fatal(err)
			}
			got, err := f(b, lb)
			near(t, name, got, err, want, within)
		}
	}
	rows, labels := blobs(40, 6, 3, 1)
	wide, wideLabels := blobs(20, 50, 4, 1)
	for _, scale := range []float64{1e-300, 1e-20, 1e20, 1e300} {
		f := func(_ int, v float64) float64 { return v * scale }
		same("scale", rows, changed[float64](rows, f), labels, labels, 1e-9, featureScores()...)
		same("scale, wide", wide, changed[float64](wide, f), wideLabels, wideLabels, 1e-9, featureScores()...)
	}
	columns := func(j int, v float64) float64 { return v*math.Pow(10, float64(j-3)*4) + float64(j-3) }
	same("scale of columns", rows, changed[float64](rows, columns), labels, labels, 1e-2, HScore[float64])
	shifted := func(_ int, v float64) float64 { return v + 100 }
	same("shift", rows, changed[float64](rows, shifted), labels, labels, 1e-9, HScore[float64], RegularizedHScore[float64])
	other := slices.Clone(labels)
	for i := range other {
		other[i] = 7 + 3*(2-other[i])
	}
	same("names of the classes", rows, rows, labels, other, 1e-12, featureScores()...)
	again, turned := slices.Clone(rows), slices.Clone(labels)
	slices.Reverse(again)
	slices.Reverse(turned)
	same("order of the rows", rows, again, labels, turned, 1e-9, featureScores()...)
}

// Features as networks give them are float32: their rounding is not taken for features.
func TestRoundingIsNoFeature(t *testing.T) {
	for _, c := range golden.Read[expected](t, "testdata/golden.json.gz").Features {
		if c.Name == "far from 0" { // float32 keeps three digits of it
			continue
		}
		rows := changed[float32](c.Features, func(_ int, v float64) float64 { return v })
		h, err := HScore(rows, c.Labels)
		near(t, c.Name+": H-score", h, err, c.HScore, 1e-4)
		logme, err := LogME(rows, c.Labels)
		near(t, c.Name+": LogME", logme, err, c.LogME, 1e-4)
	}
}

// With more features than rows any labels can be told, which the plain score shows.
func TestWideFeaturesSaturateHScore(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	rows, labels := blobs(30, 60, 3, 2)
	chance := slices.Clone(labels)
	rng.Shuffle(len(chance), func(i, j int) { chance[i], chance[j] = chance[j], chance[i] })
	for _, l := range [][]int{labels, chance} {
		h, err := HScore(rows, l)
		near(t, "H-score", h, err, 2, 1e-9)
	}
	good, err := RegularizedHScore(rows, labels)
	bad, err2 := RegularizedHScore(rows, chance)
	if err != nil || err2 != nil || good < 1.2*bad {
		t.Errorf("regularized: %v with the labels, %v with shuffled ones (%v, %v)", good, bad, err, err2)
	}
}

func TestConstantFeatures(t *testing.T) {
	labels := []int{0, 1, 0, 1, 2, 2}
	for _, value := range []float64{0, 0.1, -1e9, 1e300, 5e-324} {
		rows := make([][]float64, 6)
		for i := range rows {
			rows[i] = []float64{value, value, 0.3}
		}
		for _, f := range []score{HScore[float64], RegularizedHScore[float64]} {
			h, err := f(rows, labels)
			near(t, "H-score", h, err, 0, 1e-9)
		}
		if v, err := LogME(rows, labels); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			t.Errorf("LogME of constant %v: %v, %v", value, v, err)
		}
	}
}

func TestScoresRefuse(t *testing.T) {
	ok := [][]float64{{1, 2}, {3, 4}, {5, 7}}
	sure := [][]float64{{1, 0}, {0, 1}, {0.5, 0.5}}
	for name, c := range map[string]struct {
		rows   [][]float64
		labels []int
		err    error
	}{
		"no rows":    {nil, nil, ErrShape},
		"no columns": {[][]float64{{}, {}}, []int{0, 1}, ErrShape},
		"short":      {ok, []int{0, 1}, ErrShape},
		"ragged":     {[][]float64{{1, 2}, {3}, {4, 5}}, []int{0, 1, 1}, ErrShape},
		"NaN":        {[][]float64{{1, 2}, {3, math.NaN()}, {5, 7}}, []int{0, 1, 1}, ErrNumber},
		"infinite":   {[][]float64{{1}, {math.Inf(1)}, {2}}, []int{0, 1, 1}, ErrNumber},
		"negative":   {ok, []int{0, -1, 1}, ErrClass},
		"one class":  {ok, []int{4, 4, 4}, ErrClass},
	} {
		for _, f := range featureScores() {
			if _, err := f(c.rows, c.labels); !errors.Is(err, c.err) {
				t.Errorf("%s: %v, want %v", name, err, c.err)
			}
		}
	}
	for name, c := range map[string]struct {
		prob   [][]float64
		labels []int
		err    error
	}{
		"logits":     {[][]float64{{-1, 2}, {0, 1}}, []int{0, 1}, ErrNumber},
		"sum":        {[][]float64{{0.5, 0.6}, {0.5, 0.5}}, []int{0, 1}, ErrNumber},
		"one source": {[][]float64{{1}, {1}}, []int{0, 1}, ErrShape},
		"no labels":  {sure, nil, ErrShape},
		"one class":  {sure, []int{1, 1, 1}, ErrClass},
	} {
		if _, err := LEEP(c.prob, c.labels); !errors.Is(err, c.err) {
			t.Errorf("LEEP, %s: %v, want %v", name, err, c.err)
		}
	}
	if _, err := Nearness([][]float64{{1, 1}}); !errors.Is(err, ErrNumber) {
		t.Error(err)
	}
}

// Scores of any features are finite and within their bounds.
func FuzzScores(f *testing.F) {
	f.Add(uint64(1), uint8(5), uint8(3), uint8(2), 1.0)
	f.Add(uint64(2), uint8(3), uint8(20), uint8(3), 1e-200)
	f.Add(uint64(3), uint8(30), uint8(2), uint8(7), 1e200)
	f.Fuzz(func(t *testing.T, seed uint64, n, d, k uint8, scale float64) {
		if n < 2 || n > 40 || d < 1 || d > 40 || k < 2 || math.IsNaN(scale) || math.Abs(scale) > 1e300 {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		rows, labels := make([][]float64, n), make([]int, n)
		for i := range rows {
			for range d {
				rows[i] = append(rows[i], scale*math.Round(rng.NormFloat64()*2))
			}
			labels[i] = rng.IntN(int(k))
		}
		found, err := classes(labels, len(rows))
		if err != nil {
			return // one class
		}
		h, err := HScore(rows, labels)
		if err != nil || !(h >= 0 && h <= min(float64(d), float64(len(found)-1))+1e-6) {
			t.Errorf("H-score %v with %d classes: %v", h, len(found), err)
		}
		for _, score := range featureScores() {
			if v, err := score(rows, labels); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%v, %v", v, err)
			}
		}
	})
}
