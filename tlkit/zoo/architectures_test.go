package zoo

import (
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo/safetensors"
)

// formula is a weights file of a model in a library's names and layout, whose numbers are
// those of testdata/architectures/golden.py.
type formula struct {
	d      dialect
	params map[string]Param
	shapes map[string][]int
	gain   float32 // of the kernels
}

func newFormula(m *Model, d dialect, gain float32) formula {
	f := formula{d, map[string]Param{}, map[string][]int{}, gain}
	names := d.names()
	for _, p := range m.Params(0, len(m.Groups)) {
		name := d.name(names, p)
		f.params[name], f.shapes[name] = p, m.layout(d, p).theirs
	}
	return f
}

func (f formula) Names() []string {
	var out []string
	for n := range f.shapes {
		out = append(out, n)
	}
	return out
}

func (f formula) Shape(name string) []int { return f.shapes[name] }
func (f formula) Close() error            { return nil }

func (f formula) Float32(name string) ([]float32, error) {
	shape := f.shapes[name]
	v := noise(name, Size(shape))
	at, times := float32(0), float32(0.125)
	switch f.params[name].Role {
	case Kernel:
		times = f.gain * float32(math.Sqrt(float64(6/float32(f.fanIn(shape)))))
	case Scale:
		at, times = 0.75, 0.25
	case Variance:
		at, times = 1, 0.5
	}
	for i := range v {
		v[i] = at + times*v[i]
	}
	return v, nil
}

func (f formula) fanIn(shape []int) int {
	switch {
	case f.d.library != Keras:
		return Size(shape[1:])
	case len(shape) == 4 && shape[3] == 1: // depthwise
		return shape[0] * shape[1]
	}
	return Size(shape[:len(shape)-1])
}

// noise is golden.py's.
func noise(name string, n int) []float32 {
	seed := uint64(crc32.ChecksumIEEE([]byte(name)))
	v := make([]float32, n)
	for i := range v {
		h := (uint64(i+1)*2654435761 + seed*2246822519) & math.MaxUint32
		h = (h ^ h>>15) * 2246822519 & math.MaxUint32
		h = (h ^ h>>13) * 3266489917 & math.MaxUint32
		v[i] = float32(h>>8)/(1<<23) - 1
	}
	return v
}

