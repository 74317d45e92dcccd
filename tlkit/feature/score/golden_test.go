package score

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"transferlab/tlkit/internal/golden"

	"gonum.org/v1/gonum/mat"
)

// number is a float64 that may be NaN or infinite, which JSON writes as text.
type number float64

func (v *number) UnmarshalJSON(b []byte) error {
	s, err := strconv.Unquote(string(b))
	if err != nil {
		s = string(b)
	}
	f, err := strconv.ParseFloat(s, 64)
	*v = number(f)
	return err
}

func floats(v []number) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}

func table(v [][]number) [][]float64 {
	out := make([][]float64, len(v))
	for i, c := range v {
		out[i] = floats(c)
	}
	return out
}

type (
	pair   struct{ Score, P []number }
	moment struct{ Mean, Deviation []number }
	kept   map[string][]int
)

// reference is what the references say; see testdata/golden.py.
type reference struct {
	Cases []struct {
		Name           string
		Columns        [][]number
		Classes        []int
		Y              []number
		Discrete       []bool
		Threshold      float64
		Variance       []number
		Varying        [][]int
		ANOVA          pair
		Chi2           *pair
		Spearman       pair
		PearsonMatrix  [][]number
		SpearmanMatrix [][]number
		Linear         []struct {
			NoCenter, KeepInfinite bool
			R, F, P                []number
		}
		Classes3, Classes7, Numbers3, Numbers7 *moment
	}
	NaN []struct {
		V        []number
		Variance number
		Missing  int
	}
	F, Chi [][]float64
	Keep   []struct {
		Score, P                        []number
		Best, Percentile, FPR, FDR, FWE kept
	}
}

func readGolden(t *testing.T) reference {
	t.Helper()
	return golden.Read[reference](t, "testdata/golden.json.gz")
}

