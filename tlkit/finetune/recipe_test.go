package finetune

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"transferlab/tlkit/split"
	"transferlab/tlkit/zoo"
)

// flatTiny is a small base whose features are its flattened last pictures.
func flatTiny(t *testing.T) *zoo.Model {
	t.Helper()
	m, err := zoo.Tiny(1).WithoutTop(zoo.Flatten)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The recipe that everybody knows: flattened features, a hidden layer, no early stopping;
// then the top unfrozen. From the store, and as a file, it comes back as it was.
func TestFlattenedBase(t *testing.T) {
	dev, st, pics := openDevice(t), openStore(t), drawPictures(t, 20)
	o := small(dev, st)
	o.Head = Head{Hidden: 16, Dropout: -1, Plain: true}
	o.Probe, o.Top.TrainNorms = Probe{Epochs: 10, Patience: -1}, true
	o.Scratch.Size = 16 // fewer features than at 32
	base := flatTiny(t)
	parts := split.Stratified(pics, split.Options{Seed: 1})
	l := New(base, pics, parts, o)
	plan, err := l.Plan(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	numbers := (base.Card.Features+1)*16 + 17*3
	if plan.Phases[0].Numbers != numbers || plan.Phases[0].Memory < int64(4*3*numbers) {
		t.Errorf("the plan has %d numbers in %d bytes, want %d", plan.Phases[0].Numbers, plan.Phases[0].Memory, numbers)
	}
	for _, want := range []string{"dense 16, ReLU → dense 3, softmax", "training mode"} {
		if !strings.Contains(plan.HTML(), want) {
			t.Errorf("the plan lacks %q", want)
		}
	}
	probe, err := l.Probe(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if probe.Trained != numbers || probe.History.Epochs() != 10 || !strings.Contains(probe.HTML(), "dense 16") || !strings.Contains(probe.HTML(), "<caption>new layers") {
		t.Errorf("%d trained in %d epochs: %s", probe.Trained, probe.History.Epochs(), probe.Head)
	}
	if m := probe.state.values[headMean].value; m[0] != 0 || m[len(m)-1] != 0 {
		t.Error("a plain head's features were centred")
	}
	tuned, err := l.FineTune(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := plan.Phases[1].Numbers; tuned.Trained != want {
		t.Errorf("%d numbers trained, the plan says %d", tuned.Trained, want)
	}
	if _, err := l.FromScratch(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	again, err := New(base, pics, parts, o).Probe(context.Background(), nil)
	if err != nil || !again.Cached || again.state.pooling != zoo.Flatten {
		t.Errorf("again: %v", err)
	}
	path := filepath.Join(t.TempDir(), "flat.safetensors")
	if err := again.Save(path); err != nil {
		t.Fatal(err)
	}
	p, err := Load(path, LoadOptions{Device: dev, Models: []*zoo.Model{zoo.Tiny(9)}}) // which averages
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	told, err := p.Predict(context.Background(), pics.Path(probe.Test.IDs[0]))
	if best := argmax(probe.Test.Prob[0]); err != nil || told[0].Class != probe.Classes[best] || math.Abs(told[0].P-probe.Test.Prob[0][best]) > 1e-4 {
		t.Errorf("loaded: %v, %v", told, err)
	}
	narrow := *again.state
	narrow.preprocess.Size = 64
	if _, err := modelOf(&narrow, []*zoo.Model{base}); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("a head for other features: %v", err)
	}
}

// With batch norms in training mode the stored averages move and the rest of the base's norms
// learn; by default nothing of them changes.
func TestTrainNorms(t *testing.T) {
	dev, pics := openDevice(t), drawPictures(t, 20)
	for _, norms := range []bool{false, true} {
		o := small(dev, openStore(t))
		o.Top.TrainNorms, o.Top.Rate = norms, 1e-3
		l := learner(t, pics, o)
		probe, err := l.Probe(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := l.FineTune(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		moved := 0
		for n, a := range r.state.values {
			if l.opened.net.norm(n) && !equalBits(a.value, probe.state.values[n].value) {
				moved++
			}
		}
		if (moved > 0) != norms || r.Note != "" {
			t.Errorf("TrainNorms %v: %d arrays of batch norms moved; %s", norms, moved, r.Note)
		}
	}
}

func equalBits(a, b []float32) bool {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}

// A plain head begins as Keras' Dense does: within Glorot's bounds, up to them, around zero.
func TestPlainHeadBegins(t *testing.T) {
	s := Head{Hidden: 50, Plain: true}.init(200, 10, 3)
	for name, limit := range map[string]float64{headHidden: math.Sqrt(6. / 250), headOut: math.Sqrt(6. / 60)} {
		low, high, sum := math.Inf(1), math.Inf(-1), 0.0
		for _, v := range s[name].value {
			low, high, sum = min(low, float64(v)), max(high, float64(v)), sum+float64(v)
		}
		if n := float64(s[name].size()); low < -limit || high > limit || low > -0.9*limit || high < 0.9*limit || math.Abs(sum/n) > limit/5 {
			t.Errorf("%s from %g to %g, mean %g; Glorot's limit is %g", name, low, high, sum/n, limit)
		}
	}
	if w := (Head{}).init(4, 2, 3)[headOut].value; w[0] != 0 {
		t.Error("by default the last layer does not begin with zeros")
	}
}

func TestTooLargeForMemory(t *testing.T) {
	o := small(openDevice(t), openStore(t))
	o.Head.Hidden = maxHidden
	pics := drawPictures(t, 6)
	l := New(flatTiny(t), pics, split.Stratified(pics, split.Options{Seed: 1}), o)
	for name, train := range map[string]approach{"probe": l.Probe, "from scratch": l.FromScratch} {
		if _, err := train(context.Background(), nil); !errors.Is(err, ErrMemory) || !strings.Contains(err.Error(), "WithoutTop") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnpooledBaseRefused(t *testing.T) {
	m, err := zoo.Tiny(1).WithoutTop(zoo.None)
	if err != nil {
		t.Fatal(err)
	}
	pics := drawPictures(t, 4)
	_, err = New(m, pics, split.Stratified(pics, split.Options{Seed: 1}), small(openDevice(t), openStore(t))).Plan(context.Background())
	if err == nil || !strings.Contains(err.Error(), "zoo.Average") {
		t.Error(err)
	}
}
