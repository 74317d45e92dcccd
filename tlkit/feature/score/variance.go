package score

import (
	"context"
	"fmt"
	"math"

	"transferlab/tlkit/progress"
)

// Spread is how widely a feature's numbers lie.
type Spread struct {
	Variance float64 // population variance, of the numbers that are not NaN; NaN where there are none
	Range    float64 // the largest less the smallest of them
	Missing  int     // how many are NaN
}

// Variance measures each column. NaN is left out, as scikit-learn's VarianceThreshold does;
// infinities are an error.
func Variance(ctx context.Context, rep progress.Reporter, columns [][]float64) ([]Spread, error) {
	if _, err := rows(columns); err != nil {
		return nil, err
	}
	out := make([]Spread, len(columns))
	err := each(ctx, rep, "variance", len(columns), func(j int) (err error) {
		out[j], err = spread(columns[j], j)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func spread(v []float64, column int) (Spread, error) {
	low, high, whole := ends(v)
	known := v
	if !whole {
		known = make([]float64, 0, len(v))
		for i, x := range v {
			if math.IsInf(x, 0) {
				return Spread{}, &InputError{column, i, x}
			}
			if x == x {
				known = append(known, x)
			}
		}
		if len(known) == 0 {
			return Spread{math.NaN(), math.NaN(), len(v)}, nil
		}
		low, high, _ = ends(known)
	}
	c, err := centreOf(known, column)
	return Spread{c.squares / float64(len(known)) / c.scale / c.scale, high - low, len(v) - len(known)}, err
}

// ends are the least and the largest number; whole is false where some are not finite.
func ends(v []float64) (low, high float64, whole bool) {
	low, high = v[0], v[0]
	sum := 0.0
	for _, x := range v {
		sum += x - x // NaN for whatever is not finite
		if x < low {
			low = x
		}
		if x > high {
			high = x
		}
	}
	return low, high, sum == 0
}

// Varying keeps the features whose variance is above the threshold; at 0 those that are
// not constant. scikit-learn calls it VarianceThreshold, which is an error where nothing
// is left; here that is an empty list.
func Varying(spreads []Spread, threshold float64) ([]int, error) {
	if !(threshold >= 0) {
		return nil, fmt.Errorf("score: %w: variance threshold %v; give 0 or more", ErrOption, threshold)
	}
	var kept []int
	for j, s := range spreads {
		// At 0 the range decides: a variance may vanish in underflow.
		if s.Variance > threshold || threshold == 0 && s.Range > 0 {
			kept = append(kept, j)
		}
	}
	return kept, nil
}
