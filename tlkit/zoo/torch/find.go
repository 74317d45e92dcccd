package torch

import (
	"fmt"
	"strings"
)

// This file looks for the state dict in what a checkpoint holds.

// holders are the names that training programs keep the state dict under, beside the
// epoch, the optimizer and the like; the first one that is there counts.
var holders = []string{"state_dict", "model_state_dict", "model", "module", "net", "network", "weights", "params",
	"state_dict_ema", "model_ema", "ema"}

// prefixes are what wrappers of a model put before all of its names.
var prefixes = []string{"module.", "_orig_mod."}

// find gives a state without its tensors, and a view for each of its names.
func find(value any, limits Limits) (*State, []view, error) {
	d, ok := value.(*dict)
	if !ok {
		return nil, nil, fmt.Errorf("%w: it holds no dict of tensors; save the model's state_dict()", ErrFormat)
	}
	s := &State{}
	for range 3 { // no program nests them deeper
		inner, name := d.holder()
		if inner == nil {
			break
		}
		d, s.Under = inner, strings.TrimPrefix(s.Under+"."+name, ".")
	}
	views, err := s.list(d, limits)
	if err != nil {
		return nil, nil, err
	}
	s.strip()
	return s, views, nil
}

// holder gives the dict under the first of holders, or nil.
func (d *dict) holder() (*dict, string) {
	for _, name := range holders {
		for i, k := range d.keys {
			if inner, ok := d.values[i].(*dict); ok && k == name && len(inner.keys) > 0 {
				return inner, name
			}
		}
	}
	return nil, ""
}

// list fills Names and Skipped from the state dict.
func (s *State) list(d *dict, limits Limits) ([]view, error) {
	if len(d.keys) > limits.Tensors {
		return nil, fmt.Errorf("%w: %d tensors, more than the limit of %d", ErrFormat, len(d.keys), limits.Tensors)
	}
	var views []view
	seen := map[string]bool{}
	for i, k := range d.keys {
		name, ok := k.(string)
		if !ok {
			return nil, fmt.Errorf("%w: entry %d of the state dict has no text for a name", ErrFormat, i)
		}
		if seen[name] {
			return nil, fmt.Errorf("%w: tensor %q comes twice", ErrFormat, name)
		}
		seen[name] = true
		v, ok := d.values[i].(view)
		if !ok {
			s.Skipped = append(s.Skipped, name)
			continue
		}
		s.Names, views = append(s.Names, name), append(views, v)
	}
	if len(views) == 0 && len(d.keys) > 0 {
		return nil, fmt.Errorf("%w: it holds no tensors, but %s, and none of %s; save the model's state_dict()",
			ErrFormat, few(s.Skipped), strings.Join(holders, ", "))
	}
	return views, nil
}

// strip takes off the prefixes that all names have.
func (s *State) strip() {
	for again := len(s.Names) > 0; again; {
		again = false
		for _, p := range prefixes {
			if s.cut(p) {
				s.Prefix += p
				again = true
			}
		}
	}
}

func (s *State) cut(prefix string) bool {
	for _, n := range s.Names {
		if len(n) <= len(prefix) || !strings.HasPrefix(n, prefix) {
			return false
		}
	}
	for i, n := range s.Names {
		s.Names[i] = n[len(prefix):]
	}
	return true
}

// few lists at most five names.
func few(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
