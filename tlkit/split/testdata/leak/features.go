package leak

import (
	"context"

	"github.com/go-gota/gota/dataframe"

	"transferlab/tlkit/feature"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// Pipelines and models learn from rows that are held back, or from a table that nobody has
// divided.
func _(ctx context.Context, t frame.Table, df dataframe.DataFrame, held split.Held, fold split.FoldTable) {
	p := feature.Pipeline{Target: "class", Steps: []feature.Step{feature.StandardScaler{}, feature.RFE{}}}
	p.Fit(ctx, nil, held)                                           // ERROR: cannot use held (variable of struct type split.Held) as split.Train value
	p.Fit(ctx, nil, t)                                              // ERROR: cannot use t (variable of struct type frame.Table) as split.Train value
	p.Fit(ctx, nil, df)                                             // ERROR: cannot use df (variable of struct type dataframe.DataFrame) as split.Train value
	p.Fit(ctx, nil, fold.Test)                                      // ERROR: cannot use fold.Test (variable of struct type split.Held) as split.Train value
	p.Fit(ctx, nil, held.Table())                                   // ERROR: cannot use held.Table() (value of struct type frame.Table) as split.Train value
	p.FitMatrix(ctx, nil, held)                                     // ERROR: cannot use held (variable of struct type split.Held) as split.Train value
	p.FitMatrix(ctx, nil, t)                                        // ERROR: cannot use t (variable of struct type frame.Table) as split.Train value
	feature.Classifier{Pipeline: p}.Fit(ctx, nil, held)             // ERROR: cannot use held (variable of struct type split.Held) as split.Train value
	feature.Regressor{Pipeline: p}.Fit(ctx, nil, t)                 // ERROR: cannot use t (variable of struct type frame.Table) as split.Train value
	feature.Compare(ctx, nil, held, feature.CompareOptions{})       // ERROR: cannot use held (variable of struct type split.Held) as split.Train value
	feature.Compare(ctx, nil, t, feature.CompareOptions{})          // ERROR: cannot use t (variable of struct type frame.Table) as split.Train value
	feature.Compare(ctx, nil, fold.Valid, feature.CompareOptions{}) // ERROR: cannot use fold.Valid (variable of struct type split.Held) as split.Train value
}

// A model is judged by the rows that it learnt from.
func _(ctx context.Context, train split.Train, c *feature.Classification, r *feature.Regression) {
	c.Evaluate(ctx, nil, train)                                          // ERROR: cannot use train (variable of struct type split.Train) as split.Held value
	r.Evaluate(ctx, nil, train)                                          // ERROR: cannot use train (variable of struct type split.Train) as split.Held value
	c.Permutation(ctx, nil, train, feature.PermutationOptions{})         // ERROR: cannot use train (variable of struct type split.Train) as split.Held value
	r.Permutation(ctx, nil, train.Table(), feature.PermutationOptions{}) // ERROR: cannot use train.Table() (value of struct type frame.Table) as split.Held value
}
