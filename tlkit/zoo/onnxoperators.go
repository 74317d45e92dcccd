package zoo

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo/onnx"
)

// This file says what each operator of ONNX is here. Their meaning and the defaults of
// their attributes are those of ONNX's operator documentation, sets 7 to 24.

// operands are a node and what it reads.
type operands struct {
	*onnx.Node
	in []symbol
}

// onnxOperators are those that are known.
var onnxOperators = map[string]func(t *trace, n operands) (symbol, error){
	"Add": (*trace).sum, "Sub": (*trace).affine, "Mul": (*trace).product, "Div": (*trace).affine,
	"Conv": (*trace).conv, "BatchNormalization": (*trace).norm, "Gemm": (*trace).gemm, "MatMul": (*trace).gemm,
	"Relu": (*trace).activation, "Sigmoid": (*trace).activation, "HardSigmoid": (*trace).activation, "HardSwish": (*trace).activation,
	"Clip": (*trace).clip, "Softmax": (*trace).softmax,
	"GlobalAveragePool": (*trace).global, "GlobalMaxPool": (*trace).global, "ReduceMean": (*trace).global, "ReduceMax": (*trace).global,
	"AveragePool": (*trace).pool, "MaxPool": (*trace).pool, "Pad": (*trace).pad,
	"Identity": (*trace).same, "Dropout": (*trace).same, "Cast": (*trace).same,
	"Flatten": (*trace).flatten, "Reshape": (*trace).reshaped, "Squeeze": (*trace).squeeze, "Unsqueeze": (*trace).unsqueeze,
	"Transpose": (*trace).transpose, "Constant": (*trace).constant, "Shape": (*trace).shapeOf, "Gather": (*trace).gather,
	"Concat": (*trace).concat, "Slice": (*trace).slice,
	"Ceil": (*trace).round, "Floor": (*trace).round, "ConstantOfShape": (*trace).filled,
}

// traced gives input i, which has to depend on the pictures.
func (n operands) traced(i int) (traced, error) {
	if i >= len(n.in) || n.in[i].constant != nil || n.in[i].axes == "" {
		return traced{}, fmt.Errorf("input %d does not depend on the pictures, which is %w", i, onnx.ErrUnsupported)
	}
	return n.in[i].traced, nil
}

// constant gives input i, which has to be constant; nil where it is left out.
func (n operands) constant(i int) (*constant, error) {
	if i >= len(n.in) || n.Inputs[i] == "" {
		return nil, nil
	}
	c := n.in[i].constant
	if c == nil {
		return nil, fmt.Errorf("input %d, %q, is not constant, which is %w", i, n.Inputs[i], onnx.ErrUnsupported)
	}
	return c, c.err
}

// floats gives input i, which has to hold floating point numbers.
func (n operands) floats(i, rank int) (*constant, error) {
	c, err := n.constant(i)
	if err == nil && (c == nil || c.whole || len(c.shape) != rank || slices.Min(c.shape) < 1) {
		err = fmt.Errorf("%w: input %d is no array of floating point numbers with %d axes, none of them empty", ErrShape, i, rank)
	}
	return c, err
}

// ints gives a list that is an attribute or, in newer operator sets, input i; ok is false
// where it is neither.
func (n operands) ints(name string, i int) (v []int, ok bool, err error) {
	if a := n.Attribute(name); a != nil {
		return a.Ints, a.Kind == onnx.KindInts, nil
	}
	c, err := n.constant(i)
	if c == nil || err != nil {
		return nil, false, err
	}
	v, err = c.ints()
	return v, true, err
}

// refuse is an error about an attribute.
func refuse(format string, args ...any) error {
	return fmt.Errorf("%s is %w", fmt.Sprintf(format, args...), onnx.ErrUnsupported)
}

// name is what the layer is called: like its weights, or like the node where an exporter
// has renamed those.
func (n operands) name(weights int) string {
	for _, full := range []string{n.Inputs[weights], n.Name} {
		if s := layerName(full); s != "" {
			return s
		}
	}
	return strings.ToLower(n.Op)
}

// exporterWords are parts of names that say nothing about the layer.
var exporterWords = map[string]bool{"": true, "weight": true, "kernel": true, "convolution": true, "depthwise": true, "merged_input": true,
	"ReadVariableOp": true, "Cast": true, "MatMul": true, "BiasAdd": true, "Conv": true, "Gemm": true, "batchnorm": true, "mul": true,
	"mul_1": true, "add_1": true, "BatchNormalization": true, "w": true}

