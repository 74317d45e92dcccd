// Package feature makes the columns of a table into features that a model can learn from:
// it scales, encodes and selects them.
//
// A [Pipeline] is a description: the column to predict and the steps, in their order.
// Fit learns from training rows alone, a split.Train; what it gives, a [Fitted], is
// applied to any table that has the columns it was fitted on, to one row at a time
// ([Fitted.Row]), to a file piece by piece ([Fitted.Stream]), and is saved as JSON
// ([Fitted.Save]):
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
// # Steps
//
//	StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler,
//	QuantileTransformer, PowerTransformer, Binning          numbers from numbers
//	OneHotEncoder, OrdinalEncoder, TargetEncoder,
//	HashingEncoder, FrequencyEncoder                        numbers from texts and other values
//	DateParts                                               numbers from dates
//	Impute                                                  missing values filled
//	SelectVariance, SelectCorrelated, SelectBest            columns chosen one by one
//	RFE, RFECV, Sequential                                  columns chosen by a model that is tried
//	SelectModel                                             columns chosen by a model that is fitted once
//	Keep, Drop                                              columns chosen by name
//
// # Rows that belong together
//
// Where a table has copies of a thing, or several rows of one patient, a row's fellows give
// its target away, outside of the pipeline and within: a selector that tries models in
// folds of its own believes what it should not. [Pipeline].Group names the column that says
// which rows belong together; it is then no feature, and all folds within the pipeline keep
// them together. The training part has to be made so as well: see RowOptions.Group of
// package split, which is also what [Compare] goes by.
//
// # Looking into it
//
// What selectors went by is told by [Fitted.Scores]. [Compare] sets several choices beside
// each other by cross-validation, [Classification.Permutation] asks a finished model what
// it leans on, by rows that were held back.
//
// # Agreement
//
// What scikit-learn 1.9 defines is computed as there, but for what each type says of
// itself. The differences that matter: quantiles and bins are learnt from all rows, not
// from ten thousand by chance; columns far from 0 keep digits that cancel there; a target
// of numbers names classes only if [Pipeline] says so in Classes.
package feature
