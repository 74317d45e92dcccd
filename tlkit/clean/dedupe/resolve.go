package dedupe

import (
	"fmt"
	"slices"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
)

// Drop keeps the survivor of each group as it is and takes out its other rows. t is the
// table in which the groups were found; columns that were not compared may have changed
// since. The rows that stay keep their order.
func (g *Groups) Drop(t frame.Table, c Choices) (frame.Table, *Report, error) {
	return g.resolve(t, c, false)
}

// Merge is Drop after the cells that a survivor lacks were filled from the other rows of
// its group: from the first one, in the order of Group.Rows, that has a value.
func (g *Groups) Merge(t frame.Table, c Choices) (frame.Table, *Report, error) {
	return g.resolve(t, c, true)
}

func (g *Groups) resolve(t frame.Table, c Choices, fill bool) (frame.Table, *Report, error) {
	if err := g.belongs(t); err != nil {
		return frame.Table{}, nil, err
	}
	groups, err := g.decide(c)
	if err != nil {
		return frame.Table{}, nil, err
	}
	r := &Report{What: g.What, Columns: g.compared, Rows: t.Nrow(), Groups: len(groups), Merged: fill}
	goes := make([]bool, t.Nrow())
	for _, d := range groups {
		for _, i := range d.rows[1:] {
			goes[i] = true
			if len(r.Examples) < shown {
				r.Examples = append(r.Examples, Example{i, d.rows[0]})
			}
		}
	}
	kept := make([]int, 0, len(goes))
	for i, x := range goes {
		if x {
			r.Dropped = append(r.Dropped, i)
		} else {
			kept = append(kept, i)
		}
	}
	r.Kept = len(kept)
	if fill {
		if t, err = filled(t, groups, r); err != nil {
			return frame.Table{}, nil, err
		}
	}
	if len(r.Dropped) > 0 {
		if t, err = t.Take(kept); err != nil {
			return frame.Table{}, nil, fmt.Errorf("dedupe: %w", err)
		}
	}
	return t, r, nil
}

// filled is the table with the survivors' missing cells filled, before rows are dropped.
func filled(t frame.Table, groups []decided, r *Report) (frame.Table, error) {
	cols, err := t.Columns()
	if err != nil {
		return frame.Table{}, fmt.Errorf("dedupe: %w", err)
	}
	var changed []series.Series
	for _, c := range cols {
		type move struct{ from, to int }
		var moves []move
		for _, d := range groups {
			to := d.rows[0]
			if !c.Missing(to) {
				continue
			}
			if k := slices.IndexFunc(d.rows, func(i int) bool { return !c.Missing(i) }); k > 0 {
				moves = append(moves, move{d.rows[k], to})
			}
		}
		if len(moves) == 0 {
			continue
		}
		r.Filled = append(r.Filled, Filled{c.Name, len(moves)})
		switch { // the cells are the table's own, so a copy of them is changed
		case c.Ints != nil:
			c.Ints = slices.Clone(c.Ints)
			for _, m := range moves {
				c.Ints[m.to] = c.Ints[m.from]
			}
		case c.Floats != nil:
			c.Floats = slices.Clone(c.Floats)
			for _, m := range moves {
				c.Floats[m.to] = c.Floats[m.from]
			}
		case c.Bools != nil:
			c.Bools = slices.Clone(c.Bools)
			for _, m := range moves {
				c.Bools[m.to] = c.Bools[m.from]
			}
		default:
			c.Texts = slices.Clone(c.Texts)
			for _, m := range moves {
				c.Texts[m.to] = c.Texts[m.from]
			}
		}
		changed = append(changed, c.Series(c.Name))
	}
	if len(changed) == 0 {
		return t, nil
	}
	out, err := t.With(changed...)
	if err != nil {
		return frame.Table{}, fmt.Errorf("dedupe: %w", err)
	}
	return out, nil
}
