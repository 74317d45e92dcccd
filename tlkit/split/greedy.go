package split

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// greedy deals units of several items, largest first.
func (d *deal) greedy(ctx context.Context, order []int32) error {
	const most = 1 << 28 // counts, of which there is one for each class and part
	if d.classes > most/len(d.shares) {
		return fmt.Errorf("split: %w: %d classes in %d parts; give fewer folds, or merge classes", ErrFolds, d.classes, len(d.shares))
	}
	g := greedy{deal: d, have: make([]int32, len(d.shares)*d.classes), seen: make([]int32, d.classes)}
	for at, k := range d.largestFirst(order) {
		if at&0xffff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		items := d.u.of(int(k))
		g.count(items)
		best, cost := -1, math.Inf(1)
		for p, s := range d.shares {
			if s == 0 {
				continue
			}
			if c := g.cost(len(items), p); best < 0 || c < cost-1e-12 {
				best, cost = p, c
			}
		}
		g.put(items, best)
	}
	return nil
}

// largestFirst sorts units by their size, those of one size in their order.
func (d *deal) largestFirst(order []int32) []int32 {
	largest := 0
	for k := range d.u.n {
		largest = max(largest, len(d.u.of(k)))
	}
	next := make([]int32, largest+2) // of size s at largest-s+1: counts, then places
	for k := range d.u.n {
		next[largest-len(d.u.of(k))+1]++
	}
	for s := range next[1:] {
		next[s+1] += next[s]
	}
	out := make([]int32, len(order))
	for _, k := range order {
		s := largest - len(d.u.of(int(k)))
		out[next[s]] = k
		next[s]++
	}
	return out
}

type greedy struct {
	*deal
	have []int32 // items of each class in each part so far, part by part
	seen []int32 // of each class: items of the unit at hand
	held []int32 // the classes of the unit at hand, ascending
}

// count sees which classes a unit has.
func (g *greedy) count(items []int32) {
	for _, c := range g.held {
		g.seen[c] = 0
	}
	g.held = g.held[:0]
	for _, i := range items {
		c := g.class[i]
		if g.seen[c]++; g.seen[c] == 1 {
			g.held = append(g.held, c)
		}
	}
	slices.Sort(g.held)
}

// cost is how much further from its targets part p gets with n items, relative to its size.
func (g *greedy) cost(n, p int) float64 {
	cost := 0.0
	have := g.have[p*g.classes:]
	for _, c := range g.held {
		target := g.target(p, int(c))
		before := float64(have[c]) - target
		after := before + float64(g.seen[c])
		cost += (after*after - before*before) / (target + 1e-9)
	}
	before := float64(g.size[p]) - g.want[p]
	after := before + float64(n)
	return cost + 0.1*(after*after-before*before)/(g.want[p]+1e-9)
}

func (g *greedy) put(items []int32, p int) {
	for _, i := range items {
		g.part[i] = int32(p)
	}
	g.size[p] += len(items)
	have := g.have[p*g.classes:]
	for _, c := range g.held {
		have[c] += g.seen[c]
	}
}
