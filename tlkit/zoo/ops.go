package zoo

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// This file holds what a group is made of: steps, each an operation on values that came
// before. Whatever is asked of a network (its shapes, its arrays, its cost, its graph, its
// ONNX form) is asked of the operations one after the other, so an operation is one type
// and an architecture is a list of steps.

// Group is the unit of freezing: a stem, a block, a head. Its output is what is called a
// tap elsewhere: [Model.Build] gives it for every group.
type Group struct {
	Name  string
	steps []step
}

// step is an operation and what it reads. Its arrays are group/name/…, or group/… where
// the name is empty.
type step struct {
	name string
	op   operation
	in   []value
}

// value is the group's input (0) or the output of its step i (i+1). The last step's is
// the group's output.
type value int

const input value = 0

// operation is what a step does to examples of known shapes, the batch left out. Pictures
// are [height, width, channels].
type operation interface {
	// outShape is the shape of one example of the output, from those of the inputs.
	outShape(in [][]int) ([]int, error)
	// slots are the arrays that it reads.
	slots() []slot
	// madds counts the multiply-adds for one example.
	madds(in [][]int, out []int) int
	// build adds it to a graph.
	build(b *builder, path string, in []*graph.Node) *graph.Node
	// onnx adds it to an ONNX model, where pictures are channels first, and names the output.
	onnx(w *onnxWriter, path string, in []string, shapes [][]int) string
}

// slot is an array of an operation: the last part of its name, its shape and its role.
type slot struct {
	name  string
	shape []int
	role  Role
}

// path is the name of a step's layer in its group.
func (g Group) path(s step) string {
	if s.name == "" {
		return g.Name
	}
	return g.Name + "/" + s.name
}

// shapes gives the shape of every value of the group, its input first.
func (g Group) shapes(in []int) ([][]int, error) {
	all := [][]int{in}
	for _, s := range g.steps {
		out, err := s.op.outShape(pick(all, s.in))
		if err != nil {
			return nil, fmt.Errorf("%w in %s", err, g.path(s))
		}
		all = append(all, out)
	}
	return all, nil
}

// pick gives the elements of all at the values.
func pick[T any](all []T, values []value) []T {
	out := make([]T, len(values))
	for i, v := range values {
		out[i] = all[v]
	}
	return out
}

// foldedInto gives the convolution that the batch norm at step i can be multiplied into:
// it comes right before and nothing else reads it. It is −1 where there is none.
func (g Group) foldedInto(i int) int {
	if _, ok := g.steps[i].op.(norm); !ok {
		return -1
	}
	from := g.steps[i].in[0]
	if from == input {
		return -1
	}
	c, ok := g.steps[from-1].op.(conv)
	if !ok || c.out != g.steps[i].op.(norm).channels || g.readers(from) > 1 {
		return -1
	}
	return int(from - 1)
}

func (g Group) readers(v value) int {
	n := 0
	for _, s := range g.steps {
		for _, in := range s.in {
			if in == v {
				n++
			}
		}
	}
	return n
}

// folded is the group with its batch norms multiplied into the convolutions before them:
// those have a bias, and the norms are gone.
func (g Group) folded() Group {
	out := Group{Name: g.Name}
	now := []value{input} // a value's place in the folded group
	for i, s := range g.steps {
		if into := g.foldedInto(i); into >= 0 {
			at := now[into+1]
			c := out.steps[at-1].op.(conv)
			c.bias = true
			out.steps[at-1].op = c
			now = append(now, at)
			continue
		}
		out.steps = append(out.steps, step{s.name, s.op, pick(now, s.in)})
		now = append(now, value(len(out.steps)))
	}
	return out
}

// draft writes down the steps of a group.
type draft struct {
	Group
	epsilon float32 // of the batch norms
}

// do adds a step and gives its output.
func (d *draft) do(name string, op operation, in ...value) value {
	d.steps = append(d.steps, step{name, op, in})
	return value(len(d.steps))
}

// normed adds a convolution, its batch norm and an activation.
func (d *draft) normed(x value, name string, c conv, a activation) value {
	x = d.do(name, norm{c.out, d.epsilon}, d.do(name, c, x))
	return d.activate(x, a)
}

// activate adds an activation, and nothing for the identity.
func (d *draft) activate(x value, a activation) value {
	if a == identity {
		return x
	}
	return d.do("", a, x)
}
