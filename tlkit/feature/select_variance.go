package feature

import (
	"transferlab/tlkit/feature/score"
)

// SelectVariance leaves out the features whose variance, with n in the denominator and
// missing values left out, is not above Threshold: at 0 those that are constant, or have
// no value at all. As scikit-learn's VarianceThreshold, except that it may leave out all.
//
// A variance depends on the unit: features of different units are compared by it only
// after a scaler such as [MinMaxScaler]; behind a [StandardScaler] all have 1.
type SelectVariance struct {
	// Columns are chosen from; others pass. None: all numbers, booleans included.
	Columns []string
	// Threshold is the least variance that is left out as well. 0 or more.
	Threshold float64
}

func (s SelectVariance) takes(p *plan) ([]int, error) { return p.takeAll(s.Columns) }

func (s SelectVariance) fit(l *learning) (learnt, error) {
	if !(s.Threshold >= 0) {
		return nil, optionf("Threshold is %v; give 0 or more", s.Threshold)
	}
	spreads := make([]score.Spread, len(l.cols))
	err := l.each(func(j int, v []float64) error {
		got, err := score.Variance(l.ctx, nil, [][]float64{v})
		if err == nil {
			spreads[j] = got[0]
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	at, err := score.Varying(spreads, s.Threshold)
	if err != nil {
		return nil, err
	}
	k := &kept{Keep: chosen(len(spreads), at), By: "variance", Scores: make(floats, len(spreads))}
	for j, s := range spreads {
		k.Scores[j] = s.Variance
	}
	return k, nil
}

// chosen marks positions.
func chosen(n int, at []int) []bool {
	keep := make([]bool, n)
	for _, j := range at {
		keep[j] = true
	}
	return keep
}
