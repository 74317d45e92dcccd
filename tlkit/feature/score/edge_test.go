package score

import (
	"math"
	"testing"
)

// Where squares overflow or vanish the scores are to be those of the column at scale 1.
func TestScalesDoNotMatter(t *testing.T) {
	x, classes, y := tall(200, 3)
	for name, f := range scorers(classes, y) {
		if name == "Variance" || name == "ChiSquare" {
			continue
		}
		want, err := f(ctx, nil, x)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, e := range []int{-1000, -520, 520, 1019} {
			scaled := make([][]float64, len(x))
			for j, c := range x {
				for _, v := range c {
					scaled[j] = append(scaled[j], math.Ldexp(v, e))
				}
			}
			got, err := f(ctx, nil, scaled)
			if err != nil {
				t.Fatal(name, err)
			}
			for i := range want {
				if d := math.Abs(got[i] - want[i]); !(d <= 1e-12*math.Abs(want[i])+1e-15 || got[i] != got[i] && want[i] != want[i]) {
					t.Errorf("%s at 2^%d: number %d is %v, want %v", name, e, i, got[i], want[i])
				}
			}
		}
	}
}

func TestFarFromZeroKeepsDigits(t *testing.T) {
	x, classes, y := tall(500, 2)
	for j := range x { // multiples of 2^-20 can be moved by 2^30 exactly
		for i, v := range x[j] {
			x[j][i] = math.Round(v*0x1p20) / 0x1p20
		}
	}
	for name, f := range scorers(classes, y) {
		if name != "ANOVA" && name != "Pearson" && name != "PearsonMatrix" && name != "Variance" {
			continue
		}
		want, _ := f(ctx, nil, x)
		moved := make([][]float64, len(x))
		for j, c := range x {
			for _, v := range c {
				moved[j] = append(moved[j], v+0x1p30)
			}
		}
		got, err := f(ctx, nil, moved)
		if err != nil {
			t.Fatal(name, err)
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-8*math.Abs(want[i]) {
				t.Errorf("%s: number %d is %v, want %v", name, i, got[i], want[i])
			}
		}
	}
}

func TestConstantColumns(t *testing.T) {
	x := [][]float64{{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, {0.1, 0.1, 0.1, 0.1, 0.3, 0.3, 0.3}}
	classes, y := []int{0, 0, 0, 0, 1, 1, 1}, []float64{1, 2, 3, 4, 5, 6, 7}
	a := must[Result](t)(ANOVA(ctx, nil, x, classes))
	if a.Score[0] == a.Score[0] || a.P[0] == a.P[0] || !math.IsInf(a.Score[1], 1) || a.P[1] != 0 {
		t.Errorf("ANOVA: %v, want NaN for the constant and +Inf, 0 for the class itself", a)
	}
	r := must[Result](t)(Pearson(ctx, nil, x, y, LinearOptions{}))
	if r.Score[0] != 0 || r.P[0] != 1 {
		t.Errorf("Pearson: %v, want 0 with p = 1", r)
	}
	f := must[Result](t)(FRegression(ctx, nil, [][]float64{x[0], y}, y, LinearOptions{}))
	if f.Score[0] != 0 || f.P[0] != 1 || f.Score[1] != math.MaxFloat64 || f.P[1] != 0 {
		t.Errorf("FRegression: %v", f)
	}
	s := must[Result](t)(Spearman(ctx, nil, x, y))
	if s.Score[0] == s.Score[0] || s.P[0] == s.P[0] {
		t.Errorf("Spearman: %v, want NaN", s)
	}
	m := must[Result](t)(MutualInformationClasses(ctx, nil, x, classes, MutualOptions{}))
	if m.Score[0] != 0 {
		t.Errorf("MutualInformationClasses: %v, want 0", m)
	}
	v := must[[]Spread](t)(Variance(ctx, nil, x))
	if v[0].Variance != 0 {
		t.Errorf("Variance: %v, want exactly 0", v)
	}
}

func TestTwoRowsHaveNoProbability(t *testing.T) {
	x, y := [][]float64{{1, 2}, {3, 3}}, []float64{5, 7}
	f := must[Result](t)(FRegression(ctx, nil, x, y, LinearOptions{}))
	if f.Score[0] != 0 || f.Score[1] != 0 || f.P[0] == f.P[0] || f.P[1] == f.P[1] {
		t.Errorf("%v, want F = 0 and p = NaN", f)
	}
}
