package recipe

import (
	"context"
	"fmt"
	"slices"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// History is a recipe at work on one table. Steps are done, looked at, undone, moved and
// changed until the table is clean; [History.Recipe] is then what was done.
//
// It keeps the table after each step, so that going back costs nothing; these tables share
// every column that a step did not change. A step that drops rows or changes all columns
// costs the memory of a table.
//
// Undo and Redo take back, and do again, whatever was done to the history: a step, but
// also a Move, a Remove or an Edit. A change that fails changes nothing.
//
// A History is for one goroutine.
type History struct {
	start state
	// Source is where the table comes from, for the recipe.
	Source Source

	learns   bool // start are training rows
	versions [][]did
	at       int // the version that counts
}

// did is a step that was done.
type did struct {
	step  Step
	part  part
	rows  []int // as in outcome
	after state
	entry Entry
}

// Begin starts a history on a table. Steps that learn need training rows: see [BeginTrain].
func Begin(t frame.Table) *History {
	return &History{start: state{Table: t}, versions: [][]did{nil}}
}

// BeginTrain starts a history on training rows, in which steps may learn.
func BeginTrain(train split.Train) *History {
	h := Begin(train.Table())
	h.learns = true
	return h
}

func (h *History) steps() []did { return h.versions[h.at] }

// Table is the table after the last step.
func (h *History) Table() frame.Table { return h.After(h.Len()) }

// Len is the number of steps that are done.
func (h *History) Len() int { return len(h.steps()) }

// After is the table after the first n steps; n is cut to the steps that there are.
func (h *History) After(n int) frame.Table { return h.state(min(max(n, 0), h.Len())).Table }

func (h *History) state(n int) state {
	if n == 0 {
		return h.start
	}
	return h.steps()[n-1].after
}

// Entries say what each step did.
func (h *History) Entries() []Entry {
	out := make([]Entry, h.Len())
	for i, d := range h.steps() {
		out[i] = d.entry
	}
	return out
}

// Log is the entries and which row of the first table each row now is.
func (h *History) Log() *Log {
	l := &Log{}
	for _, d := range h.steps() {
		l.record(outcome{rows: d.rows}, d.entry)
	}
	return l
}

// Recipe is what was done.
func (h *History) Recipe() Recipe {
	r := Recipe{Source: h.Source}
	for _, d := range h.steps() {
		r.Steps = append(r.Steps, d.step)
	}
	return r
}

// Fitted is what was done, with what was learnt by it, to do the same to other rows. The
// history has to stand on training rows.
func (h *History) Fitted() (*Fitted, error) {
	if !h.learns {
		return nil, fmt.Errorf("recipe: %w: this history stands on a table of which nobody said that it may be learnt from; begin it with BeginTrain", ErrFitted)
	}
	last := h.state(h.Len())
	f := &Fitted{recipe: h.Recipe(), fields: fields(last), train: split.WholeAsTrain(last.Table), log: h.Log()}
	for _, d := range h.steps() {
		f.parts = append(f.parts, d.part)
	}
	return f, nil
}

// Do does a step and says what it did.
func (h *History) Do(ctx context.Context, rep progress.Reporter, s Step) (Entry, error) {
	if err := h.rerun(ctx, rep, h.Len(), []Step{s}); err != nil {
		return Entry{}, err
	}
	return h.steps()[h.Len()-1].entry, nil
}

// DoAll does all steps of a recipe, or none.
func (h *History) DoAll(ctx context.Context, rep progress.Reporter, r Recipe) error {
	return h.rerun(ctx, rep, h.Len(), r.Steps)
}

// Undo takes back the last change of the history, and reports whether there was one.
func (h *History) Undo() bool {
	if h.at == 0 {
		return false
	}
	h.at--
	return true
}

// Redo does again what Undo took back, and reports whether there was something.
func (h *History) Redo() bool {
	if h.at+1 == len(h.versions) {
		return false
	}
	h.at++
	return true
}

// Move puts step from (counted from 0) where it becomes step to, and runs again what comes
// after the first of the two places. If a step cannot be done any more – it needs a column
// that is not there yet – that is a *StepError, and the order stays.
func (h *History) Move(ctx context.Context, rep progress.Reporter, from, to int) error {
	if err := h.has(from); err != nil {
		return err
	}
	if err := h.has(to); err != nil {
		return err
	}
	if from == to {
		return nil
	}
	steps := h.Recipe().Steps
	s := steps[from]
	steps = slices.Insert(slices.Delete(steps, from, from+1), to, s)
	first := min(from, to)
	return h.rerun(ctx, rep, first, steps[first:])
}

// Remove takes step i (counted from 0) out, wherever it stands, and runs again what comes
// after it. If a later step needs what it did, that is a *StepError, and it stays.
func (h *History) Remove(ctx context.Context, rep progress.Reporter, i int) error {
	if err := h.has(i); err != nil {
		return err
	}
	return h.rerun(ctx, rep, i, h.Recipe().Steps[i+1:])
}

// Edit puts another step in place of step i (counted from 0) and runs it and what comes
// after it again. On a *StepError nothing changes.
func (h *History) Edit(ctx context.Context, rep progress.Reporter, i int, s Step) error {
	if err := h.has(i); err != nil {
		return err
	}
	steps := h.Recipe().Steps[i:]
	steps[0] = s
	return h.rerun(ctx, rep, i, steps)
}

func (h *History) has(i int) error {
	if i < 0 || i >= h.Len() {
		return fmt.Errorf("recipe: %w: step %d, counted from 0, of %d", ErrStep, i, h.Len())
	}
	return nil
}

// rerun makes a version whose first n steps are those that are done, and whose others are
// these. It becomes the history's only when all of them could be done.
func (h *History) rerun(ctx context.Context, rep progress.Reporter, n int, steps []Step) error {
	next := slices.Clone(h.steps()[:n])
	err := pass(ctx, rep, steps, n, nil, h.learns, h.state(n), func(i int, out outcome, l learnt, e Entry) (state, error) {
		next = append(next, did{steps[i], part{l, added(out.state, e)}, out.rows, out.state, e})
		return out.state, nil
	})
	if err != nil {
		return err
	}
	h.versions = append(h.versions[:h.at+1], next)
	h.at++
	return nil
}
