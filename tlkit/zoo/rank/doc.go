// Package rank tells how well pretrained networks would serve for a task, before one of
// them is fine-tuned.
//
// The scores are plain functions of what a network gives for some labelled pictures:
// [LogME], [HScore] and [RegularizedHScore] of its features, [LEEP] of its source
// classifier's probabilities. They cost a decomposition of the features, and are only good
// for comparing networks on the same pictures: none of them is an accuracy. [Probe] and
// [Neighbours] give accuracies, cross-validated and with intervals; [Nearness] says how much
// at home the source classifier is among the pictures.
//
// Features are n rows, one a picture, of d numbers; labels are n classes, counted from 0. A
// class that has no row is no class. Errors wrap [ErrShape], [ErrNumber] or [ErrClass].
package rank

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// The kinds of errors, for errors.Is.
var (
	ErrShape  = errors.New("shapes do not fit together")
	ErrNumber = errors.New("number out of range")
	ErrClass  = errors.New("classes cannot be told apart")
)

// Real is a number of features or probabilities.
type Real interface{ float32 | float64 }

// classes checks labels against n rows, and gives the rows of each class that occurs, in the
// order of the labels.
func classes(labels []int, n int) ([][]int, error) {
	if n == 0 || len(labels) != n {
		return nil, fmt.Errorf("rank: %w: %d rows and %d labels; give one label a row", ErrShape, n, len(labels))
	}
	of := map[int][]int{}
	for i, l := range labels {
		if l < 0 {
			return nil, fmt.Errorf("rank: %w: row %d has the label %d; labels are counted from 0", ErrClass, i, l)
		}
		of[l] = append(of[l], i)
	}
	if len(of) < 2 {
		return nil, fmt.Errorf("rank: %w: all %d rows are of class %d; give two classes or more", ErrClass, n, labels[0])
	}
	var out [][]int
	for l := range of {
		out = append(out, of[l])
	}
	slices.SortFunc(out, func(a, b []int) int { return labels[a[0]] - labels[b[0]] })
	return out, nil
}

// matrix checks rows and copies them.
func matrix[T Real](rows [][]T) (*mat.Dense, error) {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return nil, fmt.Errorf("rank: %w: no features", ErrShape)
	}
	out := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			return nil, fmt.Errorf("rank: %w: row %d has %d numbers, row 0 has %d", ErrShape, i, len(row), len(rows[0]))
		}
		to := out.RawRowView(i)
		for j, v := range row {
			to[j] = float64(v)
			if math.IsNaN(to[j]) || math.IsInf(to[j], 0) {
				return nil, fmt.Errorf("rank: %w: row %d, column %d is %v; is the picture or the weights file damaged?", ErrNumber, i, j, v)
			}
		}
	}
	return out, nil
}

// checked is features as a matrix, and the rows of each class.
func checked[T Real](features [][]T, labels []int) (*mat.Dense, [][]int, error) {
	x, err := matrix(features)
	if err != nil {
		return nil, nil, err
	}
	of, err := classes(labels, len(features))
	return x, of, err
}
