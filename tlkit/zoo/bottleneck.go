package zoo

import (
	"fmt"
	"strings"
)

// This file holds what the networks of inverted bottlenecks share: MobileNetV2 and the
// EfficientNets.

// mobile describes such a network: a stem, stages of blocks, a 1×1 convolution, the pool
// and the classifier.
type mobile struct {
	stem, head, classes int
	stages              []stage
	act                 activation
	squeeze             bool // each block weighs its channels by what they hold (squeeze and excite)
	epsilon             float32
	same                bool // pads as TensorFlow does, not evenly
}

// stage is blocks of one kind: repeats, side of the filter, stride of the first block,
// expansion, channels out.
type stage struct{ repeats, kernel, stride, expand, out int }

// block is one of them, and which of its stage it is.
type block struct {
	stage
	in            int
	index, repeat int // from 0
	name          string
}

func (n mobile) blocks() []block {
	var out []block
	in := n.stem
	for i, s := range n.stages {
		for r := range s.repeats {
			b := block{s, in, i, r, fmt.Sprintf("block%02d", len(out))}
			if r > 0 {
				b.stride = 1
			}
			out = append(out, b)
			in = s.out
		}
	}
	return out
}

// groups are "stem", "block00" …, "head", "pool" and "classifier".
func (n mobile) groups() []Group {
	stem := n.draft("stem")
	stem.normed(input, "", conv{kernel: square(3), stride: 2, in: 3, out: n.stem, pad: n.pad(3)}, n.act)
	groups, in := []Group{stem.Group}, n.stem
	for _, b := range n.blocks() {
		groups = append(groups, n.group(b))
		in = b.out
	}
	head := n.draft("head")
	head.normed(input, "", conv{kernel: square(1), stride: 1, in: in, out: n.head}, n.act)
	return append(groups, head.Group, poolGroup(Average), classifierGroup("classifier", n.head, n.classes))
}

func (n mobile) draft(name string) draft { return draft{Group{Name: name}, n.epsilon} }

func (n mobile) pad(kernel int) padding {
	if n.same {
		return same
	}
	return around(kernel / 2)
}

// group is the inverted bottleneck of MobileNetV2 (Sandler et al., arXiv:1801.04381):
// expand the channels, filter each, project back, and add the input where shapes allow.
func (n mobile) group(b block) Group {
	d, x, wide := n.draft(b.name), input, b.in*b.expand
	if b.expand > 1 {
		x = d.normed(x, "expand", conv{kernel: square(1), stride: 1, in: b.in, out: wide}, n.act)
	}
	x = d.normed(x, "depthwise", conv{kernel: square(b.kernel), stride: b.stride, in: wide, out: wide, pad: n.pad(b.kernel), depthwise: true}, n.act)
	if n.squeeze {
		x = d.excite(x, wide, max(1, b.in/4), n.act)
	}
	x = d.normed(x, "project", conv{kernel: square(1), stride: 1, in: wide, out: b.out}, identity)
	if b.stride == 1 && b.in == b.out {
		d.do("", sum{}, x, input)
	}
	return d.Group
}

// excite is squeeze-and-excite (Hu et al., arXiv:1709.01507).
func (d *draft) excite(x value, channels, squeezed int, a activation) value {
	s := d.do("", global{keep: true}, x)
	s = d.activate(d.do("squeeze", conv{kernel: square(1), stride: 1, in: channels, out: squeezed, bias: true}, s), a)
	s = d.activate(d.do("excite", conv{kernel: square(1), stride: 1, in: squeezed, out: channels, bias: true}, s), sigmoid)
	return d.do("", product{}, x, s)
}

// classifierGroup is a dense layer that gives the logits.
func classifierGroup(name string, in, classes int) Group {
	return Group{Name: name, steps: []step{{op: dense{in: in, out: classes}, in: []value{input}}}}
}

// named gives the aliases of the blocks; ends are those of the stem, head and classifier.
func (n mobile) named(ends aliases, layers func(b block) aliases) aliases {
	for _, b := range n.blocks() {
		for layer, a := range layers(b) {
			ends[b.name+"/"+layer] = a
		}
	}
	return ends
}

