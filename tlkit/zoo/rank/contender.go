package rank

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo"
)

// contender is a candidate while it is measured.
type contender struct {
	Result
	m *zoo.Model
	b Budget
	s *sample

	extractor  *zoo.Extractor
	pixels     []uint8 // a batch
	head, full *trainer
	times      [3][]float64 // seconds a picture: forward, head, full
}

// estimate counts what the network takes, and rules out what is too large. Nothing is built
// or read.
func (c *contender) estimate() {
	cost, err := c.m.Cost(c.m.Preprocess.Size, c.m.Preprocess.Size)
	if err != nil {
		c.RuledOut = err.Error()
		return
	}
	c.Parameters, c.MAdds = cost.Parameters, cost.MAdds
	// The weights are there as they were read and with the batch norms folded in.
	weights := int64(4 * cost.Parameters)
	c.Forward.Estimate = weights + cost.Forward(c.b.Batch)
	c.Head.Estimate = cost.Forward(c.b.Batch)
	c.Full.Estimate = cost.Training(c.b.Batch)
	if !c.b.Full {
		c.Full.Why = "not asked for"
	}
	if c.b.Memory == 0 {
		return
	}
	if need := c.Forward.Estimate + c.Head.Estimate; need > c.b.Memory {
		c.RuledOut = fmt.Sprintf("about %s are needed to run it and %s are free", bytes(need), bytes(c.b.Memory))
	} else if need += c.Full.Estimate; c.b.Full && need > c.b.Memory {
		c.Full.Why = fmt.Sprintf("about %s are needed and %s are free; a smaller Budget.Batch needs less", bytes(need), bytes(c.b.Memory))
	}
}

// need is what is to be built, in bytes.
func (c *contender) need() int64 {
	need := c.Forward.Estimate + c.Head.Estimate
	if c.Full.Why == "" {
		need += c.Full.Estimate
	}
	return need
}

// open builds what is timed, and judges the features.
func (c *contender) open(ctx context.Context) error {
	weights, err := c.m.Weights(ctx)
	if err != nil {
		return err
	}
	var features [][]float32
	err = measured(&c.Forward, func() error {
		features, err = c.extract(ctx)
		return err
	})
	if err != nil {
		return err
	}
	if err := c.judge(ctx, features, weights); err != nil {
		return err
	}
	c.head = c.trainer(ctx, &c.Head, weights, false)
	c.full = c.trainer(ctx, &c.Full, weights, true)
	return ctx.Err()
}

// measured notes by how much f lets the process grow at its highest.
func measured(s *Speed, f func() error) error {
	device.ReleaseMemory() // what the contender before worked in does not count for this one
	before, stop := device.ResidentMemory(), device.WatchMemory()
	err := f()
	s.Memory = max(stop()-before, 0)
	return err
}

// extract runs the sample through the network, the first batch once more than needed.
func (c *contender) extract(ctx context.Context) (rows [][]float32, err error) {
	began := time.Now()
	if c.extractor, err = zoo.NewExtractor(c.b.Device, c.m, zoo.ExtractorOptions{}); err != nil {
		return nil, err
	}
	if err := c.extractor.Ready(ctx); err != nil {
		return nil, err
	}
	c.Forward.Compile, c.Runner = time.Since(began), c.extractor.Runner()
	err = c.s.pixels(ctx, c.m.Preprocess, c.b.Batch, func(px []uint8) error {
		values, shape, err := c.extractor.Extract(ctx, px)
		if err != nil {
			return err
		}
		if c.pixels == nil {
			c.pixels = px
		}
		for wide := len(values) / shape[0]; len(values) > 0; values = values[wide:] {
			rows = append(rows, values[:wide:wide])
		}
		return nil
	})
	if err == nil {
		c.Features = len(rows[0])
	}
	return rows, err
}

// judge fills what the features and the source classifier say.
func (c *contender) judge(ctx context.Context, features [][]float32, weights zoo.Arrays) (err error) {
	folds := FoldOptions{Of: c.s.folds}
	if c.Probe, err = Probe(ctx, features, c.s.labels, folds); err != nil {
		return err
	}
	if c.Neighbours, err = Neighbours(ctx, features, c.s.labels, folds); err != nil {
		return err
	}
	if c.LogME, err = LogME(features, c.s.labels); err != nil {
		return err
	}
	if c.HScore, err = RegularizedHScore(features, c.s.labels); err != nil {
		return err
	}
	c.LEEP = math.NaN()
	if c.m.Features() == len(c.m.Groups) {
		return nil // there is no source classifier
	}
	prob, err := c.source(features, weights)
	if err != nil || len(prob[0]) < 2 {
		return err
	}
	near, err := Nearness(prob)
	if err != nil {
		return err
	}
	c.Near = &near
	c.LEEP, err = LEEP(prob, c.s.labels)
	return err
}

