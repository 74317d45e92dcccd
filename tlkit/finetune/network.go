package finetune

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo"
)

// network is a zoo model as training sees it: the groups below the classifier, their
// arrays by name, and the graph of any range of them.
type network struct {
	model      *zoo.Model
	convs      device.Convs
	pretrained arrays
	params     map[string]zoo.Param
	finger     string
	fingers    map[int]string // by cut: hashing the weights takes a while
	name       string
	preprocess zoo.Preprocess
}

func newNetwork(ctx context.Context, m *zoo.Model, dev *device.Device) (*network, error) {
	weights, err := m.Weights(ctx)
	if err != nil {
		return nil, fmt.Errorf("finetune: %w", err)
	}
	return networkOf(m, dev, weights), nil
}

func networkOf(m *zoo.Model, dev *device.Device, weights zoo.Arrays) *network {
	n := &network{model: m, convs: dev.Convs, pretrained: arrays{}, params: map[string]zoo.Param{}, fingers: map[int]string{},
		name: m.Card.Name, preprocess: m.Preprocess}
	for _, p := range m.Params(0, n.last()) {
		n.params[p.Name] = p
		n.pretrained[p.Name] = array{p.Name, p.Shape, weights[p.Name].Value}
	}
	n.finger = m.Fingerprint(weights, n.last())
	return n
}

// last is the number of groups: cut at last means the features.
func (n *network) last() int { return n.model.Features() }

func (n *network) size() int { return n.preprocess.Size }

// names lists the arrays of the groups [from, to).
func (n *network) names(from, to int) []string {
	var out []string
	for _, p := range n.model.Params(from, to) {
		out = append(out, p.Name)
	}
	return out
}

// average says whether the array is a running average of a batch norm.
func (n *network) average(name string) bool {
	r := n.params[name].Role
	return r == zoo.Mean || r == zoo.Variance
}

// norm says whether the array belongs to a batch norm. In fine-tuning all four stay as
// they are, unless Top.TrainNorms says otherwise: a handful of pictures would spoil them
// first.
func (n *network) norm(name string) bool {
	r := n.params[name].Role
	return n.average(name) || r == zoo.Scale || r == zoo.Offset
}

// cutShape is the shape of one example at a cut, for pictures of the model's own size.
func (n *network) cutShape(cut int) ([]int, error) {
	return n.model.OutShape(cut, n.size(), n.size())
}

// preprocessAt is the model's preprocessing for pictures of another size.
func (n *network) preprocessAt(size int) zoo.Preprocess {
	p := n.preprocess
	p.Size = size
	return p
}

// numbers counts the base's.
func (n *network) numbers() (count int) {
	for _, a := range n.pretrained {
		count += a.size()
	}
	return count
}

// random gives fresh arrays for training from scratch, in place of the pretrained ones.
func (n *network) random(seed uint64) arrays {
	fresh, out := n.model.Init(seed), arrays{}
	for name := range n.pretrained {
		a := fresh[name]
		out[name] = array{name, a.Shape, a.Value}
	}
	return out
}

// forward builds the groups [from, to) with frozen batch norms.
func (n *network) forward(x *graph.Node, from, to int, p map[string]*graph.Node) *graph.Node {
	y, _ := n.model.Build(x, from, to, p, n.convs, zoo.Frozen)
	return y
}

// averageKeep is the share of the running averages that a step from scratch keeps:
// PyTorch's default. The models' own 0.99 is made for long training: after a hundred
// steps a third of their averages would still be the initial ones.
const averageKeep = 0.9

// forwardTraining builds the groups [from, last) with batch norms over the batch, and
// renews the averages with the model's own momentum.
func (n *network) forwardTraining(x *graph.Node, from int, p map[string]*graph.Node) (*graph.Node, map[string]*graph.Node) {
	return n.model.Build(x, from, n.last(), p, n.convs, zoo.Training)
}

// forwardScratch builds all groups with batch norms over the batch. Build is given zeros
// for the stored averages, so that what it renews is (1 − its momentum) × the batch's own
// average, from which the averages are renewed with averageKeep.
func (n *network) forwardScratch(x *graph.Node, p map[string]*graph.Node) (*graph.Node, map[string]*graph.Node) {
	given := map[string]*graph.Node{}
	for name, node := range p {
		given[name] = node
		if n.average(name) {
			given[name] = graph.ZerosLike(node)
		}
	}
	y, renewed := n.forwardTraining(x, 0, given)
	share := 1 - float64(n.model.Momentum())
	for name, node := range renewed {
		batch := graph.MulScalar(node, (1-averageKeep)/share)
		renewed[name] = graph.Add(graph.MulScalar(p[name], averageKeep), batch)
	}
	return y, renewed
}

// features is the width of the base's output, for pictures of the model's own size.
func (n *network) features() int { return n.featuresAt(n.size()) }

// featuresAt is the width for pictures of another size: flattened ones are more of a
// larger picture.
func (n *network) featuresAt(size int) int {
	shape, err := n.model.OutShape(n.last(), size, size)
	if err != nil {
		return n.model.Card.Features
	}
	return shape[len(shape)-1]
}

// pooled says whether the base gives features, one row a picture.
func (n *network) pooled() error {
	shape, err := n.cutShape(n.last())
	if err != nil {
		return fmt.Errorf("finetune: %w", err)
	}
	if len(shape) != 1 {
		return fmt.Errorf("finetune: %s gives pictures of %v, a head takes features: "+
			"choose a pooling, WithoutTop(zoo.Average) or WithoutTop(zoo.Flatten)", n.name, shape)
	}
	return nil
}

// zooArrays gives the pretrained arrays in the zoo's form; values are shared.
func (n *network) zooArrays() zoo.Arrays {
	out := zoo.Arrays{}
	for name, a := range n.pretrained {
		out[name] = zoo.Array{Name: name, Shape: a.shape, Value: a.value}
	}
	return out
}

// fingerTo names all that decides the output of the groups [0, cut).
func (n *network) fingerTo(cut int) string {
	if n.fingers[cut] == "" {
		n.fingers[cut] = n.model.Fingerprint(n.zooArrays(), cut)
	}
	return n.fingers[cut]
}