// timm names them as the library timm does in its EfficientNets and MobileNets.
func (n mobile) timm() aliases {
	ends := aliases{"stem": {"conv_stem", "bn1"}, "head": {"conv_head", "bn2"}, "classifier": {layer: "classifier"}}
	return n.named(ends, func(b block) aliases {
		at := fmt.Sprintf("blocks.%d.%d.", b.index, b.repeat)
		out := aliases{"squeeze": {layer: at + "se.conv_reduce"}, "excite": {layer: at + "se.conv_expand"}}
		if b.expand == 1 {
			out["depthwise"], out["project"] = alias{at + "conv_dw", at + "bn1"}, alias{at + "conv_pw", at + "bn2"}
			return out
		}
		out["expand"], out["depthwise"] = alias{at + "conv_pw", at + "bn1"}, alias{at + "conv_dw", at + "bn2"}
		out["project"] = alias{at + "conv_pwl", at + "bn3"}
		return out
	})
}

// kerasEfficientNet names them as Keras does in its EfficientNets.
func (n mobile) kerasEfficientNet() aliases {
	ends := aliases{"stem": {"stem_conv", "stem_bn"}, "head": {"top_conv", "top_bn"}, "classifier": {layer: "predictions"}}
	return n.named(ends, func(b block) aliases {
		at := fmt.Sprintf("block%d%c_", b.index+1, 'a'+b.repeat)
		return aliases{"expand": {at + "expand_conv", at + "expand_bn"}, "depthwise": {at + "dwconv", at + "bn"},
			"squeeze": {layer: at + "se_reduce"}, "excite": {layer: at + "se_expand"}, "project": {at + "project_conv", at + "project_bn"}}
	})
}

// torchvisionEfficientNet names them as torchvision does in its EfficientNets.
func (n mobile) torchvisionEfficientNet() aliases {
	last := fmt.Sprintf("features.%d", len(n.stages)+1)
	ends := aliases{"stem": {"features.0.0", "features.0.1"}, "head": {last + ".0", last + ".1"}, "classifier": {layer: "classifier.1"}}
	return n.named(ends, func(b block) aliases {
		out, i := aliases{}, 0
		at := func() string { i++; return fmt.Sprintf("features.%d.%d.block.%d", b.index+1, b.repeat, i-1) }
		normed := func(at string) alias { return alias{at + ".0", at + ".1"} }
		if b.expand > 1 {
			out["expand"] = normed(at())
		}
		out["depthwise"] = normed(at())
		squeeze := at()
		out["squeeze"], out["excite"] = alias{layer: squeeze + ".fc1"}, alias{layer: squeeze + ".fc2"}
		out["project"] = normed(at())
		return out
	})
}

// kerasMobileNet names them as Keras does in MobileNetV2.
func (n mobile) kerasMobileNet() aliases {
	ends := aliases{"stem": {"Conv1", "bn_Conv1"}, "head": {"Conv_1", "Conv_1_bn"}, "classifier": {layer: "predictions"}}
	return n.named(ends, func(b block) aliases {
		at := "block_" + strings.TrimLeft(strings.TrimPrefix(b.name, "block"), "0") + "_"
		if b.name == "block00" {
			at = "expanded_conv_"
		}
		normed := func(layer string) alias { return alias{at + layer, at + layer + "_BN"} }
		return aliases{"expand": normed("expand"), "depthwise": normed("depthwise"), "project": normed("project")}
	})
}

// torchvisionMobileNet names them as torchvision does in MobileNetV2.
func (n mobile) torchvisionMobileNet() aliases {
	i := 0
	ends := aliases{"stem": {"features.0.0", "features.0.1"}, "classifier": {layer: "classifier.1"}}
	all := n.named(ends, func(b block) aliases {
		i++
		at := fmt.Sprintf("features.%d.conv.", i)
		if b.expand == 1 {
			return aliases{"depthwise": {at + "0.0", at + "0.1"}, "project": {at + "1", at + "2"}}
		}
		return aliases{"expand": {at + "0.0", at + "0.1"}, "depthwise": {at + "1.0", at + "1.1"}, "project": {at + "2", at + "3"}}
	})
	head := fmt.Sprintf("features.%d", i+1)
	all["head"] = alias{head + ".0", head + ".1"}
	return all
}
