package feature

import (
	"context"
	"fmt"
	"math"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
)

// columnInverse is a columnwise step that can be turned round.
type columnInverse interface {
	columnwise
	// back makes column j of the input from that of the output.
	back(j int, in, out *column) error
}

// blockInverse is a blockwise step that can be turned round.
type blockInverse interface {
	blockwise
	// undo makes the inputs from the outputs.
	undo(in, out []*column) error
}

// coded is a columnwise step that makes codes, of which the absence of all others is one.
type coded interface {
	columnwise
	// codes is how many features column j is.
	codes(j int) int
}

// noCode is the code of a row that is 0 in every feature that is there, where some were left
// out: it may have any of these.
const noCode int32 = math.MinInt32

func untold(code []int32) {
	for i, c := range code {
		if c == -1 {
			code[i] = noCode
		}
	}
}

// Inverse leads features back to the columns that they were made of: scaled numbers to
// those before, encoded values to texts. What a selector left out is not there; a value
// that was filled stays filled. A step that loses what its columns were is [ErrInverse]
// if a feature comes from it. It takes a table with the features, as [Fitted.Table] gives
// it; other columns are left out.
func (f *Fitted) Inverse(ctx context.Context, t frame.Table) (frame.Table, error) {
	if err := f.there(); err != nil {
		return frame.Table{}, err
	}
	n := t.Nrow()
	known := make([]column, len(f.plan.forms))
	told := make([]int, len(f.plan.forms))
	if err := f.features(t, known, told); err != nil {
		return frame.Table{}, err
	}
	for k := len(f.plan.ops) - 1; k >= 0; k-- {
		if err := ctx.Err(); err != nil {
			return frame.Table{}, err
		}
		if err := f.turn(&f.plan.ops[k], known, told, n); err != nil {
			return frame.Table{}, err
		}
	}
	var all []series.Series
	var schema frame.Schema
	for i, field := range f.plan.fields {
		c := &known[i]
		if c.num == nil && c.text == nil {
			continue
		}
		kind := field.Kind
		if kind == frame.Int {
			kind = frame.Float
		}
		write, s := newCells(element{name: field.Name, kind: kind, slot: i, code: -1}, n)
		write(0, known)
		all, schema = append(all, s), append(schema, field)
	}
	return frame.New(schema, all...)
}

// features puts a table's columns into the slots of the elements, and counts in told of how
// many codes of a slot there is a feature.
func (f *Fitted) features(t frame.Table, known []column, told []int) error {
	n := t.Nrow()
	if len(f.plan.elements) == 0 {
		return nil
	}
	cols, err := t.Columns(f.plan.names()...)
	if err != nil {
		return fmt.Errorf("feature: a feature is not there: %w", err)
	}
	for k, e := range f.plan.elements {
		c := cols[k]
		if formOf(c.Kind) != formOf(e.kind) {
			return kindError(e.name, c.Kind, e.kind)
		}
		to := &known[e.slot]
		if e.code < 0 {
			*to = makeColumn(f.plan.forms[e.slot], n)
			if err := read(&c, 0, n, to); err != nil {
				return err
			}
			continue
		}
		if to.code == nil {
			*to = makeColumn(codes, n)
			for i := range to.code {
				to.code[i] = -1
			}
		}
		told[e.slot]++
		one := makeColumn(numbers, n)
		if err := read(&c, 0, n, &one); err != nil {
			return err
		}
		for i, v := range one.num {
			if v > 0.5 {
				to.code[i] = int32(e.code)
			}
		}
	}
	return nil
}

func empty(c *column) bool { return c.num == nil && c.text == nil && c.code == nil }

// turn undoes one operation, as far as its outputs are known.
func (f *Fitted) turn(op *operation, known []column, told []int, n int) error {
	switch do := op.do.(type) {
	case nil:
		to := known[op.in[0]] // the features that were not spread
		if empty(&to) {
			to = makeColumn(codes, n)
			for i := range to.code {
				to.code[i] = -1
			}
		}
		some := false
		for k, s := range op.out {
			if !empty(&known[s]) {
				some = true
				told[op.in[0]]++
			}
			for i, v := range known[s].num {
				if v > 0.5 {
					to.code[i] = int32(op.cols[k])
				}
			}
		}
		if some {
			known[op.in[0]] = to
		}
	case columnwise:
		for k, s := range op.out {
			if empty(&known[s]) {
				continue
			}
			b, ok := do.(columnInverse)
			if !ok {
				return f.noInverse(op)
			}
			if c, ok := do.(coded); ok && told[s] < c.codes(op.cols[k]) {
				untold(known[s].code)
			}
			in := makeColumn(f.plan.forms[op.in[k]], n)
			if err := b.back(op.cols[k], &known[s], &in); err != nil {
				return f.inStep(op, err)
			}
			known[op.in[k]] = in
		}
	case blockwise:
		out := make([]*column, len(op.out))
		lost, all := 0, len(op.out)
		for k, s := range op.out {
			out[k] = &known[s]
			if empty(out[k]) {
				lost++
			}
		}
		if lost == all {
			return nil
		}
		b, ok := do.(blockInverse)
		if !ok {
			return f.noInverse(op)
		}
		in := make([]*column, len(op.in))
		for k, s := range op.in {
			known[s] = makeColumn(f.plan.forms[s], n)
			in[k] = &known[s]
		}
		if err := b.undo(in, out); err != nil {
			return f.inStep(op, err)
		}
	case fanwise:
		for _, s := range op.out {
			if !empty(&known[s]) {
				return f.noInverse(op)
			}
		}
	}
	return nil
}

func (f *Fitted) noInverse(op *operation) error {
	return f.inStep(op, fmt.Errorf("feature: %w: what its columns were cannot be told from its features; drop these features, or the step", ErrInverse))
}
