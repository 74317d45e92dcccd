package zoo

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo/onnx"
)

// This file follows the values of an ONNX graph. A value either is a constant, or depends
// on the pictures: then it is a step's output here, channels last, and a word says what the
// axes of ONNX's array are, "bchw" or "bhwc". A transpose changes the word and nothing else,
// so those that an exporter puts around each layer cancel out. What has one form in ONNX and
// another here waits until it is known who reads it: a mean over the picture, a pad.

// symbol is a value of the graph.
type symbol struct {
	constant *constant
	traced
}

// traced is a value that depends on the pictures.
type traced struct {
	id int // 0 is the input, i+1 the output of step i

	// axes has a letter for each axis of ONNX's array: b, h, w, c, or 1 for one of size 1 that
	// the value here need not have; f is a picture in a row.
	axes string

	row     []int          // of f: the shape of the picture
	slowest byte           // of f: the axis of the picture that changes slowest
	raw     *raw           // the input, so far
	pool    *pooled        // waits to be taken
	pad     device.Padding // waits to be taken
	softmax bool           // a softmax was left out
}

// raw is what the graph has done to its input: scale·x + shift for each channel, after
// turning their order round or not.
type raw struct {
	scale, shift [3]float64
	flipped      bool
}

// pooled is the mean or the largest of each channel over the picture of a value.
type pooled struct {
	id   int
	max  bool
	keep bool
}

// maker reads an array in this package's layout.
type maker func() ([]float32, error)

// found is a step, with global ids as its inputs.
type found struct {
	step   step
	in     []int
	arrays []maker // as op.slots
}

// trace is what is known so far.
type trace struct {
	file       *onnx.Model
	values     map[string]symbol
	readers    map[string]int // of each name
	open       map[int]int    // readers of a value, under all its names, that are to come
	used       map[int]bool   // values that steps read
	batch      int            // the fixed size of a batch; below 1 where it is free
	output     string
	last       int // id of the output
	steps      []found
	shapes     [][]int // by id
	pools      map[pooled]int
	took       *raw // how the input was taken
	preprocess Preprocess
	momentum   float32
}

// add adds a step.
func (t *trace) add(name string, op operation, in []int, arrays ...maker) (int, error) {
	ids := make([]value, len(in))
	for i, v := range in {
		ids[i] = value(v)
	}
	shape, err := op.outShape(pick(t.shapes, ids))
	if err != nil {
		return 0, err
	}
	if slices.Min(append([]int{1}, shape...)) < 1 {
		return 0, fmt.Errorf("%w: nothing is left of the picture", ErrShape)
	}
	for _, v := range in {
		t.used[v] = true
	}
	t.steps = append(t.steps, found{step{name: name, op: op}, in, arrays})
	t.shapes = append(t.shapes, shape)
	return len(t.steps), nil
}

// take gives the id of a value as it is.
func (t *trace) take(v traced) (int, error) {
	switch {
	case v.softmax:
		return 0, fmt.Errorf("a softmax inside of the network is %w", onnx.ErrUnsupported)
	case v.pad != device.Padding{}:
		return 0, fmt.Errorf("padding that neither a convolution nor a pool reads is %w", onnx.ErrUnsupported)
	case v.raw != nil:
		return 0, t.takeInput(*v.raw)
	case v.pool != nil:
		if id, ok := t.pools[*v.pool]; ok {
			return id, nil
		}
		id, err := t.add("", global{max: v.pool.max, keep: v.pool.keep}, []int{v.pool.id})
		t.pools[*v.pool] = id
		return id, err
	}
	return v.id, nil
}

// picture gives the id of a value as [h, w, c].
func (t *trace) picture(v traced) (int, error) {
	if v.pool != nil {
		p := *v.pool
		p.keep, v.pool = true, &p
	}
	id, err := t.take(v)
	if err == nil && len(t.shapes[id]) != 3 {
		err = fmt.Errorf("a row of numbers where pictures are wanted is %w", onnx.ErrUnsupported)
	}
	return id, err
}

// flat gives the id of a value as a row.
func (t *trace) flat(v traced) (int, error) {
	id, err := t.take(v)
	if err != nil || len(t.shapes[id]) == 1 {
		return id, err
	}
	return t.add("", flatten{}, []int{id})
}

