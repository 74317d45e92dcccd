package feature

import (
	"context"
	"math"
	"slices"
)

// This file finds the power under which a column is most likely to come from a normal
// distribution. The logarithms are taken once; each try costs one exponential for each row.

// lambda is the power, from the column's logarithms as [powered.logs] gives them. NaN is left
// out.
func lambda(ctx context.Context, p Power, logs []float64) float64 {
	known := slices.DeleteFunc(slices.Clone(logs), func(l float64) bool { return l != l })
	s := &likelihood{method: p, logs: known}
	s.least, s.most = widen(known, math.Inf(1), math.Inf(-1))
	m := momentsOf(known)
	s.sum = m.mean * float64(m.n)
	search := minimizer{ctx, s.negative}
	const tolerance = 1.48e-8
	if p == YeoJohnson {
		low, high := s.safe()
		return search.within(low, high, tolerance)
	}
	return s.finite(search.from(-2, 2, tolerance))
}

// likelihood is the logarithm of the profile likelihood of powers, but for a constant.
type likelihood struct {
	method      Power
	logs        []float64 // without NaN, and not empty
	sum         float64   // of the logarithms
	least, most float64
}

// negative is what is minimised. Powers under which nothing can be said are +∞.
func (s *likelihood) negative(lambda float64) float64 {
	var variance float64 // its logarithm
	if s.method == YeoJohnson {
		m := s.moments(powersOf(YeoJohnson, lambda), 0)
		if m.constant() {
			return math.Inf(1) // only rounding is left
		}
		variance = math.Log(m.variance)
	} else {
		// Under Box-Cox only quotients of the powers matter: taken by the largest of them,
		// none is beyond the largest number.
		p, top := powersOf(BoxCox, lambda), s.most
		if lambda < 0 {
			top = s.least
		}
		variance = math.Log(s.moments(p, top).variance) + 2*p.f[0]*top
	}
	v := 0.5*float64(len(s.logs))*variance - (lambda-1)*s.sum
	if math.IsInf(v, -1) {
		return math.Inf(1) // no variance is left
	}
	return v
}

// moments are those of the transformed numbers, the logarithms being less by top.
func (s *likelihood) moments(p powers, top float64) moments {
	first := s.logs[:min(pieceRows, len(s.logs))]
	origin, _ := p.sums(first[:1], top, 0)
	sum, _ := p.sums(first, top, origin)
	all := spread{origin: origin + sum/float64(len(first))}
	for low := 0; low < len(s.logs); low += pieceRows {
		part := s.logs[low:min(low+pieceRows, len(s.logs))]
		sum, squares := p.sums(part, top, all.origin)
		n := float64(len(part))
		all.join(len(part), sum/n, squares-sum*(sum/n))
	}
	return all.moments()
}

// safe are the powers that transform numbers up to 20 times the largest one so that neither
// they nor their variance leave the range of float64: SciPy's bounds.
func (s *likelihood) safe() (low, high float64) {
	largest := math.Expm1(max(s.most, -s.least))
	l := math.Log1p(20 * largest)
	low = (math.Log(0x1p-1022) - math.Log(eps)) / 2 / l
	high = (math.Log(math.MaxFloat64) + math.Log(eps)) / 2 / l
	switch {
	case s.most < 0:
		low, high = 2-high, 2-low
	case s.least < 0:
		low, high = max(2-high, low), min(2-low, high)
	}
	const far = 1e300 // for numbers so small that every power is safe
	return max(low, -far), min(high, far)
}

// finite is λ, or the nearest power under which the transformed numbers of the training rows
// are well within float64, as SciPy's boxcox_normmax bounds it.
func (s *likelihood) finite(lambda float64) float64 {
	const most = math.MaxFloat64 / 10000
	fits := func(a float64) bool {
		p := powersOf(BoxCox, a)
		for _, l := range []float64{s.least, s.most} {
			if math.Abs(p.r[0]*math.Expm1(p.f[0]*l)) > most {
				return false
			}
		}
		return true
	}
	if fits(lambda) {
		return lambda
	}
	good, bad := 0.0, lambda
	for range 200 {
		if middle := good + (bad-good)/2; fits(middle) {
			good = middle
		} else {
			bad = middle
		}
	}
	return good
}
