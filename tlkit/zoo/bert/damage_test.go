package bert

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"transferlab/tlkit/zoo"
	"transferlab/tlkit/zoo/safetensors"
)

// spoil changes a folder.
type spoil func(folder string) error

func remove(name string) spoil {
	return func(folder string) error { return os.Remove(filepath.Join(folder, name)) }
}

func set(name, content string) spoil {
	return func(folder string) error { return os.WriteFile(filepath.Join(folder, name), []byte(content), 0o666) }
}

func edit(name, old, new string) spoil {
	return func(folder string) error {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil && !strings.Contains(string(data), old) {
			err = fmt.Errorf("%s holds no %s", name, old)
		}
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(folder, name), []byte(strings.Replace(string(data), old, new, 1)), 0o666)
	}
}

// rename gives the tensors other names.
func rename(old, new string) spoil {
	return func(folder string) error {
		path := filepath.Join(folder, "model.safetensors")
		f, err := safetensors.Open(path, safetensors.Limits{})
		if err != nil {
			return err
		}
		defer f.Close()
		var all []safetensors.Tensor
		for _, t := range f.Tensors() {
			v, err := t.Float32()
			if err != nil {
				return err
			}
			all = append(all, safetensors.FromFloat32(strings.Replace(t.Name, old, new, 1), v, t.Shape...))
		}
		return safetensors.WriteFile(path, nil, all)
	}
}

func load(ctx context.Context, folder string) error {
	m, err := Open(folder)
	if err != nil {
		return err
	}
	if _, err := m.Weights(ctx); err != nil {
		return err
	}
	_, err = m.Tokenizer(ctx)
	return err
}

// TestDamaged spoils one file of a folder at a time.
func TestDamaged(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil spoil
		want  error  // nil: any
		says  string // "": no error
	}{
		{"sound", func(string) error { return nil }, nil, ""},
		{"a prefix", rename("e", "bert.e"), nil, ""},
		{"no config", remove("config.json"), os.ErrNotExist, "config.json"},
		{"no weights", remove("model.safetensors"), os.ErrNotExist, "pytorch_model.bin"},
		{"another model", edit("config.json", `"model_type": "bert"`, `"model_type": "gpt2"`), ErrConfig, "gpt2"},
		{"heads that do not fit", edit("config.json", `"num_attention_heads": 4`, `"num_attention_heads": 5`), ErrConfig, "heads"},
		{"a vast table", edit("config.json", `"vocab_size": 260`, `"vocab_size": 26000000000`), ErrConfig, "vocab_size"},
		{"a vast layer", edit("config.json", `"intermediate_size": 64`, `"intermediate_size": 262145`), ErrConfig, "intermediate_size"},
		{"an unknown activation", edit("config.json", `"hidden_act": "gelu"`, `"hidden_act": "swish"`), ErrConfig, "swish"},
		{"a decoder", edit("config.json", `"is_decoder": false`, `"is_decoder": true`), ErrConfig, "decoder"},
		{"no JSON", set("config.json", "{"), ErrConfig, "config.json"},
		{"vast settings", set("modules.json", strings.Repeat(" ", 2<<20)), ErrConfig, "modules.json"},
		{"another module", edit("modules.json", "models.Normalize", "models.Dense"), ErrConfig, "Dense"},
		{"a module elsewhere", edit("modules.json", "1_Pooling", "../../1_Pooling"), ErrConfig, "outside"},
		{"two poolings", edit("1_Pooling/config.json", `cls_token":false`, `cls_token":true`), ErrConfig, "2 poolings"},
		{"no pooling", edit("1_Pooling/config.json", `mean_tokens":true`, `mean_tokens":false`), ErrConfig, "0 poolings"},
		{"an unknown pooling", edit("1_Pooling/config.json", `sqrt_len_tokens":false`, `sqrt_len_tokens":true`), ErrConfig, "sqrt"},
		{"a table of another size", edit("config.json", `"vocab_size": 260`, `"vocab_size": 261`), zoo.ErrShape, "word_embeddings"},
		{"fewer positions", edit("config.json", `"max_position_embeddings": 40`, `"max_position_embeddings": 39`), zoo.ErrShape, "position_embeddings"},
		{"a layer too many", edit("config.json", `"num_hidden_layers": 2`, `"num_hidden_layers": 3`), zoo.ErrMissing, "encoder.layer.2"},
		{"a layer too few", edit("config.json", `"num_hidden_layers": 2`, `"num_hidden_layers": 1`), zoo.ErrShape, "encoder.layer.1"},
		{"DistilBERT's names", rename("encoder.layer", "transformer.layer"), zoo.ErrMissing, "DistilBERT"},
		{"a name missing", rename("encoder.layer.1.output.dense.bias", "encoder_bias"), zoo.ErrMissing, "encoder.layer.1.output.dense.bias"},
		{"two of a name", rename("pooler.dense.weight", "bert.pooler.dense.bias"), zoo.ErrShape, "one array"},
		{"a tokenizer of nothing", set("tokenizer.json", "{}"), nil, "WordPiece"},
		{"two tokens of a number", edit("tokenizer.json", `"content": "[MASK]"`, `"content": "[MUSK]"`), nil, "both token"},
	} {
		folder := filepath.Join(t.TempDir(), "gelu")
		if err := os.CopyFS(folder, os.DirFS("testdata/gelu")); err != nil {
			t.Fatal(err)
		}
		if err := c.spoil(folder); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		err := load(t.Context(), folder)
		switch {
		case c.says == "" && err == nil:
		case err == nil || c.says == "" || !strings.Contains(err.Error(), c.says) || c.want != nil && !errors.Is(err, c.want):
			t.Errorf("%s: %v, want %v that says %q", c.name, err, c.want, c.says)
		}
	}
}

// TestCut cuts each file at every hundredth of its length.
func TestCut(t *testing.T) {
	for _, name := range []string{"gelu/model.safetensors", "gelu/config.json", "gelu/tokenizer.json", "gelu_new/pytorch_model.bin"} {
		folder := filepath.Join(t.TempDir(), "model")
		if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", filepath.Dir(name)))); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, filepath.Base(name))
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for hundredth := range 100 {
			if err := os.WriteFile(path, data[:len(data)*hundredth/100], 0o666); err != nil {
				t.Fatal(err)
			}
			if err := load(t.Context(), folder); err == nil {
				t.Errorf("%s: %d %% of it are taken for all", name, hundredth)
			}
		}
	}
}

func FuzzDecodeConfig(f *testing.F) {
	for _, name := range []string{"gelu", "gelu_new", "relu"} {
		data, err := os.ReadFile(filepath.Join("testdata", name, "config.json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := DecodeConfig(data)
		if err != nil {
			if !errors.Is(err, ErrConfig) {
				t.Fatal(err)
			}
			return
		}
		if m, err := New("", c); err != nil || m.Card.Parameters < 1 {
			t.Fatal(err)
		}
	})
}
