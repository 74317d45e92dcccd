package zoo

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/fetch"
)

// The card's numbers are those of the graph.
func TestCard(t *testing.T) {
	m := EfficientNetLite0()
	c, err := m.Cost(224, 224)
	if err != nil {
		t.Fatal(err)
	}
	if c.Parameters != m.Card.Parameters {
		t.Errorf("%d parameters, the card says %d", c.Parameters, m.Card.Parameters)
	}
	if math.Abs(float64(c.MAdds-m.Card.MAdds)) > 0.06*float64(m.Card.MAdds) {
		t.Errorf("%d multiply-adds, the card says %d", c.MAdds, m.Card.MAdds)
	}
	if out, err := m.OutShape(m.Features(), 224, 224); err != nil || !slices.Equal(out, []int{m.Card.Features}) {
		t.Errorf("features %v, %v", out, err)
	}
}

func TestOutShape(t *testing.T) {
	m := EfficientNetLite0()
	for _, c := range []struct {
		to, height, width int
		want              []int
	}{
		{0, 224, 160, []int{224, 160, 3}}, {1, 224, 160, []int{112, 80, 32}}, {2, 65, 33, []int{33, 17, 16}},
		{m.Group("block15") + 1, 224, 224, []int{7, 7, 320}}, {m.Group("pool"), 64, 64, []int{2, 2, 1280}},
		{m.Group("classifier"), 64, 64, []int{1280}}, {len(m.Groups), 64, 64, []int{1000}}, {99, 64, 64, nil}, {1, 0, 64, nil},
	} {
		got, err := m.OutShape(c.to, c.height, c.width)
		if !slices.Equal(got, c.want) || (err == nil) != (c.want != nil) {
			t.Errorf("OutShape(%d, %d, %d) = %v, %v; want %v", c.to, c.height, c.width, got, err, c.want)
		}
	}
}

