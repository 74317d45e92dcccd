package rank

import (
	"fmt"
	"math"
)

// LEEP is how well the target's classes follow from the source's (Nguyen and others 2020,
// arXiv:2002.12462). Larger is better, 0 is the best there is.
//
// prob are the source classifier's probabilities for n target pictures, n rows that each sum
// to 1; labels are the target's. From both comes P(y|z), the share of target class y in
// source class z, and from that a classifier of the target which knows the source's
// probabilities alone; LEEP is its mean log likelihood, on the pictures that it was made
// from.
func LEEP[T Real](prob [][]T, labels []int) (float64, error) {
	p, err := probabilities(prob)
	if err != nil {
		return 0, err
	}
	classes, err := classes(labels, len(p))
	if err != nil {
		return 0, err
	}
	total := make([]float64, len(p[0]))
	for _, row := range p {
		add(total, row)
	}
	sum := 0.0
	for _, rows := range classes {
		share := make([]float64, len(total))
		for _, r := range rows {
			add(share, p[r])
		}
		for z := range share {
			if total[z] > 0 {
				share[z] /= total[z]
			}
		}
		for _, r := range rows {
			likelihood := 0.0
			for z, v := range p[r] {
				likelihood += share[z] * v
			}
			sum += math.Log(likelihood)
		}
	}
	return sum / float64(len(p)), nil
}

func add(to, row []float64) {
	for z, v := range row {
		to[z] += v
	}
}

// probabilities checks rows of probabilities and copies them, summing to 1 exactly.
func probabilities[T Real](prob [][]T) ([][]float64, error) {
	x, err := matrix(prob)
	if err != nil {
		return nil, err
	}
	n, k := x.Dims()
	if k < 2 {
		return nil, fmt.Errorf("rank: %w: one column of probabilities; a source classifier has two classes or more", ErrShape)
	}
	out := make([][]float64, n)
	for i := range out {
		out[i] = x.RawRowView(i)
		sum := 0.0
		for z, v := range out[i] {
			if v < 0 {
				return nil, fmt.Errorf("rank: %w: row %d, class %d has the probability %v; give the classifier's output after its softmax", ErrNumber, i, z, v)
			}
			sum += v
		}
		if math.Abs(sum-1) > 1e-3 { // more than a float32 softmax over thousands of classes is off
			return nil, fmt.Errorf("rank: %w: the probabilities of row %d sum to %v; give the classifier's output after its softmax", ErrNumber, i, sum)
		}
		for z := range out[i] {
			out[i][z] /= sum
		}
	}
	return out, nil
}
