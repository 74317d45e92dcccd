package zoo

import "fmt"

// Cost is what one picture takes, by counting.
type Cost struct {
	Parameters int // trained numbers of the whole model
	MAdds      int // multiply-adds
	Outputs    int // numbers in the outputs of all operations: what training keeps
	Largest    int // numbers in the largest input and output of one operation together
}

// Cost counts what the model takes for one picture of height×width pixels. Nothing is
// built or read.
func (m *Model) Cost(height, width int) (Cost, error) {
	var c Cost
	for _, p := range m.Params(0, len(m.Groups)) {
		if p.Role != Mean && p.Role != Variance {
			c.Parameters += Size(p.Shape)
		}
	}
	if _, err := m.OutShape(len(m.Groups), height, width); err != nil {
		return Cost{}, err
	}
	shape := []int{height, width, 3}
	for _, g := range foldedGroups(m.Groups) {
		shapes, err := g.shapes(shape)
		if err != nil {
			return Cost{}, fmt.Errorf("zoo: %s: %w", m.Card.Name, err)
		}
		for i, s := range g.steps {
			in, out := pick(shapes, s.in), shapes[i+1]
			c.MAdds += s.op.madds(in, out)
			c.Outputs += Size(out)
			c.Largest = max(c.Largest, Size(in[0])+Size(out))
		}
		shape = shapes[len(shapes)-1]
	}
	return c, nil
}

// Forward estimates the bytes of running a batch in float32: the weights, and the largest
// operation's input and output.
func (c Cost) Forward(batch int) int64 { return 4 * int64(c.Parameters+batch*c.Largest) }

// Training estimates the bytes of training on a batch in float32 with Adam: weights,
// gradients and two moments, and for each operation its output, kept for the way back, and
// the output's gradient.
func (c Cost) Training(batch int) int64 {
	return 4 * (4*int64(c.Parameters) + 2*int64(batch)*int64(c.Outputs))
}
