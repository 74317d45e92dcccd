package outlier

import "math"

// This file finds the leaves that rows fall into. Which way a row goes at a split cannot be
// guessed, so a processor that guesses at every node loses most of its time: here nodes are
// so arranged that the way is computed instead, and four rows walk side by side.

// step is a node made ready for walking: a row goes on to the second node of to if
// sign·value ≤ at, and to the first otherwise. NaN never compares, so a split that sends
// missing values left asks for values that go right: −value ≤ the number before −at. A leaf
// leads to itself.
type step struct {
	at, sign float64
	to       [2]int32
	column   int32
}

// walker is a tree made ready for walking.
type walker struct {
	steps  []step
	depths []float64 // by node: path lengths of the leaves
	height int       // the longest path, in steps
}

func (t tree) walker() walker {
	w := walker{make([]step, len(t)), make([]float64, len(t)), 0}
	level := make([]int, len(t))
	for i, n := range t {
		me, left, right := int32(i), int32(i)+1, n.right
		switch {
		case right == 0:
			w.steps[i] = step{sign: 1, to: [2]int32{me, me}}
			w.depths[i] = n.at
			w.height = max(w.height, level[i])
			continue
		case n.missingLeft:
			w.steps[i] = step{math.Nextafter(-n.at, math.Inf(-1)), -1, [2]int32{left, right}, n.column}
		default:
			w.steps[i] = step{n.at, 1, [2]int32{right, left}, n.column}
		}
		level[left], level[right] = level[i]+1, level[i]+1
	}
	return w
}

// next is the node after this one.
func next(n *step, row []float64) int32 {
	yes := 0
	if n.sign*row[n.column] <= n.at { // compiled to an instruction that sets yes, not to a jump
		yes = 1
	}
	return n.to[yes]
}

// add adds the path length of each row to sums. flat has the rows one after the other, each
// of the same number of columns.
func (w walker) add(sums, flat []float64, columns int) {
	row := func(i int) []float64 { return flat[i*columns : (i+1)*columns] }
	steps, i := w.steps, 0
	for ; i+4 <= len(sums); i += 4 {
		r0, r1, r2, r3 := row(i), row(i+1), row(i+2), row(i+3)
		var n0, n1, n2, n3 int32
		for range w.height {
			n0, n1 = next(&steps[n0], r0), next(&steps[n1], r1)
			n2, n3 = next(&steps[n2], r2), next(&steps[n3], r3)
		}
		sums[i] += w.depths[n0]
		sums[i+1] += w.depths[n1]
		sums[i+2] += w.depths[n2]
		sums[i+3] += w.depths[n3]
	}
	for ; i < len(sums); i++ {
		n := int32(0)
		for range w.height {
			n = next(&steps[n], row(i))
		}
		sums[i] += w.depths[n]
	}
}
