package keras

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// model is what the configuration of a model says about its layers.
type model struct {
	name    string
	entries map[string]entry  // by path in a Bare file
	classes map[string]string // by names, "/" between
	depth   int               // how many may be within each other
}

// entry is one layer of the configuration.
type entry struct {
	name, class string
	order       int
	options     options
}

// options are those that decide which variables a normalisation has.
type options struct{ known, center, scale bool }

func (m *model) at(path string) (entry, bool) {
	if m == nil {
		return entry{}, false
	}
	e, ok := m.entries[path]
	return e, ok
}

// order is the place of a layer in the model; what the configuration does not know, such as
// a part of an attention layer, goes with what holds it.
func (m *model) order(path string) int {
	for path != "" {
		if e, ok := m.entries[path]; ok {
			return e.order
		}
		path = path[:max(strings.LastIndexByte(path, '/'), 0)]
	}
	return math.MaxInt32
}

// node is an object of Keras as its configuration has it. Classes give fields of the same
// name other meanings, so each is looked at by itself.
type node map[string]any

func (n node) text(field string) string {
	s, _ := n[field].(string)
	return s
}

// object gives a field that is an object, or nothing.
func (n node) object(field string) node {
	o, _ := n[field].(map[string]any)
	return o
}

// layers gives the layers of a model. Before Keras 2.2.3 the config of a Sequential was the
// list itself.
func (n node) layers() []node {
	list, ok := n.object("config")["layers"].([]any)
	if !ok {
		list, _ = n["config"].([]any)
	}
	var out []node
	for _, v := range list {
		if l, ok := v.(map[string]any); ok {
			out = append(out, l)
		}
	}
	return out
}

func (n node) options() options {
	c := n.object("config")
	center, ok := c["center"].(bool)
	scale, ok2 := c["scale"].(bool)
	return options{ok && ok2, center, scale}
}

// parseConfig reads a model's configuration, which where names.
func parseConfig(b []byte, where string, limits Limits) (*model, error) {
	if int64(len(b)) > limits.JSON {
		return nil, fmt.Errorf("%s has %d bytes: %w (Limits.JSON)", where, len(b), ErrLimit)
	}
	var n node
	if err := json.Unmarshal(withoutNaN(b), &n); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", where, ErrFormat, err)
	}
	if n.text("class_name") == "" {
		return nil, fmt.Errorf("%s: no class_name: %w", where, ErrFormat)
	}
	m := &model{entries: map[string]entry{}, classes: map[string]string{}, depth: limits.Depth}
	m.name = n.object("config").text("name")
	if err := m.layers(n.layers(), "", nil); err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return m, nil
}

// withoutNaN puts null for NaN and Infinity, which Python writes and JSON does not have.
func withoutNaN(b []byte) []byte {
	if !bytes.Contains(b, []byte("NaN")) && !bytes.Contains(b, []byte("Infinity")) {
		return b
	}
	out := make([]byte, 0, len(b))
	for inText := false; len(b) > 0; {
		n := 1
		switch {
		case inText && b[0] == '\\':
			n = min(2, len(b))
		case b[0] == '"':
			inText = !inText
		}
		piece := b[:n]
		for _, word := range []string{"NaN", "-Infinity", "Infinity"} {
			if !inText && bytes.HasPrefix(b, []byte(word)) {
				n, piece = len(word), []byte("null")
			}
		}
		out = append(out, piece...)
		b = b[n:]
	}
	return out
}

// layers takes note of the layers of one model. path is that of the model.
func (m *model) layers(list []node, path string, within []string) error {
	count := counter{}
	for _, n := range list {
		class := n.text("class_name")
		if class == "" || strings.Contains(n.text("module"), ".ops.") { // an operation such as x + y is no layer
			continue
		}
		if err := m.layer(n, join(path, containers[0]+"/"+count.next(class)), within); err != nil {
			return err
		}
	}
	return nil
}

func join(path, rest string) string { return strings.TrimPrefix(path+"/"+rest, "/") }

// parts are the attributes of wrappers and recurrent layers that hold a layer.
var parts = []string{"layer", "forward_layer", "backward_layer", "cell"}

// layer takes note of a layer and of what is within it.
func (m *model) layer(n node, path string, within []string) error {
	if len(within) >= m.depth {
		return fmt.Errorf("more than %d models and layers within each other: %w (Limits.Depth)", m.depth, ErrLimit)
	}
	c := n.object("config")
	name := c.text("name")
	m.entries[path] = entry{name: name, class: n.text("class_name"), order: len(m.entries), options: n.options()}
	inside := append(within[:len(within):len(within)], name)
	m.classes[strings.Join(inside, "/")] = n.text("class_name")
	for _, part := range parts {
		if o := c.object(part); o.text("class_name") != "" {
			if err := m.layer(o, join(path, part), inside); err != nil {
				return err
			}
		}
	}
	return m.layers(n.layers(), path, inside)
}
