package estimate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// exact goes to the minimum among coefficients of the same signs, by solving the linear
// equations of the active ones. Where one would change its sign on the way, the step ends
// there, that coefficient becomes 0, and the rest is solved again, as an active set method
// does. The objective falls with each step.
func (d *descent) exact() error {
	active := d.active()
	data, err := d.among(active)
	if err != nil {
		return err
	}
	f := face{d: d, active: active, data: data, width: len(active), at: make([]int, len(active))}
	for i := range f.at {
		f.at[i] = i
	}
	for range 30 { // then rounds over the coefficients are quicker
		if len(f.at) == 0 || f.step() {
			return nil
		}
	}
	return nil
}

// face is the active coefficients and X'X of them.
type face struct {
	d      *descent
	active []int
	data   []float64
	width  int
	at     []int // which of the active ones are not 0 yet
}

// step makes one step, and reports whether there is no more to make.
func (f *face) step() bool {
	by, ok := f.direction()
	if !ok {
		return true
	}
	w := f.d.w
	t, end := 1.0, true
	for i, k := range f.at {
		if old := w[f.active[k]]; old*(old+by[i]) <= 0 {
			t, end = min(t, math.Abs(old/by[i])), false
		}
	}
	keep := f.at[:0]
	for i, k := range f.at {
		j := f.active[k]
		to := w[j] + t*by[i]
		if t < 1 && math.Abs(w[j]/by[i]) == t || to*w[j] <= 0 {
			to = 0
		}
		f.d.shift(j, to)
		if to != 0 {
			keep = append(keep, k)
		}
	}
	f.at = keep
	return end
}

// direction is the way to the minimum.
func (f *face) direction() ([]float64, bool) {
	d, k := f.d, len(f.at)
	scale, right := make([]float64, k), make([]float64, k)
	for i, a := range f.at {
		j := f.active[a]
		scale[i] = 1 / math.Sqrt(f.data[a*f.width+a]+d.two)
		right[i] = (d.against(j) - d.two*d.w[j] - math.Copysign(d.one, d.w[j])) * scale[i]
	}
	a := blas64.Symmetric{N: k, Stride: k, Uplo: blas.Upper, Data: make([]float64, k*k)}
	for i, r := range f.at {
		from, to := f.data[r*f.width:(r+1)*f.width], a.Data[i*k:(i+1)*k]
		for j := i + 1; j < k; j++ {
			to[j] = from[f.at[j]] * scale[i] * scale[j]
		}
		to[i] = 1
	}
	out, ok := []float64(nil), false
	if k > fewEquations {
		out, ok = conjugate(a, right, 1e-14)
	}
	if !ok {
		out, ok = cholesky(a, right)
	}
	if !ok {
		return nil, false
	}
	floats.Mul(out, scale)
	return out, finite(out...)
}

// fewEquations is up to how many equations are solved by decomposition at once; more are
// first tried by iteration, whose rounds cost k² instead of k³ multiplications.
const fewEquations = 128

// conjugate solves a·w = right by conjugate gradients, if the columns hang together so
// little that some rounds are enough to leave no more of right than the share small. right
// is only read.
func conjugate(a blas64.Symmetric, right []float64, small float64) ([]float64, bool) {
	k := a.N
	w, residual, direction, product := make([]float64, k), slices.Clone(right), slices.Clone(right), make([]float64, k)
	rho := floats.Dot(residual, residual)
	end := rho * small * small
	for range 80 { // as many as a decomposition of some hundreds of equations costs
		if rho <= end {
			return w, true
		}
		blas64.Symv(1, a, vector(direction), 0, vector(product))
		bend := floats.Dot(direction, product)
		if !(bend > 0) {
			return nil, false
		}
		floats.AddScaled(w, rho/bend, direction)
		floats.AddScaled(residual, -rho/bend, product)
		next := floats.Dot(residual, residual)
		floats.Scale(next/rho, direction)
		floats.Add(direction, residual)
		rho = next
	}
	return nil, false
}

// cholesky solves a·w = right by decomposition. Where a is singular, a small penalty on w
// makes it a long way down.
func cholesky(a blas64.Symmetric, right []float64) ([]float64, bool) {
	sym := mat.NewSymDense(a.N, a.Data)
	var chol mat.Cholesky
	for _, more := range []float64{0, 1e-9} {
		for i := range a.N {
			sym.SetSym(i, i, 1+more)
		}
		if !chol.Factorize(sym) || !(chol.Cond() < mendable) {
			continue
		}
		var w mat.VecDense
		if chol.SolveVecTo(&w, mat.NewVecDense(a.N, right)) != nil {
			return nil, false
		}
		return w.RawVector().Data, true
	}
	return nil, false
}
