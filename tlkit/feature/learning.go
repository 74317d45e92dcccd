package feature

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/pages"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// training is the state of a pipeline that is being fitted: the training rows, and the
// columns that the steps so far made of them.
type training struct {
	rows    int
	table   []*frame.Column // in the first slots
	target  *frame.Column
	classes bool
	group   *grouping // nil: none was named
	plan    *plan
	made    []column // by slot; empty where the rows are still only in the table
	whole   bool     // the last step's columns are wanted too
	last    int      // the last step
	ahead   bool     // the columns of the step at hand are wanted

	once   sync.Once
	labels []int
	names  []string
	err    error
}

// step fits one step, and makes its columns if another one follows.
func (t *training) step(ctx context.Context, rep progress.Reporter, k int, s Step, f *Fitted) error {
	if s == nil {
		return optionf("it is nil")
	}
	at, err := s.takes(t.plan)
	if err != nil {
		return err
	}
	before := len(t.plan.ops)
	if n := t.plan.spread(k, at); n > 0 && t.rows > MaxCells/n {
		return fmt.Errorf("feature: %w: %d encoded columns of %d rows would have to be written out for this step; let it take fewer, or encode after it", ErrLimit, n, t.rows)
	}
	if err := t.make(ctx, before); err != nil {
		return err
	}
	l := &learning{ctx: ctx, rep: rep, training: t}
	var names []string
	for _, i := range at {
		l.cols = append(l.cols, t.plan.elements[i])
		names = append(names, t.plan.elements[i].name)
	}
	t.ahead = t.whole || k < t.last
	do, err := s.fit(l)
	if err != nil {
		return err
	}
	f.steps = append(f.steps, fittedStep{stepName(s), names, do})
	before = len(t.plan.ops)
	if err := t.plan.bind(k, do, at); err != nil {
		return err
	}
	if c, ok := do.(crossFitted); ok && t.whole || ok && k < t.last {
		t.grow()
		made := c.training()
		for _, op := range t.plan.ops[before:] {
			for _, s := range op.out {
				t.made[s], made = made[0], made[1:]
			}
		}
		return nil
	}
	if k < t.last || t.whole {
		return t.make(ctx, before)
	}
	return nil
}

// crossFitted is a step that makes other columns of the training rows than of others.
type crossFitted interface {
	learnt
	// training gives the columns of the training rows, once: it forgets them.
	training() []column
}

func (t *training) grow() {
	for len(t.made) < len(t.plan.forms) {
		t.made = append(t.made, column{})
	}
}

// make does the operations from the given one on, on all training rows.
func (t *training) make(ctx context.Context, from int) error {
	t.grow()
	for o := from; o < len(t.plan.ops); o++ {
		op := &t.plan.ops[o]
		for _, s := range op.in {
			if err := t.materialise(s); err != nil {
				return err
			}
		}
		for _, s := range op.out {
			t.made[s] = makeColumn(t.plan.forms[s], t.rows)
		}
		const piece = 1 << 14
		errs := make([]error, (t.rows+piece-1)/piece)
		err := parallel.Chunks(ctx, t.rows, piece, func(c, low, high int) {
			slots := make([]column, len(t.made))
			views := func(at []int) []*column {
				v := make([]*column, len(at))
				for k, s := range at {
					slots[s] = t.made[s].rows(low, high)
					v[k] = &slots[s]
				}
				return v
			}
			in, out := views(op.in), views(op.out)
			errs[c] = op.run(low, slots, in, out)
		})
		if err := cmp.Or(err, firstError(errs)); err != nil {
			return err
		}
	}
	return nil
}

// materialise reads a column of the table that has not been read.
func (t *training) materialise(slot int) error {
	c := &t.made[slot]
	if slot >= len(t.table) || c.num != nil || c.text != nil {
		return nil
	}
	if t.plan.forms[slot] == numbers {
		c.num = pages.Make[float64](t.rows)
	}
	return read(t.table[slot], 0, t.rows, c)
}

