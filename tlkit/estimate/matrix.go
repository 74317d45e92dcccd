package estimate

import (
	"fmt"
	"math"
	"reflect"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// This file takes what callers give: any gonum matrix, looked over before it is used.

// rowMajor shows x as rows of numbers: its own memory where it has such, a copy where not.
func rowMajor(x mat.Matrix) blas64.General {
	if raw, ok := x.(mat.RawMatrixer); ok {
		return raw.RawMatrix()
	}
	n, p := x.Dims()
	g := blas64.General{Rows: n, Cols: p, Stride: max(p, 1), Data: make([]float64, n*p)}
	for i := range n {
		for j := range p {
			g.Data[i*p+j] = x.At(i, j)
		}
	}
	return g
}

// row is row i of g.
func row(g blas64.General, i int) []float64 { return g.Data[i*g.Stride : i*g.Stride+g.Cols] }

// table checks that x has rows and features.
func table(x mat.Matrix) (blas64.General, error) {
	n, p := rowsOf(x), 0
	if n > 0 {
		_, p = x.Dims()
	}
	if p < 1 {
		return blas64.General{}, fmt.Errorf("estimate: %w: x is %d×%d; give at least one row and one feature", ErrEmpty, n, p)
	}
	return rowMajor(x), nil
}

// input checks that x can be learnt or predicted from.
func input(x mat.Matrix) (blas64.General, error) {
	g, err := table(x)
	if err != nil {
		return g, err
	}
	if i, j := notFinite(g); i >= 0 {
		return g, &InputError{i, j, row(g, i)[j]}
	}
	return g, nil
}

// notFinite finds the first number that is not finite, or -1.
func notFinite(g blas64.General) (i, j int) {
	for i := range g.Rows {
		r := row(g, i)
		sum := 0.0
		for _, v := range r {
			sum += v * 0 // NaN for whatever is not finite
		}
		if sum == 0 {
			continue
		}
		for j, v := range r {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return i, j
			}
		}
	}
	return -1, -1
}

// shapes checks x and y but for their numbers, which a pass over them finds anyway.
func shapes(x mat.Matrix, y []float64) (blas64.General, error) {
	g, err := table(x)
	if err != nil {
		return g, err
	}
	if len(y) != g.Rows {
		return g, fmt.Errorf("estimate: %w: x has %d rows, y has %d numbers", ErrShape, g.Rows, len(y))
	}
	return g, nil
}

// pair checks x and the numbers y.
func pair(x mat.Matrix, y []float64) (blas64.General, error) {
	g, err := shapes(x, y)
	if err != nil {
		return g, err
	}
	if i, j := notFinite(g); i >= 0 {
		return g, &InputError{i, j, row(g, i)[j]}
	}
	for i, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return g, &InputError{i, -1, v}
		}
	}
	return g, nil
}

// rowsOf is the number of rows of x, which may be anything.
func rowsOf(x mat.Matrix) int {
	if x == nil || reflect.ValueOf(x).Kind() == reflect.Pointer && reflect.ValueOf(x).IsNil() {
		return 0
	}
	n, _ := x.Dims()
	return max(n, 0)
}

// fitting checks x where a model is applied. No rows are none to predict, and no error.
func fitting(x mat.Matrix, features int) (blas64.General, error) {
	if x != nil && rowsOf(x) == 0 {
		return blas64.General{Cols: features, Stride: features}, nil
	}
	g, err := input(x)
	if err != nil {
		return g, err
	}
	if g.Cols != features {
		return g, fmt.Errorf("estimate: %w: x has %d features, the model was fitted on %d; give the same ones, in the same order", ErrShape, g.Cols, features)
	}
	return g, nil
}

// centred copies x and y with their means taken off; without an intercept the means are 0.
func centred(x blas64.General, y []float64, intercept bool) (cx blas64.General, cy, meanX []float64, meanY float64) {
	n, p := x.Rows, x.Cols
	meanX = make([]float64, p)
	if intercept {
		for i := range n {
			for j, v := range row(x, i) {
				meanX[j] += v
			}
			meanY += y[i]
		}
		for j := range meanX {
			meanX[j] /= float64(n)
		}
		meanY /= float64(n)
	}
	cx = blas64.General{Rows: n, Cols: p, Stride: p, Data: make([]float64, n*p)}
	cy = make([]float64, n)
	for i := range n {
		to := row(cx, i)
		for j, v := range row(x, i) {
			to[j] = v - meanX[j]
		}
		cy[i] = y[i] - meanY
	}
	return cx, cy, meanX, meanY
}

// vector shows a slice to BLAS.
func vector(v []float64) blas64.Vector { return blas64.Vector{N: len(v), Data: v, Inc: 1} }

// finite reports whether all numbers are.
func finite(v ...float64) bool {
	for _, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}
