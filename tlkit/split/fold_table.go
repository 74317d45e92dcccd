package split

import (
	"context"
	"fmt"
	"iter"

	"transferlab/tlkit/frame"
)

// A FoldTable is one fold of a table: learn from Train, stop early or choose by Valid,
// judge by Test.
type FoldTable struct {
	Train Train
	Valid Held // no rows unless the folds' options ask for some
	Test  Held
	Rows  []int // the test's rows in the whole table, ascending
}

// tableFolder is a Folder that has other defaults for tables.
type tableFolder interface {
	tableParts(ctx context.Context) ([]Parts, error)
}

// FoldTables divides a table by folds of its rows, one after the other: by [KFold] and its
// kin, by [TimeSeries], or by anything else that gives parts of them. All rows that are not
// in a fold's test part are its training rows, unless FoldOptions.Valid is above 0: then
// that share of them is set aside as its Valid; a split by time drops rows.
//
// All folds together are as large as the table is, times their number. [EachFold] makes them
// one at a time.
func FoldTables(ctx context.Context, t frame.Table, folds Folder) ([]FoldTable, error) {
	var out []FoldTable
	for f, err := range EachFold(ctx, t, folds) {
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// EachFold gives the folds of [FoldTables] one at a time; an error is the last thing it
// gives.
func EachFold(ctx context.Context, t frame.Table, folds Folder) iter.Seq2[FoldTable, error] {
	return func(yield func(FoldTable, error) bool) {
		if folds == nil {
			yield(FoldTable{}, fmt.Errorf("split: %w: there are no folds", ErrFolds))
			return
		}
		get := folds.Parts
		if f, ok := folds.(tableFolder); ok {
			get = f.tableParts
		}
		parts, err := get(ctx)
		if err != nil {
			yield(FoldTable{}, err)
			return
		}
		for _, p := range parts {
			train, valid, test, err := p.tables(t)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(FoldTable{}, err)
				return
			}
			if !yield(FoldTable{train, valid, test, p.Test}, nil) {
				return
			}
		}
	}
}