// takeInput makes what the graph has done to its input part of the preprocessing:
// s·(x−mean)/scale + b is (x − (mean − b·scale/s)) / (scale/s).
func (t *trace) takeInput(r raw) error {
	if t.took != nil {
		if *t.took != r {
			return fmt.Errorf("an input that is normalised in two ways is %w", onnx.ErrUnsupported)
		}
		return nil
	}
	t.took = &r
	p := &t.preprocess
	p.BGR = p.BGR != r.flipped
	for i := range 3 {
		c := i
		if p.BGR { // mean and scale are in the order red, green, blue
			c = 2 - i
		}
		scale := float64(p.Scale[c]) / r.scale[i]
		p.Mean[c] = float32(float64(p.Mean[c]) - r.shift[i]*scale)
		p.Scale[c] = float32(scale)
		if scale == 0 || math.IsInf(scale, 0) || math.IsNaN(scale) {
			return fmt.Errorf("%w: the input is multiplied by %g", onnx.ErrFormat, r.scale[i])
		}
	}
	return nil
}

// shape is a value's shape here.
func (t *trace) shape(v traced) []int {
	if v.pool != nil {
		s := t.shapes[v.pool.id]
		return []int{1, 1, s[2]}
	}
	s := slices.Clone(t.shapes[v.id])
	if v.pad != (device.Padding{}) {
		for i := range v.pad {
			s[i] += v.pad[i][0] + v.pad[i][1]
		}
	}
	return s
}

// anyBatch stands for the size of the batch, in shapes.
const anyBatch = math.MinInt

// dims is the shape of ONNX's array.
func (t *trace) dims(v traced) []int {
	shape, out := t.shape(v), make([]int, len(v.axes))
	for i, a := range v.axes {
		switch a {
		case 'b':
			out[i] = anyBatch
		case 'h', 'w', 'c':
			out[i] = shape[len(shape)-3+strings.IndexRune("hwc", a)]
			if len(shape) == 1 {
				out[i] = shape[0]
			}
		case 'f':
			out[i] = Size(shape)
		default:
			out[i] = 1
		}
	}
	return out
}

// reshape gives v another shape, in which 0 keeps a dimension (if keep) and -1 is what is
// left. Either only axes of size 1 come and go, or a picture becomes a row.
func (t *trace) reshape(v traced, to []int, keep bool) (traced, error) {
	from := t.dims(v)
	target, err := t.resolve(from, to, keep)
	if err != nil {
		return v, err
	}
	var letters []byte
	var sizes, wanted []int
	for i, d := range from[1:] {
		if d != 1 {
			letters, sizes = append(letters, v.axes[i+1]), append(sizes, d)
		}
	}
	for _, d := range target[1:] {
		if d != 1 {
			wanted = append(wanted, d)
		}
	}
	switch {
	case slices.Equal(sizes, wanted):
		if len(sizes) == 0 {
			letters = []byte("c")
		}
		axes := []byte{'b'}
		for i, d := range target[1:] {
			if d == 1 && (len(sizes) > 0 || i > 0) {
				axes = append(axes, '1')
				continue
			}
			axes, letters = append(axes, letters[0]), letters[1:]
		}
		v.axes = string(axes)
		return v, nil
	case len(target) == 2 && (v.axes == "bchw" || v.axes == "bhwc"):
		id, err := t.picture(v)
		if err != nil {
			return v, err
		}
		id, err = t.add("", flatten{}, []int{id})
		return traced{id: id, axes: "bf", row: t.shape(v), slowest: v.axes[1]}, err
	}
	return v, fmt.Errorf("a reshape from %v to %v is %w: only pictures into rows", dimsText(from), dimsText(to), onnx.ErrUnsupported)
}

// resolve gives the dimensions that a reshape to names, the batch first.
func (t *trace) resolve(from, to []int, keep bool) ([]int, error) {
	out, rest, open := slices.Clone(to), 1, -1
	for i, d := range to {
		if d == 0 && keep && i < len(from) {
			out[i] = from[i]
		}
		if i > 0 && d == -1 {
			open = i
		}
	}
	each := 1
	for _, d := range from[1:] {
		each *= d
	}
	for i, d := range out {
		if i > 0 && i != open {
			if d < 1 || d > each {
				return nil, t.noReshape(from, to)
			}
			if rest *= d; rest > each {
				return nil, t.noReshape(from, to)
			}
		}
	}
	if open >= 0 && each%rest == 0 {
		out[open] = each / rest
		rest = each
	}
	free := len(out) > 0 && (out[0] == anyBatch || out[0] == -1 && open < 0 || out[0] == t.batch && t.batch > 0)
	if !free || from[0] != anyBatch || rest != each {
		return nil, t.noReshape(from, to)
	}
	return out, nil
}

func (t *trace) noReshape(from, to []int) error {
	return fmt.Errorf("a reshape from %v to %v is %w: it mixes pictures", dimsText(from), dimsText(to), onnx.ErrUnsupported)
}

func dimsText(d []int) string {
	return strings.ReplaceAll(fmt.Sprint(d), fmt.Sprint(anyBatch), "batch")
}
