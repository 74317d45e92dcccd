package finetune

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"transferlab/tlkit/store"
	"transferlab/tlkit/zoo/safetensors"
)

// This file keeps rows and runs in the store. A key names everything that decides the
// content: change one of them and the old entry is not found.

// The versions of what this package puts in the store. One is raised when the same inputs
// give other numbers.
const (
	rowsVersion = 1
	runsVersion = 2
)

// key is what made an entry.
type key struct{ store.Made }

func newKey(producer string, version int) key {
	return key{store.Made{Producer: producer, Version: version}}
}

func (k *key) add(name string, v any) {
	k.Inputs = append(k.Inputs, store.Input{Name: name, Digest: fmt.Sprint(v)})
}

// rowKey names the output of the groups [0, cut) for one picture.
func (s *session) rowKey(i, cut int) key {
	k := newKey("finetune features", rowsVersion)
	k.add("picture", s.data.sha[i])
	k.add("reading", s.data.reading)
	k.add("model", s.net.fingerTo(cut))
	k.add("preprocess", fmt.Sprintf("%+v", s.net.preprocess))
	_, runner := runnerOf(s.dev, s.opt.Runner)
	k.add("runner", runner)
	k.add("cut", cut)
	if cut == s.net.last() { // the groups above the lowest cut run on the device
		k.add("device", s.dev.Kind)
		k.add("from cut", s.cut())
	}
	return k
}

// runKey names a run. Options that the approach does not read stay out of it, so that a
// change to them does not train it anew.
func (s *session) runKey(name string, d division, weights bool) key {
	o := s.opt
	k := newKey("finetune "+name, runsVersion)
	k.add("pictures", s.data.hash)
	k.add("split", d.hash)
	k.add("seed", o.Seed)
	k.add("batch", o.Batch)
	_, runner := runnerOf(s.dev, o.Runner)
	k.add("runner", runner)
	k.add("device", s.dev.Kind)
	k.add("with weights", weights)
	if name == pixelsName {
		k.add("options", fmt.Sprintf("%+v", o.Pixels))
		return k
	}
	k.add("model", s.net.finger)
	k.add("head", fmt.Sprintf("%+v", o.Head))
	switch name {
	case probeName:
		k.add("options", fmt.Sprintf("%+v", o.Probe))
	case tunedName:
		k.add("options", fmt.Sprintf("%+v %+v", o.Probe, o.Top))
	case scratchName:
		k.add("options", fmt.Sprintf("%+v", o.Scratch))
	}
	return k
}

// cache is the store as this package uses it.
type cache struct{ store *store.Store }

// bytes reads an entry; nil where there is none, or where it is damaged: what it held is
// then made again.
func (c *cache) bytes(ctx context.Context, k key) ([]byte, error) {
	b, err := c.store.Get(ctx, k.Made)
	if errors.Is(err, store.ErrMiss) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("finetune: %w", err)
	}
	return b, nil
}

func (c *cache) keep(ctx context.Context, k key, b []byte) error {
	if err := c.store.Put(ctx, k.Made, b); err != nil {
		return fmt.Errorf("finetune: keeping %s: %w", k.Producer, err)
	}
	return nil
}

func (c *cache) row(ctx context.Context, k key) ([]float32, error) {
	b, err := c.bytes(ctx, k)
	if b == nil || err != nil {
		return nil, err
	}
	return bytesRow(b), nil
}

func (c *cache) keepRow(ctx context.Context, k key, row []float32) error {
	return c.keep(ctx, k, rowBytes(row))
}

// run reads a run; nil where there is none, or where the entry is damaged: it is then
// trained again.
func (c *cache) run(ctx context.Context, k key) (*Run, error) {
	b, err := c.bytes(ctx, k)
	if b == nil || err != nil {
		return nil, err
	}
	if len(b) > 0 && b[0] == '{' { // kept without weights
		r := new(Run)
		if json.Unmarshal(b, r) != nil {
			return nil, nil
		}
		return r, nil
	}
	f, err := safetensors.Read(bytes.NewReader(b), int64(len(b)), safetensors.Limits{})
	if errors.Is(err, safetensors.ErrFormat) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := decode(f)
	if err != nil {
		return nil, nil
	}
	return r, nil
}

// keepRun writes a run: as a checkpoint where it has weights, else as JSON.
func (c *cache) keepRun(ctx context.Context, k key, r *Run) error {
	if r.state == nil {
		b, err := json.Marshal(r)
		if err != nil {
			return err
		}
		return c.keep(ctx, k, b)
	}
	text, tensors, err := r.encode()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, map[string]string{manifestKey: text}, tensors); err != nil {
		return err
	}
	return c.keep(ctx, k, b.Bytes())
}
