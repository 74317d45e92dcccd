// Package bert holds text encoders of BERT's family (Devlin et al., arXiv:1810.04805):
// what turns a text into vectors, one for each token or one for the whole of it.
//
// A [Model] is a description, like those of package zoo: its size ([Config]), its layers in
// the units that transfer learning freezes ([Model.Groups]), the arrays that it needs
// ([Model.Params]) and the graph of any range of groups ([Model.Build]). Weights come from
// a folder as Hugging Face's transformers writes it ([Open], [Model.WriteFolder]) or are
// published ones ([MiniLM]). An [Embedder] turns texts into vectors in one call.
//
// Package wordpiece beside this one has the tokenizer.
package bert

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"sync"

	"transferlab/tlkit/fetch"
	"transferlab/tlkit/zoo"
	"transferlab/tlkit/zoo/bert/wordpiece"
)

// version changes when the graph gives other numbers for the same weights and input.
const version = 1

// Model is an encoder and, where it has them, its weights and its tokenizer. It is safe for
// use by several goroutines; its fields are not to be changed.
type Model struct {
	Card   zoo.Card
	Config Config

	// Groups are ordered from input to output: "embeddings", "layer00", "layer01", …, and
	// "pooler" where there is one.
	Groups []string

	// Sentence says how the tokens' vectors become one.
	Sentence Sentence

	// Files pin the published weights and what belongs to them, so that set-up can fetch
	// them beforehand; nil for a model in a folder.
	Files []fetch.File

	weights   once[zoo.Arrays]
	tokenizer once[*wordpiece.Tokenizer]
}

// Sentence says how the vectors of a text's tokens become one vector.
type Sentence struct {
	Pooling   Pooling
	Normalize bool // to length 1, so that the product of two is the cosine of their angle
	MaxLength int  // tokens of a text that are read; 0: Config.Positions
}

// Pooling is what is taken of the tokens' vectors.
type Pooling uint8

// The poolings. Padding never counts.
const (
	Mean  Pooling = iota // over all tokens, [CLS] and [SEP] among them
	Class                // that of the first token, [CLS]
	Max                  // the highest, number by number
)

// String is the name that sentence-transformers has for it.
func (p Pooling) String() string {
	if int(p) < len(poolings) {
		return poolings[p].name
	}
	return fmt.Sprintf("Pooling(%d)", p)
}

// poolings are the names, and the keys in 1_Pooling/config.json.
var poolings = [...]struct{ name, key string }{
	{"mean", "pooling_mode_mean_tokens"}, {"cls", "pooling_mode_cls_token"}, {"max", "pooling_mode_max_tokens"},
}

// New describes an encoder without weights, as for training one from scratch. The error
// wraps [ErrConfig].
func New(name string, c Config) (*Model, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	m := &Model{Config: c, Groups: []string{"embeddings"}}
	for i := range c.Layers {
		m.Groups = append(m.Groups, fmt.Sprintf("layer%02d", i))
	}
	if c.Pooler {
		m.Groups = append(m.Groups, "pooler")
	}
	m.Card = zoo.Card{Name: name, Task: "language", Features: c.Width, Paper: "Devlin et al. 2018, arXiv:1810.04805",
		Input: fmt.Sprintf("up to %d tokens of %d kinds", c.Positions, c.Words)}
	for _, p := range m.Params(0, len(m.Groups)) {
		m.Card.Parameters += zoo.Size(p.Shape)
	}
	return m, nil
}

// Group gives the index of the group called name, or −1.
func (m *Model) Group(name string) int { return slices.Index(m.Groups, name) }

// Tokens is the number of groups below the pooler: Build(…, 0, m.Tokens(), …) gives the
// vectors of the tokens [batch, length, Config.Width].
func (m *Model) Tokens() int { return 1 + m.Config.Layers }

// Params lists the arrays of the groups [from, to), in order. Kernels are [in, out]; the
// tables of the embeddings are kernels that a row is taken of.
func (m *Model) Params(from, to int) []zoo.Param {
	l := &list{config: m.Config}
	for i := from; i < to; i++ {
		l.group, l.name = i, m.Groups[i]
		switch {
		case i == 0:
			l.embeddings()
		case i <= m.Config.Layers:
			l.layer()
		default:
			l.dense("", m.Config.Width, m.Config.Width)
		}
	}
	return l.params
}

