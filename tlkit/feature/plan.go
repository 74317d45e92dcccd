package feature

import (
	"fmt"
	"slices"

	"transferlab/tlkit/frame"
)

// This file lays a pipeline out: every column that a step makes has a slot, steps become
// operations from slots to slots, and what nothing needs in the end is left out. So a
// column that passes costs nothing, and one row takes the same way as a million.

// element is a feature as it stands after some of the steps.
type element struct {
	name string
	kind frame.Kind // Float and Int for numbers, Bool for those that are 0 or 1, or a kind of text
	slot int
	code int // the code that it stands for in a slot of codes; -1: it is the slot
	sums int // how many slots of codes, from slot on, it is the sum of; 0 is one
}

// slots is how many slots the element needs, from its first on.
func (e element) slots() int { return max(e.sums, 1) }

// mostElements is how many features a pipeline may have after any step.
const mostElements = 1 << 21

// output is a column that a step makes.
type output struct {
	of    int      // the input in whose place it stands; beyond the last one: at the end
	names []string // one; of a column of codes one for each code
	kind  frame.Kind
	wide  bool // it is a column of codes
	sums  int  // if not 0, the codes are so many columns, which are added up
}

// learnt is a fitted step.
type learnt interface {
	// outputs are the columns that it makes of its inputs, which are as many as it was
	// fitted on. It fails where what was read from a file does not hold together.
	outputs(in []element) ([]output, error)
}

// columnwise is a step that makes each of its columns into one other by itself.
type columnwise interface {
	learnt
	// one makes column j. The rows are counted from first.
	one(j, first int, in, out *column) error
}

// blockwise is a step that makes several columns at once.
type blockwise interface {
	learnt
	apply(first int, in, out []*column) error
}

// fanwise is a step that makes several columns of each of its columns by itself. Its
// outputs stand in the order of the inputs that they are of.
type fanwise interface {
	learnt
	// fan makes the columns of column j.
	fan(j, first int, in *column, out []*column) error
}

// texting is a step whose columns may be texts; those of others are numbers.
type texting interface {
	learnt
	takesTexts()
}

// keeping is a step that only leaves features out.
type keeping interface {
	learnt
	keeps(j int) bool
}

// operation fills slots from slots.
type operation struct {
	do      learnt // nil: it spreads a slot of codes over slots of numbers
	step    int    // of the pipeline
	in, out []int
	cols    []int // columnwise: which of the step's columns; fanwise: the one; spreading: which codes
}

// plan is a pipeline laid out.
type plan struct {
	fields   []frame.Field // the table's columns, and the slots that they are in: the first ones
	forms    []form        // of the slots
	ops      []operation
	elements []element

	target, group string // columns that are no features; "" where a pipeline was loaded
}

func newPlan(fields []frame.Field) *plan {
	p := &plan{fields: slices.Clone(fields)}
	for _, f := range fields {
		p.elements = append(p.elements, element{f.Name, f.Kind, p.slot(formOf(f.Kind)), -1, 0})
	}
	return p
}

func (p *plan) slot(f form) int {
	p.forms = append(p.forms, f)
	return len(p.forms) - 1
}

// names are those of the elements.
func (p *plan) names() []string {
	out := make([]string, len(p.elements))
	for i, e := range p.elements {
		out[i] = e.name
	}
	return out
}

// find gives the positions of the elements of these names.
func (p *plan) find(names []string) ([]int, error) {
	at := make(map[string]int, len(p.elements))
	for i, e := range p.elements {
		at[e.name] = i
	}
	out := make([]int, len(names))
	seen := make(map[string]bool, len(names))
	for k, n := range names {
		i, ok := at[n]
		if !ok {
			if n != "" && (n == p.target || n == p.group) {
				return nil, p.noFeature(n)
			}
			have := p.names()
			return nil, &frame.ColumnError{Column: n, Nearest: frame.Nearest(n, have), Have: have}
		}
		if seen[n] {
			return nil, optionf("column %.40q is named twice; name it once", n)
		}
		seen[n] = true
		out[k] = i
	}
	return out, nil
}

// noFeature says that a step names a column that has another use.
func (p *plan) noFeature(name string) error {
	use := "target"
	if name == p.group {
		use = "group"
	}
	return optionf("column %.40q is the %s, which is no feature; leave it out of the step's columns", name, use)
}

// spread gives the elements slots of their own where they stand for codes, and counts
// these.
func (p *plan) spread(step int, at []int) int {
	n := 0
	bySlot := map[int]*operation{}
	var order []int
	for _, i := range at {
		e := &p.elements[i]
		if e.code < 0 {
			continue
		}
		op := bySlot[e.slot]
		if op == nil {
			op = &operation{step: step}
			for s := range e.slots() {
				op.in = append(op.in, e.slot+s)
			}
			bySlot[e.slot] = op
			order = append(order, e.slot)
		}
		op.cols = append(op.cols, e.code)
		e.slot, e.code, e.sums = p.slot(numbers), -1, 0
		n++
		op.out = append(op.out, e.slot)
	}
	for _, s := range order {
		p.ops = append(p.ops, *bySlot[s])
	}
	return n
}

