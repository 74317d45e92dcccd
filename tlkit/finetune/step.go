package finetune

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// This file holds one optimiser step as a compiled graph.
//
// GoMLX has a training loop and an Adam of its own. They are not used here for three
// reasons, each found in their source (v0.28.2): Adam counts its steps once for all
// variables, so that a layer unfrozen late starts without bias correction; a changed
// Trainable does nothing to a graph that is compiled already; and a checkpoint forgets
// which variables were trainable. Here every array is an argument of the graph. What is
// trained is decided when a program is built, each group has its own rate and its own
// count, and both are inputs: a schedule, a later unfreezing or another fold never
// compiles anything again.

// Adam's constants, as in Kingma & Ba, arXiv:1412.6980, and as Keras and PyTorch have
// them; epsilon is Keras' 1e-7, added where Keras adds it (PyTorch: 1e-8, to the corrected
// root).
const (
	adamBeta1   = 0.9
	adamBeta2   = 0.999
	adamEpsilon = 1e-7
)

// array is a named float32 array of a network, on the host.
type array struct {
	name  string
	shape []int
	value []float32
}

func (a array) size() int {
	n := 1
	for _, d := range a.shape {
		n *= d
	}
	return n
}

// trainingBytes estimates what training so many numbers takes: they, two moments, all three
// once more as the step's result, their gradients, and two copies on the host.
func trainingBytes(numbers int) int64 { return 4 * 9 * int64(numbers) }

// arrays is the state of a network: every array by name.
type arrays map[string]array

// layout says what one program takes part in: which arrays are trained and in which
// rate group, which are only read, and which (the running averages of batch norms in
// training mode) the forward pass itself renews.
type layout struct {
	trained []string
	group   []int // rate group of each of trained
	groups  int   // number of rate groups
	read    []string
	renewed []string // a subset of read

	batch int
	input []int // shape of one example at the cut
	mask  int   // width of the dropout mask; 0 where there is no dropout
}

// forward builds logits [batch, classes] from x [batch, …input]. p gives the arrays by
// name; mask is nil when not training. It returns the renewed arrays by name.
type forward func(g *graph.Graph, x, mask *graph.Node, p map[string]*graph.Node, training bool) (logits *graph.Node, renewed map[string]*graph.Node)

// program is a layout with its two compiled graphs.
type program struct {
	layout
	backend     compute.Backend
	shapes      map[string][]int
	train, eval *graph.Exec
}

func newProgram(backend compute.Backend, l layout, state arrays, f forward) (*program, error) {
	p := &program{layout: l, backend: backend, shapes: map[string][]int{}}
	for _, n := range append(append([]string(nil), l.trained...), l.read...) {
		a, ok := state[n]
		if !ok {
			return nil, fmt.Errorf("finetune: the network has no array %q", n)
		}
		if _, twice := p.shapes[n]; twice {
			return nil, fmt.Errorf("finetune: two arrays of the network are called %q", n)
		}
		p.shapes[n] = a.shape
	}
	var err error
	p.train, err = graph.NewExec(backend, func(g *graph.Graph, in []*graph.Node) []*graph.Node { return p.buildTrain(g, in, f) })
	if err != nil {
		return nil, err
	}
	p.eval, err = graph.NewExec(backend, func(g *graph.Graph, in []*graph.Node) []*graph.Node { return p.buildEval(g, in, f) })
	return p, err
}

// buildTrain takes x, labels, weights, mask, hyper [groups, 3], trained…, m…, v…, read…
// and returns loss, trained…, m…, v…, renewed….
func (p *program) buildTrain(g *graph.Graph, in []*graph.Node, f forward) []*graph.Node {
	x, labels, weights, mask, hyper := in[0], in[1], in[2], in[3], in[4]
	in = in[5:]
	n := len(p.trained)
	params, m, v, read := in[:n], in[n:2*n], in[2*n:3*n], in[3*n:]
	named := map[string]*graph.Node{}
	for i, name := range p.trained {
		named[name] = params[i]
	}
	for i, name := range p.read {
		named[name] = graph.StopGradient(read[i])
	}
	if p.mask == 0 {
		mask = nil
	}
	logits, renewed := f(g, x, mask, named, true)
	loss := crossEntropy(logits, labels, weights)
	grads := graph.Gradient(loss, params...)
	out := []*graph.Node{loss}
	var newM, newV []*graph.Node
	for i := range params {
		next, nm, nv := adam(params[i], grads[i], m[i], v[i], hyperOf(hyper, p.group[i]))
		out, newM, newV = append(out, next), append(newM, nm), append(newV, nv)
	}
	out = append(append(out, newM...), newV...)
	for _, name := range p.renewed {
		node, ok := renewed[name]
		if !ok {
			node = graph.Identity(named[name])
		}
		out = append(out, node)
	}
	return out
}