// layerName gives the layer's part of the name of a tensor or node: "layer1.0.conv1" of
// "layer1.0.conv1.weight" and "/layer1/layer1.0/conv1/Conv", "conv1_bn" of
// "resnet50_1/conv1_bn_1/batchnorm/mul_1"; "" of "onnx::Conv_193".
func layerName(s string) string {
	s, _, _ = strings.Cut(s, ":")
	if s == "onnx" || strings.HasPrefix(s, "const_fold") || strings.HasPrefix(s, "val_") || strings.HasPrefix(s, "node_") {
		return ""
	}
	parts := strings.Split(strings.TrimSuffix(s, ".weight"), "/")
	for len(parts) > 0 && exporterWords[parts[len(parts)-1]] {
		parts = parts[:len(parts)-1]
	}
	var out []string
	for i, p := range parts {
		if p != "" && !(i+1 < len(parts) && strings.HasPrefix(parts[i+1], p+".")) {
			out = append(out, p)
		}
	}
	name := strings.Join(out, ".")
	if strings.Trim(name, "0123456789") == "" {
		return ""
	}
	return name
}

func (t *trace) conv(n operands) (symbol, error) {
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	w, err := n.floats(1, 4)
	if err != nil {
		return symbol{}, err
	}
	c, pad := conv{kernel: [2]int{w.shape[2], w.shape[3]}, in: w.shape[1], out: w.shape[0]}, v.pad
	v.pad = device.Padding{}
	if c.stride, c.pad, err = n.window(c.kernel, pad); err != nil {
		return symbol{}, err
	}
	if err := n.channelsFirst(v); err != nil {
		return symbol{}, err
	}
	x, err := t.picture(v)
	if err != nil {
		return symbol{}, err
	}
	if g := n.Int("group", 1); g > 1 {
		if c.in != 1 || g != c.out || t.shapes[x][2] != g {
			return symbol{}, refuse("a convolution of %d groups, %d channels to %d,", g, t.shapes[x][2], c.out)
		}
		c.in, c.depthwise = c.out, true
	}
	arrays := []maker{func() ([]float32, error) { return w.outputsLast(c.out, w.shape[1], nil) }}
	if b, err := n.constant(2); err != nil {
		return symbol{}, err
	} else if b != nil {
		c.bias = true
		arrays = append(arrays, func() ([]float32, error) { return b.floats(c.out) })
	}
	id, err := t.add(n.name(1), c, []int{x}, arrays...)
	return symbol{traced: traced{id: id, axes: "bchw"}}, err
}

// outputsLast reads weights [outs, ins, …] as [taps, ins, outs], where taps are the numbers
// of the rest; an input i goes to the place at(i), or stays where at is nil. They are read
// in strips of outputs, so that they are in memory once.
func (c *constant) outputsLast(outs, ins int, at func(i int) int) ([]float32, error) {
	each := Size(c.shape) / outs // of an output
	to, strip := make([]float32, outs*each), outs
	var part []float32
	if c.tensor != nil {
		strip = min(outs, max(16, 1<<16/each)) // a line of the cache is 16 numbers
		part = make([]float32, strip*each)
	} else {
		all, err := c.floats(outs * each)
		if err != nil {
			return nil, err
		}
		part = all
	}
	for first := 0; first < outs; first += strip {
		n := min(strip, outs-first)
		if c.tensor != nil {
			if err := c.tensor.ReadFloat32(part[:n*each], first*each); err != nil {
				return nil, err
			}
		}
		spread(to, part, outs, first, n, ins, each/ins, at)
	}
	return to, nil
}

// spread writes n outputs, from first on, to their places.
func spread(to, part []float32, outs, first, n, ins, taps int, at func(i int) int) {
	for i := range ins {
		row := i
		if at != nil {
			row = at(i)
		}
		for t := range taps {
			line := to[(t*ins+row)*outs+first:][:n]
			for o := range line {
				line[o] = part[(o*ins+i)*taps+t]
			}
		}
	}
}

// channelsFirst says whether pictures lie as ONNX's layers want them.
func (n operands) channelsFirst(v traced) error {
	if len(v.axes) == 4 && v.axes[:2] == "bc" && v.axes[2:] != "wh" {
		return nil
	}
	return fmt.Errorf("%w: the layer wants [batch, channels, height, width] and gets axes %q", ErrShape, v.axes)
}

