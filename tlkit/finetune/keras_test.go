package finetune

import (
	"context"
	"encoding/json"
	"hash/crc32"
	"math"
	"os"
	"slices"
	"testing"

	"transferlab/tlkit/zoo"
)

// golden.json is what Keras makes of the same weights and inputs; see testdata/golden.py,
// whose noise and kernel these are.
type kerasCase map[string][]float64

func kerasGolden(t *testing.T) (head, frozen, norms kerasCase) {
	t.Helper()
	b, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Head, Frozen, Norms kerasCase }
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all.Head, all.Frozen, all.Norms
}

func noise(name string, n int) []float32 {
	seed, out := crc32.ChecksumIEEE([]byte(name)), make([]float32, n)
	for i := range out {
		h := uint32(i+1)*2654435761 + seed*2246822519
		h = (h ^ h>>15) * 2246822519
		h = (h ^ h>>13) * 3266489917
		out[i] = float32(h>>8)/(1<<23) - 1
	}
	return out
}

// drawn is center + spread·noise.
func drawn(name string, shape []int, center, spread float32) array {
	v := noise(name, zoo.Size(shape))
	for i := range v {
		v[i] = center + spread*v[i]
	}
	return array{name, shape, v}
}

func kernelOf(name string, shape ...int) array {
	fanIn := zoo.Size(shape[:len(shape)-1])
	return drawn(name, shape, 0, float32(math.Sqrt(float64(float32(3)/float32(fanIn)))))
}

// close to within a share of the largest expected number.
func near(t *testing.T, what string, got []float32, want []float64, share float64) {
	t.Helper()
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	if len(got) != len(want) || largest == 0 {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	for i, v := range want {
		if d := math.Abs(float64(got[i]) - v); !(d <= share*largest) {
			t.Errorf("%s[%d] is %g, Keras has %g", what, i, got[i], v)
			return
		}
	}
}

func evenly(v []float32, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = v[i*len(v)/n]
	}
	return out
}

func flat(rows [][]float64) (out []float32) {
	for _, r := range rows {
		for _, v := range r {
			out = append(out, float32(v))
		}
	}
	return out
}

// classOf gives the examples the classes 0, 1, 2, 0, ….
func classed(x []float32, n int) examples {
	e := examples{}
	for i := range n {
		e.x, e.labels = append(e.x, x[i*len(x)/n:(i+1)*len(x)/n]), append(e.labels, int32(i%3))
	}
	return e
}

// walk takes a step with each batch of examples and gives the losses, the state and the
// probabilities after them.
func walk(t *testing.T, p *program, state arrays, e examples, rates []float64, batches ...[]int) (losses []float32, after arrays, probs []float32) {
	t.Helper()
	s := p.start(state)
	defer s.close()
	for _, idx := range batches {
		loss, err := s.step(context.Background(), phase{}.gather(p, e, idx, 0, 0), rates)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, float32(loss))
	}
	after, err := s.values()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.probabilities(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	return losses, after, flat(rows)
}

// A hidden layer and a softmax, begun with the same weights and trained on the same batches,
// take the same way as in Keras.
func TestHeadLikeKeras(t *testing.T) {
	want, _, _ := kerasGolden(t)
	head := Head{Hidden: 8, Dropout: -1, Plain: true}
	s := &session{dev: openDevice(t), opt: Options{Batch: 4}, data: &pictures{classes: make([]string, 3)}, programs: map[string]*program{}}
	state := head.init(12, 3, 0)
	state[headHidden] = kernelOf("hidden", 12, 8)
	state[headOut] = kernelOf("classes", 8, 3)
	p, err := s.headProgram(head, 12, state)
	if err != nil {
		t.Fatal(err)
	}
	batches := [][]int{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9}}
	losses, after, probs := walk(t, p, state, classed(noise("features", 120), 10), []float64{1e-3}, append(batches, batches...)...)
	near(t, "losses", losses, want["losses"], 1e-5)
	near(t, "hidden", evenly(after[headHidden].value, 8), want["hidden"], 1e-5)
	near(t, "hidden bias", evenly(after[headHBias].value, 8), want["hidden bias"], 1e-3)
	near(t, "classes", evenly(after[headOut].value, 6), want["classes"], 1e-5)
	near(t, "classes bias", evenly(after[headBias].value, 3), want["classes bias"], 1e-3)
	near(t, "probabilities", probs, want["probabilities"], 1e-5)
}

// ResNet-50's last blocks, unfrozen under a new head, take the same way as in Keras: with
// batch norms in inference mode, and in training mode, where the stored averages follow.
func TestTopLikeKeras(t *testing.T) {
	_, frozen, norms := kerasGolden(t)
	whole, err := zoo.ResNet50(zoo.Keras).At(32)
	if err != nil {
		t.Fatal(err)
	}
	m, err := whole.WithoutTop(zoo.Average)
	if err != nil {
		t.Fatal(err)
	}
	dev, cut := openDevice(t), m.Group("conv5_1")
	head := Head{Dropout: -1, Plain: true}
	state := head.init(2048, 3, 0)
	state[headOut] = kernelOf("classes", 2048, 3)
	net := &network{model: m, convs: dev.Convs, params: map[string]zoo.Param{}, preprocess: m.Preprocess}
	for _, p := range m.Params(cut, m.Features()) {
		net.params[p.Name], state[p.Name] = p, kerasLike(p)
	}
	x := noise("pictures", 6*2*2*1024)
	for i := range x {
		x[i] = max(x[i], 0)
	}
	for name, want := range map[string]kerasCase{"frozen norms": frozen, "norms in training": norms} {
		t.Run(name, func(t *testing.T) {
			o := Options{Batch: 6, Head: head, Top: Top{TrainNorms: name != "frozen norms"}}
			s := &session{dev: dev, opt: o, net: net, data: &pictures{classes: make([]string, 3)}, programs: map[string]*program{}}
			p, err := s.topProgram(cut, 6, state)
			if err != nil {
				t.Fatal(err)
			}
			all := []int{0, 1, 2, 3, 4, 5}
			losses, after, probs := walk(t, p, state, classed(x, 6), []float64{1e-4, 1e-4}, all, all, all)
			near(t, "losses", losses, want["losses"], 1e-3)
			near(t, "probabilities", probs, want["probabilities"], 1e-3)
			near(t, "classes", evenly(after[headOut].value, 8), want["classes"], 1e-4)
			near(t, "kernel", evenly(after["conv5_2/conv2/kernel"].value, 8), want["kernel"], 1e-3)
			for _, part := range []string{"scale", "offset", "mean", "variance"} {
				at := "conv5_3/conv3/" + part
				if _, changes := after[at]; changes != o.Top.TrainNorms {
					t.Errorf("%s is trained or renewed: %v", at, changes)
				}
				now := slices.Concat(state[at].value)
				copy(now, after[at].value)
				near(t, at, evenly(now, 8), want[part], 1e-4)
			}
		})
	}
}

// kerasLike gives an array of the network what golden.py gives it.
func kerasLike(p zoo.Param) array {
	switch p.Role {
	case zoo.Kernel:
		return kernelOf(p.Name, p.Shape...)
	case zoo.Scale:
		return drawn(p.Name, p.Shape, 0.75, 0.25)
	case zoo.Variance:
		return drawn(p.Name, p.Shape, 1, 0.5)
	}
	return drawn(p.Name, p.Shape, 0, 0.1)
}
