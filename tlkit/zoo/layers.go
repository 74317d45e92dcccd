package zoo

import (
	"fmt"
	"slices"
	"transferlab/tlkit/zoo/onnx"

	"github.com/gomlx/gomlx/core/graph"
)

// norm is a batch norm over the last axis.
type norm struct {
	channels int
	epsilon  float32
}

func (n norm) outShape(in [][]int) ([]int, error) {
	if c := in[0][len(in[0])-1]; c != n.channels {
		return nil, fmt.Errorf("%w: %d channels where %d are needed", ErrShape, c, n.channels)
	}
	return in[0], nil
}

func (n norm) slots() []slot {
	c := []int{n.channels}
	return []slot{{"scale", c, Scale}, {"offset", c, Offset}, {"mean", c, Mean}, {"variance", c, Variance}}
}

func (n norm) madds(_ [][]int, out []int) int { return 0 }

func (n norm) build(b *builder, path string, in []*graph.Node) *graph.Node {
	if b.mode == Training {
		return b.batchNorm(in[0], n, path)
	}
	return b.frozenNorm(in[0], n, path)
}

func (n norm) onnx(w *onnxWriter, path string, in []string, _ [][]int) string {
	inputs := []string{in[0]}
	for _, s := range n.slots() {
		inputs = append(inputs, w.array(path+"/"+s.name))
	}
	return w.node("BatchNormalization", inputs, onnx.Float("epsilon", n.epsilon))
}

// dense is a matrix product and a bias.
type dense struct {
	in, out int

	// flattened is the shape of the pictures whose flattened pixels come in, nil where none
	// do. PyTorch flattens channels first.
	flattened []int
}

func (d dense) outShape(in [][]int) ([]int, error) {
	if !slices.Equal(in[0], []int{d.in}) {
		return nil, fmt.Errorf("%w: %v where %d numbers are needed; give pictures of the size that it was made for", ErrShape, in[0], d.in)
	}
	return []int{d.out}, nil
}

func (d dense) slots() []slot {
	return []slot{{"kernel", []int{d.in, d.out}, Kernel}, {"bias", []int{d.out}, Bias}}
}

func (d dense) madds([][]int, []int) int { return d.in * d.out }

func (d dense) build(b *builder, path string, in []*graph.Node) *graph.Node {
	y := graph.Dot(in[0], b.array(path+"/kernel")).Product()
	return graph.Add(y, perChannel(y, b.array(path+"/bias")))
}

func (d dense) onnx(w *onnxWriter, path string, in []string, _ [][]int) string {
	return w.node("Gemm", []string{in[0], w.array(path + "/kernel"), w.array(path + "/bias")})
}

// activation is a function of each number, but for the softmax, which is of each row.
type activation string

const (
	identity activation = ""
	relu     activation = "relu"
	relu6    activation = "relu6"
	swish    activation = "swish" // x·sigmoid(x)
	sigmoid  activation = "sigmoid"

	hardSigmoid activation = "hard sigmoid" // clip(x/6 + 1/2, 0, 1)
	hardSwish   activation = "hard swish"   // x·hardSigmoid(x)
	softmax     activation = "softmax"
)

func (activation) outShape(in [][]int) ([]int, error) { return in[0], nil }

func (activation) slots() []slot { return nil }

func (activation) madds([][]int, []int) int { return 0 }

func (a activation) build(_ *builder, _ string, in []*graph.Node) *graph.Node {
	x := in[0]
	switch a {
	case relu:
		return graph.MaxScalar(x, 0)
	case relu6:
		return graph.ClipScalar(x, 0, 6)
	case swish:
		return graph.Mul(x, graph.Sigmoid(x))
	case sigmoid:
		return graph.Sigmoid(x)
	case hardSigmoid:
		return graph.DivScalar(graph.ClipScalar(graph.AddScalar(x, 3), 0, 6), 6)
	case hardSwish:
		return graph.Mul(x, hardSigmoid.build(nil, "", in))
	case softmax:
		return graph.Softmax(x)
	}
	return x
}

func (a activation) onnx(w *onnxWriter, _ string, in []string, _ [][]int) string {
	switch a {
	case relu:
		return w.node("Relu", in)
	case relu6:
		return w.node("Clip", []string{in[0], w.scalar("zero", 0), w.scalar("six", 6)})
	case swish:
		return w.node("Mul", []string{in[0], w.node("Sigmoid", in)})
	case sigmoid:
		return w.node("Sigmoid", in)
	case hardSigmoid:
		return w.node("HardSigmoid", in, onnx.Float("alpha", 1./6))
	case hardSwish:
		return w.node("HardSwish", in)
	case softmax:
		return w.node("Softmax", in, onnx.Int("axis", -1))
	}
	return in[0]
}

// sum adds two values; product multiplies them. A value [1, 1, channels] meets every pixel.
type (
	sum     struct{}
	product struct{}
)

func broadcast(in [][]int) ([]int, error) {
	a, b := in[0], in[1]
	if len(a) == len(b) {
		out := make([]int, len(a))
		for i := range a {
			if a[i] != b[i] && a[i] != 1 && b[i] != 1 {
				return nil, fmt.Errorf("%w: %v does not meet %v", ErrShape, a, b)
			}
			out[i] = max(a[i], b[i])
		}
		return out, nil
	}
	return nil, fmt.Errorf("%w: %v does not meet %v", ErrShape, a, b)
}

func (sum) outShape(in [][]int) ([]int, error) { return broadcast(in) }
func (sum) slots() []slot                      { return nil }
func (sum) madds([][]int, []int) int           { return 0 }

func (sum) build(_ *builder, _ string, in []*graph.Node) *graph.Node {
	return graph.Add(in[0], in[1])
}

func (sum) onnx(w *onnxWriter, _ string, in []string, _ [][]int) string { return w.node("Add", in) }

func (product) outShape(in [][]int) ([]int, error) { return broadcast(in) }
func (product) slots() []slot                      { return nil }
func (product) madds(_ [][]int, out []int) int     { return 0 }

func (product) build(_ *builder, _ string, in []*graph.Node) *graph.Node {
	return graph.Mul(in[0], in[1])
}

func (product) onnx(w *onnxWriter, _ string, in []string, _ [][]int) string {
	return w.node("Mul", in)
}

// flatten lays out a picture as one row, the channel changing fastest.
type flatten struct{}

func (flatten) outShape(in [][]int) ([]int, error) { return []int{Size(in[0])}, nil }
func (flatten) slots() []slot                      { return nil }
func (flatten) madds([][]int, []int) int           { return 0 }

func (flatten) build(_ *builder, _ string, in []*graph.Node) *graph.Node {
	return graph.Reshape(in[0], in[0].Shape().Dimensions[0], -1)
}

func (flatten) onnx(w *onnxWriter, _ string, in []string, shapes [][]int) string {
	x := in[0]
	if len(shapes[0]) == 3 {
		x = w.node("Transpose", in, onnx.Ints("perm", 0, 2, 3, 1))
	}
	return w.node("Flatten", []string{x}, onnx.Int("axis", 1))
}
