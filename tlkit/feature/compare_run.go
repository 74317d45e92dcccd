package feature

import (
	"context"
	"fmt"
	"runtime/metrics"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// This file fits sets of features in folds, and keeps what the models predict.

// contest is a comparison in the making.
type contest struct {
	o       CompareOptions
	rows    int
	parts   int // folds in all repeats, once they are done
	shares  float64
	classes []string
	labels  []int     // of all rows, or
	y       []float64 // the target
	count   counting
	entries []*entry
	done    [][]bool // layers × rows: what is predicted in each
}

// entry is one set with its predictions: layers × rows. A row is in the first layer the
// first time that it is predicted, in the second one the second time, …
type entry struct {
	SetScore
	steps  []Step
	labels [][]int
	y      [][]float64
	place  map[string]int // of a feature in Chosen
}

func newContest(ctx context.Context, train split.Train, o CompareOptions) (*contest, split.Folder, error) {
	t := train.Table()
	if err := t.DataFrame.Err; err != nil {
		return nil, nil, fmt.Errorf("feature: this dataframe holds an error instead of rows: %w", err)
	}
	if len(o.Sets) == 0 {
		return nil, nil, optionf("there are no Sets to compare; give one at least")
	}
	if r := o.Rows; r.Label != "" || r.Time != "" || r.InOrder || r.Target != "" || r.Bins != 0 {
		return nil, nil, optionf("of Rows only Group, Duplicates and Alike have a use here; for folds in the order of time set Divide to split.TimeSeries")
	}
	if o.Folds.Repeats < 0 {
		return nil, nil, optionf("Folds.Repeats is %d; give 1 or more", o.Folds.Repeats)
	}
	if o.Divide != nil {
		if o.Folds.K != 0 || o.Folds.Repeats != 0 || o.Rows.Duplicates || len(o.Rows.Alike) > 0 {
			return nil, nil, optionf("Divide makes the folds, so that K and Repeats of Folds, and Duplicates and Alike of Rows, have no use; leave them out")
		}
	} else {
		o.Folds.Valid = -1
		if o.Folds.K == 0 {
			o.Folds.K = 5
		}
		o.Folds.Repeats = max(o.Folds.Repeats, 1)
	}
	c := &contest{o: o, rows: t.Nrow()}
	if err := c.target(t); err != nil {
		return nil, nil, err
	}
	names := map[string]bool{}
	for k, s := range o.Sets {
		if s.Name == "" {
			s.Name = fmt.Sprintf("set %d", k+1)
		}
		if names[s.Name] {
			return nil, nil, optionf("two sets are called %.40q; rename one", s.Name)
		}
		names[s.Name] = true
		c.entries = append(c.entries, newEntry(s))
	}
	folds, err := c.folds(t)
	return c, folds, err
}

func newEntry(s Set) *entry {
	return &entry{SetScore: SetScore{Name: s.Name}, steps: s.Steps, place: map[string]int{}}
}

// layer finds the first one in which none of these rows is predicted yet, and marks them
// there.
func (c *contest) layer(rows []int) int {
	free := func(l int) bool {
		return !slices.ContainsFunc(rows, func(i int) bool { return c.done[l][i] })
	}
	l := 0
	for l < len(c.done) && !free(l) {
		l++
	}
	if l == len(c.done) {
		c.done = append(c.done, make([]bool, c.rows))
		for _, e := range c.entries {
			if c.numbers() {
				e.y = append(e.y, make([]float64, c.rows))
			} else {
				e.labels = append(e.labels, make([]int, c.rows))
			}
		}
	}
	for _, i := range rows {
		c.done[l][i] = true
	}
	return l
}

func (c *contest) numbers() bool { return c.labels == nil }

// target reads what is to be predicted, and chooses the model.
func (c *contest) target(t frame.Table) error {
	if c.o.Target == "" {
		return fmt.Errorf("feature: %w: there is none; set the options' Target", ErrTarget)
	}
	if t.Nrow() == 0 {
		return fmt.Errorf("feature: %w: the training part has no rows", ErrEmpty)
	}
	col, err := t.Column(c.o.Target)
	if err != nil {
		return fmt.Errorf("feature: the target: %w", err)
	}
	tr := &training{target: &col, classes: c.o.Classes}
	if tr.classification() {
		if c.o.Classifier == nil && c.o.Regressor != nil {
			return fmt.Errorf("feature: %w: column %.40q names classes, and there is a Regressor; give a Classifier", ErrTarget, col.Name)
		}
		if c.o.Classifier == nil {
			c.o.Classifier = estimate.Logistic{}
		}
		if c.labels, c.classes, err = classLabels(col); err != nil {
			return err
		}
		c.count = counting{metric: Accuracy, classes: len(c.classes)}
		return nil
	}
	if c.o.Regressor == nil && c.o.Classifier != nil {
		return fmt.Errorf("feature: %w: column %.40q has numbers, and there is a Classifier; give a Regressor, or set Classes if the numbers name some", ErrTarget, col.Name)
	}
	if c.o.Regressor == nil {
		c.o.Regressor = estimate.Ridge{}
	}
	if c.y, err = targetNumbers(col); err != nil {
		return err
	}
	c.count = counting{metric: R2, centre: mean(c.y)}
	return nil
}

func (c *contest) folds(t frame.Table) (split.Folder, error) {
	if c.o.Divide != nil {
		return c.o.Divide, nil
	}
	rows := split.RowOptions{Group: c.o.Rows.Group, Duplicates: c.o.Rows.Duplicates, Alike: c.o.Rows.Alike}
	if !c.numbers() {
		rows.Label = c.o.Target
	}
	src, err := split.Rows(t, rows)
	if err != nil {
		return nil, fmt.Errorf("feature: %w", err)
	}
	if c.numbers() {
		return split.KFold(src, c.o.Folds), nil
	}
	return split.StratifiedKFold(src, c.o.Folds), nil
}

// run fits one set in one fold and keeps what it predicts.
func (c *contest) run(ctx context.Context, e *entry, f split.FoldTable, layer int) error {
	bytes, begin := allocated(), time.Now()
	p := Pipeline{Target: c.o.Target, Classes: c.o.Classes, Group: c.o.Rows.Group, Steps: e.steps}
	fitted, x, err := p.FitMatrix(ctx, nil, f.Train)
	if err != nil {
		return err
	}
	e.FitPipeline += time.Since(begin)
	if err := some(fitted); err != nil {
		return err
	}
	e.saw(fitted, x)
	begin = time.Now()
	predict, err := c.model(ctx, fitted, x, f.Train)
	if err != nil {
		return err
	}
	e.FitModel += time.Since(begin)
	e.Allocated += allocated() - bytes
	begin = time.Now()
	held, err := fitted.Matrix(ctx, nil, f.Test.Table())
	if err != nil {
		return err
	}
	sums := make([]float64, c.count.width())
	err = predict(held, func(i, label int, y float64) {
		row := f.Rows[i]
		if c.numbers() {
			e.y[layer][row] = y
		} else {
			e.labels[layer][row] = label
		}
		c.add(sums, row, label, y)
	})
	e.Predict += time.Since(begin)
	e.FoldScores = append(e.FoldScores, c.count.score(sums))
	return err
}

// add counts one row's prediction.
func (c *contest) add(sums []float64, row, label int, y float64) {
	if c.numbers() {
		c.count.number(sums, c.y[row], y)
	} else {
		c.count.class(sums, c.labels[row], label)
	}
}

// model fits the model, and gives what predicts with it.
func (c *contest) model(ctx context.Context, f *Fitted, x *mat.Dense, train split.Train) (func(x *mat.Dense, each func(i, label int, y float64)) error, error) {
	if c.numbers() {
		y, err := f.TargetNumbers(train.Table())
		if err != nil {
			return nil, err
		}
		m, err := fitRegressor(ctx, nil, c.o.Regressor, f, x, y, train, c.o.Rows.Group)
		return func(x *mat.Dense, each func(i, label int, y float64)) error {
			got, err := m.Predict(ctx, nil, x)
			for i, v := range got {
				each(i, 0, v)
			}
			return f.named(err)
		}, err
	}
	labels, err := f.Labels(train.Table())
	if err != nil {
		return nil, err
	}
	m, err := c.o.Classifier.Fit(ctx, nil, x, labels)
	if err != nil {
		return nil, f.named(err)
	}
	number := map[string]int{}
	for k, name := range c.classes {
		number[name] = k
	}
	var at []int
	for _, name := range m.Classes() {
		at = append(at, number[name])
	}
	return func(x *mat.Dense, each func(i, label int, y float64)) error {
		got, err := mostProbable(ctx, m, x, at)
		for i, l := range got {
			each(i, l, 0)
		}
		return f.named(err)
	}, nil
}

// saw keeps which features there were.
func (e *entry) saw(f *Fitted, x *mat.Dense) {
	n, p := x.Dims()
	e.Matrix += 8 * int64(n) * int64(p)
	e.Features = append(e.Features, p)
	for _, name := range f.Names() {
		k, ok := e.place[name]
		if !ok {
			k = len(e.Chosen)
			e.place[name] = k
			e.Chosen = append(e.Chosen, Chosen{Name: name})
		}
		e.Chosen[k].Folds++
	}
}

// allocated is how many bytes the process has allocated since it began.
func allocated() int64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return int64(s[0].Value.Uint64())
}