// bind adds a fitted step that takes the elements at these positions.
func (p *plan) bind(step int, do learnt, at []int) error {
	in := make([]element, len(at))
	for k, i := range at {
		in[k] = p.elements[i]
	}
	if err := numeric(do, in); err != nil {
		return err
	}
	outs, err := do.outputs(in)
	if err != nil {
		return err
	}
	if k, ok := do.(keeping); ok {
		drop := map[int]bool{}
		for j, i := range at {
			drop[i] = !k.keeps(j)
		}
		var kept []element
		for i, e := range p.elements {
			if !drop[i] {
				kept = append(kept, e)
			}
		}
		p.elements = kept
		return nil
	}
	op := operation{do: do, step: step}
	for k, i := range at {
		op.in = append(op.in, p.elements[i].slot)
		op.cols = append(op.cols, k)
	}
	made := make([][]element, len(at)+1)
	fan := make([][]int, len(at)+1) // the slots of the outputs that are of each input
	for _, o := range outs {
		f := formOf(o.kind)
		if o.wide {
			f = codes
		}
		slot := len(p.forms)
		for range max(o.sums, 1) {
			op.out = append(op.out, p.slot(f))
		}
		of := min(max(o.of, 0), len(at))
		fan[of] = append(fan[of], slot)
		for c, name := range o.names {
			if !o.wide {
				c = -1
			}
			made[of] = append(made[of], element{name, o.kind, slot, c, o.sums})
		}
	}
	if _, ok := do.(fanwise); ok {
		for k := range at {
			p.ops = append(p.ops, operation{do, step, op.in[k : k+1], fan[k], op.cols[k : k+1]})
		}
	} else {
		p.ops = append(p.ops, op)
	}
	taken := make(map[int]int, len(at))
	for k, i := range at {
		taken[i] = k
	}
	var all []element
	for i, e := range p.elements {
		if k, ok := taken[i]; ok {
			all = append(all, made[k]...)
		} else {
			all = append(all, e)
		}
	}
	p.elements = append(all, made[len(at)]...)
	if n := len(p.elements); n > mostElements {
		return fmt.Errorf("feature: %w: %d features, and a pipeline may have %d; join rare values, or hash them", ErrLimit, n, mostElements)
	}
	return p.unique()
}

// numeric checks that a step that needs numbers has no texts. Where it is fitted, it has
// chosen its columns by their kinds; a file may say anything.
func numeric(do learnt, in []element) error {
	switch do.(type) {
	case texting, keeping:
		return nil
	}
	for _, e := range in {
		if formOf(e.kind) == texts {
			return kindError(e.name, e.kind, frame.Float)
		}
	}
	return nil
}

func (p *plan) unique() error {
	seen := make(map[string]bool, len(p.elements)+1)
	seen[p.target] = p.target != ""
	for _, e := range p.elements {
		if seen[e.name] {
			if e.name == p.target {
				return fmt.Errorf("feature: %w: a feature would be called %.40q, as the target is; rename one", ErrInput, e.name)
			}
			return fmt.Errorf("feature: %w: two features would be called %.40q; rename a column of the table", ErrInput, e.name)
		}
		seen[e.name] = true
	}
	return nil
}

// needed leaves out what no element needs, and gives the operations that are left and
// which columns of the table they begin from.
func (p *plan) needed() (ops []operation, inputs []int) {
	need := make([]bool, len(p.forms))
	for _, e := range p.elements {
		for s := range e.slots() {
			need[e.slot+s] = true
		}
	}
	for k := len(p.ops) - 1; k >= 0; k-- {
		op := p.ops[k]
		if op.whole() {
			if !slices.ContainsFunc(op.out, func(s int) bool { return need[s] }) {
				continue
			}
		} else {
			var in, out, cols []int
			for j, s := range op.out {
				if !need[s] {
					continue
				}
				out, cols = append(out, s), append(cols, op.cols[j])
				if op.do != nil {
					in = append(in, op.in[j])
				} else {
					in = op.in
				}
			}
			if len(out) == 0 {
				continue
			}
			op.in, op.out, op.cols = in, out, cols
		}
		for _, s := range op.in {
			need[s] = true
		}
		ops = append(ops, op)
	}
	slices.Reverse(ops)
	for i := range p.fields {
		if need[i] {
			inputs = append(inputs, i)
		}
	}
	return ops, inputs
}

// whole reports whether the operation makes all of its columns if any is needed.
func (op *operation) whole() bool {
	switch op.do.(type) {
	case blockwise, fanwise:
		return true
	}
	return false
}

// run does one operation on the columns in the slots, whose rows are counted from first.
func (op *operation) run(first int, slots []column, in, out []*column) error {
	switch do := op.do.(type) {
	case columnwise:
		for k, j := range op.cols {
			if err := do.one(j, first, &slots[op.in[k]], &slots[op.out[k]]); err != nil {
				return err
			}
		}
	case blockwise:
		return do.apply(first, in, out)
	case fanwise:
		return do.fan(op.cols[0], first, in[0], out)
	default:
		for k, c := range op.cols {
			num := slots[op.out[k]].num
			clear(num)
			for _, s := range op.in {
				addCode(slots[s].code, int32(c), num)
			}
		}
	}
	return nil
}
