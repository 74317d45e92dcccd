package tables_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/samples/numpy"
	"transferlab/tlkit/samples/tables"
)

// This file repeats the two demonstrations of scikit-learn's documentation, "Common pitfalls
// and recommended practices", to the digits that it prints.

func read(t *testing.T, s tables.Sample) frame.Table {
	t.Helper()
	got, err := s.Read(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// part is the given rows of columns, as a matrix.
func part(cols [][]float64, rows []int) *mat.Dense {
	x := mat.NewDense(len(rows), len(cols), nil)
	for i, r := range rows {
		for j, c := range cols {
			x.Set(i, j, c[r])
		}
	}
	return x
}

func labelsOf(labels []string, rows []int) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = labels[r]
	}
	return out
}

// fScore is the F statistic of an analysis of variance with two classes, by the rows given.
func fScore(col []float64, labels []string, rows []int) float64 {
	var of [2][]float64
	for _, r := range rows {
		of[labels[r][0]-'0'] = append(of[labels[r][0]-'0'], col[r])
	}
	mean := stat.Mean(slices.Concat(of[:]...), nil)
	between, within := 0.0, 0.0
	for _, values := range of {
		m, v := stat.MeanVariance(values, nil)
		n := float64(len(values))
		between += n * (m - mean) * (m - mean)
		within += v * (n - 1)
	}
	return between / (within / float64(len(rows)-2))
}

// select25 is the 25 columns of the highest F by the rows given.
func select25(cols [][]float64, labels []string, rows []int) [][]float64 {
	scores := make([]float64, len(cols))
	for j := range cols {
		scores[j] = fScore(cols[j], labels, rows)
	}
	sorted := slices.Sorted(slices.Values(scores))
	least := sorted[len(sorted)-25]
	var out [][]float64
	for j, s := range scores {
		if s >= least {
			out = append(out, cols[j])
		}
	}
	return out
}

// accuracy fits boosted trees on the training part and judges them by the other.
func accuracy(t *testing.T, cols [][]float64, labels []string, train, test []int) float64 {
	t.Helper()
	m, err := estimate.GradientBoostingClassifier{}.Fit(t.Context(), nil, part(cols, train), labelsOf(labels, train))
	if err != nil {
		t.Fatal(err)
	}
	got, err := estimate.Predict(t.Context(), nil, m, part(cols, test))
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i, l := range labelsOf(labels, test) {
		if got[i] == l {
			right++
		}
	}
	return float64(right) / float64(len(test))
}

// Columns that are chosen by all rows tell of the test part: noise seems to be known.
func TestChoosingColumnsByAllRowsLeaks(t *testing.T) {
	noise := read(t, tables.Noise())
	cols, err := noise.Numbers()
	if err != nil {
		t.Fatal(err)
	}
	class, err := noise.Column("class")
	if err != nil {
		t.Fatal(err)
	}
	labels := make([]string, class.Len())
	all := make([]int, class.Len())
	for i := range labels {
		labels[i], all[i] = class.Format(i), i
	}
	train, test, err := numpy.TrainTestSplit(len(labels), 0, 42)
	if err != nil {
		t.Fatal(err)
	}
	leaking := accuracy(t, select25(cols, labels, all), labels, train, test)
	honest := accuracy(t, select25(cols, labels, train), labels, train, test)
	if got := fmt.Sprintf("%.2f %.2f", leaking, honest); got != "0.76 0.46" {
		t.Errorf("accuracy %s, scikit-learn's is 0.76 with the leak and 0.46 without", got)
	}
}

// A model that has learnt from scaled rows is wrong about rows as they were.
func TestAnUnscaledTestPartIsMisjudged(t *testing.T) {
	cols, err := read(t, tables.Line()).Numbers("x", "y")
	if err != nil {
		t.Fatal(err)
	}
	train, test, err := numpy.TrainTestSplit(len(cols[0]), 0.4, 42)
	if err != nil {
		t.Fatal(err)
	}
	x, y := part(cols[:1], train), mat.Col(nil, 0, part(cols[1:], train))
	mean, deviation := stat.PopMeanStdDev(mat.Col(nil, 0, x), nil)
	scale := func(x *mat.Dense) *mat.Dense {
		var out mat.Dense
		out.Apply(func(_, _ int, v float64) float64 { return (v - mean) / deviation }, x)
		return &out
	}
	m, err := estimate.Ridge{Alpha: -1}.Fit(t.Context(), nil, scale(x), y)
	if err != nil {
		t.Fatal(err)
	}
	judge := func(x mat.Matrix) float64 {
		got, err := m.Predict(t.Context(), nil, x)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for i, r := range test {
			sum += (got[i] - cols[1][r]) * (got[i] - cols[1][r])
		}
		return sum / float64(len(test))
	}
	raw := part(cols[:1], test)
	if got := fmt.Sprintf("%.2f %.2f", judge(raw), judge(scale(raw))); got != "62.81 0.90" {
		t.Errorf("mean squared error %s, scikit-learn's is 62.81 for the test part as it is and 0.90 for it scaled", got)
	}
}
