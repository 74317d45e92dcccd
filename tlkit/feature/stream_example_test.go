package feature_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/feature"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// A model is fitted on a table that fits into memory, and predicts for a file that may not.
func ExampleFitted_Stream() {
	ctx := context.Background()
	train := split.WholeAsTrain(fromCSV("km,town,minutes\n1,Ulm,5\n2,Ulm,8\n3,Ulm,11\n1,Bonn,7\n2,Bonn,10\n3,Bonn,13\n"))
	model, err := feature.Regressor{
		Pipeline: feature.Pipeline{Target: "minutes", Steps: []feature.Step{feature.OneHotEncoder{Unknown: feature.Ignore}}},
		Model:    estimate.LinearRegression{},
	}.Fit(ctx, nil, train)
	if err != nil {
		fmt.Println(err)
		return
	}
	files := fstest.MapFS{"rides.csv": {Data: []byte("town,km\nUlm,4\nBonn,4\nUlm,2.5\nBonn,\"1.5\"\nBonn,10\n")}}
	fitted := model.Features
	rides := &frame.CSVFile{Path: "rides.csv", FS: files, Options: frame.CSVOptions{Types: fitted.Schema()}}
	for x, err := range fitted.Stream(ctx, rides.Pieces(ctx, nil, 2)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		minutes, err := model.Model.Predict(ctx, nil, x)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.1f\n", minutes)
	}
	// Output:
	// [14.0 16.0]
	// [9.5 8.5]
	// [34.0]
}

// A model learns from a file of which only the entries that are not 0 fit into memory.
func ExampleSparse_Append() {
	ctx := context.Background()
	files := fstest.MapFS{"rides.csv": {Data: []byte("town,late\nUlm,no\nBonn,yes\nUlm,no\nKiel,yes\nBonn,no\n")}}
	rides := &frame.CSVFile{Path: "rides.csv", FS: files}
	var fitted *feature.Fitted
	var x feature.Sparse
	var late []string
	for piece, err := range rides.Pieces(ctx, nil, 3) {
		if err == nil && fitted == nil { // the first piece says what the features are
			fitted, err = feature.Pipeline{Target: "late", Steps: []feature.Step{feature.HashingEncoder{Bits: 20}}}.Fit(ctx, nil, split.WholeAsTrain(piece))
		}
		var rows *feature.Sparse
		var labels []string
		if err == nil {
			rows, err = fitted.Sparse(ctx, nil, piece)
		}
		if err == nil {
			labels, err = fitted.Labels(piece)
		}
		if err == nil {
			err = x.Append(rows)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		late = append(late, labels...)
	}
	fmt.Println(x.Rows, "rows,", x.Cols, "features,", len(x.Value), "entries,", late)
	// Output:
	// 5 rows, 1048576 features, 5 entries, [no yes no yes no]
}
