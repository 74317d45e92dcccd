package estimate

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// kdTree is Bentley's (1975), with the bounds of Arya and Mount (1993): rows are halved
// along the feature in which they are spread widest until few are left, and a search
// looks into the nearer half first and into the other only if it can hold something
// nearer than what is found.
type kdTree struct {
	rows  blas64.General // in the order of the leaves
	at    []int          // which row of the given ones each is
	nodes []kdNode       // the root first
}

type kdNode struct {
	low, high   int // rows [low, high)
	feature     int // along which it is halved; -1 for a leaf
	cut         float64
	left, right int // nodes: values up to the cut, and from the cut on
}

// leafRows is where halving ends: comparing so few rows costs less than choosing among them.
const leafRows = 24

func newKDTree(rows blas64.General) *kdTree {
	t := &kdTree{at: make([]int, rows.Rows)}
	for i := range t.at {
		t.at[i] = i
	}
	t.grow(rows, 0, rows.Rows)
	t.rows = blas64.General{Rows: rows.Rows, Cols: rows.Cols, Stride: rows.Cols, Data: make([]float64, rows.Rows*rows.Cols)}
	for i, r := range t.at {
		copy(row(t.rows, i), row(rows, r))
	}
	return t
}

// grow adds the node of rows [low, high) of the order, and those below it.
func (t *kdTree) grow(rows blas64.General, low, high int) int {
	me := len(t.nodes)
	t.nodes = append(t.nodes, kdNode{low: low, high: high, feature: -1})
	feature, spread := widest(rows, t.at[low:high])
	if high-low <= leafRows || !(spread > 0) {
		return me
	}
	value := func(i int) float64 { return row(rows, i)[feature] }
	middle := low + (high-low)/2
	slices.SortFunc(t.at[low:high], func(a, b int) int {
		switch x, y := value(a), value(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return a - b
	})
	cut := value(t.at[middle])
	left := t.grow(rows, low, middle)
	right := t.grow(rows, middle, high)
	t.nodes[me].feature, t.nodes[me].cut = feature, cut
	t.nodes[me].left, t.nodes[me].right = left, right
	return me
}

// widest finds the feature with the largest range.
func widest(rows blas64.General, at []int) (feature int, spread float64) {
	least, most := slices.Clone(row(rows, at[0])), slices.Clone(row(rows, at[0]))
	for _, i := range at[1:] {
		for j, v := range row(rows, i) {
			least[j], most[j] = min(least[j], v), max(most[j], v)
		}
	}
	for j := range least {
		if s := most[j] - least[j]; s > spread {
			feature, spread = j, s
		}
	}
	return feature, spread
}

func (t *kdTree) search(ctx context.Context, rep progress.Reporter, x blas64.General, k int, found func(i int, n []near)) error {
	count := counter(rep, x.Rows)
	return parallel.Chunks(ctx, x.Rows, 64, func(_, low, high int) {
		h := newNearest(k)
		away := make([]float64, x.Cols)
		for i := low; i < high; i++ {
			clear(away)
			t.visit(0, row(x, i), away, 0, h)
			found(i, h.sorted())
		}
		count(high - low)
	})
}

// visit offers the rows below a node. away holds how far the point lies outside the
// node's cell along each feature, and bound the sum of its squares.
func (t *kdTree) visit(n int, point, away []float64, bound float64, h *nearest) {
	node := &t.nodes[n]
	if node.feature < 0 {
		for i := node.low; i < node.high; i++ {
			h.offer(near{square(point, row(t.rows, i), h.worst()), t.at[i]})
		}
		return
	}
	d := point[node.feature] - node.cut
	first, second := node.left, node.right
	if d >= 0 {
		first, second = second, first
	}
	t.visit(first, point, away, bound, h)
	old := away[node.feature]
	beyond := bound - old*old + d*d
	// The bound is a sum in another order than the squares: a hair less is surely below.
	if beyond*(1-1e-9) > h.worst() {
		return
	}
	away[node.feature] = math.Abs(d)
	t.visit(second, point, away, beyond, h)
	away[node.feature] = old
}
