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
	b := builder{m: m, arrays: arrays, convs: convs, mode: mode, renewed: map[string]*graph.Node{}}
	if from == 0 {
		x = b.normalize(x)
	}
	for i := from; i < to; i++ {
		x = b.group(x, m.Groups[i])
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

func (b builder) array(name string) *graph.Node {
	n, ok := b.arrays[name]
	if !ok {
		panic(fmt.Errorf("zoo: %s: %w: %q was not given to Build", b.m.Card.Name, ErrMissing, name))
	}
	return n
}

func (b builder) normalize(x *graph.Node) *graph.Node {
	x = graph.ConvertDType(x, dtypes.Float32)
	p := b.m.Preprocess
	if p.Mean[0] == p.Mean[1] && p.Mean[1] == p.Mean[2] && p.Scale[0] == p.Scale[1] && p.Scale[1] == p.Scale[2] {
		return graph.DivScalar(graph.AddScalar(x, -p.Mean[0]), p.Scale[0])
	}
	mean := graph.Const(x.Graph(), [][][][]float32{{{p.Mean[:]}}})
	scale := graph.Const(x.Graph(), [][][][]float32{{{p.Scale[:]}}})
	return graph.Div(graph.Sub(x, mean), scale)
}

func (b builder) group(x *graph.Node, g Group) *graph.Node {
	if g.pool {
		return graph.ReduceMean(x, 1, 2)
	}
	in := x
	for _, l := range g.layers {
		path := g.Name
		if l.name != "" {
			path += "/" + l.name
		}
		x = b.layer(x, l, path)
	}
	if g.skip {
		x = graph.Add(x, in)
	}
	return x
}

func (b builder) layer(x *graph.Node, l layer, path string) *graph.Node {
	kernel := b.array(path + "/kernel")
	if l.kind == dense {
		return graph.Add(graph.Dot(x, kernel).Product(), graph.Reshape(b.array(path+"/bias"), 1, l.out))
	}
	d := x.Shape().Dimensions
	pad := device.Same(d[1], d[2], l.kernel, l.kernel, l.stride)
	if l.kind == depthwise {
		x = b.convs.DepthwiseConv(x, kernel, l.stride, pad)
	} else {
		x = b.convs.Conv(x, kernel, l.stride, pad)
	}
	switch b.mode {
	case Folded:
		x = graph.Add(x, perChannel(b.array(path+"/bias")))
	case Frozen:
		x = b.frozenNorm(x, path)
	case Training:
		x = b.batchNorm(x, path)
	}
	if l.relu6 {
		x = graph.ClipScalar(x, 0, 6)
	}
	return x
}

func perChannel(v *graph.Node) *graph.Node { return graph.Reshape(v, 1, 1, 1, v.Shape().Dimensions[0]) }

// frozenNorm is (x−mean)/√(variance+ε)·scale + offset, with the stored mean and variance.
func (b builder) frozenNorm(x *graph.Node, path string) *graph.Node {
	mean, variance := graph.StopGradient(b.array(path+"/mean")), graph.StopGradient(b.array(path+"/variance"))
	return b.norm(x, mean, variance, path)
}

func (b builder) norm(x, mean, variance *graph.Node, path string) *graph.Node {
	factor := graph.Mul(b.array(path+"/scale"), graph.Inverse(graph.Sqrt(graph.AddScalar(variance, b.m.epsilon))))
	shift := graph.Sub(b.array(path+"/offset"), graph.Mul(mean, factor))
	return graph.Add(graph.Mul(x, perChannel(factor)), perChannel(shift))
}

// batchNorm normalises with the batch's own mean and variance, and renews the stored
// averages, with the variance that divides by n−1, as PyTorch does.
func (b builder) batchNorm(x *graph.Node, path string) *graph.Node {
	mean := graph.ReduceMean(x, 0, 1, 2)
	centred := graph.Sub(x, perChannel(mean))
	variance := graph.ReduceMean(graph.Mul(centred, centred), 0, 1, 2)
	n := float64(x.Shape().Size() / x.Shape().Dimensions[3])
	unbiased := graph.MulScalar(variance, n/math.Max(n-1, 1))
	b.renew(path+"/mean", mean)
	b.renew(path+"/variance", unbiased)
	return b.norm(x, mean, variance, path)
}

func (b builder) renew(name string, batch *graph.Node) {
	keep := float64(b.m.momentum)
	b.renewed[name] = graph.StopGradient(graph.Add(graph.MulScalar(b.array(name), keep), graph.MulScalar(batch, 1-keep)))
}
