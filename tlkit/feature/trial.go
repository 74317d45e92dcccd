package feature

import (
	"context"
	"fmt"
	"math"

	vec "gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// This file is what the selectors that let a model choose have in common: they fit it on
// some of the columns of some of the rows, again and again, and look at its coefficients
// or at what it predicts for the other rows.

// trial is a table's worth of numbers to fit on.
type trial struct {
	cols   [][]float64
	y      []float64 // a target of numbers, or
	labels []int     // classes, positions in names
	names  []string
	group  *grouping

	regressor  estimate.Regressor
	classifier estimate.Classifier
	gram       *estimate.Gram // of least squares and its kin, once it was needed
	at         map[int]int    // the columns that it has
}

// trial reads the step's columns and its target. A model that is nil is ridge regression
// for a target of numbers, logistic regression for classes.
func (l *learning) trial(r estimate.Regressor, c estimate.Classifier) (*trial, error) {
	t := &trial{regressor: r, classifier: c, group: l.group}
	var err error
	switch {
	case l.target == nil:
		return nil, fmt.Errorf("feature: %w: this step learns from the target; set the pipeline's Target", ErrTarget)
	case len(l.cols) == 0:
		return nil, fmt.Errorf("feature: %w: there is no column of numbers to choose from; encode texts in a step before", ErrEmpty)
	case l.classification():
		if c == nil && r != nil {
			return nil, fmt.Errorf("feature: %w: column %.40q names classes, and the step has a Regressor; give it a Classifier", ErrTarget, l.target.Name)
		}
		if c == nil {
			t.classifier = estimate.Logistic{}
		}
		t.regressor = nil
		if t.labels, t.names, err = l.classify(); err != nil {
			return nil, err
		}
	default:
		if r == nil && c != nil {
			return nil, fmt.Errorf("feature: %w: column %.40q has numbers, and the step has a Classifier; give it a Regressor, or set the pipeline's Classes if the numbers name some", ErrTarget, l.target.Name)
		}
		if r == nil {
			t.regressor = estimate.Ridge{}
		}
		t.classifier = nil
		if t.y, err = l.y(); err != nil {
			return nil, err
		}
	}
	t.cols, err = l.complete()
	return t, err
}

// rows is the number of rows.
func (t *trial) rows() int { return len(t.cols[0]) }

// all are the positions of all columns.
func (t *trial) all() []int {
	out := make([]int, len(t.cols))
	for j := range out {
		out[j] = j
	}
	return out
}

// only copies some rows.
func (t *trial) only(rows []int) *trial {
	out := &trial{names: t.names, group: t.group.only(rows), regressor: t.regressor, classifier: t.classifier, cols: make([][]float64, len(t.cols))}
	for j, c := range t.cols {
		v := make([]float64, len(rows))
		for i, r := range rows {
			v[i] = c[r]
		}
		out.cols[j] = v
	}
	for _, r := range rows {
		if t.classifier == nil {
			out.y = append(out.y, t.y[r])
		} else {
			out.labels = append(out.labels, t.labels[r])
		}
	}
	return out
}

// matrix has the rows of some columns, as estimators take them.
func (t *trial) matrix(features []int) *mat.Dense {
	n, p := t.rows(), len(features)
	data := make([]float64, n*p)
	const piece = 64 // rows: those of the matrix stay in the cache while the columns are read
	_ = parallel.Chunks(context.Background(), n, piece, func(_, low, high int) {
		for k, j := range features {
			at := low*p + k
			for _, v := range t.cols[j][low:high] {
				data[at] = v
				at += p
			}
		}
	})
	return mat.NewDense(n, p, data)
}

// attempt is a model of some of a trial's columns.
type attempt struct {
	features  []int
	coef      [][]float64 // one row, or one a class; nil of a model without
	intercept float64     // of a linear regression
	model     estimate.Model
	classes   []int // what the model's classes are in the trial
}

// fit fits the model on some columns.
func (t *trial) fit(ctx context.Context, features []int) (*attempt, error) {
	if t.classifier != nil {
		return t.classify(ctx, features)
	}
	if t.gram != nil {
		return t.byProducts(ctx, features)
	}
	m, err := t.group.together(t.regressor).Fit(ctx, nil, t.matrix(features), t.y)
	if err != nil {
		return nil, err
	}
	a := &attempt{features: features, model: m}
	if c, b, ok := coefficients(m); ok {
		a.coef, a.intercept = c, b[0]
	}
	return a, nil
}

func (t *trial) classify(ctx context.Context, features []int) (*attempt, error) {
	labels := make([]string, len(t.labels))
	for i, c := range t.labels {
		labels[i] = t.names[c]
	}
	index := make(map[string]int, len(t.names))
	for c, name := range t.names {
		index[name] = c
	}
	m, err := t.classifier.Fit(ctx, nil, t.matrix(features), labels)
	if err != nil {
		return nil, err
	}
	a := &attempt{features: features, model: m}
	for _, name := range m.Classes() {
		c, ok := index[name]
		if !ok {
			return nil, fmt.Errorf("feature: %w: the classifier has a class %.40q that no training row has", ErrTarget, name)
		}
		a.classes = append(a.classes, c)
	}
	a.coef, _, _ = coefficients(m)
	return a, nil
}

// coefficients are those of a linear model.
func coefficients(m estimate.Model) (coef [][]float64, intercept []float64, ok bool) {
	switch m := m.(type) {
	case *estimate.Linear:
		return [][]float64{m.Coef}, []float64{m.Intercept}, true
	case *estimate.BayesianModel:
		return [][]float64{m.Coef}, []float64{m.Intercept}, true
	case *estimate.LassoModel:
		return [][]float64{m.Coef}, []float64{m.Intercept}, true
	case *estimate.ChosenModel:
		return [][]float64{m.Coef}, []float64{m.Intercept}, true
	case *estimate.LogisticModel:
		return m.Coef, m.Intercept, true
	}
	return nil, nil, false
}

// importance folds the coefficients of each feature into one number.
func (a *attempt) importance(fold func(float64) float64) ([]float64, error) {
	if a.coef == nil {
		return nil, optionf("%T has no coefficients to choose features by; take a linear model, or Sequential, which needs none", a.model)
	}
	out := make([]float64, len(a.features))
	for _, c := range a.coef {
		for j := range out {
			out[j] += fold(c[j])
		}
	}
	return out, nil
}

func square(v float64) float64 { return v * v }

// predict gives what the model says of the rows of another trial: numbers, or classes.
func (a *attempt) predict(ctx context.Context, rep progress.Reporter, t *trial) (y []float64, labels []int, err error) {
	switch {
	case t.classifier == nil && a.coef != nil:
		y = make([]float64, t.rows())
		for i := range y {
			y[i] = a.intercept
		}
		for k, j := range a.features {
			vec.AddScaled(y, a.coef[0][k], t.cols[j])
		}
		return y, nil, nil
	case t.classifier == nil:
		y, err = a.model.(estimate.Regression).Predict(ctx, rep, t.matrix(a.features))
		return y, nil, err
	}
	labels, err = mostProbable(ctx, a.model.(estimate.Classification), t.matrix(a.features), a.classes)
	return nil, labels, err
}

// mostProbable are the classes of rows; number says what the model's classes are.
func mostProbable(ctx context.Context, m estimate.Classification, x mat.Matrix, number []int) ([]int, error) {
	prob, err := m.Proba(ctx, nil, x)
	if err != nil {
		return nil, err
	}
	out := make([]int, len(prob))
	for i, p := range prob {
		out[i] = number[vec.MaxIdx(p)]
	}
	return out, nil
}

// score judges the model by the rows of another trial.
func (a *attempt) score(ctx context.Context, t *trial, by Metric) (float64, error) {
	y, labels, err := a.predict(ctx, nil, t)
	if err != nil {
		return 0, err
	}
	c := t.count(by)
	sums := make([]float64, c.width())
	for i := range t.rows() {
		if t.classifier != nil {
			c.class(sums, t.labels[i], labels[i])
		} else {
			c.number(sums, t.y[i], y[i])
		}
	}
	s := c.score(sums)
	if math.IsNaN(s) {
		return 0, fmt.Errorf("feature: %w: %v cannot be told from %d row; ask for fewer folds", ErrOption, c.metric, t.rows())
	}
	return s, nil
}
