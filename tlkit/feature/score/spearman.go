package score

import (
	"context"
	"sync"

	"transferlab/tlkit/progress"
)

// Spearman is the correlation of the ranks of each column with those of y (Spearman 1904):
// how far one rises wherever the other does, along whatever curve. Equal numbers share the
// mean of their ranks. P is from Student's t, as for [Pearson]; for some ten rows or fewer
// it is rough. It is SciPy's spearmanr.
//
// Where a column or y is constant, score and P are NaN.
func Spearman(ctx context.Context, rep progress.Reporter, columns [][]float64, y []float64) (Result, error) {
	if err := numbers(columns, y); err != nil {
		return Result{}, err
	}
	if err := allFinite(ctx, columns); err != nil {
		return Result{}, err
	}
	var first sorter
	ry := make([]float64, len(y))
	sy := first.ranks(y, ry)
	pool := sync.Pool{New: func() any { return new(ranker) }}
	out := Result{make([]float64, len(columns)), make([]float64, len(columns))}
	err := each(ctx, rep, "Spearman correlation", len(columns), func(j int) error {
		w := pool.Get().(*ranker)
		defer pool.Put(w)
		out.Score[j] = w.correlation(columns[j], ry, sy)
		out.P[j] = correlationTail(out.Score[j], len(y)-2)
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	return out, nil
}

// A ranker is the memory that one column at a time is ranked in.
type ranker struct {
	sorter
	rank []float64
}

func (w *ranker) correlation(v, other []float64, squares float64) float64 {
	w.rank = sized(w.rank, len(v))
	s := w.ranks(v, w.rank)
	return cosine(productAbout(w.rank, centre{scale: 1}, other), s, squares)
}

// ranks gives each number of v its rank less the mean rank, and the sum of their squares.
func (s *sorter) ranks(v, rank []float64) (squares float64) {
	s.sort(v)
	s.runs(func(low, high int) {
		// Ranks low+1 … high have the mean (low+1+high)/2, all n of them (n+1)/2.
		r := float64(low+high-len(v)) / 2
		for _, i := range s.from[low:high] {
			rank[i] = r
		}
	})
	return squaresAbout(rank, 1, 0)
}
