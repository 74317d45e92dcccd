package device

import "github.com/gomlx/gomlx/core/graph"

// withGradients gives forward of the inputs, whose gradients are what backward says:
// backward gets the adjoint of the output and the index of an input, and only for inputs
// that a gradient is taken of. Neither may use the inputs themselves but what forward was
// given, which stand for them.
//
// It makes y = f(stop(x), stop(k)) + 0·(x₀ + k₀). The second summand has no value; it is
// the thread along which the gradient finds x and k, where backward puts the real one in
// its place. What GoMLX computes along the thread is unused, and the backend drops it.
func withGradients(inputs []*graph.Node, forward func(in []*graph.Node) *graph.Node, backward func(v *graph.Node, i int) *graph.Node) *graph.Node {
	var adjoint, thread *graph.Node // adjoint: of y; GoMLX walks backward, so y's comes first
	stopped := make([]*graph.Node, len(inputs))
	for i, x := range inputs {
		stopped[i] = graph.StopGradient(x)
		tied := first(graph.IdentityWithCustomGradient(x, func(_, _ *graph.Node) *graph.Node { return backward(adjoint, i) }))
		if i > 0 {
			tied = graph.Add(thread, tied)
		}
		thread = tied
	}
	y := graph.Add(graph.StopGradient(forward(stopped)), graph.MulScalar(thread, 0))
	return graph.IdentityWithCustomGradient(y, func(_, v *graph.Node) *graph.Node {
		adjoint = v
		return v
	})
}

// first is the first element of x as a scalar.
func first(x *graph.Node) *graph.Node {
	one := make([]graph.SliceAxisSpec, x.Rank())
	for i := range one {
		one[i] = graph.AxisElem(0)
	}
	return graph.Reshape(graph.Slice(x, one...))
}
