package estimate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// This file is Newton's method with conjugate gradients, for so many coefficients that
// their second derivatives would not fit: products with them take the place of the matrix.

// logit is the objective (1/n)Σ −ln p + (penalty/2)‖W‖², penalty = 1/(C·n): scikit-learn's
// divided by C·n. The parameters are k rows of p coefficients and an intercept.
type logit struct {
	x       blas64.General // n×(p+1), centred, a 1 at the end of each row (0 without intercept)
	y       []int
	weights []float64 // of a row of each class
	mean    []float64
	k       int // rows of parameters
	width   int // p+1
	penalty float64
	piece   int            // rows of a chunk
	prob    blas64.General // n×k, of the last point that was asked for
}

func newLogit(x blas64.General, y []int, classes int, o Logistic) *logit {
	n, p := x.Rows, x.Cols
	l := &logit{y: y, k: classes, width: p + 1, penalty: 1 / (o.C * float64(n))}
	if classes == 2 {
		l.k = 1
	}
	zero := make([]float64, n)
	centre, _, mean, _ := centred(x, zero, !o.NoIntercept)
	l.mean = mean
	l.x = blas64.General{Rows: n, Cols: p + 1, Stride: p + 1, Data: make([]float64, n*(p+1))}
	for i := range n {
		r := row(l.x, i)
		copy(r, row(centre, i))
		if !o.NoIntercept {
			r[p] = 1
		}
	}
	l.prob = blas64.General{Rows: n, Cols: l.k, Stride: l.k, Data: make([]float64, n*l.k)}
	// At most 64 chunks, so that their partial sums stay small beside the data.
	l.piece = max(1024, (n+63)/64)
	return l
}

// over adds up what f gives for each chunk of rows, in the order of the chunks: a number,
// and k×(p+1) numbers.
func (l *logit) over(ctx context.Context, f func(part blas64.General, low int, sum []float64) float64) (float64, []float64, error) {
	n := l.x.Rows
	pieces := (n + l.piece - 1) / l.piece
	values := make([]float64, pieces)
	sums := make([][]float64, pieces)
	err := parallel.Chunks(ctx, n, l.piece, func(c, low, high int) {
		part := blas64.General{Rows: high - low, Cols: l.width, Stride: l.width, Data: l.x.Data[low*l.width : high*l.width]}
		sums[c] = make([]float64, l.k*l.width)
		values[c] = f(part, low, sums[c])
	})
	if err != nil {
		return 0, nil, err
	}
	total := values[0]
	for c := 1; c < pieces; c++ {
		total += values[c]
		floats.Add(sums[0], sums[c])
	}
	return total, sums[0], nil
}

// rows shows k×(p+1) numbers as a matrix.
func (l *logit) rows(w []float64) blas64.General {
	return blas64.General{Rows: l.k, Cols: l.width, Stride: l.width, Data: w}
}

// scores are part·wᵀ.
func (l *logit) scores(part blas64.General, w []float64) blas64.General {
	z := blas64.General{Rows: part.Rows, Cols: l.k, Stride: l.k, Data: make([]float64, part.Rows*l.k)}
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, part, l.rows(w), 0, z)
	return z
}

// at gives the objective and its gradient at w, and keeps the probabilities.
func (l *logit) at(ctx context.Context, w []float64) (value float64, gradient []float64, err error) {
	value, gradient, err = l.over(ctx, func(part blas64.General, low int, sum []float64) float64 {
		z := l.scores(part, w)
		loss := 0.0
		for i := range part.Rows {
			s := row(z, i)
			p := row(l.prob, low+i)
			y := l.y[low+i]
			if l.k == 1 {
				// −ln of the logistic function, without overflow.
				t := s[0]
				if y == 0 {
					t = -t
				}
				loss += (math.Log1p(math.Exp(-math.Abs(t))) + max(-t, 0)) * l.weights[y]
				p[0] = 1 / (1 + math.Exp(-s[0]))
				s[0] = (p[0] - float64(y)) * l.weights[y]
				continue
			}
			truth := s[y]
			loss += (softmax(s) - truth) * l.weights[y]
			copy(p, s)
			s[y]--
			floats.Scale(l.weights[y], s)
		}
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, z, part, 0, l.rows(sum))
		return loss
	})
	if err != nil {
		return 0, nil, err
	}
	n := float64(l.x.Rows)
	value /= n
	floats.Scale(1/n, gradient)
	for c := range l.k {
		coef := w[c*l.width : (c+1)*l.width-1]
		value += l.penalty / 2 * floats.Dot(coef, coef)
		floats.AddScaled(gradient[c*l.width:(c+1)*l.width-1], l.penalty, coef)
	}
	return value, gradient, nil
}

// curve is the second derivatives at the last point times v.
func (l *logit) curve(ctx context.Context, v []float64) ([]float64, error) {
	_, out, err := l.over(ctx, func(part blas64.General, low int, sum []float64) float64 {
		z := l.scores(part, v)
		for i := range part.Rows {
			s, p, weight := row(z, i), row(l.prob, low+i), l.weights[l.y[low+i]]
			if l.k == 1 {
				s[0] *= p[0] * (1 - p[0]) * weight
				continue
			}
			mean := floats.Dot(s, p)
			for c := range s {
				s[c] = p[c] * (s[c] - mean) * weight
			}
		}
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, z, part, 0, l.rows(sum))
		return 0
	})
	if err != nil {
		return nil, err
	}
	floats.Scale(1/float64(l.x.Rows), out)
	for c := range l.k {
		low, high := c*l.width, (c+1)*l.width-1
		floats.AddScaled(out[low:high], l.penalty, v[low:high])
	}
	return out, nil
}

