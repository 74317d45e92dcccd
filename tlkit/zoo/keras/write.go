package keras

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"transferlab/tlkit/replace"
	"transferlab/tlkit/zoo/hdf5"
)

// Write writes a Bare file, .weights.h5, that model.load_weights of Keras 3 loads into a
// model whose layers have the classes given, in the order of model.layers; see the package
// comment. Layers without variables need not be there. A layer with a Path goes there
// instead of being counted, so that those of a nested model find their place: see [Paths].
//
// Variables go by their order in the layer, which has to be Keras's; as float32, whatever
// they were read as. They are read one after the other when it is their turn. Equal content
// gives equal bytes.
//
// Keras 3.0.5, 3.3.3, 3.6.0, 3.15.1 and TF-Keras 2.21.0 were tried, and all load the file.
func Write(w io.Writer, layers []Layer) error {
	var root hdf5.Draft
	root.Group("vars") // of the model itself
	count := counter{}
	seen := map[string]bool{}
	for i, l := range layers {
		if l.Path == "" {
			if SnakeCase(l.Class) == "" {
				return fmt.Errorf("keras: writing: layer %d, %q: no class", i, l.Name)
			}
			l.Path = containers[0] + "/" + count.next(l.Class)
		}
		if seen[l.Path] || !plain(l.Path) || slices.Contains(strings.Split(l.Path, "/"), "vars") {
			return fmt.Errorf("keras: writing: layer %d, %q: the path %q is used twice or cannot be", i, l.Name, l.Path)
		}
		seen[l.Path] = true
		vars := object(&root, l.Path)
		if l.Name != "" {
			vars.SetAttr("name", hdf5.Texts(nil, l.Name))
		}
		for k, v := range l.Variables {
			vars.Set(strconv.Itoa(k), hdf5.Float32s(v.Shape, v.checked(l)))
		}
	}
	if err := root.Write(w); err != nil {
		return fmt.Errorf("keras: %w", err)
	}
	return nil
}

// object gives the group vars of an object. Older versions of Keras want one in all that it
// is a part of too.
func object(root *hdf5.Draft, path string) *hdf5.Draft {
	for i, c := range path {
		if c == '/' && last(path[:i]) != containers[0] {
			root.Group(path[:i] + "/vars")
		}
	}
	return root.Group(path + "/vars")
}

// checked reads the values, and says whose they are if that cannot be.
func (v Variable) checked(l Layer) func() ([]float32, error) {
	return func() ([]float32, error) {
		values, err := v.Float32()
		if err == nil && len(values) != v.Len() {
			err = fmt.Errorf("%d values for a shape of %v", len(values), v.Shape)
		}
		if err != nil {
			return nil, fmt.Errorf("%s, variable %q: %w", l.title(), v.Name, err)
		}
		return values, nil
	}
}

// WriteFile writes the file at path whole or not at all. Keras wants its name to end in
// .weights.h5.
func WriteFile(path string, layers []Layer) error {
	if err := replace.With(path, func(w io.Writer) error { return Write(w, layers) }); err != nil {
		return fmt.Errorf("%w (%s)", err, path)
	}
	return nil
}
