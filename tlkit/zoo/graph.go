package zoo

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"transferlab/tlkit/device"
)

// Mode says how a graph treats batch norms.
type Mode uint8

const (
	// Frozen uses the stored averages and never changes them. Scale and offset are arrays
	// like any other and can be trained: the mode for fine-tuning.
	Frozen Mode = iota

	// Folded expects batch norms multiplied into the kernels by [Model.Fold], and takes no
	// gradient: the fastest, for features.
	Folded

	// Training uses the averages of the batch and gives back renewed stored ones: the mode
	// for training from scratch.
	Training
)

// Build adds the groups [from, to) to x's graph. x is the output of group from−1
// [batch, …OutShape(from)], or, where from is 0, raw pixels [batch, height, width, 3] as
// uint8 or float32 0…255. arrays gives every array of [Model.Params] (of
// [Model.FoldedParams] in Folded mode) as a node. renewed holds, in Training mode, the
// new running averages by name, and is empty in the others.
//
// Like all graph-building functions it panics on shapes that do not fit.
func (m *Model) Build(x *graph.Node, from, to int, arrays map[string]*graph.Node, convs device.Convs, mode Mode) (y *graph.Node, renewed map[string]*graph.Node) {
	convs.ForwardOnly = convs.ForwardOnly || mode == Folded
	b := &builder{m: m, arrays: arrays, convs: convs, mode: mode, renewed: map[string]*graph.Node{}}
	if from == 0 {
		x = b.normalize(x)
	}
	for _, g := range m.Groups[from:to] {
		if mode == Folded {
			g = g.folded()
		}
		x = b.group(x, g)
	}
	return x, b.renewed
}

type builder struct {
	m       *Model
	arrays  map[string]*graph.Node
	convs   device.Convs
	mode    Mode
	renewed map[string]*graph.Node
}

func (b *builder) array(name string) *graph.Node {
	n, ok := b.arrays[name]
	if !ok {
		panic(fmt.Errorf("zoo: %s: %w: %q was not given to Build", b.m.Card.Name, ErrMissing, name))
	}
	return n
}

func (b *builder) normalize(x *graph.Node) *graph.Node {
	x = graph.ConvertDType(x, dtypes.Float32)
	p := b.m.Preprocess
	if p.BGR {
		x = graph.Reverse(x, -1)
		p.Mean[0], p.Mean[2] = p.Mean[2], p.Mean[0]
		p.Scale[0], p.Scale[2] = p.Scale[2], p.Scale[0]
	}
	if p.Mean[0] == p.Mean[1] && p.Mean[1] == p.Mean[2] && p.Scale[0] == p.Scale[1] && p.Scale[1] == p.Scale[2] {
		return graph.DivScalar(graph.AddScalar(x, -p.Mean[0]), p.Scale[0])
	}
	mean := graph.Const(x.Graph(), [][][][]float32{{{p.Mean[:]}}})
	scale := graph.Const(x.Graph(), [][][][]float32{{{p.Scale[:]}}})
	return graph.Div(graph.Sub(x, mean), scale)
}

func (b *builder) group(x *graph.Node, g Group) *graph.Node {
	all := []*graph.Node{x}
	for _, s := range g.steps {
		all = append(all, s.op.build(b, g.path(s), pick(all, s.in)))
	}
	return all[len(all)-1]
}

// perChannel gives v, one number a channel, the rank of x.
func perChannel(x, v *graph.Node) *graph.Node {
	shape := make([]int, x.Rank())
	for i := range shape {
		shape[i] = 1
	}
	shape[len(shape)-1] = v.Shape().Dimensions[0]
	return graph.Reshape(v, shape...)
}

// frozenNorm is (x−mean)/√(variance+ε)·scale + offset, with the stored mean and variance.
func (b *builder) frozenNorm(x *graph.Node, n norm, path string) *graph.Node {
	mean, variance := graph.StopGradient(b.array(path+"/mean")), graph.StopGradient(b.array(path+"/variance"))
	return b.norm(x, mean, variance, n, path)
}

func (b *builder) norm(x, mean, variance *graph.Node, n norm, path string) *graph.Node {
	factor := graph.Mul(b.array(path+"/scale"), graph.Inverse(graph.Sqrt(graph.AddScalar(variance, n.epsilon))))
	shift := graph.Sub(b.array(path+"/offset"), graph.Mul(mean, factor))
	return graph.Add(graph.Mul(x, perChannel(x, factor)), perChannel(x, shift))
}

// batchNorm normalises with the batch's own mean and variance, and renews the stored
// averages.
func (b *builder) batchNorm(x *graph.Node, n norm, path string) *graph.Node {
	y, mean, variance := b.convs.BatchNorm(x, b.array(path+"/scale"), b.array(path+"/offset"), n.epsilon)
	kept := variance
	if b.m.unbiased {
		each := float64(x.Shape().Size() / n.channels)
		kept = graph.MulScalar(variance, each/math.Max(each-1, 1))
	}
	b.renew(path+"/mean", mean)
	b.renew(path+"/variance", kept)
	return y
}

func (b *builder) renew(name string, batch *graph.Node) {
	keep := float64(b.m.momentum)
	b.renewed[name] = graph.StopGradient(graph.Add(graph.MulScalar(b.array(name), keep), graph.MulScalar(batch, 1-keep)))
}
