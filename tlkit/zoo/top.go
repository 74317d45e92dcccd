package zoo

import "fmt"

// Pooling says how the features are made of the last pictures [height, width, channels].
type Pooling string

// The poolings.
const (
	Average Pooling = "average" // the mean of each channel: [channels]
	Largest Pooling = "largest" // the largest of each channel: [channels]
	Flatten Pooling = "flatten" // all of them in a row: [height·width·channels]
	None    Pooling = "none"    // the pictures as they are
)

// WithoutTop gives the model without its classifier, and with this pooling as its last
// group: include_top=False, pooling=… in Keras. Its weights are the same. The zero value
// of p is [Average].
func (m *Model) WithoutTop(p Pooling) (*Model, error) {
	switch p {
	case "":
		p = Average
	case Average, Largest, Flatten, None:
	default:
		return nil, fmt.Errorf("zoo: %s: there is no pooling %q; the poolings are %q, %q, %q and %q", m.Card.Name, p, Average, Largest, Flatten, None)
	}
	out := *m
	out.Groups, out.top = append([]Group(nil), m.Groups[:m.body]...), 0
	if p != None {
		out.Groups = append(out.Groups, poolGroup(p))
	}
	shape, err := out.OutShape(len(out.Groups), m.Preprocess.Size, m.Preprocess.Size)
	if err != nil {
		return nil, err
	}
	m.once.mu.Lock()
	defer m.once.mu.Unlock()
	out.Card.Features, out.once = Size(shape), &loading{arrays: m.once.arrays}
	return &out, nil
}

// At gives the model for pictures of size×size pixels: input_shape=(size, size, 3) in Keras.
// Its weights are the same. The whole of a picture is taken, not the crop that the published
// accuracy was measured with. A classifier on flattened pictures fits one size alone: take
// it off first. Errors wrap [ErrShape].
func (m *Model) At(size int) (*Model, error) {
	out := *m
	out.Preprocess.Size, out.Preprocess.Crop = size, 1
	shape, err := out.OutShape(out.Features(), size, size)
	if err != nil {
		return nil, err
	}
	out.Card.Features = Size(shape)
	c, err := out.Cost(size, size)
	if err != nil {
		return nil, err
	}
	out.Card.MAdds, out.Card.Input = c.MAdds, fmt.Sprintf("%d×%d, the whole picture, where it was made for %s", size, size, m.Card.Input)
	return &out, nil
}

// WithClassifier gives the model with a new top on its features: a group "hidden00" … for
// each of hidden, dense and ReLU, and "classifier" with the logits. Hidden layers that the
// model has already stay below, and the new ones are counted on from them. weights are its weights,
// and the base's: they are shared. Errors wrap [ErrMissing] or [ErrShape].
func (m *Model) WithClassifier(weights Arrays, classes int, hidden ...int) (*Model, error) {
	out := *m
	out.Groups, out.top = append([]Group(nil), m.Groups[:m.Features()]...), 1
	in := m.Card.Features
	for i, n := range append(append([]int(nil), hidden...), classes) {
		if in < 1 || n < 1 {
			return nil, fmt.Errorf("zoo: %s: %w: a layer from %d numbers to %d", m.Card.Name, ErrShape, in, n)
		}
		out.Card.Features = in
		d := draft{Group: Group{Name: "classifier"}}
		x := d.do("", dense{in: in, out: n}, input)
		if i < len(hidden) {
			d.Name = m.HiddenName(i)
			d.activate(x, relu)
		}
		out.Groups, in = append(out.Groups, d.Group), n
	}
	out.Card.Classes, out.once = classes, &loading{arrays: weights}
	if c, err := out.Cost(m.Preprocess.Size, m.Preprocess.Size); err == nil {
		out.Card.Parameters, out.Card.MAdds = c.Parameters, c.MAdds
	}
	if err := out.Check(weights, 0, len(out.Groups)); err != nil {
		return nil, err
	}
	return &out, nil
}

// HiddenName is the group that [Model.WithClassifier] makes of the i-th of its hidden layers:
// "hidden00" and so on, from behind those that the model has.
func (m *Model) HiddenName(i int) string {
	name := func(n int) string { return fmt.Sprintf("hidden%02d", n) }
	had := 0
	for m.Group(name(had)) >= 0 {
		had++
	}
	return name(had + i)
}

// Pooling is how the features are made: [None] where no group does it.
func (m *Model) Pooling() Pooling {
	if m.body == len(m.Groups) || len(m.Groups[m.body].steps) == 0 {
		return None
	}
	switch op := m.Groups[m.body].steps[0].op.(type) {
	case global:
		if op.max {
			return Largest
		}
		return Average
	case flatten:
		return Flatten
	}
	return None
}

// poolGroup is the group "pool".
func poolGroup(p Pooling) Group {
	var op operation = global{max: p == Largest}
	if p == Flatten {
		op = flatten{}
	}
	return Group{Name: "pool", steps: []step{{op: op, in: []value{input}}}}
}