// source gives the source classifier's probabilities, from the features.
func (c *contender) source(features [][]float32, weights zoo.Arrays) (rows [][]float32, err error) {
	defer recovered(&err)
	from, to := c.m.Features(), len(c.m.Groups)
	shape, err := c.m.OutShape(from, c.m.Preprocess.Size, c.m.Preprocess.Size)
	if err != nil {
		return nil, err
	}
	params := c.m.Params(from, to)
	args := []any{tensors.FromFlatDataAndDimensions(flat(features), append([]int{len(features)}, shape...)...)}
	for _, p := range params {
		args = append(args, tensors.FromFlatDataAndDimensions(weights[p.Name].Value, p.Shape...))
	}
	exec, err := graph.NewExec(c.b.Device.Backend, func(in []*graph.Node) []*graph.Node {
		y, _ := c.m.Build(in[0], from, to, named(params, in[1:]), c.b.Device.Convs, zoo.Frozen)
		return []*graph.Node{y}
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	out, err := exec.Call1(args...)
	if err != nil {
		return nil, err
	}
	values, err := tensors.CopyFlatData[float32](out) // waits for the graph
	free(args)
	free([]any{out})
	for wide := len(values) / len(features); len(values) > 0; values = values[wide:] {
		rows = append(rows, softmax(values[:wide:wide]))
	}
	return rows, err
}

// softmax makes probabilities of logits, and leaves alone what is probabilities.
func softmax(row []float32) []float32 {
	sum, least, largest := 0.0, row[0], row[0]
	for _, v := range row {
		sum += float64(v)
		least, largest = min(least, v), max(largest, v)
	}
	if least >= 0 && math.Abs(sum-1) < 1e-3 {
		return row
	}
	sum = 0
	for i, v := range row {
		row[i] = float32(math.Exp(float64(v - largest)))
		sum += float64(row[i])
	}
	for i := range row {
		row[i] = float32(float64(row[i]) / sum)
	}
	return row
}

// trainer builds a training step and runs it once; nil where it is not to be had, and s.Why
// says so.
func (c *contender) trainer(ctx context.Context, s *Speed, weights zoo.Arrays, full bool) *trainer {
	if s.Why == "" && c.b.Device.Kind == device.ONNX {
		s.Why = "ONNX Runtime as the device computes forward only"
	}
	if s.Why != "" || ctx.Err() != nil {
		return nil
	}
	var t *trainer
	err := measured(s, func() (err error) {
		began := time.Now()
		t, err = newTrainer(c.b.Device, c.m, weights, len(c.s.classes), c.batch(), full)
		s.Compile = time.Since(began)
		if err == nil {
			_, err = t.step(c.pixels, c.s.labels)
		}
		return err
	})
	if err != nil {
		s.Why = err.Error()
		t.close()
		return nil
	}
	return t
}

// batch is the number of pictures in a step: the sample may hold fewer than asked for.
func (c *contender) batch() int {
	return len(c.pixels) / (3 * c.m.Preprocess.Size * c.m.Preprocess.Size)
}

// step times one step of each kind.
func (c *contender) step(ctx context.Context) error {
	work := []func() error{
		func() error { _, _, err := c.extractor.Extract(ctx, c.pixels); return err },
		func() error { _, err := c.head.step(c.pixels, c.s.labels); return err },
		func() error { _, err := c.full.step(c.pixels, c.s.labels); return err },
	}
	for k, f := range work {
		if k == 1 && c.head == nil || k == 2 && c.full == nil {
			continue
		}
		began := time.Now()
		if err := f(); err != nil {
			return fmt.Errorf("rank: %s: %w", c.Name, err)
		}
		c.times[k] = append(c.times[k], time.Since(began).Seconds()/float64(c.batch()))
	}
	return ctx.Err()
}

// finish makes speeds of the times.
func (c *contender) finish() {
	for k, s := range []*Speed{&c.Forward, &c.Head, &c.Full} {
		s.from(c.times[k])
	}
}

func (c *contender) close() {
	if c.extractor != nil {
		c.extractor.Close()
	}
	c.head.close()
	c.full.close()
	c.extractor, c.head, c.full, c.pixels = nil, nil, nil, nil
}
