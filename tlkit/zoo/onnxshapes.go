package zoo

import (
	"fmt"
	"slices"

	"transferlab/tlkit/zoo/onnx"
)

// This file holds the operators of ONNX that move numbers and change none: of values that
// depend on the pictures they change the axes, of constants the shape.

// same is an operator that changes nothing here. All that depends on the pictures is
// float32, so that a cast is none.
func (t *trace) same(n operands) (symbol, error) {
	if len(n.in) == 0 {
		return symbol{}, fmt.Errorf("%w: no input", onnx.ErrFormat)
	}
	v := n.in[0]
	if n.Op == "Cast" {
		to := onnx.Type(n.Int("to", 0))
		if v.constant != nil {
			return v.constant.cast(to)
		}
		if !to.Floating() {
			return symbol{}, refuse("a cast of pictures to %v", to)
		}
	}
	return v, nil
}

func (t *trace) flatten(n operands) (symbol, error) {
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	if a := n.Int("axis", 1); a != 1 && a != 1-len(v.axes) {
		return symbol{}, refuse("flattening from axis %d on", a)
	}
	out, err := t.reshape(v, []int{anyBatch, -1}, true)
	return symbol{traced: out}, err
}

func (t *trace) reshaped(n operands) (symbol, error) {
	to, ok, err := n.ints("shape", 1)
	if err != nil || !ok {
		return symbol{}, errorsOr(err, refuse("a reshape without a shape"))
	}
	if c := n.in[0].constant; c != nil {
		return c.reshape(to)
	}
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	out, err := t.reshape(v, to, n.Int("allowzero", 0) == 0)
	return symbol{traced: out}, err
}

func errorsOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// axesOf are the axes that Squeeze and Unsqueeze name, in an array of this rank; nil where
// they name none.
func (n operands) axesOf(rank int) ([]int, error) {
	axes, ok, err := n.ints("axes", 1)
	if err != nil || !ok {
		return nil, err
	}
	axes = slices.Clone(axes)
	for i := range axes {
		if axes[i] < 0 {
			axes[i] += rank
		}
		if axes[i] < 0 || axes[i] >= rank {
			return nil, fmt.Errorf("%w: axis %d of %d", ErrShape, axes[i], rank)
		}
	}
	slices.Sort(axes)
	return slices.Compact(axes), nil
}

func (t *trace) squeeze(n operands) (symbol, error) {
	c, from := n.in[0].constant, t.dims(n.in[0].traced)
	if c != nil {
		from = c.shape
	}
	axes, err := n.axesOf(len(from))
	if err != nil {
		return symbol{}, err
	}
	to := []int{}
	for i, d := range from {
		if gone := slices.Contains(axes, i) || axes == nil && d == 1; !gone {
			to = append(to, d)
		} else if d != 1 {
			return symbol{}, fmt.Errorf("%w: axis %d of size %d is squeezed", ErrShape, i, d)
		}
	}
	return t.relabel(n, to)
}

// relabel gives the first input the shape to, in which axes of size 1 have come or gone.
func (t *trace) relabel(n operands, to []int) (symbol, error) {
	if c := n.in[0].constant; c != nil {
		out := *c
		out.shape = to
		return symbol{constant: &out}, c.err
	}
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	out, err := t.reshape(v, to, false)
	return symbol{traced: out}, err
}

func (t *trace) unsqueeze(n operands) (symbol, error) {
	c, from := n.in[0].constant, t.dims(n.in[0].traced)
	if c != nil {
		from = c.shape
	}
	listed, _, err := n.ints("axes", 1)
	if err != nil {
		return symbol{}, err
	}
	axes, err := n.axesOf(len(from) + len(listed))
	if err != nil {
		return symbol{}, err
	}
	to := slices.Clone(from)
	for _, a := range axes {
		if a > len(to) {
			return symbol{}, fmt.Errorf("%w: axis %d of %v", ErrShape, a, to)
		}
		to = slices.Insert(to, a, 1)
	}
	return t.relabel(n, to)
}

func (t *trace) transpose(n operands) (symbol, error) {
	if c := n.in[0].constant; c != nil {
		return c.transpose(n.Ints("perm"))
	}
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	perm, err := permutation(n.Ints("perm"), len(v.axes))
	if err != nil {
		return symbol{}, err
	}
	axes := make([]byte, len(perm))
	for i, p := range perm {
		axes[i] = v.axes[p]
	}
	if axes[0] != 'b' {
		return symbol{}, refuse("a transpose of %q to %q", v.axes, axes)
	}
	v.axes = string(axes)
	return symbol{traced: v}, nil
}

func permutation(perm []int, rank int) ([]int, error) {
	if perm == nil {
		for i := range rank {
			perm = append(perm, rank-1-i)
		}
	}
	seen := slices.Sorted(slices.Values(perm))
	for i, p := range seen {
		if i != p {
			return nil, fmt.Errorf("%w: perm %v of %d axes", ErrShape, perm, rank)
		}
	}
	if len(perm) != rank {
		return nil, fmt.Errorf("%w: perm %v of %d axes", ErrShape, perm, rank)
	}
	return perm, nil
}

func (t *trace) shapeOf(n operands) (symbol, error) {
	if n.Attribute("start") != nil || n.Attribute("end") != nil {
		return symbol{}, refuse("a part of a shape")
	}
	if c := n.in[0].constant; c != nil {
		return wholes(c.shape...), nil
	}
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	return wholes(t.dims(v)...), nil
}

// gather takes numbers out of a constant, or turns the input's channels round.
func (t *trace) gather(n operands) (symbol, error) {
	index, err := n.constant(1)
	if err != nil || index == nil {
		return symbol{}, errorsOr(err, refuse("no index"))
	}
	at, err := index.ints()
	if err != nil {
		return symbol{}, err
	}
	axis, c := n.Int("axis", 0), n.in[0].constant
	if c != nil {
		return c.gather(axis, at, index.shape)
	}
	v, err := n.traced(0)
	if err != nil {
		return symbol{}, err
	}
	if v.raw == nil || axis < 0 || axis >= len(v.axes) || v.axes[axis] != 'c' || !slices.Equal(at, []int{2, 1, 0}) {
		return symbol{}, refuse("taking %v along axis %d of %q", at, axis, v.axes)
	}
	r := *v.raw
	r.flipped = !r.flipped
	r.scale[0], r.scale[2], r.shift[0], r.shift[2] = r.scale[2], r.scale[0], r.shift[2], r.shift[0]
	v.raw = &r
	return symbol{traced: v}, nil
}
