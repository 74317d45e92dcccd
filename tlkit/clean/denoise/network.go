package denoise

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// layer is a dense layer: out = in·W + b.
type layer struct {
	In      int       `json:"in"`
	Out     int       `json:"out"`
	Weights []float32 `json:"weights"` // in × out, row by row
	Biases  []float32 `json:"biases"`
}

// network is the layers from the 2d inputs – values, and which are there – to d outputs.
// All but the last are followed by a ReLU.
type network []layer

// newNetwork draws weights from He's distribution (He et al. 2015); biases are 0.
func newNetwork(width int, hidden []int, seed uint64) network {
	rng := rand.New(rand.NewPCG(seed, 0xae))
	sizes := append(append([]int{2 * width}, hidden...), width)
	var n network
	for i, out := range sizes[1:] {
		l := layer{In: sizes[i], Out: out, Weights: make([]float32, sizes[i]*out), Biases: make([]float32, out)}
		scale := math.Sqrt(2 / float64(l.In))
		for k := range l.Weights {
			l.Weights[k] = float32(scale * rng.NormFloat64())
		}
		n = append(n, l)
	}
	return n
}

func (n network) width() int { return n[len(n)-1].Out }

// check says what is wrong with a network that was read.
func (n network) check(width int) error {
	if len(n) == 0 || len(n) > maxLayers || n[0].In != 2*width || n.width() != width {
		return fmt.Errorf("denoise: %w: %d layers that do not take and give %d columns", ErrFile, len(n), width)
	}
	for i, l := range n {
		if l.In < 1 || l.Out < 1 || l.In > maxUnits || l.Out > maxUnits || len(l.Weights) != l.In*l.Out || len(l.Biases) != l.Out || i > 0 && n[i-1].Out != l.In {
			return fmt.Errorf("denoise: %w: layer %d of %d takes %d and gives %d with %d weights and %d biases", ErrFile, i+1, len(n), l.In, l.Out, len(l.Weights), len(l.Biases))
		}
		for _, w := range l.Weights {
			if v := float64(w); math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("denoise: %w: layer %d of %d has the weight %v", ErrFile, i+1, len(n), w)
			}
		}
		for _, w := range l.Biases {
			if v := float64(w); math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("denoise: %w: layer %d of %d has the bias %v", ErrFile, i+1, len(n), w)
			}
		}
	}
	return nil
}

// run takes one row of inputs to its outputs; a and b are scratch of the widest layer.
func (n network) run(in, a, b, out []float32) {
	x := in
	for i, l := range n {
		y := a[:l.Out]
		if i == len(n)-1 {
			y = out
		}
		copy(y, l.Biases)
		for k, v := range x {
			if v == 0 {
				continue
			}
			for j, w := range l.Weights[k*l.Out : (k+1)*l.Out] {
				y[j] += v * w
			}
		}
		if i < len(n)-1 {
			for j, v := range y {
				y[j] = max(v, 0)
			}
		}
		x, a, b = y, b, a
	}
}

func (n network) widest() int {
	w := 0
	for _, l := range n {
		w = max(w, l.Out)
	}
	return w
}

// inputs writes a row of values, NaN where one is missing, as the network takes them.
func inputs(in, row []float32) {
	d := len(row)
	for j, v := range row {
		if v != v {
			in[j], in[d+j] = 0, 0
		} else {
			in[j], in[d+j] = v, 1
		}
	}
}
