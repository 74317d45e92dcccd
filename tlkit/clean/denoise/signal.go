package denoise

import (
	"context"
	"fmt"
	"math"

	"transferlab/tlkit/progress"
)

// SignalOptions say how a signal is learnt. The zero value is the default.
type SignalOptions struct {
	// Window is how many values the network sees at once; 0 means 32. It should span the
	// shortest thing in the signal that is to stay.
	Window int
	Options
}

// Signal takes noise out of a signal – values in order, at even steps – by learning what
// its windows have in common, and returns as many values and how training went. The
// network learns from this very signal, so nothing is held back to judge it by: compare
// with the filters of tlkit/clean/smooth. Narrow is 0 for an eighth of the window. Missing
// values, NaN, stay missing; an infinity is an error.
func Signal(ctx context.Context, rep progress.Reporter, v []float64, o SignalOptions) ([]float64, History, error) {
	size := o.Window
	if size == 0 {
		size = 32
	}
	if size < 2 || size > maxColumns || len(v) < size+20 {
		return nil, History{}, fmt.Errorf("denoise: %w: a window of %d in a signal of %d values; a window has 2 to %d values, a signal 20 more than that", ErrInput, size, len(v), maxColumns)
	}
	if o.Narrow == 0 {
		o.Narrow = max(size/8, 1)
	}
	opt, err := o.Options.filled()
	if err != nil {
		return nil, History{}, err
	}
	for i, x := range v {
		if math.IsInf(x, 0) {
			return nil, History{}, fmt.Errorf("denoise: %w: value %d is %v; clip it or make it missing first", ErrInput, i, x)
		}
	}
	mean, scale, n := moments(v)
	if n == 0 {
		return append([]float64(nil), v...), History{}, nil
	}
	flat := make([]float32, len(v))
	for i, x := range v {
		flat[i] = float32((x - mean) / scale)
	}
	rows := make([][]float32, len(v)-size+1)
	for i := range rows {
		rows[i] = flat[i : i+size] // windows overlap and share their values
	}
	net, h, err := learn(ctx, rep, rows, opt)
	if err != nil {
		return nil, h, err
	}
	sums, counts := make([]float64, len(v)), make([]float64, len(v))
	in, out := make([]float32, 2*size), make([]float32, size)
	a, b := make([]float32, net.widest()), make([]float32, net.widest())
	for i, row := range rows {
		inputs(in, row)
		net.run(in, a, b, out)
		for j, y := range out {
			sums[i+j] += float64(y)
			counts[i+j]++
		}
	}
	clean := make([]float64, len(v))
	for i := range clean {
		clean[i] = sums[i]/counts[i]*scale + mean
		if math.IsNaN(v[i]) {
			clean[i] = math.NaN()
		}
	}
	return clean, h, nil
}
