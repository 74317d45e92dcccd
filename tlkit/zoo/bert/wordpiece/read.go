package wordpiece

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// This file reads the two forms in which tokenizers come: Hugging Face's tokenizer.json,
// and Google's vocab.txt, a token a line.

// ErrUnsupported is wrapped by errors about a tokenizer.json that asks for what this
// package does not do: another algorithm, another normaliser, other special tokens.
var ErrUnsupported = errors.New("another kind of tokenizer")

// What a reader takes at most.
const (
	maxBytes  = 64 << 20 // of a file; BERT's multilingual one has 2 MB
	maxTokens = 4 << 20
)

// OpenJSON reads a tokenizer.json. Errors wrap [ErrUnsupported] or [ErrVocabulary].
func OpenJSON(path string) (*Tokenizer, error) { return open(path, DecodeJSON) }

// OpenVocab reads a vocab.txt, with the special tokens that BERT has.
func OpenVocab(path string, rules Rules) (*Tokenizer, error) {
	return open(path, func(data []byte) (*Tokenizer, error) { return DecodeVocab(data, rules) })
}

func open(path string, decode func([]byte) (*Tokenizer, error)) (*Tokenizer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("wordpiece: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("wordpiece: %s: %w", path, err)
	}
	t, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	return t, nil
}

// DecodeVocab reads a vocab.txt that is in memory: a token a line, its number that of the
// line, from 0. Errors wrap [ErrVocabulary].
func DecodeVocab(data []byte, rules Rules) (*Tokenizer, error) {
	if err := checkSize(data); err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if len(lines) > maxTokens {
		return nil, fmt.Errorf("wordpiece: %w: %d tokens, at most %d are taken", ErrVocabulary, len(lines), maxTokens)
	}
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return New(lines, rules, Special{})
}

func checkSize(data []byte) error {
	if len(data) > maxBytes {
		return fmt.Errorf("wordpiece: %w: more than %d bytes", ErrVocabulary, maxBytes)
	}
	return nil
}

// document is a tokenizer.json. Its truncation and padding are not taken: Options say so.
type document struct {
	Added []struct {
		ID         int    `json:"id"`
		Content    string `json:"content"`
		SingleWord bool   `json:"single_word"`
		LStrip     bool   `json:"lstrip"`
		RStrip     bool   `json:"rstrip"`
		Normalized bool   `json:"normalized"`
	} `json:"added_tokens"`
	Normalizer *struct {
		Type         string `json:"type"`
		Clean        bool   `json:"clean_text"`
		Chinese      bool   `json:"handle_chinese_chars"`
		StripAccents *bool  `json:"strip_accents"`
		Lowercase    bool   `json:"lowercase"`
	} `json:"normalizer"`
	PreTokenizer *struct {
		Type string `json:"type"`
	} `json:"pre_tokenizer"`
	PostProcessor *processor `json:"post_processor"`
	Model         struct {
		Type    string         `json:"type"`
		Unknown string         `json:"unk_token"`
		Prefix  *string        `json:"continuing_subword_prefix"`
		Chars   *int           `json:"max_input_chars_per_word"`
		Vocab   map[string]int `json:"vocab"`
	} `json:"model"`
}

// processor says which special tokens are put around a text.
type processor struct {
	Type   string `json:"type"`
	Sep    [2]any `json:"sep"` // of BertProcessing: name and number
	Cls    [2]any `json:"cls"`
	Single []part `json:"single"` // of TemplateProcessing
	Pair   []part `json:"pair"`
}

// part is a special token or a text of a template; the other one is nil.
type part struct {
	Special *struct {
		ID   string `json:"id"`
		Type int    `json:"type_id"`
	} `json:"SpecialToken"`
	Sequence *struct {
		ID   string `json:"id"`
		Type int    `json:"type_id"`
	} `json:"Sequence"`
}

// DecodeJSON reads a tokenizer.json that is in memory.
func DecodeJSON(data []byte) (*Tokenizer, error) {
	if err := checkSize(data); err != nil {
		return nil, err
	}
	var d document
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&d); err != nil {
		return nil, fmt.Errorf("wordpiece: %w: %w", ErrVocabulary, err)
	}
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("wordpiece: %w: %w", ErrUnsupported, err)
	}
	s, err := d.settings()
	if err != nil {
		return nil, err
	}
	return build(s)
}

// check says whether the document describes BERT's algorithm.
func (d document) check() error {
	switch {
	case d.Model.Type != "WordPiece":
		return fmt.Errorf("the model is %q, not WordPiece", d.Model.Type)
	case d.Normalizer == nil || d.Normalizer.Type != "BertNormalizer":
		return errors.New("the normaliser is not BertNormalizer")
	case d.PreTokenizer == nil || d.PreTokenizer.Type != "BertPreTokenizer":
		return errors.New("the pre-tokeniser is not BertPreTokenizer")
	case d.PostProcessor == nil || d.PostProcessor.Type != "BertProcessing" && d.PostProcessor.Type != "TemplateProcessing":
		return errors.New("no post-processor sets [CLS] and [SEP]")
	case d.Model.Chars != nil && (*d.Model.Chars < 1 || *d.Model.Chars > 1<<20):
		return fmt.Errorf("max_input_chars_per_word is %d", *d.Model.Chars)
	}
	for _, a := range d.Added {
		if a.SingleWord || a.LStrip || a.RStrip || a.Normalized || a.Content == "" {
			return fmt.Errorf("added token %q is not one that is found as it is", a.Content)
		}
	}
	return nil
}

