package bert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"transferlab/tlkit/replace"
	"transferlab/tlkit/zoo"
	"transferlab/tlkit/zoo/bert/wordpiece"
	"transferlab/tlkit/zoo/safetensors"
)

// This file reads and writes a model's folder, as transformers and sentence-transformers
// lay it out:
//
//	config.json                  Config
//	model.safetensors            the weights; or pytorch_model.bin, or an index of several files
//	tokenizer.json               the tokenizer; or vocab.txt and tokenizer_config.json
//	modules.json                 what follows on the encoder: pooling, normalising
//	1_Pooling/config.json        Sentence.Pooling
//	sentence_bert_config.json    Sentence.MaxLength
//
// The last three may be missing; texts are then pooled by their mean.

// weightFiles are the names under which weights lie in a folder, the first that is there
// being taken.
var weightFiles = []string{"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"}

// Open reads a folder. The weights and the tokenizer are read when they are asked for.
// Errors wrap [ErrConfig], or are those of the files.
func Open(folder string) (*Model, error) {
	weights, err := weightFile(folder)
	if err != nil {
		return nil, fmt.Errorf("bert: %w", err)
	}
	m, err := describe(folder, weights)
	if err != nil {
		return nil, fmt.Errorf("bert: %s: %w", folder, err)
	}
	m.weights.load = func(ctx context.Context) (zoo.Arrays, error) { return readWeights(ctx, weights, m) }
	m.tokenizer.load = func(context.Context) (*wordpiece.Tokenizer, error) { return readTokenizer(folder, m.Config) }
	return m, nil
}

func describe(folder, weights string) (*Model, error) {
	data, err := small(filepath.Join(folder, "config.json"))
	if err != nil {
		return nil, err
	}
	c, err := DecodeConfig(data)
	if err != nil {
		return nil, err
	}
	f, err := openFile(weights) // only to see whether there is a pooler
	if err != nil {
		return nil, err
	}
	c.Pooler = f.pooler()
	f.close()
	m, err := New(filepath.Base(folder), c)
	if err != nil {
		return nil, err
	}
	m.Sentence, err = readSentence(folder, c)
	return m, err
}

