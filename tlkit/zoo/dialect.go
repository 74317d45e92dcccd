package zoo

import (
	"path"
	"slices"
	"strings"

	"transferlab/tlkit/zoo/keras"
)

// dialect is how another library names and lays out the arrays of a network.
type dialect struct {
	library Library
	names   func() aliases
	extra   []keras.Layer // layers that its files have besides, with what we write there
}

// aliases give, for the path of each of our layers, the library's names of the layer with
// the kernel and of the batch norm behind it.
type aliases map[string]alias

type alias struct{ layer, norm string }

// Library is where a network's details or a file's names come from.
type Library string

// The libraries.
const (
	Keras       Library = "Keras"
	Torchvision Library = "torchvision"
	Timm        Library = "timm"
	LitePyTorch Library = "efficientnet_lite_pytorch"
)

// The last part of an array's name, by its role.
var (
	torchSuffix = [...]string{Kernel: "weight", Scale: "weight", Offset: "bias", Mean: "running_mean", Variance: "running_var", Bias: "bias"}
	kerasSuffix = [...]string{Kernel: "kernel", Scale: "gamma", Offset: "beta", Mean: "moving_mean", Variance: "moving_variance", Bias: "bias"}
)

// name gives the library's name of one of our arrays. A layer that the library does not
// have is called as here.
func (d dialect) name(names aliases, p Param) string {
	ours := path.Dir(p.Name)
	a, ok := names[ours]
	if !ok {
		a = alias{ours, ours + "_bn"}
	}
	owner := a.layer
	if p.Role != Kernel && p.Role != Bias {
		owner = a.norm
	}
	if d.library == Keras {
		return owner + "/" + kerasSuffix[p.Role]
	}
	return owner + "." + torchSuffix[p.Role]
}

// layout says how the library lays an array out that we have as p.
func (m *Model) layout(d dialect, p Param) layout {
	l := layout{shape: p.Shape, flattened: m.flattened(p)}
	switch {
	case d.library == Keras && depthwise(p.Shape): // [kh, kw, channels, 1]
		l.theirs = []int{p.Shape[0], p.Shape[1], p.Shape[3], 1}
	case d.library == Keras:
		l.theirs = p.Shape
	case len(p.Shape) == 4:
		l.theirs, l.outputsFirst = []int{p.Shape[3], p.Shape[2], p.Shape[0], p.Shape[1]}, true
	case len(p.Shape) == 2:
		l.theirs, l.outputsFirst = []int{p.Shape[1], p.Shape[0]}, true
	default:
		l.theirs = p.Shape
	}
	return l
}

// depthwise says whether a kernel has one filter a channel.
func depthwise(shape []int) bool { return len(shape) == 4 && shape[2] == 1 && shape[3] > 1 }

// flattened is the shape of the pictures whose flattened pixels a dense kernel meets.
func (m *Model) flattened(p Param) []int {
	if p.Role != Kernel || len(p.Shape) != 2 {
		return nil
	}
	g := m.Groups[p.Group]
	for _, s := range g.steps {
		if d, ok := s.op.(dense); ok && g.path(s) == path.Dir(p.Name) {
			return d.flattened
		}
	}
	return nil
}

// layout turns an array from another library's order of axes to ours and back.
type layout struct {
	shape, theirs []int
	outputsFirst  bool  // PyTorch's: [out, in, kh, kw] and [out, in]
	flattened     []int // see dense
}

// ours gives v in our order.
func (l layout) ours(v []float32) []float32 {
	if !l.outputsFirst {
		return v
	}
	w := make([]float32, len(v))
	l.put(w, v, 0)
	return w
}

// put writes v, the outputs from first on in their order, to where they are in ours. Both
// [out, in, kh, kw] and a dense kernel behind flattened pictures, [out, channels·pixels],
// become [pixels or taps, in, out]. It goes by tiles: runs of 16 outputs fill the cache's
// lines, and what they are read from stays in the cache.
func (l layout) put(w, v []float32, first int) {
	const tile = 16
	outs, each, inner := l.theirs[0], Size(l.theirs[1:]), Size(l.theirs[2:])
	if l.flattened != nil {
		inner = l.flattened[0] * l.flattened[1]
	}
	n := len(v) / each
	for r0 := 0; r0 < n; r0 += tile {
		for c0 := 0; c0 < each; c0 += tile {
			for c := c0; c < min(c0+tile, each); c++ {
				at := (c%inner)*(each/inner) + c/inner
				to, from := w[at*outs+first+r0:][:min(tile, n-r0)], v[r0*each+c:]
				for r := range to {
					to[r] = from[r*each]
				}
			}
		}
	}
}

// column copies every step-th element of from.
func column(to, from []float32, step int) {
	for i := range to {
		to[i] = from[i*step]
	}
}

// back gives v, in our order, in theirs.
func (l layout) back(v []float32) []float32 {
	if !l.outputsFirst {
		return v
	}
	w := make([]float32, len(v))
	outs, ins := l.theirs[0], l.theirs[1]
	switch {
	case l.flattened != nil:
		pixels, channels := l.flattened[0]*l.flattened[1], l.flattened[2]
		for o := range outs {
			for c := range channels {
				column(w[o*ins+c*pixels:][:pixels], v[c*outs+o:], channels*outs)
			}
		}
	case len(l.shape) == 2:
		transposed(w, 1, v, ins, outs)
	default:
		w = outputsFirst(v, l.shape)
	}
	return w
}

// known says whether a file of this library may hold a tensor of this name beside those
// that the model needs: counters, and the layers of a top that was left off.
func (d dialect) known(names aliases, name string) bool {
	if strings.HasSuffix(name, ".num_batches_tracked") {
		return true
	}
	cut := strings.LastIndexAny(name, "./")
	if cut < 0 {
		return false
	}
	if slices.ContainsFunc(d.extra, func(l keras.Layer) bool { return l.Name == unnumbered(name[:cut]) }) {
		return true
	}
	for _, a := range names {
		if name[:cut] == a.layer || name[:cut] == a.norm {
			return true
		}
	}
	return false
}

// unnumbered is a layer's name without its number: Keras numbers the layers whose names nobody
// chose, by how many a process has made.
func unnumbered(layer string) string {
	return strings.TrimRight(strings.TrimRight(layer, "0123456789"), "_")
}
