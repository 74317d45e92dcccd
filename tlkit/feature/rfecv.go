package feature

import (
	"cmp"
	"fmt"
	"math"
	"sync/atomic"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// RFECV finds by cross-validation how many features [RFE] is to keep: in each fold it
// leaves features out by the fold's training rows, and judges every model on the way by
// the rest. It keeps the number with the best mean, of equal ones the smallest, and lets
// RFE choose as many on all training rows. As scikit-learn's RFECV.
//
// The scores of all numbers of features are kept: see [StepScores.Curve]. The best of many
// scores is too good to be true: judge what comes of it by rows that are held back.
//
// The folds divide the rows as the steps before leave them, and these steps have learnt from
// all training rows. One that learns from the target – [SelectBest], [SelectModel], [RFE] –
// has then chosen its columns by the targets of the very rows that a fold is judged by, and
// the scores are too good, of pure noise too. Put RFECV before such a step, or judge the
// pipeline by [Compare], which fits every step anew in each fold.
type RFECV struct {
	// Columns, Regressor, Classifier, Step and StepShare are as in [RFE].
	Columns    []string
	Regressor  estimate.Regressor
	Classifier estimate.Classifier
	Step       int
	StepShare  float64
	// Min is the least number of features that is tried. 0 means 1.
	Min int
	// Metric judges the models.
	Metric Metric
	// Folds divide the training rows, stratified where the target names classes. Its Valid
	// is not used.
	Folds split.FoldOptions
	// OneStandardError takes the smallest number of features whose mean is within one
	// standard error of the best (Breiman et al. 1984), instead of the best.
	OneStandardError bool
}

func (s RFECV) takes(p *plan) ([]int, error) { return p.takeAll(s.Columns) }

func (s RFECV) fit(l *learning) (learnt, error) {
	p := len(l.cols)
	step, err := stepOf(s.Step, s.StepShare, p)
	if err != nil {
		return nil, err
	}
	if s.Min < 0 || s.Min > p {
		return nil, optionf("Min is %d, and there are %d features to choose from; give 1 to %d", s.Min, p, p)
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
	return s.choose(l, t, folds, step)
}

// choose finds the number of features and eliminates.
func (s RFECV) choose(l *learning, t *trial, folds []fold, step int) (*keptCurve, error) {
	curve, err := s.curve(l, folds, step)
	if err != nil {
		return nil, err
	}
	k := best(curve, s.OneStandardError)
	e, err := t.eliminate(l.ctx, l.rep, k, step, nil)
	if err != nil {
		return nil, err
	}
	return &keptCurve{*e.kept(), s.Metric, curve}, nil
}

// curve scores each number of features in each fold, the smallest first.
func (s RFECV) curve(l *learning, folds []fold, step int) ([]CurvePoint, error) {
	scores := make([][]float64, len(folds))
	var numbers []int
	errs := make([]error, len(folds))
	var done atomic.Int64
	err := parallel.Each(l.ctx, len(folds), func(k int) {
		var sizes []int
		_, errs[k] = folds[k].train.eliminate(l.ctx, nil, max(s.Min, 1), step, func(a *attempt) error {
			v, err := a.score(l.ctx, folds[k].test, s.Metric)
			scores[k] = append(scores[k], v)
			sizes = append(sizes, len(a.features))
			return err
		})
		if k == 0 {
			numbers = sizes
		}
		progress.Or(l.rep).Report(progress.Event{Task: "folds of recursive elimination", Done: done.Add(1), Total: int64(len(folds)), Unit: "folds"})
	})
	if err := cmp.Or(err, firstError(errs)); err != nil {
		return nil, err
	}
	out := make([]CurvePoint, len(numbers))
	for i, n := range numbers {
		c := CurvePoint{Features: n}
		for k := range folds {
			c.Folds = append(c.Folds, scores[k][i])
		}
		out[len(out)-1-i] = c
	}
	return out, nil
}

// best is the number of features with the best mean.
func best(curve []CurvePoint, oneStandardError bool) int {
	top := 0
	for i, c := range curve {
		if c.sum() > curve[top].sum() {
			top = i
		}
	}
	if oneStandardError {
		enough := curve[top].Mean() - curve[top].StandardError()
		for i, c := range curve {
			if c.Mean() >= enough {
				top = i
				break
			}
		}
	}
	return curve[top].Features
}

// CurvePoint is how well models of some number of features did.
type CurvePoint struct {
	Features int       `json:"features"`
	Folds    []float64 `json:"folds"` // the score in each fold
	// Column is the one that was added or left out to come here; "" where it was several,
	// or not the same in each fold.
	Column string `json:"column,omitempty"`
}

func (c CurvePoint) sum() float64 {
	sum := 0.0
	for _, v := range c.Folds {
		sum += v
	}
	return sum
}

// Mean is that of the folds.
func (c CurvePoint) Mean() float64 { return c.sum() / float64(len(c.Folds)) }

// StandardError is that of the mean, as if the folds were independent: the standard
// deviation of the folds' scores over the root of their number. They share training rows,
// so that it is too small.
func (c CurvePoint) StandardError() float64 {
	n, m, squares := float64(len(c.Folds)), c.Mean(), 0.0
	for _, v := range c.Folds {
		squares += (v - m) * (v - m)
	}
	return math.Sqrt(squares / (n - 1) / n)
}

// keptCurve is a choice that was made by cross-validation.
type keptCurve struct {
	kept
	Metric Metric       `json:"metric"`
	Curve  []CurvePoint `json:"curve"`
}

func (k *keptCurve) outputs(in []element) ([]output, error) {
	for _, c := range k.Curve {
		if c.Features < 0 || c.Features > len(in) || len(c.Folds) == 0 {
			return nil, fmt.Errorf("feature: %w: a score of %d of %d features in %d folds", ErrFile, c.Features, len(in), len(c.Folds))
		}
	}
	return k.kept.outputs(in)
}
