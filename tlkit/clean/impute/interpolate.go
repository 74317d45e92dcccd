package impute

import (
	"context"
	"fmt"
	"math"
	"slices"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Method is how values between others are found.
type Method uint8

// The methods.
const (
	// Linear lies on the line between the values before and after; beyond the first and the
	// last value it is constant, as in pandas.
	Linear Method = iota
	// Nearest is the nearer of the two values, the earlier one where both are equally near;
	// beyond the first and the last nothing is filled, as in pandas.
	Nearest
)

var methodNames = enum.Names{Type: "Method", List: []string{"linear", "nearest"}, Err: errOption}

// String is "linear" or "nearest".
func (v Method) String() string { return methodNames.String(uint8(v)) }

// MarshalText writes the name.
func (v Method) MarshalText() ([]byte, error) { return methodNames.Marshal(uint8(v)) }

// UnmarshalText reads the name.
func (v *Method) UnmarshalText(b []byte) error { return methodNames.Unmarshal(b, (*uint8)(v)) }

// Interpolate fills missing numbers from the values before and after them in the order of
// the rows, as pandas' interpolate does. It is stateless: call Apply.
type Interpolate struct {
	// Columns are filled; they are numbers. None: all numbers but those of By and Along.
	Columns []string `json:"columns,omitempty"`
	// Method is how. The zero value is Linear.
	Method Method `json:"method,omitempty"`
	// Along is a column of numbers or dates that says where the rows stand: methods
	// "index" and "time" of pandas. It has no missing value and does not fall from row to
	// row, within each group. Empty: the rows are equally far apart.
	Along string `json:"along,omitempty"`
	// Limit is how many cells of a run are filled, from each side if Direction is Both.
	// 0: all.
	Limit int `json:"limit,omitempty"`
	// Direction is from which side cells are filled: Forward, the zero value, does not
	// reach those before the first value.
	Direction Direction `json:"direction,omitempty"`
	// Area is which runs are filled. The zero value is Everywhere.
	Area Area `json:"area,omitempty"`
	// By are columns whose equal values make a group, within which is interpolated.
	By []string `json:"by,omitempty"`
	// Ints says what becomes of columns of ints. Nearest always keeps them.
	Ints Ints `json:"ints,omitempty"`
}

// String says what is filled.
func (o Interpolate) String() string {
	s := fmt.Sprintf("interpolate (%v)%s", o.Method, of(o.Columns))
	if o.Along != "" {
		s += fmt.Sprintf(" along %.40q", o.Along)
	}
	return s + groups(o.By)
}

// Fit learns nothing: it gives o.
func (o Interpolate) Fit(context.Context, progress.Reporter, split.Train) (Fitted, error) {
	return o, nil
}

// Apply fills the columns.
func (o Interpolate) Apply(ctx context.Context, _ progress.Reporter, t frame.Table) (frame.Table, *Report, error) {
	rule := rule{o.Limit, o.Direction, o.Area}
	for _, err := range []error{rule.check(), methodNames.Check(uint8(o.Method)), intsNames.Check(uint8(o.Ints))} {
		if err != nil {
			return frame.Table{}, nil, err
		}
	}
	r, cols, err := stateless(ctx, o.String(), t, o.Columns, func(c frame.Column) bool {
		return c.Numeric() && c.Name != o.Along && !slices.Contains(o.By, c.Name)
	})
	if err != nil {
		return frame.Table{}, nil, err
	}
	for _, c := range cols {
		if !c.Numeric() {
			return frame.Table{}, nil, &KindError{c.Name, c.Kind, "only numbers can be interpolated; use ForwardFill or BackwardFill"}
		}
	}
	lines, err := linesOf(t, o.By)
	if err != nil {
		return frame.Table{}, nil, err
	}
	at, err := o.positions(t, lines)
	if err != nil {
		return frame.Table{}, nil, err
	}
	changes, errs := make([]change, len(cols)), make([]error, len(cols))
	err = parallel.Each(ctx, len(cols), func(i int) {
		if r.missing[cols[i].Name] > 0 {
			changes[i], errs[i] = o.column(cols[i], at, lines, rule)
		}
	})
	if err != nil {
		return frame.Table{}, nil, err
	}
	for i, c := range cols {
		switch {
		case errs[i] != nil:
			return frame.Table{}, nil, errs[i]
		case changes[i].filled > 0:
			r.put(c.Name, changes[i])
		}
		if changes[i].filled < r.missing[c.Name] {
			r.leave(c.Name, "no value in reach")
		}
	}
	return r.done(nil)
}

// positions says where each row stands; nil: at its number.
func (o Interpolate) positions(t frame.Table, l lines) ([]float64, error) {
	if o.Along == "" {
		return nil, nil
	}
	at, err := along(t, o.Along)
	if err != nil {
		return nil, err
	}
	if l == nil {
		whole := make([]int32, len(at))
		for i := range whole {
			whole[i] = int32(i)
		}
		l = lines{whole}
	}
	for _, rows := range l {
		for k, i := range rows {
			switch {
			case math.IsNaN(at[i]) || math.IsInf(at[i], 0):
				return nil, fmt.Errorf("impute: %w: column %.40q has no finite value in row %d, so that nothing says where the row stands; drop such rows first", ErrOrder, o.Along, i)
			case k > 0 && at[i] < at[rows[k-1]]:
				return nil, fmt.Errorf("impute: %w: column %.40q falls from row %d to row %d; sort the table by it first", ErrOrder, o.Along, rows[k-1], i)
			}
		}
	}
	return at, nil
}

// along is a column as numbers: dates are seconds since the first of them, so that no
// digit is lost to the years since 1970.
func along(t frame.Table, name string) ([]float64, error) {
	c, err := t.Column(name)
	if err != nil {
		return nil, fmt.Errorf("impute: %w", err)
	}
	if c.Kind != frame.Date {
		at, err := c.Numbers()
		if err != nil {
			return nil, fmt.Errorf("impute: %w", err)
		}
		return at, nil
	}
	times, missing, err := frame.Times(t, name)
	if err != nil {
		return nil, fmt.Errorf("impute: %w", err)
	}
	at := make([]float64, len(times))
	first := slices.Index(missing, false)
	for i := range at {
		if at[i] = math.NaN(); !missing[i] {
			// Not Sub, whose nanoseconds end after 292 years.
			at[i] = float64(times[i].Unix()-times[first].Unix()) + float64(times[i].Nanosecond()-times[first].Nanosecond())*1e-9
		}
	}
	return at, nil
}

// column fills one column.
func (o Interpolate) column(c frame.Column, at []float64, l lines, r rule) (change, error) {
	values, err := c.Numbers()
	if err != nil {
		return change{}, err
	}
	var rows, sources []int
	var found []float64
	line := func(n int, row func(i int) int) {
		where := func(i int) float64 {
			if at == nil {
				return float64(i)
			}
			return at[row(i)]
		}
		value := func(i int) float64 { return values[row(i)] }
		gaps(n, func(i int) bool { return math.IsNaN(value(i)) }, func(g gap) {
			switch {
			case g.from == 0 && g.to == n:
			case o.Method == Linear:
				r.fills(g, func(i int) { rows, found = append(rows, row(i)), append(found, between(g, i, where, value)) })
			case g.inside():
				r.fills(g, func(i int) { rows, sources = append(rows, row(i)), append(sources, row(nearer(g, i, where))) })
			}
		})
	}
	if l == nil {
		line(len(values), func(i int) int { return i })
	}
	for _, group := range l {
		line(len(group), func(i int) int { return int(group[i]) })
	}
	if o.Method == Nearest {
		return fillFrom(c, rows, sources), nil
	}
	return fillNumbers(c, rows, found, c.Kind == frame.Int && o.Ints == Widen)
}

// nearer is the end of the gap that cell i is nearer to.
func nearer(g gap, i int, where func(i int) float64) int {
	if where(i) <= where(g.from-1)/2+where(g.to)/2 {
		return g.from - 1
	}
	return g.to
}

// between is the value of cell i of a gap on the line between its ends, or that of the only
// end it has. It is computed as numpy's interp does, also where values are infinite.
func between(g gap, i int, where, value func(i int) float64) float64 {
	a, b := g.from-1, g.to
	switch {
	case b == g.n:
		return value(a)
	case a < 0:
		return value(b)
	}
	xa, xb, x := where(a), where(b), where(i)
	switch {
	case x == xb: // the last value that stands there counts
		for k := b + 1; k < g.n && where(k) == x; k++ {
			if !math.IsNaN(value(k)) {
				b = k
			}
		}
		return value(b)
	case x == xa:
		return value(a)
	}
	slope := (value(b) - value(a)) / (xb - xa)
	v := slope*(x-xa) + value(a)
	if math.IsNaN(v) {
		v = slope*(x-xb) + value(b)
		if math.IsNaN(v) && value(a) == value(b) {
			v = value(a)
		}
	}
	return v
}
