package estimate

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas/blas64"

	"transferlab/tlkit/progress"
)

// This file finds the nearest rows by comparing with all of them. The k-d tree in
// kdtree.go finds the same ones: both compare the same sums of squares, and equally far
// rows count in their order.

// near is a row and the square of its distance.
type near struct {
	square float64
	row    int
}

// before is the order of neighbours: the nearer first, then the one that stands first.
func (a near) before(b near) bool {
	return a.square < b.square || a.square == b.square && a.row < b.row
}

// nearest keeps the k best of what it is shown, as a heap with the worst on top.
type nearest struct {
	k    int
	heap []near
}

func newNearest(k int) *nearest { return &nearest{k, make([]near, 0, k)} }

// worst is the square beyond which nothing is kept any more.
func (h *nearest) worst() float64 {
	if len(h.heap) < h.k {
		return math.Inf(1)
	}
	return h.heap[0].square
}

// offer keeps n if it is among the k best.
func (h *nearest) offer(n near) {
	if len(h.heap) < h.k {
		h.heap = append(h.heap, n)
		for i := len(h.heap) - 1; i > 0; {
			up := (i - 1) / 2
			if !h.heap[up].before(h.heap[i]) {
				break
			}
			h.heap[up], h.heap[i] = h.heap[i], h.heap[up]
			i = up
		}
		return
	}
	if n.before(h.heap[0]) {
		h.heap[0] = n
		h.sink(len(h.heap))
	}
}

// sink moves the top of the first n down to its place.
func (h *nearest) sink(n int) {
	for i := 0; ; {
		down := 2*i + 1
		if down >= n {
			return
		}
		if down+1 < n && h.heap[down].before(h.heap[down+1]) {
			down++
		}
		if !h.heap[i].before(h.heap[down]) {
			return
		}
		h.heap[i], h.heap[down] = h.heap[down], h.heap[i]
		i = down
	}
}

// sorted empties the heap into its order, the nearest first.
func (h *nearest) sorted() []near {
	out := h.heap
	for n := len(out) - 1; n > 0; n-- {
		h.heap[0], h.heap[n] = h.heap[n], h.heap[0]
		h.sink(n)
	}
	h.heap = h.heap[:0]
	return out
}

// square is ‖a − b‖², summed in the features' order in four strands. What is beyond limit
// may be given up on once it is known to be.
func square(a, b []float64, limit float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	j := 0
	for ; j+4 <= len(a); j += 4 {
		d0, d1, d2, d3 := a[j]-b[j], a[j+1]-b[j+1], a[j+2]-b[j+2], a[j+3]-b[j+3]
		s0, s1, s2, s3 = s0+d0*d0, s1+d1*d1, s2+d2*d2, s3+d3*d3
		if j&31 == 28 && (s0+s1)+(s2+s3) > limit {
			return math.Inf(1)
		}
	}
	for ; j < len(a); j++ {
		d := a[j] - b[j]
		s0 += d * d
	}
	return (s0 + s1) + (s2 + s3)
}

// index finds the k nearest of its rows. found is called once for each row of x, by
// several goroutines; its slice is only lent.
type index interface {
	search(ctx context.Context, rep progress.Reporter, x blas64.General, k int, found func(i int, n []near)) error
}
