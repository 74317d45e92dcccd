package impute

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/evaluate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Candidate is an imputer that is compared with others.
type Candidate struct {
	Name    string // empty: what the imputer calls itself
	Imputer Imputer
}

// CompareOptions say how imputers are compared. The zero value hides a tenth of the known
// cells of all columns, five times.
type CompareOptions struct {
	// Columns are those whose cells are hidden. None: all.
	Columns []string
	// Share is how many of a column's known cells are hidden, from 0 to 1. 0 means 0.1.
	Share float64
	// Repeats is how many times other cells are hidden. 0 means 5.
	Repeats int
	// Seed is where chance comes from.
	Seed uint64
}

// Comparison says how well imputers fill cells whose values are known.
type Comparison struct {
	Rows    int
	Share   float64
	Repeats int
	Seed    uint64
	Hidden  int      // cells that were hidden, in all repeats
	Skipped []string // columns with fewer than two known values, of which none was hidden
	Scores  []Score  // the best first
}

// Score is how well one imputer fills.
type Score struct {
	Name string
	What string // what the imputer calls itself

	// RMSE is the root of the mean squared error of the filled numbers, each divided by the
	// standard deviation of its column: 0 is perfect, and filling by the mean is about 1.
	// NaN if no number was filled.
	RMSE evaluate.Interval
	// Accuracy is the share of the hidden texts, categories, dates and booleans that were
	// filled by their value. NaN if none was hidden.
	Accuracy evaluate.Interval

	Numbers int // hidden numbers
	Others  int // other hidden cells
	Left    int // hidden numbers that were not filled; they are not in RMSE
	Columns []ColumnScore

	Fit, Apply time.Duration // a repeat, on average

	// Behind is how much worse this is than the first score, over the cells that both
	// filled: in RMSE, or where no numbers were hidden in accuracy. The interval is that of
	// the difference, so that it may exclude 0 although the intervals of both overlap.
	Behind evaluate.Interval
}

// ColumnScore is how well one column is filled.
type ColumnScore struct {
	Column string
	Kind   frame.Kind
	Hidden int
	Left   int
	// Score is the RMSE of a column of numbers, the accuracy of another.
	Score evaluate.Interval
}

// Numeric reports whether the score is an RMSE.
func (c ColumnScore) Numeric() bool { return c.Kind == frame.Int || c.Kind == frame.Float }

// Same reports whether the cells cannot tell the score from the first one: the interval of
// the difference has 0 in it.
func (s Score) Same() bool { return s.Behind.Low <= 0 && s.Behind.High >= 0 }

// Compare hides known cells of the training rows, lets each candidate learn from what is
// left and fill them, and scores it by their values. All candidates get the same cells.
// Intervals are 95 % percentile intervals of a bootstrap over the rows, in up to 400 blocks
// of neighbouring ones, as errors of one row are not independent.
//
// Cells are hidden by pure chance. Where values are missing for a reason that the table
// does not show, all candidates do worse than here.
func Compare(ctx context.Context, rep progress.Reporter, train split.Train, candidates []Candidate, o CompareOptions) (*Comparison, error) {
	o, err := o.defaults()
	if err != nil {
		return nil, err
	}
	candidates, err = named(candidates)
	if err != nil {
		return nil, err
	}
	l, err := rowsOf(train)
	if err != nil {
		return nil, err
	}
	t, err := newTrial(l, o)
	if err != nil {
		return nil, err
	}
	scores := newScorer(t, len(candidates))
	rep = progress.Or(rep)
	for r := range o.Repeats {
		hidden, holed, err := t.hide(rand.New(rand.NewPCG(o.Seed, uint64(r))), o.Share)
		if err != nil {
			return nil, err
		}
		errors := make([][]float64, len(candidates))
		for k, c := range candidates {
			rep.Report(progress.Event{Task: "compare imputers", Done: int64(r*len(candidates) + k), Total: int64(o.Repeats * len(candidates)), Unit: "runs", Note: c.Name})
			if errors[k], err = scores.run(ctx, k, c.Imputer, hidden, holed); err != nil {
				return nil, fmt.Errorf("impute: candidate %.60q: %w", c.Name, err)
			}
		}
		scores.add(hidden, errors)
	}
	rep.Report(progress.Event{Task: "compare imputers", Done: int64(o.Repeats * len(candidates)), Total: int64(o.Repeats * len(candidates)), Unit: "runs"})
	return scores.comparison(candidates, o)
}

