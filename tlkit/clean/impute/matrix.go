package impute

import (
	"math"

	"transferlab/tlkit/frame"
)

// matrix is the numbers of some columns of a table, column by column, NaN where one is
// missing.
type matrix [][]float64

// matrixOf takes the numbers out. An infinity is an InfiniteError.
func matrixOf(cols []frame.Column) (matrix, error) {
	m := make(matrix, len(cols))
	for j, c := range cols {
		v, err := c.Numbers()
		if err != nil {
			return nil, &KindError{c.Name, c.Kind, "numbers are needed"}
		}
		for i, x := range v {
			if math.IsInf(x, 0) {
				return nil, &InfiniteError{c.Name, i, x}
			}
		}
		m[j] = v
	}
	return m, nil
}

// rows is the number of rows.
func (m matrix) rows() int {
	if len(m) == 0 {
		return 0
	}
	return len(m[0])
}

// known are the mean and the standard deviation of a column's numbers, of which there is
// one at least.
func known(v []float64) (mean, deviation float64) {
	n := 0.0
	for _, x := range v {
		if x == x {
			mean += x
			n++
		}
	}
	mean /= n
	for _, x := range v {
		if x == x {
			deviation += (x - mean) * (x - mean)
		}
	}
	return mean, math.Sqrt(deviation / n)
}
