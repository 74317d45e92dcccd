package zoo

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"transferlab/tlkit/zoo/keras"
	"transferlab/tlkit/zoo/safetensors"
	"transferlab/tlkit/zoo/torch"
)

// WriteOptions say how [Model.WriteWeights] writes. The zero value takes the names of the
// first library of the model's that has files of that kind.
type WriteOptions struct {
	// Library is whose names and layout the arrays get.
	Library Library

	// Nested puts what is below the pool into a model of its own, as Keras keeps it where the
	// base is one layer: Sequential([base, …, Dense(…)]). By default all layers are in one
	// model: Model(base.input, Dense(…)(base.output)).
	Nested bool
}

// WriteWeights writes the model's arrays to a file of the kind that its name ends in, with
// the names and the order of axes of another library, which loads it into its own network
// of the same layers:
//
//	.weights.h5      Keras 3: model.load_weights(path)
//	.pth, .pt        PyTorch: model.load_state_dict(torch.load(path))
//	.safetensors     PyTorch: safetensors.torch.load_model(model, path)
//
// What PyTorch and timm call the layers is in the file; Keras goes by their classes and
// order. Layers that the library's network does not have, such as the hidden ones of
// [Model.WithClassifier], are called as here. The file appears whole or not at all. Errors
// wrap [ErrKind], [ErrMissing] and [ErrShape].
func (m *Model) WriteWeights(path string, arrays Arrays, o WriteOptions) error {
	if err := m.Check(arrays, 0, len(m.Groups)); err != nil {
		return err
	}
	toKeras := strings.HasSuffix(path, ".weights.h5")
	d, err := m.writer(path, toKeras, o.Library)
	switch {
	case err != nil:
		return err
	case toKeras:
		base := kerasRoot
		if o.Nested {
			base = kerasNested
		}
		return keras.WriteFile(path, m.kerasLayers(d, arrays, base))
	case strings.HasSuffix(path, ".safetensors"):
		return safetensors.WriteFile(path, map[string]string{"format": "pt"}, converted(m, d, arrays, safetensors.FromFloat32))
	case strings.HasSuffix(path, ".pth"), strings.HasSuffix(path, ".pt"):
		return torch.WriteFile(path, converted(m, d, arrays, torch.FromFloat32))
	}
	return fmt.Errorf("zoo: writing %s: %w: known are .weights.h5, .pth, .pt and .safetensors", path, ErrKind)
}

// writer gives the dialect to write in.
func (m *Model) writer(path string, toKeras bool, l Library) (dialect, error) {
	var has []string
	for _, d := range m.dialects {
		if (d.library == Keras) == toKeras && (l == "" || l == d.library) {
			return d, nil
		}
		has = append(has, string(d.library))
	}
	whose := string(l)
	if l == "" {
		whose = "a library with files of that kind"
	}
	return dialect{}, fmt.Errorf("zoo: writing %s: %w: how %s names the layers of %s in it is not known; known: %s",
		path, ErrKind, whose, m.Card.Name, strings.Join(has, ", "))
}

// converted gives the arrays as a library has them.
func converted[T any](m *Model, d dialect, arrays Arrays, tensor func(name string, v []float32, shape ...int) T) []T {
	var out []T
	names := d.names()
	for _, p := range m.Params(0, len(m.Groups)) {
		l := m.layout(d, p)
		out = append(out, tensor(d.name(names, p), l.back(arrays[p.Name].Value), l.theirs...))
	}
	return out
}

// Where Keras keeps the layers of a model, and those of one that is its first layer.
const kerasRoot, kerasNested = "layers", "layers/functional/layers"

// kerasLayers gives the layers that have arrays, in the order of Keras' model.layers, at
// their paths: those below the pool under base, those of the top at the root. They have the
// values of arrays, or none where that is nil.
func (m *Model) kerasLayers(d dialect, arrays Arrays, base string) []keras.Layer {
	layers, names, below := slices.Clone(d.extra), d.names(), len(d.extra)
	for _, p := range m.Params(0, len(m.Groups)) {
		name := d.name(names, p)
		owner, variable := path.Dir(name), path.Base(name)
		if len(layers) == 0 || layers[len(layers)-1].Name != owner {
			layers = append(layers, keras.Layer{Name: owner, Class: kerasClass(p)})
		}
		if p.Group < m.body {
			below = len(layers)
		}
		l := &layers[len(layers)-1]
		l.Variables = append(l.Variables, keras.FromFloat32(variable, arrays[p.Name].Value, m.layout(d, p).theirs...))
	}
	if base == kerasRoot {
		below = len(layers)
	}
	place(layers[:below], base)
	place(layers[below:], kerasRoot)
	return layers
}

// place gives the layers their paths in a model.
func place(layers []keras.Layer, parent string) {
	var classes []string
	for _, l := range layers {
		classes = append(classes, l.Class)
	}
	for i, p := range keras.Paths(parent, classes) {
		layers[i].Path = p
	}
}

// kerasClass is the class of the layer that an array is the first of.
func kerasClass(p Param) string {
	switch {
	case p.Role != Kernel:
		return "BatchNormalization"
	case len(p.Shape) == 2:
		return "Dense"
	case depthwise(p.Shape):
		return "DepthwiseConv2D"
	}
	return "Conv2D"
}
