package rank

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// SciPy 1.17.1's kendalltau gives these; its exact p for values without ties, and the share of
// all orders, counted by hand, with ties.
func TestKendall(t *testing.T) {
	for name, c := range map[string]struct {
		a, b   []float64
		tau, p float64
	}{
		"the same order": {[]float64{1, 2, 3, 4, 5}, []float64{10, 20, 30, 40, 50}, 1, 2.0 / 120},
		"the opposite":   {[]float64{1, 2, 3, 4, 5}, []float64{5, 4, 3, 2, 1}, -1, 2.0 / 120},
		"four":           {[]float64{1, 2, 3, 4}, []float64{1, 2, 3, 4}, 1, 2.0 / 24},
		"one swap":       {[]float64{1, 2, 3, 4, 5}, []float64{2, 1, 3, 4, 5}, 0.8, 10.0 / 120},
		"no order":       {[]float64{1, 2, 3, 4}, []float64{2, 4, 1, 3}, 0, 1},
		"a tie":          {[]float64{1, 1, 2}, []float64{1, 2, 3}, 2 / math.Sqrt(6), 4.0 / 6},
	} {
		tau, p := kendall(c.a, c.b)
		if math.Abs(tau-c.tau) > 1e-12 || math.Abs(p-c.p) > 1e-12 {
			t.Errorf("%s: τ %v, p %v, want %v and %v", name, tau, p, c.tau, c.p)
		}
	}
	if tau, p := kendall([]float64{1, 1, 1}, []float64{1, 2, 3}); !math.IsNaN(tau) || !math.IsNaN(p) {
		t.Error("a score that is the same for all:", tau, p)
	}
	var up, down []float64
	for i := range 12 {
		up, down = append(up, float64(i)), append(down, float64(-i))
	}
	if tau, p := kendall(up, down); tau != -1 || p > 0.001 {
		t.Error("twelve:", tau, p)
	}
}

func TestOrdersAreAll(t *testing.T) {
	v, seen := []float64{1, 2, 3, 4, 5}, map[string]bool{}
	n := 0
	orders(v, func() { n++; seen[fmt.Sprint(v)] = true })
	if n != 120 || len(seen) != 120 {
		t.Error(n, len(seen))
	}
}

// predictions of two hundred pictures, the first of which are right.
func predictions(right int) (labels, predicted []int) {
	for i := range 200 {
		labels, predicted = append(labels, i%2), append(predicted, i%2)
		if i >= right {
			predicted[i] = 2
		}
	}
	return labels, predicted
}

func TestCheck(t *testing.T) {
	checked := func(right map[string]int, results ...Result) *Check {
		t.Helper()
		tuned, labels := map[string][]int{}, []int(nil)
		for name, n := range right {
			labels, tuned[name] = predictions(n)
		}
		c, err := (&Report{Results: results}).Check(labels, tuned)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	five := []Result{made("a", 100, 200, 1), made("b", 110, 200, 1), made("c", 120, 200, 1), made("d", 130, 200, 1), made("e", 140, 200, 1)}
	five[0].LogME, five[4].LogME = five[4].LogME, five[0].LogME // the first and the last in each other's place
	five[2].LEEP, five[3].LEEP = -1, -2
	c := checked(map[string]int{"a": 100, "b": 120, "c": 140, "d": 160, "e": 180}, five...)
	if c.Pairs != 10 || c.Apart != 10 || c.Tuned[0].Name != "e" || c.Tuned[4].Name != "a" {
		t.Errorf("%+v", c)
	}
	probe, logme, leep := c.Scores[0], c.Scores[2], c.Scores[4]
	if probe.Right != 10 || probe.Tau != 1 || logme.Right != 3 || math.Abs(logme.Tau+0.4) > 1e-12 {
		t.Errorf("%+v, %+v", probe, logme)
	}
	if leep.Candidates != 2 || leep.Apart != 1 || leep.Right != 0 || !math.IsNaN(leep.Tau) {
		t.Errorf("%+v", leep)
	}
	if !slices.Equal(c.Tuned[0].Places, []int{1, 1, 5, 1, 0}) || !slices.Equal(c.Tuned[1].Places, []int{2, 1, 2, 1, 2}) {
		t.Error(c.Tuned[0].Places, c.Tuned[1].Places)
	}
	for _, text := range []string{c.String(), c.HTML()} {
		for _, want := range []string{"10 of 10 pairs", "linear probe 10 of 10", "LogME 3 of 10", "LEEP 0 of 1", "linear probe 1.00 (p = 0.017)"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in %s", want, text)
			}
		}
	}
	level := checked(map[string]int{"a": 150, "b": 151}, made("a", 100, 200, 1), made("b", 110, 200, 1), made("not tuned", 10, 200, 1))
	if words := strings.Join(level.Words, " "); level.Apart != 0 || !strings.Contains(words, "no order that") || !strings.Contains(words, "2 candidates are too few") {
		t.Error(words)
	}
	if h := checked(map[string]int{"<b>": 150, "b": 120}, made("<b>", 100, 200, 1), made("b", 110, 200, 1)).HTML(); strings.Contains(h, "<b>") {
		t.Error(h)
	}
}

