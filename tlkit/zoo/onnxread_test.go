package zoo

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/internal/golden"
	"transferlab/tlkit/zoo/onnx"
)

var onnxFolder = flag.String("onnx", "testdata/onnx", "where the models of testdata/onnx/make.py are")

// exported is what make.py tells of a model.
type exported struct {
	Name     string
	Size     int
	Raw      bool // takes pixels as they are
	Softmax  bool
	Pictures int
	Outputs  []float32
}

func (e exported) pixels() []uint8 {
	var out []uint8
	for n := range e.Pictures {
		out = append(out, picture(n+goldenPictures-max(e.Pictures, 2), e.Size)...)
	}
	return out
}

func (e exported) read(t testing.TB) (*Model, Arrays) {
	t.Helper()
	var o ONNXReadOptions
	if !e.Raw {
		o.Preprocess = Preprocess{Mean: [3]float32{127, 127, 127}, Scale: [3]float32{128, 128, 128}}
	}
	m, err := ReadONNX(filepath.Join(*onnxFolder, e.Name+".onnx"), o)
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.Weights(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return m, w
}

// check compares outputs, which are logits, with the reference's.
func (e exported) check(t *testing.T, what string, got []float32) {
	t.Helper()
	if e.Softmax {
		got = softmaxed(got, e.Pictures)
	}
	most := 0.0
	for _, v := range e.Outputs {
		most = max(most, math.Abs(float64(v)))
	}
	diff, at := apart(got, e.Outputs)
	if !(diff <= 1e-4*most) {
		t.Errorf("%s: element %d is %.3g away from ONNX Runtime, of at most %.3g", what, at, diff, most)
	}
	t.Logf("%s: relative difference %.2g", what, diff/most)
}

func softmaxed(v []float32, rows int) []float32 {
	out, each := make([]float32, len(v)), len(v)/rows
	for r := range rows {
		row, sum := v[r*each:][:each], 0.0
		most := float64(slices.Max(row))
		for _, x := range row {
			sum += math.Exp(float64(x) - most)
		}
		for i, x := range row {
			out[r*each+i] = float32(math.Exp(float64(x)-most) / sum)
		}
	}
	return out
}

// forward runs a model in GoMLX.
func forward(t testing.TB, d *device.Device, m *Model, weights Arrays, pixels []uint8, size int) []float32 {
	t.Helper()
	params := m.Params(0, len(m.Groups))
	exec, err := graph.NewExec(d.Backend, func(in []*graph.Node) *graph.Node {
		arrays := map[string]*graph.Node{}
		for i, p := range params {
			arrays[p.Name] = in[i+1]
		}
		y, _ := m.Build(in[0], 0, len(m.Groups), arrays, d.Convs, Frozen)
		return y
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	args := []any{tensors.FromFlatDataAndDimensions(pixels, len(pixels)/(size*size*3), size, size, 3)}
	for _, p := range params {
		args = append(args, tensors.FromFlatDataAndDimensions(weights[p.Name].Value, p.Shape...))
	}
	y, err := exec.Call1(args...)
	if err != nil {
		t.Fatal(err)
	}
	return tensors.MustCopyFlatData[float32](y)
}

// inORT runs an ONNX model of this package's making in ONNX Runtime.
func inORT(t testing.TB, model []byte, pixels []uint8, size, outputs int) []float32 {
	t.Helper()
	library, err := device.FindRuntime("")
	if err == nil {
		err = startORT(library)
	}
	if err != nil {
		missing(t, err)
	}
	r, err := newORTRunner(model, []int{size, size, 3}, []int{outputs})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	out := make([]float32, len(pixels)/(size*size*3)*outputs)
	if err := r.run(pixels, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Models that torchvision, timm and Keras export give here what they give in ONNX Runtime,
// and so does what is written of them.
func TestReadONNX(t *testing.T) {
	backend := "go"
	if *onnxFolder != "testdata/onnx" {
		backend = "cpu"
	}
	for _, e := range append(golden.Read[[]exported](t, filepath.Join(*onnxFolder, "models.json")),
		golden.Read[[]exported](t, filepath.Join(*onnxFolder, "keras_torch.json"))...) {
		t.Run(e.Name, func(t *testing.T) {
			m, w := e.read(t)
			var names []string
			for _, g := range m.Groups {
				names = append(names, fmt.Sprint(g.Name, len(g.steps)))
			}
			t.Log(strings.Join(names, " "))
			e.check(t, "read", forward(t, opened(t, backend), m, w, e.pixels(), e.Size))
			folded, err := m.Fold(w, 0, len(m.Groups))
			if err != nil {
				t.Fatal(err)
			}
			model, err := m.ONNX(folded, len(m.Groups), e.Size, e.Size)
			if err != nil {
				t.Fatal(err)
			}
			e.check(t, "written", inORT(t, model, e.pixels(), e.Size, m.Card.Classes))
		})
	}
}

// one is the told model of this name.
func one(t testing.TB, name string) exported {
	t.Helper()
	for _, e := range golden.Read[[]exported](t, "testdata/onnx/models.json") {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("no model %q", name)
	return exported{}
}

// Groups end where blocks do, layers are called as in the file, and the features are below
// the classifier.
func TestONNXGroups(t *testing.T) {
	for name, c := range map[string]struct {
		groups, param string
		features      int
	}{
		"torchvision_resnet_basic_script":      {"stem block00 block01 block02 block03 block04 pool classifier", "block02/layer2.0.downsample.0/kernel", 4},
		"torchvision_resnet_basic_norms":       {"stem block00 block01 block02 block03 block04 pool classifier", "block00/layer1.0.bn1/variance", 4},
		"torchvision_resnet_bottleneck_dynamo": {"stem block00 block01 block02 block03 block04 pool classifier", "block01/layer1.1.conv3/bias", 16},
		"torchvision_vgg_script":               {"stem block00 block01 pool top00 classifier", "top00/classifier.0/kernel", 16},
		"torchvision_mobilenet_script":         {"stem block00 block01 block02 block03 block04 pool classifier", "classifier/classifier.1/bias", 24},
		"timm_lite_dynamo":                     {"stem block00 block01 block02 block03 block04 block05 pool classifier", "block00/blocks.0.0.conv_dw/kernel", 24},
		"keras_resnet":                         {"stem block00 block01 block02 pool classifier", "block00/conv2_block1_0_conv/kernel", 32},
		"keras_efficientnet":                   {"stem block00 block01 block02 block03 block04 pool classifier", "block01/block2a_dwconv/kernel", 8},
	} {
		m, w := one(t, name).read(t)
		var groups []string
		for _, g := range m.Groups {
			groups = append(groups, g.Name)
		}
		if got := strings.Join(groups, " "); got != c.groups {
			t.Errorf("%s: %s, want %s", name, got, c.groups)
		}
		if _, ok := w[c.param]; !ok {
			t.Errorf("%s: no array %s among %s", name, c.param, slices.Sorted(maps.Keys(w)))
		}
		if m.Card.Features != c.features || m.Card.Classes != 10 || m.Features() != len(m.Groups)-1 || m.Card.Parameters == 0 {
			t.Errorf("%s: %+v", name, m.Card)
		}
		base, err := m.WithoutTop(Flatten)
		if err != nil || base.Groups[len(base.Groups)-1].Name != "pool" {
			t.Errorf("%s without its top: %v", name, err)
		}
		if _, err := base.Weights(context.Background()); err != nil {
			t.Errorf("%s without its top: %v", name, err)
		}
	}
}

// What a file does to its input becomes preprocessing: Keras' EfficientNets rescale and
// normalise.
func TestONNXPreprocess(t *testing.T) {
	m, _ := one(t, "keras_efficientnet").read(t)
	for i, mean := range []float32{0.485, 0.456, 0.406} {
		deviation := float32(math.Sqrt([]float64{0.052, 0.05, 0.051}[i]))
		if p := m.Preprocess; math.Abs(float64(p.Mean[i]-255*mean)) > 1e-3 || math.Abs(float64(p.Scale[i]-255*deviation)) > 1e-3 {
			t.Errorf("channel %d: %+v", i, p)
		}
	}
	if m.Preprocess.Size != 32 {
		t.Errorf("pictures of %d", m.Preprocess.Size)
	}
}

// A model that is written as a file is read as the same: its preprocessing, colours turned
// round, and its outputs. With a softmax, probabilities come out.
func TestWriteONNX(t *testing.T) {
	e := one(t, "torchvision_resnet_basic_norms")
	m, w := e.read(t)
	m.Preprocess.BGR, m.Preprocess.Mean, m.Preprocess.Scale = true, [3]float32{100, 110, 120}, [3]float32{50, 60, 70}
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err := m.WriteONNX(path, w, ONNXOptions{Softmax: true}); err != nil {
		t.Fatal(err)
	}
	again, err := ReadONNX(path, ONNXReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p, q := m.Preprocess, again.Preprocess
	for i := range 3 {
		if math.Abs(float64(p.Mean[i]-q.Mean[i]))+math.Abs(float64(p.Scale[i]-q.Scale[i])) > 1e-4 || p.BGR != q.BGR || p.Size != q.Size {
			t.Errorf("written %+v, read %+v", p, q)
		}
	}
	if len(again.Groups) != len(m.Groups) || again.Card.Name != m.Card.Name {
		t.Errorf("%d groups of %s, written %d of %s", len(again.Groups), again.Card.Name, len(m.Groups), m.Card.Name)
	}
	d := opened(t, "go")
	weights, err := again.Weights(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	want := forward(t, d, m, w, e.pixels(), e.Size)
	if diff, at := apart(forward(t, d, again, weights, e.pixels(), e.Size), want); diff > 1e-5 {
		t.Errorf("output %d is %g away", at, diff)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff, at := apart(inORT(t, b, e.pixels(), e.Size, 10), softmaxed(want, e.Pictures)); diff > 1e-5 {
		t.Errorf("probability %d is %g away", at, diff)
	}
	if err := m.WriteONNX(path, Arrays{}, ONNXOptions{}); !errors.Is(err, ErrMissing) {
		t.Errorf("without weights: %v", err)
	}
	if err := m.WriteONNX(path, w, ONNXOptions{To: 99}); !errors.Is(err, ErrShape) {
		t.Errorf("99 groups: %v", err)
	}
}

// onnxModel is a model of these nodes; the input is x [batch, 3, 8, 8], the output y.
func onnxModel(tensors map[string][]int, nodes ...onnx.Node) *onnx.Model {
	m := &onnx.Model{IR: 8, Opsets: []onnx.Opset{{Version: 17}}, Nodes: nodes,
		Inputs:  []onnx.Value{{Name: "x", Type: onnx.Float32, Shape: []onnx.Dim{{Size: -1}, {Size: 3}, {Size: 8}, {Size: 8}}}},
		Outputs: []onnx.Value{{Name: "y", Type: onnx.Float32}}}
	for name, shape := range tensors {
		m.Tensors = append(m.Tensors, onnx.FloatTensor(name, shape, func() []float32 { return slices.Repeat([]float32{2}, Size(shape)) }))
	}
	m.Tensors = append(m.Tensors, onnx.IntTensor("axis", 1), onnx.IntTensor("mixed", -1, 12))
	return m
}

func onnxNode(op string, in string, out string, attributes ...onnx.Attribute) onnx.Node {
	return onnx.Node{Name: "the node", Op: op, Inputs: strings.Fields(in), Outputs: []string{out}, Attributes: attributes}
}

// What has no counterpart here is refused by the node's name, with the reason.
func TestONNXRefuses(t *testing.T) {
	kernels := map[string][]int{"w": {4, 3, 3, 3}, "two": {6, 1, 3, 3}, "wide": {4, 5, 3, 3}, "empty": {0, 3, 1, 1}, "matrix": {192, 4}, "row": {1, 3, 1, 1}, "map": {1, 1, 8, 8}, "one": {}}
	conv := func(w string, a ...onnx.Attribute) onnx.Node { return onnxNode("Conv", "x "+w, "y", a...) }
	for name, c := range map[string]struct {
		words string
		nodes []onnx.Node
	}{
		"unknown operator":    {"known are Add, AveragePool", []onnx.Node{onnxNode("LSTM", "x", "y")}},
		"another domain":      {"custom.Relu", []onnx.Node{{Name: "the node", Domain: "custom", Op: "Relu", Inputs: []string{"x"}, Outputs: []string{"y"}}}},
		"groups":              {"3 groups", []onnx.Node{conv("two", onnx.Int("group", 3))}},
		"dilation":            {"dilation", []onnx.Node{conv("w", onnx.Ints("dilations", 2, 2))}},
		"uneven stride":       {"stride", []onnx.Node{conv("w", onnx.Ints("strides", 1, 2))}},
		"negative pads":       {"pads", []onnx.Node{conv("w", onnx.Ints("pads", 0, 0, -1, 0))}},
		"SAME_LOWER":          {"SAME_LOWER", []onnx.Node{conv("w", onnx.Text("auto_pad", "SAME_LOWER"))}},
		"another kernel":      {"weights for", []onnx.Node{conv("w", onnx.Ints("kernel_shape", 5, 5))}},
		"channels":            {"3 channels where 5", []onnx.Node{conv("wide")}},
		"no outputs":          {"none of them empty", []onnx.Node{conv("empty")}},
		"kernel from a graph": {"not constant", []onnx.Node{onnxNode("Relu", "x", "r"), conv("r")}},
		"channels last":       {`gets axes "bhwc"`, []onnx.Node{onnxNode("Transpose", "x", "t", onnx.Ints("perm", 0, 2, 3, 1)), onnxNode("Conv", "t w", "y")}},
		"batch moved":         {"transpose", []onnx.Node{onnxNode("Transpose", "x", "y", onnx.Ints("perm", 1, 0, 2, 3))}},
		"bad permutation":     {"perm", []onnx.Node{onnxNode("Transpose", "x", "y", onnx.Ints("perm", 0, 0, 2, 3))}},
		"mixing pictures":     {"mixes pictures", []onnx.Node{onnxNode("Reshape", "x mixed", "y")}},
		"mean of channels":    {"over the axes [1]", []onnx.Node{onnxNode("ReduceMean", "x axis", "y")}},
		"clip to 1":           {"clipping", []onnx.Node{onnxNode("Clip", "x", "y", onnx.Float("min", 0), onnx.Float("max", 1))}},
		"reflecting pad":      {"reflect", []onnx.Node{onnxNode("Pad", "x", "y", onnx.Text("mode", "reflect"))}},
		"pad before a mean":   {"zeros around", []onnx.Node{onnxNode("Pad", "x", "p", onnx.Ints("pads", 0, 0, 1, 1, 0, 0, 1, 1)), onnxNode("AveragePool", "p", "y", onnx.Ints("kernel_shape", 3, 3))}},
		"pad nobody reads":    {"neither", []onnx.Node{onnxNode("Pad", "x", "p", onnx.Ints("pads", 0, 0, 1, 1, 0, 0, 1, 1)), onnxNode("Relu", "p", "y")}},
		"ceil_mode":           {"ceil_mode", []onnx.Node{onnxNode("MaxPool", "x", "y", onnx.Ints("kernel_shape", 3, 3), onnx.Ints("strides", 2, 2), onnx.Int("ceil_mode", 1))}},
		"training":            {"training_mode", []onnx.Node{onnxNode("BatchNormalization", "x w w w w", "y", onnx.Int("training_mode", 1))}},
		"a map of constants":  {"one number for each channel", []onnx.Node{onnxNode("Mul", "x map", "y")}},
		"a late constant":     {"Mul with a constant", []onnx.Node{onnxNode("Relu", "x", "r"), onnxNode("Mul", "r row", "y")}},
		"a constant twice":    {"Mul with a constant", []onnx.Node{conv("w"), onnxNode("Identity", "y", "a"), onnxNode("Mul", "a one", "m"), onnxNode("Add", "m y", "z")}},
		"inner softmax":       {"softmax", []onnx.Node{onnxNode("Flatten", "x", "f"), onnxNode("MatMul", "f matrix", "m"), onnxNode("Softmax", "m", "s"), onnxNode("Relu", "s", "y")}},
		"two normalisations":  {"two ways", []onnx.Node{onnxNode("Relu", "x", "r"), onnxNode("Add", "x row", "a"), onnxNode("Add", "a r", "y")}},
		"too small":           {"too small", []onnx.Node{conv("w"), onnxNode("MaxPool", "y", "z", onnx.Ints("kernel_shape", 7, 7))}},
		"not yet made":        {`makes "later"`, []onnx.Node{onnxNode("Relu", "later", "y"), onnxNode("Relu", "x", "later")}},
		"made twice":          {"made twice", []onnx.Node{onnxNode("Relu", "x", "y"), onnxNode("Relu", "x", "y")}},
		"no inputs":           {"0 inputs", []onnx.Node{onnxNode("Relu", "x", "r"), onnxNode("Relu", "", "y")}},
	} {
		_, err := fromONNX(onnxModel(kernels, c.nodes...), ONNXReadOptions{})
		if err == nil || !strings.Contains(err.Error(), "the node") || !strings.Contains(err.Error(), c.words) ||
			!errors.Is(err, onnx.ErrUnsupported) && !errors.Is(err, ErrShape) && !errors.Is(err, onnx.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Inputs and outputs that cannot be an image classifier's.
func TestONNXEnds(t *testing.T) {
	relu := onnxNode("Relu", "x", "y")
	for name, change := range map[string]func(m *onnx.Model){
		"no input":       func(m *onnx.Model) { m.Inputs = nil },
		"rows":           func(m *onnx.Model) { m.Inputs[0].Shape = m.Inputs[0].Shape[:2] },
		"five channels":  func(m *onnx.Model) { m.Inputs[0].Shape[1].Size = 5 },
		"huge":           func(m *onnx.Model) { m.Inputs[0].Shape[2].Size = 1 << 30 },
		"two outputs":    func(m *onnx.Model) { m.Outputs = append(m.Outputs, onnx.Value{Name: "x"}) },
		"another output": func(m *onnx.Model) { m.Outputs[0].Name = "z" },
		"the input":      func(m *onnx.Model) { m.Outputs[0].Name = "x" },
		"a constant":     func(m *onnx.Model) { m.Outputs[0].Name = "axis" },
		"twin tensors":   func(m *onnx.Model) { m.Tensors = append(m.Tensors, m.Tensors...) },
	} {
		m := onnxModel(nil, relu)
		change(m)
		if _, err := fromONNX(m, ONNXReadOptions{}); !errors.Is(err, ErrShape) && !errors.Is(err, onnx.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// fromBytes reads a model from memory.
func fromBytes(b []byte) (*Model, error) {
	file, err := onnx.Read(bytes.NewReader(b), int64(len(b)), onnx.Limits{Bytes: 1 << 22})
	if err != nil {
		return nil, err
	}
	return fromONNX(file, ONNXReadOptions{})
}

// Files that are cut short or have flipped bits give errors or other numbers, never a
// panic.
func TestONNXDamage(t *testing.T) {
	for _, name := range []string{"keras_mobilenet", "timm_lite_script", "torchvision_vgg_viewed", "torchvision_resnet_basic_norms"} {
		b, err := os.ReadFile("testdata/onnx/" + name + ".onnx")
		if err != nil {
			t.Fatal(err)
		}
		for n := range 100 {
			if _, err := fromBytes(b[:len(b)*n/100]); err == nil {
				t.Errorf("%s: %d %% of it pass", name, n)
			}
		}
		rng := rand.New(rand.NewPCG(3, 4))
		for range 300 {
			c := slices.Clone(b)
			c[rng.IntN(len(c))] ^= 1 << rng.IntN(8)
			_, _ = fromBytes(c)
		}
	}
}

func FuzzReadONNX(f *testing.F) {
	for _, name := range []string{"keras_flat", "torchvision_vgg_viewed", "torchvision_mobilenet_script"} {
		b, err := os.ReadFile("testdata/onnx/" + name + ".onnx")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := fromBytes(b)
		if err != nil {
			return
		}
		if err := m.Check(m.once.arrays, 0, len(m.Groups)); err != nil {
			t.Fatal(err)
		}
	})
}

// Reading takes no more memory than 1.2 times the weights.
func TestONNXMemory(t *testing.T) {
	m := onnxModel(map[string][]int{"first": {8, 3, 3, 3}, "wide": {4096, 512}, "large": {512, 8, 16, 16}},
		onnxNode("Conv", "x first", "a", onnx.Ints("pads", 8, 8, 9, 9)), onnxNode("Conv", "a large", "b"),
		onnxNode("GlobalAveragePool", "b", "c"), onnxNode("Flatten", "c", "d"), onnxNode("Gemm", "d wide", "y", onnx.Int("transB", 1)))
	b, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "large.onnx")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := ReadONNX(path, ONNXReadOptions{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if ratio := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(b)); ratio > 1.2 {
		t.Errorf("%.2f times the file of %d bytes", ratio, len(b))
	}
}