// diagonal is that of the second derivatives at the last point, and 1 where they are 0.
func (l *logit) diagonal(ctx context.Context) ([]float64, error) {
	_, out, err := l.over(ctx, func(part blas64.General, low int, sum []float64) float64 {
		for i := range part.Rows {
			weight := l.weights[l.y[low+i]]
			for c, p := range row(l.prob, low+i) {
				d := sum[c*l.width : (c+1)*l.width]
				for j, v := range row(part, i) {
					d[j] += weight * p * (1 - p) * v * v
				}
			}
		}
		return 0
	})
	if err != nil {
		return nil, err
	}
	floats.Scale(1/float64(l.x.Rows), out)
	for i := range out {
		if i%l.width != l.width-1 {
			out[i] += l.penalty
		}
		if !(out[i] > 0) {
			out[i] = 1
		}
	}
	return out, nil
}

// minimise is Newton's method from 0.
func (l *logit) minimise(ctx context.Context, rep progress.Reporter, o Logistic) (w []float64, rounds int, converged bool, err error) {
	w = make([]float64, l.k*l.width)
	value, gradient, err := l.at(ctx, w)
	if err != nil {
		return nil, 0, false, err
	}
	first := 0.0
	for rounds = 1; rounds <= o.Rounds; rounds++ {
		step, err := l.step(ctx, gradient, &first)
		if err != nil {
			return nil, 0, false, err
		}
		slope := floats.Dot(step, gradient)
		next := make([]float64, len(w))
		scale := 1.0
		for range 60 { // halvings: then the step is below rounding
			floats.AddScaledTo(next, w, scale, step)
			v, g, err := l.at(ctx, next)
			if err != nil {
				return nil, 0, false, err
			}
			// Armijo's rule, less the rounding of the objective itself.
			if v <= value+1e-4*scale*slope+8*eps*math.Abs(value) {
				w, value, gradient = next, v, g
				break
			}
			scale /= 2
		}
		moved := scale * floats.Norm(step, math.Inf(1))
		rep.Report(progress.Event{Task: "logistic regression", Done: int64(rounds), Unit: "rounds",
			Values: []progress.Value{{Name: "objective", X: float64(rounds), Y: value}}})
		if !finite(value, moved) {
			return nil, 0, false, fmt.Errorf("estimate: %w: the objective is %v after %d rounds; bring the features to similar scales first", ErrNumber, value, rounds)
		}
		if moved <= o.Tolerance*max(floats.Norm(w, math.Inf(1)), 1e-300) {
			return w, rounds, true, nil
		}
	}
	return w, o.Rounds, false, nil
}

// step solves curve·step = −gradient by preconditioned conjugate gradients (Hestenes and
// Stiefel 1952): roughly far from the minimum, and the more exactly the smaller the
// gradient has become, so that convergence stays quadratic (Eisenstat and Walker 1996).
// first is the size of the first gradient in the preconditioner's measure, 0 for unknown.
func (l *logit) step(ctx context.Context, gradient []float64, first *float64) ([]float64, error) {
	diagonal, err := l.diagonal(ctx)
	if err != nil {
		return nil, err
	}
	step := make([]float64, len(gradient))
	residual := make([]float64, len(gradient))
	floats.SubTo(residual, residual, gradient)
	z := make([]float64, len(gradient))
	l.precondition(z, residual, diagonal)
	direction := slices.Clone(z)
	rho := floats.Dot(residual, z)
	if *first == 0 {
		*first = rho
	}
	end := rho * max(min(0.01, rho / *first), 1e-20) // squares: a tenth, down to ten digits
	for range 10*len(gradient) + 100 {
		if !(rho > end) {
			break
		}
		c, err := l.curve(ctx, direction)
		if err != nil {
			return nil, err
		}
		bend := floats.Dot(direction, c)
		if !(bend > 0) {
			break // flat to working precision: what there is of the step is a descent
		}
		floats.AddScaled(step, rho/bend, direction)
		floats.AddScaled(residual, -rho/bend, c)
		l.precondition(z, residual, diagonal)
		next := floats.Dot(residual, z)
		floats.Scale(next/rho, direction)
		floats.Add(direction, z)
		rho = next
	}
	return step, nil
}

// precondition divides by the diagonal, within the directions that change the objective.
func (l *logit) precondition(z, residual, diagonal []float64) {
	floats.DivTo(z, residual, diagonal)
	l.level(z)
}

// level makes the intercepts of several classes sum to 0: adding one number to them all
// changes no probability, so that only the rest of them can be learnt.
func (l *logit) level(w []float64) {
	if l.k == 1 {
		return
	}
	mean := 0.0
	for c := range l.k {
		mean += w[(c+1)*l.width-1] / float64(l.k)
	}
	for c := range l.k {
		w[(c+1)*l.width-1] -= mean
	}
}
