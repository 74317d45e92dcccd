package zoo

import (
	"math"
	"math/rand/v2"
)

// Fold multiplies the batch norms of the groups [from, to) into their convolutions, with
// the stored averages: y = conv(x, k·f) + (offset − mean·f), f = scale/√(variance+ε).
// The result has the arrays of [Model.FoldedParams]; arrays is left as it is.
func (m *Model) Fold(arrays Arrays, from, to int) (Arrays, error) {
	if err := m.Check(arrays, from, to); err != nil {
		return nil, err
	}
	out := Arrays{}
	m.each(from, to, func(_ int, l layer, path string) {
		if l.kind == dense {
			out[path+"/kernel"], out[path+"/bias"] = arrays[path+"/kernel"], arrays[path+"/bias"]
			return
		}
		kernel, bias := m.foldLayer(arrays, l, path)
		out[path+"/kernel"] = Array{path + "/kernel", l.kernelShape(), kernel}
		out[path+"/bias"] = Array{path + "/bias", []int{l.out}, bias}
	})
	return out, nil
}

func (m *Model) foldLayer(arrays Arrays, l layer, path string) (kernel, bias []float32) {
	scale, offset := arrays[path+"/scale"].Value, arrays[path+"/offset"].Value
	mean, variance := arrays[path+"/mean"].Value, arrays[path+"/variance"].Value
	factor := make([]float32, l.out)
	bias = make([]float32, l.out)
	for i := range factor {
		f := float64(scale[i]) / math.Sqrt(float64(variance[i])+float64(m.epsilon))
		factor[i] = float32(f)
		bias[i] = float32(float64(offset[i]) - float64(mean[i])*f)
	}
	from := arrays[path+"/kernel"].Value
	kernel = make([]float32, len(from))
	for at := 0; at < len(from); at += l.out { // the output channel changes fastest
		for i, f := range factor {
			kernel[at+i] = from[at+i] * f
		}
	}
	return kernel, bias
}

// Init gives fresh arrays for training from scratch, the same for the same seed: the
// convolutions normal with variance 2/fan-out and the classifier uniform in
// ±1/√outputs, as the TensorFlow reference of EfficientNet initialises them; batch norms
// as the identity.
func (m *Model) Init(seed uint64) Arrays {
	out := Arrays{}
	for i, p := range m.Params(0, len(m.Groups)) {
		v := make([]float32, Size(p.Shape))
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		switch p.Role {
		case Kernel:
			drawKernel(rng, v, p.Shape)
		case Scale, Variance:
			for j := range v {
				v[j] = 1
			}
		}
		out[p.Name] = Array{p.Name, p.Shape, v}
	}
	return out
}

func drawKernel(rng *rand.Rand, v []float32, shape []int) {
	if len(shape) == 2 {
		bound := 1 / math.Sqrt(float64(shape[1]))
		for i := range v {
			v[i] = float32((2*rng.Float64() - 1) * bound)
		}
		return
	}
	fanOut := shape[0] * shape[1] * shape[3]
	if shape[2] == 1 { // depthwise: each output sees one filter
		fanOut = shape[0] * shape[1]
	}
	std := math.Sqrt(2 / float64(fanOut))
	for i := range v {
		v[i] = float32(rng.NormFloat64() * std)
	}
}
