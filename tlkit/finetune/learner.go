package finetune

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gomlx/gomlx/core/graph"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/device"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
	"transferlab/tlkit/zoo"
)

// Learner trains a model on pictures. Making one does nothing; each method does what it
// needs and keeps it: features and finished runs on disk, compiled graphs in memory. A
// Learner may be used by several goroutines, which then wait for each other.
type Learner struct {
	model    *zoo.Model
	pictures *dataset.Pictures
	parts    split.Splitter
	given    Options

	mu        sync.Mutex
	opened    *session
	last      *Run
	predictor *Predictor // of last
	baseRuns  atomic.Int64
}

// New describes a learner: model is the pretrained base, parts says which pictures train,
// validate and test. Nothing is read, compiled or trained before a method asks for it.
func New(model *zoo.Model, pictures *dataset.Pictures, parts split.Splitter, options Options) *Learner {
	return &Learner{model: model, pictures: pictures, parts: parts, given: options}
}

// BaseRuns counts the pictures that went through the pretrained base since the learner
// was made. It stays 0 where all features were in the store.
func (l *Learner) BaseRuns() int64 { return l.baseRuns.Load() }

// session is what a learner has opened: the data, the base, the device, and what was
// computed so far in this process.
type session struct {
	opt   Options
	dev   *device.Device
	net   *network
	data  *pictures
	cache *cache
	parts division

	feats    map[int][][]float32    // cut → one row a picture
	pixels   map[string][][]float32 // size and scaling → one row a picture
	programs map[string]*program    // by layout
	probes   map[string]*Run        // by split: what fine-tuning begins with
}

// FeatureCache computes the features that training will need and keeps them on disk: the
// output of the base, and the input of the first group that fine-tuning unfreezes. A
// picture whose features are in the store is not decoded. It returns how many pictures
// went through the base.
func (l *Learner) FeatureCache(ctx context.Context, rep progress.Reporter) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.session(ctx, rep)
	if err != nil {
		return 0, err
	}
	before := l.BaseRuns()
	_, err = l.features(ctx, s, progress.Or(rep))
	return int(l.BaseRuns() - before), err
}

// Features gives the output of the frozen base, one row a picture in the order of the
// catalogue: what the probe learns from. Do not change the rows.
func (l *Learner) Features(ctx context.Context, rep progress.Reporter) ([][]float32, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.session(ctx, rep)
	if err != nil {
		return nil, err
	}
	rows, err := l.features(ctx, s, progress.Or(rep))
	if err != nil {
		return nil, err
	}
	return rows[s.net.last()], nil
}

// Pixels gives the pictures as RawPixels sees them, one row a picture in the order of the
// catalogue. Do not change the rows.
func (l *Learner) Pixels(ctx context.Context, rep progress.Reporter) ([][]float32, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.session(ctx, rep)
	if err != nil {
		return nil, err
	}
	return s.plainPixels(ctx, s.opt.Pixels.Size, progress.Or(rep))
}

// Probe trains the head alone on the frozen base's features.
func (l *Learner) Probe(ctx context.Context, rep progress.Reporter) (*Run, error) {
	return l.do(ctx, rep, probeName)
}

// FineTune trains the head as Probe does, then unfreezes the last groups of the base at a
// lower rate. The state with the lowest validation loss of both phases is restored, so
// that it never ends worse on the validation part than the probe it began with.
func (l *Learner) FineTune(ctx context.Context, rep progress.Reporter) (*Run, error) {
	return l.do(ctx, rep, tunedName)
}

// FromScratch trains the same network from random weights, all of it, with batch norms in
// training mode and pictures flipped at random, at the size that Options.Scratch says.
func (l *Learner) FromScratch(ctx context.Context, rep progress.Reporter) (*Run, error) {
	return l.do(ctx, rep, scratchName)
}

// RawPixels trains a linear model on the pixels themselves, standardised, with the same
// optimiser and the same early stopping as the probe: what no transfer at all can do.
func (l *Learner) RawPixels(ctx context.Context, rep progress.Reporter) (*Run, error) {
	return l.do(ctx, rep, pixelsName)
}

// The approaches, as runs and comparisons name them.
const (
	pixelsName  = "raw pixels"
	probeName   = "linear probe"
	tunedName   = "fine-tuned"
	scratchName = "from scratch"
)

