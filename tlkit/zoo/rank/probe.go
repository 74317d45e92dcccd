package rank

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/evaluate"
	"transferlab/tlkit/split"
)

// Accuracy is the share of right answers in a cross-validation, with Wilson's 95 % interval:
// each row was predicted once, by what was fitted on the other folds. The interval is that of
// new pictures for one fitted model; that the folds share training rows is not in it.
type Accuracy struct {
	evaluate.Interval
	Predicted []int // the class that each row was taken for
}

// FoldOptions say how rows are cross-validated. The zero value is five folds.
type FoldOptions struct {
	K    int    // folds, drawn by class unless one has a single row; 0 means 5
	Seed uint64 // of their drawing

	// Of is the fold of each row, counted from 0, in place of folds drawn by class: for rows
	// that belong together, as near duplicates do.
	Of []int
}

// Probe is the accuracy of a linear probe: multinomial logistic regression on the features,
// each brought to mean 0 and deviation 1 over the training rows. Its penalty is C = 10/d in
// scikit-learn's terms: the more features, the smaller each coefficient has to be. On the
// shipped emoji the accuracy is the same for a third of it and a hundred times as much.
func Probe[T Real](ctx context.Context, features [][]T, labels []int, o FoldOptions) (Accuracy, error) {
	return validate(ctx, features, labels, o, func(train, test *mat.Dense) estimate.Classifier {
		scale(train, test)
		_, d := train.Dims()
		return estimate.Logistic{C: 10 / float64(d), Tolerance: 1e-4}
	})
}

// Neighbours is the accuracy of the five nearest neighbours by the angle between features,
// which asks for no training at all: it is high where pictures of a class lie together.
func Neighbours[T Real](ctx context.Context, features [][]T, labels []int, o FoldOptions) (Accuracy, error) {
	return validate(ctx, features, labels, o, func(train, test *mat.Dense) estimate.Classifier {
		direct(train)
		direct(test)
		n, _ := train.Dims()
		return estimate.KNNClassifier{Neighbors: min(5, n)}
	})
}

// validate predicts each fold by the classifier that prepare gives for the others' rows; it
// may change the matrices, which are copies.
func validate[T Real](ctx context.Context, features [][]T, labels []int, o FoldOptions, prepare func(train, test *mat.Dense) estimate.Classifier) (Accuracy, error) {
	x, _, err := checked(features, labels)
	if err != nil {
		return Accuracy{}, err
	}
	unit(x)
	folds, err := o.folds(ctx, labels)
	if err != nil {
		return Accuracy{}, err
	}
	out := Accuracy{Predicted: make([]int, len(labels))}
	hits := 0
	for _, test := range folds {
		train := others(test, len(labels))
		from, to := rowsOf(x, train), rowsOf(x, test)
		predicted, err := predict(ctx, prepare(from, to), from, pick(labels, train), to)
		if err != nil {
			return Accuracy{}, fmt.Errorf("rank: %w", err)
		}
		for i, r := range test {
			out.Predicted[r] = predicted[i]
			if predicted[i] == labels[r] {
				hits++
			}
		}
	}
	out.Interval = evaluate.Wilson(hits, len(labels))
	return out, nil
}

// folds gives the rows of each fold.
func (o FoldOptions) folds(ctx context.Context, labels []int) ([][]int, error) {
	if o.Of != nil {
		return foldsOf(o.Of, len(labels))
	}
	items := make(split.Items, len(labels))
	for i, l := range labels {
		items[i] = split.Item{ID: fmt.Sprint(i), Label: fmt.Sprint(l)}
	}
	return cut(ctx, items, o)
}

