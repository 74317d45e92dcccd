package device

import (
	"github.com/gomlx/gomlx/core/graph"
)

// BatchNorm normalises x [batch, …, channels] with the mean and the variance of each
// channel over all the rest, which it gives too, [channels] each and without a gradient:
//
//	y = (x − mean)/√(variance + ε)·scale + offset
//
// (Ioffe & Szegedy, arXiv:1502.03167.) The gradients are the closed ones of the paper's
// section 3. Those that GoMLX v0.28.2 derives sum over x five times and more in place of
// two, and on the CPU the sums are what costs.
func (c Convs) BatchNorm(x, scale, offset *graph.Node, epsilon float32) (y, mean, variance *graph.Node) {
	n := batchNorm{convs: c, examples: float64(x.Shape().Size() / scale.Shape().Size())}
	y = withGradients([]*graph.Node{x, scale, offset}, func(in []*graph.Node) *graph.Node {
		n.forward(in[0], in[1], in[2], epsilon)
		return n.y
	}, n.backward)
	return y, n.mean, n.variance
}

// batchNorm is what the gradients need of the forward pass.
type batchNorm struct {
	convs          Convs
	examples       float64 // that each mean is over
	mean, variance *graph.Node
	scale, inverse *graph.Node // inverse: 1/√(variance + ε)
	centred, y     *graph.Node

	adjoint   *graph.Node
	sum, dots *graph.Node // of the adjoint, and of its products with the normalised x
}

func (n *batchNorm) forward(x, scale, offset *graph.Node, epsilon float32) {
	n.mean = graph.DivScalar(n.convs.channelSums(x), n.examples)
	n.centred = graph.Sub(x, along(x, n.mean))
	n.variance = graph.DivScalar(n.convs.channelSums(graph.Square(n.centred)), n.examples)
	n.scale, n.inverse = scale, graph.Inverse(graph.Sqrt(graph.AddScalar(n.variance, epsilon)))
	n.y = graph.Add(graph.Mul(n.centred, along(x, graph.Mul(scale, n.inverse))), along(x, offset))
}

func (n *batchNorm) backward(v *graph.Node, i int) *graph.Node {
	if n.adjoint != v {
		n.adjoint, n.sum = v, n.convs.channelSums(v)
		n.dots = graph.Mul(n.convs.channelSums(graph.Mul(v, n.centred)), n.inverse)
	}
	switch i {
	case 1:
		return n.dots
	case 2:
		return n.sum
	}
	level := graph.Add(along(v, graph.DivScalar(n.sum, n.examples)),
		graph.Mul(n.centred, along(v, graph.DivScalar(graph.Mul(n.dots, n.inverse), n.examples))))
	return graph.Mul(graph.Sub(v, level), along(v, graph.Mul(n.scale, n.inverse)))
}

// along gives v, one number a channel, the rank of x.
func along(x, v *graph.Node) *graph.Node {
	shape := make([]int, x.Rank())
	for i := range shape {
		shape[i] = 1
	}
	shape[len(shape)-1] = v.Shape().Size()
	return graph.Reshape(v, shape...)
}

// channelSums is the sum of x [batch, …, channels] over all but the channels, [channels], in
// the way that is quick on the backend.
func (c Convs) channelSums(x *graph.Node) *graph.Node {
	if c.Pointwise == Matrix {
		return graph.Reshape(channelSums(x), -1)
	}
	axes := make([]int, x.Rank()-1)
	for i := range axes {
		axes[i] = i
	}
	return graph.ReduceSum(x, axes...)
}
