package outlier

import (
	"context"
	"fmt"
	"math"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/split"
)

// Bounds are what [Fit] learnt: for each column, between which values it is ordinary.
type Bounds struct {
	Options Options // as they were used, defaults filled in
	Columns []Bound // in the order of Options.Columns
}

// Bound is what a column's ordinary values lie between, both ends included. Low is −inf
// and High +inf where nothing can be said; Note says why.
type Bound struct {
	Column    string
	Low, High float64

	// From and To are the values that distances are measured from, and Spread is their
	// unit: Q1, Q3 and Q3 − Q1 for IQR; the mean (twice) and the standard deviation for
	// ZScore; the median (twice) and the MAD for MAD. For Percentile they are the bounds,
	// and Spread is 0.
	From, To, Spread float64

	Values   int // finite values that were learnt from
	Missing  int // rows without a value
	Infinite int
	Note     string // why there are no bounds; empty if there are
}

// None reports whether the column has no bounds.
func (b Bound) None() bool { return math.IsInf(b.Low, -1) && math.IsInf(b.High, 1) }

// Outside reports whether v is an outlier. NaN, a missing value, is not.
func (b Bound) Outside(v float64) bool { return !b.None() && (v < b.Low || v > b.High) }

// Fit learns bounds from the training rows. It is an error ([ErrRows]) if there is no row,
// or no column of numbers.
func Fit(train split.Train, o Options) (*Bounds, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	cols, err := numeric(train, o.Columns)
	if err != nil {
		return nil, err
	}
	b := &Bounds{Options: o, Columns: make([]Bound, len(cols))}
	b.Options.Columns = make([]string, len(cols))
	_ = parallel.Each(context.Background(), len(cols), func(i int) {
		b.Options.Columns[i] = cols[i].Name
		b.Columns[i] = o.bound(cols[i])
	})
	return b, nil
}

// numeric shows the named columns of the training rows, or all of numbers.
func numeric(train split.Train, names []string) ([]frame.Column, error) {
	t := train.Table()
	if len(names) == 0 {
		if names = t.Numeric(); len(names) == 0 {
			if _, err := t.Columns(); err != nil {
				return nil, fmt.Errorf("outlier: %w", err)
			}
			return nil, fmt.Errorf("outlier: %w: the table has no column of numbers; turn one into numbers first", ErrRows)
		}
	}
	if t.Nrow() == 0 {
		return nil, fmt.Errorf("outlier: %w: the training table has no rows", ErrRows)
	}
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] {
			return nil, fmt.Errorf("outlier: %w: column %.40q is named twice; name it once", ErrOptions, n)
		}
		seen[n] = true
	}
	return columnsOf(t, names)
}

// columnsOf shows columns and sees that they are numbers.
func columnsOf(t frame.Table, names []string) ([]frame.Column, error) {
	if len(names) == 0 {
		return nil, nil // Columns would take none for all
	}
	cols, err := t.Columns(names...)
	if err != nil {
		return nil, fmt.Errorf("outlier: %w", err)
	}
	for _, c := range cols {
		if !c.Numeric() {
			return nil, fmt.Errorf("outlier: %w: column %.40q is %v; outliers are sought in columns of integers and numbers, so leave it out or turn it into numbers first", frame.ErrKind, c.Name, c.Kind)
		}
	}
	return cols, nil
}

