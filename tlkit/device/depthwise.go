package device

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// DepthwiseConv convolves each channel of x [batch, height, width, channels] with its own
// filter of kernel [kh, kw, 1, channels]. No side may be padded by the filter's size or
// more.
//
// Its gradients are its own, whatever the form: GoMLX v0.28.2 splits the gradient of a
// grouped convolution into one convolution a channel, and has none for Pad.
func (c Convs) DepthwiseConv(x, kernel *graph.Node, stride int, pad Padding) *graph.Node {
	d := depthwise{form: c.Depthwise, stride: stride, pad: pad}
	if c.ForwardOnly {
		return d.forward(x, kernel)
	}
	return d.differentiable(x, kernel)
}

type depthwise struct {
	form   Form
	stride int
	pad    Padding
}

func (d depthwise) forward(x, kernel *graph.Node) *graph.Node {
	if d.form != Plain {
		return shiftedSum(padded(x, d.pad), kernel, d.stride)
	}
	return graph.Convolve(x, kernel).Strides(d.stride).PaddingPerDim([][2]int{d.pad[0], d.pad[1]}).
		ChannelGroupCount(x.Shape().Dimensions[3]).Done()
}

func (d depthwise) differentiable(x, kernel *graph.Node) *graph.Node {
	var in []*graph.Node
	return withGradients([]*graph.Node{x, kernel}, func(stopped []*graph.Node) *graph.Node {
		in = stopped
		if d.form == Looped {
			return loopedSum(padded(in[0], d.pad), in[1], d.stride)
		}
		return d.forward(in[0], in[1])
	}, func(v *graph.Node, i int) *graph.Node {
		if i == 0 {
			return d.inputGradient(v, in[1], x.Shape().Dimensions)
		}
		return d.kernelGradient(v, in[0], kernel.Shape().Dimensions)
	})
}

// inputGradient convolves the adjoint, spread out by the stride, with the filter turned
// round.
func (d depthwise) inputGradient(v, kernel *graph.Node, in []int) *graph.Node {
	wide := spread(v, kernel.Shape().Dimensions, in, d.stride, d.pad)
	turned := graph.Reverse(kernel, 0, 1)
	if d.form == Looped {
		return loopedSum(wide, turned, 1)
	}
	return shiftedSum(wide, turned, 1)
}

// kernelGradient sums, for each element of the filter, the adjoint times what it met.
func (d depthwise) kernelGradient(v, x *graph.Node, k []int) *graph.Node {
	p := padded(x, d.pad)
	if d.form == Looped {
		return loopedKernelGradient(v, p, d.stride, k)
	}
	rows := make([]*graph.Node, 0, k[0]*k[1])
	for i := range k[0] {
		for j := range k[1] {
			met := graph.Mul(window(p, i, j, k[0], k[1], d.stride), v)
			rows = append(rows, graph.Reshape(graph.ReduceSum(met, 0, 1, 2), 1, k[3]))
		}
	}
	return graph.Reshape(graph.Concatenate(rows, 0), k...)
}

// loopedKernelGradient takes one element of the filter a turn.
func loopedKernelGradient(v, p *graph.Node, stride int, k []int) *graph.Node {
	sums := graph.Zeros(v.Graph(), shapes.Make(v.DType(), k[0]*k[1], k[3]))
	return graph.Reshape(eachElement(k, sums, func(row, column *graph.Node, state []*graph.Node) *graph.Node {
		p, v := state[0], state[1]
		return graph.Reshape(channelSums(graph.Mul(windowAt(p, row, column, k[0], k[1], stride), v)), k[3])
	}, p, v), k...)
}

// shiftedSum is the sum over the filter's rows and columns of the padded input, shifted,
// times that element of the filter.
func shiftedSum(p, kernel *graph.Node, stride int) *graph.Node {
	k := kernel.Shape().Dimensions
	var y *graph.Node
	for i := range k[0] {
		for j := range k[1] {
			row := graph.Reshape(graph.Slice(kernel, graph.AxisElem(i), graph.AxisElem(j)), 1, 1, 1, k[3])
			term := graph.Mul(window(p, i, j, k[0], k[1], stride), row)
			if y == nil {
				y = term
			} else {
				y = graph.Add(y, term)
			}
		}
	}
	return y
}

// loopedSum is shiftedSum in a loop of one turn, the number of which the compiler cannot
// know. In a graph with gradients a convolution's output is wanted in several places, and
// XLA on the CPU copies the whole sum into each of them, where it is compiled and computed
// anew. It copies nothing out of a loop: a step of training EfficientNet-Lite0 (with the sums
// of BatchNorm) took 2.4 s of processor time for 16 pictures in place of 2.8, its compiling
// 28.6 s in place of 31.2.
func loopedSum(p, kernel *graph.Node, stride int) *graph.Node {
	d, k := p.Shape().Dimensions, kernel.Shape().Dimensions
	y := graph.Zeros(p.Graph(), shapes.Make(p.DType(), d[0], (d[1]-k[0])/stride+1, (d[2]-k[1])/stride+1, d[3]))
	return loop(1, []*graph.Node{zeroOf(kernel), p, kernel, y}, func(at []*graph.Node) {
		at[3] = shiftedSum(at[1], at[2], stride)
	})[3]
}
