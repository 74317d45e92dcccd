package keras_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/zoo/hdf5"
	"transferlab/tlkit/zoo/keras"
)

func TestSnakeCase(t *testing.T) {
	for class, want := range map[string]string{ // naming.to_snake_case of Keras 3.15.1
		"Conv2D": "conv2d", "BatchNormalization": "batch_normalization", "ReLU": "re_lu", "PReLU": "p_re_lu",
		"Conv2DTranspose": "conv2d_transpose", "DepthwiseConv2D": "depthwise_conv2d", "LSTM": "lstm", "GRUCell": "gru_cell",
		"GlobalAveragePooling2D": "global_average_pooling2d", "TFOpLambda": "tf_op_lambda", "my layer>X": "mylayer_x",
		"MultiHeadAttention": "multi_head_attention", "Dense": "dense", "_Private": "__private", "": "",
	} {
		if got := keras.SnakeCase(class); got != want {
			t.Errorf("%s: %s, want %s", class, got, want)
		}
	}
}

func TestPaths(t *testing.T) {
	got := keras.Paths("layers/functional/layers", []string{"Conv2D", "Dense", "Conv2D", "Conv2D"})
	want := []string{"conv2d", "dense", "conv2d_1", "conv2d_2"}
	for i := range want {
		if got[i] != "layers/functional/layers/"+want[i] {
			t.Errorf("%v", got)
		}
	}
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.keras")
	if err := os.WriteFile(path, unpack(t, "testdata/residual.keras.gz"), 0o644); err != nil {
		t.Fatal(err)
	}
	w, err := keras.Open(path, keras.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	l, ok := w.Layer("conv2_block1_1_bn")
	if !ok || l.Class != "BatchNormalization" {
		t.Fatalf("%+v", l)
	}
	v, ok := l.Variable("moving_variance")
	if !ok || v.Len() != 4 || v.DType != "<f4" {
		t.Fatalf("%+v", v)
	}
	if x, err := v.Float32(); err != nil || len(x) != 4 || slices.Min(x) < 0.5 {
		t.Errorf("%v %v", x, err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	_, err = v.Float32()
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), `layer "conv2_block1_1_bn" (layers/batch_normalization_1), variable "moving_variance"`) {
		t.Errorf("after Close: %v", err)
	}
	if _, err := keras.Open(filepath.Join(t.TempDir(), "none"), keras.Limits{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// A layer that several models have is not found by its name alone.
func TestLayerTwice(t *testing.T) {
	w := keras.Weights{Layers: []keras.Layer{{Name: "a"}, {Name: "b"}, {Name: "a", Within: []string{"m"}}}}
	if _, ok := w.Layer("a"); ok {
		t.Error("one of two")
	}
	if _, ok := w.Layer("b"); !ok {
		t.Error("not found")
	}
}

func TestMatch(t *testing.T) {
	b := bare(t, dense("", 2, 3), dense("", 3, 1))
	w := read(t, b)
	if w.Layers[0].Name != "" {
		t.Fatalf("%+v", w.Layers[0])
	}
	names := func(shapes ...[]int) []keras.Layer {
		layers := []keras.Layer{{Name: "hidden", Class: "Dense"}, {Name: "top", Class: "Dense"}}
		for i, s := range shapes {
			layers[i].Variables = []keras.Variable{{Name: "w", Shape: s}, {Name: "b", Shape: s[1:]}}
		}
		return layers
	}
	if err := w.Match(names()); err != nil || w.Layers[1].Name != "top" || w.Layers[1].Variables[1].Name != "bias" {
		t.Errorf("%v %+v", err, w.Layers)
	}
	if err := w.Match(names([]int{2, 3}, []int{3, 1})); err != nil || w.Layers[0].Variables[0].Name != "w" {
		t.Errorf("%v %+v", err, w.Layers)
	}
	for name, c := range map[string]struct {
		model []keras.Layer
		want  string
	}{
		"fewer":  {names()[:1], `layer "top" (layers/dense_1): the model has no such layer`},
		"more":   {append(names(), names()...), `no group layers/dense_2, which would be layer "hidden" (Dense)`},
		"class":  {[]keras.Layer{{Name: "c", Class: "Conv2D"}}, "no group layers/conv2d"},
		"shape":  {names([]int{2, 3}, []int{1, 3}), `layer "top" (layers/dense_1): variable "w" has shape [3 1], the model wants [1 3]`},
		"count":  {[]keras.Layer{{Class: "Dense", Variables: make([]keras.Variable, 1)}}, "2 variables, the model has 1"},
		"rename": {[]keras.Layer{names()[1], names()[0]}, `layer "hidden" (layers/dense): the model has "top" in its place`},
	} {
		if err := w.Match(c.model); !errors.Is(err, keras.ErrMatch) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	legacy := read(t, unpack(t, "testdata/residual.h5.gz"))
	if err := legacy.Match(nil); !errors.Is(err, keras.ErrUnsupported) {
		t.Error(err)
	}
}

func dense(name string, in, out int) keras.Layer {
	return keras.Layer{Name: name, Class: "Dense", Variables: []keras.Variable{
		keras.FromFloat32("kernel", make([]float32, in*out), in, out), keras.FromFloat32("bias", make([]float32, out), out)}}
}

func bare(t testing.TB, layers ...keras.Layer) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := keras.Write(&b, layers); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWriteRefuses(t *testing.T) {
	no := errors.New("no values today")
	for name, c := range map[string]struct {
		layers []keras.Layer
		want   string
	}{
		"no class":   {[]keras.Layer{{Name: "x"}}, `layer 0, "x": no class`},
		"path twice": {[]keras.Layer{dense("a", 1, 1), {Name: "b", Path: "layers/dense"}}, `layer 1, "b": the path "layers/dense" is used twice`},
		"path":       {[]keras.Layer{{Path: "layers//dense"}}, `the path "layers//dense"`},
		"path up":    {[]keras.Layer{{Path: "layers/../dense"}}, `the path "layers/../dense"`},
		"path vars":  {[]keras.Layer{{Path: "layers/vars/dense"}}, `the path "layers/vars/dense"`},
		"shape": {[]keras.Layer{{Name: "x", Class: "Dense", Variables: []keras.Variable{keras.FromFloat32("kernel", make([]float32, 5), 2, 3)}}},
			`layer "x" (layers/dense), variable "kernel": 5 values for a shape of [2 3]`},
		"values": {[]keras.Layer{{Class: "Dense", Variables: []keras.Variable{{Name: "kernel", Shape: []int{2}}}}}, `layer layers/dense, variable "kernel"`},
		"failing": {[]keras.Layer{{Class: "Dense", Variables: []keras.Variable{
			keras.Lazy("kernel", func() ([]float32, error) { return nil, no }, 2)}}}, "no values today"},
	} {
		if err := keras.Write(io.Discard, c.layers); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	path := filepath.Join(t.TempDir(), "x.weights.h5")
	err := keras.WriteFile(path, []keras.Layer{{Class: "Dense", Variables: []keras.Variable{
		keras.Lazy("kernel", func() ([]float32, error) { return nil, no }, 2)}}})
	if _, e := os.Stat(path); !errors.Is(err, no) || !errors.Is(e, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("%v %v", err, e)
	}
}

func TestWriteTwice(t *testing.T) {
	a, b := bare(t, dense("a", 2, 3)), bare(t, dense("a", 2, 3))
	if !bytes.Equal(a, b) {
		t.Error("equal layers give other bytes")
	}
}

// Weights of 16 bits and counts are read as float32; whole numbers too large for that keep
// their size, as near as can be.
func TestWholeNumbers(t *testing.T) {
	var root hdf5.Draft
	vars := root.Group("layers/normalization/vars")
	vars.Set("0", hdf5.Floats([]int{2}, 1, 2))
	vars.Set("1", hdf5.Floats([]int{2}, 3, 4))
	vars.Set("2", hdf5.Ints(nil, 7))
	w := read(t, drafted(t, &root))
	for i, want := range [][]float32{{1, 2}, {3, 4}, {7}} {
		if got, err := w.Layers[0].Variables[i].Float32(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v %v", got, err)
		}
	}
	if v, ok := w.Layers[0].Variable("count"); !ok || v.DType != "<i8" {
		t.Errorf("%+v", v)
	}
}

func drafted(t testing.TB, root *hdf5.Draft) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := root.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Reading takes the memory of the weights and little more; writing, that of one variable.
func TestMemory(t *testing.T) {
	const each, n = 1 << 20, 20 // elements, layers
	values := make([]float32, each)
	layers := make([]keras.Layer, n)
	for i := range layers {
		layers[i] = keras.Layer{Class: "Dense", Variables: []keras.Variable{keras.FromFloat32("kernel", values, 1024, 1024)}}
	}
	path := filepath.Join(t.TempDir(), "x.weights.h5")
	if took := allocated(func() {
		if err := keras.WriteFile(path, layers); err != nil {
			t.Fatal(err)
		}
	}); took > each*4 {
		t.Errorf("writing took %d bytes", took)
	}
	w, err := keras.Open(path, keras.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	if took := allocated(func() {
		for _, l := range w.Layers {
			if _, err := l.Variables[0].Float32(); err != nil {
				t.Fatal(err)
			}
		}
	}); took > each*n*4*11/10 {
		t.Errorf("reading took %d bytes for %d", took, each*n*4)
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Optimizers and metrics are not weights; TF-Keras 2.12 has another word for layers; layers of
// a subclassed model are attributes, whose class nobody tells.
func TestOtherObjects(t *testing.T) {
	var root hdf5.Draft
	for _, path := range []string{"optimizer", "_optimizer", "metrics/mean", "compile_metrics/x", "_loss_tracker",
		"_layer_checkpoint_dependencies/dense", "encoder/layers/dense_1", "head", ""} {
		g := &root
		if path != "" {
			g = root.Group(path)
		}
		g.Group("vars").Set("0", hdf5.Ints(nil, int64(len(path))))
	}
	var got []string
	for _, l := range read(t, drafted(t, &root)).Layers {
		x, err := l.Variables[0].Float32()
		got = append(got, fmt.Sprint(l.Path, " ", l.Variables[0].Name, " ", x, err))
	}
	want := []string{" 0 [0] <nil>", "layers/dense kernel [36] <nil>", "encoder/layers/dense_1 kernel [22] <nil>", "head 0 [4] <nil>"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
