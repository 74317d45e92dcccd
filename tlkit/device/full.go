package device

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// turned is a convolution with its own gradients. XLA on the CPU has quick code, Eigen's, for
// convolutions whose filters are small; GoMLX's gradient of the kernel has the adjoint for a
// filter, as large as the picture. And its product reads a row of either factor from end to
// end for a few results: it is quick where a factor's part, pixels by channels of the output,
// stays in the processor's cache, and where the other factor needs no turning on the way.
// A picture at a time, ResNet50's four sizes of 3×3 took 45, 24, 18 and 14 ms at a batch of
// 16 on two cores, GoMLX's gradients 97, 81, 36 and 35; the stem 47 in place of 119.
type turned struct {
	stride int
	pad    Padding
}

// plain is the backend's own convolution.
func (t turned) plain(x, kernel *graph.Node) *graph.Node {
	return graph.Convolve(x, kernel).Strides(t.stride).PaddingPerDim([][2]int{t.pad[0], t.pad[1]}).Done()
}

// few is the number of pixels up to which a product of patches and the kernel is quicker on
// XLA's CPU than its convolution, where there are many channels: ResNet50's 3×3 of 14×14 and
// of 7×7 pixels (15.7 ms in place of 19.1 for the latter, at a batch of 16).
const few, many = 200, 64

func (t turned) forward(x, kernel *graph.Node) *graph.Node {
	d, k := x.Shape().Dimensions, kernel.Shape().Dimensions
	h, w := t.steps(d[1], k[0], 0), t.steps(d[2], k[1], 1)
	if h*w > few || k[2] < many {
		return t.plain(x, kernel)
	}
	met := make([]*graph.Node, 0, k[0]*k[1])
	for p, i := padded(x, t.pad), 0; i < k[0]; i++ {
		for j := range k[1] {
			met = append(met, window(p, i, j, k[0], k[1], t.stride))
		}
	}
	patches := graph.Reshape(graph.Concatenate(met, 3), d[0]*h*w, k[0]*k[1]*k[2])
	return graph.Reshape(graph.Dot(patches, graph.Reshape(kernel, k[0]*k[1]*k[2], k[3])).Product(), d[0], h, w, k[3])
}

// steps is how often the filter fits into an axis of the picture.
func (t turned) steps(size, filter, axis int) int {
	return (size+t.pad[axis][0]+t.pad[axis][1]-filter)/t.stride + 1
}

func (t turned) differentiable(x, kernel *graph.Node) *graph.Node {
	var in []*graph.Node
	return withGradients([]*graph.Node{x, kernel}, func(stopped []*graph.Node) *graph.Node {
		in = stopped
		return t.forward(in[0], in[1])
	}, func(v *graph.Node, i int) *graph.Node {
		if i == 0 { // a convolution with the filter turned round, which is as quick as the forward one
			round := graph.Transpose(graph.Reverse(in[1], 0, 1), 2, 3)
			return turned{stride: 1}.forward(spread(v, kernel.Shape().Dimensions, x.Shape().Dimensions, t.stride, t.pad), round)
		}
		return t.kernelGradient(v, in[0], kernel.Shape().Dimensions)
	})
}

// narrow is the number of channels below which the elements of the filter are joined to one
// product: what the picture's copies for it take is little then, and products of so few rows
// are slow.
const narrow = 16

func (t turned) kernelGradient(v, x *graph.Node, k []int) *graph.Node {
	n, out := x.Shape().Dimensions[0], v.Shape().Dimensions
	x = graph.Add(x, graph.ConvertDType(zeroOf(v), x.DType())) // after v: else all there is to do about x comes early and waits
	channels := graph.TransposeAllAxes(padded(x, t.pad), 0, 3, 1, 2)
	adjoint := graph.Reshape(v, n, out[1]*out[2], out[3])
	if k[2] < narrow {
		met := make([]*graph.Node, 0, k[0]*k[1])
		for i := range k[0] {
			for j := range k[1] {
				w := graph.Slice(channels, graph.AxisRange(), graph.AxisRange(),
					graph.AxisRange(i, i+(out[1]-1)*t.stride+1).Stride(t.stride), graph.AxisRange(j, j+(out[2]-1)*t.stride+1).Stride(t.stride))
				met = append(met, graph.Reshape(w, n, k[2], out[1]*out[2]))
			}
		}
		return graph.Reshape(overPictures(graph.Concatenate(met, 1), adjoint), k...)
	}
	sums := graph.Zeros(x.Graph(), shapes.Make(v.DType(), k[0]*k[1], k[2], k[3]))
	return graph.Reshape(eachElement(k, sums, func(row, column *graph.Node, state []*graph.Node) *graph.Node {
		channels, adjoint := state[0], state[1]
		zero := graph.Const(row.Graph(), int32(0))
		w := graph.DynamicSlice(channels, []*graph.Node{zero, zero, row, column}, []int{n, k[2], (out[1]-1)*t.stride + 1, (out[2]-1)*t.stride + 1})
		w = graph.Slice(w, graph.AxisRange(), graph.AxisRange(), graph.AxisRange().Stride(t.stride), graph.AxisRange().Stride(t.stride))
		return overPictures(graph.Reshape(w, n, k[2], out[1]*out[2]), adjoint)
	}, channels, adjoint), k...)
}

// overPictures is the product of met [n, rows, pixels] and adjoint [n, pixels, out] over the
// pixels of all pictures.
func overPictures(met, adjoint *graph.Node) *graph.Node {
	each := graph.DotGeneral(met, []int{2}, []int{0}, adjoint, []int{1}, []int{0})
	d := each.Shape().Dimensions
	return graph.Reshape(rowSum(graph.Reshape(each, d[0], d[1]*d[2])), d[1], d[2])
}
