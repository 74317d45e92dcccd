package denoise

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"transferlab/tlkit/device"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// History is what training came to, epoch by epoch: mean squared errors of standardised
// cells that were hidden or made noisy, on the rows learnt from and on those held back.
type History struct {
	Epoch     []float64
	TrainLoss []float64
	ValidLoss []float64
}

// learn trains a network on standardised rows, NaN where a cell is missing. Early stopping
// watches rows that are held back by chance; the best network is returned.
func learn(ctx context.Context, rep progress.Reporter, rows [][]float32, o Options) (best network, h History, err error) {
	rep = progress.Or(rep)
	held := max(len(rows)*15/100, 1)
	order := rand.New(rand.NewPCG(o.Seed, 0x5e1d)).Perm(len(rows))
	valid, learnt := order[:held], order[held:]
	best = newNetwork(len(rows[0]), o.hidden(len(rows[0])), o.Seed)
	dev, err := device.Open(device.Options{})
	if err != nil {
		return nil, h, fmt.Errorf("denoise: %w", err)
	}
	defer dev.Close()
	t := newTrainer(dev.Backend, best, o)
	defer t.store.Finalize()
	least, since := math.Inf(1), 0
	for epoch := range o.Epochs {
		loss, err := t.epoch(ctx, rows, learnt, epoch)
		if err != nil {
			return nil, h, err
		}
		now, err := t.network()
		if err != nil {
			return nil, h, err
		}
		judged := measure(ctx, now, rows, valid, o)
		if err := ctx.Err(); err != nil {
			return nil, h, err
		}
		if math.IsNaN(loss) || math.IsNaN(judged) {
			return nil, h, fmt.Errorf("denoise: %w: the loss is not a number after epoch %d; lower Rate (it is %v)", ErrInput, epoch+1, o.Rate)
		}
		if judged < least {
			least, since, best = judged, 0, now
		} else {
			since++
		}
		h.Epoch, h.TrainLoss, h.ValidLoss = append(h.Epoch, float64(epoch+1)), append(h.TrainLoss, loss), append(h.ValidLoss, judged)
		e := progress.Event{Task: "autoencoder", Done: int64(epoch + 1), Total: int64(o.Epochs), Unit: "epochs",
			Values: []progress.Value{{Name: "train loss", X: float64(epoch + 1), Y: loss}, {Name: "valid loss", X: float64(epoch + 1), Y: judged}}}
		if since >= o.Patience {
			e.Total, e.Note = e.Done, "stopped early"
			rep.Report(e)
			break
		}
		rep.Report(e)
	}
	return best, h, nil
}

// trainer is a network in GoMLX's hands.
type trainer struct {
	store *model.Store
	*train.Trainer
	start network
	o     Options
}

func weightsOf(i int) string { return fmt.Sprintf("/layer%d/weights", i) }
func biasesOf(i int) string  { return fmt.Sprintf("/layer%d/biases", i) }

func newTrainer(backend compute.Backend, start network, o Options) *trainer {
	t := &trainer{store: model.NewStore(), start: start, o: o}
	forward := func(scope *model.Scope, x *graph.Node) *graph.Node {
		g := x.Graph()
		for i, l := range start {
			w := t.store.VariableWithValue(weightsOf(i), tensors.FromFlatDataAndDimensions(append([]float32(nil), l.Weights...), l.In, l.Out)).NodeValue(g)
			b := t.store.VariableWithValue(biasesOf(i), tensors.FromFlatDataAndDimensions(append([]float32(nil), l.Biases...), l.Out)).NodeValue(g)
			x = graph.Add(graph.MatMul(x, w), graph.ExpandAxes(b, 0))
			if i < len(start)-1 {
				x = graph.MaxScalar(x, 0)
			}
		}
		return x
	}
	// The error counts where a weight says so: in cells that are known.
	squared := func(labels, predictions []*graph.Node) *graph.Node {
		target, weight := labels[0], labels[1]
		e := graph.Mul(graph.Square(graph.Sub(predictions[0], target)), weight)
		return graph.Div(graph.ReduceAllSum(e), graph.AddScalar(graph.ReduceAllSum(weight), 1e-6))
	}
	t.Trainer = train.NewTrainer(backend, t.store, forward, squared, optimizer.Adam().LearningRate(o.Rate).Done(), nil, nil)
	return t
}

