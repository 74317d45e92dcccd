package feature

import (
	"fmt"
	"math"

	"transferlab/tlkit/frame"
)

// Row applies a pipeline to one row at a time, as a server does, without taking memory. It
// belongs to one goroutine. Inputs count from 0 in the order of [Fitted.Inputs]; a value
// stays until it is set again, and is missing before.
type Row struct {
	f   *Fitted
	w   *worker
	out []float64
}

// Row makes a Row. Features that are texts are [frame.ErrKind].
func (f *Fitted) Row() (*Row, error) {
	if err := f.there(); err != nil {
		return nil, err
	}
	if err := f.dense(1); err != nil {
		return nil, err
	}
	r := &Row{f: f, w: f.worker(1), out: make([]float64, len(f.plan.elements))}
	for k := range f.inputs {
		r.SetMissing(k)
	}
	return r, nil
}

func (r *Row) column(input int, want form) (*column, error) {
	if input < 0 || input >= len(r.f.inputs) {
		return nil, fmt.Errorf("feature: %w: input %d of %d; see Inputs", ErrInput, input, len(r.f.inputs))
	}
	i := r.f.inputs[input]
	if r.f.plan.forms[i] != want {
		f := r.f.plan.fields[i]
		return nil, fmt.Errorf("feature: %w: input %d, column %.40q, is %v; set it so", frame.ErrKind, input, f.Name, f.Kind)
	}
	return &r.w.slots[i], nil
}

// SetNumber sets an input that is a number or a boolean (0 or 1); NaN is missing. Infinite
// numbers, and others than 0 and 1 for a boolean, are an [*InputError].
func (r *Row) SetNumber(input int, v float64) error {
	c, err := r.column(input, numbers)
	if err != nil {
		return err
	}
	field := &r.f.plan.fields[r.f.inputs[input]]
	if math.IsInf(v, 0) {
		return infinite(field.Name, 0, v)
	}
	if field.Kind == frame.Bool && v == v && v != 0 && v != 1 {
		return &InputError{field.Name, 0, v, "a boolean is 0 or 1: set one of these, or NaN if it is missing", nil}
	}
	c.num[0] = v
	return nil
}

// SetText sets an input that is a text, a category or a date.
func (r *Row) SetText(input int, v string) error {
	c, err := r.column(input, texts)
	if err != nil {
		return err
	}
	c.text[0] = frame.Cell[string]{Value: v}
	return nil
}

// SetMissing says that an input has no value. An input that is not there stays as it is.
func (r *Row) SetMissing(input int) {
	if c, err := r.column(input, numbers); err == nil {
		c.num[0] = math.NaN()
	} else if c, err := r.column(input, texts); err == nil {
		c.text[0] = frame.Cell[string]{Null: true}
	}
}

// Features are the features of the row, in the order of [Fitted.Names]: the same bits as
// those of [Fitted.Matrix]. They are overwritten by the next call.
func (r *Row) Features() ([]float64, error) {
	if err := r.f.run(r.w, 0); err != nil {
		return nil, err
	}
	r.f.rowMajor(r.w, r.out)
	return r.out, nil
}
