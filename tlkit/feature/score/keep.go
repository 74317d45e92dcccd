package score

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// This file turns scores and p-values into positions to keep, in ascending order. NaN is
// below every number among scores, and never kept among p-values.

// KBest keeps the k features with the highest scores, all where there are fewer. Of equal
// scores the later positions are kept, as scikit-learn's SelectKBest does. Correlations
// are scores with a sign: give their sizes.
func KBest(score []float64, k int) ([]int, error) {
	if k < 0 {
		return nil, fmt.Errorf("score: %w: %d features to keep; give 0 or more", ErrOption, k)
	}
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	if k >= len(score) {
		return order, nil
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(least(score[a]), least(score[b])) })
	kept := order[len(order)-k:]
	slices.Sort(kept)
	return kept, nil
}

// least is what scikit-learn puts in the place of NaN.
func least(v float64) float64 {
	if v != v {
		return -math.MaxFloat64
	}
	return v
}

// Percentile keeps the given percentage, 0 to 100, of the features, by their scores. Of
// scores equal to the one at the edge the earlier positions are kept, as scikit-learn's
// SelectPercentile does. (Where the edge touches an infinite score, scikit-learn computes
// ∞·0 and keeps nothing; here the edge is that score.)
func Percentile(score []float64, percent float64) ([]int, error) {
	if !(percent >= 0 && percent <= 100) {
		return nil, fmt.Errorf("score: %w: %v percent of the features; give 0 to 100", ErrOption, percent)
	}
	if percent == 0 || len(score) == 0 {
		return nil, nil
	}
	if percent == 100 {
		return KBest(score, len(score))
	}
	sorted := make([]float64, len(score))
	for i, v := range score {
		sorted[i] = least(v)
	}
	slices.Sort(sorted)
	edge := quantile(sorted, (100-percent)/100)
	room := int(float64(len(score)) * percent / 100)
	for _, v := range score {
		if least(v) > edge {
			room--
		}
	}
	var kept []int
	for i, v := range score {
		switch v = least(v); {
		case v > edge:
			kept = append(kept, i)
		case v == edge && room > 0:
			kept = append(kept, i)
			room--
		}
	}
	return kept, nil
}

// quantile is linear between the sorted values, with NumPy's order of operations.
func quantile(sorted []float64, q float64) float64 {
	at := float64(len(sorted)-1) * q
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	a, b, t := sorted[low], sorted[low+1], at-float64(low)
	switch {
	case t == 0 || a == b:
		return a
	case t >= 0.5:
		return b - (b-a)*(1-t)
	}
	return a + (b-a)*t
}

// FalsePositiveRate keeps features with p < alpha: of features that tell nothing, a share
// of alpha is kept.
func FalsePositiveRate(p []float64, alpha float64) ([]int, error) {
	return below(p, alpha, func(v float64) bool { return v < alpha })
}

// FamilyWise keeps features with p < alpha/len(p) (Bonferroni): where no feature tells
// anything, the probability that any is kept is at most alpha.
func FamilyWise(p []float64, alpha float64) ([]int, error) {
	return below(p, alpha, func(v float64) bool { return v < alpha/float64(len(p)) })
}

// FalseDiscoveryRate keeps features so that, in the long run, a share of alpha of what is
// kept tells nothing at most (Benjamini and Hochberg 1995): those up to the largest p that
// is at most alpha·rank/len(p).
func FalseDiscoveryRate(p []float64, alpha float64) ([]int, error) {
	sorted := slices.DeleteFunc(slices.Clone(p), math.IsNaN)
	slices.Sort(sorted)
	edge := math.NaN()
	for i, v := range sorted {
		if v <= alpha/float64(len(p))*float64(i+1) {
			edge = v
		}
	}
	return below(p, alpha, func(v float64) bool { return v <= edge })
}

func below(p []float64, alpha float64, keep func(p float64) bool) ([]int, error) {
	if !(alpha >= 0 && alpha <= 1) {
		return nil, fmt.Errorf("score: %w: alpha is %v; give 0 to 1", ErrOption, alpha)
	}
	var kept []int
	for i, v := range p {
		if keep(v) {
			kept = append(kept, i)
		}
	}
	return kept, nil
}
