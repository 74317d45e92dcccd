package impute

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
)

// This file writes filled columns.

// piece is the rows that one core works on at a time: few enough for its cache.
const piece = 1 << 14

// change is a column in its new form, and what was done.
type change struct {
	to      series.Series
	filled  int
	widened bool
	rounded int
}

// countMissing counts the cells without a value in each column of the table; some may be
// known already.
func countMissing(ctx context.Context, t frame.Table, known map[string]int) (map[string]int, error) {
	cols, err := t.Columns()
	if err != nil {
		return nil, fmt.Errorf("impute: %w", err)
	}
	counts := make([]int, len(cols))
	err = parallel.Each(ctx, len(cols), func(i int) {
		n, ok := known[cols[i].Name]
		if !ok {
			n = missingIn(cols[i])
		}
		counts[i] = n
	})
	if err != nil {
		return nil, err
	}
	out := make(map[string]int, len(cols))
	for i, c := range cols {
		if counts[i] > 0 {
			out[c.Name] = counts[i]
		}
	}
	return out, nil
}

// missingIn is CountMissing without a call for each cell.
func missingIn(c frame.Column) int {
	switch c.Kind {
	case frame.Int:
		return nulls(c.Ints)
	case frame.Float:
		n := 0
		for _, cell := range c.Floats {
			if cell.Null || cell.Value != cell.Value {
				n++
			}
		}
		return n
	case frame.Bool:
		return nulls(c.Bools)
	}
	return nulls(c.Texts)
}

func nulls[T frame.Value](cells []frame.Cell[T]) int {
	n := 0
	for i := range cells {
		if cells[i].Null {
			n++
		}
	}
	return n
}

// filling is a column that is being filled with one value: the new column, and the loop
// that copies and fills a range of its rows and counts what it fills.
type filling struct {
	change
	rows func(low, high int) (filled int)
}

// fillAll makes the columns with every missing cell filled by the column's value. A column
// in which nothing is missing is not made: its change has no series. A column of ints whose
// value is not whole is widened.
func fillAll(ctx context.Context, cols []frame.Column, values []Value) ([]change, error) {
	work := make([]filling, len(cols))
	errs := make([]error, len(cols))
	err := parallel.Each(ctx, len(cols), func(i int) {
		if someMissing(cols[i]) {
			work[i], errs[i] = fillOne(cols[i], values[i])
		}
	})
	if err != nil {
		return nil, err
	}
	var todo []int
	pieces := 0
	for i := range work {
		if errs[i] != nil {
			return nil, errs[i]
		}
		if work[i].rows != nil {
			todo = append(todo, i)
			pieces = (cols[i].Len() + piece - 1) / piece
		}
	}
	// Piece by piece through all columns: both cores have work to the end.
	filled := make([]int, pieces*len(todo))
	err = parallel.Each(ctx, len(filled), func(k int) {
		i, low := todo[k%len(todo)], k/len(todo)*piece
		filled[k] = work[i].rows(low, min(low+piece, cols[i].Len()))
	})
	if err != nil {
		return nil, err
	}
	out := make([]change, len(work))
	for i := range work {
		out[i] = work[i].change
	}
	for k, n := range filled {
		out[todo[k%len(todo)]].filled += n
	}
	return out, nil
}

// someMissing reports whether any cell has no value; it looks no further than it must.
func someMissing(c frame.Column) bool {
	switch c.Kind {
	case frame.Int:
		return slices.ContainsFunc(c.Ints, frame.Cell[int].Missing)
	case frame.Float:
		return slices.ContainsFunc(c.Floats, frame.Cell[float64].Missing)
	case frame.Bool:
		return slices.ContainsFunc(c.Bools, frame.Cell[bool].Missing)
	}
	for i := range c.Texts {
		if c.Texts[i].Null {
			return true
		}
	}
	return false
}