// do runs one approach on the learner's own split.
func (l *Learner) do(ctx context.Context, rep progress.Reporter, name string) (*Run, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rep = progress.Or(rep)
	s, err := l.session(ctx, rep)
	if err != nil {
		return nil, err
	}
	r, err := l.run(ctx, s, name, s.parts, true, rep)
	if err != nil {
		return nil, err
	}
	if r.state != nil {
		l.keepLast(r)
	}
	return r, nil
}

// run gives one approach's run on one division: from the store where it is there.
func (l *Learner) run(ctx context.Context, s *session, name string, d division, weights bool, rep progress.Reporter) (*Run, error) {
	key := s.runKey(name, d, weights)
	if r, err := s.cache.run(ctx, key); err != nil {
		return nil, err
	} else if r != nil {
		r.Cached = true
		n := int64(max(r.History.Epochs(), 1))
		rep.Report(progress.Event{Task: name, Done: n, Total: n, Unit: "epochs", Note: "from the store", Values: r.History.values()})
		return r, nil
	}
	began := time.Now()
	defer device.ReleaseMemory() // what comes after begins with all of it
	stop := device.WatchMemory()
	var r *Run
	var err error
	switch name {
	case pixelsName:
		r, err = l.rawPixels(ctx, s, d, rep)
	case probeName:
		r, err = l.probe(ctx, s, d, rep)
	case tunedName:
		r, err = l.fineTune(ctx, s, d, weights, rep)
	case scratchName:
		r, err = l.fromScratch(ctx, s, d, rep)
	default:
		err = fmt.Errorf("finetune: no approach is called %q", name)
	}
	memory := stop()
	if r != nil {
		r.Memory = max(r.Memory, memory)
		r.Time.Wall += time.Since(began)
	}
	if err != nil {
		return nil, err
	}
	if !weights {
		bare := *r
		bare.state, r = nil, &bare
	}
	return r, s.cache.keepRun(ctx, key, r)
}

// fresh begins a run's record.
func (s *session) fresh(name string, d division) *Run {
	return &Run{Name: name, Classes: s.data.classes, Device: string(s.dev.Kind), Seed: s.opt.Seed,
		Split: d.hash, Model: fmt.Sprintf("%s %.12s", s.net.name, s.net.finger)}
}

// pick takes the rows at idx with their labels.
func (s *session) pick(rows [][]float32, idx []int) examples {
	e := examples{x: make([][]float32, len(idx)), labels: make([]int32, len(idx))}
	for i, j := range idx {
		e.x[i], e.labels[i] = rows[j], int32(s.data.labels[j])
	}
	return e
}

// predict runs the best state over the validation and test parts and records what they
// score. The validation loss must come out as it was recorded: the restored state is
// what is measured, not what is believed.
func (s *session) predict(ctx context.Context, r *Run, p *program, state arrays, rows [][]float32, d division, bestLoss float64) error {
	st := p.start(state)
	defer st.close()
	for _, part := range []struct {
		idx []int
		to  *Predictions
	}{{d.valid, &r.Valid}, {d.test, &r.Test}} {
		probs, err := st.probabilities(ctx, s.pick(rows, part.idx))
		if err != nil {
			return err
		}
		part.to.Prob = probs
		for _, j := range part.idx {
			part.to.IDs = append(part.to.IDs, s.data.ids[j])
			part.to.Labels = append(part.to.Labels, s.data.labels[j])
		}
	}
	labels := make([]int32, len(r.Valid.Labels))
	for i, v := range r.Valid.Labels {
		labels[i] = int32(v)
	}
	r.ValidLoss, _ = score(r.Valid.Prob, labels)
	if r.ValidLoss != bestLoss {
		return fmt.Errorf("finetune: %s: the restored state has validation loss %v, the best that was recorded is %v; "+
			"the backend does not repeat itself", r.Name, r.ValidLoss, bestLoss)
	}
	return nil
}

