package feature_test

import (
	"context"
	"fmt"
	"log"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/feature"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// What is missing is filled by the median of the training rows, then all is scaled. Held rows
// are treated as the training rows were.
func ExampleStandardScaler() {
	ctx := context.Background()
	heights := func(v ...float64) frame.Table {
		cells := frame.MakeCells[float64](len(v))
		for i, x := range v {
			cells[i] = frame.Cell[float64]{Value: x, Null: x == 0}
		}
		t, err := frame.New(nil, frame.Series("height", cells))
		if err != nil {
			log.Fatal(err)
		}
		return t
	}
	p := feature.Pipeline{Steps: []feature.Step{
		feature.Impute{By: impute.Simple{Numbers: impute.Median}},
		feature.StandardScaler{},
	}}
	fitted, err := p.Fit(ctx, nil, split.WholeAsTrain(heights(150, 160, 170, 180, 190)))
	if err != nil {
		log.Fatal(err)
	}
	held, err := fitted.Table(ctx, nil, heights(170, 0, 200))
	if err != nil {
		log.Fatal(err)
	}
	back, err := fitted.Inverse(ctx, held)
	if err != nil {
		log.Fatal(err)
	}
	scaled, _ := held.Numbers()
	cm, _ := back.Numbers()
	fmt.Printf("%.3f\n%.0f\n", scaled[0], cm[0])
	// Output:
	// [0.000 0.000 2.121]
	// [170 170 200]
}
