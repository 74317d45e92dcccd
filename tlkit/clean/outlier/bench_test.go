package outlier

import (
	"context"
	"math/rand/v2"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// million is a table of 1 M rows and ten columns of numbers, 5 % of them missing.
func million(b *testing.B) frame.Table {
	rng := rand.New(rand.NewPCG(1, 1))
	var out frame.Table
	for k := range 10 {
		cells := make([]frame.Cell[float64], 1_000_000)
		for i := range cells {
			cells[i] = frame.Cell[float64]{Value: rng.NormFloat64(), Null: rng.IntN(20) == 0}
		}
		var err error
		if out, err = out.With(frame.Series(string(rune('a'+k)), cells)); err != nil {
			b.Fatal(err)
		}
	}
	return out
}

func BenchmarkFit(b *testing.B) {
	train := split.WholeAsTrain(million(b))
	for m := range Method(len(methodNames.List)) {
		b.Run(m.String(), func(b *testing.B) {
			for b.Loop() {
				if _, err := Fit(train, Options{Method: m}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkApply(b *testing.B) {
	in := million(b)
	bounds := fitted(b, in, Options{})
	for a := range Action(len(actionNames.List)) {
		b.Run(a.String(), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := bounds.Apply(in, ApplyOptions{Action: a}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkForest(b *testing.B) {
	in := million(b)
	f, err := FitForest(context.Background(), nil, split.WholeAsTrain(in), ForestOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("fit", func(b *testing.B) {
		for b.Loop() {
			if _, err := FitForest(context.Background(), nil, split.WholeAsTrain(in), ForestOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("score", func(b *testing.B) {
		for b.Loop() {
			if _, err := f.Scores(context.Background(), nil, in); err != nil {
				b.Fatal(err)
			}
		}
	})
}
