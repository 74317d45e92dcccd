package score

import "math"

// A centre is the mean of a column and the sum of squares about it, both of the numbers
// times a scale. The scale is 1, or a power of two for numbers whose squares would
// overflow or vanish; whoever uses ratios need not care.
type centre struct {
	scale, mean, squares float64
}

// vanishing is where sums of squares begin to lose digits to underflow.
const vanishing = 1e-280

// centreOf reads the column twice. It is wrong to rounding only; of a constant column the
// squares are 0. Numbers that are not finite are an error.
func centreOf(v []float64, column int) (centre, error) {
	c := centreAt(v, 1)
	if isFinite(c.squares) && c.squares > vanishing {
		return c, nil
	}
	if err := finite(v, column); err != nil {
		return c, err
	}
	if s := scaleOf(v); c.squares != 0 || !constant(v) {
		return centreAt(v, s), nil
	}
	return c, nil
}

// scaleOf is the power of two that brings the largest number near 1.
func scaleOf(v []float64) float64 {
	most := 0.0
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	_, e := math.Frexp(most)
	return math.Ldexp(1, min(-e, 1000))
}

func constant(v []float64) bool {
	for _, x := range v {
		if x != v[0] {
			return false
		}
	}
	return true
}

func centreAt(v []float64, scale float64) centre {
	first := scale * v[0] // taken off, so that the mean of equal numbers is exact
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(v); i += 4 {
		q := v[i : i+4 : i+4]
		s0 += scale*q[0] - first
		s1 += scale*q[1] - first
		s2 += scale*q[2] - first
		s3 += scale*q[3] - first
	}
	for ; i < len(v); i++ {
		s0 += scale*v[i] - first
	}
	mean := first + ((s0+s1)+(s2+s3))/float64(len(v))
	return centre{scale, mean, squaresAbout(v, scale, mean)}
}

// squaresAbout is the sum of (scale·v − mean)².
func squaresAbout(v []float64, scale, mean float64) float64 {
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(v); i += 4 {
		q := v[i : i+4 : i+4]
		d0, d1, d2, d3 := scale*q[0]-mean, scale*q[1]-mean, scale*q[2]-mean, scale*q[3]-mean
		s0 += d0 * d0
		s1 += d1 * d1
		s2 += d2 * d2
		s3 += d3 * d3
	}
	for ; i < len(v); i++ {
		d := scale*v[i] - mean
		s0 += d * d
	}
	return (s0 + s1) + (s2 + s3)
}

// productAbout is the sum of (scale·v − mean)·w.
func productAbout(v []float64, c centre, w []float64) float64 {
	var s0, s1, s2, s3 float64
	w = w[:len(v)]
	i := 0
	for ; i+4 <= len(v); i += 4 {
		q, r := v[i:i+4:i+4], w[i:i+4:i+4]
		s0 += (c.scale*q[0] - c.mean) * r[0]
		s1 += (c.scale*q[1] - c.mean) * r[1]
		s2 += (c.scale*q[2] - c.mean) * r[2]
		s3 += (c.scale*q[3] - c.mean) * r[3]
	}
	for ; i < len(v); i++ {
		s0 += (c.scale*v[i] - c.mean) * w[i]
	}
	return (s0 + s1) + (s2 + s3)
}

// about0 is the centre with the mean left where it is: the squares are those of v itself.
func about0(v []float64, column int) (centre, error) {
	s := squaresAbout(v, 1, 0)
	if isFinite(s) && s > vanishing {
		return centre{1, 0, s}, nil
	}
	if err := finite(v, column); err != nil {
		return centre{}, err
	}
	scale := scaleOf(v)
	return centre{scale, 0, squaresAbout(v, scale, 0)}, nil
}

// cosine is product/√(x·y), for x and y sums of squares of any size; where all three are
// equal it is exactly 1.
func cosine(product, x, y float64) float64 {
	fx, ex := math.Frexp(x)
	fy, ey := math.Frexp(y)
	if (ex+ey)%2 != 0 {
		fx, ex = 2*fx, ex-1
	}
	return max(-1, min(1, math.Ldexp(product, -(ex+ey)/2)/math.Sqrt(fx*fy)))
}
