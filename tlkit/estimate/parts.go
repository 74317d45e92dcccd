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
