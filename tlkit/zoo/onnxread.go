package zoo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/zoo/onnx"
)

// ONNXReadOptions say what an ONNX file leaves open. The zero value is for files that say
// everything.
type ONNXReadOptions struct {
	// Preprocess turns pictures into what the graph takes: an exporter leaves it out, as
	// PyTorch's do, or has it in the graph, as Keras has for its EfficientNets. The zero value
	// lets pixels in as they are, 0…255. What the graph itself does to its input is added to
	// it. Another model's fits often: ResNet50(Torchvision).Preprocess.
	Preprocess Preprocess

	// Size is the side of the pictures, where the file leaves it open; default
	// Preprocess.Size, or else 224.
	Size int

	// Output is the output that is wanted of a graph with several.
	Output string

	Limits onnx.Limits
}

// ReadONNX reads an image classifier from an ONNX file as a model like any other: to be
// frozen, fine-tuned, folded and written again. [Model.Weights] gives its weights.
//
// It takes the operators that torchvision, timm and Keras export ResNets, VGGs, MobileNets
// and EfficientNets with; others are refused with [onnx.ErrUnsupported] and the node's
// name. Whatever the layout in the file, pictures are channels last and kernels [height,
// width, in, out]; transposes cancel out, static shapes are computed. Exporters multiply
// batch norms into the convolutions, which then have a bias.
//
// The groups are "stem", "block00" …, cut behind every residual block, linear bottleneck
// and pool, then "pool" and "classifier". A softmax at the end is left out, so that the
// last group gives logits as in every model here. Layers are called as in the file.
func ReadONNX(path string, o ONNXReadOptions) (*Model, error) {
	file, err := onnx.Open(path, o.Limits)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	defer file.Close()
	m, err := fromONNX(file, o)
	if err != nil {
		return nil, fmt.Errorf("zoo: %s: %w", path, err)
	}
	if m.Card.Name == "" || strings.HasPrefix(m.Card.Name, "main") || strings.HasPrefix(m.Card.Name, "tf2onnx") {
		m.Card.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	m.Card.Weights = path
	return m, nil
}

func fromONNX(file *onnx.Model, o ONNXReadOptions) (*Model, error) {
	t, err := newTrace(file, o)
	if err != nil {
		return nil, err
	}
	for i := range file.Nodes {
		if err := t.node(&file.Nodes[i]); err != nil {
			return nil, fmt.Errorf("node %v: %w", &file.Nodes[i], err)
		}
	}
	if err := t.finish(); err != nil {
		return nil, err
	}
	m := t.model()
	arrays, err := t.arrays(m)
	if err != nil {
		return nil, err
	}
	if err := m.Check(arrays, 0, len(m.Groups)); err != nil {
		return nil, err
	}
	m.once = &loading{arrays: arrays}
	return m, nil
}

// newTrace begins with the graph's input and constants.
func newTrace(file *onnx.Model, o ONNXReadOptions) (*trace, error) {
	t := &trace{file: file, values: map[string]symbol{}, readers: map[string]int{}, open: map[int]int{}, used: map[int]bool{},
		pools: map[pooled]int{}, momentum: 0.99}
	for _, x := range file.Tensors {
		if _, twice := t.values[x.Name]; twice {
			return nil, fmt.Errorf("%w: two tensors named %q", onnx.ErrFormat, x.Name)
		}
		t.values[x.Name] = symbol{constant: tensorConstant(x)}
	}
	for i := range file.Nodes {
		for _, in := range file.Nodes[i].Inputs {
			t.readers[in]++
		}
	}
	var names []string
	for _, out := range file.Outputs {
		names = append(names, out.Name)
		t.readers[out.Name]++
	}
	t.output = o.Output
	if t.output == "" && len(names) == 1 {
		t.output = names[0]
	}
	if !slices.Contains(names, t.output) {
		return nil, fmt.Errorf("%w: the outputs are %q; say which one is wanted by Output", ErrShape, names)
	}
	return t, t.input(o)
}

// input reads what the graph takes.
func (t *trace) input(o ONNXReadOptions) error {
	var in []onnx.Value
	for _, v := range t.file.Inputs {
		// Older files list the constants as inputs, and Keras some that nothing reads.
		if _, constant := t.values[v.Name]; !constant && t.readers[v.Name] > 0 {
			in = append(in, v)
		}
	}
	if len(in) != 1 || len(in[0].Shape) != 4 {
		return fmt.Errorf("%w: the inputs are %v, where one is wanted, of pictures", ErrShape, in)
	}
	d := in[0].Shape
	axes, h, w := "bchw", d[2].Size, d[3].Size
	if d[1].Size != 3 {
		axes, h, w = "bhwc", d[1].Size, d[2].Size
	}
	if c := d[strings.Index(axes, "c")].Size; c != 3 {
		return fmt.Errorf("%w: the input is %v, where pictures of three channels are wanted", ErrShape, d)
	}
	size := cmp.Or(o.Size, o.Preprocess.Size, 224)
	if h < 1 {
		h = size
	}
	if w < 1 {
		w = size
	}
	if h > 1<<15 || w > 1<<15 {
		return fmt.Errorf("%w: pictures of %d×%d", ErrShape, h, w)
	}
	t.batch = d[0].Size
	t.shapes = [][]int{{h, w, 3}}
	t.preprocess = o.Preprocess
	t.preprocess.Size = h
	t.preprocess.Crop, t.preprocess.Rule = cmp.Or(o.Preprocess.Crop, 1), cmp.Or(o.Preprocess.Rule, "bilinear")
	if o.Preprocess.Scale == [3]float32{} {
		t.preprocess.Scale = [3]float32{1, 1, 1}
	}
	t.values[in[0].Name] = symbol{traced: traced{axes: axes, raw: &raw{scale: [3]float64{1, 1, 1}}}}
	return nil
}

// node follows one node.
func (t *trace) node(n *onnx.Node) error {
	handle := onnxOperators[n.Op]
	if handle == nil || n.Domain != "" && n.Domain != "ai.onnx" {
		return fmt.Errorf("the operator is %w; known are %s", onnx.ErrUnsupported, strings.Join(slices.Sorted(maps.Keys(onnxOperators)), ", "))
	}
	in := make([]symbol, len(n.Inputs))
	for i, name := range n.Inputs {
		v, ok := t.values[name]
		if !ok && name != "" {
			return fmt.Errorf("%w: no node before it makes %q", onnx.ErrFormat, name)
		}
		in[i] = v
		t.open[v.id]--
	}
	if len(n.Outputs) == 0 || len(n.Inputs) == 0 && n.Op != "Constant" {
		return fmt.Errorf("%w: %d inputs, %d outputs", onnx.ErrFormat, len(n.Inputs), len(n.Outputs))
	}
	if _, twice := t.values[n.Outputs[0]]; twice {
		return fmt.Errorf("%w: %q is made twice", onnx.ErrFormat, n.Outputs[0])
	}
	out, err := handle(t, operands{n, in})
	if err != nil {
		return err
	}
	t.values[n.Outputs[0]] = out
	t.open[out.id] += t.readers[n.Outputs[0]]
	return nil
}

// finish takes the output.
func (t *trace) finish() error {
	v, ok := t.values[t.output]
	if !ok || v.constant != nil {
		return fmt.Errorf("%w: no node makes the output %q from the pictures", onnx.ErrFormat, t.output)
	}
	v.softmax = false
	id, err := t.take(v.traced)
	if err != nil {
		return fmt.Errorf("the output %q: %w", t.output, err)
	}
	if id == 0 {
		return fmt.Errorf("%w: the output %q is the input", onnx.ErrFormat, t.output)
	}
	t.last = id
	return nil
}

// model cuts what was followed into groups.
func (t *trace) model() *Model {
	groups, body, top := t.groups()
	m := &Model{Groups: groups, Version: 1, body: body, top: top, momentum: t.momentum, Preprocess: t.preprocess,
		unbiased: strings.Contains(t.file.Producer, "pytorch"), once: &loading{}}
	at := t.preprocess.Size
	m.Card = Card{Name: t.file.Name, Task: "classification of pictures", Data: "not said by the file",
		Input: fmt.Sprintf("%d×%d RGB, (x−%v)/%v", at, at, t.preprocess.Mean, t.preprocess.Scale), Paper: "not said by the file", Licence: "not said by the file"}
	m.Card.Classes = Size(t.shapes[t.last])
	if shape, err := m.OutShape(m.Features(), at, t.shapes[0][1]); err == nil {
		m.Card.Features = Size(shape)
	}
	if c, err := m.Cost(at, t.shapes[0][1]); err == nil {
		m.Card.Parameters, m.Card.MAdds = c.Parameters, c.MAdds
	}
	return m
}

// arrays reads the weights of the steps that are in the model, on all cores.
func (t *trace) arrays(m *Model) (Arrays, error) {
	params := m.Params(0, len(m.Groups))
	var makers []maker
	for _, s := range t.steps {
		makers = append(makers, s.arrays...)
	}
	values, failed := make([][]float32, len(params)), make([]error, len(params))
	if len(makers) != len(params) {
		return nil, fmt.Errorf("%w: %d arrays for %d parameters", ErrMissing, len(makers), len(params))
	}
	_ = parallel.Each(context.Background(), len(params), func(i int) { values[i], failed[i] = makers[i]() })
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	out := make(Arrays, len(params))
	for i, p := range params {
		out[p.Name] = Array{p.Name, p.Shape, values[i]}
	}
	return out, nil
}
