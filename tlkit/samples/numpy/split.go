package numpy

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrSize is that a part of a split would have no rows.
var ErrSize = errors.New("size of a part is out of range")

// TrainTestSplit is the rows that scikit-learn's train_test_split(random_state=seed) puts
// into its two parts, in its order, out of n rows. testSize is the share of the test
// part, rounded up; 0 means 0.25, as there. Shares outside 0…1 and parts without rows are
// [ErrSize].
func TrainTestSplit(n int, testSize float64, seed uint32) (train, test []int, err error) {
	if testSize == 0 {
		testSize = 0.25
	}
	if !(testSize > 0 && testSize < 1) {
		return nil, nil, fmt.Errorf("numpy: %w: TrainTestSplit: the test part's share is %v; give one between 0 and 1", ErrSize, testSize)
	}
	k := int(math.Ceil(testSize * float64(n)))
	if n < 1 || k < 1 || k >= n {
		return nil, nil, fmt.Errorf("numpy: %w: TrainTestSplit: %v of %d rows leaves a part empty; give more rows", ErrSize, testSize, n)
	}
	order := NewRandomState(seed).Permutation(n)
	return order[k:], order[:k], nil
}

// StratifiedKFold says in which of k folds, from 0, each item is tested by scikit-learn's
// StratifiedKFold(k, shuffle=True, random_state=seed). There are as many items of each
// class as folds, at least; else it is [ErrSize].
func StratifiedKFold(labels []string, k int, seed uint32) ([]int, error) {
	classes, number := map[string]int{}, make([]int, len(labels)) // in the order in which they occur
	var count []int
	for i, l := range labels {
		c, ok := classes[l]
		if !ok {
			c = len(count)
			classes[l], count = c, append(count, 0)
		}
		number[i] = c
		count[c]++
	}
	for l, c := range classes {
		if k < 2 || count[c] < k {
			return nil, fmt.Errorf("numpy: %w: StratifiedKFold: %d folds of class %.40q, which has %d items; give 2 folds or more, and as many items", ErrSize, k, l, count[c])
		}
	}
	// Items sorted by class are dealt out in turn; that says how many each fold gets.
	deal := make([][]int, len(count))
	for c, at := 0, 0; c < len(count); c++ {
		deal[c] = make([]int, k)
		for range count[c] {
			deal[c][at%k]++
			at++
		}
	}
	r := NewRandomState(seed)
	out := make([]int, len(labels))
	for c := range count {
		var folds []int
		for f, n := range deal[c] {
			folds = append(folds, slices.Repeat([]int{f}, n)...)
		}
		r.Shuffle(len(folds), func(i, j int) { folds[i], folds[j] = folds[j], folds[i] })
		for i, at := 0, 0; i < len(labels); i++ {
			if number[i] == c {
				out[i] = folds[at]
				at++
			}
		}
	}
	return out, nil
}
