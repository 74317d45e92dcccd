package score

import (
	"context"

	"transferlab/tlkit/progress"
)

// ANOVA is the F of the one-way analysis of variance (Fisher 1925) of each column over the
// classes: the variance between the means of the classes over that within them. P is the
// probability of as large an F where all classes have the same normal distribution. It is
// scikit-learn's f_classif.
//
// A constant column has F = NaN, and so has every column where there is only one class.
// Where each class is constant but not the same, F is +Inf and P is 0. Where each class
// has one row, nothing varies within: F is NaN or +Inf, and P NaN. Sums of squares are
// about the means, so that columns far from 0 keep the digits that they lose in
// scikit-learn.
func ANOVA(ctx context.Context, rep progress.Reporter, columns [][]float64, classes []int) (Result, error) {
	l, err := newLabels(columns, classes)
	if err != nil {
		return Result{}, err
	}
	out := Result{make([]float64, len(columns)), make([]float64, len(columns))}
	err = each(ctx, rep, "ANOVA", len(columns), func(j int) (err error) {
		out.Score[j], out.P[j], err = anova(columns[j], j, l)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return out, nil
}

func anova(v []float64, column int, l labels) (f, p float64, err error) {
	between, within := squaresOf(v, 1, l)
	if !isFinite(between+within) || between+within < vanishing {
		if err := finite(v, column); err != nil {
			return 0, 0, err
		}
		if !constant(v) {
			between, within = squaresOf(v, scaleOf(v), l)
		}
	}
	k, n := len(l.count), len(v)
	f = between / float64(k-1) / (within / float64(n-k))
	return f, fTail(float64(k-1), float64(n-k), f), nil
}

// squaresOf are the sums of squares between and within classes, of scale·v. The first
// number is taken off all of them, so that a column far from 0 keeps its digits; it costs
// none where that number itself is far off, as the squares are then as large.
func squaresOf(v []float64, scale float64, l labels) (between, within float64) {
	shift := scale * v[0]
	means := classMeans(v, scale, shift, l)
	// The first mean is taken off, so that equal ones leave exactly nothing.
	sum := 0.0
	for c, m := range means {
		sum += float64(l.count[c]) * (m - means[0])
	}
	mean := sum / float64(len(v))
	for c, m := range means {
		d := m - means[0] - mean
		between += float64(l.count[c]) * d * d
	}
	var s [4]float64
	of := l.of[:len(v)]
	i := 0
	for ; i+4 <= len(v); i += 4 {
		q, c := v[i:i+4:i+4], of[i:i+4:i+4]
		d0, d1 := scale*q[0]-shift-means[c[0]], scale*q[1]-shift-means[c[1]]
		d2, d3 := scale*q[2]-shift-means[c[2]], scale*q[3]-shift-means[c[3]]
		s[0] += d0 * d0
		s[1] += d1 * d1
		s[2] += d2 * d2
		s[3] += d3 * d3
	}
	for ; i < len(v); i++ {
		d := scale*v[i] - shift - means[of[i]]
		s[0] += d * d
	}
	return between, (s[0] + s[1]) + (s[2] + s[3])
}

// classMeans are the means of scale·v − shift. What each class has beyond its first number
// is added up, so that the mean of equal numbers is exact.
func classMeans(v []float64, scale, shift float64, l labels) []float64 {
	first := make([]float64, len(l.count))
	seen := make([]bool, len(first))
	for i, left := 0, len(first); left > 0; i++ {
		if c := l.of[i]; !seen[c] {
			first[c], seen[c] = scale*v[i]-shift, true
			left--
		}
	}
	sums := make([]float64, len(first))
	for i, c := range l.of[:len(v)] {
		sums[c] += scale*v[i] - shift - first[c]
	}
	for c := range sums {
		sums[c] = first[c] + sums[c]/float64(l.count[c])
	}
	return sums
}
