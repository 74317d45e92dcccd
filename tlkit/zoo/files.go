package zoo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"transferlab/tlkit/zoo/keras"
	"transferlab/tlkit/zoo/safetensors"
	"transferlab/tlkit/zoo/torch"
)

// ErrKind is wrapped by the error for a weights file of a kind that is not read.
var ErrKind = errors.New("not a weights file that is read here")

// ReadWeights reads the model's arrays from a file: PyTorch's state dict (.pth, .pt) or a
// safetensors file with the names of one of the libraries that have the model, or Keras'
// .h5 or .keras, whose layers have names. What the
// file is, its content says. Tensors that belong to a top which the model is without are
// left alone. Errors are those of the reader, [*MismatchError], and [ErrKind].
func (m *Model) ReadWeights(path string) (Arrays, error) {
	head, err := start(path)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	file, isTorch, err := open(path, head)
	if err != nil {
		return nil, fmt.Errorf("zoo: weights of %s from %s: %w", m.Card.Name, path, err)
	}
	defer file.Close()
	return m.read(path, file, isTorch)
}

// start gives the first bytes of a file.
func start(path string) ([]byte, error) {
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

// open opens a file by what it begins with, and says whether it has PyTorch's layout.
func open(path string, head []byte) (file tensorFile, isTorch bool, err error) {
	switch {
	case bytes.HasPrefix(head, []byte("\x89HDF")):
		return openKeras(path)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")): // PyTorch's archive or Keras'
		s, err := torch.Open(path, torch.Limits{})
		if err == nil {
			return torchFile{s}, true, nil
		}
		if file, isTorch, kerasErr := openKeras(path); kerasErr == nil {
			return file, isTorch, nil
		}
		return nil, true, err
	case bytes.HasPrefix(head, []byte{0x80}):
		s, err := torch.Open(path, torch.Limits{})
		return torchFile{s}, true, err
	case len(head) > 8 && head[8] == '{':
		f, err := safetensors.Open(path, safetensors.Limits{})
		return safeFile{f}, true, err
	}
	return nil, false, fmt.Errorf("%w: it begins with %q; known are .pth, .pt, .safetensors, .h5 and .keras", ErrKind, head[:min(8, len(head))])
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

// kerasFile is a file of Keras whose layers have names.
type kerasFile struct {
	*keras.Weights
	names     []string
	variables map[string]keras.Variable
}

func openKeras(path string) (tensorFile, bool, error) {
	w, err := keras.Open(path, keras.Limits{})
	if err != nil {
		return nil, false, err
	}
	if w.Form == keras.Bare {
		_ = w.Close()
		return nil, false, fmt.Errorf("%w: a .weights.h5 numbers its layers; save the model as .keras instead", ErrKind)
	}
	f := kerasFile{Weights: w, variables: map[string]keras.Variable{}}
	for _, l := range w.Layers {
		for _, v := range l.Variables {
			name := l.Name + "/" + v.Name
			f.names, f.variables[name] = append(f.names, name), v
		}
	}
	return f, false, nil
}

func (f kerasFile) Names() []string { return f.names }

func (f kerasFile) Shape(name string) []int {
	v, ok := f.variables[name]
	if !ok {
		return nil
	}
	return append([]int{}, v.Shape...)
}

func (f kerasFile) Float32(name string) ([]float32, error) { return f.variables[name].Float32() }
