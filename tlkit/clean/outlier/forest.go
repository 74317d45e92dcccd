package outlier

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// ForestOptions say how an isolation forest is grown. The zero value grows scikit-learn's
// default one on every column of numbers.
type ForestOptions struct {
	// Columns of the kinds integer and number. Empty means all of them.
	Columns []string `json:"columns,omitempty"`

	// Trees is how many; 0 means 100.
	Trees int `json:"trees,omitempty"`

	// Samples is how many rows each tree is grown on, drawn without replacement; 0 means
	// 256. A training table with fewer rows gives all of them to each tree.
	Samples int `json:"samples,omitempty"`

	// Contamination is the share of the training rows to be found outlying, in (0, 0.5].
	// 0 means none is named: rows with a score above 0.5 are outlying, as in the paper.
	Contamination float64 `json:"contamination,omitempty"`

	// Seed of the drawing of rows, columns and thresholds.
	Seed uint64 `json:"seed"`
}

// A forest's nodes are bounded, some 2 GB at the most.
const (
	maxTrees   = 10_000
	maxSampled = 40_000_000 // Trees · Samples
)

func (o ForestOptions) filled() (ForestOptions, error) {
	bad := func(format string, a ...any) (ForestOptions, error) {
		return o, fmt.Errorf("outlier: %w: "+format, append([]any{ErrOptions}, a...)...)
	}
	if o.Trees == 0 {
		o.Trees = 100
	}
	if o.Samples == 0 {
		o.Samples = 256
	}
	if o.Trees < 0 || o.Samples < 0 {
		return bad("%d trees of %d samples; give positive numbers", o.Trees, o.Samples)
	}
	if !(o.Contamination >= 0 && o.Contamination <= 0.5) {
		return bad("a contamination of %v; give a share in (0, 0.5], or 0 for the paper's threshold", o.Contamination)
	}
	return o, nil
}

// Forest is a grown isolation forest (Liu, Ting and Zhou 2008).
//
// A row's score is the paper's s = 2^(−E(h)/c), in (0, 1]: near 1 for rows that few random
// splits set apart, 0.5 and less for rows like most others. It is the negative of
// scikit-learn's score_samples, and Threshold that of its offset_: a row is outlying if its
// score is above the threshold.
//
// Missing values take part, as in scikit-learn 1.9.1: a split sends the missing values of
// its column to one side together, drawn at random; where training had none there, to the
// side that most rows went to.
type Forest struct {
	Options   ForestOptions // as they were used, defaults filled in
	Threshold float64
	Rows      int // of the training table
	trees     []tree
	sampled   int // rows a tree
}

// FitForest grows a forest on the training rows. It is an error ([ErrRows]) if there is no
// row or no column of numbers, and if a value is infinite. The same rows, options and seed
// give the same forest, whatever the number of cores.
func FitForest(ctx context.Context, rep progress.Reporter, train split.Train, o ForestOptions) (*Forest, error) {
	rep = progress.Or(rep)
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	cols, err := numeric(train, o.Columns)
	if err != nil {
		return nil, err
	}
	if err := finite(ctx, cols); err != nil {
		return nil, err
	}
	o.Columns = nil
	for _, c := range cols {
		o.Columns = append(o.Columns, c.Name)
	}
	n := train.Table().Nrow()
	f := &Forest{Options: o, Threshold: 0.5, Rows: n, sampled: min(o.Samples, n)}
	if o.Trees > maxTrees || o.Trees*f.sampled > maxSampled {
		return nil, fmt.Errorf("outlier: %w: %d trees of %d rows; take at most %d trees and %d rows in all", ErrLimit, o.Trees, f.sampled, maxTrees, maxSampled)
	}
	f.trees = make([]tree, o.Trees)
	count := counter{rep: rep, event: progress.Event{Task: "isolation forest", Total: int64(o.Trees), Unit: "trees"}}
	err = parallel.Each(ctx, o.Trees, func(i int) {
		rng := rand.New(rand.NewPCG(o.Seed, uint64(i)))
		f.trees[i] = grow(rng, gather(cols, sample(rng, n, f.sampled)), len(cols))
		count.add(1)
	})
	if err != nil {
		return nil, fmt.Errorf("outlier: growing a forest: %w", err)
	}
	if o.Contamination > 0 {
		scores, err := f.score(ctx, rep, "scores of the training rows", cols, n)
		if err != nil {
			return nil, err
		}
		f.Threshold = frame.Quantiles(scores, 1-o.Contamination)[0]
	}
	return f, nil
}

