package zoo

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo/onnx"
)

// padding says what surrounds a picture before a filter slides over it. The zero value is
// nothing.
type padding struct {
	same  bool // as TensorFlow's SAME: the output is ⌈size/stride⌉
	sides device.Padding
}

// same is TensorFlow's SAME padding.
var same = padding{same: true}

// around is n pixels on each side.
func around(n int) padding { return padding{sides: device.Padding{{n, n}, {n, n}}} }

// of gives the padding of pictures of this shape.
func (p padding) of(shape []int, kernel [2]int, stride int) device.Padding {
	if p.same {
		return device.Same(shape[0], shape[1], kernel[0], kernel[1], stride)
	}
	return p.sides
}

// slide is the shape of what a filter gives that slides over pictures.
func slide(in []int, kernel [2]int, stride int, p padding, channels int) ([]int, error) {
	if len(in) != 3 {
		return nil, fmt.Errorf("%w: %v where pictures [height, width, channels] are needed", ErrShape, in)
	}
	pad, out := p.of(in, kernel, stride), []int{0, 0, channels}
	for i := range 2 {
		room := in[i] + pad[i][0] + pad[i][1] - kernel[i]
		if room < 0 {
			return nil, fmt.Errorf("%w: a picture %d×%d is too small for a filter of %d×%d", ErrShape, in[0], in[1], kernel[0], kernel[1])
		}
		out[i] = room/stride + 1
	}
	return out, nil
}

// conv is a convolution; with depthwise, one filter for each channel.
type conv struct {
	kernel    [2]int // height and width of the filter
	stride    int
	in, out   int // channels
	pad       padding
	bias      bool
	depthwise bool
}

// square is a filter of n×n.
func square(n int) [2]int { return [2]int{n, n} }

func (c conv) outShape(in [][]int) ([]int, error) {
	if len(in[0]) == 3 && in[0][2] != c.in {
		return nil, fmt.Errorf("%w: %d channels where %d are needed", ErrShape, in[0][2], c.in)
	}
	return slide(in[0], c.kernel, c.stride, c.pad, c.out)
}

func (c conv) kernelShape() []int {
	if c.depthwise {
		return []int{c.kernel[0], c.kernel[1], 1, c.out}
	}
	return []int{c.kernel[0], c.kernel[1], c.in, c.out}
}

func (c conv) slots() []slot {
	s := []slot{{"kernel", c.kernelShape(), Kernel}}
	if c.bias {
		s = append(s, slot{"bias", []int{c.out}, Bias})
	}
	return s
}

func (c conv) madds(_ [][]int, out []int) int { return out[0] * out[1] * Size(c.kernelShape()) }

func (c conv) build(b *builder, path string, in []*graph.Node) *graph.Node {
	x, kernel := in[0], b.array(path+"/kernel")
	pad := c.pad.of(x.Shape().Dimensions[1:], c.kernel, c.stride)
	if c.depthwise {
		x = b.convs.DepthwiseConv(x, kernel, c.stride, pad)
	} else {
		x = b.convs.Conv(x, kernel, c.stride, pad)
	}
	if c.bias {
		x = graph.Add(x, perChannel(x, b.array(path+"/bias")))
	}
	return x
}

func (c conv) onnx(w *onnxWriter, path string, in []string, shapes [][]int) string {
	kernel, k := w.arrays[path+"/kernel"].Value, c.kernelShape()
	inputs := []string{in[0], w.made(path+"/kernel", []int{k[3], k[2], k[0], k[1]}, func() []float32 { return outputsFirst(kernel, k) })}
	if c.bias {
		inputs = append(inputs, w.array(path+"/bias"))
	}
	pad, groups := c.pad.of(shapes[0], c.kernel, c.stride), 1
	if c.depthwise {
		groups = c.out
	}
	return w.node("Conv", inputs, onnx.Ints("kernel_shape", c.kernel[:]...), onnx.Ints("strides", c.stride, c.stride),
		onnx.Ints("pads", pad[0][0], pad[1][0], pad[0][1], pad[1][1]), onnx.Int("group", groups))
}

// pool takes the largest or the mean of what a window meets. Padding is never the
// largest and never counts in the mean.
type pool struct {
	window [2]int
	stride int
	pad    padding
	mean   bool
}

func (p pool) outShape(in [][]int) ([]int, error) {
	return slide(in[0], p.window, p.stride, p.pad, in[0][len(in[0])-1])
}

func (pool) slots() []slot { return nil }

func (pool) madds([][]int, []int) int { return 0 }

func (p pool) build(_ *builder, _ string, in []*graph.Node) *graph.Node {
	pad := p.pad.of(in[0].Shape().Dimensions[1:], p.window, p.stride)
	pooled := graph.MaxPool(in[0])
	if p.mean {
		pooled = graph.MeanPool(in[0])
	}
	return pooled.WindowPerAxis(p.window[:]...).Strides(p.stride).PaddingPerDim([][2]int{pad[0], pad[1]}).Done()
}

func (p pool) onnx(w *onnxWriter, _ string, in []string, shapes [][]int) string {
	op := "MaxPool"
	if p.mean {
		op = "AveragePool"
	}
	pad := p.pad.of(shapes[0], p.window, p.stride)
	return w.node(op, in, onnx.Ints("kernel_shape", p.window[:]...), onnx.Ints("strides", p.stride, p.stride),
		onnx.Ints("pads", pad[0][0], pad[1][0], pad[0][1], pad[1][1]))
}

// global takes the mean or the largest of each channel over the whole picture: [channels],
// or with keep [1, 1, channels].
type global struct{ max, keep bool }

func (g global) outShape(in [][]int) ([]int, error) {
	if len(in[0]) != 3 {
		return nil, fmt.Errorf("%w: %v has no height and width to pool", ErrShape, in[0])
	}
	if g.keep {
		return []int{1, 1, in[0][2]}, nil
	}
	return in[0][2:], nil
}

func (global) slots() []slot { return nil }

func (global) madds([][]int, []int) int { return 0 }

func (g global) build(_ *builder, _ string, in []*graph.Node) *graph.Node {
	y := graph.ReduceMean(in[0], 1, 2)
	if g.max {
		y = graph.ReduceMax(in[0], 1, 2)
	}
	if g.keep {
		y = graph.ExpandAxes(y, 1, 2)
	}
	return y
}

func (g global) onnx(w *onnxWriter, _ string, in []string, _ [][]int) string {
	op := "GlobalAveragePool"
	if g.max {
		op = "GlobalMaxPool"
	}
	y := w.node(op, in)
	if g.keep {
		return y
	}
	return w.node("Flatten", []string{y}, onnx.Int("axis", 1))
}
