package grel

import "slices"

// node is a compiled part of an expression.
type node func(s *state) Value

// compiler turns trees into nodes. The variables that with, forEach and their like bind
// get slots of the state, which is exact although OpenRefine looks them up by name when it
// evaluates: nothing in the language can be evaluated outside the place where it stands.
type compiler struct {
	names []string // of the slots that are bound here, innermost last
	most  int
	uses  uses
}

// bind compiles the body of a control whose variable has a slot there.
func (c *compiler) bind(name string, body tree) (slot int, n node) {
	slot = len(c.names)
	c.names = append(c.names, name)
	c.most = max(c.most, len(c.names))
	n = body.compile(c)
	c.names = c.names[:slot]
	return slot, n
}

func (c *compiler) slot(name string) int {
	for i, n := range slices.Backward(c.names) {
		if n == name {
			return i
		}
	}
	return -1
}

func (t literal) compile(*compiler) node {
	v := t.value
	return func(*state) Value { return v }
}

func (t regexLiteral) compile(*compiler) node {
	v := objectValue(t.re)
	return func(*state) Value { return v }
}

func (t bracket) compile(c *compiler) node { return t.inner.compile(c) }

func (t variable) compile(c *compiler) node {
	if i := c.slot(t.name); i >= 0 {
		return func(s *state) Value { return s.slots[i] }
	}
	switch t.name {
	case "value":
		c.uses.value = true
		return (*state).current
	case "cell":
		c.uses.value = true
		return func(s *state) Value { return cellOf(s.current()) }
	case "cells":
		c.uses.all = true
		return constant(objectValue(cellsObject{}))
	case "row":
		c.uses.all = true
		return constant(objectValue(rowObject{}))
	case "rowIndex":
		return func(s *state) Value { return integer(s.row.Index()) }
	case "columnName":
		return func(s *state) Value { return StringValue(s.row.Column()) }
	case "true":
		return constant(BoolValue(true))
	case "false":
		return constant(BoolValue(false))
	case "PI":
		return constant(FloatValue(pi))
	}
	return constant(null) // OpenRefine takes a name that it does not know for nothing
}

func constant(v Value) node { return func(*state) Value { return v } }

// wholeRow reports whether the tree is the tuple of the row's cells.
func (c *compiler) wholeRow(t tree) bool {
	switch t := t.(type) {
	case variable:
		return t.name == "cells" && c.slot("cells") < 0
	case member:
		v, ok := t.of.(variable)
		return ok && t.name == "cells" && v.name == "row" && c.slot("row") < 0
	case bracket:
		return c.wholeRow(t.inner)
	}
	return false
}

// column is the cell of a named column.
func (c *compiler) column(name string) node {
	if !slices.Contains(c.uses.columns, name) {
		c.uses.columns = append(c.uses.columns, name)
	}
	return func(s *state) Value { return cellOf(s.cell(name)) }
}

func (t member) compile(c *compiler) node {
	if c.wholeRow(t.of) {
		return c.column(t.name)
	}
	if v, ok := t.of.(variable); ok && v.name == "row" && c.slot("row") < 0 && t.name == "index" {
		return func(s *state) Value { return integer(s.row.Index()) }
	}
	if n, ok := c.cellValue(t); ok {
		return n
	}
	of, name := t.of.compile(c), t.name
	return func(s *state) Value {
		v := of(s)
		if v.kind == KindError {
			return v
		}
		return field(s, v, name)
	}
}

// cellValue is the short way to cells["name"].value, without an object for the cell.
func (c *compiler) cellValue(t member) (node, bool) {
	if t.name != "value" {
		return nil, false
	}
	name, ok := "", false
	switch of := t.of.(type) {
	case member:
		name, ok = of.name, c.wholeRow(of.of)
	case call:
		name, ok = c.namedCell(of)
	}
	if !ok {
		return nil, false
	}
	c.column(name)
	return func(s *state) Value { return s.cell(name) }, true
}

// namedCell recognises cells["name"] and get(cells, "name").
func (c *compiler) namedCell(t call) (string, bool) {
	if t.name != "get" || len(t.args) != 2 || !c.wholeRow(t.args[0]) {
		return "", false
	}
	l, ok := t.args[1].(literal)
	return l.value.text, ok && l.value.kind == KindString
}

func (t list) compile(c *compiler) node {
	items := compileAll(c, t.items)
	return func(s *state) Value {
		out := make([]Value, len(items))
		for i, item := range items {
			if out[i] = item(s); out[i].kind == KindError {
				return out[i]
			}
		}
		return s.array("Object[]", out)
	}
}

func compileAll(c *compiler, trees []tree) []node {
	out := make([]node, len(trees))
	for i, t := range trees {
		out[i] = t.compile(c)
	}
	return out
}

// A call evaluates its arguments from left to right; the first one that is an error is
// its value.
func (t call) compile(c *compiler) node {
	if name, ok := c.namedCell(t); ok {
		return c.column(name)
	}
	args, fn, name := compileAll(c, t.args), t.fn.call, t.name
	return func(s *state) Value {
		base, work := len(s.stack), 0
		for _, arg := range args {
			v := arg(s)
			if v.kind == KindError {
				s.stack = s.stack[:base]
				return v
			}
			work += v.weight()
			s.stack = append(s.stack, v)
		}
		if !s.spend(work) {
			return s.stop()
		}
		s.name = name
		v := fn(s, s.stack[base:])
		s.stack = s.stack[:base]
		return v
	}
}

func (t controlCall) compile(c *compiler) node { return t.c.compile(c, t.name, t.args) }

func (t binary) compile(c *compiler) node {
	left, right := t.left.compile(c), t.right.compile(c)
	op := operators[t.op]
	return func(s *state) Value {
		a := left(s)
		if a.kind == KindError {
			return a
		}
		b := right(s)
		if b.kind == KindError {
			return b
		}
		if !s.spend(a.weight() + b.weight()) {
			return s.stop()
		}
		return op(s, a, b)
	}
}
