// Package impute deals with missing values in tables: it drops them, fills them by a rule,
// or predicts them from the rest of the row.
//
// A step that needs nothing but the table at hand is stateless: [DropRows], [DropColumns],
// [Constant], [ForwardFill], [BackwardFill], [Interpolate]. A step that learns what it fills with is
// fitted on training rows, a split.Train, and applied to any table: [Simple] (mean, median,
// most frequent value, constant), [KNN] (nearest neighbours) and [Iterative] (each column
// predicted from the others). Both kinds are descriptions, structs whose zero value is
// sensible:
//
//	fitted, err := impute.KNN{Neighbors: 10}.Fit(ctx, nil, train)
//	table, report, err := fitted.Apply(ctx, nil, held.Table())
//
// Which of them suits a table is measured by [Compare], which hides known cells and counts
// how well each fills them.
//
// # What every fill keeps
//
// A cell that has a value is never changed. No column is dropped in silence: a column
// without any value to learn from is an [*EmptyError], or with KeepEmpty is left as it is.
// What is still missing afterwards is in the [Report], with the reason. Columns without
// missing values are shared with the table that was given.
//
// # Whole numbers
//
// A mean of whole numbers is no whole number. By default, [Widen], a column of ints becomes
// one of floats where it has to take such values: at every Apply if it had missing values
// among the training rows, so that training and held tables keep the same kinds; else only
// in a table in which it has missing values. With [Round] it stays a column of ints, and
// each filled value is rounded to the nearest one, half to even. The report says which.
// What is filled by a whole number – the most frequent value, a median that is whole, a
// neighbouring row – keeps the ints.
//
// # Agreement
//
// What scikit-learn 1.9 or pandas 3 define is computed as there: SimpleImputer, KNNImputer,
// IterativeImputer; dropna, ffill, bfill, interpolate. Where they leave something open it is
// said what happens here.
package impute
