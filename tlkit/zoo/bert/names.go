package bert

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/zoo"
	"transferlab/tlkit/zoo/safetensors"
	"transferlab/tlkit/zoo/torch"
)

// This file brings weights from transformers' names and layout into this package's, and
// back. PyTorch keeps a dense layer's kernel as [out, in].

// theirs gives transformers' name of an array, without a prefix.
func theirs(p zoo.Param) string {
	group, rest, _ := strings.Cut(p.Name, "/")
	switch {
	case group == "embeddings" && rest == "words":
		return "embeddings.word_embeddings.weight"
	case group == "embeddings" && rest == "positions":
		return "embeddings.position_embeddings.weight"
	case group == "embeddings" && rest == "types":
		return "embeddings.token_type_embeddings.weight"
	case group == "embeddings":
		return "embeddings.LayerNorm." + suffix(p)
	case group == "pooler":
		return "pooler.dense." + suffix(p)
	}
	layer := map[string]string{
		"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
		"attention": "attention.output.dense", "attention/norm": "attention.output.LayerNorm",
		"expand": "intermediate.dense", "project": "output.dense", "norm": "output.LayerNorm",
	}
	at := strings.LastIndexByte(rest, '/')
	return fmt.Sprintf("encoder.layer.%d.%s.%s", p.Group-1, layer[rest[:at]], suffix(p))
}

func suffix(p zoo.Param) string {
	if p.Role == zoo.Kernel || p.Role == zoo.Scale {
		return "weight"
	}
	return "bias"
}

// flipped says whether the array is transposed in the file: kernels are, tables are not.
func flipped(p zoo.Param) bool { return strings.HasSuffix(p.Name, "/kernel") }

// ours takes off what differs between files: the prefix that the encoder has within a
// larger model, and the old names of a layer norm's arrays.
func ours(name string) string {
	for _, prefix := range []string{"bert.", "model."} {
		name = strings.TrimPrefix(name, prefix)
	}
	if rest, ok := strings.CutSuffix(name, "LayerNorm.gamma"); ok {
		return rest + "LayerNorm.weight"
	}
	if rest, ok := strings.CutSuffix(name, "LayerNorm.beta"); ok {
		return rest + "LayerNorm.bias"
	}
	return name
}

// file is an opened file of weights.
type file struct {
	path    string
	tensors map[string]tensor // by the name that ours gives
	close   func() error
}

// tensor is a tensor of either format.
type tensor struct {
	name  string // in the file
	shape []int
	into  func(dst []float32) error
}

