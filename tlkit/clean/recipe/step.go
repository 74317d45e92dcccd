package recipe

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"transferlab/tlkit/clean/internal/strict"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

// Step is one thing that is done to a table: a struct of options. The types of steps are
// those of this package; [Names] lists them. A step is a value, and nothing that it holds
// is changed after it is given to a recipe.
type Step interface {
	// Name is the step's name in JSON: "fill-down".
	Name() string
	// String says for people what the step does.
	String() string
	// check says what is wrong with the options by themselves.
	check() error
}

// stateless is a step that needs the table alone.
type stateless interface {
	Step
	apply(ctx context.Context, rep progress.Reporter, s state) (outcome, error)
}

// fitting is a step that learns from training rows before it is applied to any.
type fitting interface {
	Step
	// fit learns from s, which are training rows.
	fit(ctx context.Context, rep progress.Reporter, s state) (learnt, error)
	// restore reads what MarshalJSON of a learnt wrote.
	restore(n strict.Node) (learnt, error)
}

// learnt is what a fitting step learnt.
type learnt interface {
	json.Marshaler
	apply(ctx context.Context, rep progress.Reporter, s state) (outcome, error)
}

// outcome is a table after a step, and what cannot be seen by comparing it with the table
// before.
type outcome struct {
	state
	// rows are, for each row, the row of the table before that it comes from, or -1. nil:
	// the rows are the same.
	rows []int
	// touched are the columns whose cells the step changed; it counts where rows is not nil.
	touched []string
	renamed []Renamed
	notes   []string
}

// Learns reports whether a step learns from training rows: a recipe with such a step has
// to be fitted before it is applied.
func Learns(s Step) bool {
	_, ok := s.(fitting)
	return ok
}

// Names are the names of all steps, as they stand in JSON.
func Names() []string {
	all := registry()
	names := make([]string, len(all))
	for i, k := range all {
		names[i] = k.name
	}
	return names
}

// kind is one type of step.
type kind struct {
	name   string
	decode func(n strict.Node) (Step, error)
}

// typed is the kind of steps of type T.
func typed[T Step]() kind {
	var zero T
	return kind{zero.Name(), func(n strict.Node) (Step, error) {
		var s T
		err := n.Without("step").Decode(&s)
		return s, err
	}}
}

// decode reads {"step": name, …options}.
func decode(n strict.Node) (Step, error) {
	if n.Kind != strict.Object {
		return nil, n.Errorf("%w: a step is an object {\"step\": name, …}; this is %v", ErrFormat, n.Kind)
	}
	tag, ok := n.Get("step")
	if !ok {
		return nil, n.Errorf("%w: a step without a name; begin it with \"step\": one of %v", ErrFormat, Names())
	}
	name, err := tag.Text()
	if err != nil {
		return nil, err
	}
	all := registry()
	at := slices.IndexFunc(all, func(k kind) bool { return k.name == name })
	if at < 0 {
		hint := fmt.Sprintf("the steps are %v", Names())
		if near := frame.Nearest(name, Names()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return nil, tag.Errorf("%w: %.60q; %s", ErrStep, name, hint)
	}
	s, err := all[at].decode(n)
	if err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, n.Errorf("%w", err)
	}
	return s, nil
}

// encode writes {"step": name, …options}.
func encode(s Step) ([]byte, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	name, _ := json.Marshal(s.Name())
	out := append([]byte(`{"step":`), name...)
	if len(b) > len("{}") {
		out = append(out, ',')
	}
	return append(out, b[1:]...), nil
}

// Check says what is wrong with a step's options by themselves, without a table.
func Check(s Step) error {
	if s == nil {
		return fmt.Errorf("recipe: %w: nil", ErrStep)
	}
	if err := s.check(); err != nil {
		return fmt.Errorf("recipe: %s: %w", s.Name(), err)
	}
	return nil
}