func weightFile(folder string) (string, error) {
	for _, name := range weightFiles {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s holds none of %s: %w", folder, strings.Join(weightFiles, ", "), fs.ErrNotExist)
}

func readWeights(ctx context.Context, path string, m *Model) (zoo.Arrays, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.close()
	return f.arrays(ctx, m)
}

// small reads a file of settings, which is at most a megabyte.
func small(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	const most = 1 << 20
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(data) > most {
		err = fmt.Errorf("%s: %w: more than %d bytes of settings", path, ErrConfig, most)
	}
	return data, err
}

// settings decodes a file of settings that may be missing; v is then left as it is.
func settings(path string, v any) error {
	data, err := small(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w: %w", path, ErrConfig, err)
	}
	return nil
}

// readTokenizer takes tokenizer.json, and vocab.txt where there is none.
func readTokenizer(folder string, c Config) (*wordpiece.Tokenizer, error) {
	t, err := wordpiece.OpenJSON(filepath.Join(folder, "tokenizer.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t, err = readVocab(folder)
	}
	if err == nil && t.Size() > c.Words {
		return nil, fmt.Errorf("%w: %d tokens, the model has vectors for %d", ErrConfig, t.Size(), c.Words)
	}
	return t, err
}

func readVocab(folder string) (*wordpiece.Tokenizer, error) {
	s := struct {
		Lowercase    bool  `json:"do_lower_case"`
		StripAccents *bool `json:"strip_accents"`
		Chinese      bool  `json:"tokenize_chinese_chars"`
	}{Lowercase: true, Chinese: true}
	if err := settings(filepath.Join(folder, "tokenizer_config.json"), &s); err != nil {
		return nil, err
	}
	rules := wordpiece.Rules{Clean: true, Chinese: s.Chinese, StripAccents: s.Lowercase, Lowercase: s.Lowercase}
	if s.StripAccents != nil {
		rules.StripAccents = *s.StripAccents
	}
	return wordpiece.OpenVocab(filepath.Join(folder, "vocab.txt"), rules)
}

// readSentence reads sentence-transformers' files.
func readSentence(folder string, c Config) (Sentence, error) {
	var s Sentence
	var length struct {
		Max *int `json:"max_seq_length"`
	}
	if err := settings(filepath.Join(folder, "sentence_bert_config.json"), &length); err != nil {
		return s, err
	}
	if length.Max != nil {
		if *length.Max < 3 {
			return s, fmt.Errorf("%w: max_seq_length is %d", ErrConfig, *length.Max)
		}
		s.MaxLength = min(*length.Max, c.Positions)
	}
	var modules []struct{ Type, Path string }
	if err := settings(filepath.Join(folder, "modules.json"), &modules); err != nil {
		return s, err
	}
	for _, module := range modules {
		switch kind := module.Type[strings.LastIndexByte(module.Type, '.')+1:]; kind {
		case "Transformer":
		case "Normalize":
			s.Normalize = true
		case "Pooling":
			if !filepath.IsLocal(module.Path) {
				return s, fmt.Errorf("%w: modules.json: the pooling lies at %q, outside the folder", ErrConfig, module.Path)
			}
			var err error
			if s.Pooling, err = readPooling(filepath.Join(folder, module.Path, "config.json")); err != nil {
				return s, err
			}
		default:
			return s, fmt.Errorf("%w: modules.json: %q comes after the encoder; only pooling and normalising are known", ErrConfig, kind)
		}
	}
	return s, nil
}

func readPooling(path string) (Pooling, error) {
	var all map[string]any
	if err := settings(path, &all); err != nil {
		return 0, err
	}
	found, n := Mean, 0
	for key, value := range all {
		if value != true || !strings.HasPrefix(key, "pooling_mode_") {
			continue
		}
		n++
		known := false
		for p := range poolings {
			if poolings[p].key == key {
				found, known = Pooling(p), true
			}
		}
		if !known {
			return 0, fmt.Errorf("%s: %w: %s is none of mean, cls, max", path, ErrConfig, key)
		}
	}
	if n != 1 {
		return 0, fmt.Errorf("%s: %w: it names %d poolings, not one", path, ErrConfig, n)
	}
	return found, nil
}

// WriteFolder writes the model with these arrays and its tokenizer to a folder, which is
// made if need be, so that transformers and sentence-transformers load it. Each file is
// replaced whole; the weights come last.
func (m *Model) WriteFolder(ctx context.Context, folder string, arrays zoo.Arrays) error {
	if err := m.Check(arrays, 0, len(m.Groups)); err != nil {
		return err
	}
	t, err := m.Tokenizer(ctx)
	if err != nil {
		return err
	}
	files, err := m.settingsFiles(t)
	if err != nil {
		return fmt.Errorf("bert: %w", err)
	}
	for name, content := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return fmt.Errorf("bert: %w", err)
		}
		if err := replace.File(path, content); err != nil {
			return fmt.Errorf("bert: %s: %w", path, err)
		}
	}
	return safetensors.WriteFile(filepath.Join(folder, "model.safetensors"), map[string]string{"format": "pt"}, m.tensorsOf(arrays))
}

// settingsFiles are the files of a folder beside the weights.
func (m *Model) settingsFiles(t *wordpiece.Tokenizer) (map[string][]byte, error) {
	type module struct {
		Index int    `json:"idx"`
		Name  string `json:"name"`
		Path  string `json:"path"`
		Type  string `json:"type"`
	}
	const types = "sentence_transformers.models."
	modules := []module{{0, "0", "", types + "Transformer"}, {1, "1", "1_Pooling", types + "Pooling"}}
	if m.Sentence.Normalize {
		modules = append(modules, module{2, "2", "2_Normalize", types + "Normalize"})
	}
	pooling := map[string]any{"word_embedding_dimension": m.Config.Width}
	for p, names := range poolings {
		pooling[names.key] = Pooling(p) == m.Sentence.Pooling
	}
	rules := t.Rules()
	files := map[string]any{
		"modules.json":              modules,
		"1_Pooling/config.json":     pooling,
		"sentence_bert_config.json": map[string]any{"max_seq_length": m.maxLength(), "do_lower_case": false},
		"tokenizer_config.json": map[string]any{"tokenizer_class": "BertTokenizer", "do_lower_case": rules.Lowercase, "strip_accents": rules.StripAccents,
			"tokenize_chinese_chars": rules.Chinese, "model_max_length": m.Config.Positions},
	}
	out := map[string][]byte{}
	var err error
	for name, v := range files {
		if out[name], err = json.MarshalIndent(v, "", "  "); err != nil {
			return nil, err
		}
	}
	if out["config.json"], err = m.Config.encode(t.Padding()); err != nil {
		return nil, err
	}
	out["tokenizer.json"], err = t.JSON()
	return out, err
}

// maxLength is the most tokens of a text that are read.
func (m *Model) maxLength() int {
	if m.Sentence.MaxLength > 0 {
		return min(m.Sentence.MaxLength, m.Config.Positions)
	}
	return m.Config.Positions
}
