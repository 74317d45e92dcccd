package refine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"transferlab/tlkit/clean/internal/strict"
	"transferlab/tlkit/clean/recipe"
	"transferlab/tlkit/frame"
)

// The kinds of errors, for errors.Is.
var (
	ErrFormat      = errors.New("not a history as OpenRefine exports it")
	ErrUnsupported = errors.New("operations that cannot be replayed")
)

// MaxFile is how large a history may be.
const MaxFile = 64 << 20

// Problem is one thing that cannot be replayed.
type Problem struct {
	Index     int    // of the operation, from 0
	Operation string // "core/text-transform"
	Err       error
}

// String names the operation, counted from 0, and says what is wrong with it.
func (p Problem) String() string {
	return fmt.Sprintf("operation %d (%.60s): %v", p.Index, p.Operation, p.Err)
}

// UnsupportedError lists everything in a history that cannot be replayed. It is
// [ErrUnsupported].
type UnsupportedError struct{ Problems []Problem }

func (e *UnsupportedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "refine: %v: %d of them, and nothing was applied; take them out, or do them another way", ErrUnsupported, len(e.Problems))
	for _, p := range e.Problems {
		b.WriteString("\n  " + p.String())
	}
	return b.String()
}

// Is makes errors.Is(err, ErrUnsupported) true.
func (e *UnsupportedError) Is(target error) bool { return target == ErrUnsupported }

// Unwrap gives the reasons.
func (e *UnsupportedError) Unwrap() []error {
	out := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		out[i] = p.Err
	}
	return out
}

// Load reads a history from a file; see [Read].
func Load(path string) (recipe.Recipe, error) {
	f, err := os.Open(path)
	if err != nil {
		return recipe.Recipe{}, fmt.Errorf("refine: %w", err)
	}
	defer f.Close()
	r, err := Read(f)
	if err != nil {
		return recipe.Recipe{}, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Read reads a history, which may come from anybody, and makes a recipe of it, one step an
// operation. What is no JSON, or not a list of operations, is [ErrFormat], with line and
// column; what cannot be replayed is an [*UnsupportedError]. Properties that OpenRefine
// 3.9.3 does not know are left out, as it leaves them out.
func Read(r io.Reader) (recipe.Recipe, error) {
	doc, err := strict.Read(r, strict.Limits{Bytes: MaxFile})
	if err == nil && doc.Kind != strict.Array {
		err = doc.Errorf("%w: a history is a list of operations", strict.ErrSyntax)
	}
	switch {
	case errors.Is(err, strict.ErrLimit):
		return recipe.Recipe{}, fmt.Errorf("refine: %w: %w", frame.ErrLimit, err)
	case err != nil:
		return recipe.Recipe{}, fmt.Errorf("refine: %w: %w", ErrFormat, err)
	}
	if n := len(doc.Items); n > recipe.MaxSteps {
		return recipe.Recipe{}, fmt.Errorf("refine: %w: %d operations, and at most %d are read", frame.ErrLimit, n, recipe.MaxSteps)
	}
	var out recipe.Recipe
	bad := &UnsupportedError{}
	for i, n := range doc.Items {
		op := operation{object: object{n}}
		step := op.step()
		for _, err := range op.errs {
			bad.Problems = append(bad.Problems, Problem{i, op.name, err})
		}
		out.Steps = append(out.Steps, step)
	}
	if len(bad.Problems) > 0 {
		return recipe.Recipe{}, bad
	}
	return out, nil
}
