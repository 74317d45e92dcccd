package recipe

import (
	"context"
	"maps"
	"slices"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
)

// This file holds a table on its way through a recipe. A column of a table has one type.
// In OpenRefine each cell has its own: after value.toNumber() a column can hold numbers
// and, where there was none, the text that was there. The steps that come from OpenRefine
// work on such columns, so they travel with their cells' values beside the column, and are
// what a table can hold when they arrive:
//
//	cells                         column of the table
//	whole numbers                 Int
//	numbers, some not whole       Float
//	true and false                Bool
//	dates                         Date
//	texts                         Text
//	several of these, or errors   Text, each cell as OpenRefine writes it into a CSV file
//
// An error is then its message, and a number that is not one (NaN) is missing.

// state is a table, and the cells' values of those columns that do not say all by themselves.
type state struct {
	frame.Table
	mixed map[string][]grel.Value
}

// kindOf names what a column of the state holds.
func (s state) kindOf(c frame.Column) string {
	if s.mixed[c.Name] != nil && c.Kind == frame.Text {
		return "mixed"
	}
	return c.Kind.String()
}

// cells gives the values of a column's cells, one at a time.
func (s state) cells(c frame.Column) func(i int) grel.Value {
	if mixed := s.mixed[c.Name]; mixed != nil {
		return func(i int) grel.Value { return mixed[i] }
	}
	return func(i int) grel.Value {
		if c.Missing(i) {
			return grel.Value{}
		}
		switch c.Kind {
		case frame.Int:
			return grel.IntValue(int64(c.Ints[i].Value))
		case frame.Float:
			return grel.FloatValue(c.Floats[i].Value)
		case frame.Bool:
			return grel.BoolValue(c.Bools[i].Value)
		case frame.Date:
			if t, ok := frame.ParseDate(c.Texts[i].Value); ok {
				return grel.DateValue(t)
			}
		}
		return grel.StringValue(c.Texts[i].Value)
	}
}

// blank reports whether a cell holds nothing that OpenRefine's fills count: no value,
// empty text, or an error.
func (s state) blank(c frame.Column) func(i int) bool {
	if mixed := s.mixed[c.Name]; mixed != nil {
		return func(i int) bool { return blank(mixed[i]) }
	}
	if c.Texts != nil {
		return func(i int) bool { return c.Texts[i].Null || c.Texts[i].Value == "" }
	}
	return c.Missing
}

func blank(v grel.Value) bool {
	return v.IsNull() || v.IsError() || v.Kind() == grel.KindString && v.Text() == ""
}

// equal reports whether two cells of a column hold the same value of the same type.
func (s state) equal(c frame.Column) func(i, j int) bool {
	if mixed := s.mixed[c.Name]; mixed != nil {
		return func(i, j int) bool { return mixed[i].Equal(mixed[j]) }
	}
	differ := differing(c, c)
	return func(i, j int) bool { return !differ(i, j) }
}

// take is the state of these rows, in this order; a row of -1 has no values.
func (s state) take(rows []int) (state, error) {
	t, err := s.Table.Take(rows)
	if err != nil {
		return state{}, err
	}
	out := state{Table: t}
	for _, name := range slices.Sorted(maps.Keys(s.mixed)) {
		c, err := s.Column(name)
		if err != nil {
			return state{}, err
		}
		if out, err = out.with(settle(name, gather(s.mixed[name], rows), c)); err != nil {
			return state{}, err
		}
	}
	return out, nil
}

func gather(values []grel.Value, rows []int) []grel.Value {
	out := make([]grel.Value, len(rows))
	for i, r := range rows {
		if r >= 0 {
			out[i] = values[r]
		}
	}
	return out
}

// put keeps a column's values in a state that nobody else has yet.
func (s *state) put(name string, values []grel.Value) {
	if s.mixed == nil {
		s.mixed = map[string][]grel.Value{}
	}
	s.mixed[name] = values
}

// on is the state with another table, in which some columns changed: of the columns that
// are still there and share their cells with the state's, the values are kept.
func (s state) on(t frame.Table) state {
	out := state{Table: t}
	for name, values := range s.mixed {
		a, err := s.Column(name)
		if err != nil {
			continue
		}
		if b, err := t.Column(name); err == nil && same(a, b) {
			out.put(name, values)
		}
	}
	return out
}

// renamed is the state with a column called otherwise.
func (s state) renamed(from, to string) (state, error) {
	t, err := s.Table.Renamed(from, to)
	if err != nil {
		return state{}, err
	}
	out := state{Table: t, mixed: maps.Clone(s.mixed)}
	if values, ok := s.mixed[from]; ok {
		delete(out.mixed, from)
		out.mixed[to] = values
	}
	return out, nil
}

// moved is a column with the cells of the rows named, of a state with these rows.
// A row of -1 has no value.
func (s state) moved(ctx context.Context, c frame.Column, rows []int) (built, error) {
	if mixed := s.mixed[c.Name]; mixed != nil {
		return settle(c.Name, gather(mixed, rows), c), nil
	}
	b := built{field: c.Field}
	var err error
	switch c.Kind {
	case frame.Int:
		b.series, err = moving(ctx, c.Name, c.Ints, rows)
	case frame.Float:
		b.series, err = moving(ctx, c.Name, c.Floats, rows)
	case frame.Bool:
		b.series, err = moving(ctx, c.Name, c.Bools, rows)
	default:
		b.series, err = moving(ctx, c.Name, c.Texts, rows)
	}
	return b, err
}

func moving[T frame.Value](ctx context.Context, name string, from []frame.Cell[T], rows []int) (series.Series, error) {
	to := frame.MakeCells[T](len(rows))
	err := parallel.Chunks(ctx, len(rows), diffPiece, func(_, low, high int) {
		for i, r := range rows[low:high] {
			if r >= 0 {
				to[low+i] = from[r]
			} else {
				to[low+i].Null = true
			}
		}
	})
	return frame.Series(name, to), err
}

// with is the state with these columns in place of those of their names, or at its end.
func (s state) with(columns ...built) (state, error) {
	all := make([]series.Series, len(columns))
	for i, c := range columns {
		all[i] = c.series
	}
	t, err := s.Table.With(all...)
	if err != nil {
		return state{}, err
	}
	out := state{Table: t, mixed: maps.Clone(s.mixed)}
	for _, c := range columns {
		name := c.series.Name
		delete(out.mixed, name)
		if c.values != nil {
			out.put(name, c.values)
		}
		out.Schema = out.Schema.Without(name)
		if c.field.Kind == frame.Date || c.field.Kind == frame.Category {
			c.field.Name = name
			out.Schema = out.Schema.With(c.field)
		}
	}
	return out, nil
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
