package feature_test

import (
	"context"
	"fmt"
	"strings"

	"transferlab/tlkit/feature"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

func fromCSV(csv string) frame.Table {
	t, err := frame.DecodeCSV(context.Background(), nil, strings.NewReader(csv), frame.CSVOptions{})
	if err != nil {
		panic(err)
	}
	return t
}

func ExampleOneHotEncoder() {
	train := split.WholeAsTrain(fromCSV("colour,size\nred,3\nblue,1\n,2\nred,3\n"))
	fitted, err := feature.Pipeline{Steps: []feature.Step{feature.OneHotEncoder{Unknown: feature.Ignore}}}.Fit(context.Background(), nil, train)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Join(fitted.Names(), ", "))
	x, err := fitted.Matrix(context.Background(), nil, fromCSV("colour,size\nblue,5\ngreen,6\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x.RawRowView(0))
	fmt.Println(x.RawRowView(1))
	// Output:
	// colour=blue, colour=red, colour=(missing), size
	// [1 0 0 5]
	// [0 0 0 6]
}

// Training rows are cross-fitted by FitMatrix: no row's own target is in its features.
func ExampleTargetEncoder() {
	train := split.WholeAsTrain(fromCSV("town,rent\nUlm,10\nUlm,12\nBonn,20\nBonn,22\nUlm,11\n"))
	p := feature.Pipeline{Target: "rent", Steps: []feature.Step{feature.TargetEncoder{NoSmoothing: true}}}
	fitted, own, err := p.FitMatrix(context.Background(), nil, train)
	if err != nil {
		fmt.Println(err)
		return
	}
	x, err := fitted.Matrix(context.Background(), nil, fromCSV("town\nUlm\nBonn\nKiel\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("new rows:", x.RawMatrix().Data)
	fmt.Println("training rows:", own.RawMatrix().Data)
	// Output:
	// new rows: [11 21 15]
	// training rows: [11.5 10.5 22 20 11]
}

func ExampleFitted_Sparse() {
	t := fromCSV("word\nto\nbe\nor\nnot\nto\nbe\n")
	fitted, err := feature.Pipeline{Steps: []feature.Step{feature.HashingEncoder{Bits: 20}}}.Fit(context.Background(), nil, split.WholeAsTrain(t))
	if err != nil {
		fmt.Println(err)
		return
	}
	x, err := fitted.Sparse(context.Background(), nil, t)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x.Rows, "rows,", x.Cols, "features,", len(x.Value), "entries")
	// Output:
	// 6 rows, 1048576 features, 6 entries
}
