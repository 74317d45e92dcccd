package split

import (
	"bytes"
	"context"
	"fmt"

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

// Tables divides a table by a split of its rows: one made of [Rows] of that table, or read
// by [Load] for them. The parts keep the table's order. A split of another number of rows
// is [ErrOther]. Rows that a split by time drops are in none of the three.
func Tables(ctx context.Context, t frame.Table, parts Splitter) (train Train, valid, test Held, err error) {
	p, err := ask(ctx, parts)
	if err != nil {
		return Train{}, Held{}, Held{}, err
	}
	return p.tables(t)
}

func (p Parts) tables(t frame.Table) (train Train, valid, test Held, err error) {
	if _, err := p.labelled(t.Nrow()); err != nil {
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
