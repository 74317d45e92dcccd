package estimate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// newtonian is losses with a penalty, and where its minimum is looked for.
type newtonian struct {
	losses
	one, two  float64 // the penalty's weights: of absolute values, of half the squares
	rounds    int
	tolerance float64
	w         []float64
}

func (o Logistic) newton(ctx context.Context, rep progress.Reporter, x blas64.General, y []int, k int, weights []float64) (fitted, error) {
	mean, _, err := means(ctx, x, make([]float64, x.Rows))
	if err != nil {
		return fitted{}, err
	}
	weight := 1 / (o.C * float64(x.Rows))
	l := &newtonian{losses: losses{x: x, y: y, weights: weights, mean: mean, intercept: 1, k: k, each: 1},
		one: weight * o.L1Ratio, two: weight * (1 - o.L1Ratio), rounds: o.Rounds, tolerance: o.Tolerance, w: make([]float64, k*(x.Cols+1))}
	if o.NoIntercept {
		l.intercept = 0
		clear(mean)
	}
	// Every 16th row is enough to come near: where so many are left that they tell much the
	// same as all.
	const share = 16
	if x.Rows/share > 50*len(l.w) && x.Rows/share > 2000 {
		l.each, l.tolerance, l.rounds = share, 1e-2, min(10, o.Rounds)
		if _, _, err := l.minimise(ctx, rep); err != nil {
			return fitted{}, err
		}
		l.each, l.tolerance, l.rounds = 1, o.Tolerance, o.Rounds
	}
	rounds, converged, err := l.minimise(ctx, rep)
	if err != nil {
		return fitted{}, err
	}
	l.level()
	return fitted{l.w, mean, rounds, converged}, nil
}

// width is the number of parameters of a class.
func (l *newtonian) width() int { return l.x.Cols + 1 }

// penalised adds the penalty to a value.
func (l *newtonian) penalised(value float64, w []float64) float64 {
	for i, v := range w {
		if (i+1)%l.width() != 0 {
			value += l.one*math.Abs(v) + l.two/2*v*v
		}
	}
	return value
}

func (l *newtonian) minimise(ctx context.Context, rep progress.Reporter) (rounds int, converged bool, err error) {
	chosen := l.choose(nil)
	at, err := l.at(ctx, l.w, chosen)
	if err != nil {
		return 0, false, err
	}
	value := l.penalised(at.value, l.w)
	before := math.Inf(1) // how far the step before went; infinite if it was cut short
	for rounds = 1; rounds <= l.rounds; rounds++ {
		if l.one > 0 && len(chosen) < l.x.Cols {
			// The second derivatives by the features that matter now.
			chosen = l.choose(at.gradient)
			if at, err = l.at(ctx, l.w, chosen); err != nil {
				return 0, false, err
			}
		}
		target, err := l.step(ctx, at, chosen)
		if err != nil {
			return 0, false, err
		}
		t := trial{target: target, step: make([]float64, len(l.w))}
		floats.SubTo(t.step, target, l.w)
		t.slope = floats.Dot(t.step, at.gradient) + l.penalised(0, target) - l.penalised(0, l.w)
		if l.arrives(t, before, value) && l.complete(at.gradient, chosen) {
			l.w = target
			return rounds, finite(target...), nil
		}
		scale, err := l.try(ctx, t, chosen, &at, &value)
		if err != nil {
			return 0, false, err
		}
		if scale == 0 {
			return rounds, false, nil // no way down that rounding would show
		}
		before = math.Inf(1)
		if scale == 1 {
			before = floats.Norm(t.step, math.Inf(1))
		}
		rep.Report(progress.Event{Task: "logistic regression", Done: int64(rounds), Unit: "rounds",
			Values: []progress.Value{{Name: "objective", X: float64(rounds), Y: value}}})
		if !finite(value) || !finite(l.w...) {
			return 0, false, fmt.Errorf("estimate: %w: the objective is %v after %d rounds; bring the features to similar scales first", ErrNumber, value, rounds)
		}
	}
	return l.rounds, false, nil
}

// trial is a step that is not made yet.
type trial struct {
	target, step []float64
	slope        float64 // of the objective along it, the penalty's change included
}

// arrives reports whether the step ends at the minimum, as far as the tolerance goes:
// because it is so short, or because the steps, which shrink with the square of the one
// before, say that the next one will be. Where all coefficients are 0, or rounding hides
// what can be won, that is the end as well.
func (l *newtonian) arrives(t trial, before, value float64) bool {
	moved := floats.Norm(t.step, math.Inf(1))
	goal := l.tolerance * floats.Norm(t.target, math.Inf(1))
	if moved <= goal || math.Abs(t.slope) <= eps*math.Abs(value) {
		return true
	}
	if math.IsInf(before, 1) || !(moved < before/10) {
		return false
	}
	for i, v := range t.target {
		if (v == 0) != (l.w[i] == 0) || v*l.w[i] < 0 {
			return false // the next step is a first one among these signs
		}
	}
	return moved/before*moved/before*moved <= goal
}

