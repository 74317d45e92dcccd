package estimate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"

	"transferlab/tlkit/parallel"
)

// An item is one row's value of a feature.
type item struct {
	row   int32
	value float32
}

// presort gives each feature's items by value; those of one value by row. It is done once
// for all trees on the same rows.
func presort(ctx context.Context, x blas64.General) ([][]item, error) {
	if x.Rows > math.MaxInt32 {
		return nil, fmt.Errorf("estimate: %w: %d rows, and a tree takes at most %d", ErrShape, x.Rows, math.MaxInt32)
	}
	if err := single(x); err != nil {
		return nil, err
	}
	sorted := make([][]item, x.Cols)
	err := parallel.Each(ctx, x.Cols, func(j int) {
		// The value's bits, turned so that they have its order, above the row's number.
		keys := make([]uint64, x.Rows)
		for i := range keys {
			b := math.Float32bits(float32(x.Data[i*x.Stride+j]))
			if b>>31 == 1 {
				b = ^b
			} else {
				b |= 1 << 31
			}
			keys[i] = uint64(b)<<32 | uint64(i)
		}
		slices.Sort(keys)
		items := make([]item, x.Rows)
		for i, k := range keys {
			row := int32(uint32(k))
			items[i] = item{row, float32(x.Data[int(row)*x.Stride+j])}
		}
		sorted[j] = items
	})
	return sorted, err
}

// single checks that numbers can be rounded to float32.
func single(x blas64.General) error {
	for i := range x.Rows {
		for j, v := range row(x, i) {
			if math.IsInf(float64(float32(v)), 0) {
				return fmt.Errorf("estimate: %w: row %d, feature %d of x is %v, and trees take numbers up to %.2g; divide the feature by a constant first", ErrNumber, i, j, v, math.MaxFloat32)
			}
		}
	}
	return nil
}
