// Package torch reads and writes the weights that PyTorch's torch.save writes for a state
// dict: named tensors, in the zip form (PyTorch 1.6 and later) and, reading, in the older
// one.
//
// Both hold a Python pickle, a program for a small stack machine that can name any
// function of the reader's installation. This reader runs nothing: it knows the
// instructions that a checkpoint needs, and the handful of names in it stand for
// themselves. Any other name is refused ([GlobalError]), any other instruction is
// [ErrFormat]. It takes files from outside: every length is checked against the size of
// the file and against [Limits] before memory is taken.
//
// Only the pickle is read when a file is opened. The numbers stay in the file until
// [Tensor.Float32] or [Tensor.Float32Into] reads them, straight into the slice that the
// caller gets. Package safetensors beside this one has the same methods.
//
// The older form is, in this order: the pickled number 0x1950a86a20f9469cfc6c, the
// pickled version 1001, a pickled dict about the machine, the pickled state dict, the
// pickled list of its storages' keys, and for each key 8 bytes with the number of
// elements and the elements, little-endian. The zip form is one folder with the record
// data.pkl and a record data/KEY for each storage, none of them compressed; its record
// byteorder says which order their bytes have. (Source: torch/serialization.py of PyTorch
// 2.9.)
package torch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrFormat is wrapped by every error that says that the bytes are not a state dict that
// this package reads: truncated, damaged, made to harm, or something else altogether.
var ErrFormat = errors.New("not a sound PyTorch state dict")

// GlobalError says that the pickle asks for a Python function or class that no state
// dict needs. It wraps [ErrFormat].
type GlobalError struct{ Module, Name string }

// Error names what was asked for.
func (e *GlobalError) Error() string {
	return fmt.Sprintf("the file asks to run %q from %q, which no state dict needs: do not trust it; "+
		"save the model's state_dict() instead of the model", e.Name, e.Module)
}

// Unwrap gives ErrFormat.
func (e *GlobalError) Unwrap() error { return ErrFormat }

// Limits bound what the reader accepts. A zero field takes its default.
type Limits struct {
	Bytes   int64 // most bytes of the file, and of all its tensors together; default 4 GiB
	Pickle  int64 // most bytes of the pickles; default 64 MiB
	Tensors int   // most tensors; default 100 000
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 4 << 30
	}
	if l.Pickle <= 0 {
		l.Pickle = 64 << 20
	}
	if l.Tensors <= 0 {
		l.Tensors = 100_000
	}
	return l
}

// State is a state dict in a file. It is safe for use by several goroutines.
type State struct {
	// Names are the tensors' names in the order of the file.
	Names []string

	// Under says where in a checkpoint the state dict lay: "state_dict" where the file
	// holds {"state_dict": {…}, "epoch": 9}; empty where the file is the state dict.
	Under string

	// Prefix is what every name began with and was taken off: "module." of DataParallel
	// and DistributedDataParallel, "_orig_mod." of torch.compile, or both.
	Prefix string

	// Skipped are the entries of the state dict that are no tensors.
	Skipped []string

	byName map[string]Tensor
	file   io.Closer
}

// Close closes the file. Its tensors cannot be read afterwards. A file that is not closed
// is so when the State is no longer reachable.
func (s *State) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// Tensors lists the tensors in the order of the file.
func (s *State) Tensors() []Tensor {
	out := make([]Tensor, len(s.Names))
	for i, n := range s.Names {
		out[i] = s.byName[n]
	}
	return out
}

// Tensor gives the tensor called name.
func (s *State) Tensor(name string) (Tensor, bool) {
	t, ok := s.byName[name]
	return t, ok
}

// Open opens the file at path and reads what its tensors are. Close it after use.
func Open(path string, limits Limits) (*State, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("torch: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: not a regular file", ErrFormat)
	}
	var s *State
	if err == nil {
		s, err = decode(f, info.Size(), limits)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("torch: %s: %w", path, err)
	}
	s.file = f
	return s, nil
}

// Decode reads a file that is in memory. The tensors share data: do not change it.
func Decode(data []byte, limits Limits) (*State, error) {
	return decode(bytes.NewReader(data), int64(len(data)), limits)
}

// decode reads a file of size bytes. Tensors are read from r later.
func decode(r io.ReaderAt, size int64, limits Limits) (*State, error) {
	limits = limits.withDefaults()
	if size > limits.Bytes {
		return nil, fmt.Errorf("%w: %d bytes, more than the limit of %d; raise Limits.Bytes if you trust it", ErrFormat, size, limits.Bytes)
	}
	var head [4]byte
	n, err := r.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if string(head[:n]) == "PK\x03\x04" {
		return decodeZip(r, size, limits)
	}
	return decodeOld(r, size, limits)
}
