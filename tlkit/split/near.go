package split

import (
	"context"
	"fmt"
	"math"
	"slices"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

// NearOptions say which rows are near duplicates. The zero value compares all columns of
// numbers, to a thousandth of their standard deviation.
type NearOptions struct {
	Columns []string // of numbers; none means all columns of the kinds Int and Float

	// Tolerance is how far two rows may differ in each column, in its standard deviations,
	// from 1e-9 to 1. 0 means 0.001: rounding, not neighbourhood. In a table of few columns
	// and many rows choose it well below the distance of neighbours, or rows become one
	// cluster by way of others.
	Tolerance float64

	// MaxPairs bounds how many pairs of rows are compared. 0 means 1e9, some seconds.
	MaxPairs int64
}

// NearRows finds clusters of rows of a table that are equal or nearly so, for
// RowOptions.Alike: two rows are near if no column differs by more than the tolerance, and a
// cluster is what hangs together by such pairs. A missing value is near a missing one only,
// an infinity only its equal. The clusters have two rows or more, ascending, and are in the
// order of their first rows. Texts and dates, and numbers and texts together, are for
// package dedupe.
//
// Rows are put into a grid over the three columns that part them best, with cells of twice
// the tolerance, so that a row's near duplicates are in its own cell or in the one on its
// nearer side in each column. Where so many rows share cells that MaxPairs is exceeded, it is
// [ErrOption].
func NearRows(ctx context.Context, rep progress.Reporter, t frame.Table, o NearOptions) ([][]int, error) {
	if o.Tolerance == 0 {
		o.Tolerance = 0.001
	}
	if o.MaxPairs == 0 {
		o.MaxPairs = 1e9
	}
	if !(o.Tolerance >= 1e-9 && o.Tolerance <= 1) || o.MaxPairs < 0 {
		return nil, fmt.Errorf("split: %w: tolerance %v and at most %d pairs; the tolerance is from 1e-9 to 1, the pairs are above 0", ErrOption, o.Tolerance, o.MaxPairs)
	}
	if err := t.DataFrame.Err; err != nil {
		return nil, fmt.Errorf("split: this dataframe holds an error instead of rows: %w", err)
	}
	if len(o.Columns) == 0 {
		o.Columns = t.Numeric()
	}
	if len(o.Columns) == 0 || t.Nrow() == 0 {
		return nil, nil
	}
	values, err := t.Numbers(o.Columns...)
	if err != nil {
		return nil, fmt.Errorf("split: %w", err)
	}
	kinds, n, err := t.Identify(o.Columns...)
	if err != nil {
		return nil, fmt.Errorf("split: %w", err)
	}
	// Equal rows are near; the first of each kind stands for them.
	s := nearSearch{NearOptions: o, first: firsts(kinds, n)}
	s.standardise(values)
	s.grid = newGrid(s.keys(values), o.Tolerance, n)
	if err := s.run(ctx, progress.Or(rep)); err != nil {
		return nil, err
	}
	return s.clusters(kinds), nil
}

type nearSearch struct {
	NearOptions
	first   []int32   // the row of each kind
	z       []float64 // [kind, column] in standard deviations
	width   int
	grid    grid
	trees   joiner
	compare int64
}

// standardise divides by standard deviations. What differs in a column without a spread is
// near only if equal, which such values are.
func (s *nearSearch) standardise(values [][]float64) {
	s.width = len(values)
	s.z = make([]float64, len(s.first)*s.width)
	for c, v := range values {
		scale, mean, deviation := spread(v)
		for i := range v {
			v[i] = (v[i]/scale - mean) / deviation
		}
		for k, row := range s.first {
			s.z[k*s.width+c] = v[row]
		}
	}
}

// spread is the largest size of the finite numbers in v, and the mean and the standard
// deviation (over n) of the numbers divided by it, so that nothing overflows; 1 where a size
// or a deviation is 0.
func spread(v []float64) (scale, mean, deviation float64) {
	n := 0
	for _, x := range v {
		if a := math.Abs(x); a <= math.MaxFloat64 {
			scale, n = max(scale, a), n+1
		}
	}
	if scale == 0 {
		return 1, 0, 1
	}
	for _, x := range v {
		if math.Abs(x) <= math.MaxFloat64 {
			mean += x / scale
		}
	}
	mean /= float64(n)
	for _, x := range v {
		if math.Abs(x) <= math.MaxFloat64 {
			d := x/scale - mean
			deviation += d * d
		}
	}
	if deviation = math.Sqrt(deviation / float64(n)); !(deviation > 0) {
		deviation = 1
	}
	return scale, mean, deviation
}

// keys are the three columns that have the most cells, judged by a sample of the rows.
func (s *nearSearch) keys(values [][]float64) []int {
	const sample = 1 << 14
	step := max(len(s.first)/sample, 1)
	cells := make([]int, s.width)
	order := make([]int, s.width)
	for c := range cells {
		order[c] = c
		seen := map[int64]bool{}
		for k := 0; k < len(s.first); k += step {
			seen[cellOf(values[c][s.first[k]], s.Tolerance)] = true
		}
		cells[c] = len(seen)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cells[b] - cells[a] })
	return order[:min(3, len(order))]
}

