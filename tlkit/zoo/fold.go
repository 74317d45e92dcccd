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
	for _, p := range m.FoldedParams(from, to) {
		out[p.Name] = arrays[p.Name]
	}
	for _, g := range m.Groups[from:to] {
		for i, s := range g.steps {
			if into := g.foldedInto(i); into >= 0 {
				fold(arrays, out, g.path(g.steps[into]), g.path(s), s.op.(norm).epsilon)
			}
		}
	}
	return out, nil
}

// fold multiplies the batch norm called by its path into the convolution called by its.
func fold(arrays, out Arrays, conv, norm string, epsilon float32) {
	scale, offset := arrays[norm+"/scale"].Value, arrays[norm+"/offset"].Value
	mean, variance := arrays[norm+"/mean"].Value, arrays[norm+"/variance"].Value
	had := arrays[conv+"/bias"].Value // nil where it had none
	factor, bias := make([]float32, len(scale)), make([]float32, len(scale))
	for i := range factor {
		f := float64(scale[i]) / math.Sqrt(float64(variance[i])+float64(epsilon))
		factor[i] = float32(f)
		shift := -float64(mean[i])
		if had != nil {
			shift += float64(had[i])
		}
		bias[i] = float32(float64(offset[i]) + shift*f)
	}
	from := arrays[conv+"/kernel"]
	kernel := make([]float32, len(from.Value))
	for at := 0; at < len(kernel); at += len(factor) { // the output channel changes fastest
		for i, f := range factor {
			kernel[at+i] = from.Value[at+i] * f
		}
	}
	out[conv+"/kernel"] = Array{conv + "/kernel", from.Shape, kernel}
	out[conv+"/bias"] = Array{conv + "/bias", []int{len(bias)}, bias}
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
