package feature

import (
	"fmt"
	"math"
	"slices"
)

// This file joins the values of a column that are rare into one group.

// checkRare checks the options that say what is rare.
func checkRare(minFrequency float64, maxCategories int) error {
	if !(minFrequency >= 0) || math.IsInf(minFrequency, 0) || minFrequency > 1 && minFrequency != math.Floor(minFrequency) {
		return optionf("MinFrequency is %v; give a whole number of rows from 1 up, or a share between 0 and 1", minFrequency)
	}
	if maxCategories < 0 {
		return optionf("MaxCategories is %d; give 1 or more, or 0 for no limit", maxCategories)
	}
	return nil
}

// rare gives the values that are joined, in their order: those in fewer rows than
// minFrequency says, and of the others the rarest until there are no more than
// maxCategories, the group of the joined ones included. Of those that are as rare as each
// other the first are joined.
func rare(counts []int, rows int, minFrequency float64, maxCategories int) []int {
	if minFrequency < 1 {
		minFrequency *= float64(rows)
	}
	joined := make([]bool, len(counts))
	left := len(counts) + 1
	for k, n := range counts {
		if float64(n) < minFrequency {
			joined[k] = true
			left--
		}
	}
	if maxCategories > 0 && maxCategories < left {
		order := make([]int, len(counts))
		for k := range order {
			order[k] = k
		}
		slices.SortStableFunc(order, func(a, b int) int { return counts[a] - counts[b] })
		for _, k := range order[:max(0, len(order)-(maxCategories-1))] {
			joined[k] = true
		}
	}
	var out []int
	for k, j := range joined {
		if j {
			out = append(out, k)
		}
	}
	return out
}

// groups number values after some of them were joined: those that were not in their order,
// then the joined ones.
type groups struct {
	of    []int32 // of each value
	from  []int32 // the value of each group; -1 for that of the joined ones
	joins bool
}

// groupsOf numbers n values of which some are joined.
func groupsOf(n int, joined []int) (groups, error) {
	g := groups{of: make([]int32, n), joins: len(joined) > 0}
	last := -1
	for _, k := range joined {
		if k <= last || k >= n {
			return groups{}, fmt.Errorf("feature: %w: infrequent value %d of %d", ErrFile, k, n)
		}
		last = k
		g.of[k] = -1
	}
	for k := range g.of {
		if g.of[k] == 0 {
			g.of[k] = int32(len(g.from))
			g.from = append(g.from, int32(k))
		}
	}
	if g.joins {
		for _, k := range joined {
			g.of[k] = int32(len(g.from))
		}
		g.from = append(g.from, -1)
	}
	return g, nil
}

// joinedGroup is the group of the joined values, or none if there is no such group.
func (g *groups) joinedGroup(none int32) int32 {
	if g.joins {
		return int32(len(g.from)) - 1
	}
	return none
}
