package recipe

import (
	"context"
	"slices"
	"sync/atomic"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
)

// joinColumns does a JoinColumns. A row without any value has none in the new column.
func joinColumns(ctx context.Context, j JoinColumns, s state) (outcome, error) {
	cols, err := s.Columns(j.Columns...)
	if err != nil {
		return outcome{}, err
	}
	names := s.Names()
	own := slices.Contains(j.Columns, j.To)
	if !own && slices.Contains(names, j.To) {
		return outcome{}, taken(j.To)
	}
	cells := make([]frame.Cell[string], s.Nrow())
	var made budget
	var full atomic.Pointer[error]
	err = parallel.Chunks(ctx, len(cells), diffPiece, func(_, low, high int) {
		var b []byte
		for i := low; i < high; i++ {
			if err := made.take(len(b)); err != nil {
				full.Store(&err)
				return
			}
			b = b[:0]
			n, any := 0, false
			for _, c := range cols {
				missing := c.Missing(i)
				if missing && j.Missing == nil {
					continue
				}
				if n++; n > 1 {
					b = append(b, j.Separator...)
				}
				if missing {
					b = append(b, *j.Missing...)
				} else {
					b, any = append(b, c.Format(i)...), true
				}
			}
			cells[i] = frame.Cell[string]{Value: string(b), Null: !any && j.Missing == nil}
		}
	})
	if e := full.Load(); e != nil {
		err = *e
	}
	if err != nil {
		return outcome{}, err
	}
	joined := built{series: frame.Series(j.To, cells), field: frame.Field{Name: j.To, Kind: frame.Text}}
	var out state
	if own {
		out, err = s.with(joined)
	} else {
		last := 0
		for _, c := range j.Columns {
			last = max(last, slices.Index(names, c)+1)
		}
		out, err = s.insert(last, joined)
	}
	if err == nil && j.Remove {
		gone := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(j.Columns))), func(c string) bool { return c == j.To })
		out, err = out.without(gone...)
	}
	return outcome{state: out}, err
}

// insert is the state with new columns at a place.
func (s state) insert(at int, columns ...built) (state, error) {
	names := s.Names()
	out, err := s.with(columns...)
	if err != nil {
		return state{}, err
	}
	fresh := make([]string, len(columns))
	for i, c := range columns {
		fresh[i] = c.series.Name
	}
	return out.pick(slices.Insert(names, at, fresh...)...)
}

// pick is the state with these columns, in this order.
func (s state) pick(names ...string) (state, error) {
	t, err := s.Table.Pick(names...)
	if err != nil {
		return state{}, err
	}
	return s.on(t), nil
}

// without is the state without these columns.
func (s state) without(names ...string) (state, error) {
	t, err := s.Table.Without(names...)
	if err != nil {
		return state{}, err
	}
	return s.on(t), nil
}

// noColumn stands for the column that a new one stands in place of.
func noColumn() frame.Column { return frame.Column{} }
