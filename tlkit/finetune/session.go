package finetune

import (
	"context"
	"errors"
	"fmt"

	"transferlab/tlkit/device"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/store"
)

// session opens what the learner describes, once: options, device, weights, catalogue,
// split.
func (l *Learner) session(ctx context.Context, rep progress.Reporter) (*session, error) {
	if l.opened != nil {
		return l.opened, ctx.Err()
	}
	opt, err := l.given.withDefaults()
	if err != nil {
		return nil, err
	}
	if l.model == nil || l.pictures == nil || l.parts == nil {
		return nil, errors.New("finetune: a learner needs a model, pictures and a split; New was given nil")
	}
	if cutOf(l.model, opt.Top.Groups) == 0 {
		return nil, fmt.Errorf("finetune: Options.Top.Groups is %d, which unfreezes all of %s; at least one group stays frozen",
			opt.Top.Groups, l.model.Card.Name)
	}
	s := &session{opt: opt, pixels: map[string][][]float32{}, programs: map[string]*program{}, probes: map[string]*Run{}}
	if s.data, err = scan(ctx, l.pictures, rep); err != nil {
		return nil, err
	}
	if s.parts, err = divide(ctx, s.data, l.parts); err != nil {
		return nil, err
	}
	s.dev = opt.Device
	if s.dev == nil {
		if s.dev, err = device.Open(device.Options{}); err != nil {
			return nil, fmt.Errorf("finetune: %w", err)
		}
	}
	if s.dev.Kind == device.ONNX {
		return nil, errors.New("finetune: ONNX Runtime as the device cannot train, it computes forward only; " +
			"leave TLKIT_BACKEND unset (frozen features then run on ONNX Runtime all the same), or set it to cpu or go")
	}
	if s.net, err = newNetwork(ctx, l.model, s.dev); err != nil {
		return nil, err
	}
	if err := s.net.pooled(); err != nil {
		return nil, err
	}
	s.cache = &cache{store: opt.Store}
	if opt.Store == nil {
		if s.cache.store, err = store.Default(); err != nil {
			return nil, fmt.Errorf("finetune: %w", err)
		}
	}
	l.opened = s
	return s, nil
}

// enoughMemory refuses a network that main memory cannot train, before any of it is taken.
func (s *session) enoughMemory(head Head, features, numbers int) error {
	need, free := trainingBytes(numbers), device.FreeMemory()
	if s.dev.Kind == device.XLACUDA || free == 0 || need <= free {
		return nil
	}
	return fmt.Errorf("finetune: %w: %s numbers (%s) take about %s to train, %s are free; give smaller pictures (Model.At), "+
		"average the features instead of flattening them (WithoutTop), or take fewer hidden units", ErrMemory,
		thousands(numbers), head.words(features, len(s.data.classes)), mib(need), mib(free))
}

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
