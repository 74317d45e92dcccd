package feature

import (
	"context"
	"math/rand/v2"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

func randomTable(b testing.TB, n, p int) frame.Table {
	rng := rand.New(rand.NewPCG(1, 2))
	var cols []string
	_ = cols
	t := frame.Table{}
	for j := range p {
		c := frame.MakeCells[float64](n)
		for i := range c {
			c[i].Value = rng.NormFloat64()*float64(j+1) + 10
		}
		var err error
		if t, err = t.With(frame.Series(string(rune('a'+j)), c)); err != nil {
			b.Fatal(err)
		}
	}
	return t
}

func BenchmarkStandardFit(b *testing.B) {
	t := randomTable(b, 1_000_000, 20)
	for b.Loop() {
		if _, err := (Pipeline{Steps: []Step{StandardScaler{}}}).Fit(context.Background(), nil, split.WholeAsTrain(t)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStandardMatrix(b *testing.B) {
	t := randomTable(b, 1_000_000, 20)
	f, err := (Pipeline{Steps: []Step{StandardScaler{}}}).Fit(context.Background(), nil, split.WholeAsTrain(t))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := f.Matrix(context.Background(), nil, t); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRow(b *testing.B) {
	t := randomTable(b, 1000, 20)
	f, err := (Pipeline{Steps: []Step{StandardScaler{}}}).Fit(context.Background(), nil, split.WholeAsTrain(t))
	if err != nil {
		b.Fatal(err)
	}
	r, err := f.Row()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for k := range 20 {
			r.SetNumber(k, float64(k))
		}
		if _, err := r.Features(); err != nil {
			b.Fatal(err)
		}
	}
}
