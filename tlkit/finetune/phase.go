package finetune

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"

	"transferlab/tlkit/progress"
)

// This file is the training loop of one phase: one set of trained groups, one cut.

// examples are what a phase learns from: the cached input of its first trained group.
type examples struct {
	x      [][]float32 // one row an example
	labels []int32
}

func (e examples) len() int { return len(e.labels) }

// phase describes one run of the loop.
type phase struct {
	name     string
	epochs   int
	patience int
	rates    []float64 // one a rate group; the first is the head's
	dropout  float64   // share of the mask's entries that are zero
	seed     uint64
	dropLast bool // leave out a last, short batch (batch statistics need whole ones)

	// change, when set, alters one example before it enters a batch: augmentation.
	// It writes to dst and must not touch src.
	change func(dst, src []float32, rng *rand.Rand)
}

// outcome is what a phase ends with: the best state, and how the loop ended.
type outcome struct {
	best      arrays
	bestLoss  float64
	bestAcc   float64
	epochs    int
	compile   time.Duration
	frozenSum Proof
}

// chance gives the generator for one purpose at one place. Every source of chance in the
// package comes from here, so the same seed, purpose and place always give the same bits.
func chance(seed uint64, purpose string, at ...int) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, purpose)
	for _, a := range at {
		fmt.Fprint(h, "/", a)
	}
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// run trains from state, which it does not change. It reports an event an epoch, and
// appends to h. When ctx ends it returns the outcome so far together with ctx's error.
func (ph phase) run(ctx context.Context, p *program, state arrays, train, valid examples, h *History, rep progress.Reporter) (out outcome, err error) {
	if train.len() == 0 || valid.len() == 0 {
		return out, fmt.Errorf("finetune: %s: %d training and %d validation pictures; both are needed, "+
			"the second for early stopping", ph.name, train.len(), valid.len())
	}
	rep.Report(progress.Event{Task: ph.name, Total: int64(ph.epochs), Unit: "epochs", Note: "compiling"})
	began := time.Now()
	if err := p.compile(ctx); err != nil {
		return out, err
	}
	out.compile = time.Since(began)
	s := p.start(state)
	defer s.close()
	out.bestLoss = math.Inf(1)
	since, first := 0, len(h.Step)
	for epoch := range ph.epochs {
		began := time.Now()
		trainLoss, err := ph.epoch(ctx, s, epoch, train, h, first)
		if err != nil {
			return out, err
		}
		validLoss, validAcc, err := s.measure(ctx, valid)
		if err != nil {
			return out, err
		}
		if math.IsNaN(validLoss) {
			return out, &DivergedError{Phase: ph.name, Step: len(h.Step) - first, Loss: validLoss, Rate: maxOf(ph.rates)}
		}
		better := validLoss < out.bestLoss
		if better {
			since = 0
			if out.best, err = s.values(); err != nil {
				return out, err
			}
			out.bestLoss, out.bestAcc = validLoss, validAcc
		} else {
			since++
		}
		out.epochs++
		h.addEpoch(ph, trainLoss, validLoss, validAcc, time.Since(began), better)
		stop := ph.patience > 0 && since >= ph.patience
		rep.Report(epochEvent(ph, h, stop || epoch == ph.epochs-1))
		if stop {
			break
		}
	}
	out.frozenSum, err = prove(s, state)
	return out, err
}

func (h *History) addEpoch(ph phase, trainLoss, validLoss, validAcc float64, took time.Duration, best bool) {
	h.Epoch = append(h.Epoch, float64(len(h.Epoch)+1))
	h.Phase = append(h.Phase, ph.name)
	h.TrainLoss = append(h.TrainLoss, trainLoss)
	h.ValidLoss = append(h.ValidLoss, validLoss)
	h.ValidAccuracy = append(h.ValidAccuracy, validAcc)
	h.Rate = append(h.Rate, ph.rates[0])
	h.Seconds = append(h.Seconds, took.Seconds())
	h.Best = append(h.Best, best)
}

// epochEvent tells the last epoch of h. Its values' X runs through all phases.
func epochEvent(ph phase, h *History, last bool) progress.Event {
	i := len(h.Epoch) - 1
	done := int64(0)
	for j := i; j >= 0 && h.Phase[j] == ph.name; j-- {
		done++
	}
	e := progress.Event{
		Task: ph.name, Done: done, Total: int64(ph.epochs), Unit: "epochs",
		Note: fmt.Sprintf("validation loss %.3f, accuracy %.3f", h.ValidLoss[i], h.ValidAccuracy[i]),
		Values: []progress.Value{
			{Name: "train loss", X: h.Epoch[i], Y: h.TrainLoss[i]},
			{Name: "valid loss", X: h.Epoch[i], Y: h.ValidLoss[i]},
			{Name: "valid accuracy", X: h.Epoch[i], Y: h.ValidAccuracy[i]},
		},
	}
	if last {
		if e.Done < e.Total {
			e.Note += "; stopped early"
		}
		e.Total = e.Done
	}
	return e
}

