package zoo

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo/safetensors"
)

// opened opens a backend for a test. Without it the test is skipped with the reason, or
// fails where TLKIT_REQUIRE=all says that nothing may be missing.
func opened(t testing.TB, backend string) *device.Device {
	t.Helper()
	d, err := device.Open(device.Options{Backend: backend})
	if err != nil {
		missing(t, err)
	}
	t.Cleanup(d.Close)
	return d
}

func missing(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("TLKIT_REQUIRE") == "all" {
		t.Fatal(err)
	}
	t.Skip(err)
}

func pretrained(t testing.TB) (*Model, Arrays) {
	t.Helper()
	m := EfficientNetLite0()
	w, err := m.Weights(context.Background())
	if err != nil {
		missing(t, err)
	}
	return m, w
}

const goldenPictures = 4

// picture is the n-th picture of testdata/golden.py, [size, size, 3].
func picture(n, size int) []uint8 {
	out := make([]uint8, 0, size*size*3)
	for y := range size {
		for x := range size {
			for c := range 3 {
				out = append(out, uint8(pixel(n, size, x, y, c)))
			}
		}
	}
	return out
}

func pixel(n, size, x, y, c int) int {
	switch n {
	case 0:
		return (x*(c+1) + y*(3-c)) * 255 / (4 * size)
	case 1:
		return (x/8 + y/8 + c) % 3 * 120
	case 2:
		h := uint64((y*size+x)*3+c+1) * 2654435761 % (1 << 32)
		return int((h ^ h>>15) * 2246822519 % (1 << 32) >> 24)
	}
	if (2*x-size)*(2*x-size)+(2*y-size)*(2*y-size) < size*size/2 {
		return 40 + 90*c
	}
	return 230 - 60*c
}

func batchOf(size int) []uint8 {
	var out []uint8
	for n := range goldenPictures {
		out = append(out, picture(n, size)...)
	}
	return out
}

type goldens struct {
	t    testing.TB
	file *safetensors.File
}

func openGoldens(t testing.TB) goldens {
	f, err := safetensors.Open("testdata/lite0.safetensors", safetensors.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return goldens{t, f}
}

func (g goldens) get(name string) []float32 {
	g.t.Helper()
	x, err := g.file.Tensor(name)
	if err != nil {
		g.t.Fatal(err)
	}
	v, err := x.Float32()
	if err != nil {
		g.t.Fatal(err)
	}
	return v
}

// evenly is testdata/golden.py's: n elements of each example, evenly spaced.
func evenly(v []float32, n int) []float32 {
	each := len(v) / goldenPictures
	var out []float32
	for i := range goldenPictures {
		for j := range n {
			out = append(out, v[i*each+j*each/n])
		}
	}
	return out
}

// The pictures made here are those that the reference saw.
func TestGoldenPictures(t *testing.T) {
	g := openGoldens(t)
	for _, size := range []int{32, 64, 224} {
		for n, want := range g.get(fmt.Sprint(size, "/sums")) {
			sum := 0
			for _, v := range picture(n, size) {
				sum += int(v)
			}
			if float32(sum) != want {
				t.Errorf("picture %d at %d adds up to %d, the reference's to %v", n, size, sum, want)
			}
		}
	}
}

// Logits and the output of every group agree with the reference on every backend, in
// every form and mode: at most 1e-3 away, with the same five best classes.
func TestGolden(t *testing.T) {
	plain, written := device.Convs{}, device.Convs{Pointwise: device.Matrix, Depthwise: device.Shifted}
	for _, c := range []struct {
		name, backend string
		convs         device.Convs
		mode          Mode
		size          int
	}{
		{"XLA, its forms, folded", "cpu", written, Folded, 224},
		{"XLA, its forms, frozen", "cpu", written, Frozen, 64},
		{"XLA, plain forms, frozen", "cpu", plain, Frozen, 64},
		{"XLA, plain forms, folded", "cpu", plain, Folded, 32},
		{"ONNX Runtime under GoMLX, folded", "onnx", plain, Folded, 224},
		{"ONNX Runtime under GoMLX, folded, small", "onnx", plain, Folded, 64},
		{"Go, folded", "go", written, Folded, 32},
		{"Go, plain forms, folded", "go", plain, Folded, 32},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := opened(t, c.backend)
			taps := runGroups(t, d, c.convs, c.mode, c.size)
			compareGolden(t, c.size, taps)
		})
	}
}

func compareGolden(t *testing.T, size int, taps [][]float32) {
	t.Helper()
	g := openGoldens(t)
	for i, tap := range taps[:len(taps)-1] {
		name := fmt.Sprintf("%d/tap%02d", size, i)
		if i == 0 { // the reference has no tap behind the stem
			continue
		}
		want := g.get(name)
		if diff, at := apart(evenly(tap, len(want)/goldenPictures), want); diff > 1e-3 {
			t.Errorf("%s: element %d is %g away from the reference", name, at, diff)
		}
	}
	logits, want := taps[len(taps)-1], g.get(fmt.Sprint(size, "/logits"))
	diff, at := apart(logits, want)
	if diff > 1e-3 {
		t.Errorf("logits: element %d is %g away from the reference", at, diff)
	}
	for i := range goldenPictures {
		if a, b := best(logits[i*1000:][:1000]), best(want[i*1000:][:1000]); !slices.Equal(a, b) {
			t.Errorf("picture %d: best classes %v, the reference's %v", i, a, b)
		}
	}
	t.Logf("largest difference of a logit: %.2g", diff)
}

func apart(a, b []float32) (most float64, at int) {
	if len(a) != len(b) {
		return math.Inf(1), -1
	}
	for i := range a {
		if d := math.Abs(float64(a[i]) - float64(b[i])); d > most || math.IsNaN(d) {
			most, at = d, i
		}
	}
	return most, at
}

// best are the indices of the five largest values, the largest first.
func best(v []float32) []int {
	index := make([]int, len(v))
	for i := range index {
		index[i] = i
	}
	slices.SortStableFunc(index, func(a, b int) int {
		switch {
		case v[a] > v[b]:
			return -1
		case v[a] < v[b]:
			return 1
		}
		return 0
	})
	return index[:5]
}

// runGroups gives the output of every group for the golden pictures.
func runGroups(t *testing.T, d *device.Device, convs device.Convs, mode Mode, size int) [][]float32 {
	t.Helper()
	m, weights := pretrained(t)
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
			x, _ = m.Build(x, i, i+1, arrays, convs, mode)
			taps = append(taps, x)
		}
		return taps
	})
	if err != nil {
		t.Fatal(err)
	}
	args := []any{tensors.FromFlatDataAndDimensions(batchOf(size), goldenPictures, size, size, 3)}
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
