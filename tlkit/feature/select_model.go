package feature

import (
	"cmp"
	"math"
	"slices"

	vec "gonum.org/v1/gonum/floats"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/internal/enum"
)

// Cut is where [SelectModel] separates what is kept from the rest.
type Cut uint8

// The cuts.
const (
	// UsualCut is AboveZero for a model with an L1 penalty alone, else AtMean.
	UsualCut  Cut = iota
	AboveZero     // 1e-5 and more, as scikit-learn does
	AtMean        // the mean importance and more
	AtMedian      // the median importance and more
	AtValue       // SelectModel.Value and more
)

var cutNames = enum.Names{Type: "Cut", List: []string{"usual", "above zero", "mean", "median", "value"}, Err: errOption}

// String is the cut's name.
func (c Cut) String() string { return cutNames.String(uint8(c)) }

// MarshalText writes the name.
func (c Cut) MarshalText() ([]byte, error) { return cutNames.Marshal(uint8(c)) }

// UnmarshalText reads the name.
func (c *Cut) UnmarshalText(b []byte) error { return cutNames.Unmarshal(b, (*uint8)(c)) }

// SelectModel fits a model once and keeps the features that are important to it: those
// whose coefficient, of several classes the sum, is far from 0. With an L1 penalty
// (lasso, Tibshirani 1996) those are the ones that are not 0. As scikit-learn's
// SelectFromModel.
//
// Coefficients say how important features are only if these have the same scale: put a
// scaler before. Missing values are an [*InputError]. It may keep none.
type SelectModel struct {
	// Columns are chosen from; others pass. None: all numbers, booleans included.
	Columns []string
	// Regressor fits a target of numbers, Classifier one that names classes: a linear model
	// of package estimate. nil means LassoCV, the lasso whose penalty is chosen by
	// cross-validation, which keeps a pipeline's groups together, and Logistic with the L1
	// penalty alone.
	Regressor  estimate.Regressor
	Classifier estimate.Classifier
	// Cut and Value say how important a feature has to be. Value is the least importance
	// with AtValue, and a factor with AtMean and AtMedian, where 0 means 1.
	Cut   Cut
	Value float64
	// Max is the most features that are kept, the most important ones. 0 means no limit.
	Max int
}

func (s SelectModel) takes(p *plan) ([]int, error) { return p.takeAll(s.Columns) }

func (s SelectModel) fit(l *learning) (learnt, error) {
	if err := cutNames.Check(uint8(s.Cut)); err != nil {
		return nil, err
	}
	if math.IsNaN(s.Value) || s.Value < 0 {
		return nil, optionf("Value is %v; give 0 or more", s.Value)
	}
	if s.Max < 0 || s.Max > len(l.cols) {
		return nil, optionf("Max is %d, and there are %d features to choose from; give 1 to %d, or 0 for no limit", s.Max, len(l.cols), len(l.cols))
	}
	if s.Regressor == nil && s.Classifier == nil {
		s.Regressor, s.Classifier = estimate.LassoCV{}, estimate.Logistic{L1Ratio: 1}
	}
	t, err := l.trial(s.Regressor, s.Classifier)
	if err != nil {
		return nil, err
	}
	a, err := t.fit(l.ctx, t.all())
	if err != nil {
		return nil, err
	}
	importance, err := a.importance(math.Abs)
	if err != nil {
		return nil, err
	}
	return &kept{Keep: s.choose(importance, t.all(), sparse(t, a.model)), By: "size of the coefficient", Scores: importance}, nil
}

// choose keeps what is important enough, of equal ones the first.
func (s SelectModel) choose(importance []float64, order []int, sparse bool) []bool {
	keep := make([]bool, len(importance))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(importance[b], importance[a]) })
	if s.Max > 0 {
		order = order[:s.Max]
	}
	least := s.least(importance, sparse)
	for _, j := range order {
		keep[j] = importance[j] >= least
	}
	return keep
}

// least is the least importance that is kept.
func (s SelectModel) least(importance []float64, sparse bool) float64 {
	cut := s.Cut
	if cut == UsualCut {
		cut = AtMean
		if sparse {
			cut = AboveZero
		}
	}
	factor := s.Value
	if factor == 0 {
		factor = 1
	}
	switch cut {
	case AboveZero:
		return 1e-5
	case AtValue:
		return s.Value
	case AtMedian:
		v := slices.Sorted(slices.Values(importance))
		return factor * (v[(len(v)-1)/2] + v[len(v)/2]) / 2
	}
	return factor * (vec.Sum(importance) / float64(len(importance)))
}

// sparse reports whether the model's penalty is L1 alone.
func sparse(t *trial, m estimate.Model) bool {
	const near = 1 - 1e-8
	switch m := m.(type) {
	case *estimate.LassoModel:
		return m.L1Ratio >= near
	case *estimate.ChosenModel:
		return m.L1Ratio >= near
	}
	o, ok := t.classifier.(estimate.Logistic)
	return ok && o.L1Ratio >= near
}
