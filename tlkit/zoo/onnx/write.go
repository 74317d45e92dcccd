package onnx

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"transferlab/tlkit/zoo/internal/elements"
)

// Write writes the model, all tensors inside. Their values, nearly all of a model, are
// handed to w straight from where they are, so that what
// is written is the only copy. A model of more than 2 GiB is refused:
// protocol buffers end there.
func (m *Model) Write(w io.Writer) error {
	f, err := m.frame()
	if err != nil {
		return err
	}
	if f.size > math.MaxInt32 {
		return fmt.Errorf("onnx: %s: %w: %d bytes, a protocol buffer has 2 GiB at most", m.Name, ErrLimit, f.size)
	}
	out := bufio.NewWriterSize(w, 1<<16)
	out.Write(f.head)
	for i, t := range m.Tensors {
		out.Write(f.tensors[i])
		if err := t.write(out); err != nil {
			return err
		}
	}
	out.Write(f.tail)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("onnx: %s: %w", m.Name, err)
	}
	return nil
}

// Bytes is what Write writes, in memory.
func (m *Model) Bytes() ([]byte, error) {
	f, err := m.frame()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(int(min(f.size, math.MaxInt32)) + bytes.MinRead)
	if err := m.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// frame is a model without the values of its tensors.
type frame struct {
	head    []byte
	tensors [][]byte // what comes before the values of each
	tail    []byte
	size    int64
}

func (m *Model) frame() (frame, error) {
	var f frame
	var nodes []byte
	for i := range m.Nodes {
		n, err := m.Nodes[i].encode()
		if err != nil {
			return f, err
		}
		nodes = appendMessage(nodes, 1, n)
	}
	nodes = appendText(nodes, 2, m.Name)
	graph := int64(len(nodes))
	for _, t := range m.Tensors {
		head, body := t.head(), t.bytes()
		b := protowire.AppendTag(nil, 5, protowire.BytesType)
		b = protowire.AppendVarint(b, uint64(int64(len(head))+body))
		f.tensors = append(f.tensors, append(b, head...))
		graph += int64(len(b)+len(head)) + body
	}
	f.tail = appendValues(f.tail, 11, m.Inputs)
	f.tail = appendValues(f.tail, 12, m.Outputs)
	f.tail = appendValues(f.tail, 13, m.Values)
	graph += int64(len(f.tail))

	f.head = appendNumber(nil, 1, uint64(m.IR))
	f.head = appendText(f.head, 2, m.Producer)
	f.head = appendText(f.head, 3, m.ProducerVersion)
	for _, o := range m.Opsets {
		f.head = appendMessage(f.head, 8, appendNumber(appendMessage(nil, 1, []byte(o.Domain)), 2, uint64(o.Version)))
	}
	for _, e := range m.Metadata {
		f.head = appendMessage(f.head, 14, appendMessage(appendText(nil, 1, e.Key), 2, []byte(e.Text)))
	}
	f.head = protowire.AppendVarint(protowire.AppendTag(f.head, 7, protowire.BytesType), uint64(graph))
	f.size = int64(len(f.head)) + graph
	f.head = append(f.head, nodes...)
	return f, nil
}

func (n *Node) encode() ([]byte, error) {
	var b []byte
	for _, in := range n.Inputs { // an empty one is one left out, so it is written
		b = protowire.AppendString(protowire.AppendTag(b, 1, protowire.BytesType), in)
	}
	for _, out := range n.Outputs {
		b = protowire.AppendString(protowire.AppendTag(b, 2, protowire.BytesType), out)
	}
	b = appendText(b, 3, n.Name)
	b = appendText(b, 4, n.Op)
	for i := range n.Attributes {
		a, err := n.Attributes[i].encode()
		if err != nil {
			return nil, fmt.Errorf("onnx: node %v: %w", n, err)
		}
		b = appendMessage(b, 5, a)
	}
	return appendText(b, 7, n.Domain), nil
}

func (a *Attribute) encode() ([]byte, error) {
	b := appendText(nil, 1, a.Name)
	switch a.Kind {
	case KindFloat:
		b = protowire.AppendFixed32(protowire.AppendTag(b, 2, protowire.Fixed32Type), math.Float32bits(a.Float))
	case KindInt:
		b = appendNumber(b, 3, uint64(a.Int))
	case KindText:
		b = protowire.AppendString(protowire.AppendTag(b, 4, protowire.BytesType), a.Text)
	case KindTensor:
		var t bytes.Buffer
		t.Write(a.Tensor.head())
		if err := a.Tensor.write(&t); err != nil {
			return nil, err
		}
		b = appendMessage(b, 5, t.Bytes())
	case KindFloats:
		for _, v := range a.Floats {
			b = protowire.AppendFixed32(protowire.AppendTag(b, 7, protowire.Fixed32Type), math.Float32bits(v))
		}
	case KindInts:
		for _, v := range a.Ints {
			b = appendNumber(b, 8, uint64(v))
		}
	case KindTexts:
		for _, v := range a.Texts {
			b = protowire.AppendString(protowire.AppendTag(b, 9, protowire.BytesType), v)
		}
	}
	return appendNumber(b, 20, uint64(a.Kind)), nil
}

func appendValues(b []byte, id protowire.Number, list []Value) []byte {
	for _, v := range list {
		tensor := appendNumber(nil, 1, uint64(v.Type))
		if v.Shape != nil {
			var dims []byte
			for _, d := range v.Shape {
				one := appendText(nil, 2, d.Symbol)
				if d.Size >= 0 {
					one = appendNumber(nil, 1, uint64(d.Size))
				}
				dims = appendMessage(dims, 1, one)
			}
			tensor = appendMessage(tensor, 2, dims)
		}
		b = appendMessage(b, id, appendMessage(appendText(nil, 1, v.Name), 2, appendMessage(nil, 1, tensor)))
	}
	return b
}

// head is a TensorProto up to the values.
func (t *Tensor) head() []byte {
	var b []byte
	for _, d := range t.Shape {
		b = appendNumber(b, 1, uint64(d))
	}
	b = appendNumber(b, 2, uint64(t.Type))
	b = appendText(b, 8, t.Name)
	return protowire.AppendVarint(protowire.AppendTag(b, 9, protowire.BytesType), uint64(t.bytes()))
}

// write writes the values.
func (t *Tensor) write(w io.Writer) error {
	if t.make != nil {
		v := t.make()
		if len(v) != t.Len() {
			return fmt.Errorf("onnx: tensor %q: %d values for the shape %v", t.Name, len(v), t.Shape)
		}
		_, err := w.Write(elements.Bytes(v))
		return err
	}
	if t.varint {
		b, err := t.unpack()
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}
	for _, run := range t.runs {
		n, err := io.Copy(w, io.NewSectionReader(t.r, run.at, run.len()))
		if err == nil && n < run.len() {
			err = broken(run.at+n, "%w", io.ErrUnexpectedEOF)
		}
		if err != nil {
			return fmt.Errorf("onnx: tensor %q: %w", t.Name, err)
		}
	}
	return nil
}

func appendNumber(b []byte, id protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, id, protowire.VarintType), v)
}

// appendText adds a text, or nothing where it is empty.
func appendText(b []byte, id protowire.Number, s string) []byte {
	if s == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, id, protowire.BytesType), s)
}

func appendMessage(b []byte, id protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, id, protowire.BytesType), m)
}
