package feature

import (
	"fmt"
	"math"

	"transferlab/tlkit/parallel"
)

// TargetEncoder makes each value of a column the mean that the target has in the training
// rows with that value, drawn towards the mean of all by so much as the value is rare
// (Micci-Barreca 2001). A target of two classes is 0 in the first and 1 in the second; of
// more classes, each is a target by itself and gives a feature, "column:class". A missing
// value is one of its own; one that no training row has is the mean of all. As
// scikit-learn's TargetEncoder.
//
// A row's own target is in the mean of its value, so that a model which learns from
// features that were encoded like this trusts them too much. Therefore the training rows
// themselves are cross-fitted: each is encoded by the rows outside of its own fold, in
// [Pipeline.FitMatrix] and for the steps that follow.
type TargetEncoder struct {
	// Columns are encoded. None: all of text and categories.
	Columns []string
	// Smoothing is how many rows the mean of all counts as. 0: each value's own number, by
	// empirical Bayes from the variance of the target within the value and in all.
	Smoothing float64
	// NoSmoothing leaves each value its mean.
	NoSmoothing bool
	// Folds are those of cross-fitting, 2 to 100; each has its share of each class. 0: 5.
	// With fewer rows than folds, each row is a fold. The rows of one of [Pipeline]'s groups
	// are in one fold, and the shares are as near as whole groups come.
	Folds int
	// Seed deals the rows out to the folds.
	Seed uint64
}

const mostFolds = 100

func (s TargetEncoder) takes(p *plan) ([]int, error) {
	if !(s.Smoothing >= 0) || math.IsInf(s.Smoothing, 0) {
		return nil, optionf("Smoothing is %v; give a number of rows, 0 or more", s.Smoothing)
	}
	if s.NoSmoothing && s.Smoothing > 0 {
		return nil, optionf("Smoothing is %v, and NoSmoothing is set; choose one", s.Smoothing)
	}
	if s.Folds < 0 || s.Folds == 1 || s.Folds > mostFolds {
		return nil, optionf("Folds is %d; give 2 to %d, or 0 for 5", s.Folds, mostFolds)
	}
	return p.takeTexts(s.Columns)
}

func (s TargetEncoder) fit(l *learning) (learnt, error) {
	targets, names, labels, err := targetsOf(l)
	if err != nil {
		return nil, err
	}
	found, err := l.countAll()
	if err != nil {
		return nil, err
	}
	f := &targetMeans{Classes: names}
	rows := make([][]int32, len(found)) // the number of each row's value
	for j := range found {
		c := targetColumn{values: found[j].values, Means: make([]floats, len(targets))}
		if err := c.index(l.cols[j]); err != nil {
			return nil, err
		}
		f.Columns = append(f.Columns, c)
	}
	if err := parallel.Each(l.ctx, len(found), func(j int) { rows[j] = l.rowValues(j, &f.Columns[j].values) }); err != nil {
		return nil, err
	}
	smooth := s.smooth()
	for _, y := range targets {
		f.Means = append(f.Means, momentsOf(y).mean)
	}
	err = parallel.Each(l.ctx, len(found)*len(targets), func(i int) {
		j, k := i/len(targets), i%len(targets)
		f.Columns[j].Means[k] = smooth.encode(tally(rows[j], targets[k], f.Columns[j].all(), dealt{n: 1}), 1, -1)
	})
	if err != nil || !l.ahead {
		return f, err
	}
	deal, err := s.folds(l.rows, labels, l.group)
	if err != nil {
		return nil, err
	}
	f.crossed, err = smooth.cross(l.ctx, rows, targets, f.Columns, deal)
	return f, err
}

// targetsOf gives the numbers to take means of: the target's own, or 1 for the rows of a
// class and 0 for others. labels is nil for a target of numbers; names are the classes' if
// there are more than two.
func targetsOf(l *learning) (targets [][]float64, names []string, labels []int, err error) {
	if !l.classification() {
		y, err := l.y()
		return [][]float64{y}, nil, nil, err
	}
	labels, names, err = l.classify()
	if err != nil {
		return nil, nil, nil, err
	}
	first := 0
	if len(names) <= 2 {
		first, names = 1, nil
	}
	for c := first; c < max(len(names), 2); c++ {
		y := make([]float64, len(labels))
		for i, k := range labels {
			if k == c {
				y[i] = 1
			}
		}
		targets = append(targets, y)
	}
	return targets, names, labels, nil
}

// rowValues gives the number of each training row's value; a missing one is the last.
func (l *learning) rowValues(j int, v *values) []int32 {
	out := make([]int32, l.rows)
	slot := l.cols[j].slot
	in := l.made[slot]
	if in.num == nil && in.text == nil {
		if err := read(l.table[slot], 0, l.rows, withRoom(&in, l.plan.forms[slot], l.rows)); err != nil {
			return out // the values were read before, so that this cannot be
		}
	}
	v.find(&in, 0, out)
	for i, k := range out {
		if k < 0 {
			out[i] = int32(v.known())
		}
	}
	return out
}

func withRoom(c *column, f form, rows int) *column {
	if f == numbers {
		c.num = make([]float64, rows)
	}
	return c
}

// targetMeans is a fitted TargetEncoder.
type targetMeans struct {
	Columns []targetColumn `json:"columns"`
	Classes textList       `json:"classes,omitempty"` // each gives a feature; none: there is one
	Means   floats         `json:"means"`             // of each target

	crossed []column // of the training rows, until they are asked for
}

type targetColumn struct {
	values
	Means []floats `json:"of"` // for each target, of each value
}

func (s *targetMeans) takesTexts() {}

func (s *targetMeans) outputs(in []element) ([]output, error) {
	k := max(len(s.Classes), 1)
	if len(s.Columns) != len(in) || len(s.Means) != k {
		return nil, fmt.Errorf("feature: %w: %d columns and %d means for %d columns and %d targets", ErrFile, len(s.Columns), len(s.Means), len(in), k)
	}
	var out []output
	for j, e := range in {
		c := &s.Columns[j]
		if err := c.index(e); err != nil {
			return nil, err
		}
		if len(c.Means) != k {
			return nil, fmt.Errorf("feature: %w: %d lists of means for %d targets", ErrFile, len(c.Means), k)
		}
		if err := lengths(c.all(), c.Means...); err != nil {
			return nil, err
		}
		if len(s.Classes) == 0 {
			out = append(out, output{of: j, names: []string{e.name}, kind: floatKind})
		}
		for _, class := range s.Classes {
			out = append(out, output{of: j, names: []string{e.name + ":" + class}, kind: floatKind})
		}
	}
	return out, nil
}

func (s *targetMeans) fan(j, first int, in *column, out []*column) error {
	c := &s.Columns[j]
	if err := c.exact(first, in); err != nil {
		return err
	}
	for k, o := range out {
		c.encode(in, o.num, c.Means[k], s.Means[k])
	}
	return nil
}

func (s *targetMeans) training() []column {
	out := s.crossed
	s.crossed = nil
	return out
}
