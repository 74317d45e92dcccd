package impute

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/evaluate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// oracle gives the table that it holds, whatever it is asked to fill.
type oracle struct {
	name  string
	table frame.Table
	err   error
}

func (o oracle) String() string { return o.name }
func (o oracle) Fit(context.Context, progress.Reporter, split.Train) (Fitted, error) {
	return o, o.err
}
func (o oracle) Apply(context.Context, progress.Reporter, frame.Table) (frame.Table, *Report, error) {
	return o.table, &Report{}, nil
}

func TestScoresAreThoseOfKnownErrors(t *testing.T) {
	x := tableOf(t, nil, column("a", 1.0, 2.0, 3.0, 4.0, nil), column("n", 10, 20, 30, 40, 50),
		column("s", "u", "v", "u", "w", nil), column("b", true, false, true, nil, true), column("one", 1.0, nil, nil, nil, nil))
	_, da := known([]float64{1, 2, 3, 4})
	_, dn := known([]float64{10, 20, 30, 40, 50})
	off := tableOf(t, nil, column("a", 1+da, 2+da, 3+da, 4-da, 0.0), column("n", 10-2*dn, 20-2*dn, 30+2*dn, 40+2*dn, 50+2*dn),
		column("s", "-", "-", "-", "-", "-"), column("b", true, false, true, true, true), column("one", 1.0, 2.0, 3.0, 4.0, 5.0))
	c, err := Compare(ctx, nil, split.WholeAsTrain(x), []Candidate{{"off", oracle{"off", off, nil}}, {"", oracle{"truth", x, nil}}}, CompareOptions{Share: 0.5, Repeats: 3})
	if err != nil {
		t.Fatal(err)
	}
	if c.Scores[0].Name != "truth" || !slices.Equal(c.Skipped, []string{"one"}) {
		t.Fatalf("%v", c)
	}
	truth, wrong := c.Scores[0], c.Scores[1]
	if truth.RMSE.Value != 0 || truth.Accuracy.Value != 1 || truth.Left != 0 || truth.Numbers+truth.Others != c.Hidden {
		t.Errorf("the truth scores %+v", truth)
	}
	// Of four known cells two are hidden, of five three (half is rounded up): per repeat two
	// errors of one deviation and three of two; two texts wrong, two booleans right.
	want := math.Sqrt((2*1 + 3*4) / 5.0)
	if math.Abs(wrong.RMSE.Value-want) > 1e-12 || wrong.Accuracy.Value != 0.5 || wrong.Numbers != 15 || wrong.Others != 12 {
		t.Errorf("scores %+v, want an RMSE of %v", wrong, want)
	}
	for j, v := range []float64{1, 2, 0, 1} {
		if s := wrong.Columns[j].Score; math.Abs(s.Value-v) > 1e-12 || math.Abs(s.Low-v) > 1e-12 || math.Abs(s.High-v) > 1e-12 {
			t.Errorf("column %d: %v, want %v", j, s, v)
		}
	}
	if b := wrong.Behind; math.Abs(b.Value-want) > 1e-12 || wrong.Same() || !(b.Low >= 1-1e-12 && b.High <= 2+1e-12) {
		t.Errorf("behind by %v", b)
	}
	if s := c.Summary(); !strings.Contains(s, "truth fills best") || !strings.Contains(s, "is off") || !strings.Contains(s, `"one"`) {
		t.Error(s)
	}
}

