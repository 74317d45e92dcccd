package frame

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/parallel"
)

// Stat is what is calculated of the values of a group. Missing values are left out of
// account, by all but Size.
type Stat string

// The statistics. Those from Count to Mode are of columns of any kind, Min, Max and Mode by
// the order that [Sort] has; the others want numbers or booleans, of which true counts as 1.
const (
	Count    Stat = "count"   // how many values
	Size     Stat = "size"    // how many rows, missing values included; needs no column
	NUnique  Stat = "nunique" // how many different values
	First    Stat = "first"   // the first value
	Last     Stat = "last"    // the last one
	Min      Stat = "min"
	Max      Stat = "max"
	Mode     Stat = "mode" // the most frequent value, the least of them where several are
	Sum      Stat = "sum"  // of whole numbers exact; 0 where there is no value
	Mean     Stat = "mean"
	Median   Stat = "median"
	Quantile Stat = "quantile" // the value below which the part Agg.Q lies, as numpy's default
	Std      Stat = "std"      // of a sample: divided by n-1; missing for a single value
	Var      Stat = "var"      // likewise
	Any      Stat = "any"      // whether a value is true, or a number other than 0
	All      Stat = "all"      // whether all are; true where there is no value
)

var stats = []Stat{Count, Size, NUnique, First, Last, Min, Max, Mode, Sum, Mean, Median, Quantile, Std, Var, Any, All}

// Agg is one column of a group-by's result: a statistic of a column.
type Agg struct {
	Column string // may be empty for Size
	Stat   Stat
	Q      float64 // for Quantile: from 0 to 1
	// As is the name of the new column. Empty means the column's name and the statistic's:
	// "price_mean", "price_q0.9", and "size" where no column is named.
	As string
}

func (a Agg) name() string {
	switch {
	case a.As != "":
		return a.As
	case a.Column == "":
		return string(a.Stat)
	case a.Stat == Quantile:
		return a.Column + "_q" + FormatFloat(a.Q)
	}
	return a.Column + "_" + string(a.Stat)
}

// GroupOptions say which groups there are and in what order. The zero value is pandas'
// default.
type GroupOptions struct {
	// ByAppearance puts the groups in the order in which they first stand in the table.
	// Otherwise they are sorted by the keys, as [Sort] does.
	ByAppearance bool

	// KeepMissing makes groups of the rows that lack a key too: missing equals missing.
	// Otherwise these rows are left out.
	KeepMissing bool
}

// ErrOverflow is what the error of a sum is that no int holds.
var ErrOverflow = errors.New("sum is too large for an integer")

// GroupBy puts the rows together whose values in the key columns are equal, and calculates
// the statistics of each group: a table with the keys and one column for each of the aggs,
// one row a group. Without keys all rows are one group. Names that the result would have
// twice are [ErrShape], a statistic that a column's kind has not is [ErrKind].
//
// The numbers are those of pandas 3.1. First, last, min, max and mode have the column's
// kind, count, size and nunique are whole numbers, and so are sums of these; all other
// statistics are floats.
func GroupBy(t Table, keys []string, aggs []Agg, o GroupOptions) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	cols, err := aggColumns(t, keys, aggs)
	if err != nil {
		return Table{}, err
	}
	g, err := groupsOf(t, keys, o)
	if err != nil {
		return Table{}, err
	}
	var schema Schema
	var out []series.Series
	if len(keys) > 0 {
		only, err := t.Pick(keys...)
		if err != nil {
			return Table{}, err
		}
		if only, err = only.Take(g.first); err != nil {
			return Table{}, err
		}
		schema, out = only.Schema, columns(&only.DataFrame)
	}
	results, fields, failed := make([]series.Series, len(aggs)), make([]Field, len(aggs)), make([]error, len(aggs))
	_ = parallel.Each(context.Background(), len(aggs), func(i int) {
		results[i], fields[i], failed[i] = g.stat(cols[i], aggs[i])
	})
	for i, err := range failed {
		if err != nil {
			return Table{}, err
		}
		if f := fields[i]; f.Kind == Date || f.Kind == Category {
			schema = append(schema[:len(schema):len(schema)], f)
		}
	}
	return New(schema, append(slices.Clone(out), results...)...)
}

