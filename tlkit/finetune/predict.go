package finetune

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"slices"
	"strings"
	"sync"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo"
)

// Prob is one class with its probability.
type Prob struct {
	Class string
	P     float64
}

// LoadOptions say how a checkpoint is used. The zero value is what a service wants.
type LoadOptions struct {
	Device *device.Device // nil opens the best one there is
	Runner string         // as Options.Runner
	Models []*zoo.Model   // networks beside the zoo's own that the checkpoint may name
}

// Predictor is a trained network, ready to tell what is on a picture. It is safe for use
// by several goroutines. Close it after use.
type Predictor struct {
	run  *Run
	base *zoo.Extractor
	own  *device.Device // opened by Load, to be closed
	once sync.Once
}

// Load opens a checkpoint. It checks the file, its hash, and every array's shape against
// the network it names; errors wrap ErrCheckpoint. The network itself is built in the
// background, so that Load returns soon.
func Load(path string, o LoadOptions) (*Predictor, error) {
	r, err := readCheckpoint(path)
	if err != nil {
		return nil, err
	}
	m, err := modelOf(r.state, o.Models)
	if err != nil {
		return nil, fmt.Errorf("finetune: %s: %w", path, err)
	}
	return newPredictor(r, m, o.Device, o.Runner)
}

// modelOf finds the network that the state belongs to, and checks the arrays against it.
func modelOf(s *state, own []*zoo.Model) (*zoo.Model, error) {
	models := append(slices.Clone(own), zoo.List(zoo.Filter{})...)
	at := slices.IndexFunc(models, func(m *zoo.Model) bool { return m.Card.Name == s.model })
	if at < 0 {
		return nil, fmt.Errorf("%w: it is for the network %q, which this program does not know; give it in the options' Models", ErrCheckpoint, s.model)
	}
	m, err := s.pooled(models[at])
	if err != nil {
		return nil, err
	}
	want := s.head.init(s.features, len(s.classes), 0)
	for _, p := range m.Params(0, m.Features()) {
		want[p.Name] = array{name: p.Name, shape: p.Shape}
	}
	return m, s.fits(want)
}

// pooled is the model with the pooling that the state was trained with, and checks that it
// then gives as many features.
func (s *state) pooled(m *zoo.Model) (*zoo.Model, error) {
	var err error
	if s.pooling != "" && s.pooling != m.Pooling() {
		if m, err = m.WithoutTop(s.pooling); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
		}
	}
	shape, err := m.OutShape(m.Features(), s.preprocess.Size, s.preprocess.Size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	if zoo.Size(shape) != s.features {
		return nil, fmt.Errorf("%w: its head takes %d features, %s gives %v for pictures of %d×%d", ErrCheckpoint, s.features, s.model, shape, s.preprocess.Size, s.preprocess.Size)
	}
	return m, nil
}

func newPredictor(r *Run, m *zoo.Model, dev *device.Device, runner string) (*Predictor, error) {
	p := &Predictor{run: r}
	if dev == nil {
		d, err := device.Open(device.Options{})
		if err != nil {
			return nil, fmt.Errorf("finetune: %w", err)
		}
		dev, p.own = d, d
	}
	weights := zoo.Arrays{}
	for n, a := range r.state.values {
		weights[n] = zoo.Array{Name: n, Shape: a.shape, Value: a.value}
	}
	runner, _ = runnerOf(dev, runner)
	size := r.state.preprocess.Size
	var err error
	p.base, err = zoo.NewExtractor(dev, m, zoo.ExtractorOptions{Height: size, Width: size, Batch: 1, Runner: runner, Weights: weights})
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("finetune: %w", err)
	}
	return p, nil
}

// Classes are the classes, in the order of the labels.
func (p *Predictor) Classes() []string { return slices.Clone(p.run.Classes) }

// Run is the training that the checkpoint came from, its history and scores included.
func (p *Predictor) Run() *Run { return p.run }

// Close frees the network.
func (p *Predictor) Close() {
	p.once.Do(func() {
		if p.base != nil {
			p.base.Close()
		}
		if p.own != nil {
			p.own.Close()
		}
	})
}

// Predict reads the picture at path and returns every class with its probability, the
// most probable first.
func (p *Predictor) Predict(ctx context.Context, path string) ([]Prob, error) {
	m, err := dataset.Open(path, dataset.FolderOptions{})
	if err != nil {
		return nil, err
	}
	return p.predict(ctx, m)
}

