package recipe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/clean/internal/strict"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/replace"
)

// learntForm is what a step left behind, in JSON.
type learntForm struct {
	State json.RawMessage `json:"state,omitempty"`
	Added []frame.Field   `json:"added,omitempty"`
}

// MarshalJSON writes the recipe and what it learnt; the training rows are not in it.
func (f *Fitted) MarshalJSON() ([]byte, error) {
	learnt, fields := field{key: "learnt"}, field{key: "columns"}
	for i, p := range f.parts {
		form := learntForm{Added: p.added}
		if p.learnt != nil {
			state, err := p.learnt.MarshalJSON()
			if err != nil {
				return nil, &StepError{i + 1, f.recipe.Steps[i].Name(), err}
			}
			form.State = state
		}
		b, err := json.Marshal(form)
		if err != nil {
			return nil, err
		}
		learnt.values = append(learnt.values, b)
	}
	for _, c := range f.fields {
		b, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		fields.values = append(fields.values, b)
	}
	return write(f.recipe, []field{learnt, fields})
}

// UnmarshalJSON reads what MarshalJSON writes; see [ReadFitted].
func (f *Fitted) UnmarshalJSON(b []byte) error {
	read, err := ReadFitted(bytes.NewReader(b))
	if err != nil {
		return err
	}
	*f = *read
	return nil
}

// Save writes the recipe and what it learnt to a file, whole or not at all.
func (f *Fitted) Save(path string) error {
	b, err := f.MarshalJSON()
	if err != nil {
		return err
	}
	return replace.File(path, b)
}

// LoadFitted reads a fitted recipe from a file; see [ReadFitted].
func LoadFitted(path string) (*Fitted, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("recipe: %w", err)
	}
	defer file.Close()
	f, err := ReadFitted(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// ReadFitted reads a fitted recipe, which may come from anybody, as [Read] does.
func ReadFitted(r io.Reader) (*Fitted, error) {
	// What was learnt can be large – the training rows of a kNN are in it – and is read by
	// those who wrote it.
	doc, err := strict.Read(r, strict.Limits{Bytes: impute.MaxFile, Opaque: "state"})
	if err != nil {
		return nil, unreadable(err)
	}
	f := &Fitted{}
	if err := f.read(doc); err != nil {
		return nil, unreadable(err)
	}
	return f, nil
}

func (f *Fitted) read(doc strict.Node) error {
	var err error
	if f.recipe, err = recipeOf(doc, "recipe", "source", "steps", "learnt", "columns"); err != nil {
		return err
	}
	columns, ok := doc.Get("columns")
	if !ok {
		return doc.Errorf("%w: \"columns\": […] is missing; a recipe that is not fitted is read with Read", ErrFormat)
	}
	if err := columns.Decode(&f.fields); err != nil {
		return err
	}
	all, ok := doc.Get("learnt")
	if !ok || len(all.Items) != len(f.recipe.Steps) {
		return doc.Errorf("%w: \"learnt\": […] has to have one part for each of the %d steps", ErrFormat, len(f.recipe.Steps))
	}
	f.parts = make([]part, len(all.Items))
	for i, n := range all.Items {
		if err := f.parts[i].read(n, f.recipe.Steps[i]); err != nil {
			return fmt.Errorf("what step %d learnt: %w", i+1, err)
		}
	}
	return nil
}

func (p *part) read(n strict.Node, step Step) error {
	if err := n.Only("state", "added"); err != nil {
		return err
	}
	if added, ok := n.Get("added"); ok {
		if err := added.Decode(&p.added); err != nil {
			return err
		}
	}
	state, has := n.Get("state")
	learner, learns := step.(fitting)
	switch {
	case has != learns:
		return n.Errorf("%w: a step %q and what it learnt do not belong together", ErrFormat, step.Name())
	case !learns:
		return nil
	}
	var err error
	if p.learnt, err = learner.restore(state); err != nil {
		return state.Errorf("%w: %w", ErrFormat, err)
	}
	return nil
}
