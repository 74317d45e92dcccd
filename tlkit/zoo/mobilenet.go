package zoo

import "fmt"

// MobileNetV2 is MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) with its channels
// multiplied by width (1 is the published network), as Keras or as torchvision has it:
// Keras pads as TensorFlow does, and its batch norms have an epsilon of 1e-3 instead of
// 1e-5. Keras is the default of an empty library.
func MobileNetV2(l Library, width float64) (*Model, error) {
	if !(width >= 0.1 && width <= 10) {
		return nil, fmt.Errorf("zoo: MobileNetV2 of width %g; widths go from 0.1 to 10, published are 0.35, 0.5, 0.75, 1, 1.3 and 1.4", width)
	}
	net := mobile{stem: divisible(32 * width), head: divisible(1280 * max(1, width)), classes: 1000, act: relu6, epsilon: 1e-3, same: true,
		stages: []stage{{1, 3, 1, 1, 16}, {2, 3, 2, 6, 24}, {3, 3, 2, 6, 32}, {4, 3, 2, 6, 64}, {3, 3, 1, 6, 96}, {3, 3, 2, 6, 160}, {1, 3, 1, 6, 320}}}
	for i := range net.stages {
		net.stages[i].out = divisible(width * float64(net.stages[i].out))
	}
	m := net.model(Preprocess{Size: 224, Crop: 0.875, Rule: "bilinear", Mean: [3]float32{127.5, 127.5, 127.5}, Scale: [3]float32{127.5, 127.5, 127.5}})
	m.momentum = 0.999
	m.Card = Card{Name: "MobileNetV2", Task: "classification of photographs", Data: imageNet, Classes: 1000,
		Top1: 0.713, Top1Source: "keras.io/api/applications",
		Input: "224×224 RGB, centre crop of 0.875, bilinear, x/127.5 − 1", Features: net.head,
		Paper: "Sandler et al. 2018, arXiv:1801.04381", Licence: "Apache-2.0", Runs: runsOn}
	m.dialects = []dialect{{library: Keras, names: net.kerasMobileNet}}
	if l == Torchvision {
		net.epsilon, net.same = 1e-5, false
		m.Groups, m.momentum, m.unbiased, m.Preprocess = net.groups(), 0.9, true, torchPreprocess
		m.Card.Name, m.Card.Top1, m.Card.Top1Source, m.Card.Licence = "MobileNetV2 (torchvision)", 0.71878, torchvisionRated, torchLicence
		m.Card.Input = torchInput
		m.dialects = []dialect{{library: Torchvision, names: net.torchvisionMobileNet}}
	}
	m.dialects = append(m.dialects, dialect{library: Timm, names: net.timm})
	if width != 1 {
		m.Card.Name, m.Card.Top1, m.Card.Top1Source = fmt.Sprintf("%s ×%g", m.Card.Name, width), 0, ""
	}
	return m.counted(), nil
}