// counter reports what several goroutines have done, never less than before.
type counter struct {
	mu    sync.Mutex
	rep   progress.Reporter
	event progress.Event
}

func (c *counter) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.event.Done += int64(n)
	c.rep.Report(c.event)
}

// finite is an error that names the first infinite value.
func finite(ctx context.Context, cols []frame.Column) error {
	rows := make([]int, len(cols))
	if err := parallel.Each(ctx, len(cols), func(k int) {
		rows[k] = slices.IndexFunc(cols[k].Floats, func(c frame.Cell[float64]) bool { return !c.Null && math.IsInf(c.Value, 0) })
	}); err != nil {
		return fmt.Errorf("outlier: growing a forest: %w", err)
	}
	for k, i := range rows {
		if i >= 0 {
			return fmt.Errorf("outlier: %w: column %.40q, row %d is infinite, and thresholds are drawn between values; set infinities to missing first (bounds with SetMissing do it)", ErrRows, cols[k].Name, i)
		}
	}
	return nil
}

// sample draws k of the numbers below n without replacement, ascending (Floyd's method:
// Bentley 1987).
func sample(rng *rand.Rand, n, k int) []int {
	if k == n {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		return all
	}
	have := make(map[int]bool, k)
	rows := make([]int, 0, k)
	for j := n - k; j < n; j++ {
		r := rng.IntN(j + 1)
		if have[r] {
			r = j
		}
		have[r] = true
		rows = append(rows, r)
	}
	slices.Sort(rows)
	return rows
}

// gather copies rows out of columns, NaN where a value is missing.
func gather(cols []frame.Column, rows []int) [][]float64 {
	out := make([][]float64, len(rows))
	flat := make([]float64, len(rows)*len(cols))
	for i, r := range rows {
		out[i] = flat[i*len(cols) : (i+1)*len(cols)]
		for k, c := range cols {
			fill(out[i][k:], 1, c, r, r+1)
		}
	}
	return out
}

// fill writes rows low to high of a column to every stride-th place, NaN where a value is
// missing.
func fill(to []float64, stride int, c frame.Column, low, high int) {
	if c.Kind == frame.Int {
		fillFrom(to, stride, c.Ints[low:high])
	} else {
		fillFrom(to, stride, c.Floats[low:high])
	}
}

func fillFrom[T int | float64](to []float64, stride int, cells []frame.Cell[T]) {
	for i, c := range cells {
		v := float64(c.Value)
		if c.Null {
			v = math.NaN()
		}
		to[i*stride] = v
	}
}

// Scores are the paper's anomaly scores of the rows of a table that has the forest's
// columns. Infinite values are allowed here.
func (f *Forest) Scores(ctx context.Context, rep progress.Reporter, t frame.Table) ([]float64, error) {
	cols, err := columnsOf(t, f.Options.Columns)
	if err != nil {
		return nil, err
	}
	return f.score(ctx, progress.Or(rep), "isolation scores", cols, t.Nrow())
}

func (f *Forest) score(ctx context.Context, rep progress.Reporter, task string, cols []frame.Column, n int) ([]float64, error) {
	const piece = 512 // rows; their values stay in the cache while all trees are walked
	scores := make([]float64, n)
	scale := float64(len(f.trees)) * pathLength(f.sampled)
	walkers := make([]walker, len(f.trees))
	for i, t := range f.trees {
		walkers[i] = t.walker()
	}
	count := counter{rep: rep, event: progress.Event{Task: task, Total: int64(n), Unit: "rows"}}
	err := parallel.Chunks(ctx, n, piece, func(_, low, high int) {
		flat := make([]float64, (high-low)*len(cols))
		for k, c := range cols {
			fill(flat[k:], len(cols), c, low, high)
		}
		sum := scores[low:high]
		for _, w := range walkers {
			w.add(sum, flat, len(cols))
		}
		for i, h := range sum {
			share := 1.0 // trees of one row have no path; scikit-learn takes E(h)/c as 1
			if scale > 0 {
				share = h / scale
			}
			sum[i] = math.Exp2(-share)
		}
		count.add(high - low)
	})
	if err != nil {
		return nil, fmt.Errorf("outlier: scoring rows: %w", err)
	}
	return scores, nil
}

