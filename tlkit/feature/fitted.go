package feature

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/pages"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// MaxCells is how many numbers a dense matrix may have: 2 GiB of them.
const MaxCells = 1 << 28

// Rows go through the steps in blocks of at most so many, and of so few that their columns
// stay in a core's own cache.
const (
	blockRows  = 1 << 12
	leastBlock = 1 << 4
	blockBytes = 384 << 10
)

// Fitted is a pipeline that was fitted. It does not change, and several goroutines may
// apply it.
type Fitted struct {
	target  frame.Field
	classes bool
	steps   []fittedStep

	plan   *plan
	ops    []operation
	inputs []int // positions in plan.fields
	block  int   // rows
}

type fittedStep struct {
	name  string   // the Step's type
	takes []string // the columns that it takes
	do    learnt
}

// finish finds what has to be done and what it begins from.
func (f *Fitted) finish(p *plan) {
	f.plan = p
	f.ops, f.inputs = p.needed()
	bytes := 0
	for _, i := range f.inputs {
		bytes += p.forms[i].bytes()
	}
	for _, op := range f.ops {
		for _, s := range op.out {
			bytes += p.forms[s].bytes()
		}
	}
	f.block = min(max(blockBytes/max(bytes, 1), leastBlock), blockRows)
}

// Target is the column that the pipeline was fitted to predict; its name is "" if there is
// none.
func (f *Fitted) Target() frame.Field { return f.target }

// Inputs are the columns that a table needs, in the order of [Row]'s inputs.
func (f *Fitted) Inputs() []frame.Field {
	out := make([]frame.Field, len(f.inputs))
	for k, i := range f.inputs {
		out[k] = f.plan.fields[i]
	}
	return out
}

// Names are the features, in the order of a matrix's columns.
func (f *Fitted) Names() []string {
	if f.plan == nil {
		return nil
	}
	return f.plan.names()
}

// there is an error if the pipeline is one that was neither fitted nor loaded.
func (f *Fitted) there() error {
	if f.plan == nil {
		return fmt.Errorf("feature: %w: this pipeline was neither fitted nor loaded; see Pipeline.Fit and Load", ErrInput)
	}
	return nil
}

// worker has the slots of one goroutine, and what operations see of them.
type worker struct {
	slots   []column // of the rows at hand
	full    []column // of a whole block; empty for texts of the table
	in, out [][]*column
}

func (f *Fitted) worker(rows int) *worker {
	w := &worker{slots: make([]column, len(f.plan.forms)), full: make([]column, len(f.plan.forms))}
	for _, i := range f.inputs {
		w.full[i] = makeColumn(f.plan.forms[i], rows)
	}
	view := func(at []int) []*column {
		v := make([]*column, len(at))
		for k, s := range at {
			v[k] = &w.slots[s]
		}
		return v
	}
	for _, op := range f.ops {
		for _, s := range op.out {
			w.full[s] = makeColumn(f.plan.forms[s], rows)
		}
		w.in, w.out = append(w.in, view(op.in)), append(w.out, view(op.out))
	}
	copy(w.slots, w.full)
	return w
}

// resize lets the slots have n rows.
func (w *worker) resize(n int) {
	for s := range w.full {
		if c := w.full[s]; c.num != nil || c.text != nil || c.code != nil {
			w.slots[s] = c.rows(0, n)
		}
	}
}

// run does all operations. The rows in the slots are counted from first.
func (f *Fitted) run(w *worker, first int) error {
	for k := range f.ops {
		op := &f.ops[k]
		if err := op.run(first, w.slots, w.in[k], w.out[k]); err != nil {
			return f.inStep(op, err)
		}
	}
	return nil
}

func (f *Fitted) inStep(op *operation, err error) error {
	return &StepError{op.step, f.steps[op.step].name, err}
}

