package estimate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/parallel"
)

// Gram is what least squares needs to know of x and y: the means, and the products of all
// columns less their means. From it linear models are fitted on any of the columns without
// another pass over the rows; recursive elimination lives on that. It is safe for use by
// several goroutines.
//
// Products square the condition of a problem, so that a fit from them alone loses digits
// where columns are nearly collinear. See [Gram.Ridge] for what is done about it. For that
// it keeps x and y, which the caller leaves unchanged; it copies neither.
type Gram struct {
	x   blas64.General
	y   []float64
	cut float64 // singular values below this share of the largest are 0; 0 for rounding
	*moments
}

// NewGram reads x, n×p, and y, n numbers, twice. Its cost grows with n·p², its memory
// with p².
func NewGram(ctx context.Context, x mat.Matrix, y []float64) (*Gram, error) {
	g, err := shapes(x, y)
	if err != nil {
		return nil, err
	}
	return newGram(ctx, g, y, true)
}

func newGram(ctx context.Context, x blas64.General, y []float64, intercept bool) (*Gram, error) {
	m, err := newMoments(ctx, x, y, intercept)
	if err != nil {
		return nil, err
	}
	return &Gram{x: x, y: y, moments: m}, nil
}

// Features is the number of columns.
func (g *Gram) Features() int { return g.x.Cols }

// Rows is the number of rows that it was made of.
func (g *Gram) Rows() int { return g.n }

// chosen gives the columns, all of them for nil, and checks them.
func (g *Gram) chosen(columns []int) ([]int, error) {
	p := g.x.Cols
	if columns == nil {
		columns = make([]int, p)
		for j := range columns {
			columns[j] = j
		}
		return columns, nil
	}
	seen := make([]bool, p)
	for _, j := range columns {
		if j < 0 || j >= p || seen[j] {
			return nil, fmt.Errorf("estimate: %w: column %d of %d; name each column at most once, from 0 to %d", ErrOption, j, p, p-1)
		}
		seen[j] = true
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("estimate: %w: no columns; choose at least one", ErrEmpty)
	}
	return columns, nil
}

const (
	// wellConditioned is up to which condition number of the products, each column scaled
	// to length 1, a solution from them is good to some ten digits.
	wellConditioned = 1e6
	// mendable is up to which refining on the rows gains digits in each round.
	mendable = 1e11
)

// Ridge fits [Ridge] on some columns, nil for all, and gives one coefficient for each of
// them, in the order of columns. alpha is as in [Ridge].Alpha.
//
// The normal equations are solved by Cholesky's decomposition, columns scaled to length 1.
// Where their condition number is above 1e6, the solution is refined with residuals of the
// rows (Björck 1987), two passes; above 1e11, or where they are singular, the rows
// themselves are decomposed, and the solution is the one of least norm.
func (g *Gram) Ridge(ctx context.Context, alpha float64, columns []int) (*Linear, error) {
	if err := (Ridge{Alpha: alpha}).check(); err != nil {
		return nil, err
	}
	columns, err := g.chosen(columns)
	if err != nil {
		return nil, err
	}
	coef, err := g.ridge(ctx, Ridge{Alpha: alpha}.weight(), columns)
	if err != nil {
		return nil, err
	}
	return g.linear(coef, columns)
}

// linear makes the model of the columns.
func (g *Gram) linear(coef []float64, columns []int) (*Linear, error) {
	mean := make([]float64, len(columns))
	for k, j := range columns {
		mean[k] = g.meanX[j]
	}
	m, err := linear(coef, mean, g.meanY)
	if err != nil {
		return nil, err
	}
	return &m, nil
}

func (g *Gram) ridge(ctx context.Context, alpha float64, columns []int) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// A column of zeros gets the coefficient 0.
	var live, at []int
	for k, j := range columns {
		if g.spread(j) > 0 {
			live, at = append(live, j), append(at, k)
		}
	}
	out := make([]float64, len(columns))
	if len(live) == 0 {
		return out, nil
	}
	var coef []float64
	var err error
	if !g.cuts(live) {
		if coef, err = g.normal(ctx, alpha, live); err != nil {
			return nil, err
		}
	}
	if coef == nil {
		if coef, err = g.direct(ctx, alpha, live); err != nil {
			return nil, err
		}
	}
	for k, c := range coef {
		out[at[k]] = c
	}
	return out, nil
}

