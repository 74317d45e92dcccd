package split

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"transferlab/tlkit/frame"
)

// Train is the rows of a table that may be learnt from: whatever is fitted – a scaler, an
// imputer, bounds of outliers, a model – takes a Train and nothing else, so that a program
// that fits on rows it is judged by does not compile. It owns its rows: a table that it
// gives out is a view that nothing here writes to.
//
// The zero value has no rows. A Train comes from [Tables], [FoldTables] or, where there is
// nothing to be held back, from [WholeAsTrain], which says so.
type Train struct{ table frame.Table }

// Held is the rows of a table that are held back, to choose or to judge by. What was
// fitted is applied to its table. Its field has another name than Train's, for Go converts
// structs of the same fields into each other.
type Held struct{ held frame.Table }

// MarshalBinary gives the rows as bytes, for a store.
func (t Train) MarshalBinary() ([]byte, error) { return marked(trainMark, t.table) }

// UnmarshalBinary reads what MarshalBinary gave. Rows that were held back are [ErrOther].
func (t *Train) UnmarshalBinary(b []byte) error { return unmarked(trainMark, b, &t.table) }

// MarshalBinary gives the rows as bytes.
func (h Held) MarshalBinary() ([]byte, error) { return marked(heldMark, h.held) }

// UnmarshalBinary reads what MarshalBinary gave. Training rows are [ErrOther].
func (h *Held) UnmarshalBinary(b []byte) error { return unmarked(heldMark, b, &h.held) }

// Bytes begin with what the rows are for, so that a detour through a store does not make
// held rows training rows.
const (
	trainMark = "tlkit train 1\n"
	heldMark  = "tlkit held 1\n"
)

func marked(mark string, t frame.Table) ([]byte, error) {
	b, err := t.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("split: %w", err)
	}
	return append([]byte(mark), b...), nil
}

func unmarked(mark string, b []byte, to *frame.Table) error {
	rest, ok := bytes.CutPrefix(b, []byte(mark))
	if !ok {
		return fmt.Errorf("split: %w: the bytes begin with %.16q, not with %q", ErrOther, b, mark)
	}
	if err := to.UnmarshalBinary(rest); err != nil {
		return fmt.Errorf("split: %w", err)
	}
	return nil
}

// Table is the training rows.
func (t Train) Table() frame.Table { return t.table }

// Table is the rows held back.
func (h Held) Table() frame.Table { return h.held }

// WholeAsTrain declares all rows of a table to be training rows. It is right where nothing
// is judged afterwards, or where the rows to judge by were taken out before.
func WholeAsTrain(t frame.Table) Train { return Train{t} }

// RowOptions say what a split needs to know of a table's rows. The zero value needs no
// more than their number.
type RowOptions struct {
	Label string // column with the class; needed by Stratified
	Group string // column with the group whose rows stay together
	// Duplicates keeps rows together that are equal in all columns.
	Duplicates bool
}

// Rows makes a Source of the rows of a table; the ids are the rows' numbers, from "0". A
// missing label is an empty one, which [Stratified] refuses; a row with a missing group is
// a group of its own.
func Rows(t frame.Table, o RowOptions) (Items, error) {
	if err := t.DataFrame.Err; err != nil {
		return nil, fmt.Errorf("split: this dataframe holds an error instead of rows: %w", err)
	}
	items := make(Items, t.Nrow())
	for i := range items {
		items[i].ID = strconv.Itoa(i)
	}
	for _, c := range []struct {
		column string
		set    func(i int, v string)
	}{
		{o.Label, func(i int, v string) { items[i].Label = v }},
		{o.Group, func(i int, v string) { items[i].Group = v }},
	} {
		if c.column == "" {
			continue
		}
		column, err := t.Column(c.column)
		if err != nil {
			return nil, fmt.Errorf("split: %w", err)
		}
		for i := range items {
			if !column.Missing(i) {
				c.set(i, column.Format(i))
			}
		}
	}
	if o.Duplicates {
		ids, _, err := t.Identify()
		if err != nil {
			return nil, fmt.Errorf("split: %w", err)
		}
		for i, id := range ids {
			items[i].Hash = strconv.Itoa(int(id))
		}
	}
	return items, nil
}

// Tables divides a table by a split of its rows: one made of [Rows] of that table, or read
// by [Load] for them. The parts keep the table's order. A split of another number of rows
// is [ErrOther].
func Tables(ctx context.Context, t frame.Table, parts Splitter) (train Train, valid, test Held, err error) {
	p, err := parts.Parts(ctx)
	if err != nil {
		return Train{}, Held{}, Held{}, err
	}
	return p.tables(t)
}

func (p Parts) tables(t frame.Table) (train Train, valid, test Held, err error) {
	if err := p.valid(t.Nrow()); err != nil {
		return Train{}, Held{}, Held{}, err
	}
	for _, part := range []struct {
		rows []int
		to   *frame.Table
	}{{p.Train, &train.table}, {p.Valid, &valid.held}, {p.Test, &test.held}} {
		if *part.to, err = t.Take(part.rows); err != nil {
			return Train{}, Held{}, Held{}, fmt.Errorf("split: %w", err)
		}
	}
	return train, valid, test, nil
}

// A FoldTable is one fold of a table: learn from Train, stop early or choose by Valid,
// judge by Test.
type FoldTable struct {
	Train Train
	Valid Held // no rows unless FoldOptions.Valid asks for some
	Test  Held
	Rows  []int // the test's rows in the whole table, ascending
}

// FoldTables divides a table by folds of its rows: K of them for each repeat, one after
// the other. All rows that are not in a fold's test part are its training rows, unless
// FoldOptions.Valid is above 0: then that share of them is set aside as its Valid.
func FoldTables(ctx context.Context, t frame.Table, folds *Folds) ([]FoldTable, error) {
	parts, err := folds.make(ctx, folds.opt)
	if err != nil {
		return nil, err
	}
	out := make([]FoldTable, len(parts))
	for k, p := range parts {
		train, valid, test, err := p.tables(t)
		if err != nil {
			return nil, err
		}
		out[k] = FoldTable{train, valid, test, p.Test}
	}
	return out, nil
}
