package rank

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// HScore is how much of the features' spread lies between the classes (Bao and others 2019):
//
//	tr(cov(f)⁺ · cov(E[f | y]))
//
// which is between 0 and the lesser of d and the number of classes − 1. It is the same for
// the features in any basis, so each column's scale does not matter.
//
// With as many features as pictures or more, the classes lie apart in some direction
// whatever the features are: the score is then the number of classes − 1 and says nothing.
// [RegularizedHScore] is made for that.
func HScore[T Real](features [][]T, labels []int) (float64, error) {
	x, classes, err := checked(features, labels)
	if err != nil {
		return 0, err
	}
	unit(x)
	f, err := decompose(x, standardize(x, rounding[T]()))
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, v := range f.between(classes) {
		sum += v
	}
	return sum, nil
}

// RegularizedHScore is [HScore] with a covariance that is shrunk towards a multiple of the
// identity, as Ledoit and Wolf (2004) do (Ibrahim, Ponomareva and Mazumder 2021,
// arXiv:2110.06893):
//
//	tr(cov_α(f)⁻¹ · (1 − α)·cov(E[f | y]))
//
// with the best α for the features. It holds where there are more features than pictures.
// Features that are all constant have the score 0.
func RegularizedHScore[T Real](features [][]T, labels []int) (float64, error) {
	x, classes, err := checked(features, labels)
	if err != nil {
		return 0, err
	}
	wrong := unit(x) * rounding[T]()
	centre(x)
	f, err := decompose(x, wrong)
	if err != nil || len(f.s) == 0 {
		return 0, err
	}
	alpha, mean := f.shrinkage(x)
	n, sum := float64(f.n), 0.0
	for i, between := range f.between(classes) {
		spread := f.s[i] * f.s[i]
		sum += spread / (n - 1) * between / ((1-alpha)*spread/n + alpha*mean)
	}
	return (1 - alpha) * sum, nil
}

// standardize gives each column the mean 0 and the standard deviation 1; a column that is
// constant up to rounding becomes 0. It returns how far a number may now be wrong, where
// each was rounded, by this share of its column's largest.
func standardize(x *mat.Dense, rounding float64) (wrong float64) {
	n, d := x.Dims()
	largest := make([]float64, d)
	for i := range n {
		for j, v := range x.RawRowView(i) {
			largest[j] = max(largest[j], math.Abs(v))
		}
	}
	centre(x)
	for j := range d {
		column := mat.Col(nil, j, x)
		deviation := mat.Norm(mat.NewVecDense(n, column), 2) / math.Sqrt(float64(n))
		factor := 0.0
		if deviation > 2*rounding*largest[j] && deviation > 1e-290 { // less has no inverse
			factor = 1 / deviation
			wrong = max(wrong, rounding*largest[j]*factor)
		}
		for i := range n {
			x.Set(i, j, column[i]*factor)
		}
	}
	return wrong
}

// shrinkage is Ledoit and Wolf's α for centred features, and the mean variance that they are
// shrunk to, as scikit-learn's ledoit_wolf computes them: α is the variance of the entries of
// the covariance matrix over its distance from that multiple of the identity, at most 1.
func (f decomposition) shrinkage(x *mat.Dense) (alpha, mean float64) {
	n, d := float64(f.n), float64(f.d)
	trace, squares := 0.0, 0.0
	for _, s := range f.s {
		trace += s * s / n
		squares += s * s * s * s / (n * n)
	}
	fourth := 0.0
	for i := range f.n {
		row := x.RowView(i)
		length := mat.Dot(row, row)
		fourth += length * length / n
	}
	mean = trace / d
	distance := (squares - trace*mean) / d
	variance := min((fourth-squares)/(d*n), distance)
	if !(variance > 0) {
		return 0, mean
	}
	return variance / distance, mean
}