// cuts reports whether there may be singular values to be cut off besides those that are
// 0 but for rounding.
func (g *Gram) cuts(live []int) bool {
	if g.cut <= eps*float64(max(g.n, len(live))) {
		return false
	}
	a := mat.NewSymDense(len(live), nil)
	for i, r := range live {
		for j := i; j < len(live); j++ {
			a.SetSym(i, j, row(g.xx, r)[live[j]])
		}
	}
	var e mat.EigenSym
	if !e.Factorize(a, false) {
		return true
	}
	squares := e.Values(nil) // of the singular values, rising, off by rounding of the largest
	most := squares[len(squares)-1]
	return squares[0] <= most*(2*g.cut*g.cut+eps*float64(g.n))
}

// normal solves the normal equations, and gives nil where they are too badly conditioned.
func (g *Gram) normal(ctx context.Context, alpha float64, live []int) ([]float64, error) {
	k := len(live)
	if alpha == 0 && k > g.n {
		return nil, nil
	}
	a := mat.NewSymDense(k, nil)
	scale := make([]float64, k)
	for i, j := range live {
		scale[i] = 1 / math.Sqrt(row(g.xx, j)[j]+alpha)
	}
	for i, r := range live {
		a.SetSym(i, i, 1)
		for j := i + 1; j < k; j++ {
			a.SetSym(i, j, row(g.xx, r)[live[j]]*scale[i]*scale[j])
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(a) || !(chol.Cond() < mendable) {
		return nil, nil
	}
	// solved is A⁻¹·right, with the scales taken in and out.
	solved := func(right []float64) ([]float64, bool) {
		floats.Mul(right, scale)
		var w mat.VecDense
		if chol.SolveVecTo(&w, mat.NewVecDense(k, right)) != nil {
			return nil, false
		}
		floats.Mul(w.RawVector().Data, scale)
		return w.RawVector().Data, finite(w.RawVector().Data...)
	}
	right := make([]float64, k)
	for i, j := range live {
		right[i] = g.xy[j]
	}
	coef, ok := solved(right)
	if !ok || chol.Cond() <= wellConditioned {
		return coef, nil
	}
	for range 2 {
		left, err := g.left(ctx, alpha, live, coef)
		if err != nil {
			return nil, err
		}
		step, ok := solved(left)
		if !ok {
			return nil, nil
		}
		floats.Add(coef, step)
	}
	return coef, nil
}

// left is what the normal equations leave over at coef, from the rows: Xᵀ(y − Xw) − αw.
func (g *Gram) left(ctx context.Context, alpha float64, live []int, coef []float64) ([]float64, error) {
	size := pieceOf(g.n)
	sums := make([][]float64, (g.n+size-1)/size)
	err := parallel.Chunks(ctx, g.n, size, func(c, low, high int) {
		sum, r := make([]float64, len(live)), make([]float64, len(live))
		for i := low; i < high; i++ {
			x := row(g.x, i)
			for k, j := range live {
				r[k] = x[j] - g.meanX[j]
			}
			floats.AddScaled(sum, g.y[i]-g.meanY-floats.Dot(r, coef), r)
		}
		sums[c] = sum
	})
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(live))
	for _, s := range sums {
		floats.Add(out, s)
	}
	floats.AddScaled(out, -alpha, coef)
	return out, nil
}

// direct decomposes the rows.
func (g *Gram) direct(ctx context.Context, alpha float64, live []int) ([]float64, error) {
	k := len(live)
	x, y := blas64.General{}, []float64(nil)
	if g.n > k {
		var err error
		if x, y, err = g.triangle(ctx, live); err != nil {
			return nil, err
		}
	} else {
		x, y = g.copied(live, 0, g.n)
	}
	// As NumPy's lstsq: what is below rounding of the largest counts as zero.
	coef, ok := ridgeSVD(x, y, alpha, max(g.cut, eps*float64(max(g.n, k))))
	if !ok {
		return nil, fmt.Errorf("estimate: %w: the singular value decomposition of x does not converge; bring the features to similar scales first", ErrNumber)
	}
	return coef, nil
}

// copied are some columns of the rows [low, high), less the means.
func (g *Gram) copied(live []int, low, high int) (x blas64.General, y []float64) {
	k := len(live)
	x = blas64.General{Rows: high - low, Cols: k, Stride: k, Data: make([]float64, (high-low)*k)}
	y = make([]float64, high-low)
	for i := range y {
		from, to := row(g.x, low+i), row(x, i)
		for k, j := range live {
			to[k] = from[j] - g.meanX[j]
		}
		y[i] = g.y[low+i] - g.meanY
	}
	return x, y
}
