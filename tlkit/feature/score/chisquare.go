package score

import (
	"context"
	"math"

	"transferlab/tlkit/progress"
)

// ChiSquare is Pearson's χ² between each column and the classes, where a column is a
// count, a share or any amount that adds up, such as how often a word occurs: it compares
// the sum over each class with what the class would have by its number of rows alone. P
// is the probability of as large a χ² with k−1 degrees of freedom. It is scikit-learn's
// chi2.
//
// Numbers below 0 are an [*InputError] that is [ErrNegative]. A column of zeros has no χ²:
// NaN, and so has every column where there is only one class. χ² is not free of scale: a
// column times 10 has a χ² times 10.
func ChiSquare(ctx context.Context, rep progress.Reporter, columns [][]float64, classes []int) (Result, error) {
	l, err := newLabels(columns, classes)
	if err != nil {
		return Result{}, err
	}
	out := Result{make([]float64, len(columns)), make([]float64, len(columns))}
	err = each(ctx, rep, "chi-square", len(columns), func(j int) (err error) {
		out.Score[j], err = chiSquare(columns[j], j, l)
		out.P[j] = chiSquareTail(len(l.count)-1, out.Score[j])
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return out, nil
}

func chiSquare(v []float64, column int, l labels) (float64, error) {
	scale := 1.0
	observed, least, all := classSums(v, scale, l)
	if !isFinite(all) || least < 0 {
		for i, x := range v {
			if x < 0 || !isFinite(x) {
				return 0, &InputError{column, i, x}
			}
		}
		scale = 1 / float64(1<<40) // the sum overflows; no table has as many rows
		observed, _, all = classSums(v, scale, l)
	}
	sum := 0.0
	for c, o := range observed {
		e := float64(l.count[c]) / float64(len(v)) * all
		sum += (o - e) / e * (o - e)
	}
	if len(observed) == 1 {
		return math.NaN(), nil
	}
	return sum / scale, nil
}

// classSums adds up each class, and finds the least number, or something below 0 for NaN.
func classSums(v []float64, scale float64, l labels) (sums []float64, least, all float64) {
	sums = make([]float64, len(l.count))
	for i, c := range l.of[:len(v)] {
		x := v[i]
		if x < least {
			least = x
		}
		sums[c] += scale * x
	}
	for _, s := range sums {
		all += s
	}
	return sums, least, all
}
