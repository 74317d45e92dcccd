package impute

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// mixed is n rows of ints, floats and texts, with a share of missing cells in each column.
func mixed(t testing.TB, n int, share float64) frame.Table {
	rng := rand.New(rand.NewPCG(7, 7))
	words := make([]string, 40)
	for i := range words {
		words[i] = fmt.Sprintf("category %d", i)
	}
	var cols []series.Series
	for j := range 4 {
		f := make([]frame.Cell[float64], n)
		for i := range f {
			f[i].Value = rng.NormFloat64()*10 + 100
			if rng.Float64() < share {
				f[i].Value = math.NaN()
			}
		}
		cols = append(cols, frame.Series(fmt.Sprint("float", j), f))
	}
	for j := range 2 {
		f := make([]frame.Cell[int], n)
		for i := range f {
			f[i] = frame.Cell[int]{Value: rng.IntN(1000), Null: rng.Float64() < share}
		}
		cols = append(cols, frame.Series(fmt.Sprint("int", j), f))
	}
	for j := range 4 {
		f := make([]frame.Cell[string], n)
		for i := range f {
			f[i] = frame.Cell[string]{Value: words[rng.IntN(len(words))], Null: rng.Float64() < share}
			if j == 0 { // as a reader leaves it that does not know equal texts again
				f[i].Value = strings.Clone(f[i].Value)
			}
		}
		cols = append(cols, frame.Series(fmt.Sprint("text", j), f))
	}
	return must(frame.New(nil, cols...))(t)
}

func BenchmarkMedianAndMode(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		t := mixed(b, n, 0.05)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				f := must(Simple{Numbers: Median}.Fit(ctx, nil, split.WholeAsTrain(t)))(b)
				apply(b, f, t)
			}
		})
	}
}

// correlated is n rows of p numbers that depend on each other, a tenth of them missing.
func correlated(t testing.TB, n, p int) frame.Table {
	rng := rand.New(rand.NewPCG(3, 3))
	hidden := make([]float64, 6)
	load := make([]float64, 6*p)
	for i := range load {
		load[i] = rng.NormFloat64()
	}
	cells := make([][]frame.Cell[float64], p)
	for j := range cells {
		cells[j] = make([]frame.Cell[float64], n)
	}
	for i := range n {
		for k := range hidden {
			hidden[k] = rng.NormFloat64()
		}
		for j := range p {
			v := 0.3 * rng.NormFloat64()
			for k := range hidden {
				v += hidden[k] * load[k*p+j]
			}
			cells[j][i] = frame.Cell[float64]{Value: v, Null: rng.Float64() < 0.1}
		}
	}
	cols := make([]series.Series, p)
	for j := range cols {
		cols[j] = frame.Series(fmt.Sprint("x", j), cells[j])
	}
	return must(frame.New(nil, cols...))(t)
}

func BenchmarkKNN(b *testing.B) {
	t := correlated(b, 20000, 20)
	f := must(KNN{}.Fit(ctx, nil, split.WholeAsTrain(t)))(b)
	for b.Loop() {
		apply(b, f, t)
	}
}

func BenchmarkIterative(b *testing.B) {
	t := correlated(b, 20000, 20)
	for b.Loop() {
		must(Iterative{}.Fit(ctx, nil, split.WholeAsTrain(t)))(b)
	}
}
