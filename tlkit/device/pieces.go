package device

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// This file has what the convolutions and the batch norms are put together from.

// zeroOf is 0 whatever x is, which no compiler sees: what it is added to comes after x.
func zeroOf(x *graph.Node) *graph.Node {
	odd := graph.BitwiseAnd(graph.ConvertDType(first(x), dtypes.Int32), graph.Const(x.Graph(), int32(1)))
	return graph.Min(odd, graph.Const(x.Graph(), int32(0)))
}

// window is the part of p that the filter's element (i, j) meets.
func window(p *graph.Node, i, j, kh, kw, stride int) *graph.Node {
	d := p.Shape().Dimensions
	h, w := (d[1]-kh)/stride+1, (d[2]-kw)/stride+1
	return graph.Slice(p, graph.AxisRange(),
		graph.AxisRange(i, i+(h-1)*stride+1).Stride(stride),
		graph.AxisRange(j, j+(w-1)*stride+1).Stride(stride))
}

// windowAt is window at an element that is known only when the graph runs.
func windowAt(p, i, j *graph.Node, kh, kw, stride int) *graph.Node {
	d := p.Shape().Dimensions
	h, w := (d[1]-kh)/stride+1, (d[2]-kw)/stride+1
	zero := graph.Const(p.Graph(), int32(0)) // not graph.ScalarZero, which may be another function's
	x := graph.DynamicSlice(p, []*graph.Node{zero, i, j, zero}, []int{d[0], (h-1)*stride + 1, (w-1)*stride + 1, d[3]})
	return graph.Slice(x, graph.AxisRange(), graph.AxisRange().Stride(stride), graph.AxisRange().Stride(stride))
}

func padded(x *graph.Node, pad Padding) *graph.Node {
	if pad == (Padding{}) {
		return x
	}
	zero := graph.ScalarZero(x.Graph(), x.DType())
	return graph.Pad(x, zero, compute.PadAxis{}, compute.PadAxis{Start: pad[0][0], End: pad[0][1]},
		compute.PadAxis{Start: pad[1][0], End: pad[1][1]})
}

// spread lays out the adjoint of a convolution so that the filter turned round, sliding over
// it without stride and padding, gives the adjoint of the input.
func spread(v *graph.Node, k, in []int, stride int, pad Padding) *graph.Node {
	out := v.Shape().Dimensions
	axis := func(i int) compute.PadAxis {
		p := compute.PadAxis{Start: k[i] - 1 - pad[i][0], Interior: stride - 1}
		p.End = in[i+1] + pad[i][0] - (out[i+1]-1)*stride - 1
		return p
	}
	return graph.Pad(v, graph.ScalarZero(v.Graph(), v.DType()), compute.PadAxis{}, axis(0), axis(1))
}

// channelSums is the sum of x [batch, …, channels] over all but the channels: [1, channels].
// XLA on the CPU sums one channel after the other, each addition waiting for the one before.
// Parts of the batch added up first, in the loop that computes them, and the rest as a
// product with ones, took half to a fifth of the time; 8 parts less than 4 or 16.
func channelSums(x *graph.Node) *graph.Node {
	d := x.Shape().Dimensions
	parts := min(8, d[0])
	each := d[0] / parts
	rows := func(from, to int) *graph.Node { return graph.Slice(x, graph.AxisRange(from, to)) }
	flat := func(x *graph.Node) *graph.Node { return graph.Reshape(x, -1, d[len(d)-1]) }
	y := rows(0, each)
	for i := 1; i < parts; i++ {
		y = graph.Add(y, rows(i*each, (i+1)*each))
	}
	sum := rowSum(flat(y))
	if left := parts * each; left < d[0] {
		sum = graph.Add(sum, rowSum(flat(rows(left, d[0]))))
	}
	return sum
}

// rowSum is the sum of the rows of x [n, m] as a product with ones, [1, m]. GoMLX v0.28.2
// cannot reduce in a loop.
func rowSum(x *graph.Node) *graph.Node {
	one := graph.ConvertDType(graph.Const(x.Graph(), float32(1)), x.DType())
	return graph.Dot(graph.BroadcastToDims(one, 1, x.Shape().Dimensions[0]), x).Product()
}

// eachElement puts what turn gives for a row and a column of the filter into sums, whose
// first axis counts the filter's elements, in a loop. The compiler sees the turn once, where
// 9 or 25 of them side by side were most of what it had to do, and what led to the state is
// computed once and read, not computed anew for every element.
func eachElement(k []int, sums *graph.Node, turn func(row, column *graph.Node, state []*graph.Node) *graph.Node, state ...*graph.Node) *graph.Node {
	start := append([]*graph.Node{graph.Const(sums.Graph(), int32(0)), sums}, state...)
	return loop(k[0]*k[1], start, func(at []*graph.Node) {
		n := at[0]
		number := func(i int) *graph.Node { return graph.Const(n.Graph(), int32(i)) }
		row := graph.Div(n, number(k[1]))
		column := graph.Sub(n, graph.Mul(row, number(k[1])))
		place := make([]*graph.Node, sums.Rank())
		for i := range place {
			place[i] = number(0)
		}
		place[0] = n
		at[1] = graph.DynamicUpdateSlice(at[1], graph.ExpandDims(turn(row, column, at[2:]), 0), place)
	})[1]
}

// loop has turn change the state, which begins with start, until its first node, an int32
// that goes up by one a turn, is end.
func loop(end int, start []*graph.Node, turn func(at []*graph.Node)) []*graph.Node {
	state := func(g *graph.Graph) []*graph.Node {
		at := make([]*graph.Node, len(start))
		for i, s := range start {
			at[i] = graph.Parameter(g, fmt.Sprint("state", i), s.Shape())
		}
		return at
	}
	number := func(g *graph.Graph, n int) *graph.Node { return graph.Const(g, int32(n)) }
	g := start[0].Graph()
	more := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
		return []*graph.Node{graph.LessThan(state(g)[0], number(g, end))}
	})
	body := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
		at := state(g)
		turn(at)
		at[0] = graph.Add(at[0], number(g, 1))
		return at
	})
	return graph.While(more, body, start...)
}
