package evaluate

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

type golden struct {
	Cases []struct {
		Name                          string
		Labels, Other                 []int
		Prob                          [][]float64
		Accuracy, Low, High, Balanced float64
		Precision, Recall, F1         []float64
		Support                       []int
		Macro, Weighted               [3]float64
		Confusion                     [][]int
		LogLoss                       *float64
		Brier                         float64
		TopK                          []float64
		McNemar                       float64
		Chi                           *float64
	}
	Numbers []struct {
		Truth, Said   []float64
		RMSE, MAE, R2 float64
	}
	Pairs []struct {
		A, B                []float64
		Share, P, Low, High float64
	}
}

func load(t *testing.T) golden {
	b, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(b, &g); err != nil || len(g.Cases) < 10 || len(g.Pairs) < 5 || len(g.Numbers) < 5 {
		t.Fatal(err, len(g.Cases))
	}
	return g
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// The numbers are scikit-learn 1.9.0's, SciPy 1.17.1's and statsmodels 0.15.0's.
func TestReference(t *testing.T) {
	for _, c := range load(t).Cases {
		t.Run(c.Name, func(t *testing.T) {
			classes := strings.Split("abcdefg", "")[:len(c.Prob[0])]
			r, err := New(Predictions{Labels: c.Labels, Prob: c.Prob, Classes: classes})
			if err != nil {
				t.Fatal(err)
			}
			near(t, "accuracy", r.Accuracy.Value, c.Accuracy)
			near(t, "Wilson low", r.Accuracy.Low, c.Low)
			near(t, "Wilson high", r.Accuracy.High, c.High)
			near(t, "balanced", r.Balanced, c.Balanced)
			for i, s := range r.Classes {
				near(t, "precision", s.Precision, c.Precision[i])
				near(t, "recall", s.Recall, c.Recall[i])
				near(t, "F1", s.F1, c.F1[i])
				if s.Support != c.Support[i] || !slices.Equal(r.Confusion[i], c.Confusion[i]) {
					t.Errorf("class %d: %+v, %v", i, s, r.Confusion[i])
				}
			}
			for i, s := range []ClassScore{r.Macro, r.Weighted} {
				want := [][3]float64{c.Macro, c.Weighted}[i]
				near(t, s.Name, s.Precision, want[0])
				near(t, s.Name, s.Recall, want[1])
				near(t, s.Name, s.F1, want[2])
			}
			if c.LogLoss != nil {
				near(t, "log loss", r.LogLoss, *c.LogLoss)
			}
			near(t, "Brier", r.Brier, c.Brier)
			for k, want := range c.TopK {
				got, err := TopK(c.Prob, c.Labels, k+1)
				if err != nil {
					t.Fatal(err)
				}
				near(t, "top k", got, want)
			}
			m, err := McNemar(c.Labels, Argmax(c.Prob), c.Other)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "McNemar", m.P, c.McNemar)
			if c.Chi != nil {
				near(t, "chi-square", m.ChiSquare, *c.Chi)
			}
			if d := m.Difference; !(d.Low <= d.Value && d.Value <= d.High) {
				t.Errorf("difference %+v", d)
			}
		})
	}
	for i, p := range load(t).Pairs {
		c, err := CorrectedT(p.A, p.B, p.Share)
		if err != nil {
			t.Fatal(i, err)
		}
		if math.Abs(c.P-p.P) > 1e-9 || math.Abs(c.Difference.Low-p.Low) > 1e-9 || math.Abs(c.Difference.High-p.High) > 1e-9 {
			t.Errorf("pair %d: %+v, want %+v", i, c, p)
		}
	}
}

func TestNumbersReference(t *testing.T) {
	for i, c := range load(t).Numbers {
		r, err := Numbers(c.Truth, c.Said, 200, uint64(i))
		if err != nil {
			t.Fatal(i, err)
		}
		near(t, "RMSE", r.RMSE.Value, c.RMSE)
		near(t, "MAE", r.MAE.Value, c.MAE)
		near(t, "R²", r.R2.Value, c.R2)
		if !(r.RMSE.Low <= r.RMSE.Value+1e-12 && r.RMSE.Value <= r.RMSE.High+1e-12) && r.N > 5 {
			t.Errorf("%d: %v", i, r)
		}
	}
	nan := math.NaN()
	for _, err := range []error{second(Numbers(nil, nil, 0, 0)), second(Numbers([]float64{1}, nil, 0, 0)), second(Numbers([]float64{nan}, []float64{1}, 0, 0)), second(Numbers([]float64{1}, []float64{math.Inf(1)}, 0, 0))} {
		if err == nil {
			t.Error("no error")
		}
	}
}

