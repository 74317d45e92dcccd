package zoo

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"transferlab/tlkit/zoo/onnx"
)

// This file computes what does not depend on the pictures: shapes and paddings, which
// exporters leave as chains of small operators.

// constant is a value that does not depend on the pictures.
type constant struct {
	shape []int
	whole bool      // whole numbers or bools, not floating point ones
	few   []float64 // the numbers, where they are known; may hold anyBatch
	read  maker     // or floating point ones, where they are to be read
	err   error

	tensor *onnx.Tensor // from which parts can be read; nil where only read can
}

// mostFew is the most numbers that a shape or a choice of axes takes.
const mostFew = 1 << 12

func tensorConstant(x *onnx.Tensor) *constant {
	c := &constant{shape: x.Shape, whole: !x.Type.Floating()}
	if !c.whole {
		if c.read = x.Float32; x.Seekable() {
			c.tensor = x
		}
		return c
	}
	if x.Len() > mostFew {
		c.err = fmt.Errorf("the tensor %q of %d whole numbers is %w", x.Name, x.Len(), onnx.ErrUnsupported)
		return c
	}
	v, err := x.Ints()
	c.err = err
	for _, v := range v {
		c.few = append(c.few, float64(v))
	}
	return c
}

// wholes is a list of whole numbers.
func wholes(v ...int) symbol {
	c := &constant{shape: []int{len(v)}, whole: true}
	for _, v := range v {
		c.few = append(c.few, float64(v))
	}
	return symbol{constant: c}
}

// numbers gives the numbers where they are few.
func (c *constant) numbers() ([]float64, error) {
	if c.err != nil || c.read == nil {
		return c.few, c.err
	}
	if Size(c.shape) > mostFew {
		return nil, refuse("computing with a constant of shape %v", c.shape)
	}
	v, err := c.read()
	out := make([]float64, len(v))
	for i := range v {
		out[i] = float64(v[i])
	}
	return out, err
}

// ints gives whole numbers.
func (c *constant) ints() ([]int, error) {
	v, err := c.numbers()
	if err == nil && !c.whole {
		err = fmt.Errorf("%w: floating point numbers where whole ones are wanted", ErrShape)
	}
	out := make([]int, len(v))
	for i := range v {
		out[i] = int(v[i])
	}
	return out, err
}

// floats gives n floating point numbers.
func (c *constant) floats(n int) ([]float32, error) {
	if c.whole || Size(c.shape) != n {
		return nil, fmt.Errorf("%w: a constant of shape %v where %d floating point numbers are wanted", ErrShape, c.shape, n)
	}
	if c.read != nil {
		return c.read()
	}
	out := make([]float32, len(c.few))
	for i, v := range c.few {
		out[i] = float32(v)
	}
	return out, c.err
}

// number is the only floating point number of a constant.
func (c *constant) number() (float32, error) {
	v, err := c.floats(1)
	if err != nil {
		return 0, err
	}
	return v[0], nil
}

// perChannel reads a constant that meets v as one number a channel, or one for all.
func (t *trace) perChannel(c *constant, v traced) ([]float32, error) {
	at := strings.IndexAny(v.axes, "cf")
	if at < 0 {
		return nil, fmt.Errorf("%w: no channels", ErrShape)
	}
	channels := t.dims(v)[at]
	offset := len(v.axes) - len(c.shape)
	for i, d := range c.shape {
		if offset < 0 || d != 1 && i+offset != at {
			return nil, fmt.Errorf("a constant of shape %v that meets %q is %w: only one number for each channel", c.shape, v.axes, onnx.ErrUnsupported)
		}
	}
	if Size(c.shape) == 1 {
		one, err := c.number()
		if err != nil {
			return nil, err
		}
		return slices.Repeat([]float32{one}, channels), nil
	}
	return c.floats(channels)
}

// constant is the operator.
func (t *trace) constant(n operands) (symbol, error) {
	for i := range n.Attributes {
		c := &constant{whole: true}
		switch a := &n.Attributes[i]; a.Name {
		case "value":
			if a.Tensor == nil {
				continue
			}
			c = tensorConstant(a.Tensor)
		case "value_int":
			c.few = []float64{float64(a.Int)}
		case "value_ints":
			return wholes(a.Ints...), nil
		case "value_float":
			c.whole, c.few = false, []float64{float64(a.Float)}
		default:
			continue
		}
		return symbol{constant: c}, nil
	}
	return symbol{}, refuse("a constant that is neither a number nor numbers")
}

