package score

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// This file looks over what callers give, and goes through columns.

func isFinite(v float64) bool { return v-v == 0 }

// rows is the length that all columns have.
func rows(columns [][]float64) (int, error) {
	if len(columns) == 0 || len(columns[0]) == 0 {
		return 0, fmt.Errorf("score: %w: %d columns without rows; give at least one row and one column", ErrEmpty, len(columns))
	}
	n := len(columns[0])
	if n > math.MaxInt32 {
		return 0, fmt.Errorf("score: %w: %d rows; give at most %d, a sample says as much", ErrShape, n, math.MaxInt32)
	}
	for j, c := range columns {
		if len(c) != n {
			return 0, fmt.Errorf("score: %w: column %d has %d rows, column 0 has %d", ErrShape, j, len(c), n)
		}
	}
	return n, nil
}

// numbers checks the shapes, and that y is finite.
func numbers(columns [][]float64, y []float64) error {
	n, err := rows(columns)
	if err != nil {
		return err
	}
	if len(y) != n {
		return fmt.Errorf("score: %w: columns have %d rows, the target has %d numbers", ErrShape, n, len(y))
	}
	return finite(y, -1)
}

// finite gives an error for the first number that is not.
func finite(v []float64, column int) error {
	for i := 0; i < len(v); {
		part := v[i:min(i+1024, len(v))]
		sum := 0.0
		for _, x := range part {
			sum += x - x // NaN for whatever is not finite
		}
		if sum == 0 {
			i += len(part)
			continue
		}
		for k, x := range part {
			if !isFinite(x) {
				return &InputError{column, i + k, x}
			}
		}
	}
	return nil
}

// allFinite is finite for all columns, ahead of work that takes long.
func allFinite(ctx context.Context, columns [][]float64) error {
	return each(ctx, nil, "", len(columns), func(j int) error { return finite(columns[j], j) })
}

// labels are classes, renumbered so that each number has a row.
type labels struct {
	of    []int32 // of each row
	count []int   // rows of each
}

func newLabels(columns [][]float64, classes []int) (labels, error) {
	n, err := rows(columns)
	if err != nil {
		return labels{}, err
	}
	if len(classes) != n {
		return labels{}, fmt.Errorf("score: %w: columns have %d rows, the target has %d classes", ErrShape, n, len(classes))
	}
	for i, c := range classes {
		if c < 0 {
			return labels{}, fmt.Errorf("score: target, row %d: %w: %d; drop rows without a class first, classes count from 0", i, ErrClass, c)
		}
	}
	number := numbering(classes)
	l := labels{of: make([]int32, n)}
	for i, c := range classes {
		k := number(c)
		l.of[i] = k
		if int(k) >= len(l.count) {
			l.count = append(l.count, make([]int, int(k)+1-len(l.count))...)
		}
		l.count[k]++
	}
	return l, nil
}

// numbering gives the classes that occur the numbers 0, 1, … in their order.
func numbering(classes []int) func(int) int32 {
	most := slices.Max(classes)
	if most > 4*len(classes)+1024 { // a table would be mostly empty
		distinct := slices.Compact(slices.Sorted(slices.Values(classes)))
		return func(c int) int32 {
			k, _ := slices.BinarySearch(distinct, c)
			return int32(k)
		}
	}
	table := make([]int32, most+1)
	for _, c := range classes {
		table[c] = 1
	}
	next := int32(0)
	for c, seen := range table {
		table[c] = next
		next += seen
	}
	return func(c int) int32 { return table[c] }
}

// each calls f for 0 … p-1, several at a time, and reports how many are done. Of several
// errors the one of the first column counts.
func each(ctx context.Context, rep progress.Reporter, task string, p int, f func(j int) error) error {
	rep = progress.Or(rep)
	errs := make([]error, p)
	var mu sync.Mutex
	done := int64(0)
	err := parallel.Each(ctx, p, func(j int) {
		errs[j] = f(j)
		mu.Lock()
		defer mu.Unlock()
		done++
		rep.Report(progress.Event{Task: task, Done: done, Total: int64(p), Unit: "features"})
	})
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return err
}
