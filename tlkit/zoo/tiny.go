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
			{Name: "stem", layers: []layer{{kind: conv, kernel: 3, stride: 2, in: 3, out: 8, relu6: true}}},
			invertedBottleneck("block00", 8, 12, 3, 2, 2),
			invertedBottleneck("block01", 12, 12, 3, 1, 2),
			{Name: "head", layers: []layer{{kind: conv, kernel: 1, stride: 1, in: 12, out: 32, relu6: true}}},
			{Name: "pool", pool: true},
			{Name: "classifier", layers: []layer{{kind: dense, stride: 1, in: 32, out: 2}}},
		},
		Version: 1, epsilon: 1e-3, momentum: 0.99, once: &loading{},
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
