package rank

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// decomposition is a matrix of features as U·S·Vᵀ, as far as the scores need it.
type decomposition struct {
	n, d int
	u    *mat.Dense // n×k, orthonormal columns; nil where k is 0
	s    []float64  // k singular values above rounding, falling
}

// decompose gives the singular values of x that are more than rounding, where each number
// of x is good to within wrong: a matrix of such errors, independent and evenly spread, has
// no singular value above wrong·(√n + √d).
func decompose(x *mat.Dense, wrong float64) (decomposition, error) {
	n, d := x.Dims()
	out := decomposition{n: n, d: d}
	var svd mat.SVD
	if !finite(x) || !svd.Factorize(x, mat.SVDThinU) { // of a NaN it would never come back
		return out, fmt.Errorf("rank: %w: the %d×%d features have no decomposition; bring their columns to similar scales first", ErrNumber, n, d)
	}
	s := svd.Values(nil)
	least := max(wrong*(math.Sqrt(float64(n))+math.Sqrt(float64(d))), 0x1p-52*float64(max(n, d))*s[0])
	k := 0
	for k < len(s) && s[k] > least {
		k++
	}
	out.s = s[:k]
	if k > 0 {
		var u mat.Dense
		svd.UTo(&u)
		out.u = mat.DenseCopyOf(u.Slice(0, n, 0, k))
	}
	return out, nil
}

func finite(x *mat.Dense) bool {
	for _, v := range x.RawMatrix().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// along gives Σ u[r,i] over the rows, for each column i of U: the projections of the
// indicator of these rows.
func (f decomposition) along(rows []int) []float64 {
	out := make([]float64, len(f.s))
	for _, r := range rows {
		if len(f.s) == 0 {
			break
		}
		for i, v := range f.u.RawRowView(r) {
			out[i] += v
		}
	}
	return out
}

// between gives, for each column u of U, the sum of squares of its class means over all
// rows: u'Pu, where P replaces each row by the mean of its class.
func (f decomposition) between(classes [][]int) []float64 {
	out := make([]float64, len(f.s))
	for _, rows := range classes {
		for i, v := range f.along(rows) {
			out[i] += v * v / float64(len(rows))
		}
	}
	return out
}

// unit divides x by its largest number, so that squares stay in range. It returns the
// largest number there is now: 1, or 0 in a matrix of zeros.
func unit(x *mat.Dense) float64 {
	data, largest := x.RawMatrix().Data, 0.0
	for _, v := range data {
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 {
		return 0
	}
	for i, v := range data {
		data[i] = v / largest
	}
	return 1
}

// rounding is the relative error of a number of type T.
func rounding[T Real]() float64 {
	if _, ok := any(T(0)).(float32); ok {
		return 0x1p-23
	}
	return 0x1p-52
}

// centre subtracts each column's mean, and the mean of what is left, which is the rounding
// of the first one: a constant column becomes 0.
func centre(x *mat.Dense) {
	n, d := x.Dims()
	for range 2 {
		mean := make([]float64, d)
		for i := range n {
			for j, v := range x.RawRowView(i) {
				mean[j] += v / float64(n)
			}
		}
		for i := range n {
			row := x.RawRowView(i)
			for j := range row {
				row[j] -= mean[j]
			}
		}
	}
}
