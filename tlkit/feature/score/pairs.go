package score

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// PearsonMatrix is the p×p matrix of the correlations of the columns with each other, as
// NumPy's corrcoef. What concerns a constant column is NaN. See [Uncorrelated].
func PearsonMatrix(ctx context.Context, rep progress.Reporter, columns [][]float64) (*mat.SymDense, error) {
	n, err := rows(columns)
	if err != nil {
		return nil, err
	}
	centres := make([]centre, len(columns))
	err = each(ctx, nil, "", len(columns), func(j int) (err error) {
		centres[j], err = centreOf(columns[j], j)
		return err
	})
	if err != nil {
		return nil, err
	}
	return products(ctx, rep, n, centres, func(j, low int, to []float64) {
		c := centres[j]
		f := 1 / math.Sqrt(c.squares)
		for i, v := range columns[j][low : low+len(to)] {
			to[i] = (c.scale*v - c.mean) * f
		}
	})
}

// SpearmanMatrix is the p×p matrix of the correlations of the ranks of the columns, as
// SciPy's spearmanr. What concerns a constant column is NaN. The ranks are kept in half
// the memory of the columns.
func SpearmanMatrix(ctx context.Context, rep progress.Reporter, columns [][]float64) (*mat.SymDense, error) {
	n, err := rows(columns)
	if err != nil {
		return nil, err
	}
	if err := allFinite(ctx, columns); err != nil {
		return nil, err
	}
	// Twice the rank less n+1 is a whole number from -n to n.
	ranks, centres := make([][]int32, len(columns)), make([]centre, len(columns))
	pool := sync.Pool{New: func() any { return new(sorter) }}
	err = each(ctx, rep, "ranks", len(columns), func(j int) error {
		s := pool.Get().(*sorter)
		defer pool.Put(s)
		s.sort(columns[j])
		ranks[j] = make([]int32, n)
		sum := 0.0
		s.runs(func(low, high int) {
			r := low + high - n
			for _, i := range s.from[low:high] {
				ranks[j][i] = int32(r)
			}
			sum += float64(r) * float64(r) * float64(high-low)
		})
		centres[j].squares = sum
		return nil
	})
	if err != nil {
		return nil, err
	}
	return products(ctx, rep, n, centres, func(j, low int, to []float64) {
		f := 1 / math.Sqrt(centres[j].squares)
		for i, r := range ranks[j][low : low+len(to)] {
			to[i] = float64(r) * f
		}
	})
}

// products adds up the products of all pairs of columns of length 1, block by block of
// rows, so that nothing but a block is ever copied. fill writes rows from low on of column
// j. The parts are cut by n alone, and added in their order.
func products(ctx context.Context, rep progress.Reporter, n int, centres []centre, fill func(j, low int, to []float64)) (*mat.SymDense, error) {
	p := len(centres)
	most := max(2, min(16, 1<<25/(p*p))) // parts; each has a matrix of its own
	size := max((n+most-1)/most, 4096)
	block := min(max(1<<16/p, 64), 2048) // half a megabyte: stays in the cache of a core
	parts := make([]blas64.Symmetric, (n+size-1)/size)
	var mu sync.Mutex
	rep = progress.Or(rep)
	done := int64(0)
	err := parallel.Chunks(ctx, n, size, func(part, low, high int) {
		sum := blas64.Symmetric{N: p, Stride: p, Uplo: blas.Upper, Data: make([]float64, p*p)}
		buf := make([]float64, p*min(block, high-low))
		for ; low < high && ctx.Err() == nil; low += block {
			b := min(block, high-low)
			g := blas64.General{Rows: p, Cols: b, Stride: b, Data: buf[:p*b]}
			for j := range p {
				fill(j, low, g.Data[j*b:(j+1)*b])
			}
			blas64.Syrk(blas.NoTrans, 1, g, 1, sum)
		}
		parts[part] = sum
		mu.Lock()
		defer mu.Unlock()
		done++
		rep.Report(progress.Event{Task: "correlations", Done: done, Total: int64(len(parts)), Unit: "parts"})
	})
	if err != nil {
		return nil, err
	}
	out := parts[0]
	for _, part := range parts[1:] {
		for i, v := range part.Data {
			out.Data[i] += v
		}
	}
	for i := range p {
		for j := i; j < p; j++ {
			v := &out.Data[i*p+j]
			switch *v = max(-1, min(1, *v)); {
			case centres[i].squares == 0 || centres[j].squares == 0:
				*v = math.NaN()
			case i == j:
				*v = 1
			}
		}
	}
	return mat.NewSymDense(p, out.Data), nil
}

// Uncorrelated keeps features so that no two kept ones have a correlation in m, which
// [PearsonMatrix] or [SpearmanMatrix] gives, whose size is above the threshold: features
// are taken one after the other, and one that is correlated with a kept one is dropped.
// NaN is no correlation. They are taken by falling score, of equal ones the first first;
// with a nil score in order of their positions.
func Uncorrelated(m *mat.SymDense, threshold float64, score []float64) ([]int, error) {
	if m == nil {
		return nil, fmt.Errorf("score: %w: no matrix of correlations", ErrEmpty)
	}
	p := m.SymmetricDim()
	if score != nil && len(score) != p {
		return nil, fmt.Errorf("score: %w: %d correlated features and %d scores", ErrShape, p, len(score))
	}
	if !(threshold >= 0 && threshold <= 1) {
		return nil, fmt.Errorf("score: %w: correlation threshold %v; give 0 to 1", ErrOption, threshold)
	}
	order := make([]int, p)
	for i := range order {
		order[i] = i
	}
	if score != nil {
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	}
	var kept []int
	for _, i := range order {
		if !slices.ContainsFunc(kept, func(j int) bool { return math.Abs(m.At(i, j)) > threshold }) {
			kept = append(kept, i)
		}
	}
	slices.Sort(kept)
	return kept, nil
}