// try halves the step until the objective falls, and goes there. The scale is that of the
// step; 0 if it does not fall.
func (l *newtonian) try(ctx context.Context, t trial, chosen []int, at *point, value *float64) (scale float64, err error) {
	scale = 1.0
	for range 60 { // halvings: then the step is below rounding
		next := slices.Clone(t.target) // what is 0 stays 0
		if scale < 1 {
			floats.AddScaledTo(next, l.w, scale, t.step)
		}
		a, err := l.at(ctx, next, chosen)
		if err != nil {
			return 0, err
		}
		v := l.penalised(a.value, next)
		// Armijo's rule, less the rounding of the objective itself.
		if v <= *value+1e-4*scale*t.slope+64*eps*math.Abs(*value) {
			l.w, *at, *value = next, a, v
			return scale, nil
		}
		scale /= 2
	}
	return 0, nil
}

// step gives the minimum of the quadratic that touches the losses at w, with the penalty.
func (l *newtonian) step(ctx context.Context, at point, chosen []int) ([]float64, error) {
	h := l.curved(at.hessian, chosen)
	index := l.index(chosen)
	m := len(index)
	// ½θ'Hθ − q·θ, q = Hw − gradient.
	q := make([]float64, m)
	now := make([]float64, m)
	for a, i := range index {
		now[a] = l.w[i]
	}
	for a, i := range index {
		q[a] = floats.Dot(row(h, a), now) - at.gradient[i]
	}
	var found []float64
	var err error
	if l.one == 0 {
		found, err = l.smooth(h, q, len(chosen)+1)
	} else {
		found, err = l.proximal(ctx, h, q, now, len(chosen)+1)
	}
	if err != nil {
		return nil, err
	}
	out := slices.Clone(l.w)
	for a, i := range index {
		out[i] = found[a]
	}
	return out, nil
}

// index says where the parameters of the second derivatives stand in w.
func (l *newtonian) index(chosen []int) []int {
	var out []int
	for c := range l.k {
		for _, j := range chosen {
			out = append(out, c*l.width()+j)
		}
		out = append(out, c*l.width()+l.x.Cols)
	}
	return out
}

// curved makes the second derivatives positive along the directions that change nothing:
// an intercept that is left out, and one number added to the intercepts of all classes.
func (l *newtonian) curved(h blas64.General, chosen []int) blas64.General {
	width := len(chosen) + 1
	for c := range l.k {
		i := c*width + width - 1
		if l.intercept == 0 {
			row(h, i)[i] = 1
			continue
		}
		if l.k == 1 {
			row(h, i)[i] = max(row(h, i)[i], 1e-300)
			continue
		}
		for e := range l.k {
			row(h, i)[e*width+width-1] += 1 / float64(l.k)
		}
	}
	return h
}

// smooth solves for the step without a penalty on absolute values. width is the number of
// parameters of a class, the intercept last.
func (l *newtonian) smooth(h blas64.General, q []float64, width int) ([]float64, error) {
	m := len(q)
	scale := make([]float64, m)
	for i := range m {
		if (i+1)%width != 0 {
			row(h, i)[i] += l.two
		}
		scale[i] = 1
		if d := row(h, i)[i]; d > 0 {
			scale[i] = 1 / math.Sqrt(d)
		}
	}
	a := blas64.Symmetric{N: m, Stride: m, Uplo: blas.Upper, Data: make([]float64, m*m)}
	for i := range m {
		from, to := row(h, i), a.Data[i*m:(i+1)*m]
		for j := i; j < m; j++ {
			to[j] = from[j] * scale[i] * scale[j]
		}
	}
	floats.Mul(q, scale)
	if m > fewEquations {
		if out, ok := conjugate(a, q, 1e-10); ok {
			floats.Mul(out, scale)
			return out, nil
		}
	}
	// Where the matrix is singular to working precision, a small multiple of its diagonal
	// shortens the step.
	for more := 0.0; more < 1; more = max(more*100, 1e-14) {
		b := mat.NewSymDense(m, slices.Clone(a.Data))
		for i := range m {
			b.SetSym(i, i, b.At(i, i)+more)
		}
		var chol mat.Cholesky
		var w mat.VecDense
		if !chol.Factorize(b) || !(chol.Cond() < 1/eps) || chol.SolveVecTo(&w, mat.NewVecDense(m, q)) != nil {
			continue
		}
		out := w.RawVector().Data
		floats.Mul(out, scale)
		return out, nil
	}
	return nil, fmt.Errorf("estimate: %w: the second derivatives are singular; bring the features to similar scales first", ErrNumber)
}

// level makes the intercepts of several classes sum to 0: adding one number to them all
// changes no probability, so that only the rest of them can be learnt.
func (l *newtonian) level() {
	if l.k == 1 {
		return
	}
	mean := 0.0
	for c := range l.k {
		mean += l.w[(c+1)*l.width()-1] / float64(l.k)
	}
	for c := range l.k {
		l.w[(c+1)*l.width()-1] -= mean
	}
}
