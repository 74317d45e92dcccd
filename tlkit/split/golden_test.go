package split

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"transferlab/tlkit/internal/golden"
)

// reference is what testdata/golden.py made with scikit-learn and SciPy.
type reference struct {
	Series []struct {
		N, K, Size, Most, Gap int
		Folds                 [][2][2]int // train and test, each from, to; nil: refused
	}
	Smirnov []struct {
		Name string
		A, B []float64
		D, P float64
	}
	Large []struct {
		N, M  int
		Shift float64
		D, P  float64
	}
	Limit [][2]float64
	Chi   []struct {
		Table    [2][]float64
		X2, P, V float64
		Rough    bool
	}
}

func readGolden(t *testing.T) (g reference) {
	t.Helper()
	return golden.Read[reference](t, "testdata/golden.json.gz")
}

func span(r [2]int) []int {
	out := []int{}
	for i := r[0]; i < r[1]; i++ {
		out = append(out, i)
	}
	return out
}

// The folds are those of scikit-learn's TimeSeriesSplit, and so is what is refused.
func TestTimeSeriesIsThatOfScikitLearn(t *testing.T) {
	made := 0
	for _, c := range readGolden(t).Series {
		o := TimeSeriesOptions{K: c.K, TestSize: c.Size, MaxTrain: c.Most, Gap: Gap{GapItems: c.Gap}}
		name := fmt.Sprintf("%+v of %d", o, c.N)
		folds, err := TimeSeries(ByOrder(c.N), o).Parts(ctx)
		if c.Folds == nil {
			if !errors.Is(err, ErrFolds) {
				t.Errorf("%s: %v, and scikit-learn refuses it", name, err)
			}
			continue
		}
		if err != nil || len(folds) != len(c.Folds) {
			t.Errorf("%s: %d folds, %v", name, len(folds), err)
			continue
		}
		made++
		for k, f := range folds {
			if !slices.Equal(f.Train, span(c.Folds[k][0])) || !slices.Equal(f.Test, span(c.Folds[k][1])) || len(f.Valid) > 0 {
				t.Errorf("%s: fold %d: %v %v, want %v", name, k, f.Train, f.Test, c.Folds[k])
			}
			checkCover(t, f, c.N)
		}
	}
	if made < 200 {
		t.Errorf("only %d cases have folds", made)
	}
}

func near(got, want float64) bool { return math.Abs(got-want) <= 1e-9*math.Abs(want)+1e-300 }

func TestKolmogorovSmirnovIsThatOfSciPy(t *testing.T) {
	g := readGolden(t)
	for _, c := range g.Smirnov {
		slices.Sort(c.A)
		slices.Sort(c.B)
		if d, p := kolmogorovSmirnov(c.A, c.B); !near(d, c.D) || !near(p, c.P) {
			t.Errorf("%s: %v %v, want %v %v", c.Name, d, p, c.D, c.P)
		}
		if d, p := kolmogorovSmirnov(c.B, c.A); !near(d, c.D) || !near(p, c.P) {
			t.Errorf("%s, turned: %v %v, want %v %v", c.Name, d, p, c.D, c.P)
		}
	}
	for _, c := range g.Large {
		a, b := make([]float64, c.N), make([]float64, c.M)
		for i := range a {
			a[i] = float64(i) / float64(c.N)
		}
		for i := range b {
			b[i] = float64(i)/float64(c.M) + c.Shift
		}
		if d, p := kolmogorovSmirnov(a, b); !near(d, c.D) || !near(p, c.P) {
			t.Errorf("%d and %d, %v apart: %v %v, want %v %v", c.N, c.M, c.Shift, d, p, c.D, c.P)
		}
	}
	for _, c := range g.Limit {
		if p := kolmogorovLimit(c[0]); !near(p, c[1]) {
			t.Errorf("limit at %v: %v, want %v", c[0], p, c[1])
		}
	}
}

func TestChiSquareIsThatOfSciPy(t *testing.T) {
	for _, c := range readGolden(t).Chi {
		x2, p, v, rough, ok := chiSquare(c.Table)
		if !ok || !near(x2, c.X2) || !near(p, c.P) || !near(v, c.V) || rough != c.Rough {
			t.Errorf("%v: %v %v %v %v, want %v %v %v %v", c.Table, x2, p, v, rough, c.X2, c.P, c.V, c.Rough)
		}
	}
}
