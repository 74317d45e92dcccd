package zoo

import (
	"context"

	"transferlab/tlkit/fetch"
)

// Tiny is a network of the same build as EfficientNet-Lite, small enough to train in
// seconds: a stem, two inverted bottlenecks, 32 features, pictures of 32×32. Its weights
// are random, the same for the same seed: there is nothing to transfer in it but shapes.
// It is for tests, and for lessons that want every step in the open.
func Tiny(seed uint64) *Model {
	m := &Model{
		Card: Card{Name: "Tiny", Task: "none: its weights are random", Input: "32×32 RGB, bilinear, (x−127)/128",
			Classes: 2, Features: 32, Paper: "none", Weights: "drawn from a seed", Licence: "Apache-2.0"},
		Preprocess: Preprocess{Size: 32, Crop: 1, Rule: "bilinear", Mean: [3]float32{127, 127, 127}, Scale: [3]float32{128, 128, 128}},
		Groups: []Group{
			stemGroup(3, 8, 1e-3, relu6),
			bottleneck{in: 8, out: 12, kernel: 3, stride: 2, expand: 2, epsilon: 1e-3, act: relu6}.group("block00"),
			bottleneck{in: 12, out: 12, kernel: 3, stride: 1, expand: 2, epsilon: 1e-3, act: relu6}.group("block01"),
			pointwiseGroup("head", 12, 32, 1e-3, relu6), poolGroup(Average), classifierGroup(32, 2),
		},
		Version: 1, momentum: 0.99, unbiased: true, body: 4, top: 1, once: &loading{},
	}
	m.load = func(context.Context, fetch.Options) (Arrays, error) { return m.Init(seed), nil }
	for _, p := range m.Params(0, len(m.Groups)) {
		if p.Role != Mean && p.Role != Variance {
			m.Card.Parameters += Size(p.Shape)
		}
	}
	return m
}

// Momentum is the share of the running averages that a step of a [Training] graph keeps.
func (m *Model) Momentum() float32 { return m.momentum }