func (o CompareOptions) defaults() (CompareOptions, error) {
	if !(o.Share >= 0 && o.Share < 1) || o.Repeats < 0 {
		return o, optionf("Share is %v and Repeats %d; the share is above 0 and below 1, and there is at least one repeat", o.Share, o.Repeats)
	}
	if o.Share == 0 {
		o.Share = 0.1
	}
	if o.Repeats == 0 {
		o.Repeats = 5
	}
	return o, nil
}

func named(candidates []Candidate) ([]Candidate, error) {
	out := slices.Clone(candidates)
	for i, c := range out {
		if c.Imputer == nil {
			return nil, optionf("candidate %d has no Imputer", i+1)
		}
		if c.Name == "" {
			out[i].Name = c.Imputer.String()
		}
		if slices.ContainsFunc(out[:i], func(d Candidate) bool { return d.Name == out[i].Name }) {
			return nil, optionf("two candidates are called %.60q; name them apart", out[i].Name)
		}
	}
	if len(out) == 0 {
		return nil, optionf("there are no candidates; give at least one")
	}
	return out, nil
}

// trial is a table whose cells are hidden.
type trial struct {
	table   frame.Table
	columns []frame.Column // those that are scored
	known   [][]int        // rows of each that have a value
	numbers [][]float64    // the truth of the numeric ones, divided by scale; nil of the others
	scale   []float64
	skipped []string
	blocks  int
}

func newTrial(l learner, o CompareOptions) (*trial, error) {
	cols, err := l.columns(o.Columns)
	if err != nil {
		return nil, err
	}
	t := &trial{table: l.table, blocks: min(l.table.Nrow(), 400)}
	for _, c := range cols {
		var known []int
		for i := range c.Len() {
			if !c.Missing(i) {
				known = append(known, i)
			}
		}
		if len(known) < 2 {
			t.skipped = append(t.skipped, c.Name)
			continue
		}
		var truth []float64
		scale := 1.0
		if c.Numeric() {
			if truth, scale, err = standardised(c); err != nil {
				return nil, err
			}
		}
		t.columns, t.known = append(t.columns, c), append(t.known, known)
		t.numbers, t.scale = append(t.numbers, truth), append(t.scale, scale)
	}
	if len(t.columns) == 0 {
		return nil, fmt.Errorf("impute: %w: no column has two known values, so that nothing can be hidden", ErrEmpty)
	}
	return t, nil
}

// standardised are a column's numbers divided by their standard deviation, which is taken
// for 1 in a constant column.
func standardised(c frame.Column) (v []float64, scale float64, err error) {
	m, err := matrixOf([]frame.Column{c})
	if err != nil {
		return nil, 0, err
	}
	if _, scale = known(m[0]); !(scale > 0) || math.IsInf(scale, 0) {
		scale = 1
	}
	for i := range m[0] {
		m[0][i] /= scale
	}
	return m[0], scale, nil
}

// hidden are the rows of each column whose cells are hidden, ascending.
type hidden [][]int

// hide takes cells out of a copy of the table.
func (t *trial) hide(rng *rand.Rand, share float64) (hidden, frame.Table, error) {
	out := make(hidden, len(t.columns))
	changed := make([]series.Series, len(t.columns))
	for j, c := range t.columns {
		rows := slices.Clone(t.known[j])
		n := min(max(int(math.Round(share*float64(len(rows)))), 1), len(rows)-1)
		for k := range n { // the first steps of Fisher and Yates's shuffle
			other := k + rng.IntN(len(rows)-k)
			rows[k], rows[other] = rows[other], rows[k]
		}
		out[j] = rows[:n:n]
		slices.Sort(out[j])
		changed[j] = holed(c, out[j])
	}
	holed, err := t.table.With(changed...)
	if err != nil {
		return nil, frame.Table{}, fmt.Errorf("impute: %w", err)
	}
	return out, holed, nil
}

func holed(c frame.Column, rows []int) series.Series {
	switch c.Kind {
	case frame.Int:
		return holedCells(c.Name, c.Ints, rows)
	case frame.Float:
		return holedCells(c.Name, c.Floats, rows)
	case frame.Bool:
		return holedCells(c.Name, c.Bools, rows)
	}
	return holedCells(c.Name, c.Texts, rows)
}

