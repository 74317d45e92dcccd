package recipe

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

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
			if t, ok := instant(c.Texts[i].Value); ok {
				return grel.DateValue(t)
			}
		}
		return grel.StringValue(c.Texts[i].Value)
	}
}

const day = "2006-01-02"

// instant reads a date as tables keep them.
func instant(text string) (time.Time, bool) {
	layout := time.RFC3339Nano
	if len(text) == len(day) {
		layout = day
	}
	t, err := time.Parse(layout, text)
	return t, err == nil
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
	to := make([]frame.Cell[T], len(rows))
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

// built is a column that is ready to go into a state.
type built struct {
	series series.Series
	field  frame.Field
	values []grel.Value // where the series does not say all
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

// settle makes a column of values, of the kind that they all are. was is the column that
// they stand in place of, or a Column without cells.
func settle(name string, values []grel.Value, was frame.Column) built {
	var has [grel.KindObject + 1]int
	odd := false // a value that a column of its kind cannot hold as it is
	for i := range values {
		v := values[i].Storable()
		values[i] = v
		has[v.Kind()]++
		switch v.Kind() {
		case grel.KindInt:
			odd = odd || int64(int(v.Int())) != v.Int()
		case grel.KindFloat:
			odd = odd || math.IsNaN(v.Float())
		case grel.KindDate:
			year := v.Time().UTC().Year()
			odd = odd || year < 1 || year > 9999
		}
	}
	field := frame.Field{Name: name, Kind: frame.Text}
	only := func(kinds ...grel.Kind) bool {
		n := has[grel.KindNull]
		for _, k := range kinds {
			n += has[k]
		}
		return n == len(values)
	}
	switch {
	case has[grel.KindNull] == len(values):
		was.Field.Name = name
		return empty(was.Field, len(values))
	case only(grel.KindInt) && !odd:
		return built{series: seriesOf(name, values, func(v grel.Value) int { return int(v.Int()) }), field: field}
	case only(grel.KindInt, grel.KindFloat):
		b := built{series: seriesOf(name, values, grel.Value.Float), field: field}
		if odd || has[grel.KindInt] > 0 {
			b.values = values
		}
		return b
	case only(grel.KindBool):
		return built{series: seriesOf(name, values, grel.Value.Bool), field: field}
	case only(grel.KindDate) && !odd:
		field.Kind = frame.Date
		if was.Kind == frame.Date {
			field = was.Field
		}
		return built{series: seriesOf(name, values, dateText(values, was)), field: field}
	case only(grel.KindString):
		return textColumn(name, cellsOf(values, grel.Value.Text), was.Field)
	}
	return built{series: seriesOf(name, values, exported), field: field, values: values}
}

// textColumn is a column of texts. In place of a category it is one, unless a text is none
// of its levels.
func textColumn(name string, cells []frame.Cell[string], was frame.Field) built {
	b := built{series: frame.Series(name, cells), field: frame.Field{Name: name, Kind: frame.Text}}
	if was.Kind == frame.Category && within(cells, was.Levels) {
		b.field = was
	}
	return b
}

// within reports whether all texts are among levels; without levels, whatever occurs is one.
func within(cells []frame.Cell[string], levels []string) bool {
	if len(levels) == 0 {
		return true
	}
	known := map[string]bool{}
	for _, l := range levels {
		known[l] = true
	}
	return !slices.ContainsFunc(cells, func(c frame.Cell[string]) bool { return !c.Null && !known[c.Value] })
}

// empty is a column without any value.
func empty(f frame.Field, rows int) built {
	b := built{field: f}
	switch f.Kind {
	case frame.Int:
		b.series = nulls[int](f.Name, rows)
	case frame.Float:
		b.series = nulls[float64](f.Name, rows)
	case frame.Bool:
		b.series = nulls[bool](f.Name, rows)
	default:
		b.series = nulls[string](f.Name, rows)
	}
	return b
}

func nulls[T frame.Value](name string, rows int) series.Series {
	cells := make([]frame.Cell[T], rows)
	for i := range cells {
		cells[i].Null = true
	}
	return frame.Series(name, cells)
}

func seriesOf[T frame.Value](name string, values []grel.Value, get func(grel.Value) T) series.Series {
	return frame.Series(name, cellsOf(values, get))
}

func cellsOf[T frame.Value](values []grel.Value, get func(grel.Value) T) []frame.Cell[T] {
	cells := make([]frame.Cell[T], len(values))
	for i, v := range values {
		if v.IsNull() {
			cells[i].Null = true
		} else {
			cells[i].Value = get(v)
		}
	}
	return cells
}

// dateText writes dates: as days if the column held days and all dates are days, else as
// instants in UTC.
func dateText(values []grel.Value, was frame.Column) func(grel.Value) string {
	days := was.Kind == frame.Date && !slices.ContainsFunc(was.Texts, func(c frame.Cell[string]) bool {
		return !c.Null && strings.Contains(c.Value, "T")
	})
	midnight := func(v grel.Value) bool { return v.IsNull() || v.Time().UTC().Truncate(24*time.Hour).Equal(v.Time()) }
	days = days && !slices.ContainsFunc(values, func(v grel.Value) bool { return !midnight(v) })
	if days {
		return func(v grel.Value) string { return v.Time().UTC().Format(day) }
	}
	return func(v grel.Value) string { return v.Time().UTC().Format(time.RFC3339Nano) }
}
