package recipe

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/frame"
)

// This file makes columns of values.

// built is a column that is ready to go into a state.
type built struct {
	series series.Series
	field  frame.Field
	values []grel.Value // where the series does not say all
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
	cells := frame.MakeCells[T](rows)
	for i := range cells {
		cells[i].Null = true
	}
	return frame.Series(name, cells)
}

func seriesOf[T frame.Value](name string, values []grel.Value, get func(grel.Value) T) series.Series {
	return frame.Series(name, cellsOf(values, get))
}

func cellsOf[T frame.Value](values []grel.Value, get func(grel.Value) T) []frame.Cell[T] {
	cells := frame.MakeCells[T](len(values))
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
		return func(v grel.Value) string { return v.Time().UTC().Format(time.DateOnly) }
	}
	return func(v grel.Value) string { return v.Time().UTC().Format(time.RFC3339Nano) }
}