// PredictImage is Predict for a picture in memory; what is transparent in it is white.
func (p *Predictor) PredictImage(ctx context.Context, im image.Image) ([]Prob, error) {
	if im == nil || im.Bounds().Empty() {
		return nil, errors.New("finetune: the picture is empty")
	}
	b := im.Bounds()
	rgba := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(rgba, rgba.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(rgba, rgba.Bounds(), im, b.Min, draw.Over)
	m := &dataset.Image{Width: b.Dx(), Height: b.Dy(), Pix: make([]uint8, 0, 3*b.Dx()*b.Dy())}
	for i := 0; i < len(rgba.Pix); i += 4 {
		m.Pix = append(m.Pix, rgba.Pix[i:i+3]...)
	}
	return p.predict(ctx, m)
}

func (p *Predictor) predict(ctx context.Context, m *dataset.Image) ([]Prob, error) {
	m, err := m.Square(fit(p.run.state.preprocess))
	if err != nil {
		return nil, err
	}
	features, _, err := p.base.Extract(ctx, m.Pix)
	if err != nil {
		return nil, fmt.Errorf("finetune: %w", err)
	}
	out := make([]Prob, len(p.run.Classes))
	for i, v := range softmax(p.run.state.head.logits(p.run.state.values, features)) {
		out[i] = Prob{p.run.Classes[i], v}
	}
	slices.SortStableFunc(out, func(a, b Prob) int {
		switch {
		case a.P > b.P:
			return -1
		case a.P < b.P:
			return 1
		}
		return strings.Compare(a.Class, b.Class)
	})
	return out, nil
}

// logits is Head.forward for one picture on the host: a few thousand products need no
// backend.
func (h Head) logits(s arrays, x []float32) []float32 {
	in := make([]float64, len(x))
	for i, v := range x {
		in[i] = float64((v - s[headMean].value[i]) * s[headScale].value[i])
	}
	if h.Hidden > 0 {
		in = product(in, s[headHidden], s[headHBias])
		for i, v := range in {
			in[i] = max(v, 0)
		}
	}
	last := product(in, s[headOut], s[headBias])
	out := make([]float32, len(last))
	for i, v := range last {
		out[i] = float32(v)
	}
	return out
}

// product is x·w + b for w [in, out].
func product(x []float64, w, b array) []float64 {
	out := make([]float64, w.shape[1])
	for j := range out {
		out[j] = float64(b.value[j])
	}
	for i, v := range x {
		for j := range out {
			out[j] += v * float64(w.value[i*len(out)+j])
		}
	}
	return out
}

// Predict tells what is on the picture at path, with the learner's latest run.
func (l *Learner) Predict(ctx context.Context, path string) ([]Prob, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.predictor == nil {
		if l.last == nil || l.last.state == nil {
			return nil, errors.New("finetune: nothing to predict with: call FineTune, Probe, FromScratch or Resume first")
		}
		p, err := newPredictor(l.last, l.model, l.given.Device, l.given.Runner)
		if err != nil {
			return nil, err
		}
		l.predictor = p
	}
	return l.predictor.Predict(ctx, path)
}

// Save writes the latest run to a checkpoint; see [Run.Save].
func (l *Learner) Save(path string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		return errors.New("finetune: nothing to save: call FineTune, Probe or FromScratch first")
	}
	return l.last.Save(path)
}

// Resume takes a checkpoint as the learner's latest run. It refuses one of another split
// (*SplitError), of another network, of other classes or other preprocessing: the numbers
// would look right and mean nothing.
func (l *Learner) Resume(ctx context.Context, path string) (*Run, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.session(ctx, nil)
	if err != nil {
		return nil, err
	}
	r, err := readCheckpoint(path)
	if err != nil {
		return nil, err
	}
	if r.state.split != s.parts.hash {
		return nil, &SplitError{Path: path, Have: r.state.split, Want: s.parts.hash}
	}
	if r.state.finger != s.net.finger || !slices.Equal(r.state.classes, s.data.classes) {
		return nil, fmt.Errorf("finetune: %s: %w: it was trained on %s (%.12s) for the classes %q, the learner has %s (%.12s) and %q", path,
			ErrCheckpoint, r.state.model, r.state.finger, r.state.classes, s.net.name, s.net.finger, s.data.classes)
	}
	if _, err := modelOf(r.state, []*zoo.Model{l.model}); err != nil {
		return nil, fmt.Errorf("finetune: %s: %w", path, err)
	}
	l.keepLast(r)
	return r, nil
}

// keepLast makes r the run that Save and Predict take.
func (l *Learner) keepLast(r *Run) {
	l.last = r
	if l.predictor != nil {
		l.predictor.Close()
		l.predictor = nil
	}
}
