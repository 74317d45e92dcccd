package rank

import "math"

// noise is the least sum of squares that is left over of a class, as if a little noise had
// been measured with it: without one, a class that the features tell exactly would have an
// evidence without bound. It is the epsilon of the authors' code.
const noise = 1e-5

// LogME is how well a linear model of the features explains the labels, averaged over all
// such models: the logarithm of the maximum evidence (You, Liu, Wang and Long 2021,
// arXiv:2102.11005). Larger is better.
//
// For each class that occurs, the indicator y of its rows is Fw plus noise, with the weights
// w normal with precision α, and the noise normal with precision β; LogME is the mean over
// the classes of
//
//	max over α, β of  ln p(y | F, α, β) / n
//
// The authors find the maximum with a fixed-point iteration on t = α/β that ends after at
// most eleven rounds, wherever it is then. Here β is put in closed form, which leaves t
// alone, and t is searched over all its range: the same maximum, of which nothing depends on
// the start, nor on the scale of the features as a whole. Where F has fewer than d
// independent columns, as always where d > n, the fixed point of the authors' later code
// (arXiv:2110.10545) counts d logarithms of α, too many; this is the evidence.
//
// The cost grows with n·d·min(n, d).
func LogME[T Real](features [][]T, labels []int) (float64, error) {
	x, classes, err := checked(features, labels)
	if err != nil {
		return 0, err
	}
	f, err := decompose(x, unit(x)*rounding[T]())
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, rows := range classes {
		sum += f.evidence(rows)
	}
	return sum / float64(len(classes)), nil
}

// evidence is the maximum of the log evidence of one class, for each row.
func (f decomposition) evidence(rows []int) float64 {
	p := profile{n: float64(f.n), rest: float64(len(rows))} // ‖y‖² of an indicator
	for i, v := range f.along(rows) {
		p.signal = append(p.signal, v*v)
		p.sigma = append(p.sigma, f.s[i]*f.s[i])
		p.rest -= v * v
	}
	p.rest = max(p.rest, 0)
	best := p.at(math.Inf(1)) // all is noise
	if len(f.s) == 0 {
		return best
	}
	// From where the weights are free, even beside the least noise, to where they are 0.
	low, high := math.Log(p.sigma[len(p.sigma)-1])-25, math.Log(p.sigma[0])+25
	const steps = 150
	step, top := (high-low)/steps, 0
	for i := range steps + 1 {
		if v := p.at(math.Exp(low + float64(i)*step)); v > best {
			best, top = v, i
		}
	}
	at := low + float64(top)*step
	return max(best, highest(at-step, at+step, func(v float64) float64 { return p.at(math.Exp(v)) }))
}

// profile is the log evidence as a function of t = α/β alone.
type profile struct {
	n      float64
	sigma  []float64 // squared singular values
	signal []float64 // squared projections of y
	rest   float64   // of ‖y‖², what lies outside the features' span
}

// at gives the log evidence at t, with the best β for it, for each row. In the basis of U
// the parts of y are independent, with variances (1 + σ/t)/β, so that
//
//	−2 ln p = n ln 2π − n ln β + Σ ln(1 + σ/t) + βQ,  Q = Σ signal/(1 + σ/t) + rest
//
// which β = n/Q minimises.
func (p profile) at(t float64) float64 {
	q, logs := p.rest+noise, 0.0
	for i, s := range p.sigma {
		q += p.signal[i] / (1 + s/t)
		logs += math.Log1p(s / t)
	}
	return -(p.n*(math.Log(2*math.Pi)+1+math.Log(q/p.n)) + logs) / (2 * p.n)
}

// highest is the largest value of f between low and high, where it has one hill, by the
// golden section.
func highest(low, high float64, f func(float64) float64) float64 {
	const ratio = 0.6180339887498949
	a, b := high-ratio*(high-low), low+ratio*(high-low)
	fa, fb := f(a), f(b)
	for range 40 { // the stretch shrinks to 1e-8 of itself, and f is flat there
		if fa > fb {
			high, b, fb = b, a, fa
			a = high - ratio*(high-low)
			fa = f(a)
		} else {
			low, a, fa = a, b, fb
			b = low + ratio*(high-low)
			fb = f(b)
		}
	}
	return max(fa, fb)
}