func (d document) settings() (settings, error) {
	s := settings{prefix: "##", chars: 100, added: []token{}, rules: Rules{Clean: d.Normalizer.Clean, Chinese: d.Normalizer.Chinese,
		StripAccents: d.Normalizer.Lowercase, Lowercase: d.Normalizer.Lowercase}}
	if d.Normalizer.StripAccents != nil {
		s.rules.StripAccents = *d.Normalizer.StripAccents
	}
	if d.Model.Prefix != nil {
		s.prefix = *d.Model.Prefix
	}
	if d.Model.Chars != nil {
		s.chars = *d.Model.Chars
	}
	class, separator, ok := d.PostProcessor.names()
	if !ok {
		return s, fmt.Errorf("wordpiece: %w: the special tokens around a text are not [CLS] text [SEP] text [SEP]", ErrUnsupported)
	}
	s.special = Special{Unknown: d.Model.Unknown, Class: class, Separator: separator}
	all := make([]token, 0, len(d.Model.Vocab)+len(d.Added))
	for text, id := range d.Model.Vocab {
		if id < 0 || id >= maxTokens {
			return s, fmt.Errorf("wordpiece: %w: token %q has the number %d", ErrVocabulary, text, id)
		}
		all = append(all, token{text, int32(id)})
	}
	for _, a := range d.Added {
		if a.ID < 0 || a.ID >= maxTokens {
			return s, fmt.Errorf("wordpiece: %w: token %q has the number %d", ErrVocabulary, a.Content, a.ID)
		}
		s.added = append(s.added, token{a.Content, int32(a.ID)})
	}
	var err error
	s.tokens, err = byNumber(append(all, s.added...))
	return s, err
}

// byNumber lists tokens by number. A token may come twice with one number.
func byNumber(all []token) ([]string, error) {
	highest := int32(-1)
	for _, t := range all {
		highest = max(highest, t.id)
	}
	if int(highest) >= 2*len(all)+1024 { // a few numbers may be left out, not most
		return nil, fmt.Errorf("wordpiece: %w: %d tokens with numbers up to %d", ErrVocabulary, len(all), highest)
	}
	out := make([]string, highest+1)
	for _, t := range all {
		if had := out[t.id]; had != "" && had != t.text {
			return nil, fmt.Errorf("wordpiece: %w: %q and %q are both token %d", ErrVocabulary, min(had, t.text), max(had, t.text), t.id)
		}
		out[t.id] = t.text
	}
	return out, nil
}

// names gives the tokens at the begin and at the end of a text.
func (p *processor) names() (class, separator string, ok bool) {
	if p.Type == "BertProcessing" {
		class, isText := p.Cls[0].(string)
		separator, isToo := p.Sep[0].(string)
		return class, separator, isText && isToo
	}
	if len(p.Single) != 3 || len(p.Pair) != 5 || p.Single[0].Special == nil || p.Single[2].Special == nil {
		return "", "", false
	}
	class, separator = p.Single[0].Special.ID, p.Single[2].Special.ID
	want := []string{class + " 0", "A 0", separator + " 0", "B 1", separator + " 1"}
	ok = slices.Equal(spell(p.Single), want[:3]) && slices.Equal(spell(p.Pair), want)
	return class, separator, ok
}

func spell(parts []part) []string {
	var out []string
	for _, p := range parts {
		switch {
		case p.Special != nil && p.Sequence == nil:
			out = append(out, fmt.Sprint(p.Special.ID, " ", p.Special.Type))
		case p.Sequence != nil && p.Special == nil:
			out = append(out, fmt.Sprint(p.Sequence.ID, " ", p.Sequence.Type))
		default:
			return nil
		}
	}
	return out
}

// JSON is the tokenizer as a tokenizer.json.
func (t *Tokenizer) JSON() ([]byte, error) {
	type object = map[string]any
	added := []object{}
	for _, s := range slices.SortedFunc(slices.Values(t.special), func(a, b token) int { return int(a.id - b.id) }) {
		added = append(added, object{"id": s.id, "content": s.text, "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false})
	}
	special := func(place, kind int) object {
		return object{"SpecialToken": object{"id": t.tokens[t.ids[place]], "type_id": kind}}
	}
	text := func(name string, kind int) object { return object{"Sequence": object{"id": name, "type_id": kind}} }
	single := []object{special(class, 0), text("A", 0), special(separator, 0)}
	known := object{}
	for _, place := range []int{class, separator} {
		name := t.tokens[t.ids[place]]
		known[name] = object{"id": name, "ids": []int32{t.ids[place]}, "tokens": []string{name}}
	}
	return json.Marshal(object{
		"version": "1.0", "truncation": nil, "padding": nil, "added_tokens": added,
		"normalizer": object{"type": "BertNormalizer", "clean_text": t.rules.Clean, "handle_chinese_chars": t.rules.Chinese,
			"strip_accents": t.rules.StripAccents, "lowercase": t.rules.Lowercase},
		"pre_tokenizer": object{"type": "BertPreTokenizer"},
		"post_processor": object{"type": "TemplateProcessing", "single": single,
			"pair": slices.Concat(single, []object{text("B", 1), special(separator, 1)}), "special_tokens": known},
		"decoder": object{"type": "WordPiece", "prefix": t.prefix, "cleanup": true},
		"model": object{"type": "WordPiece", "unk_token": t.tokens[t.ids[unknown]], "continuing_subword_prefix": t.prefix,
			"max_input_chars_per_word": t.chars, "vocab": t.first},
	})
}
