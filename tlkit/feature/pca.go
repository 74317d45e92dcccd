package feature

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/mat"
)

// Projection is data in fewer dimensions.
type Projection struct {
	Rows  [][]float64 // one a row of the input, k numbers each
	Share []float64   // of the whole variance, k numbers
}

// Column is one coordinate of every row.
func (p *Projection) Column(k int) []float64 {
	out := make([]float64, len(p.Rows))
	for i, r := range p.Rows {
		out[i] = r[k]
	}
	return out
}

// PCA projects n rows of d features on their first k principal components (Pearson 1901).
// It takes the eigenvectors of the n×n matrix of inner products of the centred rows, so
// its cost grows with n²·d + n³ whatever d is, and needs k < n ≤ 5000. The sign of each
// component makes its largest coordinate positive.
func PCA(rows [][]float32, k int) (*Projection, error) {
	n := len(rows)
	if n < 2 || n > 5000 || k < 1 || k >= n {
		return nil, fmt.Errorf("feature: %w: %d components of %d rows; give 2 to 5000 rows and fewer components than rows", ErrInput, k, n)
	}
	d := len(rows[0])
	flat := make([]float32, n*d)
	mean := make([]float64, d)
	for i, r := range rows {
		if len(r) != d {
			return nil, fmt.Errorf("feature: %w: row %d has %d features, row 0 has %d", ErrInput, i, len(r), d)
		}
		for j, v := range r {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return nil, fmt.Errorf("feature: %w: row %d, feature %d is %v", ErrInput, i, j, v)
			}
			mean[j] += float64(v) / float64(n)
		}
	}
	for i, r := range rows {
		for j, v := range r {
			flat[i*d+j] = float32(float64(v) - mean[j])
		}
	}
	inner := blas32.General{Rows: n, Cols: n, Stride: n, Data: make([]float32, n*n)}
	x := blas32.General{Rows: n, Cols: d, Stride: d, Data: flat}
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, x, x, 0, inner)
	sym := mat.NewSymDense(n, nil)
	total := 0.0
	for i := range n {
		for j := i; j < n; j++ {
			sym.SetSym(i, j, float64(inner.Data[i*n+j]))
		}
		total += float64(inner.Data[i*n+i])
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(sym, true) {
		return nil, fmt.Errorf("feature: %w: the eigenvectors do not converge", ErrInput)
	}
	values := eigen.Values(nil) // ascending
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	p := &Projection{Rows: make([][]float64, n), Share: make([]float64, k)}
	for i := range p.Rows {
		p.Rows[i] = make([]float64, k)
	}
	for c := range k {
		at := n - 1 - c
		scale := math.Sqrt(math.Max(values[at], 0))
		if total > 0 {
			p.Share[c] = math.Max(values[at], 0) / total
		}
		largest := 0.0
		for i := range n {
			if v := vectors.At(i, at); math.Abs(v) > math.Abs(largest) {
				largest = v
			}
		}
		if largest < 0 {
			scale = -scale
		}
		for i := range n {
			p.Rows[i][c] = scale * vectors.At(i, at)
		}
	}
	return p, nil
}
