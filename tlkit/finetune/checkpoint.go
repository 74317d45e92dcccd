package finetune

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"

	"transferlab/tlkit/zoo"
	"transferlab/tlkit/zoo/safetensors"
)

// A checkpoint is one safetensors file: every array of the network, and under the
// metadata key "tlkit" the JSON of a manifest that says what they mean. Nothing in it
// can run.
const (
	manifestKey       = "tlkit"
	checkpointFormat  = "tlkit finetune"
	checkpointVersion = 1
)

// state is a trained network: what a checkpoint holds.
type state struct {
	values     arrays
	head       Head
	features   int
	classes    []string
	model      string // name of the base in the zoo
	pooling    zoo.Pooling
	finger     string // fingerprint of the base: architecture, pretrained weights
	preprocess zoo.Preprocess
	split      string
}

// manifest is the JSON beside the arrays.
type manifest struct {
	Format     string         `json:"format"`
	Version    int            `json:"version"`
	Model      string         `json:"model"`
	Pooling    zoo.Pooling    `json:"pooling,omitempty"` // of the base; empty in older files: the model's own
	Finger     string         `json:"model_fingerprint"`
	Preprocess zoo.Preprocess `json:"preprocess"`
	Classes    []string       `json:"classes"`
	Head       Head           `json:"head"`
	Features   int            `json:"features"`
	Split      string         `json:"split"`
	SHA256     string         `json:"sha256"` // of the arrays: names, shapes, bits
	Go         string         `json:"go"`
	GoMLX      string         `json:"gomlx"`
	Run        *Run           `json:"run"`
}

// Save writes the run with its weights, its classes, its preprocessing and its history
// to one file, whole or not at all: to a temporary name beside it, synced, renamed.
func (r *Run) Save(path string) error {
	if r.state == nil {
		return fmt.Errorf("finetune: %s was kept without its weights and cannot be saved to %s; train it on its own instead of in a comparison", r.Name, path)
	}
	text, tensors, err := r.encode()
	if err != nil {
		return fmt.Errorf("finetune: saving %s: %w", path, err)
	}
	if err := safetensors.WriteFile(path, map[string]string{manifestKey: text}, tensors); err != nil {
		return fmt.Errorf("finetune: saving the checkpoint: %w; a file that was there before is untouched", err)
	}
	return nil
}

// encode makes the manifest and the tensors.
func (r *Run) encode() (string, []safetensors.Tensor, error) {
	s := r.state
	names := slices.Sorted(maps.Keys(s.values))
	m := manifest{
		Format: checkpointFormat, Version: checkpointVersion,
		Model: s.model, Pooling: s.pooling, Finger: s.finger, Preprocess: s.preprocess,
		Classes: s.classes, Head: s.head, Features: s.features, Split: s.split,
		SHA256: s.values.digest(names), Go: runtime.Version(), GoMLX: moduleVersion("github.com/gomlx/gomlx"), Run: r,
	}
	text, err := json.Marshal(m)
	if err != nil {
		return "", nil, err
	}
	tensors := make([]safetensors.Tensor, len(names))
	for i, n := range names {
		a := s.values[n]
		tensors[i] = safetensors.FromFloat32(n, a.value, a.shape...)
	}
	return string(text), tensors, nil
}

// moduleVersion is the version of a module in this program, or "unknown".
func moduleVersion(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == path {
				return d.Version
			}
		}
	}
	return "unknown"
}

// readCheckpoint opens the file and checks all that can be checked without the model.
func readCheckpoint(path string) (*Run, error) {
	f, err := safetensors.Open(path, safetensors.Limits{})
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("finetune: loading a checkpoint: %w", err)
		}
		return nil, fmt.Errorf("finetune: %w: %w", ErrCheckpoint, err)
	}
	defer f.Close()
	r, err := decode(f)
	if err != nil {
		return nil, fmt.Errorf("finetune: %s: %w: %w", path, ErrCheckpoint, err)
	}
	return r, nil
}

// decode reads manifest and arrays and compares their hash.
func decode(f *safetensors.File) (*Run, error) {
	text, ok := f.Metadata[manifestKey]
	if !ok {
		return nil, errors.New("it holds tensors, but nothing that says what they mean; was it saved by this package?")
	}
	var m manifest
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, fmt.Errorf("its description: %w", err)
	}
	if m.Format != checkpointFormat || m.Version != checkpointVersion || m.Run == nil {
		return nil, fmt.Errorf("format %q version %d; this program reads %q version %d", m.Format, m.Version, checkpointFormat, checkpointVersion)
	}
	if len(m.Classes) == 0 || m.Features <= 0 {
		return nil, fmt.Errorf("%d classes and %d features", len(m.Classes), m.Features)
	}
	values := arrays{}
	for _, n := range f.Names() {
		t, err := f.Tensor(n)
		if err != nil {
			return nil, err
		}
		v, err := t.Float32()
		if err != nil {
			return nil, err
		}
		values[n] = array{n, t.Shape, v}
	}
	if got := values.digest(slices.Sorted(maps.Keys(values))); got != m.SHA256 {
		return nil, fmt.Errorf("the arrays' hash is %.12s, the file says %.12s: it was damaged or changed", got, m.SHA256)
	}
	m.Run.state = &state{values: values, head: m.Head, features: m.Features, classes: m.Classes, model: m.Model,
		pooling: m.Pooling, finger: m.Finger, preprocess: m.Preprocess, split: m.Split}
	return m.Run, nil
}

// fits checks that the arrays are those the network wants: none missing, none of another
// shape, none left over.
func (s *state) fits(want arrays) error {
	for _, n := range slices.Sorted(maps.Keys(want)) {
		a, ok := s.values[n]
		if !ok {
			return fmt.Errorf("%w: array %q is missing", ErrCheckpoint, n)
		}
		if !slices.Equal(a.shape, want[n].shape) {
			return fmt.Errorf("%w: array %q has shape %v, the network wants %v", ErrCheckpoint, n, a.shape, want[n].shape)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(s.values)) {
		if _, ok := want[n]; !ok {
			return fmt.Errorf("%w: array %q belongs to no part of the network", ErrCheckpoint, n)
		}
	}
	return nil
}