// columns finds the inputs in a table and checks their kinds.
func (f *Fitted) columns(t frame.Table) ([]frame.Column, error) {
	if err := f.there(); err != nil {
		return nil, err
	}
	if err := t.DataFrame.Err; err != nil {
		return nil, fmt.Errorf("feature: this dataframe holds an error instead of rows: %w", err)
	}
	if len(f.inputs) == 0 {
		return nil, nil
	}
	names := make([]string, len(f.inputs))
	for k, i := range f.inputs {
		names[k] = f.plan.fields[i].Name
	}
	out, err := t.Columns(names...)
	if err != nil {
		return nil, fmt.Errorf("feature: the pipeline needs a column that is not there: %w", err)
	}
	for k, i := range f.inputs {
		if out[k], err = standing(f.plan.fields[i], out[k]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// blocks lets the rows go through the pipeline, several blocks at a time, and calls done
// for each with the worker that has them.
func (f *Fitted) blocks(ctx context.Context, rep progress.Reporter, n int, fill func(low, high int, w *worker) error, done func(low, high int, w *worker) error) error {
	workers := sync.Pool{New: func() any { return f.worker(min(n, f.block)) }}
	errs := make([]error, (n+f.block-1)/f.block)
	count := counter(rep, n)
	var failed atomic.Int64 // rows from the first block on that is known to have failed
	err := parallel.Chunks(ctx, n, f.block, func(b, low, high int) {
		if int64(n-low) < failed.Load() {
			return // the error of an earlier block is what counts
		}
		w := workers.Get().(*worker)
		defer workers.Put(w)
		w.resize(high - low)
		if errs[b] = fill(low, high, w); errs[b] == nil {
			errs[b] = done(low, high, w)
		}
		if errs[b] != nil {
			for was := failed.Load(); int64(n-low) > was && !failed.CompareAndSwap(was, int64(n-low)); was = failed.Load() {
			}
		}
		count(high - low)
	})
	return cmp.Or(err, firstError(errs))
}

// through fills a worker from a table's columns and runs the operations.
func (f *Fitted) through(cols []frame.Column) func(low, high int, w *worker) error {
	return func(low, high int, w *worker) error {
		for k, i := range f.inputs {
			if err := read(&cols[k], low, high, &w.slots[i]); err != nil {
				return err
			}
		}
		return f.run(w, low)
	}
}

// Matrix gives the features of a table's rows: as many rows, and a column for each of
// [Fitted.Names]. A missing value that no step has filled is NaN. Features that are texts
// are [frame.ErrKind], more than [MaxCells] numbers [ErrLimit]: see [Fitted.Sparse].
func (f *Fitted) Matrix(ctx context.Context, rep progress.Reporter, t frame.Table) (*mat.Dense, error) {
	cols, err := f.columns(t)
	if err != nil {
		return nil, err
	}
	return f.matrixBlocks(ctx, rep, t.Nrow(), f.through(cols))
}

// matrixBlocks makes a matrix of n rows; fill puts the rows [low, high) into the worker's slots.
func (f *Fitted) matrixBlocks(ctx context.Context, rep progress.Reporter, n int, fill func(low, high int, w *worker) error) (*mat.Dense, error) {
	p := len(f.plan.elements)
	if err := f.dense(n); err != nil {
		return nil, err
	}
	if n == 0 || p == 0 {
		return &mat.Dense{}, nil
	}
	data := pages.Make[float64](n * p)
	err := f.blocks(ctx, rep, n, fill, func(low, high int, w *worker) error {
		f.rowMajor(w, data[low*p:high*p])
		return nil
	})
	if err != nil {
		return nil, err
	}
	return mat.NewDense(n, p, data), nil
}

// dense checks that n rows of features can be a matrix.
func (f *Fitted) dense(n int) error {
	for _, e := range f.plan.elements {
		if formOf(e.kind) == texts {
			return fmt.Errorf("feature: %w: feature %.40q is %v, and a matrix has numbers; add an encoder, or Drop it", frame.ErrKind, e.name, e.kind)
		}
	}
	if p := len(f.plan.elements); p > 0 && n > MaxCells/p {
		return fmt.Errorf("feature: %w: %d rows of %d features are more than %d numbers; use Sparse, fewer features, or pieces of the table", ErrLimit, n, p, MaxCells)
	}
	return nil
}

// rowMajor writes the features of a worker's rows, row by row.
func (f *Fitted) rowMajor(w *worker, to []float64) {
	p := len(f.plan.elements)
	for k := 0; k < p; k++ {
		switch e := f.plan.elements[k]; {
		case e.code >= 0:
			if k == 0 || f.plan.elements[k-1].slot != e.slot {
				f.spreadRows(k, w.slots[e.slot:e.slot+e.slots()], to)
			}
		case f.numbersFrom(k) >= 4:
			num := func(j int) []float64 { return w.slots[f.plan.elements[k+j].slot].num }
			interleave(to[k:], p, num(0), num(1), num(2), num(3))
			k += 3
		default:
			at := k
			for _, v := range w.slots[e.slot].num {
				to[at] = v
				at += p
			}
		}
	}
}

// numbersFrom counts the features from k on, up to four, that are slots of numbers.
func (f *Fitted) numbersFrom(k int) int {
	n := 0
	for n < 4 && k+n < len(f.plan.elements) && f.plan.elements[k+n].code < 0 {
		n++
	}
	return n
}

// interleave writes four columns of equal length beside each other, p numbers from row to
// row: a line of the cache is visited once, not four times.
func interleave(to []float64, p int, a, b, c, d []float64) {
	b, c, d = b[:len(a)], c[:len(a)], d[:len(a)]
	at := 0
	for i := range a {
		row := to[at : at+4 : at+4]
		row[0], row[1], row[2], row[3] = a[i], b[i], c[i], d[i]
		at += p
	}
}

// spreadRows writes the run of features from k on that these slots of codes stand for.
func (f *Fitted) spreadRows(k int, slots []column, to []float64) {
	p := len(f.plan.elements)
	slot := f.plan.elements[k].slot
	run := k
	for run < p && f.plan.elements[run].slot == slot && f.plan.elements[run].code >= 0 {
		run++
	}
	first := int32(f.plan.elements[k].code)
	whole := int(f.plan.elements[run-1].code-f.plan.elements[k].code) == run-1-k // no code is left out
	for i := range slots[0].code {
		row := to[i*p+k : i*p+run]
		clear(row)
		for s := range slots {
			c, v := slots[s].code[i], 1.0
			if c < -1 {
				c, v = negative(c), -1
			}
			switch {
			case c < 0:
			case whole:
				if at := int(c - first); at >= 0 && at < len(row) {
					row[at] += v
				}
			default:
				for j := range row {
					if f.plan.elements[k+j].code == int(c) {
						row[j] += v
					}
				}
			}
		}
	}
}

// Stream applies the pipeline to one piece of a table after the other, as a reader gives
// them. Each row's features are the same as if the table were whole. It ends at the first
// error. A piece without rows is a matrix without any.
//
// So a file that is larger than memory goes through a model; [Fitted.Schema] says how it
// is read:
//
//	rides := frame.CSV("rides.csv.gz", frame.CSVOptions{Types: fitted.Schema()})
//	for x, err := range fitted.Stream(ctx, rides.Pieces(ctx, nil, 0)) {
//		…
//		predicted, err := model.Predict(ctx, nil, x)
//	}
//
// To learn from such a file, collect what the model needs of each piece: [Fitted.Sparse]
// and [Sparse.Append] keep its features, [Fitted.Labels] its classes.
func (f *Fitted) Stream(ctx context.Context, pieces iter.Seq2[frame.Table, error]) iter.Seq2[*mat.Dense, error] {
	return func(yield func(*mat.Dense, error) bool) {
		row := 0
		for t, err := range pieces {
			var x *mat.Dense
			if err == nil {
				if x, err = f.Matrix(ctx, nil, t); err != nil {
					err = fmt.Errorf("feature: in the piece that begins at row %d: %w", row, err)
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(x, nil) {
				return
			}
			row += t.Nrow()
		}
	}
}

// Labels are the classes of a table's rows, as the pipeline's target names them.
func (f *Fitted) Labels(t frame.Table) ([]string, error) {
	c, err := f.targetOf(t)
	if err != nil {
		return nil, err
	}
	out := make([]string, c.Len())
	for i := range out {
		if c.Missing(i) {
			return nil, fmt.Errorf("feature: %w: row %d has no class in column %.40q; drop rows without", ErrTarget, i, c.Name)
		}
		out[i] = className(c, i)
	}
	return out, nil
}

// TargetNumbers are the numbers of the pipeline's target in a table's rows.
func (f *Fitted) TargetNumbers(t frame.Table) ([]float64, error) {
	c, err := f.targetOf(t)
	if err != nil {
		return nil, err
	}
	return targetNumbers(c)
}

func (f *Fitted) targetOf(t frame.Table) (frame.Column, error) {
	if f.target.Name == "" {
		return frame.Column{}, fmt.Errorf("feature: %w: the pipeline has none; set its Target", ErrTarget)
	}
	c, err := t.Column(f.target.Name)
	if err != nil {
		return c, fmt.Errorf("feature: the target: %w", err)
	}
	return c, same(f.target, c)
}
