package recipe

import (
	"context"
	"fmt"
	"slices"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Recipe is how a table is cleaned: where it is read from, and the steps. The zero value
// leaves a table as it is.
type Recipe struct {
	Source Source
	Steps  []Step
}

// Learns reports whether a step of the recipe learns from training rows.
func (r Recipe) Learns() bool {
	return slices.ContainsFunc(r.Steps, func(s Step) bool { return s != nil && Learns(s) })
}

// Apply runs the steps on a table. The table is not changed; columns that no step changed
// are shared with the result. A step that learns from training rows is an error that is
// [ErrFitted]; fit such a recipe. On an error nothing is applied.
func (r Recipe) Apply(ctx context.Context, rep progress.Reporter, t frame.Table) (frame.Table, *Log, error) {
	for i, s := range r.Steps {
		if s != nil && Learns(s) {
			return frame.Table{}, nil, &StepError{i + 1, s.Name(), needsFit()}
		}
	}
	s, log := state{Table: t}, &Log{}
	err := pass(ctx, rep, r.Steps, 0, nil, false, s, func(_ int, out outcome, _ learnt, e Entry) (state, error) {
		log.record(out, e)
		s = out.state
		return s, nil
	})
	if err != nil {
		return frame.Table{}, nil, err
	}
	return s.Table, log, nil
}

func needsFit() error {
	return fmt.Errorf("%w: fit the recipe on training rows with Fit, and apply what Fit gives", ErrFitted)
}

// Fit runs the steps on training rows and keeps what those of them learnt that learn, each
// from the rows as they were when its turn came.
func (r Recipe) Fit(ctx context.Context, rep progress.Reporter, train split.Train) (*Fitted, error) {
	s, log := state{Table: train.Table()}, &Log{}
	f := &Fitted{recipe: Recipe{r.Source, slices.Clone(r.Steps)}, log: log}
	err := pass(ctx, rep, f.recipe.Steps, 0, nil, true, s, func(_ int, out outcome, l learnt, e Entry) (state, error) {
		log.record(out, e)
		f.parts = append(f.parts, part{l, added(out.state, e)})
		s = out.state
		return s, nil
	})
	if err != nil {
		return nil, err
	}
	f.fields = fields(s)
	f.train = split.WholeAsTrain(s.Table) // they are the training rows, cleaned
	return f, nil
}

// fields says what the columns of a state are.
func fields(s state) []frame.Field {
	cols, err := s.Columns()
	if err != nil {
		return nil
	}
	out := make([]frame.Field, len(cols))
	for i, c := range cols {
		out[i] = c.Field
	}
	return out
}

// added says what the columns are that a step added.
func added(s state, e Entry) []frame.Field {
	return slices.DeleteFunc(fields(s), func(f frame.Field) bool { return !slices.Contains(e.Added, f.Name) })
}
