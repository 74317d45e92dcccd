// Package zoo holds pretrained networks: what they are ([Card]), what they expect
// ([Preprocess]), their layers in the units that transfer learning freezes and thaws
// ([Group]), their weights, and the graph of any range of groups.
//
// A model is a description: making one reads nothing. [Model.Weights] loads the weights,
// once. The graph is a function of named arrays ([Model.Build]), so whoever trains it
// decides what is an input, what is trained and what is not.
//
// Pictures are [batch, height, width, channel], channels in the order red, green, blue.
//
// A new architecture is a file of its own and a line in list.go: its groups, written as steps
// of the operations that there are; its card; and what other libraries call its layers.
// Shapes, cost, weights in every format, graphs for training and for inference, folding and
// the ONNX form follow from the steps. VGG-16 in vgg.go is the shortest whole one, in the
// ways of two libraries.
package zoo

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"math"
	"slices"
	"sync"

	"transferlab/tlkit/fetch"
)

// ErrShape is wrapped by errors about an array or an input of the wrong shape.
var ErrShape = errors.New("wrong shape")

// ErrMissing is wrapped by errors about arrays that a model needs and was not given.
var ErrMissing = errors.New("array is missing")

// Card says what a pretrained model is.
type Card struct {
	Name       string
	Task       string  // what it was trained to do
	Data       string  // on which data
	Classes    int     // of the source task
	Parameters int     // trainable numbers, classifier included
	MAdds      int     // multiply-adds for one picture of the published size
	Top1       float64 // published share of right answers on the source task's validation data
	Top1Source string  // who published it
	Input      string  // in words
	Features   int     // width of the features below the classifier
	Runs       string  // on what it runs here: CPU, GPU, TPU
	Paper      string
	Weights    string // where the weights come from
	Licence    string
}

// Preprocess turns a picture into the network's input. It belongs to the weights and
// travels with every checkpoint.
type Preprocess struct {
	Size  int        `json:"size"`  // side of the square input, in pixels
	Crop  float64    `json:"crop"`  // share of the shorter side that the centre crop keeps; 1 is the largest square
	Rule  string     `json:"rule"`  // interpolation: "bicubic" or "bilinear"
	Mean  [3]float32 `json:"mean"`  // subtracted from each channel's 0…255: red, green, blue
	Scale [3]float32 `json:"scale"` // then divided by

	// BGR says that the network was trained with blue first. Pictures come in as red, green,
	// blue all the same.
	BGR bool `json:"bgr,omitempty"`
}

// Normalize writes the network's values of 8-bit pixels to dst, which is as long as src;
// the channel changes fastest in both.
func (p Preprocess) Normalize(dst []float32, src []uint8) {
	for i, v := range src {
		c := i % 3
		to := i
		if p.BGR {
			to += 2 - 2*c
		}
		dst[to] = (float32(v) - p.Mean[c]) / p.Scale[c]
	}
}

// Array is a named float32 array, row by row.
type Array struct {
	Name  string
	Shape []int
	Value []float32
}

// Size is the product of a shape.
func Size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// Arrays are the arrays of a network by name.
type Arrays map[string]Array

// Role is what an array does in its layer.
type Role uint8

// The roles. Mean and Variance are the running averages of a batch norm: they are never
// trained by gradient.
const (
	Kernel   Role = iota // of a convolution [kh, kw, in/groups, out] or of a dense layer [in, out]
	Scale                // of a batch norm [channels], often called gamma
	Offset               // of a batch norm [channels], often called beta
	Mean                 // of a batch norm [channels]
	Variance             // of a batch norm [channels]
	Bias                 // of a dense layer or a convolution [channels]
)

// Param describes one array that a model needs.
type Param struct {
	Name  string // as "block03/expand/kernel"
	Shape []int
	Role  Role
	Group int // index of its group
}

// Model is a network and its pretrained weights. It is safe for use by several
// goroutines; its fields are not to be changed.
type Model struct {
	Card       Card
	Preprocess Preprocess

	// Groups are ordered from input to output. The first takes raw pixels: float32 or
	// uint8, 0…255; normalising is part of it. The output of a group is [batch, …OutShape].
	Groups []Group

	// Version changes when the graph gives other numbers for the same weights and input.
	Version int

	momentum float32   // share of the running averages that a training step keeps
	unbiased bool      // the running variances divide by n−1, as PyTorch has them, not by n as Keras
	body     int       // groups below the top's pool
	top      int       // groups above the features: 1, the classifier, or none
	dialects []dialect // how other libraries name its layers

	// File pins the weights, so that set-up can fetch them beforehand:
	// m.File.Path(ctx, fetch.Options{Network: true}).
	File fetch.File

	load loader
	once *loading
}

// Group gives the index of the group called name, or -1.
func (m *Model) Group(name string) int {
	return slices.IndexFunc(m.Groups, func(g Group) bool { return g.Name == name })
}

// Features is the number of groups below the classifier: Build(…, 0, m.Features(), …)
// gives the features [batch, Card.Features].
func (m *Model) Features() int { return len(m.Groups) - m.top }

// loading keeps the weights of a model once they are read. A failed attempt is not kept.
type loading struct {
	mu     sync.Mutex
	arrays Arrays
}

