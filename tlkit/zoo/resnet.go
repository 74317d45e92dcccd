package zoo

import (
	"fmt"

	"transferlab/tlkit/fetch"
)

// residual describes a ResNet (He et al. 2015, arXiv:1512.03385).
type residual struct {
	blocks  []int // in each stage
	width   int   // channels of the first stage: 64
	classes int
	basic   bool // blocks of two 3×3 convolutions, not of 1×1, 3×3, 1×1
	late    bool // the stride is in the 3×3 convolution ("v1.5"), not in the first 1×1
	bias    bool // the convolutions have one besides the batch norms
	epsilon float32
}

// ResNet50 is ResNet-50 (He et al. 2015, arXiv:1512.03385), as Keras or as torchvision has
// it. Keras' is the paper's ("v1"): the stride is in a block's first 1×1 convolution, whose
// convolutions have biases; torchvision's has it in the 3×3 one ("v1.5"). They have other
// preprocessing and other weights, which do not fit each other. Keras is the default of an
// empty library.
//
// Its groups: "stem", "conv2_1" … "conv5_3" as the paper names the blocks, "pool" (the
// features, 2048), "classifier".
func ResNet50(l Library) *Model {
	m := resnet(l, 50, []int{3, 4, 6, 3})
	m.Card.Parameters, m.Card.MAdds, m.Card.Top1 = 25_583_592, 3_860e6, 0.749
	if l == Torchvision {
		m.Card.Parameters, m.Card.MAdds, m.Card.Top1 = 25_557_032, 4_089e6, 0.7613
	}
	return m
}

// ResNet101 is ResNet-101; see [ResNet50].
func ResNet101(l Library) *Model {
	m := resnet(l, 101, []int{3, 4, 23, 3})
	m.Card.Parameters, m.Card.MAdds, m.Card.Top1 = 44_601_832, 7_570e6, 0.764
	if l == Torchvision {
		m.Card.Parameters, m.Card.MAdds, m.Card.Top1 = 44_549_160, 7_801e6, 0.77374
	}
	return m
}

// ResNet18 is ResNet-18 as torchvision has it; its features are 512. See [ResNet50].
func ResNet18() *Model {
	m := resnet(Torchvision, 18, []int{2, 2, 2, 2})
	m.Card.Parameters, m.Card.MAdds, m.Card.Top1 = 11_689_512, 1_814e6, 0.69758
	return m
}

func resnet(l Library, depth int, blocks []int) *Model {
	net := residual{blocks: blocks, width: 64, classes: 1000, basic: depth < 50, bias: true, epsilon: 1.001e-5}
	if l == Torchvision {
		net.late, net.bias, net.epsilon = true, false, 1e-5
	}
	m := net.model(l)
	m.Card.Name = fmt.Sprintf("ResNet-%d", depth)
	if l == Torchvision && depth >= 50 {
		m.Card.Name += " v1.5"
	}
	return m
}

// model is the network without what depends on its depth.
func (n residual) model(l Library) *Model {
	groups := n.groups()
	m := &Model{Groups: groups, Version: 1, body: len(groups) - 2, top: 1, once: &loading{}, Preprocess: caffePreprocess, momentum: 0.99,
		dialects: []dialect{{library: Keras, names: n.keras}}}
	m.Card = Card{Task: "classification of photographs", Data: imageNet, Classes: n.classes, Top1Source: "keras.io/api/applications",
		Input: caffeInput, Features: n.features(), Paper: "He et al. 2015, arXiv:1512.03385", Licence: "MIT", Runs: runsOn}
	if l == Torchvision {
		m.Preprocess, m.momentum, m.unbiased = torchPreprocess, 0.9, true
		m.Card.Input, m.Card.Top1Source, m.Card.Licence = torchInput, torchvisionRated, torchLicence
		m.dialects = []dialect{{library: Torchvision, names: n.torchvision}} // timm's names are the same
	}
	return m.from(fetch.File{})
}

func (n residual) features() int {
	out := n.width << (len(n.blocks) - 1)
	if !n.basic {
		out *= 4
	}
	return out
}

func (n residual) groups() []Group {
	stem := draft{Group{Name: "stem"}, n.epsilon}
	x := stem.normed(input, "", conv{kernel: square(7), stride: 2, in: 3, out: n.width, pad: around(3), bias: n.bias}, relu)
	stem.do("", pool{window: square(3), stride: 2, pad: around(1)}, x)
	groups, in := []Group{stem.Group}, n.width
	for i, blocks := range n.blocks {
		for b := range blocks {
			stride := 1
			if b == 0 && i > 0 {
				stride = 2
			}
			var g Group
			g, in = n.block(fmt.Sprintf("conv%d_%d", i+2, b+1), in, n.width<<i, stride)
			groups = append(groups, g)
		}
	}
	return append(groups, poolGroup(Average), classifierGroup("classifier", in, n.classes))
}

// block is a residual block of width channels inside, and the channels that come out.
func (n residual) block(name string, in, width, stride int) (Group, int) {
	d := draft{Group{Name: name}, n.epsilon}
	at := func(kernel, stride, in, out int) conv {
		return conv{kernel: square(kernel), stride: stride, in: in, out: out, pad: around(kernel / 2), bias: n.bias}
	}
	first, second, out := stride, 1, width
	if n.late {
		first, second = 1, stride
	}
	var x value
	var last conv
	if n.basic {
		x = d.normed(input, "conv1", at(3, stride, in, width), relu)
		last = at(3, 1, width, width)
	} else {
		x = d.normed(input, "conv1", at(1, first, in, width), relu)
		x = d.normed(x, "conv2", at(3, second, width, width), relu)
		out *= 4
		last = at(1, 1, width, out)
	}
	name = "conv3"
	if n.basic {
		name = "conv2"
	}
	// The shortcut goes between, in the order in which Keras keeps the layers.
	short := input
	if in != out || stride != 1 {
		short = d.do("shortcut", at(1, stride, in, out), input)
	}
	x = d.do(name, last, x)
	if short != input {
		short = d.do("shortcut", norm{out, d.epsilon}, short)
	}
	x = d.do(name, norm{out, d.epsilon}, x)
	d.activate(d.do("", sum{}, short, x), relu)
	return d.Group, out
}

// named gives the aliases of the blocks; ends are those of the stem and the classifier.
func (n residual) named(ends aliases, layer func(stage, block int, name string) alias) aliases {
	for i, blocks := range n.blocks {
		for b := range blocks {
			for _, name := range []string{"conv1", "conv2", "conv3", "shortcut"} {
				ends[fmt.Sprintf("conv%d_%d/%s", i+2, b+1, name)] = layer(i, b, name)
			}
		}
	}
	return ends
}

func (n residual) keras() aliases {
	number := map[string]int{"shortcut": 0, "conv1": 1, "conv2": 2, "conv3": 3}
	return n.named(aliases{"stem": {"conv1_conv", "conv1_bn"}, "classifier": {layer: "predictions"}}, func(stage, block int, name string) alias {
		at := fmt.Sprintf("conv%d_block%d_%d_", stage+2, block+1, number[name])
		return alias{at + "conv", at + "bn"}
	})
}

func (n residual) torchvision() aliases {
	return n.named(aliases{"stem": {"conv1", "bn1"}, "classifier": {layer: "fc"}}, func(stage, block int, name string) alias {
		at := fmt.Sprintf("layer%d.%d.", stage+1, block)
		if name == "shortcut" {
			return alias{at + "downsample.0", at + "downsample.1"}
		}
		return alias{at + name, at + "bn" + name[len("conv"):]}
	})
}
