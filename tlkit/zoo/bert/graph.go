package bert

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"transferlab/tlkit/zoo"
)

// This file builds the network as a graph. There is no dropout in it: it is left out when
// features are computed, and matters little when a pretrained encoder is tuned for a few
// epochs.

// Input is what a graph begins with.
type Input struct {
	// X is, from group 0 on, the numbers of the tokens, int32 [batch, length]; from a later
	// group on the vectors that the groups below give, [batch, length, width].
	X *graph.Node

	// Types, int32 [batch, length], are 0 for tokens of the first text and 1 for those of
	// the second. nil: all 0. Only group 0 reads them.
	Types *graph.Node

	// Mask, int32 [batch, length], is 1 for tokens and 0 for padding. nil: no padding.
	Mask *graph.Node
}

// Build adds the groups [from, to) to the graph of the input. arrays gives every array of
// [Model.Params] as a node. The output is [batch, length, width], or, where the pooler is
// among the groups, [batch, width].
//
// Like all graph-building functions it panics on shapes that do not fit. Token numbers
// outside the table are not noticed.
func (m *Model) Build(in Input, from, to int, arrays map[string]*graph.Node) *graph.Node {
	b := &builder{m, arrays, nil}
	if in.Mask != nil {
		b.bias = maskBias(in.Mask)
	}
	x := in.X
	for i := from; i < to; i++ {
		switch name := m.Groups[i]; {
		case i == 0:
			x = b.embed(in)
		case i <= m.Config.Layers:
			x = b.layer(x, name)
		default:
			x = graph.Tanh(b.dense(firstToken(x), name))
		}
	}
	return x
}

type builder struct {
	m      *Model
	arrays map[string]*graph.Node
	bias   *graph.Node // added to the attention's scores, [batch, 1, 1, length]; nil: none
}

func (b *builder) array(name string) *graph.Node {
	n, ok := b.arrays[name]
	if !ok {
		panic(fmt.Errorf("bert: %s: %w: %q was not given to Build", b.m.Card.Name, zoo.ErrMissing, name))
	}
	return n
}

// maskBias is 0 for tokens, and for padding so low that nothing is left of it after the
// softmax.
func maskBias(mask *graph.Node) *graph.Node {
	const low = -1e9
	f := graph.ConvertDType(mask, dtypes.Float32)
	return graph.ExpandAxes(graph.MulScalar(graph.AddScalar(f, -1), -low), 1, 2)
}

// embed sums the vectors of the tokens, of their types and of their places.
func (b *builder) embed(in Input) *graph.Node {
	length := in.X.Shape().Dimensions[1]
	if length > b.m.Config.Positions {
		panic(fmt.Errorf("bert: %s: %w: texts of %d tokens, it has places for %d", b.m.Card.Name, zoo.ErrShape, length, b.m.Config.Positions))
	}
	x := graph.Gather(b.array("embeddings/words"), graph.ExpandAxes(in.X, -1))
	types := b.array("embeddings/types")
	if in.Types == nil {
		x = graph.Add(x, graph.ExpandAxes(graph.Slice(types, graph.AxisRange(0, 1)), 0))
	} else {
		x = graph.Add(x, graph.Gather(types, graph.ExpandAxes(in.Types, -1)))
	}
	places := graph.Slice(b.array("embeddings/positions"), graph.AxisRange(0, length))
	return b.norm(graph.Add(x, graph.ExpandAxes(places, 0)), "embeddings/norm")
}

// layer is attention and two dense layers, each with a sum and a norm after it.
func (b *builder) layer(x *graph.Node, name string) *graph.Node {
	x = b.norm(graph.Add(x, b.attention(x, name)), name+"/attention/norm")
	inner := b.activate(b.dense(x, name+"/expand"))
	return b.norm(graph.Add(x, b.dense(inner, name+"/project")), name+"/norm")
}

