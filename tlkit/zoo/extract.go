package zoo

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	ort "github.com/yalue/onnxruntime_go"

	"transferlab/tlkit/device"
)

// ExtractorOptions say what an Extractor computes. The zero value gives the features, at
// the model's own picture size, by the quickest way the device has.
type ExtractorOptions struct {
	To     int    // the first group that is left out; 0: the classifier, so that features come out
	Height int    // of the pictures in pixels; 0: the model's
	Width  int    // 0: the model's
	Batch  int    // pictures run at once; 0: 4 for ONNX Runtime, whose layers then stay in the cache, 32 for XLA on a GPU, else 8
	Runner string // "onnx" or "gomlx" (the device's backend); "": see Extractor

	// Weights are the network's arrays; nil: the pretrained ones.
	Weights Arrays
}

// Extractor runs pictures through the first groups of a model, whose weights do not
// change: what a frozen base gives.
//
// It runs on ONNX Runtime where its library is found and nobody asked for another
// backend, because that is quickest on a CPU from the start of the process on; on the
// device's own backend otherwise, and always on a GPU. Which it is, is in
// [Extractor.Runner] and [Extractor.Why].
//
// The result for a picture does not depend on the batch it came in, nor on the number of
// cores. Two runners agree only up to rounding: features of one are not to be mixed with
// features of another, so Runner belongs in the key of whatever keeps them.
type Extractor struct {
	model  *Model
	o      ExtractorOptions
	out    []int
	device *device.Device

	runner, why string
	ready       chan struct{} // closed when start has ended
	failed      error
	weights     Arrays
	ort         *ortRunner
	exec        *graph.Exec
	constants   []any
	slots       chan struct{} // one for each run that may go on at once
	close       sync.Once
}

// NewExtractor starts to load the weights and to build the network, and returns at once:
// decode pictures meanwhile. Close it after use. An error in the loading comes from
// [Extractor.Ready] and from Extract.
func NewExtractor(d *device.Device, m *Model, o ExtractorOptions) (*Extractor, error) {
	if o.To == 0 {
		o.To = m.Features()
	}
	if o.Height == 0 {
		o.Height = m.Preprocess.Size
	}
	if o.Width == 0 {
		o.Width = m.Preprocess.Size
	}
	out, err := m.OutShape(o.To, o.Height, o.Width)
	if err != nil {
		return nil, err
	}
	e := &Extractor{model: m, o: o, out: out, device: d, ready: make(chan struct{})}
	if err := e.choose(); err != nil {
		return nil, err
	}
	go func() {
		defer close(e.ready)
		defer func() {
			if r := recover(); r != nil { // graph building panics
				e.failed = fmt.Errorf("zoo: %s on %s: %v", m.Card.Name, e.runner, r)
			}
		}()
		e.failed = e.start()
	}()
	return e, nil
}

// choose decides on the runner, before anything is loaded.
func (e *Extractor) choose() error {
	want, d := e.o.Runner, e.device
	switch {
	case want == "onnx", want == "" && d.Kind == device.ONNX:
		e.why = "asked for"
		if d.Runtime == "" {
			_, err := device.FindRuntime("")
			return fmt.Errorf("zoo: ONNX Runtime is asked for: %w", err)
		}
		e.runner = "onnx"
	case want == "gomlx":
		e.why, e.runner = "asked for", string(d.Kind)
	case want != "":
		return fmt.Errorf("zoo: runner %q is not one of onnx, gomlx; leave it empty for the quickest", want)
	case d.Asked != "":
		e.why, e.runner = d.Asked+" asks for it", string(d.Kind)
	case d.Kind == device.XLACUDA:
		e.why, e.runner = "a GPU is quickest", string(d.Kind)
	case d.Runtime == "":
		_, err := device.FindRuntime("")
		e.why, e.runner = "not ONNX Runtime, which would be quicker: "+err.Error(), string(d.Kind)
	default:
		if err := startORT(d.Runtime); err != nil {
			e.why, e.runner = "not ONNX Runtime, which would be quicker: "+err.Error(), string(d.Kind)
			break
		}
		e.why, e.runner = "quickest on a CPU for a base that does not change", "onnx"
	}
	if e.o.Batch <= 0 {
		e.o.Batch = map[string]int{"onnx": 4, string(device.XLACUDA): 32}[e.runner]
	}
	if e.o.Batch <= 0 {
		e.o.Batch = 8
	}
	parallel := 1 // XLA spreads one run over the cores by itself
	if e.runner == "onnx" {
		parallel = runtime.GOMAXPROCS(0)
		if err := startORT(d.Runtime); err != nil {
			return fmt.Errorf("zoo: %w; %s", err, device.Remedy)
		}
		e.runner = "onnxruntime-" + ort.GetVersion()
	}
	e.slots = make(chan struct{}, parallel)
	return nil
}

// Runner names what computes, with its version: "onnxruntime-1.32.0", "xla:cpu", "go".
func (e *Extractor) Runner() string { return e.runner }

// Why says why that runner was chosen.
func (e *Extractor) Why() string { return e.why }

// OutShape is the shape of one picture's result.
func (e *Extractor) OutShape() []int { return e.out }

