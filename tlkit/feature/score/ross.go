package score

import (
	"context"
	"math"
)

// contingency is the mutual information of the sorted column and the classes, from how
// often each value meets each class.
func (s *sorter) contingency(l labels) float64 {
	n := float64(len(l.of))
	counts := make([]int, len(l.count))
	var met []int32
	sum, values := 0.0, 0
	s.runs(func(low, high int) {
		values++
		for _, i := range s.from[low:high] {
			c := l.of[i]
			if counts[c] == 0 {
				met = append(met, c)
			}
			counts[c]++
		}
		for _, c := range met {
			m := float64(counts[c])
			share := m / n * (math.Log(m) - math.Log(float64(high-low)) - math.Log(float64(l.count[c])) + math.Log(n))
			if math.Abs(share) >= 0x1p-52 { // what is less is rounding
				sum += share
			}
			counts[c] = 0
		}
		met = met[:0]
	})
	if values == 1 || len(l.count) == 1 {
		return 0
	}
	return sum
}

// ross is Ross's estimate of the mutual information of sorted numbers, whose rows from
// says, and the classes of these rows:
//
//	ψ(N) + ⟨ψ(k)⟩ − ⟨ψ(Nᵢ)⟩ − ⟨ψ(mᵢ)⟩
//
// where N rows are not alone in their class, Nᵢ are of the class of row i, k is the number
// of neighbours, and mᵢ rows of any class, i among them, are nearer to i than the k-th
// nearest of its class. On a line both are stretches of the sorted numbers, which only move
// upwards from one row to the next; it takes one sort and one pass.
func (w *mutual) ross(ctx context.Context, sorted *sorter, l labels, k int, psi []float64) (float64, error) {
	values, at, starts := w.byClass(sorted, l)
	sumK, sumN, sumM := 0.0, 0.0, 0.0
	for c, start := range starts[:len(l.count)] {
		own := at[start:starts[c+1]]
		if len(own) == 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		k := min(k, len(own)-1)
		sumK += float64(len(own)) * psi[k]
		sumN += float64(len(own)) * psi[len(own)]
		sumM += neighbourhoods(values, own, k, psi)
	}
	n := float64(len(values))
	if n == 0 || len(l.count) == 1 {
		return 0, nil
	}
	return psi[len(values)] + (sumK-sumN-sumM)/n, nil
}

// byClass takes the rows that are not alone in their class: their values in order, and for
// class c, in at[starts[c]:starts[c+1]], where among them its own are.
func (w *mutual) byClass(sorted *sorter, l labels) (values []float64, at []int32, starts []int) {
	starts = make([]int, len(l.count)+1)
	next := make([]int, len(l.count))
	for c, n := range l.count {
		next[c] = starts[c]
		if n == 1 {
			n = 0
		}
		starts[c+1] = starts[c] + n
	}
	w.values, w.at = sized(w.values, len(l.of)), sized(w.at, len(l.of))
	n := int32(0)
	for i, row := range sorted.from {
		c := l.of[row]
		if l.count[c] == 1 {
			continue
		}
		w.values[n] = valueOf(sorted.keys[i])
		w.at[next[c]] = n
		next[c]++
		n++
	}
	return w.values[:n], w.at[:n], starts
}

// neighbourhoods is the sum of ψ(m) over one class, whose numbers are values[own[…]].
func neighbourhoods(values []float64, own []int32, k int, psi []float64) float64 {
	sum := 0.0
	low := 0            // own[low] … own[low+k] are i and its k nearest
	first, last := 0, 0 // values[first] … values[last] are as near
	for i, me := range own {
		x := values[me]
		low = max(low, i-k)
		for low < i && low+k+1 < len(own) && values[own[low+k+1]]-x < x-values[own[low]] {
			low++
		}
		radius := nearer(max(x-values[own[low]], values[own[low+k]]-x))
		first, last = reach(values, int(me), first, last, radius)
		sum += psi[last-first+1]
	}
	return sum
}

// nearer is the distance next below d, so that "at most" means "less".
func nearer(d float64) float64 {
	if d == 0 {
		return 0
	}
	return math.Float64frombits(math.Float64bits(d) - 1)
}

// reach finds the first and the last of the sorted values that are at most radius away from
// values[me], starting from two guesses.
func reach(values []float64, me, first, last int, radius float64) (int, int) {
	x := values[me]
	return lowest(values, x, min(first, me), me, radius), highest(values, x, max(last, me), me, radius)
}

// lowest is the first position with x − value ≤ radius; me is one such. It leaps from the
// guess, doubling, and halves the last leap.
func lowest(values []float64, x float64, guess, me int, radius float64) int {
	in, out := me, -1 // values[in] is near enough; values[out] is not, or out is -1
	if x-values[guess] <= radius {
		in = guess
		for step := 1; ; step *= 2 {
			if in-step < 0 {
				break
			}
			if x-values[in-step] > radius {
				out = in - step
				break
			}
			in -= step
		}
	} else {
		out = guess
		for step := 1; out+step < in; step *= 2 {
			if x-values[out+step] <= radius {
				in = out + step
				break
			}
			out += step
		}
	}
	for in-out > 1 {
		if m := int(uint(in+out) / 2); x-values[m] <= radius {
			in = m
		} else {
			out = m
		}
	}
	return in
}

// highest is the last position with value − x ≤ radius.
func highest(values []float64, x float64, guess, me int, radius float64) int {
	in, out := me, len(values)
	if values[guess]-x <= radius {
		in = guess
		for step := 1; ; step *= 2 {
			if in+step >= len(values) {
				break
			}
			if values[in+step]-x > radius {
				out = in + step
				break
			}
			in += step
		}
	} else {
		out = guess
		for step := 1; out-step > in; step *= 2 {
			if values[out-step]-x <= radius {
				in = out - step
				break
			}
			out -= step
		}
	}
	for out-in > 1 {
		if m := int(uint(in+out) / 2); values[m]-x <= radius {
			in = m
		} else {
			out = m
		}
	}
	return in
}
