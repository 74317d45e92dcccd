package estimate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// bounds say how far a tree grows. Its fields are those of the trees.
type bounds struct{ Depth, MinSplit, MinLeaf int }

func (o bounds) defaults(of string) (bounds, error) {
	if o.Depth < 0 || o.MinSplit < 0 || o.MinLeaf < 0 || o.MinSplit == 1 {
		return o, fmt.Errorf("estimate: %w: %s has depth %d, at least %d rows to split and %d in a leaf; none is below 0, and one row cannot be split", ErrOption, of, o.Depth, o.MinSplit, o.MinLeaf)
	}
	if o.Depth == 0 {
		o.Depth = math.MaxInt
	}
	o.MinSplit, o.MinLeaf = max(o.MinSplit, 2), max(o.MinLeaf, 1)
	return o, nil
}

// TreeClassifier is a decision tree (Breiman, Friedman, Olshen and Stone 1984): questions of
// the form "is feature j at most t?", each of which parts the rows that reach it so that
// Gini's impurity falls most. A leaf answers with the shares of the classes among its
// training rows. That is scikit-learn's DecisionTreeClassifier.
//
// Features are rounded to float32, as there; t lies halfway between two neighbouring
// values, and values closer than 1e-7 are not parted.
//
// Several splits are often equally good: they part the rows in the same way, or into other
// rows of the same counts. scikit-learn takes one by chance; here it is the first feature's,
// and of one feature's that with the lowest t. Gains that differ by less than 1e-12 of the
// impurity at stake are equal, so that rounding does not decide.
type TreeClassifier struct {
	// Depth is the most questions on the way to a leaf. 0 means no bound: each leaf is then
	// of one kind, and the training rows are learnt by heart.
	Depth int `json:"depth,omitempty"`
	// MinSplit is the fewest rows that are still split. 0 means 2.
	MinSplit int `json:"minSplit,omitempty"`
	// MinLeaf is the fewest rows of a leaf. 0 means 1.
	MinLeaf int `json:"minLeaf,omitempty"`
}

// TreeRegressor is a decision tree for numbers: its splits reduce the sum of squares around
// the leaves' means most, and a leaf answers with the mean of its training rows. That is
// scikit-learn's DecisionTreeRegressor; what [TreeClassifier] says of features and of equal
// splits holds here too. As there, a node whose variance is below 2.2e-16 is not split:
// bring y to a common scale first.
type TreeRegressor struct {
	// Depth is the most questions on the way to a leaf. 0 means no bound: each leaf is then
	// of one kind, and the training rows are learnt by heart.
	Depth int `json:"depth,omitempty"`
	// MinSplit is the fewest rows that are still split. 0 means 2.
	MinSplit int `json:"minSplit,omitempty"`
	// MinLeaf is the fewest rows of a leaf. 0 means 1.
	MinLeaf int `json:"minLeaf,omitempty"`
}

// Fit gives a [*TreeClassification]. Its cost grows with n·p·(log n + depth).
func (o TreeClassifier) Fit(ctx context.Context, _ progress.Reporter, x mat.Matrix, labels []string) (Classification, error) {
	limits, err := bounds(o).defaults("TreeClassifier")
	if err != nil {
		return nil, err
	}
	g, err := input(x)
	if err != nil {
		return nil, err
	}
	classes, y, err := classesOf(labels, g.Rows)
	if err != nil {
		return nil, err
	}
	s, err := presort(ctx, g)
	if err != nil {
		return nil, err
	}
	t, err := newGrower(s, limits).last(ctx, newGini(y, len(classes)))
	if err != nil {
		return nil, err
	}
	return &TreeClassification{t, classes, g.Cols}, nil
}

// Fit gives a [*TreeRegression]. Its cost grows with n·p·(log n + depth).
func (o TreeRegressor) Fit(ctx context.Context, _ progress.Reporter, x mat.Matrix, y []float64) (Regression, error) {
	limits, err := bounds(o).defaults("TreeRegressor")
	if err != nil {
		return nil, err
	}
	g, err := pair(x, y)
	if err != nil {
		return nil, err
	}
	middle, rest, err := around(y)
	if err != nil {
		return nil, err
	}
	s, err := presort(ctx, g)
	if err != nil {
		return nil, err
	}
	t, err := newGrower(s, limits).last(ctx, squares(rest))
	if err != nil {
		return nil, err
	}
	for i := range t.values {
		t.values[i] += middle
	}
	return &TreeRegression{t, g.Cols}, nil
}

// around is the mean of y and what is left, whose squares can be added up.
func around(y []float64) (mean float64, rest []float64, err error) {
	for _, v := range y {
		mean += v / float64(len(y))
	}
	rest = make([]float64, len(y))
	sum := 0.0
	for i, v := range y {
		rest[i] = v - mean
		sum += rest[i] * rest[i]
	}
	if !finite(sum) {
		return 0, nil, fmt.Errorf("estimate: %w: the squares of y cannot be added up; divide y by a constant first", ErrNumber)
	}
	return mean, rest, nil
}