// window reads stride and padding of what slides over pictures; before is padding by a
// node of its own.
func (n operands) window(kernel [2]int, before device.Padding) (stride int, pad padding, err error) {
	stride = 1
	if s := n.Ints("strides"); len(s) > 0 {
		if stride = s[0]; len(s) != 2 || s[0] != s[1] || stride < 1 || stride > 1<<10 {
			return 0, pad, refuse("a stride of %v", s)
		}
	}
	for _, d := range n.Ints("dilations") {
		if d != 1 {
			return 0, pad, refuse("a dilation of %v", n.Ints("dilations"))
		}
	}
	if k := n.Ints("kernel_shape"); k != nil && !slices.Equal(k, kernel[:]) || min(kernel[0], kernel[1]) < 1 || max(kernel[0], kernel[1]) > 1<<10 {
		return 0, pad, fmt.Errorf("%w: a window of %v, weights for %v", ErrShape, k, kernel)
	}
	switch auto := n.Text("auto_pad", "NOTSET"); {
	case auto == "SAME_UPPER" && before == device.Padding{}:
		return stride, same, nil
	case auto == "VALID":
	case auto != "NOTSET" && auto != "":
		return 0, pad, refuse("auto_pad %s", auto)
	default:
		if p := n.Ints("pads"); len(p) > 0 {
			if len(p) != 4 || slices.Min(p) < 0 || slices.Max(p) > 1<<10 {
				return 0, pad, refuse("pads of %v", p)
			}
			pad.sides = device.Padding{{p[0], p[2]}, {p[1], p[3]}}
		}
	}
	for i := range before {
		pad.sides[i][0] += before[i][0]
		pad.sides[i][1] += before[i][1]
	}
	return stride, pad, nil
}

func (t *trace) norm(n operands) (symbol, error) {
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	if n.Int("training_mode", 0) != 0 {
		return symbol{}, refuse("training_mode; export the model for inference: it")
	}
	if len(v.axes) < 2 || v.axes[:2] != "bc" {
		return symbol{}, fmt.Errorf("%w: the channels have to come second, the axes are %q", ErrShape, v.axes)
	}
	x, err := t.take(v)
	if err != nil {
		return symbol{}, err
	}
	shape := t.shapes[x]
	op := norm{channels: shape[len(shape)-1], epsilon: n.Float("epsilon", 1e-5)}
	t.momentum = n.Float("momentum", 0.9)
	var arrays []maker
	for i := range 4 {
		c, err := n.floats(i+1, 1)
		if err != nil {
			return symbol{}, err
		}
		arrays = append(arrays, func() ([]float32, error) { return c.floats(op.channels) })
	}
	id, err := t.add(n.name(1), op, []int{x}, arrays...)
	return symbol{traced: traced{id: id, axes: v.axes}}, err
}

// gemm is Gemm or MatMul.
func (t *trace) gemm(n operands) (symbol, error) {
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	w, err := n.floats(1, 2)
	if err != nil {
		return symbol{}, err
	}
	if n.Float("alpha", 1) != 1 || n.Float("beta", 1) != 1 || n.Int("transA", 0) != 0 {
		return symbol{}, refuse("alpha, beta or transA that is not the default")
	}
	if v.axes != "bc" && v.axes != "bf" {
		return symbol{}, fmt.Errorf("a matrix product of axes %q is %w: only of rows", v.axes, onnx.ErrUnsupported)
	}
	x, err := t.flat(v)
	if err != nil {
		return symbol{}, err
	}
	d, turned := dense{in: w.shape[0], out: w.shape[1]}, n.Int("transB", 0) != 0
	if turned {
		d.in, d.out = d.out, d.in
	}
	bias, err := n.bias(d.out)
	if err != nil {
		return symbol{}, err
	}
	id, err := t.add(n.name(1), d, []int{x}, denseKernel(w, d, turned, v), bias)
	return symbol{traced: traced{id: id, axes: "bc"}}, err
}

// bias reads the third input of a matrix product, zeros where there is none.
func (n operands) bias(outs int) (maker, error) {
	b, err := n.constant(2)
	if err != nil {
		return nil, err
	}
	if b == nil {
		return func() ([]float32, error) { return make([]float32, outs), nil }, nil
	}
	if r := len(b.shape); r < 1 || r > 2 || b.shape[r-1] != outs {
		return nil, refuse("a bias of shape %v for %d outputs", b.shape, outs)
	}
	return func() ([]float32, error) { return b.floats(outs) }, nil
}