func TestImputersOfCancerAreRanked(t *testing.T) {
	whole, _, _ := cancer(t, readGolden(t))
	x := must(whole.Pick(whole.Names()[:8]...))(t)
	candidates := []Candidate{{"mean", Simple{}}, {"median", Simple{Numbers: Median}}, {"neighbours", KNN{}}, {"iterative", Iterative{}}, {"mean again", Simple{}}}
	c, err := Compare(ctx, nil, split.WholeAsTrain(x), candidates, CompareOptions{Share: 0.2, Repeats: 2, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, s := range c.Scores {
		order = append(order, s.Name)
		if !(s.RMSE.Low <= s.RMSE.Value && s.RMSE.Value <= s.RMSE.High) || !math.IsNaN(s.Accuracy.Value) {
			t.Errorf("%+v", s)
		}
	}
	if !slices.Equal(order, []string{"iterative", "neighbours", "mean", "mean again", "median"}) {
		t.Errorf("order %v", order)
	}
	for _, s := range c.Scores[1:] {
		if s.Same() || s.Behind.Low <= 0 {
			t.Errorf("%s is told to be like the best: %v", s.Name, s.Behind)
		}
	}
	again, err := Compare(ctx, nil, split.WholeAsTrain(x), candidates, CompareOptions{Share: 0.2, Repeats: 2, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for k := range c.Scores {
		if c.Scores[k].RMSE != again.Scores[k].RMSE || c.Scores[k].Behind != again.Scores[k].Behind {
			t.Errorf("one seed gives %v and %v", c.Scores[k], again.Scores[k])
		}
	}
}

func TestWhatCannotBeToldApartIsSaid(t *testing.T) {
	x := correlated(t, 60, 4)
	c, err := Compare(ctx, nil, split.WholeAsTrain(x), []Candidate{{"a", Simple{}}, {"b", Simple{}}}, CompareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Scores[1].Same() || c.Scores[1].Behind != (evaluate.Interval{}) || !strings.Contains(c.Summary(), "cannot tell it from b") || !strings.Contains(c.String(), "not told apart") {
		t.Error(c)
	}
}

func TestWhatIsLeftMissingComesLast(t *testing.T) {
	x := tableOf(t, nil, column("a", 1.0, 1.1, 1.2, 1.3, 1.4, 1.5), column("s", "u", "u", "u", "u", "v", "u"))
	nothing := Constant{Value: IntValue(0), Columns: []string{"a"}} // leaves the text
	c, err := Compare(ctx, nil, split.WholeAsTrain(x), []Candidate{{"line", Interpolate{}}, {"mean", Simple{}}, {"zero", nothing}}, CompareOptions{Share: 0.5, Repeats: 8})
	if err != nil {
		t.Fatal(err)
	}
	last := c.Scores[2]
	if last.Name != "line" || last.Left == 0 || last.Columns[0].Left != last.Left || !strings.Contains(c.Summary(), "line left") {
		t.Errorf("%v", c)
	}
	for _, s := range c.Scores {
		if s.Name != "mean" && s.Accuracy.Value != 0 {
			t.Errorf("%s fills no text, and is right in %v", s.Name, s.Accuracy)
		}
	}
}

func TestTextsAloneAreRankedByAccuracy(t *testing.T) {
	x := tableOf(t, nil, column("s", "u", "u", "v", "v", "v", "v", "w", "u", "v", "v"))
	c, err := Compare(ctx, nil, split.WholeAsTrain(x), []Candidate{{"w", Constant{Value: TextValue("w")}}, {"mode", Simple{}}}, CompareOptions{Share: 0.4, Repeats: 10})
	if err != nil {
		t.Fatal(err)
	}
	if c.Scores[0].Name != "mode" || !math.IsNaN(c.Scores[0].RMSE.Value) || c.Scores[1].Behind.Value <= 0 {
		t.Errorf("%v", c)
	}
}

func TestComparisonsThatCannotBeMade(t *testing.T) {
	x := tableOf(t, nil, column("a", 1.0, 2.0, 3.0), column("one", 1.0, nil, nil))
	ok := []Candidate{{"", Simple{}}}
	fails := errors.New("no luck")
	shorter := must(x.Take([]int{0}))(t)
	for _, c := range []struct {
		name       string
		candidates []Candidate
		o          CompareOptions
		x          frame.Table
		want       error
	}{
		{"no candidates", nil, CompareOptions{}, x, ErrOption},
		{"no imputer", []Candidate{{Name: "x"}}, CompareOptions{}, x, ErrOption},
		{"one name twice", []Candidate{{"", Simple{}}, {"", Simple{}}}, CompareOptions{}, x, ErrOption},
		{"everything hidden", ok, CompareOptions{Share: 1}, x, ErrOption},
		{"NaN", ok, CompareOptions{Share: math.NaN()}, x, ErrOption},
		{"repeats below 0", ok, CompareOptions{Repeats: -1}, x, ErrOption},
		{"unknown column", ok, CompareOptions{Columns: []string{"b"}}, x, frame.ErrColumn},
		{"nothing to hide", ok, CompareOptions{Columns: []string{"one"}}, x, ErrEmpty},
		{"no rows", ok, CompareOptions{}, must(x.Take(nil))(t), ErrEmpty},
		{"a candidate that fails", []Candidate{{"bad", oracle{"bad", x, fails}}}, CompareOptions{}, x, fails},
		{"a candidate that drops rows", []Candidate{{"short", oracle{"short", shorter, nil}}}, CompareOptions{}, x, frame.ErrShape},
	} {
		if _, err := Compare(ctx, nil, split.WholeAsTrain(c.x), c.candidates, c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestComparisonIsEscaped(t *testing.T) {
	x := tableOf(t, nil, column("<i>", 1.0, 2.0, 3.0))
	c, err := Compare(ctx, nil, split.WholeAsTrain(x), []Candidate{{"<b>\n", Simple{}}}, CompareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if h := c.HTML(); strings.Contains(h, "<b>") || strings.Contains(h, "<i>") || !strings.Contains(h, `class="tlkit-table"`) {
		t.Error(h)
	}
	if (&Comparison{}).String() == "" || (&Comparison{}).HTML() == "" {
		t.Error("a comparison of nothing says nothing")
	}
}

func ExampleCompare() {
	// Width is half of height, so that one can be told from the other.
	height, width := make([]frame.Cell[float64], 40), make([]frame.Cell[float64], 40)
	for i := range height {
		height[i].Value = float64(i * i % 41)
		width[i].Value = height[i].Value / 2
	}
	table, err := frame.New(nil, frame.Series("height", height), frame.Series("width", width))
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := Compare(context.Background(), nil, split.WholeAsTrain(table), []Candidate{{"mean", Simple{}}, {"neighbours", KNN{Neighbors: 1}}, {"iterative", Iterative{}}}, CompareOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range c.Scores {
		fmt.Printf("%s: RMSE below a half: %v\n", s.Name, s.RMSE.High < 0.5)
	}
	// Output:
	// iterative: RMSE below a half: true
	// neighbours: RMSE below a half: true
	// mean: RMSE below a half: false
}