// cut draws folds by class; by chance, where a class is too small for that.
func cut(ctx context.Context, items split.Items, o FoldOptions) ([][]int, error) {
	options := split.FoldOptions{K: o.K, Seed: o.Seed, Valid: -1}
	parts, err := split.StratifiedKFold(items, options).Parts(ctx)
	if errors.Is(err, split.ErrSmall) {
		parts, err = split.KFold(items, options).Parts(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("rank: %w", err)
	}
	var out [][]int
	for _, p := range parts {
		out = append(out, p.Test)
	}
	return out, nil
}

func foldsOf(of []int, n int) ([][]int, error) {
	if len(of) != n {
		return nil, fmt.Errorf("rank: %w: folds of %d rows where there are %d", ErrShape, len(of), n)
	}
	var out [][]int
	for i, k := range of {
		if k < 0 || k >= n {
			return nil, fmt.Errorf("rank: %w: row %d is in fold %d of %d rows; folds are counted from 0", ErrShape, i, k, n)
		}
		for k >= len(out) {
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	for k, rows := range out {
		if len(rows) == 0 || len(rows) == n {
			return nil, fmt.Errorf("rank: %w: fold %d of %d has %d of %d rows; each has some, and not all", ErrShape, k, len(out), len(rows), n)
		}
	}
	return out, nil
}

// predict fits and predicts classes; where there is but one to learn, that one.
func predict(ctx context.Context, c estimate.Classifier, train *mat.Dense, labels []int, test *mat.Dense) ([]int, error) {
	names, number, one := make([]string, len(labels)), map[string]int{}, true
	for i, l := range labels {
		names[i] = fmt.Sprintf("%020d", l) // as text in the same order
		number[names[i]] = l
		one = one && l == labels[0]
	}
	n, _ := test.Dims()
	out := make([]int, n)
	if one {
		for i := range out {
			out[i] = labels[0]
		}
		return out, nil
	}
	m, err := c.Fit(ctx, nil, train, names)
	if err != nil {
		return nil, err
	}
	said, err := estimate.Predict(ctx, nil, m, test)
	for i, s := range said {
		out[i] = number[s]
	}
	return out, err
}

// scale brings the columns of both to mean 0 and deviation 1 of the training rows; what is
// constant there becomes 0.
func scale(train, test *mat.Dense) {
	n, d := train.Dims()
	m, _ := test.Dims()
	for j := range d {
		column := mat.Col(nil, j, train)
		mean := mat.Sum(mat.NewVecDense(n, column)) / float64(n)
		squares, largest := 0.0, 0.0
		for _, v := range column {
			squares += (v - mean) * (v - mean)
			largest = max(largest, math.Abs(v))
		}
		factor := 0.0
		if deviation := math.Sqrt(squares / float64(n)); deviation > 1e-6*largest { // less is a float32's rounding
			factor = 1 / deviation
		}
		for i := range n {
			train.Set(i, j, (train.At(i, j)-mean)*factor)
		}
		for i := range m {
			test.Set(i, j, (test.At(i, j)-mean)*factor)
		}
	}
}

// direct gives each row the length 1; a row of zeros stays.
func direct(x *mat.Dense) {
	n, _ := x.Dims()
	for i := range n {
		row := x.RawRowView(i)
		if length := math.Sqrt(mat.Dot(mat.NewVecDense(len(row), row), mat.NewVecDense(len(row), row))); length > 0 {
			for j := range row {
				row[j] /= length
			}
		}
	}
}

// others are the positions below n that are not in rows.
func others(rows []int, n int) []int {
	in := make([]bool, n)
	for _, r := range rows {
		in[r] = true
	}
	var out []int
	for i := range n {
		if !in[i] {
			out = append(out, i)
		}
	}
	return out
}

func rowsOf(x *mat.Dense, rows []int) *mat.Dense {
	_, d := x.Dims()
	out := mat.NewDense(len(rows), d, nil)
	for i, r := range rows {
		out.SetRow(i, x.RawRowView(r))
	}
	return out
}

func pick(list []int, at []int) []int {
	out := make([]int, len(at))
	for i, k := range at {
		out[i] = list[k]
	}
	return out
}