// denseKernel reads the weights of a dense layer that reads v; turned ones are [out, in].
func denseKernel(w *constant, d dense, turned bool, v traced) maker {
	var at func(i int) int
	if v.row != nil && v.slowest == 'c' { // [channels, height, width] becomes [height, width, channels]
		pixels, channels := v.row[0]*v.row[1], v.row[2]
		at = func(i int) int { return i%pixels*channels + i/pixels }
	}
	return func() ([]float32, error) {
		if turned {
			return w.outputsLast(d.out, d.in, at)
		}
		k, err := w.floats(d.in * d.out)
		if err == nil && at != nil {
			k = rowsMoved(k, d.out, at)
		}
		return k, err
	}
}

// rowsMoved moves the rows of a matrix to other places.
func rowsMoved(k []float32, columns int, at func(i int) int) []float32 {
	to := make([]float32, len(k))
	for i := range len(k) / columns {
		copy(to[at(i)*columns:][:columns], k[i*columns:])
	}
	return to
}

func (t *trace) activation(n operands) (symbol, error) {
	a := map[string]activation{"Relu": relu, "Sigmoid": sigmoid, "HardSigmoid": hardSigmoid, "HardSwish": hardSwish}[n.Op]
	if n.Op == "HardSigmoid" && (math.Abs(float64(n.Float("alpha", 0.2))-1.0/6) > 1e-6 || n.Float("beta", 0.5) != 0.5) {
		return symbol{}, refuse("a slope of %g; only 1/6", n.Float("alpha", 0.2))
	}
	return t.activated(n, a)
}

func (t *trace) activated(n operands, a activation) (symbol, error) {
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	x, err := t.take(v)
	if err != nil {
		return symbol{}, err
	}
	id, err := t.add("", a, []int{x})
	return symbol{traced: traced{id: id, axes: v.axes, row: v.row, slowest: v.slowest}}, err
}

func (t *trace) clip(n operands) (symbol, error) {
	bounds := [2]float32{n.Float("min", float32(math.Inf(-1))), n.Float("max", float32(math.Inf(1)))}
	for i := range bounds {
		if c, err := n.constant(i + 1); err != nil {
			return symbol{}, err
		} else if c != nil {
			if bounds[i], err = c.number(); err != nil {
				return symbol{}, err
			}
		}
	}
	if c := n.in[0].constant; c != nil {
		return c.each(func(v float64) float64 { return min(max(v, float64(bounds[0])), float64(bounds[1])) })
	}
	switch {
	case bounds == [2]float32{0, 6}:
		return t.activated(n, relu6)
	case bounds[0] == 0 && bounds[1] >= math.MaxFloat32:
		return t.activated(n, relu)
	}
	return symbol{}, refuse("clipping to %v; only 0…6 and 0…∞", bounds)
}

// softmax is left out; the output may be one.
func (t *trace) softmax(n operands) (symbol, error) {
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	if a := n.Int("axis", len(v.axes)-1); v.axes != "bc" || a != 1 && a != -1 {
		return symbol{}, refuse("a softmax over axis %d of %q", a, v.axes)
	}
	v.softmax = true
	return symbol{traced: v}, nil
}

// global is a pool over the whole picture.
func (t *trace) global(n operands) (symbol, error) {
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	axes, keep := []int{2, 3}, true
	if strings.HasPrefix(n.Op, "Reduce") {
		if axes, _, err = n.ints("axes", 1); err != nil {
			return symbol{}, err
		}
		keep = n.Int("keepdims", 1) != 0
	}
	out := []byte(v.axes)
	for _, a := range axes {
		if a < 0 {
			a += len(out)
		}
		if a < 0 || a >= len(out) || out[a] != 'h' && out[a] != 'w' {
			return symbol{}, refuse("%s over the axes %v of %q", n.Op, axes, v.axes)
		}
		out[a] = '1'
	}
	if strings.ContainsAny(string(out), "hw") || len(axes) != 2 {
		return symbol{}, refuse("%s over the axes %v of %q", n.Op, axes, v.axes)
	}
	word := string(out)
	if !keep {
		word = strings.ReplaceAll(word, "1", "")
	}
	x, err := t.picture(v)
	return symbol{traced: traced{id: x, axes: word, pool: &pooled{id: x, max: strings.HasSuffix(n.Op, "MaxPool") || strings.HasSuffix(n.Op, "Max")}}}, err
}

