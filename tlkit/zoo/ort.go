package zoo

import (
	"fmt"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// This file runs an ONNX model in ONNX Runtime.

// ortStart guards the start of ONNX Runtime, whose environment belongs to the process.
var ortStart sync.Mutex

func startORT(library string) error {
	ortStart.Lock()
	defer ortStart.Unlock()
	if ort.IsInitialized() {
		return nil
	}
	ort.SetSharedLibraryPath(library)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return fmt.Errorf("ONNX Runtime at %s does not start: %w", library, err)
	}
	return nil
}

// ortRunner runs one picture batch on one thread; several may run at once. One thread a
// run makes the result independent of the number of cores, and costs nothing where there
// are more batches than cores.
type ortRunner struct {
	session *ort.DynamicAdvancedSession
	in, out []int // shapes of one example
}

func newORTRunner(model []byte, in, out []int) (*ortRunner, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer o.Destroy()
	for _, set := range []func() error{
		func() error { return o.SetIntraOpNumThreads(1) },
		func() error { return o.SetInterOpNumThreads(1) },
		func() error { return o.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll) },
	} {
		if err := set(); err != nil {
			return nil, err
		}
	}
	s, err := ort.NewDynamicAdvancedSessionWithONNXData(model, []string{onnxInput}, []string{onnxOutput}, o)
	if err != nil {
		return nil, err
	}
	return &ortRunner{s, in, out}, nil
}

func (r *ortRunner) close() { r.session.Destroy() }

// run writes the output for the pictures to out.
func (r *ortRunner) run(pixels []uint8, out []float32) error {
	n := len(pixels) / Size(r.in)
	x, err := ort.NewTensor(batchShape(n, r.in), pixels)
	if err != nil {
		return err
	}
	defer x.Destroy()
	y, err := ort.NewTensor(batchShape(n, r.out), out)
	if err != nil {
		return err
	}
	defer y.Destroy()
	return r.session.Run([]ort.Value{x}, []ort.Value{y})
}

func batchShape(n int, shape []int) ort.Shape {
	s := ort.NewShape(int64(n))
	for _, d := range shape {
		s = append(s, int64(d))
	}
	return s
}