// String is the fit in a few words.
func (f *Forest) String() string {
	return fmt.Sprintf("isolation forest, %d trees of %d rows, threshold %.3f", len(f.trees), f.sampled, f.Threshold)
}

// Apply finds the outlying rows of a table and flags or drops them. A row as a whole has no
// bound to be clipped to and no one value to be taken out: Clip and SetMissing are errors.
func (f *Forest) Apply(ctx context.Context, rep progress.Reporter, t frame.Table, o ApplyOptions) (frame.Table, *Report, error) {
	if o.Action != Flag && o.Action != DropRows {
		return frame.Table{}, nil, fmt.Errorf("outlier: %w: %v is for values, and a forest judges whole rows; choose Flag or DropRows, or bounds", ErrOptions, o.Action)
	}
	if o.Flag == "" {
		o.Flag = "outlier"
	}
	added := []string{o.Score}
	if o.Action == Flag {
		added = append(added, o.Flag)
	}
	for _, name := range added {
		if name == "" {
			continue
		}
		if err := free(t, name); err != nil {
			return frame.Table{}, nil, err
		}
	}
	if o.Action == Flag && o.Score == o.Flag {
		return frame.Table{}, nil, fmt.Errorf("outlier: %w: flag and score would both be called %.40q; name one otherwise", frame.ErrShape, o.Flag)
	}
	scores, err := f.Scores(ctx, rep, t)
	if err != nil {
		return frame.Table{}, nil, err
	}
	r := &Report{Fit: f.String(), Action: o.Action, Rows: t.Nrow(), Kept: t.Nrow()}
	odd := make([]bool, len(scores))
	for i, s := range scores {
		if odd[i] = s > f.Threshold; odd[i] {
			r.Outlying++
		}
	}
	if r.Odd, err = f.most(t, scores, odd); err != nil {
		return frame.Table{}, nil, err
	}
	var more []series.Series
	if o.Action == Flag {
		flags := frame.MakeCells[bool](len(odd))
		for i, x := range odd {
			flags[i].Value = x
		}
		more = append(more, frame.Series(o.Flag, flags))
	}
	if o.Score != "" {
		cells := frame.MakeCells[float64](len(scores))
		for i, s := range scores {
			cells[i].Value = s
		}
		more = append(more, frame.Series(o.Score, cells))
	}
	if len(more) > 0 {
		if t, err = t.With(more...); err != nil {
			return frame.Table{}, nil, fmt.Errorf("outlier: %w", err)
		}
	}
	if o.Action == DropRows {
		if t, err = drop(t, odd, r); err != nil {
			return frame.Table{}, nil, fmt.Errorf("outlier: %w", err)
		}
	}
	return t, r, nil
}

// most shows the rows with the highest scores among the odd ones.
func (f *Forest) most(t frame.Table, scores []float64, odd []bool) ([]OddRow, error) {
	cols, err := columnsOf(t, f.Options.Columns)
	if err != nil {
		return nil, err
	}
	var top []OddRow
	for i, s := range scores {
		if !odd[i] || len(top) == shown && s <= top[shown-1].Score {
			continue
		}
		at := len(top)
		for at > 0 && top[at-1].Score < s {
			at--
		}
		top = slices.Insert(top, at, OddRow{Row: i, Score: s})
		top = top[:min(len(top), shown)]
	}
	for k := range top {
		for _, c := range cols {
			v, _ := value(c, top[k].Row)
			text := "–"
			if !c.Missing(top[k].Row) {
				text = short(v)
			}
			top[k].Values = append(top[k].Values, fmt.Sprintf("%.40s %s", c.Name, text))
		}
	}
	return top, nil
}
