package zoo

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"transferlab/tlkit/zoo/keras"
)

// small are narrow networks of every family, as the libraries have them.
func small(t testing.TB) map[string]*Model {
	t.Helper()
	net := residual{blocks: []int{1, 2}, width: 8, classes: 7, bias: true, epsilon: 1e-5}
	late := net
	late.late, late.bias = true, false
	basic := late
	basic.basic = true
	flat := vgg{blocks: [][]int{{4}, {8, 8}}, hidden: 16, classes: 7, side: 16}
	return map[string]*Model{
		"ResNet of Keras": net.model(Keras), "ResNet of torchvision": late.model(Torchvision), "basic ResNet": basic.model(Torchvision),
		"VGG of Keras": flat.model(Keras), "VGG of torchvision": flat.model(Torchvision),
		"MobileNet of Keras": mobileNet(t, Keras, 0.1), "MobileNet of torchvision": mobileNet(t, Torchvision, 0.1),
		"EfficientNet of Keras": EfficientNetB0(Keras), "EfficientNet-Lite": EfficientNetLite0(),
	}
}

// What is written is read again, number for number, from every kind of file in the names of
// every library.
func TestWriteWeights(t *testing.T) {
	for name, m := range small(t) {
		arrays := m.Init(3)
		for _, d := range m.dialects {
			kinds := []string{"w.pth", "w.pt", "w.safetensors"}
			if d.library == Keras {
				kinds = []string{"w.weights.h5"}
			}
			for _, kind := range kinds {
				path := filepath.Join(t.TempDir(), kind)
				if err := m.WriteWeights(path, arrays, WriteOptions{Library: d.library}); err != nil {
					t.Fatalf("%s to %s of %s: %v", name, kind, d.library, err)
				}
				got, err := m.ReadWeights(path)
				if err != nil {
					t.Fatalf("%s from %s of %s: %v", name, kind, d.library, err)
				}
				if got.Digest() != arrays.Digest() {
					t.Errorf("%s through %s of %s: other numbers", name, kind, d.library)
				}
			}
		}
	}
}

// Reading takes the memory of the numbers, and not twice.
func TestReadWeightsMemory(t *testing.T) {
	m := ResNet18()
	arrays := m.Init(1)
	for _, kind := range []string{"w.pth", "w.safetensors"} {
		path := filepath.Join(t.TempDir(), kind)
		if err := m.WriteWeights(path, arrays, WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := m.ReadWeights(path)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		size := 0
		for _, a := range got {
			size += 4 * len(a.Value)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > uint64(size)*12/10 {
			t.Errorf("%s: %d bytes of weights took %d", kind, size, took)
		}
	}
}

// A model with a new top keeps it, in one model or as Sequential keeps it, and the base is
// read from the same file without the top.
func TestWriteWeightsOfNewTop(t *testing.T) {
	for name, m := range small(t) {
		arrays := m.Init(3)
		base, err := m.WithoutTop(Average)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := base.WithClassifier(withTop(base, arrays, 5, 3), 3, 5)
		if err != nil {
			t.Fatal(err)
		}
		weights := withTop(base, arrays, 5, 3)
		for _, nested := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), "w.weights.h5")
			if !hasKeras(m) {
				path = filepath.Join(t.TempDir(), "w.safetensors")
			}
			if err := whole.WriteWeights(path, weights, WriteOptions{Nested: nested}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got, err := whole.ReadWeights(path)
			if err != nil || got.Digest() != weights.Digest() {
				t.Errorf("%s, nested %v: %v", name, nested, err)
			}
			if !hasKeras(m) {
				continue
			}
			if got, err = base.ReadWeights(path); err != nil {
				t.Errorf("the base of %s, nested %v: %v", name, nested, err)
			}
			for _, p := range base.Params(0, len(base.Groups)) {
				if !slices.Equal(got[p.Name].Value, arrays[p.Name].Value) {
					t.Errorf("the base of %s, nested %v: %s has other numbers", name, nested, p.Name)
				}
			}
		}
	}
}

func hasKeras(m *Model) bool { _, ok := m.dialect(Keras); return ok }

// withTop are arrays of a base, and those of a hidden layer and a classifier on it.
func withTop(base *Model, arrays Arrays, hidden, classes int) Arrays {
	out := Arrays{}
	for _, p := range base.Params(0, len(base.Groups)) {
		out[p.Name] = arrays[p.Name]
	}
	for _, a := range []Array{
		{"hidden00/kernel", []int{base.Card.Features, hidden}, nil}, {"hidden00/bias", []int{hidden}, nil},
		{"classifier/kernel", []int{hidden, classes}, nil}, {"classifier/bias", []int{classes}, nil},
	} {
		a.Value = noise(a.Name, Size(a.Shape))
		out[a.Name] = a
	}
	return out
}