func TestErrors(t *testing.T) {
	good := func() Predictions {
		return Predictions{Labels: []int{0, 1}, Prob: [][]float64{{0.5, 0.5}, {0, 1}}, Classes: []string{"a", "b"}}
	}
	for name, c := range map[string]struct {
		spoil func(*Predictions)
		want  error
	}{
		"no items":   {func(p *Predictions) { *p = Predictions{Classes: p.Classes} }, ErrEmpty},
		"no classes": {func(p *Predictions) { p.Classes = nil }, ErrEmpty},
		"rows":       {func(p *Predictions) { p.Prob = p.Prob[:1] }, ErrLength},
		"ids":        {func(p *Predictions) { p.IDs = []string{"x"} }, ErrLength},
		"columns":    {func(p *Predictions) { p.Prob[1] = []float64{1} }, ErrLength},
		"label":      {func(p *Predictions) { p.Labels[1] = 2 }, ErrClass},
		"below":      {func(p *Predictions) { p.Labels[1] = -1 }, ErrClass},
		"NaN":        {func(p *Predictions) { p.Prob[0][0] = math.NaN() }, ErrProbability},
		"Inf":        {func(p *Predictions) { p.Prob[0][0] = math.Inf(1) }, ErrProbability},
		"negative":   {func(p *Predictions) { p.Prob[0] = []float64{-0.5, 1.5} }, ErrProbability},
		"sum":        {func(p *Predictions) { p.Prob[0] = []float64{0.5, 0.2} }, ErrProbability},
	} {
		p := good()
		c.spoil(&p)
		if _, err := New(p); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, err := range []error{
		second(McNemar([]int{1}, []int{1}, nil)), second(McNemar(nil, nil, nil)), second(CorrectedT([]float64{1}, []float64{2}, 0.5)),
		second(CorrectedT([]float64{1, 2}, []float64{2}, 0.5)), second(CorrectedT([]float64{1, 2}, []float64{2, 1}, 0)),
		second(CorrectedT([]float64{math.NaN(), 2}, []float64{2, 1}, 0.1)), second(TopK(nil, nil, 1)), second(TopK([][]float64{{1, 0}}, []int{0}, 0)), second(TopK([][]float64{{math.NaN(), 0}}, []int{0}, 1)), second(CorrectedT([]float64{0.3, 0.4, 0.8}, []float64{0.2, 0.3, 0.7}, 0.25)), second(Confusion([]int{3}, []int{0}, 2)),
		second(Bootstrap(0, 10, 1, nil)),
	} {
		if err == nil {
			t.Error("no error")
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A right interval holds the truth in about 95 of 100 tries.
func TestIntervalsCover(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	wilson, boot := 0, 0
	const tries = 400
	for try := range tries {
		hits := make([]float64, 60)
		n := 0
		for i := range hits {
			if rng.Float64() < 0.8 {
				hits[i] = 1
				n++
			}
		}
		if i := Wilson(n, 60); i.Low <= 0.8 && 0.8 <= i.High {
			wilson++
		}
		b, err := Bootstrap(60, 300, uint64(try), func(index []int) float64 {
			s := 0.0
			for _, i := range index {
				s += hits[i] / 60
			}
			return s
		})
		if err != nil {
			t.Fatal(err)
		}
		if b.Low <= 0.8 && 0.8 <= b.High {
			boot++
		}
	}
	if wilson < 365 || boot < 355 {
		t.Errorf("of %d tries, Wilson's holds the truth %d times, the bootstrap's %d", tries, wilson, boot)
	}
}

func TestWordsAndTables(t *testing.T) {
	labels := make([]int, 100)
	good, bad := make([]int, 100), make([]int, 100)
	for i := range labels {
		labels[i] = i % 2
		good[i] = i % 2
		bad[i] = (i / 3) % 2
	}
	c, _ := McNemar(labels, good, bad)
	if w := c.Words("probe", "pixels"); !strings.HasPrefix(w, "probe is better than pixels") {
		t.Error(w)
	}
	c, _ = McNemar(labels, bad, good)
	if w := c.Words("x", "y"); !strings.HasPrefix(w, "x is worse than y") {
		t.Error(w)
	}
	c, _ = McNemar(labels, good, good)
	if w := c.Words("x", "y"); !strings.HasPrefix(w, "The data cannot tell") || c.P != 1 {
		t.Error(w)
	}
	r, err := New(Predictions{IDs: []string{"p", "q"}, Labels: []int{0, 1}, Prob: [][]float64{{0.1, 0.9}, {0.7, 0.3}}, Classes: []string{"<b>", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(r.HTML(), "<b>") || !strings.Contains(r.String(), "<b>") {
		t.Error(r.HTML())
	}
	if len(r.Worst(-1)) != 0 {
		t.Error("fewer than no mistakes")
	}
	w := r.Worst(9)
	if len(w) != 2 || w[0].ID != "p" || w[0].Predicted != 1 || w[0].Confidence != 0.9 || r.Mistakes() != 2 {
		t.Errorf("%+v", w)
	}
}

func BenchmarkReport(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	p := Predictions{Classes: strings.Split("abcdefghij", "")}
	for range 1_000_000 {
		row := make([]float64, 10)
		row[rng.IntN(10)] = 1
		p.Prob, p.Labels = append(p.Prob, row), append(p.Labels, rng.IntN(10))
	}
	for b.Loop() {
		if _, err := New(p); err != nil {
			b.Fatal(err)
		}
	}
}
