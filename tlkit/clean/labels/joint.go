package labels

import (
	"math"
	"slices"
)

// counts is the confident joint: how many items of each given label count for each class.
type counts struct {
	given     []int   // items of each label
	joint     [][]int // [given][true], scaled so that row i sums to given[i]
	confident []bool  // of each item: it counts for another class than its label's
}

// count counts. The threshold of a class is the mean probability of the class among the
// items with its label; an item counts for the class above its threshold that is likeliest.
func count(p Predictions) counts {
	k := len(p.Classes)
	c := counts{given: make([]int, k), confident: make([]bool, len(p.Labels))}
	threshold := make([]float64, k)
	for i, l := range p.Labels {
		c.given[l]++
		threshold[l] += p.Prob[i][l]
	}
	const never, least = 2, 2e-6 // no probability reaches the first; a threshold is not below the second
	for j := range threshold {
		if c.given[j] == 0 {
			threshold[j] = never
			continue
		}
		threshold[j] = max(threshold[j]/float64(c.given[j]), least)
	}
	raw := make([][]float64, k)
	for i := range raw {
		raw[i] = make([]float64, k)
	}
	for i, row := range p.Prob {
		counted, above, likeliest := -1, 0, 0
		for j, q := range row {
			if q > row[likeliest] {
				likeliest = j
			}
			if q >= threshold[j]-tie {
				if above == 0 {
					counted = j
				}
				above++
			}
		}
		if above > 1 {
			counted = likeliest
		}
		if counted >= 0 {
			raw[p.Labels[i]][counted]++
			c.confident[i] = counted != p.Labels[i]
		}
	}
	c.calibrate(raw)
	return c
}

// calibrate scales the rows to the numbers of labels given, in whole items. Each class
// counts at least one item that is what its label says.
func (c *counts) calibrate(raw [][]float64) {
	const tiny = 1e-100
	total := 0.0
	for i, row := range raw {
		row[i] = max(row[i], 1)
		sum := 0.0
		for _, v := range row {
			sum += v
		}
		for j := range row {
			row[j] = row[j] / max(sum, tiny) * float64(c.given[i])
			total += row[j]
		}
	}
	n := 0
	for _, g := range c.given {
		n += g
	}
	for _, row := range raw {
		for j := range row {
			row[j] = row[j] / max(total, tiny) * float64(n)
		}
		c.joint = append(c.joint, wholes(row))
	}
}

// wholes rounds numbers so that their sum is kept, rounded: those that lost or won most are
// changed by one.
func wholes(v []float64) []int {
	sum, got := 0.0, 0
	out := make([]int, len(v))
	order := make([]int, len(v))
	for i, x := range v {
		sum += x
		out[i] = int(math.RoundToEven(x))
		got += out[i]
		order[i] = i
	}
	want := int(math.RoundToEven(sum))
	for got != want {
		slices.SortStableFunc(order, func(a, b int) int {
			switch x, y := v[a]-float64(out[a]), v[b]-float64(out[b]); {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return a - b
		})
		step := 1
		if got > want {
			step = -1
		} else {
			slices.Reverse(order)
		}
		for _, i := range order[:min(step*(want-got), len(order))] {
			out[i] += step
			got += step
		}
	}
	return out
}

// shares are the counts as shares of all items, and the share off the diagonal.
func (c counts) shares() (joint [][]float64, wrong float64) {
	total := 0
	for _, row := range c.joint {
		for _, v := range row {
			total += v
		}
	}
	wrong = 1
	for i, row := range c.joint {
		shares := make([]float64, len(row))
		for j, v := range row {
			shares[j] = float64(v) / float64(total)
		}
		joint = append(joint, shares)
		wrong -= shares[i]
	}
	return joint, wrong
}

// mislabelled is how many items with label given are taken to be of class true; their
// number is lowered where a class would be left without an item of its own.
func (c counts) mislabelled(given int) []int {
	row := c.joint[given]
	out := make([]int, len(row))
	others := 0
	for _, v := range row {
		if v != 0 {
			others++
		}
	}
	keep := max(row[given], 1)
	less := float64(keep-row[given]) / math.Max(float64(others)-1, 1)
	for j, v := range row {
		out[j] = int(math.Max(float64(v)-less, 0))
	}
	out[given] = keep
	return out
}

// byNoiseRate marks, for each other class, the items that are most like it.
func (c counts) byNoiseRate(p Predictions) []bool {
	return c.prune(p, func(given int, items []int, mark func(item int)) {
		for j, n := range c.mislabelled(given) {
			if j == given {
				continue
			}
			ranked := slices.Clone(items)
			sortBy(ranked, func(i int) float64 { return p.Prob[i][given] - p.Prob[i][j] })
			for _, i := range ranked[:min(n, len(ranked))] {
				mark(i)
			}
		}
	})
}

// byClass marks the items that are least like their label.
func (c counts) byClass(p Predictions) []bool {
	return c.prune(p, func(given int, items []int, mark func(item int)) {
		n := len(items) - c.mislabelled(given)[given]
		sortBy(items, func(i int) float64 { return p.Prob[i][given] })
		for _, i := range items[:min(max(n, 0), len(items))] {
			mark(i)
		}
	})
}

// prune asks for the suspects of each label that more than one item has.
func (c counts) prune(p Predictions, choose func(given int, items []int, mark func(item int))) []bool {
	of := make([][]int, len(c.given))
	for i, l := range p.Labels {
		of[l] = append(of[l], i)
	}
	out := make([]bool, len(p.Labels))
	for given, items := range of {
		if len(items) > 1 {
			choose(given, items, func(item int) { out[item] = true })
		}
	}
	return out
}

func sortBy(items []int, key func(int) float64) {
	slices.SortStableFunc(items, func(a, b int) int {
		switch x, y := key(a), key(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
}
