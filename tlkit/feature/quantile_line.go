package feature

import (
	"math"
	"slices"
)

// This file is the way from values to shares and back, for the quantile transformer.

// line leads from values to shares along the quantiles.
type line struct {
	q, share0, slope []float64 // slope i leads from q[i] to q[i+1]
	cells            []int32   // see find
	perCell          float64
}

func newLine(q []float64) line {
	l := line{q: q, share0: references(len(q))}
	if l.undefined() {
		return l
	}
	l.slope = make([]float64, len(q))
	for i := 1; i < len(q); i++ {
		l.slope[i-1] = (l.share0[i] - l.share0[i-1]) / (q[i] - q[i-1])
	}
	l.index()
	return l
}

func (l *line) undefined() bool { return l.q[0] != l.q[0] }

// index prepares find: it cuts the line into cells of equal width, some for each quantile,
// and notes which quantiles stand in which.
func (l *line) index() {
	n := 4 * len(l.q)
	l.perCell = float64(n) / (l.q[len(l.q)-1] - l.q[0])
	if !(l.perCell <= math.MaxFloat64) || l.perCell == 0 {
		l.perCell = 0 // all in the first cell
	}
	l.cells = make([]int32, n+2)
	c := 0
	for i, v := range l.q {
		for at := l.cell(v); c <= at; c++ {
			l.cells[c] = int32(max(i-1, 0))
		}
	}
	for ; c < len(l.cells); c++ {
		l.cells[c] = int32(len(l.q) - 1)
	}
}

// cell is where a value within the ends stands. It never falls where the value rises.
func (l *line) cell(v float64) int {
	if l.perCell == 0 { // the span may be infinite
		return 0
	}
	return min(int((v-l.q[0])*l.perCell), len(l.cells)-2)
}

// find is the last quantile that is no greater than a value within the ends.
func (l *line) find(v float64) int {
	c := l.cell(v)
	low, high := int(l.cells[c]), int(l.cells[c+1])+1
	high = min(high, len(l.q)-1)
	for high-low > 4 {
		if middle := int(uint(low+high) >> 1); l.q[middle] <= v {
			low = middle
		} else {
			high = middle
		}
	}
	for low < high && l.q[low+1] <= v {
		low++
	}
	return low
}

// share is the mean of the interpolations from below and from above, as scikit-learn takes
// it; they differ where several quantiles are the value.
func (l *line) share(v float64) float64 {
	last := len(l.q) - 1
	switch {
	case v != v || l.undefined():
		return math.NaN()
	case v < l.q[0]:
		return l.share0[0]
	case v > l.q[last]:
		return l.share0[last]
	}
	i := l.find(v)
	if l.q[i] == v {
		first, _ := slices.BinarySearch(l.q[:i], v)
		return 0.5 * (l.share0[i] + l.share0[first])
	}
	if s := l.slope[i]; s != 0 {
		return 0.5 * ((s*(v-l.q[i]) + l.share0[i]) - (s*(l.q[i+1]-v) - l.share0[i+1]))
	}
	// The two are farther apart than the largest number.
	half := (v/2 - l.q[i]/2) / (l.q[i+1]/2 - l.q[i]/2)
	return l.share0[i] + half*(l.share0[i+1]-l.share0[i])
}

// value leads back from a share between 0 and 1.
func (l *line) value(share float64) float64 {
	if share != share || l.undefined() {
		return math.NaN()
	}
	i, same := slices.BinarySearch(l.share0, share)
	if same {
		return l.q[i]
	}
	if i == len(l.q) {
		return l.q[i-1]
	}
	if i == 0 {
		return l.q[0]
	}
	slope := (l.q[i] - l.q[i-1]) / (l.share0[i] - l.share0[i-1])
	if math.IsInf(slope, 0) {
		part := (share - l.share0[i-1]) / (l.share0[i] - l.share0[i-1])
		return l.q[i-1]*(1-part) + l.q[i]*part
	}
	return slope*(share-l.share0[i-1]) + l.q[i-1]
}
