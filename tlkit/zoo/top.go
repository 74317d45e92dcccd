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
	out.Card.Features, out.once = Size(shape), &loading{}
	return &out, nil
}

// poolGroup is the group "pool".
func poolGroup(p Pooling) Group {
	var op operation = global{max: p == Largest}
	if p == Flatten {
		op = flatten{}
	}
	return Group{Name: "pool", steps: []step{{op: op, in: []value{input}}}}
}