// same reports numbers that are neither both NaN nor within relative of each other, or
// within absolute.
func same(t *testing.T, what string, got []float64, want []number, relative, absolute float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	for i, g := range got {
		w := float64(want[i])
		if g == w || g != g && w != w || math.Abs(g-w) <= relative*math.Abs(w)+absolute {
			continue
		}
		t.Errorf("%s: number %d is %v, want %v", what, i, g, w)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestVarianceIsScikitLearns(t *testing.T) {
	g := readGolden(t)
	for _, c := range g.Cases {
		s := must[[]Spread](t)(Variance(context.Background(), nil, table(c.Columns)))
		v := make([]float64, len(s))
		for j := range s {
			v[j] = s[j].Variance
		}
		same(t, c.Name, v, c.Variance, 1e-12, 0)
		for k, threshold := range []float64{0, c.Threshold} {
			if got := must[[]int](t)(Varying(s, threshold)); !slices.Equal(got, c.Varying[k]) {
				t.Errorf("%s, threshold %v: kept %v, want %v", c.Name, threshold, got, c.Varying[k])
			}
		}
	}
	for _, c := range g.NaN {
		s := must[[]Spread](t)(Variance(context.Background(), nil, [][]float64{floats(c.V)}))
		same(t, fmt.Sprint("variance of ", c.V), []float64{s[0].Variance}, []number{c.Variance}, 1e-12, 0)
		if s[0].Missing != c.Missing {
			t.Errorf("%v: %d missing, want %d", c.V, s[0].Missing, c.Missing)
		}
	}
}

func TestANOVAIsScikitLearns(t *testing.T) {
	for _, c := range readGolden(t).Cases {
		r := must[Result](t)(ANOVA(context.Background(), nil, table(c.Columns), c.Classes))
		same(t, c.Name+" F", r.Score, c.ANOVA.Score, 1e-9, 0)
		same(t, c.Name+" p", r.P, c.ANOVA.P, 1e-9, 0)
	}
}

func TestChiSquareIsScikitLearns(t *testing.T) {
	for _, c := range readGolden(t).Cases {
		if c.Chi2 == nil {
			continue
		}
		r := must[Result](t)(ChiSquare(context.Background(), nil, table(c.Columns), c.Classes))
		same(t, c.Name+" chi2", r.Score, c.Chi2.Score, 1e-9, 1e-12)
		same(t, c.Name+" p", r.P, c.Chi2.P, 1e-9, 1e-300)
	}
}

func TestPearsonAndFRegressionAreScikitLearns(t *testing.T) {
	for _, c := range readGolden(t).Cases {
		for _, l := range c.Linear {
			o := LinearOptions{NoCenter: l.NoCenter, KeepInfinite: l.KeepInfinite}
			what := fmt.Sprintf("%s %+v", c.Name, o)
			r := must[Result](t)(Pearson(context.Background(), nil, table(c.Columns), floats(c.Y), o))
			same(t, what+" r", r.Score, l.R, 1e-9, 1e-13)
			f := must[Result](t)(FRegression(context.Background(), nil, table(c.Columns), floats(c.Y), o))
			for j, r := range l.R {
				// Of a perfect line nothing but rounding is left in 1−r².
				if 1-math.Abs(float64(r)) < 1e-12 && f.Score[j] > 1e10 && f.P[j] < 1e-15 {
					l.F[j], l.P[j] = number(f.Score[j]), number(f.P[j])
				}
			}
			same(t, what+" F", f.Score, l.F, 1e-9, 1e-12)
			same(t, what+" p", f.P, l.P, 1e-9, 0)
			same(t, what+" p of r", r.P, l.P, 1e-9, 0)
		}
	}
}

func TestSpearmanIsSciPys(t *testing.T) {
	for _, c := range readGolden(t).Cases {
		r := must[Result](t)(Spearman(context.Background(), nil, table(c.Columns), floats(c.Y)))
		same(t, c.Name+" r", r.Score, c.Spearman.Score, 1e-12, 1e-15)
		same(t, c.Name+" p", r.P, c.Spearman.P, 1e-9, 1e-20)
	}
}

func TestMatricesAreNumPysAndSciPys(t *testing.T) {
	for _, c := range readGolden(t).Cases {
		x := table(c.Columns)
		if c.PearsonMatrix != nil {
			m := must[*mat.SymDense](t)(PearsonMatrix(context.Background(), nil, x))
			sameMatrix(t, c.Name+" Pearson", m, c.PearsonMatrix)
		}
		if c.SpearmanMatrix != nil {
			m := must[*mat.SymDense](t)(SpearmanMatrix(context.Background(), nil, x))
			sameMatrix(t, c.Name+" Spearman", m, c.SpearmanMatrix)
		}
	}
}

func sameMatrix(t *testing.T, what string, m *mat.SymDense, want [][]number) {
	t.Helper()
	for i, row := range want {
		got := make([]float64, len(row))
		for j := range row {
			got[j] = m.At(i, j)
		}
		same(t, fmt.Sprintf("%s, row %d", what, i), got, row, 1e-9, 1e-13)
	}
}

// Where the noise does not move the reference's estimate, it is to be the same; where it
// does, within six deviations of its mean.
func TestMutualInformationIsScikitLearns(t *testing.T) {
	for _, c := range readGolden(t).Cases {
		x, y := table(c.Columns), floats(c.Y)
		for k, want := range map[int]*moment{3: c.Classes3, 7: c.Classes7} {
			for seed := range uint64(2) {
				o := MutualOptions{Neighbors: k, Discrete: c.Discrete, Seed: seed}
				r := must[Result](t)(MutualInformationClasses(context.Background(), nil, x, c.Classes, o))
				within(t, fmt.Sprintf("%s, classes, k=%d", c.Name, k), x, r.Score, want)
			}
		}
		for k, want := range map[int]*moment{3: c.Numbers3, 7: c.Numbers7} {
			if want == nil {
				continue
			}
			for seed := range uint64(2) {
				o := MutualOptions{Neighbors: k, Discrete: c.Discrete, Seed: seed}
				r := must[Result](t)(MutualInformation(context.Background(), nil, x, y, o))
				if constant(y) {
					want = nil
				}
				within(t, fmt.Sprintf("%s, numbers, k=%d", c.Name, k), x, r.Score, want)
			}
		}
	}
}

func within(t *testing.T, what string, columns [][]float64, got []float64, want *moment) {
	t.Helper()
	for j, g := range got {
		if want == nil || constant(columns[j]) {
			if g != 0 {
				t.Errorf("%s: column %d tells %v, want 0", what, j, g)
			}
			continue
		}
		mean, deviation := float64(want.Mean[j]), float64(want.Deviation[j])
		if !(math.Abs(g-mean) <= 6*deviation+1e-9) {
			t.Errorf("%s: column %d tells %v, want %v ± %v", what, j, g, mean, deviation)
		}
	}
}

func TestTailsAreSciPys(t *testing.T) {
	g := readGolden(t)
	for _, r := range g.F {
		same(t, fmt.Sprint("F ", r[:3]), []float64{fTail(r[0], r[1], r[2])}, []number{number(r[3])}, 1e-9, 0)
	}
	for _, r := range g.Chi {
		same(t, fmt.Sprint("χ² ", r[:2]), []float64{chiSquareTail(int(r[0]), r[1])}, []number{number(r[2])}, 1e-9, 1e-300)
	}
}

func TestKeepingIsScikitLearns(t *testing.T) {
	for i, k := range readGolden(t).Keep {
		score, p := floats(k.Score), floats(k.P)
		for what, c := range map[string]struct {
			want kept
			got  func(v float64) ([]int, error)
		}{
			"best":       {k.Best, func(v float64) ([]int, error) { return KBest(score, int(v)) }},
			"percentile": {k.Percentile, func(v float64) ([]int, error) { return Percentile(score, v) }},
			"fpr":        {k.FPR, func(v float64) ([]int, error) { return FalsePositiveRate(p, v) }},
			"fdr":        {k.FDR, func(v float64) ([]int, error) { return FalseDiscoveryRate(p, v) }},
			"fwe":        {k.FWE, func(v float64) ([]int, error) { return FamilyWise(p, v) }},
		} {
			for v, want := range c.want {
				f, err := strconv.ParseFloat(v, 64)
				if err != nil {
					t.Fatal(err)
				}
				if got := must[[]int](t)(c.got(f)); !slices.Equal(got, want) {
					t.Errorf("scores %d, %s %s: kept %v, want %v", i, what, v, got, want)
				}
			}
		}
	}
}
