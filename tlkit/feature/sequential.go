package feature

import (
	"cmp"
	"math"
	"slices"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/internal/enum"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Direction is which way [Sequential] goes.
type Direction uint8

// The directions.
const (
	Forward  Direction = iota // from no feature, adding one after the other
	Backward                  // from all features, leaving out one after the other
)

var directionNames = enum.Names{Type: "Direction", List: []string{"forward", "backward"}, Err: errOption}

// String is "forward" or "backward".
func (d Direction) String() string { return directionNames.String(uint8(d)) }

// MarshalText writes the name.
func (d Direction) MarshalText() ([]byte, error) { return directionNames.Marshal(uint8(d)) }

// UnmarshalText reads the name.
func (d *Direction) UnmarshalText(b []byte) error { return directionNames.Unmarshal(b, (*uint8)(d)) }

// Sequential adds to no feature, or takes from all, one after the other, always the one
// with which, or without which, a model does best in cross-validation (Ferri et al. 1994);
// of equal ones the first. Any model will do, also one without coefficients. As
// scikit-learn's SequentialFeatureSelector.
//
// It fits p models for each feature and fold: with a slow model and many features that
// takes long. A ridge regression is fitted by products of columns that are made once for
// each fold. Missing values are an [*InputError].
//
// The folds divide the rows as the steps before leave them, which have learnt from all
// training rows: after a step that learns from the target, as [SelectBest] does, the scores
// are too good. Put Sequential before such a step, or judge the pipeline by [Compare], which
// fits every step anew in each fold.
type Sequential struct {
	// Columns are chosen from; others pass. None: all numbers, booleans included.
	Columns []string
	// Regressor predicts a target of numbers, Classifier one that names classes. nil means
	// Ridge and Logistic with their defaults.
	Regressor  estimate.Regressor
	Classifier estimate.Classifier
	Direction  Direction
	// K is how many are kept, fewer than there are. 0 means as many as Tolerance says, or
	// half of them without one.
	K int
	// Tolerance ends the choice where the score gains less than this from one more, or one
	// fewer, feature. It may be below 0 going backward: then a score may fall by as much.
	// It counts only where K is 0.
	Tolerance float64
	// Metric judges the models.
	Metric Metric
	// Folds are as in [RFECV].
	Folds split.FoldOptions
}

func (s Sequential) takes(p *plan) ([]int, error) { return p.takeAll(s.Columns) }

func (s Sequential) fit(l *learning) (learnt, error) {
	if err := s.check(len(l.cols)); err != nil {
		return nil, err
	}
	t, err := l.trial(s.Regressor, s.Classifier)
	if err != nil {
		return nil, err
	}
	if s.Metric, err = s.Metric.check(t.classifier != nil); err != nil {
		return nil, err
	}
	folds, err := t.folds(l.ctx, s.Folds)
	if err != nil {
		return nil, err
	}
	return s.choose(l, folds)
}

func (s Sequential) check(p int) error {
	switch {
	case directionNames.Check(uint8(s.Direction)) != nil:
		return directionNames.Check(uint8(s.Direction))
	case p == 1:
		return optionf("there is one feature, and nothing to choose; leave the step out")
	case s.K < 0 || s.K > 0 && s.K >= p:
		return optionf("K is %d, and there are %d features to choose from; give 1 to %d, or 0 for half of them", s.K, p, p-1)
	case math.IsNaN(s.Tolerance) || math.IsInf(s.Tolerance, 0) || s.Tolerance < 0 && s.Direction == Forward:
		return optionf("Tolerance is %v; it is finite, and above 0 going forward", s.Tolerance)
	}
	return nil
}

// rounds is how many features are added or taken away at most.
func (s Sequential) rounds(p int) int {
	switch {
	case s.K == 0 && s.Tolerance != 0:
		return p - 1
	case s.K == 0:
		return p / 2
	case s.Direction == Forward:
		return s.K
	}
	return p - s.K
}

// choose goes on one feature at a time.
func (s Sequential) choose(l *learning, folds []fold) (*keptCurve, error) {
	p := len(folds[0].train.cols)
	for _, f := range folds {
		if err := f.train.prepare(l.ctx, f.train.all()); err != nil {
			return nil, err
		}
	}
	done := make([]bool, p) // added, or left out
	out := &keptCurve{Metric: s.Metric, kept: kept{Keep: done, Ranks: make([]int, p)}}
	last := math.Inf(-1)
	rounds := s.rounds(p)
	for r := range rounds {
		j, c, err := s.next(l, folds, done)
		if err != nil {
			return nil, err
		}
		if s.K == 0 && s.Tolerance != 0 && c.Mean()-last < s.Tolerance {
			break
		}
		last = c.Mean()
		done[j] = true
		out.Ranks[j] = r + 1
		out.Curve = append(out.Curve, c)
		progress.Or(l.rep).Report(progress.Event{Task: "choosing features", Done: int64(r + 1), Total: int64(rounds), Unit: "features",
			Values: []progress.Value{{Name: s.Metric.String(), X: float64(c.Features), Y: last}}})
	}
	s.rank(out, done)
	return out, nil
}

// rank makes ranks of the rounds in which features were chosen, 1 for the most important.
func (s Sequential) rank(out *keptCurve, done []bool) {
	last := slices.Max(out.Ranks)
	for j, r := range out.Ranks {
		switch {
		case s.Direction == Forward && r == 0:
			out.Ranks[j] = last + 1
		case s.Direction == Backward && r == 0:
			out.Ranks[j] = 1
		case s.Direction == Backward:
			out.Ranks[j] = last - r + 2
		}
	}
	if s.Direction == Backward {
		for j := range done {
			done[j] = !done[j]
		}
		slices.Reverse(out.Curve)
	}
}

// next tries each of the features that are not done, and finds the best.
func (s Sequential) next(l *learning, folds []fold, done []bool) (int, CurvePoint, error) {
	var candidates []int
	for j, d := range done {
		if !d {
			candidates = append(candidates, j)
		}
	}
	points := make([]CurvePoint, len(candidates))
	errs := make([]error, len(candidates))
	err := parallel.Each(l.ctx, len(candidates), func(c int) {
		var features []int
		for j, d := range done {
			if (d || j == candidates[c]) == (s.Direction == Forward) {
				features = append(features, j)
			}
		}
		points[c].Features = len(features)
		for _, f := range folds {
			a, err := f.train.fit(l.ctx, features)
			if err != nil {
				errs[c] = err
				return
			}
			v, err := a.score(l.ctx, f.test, s.Metric)
			if err != nil {
				errs[c] = err
				return
			}
			points[c].Folds = append(points[c].Folds, v)
		}
	})
	if err := cmp.Or(err, firstError(errs)); err != nil {
		return 0, CurvePoint{}, err
	}
	top := 0
	for c := range points {
		if points[c].Mean() > points[top].Mean() {
			top = c
		}
	}
	points[top].Column = l.cols[candidates[top]].name
	return candidates[top], points[top], nil
}
