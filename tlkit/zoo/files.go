package zoo

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"transferlab/tlkit/zoo/keras"
	"transferlab/tlkit/zoo/safetensors"
	"transferlab/tlkit/zoo/torch"
)

// ErrKind is wrapped by the error for a weights file of a kind that is not read.
var ErrKind = errors.New("not a weights file that is read here")

// ReadWeights reads the model's arrays from a file: PyTorch's state dict (.pth, .pt) or a
// safetensors file with the names of one of the libraries that have the model, or Keras'
// .h5, .weights.h5 or .keras, alone or as the first layer of a Sequential. What the file is,
// its content says. What belongs to a top which the model is without is left alone. Errors
// are those of the reader, [*MismatchError], and [ErrKind], also for a network of Keras that
// normalises its pictures otherwise than the model does.
func (m *Model) ReadWeights(path string) (Arrays, error) {
	head, err := start(path)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	file, isTorch, err := open(path, head, m)
	if err != nil {
		return nil, fmt.Errorf("zoo: weights of %s from %s: %w", m.Card.Name, path, err)
	}
	defer file.Close()
	return m.read(path, file, isTorch)
}

// start gives the first bytes of a file. A pipe is refused before it is opened, which would
// wait for who writes to it.
func start(path string) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w: it is no regular file (%v)", path, ErrKind, st.Mode())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && err != io.EOF {
		return nil, err
	}
	return head[:n], nil
}

// open opens a file by what it begins with, for a model, and says whether it has PyTorch's
// layout.
func open(path string, head []byte, m *Model) (file tensorFile, isTorch bool, err error) {
	switch {
	case bytes.HasPrefix(head, []byte("\x89HDF")):
		return openKeras(path, m)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")): // PyTorch's archive or Keras'
		s, err := torch.Open(path, torch.Limits{})
		if err == nil {
			return torchFile{s}, true, nil
		}
		if file, isTorch, kerasErr := openKeras(path, m); kerasErr == nil {
			return file, isTorch, nil
		}
		return nil, true, err
	case len(head) > 8 && head[8] == '{': // before the next: a header's length may begin with 0x80
		f, err := safetensors.Open(path, safetensors.Limits{})
		return safeFile{f}, true, err
	case bytes.HasPrefix(head, []byte{0x80}):
		s, err := torch.Open(path, torch.Limits{})
		return torchFile{s}, true, err
	}
	return nil, false, fmt.Errorf("%w: it begins with %q; known are .pth, .pt, .safetensors, .h5, .weights.h5 and .keras", ErrKind, head[:min(8, len(head))])
}

type torchFile struct{ state *torch.State }

func (f torchFile) Names() []string { return f.state.Names }

func (f torchFile) Shape(name string) []int {
	t, ok := f.state.Tensor(name)
	if !ok {
		return nil
	}
	return append([]int{}, t.Shape...)
}

func (f torchFile) Float32(name string) ([]float32, error) {
	t, _ := f.state.Tensor(name)
	return t.Float32()
}

func (f torchFile) Rows(name string, from int, dst []float32) error {
	t, _ := f.state.Tensor(name)
	return t.Rows(from, from+len(dst)/Size(t.Shape[1:])).Float32Into(dst)
}

func (f torchFile) Close() error { return f.state.Close() }

type safeFile struct{ *safetensors.File }

func (f safeFile) Shape(name string) []int {
	t, ok := f.Info(name)
	if !ok {
		return nil
	}
	return append([]int{}, t.Shape...)
}

func (f safeFile) Float32(name string) ([]float32, error) {
	t, err := f.Tensor(name)
	if err != nil {
		return nil, err
	}
	return t.Float32()
}

func (f safeFile) Rows(name string, from int, dst []float32) error {
	t, err := f.Tensor(name)
	if err != nil {
		return err
	}
	return t.Rows(from, from+len(dst)/Size(t.Shape[1:])).Float32Into(dst)
}

// kerasFile is a file of Keras with the layers named as in a model.
type kerasFile struct {
	*keras.Weights
	names     []string
	variables map[string]keras.Variable
}

func openKeras(file string, m *Model) (tensorFile, bool, error) {
	w, err := keras.Open(file, keras.Limits{})
	if err != nil {
		return nil, false, err
	}
	return namedFile(w, m), false, nil
}

// namedFile names the variables by their layers. A Bare file counts its layers by class:
// those that m has at their places have m's names. The dense layers of a top, and whatever
// else is above the base, are left out where m is without a top.
func namedFile(w *keras.Weights, m *Model) kerasFile {
	f := kerasFile{Weights: w, variables: map[string]keras.Variable{}}
	counted := map[string]keras.Layer{}
	base := kerasBase(w)
	if i := slices.IndexFunc(m.dialects, func(d dialect) bool { return d.library == Keras }); i >= 0 && w.Form == keras.Bare {
		for _, l := range m.kerasLayers(m.dialects[i], nil, base) {
			counted[l.Path] = l
		}
	}
	for _, l := range w.Layers {
		ours, placed := counted[l.Path]
		if strings.HasSuffix(l.Path, "/seed_generator") || m.top == 0 && !placed && ofTop(l, base) {
			continue
		}
		if placed && len(ours.Variables) == len(l.Variables) {
			l.Name = ours.Name
			for i, v := range ours.Variables {
				f.add(l.Name+"/"+v.Name, l.Variables[i])
			}
			continue
		}
		for _, v := range l.Variables {
			f.add(cmp.Or(l.Name, l.Path)+"/"+v.Name, v)
		}
	}
	return f
}

// kerasBase is where a file keeps the convolutions.
func kerasBase(w *keras.Weights) string {
	for _, l := range w.Layers {
		if at, name, ok := strings.Cut(l.Path, "/conv2d"); ok && !strings.Contains(name, "/") {
			return at
		}
	}
	return kerasRoot
}

// ofTop says whether a layer stands above the base: a dense one, or one beside a nested base.
func ofTop(l keras.Layer, base string) bool {
	if l.Path == "" { // a legacy file
		return l.Class == "Dense"
	}
	at := path.Base(l.Path)
	return at == "dense" || strings.HasPrefix(at, "dense_") || !strings.HasPrefix(l.Path, base+"/")
}

func (f *kerasFile) add(name string, v keras.Variable) {
	f.names, f.variables[name] = append(f.names, name), v
}

// as is the file with the names of another model.
func (f kerasFile) as(m *Model) tensorFile { return namedFile(f.Weights, m) }

func (f kerasFile) Names() []string { return f.names }

func (f kerasFile) Shape(name string) []int {
	v, ok := f.variables[name]
	if !ok {
		return nil
	}
	return append([]int{}, v.Shape...)
}

func (f kerasFile) Float32(name string) ([]float32, error) { return f.variables[name].Float32() }
