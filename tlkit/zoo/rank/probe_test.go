package rank

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"transferlab/tlkit/split"
)

func TestProbeAndNeighbours(t *testing.T) {
	ctx := context.Background()
	rows, labels := blobs(90, 20, 3, 3)
	rng := rand.New(rand.NewPCG(5, 5))
	chance := slices.Clone(labels)
	rng.Shuffle(len(chance), func(i, j int) { chance[i], chance[j] = chance[j], chance[i] })
	for name, f := range map[string]func(context.Context, [][]float64, []int, FoldOptions) (Accuracy, error){"probe": Probe[float64], "neighbours": Neighbours[float64]} {
		good, err := f(ctx, rows, labels, FoldOptions{Seed: 1})
		if err != nil || good.Value < 0.95 || !(good.Low < good.Value && good.Value <= good.High) {
			t.Errorf("%s: %v (%v)", name, good.Interval, err)
		}
		hits := 0
		for i, p := range good.Predicted {
			if p == labels[i] {
				hits++
			}
		}
		near(t, name+": share of the predicted", good.Value, nil, float64(hits)/90, 1e-12)
		bad, err := f(ctx, rows, chance, FoldOptions{Seed: 1})
		if err != nil || bad.Value > 0.55 {
			t.Errorf("%s: shuffled labels give %v (%v)", name, bad.Interval, err)
		}
		again, err := f(ctx, rows, labels, FoldOptions{Seed: 1})
		if err != nil || !slices.Equal(again.Predicted, good.Predicted) {
			t.Errorf("%s: the same seed gives other predictions (%v)", name, err)
		}
	}
}

// What the training rows do not hold is not learnt: a class with one row, a column that
// varies in the tested rows alone, a fold with one class to learn from.
func TestProbeOfUglyRows(t *testing.T) {
	ctx := context.Background()
	rows, labels := blobs(30, 5, 2, 3)
	labels[4] = 9
	rows[4][2] = 1e30
	for i := range rows {
		rows[i] = append(rows[i], 0.1, 0)
	}
	rows[29][6] = 1e-30
	p, err := Probe(ctx, rows, labels, FoldOptions{Seed: 2})
	if err != nil || p.Predicted[4] == 9 || p.Value < 0.5 {
		t.Errorf("%v %v", p, err)
	}
	of := make([]int, 30)
	for i, l := range labels {
		of[i] = min(l, 1)
	}
	labels[4] = 0
	of[4] = 0
	p, err = Probe(ctx, rows, labels, FoldOptions{Of: of})
	if err != nil || p.Value != 0 {
		t.Errorf("each fold is a class: %v, want nothing right (%v)", p.Interval, err)
	}
}

func TestProbeRefuses(t *testing.T) {
	ctx := context.Background()
	rows, labels := blobs(6, 2, 2, 1)
	for name, c := range map[string]struct {
		o   FoldOptions
		err error
	}{
		"short":      {FoldOptions{Of: []int{0, 1}}, ErrShape},
		"negative":   {FoldOptions{Of: []int{0, 1, 0, 1, -1, 1}}, ErrShape},
		"beyond":     {FoldOptions{Of: []int{0, 1, 0, 1, math.MaxInt, 1}}, ErrShape},
		"empty fold": {FoldOptions{Of: []int{0, 2, 0, 2, 2, 2}}, ErrShape},
		"one fold":   {FoldOptions{Of: make([]int, 6)}, ErrShape},
		"too many":   {FoldOptions{K: 7}, split.ErrFolds},
	} {
		if _, err := Probe(ctx, rows, labels, c.o); !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", name, err, c.err)
		}
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Neighbours(stopped, rows, labels, FoldOptions{K: 2}); !errors.Is(err, context.Canceled) {
		t.Error("stopped:", err)
	}
}
