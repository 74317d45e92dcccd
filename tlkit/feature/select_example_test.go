package feature_test

import (
	"context"
	"fmt"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/feature"
	"transferlab/tlkit/samples/tables"
	"transferlab/tlkit/split"
)

// What is behind each number of features can be drawn, and looked up.
func ExampleFitted_Scores() {
	ctx := context.Background()
	diabetes, err := tables.Diabetes().Read(ctx, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	p := feature.Pipeline{Target: "target", Steps: []feature.Step{
		feature.StandardScaler{},
		feature.RFE{Regressor: estimate.Ridge{}, K: 3},
	}}
	fitted, err := p.Fit(ctx, nil, split.WholeAsTrain(diabetes))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fitted.Names())
	for _, c := range fitted.Scores()[0].Columns[:4] {
		fmt.Printf("%s: rank %d, kept %v\n", c.Name, c.Rank, c.Kept)
	}
	// Output:
	// [bmi s1 s5]
	// age: rank 8, kept false
	// sex: rank 4, kept false
	// bmi: rank 1, kept true
	// bp: rank 3, kept false
}

// Nearest neighbours are helped by scaling; whether half of the features do as well, these
// rows cannot tell.
func ExampleCompare() {
	ctx := context.Background()
	wine, err := tables.Wine().Read(ctx, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	scaled := []feature.Step{feature.StandardScaler{}}
	c, err := feature.Compare(ctx, nil, split.WholeAsTrain(wine), feature.CompareOptions{
		Target:     "class",
		Classifier: estimate.KNNClassifier{},
		Sets: []feature.Set{
			{Name: "scaled", Steps: scaled},
			{Name: "raw"},
			{Name: "scaled, the best half", Steps: append(scaled, feature.SelectBest{Share: 0.5})},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Words(1))
	fmt.Println(c.Words(2))
	// Output:
	// "raw" is worse than "scaled": -26.4 points (95 % interval -32.8 to -19.4, p = 1.8e-13, McNemar's exact test).
	// The data cannot tell "scaled, the best half" and "scaled" apart: +0.0 points (95 % interval -3.3 to +3.3, p = 1, McNemar's exact test).
}
