package rank

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo"
)

// trainer is one step of training as a compiled graph: forward from pixels, cross-entropy,
// gradients, and Adam's update of what is trained. Every step begins from the same numbers,
// for only its time is wanted.
type trainer struct {
	model  *zoo.Model
	device *device.Device
	full   bool // trains the whole network; else a dense layer on the features of a frozen one
	batch  int

	params  []zoo.Param // of the network; folded where it is frozen
	trained []int       // which of them are trained
	head    [2][]int    // shapes of the new layer's kernel and bias
	exec    *graph.Exec
	state   []any // kernel, bias, params…, moments of what is trained…
}

// newTrainer compiles a step. A network that is trained keeps the averages of its batch
// norms, as is usual in fine-tuning.
func newTrainer(d *device.Device, m *zoo.Model, weights zoo.Arrays, classes, batch int, full bool) (t *trainer, err error) {
	defer recovered(&err)
	t = &trainer{model: m, device: d, full: full, batch: batch, params: m.Params(0, m.Features())}
	if !full {
		t.params = m.FoldedParams(0, m.Features())
		if weights, err = m.Fold(weights, 0, m.Features()); err != nil {
			return t, err
		}
	}
	out, err := m.OutShape(m.Features(), m.Preprocess.Size, m.Preprocess.Size)
	if err != nil {
		return t, err
	}
	t.head = [2][]int{{zoo.Size(out), classes}, {classes}}
	t.allocate(weights)
	if t.exec, err = graph.NewExec(d.Backend, t.build); err != nil {
		return t, err
	}
	in := []shapes.Shape{shapes.Make(dtypes.Uint8, batch, m.Preprocess.Size, m.Preprocess.Size, 3), shapes.Make(dtypes.Int32, batch)}
	for _, a := range t.state {
		in = append(in, a.(*tensors.Tensor).Shape())
	}
	_, err = t.exec.Compile(in...)
	return t, err
}

// allocate fills state.
func (t *trainer) allocate(weights zoo.Arrays) {
	add := func(value []float32, shape []int) {
		t.state = append(t.state, tensors.FromFlatDataAndDimensions(value, shape...))
	}
	moments := [][]int{t.head[0], t.head[1]}
	for _, s := range t.head {
		add(make([]float32, zoo.Size(s)), s)
	}
	for i, p := range t.params {
		add(weights[p.Name].Value, p.Shape)
		if t.full && p.Role != zoo.Mean && p.Role != zoo.Variance {
			t.trained = append(t.trained, i)
			moments = append(moments, p.Shape)
		}
	}
	for range 2 {
		for _, s := range moments {
			add(make([]float32, zoo.Size(s)), s)
		}
	}
}

// build takes pixels, labels and the state, and gives the loss and all that is renewed.
func (t *trainer) build(in []*graph.Node) []*graph.Node {
	x, labels, head, in := in[0], in[1], in[2:4], in[4:]
	mode := zoo.Folded
	if t.full {
		mode = zoo.Frozen
	}
	y, _ := t.model.Build(x, 0, t.model.Features(), named(t.params, in[:len(t.params)]), t.device.Convs, mode)
	if !t.full {
		y = graph.StopGradient(y)
	}
	y = graph.Reshape(y, t.batch, -1)
	logits := graph.Add(graph.Dot(y, head[0]).Product(), graph.Reshape(head[1], 1, -1))
	truth := graph.OneHot(labels, t.head[1][0], logits.DType())
	loss := graph.Neg(graph.DivScalar(graph.ReduceAllSum(graph.Mul(truth, graph.LogSoftmax(logits, -1))), float64(t.batch)))

	trained := []*graph.Node{head[0], head[1]}
	for _, i := range t.trained {
		trained = append(trained, in[i])
	}
	m, v := in[len(t.params):len(t.params)+len(trained)], in[len(t.params)+len(trained):]
	out := []*graph.Node{loss}
	for i, g := range graph.Gradient(loss, trained...) {
		out = append(out, adam(trained[i], g, m[i], v[i])...)
	}
	return out
}

// adam is a step of Adam (Kingma and Ba 2015) without the correction of its first steps,
// which costs nothing.
func adam(p, g, m, v *graph.Node) []*graph.Node {
	m = graph.Add(graph.MulScalar(m, 0.9), graph.MulScalar(g, 0.1))
	v = graph.Add(graph.MulScalar(v, 0.999), graph.MulScalar(graph.Square(g), 0.001))
	change := graph.Div(m, graph.AddScalar(graph.Sqrt(v), 1e-7))
	return []*graph.Node{graph.Sub(p, graph.MulScalar(change, 1e-3)), m, v}
}

// step runs a step on as many pictures as the trainer was made for, and gives the loss when
// it is done.
func (t *trainer) step(pixels []uint8, labels []int) (loss float32, err error) {
	defer recovered(&err)
	size, truth := t.model.Preprocess.Size, make([]int32, t.batch)
	for i := range truth {
		truth[i] = int32(labels[i])
	}
	args := []any{tensors.FromFlatDataAndDimensions(pixels, t.batch, size, size, 3), tensors.FromFlatDataAndDimensions(truth, t.batch)}
	out, err := t.exec.Call(append(args, t.state...)...)
	if err != nil {
		return 0, err
	}
	loss = tensors.ToScalar[float32](out[0]) // waits for the end
	free(args)
	for _, o := range out {
		free([]any{o})
	}
	return loss, nil
}

func (t *trainer) close() {
	if t == nil {
		return
	}
	if t.exec != nil {
		t.exec.Finalize()
	}
	free(t.state)
	t.exec, t.state = nil, nil
}

// named gives nodes the names of their params.
func named(params []zoo.Param, nodes []*graph.Node) map[string]*graph.Node {
	out := map[string]*graph.Node{}
	for i, p := range params {
		out[p.Name] = nodes[i]
	}
	return out
}

func flat(rows [][]float32) []float32 {
	var out []float32
	for _, row := range rows {
		out = append(out, row...)
	}
	return out
}

func free(list []any) {
	for _, a := range list {
		_ = a.(*tensors.Tensor).FinalizeAll()
	}
}

// recovered makes an error of a panic, which is how building a graph reports errors.
func recovered(err *error) {
	if r := recover(); r != nil {
		first, _, _ := strings.Cut(fmt.Sprint(r), "\n")
		*err = fmt.Errorf("rank: building the graph: %s", first)
	}
}
