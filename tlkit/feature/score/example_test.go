package score_test

import (
	"context"
	"fmt"

	"transferlab/tlkit/feature/score"
)

func Example() {
	columns := [][]float64{
		{1.4, 1.3, 1.5, 4.7, 4.5, 4.9}, // length of the petal, cm
		{3.5, 3.0, 3.2, 3.2, 3.1, 3.0}, // width of the sepal, cm
	}
	species := []int{0, 0, 0, 1, 1, 1}
	r, err := score.ANOVA(context.Background(), nil, columns, species)
	if err != nil {
		panic(err)
	}
	for j := range columns {
		fmt.Printf("column %d: F = %.2f, p = %.1g\n", j, r.Score[j], r.P[j])
	}
	kept, err := score.FalsePositiveRate(r.P, 0.05)
	fmt.Println("kept:", kept, err)
	// Output:
	// column 0: F = 653.40, p = 1e-05
	// column 1: F = 0.73, p = 0.4
	// kept: [0] <nil>
}
