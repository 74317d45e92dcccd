package bert

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/fetch"
	"transferlab/tlkit/internal/golden"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/zoo"
	"transferlab/tlkit/zoo/bert/wordpiece"
)

var (
	goldens = flag.String("goldens", "testdata", "where the models of testdata/make.py are")
	written = flag.String("written", "", "keep what TestWriteFolder writes in this folder")
	miniLM  = flag.String("minilm", "", "fetch all-MiniLM-L6-v2, and write it and what it gives for texts.json to this folder")
)

// expected is what testdata/make.py tells of a model.
type expected struct {
	IDs, Types, Mask []int32
	Length           int
	Groups           [][]float32
	Pooler           []float32
	Texts            []string
	Vectors          [][]float32
}

func models(t testing.TB) map[string]expected {
	return golden.Read[map[string]expected](t, filepath.Join(*goldens, "expected.json.gz"))
}

// opened opens a backend for a test. Without it the test is skipped with the reason, or
// fails where TLKIT_REQUIRE=all says that nothing may be missing.
func opened(t testing.TB, backend string) *device.Device {
	t.Helper()
	d, err := device.Open(device.Options{Backend: backend})
	if err != nil {
		if os.Getenv("TLKIT_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(d.Close)
	return d
}

func open(t testing.TB, name string) (*Model, zoo.Arrays) {
	t.Helper()
	m, err := Open(filepath.Join(*goldens, name))
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.Weights(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m, w
}

// near fails where two vectors differ by more than a share of the wanted one's largest
// number.
func near(t *testing.T, what string, got, want []float32, share float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	largest, worst := 0.0, 0.0
	for i := range want {
		if got[i] != got[i] {
			t.Fatalf("%s: number %d is NaN", what, i)
		}
		largest = max(largest, math.Abs(float64(want[i])))
		worst = max(worst, math.Abs(float64(got[i]-want[i])))
	}
	if worst > share*largest {
		t.Errorf("%s: %.2g away where the largest is %.2g", what, worst, largest)
	}
}

// graphs builds on the inputs and on the arrays of a model as nodes.
type graphs func(in []*graph.Node, arrays map[string]*graph.Node) []*graph.Node

func compute(t testing.TB, d *device.Device, m *Model, w zoo.Arrays, in []any, build graphs) [][]float32 {
	t.Helper()
	params := m.Params(0, len(m.Groups))
	args := slices.Clone(in)
	for _, p := range params {
		args = append(args, tensors.FromFlatDataAndDimensions(w[p.Name].Value, p.Shape...))
	}
	exec, err := graph.NewExec(d.Backend, func(nodes []*graph.Node) []*graph.Node {
		arrays := map[string]*graph.Node{}
		for i, p := range params {
			arrays[p.Name] = nodes[len(in)+i]
		}
		return build(nodes[:len(in)], arrays)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	all, err := exec.Call(args...)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]float32
	for _, y := range all {
		v, err := tensors.CopyFlatData[float32](y)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

func (e expected) inputs() []any {
	rows := len(e.IDs) / e.Length
	return []any{tensors.FromFlatDataAndDimensions(e.IDs, rows, e.Length), tensors.FromFlatDataAndDimensions(e.Types, rows, e.Length),
		tensors.FromFlatDataAndDimensions(e.Mask, rows, e.Length)}
}

// backends are those that a test runs on.
func backends() []string { return []string{"cpu", "go"} }

// TestParity compares the output of every group with transformers'.
func TestParity(t *testing.T) {
	for _, backend := range backends() {
		d := opened(t, backend)
		for name, e := range models(t) {
			m, w := open(t, name)
			got := compute(t, d, m, w, e.inputs(), func(in []*graph.Node, arrays map[string]*graph.Node) []*graph.Node {
				var out []*graph.Node
				x := Input{X: in[0], Types: in[1], Mask: in[2]}
				whole := m.Build(x, 0, m.Tokens(), arrays)
				for i := range m.Groups { // each on what the one below gives
					x.X = m.Build(x, i, i+1, arrays)
					out = append(out, x.X)
				}
				return append(out, whole)
			})
			want := slices.Clone(e.Groups)
			if len(e.Pooler) > 0 {
				want = append(want, e.Pooler)
			}
			want = append(want, e.Groups[len(e.Groups)-1])
			if len(got) != len(want) {
				t.Fatalf("%s: %d outputs, want %d", name, len(got), len(want))
			}
			for i := range want {
				near(t, fmt.Sprint(backend, " ", name, " output ", i), got[i], want[i], 2e-5)
			}
		}
	}
}

// TestEmbed compares the vectors of texts with transformers' and its tokenizer's, and with
// those that the same texts have alone and in another order.
func TestEmbed(t *testing.T) {
	for _, backend := range backends() {
		d := opened(t, backend)
		for name, e := range models(t) {
			m, _ := open(t, name)
			heard := 0
			embedder, err := NewEmbedder(t.Context(), d, m, EmbedderOptions{Tokens: 128, Progress: progress.Func(func(e progress.Event) { heard = int(e.Done) })})
			if err != nil {
				t.Fatal(err)
			}
			defer embedder.Close()
			embed := func(texts []string) [][]float32 {
				v, err := embedder.Embed(t.Context(), texts)
				if err != nil || heard != len(texts) {
					t.Fatalf("%v, %d texts reported", err, heard)
				}
				return v
			}
			backwards := slices.Clone(e.Texts)
			slices.Reverse(backwards)
			got, again, alone := embed(e.Texts), embed(backwards), embed(e.Texts[1:2])
			for i, text := range e.Texts {
				near(t, fmt.Sprintf("%s %s %+q", backend, name, text), got[i], e.Vectors[i], 2e-5)
				near(t, fmt.Sprintf("%s %s %+q, backwards", backend, name, text), again[len(again)-1-i], got[i], 2e-6)
			}
			near(t, name+" alone", alone[0], got[1], 2e-6)
		}
	}
}

// TestGradient has the upper layer train alone, and compares its gradient with differences.
func TestGradient(t *testing.T) {
	for _, backend := range backends() {
		d, e := opened(t, backend), models(t)["gelu"]
		m, w := open(t, "gelu")
		const name = "layer01/query/kernel"
		upper := m.Group("layer01")
		loss := func(in []*graph.Node, arrays map[string]*graph.Node) *graph.Node {
			x := Input{X: in[0], Types: in[1], Mask: in[2]}
			x.X = graph.StopGradient(m.Build(x, 0, upper, arrays))
			return graph.ReduceAllSum(graph.Square(m.Build(x, upper, len(m.Groups), arrays)))
		}
		got := compute(t, d, m, w, e.inputs(), func(in []*graph.Node, arrays map[string]*graph.Node) []*graph.Node {
			return graph.Gradient(loss(in, arrays), arrays[name], arrays["layer00/query/kernel"], arrays["embeddings/words"])
		})
		for i, g := range got[1:] {
			if slices.ContainsFunc(g, func(v float32) bool { return v != 0 }) {
				t.Errorf("%s: frozen array %d has a gradient", backend, i)
			}
		}
		at := func(i int, by float32) float64 {
			moved := w.Clone()
			moved[name].Value[i] += by
			return float64(compute(t, d, m, moved, e.inputs(), func(in []*graph.Node, arrays map[string]*graph.Node) []*graph.Node {
				return []*graph.Node{loss(in, arrays)}
			})[0][0])
		}
		largest := 0
		for i, v := range got[0] {
			if math.Abs(float64(v)) > math.Abs(float64(got[0][largest])) {
				largest = i
			}
		}
		const step = 1e-2
		want := (at(largest, step) - at(largest, -step)) / (2 * step)
		if math.Abs(want-float64(got[0][largest])) > 0.02*math.Abs(want) {
			t.Errorf("%s: gradient %d is %v, by differences %v", backend, largest, got[0][largest], want)
		}
	}
}

// TestEmbeddingGradient checks that a gradient reaches the words of the texts, and no
// others, through all layers.
func TestEmbeddingGradient(t *testing.T) {
	for _, backend := range backends() {
		d, e := opened(t, backend), models(t)["gelu"]
		m, w := open(t, "gelu")
		g := compute(t, d, m, w, e.inputs(), func(in []*graph.Node, arrays map[string]*graph.Node) []*graph.Node {
			y := m.Pool(m.Build(Input{X: in[0], Types: in[1], Mask: in[2]}, 0, m.Tokens(), arrays), in[2])
			return graph.Gradient(graph.ReduceAllSum(graph.Square(graph.AddScalar(y, -0.5))), arrays["embeddings/words"])
		})[0]
		wide := m.Config.Width
		for word := range m.Config.Words {
			seen := false
			for i, id := range e.IDs {
				seen = seen || int(id) == word && e.Mask[i] == 1
			}
			moves := slices.ContainsFunc(g[word*wide:(word+1)*wide], func(v float32) bool { return v != 0 })
			if seen != moves {
				t.Errorf("%s: word %d is in the texts: %v, has a gradient: %v", backend, word, seen, moves)
			}
		}
	}
}

// TestWriteFolder writes a model and reads it again, to the last bit.
func TestWriteFolder(t *testing.T) {
	for name, e := range models(t) {
		m, w := open(t, name)
		folder := filepath.Join(t.TempDir(), "new", name)
		if *written != "" {
			folder = filepath.Join(*written, name)
		}
		if err := m.WriteFolder(t.Context(), folder, w); err != nil {
			t.Fatal(err)
		}
		again, err := Open(folder)
		if err != nil {
			t.Fatal(err)
		}
		v, err := again.Weights(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if v.Digest() != w.Digest() || again.Sentence != m.Sentence || again.Fingerprint(v, len(m.Groups)) != m.Fingerprint(w, len(m.Groups)) {
			t.Errorf("%s: %+v %+v, want %+v %+v", name, again.Config, again.Sentence, m.Config, m.Sentence)
		}
		for _, text := range e.Texts {
			if a, b := tokens(t, m, text), tokens(t, again, text); !slices.Equal(a, b) {
				t.Errorf("%s: %+q is %v, was %v", name, text, b, a)
			}
		}
	}
}

func tokens(t *testing.T, m *Model, text string) []int32 {
	k, err := m.Tokenizer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e, err := k.Encode(text, wordpiece.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return e.IDs
}

func TestOptions(t *testing.T) {
	d := opened(t, "go")
	m, w := open(t, "gelu")
	for name, o := range map[string]EmbedderOptions{
		"too short": {MaxLength: 2}, "too long": {MaxLength: 41}, "lengths that end early": {Lengths: []int{8}},
		"lengths that fall": {Lengths: []int{24, 8, 24}}, "no lengths": {Lengths: []int{}}, "weights of another": {Weights: zoo.Arrays{}},
	} {
		if e, err := NewEmbedder(t.Context(), d, m, o); err == nil {
			e.Close()
			t.Errorf("%s: no error", name)
		}
	}
	plain, err := New("plain", m.Config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewEmbedder(t.Context(), d, plain, EmbedderOptions{Weights: w}); !errors.Is(err, zoo.ErrMissing) {
		t.Errorf("a model without a tokenizer: %v", err)
	}
}

// TestEmbedderEnds goes through the life of an embedder.
func TestEmbedderEnds(t *testing.T) {
	d := opened(t, "go")
	m, _ := open(t, "gelu")
	e, err := NewEmbedder(t.Context(), d, m, EmbedderOptions{Lengths: []int{7, 24}, Tokens: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Compile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if none, err := e.Embed(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("no texts: %v, %v", none, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Embed(gone, []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	e.Close()
	e.Close()
	if _, err := e.Embed(t.Context(), []string{"a"}); err == nil {
		t.Error("a closed embedder works")
	}
	if err := e.Compile(t.Context()); err == nil {
		t.Error("a closed embedder compiles")
	}
}

// TestMiniLM checks the description of the published model. With -minilm it fetches the
// weights and writes what testdata/check.py compares with transformers.
func TestMiniLM(t *testing.T) {
	m := MiniLM()
	if m.Card.Parameters != 22_713_216 || len(m.Groups) != 8 || len(m.Files) != 2 {
		t.Errorf("%d parameters, groups %v", m.Card.Parameters, m.Groups)
	}
	if *miniLM == "" {
		return
	}
	for _, f := range m.Files {
		if _, err := f.Path(t.Context(), fetch.Options{Network: true}); err != nil {
			t.Fatal(err)
		}
	}
	w, err := m.Weights(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := m.WriteFolder(t.Context(), *miniLM, w); err != nil {
		t.Fatal(err)
	}
	e, err := NewEmbedder(t.Context(), opened(t, "cpu"), m, EmbedderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	texts := golden.Read[[]string](t, filepath.Join(*miniLM, "texts.json"))
	vectors, err := e.Embed(t.Context(), texts[:min(300, len(texts))])
	if err != nil {
		t.Fatal(err)
	}
	ids := make([][]int32, len(texts))
	for i, text := range texts {
		ids[i] = tokens(t, m, text)
	}
	data, err := json.Marshal(map[string]any{"ids": ids, "vectors": vectors})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*miniLM, "given.json"), data, 0o666); err != nil {
		t.Fatal(err)
	}
}
