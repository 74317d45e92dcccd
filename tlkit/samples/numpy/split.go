package numpy

import (
	"errors"
	"fmt"
	"math"
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