// A file of Keras whose network normalises in another way is not read without a word.
func TestKerasNormalizesOtherwise(t *testing.T) {
	m := EfficientNetB0(Keras)
	arrays := m.Init(1)
	for name, c := range map[string]struct {
		mean, variance []float32
		fits           bool
	}{
		"as here":     {[]float32{0.485, 0.456, 0.406}, []float32{0.052441, 0.050176, 0.050625}, true},
		"published":   {[]float32{0.485, 0.456, 0.406}, []float32{0.229, 0.224, 0.225}, true},
		"not adapted": {[]float32{0, 0, 0}, []float32{1, 1, 1}, false},
		"other mean":  {[]float32{0.5, 0.5, 0.5}, []float32{0.229, 0.224, 0.225}, false},
		"not numbers": {[]float32{0.485, 0.456, 0.406}, []float32{nan(), nan(), nan()}, false},
	} {
		layers := m.kerasLayers(m.dialects[0], arrays, kerasRoot)
		layers[0].Variables = []keras.Variable{keras.FromFloat32("mean", c.mean, 3), keras.FromFloat32("variance", c.variance, 3), keras.FromFloat32("count", []float32{0})}
		path := filepath.Join(t.TempDir(), "w.weights.h5")
		if err := keras.WriteFile(path, layers); err != nil {
			t.Fatal(err)
		}
		if _, err := m.ReadWeights(path); (err == nil) != c.fits || err != nil && (!errors.Is(err, ErrKind) || !strings.Contains(err.Error(), "normalization")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func nan() float32 { return float32(math.NaN()) }

// The layers are where Keras looks for them, by class and order.
func TestKerasPaths(t *testing.T) {
	m := EfficientNetB0(Keras)
	path := filepath.Join(t.TempDir(), "w.weights.h5")
	if err := m.WriteWeights(path, m.Init(1), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	w, err := keras.Open(path, keras.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for name, want := range map[string]string{
		"normalization": "layers/normalization", "stem_conv": "layers/conv2d", "block1a_dwconv": "layers/depthwise_conv2d",
		"block1a_se_reduce": "layers/conv2d_1", "block2a_bn": "layers/batch_normalization_4", "predictions": "layers/dense",
	} {
		if l, ok := w.Layer(name); !ok || l.Path != want {
			t.Errorf("%s is at %v, Keras looks at %s", name, l, want)
		}
	}
}

// A pipe is refused, for reading and for writing: who opened it would wait.
func TestWeightsOfPipes(t *testing.T) {
	m, path := Tiny(1), filepath.Join(t.TempDir(), "w.safetensors")
	if err := syscall.Mkfifo(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := m.ReadWeights(path); !errors.Is(err, ErrKind) {
		t.Error(err)
	}
	if err := ResNet18().WriteWeights(path, ResNet18().Init(1), WriteOptions{}); err == nil {
		t.Error("a pipe was replaced")
	}
}

// What a file cannot be is said, and no file is left.
func TestWriteWeightsRefuses(t *testing.T) {
	m := mobileNet(t, Keras, 0.1)
	arrays := m.Init(1)
	part := arrays.Clone()
	delete(part, "stem/kernel")
	for _, c := range []struct {
		name   string
		model  *Model
		arrays Arrays
		o      WriteOptions
		is     error
		says   string
	}{
		{"w.h5", m, arrays, WriteOptions{}, ErrKind, ""},
		{"w.bin", m, arrays, WriteOptions{}, ErrKind, "known are .weights.h5"},
		{"w.pth", m, arrays, WriteOptions{Library: Keras}, ErrKind, "how Keras names"},
		{"w.weights.h5", EfficientNetLite0(), EfficientNetLite0().Init(1), WriteOptions{}, ErrKind, "known: "},
		{"w.pth", m, part, WriteOptions{}, ErrMissing, "stem/kernel"},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		err := c.model.WriteWeights(path, c.arrays, c.o)
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s, %+v: %v", c.name, c.o, err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is there", c.name)
		}
	}
}

// The layers that a file of Keras counts tell which other model it is of.
func TestNumberedLayersLookLike(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.weights.h5")
	b0 := EfficientNetB0(Keras)
	if err := b0.WriteWeights(path, b0.Init(1), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	var mismatch *MismatchError
	if _, err := ResNet50(Keras).ReadWeights(path); !errors.As(err, &mismatch) || mismatch.Looks != b0.Card.Name {
		t.Errorf("%v", err)
	}
}

// tinyNet is a network whose files have a few kilobytes.
func tinyNet(l Library) *Model {
	n := residual{blocks: []int{1}, width: 2, classes: 2, late: l == Torchvision, bias: l == Keras, epsilon: 1e-5}
	return n.model(l)
}

// weightsFiles are files of every kind, by name.
func weightsFiles(t testing.TB) map[string][]byte {
	out := map[string][]byte{}
	for name, l := range map[string]Library{"w.weights.h5": Keras, "w.pth": Torchvision, "w.safetensors": Torchvision} {
		m, path := tinyNet(l), filepath.Join(t.TempDir(), name)
		if err := m.WriteWeights(path, m.Init(1), WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = b
	}
	return out
}

// A file cut anywhere is refused; one with a bit turned over is refused or read, and what is
// read is whole.
func TestDamagedWeights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w")
	read := func(name string, b []byte) error {
		l := Torchvision
		if strings.HasSuffix(name, ".h5") {
			l = Keras
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		m := tinyNet(l)
		a, err := m.ReadWeights(path)
		if err == nil && m.Check(a, 0, len(m.Groups)) != nil {
			t.Errorf("%s: not all was read, without an error", name)
		}
		return err
	}
	for name, whole := range weightsFiles(t) {
		if err := read(name, whole); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range 100 {
			if read(name, whole[:i*len(whole)/100]) == nil {
				t.Errorf("%s cut at %d %% was read", name, i)
			}
		}
		for i := range 400 {
			b := slices.Clone(whole)
			at := i * len(b) / 400
			b[at] ^= 1 << (i % 8)
			_ = read(name, b)
		}
	}
}

// Whatever the bytes are, reading ends with an error or all arrays.
func FuzzReadWeights(f *testing.F) {
	for _, b := range weightsFiles(f) {
		f.Add(b)
	}
	path := filepath.Join(f.TempDir(), "w")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, m := range []*Model{tinyNet(Keras), tinyNet(Torchvision)} {
			a, err := m.ReadWeights(path)
			if err != nil {
				continue
			}
			if err := m.Check(a, 0, len(m.Groups)); err != nil {
				t.Error(err)
			}
		}
	})
}