// Weights gives the pretrained arrays. The first call reads them from disk, and never
// asks the network; they are shared, so do not change them: [Arrays.Clone] copies. Errors
// are fetch's (the file is not here, or is another one: with where to put it) and
// torch's (damaged, missing tensors, other shapes).
func (m *Model) Weights(ctx context.Context) (Arrays, error) {
	m.once.mu.Lock()
	defer m.once.mu.Unlock()
	if m.once.arrays != nil {
		return m.once.arrays, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a, err := m.load(ctx, m, fetch.Options{})
	if err != nil {
		return nil, fmt.Errorf("zoo: weights of %s: %w", m.Card.Name, err)
	}
	if err := m.Check(a, 0, len(m.Groups)); err != nil {
		return nil, err
	}
	m.once.arrays = a
	return a, nil
}

// Params lists the arrays of the groups [from, to), in order, as [Frozen] and [Training]
// graphs need them.
func (m *Model) Params(from, to int) []Param { return params(m.Groups, from, to) }

// FoldedParams lists the arrays that a [Folded] graph of the groups [from, to) needs:
// those that [Model.Fold] gives.
func (m *Model) FoldedParams(from, to int) []Param { return params(foldedGroups(m.Groups), from, to) }

func params(groups []Group, from, to int) []Param {
	var out []Param
	for i := from; i < to; i++ {
		for _, s := range groups[i].steps {
			for _, a := range s.op.slots() {
				out = append(out, Param{groups[i].path(s) + "/" + a.name, a.shape, a.role, i})
			}
		}
	}
	return out
}

func foldedGroups(groups []Group) []Group {
	out := make([]Group, len(groups))
	for i, g := range groups {
		out[i] = g.folded()
	}
	return out
}

// Check says whether arrays holds every array of the groups [from, to) in its shape.
// Errors wrap [ErrMissing] or [ErrShape].
func (m *Model) Check(arrays Arrays, from, to int) error {
	for _, p := range m.Params(from, to) {
		if err := checkArray(m.Card.Name, arrays, p); err != nil {
			return err
		}
	}
	return nil
}

func checkArray(model string, arrays Arrays, p Param) error {
	a, ok := arrays[p.Name]
	if !ok {
		return fmt.Errorf("zoo: %s: %w: %q, shape %v; the weights belong to another model or were cut short", model, ErrMissing, p.Name, p.Shape)
	}
	if !slices.Equal(a.Shape, p.Shape) || len(a.Value) != Size(p.Shape) {
		return fmt.Errorf("zoo: %s: %w: %q is %v with %d values, the model needs %v; load the weights that belong to it",
			model, ErrShape, p.Name, a.Shape, len(a.Value), p.Shape)
	}
	return nil
}

// OutShape is the shape of one example after the groups [0, to), for pictures of
// height×width pixels: [height, width, channels], or [width of the features] from the
// pool on. Pictures are of 65536 pixels a side at most, so that what is counted of them stays
// within an int. Errors wrap [ErrShape].
func (m *Model) OutShape(to, height, width int) ([]int, error) {
	if to < 0 || to > len(m.Groups) || height < 1 || width < 1 {
		return nil, fmt.Errorf("zoo: %s: %w: no group %d of %d or no picture %d×%d", m.Card.Name, ErrShape, to, len(m.Groups), height, width)
	}
	if most := 1 << 16; height > most || width > most {
		return nil, fmt.Errorf("zoo: %s: %w: a picture of %d×%d pixels, where %d a side are the most", m.Card.Name, ErrShape, height, width, most)
	}
	shape := []int{height, width, 3}
	for _, g := range m.Groups[:to] {
		all, err := g.shapes(shape)
		if err != nil {
			return nil, fmt.Errorf("zoo: %s: pictures of %d×%d: %w", m.Card.Name, height, width, err)
		}
		shape = all[len(all)-1]
	}
	return shape, nil
}

// Clone copies the arrays.
func (a Arrays) Clone() Arrays {
	out := make(Arrays, len(a))
	for n, v := range a {
		v.Value = slices.Clone(v.Value)
		out[n] = v
	}
	return out
}

// Digest is the SHA-256 of names, shapes and values, in hexadecimal, whatever the order.
func (a Arrays) Digest() string {
	h := sha256.New()
	for _, n := range slices.Sorted(maps.Keys(a)) {
		hashArray(h, n, a[n])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func hashArray(h hash.Hash, name string, a Array) {
	fmt.Fprintf(h, "%q%v", name, a.Shape)
	buf := make([]byte, 0, 1<<16)
	for _, v := range a.Value {
		buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		if len(buf) == cap(buf) {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	h.Write(buf)
}

// Fingerprint names all that decides the output of the groups [0, to): the weights, the
// graph's version and the preprocessing. It is a part of the key of whatever is kept on
// disk; the runner that computed it is another ([Extractor.Runner]).
func (m *Model) Fingerprint(arrays Arrays, to int) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s v%d %+v to %d\n", m.Card.Name, m.Version, m.Preprocess, to)
	if p := m.Pooling(); to > m.body && p != Average { // the same weights give other features
		fmt.Fprintf(h, "%s\n", p)
	}
	for _, p := range m.Params(0, to) {
		hashArray(h, p.Name, arrays[p.Name])
	}
	return hex.EncodeToString(h.Sum(nil))
}
