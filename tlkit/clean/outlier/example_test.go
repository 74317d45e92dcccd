package outlier_test

import (
	"context"
	"fmt"
	"log"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"transferlab/tlkit/clean/outlier"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// Bounds are learnt from training rows and applied to any rows.
func ExampleFit() {
	mass := func(v ...float64) frame.Table {
		return frame.Table{DataFrame: dataframe.New(series.New(v, series.Float, "mass"))}
	}
	train := split.WholeAsTrain(mass(3.4, 3.6, 3.7, 3.9, 4.0, 4.2, 42))
	bounds, err := outlier.Fit(train, outlier.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("ordinary from %.3f to %.3f\n", bounds.Columns[0].Low, bounds.Columns[0].High)

	clean, report, err := bounds.Apply(mass(3.8, 0.1, 5), outlier.ApplyOptions{Action: outlier.Clip})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Summary())
	fmt.Printf("%.3f\n", clean.Col("mass").Float())
	// Output:
	// ordinary from 2.975 to 4.775
	// iqr, factor 1.5: 2 of 3 rows have an outlier, clipped to the bounds
	// [3.800 2.975 4.775]
}

// A forest finds a row that is odd although each of its values is common.
func ExampleFitForest() {
	var height, weight []float64
	for i := range 200 {
		h := 150 + float64(i%40)
		height, weight = append(height, h), append(weight, h-100+float64(i%7))
	}
	height, weight = append(height, 152), append(weight, 92) // small and heavy
	people := frame.Table{DataFrame: dataframe.New(series.New(height, series.Float, "height"), series.New(weight, series.Float, "weight"))}

	ctx := context.Background()
	forest, err := outlier.FitForest(ctx, nil, split.WholeAsTrain(people), outlier.ForestOptions{Contamination: 0.005})
	if err != nil {
		log.Fatal(err)
	}
	_, report, err := forest.Apply(ctx, nil, people, outlier.ApplyOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Odd[0].Row, report.Odd[0].Values)
	// Output: 200 [height 152 weight 92]
}
