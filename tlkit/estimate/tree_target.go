package estimate

import "math"

// A target is what a tree learns: it measures the rows of a node and finds where a
// feature parts them best.
type target interface {
	// outputs is how many numbers a node answers with.
	outputs() int
	// measure puts a node's answer into values. stake is what splits can gain at most: the
	// impurity times the number of rows.
	measure(items []item, values []float64) (stake float64)
	// scan tries all splits of a node's items, which are in the order of their values: at
	// is the number of items below the first of the best ones, 0 if there is none. room has
	// as many numbers as there are outputs, to count in.
	scan(items []item, values []float64, minLeaf int, stake float64, room []float64) (gain float64, at int)
}

const (
	// sameValue: values of a feature not farther apart than this are not parted, as in
	// scikit-learn, in float32 as there.
	sameValue float32 = 1e-7
	// sameGain is the share of what is at stake by which a split has to be better than
	// one before it.
	sameGain = 1e-12
)

// squares are numbers, one a row, around which sums of squares are made small.
type squares []float64

func (squares) outputs() int { return 1 }

func (y squares) measure(items []item, values []float64) float64 {
	sum, stake := 0.0, 0.0
	for _, it := range items {
		sum += y[it.row]
	}
	mean := sum / float64(len(items))
	for _, it := range items {
		d := y[it.row] - mean
		stake += float64(d * d)
	}
	values[0] = mean
	return stake
}

// scan: with the sum s of the l items on the left, of n whose mean is m, the sum of squares
// falls by (s − l·m)²·n/(l·(n−l)).
func (y squares) scan(items []item, values []float64, minLeaf int, stake float64, _ []float64) (gain float64, at int) {
	gain = math.Inf(-1)
	bar, tie := gain, sameGain*stake
	n, mean := float64(len(items)), values[0]
	left, l := 0.0, 0.0
	for i := 0; i < len(items)-minLeaf; i++ {
		it := items[i]
		left += y[it.row]
		l++
		if items[i+1].value <= it.value+sameValue || i+1 < minLeaf {
			continue
		}
		d := left - float64(l*mean)
		if g := d * d * n / (l * (n - l)); g > bar {
			gain, at, bar = g, i+1, g+tie
		}
	}
	return gain, at
}

// gini are classes, one a row.
type gini struct {
	y       []int32
	classes int
}

func newGini(y []int, classes int) gini {
	g := gini{make([]int32, len(y)), classes}
	for i, c := range y {
		g.y[i] = int32(c)
	}
	return g
}

func (g gini) outputs() int { return g.classes }

func (g gini) measure(items []item, values []float64) float64 {
	clear(values)
	for _, it := range items {
		values[g.y[it.row]]++
	}
	n, sum := float64(len(items)), 0.0
	for c, count := range values {
		sum += count * count
		values[c] = count / n
	}
	return n - sum/n
}

// scan: counts are whole, and so are the sums of their squares on either side, which a
// row that changes sides changes by twice its class's count and 1.
func (g gini) scan(items []item, values []float64, minLeaf int, stake float64, left []float64) (gain float64, at int) {
	gain = math.Inf(-1)
	bar, tie := gain, sameGain*stake
	n := float64(len(items))
	clear(left)
	// The counts on the right are those of all less those on the left.
	all, leftSum, rightSum := values, 0.0, 0.0
	for _, share := range all {
		count := math.Round(share * n)
		rightSum += count * count
	}
	l := 0.0
	for i := 0; i < len(items)-minLeaf; i++ {
		it := items[i]
		c := g.y[it.row]
		right := math.Round(all[c]*n) - left[c]
		leftSum += 2*left[c] + 1
		rightSum -= 2*right - 1
		left[c]++
		l++
		if items[i+1].value <= it.value+sameValue || i+1 < minLeaf {
			continue
		}
		if s := leftSum/l + rightSum/(n-l); s > bar {
			gain, at, bar = s, i+1, s+tie
		}
	}
	return gain, at
}