// aggColumns finds the columns of the aggs, and whether all can be calculated.
func aggColumns(t Table, keys []string, aggs []Agg) ([]Column, error) {
	if name, twice := repeated(keys); twice {
		return nil, fmt.Errorf("frame: %w: %.40q is a key twice; name it once", ErrShape, name)
	}
	names := slices.Clone(keys)
	cols := make([]Column, len(aggs))
	for i, a := range aggs {
		if !slices.Contains(stats, a.Stat) {
			return nil, fmt.Errorf("frame: no statistic is called %.40q; there are %v", a.Stat, stats)
		}
		if a.Stat == Quantile && !(a.Q >= 0 && a.Q <= 1) {
			return nil, fmt.Errorf("frame: the quantile of %.40q is at %v; give Q from 0 to 1", a.Column, a.Q)
		}
		names = append(names, a.name())
		if a.Stat == Size && a.Column == "" {
			continue
		}
		c, err := t.Column(a.Column)
		if err != nil {
			return nil, err
		}
		if a.Stat.wantsNumbers() && !c.Numeric() && c.Kind != Bool {
			return nil, fmt.Errorf("frame: %w: %s wants numbers, and the column %.40q is %v; turn it into numbers first, or take count, nunique, first, last, min, max or mode",
				ErrKind, a.Stat, c.Name, c.Kind)
		}
		cols[i] = c
	}
	if name, twice := repeated(names); twice {
		return nil, fmt.Errorf("frame: %w: the groups would have two columns %.40q; give one another name by As", ErrShape, name)
	}
	return cols, nil
}

func (s Stat) wantsNumbers() bool { return slices.Index(stats, s) >= slices.Index(stats, Sum) }

// groups are the rows of a table put together.
type groups struct {
	ids    []int32 // the group of each row; -1 for none
	n      int
	first  []int            // the first row of each
	name   func(int) string // a group, for people
	places func() places    // the rows of each, found when first asked for; the last group is of those without one
}

func groupsOf(t Table, keys []string, o GroupOptions) (*groups, error) {
	cols := []Column{}
	if len(keys) > 0 {
		var err error
		if cols, err = t.Columns(keys...); err != nil {
			return nil, err
		}
	}
	of := make([]keyColumn, len(cols))
	for i, c := range cols {
		of[i] = keyOf(c)
	}
	ids, n, err := identify(of, t.Nrow(), newHasher())
	if err != nil {
		return nil, err
	}
	first := firstRows(ids, n)
	order := first
	if !o.KeepMissing {
		order = withValues(first, cols)
	}
	if !o.ByAppearance {
		order = sortedBy(order, cols, upwards)
	}
	g := &groups{ids: ids, n: len(order), first: make([]int, len(order))}
	if len(keys) == 0 && t.Nrow() == 0 {
		g.n = 1 // the group of no rows
	}
	now := make([]int32, n) // the group of each number
	for i := range now {
		now[i] = -1
	}
	for i, row := range order {
		g.first[i] = int(row)
		now[ids[row]] = int32(i)
	}
	const piece = 1 << 16
	_ = parallel.Chunks(context.Background(), len(ids), piece, func(_, low, high int) {
		for i, id := range ids[low:high] {
			ids[low+i] = now[id]
		}
	})
	g.name = func(i int) string {
		if i >= len(g.first) || len(cols) == 0 {
			return "all rows"
		}
		s := ""
		for k, c := range cols {
			if k > 0 {
				s += ", "
			}
			s += fmt.Sprintf("%.40s = %s", c.Name, shown(c, g.first[i]))
		}
		return s
	}
	g.places = sync.OnceValue(func() places {
		last := make([]int32, len(ids))
		for i, id := range ids {
			if last[i] = id; id < 0 {
				last[i] = int32(g.n)
			}
		}
		return placesOf(last, g.n+1)
	})
	return g, nil
}

// withValues are the rows that lack a value in none of the columns.
func withValues(rows []int32, cols []Column) []int32 {
	for _, c := range cols {
		gone := missingRows(c, rows)
		if gone == nil {
			continue
		}
		var kept []int32
		for i, r := range rows {
			if !gone[i] {
				kept = append(kept, r)
			}
		}
		rows = kept
	}
	return rows
}

// stat calculates one column of the result.
func (g *groups) stat(c Column, a Agg) (series.Series, Field, error) {
	name := a.name()
	none := Field{Name: name}
	same := c.Field
	same.Name = name
	switch a.Stat {
	case Size:
		return Series(name, g.counted(func(int) bool { return true })), none, nil
	case Count:
		return Series(name, g.counted(func(i int) bool { return !c.Missing(i) })), none, nil
	case NUnique:
		s, err := g.nunique(name, c)
		return s, none, err
	case First, Last, Min, Max:
		return g.chosen(name, c, a.Stat), same, nil
	case Mode:
		s, err := g.mode(name, c)
		return s, same, err
	case Any, All:
		return g.anyAll(name, c, a.Stat == All), none, nil
	}
	s, err := g.number(name, c, a)
	return s, none, err
}
