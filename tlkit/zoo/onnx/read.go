package onnx

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/encoding/protowire"
)

// Limits bound what a reader accepts. A zero field takes its default.
type Limits struct {
	Bytes int64 // most bytes of all tensors together, those in other files included; default 16 GiB
	Items int   // most nodes, names, attributes, dimensions and numbers outside tensors; default 2 million
	Text  int   // most bytes of one name or text; default 64 KiB, which is the most
	Files int   // most files of external data; default 64
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 16 << 30
	}
	if l.Items <= 0 {
		l.Items = 2_000_000
	}
	if l.Text <= 0 || l.Text > windowBytes {
		l.Text = windowBytes
	}
	if l.Files <= 0 {
		l.Files = 64
	}
	return l
}

// Open reads the model in the file at path. Tensors in other files ("external data") are
// looked for in its folder and below it, nowhere else. Close the model after use.
func Open(path string, limits Limits) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("onnx: %s: %w", path, err)
	}
	beside := &folder{path: filepath.Dir(path), limits: limits.withDefaults()}
	m, err := read(f, st.Size(), limits, beside)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("onnx: %s: %w", path, err), f.Close(), beside.Close())
	}
	m.close = []io.Closer{f, beside}
	return m, nil
}

// Read reads a model of size bytes from r. Tensors are read from r later, so r must stay
// usable. Tensors in other files are refused: use [Open].
func Read(r io.ReaderAt, size int64, limits Limits) (*Model, error) {
	m, err := read(r, size, limits, nil)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return m, nil
}

func read(r io.ReaderAt, size int64, limits Limits, beside *folder) (*Model, error) {
	p := &parser{scanner: scanner{r: r, limits: limits.withDefaults(), window: make([]byte, 0, windowBytes)}, beside: beside}
	return p.model(span{0, size})
}

// parser turns messages into values.
type parser struct {
	scanner
	beside *folder
	bytes  int64 // of the tensors so far
}

