package bert

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/zoo"
	"transferlab/tlkit/zoo/bert/wordpiece"
)

// EmbedderOptions say how texts are turned into vectors. The zero value does it as the
// model was published.
type EmbedderOptions struct {
	// MaxLength is the most tokens of a text that are read, [CLS] and [SEP] among them; what
	// comes after is cut off. 0: as Model.Sentence says.
	MaxLength int

	// Lengths are those that graphs are compiled for, from short to long, the last being
	// MaxLength. A text is padded to the next one. nil: 16, 32, 64, 128, … up to MaxLength.
	Lengths []int

	// Tokens is about how many are computed at once, padding included. 0: 1024.
	Tokens int

	// Weights are the network's arrays; nil: the pretrained ones.
	Weights zoo.Arrays

	// Progress hears how many texts are done.
	Progress progress.Reporter
}

// Embedder turns texts into vectors. It is safe for use by several goroutines.
//
// Texts of like length are computed together, in graphs of a few fixed shapes: each is
// compiled when it is first needed, and once. The vector of a text does not depend on
// which texts came with it, but for the rounding of float32 where their number means a
// batch of another size: about 1e-6 of its largest number.
type Embedder struct {
	model     *Model
	o         EmbedderOptions
	tokenizer *wordpiece.Tokenizer
	mu        sync.Mutex // one batch at a time: the backend has all cores work on it
	exec      *graph.Exec
	arrays    []any
}

// NewEmbedder loads the weights and the tokenizer. Close it after use. Errors are those of
// [Model.Weights] and [Model.Tokenizer], or about the options.
func NewEmbedder(ctx context.Context, d *device.Device, m *Model, o EmbedderOptions) (*Embedder, error) {
	if err := o.fill(m); err != nil {
		return nil, err
	}
	t, err := m.Tokenizer(ctx)
	if err != nil {
		return nil, err
	}
	if t.Size() > m.Config.Words {
		return nil, fmt.Errorf("bert: %s: %w: the tokenizer has %d tokens, the model vectors for %d", m.Card.Name, ErrConfig, t.Size(), m.Config.Words)
	}
	if o.Weights == nil {
		if o.Weights, err = m.Weights(ctx); err != nil {
			return nil, err
		}
	}
	if err := m.Check(o.Weights, 0, m.Tokens()); err != nil {
		return nil, err
	}
	e := &Embedder{model: m, o: o, tokenizer: t}
	params := m.Params(0, m.Tokens())
	e.exec, err = graph.NewExec(d.Backend, func(in []*graph.Node) *graph.Node {
		arrays := map[string]*graph.Node{}
		for i, p := range params {
			arrays[p.Name] = in[i+2]
		}
		return m.Pool(m.Build(Input{X: in[0], Mask: in[1]}, 0, m.Tokens(), arrays), in[1])
	})
	if err != nil {
		return nil, fmt.Errorf("bert: %s: %w", m.Card.Name, err)
	}
	e.exec.SetMaxCache(2 * len(o.Lengths))
	for _, p := range params {
		e.arrays = append(e.arrays, tensors.FromFlatDataAndDimensions(o.Weights[p.Name].Value, p.Shape...))
	}
	return e, nil
}

// fill puts in the defaults and checks the rest.
func (o *EmbedderOptions) fill(m *Model) error {
	if o.MaxLength == 0 {
		o.MaxLength = m.maxLength()
	}
	if o.MaxLength < 3 || o.MaxLength > m.Config.Positions {
		return fmt.Errorf("bert: %s: MaxLength is %d, of 3 to %d", m.Card.Name, o.MaxLength, m.Config.Positions)
	}
	if o.Tokens <= 0 {
		o.Tokens = 1024
	}
	if o.Lengths == nil {
		for n := 16; n < o.MaxLength; n *= 2 {
			o.Lengths = append(o.Lengths, n)
		}
		o.Lengths = append(o.Lengths, o.MaxLength)
	}
	if len(o.Lengths) == 0 || !slices.IsSorted(o.Lengths) || o.Lengths[0] < 1 || o.Lengths[len(o.Lengths)-1] != o.MaxLength {
		return fmt.Errorf("bert: %s: Lengths are %v; they have to grow, from 1 on, and end with MaxLength, %d", m.Card.Name, o.Lengths, o.MaxLength)
	}
	o.Progress = progress.Or(o.Progress)
	return nil
}

