package zoo

import (
	"fmt"

	"transferlab/tlkit/fetch"
)

// vgg describes a network of 3×3 convolutions (Simonyan & Zisserman 2014, arXiv:1409.1556).
type vgg struct {
	blocks  [][]int // channels of each convolution; a block ends by halving the picture
	hidden  int     // units of the two dense layers
	classes int
	side    int // of the pictures that it is made for
}

// VGG16 is VGG-16 (Simonyan & Zisserman 2014, arXiv:1409.1556), as Keras or as torchvision
// has it; they differ in preprocessing and weights. Keras is the default of an empty
// library.
//
// Its groups: "block1" … "block5", "flatten", "fc1", "fc2" (the features, 4096),
// "classifier". With its top it takes pictures of 224×224 only.
func VGG16(l Library) *Model {
	m := vgg16(224).model(l)
	m.Card.Name, m.Card.Parameters, m.Card.MAdds, m.Card.Top1 = "VGG-16", 138_357_544, 15_470e6, 0.713
	if l == Torchvision {
		m.Card.Name, m.Card.Top1 = "VGG-16 (torchvision)", 0.71592
	}
	return m
}

func vgg16(side int) vgg {
	return vgg{blocks: [][]int{{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}}, hidden: 4096, classes: 1000, side: side}
}

func (n vgg) model(l Library) *Model {
	m := &Model{Groups: n.groups(), Version: 1, body: len(n.blocks), top: 1, once: &loading{}, Preprocess: caffePreprocess, momentum: 0.99,
		dialects: []dialect{{library: Keras, names: n.keras}}}
	m.Card = Card{Task: "classification of photographs", Data: imageNet, Classes: n.classes, Top1Source: "keras.io/api/applications",
		Input: caffeInput, Features: n.hidden, Paper: "Simonyan & Zisserman 2014, arXiv:1409.1556", Licence: "CC-BY-4.0", Runs: runsOn}
	if l == Torchvision {
		m.Preprocess = torchPreprocess
		m.Card.Input, m.Card.Top1Source, m.Card.Licence = torchInput, torchvisionRated, torchLicence
		m.dialects = []dialect{{library: Torchvision, names: n.torchvision}}
	}
	m.Preprocess.Size = n.side
	return m.from(fetch.File{})
}

func (n vgg) groups() []Group {
	var groups []Group
	in, side := 3, n.side
	for i, channels := range n.blocks {
		d, x := draft{Group{Name: fmt.Sprintf("block%d", i+1)}, 0}, input
		for j, out := range channels {
			x = d.activate(d.do(fmt.Sprintf("conv%d", j+1), conv{kernel: square(3), stride: 1, in: in, out: out, pad: around(1), bias: true}, x), relu)
			in = out
		}
		d.do("", pool{window: square(2), stride: 2}, x)
		groups, side = append(groups, d.Group), side/2
	}
	groups = append(groups, Group{Name: "flatten", steps: []step{{op: flatten{}, in: []value{input}}}})
	wide := side * side * in
	for _, name := range []string{"fc1", "fc2"} {
		d := draft{Group{Name: name}, 0}
		layer := dense{in: wide, out: n.hidden}
		if name == "fc1" {
			layer.flattened = []int{side, side, in}
		}
		d.activate(d.do("", layer, input), relu)
		groups, wide = append(groups, d.Group), n.hidden
	}
	return append(groups, classifierGroup("classifier", wide, n.classes))
}

func (n vgg) keras() aliases {
	names := aliases{"fc1": {layer: "fc1"}, "fc2": {layer: "fc2"}, "classifier": {layer: "predictions"}}
	for i, channels := range n.blocks {
		for j := range channels {
			names[fmt.Sprintf("block%d/conv%d", i+1, j+1)] = alias{layer: fmt.Sprintf("block%d_conv%d", i+1, j+1)}
		}
	}
	return names
}

func (n vgg) torchvision() aliases {
	names := aliases{"fc1": {layer: "classifier.0"}, "fc2": {layer: "classifier.3"}, "classifier": {layer: "classifier.6"}}
	at := 0
	for i, channels := range n.blocks {
		for j := range channels {
			names[fmt.Sprintf("block%d/conv%d", i+1, j+1)] = alias{layer: fmt.Sprintf("features.%d", at)}
			at += 2 // the convolution and its activation
		}
		at++ // the pool
	}
	return names
}
