package estimate

import (
	"context"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// sumsOfParts keeps the moments of each part of the rows. What is fitted on some of the
// parts is fitted on the sum of their moments, so that the rows are read for all parts
// together as often as for one fit.
type sumsOfParts struct {
	rowsOfParts
	sums []*moments
}

func newSumsOfParts(ctx context.Context, x blas64.General, y []float64, parts [][]int, intercept bool) (sumsOfParts, error) {
	v := sumsOfParts{rowsOfParts: rowsOfParts{x, y, parts}}
	for _, at := range parts {
		px, py := taken(x, y, at)
		m, err := newMoments(ctx, px, py, intercept)
		if err != nil {
			return v, err
		}
		v.sums = append(v.sums, m)
	}
	return v, nil
}

func (v sumsOfParts) problem(_ context.Context, _ net, part int) (*problem, error) {
	var of []*moments
	for k, m := range v.sums {
		if k != part {
			of = append(of, m)
		}
	}
	return together(of).problem(nil), nil
}

// together adds moments up. Sums about the parts' means become sums about the common mean
// (Chan, Golub and LeVeque 1983); nothing is subtracted, so that no digits are lost.
func together(of []*moments) *moments {
	p := len(of[0].xy)
	out := &moments{meanX: make([]float64, p), xy: make([]float64, p),
		xx: blas64.General{Rows: p, Cols: p, Stride: p, Data: make([]float64, p*p)}}
	for _, m := range of {
		out.n += m.n
	}
	for _, m := range of {
		share := float64(m.n) / float64(out.n)
		floats.AddScaled(out.meanX, share, m.meanX)
		out.meanY += share * m.meanY
	}
	away := make([]float64, p)
	for _, m := range of {
		n := float64(m.n)
		floats.SubTo(away, m.meanX, out.meanX)
		awayY := m.meanY - out.meanY
		for j := range p {
			floats.Add(row(out.xx, j), row(m.xx, j))
			floats.AddScaled(row(out.xx, j), n*away[j], away)
			out.xy[j] += m.xy[j] + n*away[j]*awayY
		}
		out.yy += m.yy + n*awayY*awayY
	}
	return out
}

// judge takes the error from the moments, and from the rows where it is so small that
// rounding would show.
func (v sumsOfParts) judge(part int, m *LassoModel) float64 {
	s := v.sums[part]
	sum := s.yy
	for j, w := range m.Coef {
		if w != 0 {
			sum += w * (floats.Dot(row(s.xx, j), m.Coef) - 2*s.xy[j])
		}
	}
	off := s.meanY - m.Intercept - floats.Dot(s.meanX, m.Coef)
	if sum < 1e-5*s.yy {
		return v.rowsOfParts.judge(part, m)
	}
	return sum/float64(s.n) + off*off
}

// rowsOfParts copies the rows of each problem.
type rowsOfParts struct {
	x     blas64.General
	y     []float64
	parts [][]int
}

func (v rowsOfParts) problem(ctx context.Context, o net, part int) (*problem, error) {
	if part < 0 {
		return o.problem(ctx, v.x, v.y)
	}
	var at []int
	for k, p := range v.parts {
		if k != part {
			at = append(at, p...)
		}
	}
	x, y := taken(v.x, v.y, at)
	return o.problem(ctx, x, y)
}

func (v rowsOfParts) judge(part int, m *LassoModel) float64 {
	sum := 0.0
	for _, i := range v.parts[part] {
		d := v.y[i] - m.Intercept - floats.Dot(row(v.x, i), m.Coef)
		sum += d * d
	}
	return sum / float64(len(v.parts[part]))
}

// taken copies rows, and does not where they are a run.
func taken(x blas64.General, y []float64, at []int) (blas64.General, []float64) {
	if at[len(at)-1]-at[0] == len(at)-1 && isRun(at) {
		low := at[0]
		return blas64.General{Rows: len(at), Cols: x.Cols, Stride: x.Stride, Data: x.Data[low*x.Stride:]}, y[low : low+len(at)]
	}
	out := blas64.General{Rows: len(at), Cols: x.Cols, Stride: x.Cols, Data: make([]float64, len(at)*x.Cols)}
	to := make([]float64, len(at))
	for k, i := range at {
		copy(row(out, k), row(x, i))
		to[k] = y[i]
	}
	return out, to
}

func isRun(at []int) bool {
	for k, i := range at {
		if i != at[0]+k {
			return false
		}
	}
	return true
}
