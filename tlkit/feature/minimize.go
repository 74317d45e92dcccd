package feature

import (
	"context"
	"math"
)

// This file finds where a function of one number is least, by the methods and with the
// tolerances that SciPy 1.17 takes for the likelihoods of the power transformations: a
// bracket found by golden steps and parabolas (Press et al., Numerical Recipes, 10.1), and
// Brent's minimisation without derivatives (Brent 1973, chapter 5).

// minimizer is a search. A context that ends ends it where it is.
type minimizer struct {
	ctx context.Context
	f   func(float64) float64
}

// steps is the most that a search takes.
const steps = 500

// point is where the function has which value.
type point struct{ x, y float64 }

func (m minimizer) at(x float64) point { return point{x, m.f(x)} }

// within searches between two bounds, to an absolute tolerance: SciPy's fminbound.
func (m minimizer) within(low, high, tolerance float64) float64 {
	golden := 0.5 * (3 - math.Sqrt(5))
	start := m.at(low + golden*(high-low))
	return m.brent(low, high, start, golden, func(x float64) float64 {
		return math.Sqrt(2.2e-16)*math.Abs(x) + tolerance/3
	})
}

// from searches downhill from two points, to a relative tolerance: SciPy's brent.
func (m minimizer) from(a, b, tolerance float64) float64 {
	p, q, r := m.bracket(a, b)
	return m.brent(min(p.x, r.x), max(p.x, r.x), q, 0.3819660, func(x float64) float64 {
		return tolerance*math.Abs(x) + 1e-11
	})
}

// bracket goes downhill from a and b until three points have the lowest in the middle.
func (m minimizer) bracket(a, b float64) (pa, pb, pc point) {
	const golden, farthest, tiny = 1.618034, 110, 1e-21
	pa, pb = m.at(a), m.at(b)
	if pa.y < pb.y {
		pa, pb = pb, pa
	}
	pc = m.at(pb.x + golden*(pb.x-pa.x))
	for k := 0; pc.y < pb.y && k < 2*steps && m.ctx.Err() == nil; k++ {
		// Where the parabola through the three is least.
		s := (pb.x - pa.x) * (pb.y - pc.y)
		t := (pb.x - pc.x) * (pb.y - pa.y)
		d := t - s
		if math.Abs(d) < tiny {
			d = tiny
		}
		u := pb.x - ((pb.x-pc.x)*t-(pb.x-pa.x)*s)/(2*d)
		limit := pb.x + farthest*(pc.x-pb.x)
		var pu point
		switch {
		case (u-pc.x)*(pb.x-u) > 0:
			pu = m.at(u)
			if pu.y < pc.y {
				return pb, pu, pc
			}
			if pu.y > pb.y {
				return pa, pb, pu
			}
			pu = m.at(pc.x + golden*(pc.x-pb.x))
		case (u-limit)*(limit-pc.x) >= 0:
			pu = m.at(limit)
		case (u-limit)*(pc.x-u) > 0:
			pu = m.at(u)
			if pu.y < pc.y {
				pb, pc = pc, pu
				pu = m.at(pc.x + golden*(pc.x-pb.x))
			}
		default:
			pu = m.at(pc.x + golden*(pc.x-pb.x))
		}
		pa, pb, pc = pb, pc, pu
	}
	return pa, pb, pc
}

// brent searches between a and b from a point in between. near is how close two points may
// come.
func (m minimizer) brent(a, b float64, best point, golden float64, near func(x float64) float64) float64 {
	second, third := best, best
	var step, before float64 // the last step and the one before it
	for range steps {
		middle := 0.5 * (a + b)
		tol := near(best.x)
		if math.Abs(best.x-middle) <= 2*tol-0.5*(b-a) || m.ctx.Err() != nil {
			break
		}
		parabola := false
		if math.Abs(before) > tol {
			r := (best.x - second.x) * (best.y - third.y)
			q := (best.x - third.x) * (best.y - second.y)
			p := (best.x-third.x)*q - (best.x-second.x)*r
			q = 2 * (q - r)
			if q > 0 {
				p = -p
			}
			q = math.Abs(q)
			last := before
			before = step
			if math.Abs(p) < math.Abs(0.5*q*last) && p > q*(a-best.x) && p < q*(b-best.x) {
				parabola = true
				step = p / q
				if u := best.x + step; u-a < 2*tol || b-u < 2*tol {
					step = tol
					if best.x > middle {
						step = -tol
					}
				}
			}
		}
		if !parabola {
			before = b - best.x
			if best.x >= middle {
				before = a - best.x
			}
			step = golden * before
		}
		move := step
		if math.Abs(step) < tol {
			move = math.Copysign(tol, step)
		}
		u := m.at(best.x + move)
		if u.y <= best.y {
			if u.x >= best.x {
				a = best.x
			} else {
				b = best.x
			}
			best, second, third = u, best, second
			continue
		}
		if u.x < best.x {
			a = u.x
		} else {
			b = u.x
		}
		switch {
		case u.y <= second.y || second.x == best.x:
			second, third = u, second
		case u.y <= third.y || third.x == best.x || third.x == second.x:
			third = u
		}
	}
	return best.x
}
