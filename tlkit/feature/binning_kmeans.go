package feature

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sort"
)

// This file cuts one column by k-means (Lloyd 1982), as scikit-learn's KMeans does from
// evenly spaced centres. Values in order are cut at the middles between the centres, so that
// a round costs a few searches and no look at the rows.

// kmeansEdges are the edges of k bins. v is changed.
func kmeansEdges(ctx context.Context, v []float64, least, most float64, k int) ([]float64, error) {
	m := momentsOf(v)
	v = sortedValues(v)
	c := newClusters(v, m.mean, min(k, len(v)))
	even := evenly(least, most, len(c.centre))
	for i := range c.centre {
		c.centre[i] = (even[i]+even[i+1])*0.5 - m.mean
	}
	c.run(ctx, 1e-4*m.variance)
	centres := c.centre
	slices.Sort(centres)
	edges := []float64{least}
	for i := 1; i < len(centres); i++ {
		edges = append(edges, ((centres[i]+m.mean)+(centres[i-1]+m.mean))*0.5)
	}
	return append(edges, most), ctx.Err()
}

// clusters are the centres of clusters of sorted numbers, all of them less by the mean.
type clusters struct {
	v      []float64 // sorted, not less by the mean
	mean   float64
	sum    []float64 // of the first i numbers less the mean
	centre []float64
	order  []int // the clusters by their centres
	cut    []int // the cluster order[i] has the numbers from cut[i] to cut[i+1]
}

func newClusters(v []float64, mean float64, k int) *clusters {
	c := &clusters{v: v, mean: mean, sum: make([]float64, len(v)+1), centre: make([]float64, k), order: make([]int, k), cut: make([]int, k+1)}
	for i, x := range v {
		c.sum[i+1] = c.sum[i] + (x - mean)
	}
	for i := range c.order {
		c.order[i] = i
	}
	return c
}

// run moves the centres until no number changes its cluster, or until they move by no more
// than a sum of squares.
func (c *clusters) run(ctx context.Context, tolerance float64) {
	const rounds = 300 // as many as scikit-learn does
	for range rounds {
		if ctx.Err() != nil {
			return
		}
		order, cut := slices.Clone(c.order), slices.Clone(c.cut)
		c.assign()
		moved := c.move()
		if slices.Equal(order, c.order) && slices.Equal(cut, c.cut) || moved <= tolerance {
			return
		}
	}
}

// assign gives each number to the nearest centre.
func (c *clusters) assign() {
	slices.SortStableFunc(c.order, func(a, b int) int {
		return cmp.Or(cmp.Compare(c.centre[a], c.centre[b]), cmp.Compare(a, b))
	})
	k := len(c.order)
	c.cut[k] = len(c.v)
	for i := 1; i < k; i++ {
		a, b := c.order[i-1], c.order[i]
		middle := (c.centre[a] + c.centre[b]) / 2
		from := c.cut[i-1]
		c.cut[i] = from + sort.Search(len(c.v)-from, func(at int) bool {
			x := c.v[from+at] - c.mean
			return x > middle || x == middle && b < a
		})
		if c.centre[a] == c.centre[b] {
			// The one that counts first has all that is nearest to them.
			c.cut[i] = len(c.v)
			for _, other := range c.order[i+1:] {
				if c.centre[other] > c.centre[b] {
					next := (c.centre[b] + c.centre[other]) / 2
					c.cut[i] = from + sort.Search(len(c.v)-from, func(at int) bool { return c.v[from+at]-c.mean > next })
					break
				}
			}
		}
	}
}

// move puts each centre at its cluster's mean, and gives the sum of the squares of what they
// moved. An empty cluster gets the number that is farthest from its own centre, of those
// that no other has got; with none left, the centre of the largest cluster.
func (c *clusters) move() float64 {
	k := len(c.order)
	sum, size := make([]float64, k), make([]int, k)
	var none []int
	for i, a := range c.order {
		size[a] = c.cut[i+1] - c.cut[i]
		sum[a] = c.sum[c.cut[i+1]] - c.sum[c.cut[i]]
		if size[a] == 0 {
			none = append(none, a)
		}
	}
	slices.Sort(none)
	far := c.farthest(len(none))
	for i, f := range far {
		sum[f.of] -= f.x
		size[f.of]--
		sum[none[i]], size[none[i]] = f.x, 1
	}
	largest := 0
	for a := range size {
		if size[a] > size[largest] {
			largest = a
		}
	}
	moved := 0.0
	for a := range c.centre {
		from := a
		if size[a] == 0 {
			from = largest // it gave its only number away
		}
		to := sum[from] / float64(size[from])
		moved += (to - c.centre[a]) * (to - c.centre[a])
		c.centre[a] = to
	}
	return moved
}

type farAway struct {
	x  float64 // less the mean
	of int     // its cluster
}

// farthest are the numbers farthest from their centres, the farthest first: in order, they
// stand at the ends of the clusters.
func (c *clusters) farthest(n int) []farAway {
	low, high := slices.Clone(c.cut[:len(c.order)]), slices.Clone(c.cut[1:])
	var out []farAway
	for range n {
		best, at, fromTop := -1.0, -1, false
		for i, a := range c.order {
			if low[i] >= high[i] {
				continue
			}
			if d := math.Abs(c.v[low[i]] - c.mean - c.centre[a]); d > best {
				best, at, fromTop = d, i, false
			}
			if d := math.Abs(c.v[high[i]-1] - c.mean - c.centre[a]); d > best {
				best, at, fromTop = d, i, true
			}
		}
		if at < 0 || best == 0 {
			break
		}
		place := low[at]
		if fromTop {
			high[at]--
			place = high[at]
		} else {
			low[at]++
		}
		out = append(out, farAway{c.v[place] - c.mean, c.order[at]})
	}
	return out
}