func (p *parser) model(at span) (*Model, error) {
	m, graphs := &Model{}, 0
	err := p.fields(at, func(f field) error {
		switch f.id {
		case 1:
			return p.int(f, &m.IR)
		case 2:
			return p.text(f, &m.Producer)
		case 3:
			return p.text(f, &m.ProducerVersion)
		case 7:
			if graphs++; graphs > 1 {
				return broken(f.body.at, "a second graph")
			}
			return p.graph(f, m)
		case 8:
			m.Opsets = append(m.Opsets, Opset{})
			return p.opset(f, &m.Opsets[len(m.Opsets)-1])
		case 14:
			m.Metadata = append(m.Metadata, Entry{})
			return p.entry(f, &m.Metadata[len(m.Metadata)-1])
		case 25:
			return p.function(f)
		}
		return nil
	})
	if err == nil && (graphs == 0 || len(m.Opsets) == 0) {
		err = broken(at.end, "%d graphs and %d operator sets, where there is one graph and at least one set; the file may be cut short", graphs, len(m.Opsets))
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// function refuses a function by its name (field 1 of FunctionProto).
func (p *parser) function(f field) error {
	if err := message(f); err != nil {
		return err
	}
	var name string
	if err := p.fields(f.body, func(f field) error {
		if f.id == 1 {
			return p.text(f, &name)
		}
		return nil
	}); err != nil {
		return err
	}
	return fmt.Errorf("the function %q, at byte %d: functions are %w; inline them first (onnx.inliner)", name, f.body.at, ErrUnsupported)
}

func (p *parser) opset(f field, o *Opset) error {
	if err := message(f); err != nil {
		return err
	}
	if err := p.count(4, f.body.at); err != nil {
		return err
	}
	return p.fields(f.body, func(f field) error {
		switch f.id {
		case 1:
			return p.text(f, &o.Domain)
		case 2:
			return p.int(f, &o.Version)
		}
		return nil
	})
}

func (p *parser) entry(f field, e *Entry) error {
	if err := message(f); err != nil {
		return err
	}
	if err := p.count(4, f.body.at); err != nil {
		return err
	}
	return p.fields(f.body, func(f field) error {
		switch f.id {
		case 1:
			return p.text(f, &e.Key)
		case 2:
			return p.text(f, &e.Text)
		}
		return nil
	})
}

func (p *parser) graph(f field, m *Model) error {
	if err := message(f); err != nil {
		return err
	}
	return p.fields(f.body, func(f field) error {
		switch f.id {
		case 1:
			m.Nodes = append(m.Nodes, Node{})
			return p.node(f, &m.Nodes[len(m.Nodes)-1])
		case 2:
			return p.text(f, &m.Name)
		case 5:
			t := &Tensor{}
			m.Tensors = append(m.Tensors, t)
			return p.tensor(f, t)
		case 11:
			return p.values(f, &m.Inputs)
		case 12:
			return p.values(f, &m.Outputs)
		case 13:
			return p.values(f, &m.Values)
		case 15:
			return fmt.Errorf("a sparse tensor, at byte %d, is %w; write it densely", f.body.at, ErrUnsupported)
		}
		return nil
	})
}

func (p *parser) node(f field, n *Node) error {
	if err := message(f); err != nil {
		return err
	}
	if err := p.count(10, f.body.at); err != nil {
		return err
	}
	return p.fields(f.body, func(f field) error {
		switch f.id {
		case 1:
			return p.texts(f, &n.Inputs)
		case 2:
			return p.texts(f, &n.Outputs)
		case 3:
			return p.text(f, &n.Name)
		case 4:
			return p.text(f, &n.Op)
		case 5:
			n.Attributes = append(n.Attributes, Attribute{})
			a := &n.Attributes[len(n.Attributes)-1]
			if err := p.attribute(f, a); err != nil {
				return fmt.Errorf("node %v: attribute %q: %w", n, a.Name, err)
			}
		case 7:
			return p.text(f, &n.Domain)
		}
		return nil
	})
}

// unsupportedAttributes are those whose values are not read here, by field.
var unsupportedAttributes = map[protowire.Number]string{
	6: "a graph", 10: "a list of tensors", 11: "a list of graphs", 14: "a type", 15: "a list of types",
	21: "a function's parameter", 22: "a sparse tensor", 23: "a list of sparse tensors",
}

func (p *parser) attribute(f field, a *Attribute) error {
	if err := message(f); err != nil {
		return err
	}
	if err := p.count(20, f.body.at); err != nil {
		return err
	}
	declared, seen := 0, Kind(0)
	err := p.fields(f.body, func(f field) error {
		if what := unsupportedAttributes[f.id]; what != "" {
			return fmt.Errorf("%s, at byte %d, is %w", what, f.body.at, ErrUnsupported)
		}
		if f.id >= 2 && f.id <= 9 {
			seen = Kind(f.id) - 1
		}
		if f.id == 20 {
			return p.int(f, &declared)
		}
		return p.attributeField(f, a)
	})
	switch {
	case err != nil:
		return err
	case declared != 0 && seen != 0 && Kind(declared) != seen:
		return broken(f.body.at, "declared to be of type %d, with a value of type %d", declared, seen)
	case declared == 0:
		declared = int(seen) // files before IR version 2 do not declare it
	}
	if declared < int(KindFloat) || declared > int(KindTexts) || declared == 5 || declared == int(KindTensor) && a.Tensor == nil {
		return broken(f.body.at, "no value of the declared type %d", declared)
	}
	a.Kind = Kind(declared)
	return nil
}

func (p *parser) attributeField(f field, a *Attribute) error {
	switch f.id {
	case 1:
		return p.text(f, &a.Name)
	case 2:
		if f.kind != protowire.Fixed32Type {
			return broken(f.body.at, "not a float")
		}
		a.Float = math.Float32frombits(uint32(f.number))
	case 3:
		return p.int(f, &a.Int)
	case 4:
		return p.text(f, &a.Text)
	case 5:
		a.Tensor = &Tensor{}
		return p.tensor(f, a.Tensor)
	case 7:
		return p.numbers(f, protowire.Fixed32Type, func(v uint64) { a.Floats = append(a.Floats, math.Float32frombits(uint32(v))) })
	case 8:
		return p.numbers(f, protowire.VarintType, func(v uint64) { a.Ints = append(a.Ints, int(int64(v))) })
	case 9:
		return p.texts(f, &a.Texts)
	}
	return nil
}

func (p *parser) values(f field, to *[]Value) error {
	if err := message(f); err != nil {
		return err
	}
	if err := p.count(6, f.body.at); err != nil {
		return err
	}
	*to = append(*to, Value{})
	v := &(*to)[len(*to)-1]
	return p.fields(f.body, func(f field) error {
		switch f.id {
		case 1:
			return p.text(f, &v.Name)
		case 2:
			if err := message(f); err != nil {
				return err
			}
			return p.fields(f.body, func(f field) error { return p.valueType(f, v) })
		}
		return nil
	})
}

// valueType reads a field of a TypeProto; those that are no tensor leave Type 0.
func (p *parser) valueType(f field, v *Value) error {
	if f.id != 1 {
		return nil
	}
	if err := message(f); err != nil {
		return err
	}
	return p.fields(f.body, func(f field) error {
		switch f.id {
		case 1:
			if f.kind != protowire.VarintType || f.number > math.MaxUint8 {
				return broken(f.body.at, "value %q: no type of elements", v.Name)
			}
			v.Type = Type(f.number)
		case 2:
			if err := message(f); err != nil {
				return err
			}
			v.Shape = []Dim{}
			return p.fields(f.body, func(f field) error { return p.dim(f, v) })
		}
		return nil
	})
}

func (p *parser) dim(f field, v *Value) error {
	if f.id != 1 {
		return nil
	}
	if err := message(f); err != nil {
		return err
	}
	if err := p.count(2, f.body.at); err != nil {
		return err
	}
	d := Dim{Size: -1}
	err := p.fields(f.body, func(f field) error {
		switch f.id {
		case 1:
			if f.number > math.MaxInt32 { // -1 is written by some for what is not known
				return nil
			}
			return p.int(f, &d.Size)
		case 2:
			return p.text(f, &d.Symbol)
		}
		return nil
	})
	v.Shape = append(v.Shape, d)
	return err
}
