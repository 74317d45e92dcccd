package estimate

import (
	"context"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/parallel"
)

// triangle is R of X = QR, and Qᵀy: least squares of these few rows is that of all. Each
// piece of the rows is decomposed, and then their triangles together (Demmel and others
// 2012).
func (g *Gram) triangle(ctx context.Context, live []int) (blas64.General, []float64, error) {
	w := len(live) + 1
	size := max(pieceOf(g.n), 4*w)
	parts := make([]blas64.General, (g.n+size-1)/size)
	err := parallel.Chunks(ctx, g.n, size, func(c, low, high int) {
		x, y := g.copied(live, low, high)
		parts[c] = upper(beside(x, y))
	})
	if err != nil {
		return blas64.General{}, nil, err
	}
	all := blas64.General{Cols: w, Stride: w}
	for _, p := range parts {
		all.Rows += p.Rows
		all.Data = append(all.Data, p.Data...)
	}
	r := upper(all)
	x := blas64.General{Rows: r.Rows, Cols: w - 1, Stride: w - 1, Data: make([]float64, r.Rows*(w-1))}
	y := make([]float64, r.Rows)
	for i := range y {
		copy(row(x, i), row(r, i)[:w-1])
		y[i] = row(r, i)[w-1]
	}
	return x, y, nil
}

// beside puts a column after the others.
func beside(x blas64.General, y []float64) blas64.General {
	w := x.Cols + 1
	out := blas64.General{Rows: x.Rows, Cols: w, Stride: w, Data: make([]float64, x.Rows*w)}
	for i, v := range y {
		copy(row(out, i), row(x, i))
		row(out, i)[w-1] = v
	}
	return out
}

// upper is R of the QR decomposition, as many rows as it has that are not all 0; few rows
// are their own.
func upper(a blas64.General) blas64.General {
	if a.Rows <= a.Cols {
		return a
	}
	var qr mat.QR
	qr.Factorize(dense(a))
	var r mat.Dense
	qr.RTo(&r)
	out := r.RawMatrix()
	out.Rows = a.Cols
	out.Data = out.Data[:a.Cols*out.Stride]
	return out
}
