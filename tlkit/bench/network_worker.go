package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo"
)

// This file is the kit's side of the networks benchmark, in a process of its own.

// networkWorker runs "RUNNER NETWORK JOB BATCH": a round a line of input.
func networkWorker(args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("network needs a runner, a network, a job and a batch")
	}
	batch, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	m, err := networkCalled(args[1])
	if err != nil {
		return err
	}
	d, err := device.Open(device.Options{})
	if err != nil {
		return err
	}
	m = m.Random(1)
	weights, err := m.Weights(context.Background())
	if err != nil {
		return err
	}
	pictures := batch
	if args[2] == "forward" {
		pictures *= 2
	}
	pixels, labels := noisePixels(pictures*benchSize*benchSize*3), make([]int32, pictures)
	for i := range labels {
		labels[i] = int32(i * 61 % m.Card.Classes)
	}
	start := time.Now()
	var run func() error
	if args[2] == "forward" {
		e, err := zoo.NewExtractor(d, m, zoo.ExtractorOptions{To: len(m.Groups), Runner: args[0]})
		if err != nil {
			return err
		}
		defer e.Close()
		run = func() error {
			_, _, err := e.Extract(context.Background(), pixels)
			return err
		}
	} else {
		t, err := newTraining(d, m, weights)
		if err != nil {
			return err
		}
		run = func() error {
			_, err := t.step(pixels, labels)
			return err
		}
	}
	if err := run(); err != nil {
		return err
	}
	first := time.Since(start).Seconds()
	if err := run(); err != nil {
		return err
	}
	fmt.Printf("{\"pictures\": %d, \"parameters\": %d, \"first\": %g}\n", pictures, parameters(m), first)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		start := time.Now()
		if err := run(); err != nil {
			return err
		}
		fmt.Printf("{\"seconds\": %g, \"memory\": %g}\n", time.Since(start).Seconds(), memoryStatus("VmHWM")/1e6)
	}
	return nil
}

func networkCalled(key string) (*zoo.Model, error) {
	for _, n := range wholeNetworks() {
		if n.key == key {
			return n.model()
		}
	}
	return nil, fmt.Errorf("no network is called %q", key)
}

func noisePixels(n int) []uint8 {
	rng, out := rand.New(rand.NewPCG(1, 2)), make([]uint8, n)
	for i := range out {
		out[i] = uint8(rng.Uint32())
	}
	return out
}

// parameters counts what training changes.
func parameters(m *zoo.Model) int {
	n := 0
	for _, p := range m.Params(0, len(m.Groups)) {
		if trained(p) {
			n += zoo.Size(p.Shape)
		}
	}
	return n
}

// training is a step of SGD with momentum on a whole network, its state on the device.
type training struct {
	m     *zoo.Model
	convs device.Convs
	all   []zoo.Param
	state []*tensors.Tensor // the params, then the momenta of what is trained
	exec  *graph.Exec
}

func newTraining(d *device.Device, m *zoo.Model, weights zoo.Arrays) (*training, error) {
	t := &training{m: m, convs: d.Convs, all: m.Params(0, len(m.Groups))}
	var momenta []*tensors.Tensor
	for _, p := range t.all {
		t.state = append(t.state, tensors.FromFlatDataAndDimensions(weights[p.Name].Value, p.Shape...))
		if trained(p) {
			momenta = append(momenta, tensors.FromFlatDataAndDimensions(make([]float32, zoo.Size(p.Shape)), p.Shape...))
		}
	}
	t.state = append(t.state, momenta...)
	var err error
	t.exec, err = graph.NewExec(d.Backend, t.build)
	return t, err
}

func trained(p zoo.Param) bool { return p.Role != zoo.Mean && p.Role != zoo.Variance }

// build takes pixels, labels and the state, and gives the loss and the next state.
func (t *training) build(in []*graph.Node) []*graph.Node {
	arrays, weights := map[string]*graph.Node{}, []*graph.Node(nil)
	for i, p := range t.all {
		arrays[p.Name] = in[2+i]
		if trained(p) {
			weights = append(weights, in[2+i])
		}
	}
	logits, renewed := t.m.Build(in[0], 0, len(t.m.Groups), arrays, t.convs, zoo.Training)
	truth := graph.OneHot(in[1], t.m.Card.Classes, logits.DType())
	loss := graph.Neg(graph.ReduceAllMean(graph.ReduceSum(graph.Mul(truth, graph.LogSoftmax(logits, -1)), -1)))
	slopes, old, out := graph.Gradient(loss, weights...), in[2+len(t.all):], []*graph.Node{loss}
	momenta := make([]*graph.Node, len(slopes))
	for i, p := range t.all {
		if !trained(p) {
			out = append(out, renewed[p.Name])
			continue
		}
		n := len(momenta) - len(slopes)
		momenta[n] = graph.Add(graph.MulScalar(old[n], 0.9), slopes[0])
		out = append(out, graph.Sub(in[2+i], graph.MulScalar(momenta[n], 1e-3)))
		slopes = slopes[1:]
	}
	return append(out, momenta...)
}

// step gives the loss before the step.
func (t *training) step(pixels []uint8, labels []int32) (loss float32, err error) {
	n, size := len(labels), t.m.Preprocess.Size
	args := []any{tensors.FromFlatDataAndDimensions(pixels, n, size, size, 3), tensors.FromFlatDataAndDimensions(labels, n)}
	for _, a := range t.state {
		args = append(args, a)
	}
	out, err := t.exec.Call(args...)
	if err != nil {
		return 0, err
	}
	loss = tensors.ToScalar[float32](out[0]) // waits for the end of the step: only then may its inputs go
	if loss != loss {
		return loss, fmt.Errorf("the loss is %v", loss)
	}
	for _, a := range args {
		_ = a.(*tensors.Tensor).FinalizeAll()
	}
	_ = out[0].FinalizeAll()
	t.state = out[1:]
	return loss, nil
}
