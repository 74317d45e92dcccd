package smooth

import (
	"fmt"
	"math"
)

// MovingAverage replaces each value by the mean of a window around it. At the ends, and
// where values are missing, the mean is of those that are there. It is pandas'
// rolling(window, center=True, min_periods=1).mean().
type MovingAverage struct {
	Window   int  `json:"window,omitempty"`   // values; 0 means 5
	Trailing bool `json:"trailing,omitempty"` // the window ends at the value
}

// Smooth smooths v. It takes time in proportion to len(v), whatever the window.
func (f MovingAverage) Smooth(v []float64) ([]float64, error) {
	size, err := window(f.Window, 5)
	if err != nil {
		return nil, err
	}
	if err := finite(v); err != nil {
		return nil, err
	}
	out := make([]float64, len(v))
	var sum sum
	low, high := 0, 0
	for i := range v {
		l, h := reach(i, len(v), size, f.Trailing)
		for ; high < h; high++ {
			sum.add(v[high], 1)
		}
		for ; low < l; low++ {
			sum.add(v[low], -1)
		}
		out[i] = v[i]
		if !math.IsNaN(v[i]) {
			out[i] = sum.mean()
		}
	}
	return out, nil
}

// sum is a running sum of values that come and go. What rounding loses is kept aside
// (Neumaier 1974), or a large value would leave its error behind when it goes.
type sum struct {
	total, lost float64
	n           int
}

func (s *sum) add(v float64, sign int) {
	if math.IsNaN(v) {
		return
	}
	s.n += sign
	v *= float64(sign)
	t := s.total + v
	if math.Abs(s.total) >= math.Abs(v) {
		s.lost += s.total - t + v
	} else {
		s.lost += v - t + s.total
	}
	s.total = t
	if s.n == 0 {
		*s = sum{}
	}
}

func (s *sum) mean() float64 { return (s.total + s.lost) / float64(s.n) }

// Exponential replaces each value by a mean of all before it and itself, whose weights fall
// by the factor 1-Alpha from step to step (Brown 1956). It is pandas' ewm(alpha).mean().
type Exponential struct {
	Alpha float64 `json:"alpha,omitempty"` // above 0, at most 1: the larger, the less smooth; 0 means 0.3

	// Recursive starts from the first value, y₀ = x₀, yᵢ = α·xᵢ + (1-α)·yᵢ₋₁, instead of
	// dividing by the weights that there are. pandas calls it adjust=False.
	Recursive bool `json:"recursive,omitempty"`
}

// Smooth smooths v. A missing value lets the weights fall all the same.
func (f Exponential) Smooth(v []float64) ([]float64, error) {
	if f.Alpha == 0 {
		f.Alpha = 0.3
	}
	if !(f.Alpha > 0 && f.Alpha <= 1) {
		return nil, fmt.Errorf("smooth: %w: alpha %v; give one above 0 and at most 1", ErrInput, f.Alpha)
	}
	if err := finite(v); err != nil {
		return nil, err
	}
	out := make([]float64, len(v))
	mean, weight, fresh := math.NaN(), 1.0, 1.0
	if f.Recursive {
		fresh = f.Alpha
	}
	for i, x := range v {
		out[i] = math.NaN()
		if math.IsNaN(mean) {
			mean = x
		} else {
			weight *= 1 - f.Alpha
			if !math.IsNaN(x) {
				if mean != x { // equal values keep their bits
					mean = (weight*mean + fresh*x) / (weight + fresh)
				}
				weight += fresh
				if f.Recursive {
					weight = 1
				}
			}
		}
		if !math.IsNaN(x) {
			out[i] = mean
		}
	}
	return out, nil
}

// Gaussian replaces each value by a mean of those around it, weighted by a bell curve. The
// ends are mirrored. It is scipy.ndimage.gaussian_filter1d(sigma, mode="reflect").
type Gaussian struct {
	Sigma    float64 `json:"sigma,omitempty"`    // the curve's standard deviation in steps; 0 means 2
	Truncate float64 `json:"truncate,omitempty"` // where the curve is cut, in standard deviations; 0 means 4
}

// widest bounds a kernel, which is held in memory.
const widest = 1 << 14

// Smooth smooths v, in time that grows with len(v) and with Sigma.
func (f Gaussian) Smooth(v []float64) ([]float64, error) {
	if f.Sigma == 0 {
		f.Sigma = 2
	}
	if f.Truncate == 0 {
		f.Truncate = 4
	}
	if !(f.Sigma > 0 && f.Truncate > 0 && f.Sigma*f.Truncate < widest) {
		return nil, fmt.Errorf("smooth: %w: sigma %v, cut at %v of it; give both above 0, and a product below %d", ErrInput, f.Sigma, f.Truncate, widest)
	}
	if err := finite(v); err != nil {
		return nil, err
	}
	kernel := make([]float64, int(f.Truncate*f.Sigma+0.5)+1) // one side and the middle
	total := 0.0
	for k := range kernel {
		kernel[k] = math.Exp(-0.5 * float64(k) * float64(k) / (f.Sigma * f.Sigma))
		total += kernel[k]
		if k > 0 {
			total += kernel[k]
		}
	}
	for k := range kernel {
		kernel[k] /= total
	}
	out := make([]float64, len(v))
	for i, x := range v {
		if math.IsNaN(x) {
			out[i] = x
			continue
		}
		out[i] = weighted(v, i, kernel)
	}
	return out, nil
}

// weighted is the mean around position i; weights of missing values are shared out.
func weighted(v []float64, i int, kernel []float64) float64 {
	sum, weight, gaps := 0.0, 0.0, false
	take := func(x, w float64) {
		if math.IsNaN(x) {
			gaps = true
			return
		}
		sum += w * x
		weight += w
	}
	take(v[i], kernel[0])
	for k := 1; k < len(kernel); k++ {
		take(v[mirrored(i-k, len(v))], kernel[k])
		take(v[mirrored(i+k, len(v))], kernel[k])
	}
	if gaps {
		return sum / weight
	}
	return sum
}

// mirrored folds a position outside 0…n-1 back: … 1 0 | 0 1 … n-1 | n-1 n-2 …
func mirrored(i, n int) int {
	if i >= 0 && i < n {
		return i
	}
	i %= 2 * n
	if i < 0 {
		i += 2 * n
	}
	if i >= n {
		i = 2*n - 1 - i
	}
	return i
}
