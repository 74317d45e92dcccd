// Package refine reads the histories of operations that OpenRefine exports ("Undo / Redo",
// "Extract…") and makes recipes of them, which give the table that OpenRefine 3.9.3 gives.
//
//	r, err := refine.Load("history.json")
//	t, log, err := r.Apply(ctx, nil, t)
//
// # What is replayed
//
// mass-edit, text-transform, column-addition, column-rename, column-removal, column-move,
// column-reorder, column-split, multivalued-cell-split, multivalued-cell-join, fill-down,
// blank-down and row-removal, with list, range, time line and text facets, by rows and by
// records, and expressions in GREL as package grel has it. Everything else – other
// operations, languages, functions, and regular expressions that RE2 does not have – is
// refused before anything is applied, all of it in one [*UnsupportedError].
//
// # Where the result differs
//
// Cells of OpenRefine have their own types; columns of a table have one. A column whose
// cells are of several types in the end is text here, each cell as OpenRefine writes it into
// a CSV file; while the history is replayed the cells keep their types, so that later
// operations see what they see in OpenRefine. A column of whole numbers and others is one of
// numbers. OpenRefine tells a cell without a value from a cell that holds nothing; here both
// are missing. Half of a character beyond U+FFFF, which a split by lengths can leave, is
// U+FFFD. Where OpenRefine quietly goes on – a facet on a column that is not there selects
// all rows, a reorder passes over names that it does not find – the replay stops with an
// error. And what a split leaves behind in the column that it removes, in rows that it did
// not split, is gone here; in OpenRefine it still decides which rows are empty.
package refine