// buildEval takes x, trained…, read… and returns logits.
func (p *program) buildEval(g *graph.Graph, in []*graph.Node, f forward) []*graph.Node {
	named := map[string]*graph.Node{}
	for i, name := range p.trained {
		named[name] = in[1+i]
	}
	for i, name := range p.read {
		named[name] = in[1+len(p.trained)+i]
	}
	logits, _ := f(g, in[0], nil, named, false)
	return []*graph.Node{logits}
}

// crossEntropy is the mean of the categorical cross-entropy over the examples whose
// weight is 1; the fillers of a last, short batch weigh 0.
func crossEntropy(logits, labels, weights *graph.Node) *graph.Node {
	classes := logits.Shape().Dimensions[1]
	truth := graph.OneHot(labels, classes, logits.DType())
	each := graph.Neg(graph.ReduceSum(graph.Mul(truth, graph.LogSoftmax(logits, -1)), -1))
	return graph.Div(graph.ReduceAllSum(graph.Mul(each, weights)), graph.ReduceAllSum(weights))
}

// hyperOf picks rate, 1/(1−β₁ᵗ) and 1/(1−β₂ᵗ) of one group out of [groups, 3].
func hyperOf(hyper *graph.Node, group int) [3]*graph.Node {
	var out [3]*graph.Node
	for i := range out {
		out[i] = graph.Reshape(graph.Slice(hyper, graph.AxisElem(group), graph.AxisElem(i)))
	}
	return out
}

// adam returns the new parameter and moments.
func adam(param, grad, m, v *graph.Node, h [3]*graph.Node) (next, nm, nv *graph.Node) {
	nm = graph.Add(graph.MulScalar(m, adamBeta1), graph.MulScalar(grad, 1-adamBeta1))
	nv = graph.Add(graph.MulScalar(v, adamBeta2), graph.MulScalar(graph.Square(grad), 1-adamBeta2))
	root := graph.Sqrt(h[2]) // epsilon is added to the uncorrected root, as in Keras and in the paper's section 2
	change := graph.Div(graph.Mul(nm, h[1]), graph.Mul(root, graph.AddScalar(graph.Sqrt(nv), adamEpsilon)))
	return graph.Sub(param, graph.Mul(change, h[0])), nm, nv
}

// stepper is the state of one phase while it trains: the arrays live on the device.
type stepper struct {
	p       *program
	trained []*tensors.Tensor
	m, v    []*tensors.Tensor
	read    []*tensors.Tensor
	count   []int // steps taken by each rate group: what Adam's bias correction needs
}

// start puts the state on the device, with fresh moments.
func (p *program) start(state arrays) *stepper {
	s := &stepper{p: p, count: make([]int, p.groups)}
	for _, n := range p.trained {
		a := state[n]
		s.trained = append(s.trained, tensors.FromFlatDataAndDimensions(append([]float32(nil), a.value...), a.shape...))
		s.m = append(s.m, tensors.FromFlatDataAndDimensions(make([]float32, a.size()), a.shape...))
		s.v = append(s.v, tensors.FromFlatDataAndDimensions(make([]float32, a.size()), a.shape...))
	}
	for _, n := range p.read {
		a := state[n]
		s.read = append(s.read, tensors.FromFlatDataAndDimensions(append([]float32(nil), a.value...), a.shape...))
	}
	return s
}

// close frees what the stepper holds on the device.
func (s *stepper) close() {
	for _, list := range [][]*tensors.Tensor{s.trained, s.m, s.v, s.read} {
		free(list)
	}
}

func free(list []*tensors.Tensor) {
	for _, t := range list {
		if t != nil {
			_ = t.FinalizeAll()
		}
	}
}

// batch is what one step takes.
type batch struct {
	x      []float32 // batch × input, row by row
	labels []int32
	weight []float32
	mask   []float32
}