// The recommendation is held against fine-tuning as well.
func TestCheckJudgesTheChoice(t *testing.T) {
	for name, c := range map[string]struct {
		a, b   int
		choice int
		want   string
	}{
		"right":          {150, 100, 0, "The recommended a is also the most accurate"},
		"no better":      {150, 150, 1, "The recommended b is also the most accurate"},
		"wrong":          {100, 150, 0, "b gets 25.0 points more right than the recommended a (95 % interval"},
		"wrong, shown":   {100, 150, 0, "more than chance explains"},
		"not told apart": {149, 150, 0, "do not tell from chance"},
	} {
		labels, a := predictions(c.a)
		_, b := predictions(c.b)
		r := &Report{Results: []Result{made("a", 100, 200, 1), made("b", 90, 200, 1)}, Choice: c.choice}
		check, err := r.Check(labels, map[string][]int{"a": a, "b": b})
		if err != nil || !strings.Contains(strings.Join(check.Words, " "), c.want) {
			t.Errorf("%s: %v, %+v", name, err, check)
		}
	}
	labels, a := predictions(150)
	r := &Report{Results: []Result{made("a", 100, 200, 1), made("b", 90, 200, 1)}, Choice: -1}
	if check, err := r.Check(labels, map[string][]int{"a": a, "b": a}); err != nil || strings.Contains(strings.Join(check.Words, " "), "recommended") {
		t.Errorf("without a choice: %v, %+v", err, check)
	}
}

func TestCheckRefuses(t *testing.T) {
	r := &Report{Results: []Result{made("a", 100, 200, 1), made("b", 110, 200, 1), {Name: "out", RuledOut: "too large"}}}
	labels, predicted := predictions(100)
	if _, err := r.Check(labels, map[string][]int{"a": predicted, "b": predicted[1:]}); !errors.Is(err, ErrShape) {
		t.Error("lengths:", err)
	}
	if _, err := r.Check(nil, map[string][]int{"a": nil, "b": nil}); !errors.Is(err, ErrShape) {
		t.Error("nothing:", err)
	}
	for name, tuned := range map[string]map[string][]int{"none": nil, "one": {"a": predicted}, "unknown": {"x": predicted, "a": predicted}, "one too many": {"a": predicted, "b": predicted, "b ": predicted}, "ruled out": {"a": predicted, "out": predicted}} {
		if c, err := r.Check(labels, tuned); err == nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// A chart's points are the results, in their order.
func TestPoints(t *testing.T) {
	r := &Report{Results: []Result{made("a", 180, 200, 10), {Name: "b", RuledOut: "too large"}, {Name: "c"}}, Choice: 0}
	p := r.Points()
	if len(p) != 3 || !p[0].Chosen || p[0].Time != 100 || !(p[0].TimeLow < 100 && 100 < p[0].TimeHigh) || p[0].Value != 0.9 || !p[0].Interval || p[0].Low != r.Results[0].Probe.Low {
		t.Errorf("%+v", p)
	}
	if p[1].RuledOut != "too large" || p[2].RuledOut == "" || p[1].Chosen {
		t.Errorf("%+v", p[1:])
	}
}
