// Package keras reads the weights that Keras saves, in all its forms, and writes the
// newest one. The file's content tells the form:
//
//	Legacy   HDF5, of Keras 1, 2 and 3: a whole model (model.save("x.h5")) or weights only
//	         (save_weights("x.h5") of Keras 2; the files of keras.applications)
//	Bare     HDF5, of Keras 3: save_weights("x.weights.h5")
//	Archive  a zip file with config.json, metadata.json and model.weights.h5, which is a
//	         Bare one: model.save("x.keras")
//
// # How a Bare file names its layers
//
// It does not use the layers' names, which differ from one process to the next
// ("conv2d_7"). Each object of the model is a group at the path by which Python reaches it,
// and its variables are the datasets vars/0, vars/1, … in it:
//
//	layers/conv2d/vars/0                             the first Conv2D: kernel
//	layers/conv2d/vars/1                             and bias
//	layers/conv2d_1/vars/0                           the second Conv2D
//	layers/functional/layers/conv2d/vars/0           in a model that is a layer of this one
//	layers/lstm/cell/vars/0                          in an attribute of a layer
//	optimizer/vars/0                                 not weights: left out here
//
// A group below "layers" is called as the layer's class, in snake case ([SnakeCase]), and
// from the second of its class on with _1, _2, …: that is the layer's number among the
// layers of the same class in the same model, counted in the order of model.layers, layers
// without variables included. That order goes by depth in the graph, then by when a layer
// was made: of two branches that meet, layers of equal distance from the meeting point lie
// beside each other. In Keras's ResNet50 the shortcut's convolution conv2_block1_0_conv
// comes after conv2_block1_2_conv and before conv2_block1_3_conv.
//
// Keras 3.6 and later also note the layer's name, as the attribute "name" of the group vars;
// Keras 3.3 and TF-Keras do not, and [Weights.Match] gives the layers their names by class
// and order. In an Archive
// config.json tells names and classes, in the order of model.layers.
//
// The source of all this is saving_lib.py and legacy_h5_format.py of Keras 3.15.1, and the
// files that 3.0.5, 3.3.3, 3.6.0, 3.15.1 and TF-Keras 2.21.0 write.
package keras

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"transferlab/tlkit/zoo/hdf5"
)

// ErrFormat is wrapped by errors that say that the bytes are not a sound file of Keras:
// truncated, damaged, of another program, or made to harm.
var ErrFormat = errors.New("not a sound Keras file")

// ErrLimit is wrapped by errors for what goes beyond [Limits].
var ErrLimit = errors.New("beyond the limit")

// ErrUnsupported is wrapped by errors for forms that Keras has and this package does not read.
var ErrUnsupported = errors.New("not supported")

// ErrMatch is wrapped by errors that say that the weights are not those of the model asked for.
var ErrMatch = errors.New("the weights are those of another model")

// Form is how the weights are kept.
type Form int

// The forms, as the package comment has them.
const (
	Legacy Form = iota + 1
	Bare
	Archive
)

func (f Form) String() string {
	switch f {
	case Legacy:
		return "legacy HDF5"
	case Bare:
		return ".weights.h5"
	case Archive:
		return ".keras"
	}
	return fmt.Sprintf("Form(%d)", int(f))
}

// Limits bound what the reader accepts. A zero field takes its default.
type Limits struct {
	HDF5      hdf5.Limits // of the HDF5 file; its own defaults
	JSON      int64       // most bytes of config.json, of metadata.json and of a legacy file's configuration; default 16 MiB
	Inflated  int64       // most bytes of a compressed model.weights.h5, which is unpacked in memory (Keras does not compress it); default 1 GiB
	Members   int         // most files of an archive; default 10 000
	Variables int         // most variables, and most groups; default 100 000
	Depth     int         // most models and layers within each other; default 32
}

func (l Limits) withDefaults() Limits {
	l.JSON = orElse(l.JSON, 16<<20)
	l.Inflated = orElse(l.Inflated, 1<<30)
	l.Members = orElse(l.Members, 10_000)
	l.Variables = orElse(l.Variables, 100_000)
	l.Depth = orElse(l.Depth, 32)
	return l
}

