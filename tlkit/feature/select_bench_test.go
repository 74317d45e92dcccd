package feature

import (
	"testing"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// tall is 100 features that all say a little of y.
func tall(b testing.TB, n, p int) split.Train {
	t := drawn(b, n, p)
	x, err := t.Numbers()
	if err != nil {
		b.Fatal(err)
	}
	y := x[p] // after the features
	for j := range p {
		for i := range y {
			y[i] += x[j][i] * float64(j%17) / 20
		}
	}
	table, err := t.Without("class", "y")
	if err != nil {
		b.Fatal(err)
	}
	table, err = frame.New(nil, append(columnsOf(b, table), numberColumn("y", y...))...)
	if err != nil {
		b.Fatal(err)
	}
	return split.WholeAsTrain(table)
}

func columnsOf(b testing.TB, t frame.Table) []series.Series {
	all, err := t.Columns()
	if err != nil {
		b.Fatal(err)
	}
	out := make([]series.Series, len(all))
	for i, c := range all {
		out[i] = c.Series(c.Name)
	}
	return out
}

func benchmarkFit(b *testing.B, train split.Train, s Step) {
	b.Helper()
	p := Pipeline{Target: "y", Steps: []Step{s}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Fit(b.Context(), nil, train); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRFE(b *testing.B) { benchmarkFit(b, tall(b, 100_000, 100), RFE{K: 10}) }

func BenchmarkRFECV(b *testing.B) { benchmarkFit(b, tall(b, 20_000, 50), RFECV{}) }

func BenchmarkSequential(b *testing.B) { benchmarkFit(b, tall(b, 20_000, 50), Sequential{K: 10}) }

func BenchmarkSelectBest(b *testing.B) {
	benchmarkFit(b, tall(b, 100_000, 100), SelectBest{K: 10})
}