func mobileNet(t testing.TB, l Library, width float64) *Model {
	t.Helper()
	m, err := MobileNetV2(l, width)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Every architecture gives the reference's logits and outputs of blocks, from weights in
// the reference's names and layout, whose batch norms are far from the identity: at most
// 1e-4 of the largest number away.
func TestArchitectures(t *testing.T) {
	file, err := safetensors.Open("testdata/architectures/golden.safetensors", safetensors.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	for _, c := range []struct {
		golden  string
		model   *Model
		library Library
		size    int
		first   int // the group of the first tap
	}{
		{"resnet18", ResNet18(), Torchvision, 64, 1},
		{"resnet50.torchvision", ResNet50(Torchvision), Torchvision, 64, 1},
		{"resnet101.torchvision", ResNet101(Torchvision), Torchvision, 64, 1},
		{"mobilenetv2.torchvision", mobileNet(t, Torchvision, 1), Torchvision, 64, 0},
		{"mobilenetv2x0.5.torchvision", mobileNet(t, Torchvision, 0.5), Torchvision, 65, 0},
		{"efficientnetb0.torchvision", EfficientNetB0(Torchvision), Torchvision, 64, 0},
		{"vgg16.torchvision", vgg16(64).model(Torchvision), Torchvision, 64, 0},
		{"vgg16.keras", vgg16(64).model(Keras), Keras, 64, 0},
		{"lite0.timm", EfficientNetLite0(), Timm, 65, 1},
		{"lite1.timm", EfficientNetLite1(), Timm, 65, 1},
		{"lite2.timm", EfficientNetLite2(), Timm, 65, 1},
		{"lite3.timm", EfficientNetLite3(), Timm, 65, 1},
		{"lite4.timm", EfficientNetLite4(), Timm, 65, 1},
		{"resnet50.keras", ResNet50(Keras), Keras, 64, 1},
		{"resnet101.keras", ResNet101(Keras), Keras, 64, 1},
		{"mobilenetv2.keras", mobileNet(t, Keras, 1), Keras, 64, 1},
		{"efficientnetb0.keras", EfficientNetB0(Keras), Keras, 64, 1},
	} {
		t.Run(c.golden, func(t *testing.T) {
			d, ok := c.model.dialect(c.library)
			if !ok {
				t.Fatalf("no names of %s", c.library)
			}
			weights, err := c.model.read(c.golden, newFormula(c.model, d, gainOf(c.golden)), c.library != Keras)
			if err != nil {
				t.Fatal(err)
			}
			compareWith(t, file, c.golden, outputs(t, opened(t, "onnx"), c.model, weights, c.size, Folded), c.first)
		})
	}
	for _, c := range []struct {
		golden string
		model  *Model
	}{{"resnet50.keras", ResNet50(Keras)}, {"mobilenetv2.keras", mobileNet(t, Keras, 1)}, {"efficientnetb0.keras", EfficientNetB0(Keras)}} {
		t.Run(c.golden+", XLA, frozen", func(t *testing.T) {
			d, _ := c.model.dialect(Keras)
			weights, err := c.model.read(c.golden, newFormula(c.model, d, gainOf(c.golden)), false)
			if err != nil {
				t.Fatal(err)
			}
			compareWith(t, file, c.golden, outputs(t, opened(t, "cpu"), c.model, weights, 64, Frozen), 1)
		})
	}
}

// gainOf is golden.py's.
func gainOf(golden string) float32 {
	if strings.HasPrefix(golden, "efficientnet") {
		return 1.25
	}
	return 1
}

// compareWith compares the groups' outputs with the reference's, whose first tap is the
// output of the group first.
func compareWith(t *testing.T, file *safetensors.File, golden string, taps [][]float32, first int) {
	t.Helper()
	same := func(name string, got []float32, n int) {
		want := expected(t, file, golden+"/"+name)
		if diff := relative(sampled(got, n, len(want)/2), want); !(diff <= 1e-4) {
			t.Errorf("%s is %.2g of its largest number away", name, diff)
		}
	}
	for i := range tapsIn(file, golden) {
		same(fmt.Sprintf("tap%02d", i), taps[first+i], 32)
	}
	same("logits", hundred(taps[len(taps)-1]), 100)
}

func (m *Model) dialect(l Library) (dialect, bool) {
	i := slices.IndexFunc(m.dialects, func(d dialect) bool { return d.library == l })
	if i < 0 {
		return dialect{}, false
	}
	return m.dialects[i], true
}

func expected(t *testing.T, file *safetensors.File, name string) []float32 {
	t.Helper()
	x, err := file.Tensor(name)
	if err != nil {
		t.Fatal(err)
	}
	v, err := x.Float32()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func tapsIn(file *safetensors.File, name string) int {
	n := 0
	for {
		if _, ok := file.Info(fmt.Sprintf("%s/tap%02d", name, n)); !ok {
			return n
		}
		n++
	}
}

// sampled are n evenly spaced elements of each of the two pictures' output.
func sampled(v []float32, n, want int) []float32 {
	each := len(v) / 2
	if n == 100 { // logits
		return v
	}
	var out []float32
	for i := range 2 {
		for j := range want {
			out = append(out, v[i*each+(j*each/n+7*j)%each])
		}
	}
	return out
}

func hundred(v []float32) []float32 {
	each := len(v) / 2
	return append(slices.Clone(v[:100]), v[each:each+100]...)
}

// relative is the largest difference as a share of the largest number.
func relative(got, want []float32) float64 {
	diff, _ := apart(got, want)
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(float64(v)))
	}
	return diff / largest
}

// outputs runs the two pictures of golden.py through the model, and gives every group's
// output.
func outputs(t *testing.T, d *device.Device, m *Model, weights Arrays, size int, mode Mode) [][]float32 {
	t.Helper()
	params := m.Params(0, len(m.Groups))
	if mode == Folded {
		var err error
		if weights, err = m.Fold(weights, 0, len(m.Groups)); err != nil {
			t.Fatal(err)
		}
		params = m.FoldedParams(0, len(m.Groups))
	}
	exec, err := graph.NewExec(d.Backend, func(in []*graph.Node) []*graph.Node {
		arrays := map[string]*graph.Node{}
		for i, p := range params {
			arrays[p.Name] = in[i+1]
		}
		var taps []*graph.Node
		x := in[0]
		for i := range m.Groups {
			x, _ = m.Build(x, i, i+1, arrays, d.Convs, mode)
			taps = append(taps, x)
		}
		return taps
	})
	if err != nil {
		t.Fatal(err)
	}
	args := []any{tensors.FromFlatDataAndDimensions(append(picture(1, size), picture(2, size)...), 2, size, size, 3)}
	for _, p := range params {
		args = append(args, tensors.FromFlatDataAndDimensions(weights[p.Name].Value, p.Shape...))
	}
	out, err := exec.Call(args...)
	if err != nil {
		t.Fatal(err)
	}
	var taps [][]float32
	for _, x := range out {
		taps = append(taps, tensors.MustCopyFlatData[float32](x))
	}
	return taps
}
