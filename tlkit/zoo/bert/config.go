package bert

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// ErrConfig is wrapped by errors about a configuration that is none of an encoder of
// BERT's family.
var ErrConfig = errors.New("not a configuration of BERT's family")

// Config is the size of an encoder. Epsilon and Activation may be left out.
type Config struct {
	Words      int     // kinds of tokens
	Positions  int     // most tokens of a text
	Types      int     // kinds of texts in one input: 2, the first and the second
	Width      int     // of a token's vector
	Inner      int     // width between the two dense layers of a block
	Layers     int     // blocks
	Heads      int     // of the attention; they share Width
	Epsilon    float64 // in the layer norms; 0: 1e-12
	Activation string  // "gelu", "gelu_new", "relu"; "": gelu
	Pooler     bool    // a dense layer and tanh on the first token's vector
}

// document is a config.json, with the names that transformers gives things.
type document struct {
	Architectures  []string `json:"architectures,omitempty"`
	Model          string   `json:"model_type"`
	Words          int      `json:"vocab_size"`
	Positions      int      `json:"max_position_embeddings"`
	Types          *int     `json:"type_vocab_size"`
	Width          int      `json:"hidden_size"`
	Inner          int      `json:"intermediate_size"`
	Layers         int      `json:"num_hidden_layers"`
	Heads          int      `json:"num_attention_heads"`
	Epsilon        float64  `json:"layer_norm_eps,omitempty"`
	Activation     string   `json:"hidden_act"`
	PositionKind   string   `json:"position_embedding_type,omitempty"`
	Decoder        bool     `json:"is_decoder,omitempty"`
	CrossAttention bool     `json:"add_cross_attention,omitempty"`
	PadToken       int32    `json:"pad_token_id"`
}

// maxParameters bounds what a configuration may ask for.
const maxParameters = 4 << 30

// DecodeConfig reads a config.json. Whether there is a pooler is not in it, but in the
// weights. The error wraps [ErrConfig].
func DecodeConfig(data []byte) (Config, error) {
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return Config{}, fmt.Errorf("bert: %w: config.json: %w", ErrConfig, err)
	}
	switch {
	case d.Model != "bert":
		return Config{}, fmt.Errorf("bert: %w: config.json is that of a model of type %q", ErrConfig, d.Model)
	case d.PositionKind != "" && d.PositionKind != "absolute":
		return Config{}, fmt.Errorf("bert: %w: positions are %q, not absolute", ErrConfig, d.PositionKind)
	case d.Decoder || d.CrossAttention:
		return Config{}, fmt.Errorf("bert: %w: it is a decoder, which writes text", ErrConfig)
	}
	c := Config{Words: d.Words, Positions: d.Positions, Types: 2, Width: d.Width, Inner: d.Inner, Layers: d.Layers,
		Heads: d.Heads, Epsilon: d.Epsilon, Activation: d.Activation}
	if d.Types != nil {
		c.Types = *d.Types
	}
	return c, c.check()
}

// encode is the config.json of the configuration.
func (c Config) encode(pad int32) ([]byte, error) {
	return json.MarshalIndent(document{Architectures: []string{"BertModel"}, Model: "bert", Words: c.Words, Positions: c.Positions,
		Types: &c.Types, Width: c.Width, Inner: c.Inner, Layers: c.Layers, Heads: c.Heads, Epsilon: c.epsilon(),
		Activation: cmp.Or(c.Activation, "gelu"), PositionKind: "absolute", PadToken: pad}, "", "  ")
}

func (c Config) epsilon() float64 { return cmp.Or(c.Epsilon, 1e-12) }

// check bounds each size by itself first, so that the products cannot overflow.
func (c Config) check() error {
	for _, n := range []struct {
		name  string
		value int
		most  int
	}{
		{"vocab_size", c.Words, 1 << 24}, {"max_position_embeddings", c.Positions, 1 << 20}, {"type_vocab_size", c.Types, 1 << 10},
		{"hidden_size", c.Width, 1 << 16}, {"intermediate_size", c.Inner, 1 << 18}, {"num_hidden_layers", c.Layers, 1 << 10},
		{"num_attention_heads", c.Heads, 1 << 10},
	} {
		if n.value < 1 || n.value > n.most {
			return fmt.Errorf("bert: %w: %s is %d, of 1 to %d", ErrConfig, n.name, n.value, n.most)
		}
	}
	each := 4*c.Width*c.Width + 2*c.Width*c.Inner
	switch {
	case c.Width%c.Heads != 0:
		return fmt.Errorf("bert: %w: a width of %d is no multiple of %d heads", ErrConfig, c.Width, c.Heads)
	case (c.Words+c.Positions+c.Types)*c.Width > maxParameters || each > maxParameters/c.Layers:
		return fmt.Errorf("bert: %w: more than %d numbers", ErrConfig, maxParameters)
	case !(c.Epsilon >= 0 && c.Epsilon < 1):
		return fmt.Errorf("bert: %w: layer_norm_eps is %v", ErrConfig, c.Epsilon)
	case !slices.Contains(activations, c.Activation):
		return fmt.Errorf("bert: %w: the activation %q is none of %v", ErrConfig, c.Activation, activations[1:])
	}
	return nil
}
