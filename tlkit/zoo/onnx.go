package zoo

import (
	"encoding/json"
	"fmt"
	"io"

	"transferlab/tlkit/replace"
	"transferlab/tlkit/zoo/onnx"
)

// This file writes networks as ONNX models: batch norms folded, and channels first, as ONNX
// has it, which lets ONNX Runtime fuse each layer into one operation of its own layout.

const (
	onnxInput, onnxOutput = "pixels", "out"
	onnxIR                = 8  // file format of ONNX 1.13
	onnxOpset             = 17 // operators of ONNX 1.12
)

// ONNXOptions say what [Model.WriteONNX] writes. The zero value is the whole model.
type ONNXOptions struct {
	To            int  // groups [0, To) are written; default all
	Height, Width int  // of the pictures; default those of Preprocess
	Softmax       bool // adds a softmax over the last axis, so that probabilities come out

	// Classes are the names of the outputs. They go into the file's metadata as "classes", a
	// list in JSON.
	Classes []string
}

// WriteONNX writes a model as an ONNX file that takes raw pictures: input "pixels", uint8
// [batch, height, width, 3]; output "out", float32, in the shape of [Model.OutShape]. The
// batch is free. arrays are those of [Model.Params], which are folded on the way. The file
// appears whole or not at all.
func (m *Model) WriteONNX(path string, arrays Arrays, o ONNXOptions) error {
	if o.To == 0 {
		o.To = len(m.Groups)
	}
	if o.Height == 0 && o.Width == 0 {
		o.Height, o.Width = m.Preprocess.Size, m.Preprocess.Size
	}
	if _, err := m.OutShape(o.To, o.Height, o.Width); err != nil {
		return err
	}
	folded, err := m.Fold(arrays, 0, o.To)
	if err != nil {
		return err
	}
	w, err := m.onnx(folded, o)
	if err != nil {
		return err
	}
	return replace.With(path, func(to io.Writer) error { return w.Write(to) })
}

// ONNX is WriteONNX into memory: the groups [0, to) for pictures of height×width, of arrays
// that [Model.Fold] gave.
func (m *Model) ONNX(folded Arrays, to, height, width int) ([]byte, error) {
	model, err := m.onnx(folded, ONNXOptions{To: to, Height: height, Width: width})
	if err != nil {
		return nil, err
	}
	return model.Bytes()
}

type onnxWriter struct {
	model   *onnx.Model
	arrays  Arrays
	written map[string]bool // constants that are there
}

func (m *Model) onnx(folded Arrays, o ONNXOptions) (*onnx.Model, error) {
	out, err := m.OutShape(o.To, o.Height, o.Width)
	if err != nil {
		return nil, err
	}
	for _, p := range m.FoldedParams(0, o.To) {
		if err := checkArray(m.Card.Name, folded, p); err != nil {
			return nil, err
		}
	}
	in := []int{o.Height, o.Width, 3}
	w := &onnxWriter{arrays: folded, written: map[string]bool{}, model: &onnx.Model{
		IR: onnxIR, Producer: "tlkit", Name: m.Card.Name, Opsets: []onnx.Opset{{Version: onnxOpset}},
		Inputs:  []onnx.Value{onnxValue(onnxInput, onnx.Uint8, in)},
		Outputs: []onnx.Value{onnxValue(onnxOutput, onnx.Float32, out)},
	}}
	if o.Classes != nil {
		names, err := json.Marshal(o.Classes)
		if err != nil {
			return nil, err
		}
		w.model.Metadata = []onnx.Entry{{Key: "classes", Text: string(names)}}
	}
	x, shape := w.normalize(m.Preprocess), in
	for _, g := range foldedGroups(m.Groups[:o.To]) {
		x, shape = w.group(x, g, shape)
	}
	if len(out) == 3 { // back to channels last
		x = w.node("Transpose", []string{x}, onnx.Ints("perm", 0, 2, 3, 1))
	}
	if o.Softmax {
		x = w.node("Softmax", []string{x}, onnx.Int("axis", -1))
	}
	w.model.Nodes = append(w.model.Nodes, onnx.Node{Op: "Identity", Inputs: []string{x}, Outputs: []string{onnxOutput}})
	return w.model, nil
}

