package estimate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"transferlab/tlkit/estimate/internal/product"
	"transferlab/tlkit/parallel"
)

// This file sums over rows: means, and products of columns. Rows are cut into pieces at
// places that depend on their number alone, and the pieces' sums are added in order, so
// that the result has the same bits on any number of cores.

// pieces is how many pieces rows are cut into at most.
const pieces = 64

// pieceOf is the number of rows of a piece.
func pieceOf(n int) int {
	size := (n + pieces - 1) / pieces
	return max(1, (size+blockRows-1)/blockRows) * blockRows
}

// means are those of x's columns and of y. It checks that all numbers are finite.
func means(ctx context.Context, x blas64.General, y []float64) (meanX []float64, meanY float64, err error) {
	n, p := x.Rows, x.Cols
	size := pieceOf(n)
	sums := make([][]float64, (n+size-1)/size)
	// The first row is taken off first: what is constant then sums to 0 exactly, and what
	// has a large offset keeps its digits.
	first := row(x, 0)
	err = parallel.Chunks(ctx, n, size, func(c, low, high int) {
		sum := make([]float64, p+1)
		for i := low; i < high; i++ {
			r := row(x, i)
			for j, v := range r {
				sum[j] += v - first[j]
			}
			sum[p] += y[i] - y[0]
		}
		sums[c] = sum
	})
	if err != nil {
		return nil, 0, err
	}
	total := sums[0]
	for _, s := range sums[1:] {
		floats.Add(total, s)
	}
	if !finite(total...) {
		if _, err := pair(dense(x), y); err != nil {
			return nil, 0, err
		}
		return nil, 0, fmt.Errorf("estimate: %w: the sum of a feature is beyond the largest float64; bring the features to similar scales first", ErrNumber)
	}
	for j := range total {
		total[j] /= float64(n)
	}
	floats.Add(total[:p], first)
	return total[:p], total[p] + y[0], nil
}

// moments are the means of columns and the sums of their products. With an intercept the
// products are those of differences from the means.
type moments struct {
	n     int
	meanX []float64 // 0 without an intercept
	meanY float64
	xx    blas64.General // XᵀX, p×p, both triangles
	xy    []float64      // Xᵀy
	yy    float64        // yᵀy
}

// newMoments reads the rows twice. x and y may hold what is not finite: that is an error.
func newMoments(ctx context.Context, x blas64.General, y []float64, intercept bool) (*moments, error) {
	meanX, meanY, err := means(ctx, x, y)
	if err != nil {
		return nil, err
	}
	if !intercept {
		clear(meanX)
		meanY = 0
	}
	return newMomentsAt(ctx, x, y, meanX, meanY)
}

