package device

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

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
	if c.Full == Turned && !c.ForwardOnly && pad.within(k[0], k[1]) {
		return turned{c, stride, pad}.differentiable(x, kernel)
	}
	return c.plain(x, kernel, stride, pad)
}

// few is the number of pixels up to which a product of patches and the kernel is quicker on
// XLA's CPU than its convolution, where there are many channels: ResNet50's 3×3 of 14×14 and
// of 7×7 pixels (15.7 ms in place of 19.1 for the latter, at a batch of 16).
const few = 200

// plain is a convolution without gradients of this package.
func (c Convs) plain(x, kernel *graph.Node, stride int, pad Padding) *graph.Node {
	d, k := x.Shape().Dimensions, kernel.Shape().Dimensions
	h, w := (d[1]+pad[0][0]+pad[0][1]-k[0])/stride+1, (d[2]+pad[1][0]+pad[1][1]-k[1])/stride+1
	if c.Full != Turned || h*w > few || k[2] < 64 {
		return graph.Convolve(x, kernel).Strides(stride).PaddingPerDim([][2]int{pad[0], pad[1]}).Done()
	}
	var met []*graph.Node
	for p, i := padded(x, pad), 0; i < k[0]; i++ {
		for j := range k[1] {
			met = append(met, window(p, i, j, k[0], k[1], stride))
		}
	}
	patches := graph.Reshape(graph.Concatenate(met, 3), d[0]*h*w, k[0]*k[1]*k[2])
	return graph.Reshape(graph.Dot(patches, graph.Reshape(kernel, k[0]*k[1]*k[2], k[3])).Product(), d[0], h, w, k[3])
}

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

// turned is a convolution with its own gradients. XLA on the CPU has quick code, Eigen's, for
// convolutions whose filters are small; GoMLX's gradient of the kernel has the adjoint for a
// filter, as large as the picture. And its product reads a row of either factor from end to
// end for a few results: it is quick where a factor's part, pixels by channels of the output,
// stays in the processor's cache, and where the other factor needs no turning on the way.
// A picture at a time, ResNet50's four sizes of 3×3 took 45, 24, 18 and 14 ms at a batch of
// 16 on two cores, GoMLX's gradients 97, 81, 36 and 35; the stem 47 in place of 119.
type turned struct {
	convs  Convs
	stride int
	pad    Padding
}