func (t *trace) pool(n operands) (symbol, error) {
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	k := n.Ints("kernel_shape")
	if len(k) != 2 {
		return symbol{}, refuse("a window of %v", k)
	}
	p, before := pool{window: [2]int{k[0], k[1]}, mean: n.Op == "AveragePool"}, v.pad
	v.pad = device.Padding{}
	if p.stride, p.pad, err = n.window(p.window, before); err != nil {
		return symbol{}, err
	}
	if err := n.channelsFirst(v); err != nil {
		return symbol{}, err
	}
	x, err := t.picture(v)
	if err != nil {
		return symbol{}, err
	}
	if err := t.poolable(n, p, before, x); err != nil {
		return symbol{}, err
	}
	if p.window == [2]int{1, 1} && p.stride == 1 && p.pad == (padding{}) {
		return symbol{traced: v}, nil
	}
	id, err := t.add("", p, []int{x})
	return symbol{traced: traced{id: id, axes: "bchw"}}, err
}

// poolable says whether the pool p of the value x means here what it does in ONNX; before
// are zeros around it that a node of their own adds.
func (t *trace) poolable(n operands, p pool, before device.Padding, x int) error {
	if before != (device.Padding{}) && (p.mean || !t.positive(x)) {
		return refuse("zeros around pictures that are pooled, where not the largest of numbers from 0 on is taken,")
	}
	if p.mean && p.pad != (padding{}) && n.Int("count_include_pad", 0) != 0 {
		return refuse("a mean that counts the padding")
	}
	if n.Int("ceil_mode", 0) != 0 {
		for i, d := range p.pad.of(t.shapes[x], p.window, p.stride) {
			if (t.shapes[x][i]+d[0]+d[1]-p.window[i])%p.stride != 0 {
				return refuse("a window that goes beyond the edge (ceil_mode)")
			}
		}
	}
	return nil
}

// positive says whether the numbers of a value are known to be 0 or more.
func (t *trace) positive(id int) bool {
	if id == 0 {
		return false
	}
	a, _ := t.steps[id-1].step.op.(activation)
	return a == relu || a == relu6 || a == sigmoid || a == hardSigmoid
}

func (t *trace) pad(n operands) (symbol, error) {
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	if mode := n.Text("mode", "constant"); mode != "constant" || n.Float("value", 0) != 0 {
		return symbol{}, refuse("padding by %s", mode)
	}
	if c, err := n.constant(2); err != nil {
		return symbol{}, err
	} else if c != nil {
		if by, err := c.number(); err != nil || by != 0 {
			return symbol{}, refuse("padding by other than zeros")
		}
	}
	pads, _, err := n.ints("pads", 1)
	if err != nil {
		return symbol{}, err
	}
	rank := len(v.axes)
	if len(pads) != 2*rank || len(n.in) > 3 && n.Inputs[3] != "" {
		return symbol{}, refuse("pads of %v for the axes %q", pads, v.axes)
	}
	for i, a := range v.axes {
		before, after := pads[i], pads[i+rank]
		at := strings.IndexRune("hw", a)
		if before < 0 || after < 0 || max(before, after) > 1<<10 || at < 0 && before+after > 0 {
			return symbol{}, refuse("pads of %v for the axes %q", pads, v.axes)
		}
		if at >= 0 {
			v.pad[at][0] += before
			v.pad[at][1] += after
		}
	}
	if v.raw != nil { // pads come after normalising
		v.id, err = t.take(traced{raw: v.raw})
		v.raw = nil
	}
	return symbol{traced: v}, err
}

func (t *trace) sum(n operands) (symbol, error) {
	if slices.ContainsFunc(n.in, func(v symbol) bool { return v.constant != nil }) {
		return t.affine(n)
	}
	if len(n.in) != 2 {
		return symbol{}, fmt.Errorf("%w: %d inputs", onnx.ErrFormat, len(n.in))
	}
	return t.meet(n, sum{})
}

// product is one of two values, or with a constant. x·sigmoid(x) is swish, and the
// sigmoid is dropped if nothing else reads it.
func (t *trace) product(n operands) (symbol, error) {
	if slices.ContainsFunc(n.in, func(v symbol) bool { return v.constant != nil }) {
		return t.affine(n)
	}
	if len(n.in) != 2 {
		return symbol{}, fmt.Errorf("%w: %d inputs", onnx.ErrFormat, len(n.in))
	}
	for i := range 2 {
		gate, x := n.in[i].id, n.in[1-i].id
		if gate > 0 && n.in[i].pool == nil && n.in[1-i].pool == nil && t.steps[gate-1].step.op == operation(sigmoid) && t.steps[gate-1].in[0] == x {
			return t.activated(operands{n.Node, n.in[1-i : 2-i]}, swish)
		}
	}
	return t.meet(n, product{})
}

