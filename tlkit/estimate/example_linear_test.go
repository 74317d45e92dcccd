package estimate_test

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/estimate"
)

// The number is twice the first feature less the second; the third has no part in it.
func example() (*mat.Dense, []float64) {
	x := mat.NewDense(6, 3, []float64{
		1, 0, 3,
		2, 1, 1,
		3, 0, 2,
		4, 2, 5,
		5, 1, 4,
		6, 3, 1,
	})
	return x, []float64{2, 3, 6, 6, 9, 9}
}

func ExampleLasso() {
	x, y := example()
	m, err := estimate.Lasso{Alpha: 0.1}.Fit(context.Background(), nil, x, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	lasso := m.(*estimate.LassoModel)
	fmt.Printf("%.3f, of which %v are not 0\n", lasso.Coef, lasso.Selected())
	// Output:
	// [1.806 -0.670 0.000], of which [0 1] are not 0
}

func ExampleGram_Ridge() {
	ctx := context.Background()
	x, y := example()
	g, err := estimate.NewGram(ctx, x, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, columns := range [][]int{{0, 1}, {1, 0}, {0}} {
		m, err := g.Ridge(ctx, -1, columns)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%v: %.3f\n", columns, m.Coef)
	}
	// Output:
	// [0 1]: [2.000 -1.000]
	// [1 0]: [-1.000 2.000]
	// [0]: [1.514]
}
