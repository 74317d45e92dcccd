package evaluate

import (
	"fmt"
	"math"
)

// NumbersReport is what predicted numbers are worth.
type NumbersReport struct {
	N    int
	RMSE Interval // root of the mean squared error, in the target's unit
	MAE  Interval // mean absolute error, in the target's unit
	// R2 is 1 less the squared error over that of predicting the mean of the truth: 1 is
	// perfect, 0 no better than the mean, below 0 worse. Where the truth does not vary it is
	// 1 if all is right and 0 if not, as in scikit-learn.
	R2 Interval
}

// Numbers evaluates predicted numbers. The intervals are 95 % percentile intervals of a
// bootstrap over the items, of rounds draws (0 means 2000) from the seed. They take items
// to be independent, which days of a time series are not: there the truth is wider.
func Numbers(truth, predicted []float64, rounds int, seed uint64) (*NumbersReport, error) {
	if len(truth) != len(predicted) {
		return nil, fmt.Errorf("evaluate: %w: %d numbers, %d predictions", ErrLength, len(truth), len(predicted))
	}
	for i := range truth {
		for _, v := range []float64{truth[i], predicted[i]} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("evaluate: %w: item %d is %v, predicted %v", ErrNumber, i, truth[i], predicted[i])
			}
		}
	}
	r := &NumbersReport{N: len(truth)}
	all := make([]int, len(truth))
	for i := range all {
		all[i] = i
	}
	var err error
	for _, m := range []struct {
		to *Interval
		f  func(truth, predicted []float64, index []int) float64
	}{{&r.RMSE, rmse}, {&r.MAE, mae}, {&r.R2, r2}} {
		*m.to, err = Bootstrap(len(truth), rounds, seed, func(index []int) float64 { return m.f(truth, predicted, index) })
		if err != nil {
			return nil, err
		}
	}
	return r, nil
}

func rmse(truth, predicted []float64, index []int) float64 {
	sum := 0.0
	for _, i := range index {
		d := truth[i] - predicted[i]
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(index)))
}

func mae(truth, predicted []float64, index []int) float64 {
	sum := 0.0
	for _, i := range index {
		sum += math.Abs(truth[i] - predicted[i])
	}
	return sum / float64(len(index))
}

func r2(truth, predicted []float64, index []int) float64 {
	mean := 0.0
	for _, i := range index {
		mean += truth[i] / float64(len(index))
	}
	var rest, total float64
	for _, i := range index {
		d, e := truth[i]-predicted[i], truth[i]-mean
		rest += d * d
		total += e * e
	}
	switch {
	case total > 0:
		return 1 - rest/total
	case rest == 0:
		return 1
	}
	return 0
}

// String is the report in one line.
func (r *NumbersReport) String() string {
	return fmt.Sprintf("RMSE %.4g (%.4g – %.4g), MAE %.4g (%.4g – %.4g), R² %.3f (%.3f – %.3f) on %d",
		r.RMSE.Value, r.RMSE.Low, r.RMSE.High, r.MAE.Value, r.MAE.Low, r.MAE.High, r.R2.Value, r.R2.Low, r.R2.High, r.N)
}
