package estimate

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
)

// FuzzFit: whatever the numbers are, a fit is an error or a model with finite answers, and
// comes in time.
func FuzzFit(f *testing.F) {
	f.Add(uint8(2), []byte("numbers of any kind, eight bytes each, some of them whole"))
	f.Add(uint8(1), make([]byte, 80))
	f.Add(uint8(3), binary.LittleEndian.AppendUint64(make([]byte, 96), math.Float64bits(1e300)))
	f.Add(uint8(9), binary.LittleEndian.AppendUint64(make([]byte, 160), math.Float64bits(1e-300)))
	f.Fuzz(func(t *testing.T, width uint8, b []byte) {
		p := int(width%12) + 1
		n := min(len(b)/(p+1), 40)
		if n == 0 {
			return
		}
		// One byte a number, of many scales and with many ties.
		number := func(c byte) float64 {
			return float64(int8(c)%16) * math.Pow(10, float64(int(c)/16%8)*float64(width%5)*3-20)
		}
		x, y, labels := mat.NewDense(n, p, nil), make([]float64, n), make([]string, n)
		for i := range n {
			for j := range p {
				x.Set(i, j, number(b[i*(p+1)+j]))
			}
			y[i] = number(b[i*(p+1)+p])
			labels[i] = fmt.Sprint(b[i*(p+1)+p] % 3)
		}
		ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
		defer stop()
		for name, fit := range map[string]func() (Model, error){
			"least squares": func() (Model, error) { return LinearRegression{}.Fit(ctx, nil, x, y) },
			"ridge":         func() (Model, error) { return Ridge{NoIntercept: true}.Fit(ctx, nil, x, y) },
			"lasso":         func() (Model, error) { return Lasso{Alpha: 0.01}.Fit(ctx, nil, x, y) },
			"positive":      func() (Model, error) { return ElasticNet{Alpha: -1, Positive: true}.Fit(ctx, nil, x, y) },
			"lasso cv": func() (Model, error) {
				return LassoCV{Folds: Folds{Count: 2}, Grid: Grid{Count: 5}}.Fit(ctx, nil, x, y)
			},
			"logistic":   func() (Model, error) { return Logistic{}.Fit(ctx, nil, x, labels) },
			"sparse":     func() (Model, error) { return Logistic{L1Ratio: 0.9, Balanced: true}.Fit(ctx, nil, x, labels) },
			"neighbours": func() (Model, error) { return KNNRegressor{Neighbors: 1, Search: Brute}.Fit(ctx, nil, x, y) },
		} {
			m, err := fit()
			if ctx.Err() != nil {
				t.Fatalf("%s takes more than 20 s for %d×%d", name, n, p)
			}
			if err != nil {
				continue
			}
			if err := ask(m, x); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