// newMomentsAt takes means that are known.
func newMomentsAt(ctx context.Context, x blas64.General, y, meanX []float64, meanY float64) (*moments, error) {
	p := x.Cols
	all, err := products(ctx, x.Rows, p+1, func(i int, to []float64) {
		for j, v := range row(x, i) {
			to[j] = v - meanX[j]
		}
		to[p] = y[i] - meanY
	})
	if err != nil {
		return nil, err
	}
	m := &moments{n: x.Rows, meanX: meanX, meanY: meanY, xy: make([]float64, p), yy: all.Data[len(all.Data)-1]}
	for j := range p {
		m.xy[j] = row(all, j)[p]
	}
	m.xx = blas64.General{Rows: p, Cols: p, Stride: all.Stride, Data: all.Data}
	if !finite(m.xy...) || !finite(m.yy) {
		return nil, errTooLarge
	}
	for j := range p {
		if !finite(row(m.xx, j)...) {
			return nil, errTooLarge
		}
		if err := vanished(x, j, meanX[j], row(m.xx, j)[j]); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// vanished is an error where the squares of a feature that is not constant are too small
// for float64: it would pass for a constant.
func vanished(x blas64.General, j int, mean, square float64) error {
	if square > 1e-290 {
		return nil
	}
	for i := range x.Rows {
		if v := row(x, i)[j]; v != mean {
			return fmt.Errorf("estimate: %w: the squares of feature %d are below the smallest float64; bring the features to similar scales first", ErrNumber, j)
		}
	}
	return nil
}

// errTooLarge says that squares overflow.
var errTooLarge = fmt.Errorf("estimate: %w: a sum of squares is beyond the largest float64; bring the features to similar scales first", ErrNumber)

// blockRows is how many rows are multiplied at once: two panels of 8 columns of them fit
// into the first cache.
const blockRows = 256

// products gives ZᵀZ of n rows of w numbers, which fill writes: both triangles.
func products(ctx context.Context, n, w int, fill func(i int, to []float64)) (blas64.General, error) {
	panels := (w + product.Width - 1) / product.Width
	sum := make([]product.Block, panels*(panels+1)/2)
	var err error
	if panels <= 32 {
		err = byRows(ctx, n, w, fill, sum)
	} else {
		err = byPanels(ctx, n, w, fill, sum)
	}
	return unpacked(sum, w), err
}

// packed are rows in panels of 8 columns: 256 rows of the first panel, then of the next.
type packed struct {
	data []float64
	one  []float64
}

func newPacked(panels int) *packed {
	return &packed{make([]float64, panels*blockRows*product.Width), make([]float64, panels*product.Width)}
}

// take packs the rows [low, high).
func (p *packed) take(w, low, high int, fill func(i int, to []float64)) {
	for i := low; i < high; i++ {
		fill(i, p.one[:w])
		at := (i - low) * product.Width
		for c := 0; c < len(p.one); c += product.Width {
			*(*[product.Width]float64)(p.data[at:]) = *(*[product.Width]float64)(p.one[c:])
			at += blockRows * product.Width
		}
	}
}

// panel is panel c of the first rows rows.
func (p *packed) panel(c, rows int) []float64 {
	return p.data[c*blockRows*product.Width:][:rows*product.Width]
}

// byRows lets each piece of rows have sums of its own: for few columns.
func byRows(ctx context.Context, n, w int, fill func(i int, to []float64), sum []product.Block) error {
	panels := (w + product.Width - 1) / product.Width
	size := pieceOf(n)
	sums := make([][]product.Block, (n+size-1)/size)
	err := parallel.Chunks(ctx, n, size, func(piece, low, high int) {
		blocks := make([]product.Block, len(sum))
		p := newPacked(panels)
		for ; low < high && ctx.Err() == nil; low += blockRows {
			to := min(low+blockRows, high)
			p.take(w, low, to, fill)
			b := 0
			for i := range panels {
				for j := i; j < panels; j++ {
					product.Outer(&blocks[b], p.panel(i, to-low), p.panel(j, to-low))
					b++
				}
			}
		}
		sums[piece] = blocks
	})
	if err != nil {
		return err
	}
	for _, s := range sums {
		for b := range s {
			floats.Add(sum[b][:], s[b][:])
		}
	}
	return nil
}

// byPanels goes through the rows in order and lets each row of blocks be summed on its
// own: for many columns, where sums for each piece of rows would take too much memory.
func byPanels(ctx context.Context, n, w int, fill func(i int, to []float64), sum []product.Block) error {
	panels := (w + product.Width - 1) / product.Width
	group := make([]*packed, 8)
	for g := range group {
		group[g] = newPacked(panels)
	}
	for low := 0; low < n; low += len(group) * blockRows {
		part := func(g int) (from, to int) { return min(low+g*blockRows, n), min(low+(g+1)*blockRows, n) }
		err := parallel.Each(ctx, len(group), func(g int) {
			from, to := part(g)
			group[g].take(w, from, to, fill)
		})
		if err == nil {
			err = parallel.Each(ctx, panels, func(i int) {
				first := i*panels - i*(i-1)/2
				for g, p := range group {
					from, to := part(g)
					for j := i; j < panels; j++ {
						product.Outer(&sum[first+j-i], p.panel(i, to-from), p.panel(j, to-from))
					}
				}
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unpacked puts blocks of the upper triangle together as w×w numbers.
func unpacked(sum []product.Block, w int) blas64.General {
	panels := (w + product.Width - 1) / product.Width
	out := blas64.General{Rows: w, Cols: w, Stride: w, Data: make([]float64, w*w)}
	b := 0
	for i := range panels {
		for j := i; j < panels; j++ {
			for r := 0; r < product.Width && i*product.Width+r < w; r++ {
				for c := 0; c < product.Width && j*product.Width+c < w; c++ {
					v := sum[b][r*product.Width+c]
					at, other := i*product.Width+r, j*product.Width+c
					out.Data[at*w+other], out.Data[other*w+at] = v, v
				}
			}
			b++
		}
	}
	return out
}

// spread is the root of a column's sum of squares.
func (m *moments) spread(j int) float64 { return math.Sqrt(m.xx.Data[j*m.xx.Stride+j]) }