func fillOne(c frame.Column, v Value) (filling, error) {
	switch c.Kind {
	case frame.Int:
		if n, ok := v.whole(); ok {
			return fillCells(c.Name, c.Ints, n), nil
		}
		if err := exactAsFloats(c); err != nil {
			return filling{}, err
		}
		to := frame.MakeCells[float64](len(c.Ints))
		return filling{change{to: frame.Series(c.Name, to), widened: true}, func(low, high int) (filled int) {
			for i := low; i < high; i++ {
				to[i].Value = float64(c.Ints[i].Value)
				if c.Ints[i].Null {
					to[i].Value = v.Float
					filled++
				}
			}
			return filled
		}}, nil
	case frame.Float:
		to := frame.MakeCells[float64](len(c.Floats))
		value := v.number()
		return filling{change{to: frame.Series(c.Name, to)}, func(low, high int) (filled int) {
			part := to[low:high]
			copy(part, c.Floats[low:high])
			for i := range part {
				if part[i].Null || part[i].Value != part[i].Value {
					part[i] = frame.Cell[float64]{Value: value}
					filled++
				}
			}
			return filled
		}}, nil
	case frame.Bool:
		return fillCells(c.Name, c.Bools, v.Bool), nil
	}
	return fillCells(c.Name, c.Texts, v.Text), nil
}

func fillCells[T frame.Value](name string, from []frame.Cell[T], v T) filling {
	to := frame.MakeCells[T](len(from))
	return filling{change{to: frame.Series(name, to)}, func(low, high int) (filled int) {
		part := to[low:high]
		copy(part, from[low:high])
		for i := range part {
			if part[i].Null {
				part[i] = frame.Cell[T]{Value: v}
				filled++
			}
		}
		return filled
	}}
}

// exact is the largest number up to which every int is a float64.
const exact = 1 << 53

// exactAsFloats is an error if an int of the column would change as a float.
func exactAsFloats(c frame.Column) error {
	for i, cell := range c.Ints {
		if !cell.Null && (cell.Value > exact || cell.Value < -exact) {
			return fmt.Errorf("impute: %w: column %.40q, row %d: %d has no exact float64, so that the column cannot become one of floats; set Ints to Round, or leave the column out",
				ErrNumber, c.Name, i, cell.Value)
		}
	}
	return nil
}

// fillNumbers makes a column of numbers with values in these rows, which are missing. A
// value of NaN leaves its row missing. widen says that a column of ints becomes one of
// floats; else its values are rounded.
func fillNumbers(c frame.Column, rows []int, values []float64, widen bool) (change, error) {
	if c.Kind == frame.Float {
		to := slices.Clone(c.Floats)
		return change{filled: put(to, rows, values), to: frame.Series(c.Name, to)}, nil
	}
	if widen {
		if err := exactAsFloats(c); err != nil {
			return change{}, err
		}
		to := frame.MakeCells[float64](len(c.Ints))
		for i, cell := range c.Ints {
			to[i] = frame.Cell[float64]{Value: float64(cell.Value), Null: cell.Null}
		}
		return change{filled: put(to, rows, values), to: frame.Series(c.Name, to), widened: true}, nil
	}
	to := slices.Clone(c.Ints)
	out := change{}
	for k, i := range rows {
		v := values[k]
		if math.IsNaN(v) {
			continue
		}
		n, ok := wholeFloat(math.RoundToEven(v))
		if !ok {
			return change{}, fmt.Errorf("impute: %w: column %.40q, row %d: %v is no int; set Ints to Widen", ErrNumber, c.Name, i, v)
		}
		if float64(n) != v {
			out.rounded++
		}
		to[i] = frame.Cell[int]{Value: n}
		out.filled++
	}
	out.to = frame.Series(c.Name, to)
	return out, nil
}

func put(to []frame.Cell[float64], rows []int, values []float64) (filled int) {
	for k, i := range rows {
		if v := values[k]; !math.IsNaN(v) {
			to[i] = frame.Cell[float64]{Value: v}
			filled++
		}
	}
	return filled
}

// fillFrom makes a column of numbers with copies of other rows' values in these rows.
func fillFrom(c frame.Column, rows, sources []int) change {
	if c.Kind == frame.Float {
		to := slices.Clone(c.Floats)
		for k, i := range rows {
			to[i] = to[sources[k]]
		}
		return change{to: frame.Series(c.Name, to), filled: len(rows)}
	}
	to := slices.Clone(c.Ints)
	for k, i := range rows {
		to[i] = to[sources[k]]
	}
	return change{to: frame.Series(c.Name, to), filled: len(rows)}
}

// indicator is the column that says in which rows c has no value.
func indicator(c frame.Column, name string) series.Series {
	to := frame.MakeCells[bool](c.Len())
	for i := range to {
		to[i].Value = c.Missing(i)
	}
	return frame.Series(name, to)
}
