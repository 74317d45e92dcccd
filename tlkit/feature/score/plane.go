package score

import (
	"context"
	"math"

	"transferlab/tlkit/parallel"
)

// A plane is a tree of points in two dimensions (Bentley 1975): they are halved along the
// wider side until few are left. The halves have the same number of points, so that where
// a node's points are follows from its place, and only the cuts are kept.
type plane struct {
	points []point
	cuts   []cut     // node i has the halves 2i+1 and 2i+2
	sorted []float64 // one axis, for counting along it
}

type point struct {
	at  [2]float64
	row int32
}

type cut struct {
	at   float64
	axis int8 // -1: a leaf
}

// leafPoints is where halving ends: looking at so few is quicker than choosing.
const leafPoints = 8

func (t *plane) build(x, y []float64) {
	t.points = sized(t.points, len(x))
	for i := range x {
		t.points[i] = point{[2]float64{x[i], y[i]}, int32(i)}
	}
	nodes := 1
	for n := len(x); n > leafPoints; n = (n + 1) / 2 {
		nodes = 2*nodes + 1
	}
	t.cuts = sized(t.cuts, nodes)
	t.grow(0, t.points)
}

func (t *plane) grow(node int, p []point) {
	axis, width := wider(p)
	if len(p) <= leafPoints || !(width > 0) {
		t.cuts[node].axis = -1
		return
	}
	middle := len(p) / 2
	halve(p, middle, axis)
	t.cuts[node] = cut{p[middle].at[axis], int8(axis)}
	t.grow(2*node+1, p[:middle])
	t.grow(2*node+2, p[middle:])
}

// wider is the axis along which the points spread more, and how far.
func wider(p []point) (axis int, width float64) {
	if len(p) == 0 {
		return 0, 0
	}
	low, high := p[0].at, p[0].at
	for i := range p {
		a := p[i].at
		if a[0] < low[0] {
			low[0] = a[0]
		} else if a[0] > high[0] {
			high[0] = a[0]
		}
		if a[1] < low[1] {
			low[1] = a[1]
		} else if a[1] > high[1] {
			high[1] = a[1]
		}
	}
	if high[1]-low[1] > high[0]-low[0] {
		return 1, high[1] - low[1]
	}
	return 0, high[0] - low[0]
}

// halve orders p so that no point before the k-th lies beyond it on the axis, and none
// after it before it (Hoare's selection, with the median of three).
func halve(p []point, k, axis int) {
	low, high := 0, len(p)-1
	for low < high {
		a, b, c := p[low].at[axis], p[low+(high-low)/2].at[axis], p[high].at[axis]
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := low, high
		for i <= j {
			for p[i].at[axis] < pivot {
				i++
			}
			for p[j].at[axis] > pivot {
				j--
			}
			if i <= j {
				p[i], p[j] = p[j], p[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return
		}
	}
}

// distances gives each row how far its k-th nearest other point is: the larger of the
// differences in x and y. There are more than k points.
func (t *plane) distances(ctx context.Context, k int, out []float64) error {
	return parallel.Chunks(ctx, len(t.points), 1024, func(_, low, high int) {
		s := search{plane: t, best: make([]float64, k)}
		for i := low; i < high; i++ {
			s.me, s.at = i, t.points[i].at
			for b := range s.best {
				s.best[b] = math.Inf(1)
			}
			s.visit(0, 0, len(t.points))
			out[t.points[i].row] = s.best[k-1]
		}
	})
}

type search struct {
	*plane
	me   int
	at   [2]float64
	best []float64 // the k least distances so far, ascending
}

// visit looks at the points [low, high) of a node.
func (s *search) visit(node, low, high int) {
	c := s.cuts[node]
	if c.axis < 0 {
		s.leaf(low, high)
		return
	}
	middle := low + (high-low)/2
	d := s.at[c.axis&1] - c.at
	if d < 0 {
		s.visit(2*node+1, low, middle)
		if -d <= s.best[len(s.best)-1] {
			s.visit(2*node+2, middle, high)
		}
		return
	}
	s.visit(2*node+2, middle, high)
	if d <= s.best[len(s.best)-1] {
		s.visit(2*node+1, low, middle)
	}
}

func (s *search) leaf(low, high int) {
	last := len(s.best) - 1
	for i := low; i < high; i++ {
		p := &s.points[i]
		d := max(math.Abs(p.at[0]-s.at[0]), math.Abs(p.at[1]-s.at[1]))
		if !(d < s.best[last]) || i == s.me {
			continue
		}
		b := last
		for ; b > 0 && s.best[b-1] > d; b-- {
			s.best[b] = s.best[b-1]
		}
		s.best[b] = d
	}
}
