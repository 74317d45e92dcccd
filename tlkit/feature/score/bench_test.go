package score

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// tall is a table of n rows and p columns that depend on three classes and on y.
func tall(n, p int) (columns [][]float64, classes []int, y []float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	classes, y = make([]int, n), make([]float64, n)
	for i := range n {
		classes[i], y[i] = rng.IntN(3), rng.NormFloat64()
	}
	columns = make([][]float64, p)
	for j := range columns {
		columns[j] = make([]float64, n)
		for i := range n {
			columns[j][i] = 5 + rng.NormFloat64() + 0.1*float64(j)*(float64(classes[i])+y[i])
		}
	}
	return columns, classes, y
}

func BenchmarkScores(b *testing.B) {
	ctx := context.Background()
	for _, n := range []int{10_000, 1_000_000} {
		x, classes, y := tall(n, 20)
		counts := make([][]float64, len(x))
		for j, c := range x {
			counts[j] = make([]float64, n)
			for i, v := range c {
				counts[j][i] = v * v
			}
		}
		for _, c := range []struct {
			name string
			f    func() error
		}{
			{"variance", func() error { _, err := Variance(ctx, nil, x); return err }},
			{"anova", func() error { _, err := ANOVA(ctx, nil, x, classes); return err }},
			{"chisquare", func() error { _, err := ChiSquare(ctx, nil, counts, classes); return err }},
			{"pearson", func() error { _, err := Pearson(ctx, nil, x, y, LinearOptions{}); return err }},
			{"fregression", func() error { _, err := FRegression(ctx, nil, x, y, LinearOptions{}); return err }},
			{"spearman", func() error { _, err := Spearman(ctx, nil, x, y); return err }},
			{"pearsonMatrix", func() error { _, err := PearsonMatrix(ctx, nil, x); return err }},
			{"spearmanMatrix", func() error { _, err := SpearmanMatrix(ctx, nil, x); return err }},
			{"mutualClasses", func() error { _, err := MutualInformationClasses(ctx, nil, x, classes, MutualOptions{}); return err }},
			{"mutualNumbers", func() error { _, err := MutualInformation(ctx, nil, x, y, MutualOptions{}); return err }},
		} {
			b.Run(fmt.Sprintf("%dx20/%s", n, c.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := c.f(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
