package finetune

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/split"
	"transferlab/tlkit/zoo"
)

// A base that came as an ONNX file is fine-tuned, and what comes of it is written as one:
// ONNX Runtime then gives the probabilities that Predict tells.
func TestNetwork(t *testing.T) {
	dev, st, pics := openDevice(t), openStore(t), drawPictures(t, 12)
	base, err := zoo.ReadONNX("../zoo/testdata/onnx/torchvision_resnet_basic_norms.onnx", zoo.ONNXReadOptions{
		Preprocess: zoo.Preprocess{Mean: [3]float32{127, 127, 127}, Scale: [3]float32{128, 128, 128}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []int{0, 8} {
		o := small(dev, st)
		o.Head.Hidden = hidden
		l := New(base, pics, split.Stratified(pics, split.Options{Seed: 1}), o)
		train := l.FineTune
		if hidden > 0 {
			train = l.Probe
		}
		run, err := train(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		net, err := run.Network(base)
		if err != nil {
			t.Fatal(err)
		}
		if c := net.Card; !strings.Contains(c.Task, "across, down, slant") || c.Top1 != 0 || strings.Contains(c.String(), "published accuracy") {
			t.Errorf("its card says\n%s", c)
		}
		weights, err := net.Weights(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "tuned.onnx")
		if err := net.WriteONNX(path, weights, zoo.ONNXOptions{Softmax: true, Classes: run.Classes}); err != nil {
			t.Fatal(err)
		}
		sameAsPredicted(t, l, path, run, pics.Path(run.Test.IDs[0]))
		if _, err := run.Network(zoo.Tiny(1)); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("another base: %v", err)
		}
	}
	// What was trained with a hidden layer is a base like any other.
	for range 2 {
		o := small(dev, st)
		o.Head.Hidden = 8
		l := New(base, pics, split.Stratified(pics, split.Options{Seed: 1}), o)
		run, err := l.Probe(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if base, err = run.Network(base); err != nil {
			t.Fatal(err)
		}
		weights, err := base.Weights(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "again.onnx")
		if err := base.WriteONNX(path, weights, zoo.ONNXOptions{Softmax: true, Classes: run.Classes}); err != nil {
			t.Fatal(err)
		}
		sameAsPredicted(t, l, path, run, pics.Path(run.Test.IDs[0]))
	}
	if _, err := (&Run{}).Network(base); err == nil {
		t.Error("a run without weights gave a network")
	}
}

// sameAsPredicted reads the model at path and compares what it makes of a picture, in ONNX
// Runtime, with what the learner tells.
func sameAsPredicted(t *testing.T, l *Learner, path string, run *Run, file string) {
	t.Helper()
	net, err := zoo.ReadONNX(path, zoo.ONNXReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := zoo.NewExtractor(openDevice(t), net, zoo.ExtractorOptions{To: len(net.Groups), Runner: "onnx"})
	if err != nil {
		if os.Getenv("TLKIT_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip("needs ONNX Runtime: ", err)
	}
	defer e.Close()
	picture, err := dataset.Open(file, dataset.FolderOptions{})
	if err == nil {
		picture, err = picture.Square(fit(net.Preprocess))
	}
	if err != nil {
		t.Fatal(err)
	}
	logits, _, err := e.Extract(context.Background(), picture.Pix)
	if err != nil {
		t.Fatal(err)
	}
	told, err := l.Predict(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range softmax(logits) {
		at := slices.IndexFunc(told, func(q Prob) bool { return q.Class == run.Classes[i] })
		if math.Abs(told[at].P-p) > 1e-5 {
			t.Errorf("%s: %g written, %g predicted", run.Classes[i], p, told[at].P)
		}
	}
}
