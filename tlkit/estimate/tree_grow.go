package estimate

import (
	"context"
	"sync"

	"transferlab/tlkit/parallel"
)

// This file grows a tree level by level. Each feature has its items in an order of its own,
// in which a node's are next to one another and sorted by value; a split parts them in all
// features alike, so that nothing is sorted again.

// A grower grows trees on the same rows, one after the other.
type grower struct {
	bounds bounds
	sorted [][]item // by feature; never changed, unless there will be one tree only
	items  [][]item // by feature, node by node
	left   []bool   // by row: on which side of its node's split it is
	leaf   []int32  // by row: the leaf in which it ended
	rooms  sync.Pool
}

func newGrower(sorted [][]item, b bounds) *grower {
	n := len(sorted[0])
	return &grower{bounds: b, sorted: sorted, items: make([][]item, len(sorted)), left: make([]bool, n), leaf: make([]int32, n)}
}

// A room is what one feature's work needs beside its items.
type room struct {
	right  []item
	counts []float64
}

// An open node is one that may be split.
type open struct {
	node      int32
	low, high int // its items
	stake     float64
}

// A cut is a feature's best split of a node.
type cut struct {
	gain float64
	at   int // items on the left; 0 is none
}

// A split is a node's.
type split struct {
	open
	feature int
	at      int // items on the left
}

// epsilon is scikit-learn's: a node of no more impurity is a leaf.
const epsilon = 0x1p-52

// last grows the only tree, or the last one: it uses up the sorted items.
func (g *grower) last(ctx context.Context, y target) (tree, error) {
	g.items = g.sorted
	return g.grow(ctx, y)
}

// grow grows a tree; g.leaf then tells where the rows ended.
func (g *grower) grow(ctx context.Context, y target) (tree, error) {
	t := tree{outputs: y.outputs()}
	root := open{node: t.add(), high: len(g.leaf)}
	root.stake = y.measure(g.sorted[0], t.value(0))
	clear(g.leaf)
	var level []open
	if g.splittable(root, 0) {
		level = append(level, root)
	}
	var before []split // of the level above, which the items have yet to follow
	for depth := 0; len(level) > 0; depth++ {
		found := make([]cut, len(level)*len(g.sorted)) // by feature, then by node
		err := g.features(ctx, level, func(j int) {
			g.follow(j, before, depth == 1)
			g.scan(j, y, t, level, found[j*len(level):(j+1)*len(level)], depth == 0)
		})
		if err != nil {
			return tree{}, err
		}
		from := g.items
		if depth == 0 {
			from = g.sorted
		}
		before = before[:0]
		var next []open
		for k, o := range level {
			s := bestSplit(o, found[k:], len(level))
			if s.at == 0 {
				continue
			}
			low, high := t.split(o.node, s.feature, from[s.feature][o.low:o.high], s.at)
			before = append(before, s)
			next = g.children(next, y, t, s, from[s.feature], low, high, depth+1)
		}
		level = next
	}
	return t, nil
}

func (g *grower) splittable(o open, depth int) bool {
	n := o.high - o.low
	return depth < g.bounds.Depth && n >= g.bounds.MinSplit && n/2 >= g.bounds.MinLeaf && o.stake/float64(n) > epsilon
}

// bestSplit takes a node's best cut of all features; of equally good ones the first.
func bestSplit(o open, found []cut, step int) split {
	s := split{open: o}
	gain, tie := 0.0, sameGain*o.stake
	for i := 0; i < len(found); i += step {
		if c := found[i]; c.at > 0 && (s.at == 0 || c.gain > gain+tie) {
			gain, s.at, s.feature = c.gain, c.at, i/step
		}
	}
	return s
}

// children measures both sides of a split and tells the rows where they went.
func (g *grower) children(next []open, y target, t tree, s split, items []item, low, high int32, depth int) []open {
	middle := s.low + s.at
	for _, o := range []open{{node: low, low: s.low, high: middle}, {node: high, low: middle, high: s.high}} {
		part := items[o.low:o.high]
		o.stake = y.measure(part, t.value(int(o.node)))
		for _, it := range part {
			g.left[it.row] = o.node == low
			g.leaf[it.row] = o.node
		}
		if g.splittable(o, depth) {
			next = append(next, o)
		}
	}
	return next
}

// features does f for each feature, on several cores where there is work for them.
func (g *grower) features(ctx context.Context, level []open, f func(j int)) error {
	rows := 0
	for _, o := range level {
		rows += o.high - o.low
	}
	const little = 1 << 13 // items: some ten microseconds
	if rows*len(g.sorted) > little {
		return parallel.Each(ctx, len(g.sorted), f)
	}
	for j := range g.sorted {
		f(j)
	}
	return ctx.Err()
}

// scan looks for the best split of each open node by feature j.
func (g *grower) scan(j int, y target, t tree, level []open, found []cut, first bool) {
	r := g.room(0, t.outputs)
	defer g.rooms.Put(r)
	items := g.items[j]
	if first {
		items = g.sorted[j]
	}
	for k, o := range level {
		found[k].gain, found[k].at = y.scan(items[o.low:o.high], t.value(int(o.node)), g.bounds.MinLeaf, o.stake, r.counts)
	}
}

// follow parts the items of feature j as the level above was split: those on the left come
// first, and either side keeps its order.
func (g *grower) follow(j int, splits []split, first bool) {
	if g.items[j] == nil {
		g.items[j] = make([]item, len(g.leaf))
	}
	from := g.items[j]
	if first {
		from = g.sorted[j]
	}
	for _, s := range splits {
		r := g.room(s.high-s.low, 0)
		low, right := s.low, 0
		to, aside := g.items[j], r.right
		for _, it := range from[s.low:s.high] {
			if g.left[it.row] {
				to[low] = it
				low++
			} else {
				aside[right] = it
				right++
			}
		}
		copy(to[low:s.high], aside[:right])
		g.rooms.Put(r)
	}
}

// room is a place to work in, which its user puts back.
func (g *grower) room(items, counts int) *room {
	r, ok := g.rooms.Get().(*room)
	if !ok {
		r = &room{}
	}
	if len(r.right) < items {
		r.right = make([]item, items)
	}
	if len(r.counts) < counts {
		r.counts = make([]float64, counts)
	}
	return r
}
