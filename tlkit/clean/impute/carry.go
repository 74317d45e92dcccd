package impute

import (
	"context"
	"slices"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/wording"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// ForwardFill fills missing cells with the last value before them, in columns of any kind,
// as pandas' ffill does. It is stateless: call Apply.
type ForwardFill struct {
	// Columns are filled. None: all but those of By.
	Columns []string `json:"columns,omitempty"`
	// Limit is how many cells of a run are filled. 0: all.
	Limit int `json:"limit,omitempty"`
	// Area is which runs are filled. The zero value is Everywhere.
	Area Area `json:"area,omitempty"`
	// By are columns whose equal values make a group, within which values are carried on.
	// Rows without a value in them make a group too, as with pandas' dropna=False.
	By []string `json:"by,omitempty"`
}

// BackwardFill fills missing cells with the next value after them, as pandas' bfill does;
// the rest is as in [ForwardFill].
type BackwardFill ForwardFill

// String says what is filled.
func (o ForwardFill) String() string { return "fill forward" + of(o.Columns) + groups(o.By) }

// String says what is filled.
func (o BackwardFill) String() string { return "fill backward" + of(o.Columns) + groups(o.By) }

func groups(by []string) string {
	if len(by) == 0 {
		return ""
	}
	return " by " + wording.Names(by)
}

// Fit learns nothing: it gives o.
func (o ForwardFill) Fit(context.Context, progress.Reporter, split.Train) (Fitted, error) {
	return o, nil
}

// Fit learns nothing: it gives o.
func (o BackwardFill) Fit(context.Context, progress.Reporter, split.Train) (Fitted, error) {
	return o, nil
}

// Apply fills the columns.
func (o ForwardFill) Apply(ctx context.Context, _ progress.Reporter, t frame.Table) (frame.Table, *Report, error) {
	return o.carry(ctx, t, o.String(), Forward)
}

// Apply fills the columns.
func (o BackwardFill) Apply(ctx context.Context, _ progress.Reporter, t frame.Table) (frame.Table, *Report, error) {
	return ForwardFill(o).carry(ctx, t, o.String(), Backward)
}

func (o ForwardFill) carry(ctx context.Context, t frame.Table, fit string, d Direction) (frame.Table, *Report, error) {
	rule := rule{o.Limit, d, o.Area}
	if err := rule.check(); err != nil {
		return frame.Table{}, nil, err
	}
	r, cols, err := stateless(ctx, fit, t, o.Columns, func(c frame.Column) bool { return !slices.Contains(o.By, c.Name) })
	if err != nil {
		return frame.Table{}, nil, err
	}
	lines, err := linesOf(t, o.By)
	if err != nil {
		return frame.Table{}, nil, err
	}
	changes := make([]change, len(cols))
	err = parallel.Each(ctx, len(cols), func(i int) {
		if r.missing[cols[i].Name] > 0 {
			changes[i] = carried(cols[i], lines, rule)
		}
	})
	if err != nil {
		return frame.Table{}, nil, err
	}
	for i, c := range cols {
		if r.missing[c.Name] == 0 {
			continue
		}
		if changes[i].filled > 0 {
			r.put(c.Name, changes[i])
		}
		if changes[i].filled < r.missing[c.Name] {
			r.leave(c.Name, "no value in reach")
		}
	}
	return r.done(nil)
}

func carried(c frame.Column, l lines, r rule) change {
	switch c.Kind {
	case frame.Int:
		return carriedCells(c.Name, c.Ints, l, r)
	case frame.Float:
		return carriedCells(c.Name, c.Floats, l, r)
	case frame.Bool:
		return carriedCells(c.Name, c.Bools, l, r)
	}
	return carriedCells(c.Name, c.Texts, l, r)
}

func carriedCells[T frame.Value](name string, from []frame.Cell[T], l lines, r rule) change {
	to := slices.Clone(from)
	filled := 0
	if l == nil {
		gaps(len(from), func(i int) bool { return from[i].Missing() }, func(g gap) {
			source := carrier(g, r.direction)
			r.fills(g, func(i int) { to[i] = from[source]; filled++ })
		})
	}
	for _, rows := range l {
		gaps(len(rows), func(i int) bool { return from[rows[i]].Missing() }, func(g gap) {
			source := carrier(g, r.direction)
			r.fills(g, func(i int) { to[rows[i]] = from[rows[source]]; filled++ })
		})
	}
	var s series.Series
	if filled > 0 {
		s = frame.Series(name, to)
	}
	return change{to: s, filled: filled}
}

// carrier is the position whose value fills the gap; nothing is filled from one outside
// the line.
func carrier(g gap, d Direction) int {
	if d == Backward {
		return g.to
	}
	return g.from - 1
}
