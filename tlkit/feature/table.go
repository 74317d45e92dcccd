package feature

import (
	"context"
	"fmt"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

// Table gives the features of a table's rows as a table, with floats, booleans and texts.
// Columns that the pipeline does not know are left out; the target is kept where it is
// there.
func (f *Fitted) Table(ctx context.Context, rep progress.Reporter, t frame.Table) (frame.Table, error) {
	cols, err := f.columns(t)
	if err != nil {
		return frame.Table{}, err
	}
	n, p := t.Nrow(), len(f.plan.elements)
	if p > 0 && n > MaxCells/p {
		return frame.Table{}, fmt.Errorf("feature: %w: %d rows of %d features are more than %d cells; use Sparse, fewer features, or pieces of the table", ErrLimit, n, p, MaxCells)
	}
	out := make([]cellWriter, p)
	all := make([]series.Series, p, p+1)
	for k, e := range f.plan.elements {
		out[k], all[k] = newCells(e, n)
	}
	err = f.blocks(ctx, rep, n, f.through(cols), func(low, high int, w *worker) error {
		for k := range out {
			out[k](low, w.slots)
		}
		return nil
	})
	if err != nil {
		return frame.Table{}, err
	}
	schema := frame.Schema{}
	for _, e := range f.plan.elements {
		if e.kind == frame.Date || e.kind == frame.Category {
			if field, ok := t.Schema.Lookup(e.name); ok {
				schema = append(schema, field)
			} else {
				schema = append(schema, frame.Field{Name: e.name, Kind: e.kind})
			}
		}
	}
	if f.target.Name != "" {
		if c, err := t.Column(f.target.Name); err == nil {
			all = append(all, c.Series(c.Name))
			schema = append(schema, c.Field)
		}
	}
	return frame.New(schema, all...)
}

// cellWriter puts a block's element, whose first row is low, where it belongs.
type cellWriter func(low int, slots []column)

func newCells(e element, n int) (cellWriter, series.Series) {
	switch {
	case e.sums > 0:
		cells := frame.MakeCells[float64](n)
		return func(low int, slots []column) {
			for _, c := range slots[e.slot : e.slot+e.sums] {
				for i, v := range c.code {
					switch v {
					case int32(e.code):
						cells[low+i].Value++
					case negative(int32(e.code)):
						cells[low+i].Value--
					}
				}
			}
		}, frame.Series(e.name, cells)
	case e.code >= 0:
		cells := frame.MakeCells[bool](n)
		return func(low int, slots []column) {
			for i, v := range slots[e.slot].code {
				cells[low+i].Value = int(v) == e.code
			}
		}, frame.Series(e.name, cells)
	case formOf(e.kind) == texts:
		cells := frame.MakeCells[string](n)
		return func(low int, slots []column) { copy(cells[low:], slots[e.slot].text) }, frame.Series(e.name, cells)
	case e.kind == frame.Bool:
		cells := frame.MakeCells[bool](n)
		return func(low int, slots []column) {
			for i, v := range slots[e.slot].num {
				cells[low+i] = frame.Cell[bool]{Value: v == 1, Null: v != v}
			}
		}, frame.Series(e.name, cells)
	}
	cells := frame.MakeCells[float64](n)
	return func(low int, slots []column) {
		for i, v := range slots[e.slot].num {
			cells[low+i] = frame.Cell[float64]{Value: v, Null: v != v}
		}
	}, frame.Series(e.name, cells)
}
