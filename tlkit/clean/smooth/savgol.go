package smooth

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// SavitzkyGolay replaces each value by that of the polynomial which fits the window around
// it best, which keeps the height and width of peaks (Savitzky and Golay 1964). Values near
// the ends are those of the polynomial of the first, or last, whole window. It is
// scipy.signal.savgol_filter(window, degree, deriv, mode="interp"). Around a missing value
// the polynomial fits those that are there; where they are too few, the value stays as it
// was.
type SavitzkyGolay struct {
	Window     int `json:"window,omitempty"`     // values, odd; 0 means 11
	Degree     int `json:"degree,omitempty"`     // of the polynomial, below Window; 0 means 3
	Derivative int `json:"derivative,omitempty"` // give this derivative instead, per step; 0 is the value
}

// broadest bounds the fits, whose cost grows with the window.
const broadest = 9999

// Smooth smooths v, in time that grows with len(v) times the window.
func (f SavitzkyGolay) Smooth(v []float64) ([]float64, error) {
	size, err := window(f.Window, 11)
	if err != nil {
		return nil, err
	}
	if f.Degree == 0 {
		f.Degree = 3
	}
	if size%2 == 0 || size > broadest || f.Degree < 1 || f.Degree >= size || f.Degree > 12 || f.Derivative < 0 {
		return nil, fmt.Errorf("smooth: %w: a window of %d, degree %d, derivative %d; give an odd window up to %d, a degree from 1 to 12 that is below it, a derivative of 0 or more",
			ErrInput, size, f.Degree, f.Derivative, broadest)
	}
	if err := finite(v); err != nil {
		return nil, err
	}
	if len(v) < size {
		return nil, fmt.Errorf("smooth: %w: %d values are fewer than the window of %d; give a smaller window", ErrInput, len(v), size)
	}
	if f.Derivative > f.Degree {
		return make([]float64, len(v)), nil
	}
	whole, err := f.weights(size, nil, size/2)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(v))
	for i, x := range v {
		if math.IsNaN(x) {
			out[i] = x
			continue
		}
		low := min(max(i-size/2, 0), len(v)-size)
		part, at, weights := v[low:low+size], i-low, whole
		gaps := missing(part)
		if at != size/2 || gaps != nil {
			if weights, err = f.weights(size, gaps, at); err != nil {
				return nil, err
			}
		}
		out[i] = x
		if weights == nil { // too few values to fit
			if f.Derivative > 0 {
				out[i] = math.NaN()
			}
			continue
		}
		sum := 0.0
		for k, w := range weights {
			if w != 0 {
				sum += w * part[k]
			}
		}
		out[i] = sum
	}
	return out, nil
}

func missing(v []float64) []bool {
	var gaps []bool
	for i, x := range v {
		if math.IsNaN(x) {
			if gaps == nil {
				gaps = make([]bool, len(v))
			}
			gaps[i] = true
		}
	}
	return gaps
}

// weights are those of a window's values in the fitted polynomial, or its derivative, at
// one position; nil where the values are fewer than the polynomial's coefficients. They
// come from the QR decomposition of the powers of the positions, scaled to -1…1.
func (f SavitzkyGolay) weights(size int, gaps []bool, at int) ([]float64, error) {
	var there []int
	for k := range size {
		if gaps == nil || !gaps[k] {
			there = append(there, k)
		}
	}
	p := f.Degree + 1
	if len(there) < p {
		return nil, nil
	}
	half := float64(size-1) / 2
	powers := mat.NewDense(len(there), p, nil)
	for r, k := range there {
		x, v := (float64(k)-half)/max(half, 1), 1.0
		for c := range p {
			powers.Set(r, c, v)
			v *= x
		}
	}
	target := make([]float64, p) // the derivatives of the powers at the position
	for c := f.Derivative; c < p; c++ {
		v := 1.0
		for d := range f.Derivative {
			v *= float64(c-d) / max(half, 1)
		}
		target[c] = v * math.Pow((float64(at)-half)/max(half, 1), float64(c-f.Derivative))
	}
	// The fitted value is target·(AᵀA)⁻¹Aᵀy, so the weights solve Aᵀw = target with least norm.
	var qr mat.QR
	qr.Factorize(powers)
	w := mat.NewVecDense(len(there), nil)
	if err := qr.SolveVecTo(w, true, mat.NewVecDense(p, target)); err != nil {
		if _, poor := err.(mat.Condition); !poor {
			return nil, fmt.Errorf("smooth: %w: fitting a polynomial of degree %d: %w", ErrInput, f.Degree, err)
		}
	}
	out := make([]float64, size)
	for r, k := range there {
		out[k] = w.AtVec(r)
	}
	return out, nil
}
