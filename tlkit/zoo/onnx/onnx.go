// Package onnx reads and writes ONNX models as plain Go values: the nodes of a graph, its
// inputs and outputs, and its tensors. What a node means is not its concern.
//
// A model is a protocol buffer (onnx.proto of ONNX 1.19, IR version 12); what is read here:
//
//	ModelProto      ir_version 1, producer_name 2, producer_version 3, graph 7, opset_import 8, metadata_props 14
//	GraphProto      node 1, name 2, initializer 5, input 11, output 12, value_info 13
//	NodeProto       input 1, output 2, name 3, op_type 4, attribute 5, domain 7
//	AttributeProto  name 1, f 2, i 3, s 4, t 5, floats 7, ints 8, strings 9, type 20
//	TensorProto     dims 1, data_type 2, float_data 4, int32_data 5, int64_data 7, name 8, raw_data 9,
//	                double_data 10, uint64_data 11, external_data 13, data_location 14
//	ValueInfoProto  name 1, type 2 (tensors only)
//
// Graphs inside attributes (If, Loop, Scan), functions, sparse tensors and tensors of text
// are refused by name with [ErrUnsupported].
//
// The numbers of tensors stay in the file until they are asked for, and go straight to
// where they are wanted; a model is read from outside, so whatever it declares is checked
// against the file's size and [Limits] before memory is taken.
package onnx

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"transferlab/tlkit/zoo/internal/elements"
)

// ErrFormat is wrapped by every error that says that the bytes are not a sound ONNX
// model: cut short, damaged, or made to harm.
var ErrFormat = errors.New("not a sound ONNX model")

// ErrUnsupported is wrapped by errors about parts of ONNX that are not read here.
var ErrUnsupported = errors.New("not supported")

// ErrLimit is wrapped by errors about models larger than [Limits] allow.
var ErrLimit = errors.New("larger than the limits allow")

// Model is an ONNX model.
type Model struct {
	IR              int // version of the file format
	Producer        string
	ProducerVersion string
	Opsets          []Opset
	Metadata        []Entry

	Name    string // of the graph
	Inputs  []Value
	Outputs []Value
	Values  []Value // what is said about values in between
	Nodes   []Node
	Tensors []*Tensor // the initializers

	close []io.Closer
}

// Opset is a version of a set of operators; the domain of ONNX's own is "".
type Opset struct {
	Domain  string
	Version int
}

// Entry is a pair of texts.
type Entry struct{ Key, Text string }

// Value is what is known about a value: an input, an output or one in between.
type Value struct {
	Name  string
	Type  Type
	Shape []Dim // nil where nothing is said
}

// Dim is one dimension of a value. Where it is not fixed, Size is -1 and Symbol may name it.
type Dim struct {
	Size   int
	Symbol string
}

// Node is an operation.
type Node struct {
	Name, Op, Domain string
	Inputs           []string // "" for an optional one left out
	Outputs          []string
	Attributes       []Attribute
}

// Kind says which field of an attribute holds its value. The numbers are onnx.proto's.
type Kind uint8

// The kinds of attributes.
const (
	KindFloat  Kind = 1
	KindInt    Kind = 2
	KindText   Kind = 3
	KindTensor Kind = 4
	KindFloats Kind = 6
	KindInts   Kind = 7
	KindTexts  Kind = 8
)

// Attribute is a constant of a node.
type Attribute struct {
	Name   string
	Kind   Kind
	Float  float32
	Int    int
	Text   string
	Tensor *Tensor
	Floats []float32
	Ints   []int
	Texts  []string
}

// Float is an attribute.
func Float(name string, v float32) Attribute { return Attribute{Name: name, Kind: KindFloat, Float: v} }

// Int is an attribute.
func Int(name string, v int) Attribute { return Attribute{Name: name, Kind: KindInt, Int: v} }

// Ints is an attribute.
func Ints(name string, v ...int) Attribute { return Attribute{Name: name, Kind: KindInts, Ints: v} }

// Text is an attribute.
func Text(name, v string) Attribute { return Attribute{Name: name, Kind: KindText, Text: v} }

// Attribute gives the attribute called name, or nil.
func (n *Node) Attribute(name string) *Attribute {
	i := slices.IndexFunc(n.Attributes, func(a Attribute) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return &n.Attributes[i]
}

// Int is the whole number called name, or otherwise where there is none.
func (n *Node) Int(name string, otherwise int) int {
	if a := n.Attribute(name); a != nil && a.Kind == KindInt {
		return a.Int
	}
	return otherwise
}

// Ints are the whole numbers called name; nil where there are none.
func (n *Node) Ints(name string) []int {
	if a := n.Attribute(name); a != nil && a.Kind == KindInts {
		return a.Ints
	}
	return nil
}

// Float is the number called name, or otherwise where there is none.
func (n *Node) Float(name string, otherwise float32) float32 {
	if a := n.Attribute(name); a != nil && a.Kind == KindFloat {
		return a.Float
	}
	return otherwise
}

// Text is the text called name, or otherwise where there is none.
func (n *Node) Text(name, otherwise string) string {
	if a := n.Attribute(name); a != nil && a.Kind == KindText {
		return a.Text
	}
	return otherwise
}

// String is the node as errors name it.
func (n *Node) String() string {
	op := n.Op
	if n.Domain != "" && n.Domain != "ai.onnx" {
		op = n.Domain + "." + op
	}
	if n.Name == "" && len(n.Outputs) > 0 {
		return fmt.Sprintf("%s that makes %q", op, n.Outputs[0])
	}
	return fmt.Sprintf("%s %q", op, n.Name)
}

// Type is the type of a tensor's elements. The numbers are onnx.proto's.
type Type uint8

// The types of elements that are read here.
const (
	Float32  Type = 1
	Uint8    Type = 2
	Int8     Type = 3
	Uint16   Type = 4
	Int16    Type = 5
	Int32    Type = 6
	Int64    Type = 7
	Bool     Type = 9
	Float16  Type = 10
	Float64  Type = 11
	Uint32   Type = 12
	Uint64   Type = 13
	BFloat16 Type = 16
)

var types = map[Type]struct {
	name string
	kind elements.Type
}{
	Float32: {"float32", elements.Float32}, Uint8: {"uint8", elements.Uint8}, Int8: {"int8", elements.Int8},
	Uint16: {"uint16", elements.Uint16}, Int16: {"int16", elements.Int16}, Int32: {"int32", elements.Int32},
	Int64: {"int64", elements.Int64}, Bool: {"bool", elements.Bool}, Float16: {"float16", elements.Float16},
	Float64: {"float64", elements.Float64}, Uint32: {"uint32", elements.Uint32}, Uint64: {"uint64", elements.Uint64},
	BFloat16: {"bfloat16", elements.BFloat16},
}

// Size is the bytes of one element; 0 for types that are not read here.
func (t Type) Size() int { return types[t].kind.Size() }

// String is the type's name, as "float32".
func (t Type) String() string {
	if k, ok := types[t]; ok {
		return k.name
	}
	return fmt.Sprintf("type %d", uint8(t))
}

// Floating says whether the elements are floating point numbers.
func (t Type) Floating() bool {
	return t == Float32 || t == Float16 || t == BFloat16 || t == Float64
}

// Close closes the files that Open opened. Tensors cannot be read afterwards.
func (m *Model) Close() error {
	var all []error
	for _, c := range m.close {
		all = append(all, c.Close())
	}
	m.close = nil
	return errors.Join(all...)
}