// attention is softmax(q·kᵀ/√d)·v in each head, and a dense layer (Vaswani et al.,
// arXiv:1706.03762).
func (b *builder) attention(x *graph.Node, name string) *graph.Node {
	dims, heads := x.Shape().Dimensions, b.m.Config.Heads
	each := b.m.Config.Width / heads
	split := func(part string) *graph.Node {
		return graph.Reshape(b.dense(x, name+"/"+part), dims[0], dims[1], heads, each)
	}
	q := graph.MulScalar(split("query"), 1/math.Sqrt(float64(each)))
	scores := graph.Einsum("bqhd,bkhd->bhqk", q, split("key"))
	if b.bias != nil {
		scores = graph.Add(scores, b.bias)
	}
	sums := graph.Einsum("bhqk,bkhd->bqhd", graph.Softmax(scores, -1), split("value"))
	return b.dense(graph.Reshape(sums, dims...), name+"/attention")
}

// dense is x·kernel + bias over the last axis.
func (b *builder) dense(x *graph.Node, name string) *graph.Node {
	dims := x.Shape().Dimensions
	kernel, bias := b.array(name+"/kernel"), b.array(name+"/bias")
	rows := graph.Reshape(x, -1, dims[len(dims)-1]) // one product instead of one for each text
	y := graph.Add(graph.Dot(rows, kernel).Product(), graph.ExpandAxes(bias, 0))
	out := append(append([]int{}, dims[:len(dims)-1]...), kernel.Shape().Dimensions[1])
	return graph.Reshape(y, out...)
}

// norm gives each token's vector the mean 0 and the variance 1, then scale and offset.
func (b *builder) norm(x *graph.Node, name string) *graph.Node {
	mean := graph.ReduceAndKeep(x, graph.ReduceMean, -1)
	centred := graph.Sub(x, mean)
	variance := graph.ReduceAndKeep(graph.Square(centred), graph.ReduceMean, -1)
	x = graph.Div(centred, graph.Sqrt(graph.AddScalar(variance, b.m.Config.epsilon()))) // GoMLX knows no gradient of Rsqrt
	scale, offset := b.array(name+"/scale"), b.array(name+"/offset")
	return graph.Add(graph.Mul(x, graph.ExpandAxes(scale, 0, 1)), graph.ExpandAxes(offset, 0, 1))
}

// activations are the names that config.json may give; the first stands for the second.
var activations = []string{"", "gelu", "gelu_new", "relu"}

func (b *builder) activate(x *graph.Node) *graph.Node {
	switch b.m.Config.Activation {
	case "relu":
		return graph.MaxScalar(x, 0)
	case "gelu_new": // the approximation by tanh (Hendrycks & Gimpel, arXiv:1606.08415)
		inner := graph.Mul(x, graph.AddScalar(graph.MulScalar(graph.Square(x), 0.044715), 1))
		return graph.Mul(graph.MulScalar(x, 0.5), graph.AddScalar(graph.Tanh(graph.MulScalar(inner, math.Sqrt(2/math.Pi))), 1))
	}
	return graph.Mul(graph.MulScalar(x, 0.5), graph.AddScalar(graph.Erf(graph.MulScalar(x, math.Sqrt(0.5))), 1))
}

// firstToken gives the vectors [batch, width] of the first tokens.
func firstToken(x *graph.Node) *graph.Node {
	return graph.Squeeze(graph.Slice(x, graph.AxisRange(), graph.AxisElem(0)), 1)
}

// Pool gives one vector for each text, [batch, width], of the vectors of its tokens
// [batch, length, width], as [Model.Sentence] says. mask is that of [Input].
func (m *Model) Pool(x, mask *graph.Node) *graph.Node {
	if mask == nil {
		mask = graph.Ones(x.Graph(), shapes.Make(dtypes.Int32, x.Shape().Dimensions[:2]...))
	}
	f := graph.ExpandAxes(graph.ConvertDType(mask, x.DType()), -1)
	var y *graph.Node
	switch m.Sentence.Pooling {
	case Class:
		y = firstToken(x)
	case Max:
		y = graph.ReduceMax(graph.Add(x, graph.MulScalar(graph.AddScalar(f, -1), 1e9)), 1)
	default: // with sentence-transformers' guard against a text of nothing
		y = graph.Div(graph.ReduceSum(graph.Mul(x, f), 1), graph.MaxScalar(graph.ReduceSum(f, 1), 1e-9))
	}
	if !m.Sentence.Normalize {
		return y
	}
	length := graph.Sqrt(graph.ReduceAndKeep(graph.Square(y), graph.ReduceSum, -1))
	return graph.Div(y, graph.MaxScalar(length, 1e-12))
}
