package zoo

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// This file writes a folded network as an ONNX model: channels first, as ONNX has it,
// which lets ONNX Runtime fuse each layer into one operation of its own layout. The
// field numbers are those of onnx.proto (ONNX 1.19); only what is used is here.

const (
	onnxInput, onnxOutput = "pixels", "out"
	onnxIR                = 8  // file format of ONNX 1.13
	onnxOpset             = 17 // operators of ONNX 1.12
	onnxFloat, onnxUint8  = 1, 2
	onnxInt64             = 7
)

type onnxWriter struct {
	nodes, initializers []byte
	arrays              Arrays
	count               int
	written             map[string]bool // constants that are there
}

// ONNX gives the groups [0, to) as an ONNX model: input "pixels", uint8 [batch, height,
// width, 3]; output "out", float32, in the shape of [Model.OutShape]. folded comes from
// [Model.Fold]; height and width are fixed, the batch is not.
func (m *Model) ONNX(folded Arrays, to, height, width int) ([]byte, error) {
	out, err := m.OutShape(to, height, width)
	if err != nil {
		return nil, err
	}
	for _, p := range m.FoldedParams(0, to) {
		if err := checkArray(m.Card.Name, folded, p); err != nil {
			return nil, err
		}
	}
	w := &onnxWriter{arrays: folded, initializers: make([]byte, 0, onnxSize(folded)), written: map[string]bool{}}
	x, shape := w.normalize(m.Preprocess), []int{height, width, 3}
	for _, g := range foldedGroups(m.Groups[:to]) {
		x, shape = w.group(x, g, shape)
	}
	if len(out) == 3 { // back to channels last
		x = w.node("Transpose", []string{x}, ints("perm", 0, 2, 3, 1))
	}
	w.nodes = appendMessage(w.nodes, 1, onnxNode("Identity", []string{x}, onnxOutput))
	return w.model(m, []int{height, width, 3}, out), nil
}

// onnxSize is room enough for the arrays with their names.
func onnxSize(arrays Arrays) int {
	n := 1024
	for name, a := range arrays {
		n += 4*len(a.Value) + len(name) + 64
	}
	return n
}

func (w *onnxWriter) normalize(p Preprocess) string {
	x := w.node("Transpose", []string{onnxInput}, ints("perm", 0, 3, 1, 2))
	x = w.node("Cast", []string{x}, integer("to", onnxFloat))
	x = w.node("Sub", []string{x, w.constant("mean", []int{1, 3, 1, 1}, p.Mean[:])})
	x = w.node("Div", []string{x, w.constant("scale", []int{1, 3, 1, 1}, p.Scale[:])})
	if p.BGR {
		x = w.node("Gather", []string{x, w.indices("bgr", 2, 1, 0)}, integer("axis", 1))
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
func outputsFirst(v []float32, shape []int) ([]float32, []int) {
	taps, ins, outs := shape[0]*shape[1], shape[2], shape[3]
	w := make([]float32, len(v))
	for t := range taps {
		transposed(w[t:], taps, v[t*ins*outs:], ins, outs)
	}
	return w, []int{outs, ins, shape[0], shape[1]}
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
func (w *onnxWriter) node(op string, inputs []string, attributes ...[]byte) string {
	w.count++
	out := fmt.Sprintf("%s%d", op, w.count)
	w.nodes = appendMessage(w.nodes, 1, onnxNode(op, inputs, out, attributes...))
	return out
}

func onnxNode(op string, inputs []string, output string, attributes ...[]byte) []byte {
	var b []byte
	for _, in := range inputs {
		b = appendText(b, 1, in)
	}
	b = appendText(b, 2, output)
	b = appendText(b, 4, op)
	for _, a := range attributes {
		b = appendMessage(b, 5, a)
	}
	return b
}

// constant adds an initializer and gives its name. The values are written once, straight
// to their place: they are nearly all of the model.
func (w *onnxWriter) constant(name string, shape []int, value []float32) string {
	var head []byte
	for _, d := range shape {
		head = appendNumber(head, 1, uint64(d))
	}
	head = appendNumber(head, 2, onnxFloat)
	head = appendText(head, 8, name)
	head = protowire.AppendTag(head, 9, protowire.BytesType)
	head = protowire.AppendVarint(head, uint64(4*len(value)))
	b := protowire.AppendTag(w.initializers, 5, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(head)+4*len(value)))
	b = slices.Grow(append(b, head...), 4*len(value))
	at := len(b)
	b = b[:at+4*len(value)]
	for i, v := range value {
		binary.LittleEndian.PutUint32(b[at+4*i:], math.Float32bits(v))
	}
	w.initializers = b
	return name
}

// indices adds a list of whole numbers.
func (w *onnxWriter) indices(name string, values ...uint64) string {
	b := appendNumber(appendNumber(nil, 1, uint64(len(values))), 2, onnxInt64)
	for _, v := range values {
		b = appendNumber(b, 7, v)
	}
	w.initializers = appendMessage(w.initializers, 5, appendText(b, 8, name))
	return name
}

func (w *onnxWriter) model(m *Model, in, out []int) []byte {
	var ends []byte
	ends = appendText(ends, 2, m.Card.Name)
	ends = appendMessage(ends, 11, onnxValue(onnxInput, onnxUint8, in))
	ends = appendMessage(ends, 12, onnxValue(onnxOutput, onnxFloat, out))
	size := len(w.nodes) + len(w.initializers) + len(ends)
	b := make([]byte, 0, size+64)
	b = appendNumber(b, 1, onnxIR)
	b = appendText(b, 2, "tlkit")
	b = appendMessage(b, 8, appendNumber(nil, 2, onnxOpset))
	b = protowire.AppendVarint(protowire.AppendTag(b, 7, protowire.BytesType), uint64(size))
	return append(append(append(b, w.nodes...), w.initializers...), ends...)
}

// onnxValue describes an input or output; the batch comes first and is free.
func onnxValue(name string, element uint64, shape []int) []byte {
	dims := appendMessage(nil, 1, appendText(nil, 2, "batch"))
	for _, d := range shape {
		dims = appendMessage(dims, 1, appendNumber(nil, 1, uint64(d)))
	}
	tensor := appendMessage(appendNumber(nil, 1, element), 2, dims)
	return appendMessage(appendText(nil, 1, name), 2, appendMessage(nil, 1, tensor))
}

// The types of an attribute in onnx.proto.
const attributeFloat, attributeInt, attributeInts = 1, 2, 7

func float(name string, v float32) []byte {
	b := protowire.AppendFixed32(protowire.AppendTag(appendText(nil, 1, name), 2, protowire.Fixed32Type), math.Float32bits(v))
	return appendNumber(b, 20, attributeFloat)
}

func integer(name string, v int) []byte {
	b := appendNumber(appendText(nil, 1, name), 3, uint64(v))
	return appendNumber(b, 20, attributeInt)
}

func ints(name string, values ...int) []byte {
	b := appendText(nil, 1, name)
	for _, v := range values {
		b = appendNumber(b, 8, uint64(v))
	}
	return appendNumber(b, 20, attributeInts)
}

func appendNumber(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func appendText(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

func appendMessage(b []byte, field protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), m)
}
