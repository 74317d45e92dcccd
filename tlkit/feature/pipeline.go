package feature

import (
	"context"
	"fmt"
	"reflect"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// A Step describes what a pipeline does to some of its columns. The scalers, encoders and
// selectors of this package are steps.
type Step interface {
	// takes are the columns that the step takes, of those that there are.
	takes(p *plan) ([]int, error)
	// fit learns from the training rows of these columns.
	fit(l *learning) (learnt, error)
}

// Pipeline describes how the columns of a table become features. The zero value takes all
// columns as they are.
type Pipeline struct {
	// Target is the column to predict. It is no feature, and need not be there when the
	// pipeline is applied. Steps that learn from it need one; others do without.
	Target string
	// Classes says that a target of numbers names classes. Other targets always do.
	Classes bool
	// Group is the column whose equal values name rows that belong together: copies of one
	// thing, visits of one patient. It is no feature, and is needed only for fitting. Every
	// step that divides the training rows keeps them together: [RFECV] and [Sequential],
	// [TargetEncoder] where it cross-fits, and LassoCV and ElasticNetCV of package estimate,
	// as a selector's model or a [Regressor]'s, unless their Folds.Of is given. A row
	// without a value is a group of its own. Rows are not kept together where none is named.
	Group string
	// Steps are done one after the other.
	Steps []Step
}

// Fit learns each step from the training rows as the steps before it leave them. An error
// of a step is a [*StepError].
func (p Pipeline) Fit(ctx context.Context, rep progress.Reporter, train split.Train) (*Fitted, error) {
	f, _, err := p.fit(ctx, rep, train, false)
	return f, err
}

// FitMatrix fits as [Pipeline.Fit] does, and gives the training rows' features as a model
// is to learn from them: those of a [TargetEncoder] are cross-fitted, so that no row's own
// target is in its features, and differ from what [Fitted.Matrix] makes of the same rows.
func (p Pipeline) FitMatrix(ctx context.Context, rep progress.Reporter, train split.Train) (*Fitted, *mat.Dense, error) {
	f, cols, err := p.fit(ctx, rep, train, true)
	if err != nil {
		return nil, nil, err
	}
	x, err := f.matrixBlocks(ctx, rep, train.Table().Nrow(), func(low, high int, w *worker) error {
		for _, o := range f.plan.elements {
			for s := o.slot; s < o.slot+o.slots(); s++ {
				w.slots[s] = cols[s].rows(low, high)
			}
		}
		return nil
	})
	return f, x, err
}

func (p Pipeline) fit(ctx context.Context, rep progress.Reporter, train split.Train, whole bool) (*Fitted, []column, error) {
	t := train.Table()
	if err := t.DataFrame.Err; err != nil {
		return nil, nil, fmt.Errorf("feature: this dataframe holds an error instead of rows: %w", err)
	}
	if t.Nrow() == 0 {
		return nil, nil, fmt.Errorf("feature: %w: the training part has no rows", ErrEmpty)
	}
	all, err := t.Columns()
	if err != nil {
		return nil, nil, fmt.Errorf("feature: %w", err)
	}
	f := &Fitted{target: frame.Field{Name: p.Target}, classes: p.Classes}
	tr := &training{rows: t.Nrow(), classes: p.Classes, whole: whole, last: len(p.Steps) - 1}
	if p.Group != "" && p.Group == p.Target {
		return nil, nil, optionf("column %.40q is both Target and Group; name another one", p.Group)
	}
	if tr.group, err = groupingOf(t, p.Group); err != nil {
		return nil, nil, err
	}
	var fields []frame.Field
	for i := range all {
		if p.Target != "" && all[i].Name == p.Target {
			if tr.target != nil {
				return nil, nil, fmt.Errorf("feature: %w: two columns are called %.40q, as the target is; rename one", ErrInput, p.Target)
			}
			tr.target = &all[i]
			f.target = all[i].Field
			continue
		}
		if p.Group != "" && all[i].Name == p.Group {
			continue
		}
		fields = append(fields, all[i].Field)
		tr.table = append(tr.table, &all[i])
	}
	if p.Target != "" && tr.target == nil {
		names := t.Names()
		return nil, nil, fmt.Errorf("feature: the target: %w", &frame.ColumnError{Column: p.Target, Nearest: frame.Nearest(p.Target, names), Have: names})
	}
	tr.plan = newPlan(fields)
	tr.plan.target, tr.plan.group = p.Target, p.Group
	if err := tr.plan.unique(); err != nil {
		return nil, nil, err
	}
	tr.made = make([]column, len(fields))
	for k, s := range p.Steps {
		if err := tr.step(ctx, rep, k, s, f); err != nil {
			if ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			return nil, nil, &StepError{k, stepName(s), err}
		}
		progress.Or(rep).Report(progress.Event{Task: "fitting the pipeline", Done: int64(k + 1), Total: int64(len(p.Steps)), Unit: "steps"})
	}
	if whole {
		for _, e := range tr.plan.elements {
			if err := tr.materialise(e.slot); err != nil {
				return nil, nil, err
			}
		}
	}
	f.finish(tr.plan)
	return f, tr.made, nil
}

// stepName is the step's kind: "StandardScaler".
func stepName(s Step) string {
	if s == nil {
		return "nil"
	}
	t := reflect.TypeOf(s)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
