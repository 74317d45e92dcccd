//go:build parity

package zoo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo/safetensors"
)

const exchangeSize, exchangeClasses = 64, 5

// exchange is the folder of testdata/exchange/parity.sh.
type exchange struct {
	*testing.T
	dir      string
	dev      *device.Device
	outputs  *safetensors.File // the references' outputs
	pictures []uint8
	noted    []safetensors.Tensor // ours
}

// TestExchange reads what Keras and torchvision saved, and writes what they shall load.
func TestExchange(t *testing.T) {
	x := &exchange{T: t, dir: os.Getenv("EXCHANGE"), dev: opened(t, "onnx")}
	var err error
	if x.outputs, err = safetensors.Open(filepath.Join(x.dir, "outputs.safetensors"), safetensors.Limits{}); err != nil {
		t.Fatal(err)
	}
	defer x.outputs.Close()
	pictures, err := x.outputs.Tensor("pictures")
	if err == nil {
		x.pictures, err = pictures.Bytes()
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*Model{"resnet50": ResNet50(Keras), "resnet101": ResNet101(Keras), "vgg16": vgg16(exchangeSize).model(Keras),
		"mobilenetv2": mobileNet(t, Keras, 1), "efficientnetb0": EfficientNetB0(Keras)} {
		x.keras(name, m)
	}
	for name, m := range map[string]*Model{"resnet18": ResNet18(), "resnet50": ResNet50(Torchvision), "mobilenet_v2": mobileNet(t, Torchvision, 1),
		"efficientnet_b0": EfficientNetB0(Torchvision)} {
		x.torch("torch."+name, m)
	}
	if err := safetensors.WriteFile(filepath.Join(x.dir, "written.safetensors"), nil, x.noted); err != nil {
		t.Fatal(err)
	}
}

func (x *exchange) keras(name string, m *Model) {
	base, err := m.WithoutTop(Average)
	if err != nil {
		x.Fatal(err)
	}
	for _, form := range []string{".published.h5", ".published.notop.h5"} {
		if _, err := base.ReadWeights(filepath.Join(x.dir, name+form)); err != nil {
			x.Errorf("without the top: %v", err)
		}
	}
	x.read(m, name+".published.h5", name)
	for _, form := range []string{".weights.h5", ".keras", ".h5"} {
		x.read(m, name+form, name)
		x.read(base, name+".nested"+form, name+".nested")
		if _, err := base.ReadWeights(filepath.Join(x.dir, name+form)); err != nil {
			x.Errorf("without the top: %v", err)
		}
	}
	weights := shaken(m)
	x.write(m, weights, "ours."+name+".weights.h5", WriteOptions{})
	x.note(name, m, weights)
	x.write(base, weights, "ours."+name+".base.weights.h5", WriteOptions{})
	x.note(name+".base", base, weights)
	kernel := noise("kernel", base.Card.Features*exchangeClasses)
	tuned := weights.Clone()
	tuned["classifier/kernel"] = Array{"classifier/kernel", []int{base.Card.Features, exchangeClasses}, kernel}
	tuned["classifier/bias"] = Array{"classifier/bias", []int{exchangeClasses}, noise("bias", exchangeClasses)}
	top, err := base.WithClassifier(tuned, exchangeClasses)
	if err != nil {
		x.Fatal(err)
	}
	x.write(top, tuned, "ours."+name+".flat.weights.h5", WriteOptions{})
	x.write(top, tuned, "ours."+name+".nested.weights.h5", WriteOptions{Nested: true})
	x.note(name+".tuned", top, tuned)
}

func (x *exchange) torch(name string, m *Model) {
	for _, form := range []string{".pth", ".old.pth", ".safetensors"} {
		x.read(m, name+form, name)
	}
	weights := shaken(m)
	x.write(m, weights, "ours."+name+".pth", WriteOptions{Library: Torchvision})
	x.write(m, weights, "ours."+name+".safetensors", WriteOptions{Library: Torchvision})
	x.note(name, m, weights)
}

// shaken are weights drawn anew, with averages, scales and offsets far from the identity.
func shaken(m *Model) Arrays {
	arrays := m.Init(7)
	for _, p := range m.Params(0, len(m.Groups)) {
		at, times := float32(0), float32(0.125)
		switch p.Role {
		case Kernel:
			continue
		case Scale:
			at, times = 0.75, 0.25
		case Variance:
			at, times = 1, 0.5
		}
		v := noise(p.Name, Size(p.Shape))
		for i := range v {
			v[i] = at + times*v[i]
		}
		arrays[p.Name] = Array{p.Name, p.Shape, v}
	}
	return arrays
}

// read reads a file and compares the outputs with the reference's.
func (x *exchange) read(m *Model, file, golden string) {
	weights, err := m.ReadWeights(filepath.Join(x.dir, file))
	if err != nil {
		x.Error(err)
		return
	}
	diff := relative(x.run(m, weights), expected(x.T, x.outputs, golden))
	if !(diff <= 1e-4) {
		x.Errorf("%s: %.2g of the largest number away", file, diff)
	}
	x.Logf("%s: %.2g of the largest number away", file, diff)
}

func (x *exchange) write(m *Model, weights Arrays, file string, o WriteOptions) {
	if err := m.WriteWeights(filepath.Join(x.dir, file), weights, o); err != nil {
		x.Error(err)
	}
}

// note keeps the outputs that the reference shall get.
func (x *exchange) note(name string, m *Model, weights Arrays) {
	v := x.run(m, weights)
	x.noted = append(x.noted, safetensors.FromFloat32(name, v, 2, len(v)/2))
}

// run gives the last group's output for the two pictures.
func (x *exchange) run(m *Model, weights Arrays) []float32 {
	folded, err := m.Fold(weights, 0, len(m.Groups))
	if err != nil {
		x.Fatal(err)
	}
	params := m.FoldedParams(0, len(m.Groups))
	args := []any{tensors.FromFlatDataAndDimensions(x.pictures, 2, exchangeSize, exchangeSize, 3)}
	for _, p := range params {
		args = append(args, tensors.FromFlatDataAndDimensions(folded[p.Name].Value, p.Shape...))
	}
	out, err := graph.MustNewExec(x.dev.Backend, func(in []*graph.Node) *graph.Node {
		arrays := map[string]*graph.Node{}
		for i, p := range params {
			arrays[p.Name] = in[i+1]
		}
		y, _ := m.Build(in[0], 0, len(m.Groups), arrays, x.dev.Convs, Folded)
		return y
	}).Call(args...)
	if err != nil {
		x.Fatal(err)
	}
	return tensors.MustCopyFlatData[float32](out[0])
}
