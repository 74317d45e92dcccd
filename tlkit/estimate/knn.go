package estimate

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/estimate/internal/product"
	"transferlab/tlkit/internal/enum"
	"transferlab/tlkit/progress"
)

// Weights say how much each neighbour counts.
type Weights uint8

// The weights.
const (
	// Uniform lets all neighbours count the same.
	Uniform Weights = iota
	// Distance lets each neighbour count by one over its distance. Where some are at
	// distance 0, they alone count.
	Distance
)

var weightNames = enum.Names{Type: "Weights", List: []string{"uniform", "distance"}, Err: errOption}

// String is "uniform" or "distance".
func (w Weights) String() string { return weightNames.String(uint8(w)) }

// MarshalText writes the name.
func (w Weights) MarshalText() ([]byte, error) { return weightNames.Marshal(uint8(w)) }

// UnmarshalText reads the name.
func (w *Weights) UnmarshalText(b []byte) error { return weightNames.Unmarshal(b, (*uint8)(w)) }

// Of replaces distances, which are not below 0, by the weights of the neighbours at these
// distances.
func (w Weights) Of(distances []float64) {
	if w == Uniform {
		for i := range distances {
			distances[i] = 1
		}
		return
	}
	zero := slices.ContainsFunc(distances, func(d float64) bool { return math.IsInf(1/d, 1) })
	for i, d := range distances {
		inverse := 1 / d
		switch {
		case !zero:
			distances[i] = inverse
		case math.IsInf(inverse, 1):
			distances[i] = 1
		default:
			distances[i] = 0
		}
	}
}

// Search is how neighbours are looked for. All ways find the same ones.
type Search uint8

// The ways.
const (
	Auto  Search = iota // Tree where there are few features and many rows, else Brute
	Brute               // compare with every row
	Tree                // a k-d tree
)

var searchNames = enum.Names{Type: "Search", List: []string{"auto", "brute", "tree"}, Err: errOption}

// String is "auto", "brute" or "tree".
func (s Search) String() string { return searchNames.String(uint8(s)) }

// MarshalText writes the name.
func (s Search) MarshalText() ([]byte, error) { return searchNames.Marshal(uint8(s)) }

// UnmarshalText reads the name.
func (s *Search) UnmarshalText(b []byte) error { return searchNames.Unmarshal(b, (*uint8)(s)) }

// KNNRegressor predicts the mean of the nearest rows by Euclidean distance, as
// scikit-learn's KNeighborsRegressor. Which of equally far rows is nearer is left open
// there; here it is the one that stands first. Features count by their scale: bring them
// to similar ones first.
type KNNRegressor struct {
	Neighbors int     `json:"neighbors,omitempty"` // how many rows count; 0 means 5
	Weights   Weights `json:"weights,omitempty"`   // how much each counts; the zero value is Uniform
	Search    Search  `json:"search,omitempty"`    // how they are found; the zero value is Auto
}

// KNNClassifier predicts the class that most of the nearest rows have, as scikit-learn's
// KNeighborsClassifier; of equally frequent classes the first in sorted order. The rest is
// as in [KNNRegressor].
type KNNClassifier struct {
	Neighbors int     `json:"neighbors,omitempty"` // how many rows count; 0 means 5
	Weights   Weights `json:"weights,omitempty"`   // how much each counts; the zero value is Uniform
	Search    Search  `json:"search,omitempty"`    // how they are found; the zero value is Auto
}

// KNNRegression is a fitted [KNNRegressor]. It holds a copy of x and y.
type KNNRegression struct {
	near neighbours
	y    []float64
}

// KNNClassification is a fitted [KNNClassifier]. It holds a copy of x and the labels.
type KNNClassification struct {
	near    neighbours
	y       []int // positions in classes
	classes []string
}

// neighbours are rows, and how they are asked.
type neighbours struct {
	rows    blas64.General
	k       int
	weights Weights
	how     Search
	index   index
}

// Fit gives a [*KNNRegression]. There are at least as many rows as neighbours.
func (o KNNRegressor) Fit(_ context.Context, _ progress.Reporter, x mat.Matrix, y []float64) (Regression, error) {
	g, err := pair(x, y)
	if err != nil {
		return nil, err
	}
	n, err := newNeighbours(copied(g), o.Neighbors, o.Weights, o.Search)
	if err != nil {
		return nil, err
	}
	return &KNNRegression{n, slices.Clone(y)}, nil
}

// Fit gives a [*KNNClassification]. There are at least as many rows as neighbours; one
// class is enough.
func (o KNNClassifier) Fit(_ context.Context, _ progress.Reporter, x mat.Matrix, labels []string) (Classification, error) {
	g, err := input(x)
	if err != nil {
		return nil, err
	}
	classes, y, err := classesOf(labels, g.Rows)
	if err != nil {
		return nil, err
	}
	n, err := newNeighbours(copied(g), o.Neighbors, o.Weights, o.Search)
	if err != nil {
		return nil, err
	}
	return &KNNClassification{n, y, classes}, nil
}

