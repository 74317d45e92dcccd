package finetune

import (
	"fmt"

	"transferlab/tlkit/device"
	"transferlab/tlkit/store"
)

// Options say how a Learner trains. The zero value is a sensible start for a few hundred
// to a few thousand pictures. A zero number stands for its default.
type Options struct {
	Seed  uint64 // of every source of chance: initial weights, order, dropout, augmentation
	Batch int    // pictures a step; default 32

	Head    Head
	Probe   Probe
	Top     Top
	Scratch Scratch
	Pixels  Pixels

	// Device is the opened device to run on; nil opens the best one there is
	// (device.Open with its zero options: TLKIT_BACKEND decides first).
	Device *device.Device

	// Runner says what the frozen groups run on: "onnx" (ONNX Runtime), "gomlx" (the
	// device), or "" for the quicker of those there are.
	Runner string

	// Store keeps features and finished runs; nil means store.Default().
	Store *store.Store
}

// Probe is the first phase: the head alone is trained, on features that the frozen base
// computed once.
type Probe struct {
	Epochs   int     // at most; default 100
	Patience int     // epochs without a lower validation loss before it stops; default 10, negative: never
	Rate     float64 // Adam's; default 1e-3
}

// Top is the second phase: the last groups of the base learn too, at a lower rate.
type Top struct {
	Groups   int     // groups of the base that have weights, to unfreeze, counted from its output; default 2
	Epochs   int     // at most; default 20
	Patience int     // default 5, negative: never stops early
	Rate     float64 // of the unfrozen groups; default 3e-5
	HeadRate float64 // of the head; default 1e-4

	// TrainNorms puts the batch norms of the unfrozen groups into training mode: they use the
	// averages of each batch, renew the stored ones with the model's own momentum, and learn
	// scale and offset. That is what Keras does to an unfrozen base that is called without
	// training=False. A few hundred pictures rarely bear it; by default all four stay as they
	// are, in inference mode.
	TrainNorms bool
}

// Scratch is the same network without its pretrained weights.
type Scratch struct {
	Size     int     // pictures are scaled to Size×Size; default 64: it keeps the run short
	Epochs   int     // at most; default 20
	Patience int     // default 8, negative: never stops early
	Rate     float64 // Adam's; default 2e-3
}

// Pixels is the linear model on raw pixels.
type Pixels struct {
	Size     int     // pictures are scaled to Size×Size; default 32, that is 3072 features
	Epochs   int     // at most; default 100
	Patience int     // default 10, negative: never stops early
	Rate     float64 // Adam's; default 3e-4
}

// withDefaults fills in the zero fields and refuses what cannot work.
func (o Options) withDefaults() (Options, error) {
	set := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	setF := func(p *float64, v float64) {
		if *p == 0 {
			*p = v
		}
	}
	set(&o.Batch, 32)
	set(&o.Probe.Epochs, 100)
	set(&o.Probe.Patience, 10)
	setF(&o.Probe.Rate, 1e-3)
	set(&o.Top.Groups, 2)
	set(&o.Top.Epochs, 20)
	set(&o.Top.Patience, 5)
	setF(&o.Top.Rate, 3e-5)
	setF(&o.Top.HeadRate, 1e-4)
	set(&o.Scratch.Size, 64)
	set(&o.Scratch.Epochs, 20)
	set(&o.Scratch.Patience, 8)
	setF(&o.Scratch.Rate, 2e-3)
	set(&o.Pixels.Size, 32)
	set(&o.Pixels.Epochs, 100)
	set(&o.Pixels.Patience, 10)
	setF(&o.Pixels.Rate, 3e-4)
	o.Head.Dropout = o.Head.dropout()
	if o.Head.Dropout == 0 {
		o.Head.Dropout = -1
	}
	return o, o.check()
}

// maxHidden bounds a hidden layer, so that nothing that is counted overflows.
const maxHidden = 1 << 24

func (o Options) check() error {
	for _, n := range []struct {
		name  string
		value int
	}{{"Batch", o.Batch}, {"Probe.Epochs", o.Probe.Epochs}, {"Top.Groups", o.Top.Groups}, {"Top.Epochs", o.Top.Epochs},
		{"Scratch.Size", o.Scratch.Size}, {"Scratch.Epochs", o.Scratch.Epochs}, {"Pixels.Size", o.Pixels.Size}, {"Pixels.Epochs", o.Pixels.Epochs}} {
		if n.value < 1 {
			return fmt.Errorf("finetune: Options.%s is %d; it must be at least 1, or 0 for the default", n.name, n.value)
		}
	}
	for _, r := range []struct {
		name  string
		value float64
	}{{"Probe.Rate", o.Probe.Rate}, {"Top.Rate", o.Top.Rate}, {"Top.HeadRate", o.Top.HeadRate}, {"Scratch.Rate", o.Scratch.Rate}, {"Pixels.Rate", o.Pixels.Rate}} {
		if !(r.value > 0) {
			return fmt.Errorf("finetune: Options.%s is %g; a learning rate is above 0", r.name, r.value)
		}
	}
	if o.Head.Dropout >= 1 || o.Head.Hidden < 0 || o.Head.Hidden > maxHidden {
		return fmt.Errorf("finetune: Options.Head is %+v; the dropout is below 1, the hidden units from 0 to %d", o.Head, maxHidden)
	}
	return nil
}
