package score

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// This file has the upper tails of the distributions that scores follow by chance: good to
// some 1e-12 of themselves as long as they are not below the smallest float64.

// fTail is the probability that F with d1 and d2 degrees of freedom exceeds f.
func fTail(d1, d2, f float64) float64 {
	if !(d1 > 0 && d2 > 0 && f >= 0) {
		return math.NaN()
	}
	if math.IsInf(f, 1) {
		return 0
	}
	var x, y float64 // d2/(d2 + d1·f) and its complement, neither by subtraction
	if q := d1 / d2 * f; q <= 1 {
		x, y = 1/(1+q), q/(1+q)
	} else {
		q = d2 / d1 / f
		x, y = q/(1+q), 1/(1+q)
	}
	return incompleteBeta(d2/2, d1/2, x, y)
}

// correlationTail is the probability of a correlation at least as far from 0 as r, where
// there is none: Student's t for r·√(dof/(1−r²)), both sides.
func correlationTail(r float64, dof int) float64 {
	if dof <= 0 || r != r {
		return math.NaN()
	}
	return incompleteBeta(float64(dof)/2, 0.5, (1-r)*(1+r), r*r)
}

// chiSquareTail is the probability that χ² with dof degrees of freedom exceeds x.
func chiSquareTail(dof int, x float64) float64 {
	if dof <= 0 || !(x >= 0) {
		return math.NaN()
	}
	if math.IsInf(x, 1) {
		return 0
	}
	return mathext.GammaIncRegComp(float64(dof)/2, x/2)
}