func (t turned) differentiable(x, kernel *graph.Node) *graph.Node {
	var in []*graph.Node
	return withGradients([]*graph.Node{x, kernel}, func(stopped []*graph.Node) *graph.Node {
		in = stopped
		return t.convs.plain(in[0], in[1], t.stride, t.pad)
	}, func(v *graph.Node, i int) *graph.Node {
		if i == 0 { // a convolution with the filter turned round, which is as quick as the forward one
			round := graph.Transpose(graph.Reverse(in[1], 0, 1), 2, 3)
			return t.convs.plain(spread(v, kernel.Shape().Dimensions, x.Shape().Dimensions, t.stride, t.pad), round, 1, Padding{})
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

// rowSum is the sum of the rows of x [n, m] as a product with ones, [1, m]. GoMLX v0.28.2
// cannot reduce in a loop.
func rowSum(x *graph.Node) *graph.Node {
	one := graph.ConvertDType(graph.Const(x.Graph(), float32(1)), x.DType())
	return graph.Dot(graph.BroadcastToDims(one, 1, x.Shape().Dimensions[0]), x).Product()
}

// spread lays out the adjoint of a convolution so that the filter turned round, sliding over
// it without stride and padding, gives the adjoint of the input.
func spread(v *graph.Node, k, in []int, stride int, pad Padding) *graph.Node {
	out := v.Shape().Dimensions
	axis := func(i int) compute.PadAxis {
		p := compute.PadAxis{Start: k[i] - 1 - pad[i][0], Interior: stride - 1}
		p.End = in[i+1] + pad[i][0] - (out[i+1]-1)*stride - 1
		return p
	}
	return graph.Pad(v, graph.ScalarZero(v.Graph(), v.DType()), compute.PadAxis{}, axis(0), axis(1))
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

// eachElement puts what turn gives for a row and a column of the filter into sums, whose
// first axis counts the filter's elements, in a loop. The compiler sees the turn once, where
// 9 or 25 of them side by side were most of what it had to do, and what led to the state is
// computed once and read, not computed anew for every element.
func eachElement(k []int, sums *graph.Node, turn func(row, column *graph.Node, state []*graph.Node) *graph.Node, state ...*graph.Node) *graph.Node {
	g := sums.Graph()
	start := append([]*graph.Node{graph.Const(g, int32(0)), sums}, state...)
	parameters := func(g *graph.Graph) []*graph.Node {
		at := make([]*graph.Node, len(start))
		for i, s := range start {
			at[i] = graph.Parameter(g, fmt.Sprint("state", i), s.Shape())
		}
		return at
	}
	number := func(g *graph.Graph, n int) *graph.Node { return graph.Const(g, int32(n)) }
	more := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
		return []*graph.Node{graph.LessThan(parameters(g)[0], number(g, k[0]*k[1]))}
	})
	body := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
		at := parameters(g)
		n := at[0]
		row := graph.Div(n, number(g, k[1]))
		column := graph.Sub(n, graph.Mul(row, number(g, k[1])))
		place := make([]*graph.Node, sums.Rank())
		for i := range place {
			place[i] = number(g, 0)
		}
		place[0] = n
		at[1] = graph.DynamicUpdateSlice(at[1], graph.ExpandDims(turn(row, column, at[2:]), 0), place)
		at[0] = graph.Add(n, number(g, 1))
		return at
	})
	return graph.While(more, body, start...)[1]
}

// channelSums is the sum of x [batch, …, channels] over all but the channels: [1, channels].
// XLA on the CPU sums one channel after the other, each addition waiting for the one before.
// Parts of the batch added up first, in the loop that computes them, and the rest as a
// product with ones, took half to a fifth of the time; 8 parts less than 4 or 16.
func channelSums(x *graph.Node) *graph.Node {
	d := x.Shape().Dimensions
	parts := min(8, d[0])
	each := d[0] / parts
	rows := func(from, to int) *graph.Node { return graph.Slice(x, graph.AxisRange(from, to)) }
	flat := func(x *graph.Node) *graph.Node { return graph.Reshape(x, -1, d[len(d)-1]) }
	y := rows(0, each)
	for i := 1; i < parts; i++ {
		y = graph.Add(y, rows(i*each, (i+1)*each))
	}
	sum := rowSum(flat(y))
	if left := parts * each; left < d[0] {
		sum = graph.Add(sum, rowSum(flat(rows(left, d[0]))))
	}
	return sum
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
	g, k := p.Graph(), kernel.Shape().Dimensions
	number := func(g *graph.Graph, n int) *graph.Node { return graph.Const(g, int32(n)) }
	zero := zeroOf(kernel)
	d := p.Shape().Dimensions
	y := graph.Zeros(g, shapes.Make(p.DType(), d[0], (d[1]-k[0])/stride+1, (d[2]-k[1])/stride+1, d[3]))
	start := []*graph.Node{zero, p, kernel, y}
	state := func(g *graph.Graph) []*graph.Node {
		at := make([]*graph.Node, len(start))
		for i, s := range start {
			at[i] = graph.Parameter(g, fmt.Sprint("state", i), s.Shape())
		}
		return at
	}
	more := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
		return []*graph.Node{graph.LessThan(state(g)[0], number(g, 1))}
	})
	body := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
		at := state(g)
		return []*graph.Node{graph.Add(at[0], number(g, 1)), at[1], at[2], shiftedSum(at[1], at[2], stride)}
	})
	return graph.While(more, body, start...)[3]
}

// zeroOf is 0 whatever x is, which no compiler sees: what it is added to comes after x.
func zeroOf(x *graph.Node) *graph.Node {
	odd := graph.BitwiseAnd(graph.ConvertDType(first(x), dtypes.Int32), graph.Const(x.Graph(), int32(1)))
	return graph.Min(odd, graph.Const(x.Graph(), int32(0)))
}

// window is the part of p that the filter's element (i, j) meets.
func window(p *graph.Node, i, j, kh, kw, stride int) *graph.Node {
	d := p.Shape().Dimensions
	h, w := (d[1]-kh)/stride+1, (d[2]-kw)/stride+1
	return graph.Slice(p, graph.AxisRange(),
		graph.AxisRange(i, i+(h-1)*stride+1).Stride(stride),
		graph.AxisRange(j, j+(w-1)*stride+1).Stride(stride))
}

// windowAt is window at an element that is known only when the graph runs.
func windowAt(p, i, j *graph.Node, kh, kw, stride int) *graph.Node {
	d := p.Shape().Dimensions
	h, w := (d[1]-kh)/stride+1, (d[2]-kw)/stride+1
	zero := graph.Const(p.Graph(), int32(0)) // not graph.ScalarZero, which may be another function's
	x := graph.DynamicSlice(p, []*graph.Node{zero, i, j, zero}, []int{d[0], (h-1)*stride + 1, (w-1)*stride + 1, d[3]})
	return graph.Slice(x, graph.AxisRange(), graph.AxisRange().Stride(stride), graph.AxisRange().Stride(stride))
}

func padded(x *graph.Node, pad Padding) *graph.Node {
	if pad == (Padding{}) {
		return x
	}
	zero := graph.ScalarZero(x.Graph(), x.DType())
	return graph.Pad(x, zero, compute.PadAxis{}, compute.PadAxis{Start: pad[0][0], End: pad[0][1]},
		compute.PadAxis{Start: pad[1][0], End: pad[1][1]})
}
