package score

import "math"

// incompleteBeta is the regularised incomplete beta function I_x(a, b), for y = 1−x, which
// is given too because subtraction would lose it. gonum's goes through the logarithms of
// gamma functions, whose digits cancel for a million degrees of freedom, and through 1−x.
//
// It is the continued fraction of DiDonato and Morris (Algorithm 708, ACM TOMS 18, 1992,
// section 4) below the mean, and 1 less the other side above it.
func incompleteBeta(a, b, x, y float64) float64 {
	switch {
	case a != a || b != b || x != x || y != y:
		return math.NaN()
	case x <= 0:
		return 0
	case y <= 0:
		return 1
	}
	below := (a+b)*y - b // a − (a+b)x, how far x is below the mean, times a+b
	if below < 0 {
		return 1 - betaFraction(b, a, y, x, -below)
	}
	return betaFraction(a, b, x, y, below)
}

// betaFraction evaluates the fraction 1/(β₀ + α₁/(β₁ + …)) by Lentz's method.
func betaFraction(a, b, x, y, below float64) float64 {
	const tiny = 1e-300
	front := betaFront(a, b, x, y, below)
	if front == 0 {
		return 0
	}
	value := max(a/(a+1)*(below+1), tiny)
	c, d := value, 0.0
	// Some √(a+b) rounds suffice; the bound only has to end.
	for n := 1.0; n < 1e6; n++ {
		s := a + 2*n - 1
		alpha := (a + n - 1) / s * ((a + b + n - 1) / s) * n * (b - n) * x * x
		beta := n + n*(b-n)*x/s + (a+n)/(a+2*n+1)*(below+1+n*(1+y))
		d = beta + alpha*d
		c = beta + alpha/c
		if d == 0 {
			d = tiny
		}
		if c == 0 {
			c = tiny
		}
		d = 1 / d
		step := c * d
		value *= step
		if math.Abs(step-1) < 1e-16 {
			break
		}
	}
	return min(front/value, 1)
}

// betaFront is x^a·y^b/B(a, b), by Stirling's formula with its remainder, in the form in
// which nothing large cancels (Loader 2000, "Fast and accurate computation of binomial
// probabilities").
func betaFront(a, b, x, y, below float64) float64 {
	n := a + b
	e := a*logRatio(-below/a, n*x/a) + b*logRatio(below/b, n*y/b)
	e += stirlingRest(n) - stirlingRest(a) - stirlingRest(b)
	return math.Sqrt(a/n*b/(2*math.Pi)) * math.Exp(e)
}

// logRatio is ln(1+u) − u. ratio is 1+u, for where u is near −1 and 1+u has no digits.
func logRatio(u, ratio float64) float64 {
	if u < -0.5 {
		return math.Log(ratio) - u
	}
	if math.Abs(u) > 0.3 {
		return math.Log1p(u) - u
	}
	// ln(1+u) = 2(t + t³/3 + t⁵/5 + …) for t = u/(2+u), and 2t − u = −u·t.
	t := u / (2 + u)
	sum, power := 0.0, 2*t
	for k := 3.0; ; k += 2 {
		power *= t * t
		if next := sum + power/k; next != sum {
			sum = next
			continue
		}
		return sum - u*t
	}
}

// stirlingRest is ln Γ(z) − (z−½)ln z + z − ½ln 2π.
func stirlingRest(z float64) float64 {
	if z < 12 {
		g, _ := math.Lgamma(z)
		return g - (z-0.5)*math.Log(z) + z - 0.5*math.Log(2*math.Pi)
	}
	r := 1 / (z * z)
	return (1.0/12 - r*(1.0/360-r*(1.0/1260-r*(1.0/1680-r*(1.0/1188-r*(691.0/360360)))))) / z
}