// epoch takes a step for each batch of the rows, in a new order, and returns the mean loss.
func (t *trainer) epoch(ctx context.Context, rows [][]float32, learnt []int, epoch int) (mean float64, err error) {
	defer func() { // GoMLX's graph building panics
		if r := recover(); r != nil {
			err = fmt.Errorf("denoise: training: %v", r)
		}
	}()
	d, size := len(rows[0]), t.o.Batch
	rng := rand.New(rand.NewPCG(t.o.Seed, uint64(epoch)<<8|1))
	order := rng.Perm(len(learnt))
	steps := 0
	for at := 0; at < len(order); at += size {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		x, y, w := make([]float32, size*2*d), make([]float32, size*d), make([]float32, size*d)
		for i := range size { // every batch has one shape, so that it is compiled once; fillers weigh nothing
			if at+i >= len(order) {
				break
			}
			row := rows[learnt[order[at+i]]]
			t.o.spoil(rng, row, x[i*2*d:(i+1)*2*d])
			for j, v := range row {
				if v == v {
					y[i*d+j], w[i*d+j] = v, 1
				}
			}
		}
		out, err := t.TrainStep(train.Batch{
			Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, size, 2*d)},
			Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(y, size, d), tensors.FromFlatDataAndDimensions(w, size, d)},
		})
		if err != nil {
			return 0, fmt.Errorf("denoise: training: %w", err)
		}
		mean += float64(tensors.ToScalar[float32](out[0]))
		steps++
		for _, o := range out {
			_ = o.FinalizeAll()
		}
	}
	return mean / float64(steps), nil
}

// network copies the weights out.
func (t *trainer) network() (network, error) {
	n := make(network, len(t.start))
	for i, l := range t.start {
		n[i] = layer{In: l.In, Out: l.Out}
		for _, v := range []struct {
			path string
			to   *[]float32
		}{{weightsOf(i), &n[i].Weights}, {biasesOf(i), &n[i].Biases}} {
			value, err := t.store.GetVariable(v.path).Value()
			if err != nil {
				return nil, fmt.Errorf("denoise: %w", err)
			}
			if *v.to, err = tensors.CopyFlatData[float32](value); err != nil {
				return nil, fmt.Errorf("denoise: %w", err)
			}
		}
	}
	return n, nil
}

// spoil writes a row with noise added and cells hidden, as the network's input.
func (o Options) spoil(rng *rand.Rand, row, in []float32) {
	inputs(in, row)
	d := len(row)
	for j := range row {
		noise, hide := float32(o.Noise*rng.NormFloat64()), rng.Float64() < o.Hide
		switch {
		case in[d+j] == 0:
		case hide:
			in[j], in[d+j] = 0, 0
		default:
			in[j] += noise
		}
	}
}

// measure is the mean squared error on rows spoilt always in the same way.
func measure(ctx context.Context, n network, rows [][]float32, at []int, o Options) float64 {
	const piece = 256
	sums, counts := make([]float64, len(at)/piece+1), make([]float64, len(at)/piece+1)
	_ = parallel.Chunks(ctx, len(at), piece, func(chunk, low, high int) {
		d := n.width()
		in, out := make([]float32, 2*d), make([]float32, d)
		a, b := make([]float32, n.widest()), make([]float32, n.widest())
		for _, i := range at[low:high] {
			o.spoil(rand.New(rand.NewPCG(o.Seed, uint64(i)<<8|2)), rows[i], in)
			n.run(in, a, b, out)
			for j, v := range rows[i] {
				if v == v {
					e := float64(out[j] - v)
					sums[chunk] += e * e
					counts[chunk]++
				}
			}
		}
	})
	sum, count := 0.0, 0.0
	for c := range sums {
		sum, count = sum+sums[c], count+counts[c]
	}
	return sum / max(count, 1)
}