// meet adds a step of two values whose axes agree.
func (t *trace) meet(n operands, op operation) (symbol, error) {
	a, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	b, err := n.traced(1)
	if err != nil {
		return symbol{}, err
	}
	axes, da, db := []byte(a.axes), t.dims(a), t.dims(b)
	if len(a.axes) != len(b.axes) {
		return symbol{}, refuse("axes %q that meet %q", a.axes, b.axes)
	}
	for i := range axes {
		if axes[i] == '1' {
			axes[i] = b.axes[i]
		} else if axes[i] != b.axes[i] && db[i] != 1 || da[i] == 1 && db[i] > 1 && axes[i] != b.axes[i] {
			return symbol{}, refuse("axes %q that meet %q", a.axes, b.axes)
		}
	}
	take := t.take
	if strings.ContainsAny(string(axes), "hw") {
		take = t.picture
	}
	x, err := take(a)
	if err != nil {
		return symbol{}, err
	}
	y, err := take(b)
	if err != nil {
		return symbol{}, err
	}
	id, err := t.add("", op, []int{x, y})
	return symbol{traced: traced{id: id, axes: string(axes)}}, err
}

// affine multiplies by, divides by, adds or subtracts a constant: to the input, which is
// then part of the preprocessing, or to a convolution or dense layer that nothing else
// reads, whose weights change.
func (t *trace) affine(n operands) (symbol, error) {
	if len(n.in) != 2 {
		return symbol{}, fmt.Errorf("%w: %d inputs", onnx.ErrFormat, len(n.in))
	}
	if n.in[0].constant != nil && n.in[1].constant != nil {
		return arithmetic(n.Op, n.in[0].constant, n.in[1].constant)
	}
	at := 0
	if n.in[0].constant != nil && (n.Op == "Add" || n.Op == "Mul") {
		at = 1
	}
	v, err := n.traced(at)
	if err != nil {
		return symbol{}, err
	}
	c, err := n.constant(1 - at)
	if err != nil {
		return symbol{}, err
	}
	f, err := t.perChannel(c, v)
	if err != nil {
		return symbol{}, err
	}
	scale, shift := line(n.Op, f)
	if v.raw != nil {
		r := *v.raw
		for i := range 3 {
			r.scale[i], r.shift[i] = r.scale[i]*scale[i], r.shift[i]*scale[i]+shift[i]
		}
		v.raw = &r
		return symbol{traced: v}, nil
	}
	if v.pool != nil || v.softmax || v.pad != (device.Padding{}) || v.id == 0 || t.open[v.id] != 0 || t.used[v.id] || !t.absorb(v.id, scale, shift) {
		return symbol{}, refuse("%s with a constant, where not right behind the input, a convolution or a dense layer,", n.Op)
	}
	return symbol{traced: v}, nil
}

// line gives what an operator with a constant does, for each channel: scale·x + shift.
func line(op string, constant []float32) (scale, shift []float64) {
	scale, shift = make([]float64, len(constant)), make([]float64, len(constant))
	for i, c := range constant {
		scale[i] = 1
		switch c := float64(c); op {
		case "Add":
			shift[i] = c
		case "Sub":
			shift[i] = -c
		case "Mul":
			scale[i] = c
		case "Div":
			scale[i] = 1 / c
		}
	}
	return scale, shift
}

// absorb multiplies the output channels of a layer and adds to them, in its weights.
func (t *trace) absorb(id int, scale, shift []float64) bool {
	s := &t.steps[id-1]
	switch op := s.step.op.(type) {
	case conv:
		op.bias = true
		s.step.op = op
	case dense:
	default:
		return false
	}
	kernel := s.arrays[0]
	bias := func() ([]float32, error) { return make([]float32, len(scale)), nil }
	if len(s.arrays) > 1 {
		bias = s.arrays[1]
	}
	s.arrays = []maker{
		func() ([]float32, error) {
			k, err := kernel()
			for i := range k { // the output channel changes fastest
				k[i] = float32(float64(k[i]) * scale[i%len(scale)])
			}
			return k, err
		},
		func() ([]float32, error) {
			b, err := bias()
			if err != nil {
				return nil, err
			}
			out := make([]float32, len(b))
			for i := range b {
				out[i] = float32(float64(b[i])*scale[i] + shift[i])
			}
			return out, nil
		},
	}
	return true
}
