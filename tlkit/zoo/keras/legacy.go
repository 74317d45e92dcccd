package keras

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"transferlab/tlkit/zoo/hdf5"
)

// legacy reads a Legacy file. weights is the group with layer_names; root may have the
// model's configuration.
func (w *Weights) legacy(weights, root *hdf5.Group, limits Limits) error {
	w.Form = Legacy
	var err error
	if w.Version, err = text(weights, "keras_version"); err != nil {
		return err
	}
	classes, err := w.legacyClasses(root, limits)
	if err != nil {
		return err
	}
	names, err := list(weights, "layer_names", limits)
	if err != nil {
		return err
	}
	if name, ok := twice(names); ok {
		return fmt.Errorf("two layers called %q in layer_names: %w", name, ErrFormat)
	}
	const ofModel = "top_level_model_weights" // variables of the model that are in no layer
	if weights.Has(ofModel) && !slices.Contains(names, ofModel) {
		names = append(names, ofModel)
	}
	variables := 0
	for _, name := range names {
		layers, err := w.legacyLayer(weights, name, limits)
		if err != nil {
			return fmt.Errorf("layer %q: %w", name, err)
		}
		for _, l := range layers {
			l.Class = classes[strings.Join(append(slices.Clone(l.Within), l.Name), "/")]
			variables += len(l.Variables)
			w.Layers = append(w.Layers, l)
		}
		if variables > limits.Variables {
			return fmt.Errorf("more than %d variables: %w (Limits.Variables)", limits.Variables, ErrLimit)
		}
	}
	return nil
}

// legacyClasses gives the classes of the layers by their names, those within others with
// "/" between, as far as the file tells: it does where it holds a whole model.
func (w *Weights) legacyClasses(root *hdf5.Group, limits Limits) (map[string]string, error) {
	if !root.HasAttr("model_config") {
		return nil, nil
	}
	b, err := text(root, "model_config")
	if err != nil {
		return nil, err
	}
	m, err := parseConfig([]byte(b), "model_config", limits)
	if err != nil {
		return nil, err
	}
	w.Model = m.name
	return m.classes, nil
}

// legacyLayer reads the group of a layer. That of a nested model, and of a layer that is
// made of layers, holds the variables of all of them: each becomes a layer of its own.
func (w *Weights) legacyLayer(weights *hdf5.Group, name string, limits Limits) ([]Layer, error) {
	if !plain(name) {
		return nil, fmt.Errorf("a name with empty parts: %w", ErrFormat)
	}
	g, err := weights.Group(name)
	if err != nil {
		return nil, sound(err)
	}
	paths, err := list(g, "weight_names", limits)
	if err != nil {
		return nil, err
	}
	if path, ok := twice(paths); ok {
		return nil, fmt.Errorf("two variables called %q in weight_names: %w", path, ErrFormat)
	}
	for _, path := range paths {
		if !plain(path) {
			return nil, fmt.Errorf("variable %q: a name with empty parts: %w", path, ErrFormat)
		}
	}
	return w.owners(g, name, paths)
}

// owners shares out the variables of a group among the layers that they belong to.
func (w *Weights) owners(g *hdf5.Group, name string, paths []string) ([]Layer, error) {
	var layers []Layer
	at := map[string]int{}
	alone := oneOwner(paths)
	for _, path := range paths {
		d, err := g.Dataset(path)
		if err != nil {
			return nil, fmt.Errorf("variable %q: %w", path, sound(err))
		}
		owner := ownerOf(name, path, alone)
		key := strings.Join(owner, "/")
		i, ok := at[key]
		if !ok {
			i = len(layers)
			at[key] = i
			layers = append(layers, Layer{Name: owner[len(owner)-1], Within: owner[:len(owner)-1]})
		}
		l := &layers[i]
		l.Variables = append(l.Variables, w.stored(*l, path, d))
	}
	for i := range layers {
		layers[i].renameOlder()
	}
	return layers, nil
}

// oneOwner says whether all variables have the same name before their own.
func oneOwner(paths []string) bool {
	for _, p := range paths {
		if strings.TrimSuffix(p, last(p)) != strings.TrimSuffix(paths[0], last(paths[0])) {
			return false
		}
	}
	return true
}