// linear trains a head on rows: the probe, and the linear model on pixels.
func (s *session) linear(ctx context.Context, r *Run, rows [][]float32, head Head, d division, ph phase, rep progress.Reporter) (arrays, float64, error) {
	width := len(rows[0])
	if err := s.enoughMemory(head, width, head.numbers(width, len(s.data.classes))); err != nil {
		return nil, 0, err
	}
	r.Head = head.words(width, len(s.data.classes))
	state := head.init(width, len(s.data.classes), s.opt.Seed)
	train := s.pick(rows, d.train)
	if train.len() > 0 {
		head.standardise(state, train.x)
	}
	p, err := s.headProgram(head, width, state)
	if err != nil {
		return nil, 0, err
	}
	out, err := ph.run(ctx, p, state, train, s.pick(rows, d.valid), &r.History, rep)
	r.Time.Compile += out.compile
	for n, a := range out.best {
		state[n] = a
	}
	if err != nil {
		if out.best == nil {
			return nil, 0, stopped(err, ph.name, out.epochs, nil)
		}
		return state, out.bestLoss, stopped(err, ph.name, out.epochs, r)
	}
	r.Proofs = append(r.Proofs, out.frozenSum)
	for _, n := range p.trained {
		r.Trained += state[n].size()
	}
	return state, out.bestLoss, s.predict(ctx, r, p, state, rows, d, out.bestLoss)
}

// program gives the program of that key: a layout and its graph are compiled once.
func (s *session) program(key string, l layout, state arrays, f forward) (*program, error) {
	if p := s.programs[key]; p != nil {
		return p, nil
	}
	p, err := newProgram(s.dev.Backend, l, state, f)
	if err == nil {
		s.programs[key] = p
	}
	return p, err
}

// headProgram trains a head alone.
func (s *session) headProgram(head Head, width int, state arrays) (*program, error) {
	l := layout{trained: head.trained(), group: make([]int, len(head.trained())), groups: 1,
		read: []string{headMean, headScale}, batch: s.opt.Batch, input: []int{width}}
	if head.dropout() > 0 {
		l.mask = head.width(width)
	}
	key := fmt.Sprint("head ", width, head, len(s.data.classes))
	return s.program(key, l, state, func(_ *graph.Graph, x, mask *graph.Node, a map[string]*graph.Node, _ bool) (*graph.Node, map[string]*graph.Node) {
		return head.forward(x, mask, a), nil
	})
}

func (l *Learner) rawPixels(ctx context.Context, s *session, d division, rep progress.Reporter) (*Run, error) {
	o := s.opt.Pixels
	r := s.fresh(pixelsName, d)
	r.Note = fmt.Sprintf("linear model on %d×%d pixels", o.Size, o.Size)
	began := time.Now()
	rows, err := s.plainPixels(ctx, o.Size, rep)
	if err != nil {
		return nil, err
	}
	r.Time.Data = time.Since(began)
	_, _, err = s.linear(ctx, r, rows, Head{Dropout: -1}, d, phase{name: pixelsName, epochs: o.Epochs, patience: o.Patience,
		rates: []float64{o.Rate}, seed: s.opt.Seed}, rep)
	r.Total = r.Trained
	return r, err
}

func (l *Learner) probe(ctx context.Context, s *session, d division, rep progress.Reporter) (*Run, error) {
	r := s.fresh(probeName, d)
	began := time.Now()
	rows, err := l.features(ctx, s, rep)
	if err != nil {
		return nil, err
	}
	r.Time.Data = time.Since(began)
	o := s.opt.Probe
	head, _, err := s.linear(ctx, r, rows[s.net.last()], s.opt.Head, d, phase{name: "head", epochs: o.Epochs, patience: o.Patience,
		rates: []float64{o.Rate}, dropout: s.opt.Head.dropout(), seed: s.opt.Seed}, rep)
	if head == nil {
		return nil, err
	}
	values := maps.Clone(s.net.pretrained) // the arrays are shared: nobody writes to them
	maps.Copy(values, head)
	r.state = s.state(values, len(rows[s.net.last()][0]), d, s.net.preprocess)
	r.Total = r.state.size()
	if err == nil {
		s.probes[d.hash] = r
	}
	return r, err
}

// state wraps values with what a checkpoint says beside them.
func (s *session) state(values arrays, features int, d division, pre zoo.Preprocess) *state {
	return &state{values: values, head: s.opt.Head, features: features, classes: s.data.classes, model: s.net.name,
		pooling: s.net.model.Pooling(), finger: s.net.finger, preprocess: pre, split: d.hash}
}

func (s *state) size() int {
	n := 0
	for _, a := range s.values {
		n += a.size()
	}
	return n
}