func holedCells[T frame.Value](name string, cells []frame.Cell[T], rows []int) series.Series {
	to := slices.Clone(cells)
	for _, i := range rows {
		to[i] = frame.Cell[T]{Null: true}
	}
	return frame.Series(name, to)
}

// errorsOf are the squared standardised errors of the hidden numbers and 0 for right or 1
// for wrong of the other hidden cells, column after column; NaN where a number was not
// filled.
func (t *trial) errorsOf(out frame.Table, h hidden) ([]float64, error) {
	if out.Nrow() != t.table.Nrow() {
		return nil, fmt.Errorf("%w: it gave %d rows for %d; an imputer keeps them all", frame.ErrShape, out.Nrow(), t.table.Nrow())
	}
	var errors []float64
	for j, c := range t.columns {
		got, err := out.Column(c.Name)
		if err != nil {
			return nil, err
		}
		if t.numbers[j] == nil {
			for _, i := range h[j] {
				wrong := 1.0
				if !got.Missing(i) && got.Format(i) == c.Format(i) {
					wrong = 0
				}
				errors = append(errors, wrong)
			}
			continue
		}
		v, err := got.Numbers()
		if err != nil {
			return nil, err
		}
		for _, i := range h[j] {
			d := v[i]/t.scale[j] - t.numbers[j][i]
			errors = append(errors, d*d)
		}
	}
	return errors, nil
}

// sums are errors added up within each block of rows.
type sums struct {
	total []float64
	count []int
}

func newSums(blocks int) *sums { return &sums{make([]float64, blocks), make([]int, blocks)} }

// mean is that of the blocks at these positions; of no cells it is what otherwise says.
func (s *sums) mean(index []int, otherwise float64) float64 {
	total, n := 0.0, 0
	for _, b := range index {
		total += s.total[b]
		n += s.count[b]
	}
	if n == 0 {
		return otherwise
	}
	return total / float64(n)
}

// scorer adds up the errors of candidates.
type scorer struct {
	t       *trial
	fit     []time.Duration
	apply   []time.Duration
	columns [][]*sums    // candidate, column
	left    [][]int      // candidate, column
	pairs   [][][2]*sums // candidates a and b: numbers that both filled, errors of a and of b
	others  []*sums      // candidate
	numbers []*sums      // candidate
	hidden  []int        // column
}

func newScorer(t *trial, candidates int) *scorer {
	s := &scorer{t: t, fit: make([]time.Duration, candidates), apply: make([]time.Duration, candidates), hidden: make([]int, len(t.columns))}
	for range candidates {
		var columns []*sums
		for range t.columns {
			columns = append(columns, newSums(t.blocks))
		}
		pairs := make([][2]*sums, candidates)
		for b := range pairs {
			pairs[b] = [2]*sums{newSums(t.blocks), newSums(t.blocks)}
		}
		s.columns, s.left, s.pairs = append(s.columns, columns), append(s.left, make([]int, len(t.columns))), append(s.pairs, pairs)
		s.numbers, s.others = append(s.numbers, newSums(t.blocks)), append(s.others, newSums(t.blocks))
	}
	return s
}

// run lets one candidate fill the table.
func (s *scorer) run(ctx context.Context, k int, imputer Imputer, h hidden, holed frame.Table) ([]float64, error) {
	begin := time.Now()
	f, err := imputer.Fit(ctx, nil, split.WholeAsTrain(holed))
	if err != nil {
		return nil, err
	}
	s.fit[k] += time.Since(begin)
	begin = time.Now()
	out, _, err := f.Apply(ctx, nil, holed)
	if err != nil {
		return nil, err
	}
	s.apply[k] += time.Since(begin)
	return s.t.errorsOf(out, h)
}

// add takes the errors of one repeat.
func (s *scorer) add(h hidden, errors [][]float64) {
	rows := s.t.table.Nrow()
	at := 0
	for j := range s.t.columns {
		numeric := s.t.numbers[j] != nil
		s.hidden[j] += len(h[j])
		for _, i := range h[j] {
			block := i * s.t.blocks / rows
			for a := range errors {
				e := errors[a][at]
				if math.IsNaN(e) {
					s.left[a][j]++
					continue
				}
				to := s.others[a]
				if numeric {
					to = s.numbers[a]
				}
				for _, sum := range []*sums{s.columns[a][j], to} {
					sum.total[block] += e
					sum.count[block]++
				}
				for b := range errors {
					if other := errors[b][at]; numeric && !math.IsNaN(other) {
						s.pairs[a][b][0].total[block] += e
						s.pairs[a][b][1].total[block] += other
						s.pairs[a][b][0].count[block]++
						s.pairs[a][b][1].count[block]++
					}
				}
			}
			at++
		}
	}
}

