package recipe

import (
	"context"
	"fmt"
	"time"

	"transferlab/tlkit/progress"
)

// run does one step. With learns a step that fits is fitted on s first; otherwise what it
// learnt before is given. number is the step's, from 0.
func run(ctx context.Context, rep progress.Reporter, number int, step Step, known learnt, learns bool, s state) (outcome, learnt, Entry, error) {
	fail := func(err error) (outcome, learnt, Entry, error) {
		return outcome{}, nil, Entry{}, &StepError{number + 1, step.Name(), err}
	}
	if err := step.check(); err != nil {
		return fail(err)
	}
	began := time.Now()
	var out outcome
	var err error
	switch st := step.(type) {
	case fitting:
		if learns {
			if known, err = st.fit(ctx, rep, s); err != nil {
				return fail(err)
			}
		}
		if known == nil {
			return fail(needsFit())
		}
		out, err = known.apply(ctx, rep, s)
	case stateless:
		out, err = st.apply(ctx, rep, s)
	default:
		err = fmt.Errorf("%w: a step of type %T; the steps are those of this package", ErrStep, step)
	}
	if err == nil {
		err = fits(out.Nrow(), out.Ncol())
	}
	if err != nil {
		return fail(err)
	}
	took := time.Since(began)
	entry, err := compare(ctx, step, s, out)
	if err != nil {
		return fail(err)
	}
	entry.Took = took
	return out, known, entry, nil
}

// pass runs steps one after the other, the first of them as number first of the recipe.
// known are what the steps learnt; nil: they learn now, if they may. after is given what
// each step did, and gives the table for the next one.
func pass(ctx context.Context, rep progress.Reporter, steps []Step, first int, known []learnt, learns bool, s state,
	after func(i int, out outcome, l learnt, e Entry) (state, error)) error {
	rep = progress.Or(rep)
	for i, step := range steps {
		if step == nil {
			return fmt.Errorf("recipe: %w: step %d is nil", ErrStep, first+i+1)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rep.Report(progress.Event{Task: "recipe", Done: int64(i), Total: int64(len(steps)), Unit: "steps", Note: step.Name()})
		var l learnt
		if known != nil {
			l = known[i]
		}
		out, l, e, err := run(ctx, rep, first+i, step, l, learns, s)
		if err != nil {
			return err
		}
		if s, err = after(i, out, l, e); err != nil {
			return err
		}
	}
	if n := int64(len(steps)); n > 0 {
		rep.Report(progress.Event{Task: "recipe", Done: n, Total: n, Unit: "steps"})
	}
	return nil
}

// then is the origin of each row after two steps.
func then(first, second []int) []int {
	switch {
	case first == nil:
		return second
	case second == nil:
		return first
	}
	out := make([]int, len(second))
	for i, r := range second {
		out[i] = -1
		if r >= 0 {
			out[i] = first[r]
		}
	}
	return out
}

// record adds what a step did to the log.
func (l *Log) record(out outcome, e Entry) {
	l.Entries = append(l.Entries, e)
	l.Rows = then(l.Rows, out.rows)
}