// each gives the constant with f of each number.
func (c *constant) each(f func(float64) float64) (symbol, error) {
	v, err := c.numbers()
	if slices.Contains(v, anyBatch) {
		err = refuse("computing with the size of the batch")
	}
	out := &constant{shape: c.shape, whole: c.whole, few: slices.Clone(v)}
	for i := range out.few {
		out.few[i] = f(out.few[i])
	}
	return symbol{constant: out}, err
}

func (c *constant) cast(to onnx.Type) (symbol, error) {
	if c.whole != to.Floating() && c.read == nil || c.read != nil && to.Floating() {
		return symbol{constant: c}, c.err
	}
	v, err := c.numbers()
	out := &constant{shape: c.shape, whole: !to.Floating(), few: slices.Clone(v)}
	if out.whole {
		for i := range out.few {
			out.few[i] = math.Trunc(out.few[i])
		}
	}
	return symbol{constant: out}, err
}

// round is Ceil or Floor.
func (t *trace) round(n operands) (symbol, error) {
	c, err := n.constant(0)
	if err != nil || c == nil {
		return symbol{}, errorsOr(err, refuse("no input"))
	}
	if n.Op == "Ceil" {
		return c.each(math.Ceil)
	}
	return c.each(math.Floor)
}

// arithmetic is Add, Sub, Mul or Div of two constants of one shape, or one a single number.
func arithmetic(op string, a, b *constant) (symbol, error) {
	x, err1 := a.numbers()
	y, err2 := b.numbers()
	if err := errorsOr(err1, err2); err != nil {
		return symbol{}, err
	}
	shape, one := a.shape, func(v []float64, i int) float64 { return v[i%len(v)] }
	if len(y) > len(x) {
		shape = b.shape
	}
	if len(x) == 0 || len(y) == 0 || len(x) != len(y) && len(x) > 1 && len(y) > 1 || a.whole != b.whole || slices.Contains(append(x, y...), anyBatch) {
		return symbol{}, refuse("%s of constants of the shapes %v and %v", op, a.shape, b.shape)
	}
	out := &constant{shape: shape, whole: a.whole}
	for i := range max(len(x), len(y)) {
		v := map[string]float64{"Add": one(x, i) + one(y, i), "Sub": one(x, i) - one(y, i), "Mul": one(x, i) * one(y, i), "Div": one(x, i) / one(y, i)}[op]
		if out.whole {
			v = math.Trunc(v)
		}
		if math.IsNaN(v) || math.Abs(v) > 1<<53 {
			return symbol{}, refuse("%s that gives %g", op, v)
		}
		out.few = append(out.few, v)
	}
	return symbol{constant: out}, nil
}

// filled is ConstantOfShape.
func (t *trace) filled(n operands) (symbol, error) {
	shape, _, err := n.ints("", 0)
	if err != nil {
		return symbol{}, err
	}
	size := 1
	for _, d := range shape {
		if d < 0 || d > mostFew || size > mostFew {
			return symbol{}, refuse("a constant of shape %v", dimsText(shape))
		}
		size *= d
	}
	by := &constant{few: []float64{0}}
	if a := n.Attribute("value"); a != nil && a.Tensor != nil && a.Tensor.Len() == 1 {
		by = tensorConstant(a.Tensor)
	}
	v, err := by.numbers()
	if err != nil || size > mostFew {
		return symbol{}, errorsOr(err, refuse("a constant of shape %v", shape))
	}
	return symbol{constant: &constant{shape: shape, whole: by.whole, few: slices.Repeat(v, size)}}, nil
}

func (c *constant) reshape(to []int) (symbol, error) {
	out, open, rest := *c, slices.Index(to, -1), 1
	out.shape = slices.Clone(to)
	for i, d := range to {
		if i != open {
			if d < 1 || d > 1<<31 || rest > 1<<31 {
				return symbol{}, refuse("a constant reshaped to %v", dimsText(to))
			}
			rest *= d
		}
	}
	if open >= 0 {
		out.shape[open] = Size(c.shape) / rest
	}
	if Size(out.shape) != Size(c.shape) {
		return symbol{}, fmt.Errorf("%w: a constant of shape %v reshaped to %v", ErrShape, c.shape, to)
	}
	return symbol{constant: &out}, c.err
}