// epoch takes the steps of one epoch over a fresh order of the examples.
func (ph phase) epoch(ctx context.Context, s *stepper, epoch int, train examples, h *History, first int) (float64, error) {
	order := chance(ph.seed, ph.name+" order", epoch).Perm(train.len())
	sum, count := 0.0, 0.0
	for at := 0; at < len(order); at += s.p.batch {
		idx := order[at:min(at+s.p.batch, len(order))]
		if ph.dropLast && len(idx) < s.p.batch && at > 0 {
			break
		}
		b := ph.gather(s.p, train, idx, epoch, at)
		loss, err := s.step(ctx, b, ph.rates)
		if err != nil {
			return 0, err
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return 0, &DivergedError{Phase: ph.name, Step: len(h.Step) - first + 1, Loss: loss, Rate: maxOf(ph.rates)}
		}
		h.Step = append(h.Step, float64(len(h.Step)+1))
		h.StepLoss = append(h.StepLoss, loss)
		h.StepRate = append(h.StepRate, ph.rates[0])
		h.StepPhase = append(h.StepPhase, ph.name)
		sum += loss * float64(len(idx))
		count += float64(len(idx))
	}
	return sum / count, nil
}

// gather copies the examples idx into one batch of full size. Missing rows repeat the
// batch's own from the start, with weight 0.
func (ph phase) gather(p *program, from examples, idx []int, epoch, at int) batch {
	width := len(from.x[0])
	b := batch{x: make([]float32, p.batch*width), labels: make([]int32, p.batch), weight: make([]float32, p.batch)}
	for i := range p.batch {
		src := idx[i%len(idx)]
		row := b.x[i*width : (i+1)*width]
		if ph.change != nil {
			ph.change(row, from.x[src], chance(ph.seed, ph.name+" change", epoch, src))
		} else {
			copy(row, from.x[src])
		}
		b.labels[i] = from.labels[src]
		if i < len(idx) {
			b.weight[i] = 1
		}
	}
	if p.mask > 0 {
		b.mask = dropoutMask(chance(ph.seed, ph.name+" dropout", epoch, at), p.batch*p.mask, ph.dropout)
	}
	return b
}

// dropoutMask is 0 with probability drop, and 1/(1−drop) otherwise: inverted dropout
// (Srivastava et al. 2014). It is drawn on the host, so that no backend's generator matters.
func dropoutMask(rng *rand.Rand, n int, drop float64) []float32 {
	mask := make([]float32, n)
	keep := float32(1 / (1 - drop))
	for i := range mask {
		if rng.Float64() >= drop {
			mask[i] = keep
		}
	}
	return mask
}

// probabilities runs the examples forward and returns one row of class probabilities
// each. The softmax is taken in float64 on the host.
func (s *stepper) probabilities(ctx context.Context, e examples) ([][]float64, error) {
	out := make([][]float64, 0, e.len())
	if e.len() == 0 {
		return out, nil
	}
	width := len(e.x[0])
	for at := 0; at < e.len(); at += s.p.batch {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(s.p.batch, e.len()-at)
		x := make([]float32, s.p.batch*width)
		for i := range s.p.batch {
			copy(x[i*width:(i+1)*width], e.x[at+i%n])
		}
		logits, err := s.logits(x)
		if err != nil {
			return nil, err
		}
		classes := len(logits) / s.p.batch
		for i := range n {
			out = append(out, softmax(logits[i*classes:(i+1)*classes]))
		}
	}
	return out, nil
}

// measure returns cross-entropy and accuracy.
func (s *stepper) measure(ctx context.Context, e examples) (loss, accuracy float64, err error) {
	probs, err := s.probabilities(ctx, e)
	if err != nil {
		return 0, 0, err
	}
	loss, accuracy = score(probs, e.labels)
	return loss, accuracy, nil
}

// score is the mean cross-entropy and the share of rows whose most probable class, the
// first of equals, is the label. A probability is taken as at least 1e-12.
func score(probs [][]float64, labels []int32) (loss, accuracy float64) {
	hits := 0
	for i, p := range probs {
		q := p[labels[i]]
		if q < 1e-12 { // false for NaN, which must come through
			q = 1e-12
		}
		loss -= math.Log(q)
		if argmax(p) == int(labels[i]) {
			hits++
		}
	}
	n := float64(len(probs))
	return loss / n, float64(hits) / n
}

func softmax(logits []float32) []float64 {
	top := math.Inf(-1)
	for _, v := range logits {
		top = math.Max(top, float64(v))
	}
	out, sum := make([]float64, len(logits)), 0.0
	for i, v := range logits {
		out[i] = math.Exp(float64(v) - top)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

func argmax(p []float64) int {
	best := 0
	for i, v := range p {
		if v > p[best] {
			best = i
		}
	}
	return best
}

func maxOf(list []float64) float64 {
	m := math.Inf(-1)
	for _, v := range list {
		m = math.Max(m, v)
	}
	return m
}
