package estimate

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// proximal minimises ½θ'Hθ − q·θ and the penalty, beginning at now. The intercepts, which
// are not penalised, are eliminated first; what is left is a lasso.
func (l *newtonian) proximal(ctx context.Context, h blas64.General, q, now []float64, width int) ([]float64, error) {
	var coefs, intercepts []int
	for i := range q {
		if (i+1)%width == 0 {
			intercepts = append(intercepts, i)
		} else {
			coefs = append(coefs, i)
		}
	}
	e, err := eliminate(h, q, coefs, intercepts)
	if err != nil {
		return nil, err
	}
	p := e.reduced.problem(nil)
	for a, i := range coefs {
		if now[i] != 0 {
			p.move(a, now[i])
			p.w[a] = now[i]
		}
	}
	d := descent{quadratic: p.quadratic, w: p.w, yy: 1, rounds: 1000, bySlope: true, penalty: penalty{one: l.one, two: l.two}}
	d.start()
	d.target = max(1e-8*d.slope(), 1e-26)
	if _, err := d.run(ctx); err != nil {
		return nil, err
	}
	out := make([]float64, len(q))
	for a, i := range coefs {
		out[i] = p.w[a]
	}
	for a, v := range e.intercepts(p.w) {
		out[intercepts[a]] = v
	}
	return out, nil
}

// elimination is a quadratic with some of its variables put to their best values.
type elimination struct {
	reduced *moments
	free    []float64   // the best values where the others are 0
	by      [][]float64 // and how they fall with each of the others
}

func eliminate(h blas64.General, q []float64, keep, drop []int) (elimination, error) {
	k := len(drop)
	a := mat.NewSymDense(k, nil)
	for i, r := range drop {
		for j := i; j < k; j++ {
			a.SetSym(i, j, row(h, r)[drop[j]])
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(a) {
		return elimination{}, fmt.Errorf("estimate: %w: the second derivatives by the intercepts are singular; bring the features to similar scales first", ErrNumber)
	}
	solve := func(right []float64) []float64 {
		var w mat.VecDense
		_ = chol.SolveVecTo(&w, mat.NewVecDense(k, right)) // badly conditioned is good enough for a step
		return w.RawVector().Data
	}
	pick := func(from []float64) []float64 {
		out := make([]float64, k)
		for i, r := range drop {
			out[i] = from[r]
		}
		return out
	}
	e := elimination{free: solve(pick(q))}
	m := len(keep)
	e.reduced = &moments{n: 1, meanX: make([]float64, m), xy: make([]float64, m),
		xx: blas64.General{Rows: m, Cols: m, Stride: m, Data: make([]float64, m*m)}}
	for i, r := range keep {
		side := pick(row(h, r))
		e.by = append(e.by, solve(side))
		e.reduced.xy[i] = q[r] - floats.Dot(side, e.free)
	}
	for i, r := range keep {
		side := pick(row(h, r))
		for j := i; j < m; j++ {
			v := row(h, r)[keep[j]] - floats.Dot(side, e.by[j])
			if i == j {
				v = max(v, 0)
			}
			row(e.reduced.xx, i)[j], row(e.reduced.xx, j)[i] = v, v
		}
	}
	return e, nil
}

// intercepts are the best values at the others.
func (e elimination) intercepts(w []float64) []float64 {
	out := append([]float64(nil), e.free...)
	for i, v := range w {
		floats.AddScaled(out, -v, e.by[i])
	}
	return out
}
