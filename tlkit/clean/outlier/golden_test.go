package outlier

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"sync"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// The expected numbers come from pandas, SciPy and scikit-learn: testdata/golden.py.

type num float64

func (n *num) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"nan"`:
		*n = num(math.NaN())
	case `"inf"`:
		*n = num(math.Inf(1))
	case `"-inf"`:
		*n = num(math.Inf(-1))
	default:
		return json.Unmarshal(b, (*float64)(n))
	}
	return nil
}

type golden struct {
	Columns []struct {
		Name                                     string
		Values                                   []num
		Q1, Q3, IQR, Mean, SD0, SD1, Median, MAD num
		P                                        []num
		Z, M, Clipped, Masked                    []num
		IQROut, ZOut, MOut                       []int
	}
	Forests []struct {
		Name          string
		Columns       [][]num
		Contamination float64
		Mean, SD      []num
		Spearman      []num
		Threshold     []num
		Found         []int
		Odd           []int
		AUC           []num
	}
	PathLengths [][2]float64
}

var goldens = sync.OnceValues(func() (golden, error) {
	var g golden
	b, err := os.ReadFile("testdata/golden.json")
	if err == nil {
		err = json.Unmarshal(b, &g)
	}
	return g, err
})

func reference(t *testing.T) golden {
	t.Helper()
	g, err := goldens()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// near compares to 1e-9 relative, NaN and infinities as they are.
func near(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b))
}

func same(t *testing.T, what string, got []float64, want []num) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !near(got[i], float64(want[i])) {
			t.Errorf("%s: row %d is %v, want %v", what, i, got[i], float64(want[i]))
		}
	}
}

// floats makes a table of columns a, b, …
func floats(t testing.TB, cols ...[]num) frame.Table {
	t.Helper()
	var table frame.Table
	for k, c := range cols {
		cells := make([]frame.Cell[float64], len(c))
		for i, v := range c {
			cells[i].Value = float64(v)
		}
		var err error
		if table, err = table.With(frame.Series(string(rune('a'+k)), cells)); err != nil {
			t.Fatal(err)
		}
	}
	return table
}

func fitted(t testing.TB, table frame.Table, o Options) *Bounds {
	t.Helper()
	b, err := Fit(split.WholeAsTrain(table), o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func outside(t testing.TB, b *Bounds, table frame.Table) (rows []int) {
	t.Helper()
	v, err := table.Numbers("a")
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range v[0] {
		if b.Columns[0].Outside(x) {
			rows = append(rows, i)
		}
	}
	return rows
}

func TestBoundsAsPandasAndSciPy(t *testing.T) {
	for _, c := range reference(t).Columns {
		t.Run(c.Name, func(t *testing.T) {
			table := floats(t, c.Values)
			check := func(what string, got, want float64) {
				t.Helper()
				if !near(got, want) {
					t.Errorf("%s is %v, want %v", what, got, want)
				}
			}
			scores := func(b *Bounds) []float64 {
				s, err := b.Scores(table)
				if err != nil {
					t.Fatal(err)
				}
				return s[0]
			}
			b := fitted(t, table, Options{})
			if !b.Columns[0].None() {
				q := b.Columns[0]
				check("q1", q.From, float64(c.Q1))
				check("q3", q.To, float64(c.Q3))
				check("iqr", q.Spread, float64(c.IQR))
				if got := outside(t, b, table); !slices.Equal(got, c.IQROut) {
					t.Errorf("fences: outliers %v, want %v", got, c.IQROut)
				}
				for action, want := range map[Action][]num{Clip: c.Clipped, SetMissing: c.Masked} {
					out, _, err := b.Apply(table, ApplyOptions{Action: action})
					if err != nil {
						t.Fatal(err)
					}
					got, err := out.Numbers("a")
					if err != nil {
						t.Fatal(err)
					}
					same(t, action.String(), got[0], want)
				}
			} else if c.IQROut != nil {
				t.Errorf("no fences: %s", b.Columns[0].Note)
			}
			b = fitted(t, table, Options{Method: ZScore})
			if !b.Columns[0].None() {
				check("mean", b.Columns[0].From, float64(c.Mean))
				check("deviation", b.Columns[0].Spread, float64(c.SD0))
				same(t, "z", scores(b), c.Z)
				if got := outside(t, b, table); !slices.Equal(got, c.ZOut) {
					t.Errorf("z-score: outliers %v, want %v", got, c.ZOut)
				}
				check("deviation, ddof 1", fitted(t, table, Options{Method: ZScore, DDOF: 1}).Columns[0].Spread, float64(c.SD1))
			} else if c.Z != nil {
				t.Errorf("no z-scores: %s", b.Columns[0].Note)
			}
			b = fitted(t, table, Options{Method: MAD})
			if !b.Columns[0].None() {
				check("median", b.Columns[0].From, float64(c.Median))
				check("mad", b.Columns[0].Spread, float64(c.MAD))
				same(t, "modified z", scores(b), c.M)
				if got := outside(t, b, table); !slices.Equal(got, c.MOut) {
					t.Errorf("MAD: outliers %v, want %v", got, c.MOut)
				}
			} else if c.M != nil {
				t.Errorf("no modified z-scores: %s", b.Columns[0].Note)
			}
			if math.IsNaN(float64(c.Median)) {
				return
			}
			for k, o := range []Options{{Method: Percentile}, {Method: Percentile, Lower: 0.1, Upper: 0.5}} {
				b = fitted(t, table, o)
				check("low percentile", b.Columns[0].Low, float64(c.P[2*k]))
				check("high percentile", b.Columns[0].High, float64(c.P[2*k+1]))
			}
		})
	}
}

func TestPathLengths(t *testing.T) {
	for _, p := range reference(t).PathLengths {
		if got := pathLength(int(p[0])); math.Abs(got-p[1]) > 1e-14*p[1] {
			t.Errorf("c(%v) is %v, want %v", p[0], got, p[1])
		}
	}
}

// TestForestAsScikitLearn compares ten of our seeds with ten of scikit-learn's: the scores
// of each row agree within what chance allows, rank the rows as scikit-learn's seeds rank
// them among themselves, and find planted outliers as well.
func TestForestAsScikitLearn(t *testing.T) {
	const seeds = 10
	for _, c := range reference(t).Forests {
		t.Run(c.Name, func(t *testing.T) {
			table := floats(t, c.Columns...)
			train := split.WholeAsTrain(table)
			mean := make([]float64, table.Nrow())
			worstAUC, meanAUC, threshold, all := 1.0, 0.0, 0.0, 0.0
			for seed := range uint64(seeds) {
				f, err := FitForest(context.Background(), nil, train, ForestOptions{Seed: seed, Contamination: c.Contamination})
				if err != nil {
					t.Fatal(err)
				}
				s, err := f.Scores(context.Background(), nil, table)
				if err != nil {
					t.Fatal(err)
				}
				found := 0
				for i, v := range s {
					mean[i] += v / seeds
					if v > f.Threshold {
						found++
					}
				}
				threshold += f.Threshold / seeds
				if c.Contamination > 0 && found != c.Found[0] {
					t.Errorf("seed %d finds %d rows, scikit-learn %d", seed, found, c.Found[0])
				}
				all += float64(found) / seeds
				if c.Odd != nil {
					a := auc(s, c.Odd)
					worstAUC, meanAUC = min(worstAUC, a), meanAUC+a/seeds
				}
			}
			theirFound, deviation := 0.0, 0.0
			for _, n := range c.Found {
				theirFound += float64(n) / float64(len(c.Found))
			}
			for _, n := range c.Found {
				deviation += (float64(n) - theirFound) * (float64(n) - theirFound) / float64(len(c.Found)-1)
			}
			if math.Abs(all-theirFound) > 0.5+3*math.Sqrt(deviation*2/seeds) {
				t.Errorf("%.1f rows found, scikit-learn %.1f", all, theirFound)
			}
			want, spread := make([]float64, len(c.Mean)), 0.0
			for i, v := range c.Mean {
				want[i] = float64(v)
			}
			// In units of its own standard error the difference of two means has a mean
			// square of 1.
			squares, counted := 0.0, 0
			for i := range mean {
				if sd := float64(c.SD[i]); sd > 1e-9 {
					d := (mean[i] - want[i]) / (sd * math.Sqrt(2.0/seeds))
					squares, counted, spread = squares+d*d, counted+1, spread+sd
				} else if !near(mean[i], want[i]) {
					t.Errorf("row %d scores %v, want %v", i, mean[i], want[i])
				}
			}
			if counted == 0 {
				return
			}
			spread /= float64(counted)
			if rms := math.Sqrt(squares / float64(counted)); rms > 1.5 {
				t.Errorf("scores differ by %.2f standard errors", rms)
			}
			ownWorst := 1.0
			for _, s := range c.Spearman {
				ownWorst = min(ownWorst, float64(s))
			}
			if r := spearman(mean, want); r < 0.95 || r < ownWorst {
				t.Errorf("rank correlation with scikit-learn %.4f; its own seeds have at least %.4f", r, ownWorst)
			}
			theirs := 0.0
			for _, v := range c.Threshold {
				theirs += float64(v) / float64(len(c.Threshold))
			}
			if math.Abs(threshold-theirs) > spread {
				t.Errorf("threshold %v, scikit-learn's %v", threshold, theirs)
			}
			if c.Odd != nil {
				low, mid := 1.0, 0.0
				for _, a := range c.AUC {
					low, mid = min(low, float64(a)), mid+float64(a)/float64(len(c.AUC))
				}
				if meanAUC < low-1e-9 || worstAUC < low-(mid-low)-1e-3 {
					t.Errorf("area under the curve %.4f, at worst %.4f; scikit-learn's %.4f, at worst %.4f", meanAUC, worstAUC, mid, low)
				}
			}
		})
	}
}

// auc is the share of pairs of an odd and an ordinary row in which the odd one scores higher.
func auc(scores []float64, odd []int) float64 {
	won, pairs := 0.0, 0.0
	for _, i := range odd {
		for j := range scores {
			if slices.Contains(odd, j) {
				continue
			}
			switch pairs++; {
			case scores[i] > scores[j]:
				won++
			case scores[i] == scores[j]:
				won += 0.5
			}
		}
	}
	return won / pairs
}

// spearman is the correlation of ranks; equal values share their ranks' mean.
func spearman(a, b []float64) float64 {
	ranks := func(v []float64) []float64 {
		out := make([]float64, len(v))
		for i := range v {
			for j := range v {
				if v[j] < v[i] {
					out[i]++
				} else if v[j] == v[i] {
					out[i] += 0.5
				}
			}
		}
		return out
	}
	x, y := ranks(a), ranks(b)
	n, sx, sy := float64(len(x)), 0.0, 0.0
	for i := range x {
		sx, sy = sx+x[i]/n, sy+y[i]/n
	}
	xy, xx, yy := 0.0, 0.0, 0.0
	for i := range x {
		xy, xx, yy = xy+(x[i]-sx)*(y[i]-sy), xx+(x[i]-sx)*(x[i]-sx), yy+(y[i]-sy)*(y[i]-sy)
	}
	return xy / math.Sqrt(xx*yy)
}
