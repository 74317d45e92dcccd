package feature

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	vec "gonum.org/v1/gonum/floats"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/evaluate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// PermutationOptions say how importances are measured. The zero value shuffles each column
// that the pipeline reads five times.
type PermutationOptions struct {
	// Columns of the table are shuffled. None: all that the pipeline reads.
	Columns []string
	// Repeats is how many times each is shuffled. 0 means 5.
	Repeats int
	// Metric judges the predictions.
	Metric Metric
	// Seed is where chance comes from.
	Seed uint64
}

// Importances are how much worse a model predicts without the help of each column.
type Importances struct {
	Metric  Metric
	Base    float64 // the metric with all columns as they are
	Rows    int     // held rows that it was measured on
	Repeats int
	Seed    uint64
	Columns []Importance // the most important first
}

// Importance is how much one column matters.
type Importance struct {
	Column string
	// Drop is what the metric loses on average where the column is shuffled, with the 95 %
	// percentile interval of a bootstrap over the rows, in up to 400 blocks of neighbouring
	// ones. Below 0, chance did better than the column.
	Drop evaluate.Interval
	// Repeats are the losses of each shuffle.
	Repeats []float64
}

// Matters reports whether the held rows show that the column helps: its interval is above 0.
func (i Importance) Matters() bool { return i.Drop.Low > 0 }

// Permutation measures how much each column of the table matters to the classifier
// (Breiman 2001): it shuffles the column among the rows that were held back, before the
// pipeline, and counts how much worse the predictions become. The model is not fitted
// anew. Of columns that say the same, each seems to matter little, as the model still has
// the other; and it is this model's view, not the world's.
func (c *Classification) Permutation(ctx context.Context, rep progress.Reporter, held split.Held, o PermutationOptions) (*Importances, error) {
	labels, err := c.Features.Labels(held.Table())
	if err != nil {
		return nil, err
	}
	index := map[string]int{}
	number := func(l string) int {
		k, ok := index[l]
		if !ok {
			k = len(index)
			index[l] = k
		}
		return k
	}
	classes := c.Model.Classes()
	at := make([]int, len(classes))
	for k, l := range classes {
		at[k] = number(l)
	}
	truth := make([]int, len(labels))
	for i, l := range labels {
		truth[i] = number(l)
	}
	s := shuffling{features: c.Features, model: c.Model, count: counting{classes: len(index)}}
	s.predict = func(ctx context.Context, t frame.Table) (func(sums []float64, i int), error) {
		x, err := c.matrix(ctx, nil, t)
		if err != nil {
			return nil, err
		}
		got, err := mostProbable(ctx, c.Model, x, at)
		err = c.Features.named(err)
		return func(sums []float64, i int) { s.count.class(sums, truth[i], got[i]) }, err
	}
	return s.importances(ctx, rep, held.Table(), o, true)
}

// Permutation measures how much each column of the table matters to the regression. See
// [Classification.Permutation].
func (r *Regression) Permutation(ctx context.Context, rep progress.Reporter, held split.Held, o PermutationOptions) (*Importances, error) {
	truth, err := r.Features.TargetNumbers(held.Table())
	if err != nil {
		return nil, err
	}
	s := shuffling{features: r.Features, model: r.Model, count: counting{centre: mean(truth)}}
	s.predict = func(ctx context.Context, t frame.Table) (func(sums []float64, i int), error) {
		got, err := r.Predict(ctx, nil, t)
		return func(sums []float64, i int) { s.count.number(sums, truth[i], got[i]) }, err
	}
	return s.importances(ctx, rep, held.Table(), o, false)
}

// shuffling is a permutation importance in the making.
type shuffling struct {
	features *Fitted
	model    estimate.Model
	count    counting
	// predict predicts a table's rows, and gives what counts row i.
	predict func(ctx context.Context, t frame.Table) (func(sums []float64, i int), error)
}

