package feature

import (
	"cmp"
	"context"
	"slices"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/progress"
)

// RFE is recursive feature elimination (Guyon et al. 2002): it fits a model on all
// features, leaves out those with the smallest squares of their coefficients, summed over
// the classes, and goes on with the rest until K are left. Of equal ones the first goes
// first. As scikit-learn's RFE.
//
// Coefficients say how important features are only if these have the same scale: put a
// scaler before. Missing values are an [*InputError]. The ranks that it gives are 1 for
// what is kept, 2 for what was left out last, and so on: see [Fitted.Scores].
//
// Ridge, lasso and other least squares are not fitted on the rows again and again: the
// products of all columns with each other are made once, which costs n·p², and each model
// is solved from them.
type RFE struct {
	// Columns are chosen from; others pass. None: all numbers, booleans included.
	Columns []string
	// Regressor fits a target of numbers, Classifier one that names classes: a linear model
	// of package estimate. nil means Ridge and Logistic with their defaults.
	Regressor  estimate.Regressor
	Classifier estimate.Classifier
	// K is how many are kept, at most as many as there are. 0 means half of them.
	K int
	// Step is how many are left out at a time. 0 means 1.
	Step int
	// StepShare, if it is not 0, is the share of all features that is left out at a time,
	// rounded down, at least one; Step is then 0. It is below 1.
	StepShare float64
}

func (s RFE) takes(p *plan) ([]int, error) { return p.takeAll(s.Columns) }

func (s RFE) fit(l *learning) (learnt, error) {
	k, step, err := s.sizes(len(l.cols))
	if err != nil {
		return nil, err
	}
	t, err := l.trial(s.Regressor, s.Classifier)
	if err != nil {
		return nil, err
	}
	e, err := t.eliminate(l.ctx, l.rep, k, step, nil)
	if err != nil {
		return nil, err
	}
	return e.kept(), nil
}

// sizes are how many of p features are kept, and left out at a time.
func (s RFE) sizes(p int) (k, step int, err error) {
	if s.K < 0 || s.K > p {
		return 0, 0, optionf("K is %d, and there are %d features to choose from; give 1 to %d, or 0 for half of them", s.K, p, p)
	}
	step, err = stepOf(s.Step, s.StepShare, p)
	k = s.K
	if k == 0 {
		k = max(p/2, 1)
	}
	return k, step, err
}

func stepOf(step int, share float64, p int) (int, error) {
	switch {
	case step < 0 || share != 0 && !(share > 0 && share < 1):
		return 0, optionf("Step is %d, StepShare is %v; a step is 1 or more, a share between 0 and 1", step, share)
	case step > 0 && share > 0:
		return 0, optionf("both Step and StepShare are given; give one of them")
	case share > 0:
		return max(1, int(share*float64(p))), nil
	}
	return max(step, 1), nil
}

// elimination is what came of leaving features out one after the other.
type elimination struct {
	left []int // ascending
	// ranks are 1 for what is left, and one more for each round before the last.
	ranks []int
	// importance is the last one that was seen of each feature.
	importance []float64
}

// kept is the choice as a step keeps it.
func (e *elimination) kept() *kept {
	k := &kept{Keep: make([]bool, len(e.ranks)), By: "squared coefficient", Scores: e.importance, Ranks: e.ranks}
	for _, j := range e.left {
		k.Keep[j] = true
	}
	return k
}

// eliminate leaves features out until k are left. seen, if it is not nil, sees each model,
// and the last one too.
func (t *trial) eliminate(ctx context.Context, rep progress.Reporter, k, step int, seen func(*attempt) error) (*elimination, error) {
	p := len(t.cols)
	e := &elimination{left: t.all(), ranks: make([]int, p), importance: make([]float64, p)}
	for j := range e.ranks {
		e.ranks[j] = 1
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(e.left) <= t.rows() { // with fewer rows than features the model itself is quicker
			if err := t.prepare(ctx, e.left); err != nil {
				return nil, err
			}
		}
		a, err := t.fit(ctx, e.left)
		if err != nil {
			return nil, err
		}
		if seen != nil {
			if err := seen(a); err != nil {
				return nil, err
			}
		}
		importance, err := a.importance(square)
		if err != nil {
			return nil, err
		}
		for i, j := range e.left {
			e.importance[j] = importance[i]
		}
		progress.Or(rep).Report(progress.Event{Task: "leaving features out", Done: int64(p - len(e.left)), Total: int64(p - k), Unit: "features"})
		if len(e.left) <= k {
			return e, nil
		}
		e.leaveOut(importance, min(step, len(e.left)-k))
	}
}

// leaveOut drops the n least important of what is left.
func (e *elimination) leaveOut(importance []float64, n int) {
	order := make([]int, len(e.left))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(importance[a], importance[b]) })
	out := make(map[int]bool, n)
	for _, i := range order[:n] {
		out[e.left[i]] = true
	}
	e.left = slices.DeleteFunc(slices.Clone(e.left), func(j int) bool { return out[j] })
	for j := range e.ranks {
		if e.ranks[j] > 1 || out[j] {
			e.ranks[j]++
		}
	}
}