// probeFor gives the probe that fine-tuning begins with. In a comparison its weights are
// not in the store: they are taken from memory, or trained again in a second.
func (l *Learner) probeFor(ctx context.Context, s *session, d division, weights bool, rep progress.Reporter) (*Run, error) {
	if r := s.probes[d.hash]; r != nil {
		return r, nil
	}
	if weights {
		return l.run(ctx, s, probeName, d, true, rep)
	}
	return l.probe(ctx, s, d, rep)
}

func (l *Learner) fineTune(ctx context.Context, s *session, d division, weights bool, rep progress.Reporter) (*Run, error) {
	entered := time.Now()
	head, err := l.probeFor(ctx, s, d, weights, rep)
	if err != nil {
		return nil, err
	}
	r := s.fresh(tunedName, d)
	r.History, r.Proofs, r.Memory, r.Head = head.History.clone(), slices.Clone(head.Proofs), head.Memory, head.Head
	r.Time = head.Time // both phases; what ran inside this call is not counted twice
	r.Time.Wall -= min(time.Since(entered), r.Time.Wall)
	began := time.Now()
	rows, err := l.features(ctx, s, rep)
	if err != nil {
		return nil, err
	}
	r.Time.Data += time.Since(began)
	o, cut := s.opt.Top, s.cut()
	batch := s.opt.Batch
	if o.TrainNorms { // averages are taken over whole batches
		batch = min(batch, max(len(d.train), 1))
	}
	p, err := s.topProgram(cut, batch, head.state.values)
	if err != nil {
		return nil, err
	}
	ph := phase{name: "top groups", epochs: o.Epochs, patience: o.Patience, rates: []float64{o.HeadRate, o.Rate},
		dropout: s.opt.Head.dropout(), seed: s.opt.Seed, dropLast: o.TrainNorms}
	out, err := ph.run(ctx, p, head.state.values, s.pick(rows[cut], d.train), s.pick(rows[cut], d.valid), &r.History, rep)
	r.Time.Compile += out.compile
	values := maps.Clone(head.state.values)
	best := head.ValidLoss
	if out.best != nil && out.bestLoss < head.ValidLoss {
		best = out.bestLoss
		for n, a := range out.best {
			values[n] = a
		}
	} else {
		r.Note = "unfreezing did not lower the validation loss: the probe's state was kept"
		best = 0
	}
	r.state = s.state(values, head.state.features, d, s.net.preprocess)
	r.Total = r.state.size()
	if err != nil {
		return nil, stopped(err, ph.name, out.epochs, r)
	}
	r.Proofs = append(r.Proofs, out.frozenSum)
	for _, n := range p.trained {
		r.Trained += values[n].size()
	}
	if best == 0 { // the probe's state: measured through its own graph
		r.Valid, r.Test, r.ValidLoss = head.Valid, head.Test, head.ValidLoss
		return r, nil
	}
	return r, s.predict(ctx, r, p, values, rows[cut], d, best)
}

// topProgram trains the groups from cut on, with the head.
func (s *session) topProgram(cut, batch int, state arrays) (*program, error) {
	head, norms := s.opt.Head, s.opt.Top.TrainNorms
	shape, err := s.net.cutShape(cut)
	if err != nil {
		return nil, err
	}
	l := layout{groups: 2, batch: batch, input: shape, read: []string{headMean, headScale}}
	for _, n := range head.trained() {
		l.trained, l.group = append(l.trained, n), append(l.group, 0)
	}
	for _, n := range s.net.names(cut, s.net.last()) {
		if s.net.average(n) && norms {
			l.renewed = append(l.renewed, n)
		}
		if s.net.average(n) || s.net.norm(n) && !norms {
			l.read = append(l.read, n)
			continue
		}
		l.trained, l.group = append(l.trained, n), append(l.group, 1)
	}
	if head.dropout() > 0 {
		l.mask = head.width(state[headMean].shape[0])
	}
	key := fmt.Sprint("top ", cut, norms, batch, head, len(s.data.classes))
	return s.program(key, l, state, func(_ *graph.Graph, x, mask *graph.Node, a map[string]*graph.Node, training bool) (*graph.Node, map[string]*graph.Node) {
		if training && norms {
			x, renewed := s.net.forwardTraining(x, cut, a)
			return head.forward(x, mask, a), renewed
		}
		return head.forward(s.net.forward(x, cut, s.net.last(), a), mask, a), nil
	})
}