// near reports whether two kinds are near.
func (s *nearSearch) near(a, b int32) bool {
	x, y := s.z[int(a)*s.width:][:s.width], s.z[int(b)*s.width:][:s.width]
	for c := range x {
		if !(math.Abs(x[c]-y[c]) <= s.Tolerance) && x[c] != y[c] && (x[c] == x[c] || y[c] == y[c]) {
			return false
		}
	}
	return true
}

func (s *nearSearch) run(ctx context.Context, rep progress.Reporter) error {
	n := len(s.first)
	s.trees.begin(n)
	for k := range int32(n) {
		if k&0xffff == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			rep.Report(progress.Event{Task: "looking for near rows", Done: int64(k), Total: int64(n), Unit: "rows"})
		}
		s.grid.around(s.z[int(k)*s.width:][:s.width], func(first int32) bool {
			for j := first; j >= 0; j = s.grid.next[j] {
				if s.compare++; s.near(k, j) {
					s.trees.union(j, k)
				}
			}
			return s.compare <= s.MaxPairs
		})
		if s.compare > s.MaxPairs {
			return fmt.Errorf("split: %w: more than %d pairs of rows are close in their best columns; give a smaller tolerance, more columns, or a larger MaxPairs", ErrOption, s.MaxPairs)
		}
		s.grid.put(k)
	}
	rep.Report(progress.Event{Task: "looking for near rows", Done: int64(n), Total: int64(n), Unit: "rows"})
	return nil
}

// clusters lists the rows of each tree that has two or more.
func (s *nearSearch) clusters(kinds []int32) [][]int {
	size := make([]int32, len(s.first))
	for _, k := range kinds {
		size[s.trees.find(k)]++
	}
	at := make([]int32, len(s.first)) // the cluster of a root, and one
	var out [][]int
	for i, k := range kinds {
		root := s.trees.find(k)
		if size[root] < 2 {
			continue
		}
		if at[root] == 0 {
			out = append(out, make([]int, 0, size[root]))
			at[root] = int32(len(out))
		}
		out[at[root]-1] = append(out[at[root]-1], i)
	}
	return out
}

// grid has rows by their cells in some columns.
type grid struct {
	columns []int
	size    float64        // tolerance
	head    map[cell]int32 // the last row that was put into a cell
	next    []int32        // the row put there before it, -1: none
	at      cell           // the cell of the row that around was asked for
}

type cell [3]int64

func newGrid(columns []int, tolerance float64, n int) grid {
	return grid{columns: columns, size: tolerance, head: make(map[cell]int32, n), next: make([]int32, n)}
}

// cellOf is the cell of a number: a little wider than twice the tolerance, so that rounding
// loses no pair. What is not finite has cells of its own.
func cellOf(v, tolerance float64) int64 {
	switch {
	case v != v:
		return math.MinInt64
	case math.IsInf(v, 1):
		return math.MaxInt64
	case math.IsInf(v, -1):
		return math.MinInt64 + 1
	}
	return int64(math.Floor(v / (2.000001 * tolerance)))
}

// around calls f with the last row in each cell that may hold rows near v, until f says no.
func (g *grid) around(v []float64, f func(first int32) bool) {
	var side cell // the other cell to look into; the same: none
	for k, c := range g.columns {
		g.at[k] = cellOf(v[c], g.size)
		side[k] = g.at[k]
		if width := 2.000001 * g.size; math.Abs(v[c]) <= math.MaxFloat64 {
			if side[k]++; v[c]-float64(g.at[k])*width < width/2 {
				side[k] -= 2
			}
		}
	}
	for which := range 1 << len(g.columns) {
		look := g.at
		other := true // each cell once
		for k := range g.columns {
			if which>>k&1 == 1 {
				look[k] = side[k]
				other = other && side[k] != g.at[k]
			}
		}
		if !other {
			continue
		}
		if first, ok := g.head[look]; ok && !f(first) {
			return
		}
	}
}

// put adds row k to the cell that around was last asked for.
func (g *grid) put(k int32) {
	g.next[k] = -1
	if before, ok := g.head[g.at]; ok {
		g.next[k] = before
	}
	g.head[g.at] = k
}
