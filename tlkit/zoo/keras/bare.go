package keras

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"transferlab/tlkit/zoo/hdf5"
)

// containers hold the layers of a model: as Keras calls them, and as TF-Keras 2.12 does.
var containers = []string{"layers", "_layer_checkpoint_dependencies"}

// notWeights are what else a model has at its root, after leading underscores.
var notWeights = []string{"optimizer", "metrics", "compile_metrics", "compile_loss", "loss_tracker"}

// bare reads the groups of a Bare file. known is what config.json says about the layers'
// paths; nil where there is none.
func (w *Weights) bare(root *hdf5.Group, known *model, limits Limits) error {
	t := tour{Weights: w, known: known, limits: limits}
	if err := t.object(root, "", place{}, 0); err != nil {
		return err
	}
	if !t.keras {
		return fmt.Errorf("an HDF5 file, but not one of Keras: it has no layer_names and no group vars: %w", ErrFormat)
	}
	if known != nil {
		slices.SortStableFunc(w.Layers, func(a, b Layer) int { return known.order(a.Path) - known.order(b.Path) })
	}
	return nil
}

// tour goes through the groups of a Bare file.
type tour struct {
	*Weights
	known  *model
	limits Limits

	groups, variables int
	keras             bool // a group vars was there
}

// place is where the tour is.
type place struct {
	within []string // names of the objects around
	listed bool     // in a container: the group is called by the layer's class
}

// object reads what has a group of its own: its variables, then its parts.
func (t *tour) object(g *hdf5.Group, path string, at place, depth int) error {
	if t.groups++; t.groups > t.limits.Variables {
		return fmt.Errorf("more than %d groups: %w (Limits.Variables)", t.limits.Variables, ErrLimit)
	}
	if depth > t.limits.Depth*2 { // a model takes two groups, its own and "layers"
		return fmt.Errorf("%s: more than %d models and layers within each other: %w (Limits.Depth)", path, t.limits.Depth, ErrLimit)
	}
	names, err := g.Names()
	if err != nil {
		return sound(err)
	}
	l := Layer{Path: strings.ReplaceAll(path, containers[1], containers[0]), Within: at.within}
	if slices.Contains(names, "vars") {
		if err := t.layer(g, &l, at); err != nil {
			return err
		}
	}
	inside := at.within
	if path != "" && !slices.Contains(containers, last(path)) {
		inside = append(slices.Clone(at.within), l.Name)
	}
	slices.SortFunc(names, byNumber)
	for _, name := range names {
		if name == "vars" || path == "" && slices.Contains(notWeights, strings.TrimLeft(name, "_")) {
			continue
		}
		child, err := g.Group(name)
		if errors.Is(err, hdf5.ErrMissing) { // a dataset beside vars is none of Keras's
			continue
		}
		if err != nil {
			return sound(err)
		}
		if err := t.object(child, join(path, name), place{inside, slices.Contains(containers, last(path))}, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// byNumber sorts conv2d_9 before conv2d_10.
func byNumber(a, b string) int {
	kindA, nA := splitNumber(a)
	kindB, nB := splitNumber(b)
	if d := strings.Compare(kindA, kindB); d != 0 {
		return d
	}
	return nA - nB
}

// layer reads the group vars of an object and keeps it as a layer if there is any variable.
func (t *tour) layer(g *hdf5.Group, l *Layer, at place) error {
	vars, err := g.Group("vars")
	if err != nil {
		return sound(err)
	}
	t.keras = true
	entry, known := t.known.at(l.Path)
	if l.Name, err = nameAttr(vars); err != nil {
		return err
	}
	if known && (l.Name == "" || l.Name == entry.name) {
		l.Name, l.Class = entry.name, entry.class
	}
	if l.Path == "" {
		t.Model, l.Within = l.Name, nil
	}
	kind, _ := splitNumber(last(l.Path))
	if l.Class != "" {
		kind = SnakeCase(l.Class)
	} else if !at.listed {
		kind = ""
	}
	names, err := vars.Names()
	if err != nil || len(names) == 0 {
		return sound(err)
	}
	if t.variables += len(names); t.variables > t.limits.Variables {
		return fmt.Errorf("more than %d variables: %w (Limits.Variables)", t.limits.Variables, ErrLimit)
	}
	for i, name := range namesOf(kind, entry.options, len(names)) {
		d, err := vars.Dataset(strconv.Itoa(i))
		if err != nil {
			return fmt.Errorf("%s, %d variables: %w", l.title(), len(names), sound(err))
		}
		l.Variables = append(l.Variables, t.stored(*l, name, d))
	}
	t.Layers = append(t.Layers, *l)
	return nil
}

// nameAttr is the layer's name as Keras 3.6 and later note it, or "".
func nameAttr(vars *hdf5.Group) (string, error) {
	a, err := vars.Attr("name")
	if errors.Is(err, hdf5.ErrMissing) {
		return "", nil
	}
	if err != nil {
		return "", sound(err)
	}
	text, err := a.Strings()
	if err == nil && len(text) != 1 {
		err = fmt.Errorf("%s: the attribute \"name\" has %d texts: %w", vars.Path(), len(text), ErrFormat)
	}
	if err != nil {
		return "", sound(err)
	}
	return text[0], nil
}