// Close frees the network, once the batch that is computed is done.
func (e *Embedder) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.exec == nil {
		return
	}
	e.exec.Finalize()
	e.exec = nil
	for _, a := range e.arrays {
		_ = a.(*tensors.Tensor).FinalizeAll()
	}
}

// Embed gives the vector of each text. When ctx ends it stops before the next batch and
// gives ctx's error.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	ids := make([][]int32, len(texts))
	errs := make([]error, len(texts))
	err := parallel.Each(ctx, len(texts), func(i int) {
		var code wordpiece.Encoding
		code, errs[i] = e.tokenizer.Encode(texts[i], wordpiece.Options{MaxLength: e.o.MaxLength})
		ids[i] = code.IDs
	})
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	out := make([][]float32, len(texts))
	done := 0
	for _, b := range batches(ids, e.o.Lengths, e.o.Tokens) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := e.run(b, ids, out); err != nil {
			return nil, fmt.Errorf("bert: %s: %d texts of up to %d tokens: %w", e.model.Card.Name, len(b.texts), b.length, err)
		}
		done += len(b.texts)
		e.o.Progress.Report(progress.Event{Task: "vectors of texts", Done: int64(done), Total: int64(len(texts)), Unit: "texts"})
	}
	return out, ctx.Err()
}

// batch are texts that are computed together, as rows of length tokens.
type batch struct {
	texts        []int // indices
	length, rows int   // of the graph; rows ≥ len(texts)
}

// sizes are the rows of a batch of texts of a length: for many of them, and for the rest.
func sizes(length, tokens int) (many, few int) {
	many = max(tokens/length, 1)
	return many, max(many/8, 1)
}

// batches sorts texts by length into batches.
func batches(ids [][]int32, lengths []int, tokens int) []batch {
	by := make([][]int, len(lengths))
	for i, v := range ids {
		at, _ := slices.BinarySearch(lengths, len(v))
		by[at] = append(by[at], i)
	}
	var out []batch
	for at, texts := range by {
		many, few := sizes(lengths[at], tokens)
		for len(texts) > 0 {
			rows := many
			if len(texts) <= many/2 {
				rows = few
			}
			n := min(rows, len(texts))
			out = append(out, batch{texts[:n], lengths[at], rows})
			texts = texts[n:]
		}
	}
	return out
}

// run computes one batch. Rows without a text are padding throughout.
func (e *Embedder) run(b batch, ids [][]int32, out [][]float32) (err error) {
	defer caught(&err)
	tokens, mask := make([]int32, b.rows*b.length), make([]int32, b.rows*b.length)
	for i := range tokens {
		tokens[i] = e.tokenizer.Padding()
	}
	for row, text := range b.texts {
		copy(tokens[row*b.length:], ids[text])
		for i := range ids[text] {
			mask[row*b.length+i] = 1
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.exec == nil {
		return errors.New("the embedder is closed")
	}
	x := tensors.FromFlatDataAndDimensions(tokens, b.rows, b.length)
	m := tensors.FromFlatDataAndDimensions(mask, b.rows, b.length)
	defer func() { _, _ = x.FinalizeAll(), m.FinalizeAll() }()
	y, err := e.exec.Call1(append([]any{x, m}, e.arrays...)...)
	if err != nil {
		return err
	}
	defer func() { _ = y.FinalizeAll() }()
	wide := y.Shape().Dimensions[1]
	return tensors.ConstFlatData(y, func(flat []float32) {
		for row, text := range b.texts {
			out[text] = slices.Clone(flat[row*wide : (row+1)*wide])
		}
	})
}

// caught makes an error of a panic, which is how graph building reports one.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("building the graph: %v", r)
	}
}

// Compile compiles all graphs now instead of when they are first needed.
func (e *Embedder) Compile(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.exec == nil {
		return fmt.Errorf("bert: %s: the embedder is closed", e.model.Card.Name)
	}
	for _, length := range e.o.Lengths {
		many, few := sizes(length, e.o.Tokens)
		for _, rows := range slices.Compact([]int{few, many}) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := e.compile(rows, length); err != nil {
				return fmt.Errorf("bert: %s: %d texts of %d tokens: %w", e.model.Card.Name, rows, length, err)
			}
		}
	}
	return nil
}

func (e *Embedder) compile(rows, length int) (err error) {
	defer caught(&err)
	in := shapes.Make(dtypes.Int32, rows, length)
	all := []shapes.Shape{in, in}
	for _, a := range e.arrays {
		all = append(all, a.(*tensors.Tensor).Shape())
	}
	_, err = e.exec.Compile(all...)
	return err
}
