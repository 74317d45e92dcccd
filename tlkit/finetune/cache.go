package finetune

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"transferlab/tlkit/zoo/safetensors"
)

// This file keeps rows and runs in the store. A key names everything that decides the
// content: change one of them and the old entry is not found.

// The versions of what this package puts in the store. One is raised when the same inputs
// give other numbers.
const (
	rowsVersion = 1
	runsVersion = 1
)

type input struct{ name, digest string }

// key is a producer, its version and its inputs.
type key struct {
	producer string
	version  int
	inputs   []input
}

func (k *key) add(name string, v any) {
	k.inputs = append(k.inputs, input{name, fmt.Sprint(v)})
}

// rowKey names the output of the groups [0, cut) for one picture.
func (s *session) rowKey(i, cut int) key {
	k := key{producer: "finetune.features", version: rowsVersion}
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
	k := key{producer: "finetune." + name, version: runsVersion}
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
type cache struct{ store *Store }

func (k key) file() string {
	h := sha256.Sum256([]byte(fmt.Sprintf("%q %d %q", k.producer, k.version, k.inputs)))
	return hex.EncodeToString(h[:])
}

// bytes reads an entry; nil where there is none.
func (c *cache) bytes(_ context.Context, k key) ([]byte, error) {
	b, ok, err := c.store.get(k.file())
	if !ok {
		return nil, err
	}
	return b, err
}

func (c *cache) keep(_ context.Context, k key, b []byte) error { return c.store.put(k.file(), b) }

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
	if b[0] == '{' { // kept without weights
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
