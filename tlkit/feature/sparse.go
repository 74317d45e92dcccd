package feature

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/pages"
	"transferlab/tlkit/progress"
)

// Sparse is a matrix of which only the numbers that are not 0 are kept, row by row. It is
// a [mat.Matrix], whose At panics outside of it, as gonum's do.
type Sparse struct {
	Rows, Cols int
	// Start has Rows+1 numbers: the entries of row i are those from Start[i] to before
	// Start[i+1], in the order of their columns.
	Start []int
	Index []int32   // each entry's column
	Value []float64 // and number; NaN is missing
}

var _ mat.Matrix = (*Sparse)(nil)

// Dims are the numbers of rows and columns.
func (s *Sparse) Dims() (r, c int) { return s.Rows, s.Cols }

// At is the number in row i and column j.
func (s *Sparse) At(i, j int) float64 {
	if i < 0 || i >= s.Rows {
		panic(mat.ErrRowAccess)
	}
	if j < 0 || j >= s.Cols {
		panic(mat.ErrColAccess)
	}
	index, value := s.Row(i)
	if k, ok := slices.BinarySearch(index, int32(j)); ok {
		return value[k]
	}
	return 0
}

// T is the matrix turned round, which shares its numbers.
func (s *Sparse) T() mat.Matrix { return mat.Transpose{Matrix: s} }

// Row shows the entries of row i: columns, in their order, and numbers.
func (s *Sparse) Row(i int) (index []int32, value []float64) {
	low, high := s.Start[i], s.Start[i+1]
	return s.Index[low:high:high], s.Value[low:high:high]
}

// Sparse gives the features of a table's rows as [Fitted.Matrix] does, but keeps only what
// is not 0: a column that was one-hot encoded costs an entry a row, not a number for each
// of its values. Features that are texts are [frame.ErrKind], more than [MaxCells] entries
// [ErrLimit].
func (f *Fitted) Sparse(ctx context.Context, rep progress.Reporter, t frame.Table) (*Sparse, error) {
	cols, err := f.columns(t)
	if err != nil {
		return nil, err
	}
	if err := f.dense(0); err != nil {
		return nil, err
	}
	runs, n := f.runs(), t.Nrow()
	if len(f.plan.elements) > math.MaxInt32 || len(runs) > 0 && n > MaxCells/width(runs) {
		return nil, fmt.Errorf("feature: %w: %d rows may have more than %d entries; use fewer features, or pieces of the table", ErrLimit, n, MaxCells)
	}
	parts := make([]sparsePart, (n+f.block-1)/f.block)
	s := &Sparse{Rows: n, Cols: len(f.plan.elements), Start: pages.Make[int](n + 1)}
	err = f.blocks(ctx, rep, n, f.through(cols), func(low, high int, w *worker) error {
		parts[low/f.block] = gather(runs, w, s.Start[low+1:high+1])
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, s.join(ctx, parts, f.block)
}