// plain says whether a path leads down from where it begins.
func plain(path string) bool {
	parts := strings.Split(path, "/")
	return !slices.ContainsFunc(parts, func(p string) bool { return p == "" || p == "." || p == ".." })
}

// ownerOf gives the names that lead to the layer that a weight belongs to, from that of the
// group on. alone says that the group has no other layer's weights.
//
//	group conv1     conv1/kernel:0               conv1
//	group conv1     model/conv1/kernel           conv1
//	group conv1     conv1_1/kernel:0, alone      conv1 (TensorFlow had that name already)
//	group conv1     conv1_W:0, kernel            conv1
//	group backbone  conv1/kernel:0               backbone conv1
//	group backbone  backbone/conv1/kernel        backbone conv1
func ownerOf(group, path string, alone bool) []string {
	parts := strings.Split(path, "/")
	parts = parts[:len(parts)-1]
	if i := slices.Index(parts, group); i >= 0 {
		parts = parts[i+1:]
	} else if len(parts) > 0 && alone {
		if kind, _ := splitNumber(parts[len(parts)-1]); kind == group {
			parts = nil
		}
	}
	return append([]string{group}, parts...)
}

// renameOlder gives the variables, which have the names of the file, those of Keras 3.
func (l *Layer) renameOlder() {
	var names, numbered []string
	for _, v := range l.Variables {
		name := strings.TrimPrefix(strings.TrimSuffix(last(v.Name), ":0"), l.Name+"_")
		kind, _ := splitNumber(name)
		names, numbered = append(names, orName(olderNames, kind)), append(numbered, orName(olderNames, name))
	}
	if _, same := twice(names); same { // the numbers matter
		names = numbered
	}
	if i := slices.Index(names, "depthwise_kernel"); i >= 0 && !slices.Contains(names, "pointwise_kernel") {
		names[i] = "kernel" // of a separable convolution both keep their names
	}
	for i := range names {
		l.Variables[i].Name = names[i]
	}
}

func orName(names map[string]string, name string) string {
	if n, ok := names[name]; ok {
		return n
	}
	return name
}

func twice(names []string) (string, bool) {
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if seen[name] {
			return name, true
		}
		seen[name] = true
	}
	return "", false
}

// hasList says whether there is a list of texts, whole or in pieces.
func hasList(g *hdf5.Group, name string) bool { return g.HasAttr(name) || g.HasAttr(name+"0") }

// list reads a list of texts. One that is too long for an attribute is kept in pieces:
// name0, name1, ….
func list(g *hdf5.Group, name string, limits Limits) ([]string, error) {
	if a, err := g.Attr(name); err == nil {
		return texts(a)
	} else if !errors.Is(err, hdf5.ErrMissing) || !hasList(g, name) {
		return nil, sound(err)
	}
	var all []string
	for i := 0; ; i++ {
		a, err := g.Attr(fmt.Sprint(name, i))
		if errors.Is(err, hdf5.ErrMissing) {
			return all, nil
		}
		if err != nil {
			return nil, sound(err)
		}
		piece, err := texts(a)
		if err != nil {
			return nil, err
		}
		if all = append(all, piece...); len(all) > limits.Variables {
			return nil, fmt.Errorf("more than %d entries in %s: %w (Limits.Variables)", limits.Variables, name, ErrLimit)
		}
	}
}

// texts reads an attribute. An empty list is one of numbers for h5py.
func texts(a *hdf5.Attribute) ([]string, error) {
	if len(a.Shape) == 1 && a.Shape[0] == 0 {
		return nil, nil
	}
	v, err := a.Strings()
	return v, sound(err)
}

// text reads a single text, "" where there is none.
func text(g *hdf5.Group, name string) (string, error) {
	a, err := g.Attr(name)
	if errors.Is(err, hdf5.ErrMissing) {
		return "", nil
	}
	if err != nil {
		return "", sound(err)
	}
	v, err := a.Strings()
	if err == nil && len(v) != 1 {
		err = fmt.Errorf("attribute %q has %d texts: %w", name, len(v), ErrFormat)
	}
	if err != nil {
		return "", sound(err)
	}
	return v[0], nil
}
