package score

import (
	"context"

	"transferlab/tlkit/parallel"
)

// kraskov is the estimate of the mutual information of two continuous columns, the sorted
// one in w and the target:
//
//	ψ(N) + ψ(k) − ⟨ψ(nx)⟩ − ⟨ψ(ny)⟩
//
// where nx rows, i among them, are nearer to i in x than its k-th nearest in the plane is,
// as the larger of the two differences measures it; likewise ny in y.
func (w *mutual) kraskov(ctx context.Context, target *mutual, k int, psi []float64) (float64, error) {
	n := len(w.noise)
	w.values = sized(w.values, n) // how far the k-th nearest of each row is
	w.tree.build(w.noise, target.noise)
	if err := w.tree.distances(ctx, k, w.values); err != nil {
		return 0, err
	}
	sum := psi[n] + psi[k]
	for _, axis := range []*sorter{&w.sorter, &target.sorter} {
		mean, err := w.meanPsi(ctx, axis, psi)
		if err != nil {
			return 0, err
		}
		sum -= mean
	}
	return sum, nil
}

// meanPsi is ⟨ψ(n)⟩ along one axis.
func (w *mutual) meanPsi(ctx context.Context, axis *sorter, psi []float64) (float64, error) {
	n := len(axis.keys)
	sorted := sized(w.tree.sorted, n)
	w.tree.sorted = sorted
	for i, key := range axis.keys {
		sorted[i] = valueOf(key)
	}
	const size = 1 << 12
	sums := make([]float64, (n+size-1)/size)
	err := parallel.Chunks(ctx, n, size, func(chunk, low, high int) {
		// Fetched ahead: the rows lie all over memory, and here the processor need not wait
		// for one before it asks for the next.
		var radius [size]float64
		for k, row := range axis.from[low:high] {
			radius[k] = nearer(w.values[row])
		}
		sum, before, after := 0.0, 0, 0 // how far the last row reached
		for i := low; i < high; i++ {
			first, last := reach(sorted, i, max(i-before, 0), min(i+after, n-1), radius[i-low])
			before, after = i-first, last-i
			sum += psi[last-first+1]
		}
		sums[chunk] = sum
	})
	total := 0.0
	for _, s := range sums {
		total += s
	}
	return total / float64(n), err
}
