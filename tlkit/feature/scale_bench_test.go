package feature

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/frame"
)

// million is a table of a million rows of 20 floats, of which a share is missing.
func million(b *testing.B, missing float64, of func(float64) float64) frame.Table {
	rng := rand.New(rand.NewPCG(1, 2))
	t := frame.Table{}
	for j := range 20 {
		cells := frame.MakeCells[float64](1_000_000)
		for i := range cells {
			cells[i].Value = of(rng.NormFloat64()*float64(j+1) + 10)
			cells[i].Null = missing > 0 && rng.Float64() < missing
		}
		var err error
		if t, err = t.With(frame.Series("c"+strconv.Itoa(j), cells)); err != nil {
			b.Fatal(err)
		}
	}
	return t
}

// Each scaler learns from a million rows of 20 columns, and makes their features.
func BenchmarkScalers(b *testing.B) {
	same := func(x float64) float64 { return x }
	positive := func(x float64) float64 { return math.Exp(x / 20) }
	for _, c := range []struct {
		name    string
		missing float64
		of      func(float64) float64
		step    Step
	}{
		{"standard", 0, same, StandardScaler{}},
		{"minmax", 0, same, MinMaxScaler{}},
		{"maxabs", 0, same, MaxAbsScaler{}},
		{"robust", 0, same, RobustScaler{}},
		{"quantile", 0, same, QuantileTransformer{}},
		{"quantile_normal", 0, same, QuantileTransformer{Output: Normal}},
		{"bins", 0, same, Binning{}},
		{"bins_uniform", 0, same, Binning{By: UniformBins}},
		{"bins_kmeans", 0, same, Binning{By: KMeansBins}},
		{"bins_onehot", 0, same, Binning{OneHot: true}},
		{"yeojohnson", 0, same, PowerTransformer{}},
		{"boxcox", 0, positive, PowerTransformer{Method: BoxCox}},
		{"impute", 0.1, same, Impute{By: impute.Simple{}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var t frame.Table
			var f *Fitted
			table := func(b *testing.B) {
				if t.Nrow() == 0 {
					t = million(b, c.missing, c.of)
				}
				b.ResetTimer()
			}
			b.Run("fit", func(b *testing.B) {
				table(b)
				for b.Loop() {
					f = mustFit(b, Pipeline{Steps: []Step{c.step}}, t)
				}
			})
			b.Run("matrix", func(b *testing.B) {
				table(b)
				if f == nil {
					f = mustFit(b, Pipeline{Steps: []Step{c.step}}, t)
					b.ResetTimer()
				}
				for b.Loop() {
					mustMatrix(b, f, t)
				}
			})
		})
	}
}

// A row of 20 numbers goes through each scaler.
func BenchmarkScaledRow(b *testing.B) {
	cells := make([]float64, 2000)
	rng := rand.New(rand.NewPCG(3, 4))
	t := frame.Table{}
	for j := range 20 {
		for i := range cells {
			cells[i] = math.Exp(rng.NormFloat64())
		}
		var err error
		if t, err = t.With(numberColumn("c"+strconv.Itoa(j), cells...)); err != nil {
			b.Fatal(err)
		}
	}
	for name, s := range scalers() {
		b.Run(name, func(b *testing.B) {
			r, err := mustFit(b, Pipeline{Steps: []Step{Impute{}, s}}, t).Row()
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				for k := range 20 {
					if err := r.SetNumber(k, 0.1+float64(k)); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := r.Features(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
