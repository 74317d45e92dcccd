package smooth

import (
	"fmt"
	"math"
	"slices"
)

// Median replaces each value by the median of a window around it, which takes out single
// wild values and keeps edges sharp (Tukey 1977). At the ends, and where values are
// missing, the median is of those that are there. It is pandas' rolling(window,
// center=True, min_periods=1).median().
type Median struct {
	Window   int  `json:"window,omitempty"`   // values; 0 means 5
	Trailing bool `json:"trailing,omitempty"` // the window ends at the value
}

// Smooth smooths v, in time that grows as n·log n, whatever the window.
func (f Median) Smooth(v []float64) ([]float64, error) {
	size, err := window(f.Window, 5)
	if err != nil {
		return nil, err
	}
	return roll(v, size, f.Trailing, func(x float64, w *ranks) float64 { return w.median() })
}

// Hampel replaces a value by the median of the window around it if it is further from it
// than Threshold times the window's spread, and leaves all others alone (Hampel 1974). The
// spread is 1.4826 times the median distance from the median, which is the standard
// deviation where the noise is normal. Where more than half of a window is one value, the
// spread is 0 and everything else in it is taken for wild.
type Hampel struct {
	Window    int     `json:"window,omitempty"`    // values; 0 means 7
	Threshold float64 `json:"threshold,omitempty"` // in standard deviations; 0 means 3
	Trailing  bool    `json:"trailing,omitempty"`  // the window ends at the value
}

// Smooth replaces the wild values of v, in time that grows as n·log² n.
func (f Hampel) Smooth(v []float64) ([]float64, error) {
	size, err := window(f.Window, 7)
	if err != nil {
		return nil, err
	}
	if f.Threshold == 0 {
		f.Threshold = 3
	}
	if !(f.Threshold > 0) {
		return nil, fmt.Errorf("smooth: %w: a threshold of %v; give one above 0", ErrInput, f.Threshold)
	}
	const normal = 1.482602218505602 // 1/Φ⁻¹(3/4)
	return roll(v, size, f.Trailing, func(x float64, w *ranks) float64 {
		m := w.median()
		if d := math.Abs(x - m); d > f.Threshold*normal*w.spread(m) {
			return m
		}
		return x
	})
}

// roll asks for a new value at each position, given the window around it.
func roll(v []float64, size int, trailing bool, value func(x float64, w *ranks) float64) ([]float64, error) {
	if err := finite(v); err != nil {
		return nil, err
	}
	w := newRanks(v)
	out := make([]float64, len(v))
	low, high := 0, 0
	for i, x := range v {
		l, h := reach(i, len(v), size, trailing)
		for ; high < h; high++ {
			w.change(high, 1)
		}
		for ; low < l; low++ {
			w.change(low, -1)
		}
		out[i] = x
		if !math.IsNaN(x) {
			out[i] = value(x, w)
		}
	}
	return out, nil
}

// ranks is a set of a signal's positions from which the k-th smallest value is had in
// log n steps: a Fenwick tree (1994) over the ranks of the values.
type ranks struct {
	rank   []int     // of each position, from 0; -1 where the value is missing
	sorted []float64 // by rank
	tree   []int32
	n      int // positions in the set
	top    int // the largest power of two in the tree
}

func newRanks(v []float64) *ranks {
	order := make([]int, 0, len(v))
	w := &ranks{rank: make([]int, len(v))}
	for i, x := range v {
		w.rank[i] = -1
		if !math.IsNaN(x) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case v[a] < v[b]:
			return -1
		case v[a] > v[b]:
			return 1
		}
		return 0
	})
	w.sorted = make([]float64, len(order))
	for r, i := range order {
		w.rank[i], w.sorted[r] = r, v[i]
	}
	w.tree = make([]int32, len(order)+1)
	for w.top = 1; w.top*2 <= len(order); w.top *= 2 {
	}
	return w
}

func (w *ranks) change(i int, by int32) {
	if w.rank[i] < 0 {
		return
	}
	w.n += int(by)
	for k := w.rank[i] + 1; k < len(w.tree); k += k & -k {
		w.tree[k] += by
	}
}

// at is the k-th smallest value, from 0.
func (w *ranks) at(k int) float64 {
	pos := 0
	for step := w.top; step > 0; step /= 2 {
		if next := pos + step; next < len(w.tree) && int(w.tree[next]) <= k {
			pos = next
			k -= int(w.tree[next])
		}
	}
	return w.sorted[pos]
}

func (w *ranks) median() float64 {
	if w.n%2 == 1 {
		return w.at(w.n / 2)
	}
	a, b := w.at(w.n/2-1), w.at(w.n/2)
	return a + (b-a)/2
}

// spread is the median distance from m, which is the window's median: the distances below
// it and those above it are two sorted lists, of which the middle is found by halving.
func (w *ranks) spread(m float64) float64 {
	half := w.n / 2
	below := func(i int) float64 { return m - w.at(half-1-i) } // half of them
	above := func(i int) float64 { return w.at(half+i) - m }   // the others
	kth := func(k int) float64 {
		low, high := max(0, k-(w.n-half)+1), min(k+1, half) // how many of the k+1 smallest lie below
		for low < high {
			mid := (low + high) / 2
			if below(mid) < above(k-mid) {
				low = mid + 1
			} else {
				high = mid
			}
		}
		d := math.Inf(-1)
		if low > 0 {
			d = below(low - 1)
		}
		if rest := k + 1 - low; rest > 0 {
			d = max(d, above(rest-1))
		}
		return d
	}
	if w.n%2 == 1 {
		return kth(half)
	}
	a, b := kth(half-1), kth(half)
	return a + (b-a)/2
}