// classesOf numbers the labels of n rows by their sorted classes.
func classesOf(labels []string, n int) (classes []string, y []int, err error) {
	if len(labels) != n {
		return nil, nil, fmt.Errorf("estimate: %w: x has %d rows, and there are %d labels", ErrShape, n, len(labels))
	}
	classes = slices.Clone(labels)
	slices.Sort(classes)
	classes = slices.Clone(slices.Compact(classes))
	y = make([]int, n)
	for i, l := range labels {
		y[i], _ = slices.BinarySearch(classes, l)
	}
	return classes, y, nil
}

func newNeighbours(rows blas64.General, k int, w Weights, how Search) (neighbours, error) {
	if k == 0 {
		k = 5
	}
	if k < 1 || k > rows.Rows {
		return neighbours{}, fmt.Errorf("estimate: %w: %d neighbours of %d rows; ask for 1 to %d", ErrOption, k, rows.Rows, rows.Rows)
	}
	if err := cmp.Or(weightNames.Check(uint8(w)), searchNames.Check(uint8(how))); err != nil {
		return neighbours{}, err
	}
	n := neighbours{rows: rows, k: k, weights: w, how: how}
	if how == Tree || how == Auto && treePays(rows, k) {
		n.index = newKDTree(rows)
	} else {
		n.index = newBrute(rows)
	}
	return n, nil
}

// treePays says whether a tree finds neighbours quicker than comparing with all. Measured
// on normal rows, the worst for a tree, with its growing counted: from 8 000 rows of 2
// features on, 25 000 of 4, 100 000 of 6; beyond some 10 features it looks into most
// leaves. Without vector instructions comparing is 20 times as slow, and a tree pays for
// as many times fewer rows.
func treePays(rows blas64.General, k int) bool {
	least := 1500
	if !product.Vectors() {
		least = 64
	}
	return rows.Cols <= 24 && rows.Rows >= least<<rows.Cols && k <= rows.Rows/8
}

// ask calls found for each row of x with its nearest rows and their weights, which are
// only lent.
func (n neighbours) ask(ctx context.Context, rep progress.Reporter, x mat.Matrix, found func(i int, near []near, weights []float64)) error {
	g, err := fitting(x, n.rows.Cols)
	if err != nil {
		return err
	}
	var beyond atomic.Bool
	err = n.index.search(ctx, rep, g, n.k, func(i int, near []near) {
		w := make([]float64, len(near))
		for j := range near {
			w[j] = math.Sqrt(near[j].square)
		}
		if math.IsInf(w[len(w)-1], 1) {
			beyond.Store(true)
			return
		}
		n.weights.Of(w)
		found(i, near, w)
	})
	if err == nil && beyond.Load() {
		err = fmt.Errorf("estimate: %w: the square of a distance is beyond the largest float64; bring the features to similar scales first", ErrNumber)
	}
	return err
}

// Features is the number of features.
func (m *KNNRegression) Features() int { return m.near.rows.Cols }

// Predict gives the weighted mean of the nearest rows' numbers for each row of x.
func (m *KNNRegression) Predict(ctx context.Context, rep progress.Reporter, x mat.Matrix) ([]float64, error) {
	out := make([]float64, rowsOf(x))
	err := m.near.ask(ctx, rep, x, func(i int, near []near, weights []float64) {
		sum, total := 0.0, 0.0
		for j, n := range near {
			sum += m.y[n.row] * weights[j]
			total += weights[j]
		}
		out[i] = sum / total
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Features is the number of features.
func (m *KNNClassification) Features() int { return m.near.rows.Cols }

// Classes are the labels that occurred, sorted.
func (m *KNNClassification) Classes() []string { return slices.Clone(m.classes) }

// Proba gives the share of the nearest rows' weight that each class has.
func (m *KNNClassification) Proba(ctx context.Context, rep progress.Reporter, x mat.Matrix) ([][]float64, error) {
	out := make([][]float64, rowsOf(x))
	err := m.near.ask(ctx, rep, x, func(i int, near []near, weights []float64) {
		p := make([]float64, len(m.classes))
		total := 0.0
		for j, n := range near {
			p[m.y[n.row]] += weights[j]
			total += weights[j]
		}
		for c := range p {
			p[c] /= total
		}
		out[i] = p
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// copied is g in memory of its own.
func copied(g blas64.General) blas64.General {
	out := blas64.General{Rows: g.Rows, Cols: g.Cols, Stride: g.Cols, Data: make([]float64, g.Rows*g.Cols)}
	for i := range g.Rows {
		copy(row(out, i), row(g, i))
	}
	return out
}

// counter reports rows done, from several goroutines.
func counter(rep progress.Reporter, total int) func(done int) {
	var sum atomic.Int64
	rep = progress.Or(rep)
	return func(done int) {
		rep.Report(progress.Event{Task: "nearest neighbours", Done: sum.Add(int64(done)), Total: int64(total), Unit: "rows"})
	}
}