// openFile opens a .bin of PyTorch, a .safetensors, or the .json that lists several.
func openFile(path string) (*file, error) {
	f := &file{path: path, tensors: map[string]tensor{}}
	var err error
	add := func(t tensor) {
		n := ours(t.name)
		if had, twice := f.tensors[n]; twice {
			err = cmp.Or(err, fmt.Errorf("%s: %w: %q and %q are one array", path, zoo.ErrShape, had.name, t.name))
		}
		f.tensors[n] = t
	}
	if filepath.Ext(path) == ".bin" {
		s, failed := torch.Open(path, torch.Limits{})
		if failed != nil {
			return nil, failed
		}
		f.close = s.Close
		for _, t := range s.Tensors() {
			add(tensor{t.Name, t.Shape, t.Float32Into})
		}
	} else {
		open := safetensors.Open
		if filepath.Ext(path) == ".json" {
			open = safetensors.OpenIndex
		}
		s, failed := open(path, safetensors.Limits{})
		if failed != nil {
			return nil, failed
		}
		f.close = s.Close
		for _, t := range s.Tensors() {
			add(tensor{t.Name, t.Shape, t.Float32Into})
		}
	}
	if err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// pooler says whether the file holds one.
func (f *file) pooler() bool { _, ok := f.tensors["pooler.dense.weight"]; return ok }

// arrays reads what the model needs. Heads of other tasks in the file are left where they
// are; parts of an encoder that the model does not have are an error.
func (f *file) arrays(ctx context.Context, m *Model) (zoo.Arrays, error) {
	params := m.Params(0, len(m.Groups))
	if err := f.match(m, params); err != nil {
		return nil, err
	}
	values := make([][]float32, len(params))
	errs := make([]error, len(params))
	err := parallel.Each(ctx, len(params), func(i int) {
		p := params[i]
		values[i] = make([]float32, zoo.Size(p.Shape))
		errs[i] = f.tensors[theirs(p)].into(values[i])
		if flipped(p) {
			values[i] = transposed(values[i], p.Shape[1], p.Shape[0])
		}
	})
	if err != nil {
		return nil, err
	}
	out := make(zoo.Arrays, len(params))
	for i, p := range params {
		if errs[i] != nil {
			return nil, fmt.Errorf("%s: %w", f.path, errs[i])
		}
		out[p.Name] = zoo.Array{Name: p.Name, Shape: p.Shape, Value: values[i]}
	}
	return out, nil
}

// match compares names and shapes before anything is read.
func (f *file) match(m *Model, params []zoo.Param) error {
	needed := map[string]bool{"embeddings.position_ids": true} // a constant in old files
	for _, p := range params {
		name, want := theirs(p), p.Shape
		needed[name] = true
		if flipped(p) {
			want = []int{want[1], want[0]}
		}
		t, ok := f.tensors[name]
		if !ok {
			return fmt.Errorf("%s: %w: %q, shape %v; the file holds %s", f.path, zoo.ErrMissing, name, want, f.looks())
		}
		if !slices.Equal(t.shape, want) {
			return fmt.Errorf("%s: %w: %q is %v, the model needs %v", f.path, zoo.ErrShape, t.name, t.shape, want)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.tensors)) {
		part, _, _ := strings.Cut(name, ".")
		if !needed[name] && (part == "embeddings" || part == "encoder" || part == "pooler" && m.Config.Pooler) {
			return fmt.Errorf("%s: %w: %q is not of this model, which has %d layers", f.path, zoo.ErrShape, name, m.Config.Layers)
		}
	}
	return nil
}

// looks says in words what a file holds.
func (f *file) looks() string {
	names := slices.Sorted(maps.Keys(f.tensors))
	if len(names) == 0 {
		return "no tensors"
	}
	for _, kind := range []struct{ part, what string }{
		{"transformer.layer.0", "DistilBERT"}, {"roberta.", "RoBERTa"}, {"relative_attention_bias", "MPNet or T5"},
		{"albert", "ALBERT"}, {"encoder.layer.", "another encoder of BERT's family"},
	} {
		if slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, kind.part) }) {
			return fmt.Sprintf("%d tensors of what looks like %s", len(names), kind.what)
		}
	}
	return fmt.Sprintf("%d tensors, as %q", len(names), names[0])
}

// transposed turns rows×columns numbers, a square of them at a time so that both sides
// stay in the cache.
func transposed(v []float32, rows, columns int) []float32 {
	const side = 32
	out := make([]float32, len(v))
	for top := 0; top < rows; top += side {
		for left := 0; left < columns; left += side {
			for r := top; r < min(top+side, rows); r++ {
				for c := left; c < min(left+side, columns); c++ {
					out[c*rows+r] = v[r*columns+c]
				}
			}
		}
	}
	return out
}

// tensorsOf gives the arrays as transformers' BertModel has them.
func (m *Model) tensorsOf(arrays zoo.Arrays) []safetensors.Tensor {
	var out []safetensors.Tensor
	for _, p := range m.Params(0, len(m.Groups)) {
		v, shape := arrays[p.Name].Value, p.Shape
		if flipped(p) {
			v, shape = transposed(v, shape[0], shape[1]), []int{shape[1], shape[0]}
		}
		out = append(out, safetensors.FromFloat32(theirs(p), v, shape...))
	}
	return out
}
