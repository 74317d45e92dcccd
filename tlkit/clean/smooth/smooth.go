// Package smooth takes noise out of signals: values in order, at even steps.
//
// A [Filter] is a struct of options whose zero value is usable; [Filter.Smooth] takes a
// signal and gives another of the same length. NaN is a value that is missing: it stays
// missing, and what a filter makes of its neighbours is made from those that are there. An
// infinity is an error. [Column] smooths a column of a table.
//
// Filters look at both sides of a value. Where a value is to be judged by what came before
// it alone – a forecast, a sensor that is watched live – use [Exponential], or a
// [MovingAverage], [Median] or [Hampel] that is Trailing.
package smooth

import (
	"errors"
	"fmt"
	"math"

	"transferlab/tlkit/frame"
)

// ErrInput is wrapped by errors about a signal or an option.
var ErrInput = errors.New("signal cannot be smoothed")

// Filter smooths a signal. The slice that it is given is not changed.
type Filter interface {
	Smooth(v []float64) ([]float64, error)
}

// Column is the table with one column of numbers smoothed; whole numbers become float64.
func Column(t frame.Table, name string, f Filter) (frame.Table, error) {
	c, err := t.Column(name)
	if err != nil {
		return frame.Table{}, fmt.Errorf("smooth: %w", err)
	}
	v, err := c.Numbers()
	if err != nil {
		return frame.Table{}, fmt.Errorf("smooth: %w", err)
	}
	if v, err = f.Smooth(v); err != nil {
		return frame.Table{}, fmt.Errorf("column %.40q: %w", name, err)
	}
	cells := frame.MakeCells[float64](len(v))
	for i, x := range v {
		cells[i] = frame.Cell[float64]{Value: x, Null: math.IsNaN(x)}
	}
	return t.With(frame.Series(name, cells))
}

// finite refuses infinities.
func finite(v []float64) error {
	for i, x := range v {
		if math.IsInf(x, 0) {
			return fmt.Errorf("smooth: %w: value %d is %v; clip it or make it missing first", ErrInput, i, x)
		}
	}
	return nil
}

// window checks a window's length and gives its default.
func window(n, without int) (int, error) {
	if n == 0 {
		n = without
	}
	if n < 1 {
		return 0, fmt.Errorf("smooth: %w: a window of %d values; give 1 or more", ErrInput, n)
	}
	return n, nil
}

// reach is the range [low, high) of the window of position i among n: centred, where an
// even window has one more before than after, or ending at i.
func reach(i, n, size int, trailing bool) (low, high int) {
	high = i + 1
	if !trailing {
		high = i + (size-1)/2 + 1
	}
	return max(high-size, 0), min(high, n)
}