func (l *Learner) fromScratch(ctx context.Context, s *session, d division, rep progress.Reporter) (*Run, error) {
	o := s.opt.Scratch
	r := s.fresh(scratchName, d)
	r.Note = fmt.Sprintf("random weights, pictures at %d×%d (the pretrained base saw %d×%d), at most %d epochs, flipped at random", o.Size, o.Size, s.net.size(), s.net.size(), o.Epochs)
	began := time.Now()
	pre := s.net.preprocessAt(o.Size)
	rows, err := s.pixelRows(ctx, pre, rep)
	if err != nil {
		return nil, err
	}
	r.Time.Data = time.Since(began)
	features := s.net.featuresAt(o.Size)
	if err := s.enoughMemory(s.opt.Head, features, s.opt.Head.numbers(features, len(s.data.classes))+s.net.numbers()); err != nil {
		return nil, err
	}
	r.Head = s.opt.Head.words(features, len(s.data.classes))
	values := s.net.random(s.opt.Seed)
	for n, a := range s.opt.Head.init(features, len(s.data.classes), s.opt.Seed) {
		values[n] = a
	}
	batch := min(s.opt.Batch, max(len(d.train), 1))
	p, err := s.scratchProgram(o.Size, batch, values)
	if err != nil {
		return nil, err
	}
	ph := phase{name: scratchName, epochs: o.Epochs, patience: o.Patience, rates: []float64{o.Rate}, dropout: s.opt.Head.dropout(),
		seed: s.opt.Seed, dropLast: true, change: flip(o.Size)}
	out, err := ph.run(ctx, p, values, s.pick(rows, d.train), s.pick(rows, d.valid), &r.History, rep)
	r.Time.Compile += out.compile
	for n, a := range out.best {
		values[n] = a
	}
	if out.best != nil {
		r.state = s.state(values, features, d, pre)
		r.Total = r.state.size()
	}
	if err != nil {
		best := r
		if out.best == nil {
			best = nil
		}
		return nil, stopped(err, ph.name, out.epochs, best)
	}
	for _, n := range p.trained {
		r.Trained += values[n].size()
	}
	return r, s.predict(ctx, r, p, values, rows, d, out.bestLoss)
}

// scratchProgram trains the whole network with batch norms in training mode.
func (s *session) scratchProgram(size, batch int, state arrays) (*program, error) {
	head := s.opt.Head
	l := layout{groups: 1, batch: batch, input: []int{size, size, 3}, read: []string{headMean, headScale}}
	for _, n := range s.net.names(0, s.net.last()) {
		if s.net.average(n) {
			l.read, l.renewed = append(l.read, n), append(l.renewed, n)
		} else {
			l.trained = append(l.trained, n)
		}
	}
	l.trained = append(l.trained, head.trained()...)
	l.group = make([]int, len(l.trained))
	if head.dropout() > 0 {
		l.mask = head.width(state[headMean].shape[0])
	}
	key := fmt.Sprint("scratch ", size, batch, head, len(s.data.classes))
	return s.program(key, l, state, func(_ *graph.Graph, x, mask *graph.Node, a map[string]*graph.Node, training bool) (*graph.Node, map[string]*graph.Node) {
		if !training {
			return head.forward(s.net.forward(x, 0, s.net.last(), a), mask, a), nil
		}
		x, renewed := s.net.forwardScratch(x, a)
		return head.forward(x, mask, a), renewed
	})
}

// flip mirrors a picture [size, size, 3] left to right every other time.
func flip(size int) func(dst, src []float32, rng *rand.Rand) {
	return func(dst, src []float32, rng *rand.Rand) {
		if rng.IntN(2) == 0 {
			copy(dst, src)
			return
		}
		for y := range size {
			for x := range size {
				copy(dst[3*(y*size+x):3*(y*size+x)+3], src[3*(y*size+size-1-x):])
			}
		}
	}
}

// stopped turns the context's error into a StoppedError and leaves others alone.
func stopped(err error, phase string, epochs int, best *Run) error {
	if isContext(err) {
		return &StoppedError{Phase: phase, Epoch: epochs, Best: best, cause: err}
	}
	return err
}