func firstError(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// learning is what a step learns from: the training rows of the columns that it takes.
type learning struct {
	ctx  context.Context
	rep  progress.Reporter
	cols []element
	*training
}

// numbers copies column j, NaN where a value is missing, into buf, which is made or grown
// if need be. The caller may change it and give it again.
func (l *learning) numbers(j int, buf []float64) ([]float64, error) {
	if cap(buf) < l.rows {
		buf = pages.Make[float64](l.rows)
	}
	buf = buf[:l.rows]
	slot := l.cols[j].slot
	if c := l.made[slot].num; c != nil {
		copy(buf, c)
		return buf, nil
	}
	return buf, read(l.table[slot], 0, l.rows, &column{num: buf})
}

// texts shows column j's cells, which are only read.
func (l *learning) texts(j int) []frame.Cell[string] {
	slot := l.cols[j].slot
	if c := l.made[slot].text; c != nil {
		return c
	}
	return l.table[slot].Texts
}

// each calls f for every column, several at a time, with a buffer for its numbers.
func (l *learning) each(f func(j int, v []float64) error) error {
	errs := make([]error, len(l.cols))
	buffers := sync.Pool{New: func() any { return new([]float64) }}
	err := parallel.Each(l.ctx, len(l.cols), func(j int) {
		buf := buffers.Get().(*[]float64)
		defer buffers.Put(buf)
		var err error
		if *buf, err = l.numbers(j, *buf); err != nil {
			errs[j] = err
			return
		}
		errs[j] = f(j, *buf)
	})
	return cmp.Or(err, firstError(errs))
}

// complete are the numbers of all columns, none of which may be missing.
func (l *learning) complete() ([][]float64, error) {
	out := make([][]float64, len(l.cols))
	errs := make([]error, len(l.cols))
	err := parallel.Each(l.ctx, len(l.cols), func(j int) { out[j], errs[j] = l.known(j, nil) })
	return out, cmp.Or(err, firstError(errs))
}

// known is numbers of a column in which none may be missing.
func (l *learning) known(j int, buf []float64) ([]float64, error) {
	v, err := l.numbers(j, buf)
	if err != nil {
		return v, err
	}
	for i, x := range v {
		if x != x {
			return v, &InputError{l.cols[j].name, i, x, "this step needs all values: fill or drop what is missing in a step before it", nil}
		}
	}
	return v, nil
}

// classify gives each training row the number of its class, and the classes' names.
func (l *learning) classify() (labels []int, names []string, err error) {
	t := l.training
	t.once.Do(func() { t.labels, t.names, t.err = t.classesOf() })
	return t.labels, t.names, t.err
}

// classification reports whether the target names classes.
func (t *training) classification() bool {
	return t.target != nil && (t.classes || !t.target.Numeric())
}

// y are the numbers of the target.
func (t *training) y() ([]float64, error) {
	if t.target == nil {
		return nil, fmt.Errorf("feature: %w: this step learns from the target; set the pipeline's Target", ErrTarget)
	}
	if t.classification() {
		return nil, fmt.Errorf("feature: %w: column %.40q names classes, and this step needs a target of numbers", ErrTarget, t.target.Name)
	}
	return targetNumbers(*t.target)
}

// targetNumbers are the target's values, all of which have to be finite.
func targetNumbers(c frame.Column) ([]float64, error) {
	y, err := c.Numbers()
	if err != nil {
		return nil, fmt.Errorf("feature: %w: %w", ErrTarget, err)
	}
	for i, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, &InputError{c.Name, i, v, "every row needs a finite target: drop those without", nil}
		}
	}
	return y, nil
}

// classesOf numbers the classes of the target: numbers by size, a category's in the order
// of its levels, all else in the order of the text.
func (t *training) classesOf() (labels []int, names []string, err error) {
	if t.target == nil {
		return nil, nil, fmt.Errorf("feature: %w: this step learns from the target; set the pipeline's Target", ErrTarget)
	}
	if !t.classification() {
		return nil, nil, fmt.Errorf("feature: %w: column %.40q has numbers, and this step needs classes; set the pipeline's Classes if the numbers name some", ErrTarget, t.target.Name)
	}
	return classLabels(*t.target)
}

func classLabels(c frame.Column) (labels []int, names []string, err error) {
	index := map[string]int{}
	labels = make([]int, c.Len())
	var first []int // row
	for i := range labels {
		if c.Missing(i) {
			return nil, nil, fmt.Errorf("feature: %w: row %d has no class in column %.40q; drop rows without", ErrTarget, i, c.Name)
		}
		name := className(c, i)
		k, ok := index[name]
		if !ok {
			k = len(names)
			index[name] = k
			names, first = append(names, name), append(first, i)
		}
		labels[i] = k
	}
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compareCells(c, first[a], first[b]) })
	place, sorted := make([]int, len(order)), make([]string, len(order))
	for k, o := range order {
		place[o], sorted[k] = k, names[o]
	}
	for i, l := range labels {
		labels[i] = place[l]
	}
	return labels, sorted, nil
}

// className is the name of row i's class. Whole numbers have the same name as ints and as
// floats, so that a table whose target came as the other kind has the same classes.
func className(c frame.Column, i int) string {
	if c.Floats != nil {
		const exact = 1 << 53
		if v := c.Floats[i].Value; v == math.Trunc(v) && math.Abs(v) < exact {
			return strconv.FormatInt(int64(v), 10)
		}
	}
	return c.Format(i)
}

// compareCells orders two rows' values, neither of which is missing: texts that are levels
// before those that are not.
func compareCells(c frame.Column, a, b int) int {
	switch {
	case c.Ints != nil:
		return cmp.Compare(c.Ints[a].Value, c.Ints[b].Value)
	case c.Floats != nil:
		return cmp.Compare(c.Floats[a].Value, c.Floats[b].Value)
	case c.Bools != nil:
		return cmp.Compare(c.Format(a), c.Format(b)) // "false" before "true"
	}
	x, y := c.Texts[a].Value, c.Texts[b].Value
	level := func(s string) int {
		if k := slices.Index(c.Levels, s); k >= 0 {
			return k
		}
		return len(c.Levels)
	}
	return cmp.Or(cmp.Compare(level(x), level(y)), cmp.Compare(x, y))
}
