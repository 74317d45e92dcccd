package recipe

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Fitted is a recipe and what it learnt from training rows. It does to any table what was
// done to them: fills with their values, bounds by their bounds, and gives the columns that
// they had. It comes from [Recipe.Fit], or from a file.
type Fitted struct {
	recipe Recipe
	parts  []part        // one a step
	fields []frame.Field // of the training rows, cleaned

	train split.Train // zero if f was read from a file
	log   *Log        // nil if so
}

// part is what one step left behind.
type part struct {
	learnt learnt
	added  []frame.Field // the columns that the step added
}

// Recipe is what was fitted.
func (f *Fitted) Recipe() Recipe { return Recipe{f.recipe.Source, slices.Clone(f.recipe.Steps)} }

// Train is the training rows, cleaned. It has no rows where f was read from a file.
func (f *Fitted) Train() split.Train { return f.train }

// Log says what the steps did to the training rows; nil where f was read from a file.
func (f *Fitted) Log() *Log { return f.log }

// Apply runs the steps on a table with what was learnt from the training rows.
//
// A step that drops rows drops them here too, by the same rule: [Log.Rows] says which rows
// of t the rows of the result are. Columns that a step added to the training rows are
// added here in any case, empty if they have to be (a text that is split into fewer parts
// here than there). A column that is of another kind than it was there – text, and there it
// was numbers – is an error that is [ErrOther]; what else differs is in the last entry's
// notes. On an error nothing is applied.
func (f *Fitted) Apply(ctx context.Context, rep progress.Reporter, t frame.Table) (frame.Table, *Log, error) {
	s, log := state{Table: t}, &Log{}
	known := make([]learnt, len(f.parts))
	for i, p := range f.parts {
		known[i] = p.learnt
	}
	err := pass(ctx, rep, f.recipe.Steps, 0, known, false, s, func(i int, out outcome, _ learnt, e Entry) (state, error) {
		var err error
		out.state, err = complete(out.state, f.parts[i].added, &e)
		log.record(out, e)
		s = out.state
		return s, err
	})
	if err != nil {
		return frame.Table{}, nil, err
	}
	out, err := f.alike(s, t, log)
	if err != nil {
		return frame.Table{}, nil, err
	}
	return out, log, nil
}

// complete adds the columns that a step added to the training rows and not to these.
func complete(s state, want []frame.Field, e *Entry) (state, error) {
	var missing []built
	have := s.Names()
	for _, f := range want {
		if slices.Contains(have, f.Name) {
			continue
		}
		missing = append(missing, empty(f, s.Nrow()))
		e.Added = append(e.Added, f.Name)
		e.Notes = append(e.Notes, fmt.Sprintf("column %s was made of the training rows and is empty here", quoted(f.Name)))
	}
	if missing == nil {
		return s, nil
	}
	s, err := s.with(missing...)
	e.After = s.shape()
	return s, err
}

// alike gives the result the kinds and the order of columns that the training rows have.
// input is the table that the recipe was applied to.
func (f *Fitted) alike(s state, input frame.Table, log *Log) (frame.Table, error) {
	var notes []string
	t := s.Table
	have := t.Names()
	var order []string
	for _, want := range f.fields {
		if !slices.Contains(have, want.Name) {
			notes = append(notes, fmt.Sprintf("column %s of the training rows is not here", quoted(want.Name)))
			continue
		}
		order = append(order, want.Name)
		c, err := t.Column(want.Name)
		if err != nil {
			return frame.Table{}, err
		}
		cast, note, err := castTo(c, want)
		if err != nil {
			return frame.Table{}, err
		}
		if note != "" {
			notes = append(notes, note)
		}
		if cast != nil {
			if t, err = t.With(*cast); err != nil {
				return frame.Table{}, err
			}
			t.Schema = t.Schema.Without(want.Name)
		}
		if want.Kind == frame.Date || want.Kind == frame.Category {
			t.Schema = t.Schema.With(want)
		}
	}
	for _, name := range have {
		if !slices.Contains(order, name) {
			order = append(order, name)
			notes = append(notes, fmt.Sprintf("column %s is not in the training rows; it stands last", quoted(name)))
		}
	}
	if n := len(log.Entries); n > 0 {
		log.Entries[n-1].Notes = append(log.Entries[n-1].Notes, notes...)
	}
	return t.Pick(order...)
}

// castTo gives a column the kind that it had in the training rows, where no value is lost
// by it. nil: it has it, or may keep its own.
func castTo(c frame.Column, want frame.Field) (*series.Series, string, error) {
	text := func(k frame.Kind) bool { return k == frame.Text || k == frame.Date || k == frame.Category }
	switch {
	case c.Kind == want.Kind || text(c.Kind) && text(want.Kind):
		return nil, "", nil
	case c.CountMissing() == c.Len():
		b := empty(want, c.Len())
		return &b.series, "", nil
	case c.Kind == frame.Int && want.Kind == frame.Float:
		values, err := c.Numbers()
		if err != nil {
			return nil, "", err
		}
		cells := frame.MakeCells[float64](len(values))
		for i, v := range values {
			cells[i] = frame.Cell[float64]{Value: v, Null: c.Missing(i)}
		}
		s := frame.Series(c.Name, cells)
		return &s, "", nil
	case c.Kind == frame.Float && want.Kind == frame.Int:
		return nil, fmt.Sprintf("column %s has fractions here, and whole numbers in the training rows", quoted(c.Name)), nil
	}
	return nil, "", fmt.Errorf("recipe: %w: column %.40q is %v here and was %v in the training rows, after all steps; look at its values, and add a step that parses them",
		ErrOther, c.Name, c.Kind, want.Kind)
}
