// Package recipe makes the cleaning of a table a thing by itself: steps that are recorded
// with what they did, undone, reordered, saved, replayed on other rows, and printed as Go.
//
// A [History] is a recipe at work on one table:
//
//	h := recipe.Begin(table)
//	entry, err := h.Do(ctx, nil, recipe.Text{Columns: []string{"title"}, Do: []recipe.TextOp{recipe.Trim}})
//	h.Undo()
//	err = h.Move(ctx, nil, 2, 0)
//	err = h.Recipe().Save("films.recipe.json")
//
// A [Recipe] is the steps alone, and how the file was read:
//
//	r, err := recipe.Load("films.recipe.json")
//	table, err := r.Source.Read(ctx, nil, "data")
//	table, log, err := r.Apply(ctx, nil, table)
//
// # Two sorts of steps
//
// Most steps need nothing but the table: they are stateless. Some learn – the median that
// missing values are filled with, the bounds of outliers, which columns are too empty – and
// what they learn has to come from training rows. A recipe with such a step is not applied
// but fitted, on a split.Train, and what comes of it, a [Fitted], does to any table what
// was done to the training rows:
//
//	fitted, err := r.Fit(ctx, nil, train)
//	model.Fit(fitted.Train())
//	cleaned, log, err := fitted.Apply(ctx, nil, held.Table())
//
// [Learns] says which sort a step is of.
//
// # What holds for all steps
//
// A table that is given is never changed, and columns that a step does not change are
// shared. Kinds – dates, categories and their levels – stay with their columns. On an error,
// which is a [*StepError] with the step's number and name, nothing is half applied. Rows are
// counted from 0.
//
// # Steps from OpenRefine
//
// [Transform], [Replace], [AddColumn], [SplitColumn], [FillDown], [BlankDown], [SplitCells],
// [JoinCells] and [DropRows] with its facets do what OpenRefine 3.9.3 does, and take its
// expressions; package refine makes recipes of its exported histories. Cells of OpenRefine
// have types of their own. Where a column holds several of them, it is text in the table,
// and the types travel along until the last step: see state.go.
//
// # Recipes from strangers
//
// A recipe is data. [Read] refuses what it does not know and what is too large; paths lead
// nowhere but into the folder that is given; expressions and regular expressions are
// bounded; what is printed as Go has every text in quotes.
package recipe
