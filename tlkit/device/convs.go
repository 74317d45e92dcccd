package device

import "github.com/gomlx/gomlx/core/graph"

// Form is a way to write a convolution as a graph. All forms give the same numbers up to
// rounding, forward and backward; how fast each is depends on the backend.
type Form uint8

const (
	// Plain is the backend's own convolution.
	Plain Form = iota

	// Matrix writes a 1×1 convolution as a matrix product over the channels; with a
	// stride, the input is sliced first.
	Matrix

	// Shifted writes a depthwise convolution as kh·kw products of the shifted input with
	// one row of the kernel each, added up.
	Shifted

	// Looped is Shifted whose sums and gradients are loops on the device, for backends that
	// have them.
	Looped

	// Turned is the backend's own convolution with gradients of this package: that of the
	// kernel is, for each picture and element of the filter, a product of the picture with
	// its pixels as columns and the adjoint with its pixels as rows.
	Turned
)

// Convs says which form each sort of convolution takes. The zero value is plain
// everywhere: right for a GPU.
type Convs struct {
	Pointwise Form // 1×1, ungrouped: Plain or Matrix
	Depthwise Form // one filter a channel: Plain, Shifted or Looped
	Full      Form // all others: Plain or Turned

	// ForwardOnly promises that no gradient will be taken: layers then come without the
	// nodes that carry theirs.
	ForwardOnly bool
}

// ConvsFor gives the forms that were measured to be the fastest on a backend.
//
// XLA on the CPU has slow code for grouped and for 1×1 convolutions: EfficientNet-Lite0
// at 224×224 ran 19 pictures a second with plain forms and 49–67 with these. GPUs and
// ONNX Runtime have good code for the plain ones. The Go backend takes the matrix
// product, its one quick operation.
//
// Other convolutions are the backend's own, and on XLA's CPU have gradients of this
// package: ResNet50's kernels took a third of a step of training before.
func ConvsFor(k Kind) Convs {
	switch k {
	case XLACPU:
		return Convs{Pointwise: Matrix, Depthwise: Looped, Full: Turned}
	case Go:
		return Convs{Pointwise: Matrix, Depthwise: Shifted}
	}
	return Convs{}
}

// Padding is what is added around a picture: rows [above, below], columns [left, right].
type Padding [2][2]int

// Same is the padding with which TensorFlow's SAME convolution gives ⌈size/stride⌉: the
// odd row or column goes below and to the right.
func Same(height, width, kernelHeight, kernelWidth, stride int) Padding {
	return Padding{sameAxis(height, kernelHeight, stride), sameAxis(width, kernelWidth, stride)}
}

func sameAxis(size, kernel, stride int) [2]int {
	out := (size + stride - 1) / stride
	total := max((out-1)*stride+kernel-size, 0)
	return [2]int{total / 2, total - total/2}
}

// Conv convolves x [batch, height, width, in] with kernel [kh, kw, in, out] in both
// directions at the same stride (at least 1). It panics on shapes that do not fit, as
// all graph-building functions do.
func (c Convs) Conv(x, kernel *graph.Node, stride int, pad Padding) *graph.Node {
	k := kernel.Shape().Dimensions
	if c.Pointwise == Matrix && k[0] == 1 && k[1] == 1 && pad == (Padding{}) {
		return pointwise(x, kernel, stride)
	}
	t := turned{stride, pad}
	switch {
	case c.Full != Turned || !pad.within(k[0], k[1]):
		return t.plain(x, kernel)
	case c.ForwardOnly:
		return t.forward(x, kernel)
	}
	return t.differentiable(x, kernel)
}

func pointwise(x, kernel *graph.Node, stride int) *graph.Node {
	if stride > 1 {
		x = graph.Slice(x, graph.AxisRange(), graph.AxisRange().Stride(stride), graph.AxisRange().Stride(stride))
	}
	d, in, out := x.Shape().Dimensions, kernel.Shape().Dimensions[2], kernel.Shape().Dimensions[3]
	flat := graph.Reshape(x, d[0]*d[1]*d[2], in)
	y := graph.Dot(flat, graph.Reshape(kernel, in, out)).Product()
	return graph.Reshape(y, d[0], d[1], d[2], out)
}

// within says whether no side is padded by the filter's size or more.
func (p Padding) within(kh, kw int) bool {
	return max(p[0][0], p[0][1]) < kh && max(p[1][0], p[1][1]) < kw
}
