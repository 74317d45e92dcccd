package outlier

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
)

// ApplyOptions say what is done with outliers. The zero value flags them.
type ApplyOptions struct {
	// Action is Flag, SetMissing, Clip or DropRows.
	Action Action `json:"action"`

	// Flag names the columns that Flag adds. For bounds it is what is put behind the
	// column's name, "_outlier" where empty; for a forest it is the column's name,
	// "outlier" where empty. A column of that name must not be there yet. A missing value
	// is no outlier: its flag is false.
	Flag string `json:"flag,omitempty"`

	// Score names a column for a forest's scores, which are then added whatever the
	// action is. Empty means none. Bounds have no use for it.
	Score string `json:"score,omitempty"`
}

// Apply finds the outliers of a table by bounds that were learnt before, and does with them
// what the options say. It needs the columns that were learnt from, of numbers; the order
// and what other columns there are does not matter.
func (b *Bounds) Apply(t frame.Table, o ApplyOptions) (frame.Table, *Report, error) {
	if actionNames.Check(uint8(o.Action)) != nil {
		return frame.Table{}, nil, fmt.Errorf("outlier: %w: %v; choose Flag, SetMissing, Clip or DropRows", ErrOptions, o.Action)
	}
	if o.Score != "" {
		return frame.Table{}, nil, fmt.Errorf("outlier: %w: a score column is for forests; leave Score out, and call Scores", ErrOptions)
	}
	cols, err := columnsOf(t, b.names())
	if err != nil {
		return frame.Table{}, nil, err
	}
	if o.Flag == "" {
		o.Flag = "_outlier"
	}
	if o.Action == Flag {
		for _, c := range cols {
			if err := free(t, c.Name+o.Flag); err != nil {
				return frame.Table{}, nil, err
			}
		}
	}
	work := make([]columnWork, len(cols))
	_ = parallel.Each(context.Background(), len(cols), func(i int) { work[i] = b.column(i, cols[i], o) })

	r := &Report{Fit: b.String(), Action: o.Action, Rows: t.Nrow(), Kept: t.Nrow()}
	odd := make([]bool, t.Nrow()) // rows with an outlier
	var changed []series.Series
	for _, w := range work {
		r.Columns = append(r.Columns, w.report)
		for _, i := range w.outliers {
			odd[i] = true
		}
		if w.changed != nil {
			changed = append(changed, *w.changed)
		}
	}
	for _, x := range odd {
		if x {
			r.Outlying++
		}
	}
	out := t
	if o.Action == DropRows {
		if out, err = drop(t, odd, r); err == nil {
			r.recount(cols, odd)
		}
	} else if len(changed) > 0 {
		out, err = t.With(changed...)
	}
	if err != nil {
		return frame.Table{}, nil, fmt.Errorf("outlier: %w", err)
	}
	return out, r, nil
}

// free is an error if the table has a column of that name.
func free(t frame.Table, name string) error {
	if slices.Contains(t.Names(), name) {
		return fmt.Errorf("outlier: %w: the table already has a column %.40q; choose another name for what is added, or rename that column", frame.ErrShape, name)
	}
	return nil
}

// drop takes the odd rows out.
func drop(t frame.Table, odd []bool, r *Report) (frame.Table, error) {
	if r.Outlying == 0 {
		return t, nil
	}
	keep := make([]bool, len(odd))
	for i, x := range odd {
		if keep[i] = !x; x {
			r.Dropped = append(r.Dropped, i)
		}
	}
	r.Kept -= r.Outlying
	return t.Where(keep)
}

// recount sets the counts after the odd rows have gone.
func (r *Report) recount(cols []frame.Column, odd []bool) {
	_ = parallel.Each(context.Background(), len(cols), func(k int) {
		if c := cols[k]; c.Kind == frame.Int {
			r.Columns[k].After = without(c.Ints, odd)
		} else {
			r.Columns[k].After = without(c.Floats, odd)
		}
	})
}

// without counts the cells of the rows that stay.
func without[T int | float64](cells []frame.Cell[T], odd []bool) Count {
	count := nothing()
	for i, x := range odd {
		if !x {
			count.add(float64(cells[i].Value), !cells[i].Missing())
		}
	}
	return count
}

// columnWork is what was found and made of one column.
type columnWork struct {
	report   ColumnReport
	outliers []int          // rows, ascending
	changed  *series.Series // the column in its new form, or its flags; nil if as before
}