// bound learns the bounds of one column.
func (o Options) bound(c frame.Column) Bound {
	b := Bound{Column: c.Name, Low: math.Inf(-1), High: math.Inf(1)}
	v := make([]float64, c.Len())
	fill(v, 1, c, 0, c.Len())
	least, most := b.sift(&v)
	switch {
	case len(v) == 0:
		b.Note = "no finite value to learn from"
		return b
	case o.Method == Percentile:
		q := frame.Quantiles(v, o.Lower, o.Upper)
		b.From, b.To, b.Low, b.High = q[0], q[1], q[0], q[1]
		return b
	case len(v) == 1:
		b.Note = "one finite value has no spread"
		return b
	}
	unit := 1.0 // what a spread of 1 is worth
	switch o.Method {
	case IQR:
		q := frame.Quantiles(v, 0.25, 0.75)
		b.From, b.To, b.Spread = q[0], q[1], q[1]-q[0]
	case ZScore:
		b.From, b.Spread = deviation(v, o.DDOF)
		if least == most { // what rounding left of the deviation of equal values is none
			b.From, b.Spread = least, 0
		}
		b.To = b.From
	case MAD:
		b.From = frame.Quantiles(v, 0.5)[0]
		for i, x := range v {
			v[i] = math.Abs(x - b.From)
		}
		b.To, b.Spread, unit = b.From, frame.Quantiles(v, 0.5)[0], 1/madScale
	}
	low, high := b.From-o.Factor*unit*b.Spread, b.To+o.Factor*unit*b.Spread
	switch {
	case b.Spread == 0:
		b.Note = "the spread is 0"
	case math.IsInf(low, 0) || math.IsInf(high, 0) || math.IsNaN(low) || math.IsNaN(high):
		b.Note = "the values are too large to measure their spread"
		b.From, b.To, b.Spread = 0, 0, 0
	default:
		b.Low, b.High = low, high
	}
	return b
}

// sift leaves the finite values, and counts the others.
func (b *Bound) sift(v *[]float64) (least, most float64) {
	all := *v
	least, most = math.Inf(1), math.Inf(-1)
	n := 0
	for _, x := range all {
		switch {
		case x != x:
			b.Missing++
		case math.IsInf(x, 0):
			b.Infinite++
		default:
			all[n] = x
			n++
			least, most = min(least, x), max(most, x)
		}
	}
	*v, b.Values = all[:n], n
	return least, most
}

// value is row i of a column of numbers; false if it is missing.
func value(c frame.Column, i int) (float64, bool) {
	if c.Kind == frame.Int {
		return float64(c.Ints[i].Value), !c.Ints[i].Null
	}
	return c.Floats[i].Value, !c.Floats[i].Missing()
}

// deviation is the mean and the standard deviation, in two passes; the sum of what rounding
// left of the first corrects the second (Chan, Golub and LeVeque 1983).
func deviation(v []float64, ddof int) (mean, sd float64) {
	n := float64(len(v))
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	mean = sum / n
	rest, squares := 0.0, 0.0
	for _, x := range v {
		rest += x - mean
		squares += (x - mean) * (x - mean)
	}
	return mean + rest/n, math.Sqrt(max(squares-rest*rest/n, 0) / (n - float64(ddof)))
}

// Score is how far v lies from the middle, in the method's own unit and with its sign: the
// z-score for ZScore, the modified z-score for MAD, and for IQR the distance from the
// nearer quartile in interquartile ranges, 0 between them. It is NaN for NaN, for
// Percentile, and in a column without bounds.
func (b *Bounds) Score(column int, v float64) float64 {
	if column < 0 || column >= len(b.Columns) {
		return math.NaN()
	}
	c := b.Columns[column]
	if c.Spread == 0 || math.IsNaN(v) || c.None() {
		return math.NaN()
	}
	d := 0.0
	if v < c.From {
		d = (v - c.From) / c.Spread
	} else if v > c.To {
		d = (v - c.To) / c.Spread
	}
	if b.Options.Method == MAD {
		d *= madScale
	}
	return d
}

// Scores are the scores of each row, one slice a column in the order of b.Columns.
func (b *Bounds) Scores(t frame.Table) ([][]float64, error) {
	cols, err := columnsOf(t, b.names())
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(cols))
	_ = parallel.Each(context.Background(), len(cols), func(k int) {
		out[k] = make([]float64, t.Nrow())
		fill(out[k], 1, cols[k], 0, t.Nrow())
		for i, v := range out[k] {
			out[k][i] = b.Score(k, v)
		}
	})
	return out, nil
}

func (b *Bounds) names() []string {
	names := make([]string, len(b.Columns))
	for i, c := range b.Columns {
		names[i] = c.Column
	}
	return names
}