func orElse[T int | int64](v, fallback T) T {
	if v <= 0 {
		return fallback
	}
	return v
}

// Weights are the weights of a model, read from a file that stays open until Close.
type Weights struct {
	Form    Form
	Version string // of the Keras that wrote them, "" where the file does not tell
	Model   string // the model's name, "" where the file does not tell

	// Layers are those that have variables: of an Archive and a Legacy file in the order of
	// model.layers, those of a nested model in its place; of a Bare one by class (its groups
	// sorted by name), and within a class in the order of model.layers.
	Layers []Layer

	closer io.Closer
	file   string
}

// Open opens the file at path. Close it after use: variables are read when asked for.
func Open(path string, limits Limits) (*Weights, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("keras: %w", err)
	}
	st, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("keras: %w", err)
	}
	w, err := read(file, st.Size(), path, limits.withDefaults())
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	w.closer = file
	return w, nil
}

// Read reads from r, which has size bytes and must stay readable while variables are read.
func Read(r io.ReaderAt, size int64, limits Limits) (*Weights, error) {
	return read(r, size, "", limits.withDefaults())
}

// Close closes the file that [Open] opened. After [Read] there is nothing to close.
func (w *Weights) Close() error {
	if w.closer == nil {
		return nil
	}
	return w.closer.Close()
}

// Layer finds the layer of a name. One within another layer or model is found by its own
// name too; where several have it, ok is false.
func (w *Weights) Layer(name string) (layer *Layer, ok bool) {
	for i := range w.Layers {
		if w.Layers[i].Name != name {
			continue
		}
		if layer != nil {
			return nil, false
		}
		layer = &w.Layers[i]
	}
	return layer, layer != nil
}

// read finds out the form.
func read(r io.ReaderAt, size int64, path string, limits Limits) (*Weights, error) {
	w := &Weights{file: path}
	head := make([]byte, 4)
	n, err := r.ReadAt(head, 0)
	switch head = head[:n]; {
	case err != nil && !errors.Is(err, io.EOF):
	case slices.Equal(head, []byte("PK\x03\x04")):
		err = w.archive(r, size, limits)
	case len(head) > 0 && head[0] == '{':
		err = fmt.Errorf("weights in several files, with an index in JSON: %w", ErrUnsupported)
	default:
		err = w.hdf5(r, size, limits)
	}
	if err != nil {
		return nil, w.fail(err)
	}
	return w, nil
}

// fail says where an error happened.
func (w *Weights) fail(err error) error {
	if w.file == "" {
		return fmt.Errorf("keras: %w", err)
	}
	return fmt.Errorf("keras: %s: %w", w.file, err)
}

// hdf5 reads a Legacy or a Bare file.
func (w *Weights) hdf5(r io.ReaderAt, size int64, limits Limits) error {
	f, err := hdf5.New(r, size, limits.HDF5)
	if err != nil {
		return fmt.Errorf("neither a zip archive nor HDF5 that can be read: %w", sound(err))
	}
	root := f.Root()
	if _, err := root.AttrNames(); err != nil {
		return sound(err)
	}
	switch {
	case hasList(root, "layer_names"):
		return w.legacy(root, root, limits)
	case root.Has("model_weights"):
		weights, err := root.Group("model_weights")
		if err != nil {
			return sound(err)
		}
		return w.legacy(weights, root, limits)
	}
	w.Form = Bare
	return w.bare(root, nil, limits)
}

// sound gives this package's sentinels to what hdf5 finds.
func sound(err error) error {
	for _, pair := range [][2]error{{hdf5.ErrLimit, ErrLimit}, {hdf5.ErrUnsupported, ErrUnsupported},
		{hdf5.ErrFormat, ErrFormat}, {hdf5.ErrMissing, ErrFormat}} {
		if errors.Is(err, pair[0]) {
			return fmt.Errorf("%w: %w", pair[1], err)
		}
	}
	return err
}
