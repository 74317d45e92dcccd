package estimate

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// columnsOf copies some columns.
func columnsOf(x *mat.Dense, columns []int) *mat.Dense {
	n, _ := x.Dims()
	out := mat.NewDense(n, len(columns), nil)
	for k, j := range columns {
		for i := range n {
			out.Set(i, k, x.At(i, j))
		}
	}
	return out
}

// TestGramFitsAnyColumns compares with fits on tables that have these columns alone.
func TestGramFitsAnyColumns(t *testing.T) {
	ctx := context.Background()
	for _, shape := range [][2]int{{300, 12}, {5000, 3}, {400, 300}, {2600, 280}, {20, 30}, {1, 2}} {
		x, y := sparseTable(7, shape[0], shape[1])
		g, err := NewGram(ctx, x, y)
		if err != nil {
			t.Fatal(err)
		}
		if g.Features() != shape[1] || g.Rows() != shape[0] {
			t.Errorf("%v: %d rows, %d features", shape, g.Rows(), g.Features())
		}
		for _, columns := range [][]int{nil, {1}, {1, 0}, rand.New(rand.NewPCG(1, 1)).Perm(shape[1])[:(shape[1]+1)/2]} {
			part := x
			if columns != nil {
				part = columnsOf(x, columns)
			}
			for _, alpha := range []float64{0, 3, -1} {
				got, err := g.Ridge(ctx, alpha, columns)
				if err != nil {
					t.Fatal(err)
				}
				m, err := Ridge{Alpha: alpha}.Fit(ctx, nil, part, y)
				if err != nil {
					t.Fatal(err)
				}
				want := m.(*Linear)
				compare(t, "ridge", append(slices.Clone(got.Coef), got.Intercept), append(slices.Clone(want.Coef), want.Intercept), 1e-9)
			}
			for _, o := range []ElasticNet{{Alpha: 0.1, L1Ratio: 1}, {Alpha: 0.2}, {Alpha: 0.3, L1Ratio: -1}} {
				got, err := g.ElasticNet(ctx, o, columns)
				if err != nil {
					t.Fatal(err)
				}
				m, err := o.Fit(ctx, nil, part, y)
				if err != nil {
					t.Fatal(err)
				}
				want := m.(*LassoModel)
				compare(t, "elastic net", append(slices.Clone(got.Coef), got.Intercept), append(slices.Clone(want.Coef), want.Intercept), 1e-8)
			}
		}
	}
	x, y := sparseTable(7, 30, 4)
	g, err := NewGram(ctx, x, y)
	if err != nil {
		t.Fatal(err)
	}
	if l, err := g.Lasso(ctx, 0.1, []int{2}); err != nil || len(l.Coef) != 1 || l.L1Ratio != 1 {
		t.Errorf("lasso of one column: %+v, %v", l, err)
	}
	for name, c := range map[string]struct {
		columns []int
		want    error
	}{"none": {[]int{}, ErrEmpty}, "twice": {[]int{1, 1}, ErrOption}, "below 0": {[]int{-1}, ErrOption}, "beyond": {[]int{4}, ErrOption}} {
		if _, err := g.Ridge(ctx, 1, c.columns); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := g.Lasso(ctx, 1, c.columns); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := g.Ridge(ctx, math.NaN(), nil); !errors.Is(err, ErrOption) {
		t.Errorf("alpha NaN: %v", err)
	}
	if _, err := NewGram(ctx, x, y[:3]); !errors.Is(err, ErrShape) {
		t.Errorf("too few targets: %v", err)
	}
	y[4] = math.NaN()
	var at *InputError
	if _, err := NewGram(ctx, x, y); !errors.As(err, &at) || at.Row != 4 || at.Feature != -1 {
		t.Errorf("a target that is not a number: %v", err)
	}
}

// TestNearlyCollinearColumnsKeepTheirDigits: y is a sum of columns, all whole numbers, so
// that the coefficients are known. The condition number goes from good to hopeless for the
// products, whose solution alone would lose twice as many digits.
func TestNearlyCollinearColumnsKeepTheirDigits(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(5, 5))
	for _, scale := range []float64{1, 1e2, 1e3, 1e4, 1e5, 1e6} {
		const n = 400
		x, y := mat.NewDense(n, 3, nil), make([]float64, n)
		for i := range n {
			a := math.Round(scale * rng.NormFloat64())
			row := []float64{a, a + float64(rng.IntN(3)-1), float64(rng.IntN(100))}
			x.SetRow(i, row)
			y[i] = 3*row[0] - 2*row[1] + row[2] + 7
		}
		m, err := LinearRegression{}.Fit(ctx, nil, x, y)
		if err != nil {
			t.Fatal(err)
		}
		l := m.(*Linear)
		compare(t, "nearly collinear", append(slices.Clone(l.Coef), l.Intercept), []float64{3, -2, 1, 7}, 1e-9)
	}
}

func TestSumsHaveTheSameBitsOnAnyNumberOfCores(t *testing.T) {
	ctx := context.Background()
	for _, shape := range [][2]int{{30000, 10}, {3000, 270}} {
		x, y := sparseTable(9, shape[0], shape[1])
		labels := make([]string, len(y))
		for i, v := range y {
			labels[i] = string(rune('a' + min(max(int(v/5), 0), 2)))
		}
		var last []float64
		for _, cores := range []int{1, 2, 5} {
			before := runtime.GOMAXPROCS(cores)
			r, err := Ridge{}.Fit(ctx, nil, x, y)
			c, err2 := Logistic{L1Ratio: 1, C: 0.01}.Fit(ctx, nil, x.Slice(0, shape[0], 0, 10), labels)
			runtime.GOMAXPROCS(before)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			now := append(slices.Clone(r.(*Linear).Coef), slices.Concat(c.(*LogisticModel).Coef...)...)
			if last != nil && !slices.Equal(now, last) {
				t.Errorf("%v: other numbers on %d cores", shape, cores)
			}
			last = now
		}
	}
}