// transpose moves the axes, of what is to be read when it is read.
func (c *constant) transpose(perm []int) (symbol, error) {
	perm, err := permutation(perm, len(c.shape))
	if err != nil {
		return symbol{}, err
	}
	out := *c
	out.shape, out.tensor = make([]int, len(perm)), nil
	for i, p := range perm {
		out.shape[i] = c.shape[p]
	}
	if c.read == nil {
		out.few = permuted(c.few, c.shape, perm)
		return symbol{constant: &out}, c.err
	}
	out.read = func() ([]float32, error) {
		v, err := c.read()
		return permuted(v, c.shape, perm), err
	}
	return symbol{constant: &out}, nil
}

// permuted is v, of this shape, with its axes in another order.
func permuted[T any](v []T, shape, perm []int) []T {
	to := make([]T, 0, len(v))
	var walk func(axis, at int)
	walk = func(axis, at int) {
		if axis == len(perm) {
			to = append(to, v[at])
			return
		}
		for i := range shape[perm[axis]] {
			walk(axis+1, at+i*Size(shape[perm[axis]+1:]))
		}
	}
	if len(v) > 0 {
		walk(0, 0)
	}
	return to
}

// gather takes the elements at these places of an axis, which becomes axes of this shape.
func (c *constant) gather(axis int, at, shape []int) (symbol, error) {
	v, err := c.numbers()
	if err != nil {
		return symbol{}, err
	}
	if axis < 0 {
		axis += len(c.shape)
	}
	if axis < 0 || axis >= len(c.shape) || len(v)*len(at) > mostFew*mostFew {
		return symbol{}, fmt.Errorf("%w: axis %d of a constant of shape %v", ErrShape, axis, c.shape)
	}
	out := &constant{whole: c.whole, shape: slices.Concat(c.shape[:axis], shape, c.shape[axis+1:])}
	long, each := c.shape[axis], Size(c.shape[axis+1:])
	for block := 0; block < len(v); block += long * each {
		for _, i := range at {
			if i < 0 {
				i += long
			}
			if i < 0 || i >= long {
				return symbol{}, fmt.Errorf("%w: place %d of %d", ErrShape, i, long)
			}
			out.few = append(out.few, v[block+i*each:][:each]...)
		}
	}
	if len(out.few) > mostFew {
		return symbol{}, refuse("a constant of shape %v", out.shape)
	}
	return symbol{constant: out}, nil
}

// concat puts lists one after the other.
func (t *trace) concat(n operands) (symbol, error) {
	out := &constant{whole: true}
	for i := range n.in {
		c, err := n.constant(i)
		if err != nil || c == nil {
			return symbol{}, errorsOr(err, refuse("no input"))
		}
		v, err := c.numbers()
		if err != nil {
			return symbol{}, err
		}
		if len(c.shape) != 1 || len(out.few)+len(v) > mostFew {
			return symbol{}, refuse("concatenating other than short lists")
		}
		out.few, out.whole = append(out.few, v...), out.whole && c.whole
	}
	out.shape = []int{len(out.few)}
	return symbol{constant: out}, nil
}

// slice takes a range of one axis of a constant, in steps of 1 or -1.
func (t *trace) slice(n operands) (symbol, error) {
	c, err := n.constant(0)
	if err != nil || c == nil {
		return symbol{}, errorsOr(err, refuse("no input"))
	}
	start, _, err1 := n.ints("starts", 1)
	end, _, err2 := n.ints("ends", 2)
	axes, _, err3 := n.ints("axes", 3)
	step, _, err4 := n.ints("steps", 4)
	if err := errorsOr(errorsOr(err1, err2), errorsOr(err3, err4)); err != nil {
		return symbol{}, err
	}
	if axes == nil {
		axes = []int{0}
	}
	if step == nil {
		step = []int{1}
	}
	if len(start) != 1 || len(end) != 1 || len(axes) != 1 || len(step) != 1 || step[0] != 1 && step[0] != -1 || axes[0] < 0 || axes[0] >= len(c.shape) {
		return symbol{}, refuse("a slice of other than one axis, in steps of 1 or -1,")
	}
	long := c.shape[axes[0]]
	if long > mostFew {
		return symbol{}, refuse("a slice of a constant of shape %v", c.shape)
	}
	at := []int{}
	if step[0] > 0 {
		for i := bound(start[0], long, 0); i < bound(end[0], long, 0); i++ {
			at = append(at, i)
		}
	} else {
		for i := min(bound(start[0], long, -1), long-1); i > bound(end[0], long, -1); i-- {
			at = append(at, i)
		}
	}
	return c.gather(axes[0], at, []int{len(at)})
}

// bound is a place of a list of n, counted from the end where it is negative, and not
// below least.
func bound(i, n, least int) int {
	if i < 0 {
		i += n
	}
	return min(max(i, least), n)
}
