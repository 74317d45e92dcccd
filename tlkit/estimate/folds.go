package estimate

import (
	"fmt"
	"math/rand/v2"
)

// Folds say how a weight is chosen by cross-validation.
type Folds struct {
	// Count is how many parts the rows are cut into; 0 means 5. Each part is predicted by
	// what was fitted on the others.
	Count int `json:"count,omitempty"`
	// Shuffle draws the parts by Seed. Otherwise they are runs of rows, as of
	// scikit-learn's KFold.
	Shuffle bool   `json:"shuffle,omitempty"`
	Seed    uint64 `json:"seed,omitempty"`
	// Of gives each row its part, from 0 on, instead of all that: for groups and times. A
	// part has at least one row.
	Of []int `json:"of,omitempty"`
	// OneStandardError takes the largest weight whose error is not more than one standard
	// error above the least error, instead of the weight of the least error (Breiman and
	// others 1984): a simpler model that is not surely worse.
	OneStandardError bool `json:"oneStandardError,omitempty"`
}

// parts are the rows of each part.
func (f Folds) parts(n int) ([][]int, error) {
	if f.Of != nil {
		return f.given(n)
	}
	count := f.Count
	if count == 0 {
		count = 5
	}
	if count < 2 || count > n {
		return nil, fmt.Errorf("estimate: %w: %d parts of %d rows; ask for 2 to %d", ErrOption, count, n, n)
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if f.Shuffle {
		rand.New(rand.NewPCG(f.Seed, 0)).Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	parts := make([][]int, count)
	for k, low := 0, 0; k < count; k++ {
		high := low + n/count
		if k < n%count {
			high++
		}
		parts[k] = order[low:high]
		low = high
	}
	return parts, nil
}

func (f Folds) given(n int) ([][]int, error) {
	if len(f.Of) != n {
		return nil, fmt.Errorf("estimate: %w: Folds.Of has %d numbers for %d rows", ErrShape, len(f.Of), n)
	}
	var parts [][]int
	for i, k := range f.Of {
		if k < 0 || k >= n {
			return nil, fmt.Errorf("estimate: %w: Folds.Of puts row %d into part %d; parts count from 0", ErrOption, i, k)
		}
		for len(parts) <= k {
			parts = append(parts, nil)
		}
		parts[k] = append(parts[k], i)
	}
	for k, p := range parts {
		if len(p) == 0 || len(parts) < 2 {
			return nil, fmt.Errorf("estimate: %w: Folds.Of gives part %d of %d %d rows; there are two parts at least, and none is empty", ErrOption, k, len(parts), len(p))
		}
	}
	return parts, nil
}
