package estimate

import (
	"context"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// This file shows data to coordinate descent: by products of columns where there are few
// columns, so that no round reads the rows, and by the columns where there are many.

// fewColumns is up to how many columns products are used whatever the number of rows.
const fewColumns = 256

// bySums keeps XᵀX, and Xᵀ(y − Xw) up to date.
type bySums struct {
	*moments
	at   []int     // which columns of the moments
	w    []float64 // as in the descent
	down []float64 // Xᵀ(y − Xw)
}

func newBySums(m *moments, columns []int) *bySums {
	s := &bySums{moments: m, at: columns, w: make([]float64, len(columns)), down: make([]float64, len(columns))}
	for k, j := range columns {
		s.down[k] = m.xy[j]
	}
	return s
}

func (s *bySums) features() int         { return len(s.at) }
func (s *bySums) length(j int) float64  { return s.xx.Data[s.at[j]*(s.xx.Stride+1)] }
func (s *bySums) against(j int) float64 { return s.down[j] }

func (s *bySums) move(j int, by float64) {
	s.w[j] += by
	with := row(s.xx, s.at[j])
	if len(s.at) == len(with) {
		floats.AddScaled(s.down, -by, with)
		return
	}
	for k, at := range s.at {
		s.down[k] -= by * with[at]
	}
}

func (s *bySums) left() (rr, ry float64) {
	wy, wd := 0.0, 0.0
	for k, w := range s.w {
		wy += w * s.xy[s.at[k]]
		wd += w * s.down[k]
	}
	return max(s.yy-wy-wd, 0), s.yy - wy
}

func (s *bySums) among(active []int) ([]float64, error) {
	out := make([]float64, 0, len(active)*len(active))
	for _, j := range active {
		with := row(s.xx, s.at[j])
		for _, k := range active {
			out = append(out, with[s.at[k]])
		}
	}
	return out, nil
}

// byColumns keeps the residuals up to date.
type byColumns struct {
	ctx     context.Context
	x       blas64.General // p×n: a row is a column of x, less its mean
	lengths []float64
	y, r    []float64
}

// newByColumns copies x and y less their means.
func newByColumns(ctx context.Context, x blas64.General, y, meanX []float64, meanY float64) *byColumns {
	n, p := x.Rows, x.Cols
	s := &byColumns{ctx: ctx, x: blas64.General{Rows: p, Cols: n, Stride: n, Data: make([]float64, n*p)},
		lengths: make([]float64, p), y: make([]float64, n), r: make([]float64, n)}
	for i := range n {
		for j, v := range row(x, i) {
			s.x.Data[j*n+i] = v - meanX[j]
		}
		s.y[i] = y[i] - meanY
	}
	copy(s.r, s.y)
	for j := range p {
		s.lengths[j] = floats.Dot(row(s.x, j), row(s.x, j))
	}
	return s
}

func (s *byColumns) features() int          { return s.x.Rows }
func (s *byColumns) length(j int) float64   { return s.lengths[j] }
func (s *byColumns) against(j int) float64  { return floats.Dot(row(s.x, j), s.r) }
func (s *byColumns) move(j int, by float64) { floats.AddScaled(s.r, -by, row(s.x, j)) }
func (s *byColumns) left() (rr, ry float64) { return floats.Dot(s.r, s.r), floats.Dot(s.r, s.y) }

func (s *byColumns) among(active []int) ([]float64, error) {
	all, err := products(s.ctx, s.x.Cols, len(active), func(i int, to []float64) {
		for a, j := range active {
			to[a] = s.x.Data[j*s.x.Stride+i]
		}
	})
	return all.Data, err
}
