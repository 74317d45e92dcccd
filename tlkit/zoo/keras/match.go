package keras

import (
	"fmt"
	"slices"
	"strconv"
)

// Match gives the layers of a file of Keras 3 names and classes, and puts them into the
// order of model: its layers that have variables, with Class and Name, in the order of
// model.layers (see [Paths] for those of nested models, whose Path has to be set). Where a
// layer of model has variables, their names are taken over, and number and shapes are
// compared; values are not needed. The error for a file that has other layers, names or
// shapes wraps [ErrMatch].
func (w *Weights) Match(model []Layer) error {
	if w.Form == Legacy {
		return w.fail(fmt.Errorf("a legacy file has names, not classes: %w", ErrUnsupported))
	}
	at := make(map[string]Layer, len(w.Layers))
	for _, l := range w.Layers {
		at[l.Path] = l
	}
	count := counter{}
	matched := make([]Layer, 0, len(model))
	for _, want := range model {
		if want.Path == "" {
			want.Path = containers[0] + "/" + count.next(want.Class)
		}
		l, ok := at[want.Path]
		if !ok {
			return w.fail(fmt.Errorf("no group %s, which would be layer %q (%s): %w", want.Path, want.Name, want.Class, ErrMatch))
		}
		delete(at, want.Path)
		if err := l.match(want); err != nil {
			return w.fail(fmt.Errorf("%s: %w: %w", l.title(), err, ErrMatch))
		}
		matched = append(matched, l)
	}
	for _, l := range w.Layers {
		if _, left := at[l.Path]; left {
			return w.fail(fmt.Errorf("%s: the model has no such layer: %w", l.title(), ErrMatch))
		}
	}
	w.Layers = matched
	return nil
}

// match takes over what the model says about a layer, if that can be.
func (l *Layer) match(want Layer) error {
	if l.Name != "" && want.Name != "" && l.Name != want.Name {
		return fmt.Errorf("the model has %q in its place", want.Name)
	}
	if want.Name != "" {
		l.Name = want.Name
	}
	l.Class = want.Class
	l.Variables = slices.Clone(l.Variables)
	if want.Variables == nil {
		for i, name := range namesOf(SnakeCase(l.Class), options{}, len(l.Variables)) {
			if l.Variables[i].Name == strconv.Itoa(i) {
				l.Variables[i].Name = name
			}
		}
		return nil
	}
	if len(l.Variables) != len(want.Variables) {
		return fmt.Errorf("%d variables, the model has %d there", len(l.Variables), len(want.Variables))
	}
	for i, v := range want.Variables {
		if got := l.Variables[i].Shape; !slices.Equal(got, v.Shape) {
			return fmt.Errorf("variable %q has shape %v, the model wants %v", v.Name, got, v.Shape)
		}
		l.Variables[i].Name = v.Name
	}
	return nil
}
