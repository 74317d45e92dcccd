package feature

import (
	"context"

	vec "gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/estimate"
)

// ClassificationRow predicts the class of one row at a time. Its inputs are set as a
// [Row]'s are. Unlike Features, Predict takes some memory. It belongs to one goroutine.
type ClassificationRow struct {
	*Row
	model estimate.Classification
}

// RegressionRow predicts the number of one row at a time: see [ClassificationRow].
type RegressionRow struct {
	*Row
	model estimate.Regression
}

// Row makes a ClassificationRow.
func (c *Classification) Row() (*ClassificationRow, error) {
	r, err := c.Features.modelRow()
	if err != nil {
		return nil, err
	}
	return &ClassificationRow{r, c.Model}, nil
}

// Row makes a RegressionRow.
func (r *Regression) Row() (*RegressionRow, error) {
	row, err := r.Features.modelRow()
	if err != nil {
		return nil, err
	}
	return &RegressionRow{row, r.Model}, nil
}

// modelRow is a Row that has features.
func (f *Fitted) modelRow() (*Row, error) {
	r, err := f.Row()
	if err != nil {
		return nil, err
	}
	return r, some(f)
}

// Predict gives the row its most probable class, as [Classification.Predict] does, and the
// probability of that class.
func (r *ClassificationRow) Predict() (class string, probability float64, err error) {
	x, err := r.matrix()
	if err != nil {
		return "", 0, err
	}
	prob, err := r.model.Proba(context.Background(), nil, x)
	if err != nil {
		return "", 0, r.f.named(err)
	}
	k := vec.MaxIdx(prob[0])
	return r.model.Classes()[k], prob[0][k], nil
}

// Predict gives the row its number, as [Regression.Predict] does.
func (r *RegressionRow) Predict() (float64, error) {
	x, err := r.matrix()
	if err != nil {
		return 0, err
	}
	y, err := r.model.Predict(context.Background(), nil, x)
	if err != nil {
		return 0, r.f.named(err)
	}
	return y[0], nil
}

// matrix has the row's features.
func (r *Row) matrix() (*mat.Dense, error) {
	x, err := r.Features()
	if err != nil {
		return nil, err
	}
	return mat.NewDense(1, len(x), x), nil
}
