package feature

import (
	"fmt"
	"math"

	"transferlab/tlkit/frame"
)

// column is a range of rows of one column on its way through a pipeline. One of the slices
// is used, by the column's form.
type column struct {
	num  []float64            // numbers; NaN is missing
	text []frame.Cell[string] // texts
	// Which of several features is 1, all others being 0; -1 is none. Where -1 can be in a
	// feature too, -2 is that in feature 0, -3 that in feature 1, …
	code []int32
}

// negative is the code of -1 in a feature, and the other way round.
func negative(code int32) int32 { return -2 - code }

// addCode adds what a column of codes has in a feature.
func addCode(code []int32, feature int32, to []float64) {
	for i, c := range code {
		switch c {
		case feature:
			to[i]++
		case negative(feature):
			to[i]--
		}
	}
}

// form is which slice of a column is used.
type form uint8

const (
	numbers form = iota
	texts
	codes
)

// bytes is what a row takes.
func (f form) bytes() int {
	switch f {
	case texts:
		return 24
	case codes:
		return 4
	}
	return 8
}

// formOf is how values of a kind are kept.
func formOf(k frame.Kind) form {
	switch k {
	case frame.Text, frame.Date, frame.Category:
		return texts
	}
	return numbers
}

// makeColumn makes room for n rows.
func makeColumn(f form, n int) column {
	switch f {
	case texts:
		return column{text: make([]frame.Cell[string], n)}
	case codes:
		return column{code: make([]int32, n)}
	}
	return column{num: make([]float64, n)}
}

// rows is a view of rows [low, high).
func (c column) rows(low, high int) column {
	switch {
	case c.num != nil:
		return column{num: c.num[low:high]}
	case c.text != nil:
		return column{text: c.text[low:high]}
	}
	return column{code: c.code[low:high]}
}

// read fills to with rows [low, high) of a table's column. A number that is infinite is an
// *InputError.
func read(c *frame.Column, low, high int, to *column) error {
	var bad int
	switch {
	case c.Texts != nil:
		to.text = c.Texts[low:high:high]
		return nil
	case c.Floats != nil:
		bad = readFloats(to.num, c.Floats[low:high])
	case c.Ints != nil:
		for i, v := range c.Ints[low:high] {
			to.num[i] = float64(v.Value)
			if v.Null {
				to.num[i] = math.NaN()
			}
		}
		return nil
	default:
		for i, v := range c.Bools[low:high] {
			to.num[i] = 0
			if v.Null {
				to.num[i] = math.NaN()
			} else if v.Value {
				to.num[i] = 1
			}
		}
		return nil
	}
	if bad >= 0 {
		return infinite(c.Name, low+bad, to.num[bad])
	}
	return nil
}

// readFloats copies numbers, NaN for those without a value, and gives the first one that is
// infinite, or -1.
func readFloats(to []float64, from []frame.Cell[float64]) int {
	to = to[:len(from)]
	most := 0.0
	for i, c := range from {
		v := c.Value
		if c.Null {
			v = math.NaN()
		}
		to[i] = v
		if a := math.Abs(v); a > most {
			most = a
		}
	}
	if most <= math.MaxFloat64 {
		return -1
	}
	for i, v := range to {
		if math.IsInf(v, 0) {
			return i
		}
	}
	return -1
}

func infinite(name string, row int, v float64) error {
	return &InputError{name, row, v, "only finite numbers can be used: make it missing, or correct it", nil}
}

// same checks that a table's column can stand for the one that was fitted on.
func same(want frame.Field, have frame.Column) error {
	numeric := func(k frame.Kind) bool { return k == frame.Int || k == frame.Float }
	text := func(k frame.Kind) bool { return k == frame.Text || k == frame.Category }
	if want.Kind == have.Kind || numeric(want.Kind) && numeric(have.Kind) || text(want.Kind) && text(have.Kind) {
		return nil
	}
	return fmt.Errorf("feature: %w: column %.40q is %v, and was %v where the pipeline was fitted; convert it first", frame.ErrKind, want.Name, have.Kind, want.Kind)
}