func (b *Bounds) column(k int, c frame.Column, o ApplyOptions) columnWork {
	bound := b.Columns[k]
	w := columnWork{report: ColumnReport{Bound: bound}}
	r := &w.report
	var inside Count // without the outliers
	if c.Kind == frame.Int {
		r.Before, inside, w.outliers = survey(c.Ints, bound)
	} else {
		r.Before, inside, w.outliers = survey(c.Floats, bound)
	}
	low, high := clips(bound, c.Kind)
	becomes := func(v float64) (float64, bool) {
		switch {
		case o.Action == SetMissing:
			return math.NaN(), false
		case o.Action == Clip && v < bound.Low:
			return low, true
		case o.Action == Clip:
			return high, true
		}
		return v, true
	}
	r.After = inside
	for _, i := range w.outliers {
		v, _ := value(c, i)
		if v < bound.Low {
			r.Low++
		} else {
			r.High++
		}
		e := Example{Row: i, Value: v, Score: b.Score(k, v)}
		var ok bool
		e.Becomes, ok = becomes(v)
		r.After.add(e.Becomes, ok)
		r.example(e)
	}
	w.change(c, o, becomes)
	return w
}

// survey counts what a column holds, all of it and within the bounds, and lists the rows of
// its outliers.
func survey[T int | float64](cells []frame.Cell[T], b Bound) (all, inside Count, outliers []int) {
	all, inside = nothing(), nothing()
	low, high := b.Low, b.High
	if b.None() { // infinities are ordinary then
		low, high = math.Inf(-1), math.Inf(1)
	}
	least, most := math.Inf(1), math.Inf(-1) // within
	for i, c := range cells {
		switch v := float64(c.Value); {
		case c.Missing():
			all.Missing++
		case v < low || v > high:
			outliers = append(outliers, i)
			all.add(v, true)
		default:
			inside.Values++
			least, most = min(least, v), max(most, v)
		}
	}
	if inside.Values > 0 {
		inside.Least, inside.Most = least, most
		all.Values += inside.Values
		all.Least, all.Most = lesser(all.Least, least), -lesser(-all.Most, -most)
	}
	inside.Missing = all.Missing
	return all, inside, outliers
}

// lesser is the smaller of two numbers, or the one that is one.
func lesser(a, b float64) float64 {
	if !(a <= b) {
		return b
	}
	return a
}

// change makes the column that the action asks for.
func (w *columnWork) change(c frame.Column, o ApplyOptions, becomes func(float64) (float64, bool)) {
	var s series.Series
	switch {
	case o.Action == Flag:
		flags := frame.MakeCells[bool](c.Len())
		for _, i := range w.outliers {
			flags[i].Value = true
		}
		s = frame.Series(c.Name+o.Flag, flags)
	case o.Action == DropRows || len(w.outliers) == 0:
		return
	case c.Kind == frame.Int:
		cells := slices.Clone(c.Ints)
		for _, i := range w.outliers {
			v, ok := becomes(float64(cells[i].Value))
			cells[i] = frame.Cell[int]{Null: !ok}
			if ok {
				cells[i].Value = int(v)
			}
		}
		s = frame.Series(c.Name, cells)
	default:
		cells := slices.Clone(c.Floats)
		for _, i := range w.outliers {
			v, ok := becomes(cells[i].Value)
			cells[i] = frame.Cell[float64]{Value: v, Null: !ok}
		}
		s = frame.Series(c.Name, cells)
	}
	w.changed = &s
}

// clips are the values that take the place of what lies below and above. A column of
// integers stays one: they are the outermost integers within the bounds, or, where there is
// none within, the nearest to their middle.
func clips(b Bound, k frame.Kind) (low, high float64) {
	low, high = b.Low, b.High
	if k == frame.Int {
		if low, high = math.Ceil(low), math.Floor(high); low > high {
			low = math.Round(b.Low/2 + b.High/2)
			high = low
		}
		low, high = whole(low), whole(high)
	}
	return low, high
}

// whole is v, or the nearest number that an int can hold: bounds that were read from a file
// may be any.
func whole(v float64) float64 {
	const most = 1<<63 - 1024 // the largest float64 below 2⁶³
	return max(-1<<63, min(v, most))
}