// step takes one step with one rate for each group and returns the loss.
func (s *stepper) step(ctx context.Context, b batch, rates []float64) (float64, error) {
	p := s.p
	hyper := make([]float32, 0, 3*p.groups)
	for g, rate := range rates {
		s.count[g]++
		t := float64(s.count[g])
		hyper = append(hyper, float32(rate), float32(1/(1-math.Pow(adamBeta1, t))), float32(1/(1-math.Pow(adamBeta2, t))))
	}
	mask := b.mask
	if p.mask == 0 {
		mask = []float32{0}
	}
	args := []any{
		tensors.FromFlatDataAndDimensions(b.x, append([]int{p.batch}, p.input...)...),
		tensors.FromFlatDataAndDimensions(b.labels, p.batch),
		tensors.FromFlatDataAndDimensions(b.weight, p.batch),
		tensors.FromFlatDataAndDimensions(mask, p.maskShape()...),
		tensors.FromFlatDataAndDimensions(hyper, p.groups, 3),
	}
	for _, list := range [][]*tensors.Tensor{s.trained, s.m, s.v, s.read} {
		for _, t := range list {
			args = append(args, t)
		}
	}
	out, err := call(p.train, args)
	if err != nil {
		return 0, err
	}
	loss := float64(tensors.ToScalar[float32](out[0])) // waits for the step to end: only then may its inputs go
	for _, a := range args[:5] {
		_ = a.(*tensors.Tensor).FinalizeAll()
	}
	_ = out[0].FinalizeAll()
	n := len(p.trained)
	free(s.trained)
	free(s.m)
	free(s.v)
	s.trained, s.m, s.v = out[1:1+n], out[1+n:1+2*n], out[1+2*n:1+3*n]
	for i, name := range p.renewed {
		at := indexOf(p.read, name)
		_ = s.read[at].FinalizeAll()
		s.read[at] = out[1+3*n+i]
	}
	return loss, ctx.Err()
}

// logits runs one batch x forward and returns [batch × classes].
func (s *stepper) logits(x []float32) ([]float32, error) {
	in := tensors.FromFlatDataAndDimensions(x, append([]int{s.p.batch}, s.p.input...)...)
	args := []any{in}
	for _, list := range [][]*tensors.Tensor{s.trained, s.read} {
		for _, t := range list {
			args = append(args, t)
		}
	}
	out, err := call(s.p.eval, args)
	if err != nil {
		return nil, err
	}
	defer free(out)
	defer func() { _ = in.FinalizeAll() }() // the copy waits for the graph to end
	return tensors.CopyFlatData[float32](out[0])
}

// values copies the trained and renewed arrays back to the host.
func (s *stepper) values() (arrays, error) {
	out := arrays{}
	take := func(name string, t *tensors.Tensor) error {
		v, err := tensors.CopyFlatData[float32](t)
		out[name] = array{name, s.p.shapes[name], v}
		return err
	}
	for i, name := range s.p.trained {
		if err := take(name, s.trained[i]); err != nil {
			return nil, err
		}
	}
	for _, name := range s.p.renewed {
		if err := take(name, s.read[indexOf(s.p.read, name)]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// frozen copies the arrays that must not have changed back from the device.
func (s *stepper) frozen() (arrays, error) {
	out := arrays{}
	for i, name := range s.p.read {
		if indexOf(s.p.renewed, name) >= 0 {
			continue
		}
		v, err := tensors.CopyFlatData[float32](s.read[i])
		if err != nil {
			return nil, err
		}
		out[name] = array{name, s.p.shapes[name], v}
	}
	return out, nil
}

// compile compiles both graphs. Compiling cannot be broken off from outside; when ctx
// ends first, compile returns at once and the compiler's work is thrown away.
func (p *program) compile(ctx context.Context) error {
	f32 := func(dims ...int) shapes.Shape { return shapes.Make(dtypes.Float32, dims...) }
	x := f32(append([]int{p.batch}, p.input...)...)
	train := []shapes.Shape{x, shapes.Make(dtypes.Int32, p.batch), f32(p.batch), f32(p.maskShape()...), f32(p.groups, 3)}
	eval := []shapes.Shape{x}
	for range 3 {
		for _, n := range p.trained {
			train = append(train, f32(p.shapes[n]...))
		}
	}
	for _, n := range p.trained {
		eval = append(eval, f32(p.shapes[n]...))
	}
	for _, n := range p.read {
		train, eval = append(train, f32(p.shapes[n]...)), append(eval, f32(p.shapes[n]...))
	}
	return within(ctx, func() error {
		if _, err := p.eval.Compile(eval...); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, err := p.train.Compile(train...)
		return err
	})
}

func (p *program) maskShape() []int {
	if p.mask == 0 {
		return []int{1}
	}
	return []int{p.batch, p.mask}
}

func (p *program) close() {
	p.train.Finalize()
	p.eval.Finalize()
}

// within runs f and returns its error, or ctx's as soon as ctx ends. GoMLX's panics
// become errors.
func within(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- guard(f) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// guard turns a panic, which is how GoMLX's graph building reports errors, into an error.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if e, ok := r.(error); ok {
				err = fmt.Errorf("finetune: building the graph: %w", e)
			} else {
				err = fmt.Errorf("finetune: building the graph: %v", r)
			}
		}
	}()
	return f()
}

func call(e *graph.Exec, args []any) (out []*tensors.Tensor, err error) {
	err = guard(func() error {
		out, err = e.Call(args...)
		return err
	})
	return out, err
}

func indexOf(list []string, s string) int {
	for i, v := range list {
		if v == s {
			return i
		}
	}
	return -1
}