// list collects the arrays of groups.
type list struct {
	config Config
	group  int
	name   string
	params []zoo.Param
}

func (l *list) add(name string, role zoo.Role, shape ...int) {
	l.params = append(l.params, zoo.Param{Name: l.name + name, Shape: shape, Role: role, Group: l.group})
}

func (l *list) dense(name string, in, out int) {
	l.add(name+"/kernel", zoo.Kernel, in, out)
	l.add(name+"/bias", zoo.Bias, out)
}

func (l *list) norm(name string) {
	l.add(name+"/scale", zoo.Scale, l.config.Width)
	l.add(name+"/offset", zoo.Offset, l.config.Width)
}

func (l *list) embeddings() {
	c := l.config
	l.add("/words", zoo.Kernel, c.Words, c.Width)
	l.add("/positions", zoo.Kernel, c.Positions, c.Width)
	l.add("/types", zoo.Kernel, c.Types, c.Width)
	l.norm("/norm")
}

func (l *list) layer() {
	c := l.config
	for _, name := range []string{"/query", "/key", "/value", "/attention"} {
		l.dense(name, c.Width, c.Width)
	}
	l.norm("/attention/norm")
	l.dense("/expand", c.Width, c.Inner)
	l.dense("/project", c.Inner, c.Width)
	l.norm("/norm")
}

// Check says whether arrays holds every array of the groups [from, to) in its shape.
// Errors wrap [zoo.ErrMissing] or [zoo.ErrShape].
func (m *Model) Check(arrays zoo.Arrays, from, to int) error {
	for _, p := range m.Params(from, to) {
		a, ok := arrays[p.Name]
		if !ok {
			return fmt.Errorf("bert: %s: %w: %q, shape %v", m.Card.Name, zoo.ErrMissing, p.Name, p.Shape)
		}
		if !slices.Equal(a.Shape, p.Shape) || len(a.Value) != zoo.Size(p.Shape) {
			return fmt.Errorf("bert: %s: %w: %q is %v with %d values, the model needs %v; load the weights that belong to it",
				m.Card.Name, zoo.ErrShape, p.Name, a.Shape, len(a.Value), p.Shape)
		}
	}
	return nil
}

// Fingerprint names all that decides the output of the groups [0, to): the weights, the
// configuration, the graph's version.
func (m *Model) Fingerprint(arrays zoo.Arrays, to int) string {
	h := sha256.New()
	fmt.Fprintf(h, "bert v%d %+v to %d\n", version, m.Config, to)
	buf := make([]byte, 0, 1<<16)
	for _, p := range m.Params(0, to) {
		fmt.Fprintf(h, "%q%v", p.Name, p.Shape)
		for part := range slices.Chunk(arrays[p.Name].Value, cap(buf)/4) {
			buf = buf[:0]
			for _, v := range part {
				buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
			}
			h.Write(buf)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Weights gives the pretrained arrays. The first call reads them from disk, and never
// asks the network; they are shared, so do not change them: [zoo.Arrays.Clone] copies.
func (m *Model) Weights(ctx context.Context) (zoo.Arrays, error) {
	return m.weights.get(ctx, "weights of "+m.Card.Name)
}

// Tokenizer gives the model's tokenizer. The first call reads it from disk, and never asks
// the network.
func (m *Model) Tokenizer(ctx context.Context) (*wordpiece.Tokenizer, error) {
	return m.tokenizer.get(ctx, "tokenizer of "+m.Card.Name)
}

// once keeps what is loaded. A failed attempt is not kept.
type once[T any] struct {
	load  func(context.Context) (T, error)
	mu    sync.Mutex
	ready bool
	value T
}

func (o *once[T]) get(ctx context.Context, what string) (T, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ready {
		return o.value, nil
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	if o.load == nil {
		return none, fmt.Errorf("bert: %s: %w: the model was described by New, which has none", what, zoo.ErrMissing)
	}
	v, err := o.load(ctx)
	if err != nil {
		return none, fmt.Errorf("bert: %s: %w", what, err)
	}
	o.value, o.ready = v, true
	return v, nil
}
