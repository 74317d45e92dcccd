package finetune

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/device"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
	"transferlab/tlkit/store"
	"transferlab/tlkit/zoo"
)

// drawPictures writes n pictures a class: bars of another direction in noise.
func drawPictures(t testing.TB, n int) *dataset.Pictures {
	t.Helper()
	dir := t.TempDir()
	for c, class := range []string{"across", "down", "slant"} {
		if err := os.MkdirAll(filepath.Join(dir, class), 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			rng := chance(5, class, i)
			im := image.NewRGBA(image.Rect(0, 0, 32, 32))
			at, wide := rng.IntN(8), 3+rng.IntN(3)
			for y := range 32 {
				for x := range 32 {
					v := uint8(rng.IntN(100))
					if ([3]int{y, x, x + y}[c]+at)%8 < wide {
						v += 120
					}
					im.Set(x, y, color.RGBA{v, uint8(rng.IntN(100)), v / 2, 255})
				}
			}
			f, err := os.Create(filepath.Join(dir, class, fmt.Sprintf("%03d.png", i)))
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(png.Encode(f, im), f.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dataset.Folder(dir, dataset.FolderOptions{})
}

func openStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// openDevice takes XLA on the CPU. Without it a test skips and says so, or fails where
// everything is required.
func openDevice(t testing.TB) *device.Device {
	t.Helper()
	d, err := device.Open(device.Options{Backend: "cpu"})
	if err != nil {
		if os.Getenv("TLKIT_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip("needs XLA on the CPU: ", err)
	}
	return d
}

func small(d *device.Device, s *store.Store) Options {
	return Options{Device: d, Store: s, Seed: 3, Probe: Probe{Epochs: 30}, Top: Top{Epochs: 4}, Scratch: Scratch{Size: 32, Epochs: 4}, Pixels: Pixels{Epochs: 10}}
}

func learner(t testing.TB, pics *dataset.Pictures, o Options) *Learner {
	t.Helper()
	return New(zoo.Tiny(1), pics, split.Stratified(pics, split.Options{Seed: 1}), o)
}

type approach func(context.Context, progress.Reporter) (*Run, error)

func TestApproaches(t *testing.T) {
	dev, st, pics := openDevice(t), openStore(t), drawPictures(t, 30)
	l := learner(t, pics, small(dev, st))
	if l.BaseRuns() != 0 {
		t.Fatal("New ran the base")
	}
	runs := map[string]*Run{}
	for _, a := range []approach{l.RawPixels, l.Probe, l.FineTune, l.FromScratch} {
		r, err := a(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		runs[r.Name] = r
		t.Run(r.Name, func(t *testing.T) {
			if best := r.History.ValidLoss[r.History.BestEpoch()]; r.ValidLoss != best {
				t.Errorf("the restored state's validation loss is %v, the best recorded one %v", r.ValidLoss, best)
			}
			if len(r.Test.Prob) == 0 || len(r.Test.Prob) != len(r.Test.IDs) || len(r.Test.IDs) != len(r.Test.Labels) {
				t.Errorf("%d probabilities, %d ids, %d labels", len(r.Test.Prob), len(r.Test.IDs), len(r.Test.Labels))
			}
			for _, p := range append(r.Test.Prob, r.Valid.Prob...) {
				sum := 0.0
				for _, v := range p {
					sum += v
				}
				if math.Abs(sum-1) > 1e-9 {
					t.Errorf("probabilities sum to %v", sum)
				}
			}
		})
	}
	if l.BaseRuns() != 90 {
		t.Errorf("%d pictures went through the base, want 90", l.BaseRuns())
	}
	tuned := runs[tunedName]
	if tuned.ValidLoss > runs[probeName].ValidLoss {
		t.Errorf("fine-tuning ended at %v, worse than the probe's %v", tuned.ValidLoss, runs[probeName].ValidLoss)
	}
	if len(tuned.Proofs) != 2 || tuned.Proofs[1].Numbers == 0 {
		t.Errorf("proofs: %v", tuned.Proofs)
	}
	if tuned.Trained <= runs[probeName].Trained || runs[scratchName].Trained <= tuned.Trained {
		t.Errorf("trained: probe %d, fine-tuned %d, from scratch %d", runs[probeName].Trained, tuned.Trained, runs[scratchName].Trained)
	}
	if first, last := runs[scratchName].History.TrainLoss[0], runs[scratchName].History.TrainLoss[3]; last >= first {
		t.Errorf("from scratch: the training loss went from %v to %v", first, last)
	}

	t.Run("second run", func(t *testing.T) {
		again := learner(t, pics, small(dev, st))
		for _, a := range []approach{again.RawPixels, again.Probe, again.FineTune, again.FromScratch} {
			r, err := a(context.Background(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if !r.Cached {
				t.Errorf("%s was trained again", r.Name)
			}
			if !reflect.DeepEqual(r.Test, runs[r.Name].Test) || !reflect.DeepEqual(r.History, runs[r.Name].History) {
				t.Errorf("%s came back changed", r.Name)
			}
		}
		if again.BaseRuns() != 0 {
			t.Errorf("%d pictures went through the base again", again.BaseRuns())
		}
	})
	t.Run("another head, the same features", func(t *testing.T) {
		o := small(dev, st)
		o.Head.Hidden = 8
		other := learner(t, pics, o)
		r, err := other.Probe(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Cached || other.BaseRuns() != 0 {
			t.Errorf("cached %v, base runs %d; want a new run on old features", r.Cached, other.BaseRuns())
		}
	})
	t.Run("the same bits with an empty store", func(t *testing.T) {
		other := learner(t, pics, small(dev, openStore(t)))
		for _, a := range []approach{other.FineTune, other.FromScratch} {
			r, err := a(context.Background(), nil)
			if err != nil {
				t.Fatal(err)
			}
			names := sortedNames(r.state.values)
			if got, want := r.state.values.digest(names), runs[r.Name].state.values.digest(names); got != want {
				t.Errorf("%s: weights %.12s, the first time %.12s", r.Name, got, want)
			}
			if !reflect.DeepEqual(r.History.StepLoss, runs[r.Name].History.StepLoss) {
				t.Errorf("%s: other losses", r.Name)
			}
		}
	})
	t.Run("checkpoint", func(t *testing.T) { checkpoints(t, dev, pics, l, tuned) })
}

func checkpoints(t *testing.T, dev *device.Device, pics *dataset.Pictures, l *Learner, r *Run) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	if err := r.Save(path); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o := LoadOptions{Device: dev, Models: []*zoo.Model{zoo.Tiny(9)}}
	p, err := Load(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for i, id := range r.Test.IDs[:4] {
		probs, err := p.Predict(context.Background(), pics.Path(id))
		if err != nil {
			t.Fatal(err)
		}
		best := argmax(r.Test.Prob[i])
		if probs[0].Class != r.Classes[best] || math.Abs(probs[0].P-r.Test.Prob[i][best]) > 1e-4 {
			t.Errorf("%s: %v, the run predicted %s with %v", id, probs[0], r.Classes[best], r.Test.Prob[i][best])
		}
	}
	damaged := func(change func([]byte) []byte) string {
		p := filepath.Join(dir, "damaged.safetensors")
		if err := os.WriteFile(p, change(append([]byte(nil), whole...)), 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, change := range map[string]func([]byte) []byte{
		"cut short":  func(b []byte) []byte { return b[:len(b)-5] },
		"empty":      func(b []byte) []byte { return nil },
		"one bit":    func(b []byte) []byte { b[len(b)-3] ^= 1; return b },
		"wrong hash": func(b []byte) []byte { return []byte(strings.Replace(string(b), `sha256\":\"`, `sha256\":\"f`, 1)) },
		"other network": func(b []byte) []byte {
			return []byte(strings.Replace(string(b), `model\":\"Tiny`, `model\":\"Tuny`, 1))
		},
	} {
		if _, err := Load(damaged(change), o); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(arrays){
		"missing array": func(a arrays) { delete(a, "stem/kernel") },
		"wrong shape":   func(a arrays) { x := a["stem/kernel"]; x.shape = []int{len(x.value)}; a["stem/kernel"] = x },
		"array too many": func(a arrays) {
			a["more"] = array{"more", []int{1}, []float32{1}}
		},
	} {
		bad, st := *r, *r.state
		st.values = arrays{}
		for n, a := range r.state.values {
			st.values[n] = a
		}
		change(st.values)
		bad.state = &st
		p := filepath.Join(dir, "bad.safetensors")
		if err := bad.Save(p); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(p, o); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := l.Resume(context.Background(), path); err != nil {
		t.Errorf("resume: %v", err)
	}
	other := New(zoo.Tiny(1), pics, split.Stratified(pics, split.Options{Seed: 2}), small(dev, openStore(t)))
	var se *SplitError
	if _, err := other.Resume(context.Background(), path); !errors.As(err, &se) {
		t.Errorf("another split: %v", err)
	}
	fullDisk(t, r, dir)
}

// fullDisk: a limit on the size of files stands in for a disk that is full.
func fullDisk(t *testing.T, r *Run, dir string) {
	path := filepath.Join(dir, "full.safetensors")
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	small := was
	small.Cur = 2048
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	err := r.Save(path)
	if err2 := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err2 != nil {
		t.Fatal(err2)
	}
	if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), path) {
		t.Errorf("full disk: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*full*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*tmp")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestStoppedInTheMiddle(t *testing.T) {
	dev, pics := openDevice(t), drawPictures(t, 20)
	l := learner(t, pics, small(dev, openStore(t)))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rep := progress.Func(func(e progress.Event) {
		if e.Task == "head" && e.Done == 5 {
			cancel()
		}
	})
	_, err := l.Probe(ctx, rep)
	var stopped *StoppedError
	if !errors.As(err, &stopped) || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if stopped.Epoch != 5 || stopped.Best == nil {
		t.Fatalf("epoch %d, best %v", stopped.Epoch, stopped.Best)
	}
	path := filepath.Join(t.TempDir(), "best.safetensors")
	if err := stopped.Best.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, LoadOptions{Device: dev, Models: []*zoo.Model{zoo.Tiny(1)}}); err != nil {
		t.Error(err)
	}
	r, err := l.Probe(context.Background(), nil)
	if err != nil || r.Cached {
		t.Errorf("after a stop: %v, cached %v", err, r != nil && r.Cached)
	}
}

func TestDivergence(t *testing.T) {
	o := small(openDevice(t), openStore(t))
	o.Pixels.Rate = 1e38
	_, err := learner(t, drawPictures(t, 20), o).RawPixels(context.Background(), nil)
	var d *DivergedError
	if !errors.As(err, &d) || d.Step < 1 || !strings.Contains(err.Error(), "ten times lower") {
		t.Errorf("got %v", err)
	}
}

func TestCompare(t *testing.T) {
	dev, st, pics := openDevice(t), openStore(t), drawPictures(t, 20)
	o := CompareOptions{Folds: 3}
	c, err := learner(t, pics, small(dev, st)).Compare(context.Background(), nil, o)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{pixelsName: 60, probeName: 60, tunedName: 60, scratchName: 20}
	for _, r := range c.Results {
		seen := map[string]bool{}
		for _, id := range r.OutOfFold.IDs {
			if seen[id] {
				t.Errorf("%s: %s was tested twice", r.Name, id)
			}
			seen[id] = true
		}
		if len(seen) != want[r.Name] {
			t.Errorf("%s: %d pictures, want %d", r.Name, len(seen), want[r.Name])
		}
		if !(r.Low <= r.Accuracy && r.Accuracy <= r.High) {
			t.Errorf("%s: %v outside [%v, %v]", r.Name, r.Accuracy, r.Low, r.High)
		}
	}
	if len(c.Pairs) != 6 || len(c.Words) != 5 {
		t.Errorf("%d pairs, words %q", len(c.Pairs), c.Words)
	}
	again := learner(t, pics, small(dev, st))
	d, err := again.Compare(context.Background(), nil, o)
	if err != nil {
		t.Fatal(err)
	}
	if again.BaseRuns() != 0 || d.Results[2].Cached != 3 {
		t.Errorf("the second time: %d base runs, %d folds from the store", again.BaseRuns(), d.Results[2].Cached)
	}
	for i := range c.Results {
		if !reflect.DeepEqual(c.Results[i].OutOfFold, d.Results[i].OutOfFold) {
			t.Errorf("%s: other predictions the second time", c.Results[i].Name)
		}
	}
}

func TestNegativeTransferIsSaid(t *testing.T) {
	p := Pair{A: probeName, B: pixelsName, Pictures: 100, OnlyA: 2, OnlyB: 20, Difference: -0.18, P: 1.2e-4}
	if w := p.transfer(); !strings.HasPrefix(w, "Negative transfer") {
		t.Error(w)
	}
	p = Pair{A: probeName, B: pixelsName, Pictures: 100, OnlyA: 9, OnlyB: 11, Difference: -0.02, P: 0.82}
	if w := p.transfer(); !strings.Contains(w, "no difference shown") {
		t.Error(w)
	}
}

func TestPlan(t *testing.T) {
	dev, pics := openDevice(t), drawPictures(t, 20)
	l := learner(t, pics, small(dev, openStore(t)))
	p, err := l.Plan(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if l.BaseRuns() != 0 || p.Missing != 60 || p.Train+p.Valid+p.Test != 60 {
		t.Errorf("%+v", p)
	}
	for _, want := range []string{"stem", "new head", "42 to train"} {
		if !strings.Contains(p.String(), want) {
			t.Errorf("%q is not in\n%s", want, p)
		}
	}
	frozen := 0
	for _, g := range p.Groups {
		if g.From == "" {
			frozen++
		}
	}
	if frozen != 2 { // stem and block00; block01 and head are unfrozen, the new head trains
		t.Errorf("%d frozen groups: %+v", frozen, p.Groups)
	}
	if _, err := l.FeatureCache(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if p, err = l.Plan(context.Background()); err != nil || p.Cached != 60 {
		t.Errorf("after caching: %+v, %v", p, err)
	}
}

func TestOptionsRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"negative batch": {Batch: -1},
		"negative rate":  {Probe: Probe{Rate: -1}},
		"rate NaN":       {Top: Top{Rate: math.NaN()}},
		"dropout 1":      {Head: Head{Dropout: 1}},
		"all unfrozen":   {Top: Top{Groups: 99}},
		"hidden units":   {Head: Head{Hidden: maxHidden + 1}},
	} {
		if _, err := learner(t, drawPictures(t, 4), o).Plan(context.Background()); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
