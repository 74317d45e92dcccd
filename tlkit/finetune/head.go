package finetune

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/graph"
)

// Head is the new part on top of the base: the features are centred and scaled with the
// training part's mean and deviation, then one hidden layer where asked for, dropout,
// and a dense layer to the classes.
//
// Keras' Flatten, Dense(1024, activation="relu"), Dense(classes, activation="softmax") is
// Head{Hidden: 1024, Dropout: -1, Plain: true} on a base with zoo.Flatten.
type Head struct {
	Hidden  int     // units of a hidden layer with ReLU; 0 means none: a linear probe
	Dropout float64 // share dropped before the last layer; 0 means 0.2, negative means none

	// Plain leaves the features as they come, neither centred nor scaled, and begins the last
	// layer with Glorot uniform weights too, not with zeros: what Keras' Dense layers do.
	Plain bool
}

// The arrays of a head; the prefix keeps them apart from a base whose own last group is
// called "head". mean and scale are computed from the training part, never trained.
const (
	headMean   = "newhead/mean"
	headScale  = "newhead/scale"
	headHidden = "newhead/hidden/weights"
	headHBias  = "newhead/hidden/bias"
	headOut    = "newhead/classes/weights"
	headBias   = "newhead/classes/bias"
)

func (h Head) dropout() float64 {
	switch {
	case h.Dropout < 0:
		return 0
	case h.Dropout == 0:
		return 0.2
	}
	return h.Dropout
}

// trained lists the head's trained arrays.
func (h Head) trained() []string {
	if h.Hidden > 0 {
		return []string{headHidden, headHBias, headOut, headBias}
	}
	return []string{headOut, headBias}
}

// numbers counts what is trained.
func (h Head) numbers(features, classes int) int {
	if h.Hidden > 0 {
		return (features+1)*h.Hidden + (h.Hidden+1)*classes
	}
	return (features + 1) * classes
}

// words tells the layers.
func (h Head) words(features, classes int) string {
	s := fmt.Sprintf("%s features", thousands(features))
	if h.Hidden > 0 {
		s += fmt.Sprintf(" → dense %d, ReLU", h.Hidden)
	}
	if d := h.dropout(); d > 0 {
		s += fmt.Sprintf(" → dropout %g", d)
	}
	s += fmt.Sprintf(" → dense %d, softmax", classes)
	if h.Plain {
		return s + "; begun as Keras begins it"
	}
	return s
}

// width is the size of the last layer's input, and so of the dropout mask.
func (h Head) width(features int) int {
	if h.Hidden > 0 {
		return h.Hidden
	}
	return features
}

// init makes fresh arrays: Glorot uniform weights (Glorot & Bengio 2010) in a hidden
// layer, zeros in the last, so that training begins with even odds instead of with the
// noise of a thousand random weights; no standardisation. A plain head has Glorot's in
// both.
func (h Head) init(features, classes int, seed uint64) arrays {
	s := arrays{
		headMean:  {headMean, []int{features}, make([]float32, features)},
		headScale: {headScale, []int{features}, ones(features)},
	}
	in := features
	if h.Hidden > 0 {
		s[headHidden] = array{headHidden, []int{in, h.Hidden}, glorot(chance(seed, headHidden), in, h.Hidden)}
		s[headHBias] = array{headHBias, []int{h.Hidden}, make([]float32, h.Hidden)}
		in = h.Hidden
	}
	s[headOut] = array{headOut, []int{in, classes}, make([]float32, in*classes)}
	if h.Plain {
		s[headOut] = array{headOut, []int{in, classes}, glorot(chance(seed, headOut), in, classes)}
	}
	s[headBias] = array{headBias, []int{classes}, make([]float32, classes)}
	return s
}

// standardise sets mean and scale from the rows of the training part: each feature is
// centred, and all are divided by one common deviation, the root of their mean variance.
// A deviation of its own for each, the usual way, magnifies features that are hardly ever
// active: on 417 emoji of 14 classes it gave a validation loss of 1.84 where this gives
// 1.14, and 0.60 of accuracy for 0.66. In a plain head nothing is set.
func (h Head) standardise(s arrays, rows [][]float32) {
	if h.Plain {
		return
	}
	mean, scale := s[headMean].value, s[headScale].value
	variance := 0.0
	for j := range mean {
		sum, sq := 0.0, 0.0
		for _, r := range rows {
			sum += float64(r[j])
		}
		m := sum / float64(len(rows))
		for _, r := range rows {
			d := float64(r[j]) - m
			sq += d * d
		}
		mean[j] = float32(m)
		variance += sq / float64(len(rows)) / float64(len(mean))
	}
	common := float32(1)
	if variance > 1e-12 {
		common = float32(1 / math.Sqrt(variance))
	}
	for j := range scale {
		scale[j] = common
	}
}

// forward takes features [batch, features] to logits [batch, classes].
func (h Head) forward(x, mask *graph.Node, p map[string]*graph.Node) *graph.Node {
	row := func(n *graph.Node) *graph.Node { return graph.ExpandAxes(n, 0) }
	x = graph.Mul(graph.Sub(x, row(p[headMean])), row(p[headScale]))
	if h.Hidden > 0 {
		x = graph.Add(graph.MatMul(x, p[headHidden]), row(p[headHBias]))
		x = graph.MaxScalar(x, 0)
	}
	if mask != nil {
		x = graph.Mul(x, mask)
	}
	return graph.Add(graph.MatMul(x, p[headOut]), row(p[headBias]))
}

func ones(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = 1
	}
	return v
}

// glorot draws in×out weights uniformly from ±√(6/(in+out)).
func glorot(rng *rand.Rand, in, out int) []float32 {
	limit := math.Sqrt(6 / float64(in+out))
	w := make([]float32, in*out)
	for i := range w {
		w[i] = float32((2*rng.Float64() - 1) * limit)
	}
	return w
}
