package recipe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"transferlab/tlkit/clean/internal/strict"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/replace"
)

// This file keeps recipes as JSON:
//
//	{
//	 "recipe": 1,
//	 "source": {"path": "movies.csv", …},
//	 "steps": [
//	  {"step": "rename", "from": "Titel", "to": "title"},
//	  …
//	 ]
//	}
//
// A fitted recipe has besides, for each step, what it learnt and which columns it added,
// and what the columns of the training rows are in the end.

// version is that of the form. A reader refuses others.
const version = 1

// MaxFile is how large a file of a recipe may be.
const MaxFile = 64 << 20

// MarshalJSON writes the recipe.
func (r Recipe) MarshalJSON() ([]byte, error) { return write(r, nil) }

// UnmarshalJSON reads what MarshalJSON writes; see [Read].
func (r *Recipe) UnmarshalJSON(b []byte) error {
	read, err := Read(bytes.NewReader(b))
	if err != nil {
		return err
	}
	*r = read
	return nil
}

// Save writes the recipe to a file, whole or not at all.
func (r Recipe) Save(path string) error {
	b, err := r.MarshalJSON()
	if err != nil {
		return err
	}
	return replace.File(path, b)
}

// Load reads a recipe from a file; see [Read].
func Load(path string) (Recipe, error) {
	f, err := os.Open(path)
	if err != nil {
		return Recipe{}, fmt.Errorf("recipe: %w", err)
	}
	defer f.Close()
	r, err := Read(f)
	if err != nil {
		return Recipe{}, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Read reads a recipe that may come from anybody. It is data: nothing is run, no file is
// opened, and what is not known here – a step, an option, another version – is refused.
// Errors say line and column; they are [ErrFormat], [ErrStep] or [ErrOption], or
// frame.ErrLimit for what is too large.
func Read(r io.Reader) (Recipe, error) {
	doc, err := strict.Read(r, strict.Limits{Bytes: MaxFile})
	if err != nil {
		return Recipe{}, unreadable(err)
	}
	out, err := recipeOf(doc, "recipe", "source", "steps")
	if err != nil {
		return Recipe{}, unreadable(err)
	}
	return out, nil
}

// unreadable names the package and translates the kinds of errors.
func unreadable(err error) error {
	switch {
	case errors.Is(err, strict.ErrLimit):
		return fmt.Errorf("recipe: %w: %w", frame.ErrLimit, err)
	case errors.Is(err, strict.ErrSyntax):
		return fmt.Errorf("recipe: %w: %w", ErrFormat, err)
	}
	return fmt.Errorf("recipe: %w", err)
}

// recipeOf reads the parts of a recipe from an object with these keys.
func recipeOf(doc strict.Node, keys ...string) (Recipe, error) {
	if err := doc.Only(keys...); err != nil {
		return Recipe{}, err
	}
	var v int
	n, ok := doc.Get("recipe")
	if !ok {
		return Recipe{}, doc.Errorf("%w: \"recipe\": %d is missing, by which a recipe is known", ErrFormat, version)
	}
	if err := n.Decode(&v); err != nil {
		return Recipe{}, err
	}
	if v != version {
		return Recipe{}, n.Errorf("%w: version %d; this program reads version %d", ErrFormat, v, version)
	}
	var r Recipe
	if n, ok := doc.Get("source"); ok {
		if err := n.Decode(&r.Source); err != nil {
			return Recipe{}, err
		}
		if err := r.Source.check(); err != nil {
			return Recipe{}, n.Errorf("%w", err)
		}
	}
	steps, ok := doc.Get("steps")
	if !ok || steps.Kind != strict.Array {
		return Recipe{}, doc.Errorf("%w: \"steps\": […] is missing", ErrFormat)
	}
	if len(steps.Items) > MaxSteps {
		return Recipe{}, fmt.Errorf("%w: %d steps, and at most %d are read", strict.ErrLimit, len(steps.Items), MaxSteps)
	}
	for i, n := range steps.Items {
		s, err := decode(n)
		if err != nil {
			return Recipe{}, fmt.Errorf("step %d: %w", i+1, err)
		}
		r.Steps = append(r.Steps, s)
	}
	return r, nil
}

// write writes a recipe, one step a line; more are further keys and their values.
func write(r Recipe, more []field) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n \"recipe\": %d", version)
	if !r.Source.zero() {
		source, err := json.Marshal(r.Source)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, ",\n \"source\": %s", source)
	}
	steps := make([]json.RawMessage, len(r.Steps))
	for i, s := range r.Steps {
		if s == nil {
			return nil, fmt.Errorf("recipe: %w: step %d is nil", ErrStep, i+1)
		}
		if err := s.check(); err != nil {
			return nil, &StepError{i + 1, s.Name(), err}
		}
		var err error
		if steps[i], err = encode(s); err != nil {
			return nil, &StepError{i + 1, s.Name(), err}
		}
	}
	for _, f := range append([]field{{"steps", steps}}, more...) {
		fmt.Fprintf(&b, ",\n %q: [", f.key)
		for i, v := range f.values {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString("\n  ")
			if err := json.Compact(&b, v); err != nil {
				return nil, err
			}
		}
		if len(f.values) > 0 {
			b.WriteString("\n ")
		}
		b.WriteByte(']')
	}
	b.WriteString("\n}\n")
	return b.Bytes(), nil
}

// field is a key with a list.
type field struct {
	key    string
	values []json.RawMessage
}
