package estimate

import (
	"math"
	"slices"
)

// choose gives the features that a step may change: all of them if they are few or the
// gradient is not known yet, else those that are not 0, and those that the gradient says
// should not be, the most pressing ones first.
func (l *newtonian) choose(gradient []float64) []int {
	p, width := l.x.Cols, l.width()
	var out []int
	if l.one == 0 || l.k*width <= fewSparse {
		for j := range p {
			out = append(out, j)
		}
		return out
	}
	if gradient == nil {
		return nil
	}
	type pressing struct {
		feature int
		by      float64
	}
	var more []pressing
	for j := range p {
		by, active := 0.0, false
		for c := range l.k {
			active = active || l.w[c*width+j] != 0
			by = max(by, math.Abs(gradient[c*width+j])-l.one)
		}
		if active {
			out = append(out, j)
		} else if by > 0 {
			more = append(more, pressing{j, by})
		}
	}
	slices.SortStableFunc(more, func(a, b pressing) int {
		switch {
		case a.by > b.by:
			return -1
		case a.by < b.by:
			return 1
		}
		return 0
	})
	for _, m := range more[:min(len(more), max(fewSparse/2/l.k, len(out), 1))] {
		out = append(out, m.feature)
	}
	slices.Sort(out)
	return out
}

// complete reports whether no feature that was left out of the step should be in it.
func (l *newtonian) complete(gradient []float64, chosen []int) bool {
	if len(chosen) == l.x.Cols {
		return true
	}
	width := l.width()
	for c := range l.k {
		for j := range l.x.Cols {
			if l.w[c*width+j] == 0 && math.Abs(gradient[c*width+j]) > l.one*(1+1e-9) {
				if _, in := slices.BinarySearch(chosen, j); !in {
					return false
				}
			}
		}
	}
	return true
}
