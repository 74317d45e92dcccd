// Package feature makes the columns of a table into features that a model can learn from:
// it scales, encodes and selects them.
//
// A [Pipeline] is a description: the column to predict and the steps, in their order.
// Fit learns from training rows alone, a split.Train; what it gives, a [Fitted], is
// applied to any table that has the columns it was fitted on, to one row at a time
// ([Fitted.Row]), and is saved as JSON ([Fitted.Save]):
//
//	p := feature.Pipeline{Target: "class", Steps: []feature.Step{
//		feature.Impute{By: impute.Simple{}},
//		feature.StandardScaler{},
//		feature.OneHotEncoder{},
//		feature.SelectBest{Score: feature.AnovaF, K: 10},
//	}}
//	fitted, err := p.Fit(ctx, nil, train)
//	x, err := fitted.Matrix(ctx, nil, held.Table())
//
// # Columns
//
// All columns but the target are features to begin with. A step takes those that it names,
// or all of the kind that it is for, and puts what it makes in their place; the others
// pass. A column that no feature needs in the end is not asked for when the pipeline is
// applied.
//
// Within a pipeline there are numbers and texts. Ints, floats and booleans are numbers,
// float64, with NaN where a value is missing; text, categories and dates are texts.
// Booleans, and what [OneHotEncoder] makes, are only scaled by a step that names them.
// Infinite numbers are refused with an [*InputError].
//
// # Agreement
//
// What scikit-learn 1.9 defines is computed as there.
package feature
