package outlier

import (
	"math"
	"math/rand/v2"
)

// This file grows isolation trees: Liu, Ting and Zhou, Isolation Forest (2008), with the
// conventions of scikit-learn 1.9.1's IsolationForest.

// node is a split or a leaf of a tree. Nodes stand in the order in which a reader comes by
// them who goes left first, so a split's left child is the next one.
type node struct {
	at          float64 // a split sends values ≤ at left; a leaf has its path length here
	right       int32   // the right child; 0 in a leaf
	column      int32   // what a split looks at
	missingLeft bool    // where a split sends missing values
	rows        int32   // training rows that came here
}

type tree []node

// pathLength is the average number of comparisons of an unsuccessful search in a binary
// search tree of n keys: c(n) of the paper, by which leaves with several rows count as
// deeper and scores are scaled.
func pathLength(n int) float64 {
	const gamma = 0.57721566490153286060651209008240243 // Euler's constant
	switch {
	case n <= 1:
		return 0
	case n == 2:
		return 1
	}
	return 2*(math.Log(float64(n)-1)+gamma) - 2*(float64(n)-1)/float64(n)
}

// maxDepth is where trees stop: the height of a balanced one.
func maxDepth(samples int) int {
	return int(math.Ceil(math.Log2(float64(max(samples, 2)))))
}

// grower builds one tree from the rows that were drawn for it.
type grower struct {
	rng   *rand.Rand
	data  [][]float64 // rows of values, NaN where missing
	limit int         // depth
	nodes tree
	try   []int // columns, to be drawn from
}

func grow(rng *rand.Rand, data [][]float64, columns int) tree {
	g := grower{rng: rng, data: data, limit: maxDepth(len(data)), try: make([]int, columns)}
	for i := range g.try {
		g.try[i] = i
	}
	rows := make([]int, len(data))
	for i := range rows {
		rows[i] = i
	}
	g.node(rows, 0)
	return g.nodes
}

// node adds the node for these rows and all below it. rows is reordered.
func (g *grower) node(rows []int, depth int) {
	me := len(g.nodes)
	g.nodes = append(g.nodes, node{at: float64(depth) + pathLength(len(rows)), rows: int32(len(rows))})
	if len(rows) < 2 || depth >= g.limit {
		return
	}
	column, at, missing, ok := g.split(rows)
	if !ok {
		return // no column has two values
	}
	left := 0
	missingLeft := missing && g.rng.IntN(2) == 0
	for i, r := range rows {
		v := g.data[r][column]
		if v <= at || v != v && missingLeft {
			rows[i], rows[left] = rows[left], r
			left++
		}
	}
	if !missing { // one that is missing later follows the larger part
		missingLeft = 2*left > len(rows)
	}
	g.node(rows[:left], depth+1)
	right := int32(len(g.nodes))
	g.node(rows[left:], depth+1)
	g.nodes[me] = node{at: at, right: right, column: int32(column), missingLeft: missingLeft, rows: int32(len(rows))}
}

// split draws a column among those whose values differ in these rows, and a threshold
// between their least and their largest value.
func (g *grower) split(rows []int) (column int, at float64, missing, ok bool) {
	for left := len(g.try); left > 0; left-- {
		k := g.rng.IntN(left)
		column = g.try[k]
		g.try[k], g.try[left-1] = g.try[left-1], column
		low, high, missing := g.span(rows, column)
		if low < high {
			u := g.rng.Float64()
			at = low*(1-u) + high*u
			if at = max(at, low); at >= high {
				at = low
			}
			return column, at, missing, true
		}
	}
	return 0, 0, false, false
}

// span is the least and the largest value of a column, +inf and −inf if all are missing,
// and whether one is.
func (g *grower) span(rows []int, column int) (low, high float64, missing bool) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, r := range rows {
		v := g.data[r][column]
		if v != v {
			missing = true
			continue
		}
		low, high = min(low, v), max(high, v)
	}
	return low, high, missing
}