func (w *onnxWriter) normalize(p Preprocess) string {
	x := w.node("Transpose", []string{onnxInput}, onnx.Ints("perm", 0, 3, 1, 2))
	x = w.node("Cast", []string{x}, onnx.Int("to", int(onnx.Float32)))
	x = w.node("Sub", []string{x, w.constant("mean", []int{1, 3, 1, 1}, p.Mean[:])})
	x = w.node("Div", []string{x, w.constant("scale", []int{1, 3, 1, 1}, p.Scale[:])})
	if p.BGR {
		x = w.node("Gather", []string{x, w.indices("bgr", 2, 1, 0)}, onnx.Int("axis", 1))
	}
	return x
}

// group adds a group whose input has this shape, and gives its output's name and shape.
func (w *onnxWriter) group(x string, g Group, in []int) (string, []int) {
	shapes, _ := g.shapes(in) // OutShape has said that they fit
	all := []string{x}
	for _, s := range g.steps {
		all = append(all, s.op.onnx(w, g.path(s), pick(all, s.in), pick(shapes, s.in)))
	}
	return all[len(all)-1], shapes[len(shapes)-1]
}

// array adds one of the network's arrays as it is.
func (w *onnxWriter) array(name string) string {
	return w.constant(name, w.arrays[name].Shape, w.arrays[name].Value)
}

// scalar adds a number, once.
func (w *onnxWriter) scalar(name string, v float32) string {
	if !w.written[name] {
		w.constant(name, nil, []float32{v})
		w.written[name] = true
	}
	return name
}

// outputsFirst turns a kernel [kh, kw, in, out] into [out, in, kh, kw].
func outputsFirst(v []float32, shape []int) []float32 {
	taps, ins, outs := shape[0]*shape[1], shape[2], shape[3]
	w := make([]float32, len(v))
	for t := range taps {
		transposed(w[t:], taps, v[t*ins*outs:], ins, outs)
	}
	return w
}

// transposed writes the rows×columns matrix from to to, columns first, its elements step
// apart. It goes by tiles, which stay in the cache.
func transposed(to []float32, step int, from []float32, rows, columns int) {
	const tile = 16
	for r0 := 0; r0 < rows; r0 += tile {
		for c0 := 0; c0 < columns; c0 += tile {
			for c := c0; c < min(c0+tile, columns); c++ {
				for r := r0; r < min(r0+tile, rows); r++ {
					to[(c*rows+r)*step] = from[r*columns+c]
				}
			}
		}
	}
}

// node adds an operation and gives the name of its output.
func (w *onnxWriter) node(op string, inputs []string, attributes ...onnx.Attribute) string {
	name := fmt.Sprintf("%s%d", op, len(w.model.Nodes)+1)
	w.model.Nodes = append(w.model.Nodes, onnx.Node{Name: name, Op: op, Inputs: inputs, Outputs: []string{name}, Attributes: attributes})
	return name
}

// constant adds an initializer and gives its name.
func (w *onnxWriter) constant(name string, shape []int, value []float32) string {
	return w.made(name, shape, func() []float32 { return value })
}

// made is constant for values that are computed when they are written.
func (w *onnxWriter) made(name string, shape []int, value func() []float32) string {
	w.model.Tensors = append(w.model.Tensors, onnx.FloatTensor(name, shape, value))
	return name
}

// indices adds a list of whole numbers.
func (w *onnxWriter) indices(name string, values ...int) string {
	w.model.Tensors = append(w.model.Tensors, onnx.IntTensor(name, values...))
	return name
}

// onnxValue describes an input or output; the batch comes first and is free.
func onnxValue(name string, t onnx.Type, shape []int) onnx.Value {
	dims := []onnx.Dim{{Size: -1, Symbol: "batch"}}
	for _, d := range shape {
		dims = append(dims, onnx.Dim{Size: d})
	}
	return onnx.Value{Name: name, Type: t, Shape: dims}
}
