package estimate

import (
	"math"

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

// direction is the way to the minimum. Where the equations are singular, a small penalty
// on the step makes it a long way down.
func (f *face) direction() ([]float64, bool) {
	d, k := f.d, len(f.at)
	scale, right := make([]float64, k), make([]float64, k)
	for i, a := range f.at {
		j := f.active[a]
		scale[i] = 1 / math.Sqrt(f.data[a*f.width+a]+d.two)
		right[i] = (d.against(j) - d.two*d.w[j] - math.Copysign(d.one, d.w[j])) * scale[i]
	}
	a := mat.NewSymDense(k, nil)
	for i, r := range f.at {
		for j := i + 1; j < k; j++ {
			a.SetSym(i, j, f.data[r*f.width+f.at[j]]*scale[i]*scale[j])
		}
	}
	var chol mat.Cholesky
	for _, more := range []float64{0, 1e-9} {
		for i := range k {
			a.SetSym(i, i, 1+more)
		}
		if !chol.Factorize(a) || !(chol.Cond() < mendable) {
			continue
		}
		var by mat.VecDense
		if chol.SolveVecTo(&by, mat.NewVecDense(k, right)) != nil {
			return nil, false
		}
		out := by.RawVector().Data
		floats.Mul(out, scale)
		return out, finite(out...)
	}
	return nil, false
}
