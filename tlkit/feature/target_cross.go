package feature

import (
	"context"
	"fmt"
	"math/rand/v2"

	"transferlab/tlkit/parallel"
)

// This file is the arithmetic of [TargetEncoder].

// smoothing is how a value's mean is drawn towards the mean of all.
type smoothing struct {
	bayes bool
	rows  float64 // that the mean of all counts as
}

func (s TargetEncoder) smooth() smoothing {
	return smoothing{s.Smoothing == 0 && !s.NoSmoothing, s.Smoothing}
}

// meanOutside is the mean and the variance of the rows outside of a fold; of all rows
// where there are no folds.
func meanOutside(y []float64, folds []uint16, fold uint16) (mean, variance float64) {
	n := 0.0
	for i, v := range y {
		if folds == nil || folds[i] != fold {
			mean += v
			n++
		}
	}
	mean /= n
	for i, v := range y {
		if folds == nil || folds[i] != fold {
			variance += (v - mean) * (v - mean)
		}
	}
	return mean, variance / n
}

// encode gives each of n values its encoding, learnt from the rows outside of a fold. rows
// has the number of each row's value.
func (s smoothing) encode(rows []int32, y []float64, n int, folds []uint16, fold uint16) floats {
	mean, variance := meanOutside(y, folds, fold)
	sums, counts := make(floats, n), make([]float64, n)
	for i, k := range rows {
		if folds == nil || folds[i] != fold {
			sums[k] += y[i]
			counts[k]++
		}
	}
	if !s.bayes {
		for k := range sums {
			if w := counts[k] + s.rows; w > 0 {
				sums[k] = (sums[k] + s.rows*mean) / w
			} else {
				sums[k] = mean
			}
		}
		return sums
	}
	for k := range sums {
		sums[k] /= counts[k]
	}
	squares := make([]float64, n)
	for i, k := range rows {
		if folds == nil || folds[i] != fold {
			d := y[i] - sums[k]
			squares[k] += d * d
		}
	}
	for k, m := range sums {
		// How much the value's own mean counts: NaN if no row has it, or nothing varies.
		own := variance * counts[k] / (variance*counts[k] + squares[k]/counts[k])
		if own != own {
			sums[k] = mean
		} else {
			sums[k] = own*m + (1-own)*mean
		}
	}
	return sums
}

// folds deals the rows out, so that each fold has its share of all rows and of each class.
func (s TargetEncoder) folds(rows int, labels []int) ([]uint16, error) {
	n := s.Folds
	if n == 0 {
		n = 5
	}
	n = min(n, rows, 1<<16-1)
	if n < 2 {
		return nil, fmt.Errorf("feature: %w: %d training row, and cross-fitting needs two", ErrEmpty, rows)
	}
	order := rand.New(rand.NewPCG(s.Seed, 0x74617267)).Perm(rows)
	folds := make([]uint16, rows)
	if labels == nil {
		for k, i := range order {
			folds[i] = uint16(k % n)
		}
		return folds, nil
	}
	// The rows of a class are dealt in turn, and the next class goes on where it ended.
	var start []int // where each class begins
	for _, c := range labels {
		for len(start) <= c {
			start = append(start, 0)
		}
		start[c]++
	}
	at := 0
	for c, count := range start {
		start[c] = at
		at += count
	}
	for _, i := range order {
		c := labels[i]
		folds[i] = uint16(start[c] % n)
		start[c]++
	}
	return folds, nil
}

// cross encodes each training row by what the rows outside of its fold teach: for each
// column its targets.
func (s smoothing) cross(ctx context.Context, rows [][]int32, targets [][]float64, cols []targetColumn, folds []uint16) ([]column, error) {
	n := uint16(0)
	for _, f := range folds {
		n = max(n, f+1)
	}
	out := make([]column, len(rows)*len(targets))
	for i := range out {
		out[i] = makeColumn(numbers, len(folds))
	}
	err := parallel.Each(ctx, len(out)*int(n), func(i int) {
		o, fold := i/int(n), uint16(i%int(n))
		j, k := o/len(targets), o%len(targets)
		of := s.encode(rows[j], targets[k], cols[j].all(), folds, fold)
		to := out[o].num
		for r, f := range folds {
			if f == fold {
				to[r] = of[rows[j][r]]
			}
		}
	})
	return out, err
}
