package zoo

// Tiny is a network of the same build as EfficientNet-Lite, small enough to train in
// seconds: a stem, two inverted bottlenecks, 32 features, pictures of 32×32. Its weights
// are random, the same for the same seed: there is nothing to transfer in it but shapes.
// It is for tests, and for lessons that want every step in the open.
func Tiny(seed uint64) *Model {
	net := mobile{stem: 8, head: 32, classes: 2, stages: []stage{{2, 3, 2, 2, 12}}, act: relu6, epsilon: 1e-3, same: true}
	m := net.model(Preprocess{Size: 32, Crop: 1, Rule: "bilinear", Mean: [3]float32{127, 127, 127}, Scale: [3]float32{128, 128, 128}})
	m.momentum, m.unbiased = 0.99, true
	m.Card = Card{Name: "Tiny", Input: "32×32 RGB, bilinear, (x−127)/128", Classes: 2, Features: 32, Paper: "none", Licence: "Apache-2.0", Runs: runsOn}
	return m.counted().Random(seed)
}

// Momentum is the share of the running averages that a step of a [Training] graph keeps.
func (m *Model) Momentum() float32 { return m.momentum }