// Fresh arrays are the same for the same seed, others for another, and have the spread
// that was asked for.
func TestInit(t *testing.T) {
	m := EfficientNetLite0()
	a, b, c := m.Init(1), m.Init(1), m.Init(2)
	if a.Digest() != b.Digest() || a.Digest() == c.Digest() {
		t.Error("the seed does not decide")
	}
	if err := m.Check(a, 0, len(m.Groups)); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]float64{"head/kernel": math.Sqrt(2.0 / 1280), "block05/depthwise/kernel": math.Sqrt(2.0 / 9)} {
		var sum float64
		for _, v := range a[name].Value {
			sum += float64(v) * float64(v)
		}
		if got := math.Sqrt(sum / float64(len(a[name].Value))); math.Abs(got/want-1) > 0.05 {
			t.Errorf("%s has a spread of %g, want %g", name, got, want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	m := EfficientNetLite0()
	w := m.Init(1)
	whole := m.Fingerprint(w, m.Features())
	other := EfficientNetLite0()
	other.Preprocess.Crop = 1
	changed := w.Clone()
	changed["stem/kernel"].Value[0]++
	head := w.Clone()
	head["classifier/bias"].Value[0]++
	for name, got := range map[string]string{"preprocessing": other.Fingerprint(w, m.Features()),
		"a weight": m.Fingerprint(changed, m.Features()), "the depth": m.Fingerprint(w, 3)} {
		if got == whole {
			t.Errorf("%s does not change the fingerprint", name)
		}
	}
	if m.Fingerprint(head, m.Features()) != whole {
		t.Error("an array above the cut changes the fingerprint")
	}
}

// Weights that are absent, cut short, or another model's are told apart.
func TestBadWeights(t *testing.T) {
	m := EfficientNetLite0()
	_, err := m.load(context.Background(), m, fetch.Options{Home: t.TempDir()})
	if !errors.Is(err, fetch.ErrNotFound) {
		t.Errorf("no file: %v", err)
	}
	home := t.TempDir()
	place := filepath.Join(home, "fetch", m.File.SHA256[:12]+"-"+m.File.Name)
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place, []byte("not the weights"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := m.load(context.Background(), m, fetch.Options{Home: home}); !errors.Is(err, fetch.ErrHash) {
		t.Errorf("another content: %v", err)
	}
	var mismatch *MismatchError
	if _, err := m.ReadWeights("torch/testdata/zip.pth"); !errors.As(err, &mismatch) || len(mismatch.Missing) < 200 || len(mismatch.Unexpected) == 0 {
		t.Errorf("another model's: %v", err)
	}
	w := m.Init(1)
	delete(w, "block07/project/scale")
	if err := m.Check(w, 0, 3); err != nil {
		t.Errorf("an array above the range: %v", err)
	}
	if _, err := m.Fold(w, 0, m.Features()); !errors.Is(err, ErrMissing) {
		t.Errorf("a missing array: %v", err)
	}
	w["block07/project/scale"] = Array{"block07/project/scale", []int{79}, make([]float32, 79)}
	if _, err := m.Fold(w, 0, m.Features()); !errors.Is(err, ErrShape) {
		t.Errorf("a wrong shape: %v", err)
	}
}

// In training mode the stored averages move by 1 % towards the batch's, and every array
// but them gets a gradient.
func TestTraining(t *testing.T) {
	d := opened(t, "cpu")
	m := EfficientNetLite0()
	w := m.Init(3)
	const to = 4 // stem and three blocks, one of them with stride 2
	params := m.Params(0, to)
	exec, err := graph.NewExec(d.Backend, func(in []*graph.Node) []*graph.Node {
		arrays := map[string]*graph.Node{}
		var trained []*graph.Node
		for i, p := range params {
			arrays[p.Name] = in[i+1]
			if p.Role != Mean && p.Role != Variance {
				trained = append(trained, in[i+1])
			}
		}
		y, renewed := m.Build(in[0], 0, to, arrays, d.Convs, Training)
		last := m.Groups[to-1].Name + "/project"
		out := []*graph.Node{renewed[last+"/variance"]}
		loss := graph.ReduceAllSum(graph.Mul(y, y))
		for _, g := range graph.Gradient(loss, trained...) {
			out = append(out, graph.ReduceAllSum(graph.Abs(g)))
		}
		return out
	})
	if err != nil {
		t.Fatal(err)
	}
	args := []any{tensors.FromFlatDataAndDimensions(batchOf(32), goldenPictures, 32, 32, 3)}
	for _, p := range params {
		args = append(args, tensors.FromFlatDataAndDimensions(w[p.Name].Value, p.Shape...))
	}
	out, err := exec.Call(args...)
	if err != nil {
		t.Fatal(err)
	}
	variance := tensors.MustCopyFlatData[float32](out[0])
	for i, v := range variance {
		if v < 0.99 || v == 1 {
			t.Errorf("stored variance %d became %g, from 1", i, v)
		}
	}
	n := 0
	for _, p := range params {
		if p.Role == Mean || p.Role == Variance {
			continue
		}
		g := tensors.MustCopyFlatData[float32](out[1+n])[0]
		if !(g > 0) || math.IsInf(float64(g), 0) {
			t.Errorf("%s has a gradient of %g", p.Name, g)
		}
		n++
	}
}

// A missing array panics with its name, which tlkit's callers turn into an error.
func TestBuildNeedsEveryArray(t *testing.T) {
	d := opened(t, "go")
	m := EfficientNetLite0()
	exec, err := graph.NewExec(d.Backend, func(x *graph.Node) *graph.Node {
		y, _ := m.Build(x, 0, 1, nil, device.Convs{}, Folded)
		return y
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.Call(tensors.FromFlatDataAndDimensions(make([]uint8, 32*32*3), 1, 32, 32, 3)); !errors.Is(err, ErrMissing) {
		t.Errorf("no arrays: %v", err)
	}
}

// A new top has its groups and needs its weights.
func TestWithClassifier(t *testing.T) {
	m := Tiny(1)
	w := m.Init(1)
	zeros := func(name string, shape ...int) { w[name] = Array{name, shape, make([]float32, Size(shape))} }
	zeros("hidden00/kernel", 32, 8)
	zeros("hidden00/bias", 8)
	zeros("classifier/kernel", 8, 5)
	if _, err := m.WithClassifier(w, 5, 8); !errors.Is(err, ErrShape) { // Tiny's own bias has two numbers
		t.Errorf("a bias of another shape: %v", err)
	}
	zeros("classifier/bias", 5)
	top, err := m.WithClassifier(w, 5, 8)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := top.OutShape(len(top.Groups), 32, 32); err != nil || !slices.Equal(out, []int{5}) || top.Card.Classes != 5 {
		t.Errorf("%v, %v", out, err)
	}
	if out, err := top.OutShape(top.Features(), 32, 32); err != nil || !slices.Equal(out, []int{8}) {
		t.Errorf("features %v, %v", out, err)
	}
	if _, err := m.WithClassifier(w, 0); !errors.Is(err, ErrShape) {
		t.Errorf("no classes: %v", err)
	}
	// A top on that one keeps its hidden layer.
	zeros("hidden01/kernel", 8, 8)
	zeros("hidden01/bias", 8)
	zeros("classifier/kernel", 8, 3)
	zeros("classifier/bias", 3)
	again, err := top.WithClassifier(w, 3, 8)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range again.Params(0, len(again.Groups)) {
		if seen[p.Name] {
			t.Errorf("two layers share %s", p.Name)
		}
		seen[p.Name] = true
	}
	if !seen["hidden00/kernel"] || !seen["hidden01/kernel"] {
		t.Error("hidden layers are missing")
	}
	delete(w, "hidden00/bias")
	if _, err := m.WithClassifier(w, 5, 8); !errors.Is(err, ErrMissing) {
		t.Errorf("no bias: %v", err)
	}
}

// Every card's numbers are those of its graph, and the list is in order and obeys its filter.
func TestList(t *testing.T) {
	names := map[string]bool{}
	for _, m := range List(Filter{}) {
		if names[m.Card.Name] {
			t.Errorf("two models are called %s", m.Card.Name)
		}
		names[m.Card.Name] = true
		c, err := m.Cost(m.Preprocess.Size, m.Preprocess.Size)
		if err != nil {
			t.Fatal(err)
		}
		if c.Parameters != m.Card.Parameters {
			t.Errorf("%s: %d parameters, the card says %d", m.Card.Name, c.Parameters, m.Card.Parameters)
		}
		if math.Abs(float64(c.MAdds-m.Card.MAdds)) > 0.06*float64(m.Card.MAdds) {
			t.Errorf("%s: %d multiply-adds, the card says %d", m.Card.Name, c.MAdds, m.Card.MAdds)
		}
		if out, err := m.OutShape(m.Features(), m.Preprocess.Size, m.Preprocess.Size); err != nil || !slices.Equal(out, []int{m.Card.Features}) {
			t.Errorf("%s: features %v, %v", m.Card.Name, out, err)
		}
	}
	for _, m := range List(Filter{}) {
		c := m.Card
		for what, words := range map[string]string{"task": c.Task, "data": c.Data, "source of its accuracy": c.Top1Source, "input": c.Input, "paper": c.Paper, "licence": c.Licence} {
			if words == "" {
				t.Errorf("%s: the card has no %s", c.Name, what)
			}
		}
		if !strings.Contains(c.Runs, "CPU") || !strings.Contains(c.Runs, "GPU") || !strings.Contains(c.Runs, "TPU") || !strings.Contains(c.String(), c.Runs) {
			t.Errorf("%s: the card says that it runs on %q", c.Name, c.Runs)
		}
	}
	small := List(Filter{Parameters: 6_000_000, Top1: 0.76})
	if len(small) == 0 || !slices.IsSortedFunc(small, func(a, b *Model) int { return a.Card.MAdds - b.Card.MAdds }) {
		t.Errorf("%d small models, or in no order", len(small))
	}
	for _, m := range small {
		if m.Card.Parameters > 6_000_000 || m.Card.Top1 < 0.76 {
			t.Errorf("%s passed the filter", m.Card.Name)
		}
	}
	if none := List(Filter{Task: "speech"}); len(none) != 0 {
		t.Errorf("%d models for speech", len(none))
	}
}

func TestModelsAreATable(t *testing.T) {
	models := append(List(Filter{Task: "photographs", Parameters: 5_000_000}), Tiny(1).Named("<b>tiny</b>"))
	text, page := models.String(), models.HTML()
	for _, want := range []string{"EfficientNet-Lite0", "4.7 M", "75.1 %", "407 M", "CPU,\u00a0GPU", "BSD-3-Clause", "yes", "no"} {
		if !strings.Contains(text, want) || !strings.Contains(page, want) {
			t.Errorf("%q is not in the table:\n%s", want, text)
		}
	}
	if strings.Count(text, "\n") != len(models)+1 || strings.Count(page, "<tr>") != len(models)+1 || strings.Contains(page, "<b>") || !strings.Contains(page, "&lt;b&gt;tiny") {
		t.Errorf("%d models:\n%s\n%s", len(models), text, page)
	}
	if one := Tiny(1); one.Named("other").Card.Name != "other" || one.Card.Name != "Tiny" {
		t.Error("naming changes the model itself")
	}
}

// Without its top a model gives its last pictures, pooled as asked.
func TestWithoutTop(t *testing.T) {
	for p, want := range map[Pooling][]int{"": {2048}, Average: {2048}, Largest: {2048}, Flatten: {2 * 2 * 2048}, None: {2, 2, 2048}} {
		m, err := ResNet50(Keras).WithoutTop(p)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := m.OutShape(m.Features(), 64, 64); err != nil || !slices.Equal(out, want) {
			t.Errorf("%q gives %v, %v; want %v", p, out, err, want)
		}
		if m.Group("classifier") >= 0 {
			t.Errorf("%q keeps the classifier", p)
		}
	}
	if _, err := ResNet50(Keras).WithoutTop("median"); err == nil {
		t.Error("an unknown pooling passes")
	}
	if _, err := ResNet50(Keras).Weights(t.Context()); !errors.Is(err, ErrNoWeights) {
		t.Errorf("weights from nowhere: %v", err)
	}
}

// Another size of picture changes the flattened features, the cost and the fingerprint, not
// the weights.
func TestAt(t *testing.T) {
	for _, c := range []struct {
		pooling  Pooling
		size     int
		features int
	}{{Average, 64, 2048}, {Flatten, 64, 2 * 2 * 2048}, {Flatten, 224, 7 * 7 * 2048}, {Flatten, 33, 2 * 2 * 2048}, {None, 32, 2048}} {
		top, err := ResNet50(Keras).WithoutTop(c.pooling)
		if err != nil {
			t.Fatal(err)
		}
		m, err := top.At(c.size)
		if err != nil {
			t.Fatal(err)
		}
		if m.Card.Features != c.features || m.Preprocess.Size != c.size || m.Preprocess.Crop != 1 || top.Preprocess.Size != 224 {
			t.Errorf("%s at %d: %d features, %+v", c.pooling, c.size, m.Card.Features, m.Preprocess)
		}
		if small := c.size < 100; small != (m.Card.MAdds < ResNet50(Keras).Card.MAdds/5) {
			t.Errorf("%d multiply-adds at %d", m.Card.MAdds, c.size)
		}
	}
	for _, size := range []int{0, -1, 1<<16 + 1, 1 << 32, math.MaxInt} {
		if _, err := Tiny(3).At(size); !errors.Is(err, ErrShape) {
			t.Errorf("at %d: %v", size, err)
		}
	}
	random := Tiny(3)
	small, err := random.At(16)
	if err != nil {
		t.Fatal(err)
	}
	a, errA := random.Weights(t.Context())
	b, errB := small.Weights(t.Context())
	if errA != nil || errB != nil || a.Digest() != b.Digest() {
		t.Error("other weights at another size: ", errA, errB)
	}
	for m, size := range map[*Model]int{VGG16(Keras): 64, Tiny(1): 0, ResNet50(Keras): -3} {
		if _, err := m.At(size); !errors.Is(err, ErrShape) {
			t.Errorf("%s at %d: %v", m.Card.Name, size, err)
		}
	}
}

// The same weights pooled in another way give other features, and so are another network.
func TestPoolingIsInTheFingerprint(t *testing.T) {
	m := Tiny(3)
	w, err := m.Weights(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]Pooling{}
	for _, p := range []Pooling{Average, Largest, Flatten, None} {
		top, err := m.WithoutTop(p)
		if err != nil {
			t.Fatal(err)
		}
		f := top.Fingerprint(w, top.Features())
		if twin, ok := seen[f]; ok {
			t.Errorf("%q has the fingerprint of %q", p, twin)
		}
		seen[f] = p
		if top.Fingerprint(w, 2) != m.Fingerprint(w, 2) {
			t.Errorf("%q changes the groups below", p)
		}
		if (p == Average) != (f == m.Fingerprint(w, m.Features())) {
			t.Errorf("%q beside the model's own pooling", p)
		}
	}
}

// A file with the names of another architecture is told by its name.
func TestLooksLike(t *testing.T) {
	other := ResNet18()
	_, err := EfficientNetLite0().read("some.pth", newFormula(other, other.dialects[0], 1), true)
	var mismatch *MismatchError
	if !errors.As(err, &mismatch) || mismatch.Looks != "ResNet-18" || len(mismatch.Missing) == 0 {
		t.Errorf("%v", err)
	}
	v15 := ResNet50(Torchvision)
	if _, err := v15.read("other.pth", newFormula(mobileNet(t, Torchvision, 1), mobileNet(t, Torchvision, 1).dialects[0], 1), true); !errors.As(err, &mismatch) || mismatch.Looks != "MobileNetV2 (torchvision)" {
		t.Errorf("%v", err)
	}
}

// Another library's order of axes and back is the identity.
func TestLayouts(t *testing.T) {
	small := vgg{blocks: [][]int{{4}, {6}}, hidden: 5, classes: 3, side: 12}
	for _, m := range []*Model{small.model(Torchvision), ResNet18(), EfficientNetLite0(), EfficientNetB0(Keras)} {
		weights := m.Init(3)
		for _, d := range m.dialects {
			for _, p := range m.Params(0, len(m.Groups)) {
				l, v := m.layout(d, p), weights[p.Name].Value
				theirs := l.back(v)
				if !slices.Equal(l.ours(theirs), v) {
					t.Fatalf("%s, %s: %s comes back changed", m.Card.Name, d.library, p.Name)
				}
				if l.outputsFirst && !slices.Equal(inParts(l, theirs, 5), v) {
					t.Fatalf("%s, %s: %s comes back changed in parts", m.Card.Name, d.library, p.Name)
				}
			}
		}
	}
}

// inParts puts at outputs at a time in our order.
func inParts(l layout, v []float32, at int) []float32 {
	w, each := make([]float32, len(v)), len(v)/l.theirs[0]
	for first := 0; first < l.theirs[0]; first += at {
		l.put(w, v[first*each:min(first+at, l.theirs[0])*each], first)
	}
	return w
}
