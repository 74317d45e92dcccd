package feature

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/replace"
)

// MaxFile is the most bytes that Load reads.
const MaxFile = 256 << 20

const format = "tlkit pipeline 1"

// fileForm is a fitted pipeline in JSON. What the steps learnt is kept, and how they are
// laid out follows from it.
type fileForm struct {
	Format  string        `json:"format"`
	Target  *frame.Field  `json:"target,omitempty"`
	Classes bool          `json:"classes,omitempty"`
	Columns []frame.Field `json:"columns"`
	Steps   []stepForm    `json:"steps"`
}

type stepForm struct {
	Step    string          `json:"step"`
	Columns textList        `json:"columns"`
	Learnt  json.RawMessage `json:"learnt"`
}

// MarshalJSON writes what was learnt, every number with all of its bits. Text that is not
// UTF-8 in the name or the levels of a column, or as what missing values are filled with, is
// [ErrInput], since JSON cannot hold it.
func (f *Fitted) MarshalJSON() ([]byte, error) {
	if f.plan == nil {
		return nil, fmt.Errorf("feature: %w: it was not fitted", ErrFile)
	}
	form := fileForm{Format: format, Classes: f.classes, Columns: append([]frame.Field{}, f.plan.fields...), Steps: []stepForm{}}
	if f.target.Name != "" {
		form.Target = &f.target
	}
	if err := fieldsInJSON(append(form.Columns, f.target)...); err != nil {
		return nil, err
	}
	for _, s := range f.steps {
		b, err := json.Marshal(s.do)
		if err != nil {
			return nil, fmt.Errorf("feature: %s: %w", s.name, err)
		}
		form.Steps = append(form.Steps, stepForm{s.name, append([]string{}, s.takes...), b})
	}
	return json.Marshal(form)
}

// UnmarshalJSON reads what MarshalJSON wrote. What is no such thing, or does not hold
// together, is [ErrFile].
func (f *Fitted) UnmarshalJSON(b []byte) error {
	if len(b) > MaxFile {
		return fmt.Errorf("feature: %w: larger than %d bytes", ErrFile, MaxFile)
	}
	var form fileForm
	if err := strictly(b, &form); err != nil {
		return err
	}
	if form.Format != format {
		return fmt.Errorf("feature: %w: format is %.40q, want %q", ErrFile, form.Format, format)
	}
	out := &Fitted{classes: form.Classes}
	if form.Target != nil {
		out.target = *form.Target
	}
	for _, c := range form.Columns {
		if c.Kind == frame.Auto || int(c.Kind) > int(frame.Category) {
			return fmt.Errorf("feature: %w: column %.40q has no kind", ErrFile, c.Name)
		}
	}
	p := newPlan(form.Columns)
	p.target = out.target.Name
	if err := p.unique(); err != nil {
		return fmt.Errorf("feature: %w: %w", ErrFile, err)
	}
	for k, s := range form.Steps {
		do := newLearnt(s.Step)
		if do == nil {
			return fmt.Errorf("feature: %w: step %d is %.40q, which this version does not know", ErrFile, k+1, s.Step)
		}
		if err := strictly(s.Learnt, do); err != nil {
			return &StepError{k, s.Step, err}
		}
		do = settled(do)
		at, err := p.find(s.Columns)
		if err == nil {
			p.spread(k, at)
			err = p.bind(k, do, at)
		}
		if err != nil {
			return &StepError{k, s.Step, fmt.Errorf("%w: %w", ErrFile, err)}
		}
		out.steps = append(out.steps, fittedStep{s.Step, slices.Clone(s.Columns), do})
	}
	out.finish(p)
	*f = *out
	return nil
}

// strictly reads JSON that has nothing unknown in it and nothing after it.
func strictly(b []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("feature: %w: %w", ErrFile, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("feature: %w: something follows the end", ErrFile)
	}
	return nil
}

// Save writes the pipeline to a file as JSON. The file is replaced whole or not at all.
func (f *Fitted) Save(path string) error {
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if err := replace.File(path, append(b, '\n')); err != nil {
		return fmt.Errorf("feature: saving %s: %w", path, err)
	}
	return nil
}

// Load reads what Save wrote: a pipeline that gives the same bits.
func Load(path string) (*Fitted, error) {
	b, err := readFile(path)
	if err != nil {
		return nil, err
	}
	f := &Fitted{}
	if err := f.UnmarshalJSON(b); err != nil {
		return nil, fmt.Errorf("feature: %s: %w", path, err)
	}
	return f, nil
}

// readFile reads a file of at most MaxFile bytes.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("feature: %w", err)
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("feature: %w", err)
	}
	if len(b) > MaxFile {
		return nil, fmt.Errorf("feature: %s: %w: larger than %d bytes", path, ErrFile, MaxFile)
	}
	return b, nil
}
