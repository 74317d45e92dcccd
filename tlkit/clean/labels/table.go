package labels

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// TableOptions say how the labels of a table are judged. The zero value takes all columns
// of numbers and a logistic regression, in five folds.
type TableOptions struct {
	Features []string            // columns of numbers to judge by; none means all of them
	Model    estimate.Classifier // nil means estimate.Logistic{}
	FoldOptions
	Options
}

// InTable finds suspects in a column of labels: a model learns from the columns of numbers,
// fold by fold, and judges the rows that it did not learn from. Within each fold the columns
// are brought to mean 0 and standard deviation 1, and missing values to the mean, by its
// training rows alone. Rows without a label are left out. The ids of the report are the
// rows' numbers, and so are its Items.
func InTable(ctx context.Context, rep progress.Reporter, t frame.Table, label string, o TableOptions) (*Report, error) {
	column, err := t.Column(label)
	if err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	if len(o.Features) == 0 {
		o.Features = slices.DeleteFunc(t.Numeric(), func(n string) bool { return n == label })
	}
	if len(o.Features) == 0 {
		return nil, fmt.Errorf("labels: %w: the table has no column of numbers to judge %.40q by", ErrInput, label)
	}
	all, err := t.Numbers(o.Features...)
	if err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	var rows []int
	var given []string
	for i := range column.Len() {
		if !column.Missing(i) {
			rows, given = append(rows, i), append(given, column.Format(i))
		}
	}
	if o.Model == nil {
		o.Model = estimate.Logistic{}
	}
	classes := slices.Compact(slices.Sorted(slices.Values(given)))
	l := learner{o.Model, all, rows, given, classes}
	prob, err := OutOfFold(ctx, rep, split.ByLabel(given), l.learn, o.FoldOptions)
	if err != nil {
		return nil, err
	}
	p := Predictions{Prob: prob, Classes: classes}
	for i, g := range given {
		c, _ := slices.BinarySearch(classes, g)
		p.Labels, p.IDs = append(p.Labels, c), append(p.IDs, fmt.Sprint(rows[i]))
	}
	r, err := Find(p, o.Options)
	if err != nil {
		return nil, err
	}
	for i := range r.Suspects {
		r.Suspects[i].Item = rows[r.Suspects[i].Item]
	}
	return r, nil
}

// learner teaches a model the items of a table.
type learner struct {
	model   estimate.Classifier
	columns [][]float64
	rows    []int // of each item
	given   []string
	classes []string
}

func (l learner) learn(ctx context.Context, train []int) (func([]int) ([][]float64, error), error) {
	mean, scale := make([]float64, len(l.columns)), make([]float64, len(l.columns))
	for j, c := range l.columns {
		mean[j], scale[j] = l.moments(c, train)
	}
	matrix := func(items []int) *mat.Dense {
		x := mat.NewDense(len(items), len(l.columns), nil)
		for k, i := range items {
			for j, c := range l.columns {
				if v := c[l.rows[i]]; !math.IsNaN(v) {
					x.Set(k, j, (v-mean[j])/scale[j])
				}
			}
		}
		return x
	}
	labels := make([]string, len(train))
	for k, i := range train {
		labels[k] = l.given[i]
	}
	m, err := l.model.Fit(ctx, nil, matrix(train), labels)
	if err != nil {
		return nil, err
	}
	return func(items []int) ([][]float64, error) {
		some, err := m.Proba(ctx, nil, matrix(items))
		if err != nil {
			return nil, err
		}
		out := make([][]float64, len(items)) // a class that no training row had has probability 0
		for k, p := range some {
			out[k] = make([]float64, len(l.classes))
			for c, name := range m.Classes() {
				at, _ := slices.BinarySearch(l.classes, name)
				out[k][at] = p[c]
			}
		}
		return out, nil
	}, nil
}

// moments are the mean and the standard deviation of the items' values; 0 and 1 where they
// have none, 1 for the second where all are one.
func (l learner) moments(c []float64, items []int) (mean, deviation float64) {
	n, ss := 0.0, 0.0
	for _, i := range items { // Welford's (1962) updates lose no digits
		if v := c[l.rows[i]]; !math.IsNaN(v) {
			n++
			d := v - mean
			mean += d / n
			ss += d * (v - mean)
		}
	}
	if deviation = math.Sqrt(ss / max(n, 1)); !(deviation > 0) || math.IsInf(deviation, 0) {
		deviation = 1
	}
	return mean, deviation
}