// comparison makes scores of the sums.
func (s *scorer) comparison(candidates []Candidate, o CompareOptions) (*Comparison, error) {
	out := &Comparison{Rows: s.t.table.Nrow(), Share: o.Share, Repeats: o.Repeats, Seed: o.Seed, Skipped: s.t.skipped}
	for _, n := range s.hidden {
		out.Hidden += n
	}
	order := make([]int, len(candidates))
	scores := make([]Score, len(candidates))
	for k, c := range candidates {
		order[k] = k
		score := Score{Name: c.Name, What: c.Imputer.String(), Fit: s.fit[k] / time.Duration(o.Repeats), Apply: s.apply[k] / time.Duration(o.Repeats)}
		var err error
		for j, col := range s.t.columns {
			cs := ColumnScore{Column: col.Name, Kind: col.Kind, Hidden: s.hidden[j], Left: s.left[k][j]}
			if cs.Score, err = s.interval(s.columns[k][j], cs.Numeric(), o.Seed); err != nil {
				return nil, err
			}
			if cs.Numeric() {
				score.Numbers += cs.Hidden
				score.Left += cs.Left
			} else {
				score.Others += cs.Hidden
			}
			score.Columns = append(score.Columns, cs)
		}
		if score.RMSE, err = s.interval(s.numbers[k], true, o.Seed); err != nil {
			return nil, err
		}
		if score.Accuracy, err = s.interval(s.others[k], false, o.Seed); err != nil {
			return nil, err
		}
		scores[k] = score
	}
	// Those that leave numbers missing come last: what they fill may be the easy part.
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := scores[a], scores[b]
		return cmp.Or(cmp.Compare(x.Left, y.Left), compareNaNLast(x.RMSE.Value, y.RMSE.Value), compareNaNLast(-x.Accuracy.Value, -y.Accuracy.Value))
	})
	for _, k := range order {
		var err error
		if scores[k].Behind, err = s.behind(k, order[0], o.Seed); err != nil {
			return nil, err
		}
		out.Scores = append(out.Scores, scores[k])
	}
	return out, nil
}

func compareNaNLast(a, b float64) int {
	switch {
	case math.IsNaN(a) && math.IsNaN(b):
		return 0
	case math.IsNaN(a):
		return 1
	case math.IsNaN(b):
		return -1
	}
	return cmp.Compare(a, b)
}

// rounds is how many times blocks are drawn anew for an interval.
const rounds = 1000

func (s *scorer) interval(sum *sums, rmse bool, seed uint64) (evaluate.Interval, error) {
	whole := make([]int, s.t.blocks)
	for i := range whole {
		whole[i] = i
	}
	mean := sum.mean(whole, math.NaN())
	if math.IsNaN(mean) {
		return evaluate.Interval{Value: mean, Low: mean, High: mean}, nil
	}
	return evaluate.Bootstrap(s.t.blocks, rounds, seed, func(index []int) float64 {
		m := sum.mean(index, mean)
		if rmse {
			return math.Sqrt(m)
		}
		return 1 - m
	})
}

// behind is how much worse candidate a is than b. Both are drawn together.
func (s *scorer) behind(a, b int, seed uint64) (evaluate.Interval, error) {
	if a == b {
		return evaluate.Interval{}, nil
	}
	x, y := s.pairs[a][b][0], s.pairs[a][b][1]
	rmse := slices.Max(x.count) > 0
	if !rmse {
		x, y = s.others[a], s.others[b]
	}
	if slices.Max(x.count) == 0 || slices.Max(y.count) == 0 {
		nan := math.NaN()
		return evaluate.Interval{Value: nan, Low: nan, High: nan}, nil
	}
	return evaluate.Bootstrap(s.t.blocks, rounds, seed, func(index []int) float64 {
		// A draw without a cell has no difference to show.
		p, q := x.mean(index, 0), y.mean(index, 0)
		if rmse {
			return math.Sqrt(p) - math.Sqrt(q)
		}
		return p - q // of the wrong ones: positive is worse
	})
}