func (s *shuffling) importances(ctx context.Context, rep progress.Reporter, t frame.Table, o PermutationOptions, classes bool) (*Importances, error) {
	var err error
	if s.count.metric, err = o.Metric.check(classes); err != nil {
		return nil, err
	}
	if o.Repeats < 0 {
		return nil, optionf("Repeats is %d; give 1 or more, or 0 for 5", o.Repeats)
	}
	if o.Repeats == 0 {
		o.Repeats = 5
	}
	if t.Nrow() < 2 {
		return nil, fmt.Errorf("feature: %w: %d rows are held back, and a column of one row cannot be shuffled", ErrEmpty, t.Nrow())
	}
	columns, err := s.columns(o.Columns)
	if err != nil {
		return nil, err
	}
	add, err := s.predict(ctx, t)
	if err != nil {
		return nil, err
	}
	base := blocksOf(t.Nrow(), s.count.width(), add)
	out := &Importances{Metric: s.count.metric, Base: s.count.score(total(base)), Rows: t.Nrow(), Repeats: o.Repeats, Seed: o.Seed}
	for k, name := range columns {
		one, err := s.column(ctx, t, name, k, base, o)
		if err != nil {
			return nil, fmt.Errorf("feature: shuffling column %.40q: %w", name, err)
		}
		out.Columns = append(out.Columns, one)
		progress.Or(rep).Report(progress.Event{Task: "shuffling columns", Done: int64(k + 1), Total: int64(len(columns)), Unit: "columns"})
	}
	slices.SortStableFunc(out.Columns, func(a, b Importance) int { return cmp.Compare(b.Drop.Value, a.Drop.Value) })
	return out, nil
}

// columns are those that are shuffled: columns that the pipeline does not read cannot
// matter.
func (s *shuffling) columns(names []string) ([]string, error) {
	have := make([]string, len(s.features.Inputs()))
	for k, f := range s.features.Inputs() {
		have[k] = f.Name
	}
	if len(names) == 0 {
		return have, nil
	}
	for _, n := range names {
		if !slices.Contains(have, n) {
			return nil, fmt.Errorf("feature: the pipeline does not read the column: %w", &frame.ColumnError{Column: n, Nearest: frame.Nearest(n, have), Have: have})
		}
	}
	return names, nil
}

// column shuffles one column, which is the k-th.
func (s *shuffling) column(ctx context.Context, t frame.Table, name string, k int, base [][]float64, o PermutationOptions) (Importance, error) {
	width := s.count.width()
	before := s.count.score(total(base))
	out := Importance{Column: name}
	// Each block has what is counted without shuffling, and after the shuffles: all of them
	// together, where the metric of sums is the mean of the metrics.
	blocks := make([][]float64, len(base))
	for b := range blocks {
		blocks[b] = slices.Clone(base[b])
	}
	rng := rand.New(rand.NewPCG(o.Seed, uint64(k)))
	for r := range o.Repeats {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		shuffled, err := shuffledColumn(t, name, rng.Perm(t.Nrow()))
		if err != nil {
			return out, err
		}
		add, err := s.predict(ctx, shuffled)
		if err != nil {
			return out, err
		}
		counts := blocksOf(t.Nrow(), width, add)
		out.Repeats = append(out.Repeats, before-s.count.score(total(counts)))
		for b, sums := range counts {
			if r == 0 || s.count.metric == MacroF1 {
				blocks[b] = append(blocks[b], sums...)
			} else {
				vec.Add(blocks[b][width:], sums)
			}
		}
	}
	var err error
	out.Drop, err = bootstrap(ctx, blocks, o.Seed, func(sums []float64) float64 {
		after, n := 0.0, 0.0
		for at := width; at < len(sums); at += width {
			after += s.count.score(sums[at : at+width])
			n++
		}
		return s.count.score(sums[:width]) - after/n
	})
	return out, err
}

func shuffledColumn(t frame.Table, name string, order []int) (frame.Table, error) {
	one, err := t.Pick(name)
	if err != nil {
		return t, err
	}
	if one, err = one.Take(order); err != nil {
		return t, err
	}
	c, err := one.Column(name)
	if err != nil {
		return t, err
	}
	return t.With(c.Series(name))
}

// total adds all blocks up.
func total(blocks [][]float64) []float64 {
	sums := make([]float64, len(blocks[0]))
	for _, b := range blocks {
		for k, v := range b {
			sums[k] += v
		}
	}
	return sums
}