// Fingerprint names all that decides the result: the model's fingerprint, the picture
// size and the runner. It waits for the weights.
func (e *Extractor) Fingerprint(ctx context.Context) (string, error) {
	if err := e.Ready(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %dx%d %s", e.model.Fingerprint(e.weights, e.o.To), e.o.Height, e.o.Width, e.runner), nil
}

// Ready waits until the network is loaded and built.
func (e *Extractor) Ready(ctx context.Context) error {
	select {
	case <-e.ready:
		return e.failed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close frees the network. No Extract may be going on.
func (e *Extractor) Close() {
	<-e.ready
	e.close.Do(func() {
		if e.ort != nil {
			e.ort.close()
		}
		if e.exec != nil {
			e.exec.Finalize()
		}
	})
}

func (e *Extractor) start() error {
	m := e.model
	e.weights = e.o.Weights
	if e.weights == nil {
		w, err := m.Weights(context.Background())
		if err != nil {
			return err
		}
		e.weights = w
	}
	folded, err := m.Fold(e.weights, 0, e.o.To)
	if err != nil {
		return err
	}
	if _, ok := e.onORT(); ok {
		return e.startORT(folded)
	}
	return e.startGraph(folded)
}

func (e *Extractor) onORT() (string, bool) {
	return e.runner, len(e.runner) > 11 && e.runner[:11] == "onnxruntime"
}

func (e *Extractor) startORT(folded Arrays) error {
	model, err := e.model.ONNX(folded, e.o.To, e.o.Height, e.o.Width)
	if err != nil {
		return err
	}
	e.ort, err = newORTRunner(model, []int{e.o.Height, e.o.Width, 3}, e.out)
	if err != nil {
		return fmt.Errorf("zoo: %s in ONNX Runtime: %w", e.model.Card.Name, err)
	}
	return nil
}

func (e *Extractor) startGraph(folded Arrays) error {
	params := e.model.FoldedParams(0, e.o.To)
	exec, err := graph.NewExec(e.device.Backend, func(in []*graph.Node) []*graph.Node {
		arrays := map[string]*graph.Node{}
		for i, p := range params {
			arrays[p.Name] = in[i+1]
		}
		y, _ := e.model.Build(in[0], 0, e.o.To, arrays, e.device.Convs, Folded)
		return []*graph.Node{y}
	})
	if err != nil {
		return fmt.Errorf("zoo: %s: %w", e.model.Card.Name, err)
	}
	e.exec = exec
	all := []shapes.Shape{shapes.Make(dtypes.Uint8, e.o.Batch, e.o.Height, e.o.Width, 3)}
	for _, p := range params {
		e.constants = append(e.constants, tensors.FromFlatDataAndDimensions(folded[p.Name].Value, p.Shape...))
		all = append(all, shapes.Make(dtypes.Float32, p.Shape...))
	}
	if _, err := exec.Compile(all...); err != nil {
		return fmt.Errorf("zoo: %s on %s: %w", e.model.Card.Name, e.runner, err)
	}
	return nil
}

// Extract runs pixels, uint8 [batch, height, width, 3], through the network and gives
// float32 values of the shape [batch, …OutShape]. Several may go on at once. When ctx
// ends it stops before the next part of the batch and gives ctx's error.
func (e *Extractor) Extract(ctx context.Context, pixels []uint8) (values []float32, shape []int, err error) {
	each := e.o.Height * e.o.Width * 3
	if len(pixels) == 0 || len(pixels)%each != 0 {
		return nil, nil, fmt.Errorf("zoo: %w: %d bytes are no whole number of pictures of %d×%d×3; resize them first", ErrShape, len(pixels), e.o.Height, e.o.Width)
	}
	if err := e.Ready(ctx); err != nil {
		return nil, nil, err
	}
	n, wide := len(pixels)/each, Size(e.out)
	values = make([]float32, n*wide)
	var wg sync.WaitGroup
	errs := make(chan error, n/e.o.Batch+1)
	for at := 0; at < n && ctx.Err() == nil; at += e.o.Batch {
		to := min(at+e.o.Batch, n)
		e.slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-e.slots }()
			errs <- e.run(pixels[at*each:to*each], values[at*wide:to*wide])
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return nil, nil, fmt.Errorf("zoo: %s on %s: %w", e.model.Card.Name, e.runner, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	return values, append([]int{n}, e.out...), nil
}

func (e *Extractor) run(pixels []uint8, out []float32) (err error) {
	if e.ort != nil {
		return e.ort.run(pixels, out)
	}
	full := e.o.Batch * e.o.Height * e.o.Width * 3
	if len(pixels) < full { // a compiled graph has one batch size: fill up with black
		pixels = append(append(make([]uint8, 0, full), pixels...), make([]uint8, full-len(pixels))...)
	}
	x := tensors.FromFlatDataAndDimensions(pixels, e.o.Batch, e.o.Height, e.o.Width, 3)
	defer x.FinalizeAll()
	y, err := e.exec.Call1(append([]any{x}, e.constants...)...)
	if err != nil {
		return err
	}
	defer y.FinalizeAll()
	return tensors.ConstFlatData(y, func(flat []float32) { copy(out, flat) })
}
