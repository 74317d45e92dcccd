package feature

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// This file keeps rows that belong together in one part wherever a pipeline divides its
// training rows.

// grouping gives each row the number of its group. nil: each row is by itself.
type grouping struct {
	of []int32
	n  int // the numbers are below; some may be of no row
}

// groupingOf reads the column that names the groups. A row without a group is one by itself.
func groupingOf(t frame.Table, name string) (*grouping, error) {
	if name == "" {
		return nil, nil
	}
	c, err := t.Column(name)
	if err != nil {
		return nil, fmt.Errorf("feature: the group: %w", err)
	}
	of, n, err := t.Identify(name)
	if err != nil {
		return nil, fmt.Errorf("feature: the group: %w", err)
	}
	for i := range of {
		if c.Missing(i) {
			of[i] = int32(n)
			n++
		}
	}
	return &grouping{of, n}, nil
}

// only is the grouping of some of the rows.
func (g *grouping) only(rows []int) *grouping {
	if g == nil {
		return nil
	}
	out := &grouping{make([]int32, len(rows)), g.n}
	for i, r := range rows {
		out.of[i] = g.of[r]
	}
	return out
}

// source has the rows for package split; labels may be nil.
func (g *grouping) source(labels []int) split.Items {
	items := make(split.Items, len(g.of))
	for i, k := range g.of {
		items[i] = split.Item{ID: strconv.Itoa(i), Group: strconv.Itoa(int(k))}
		if labels != nil {
			items[i].Label = strconv.Itoa(labels[i])
		}
	}
	return items
}

// deal puts whole groups into at most n folds, none of them empty: the largest first, each
// where there is the least of its classes so far, of equal ones where there are the fewest
// rows. labels may be nil.
func (g *grouping) deal(n int, labels []int, seed uint64) dealt {
	members := make([][]int, g.n)
	for i, k := range g.of {
		members[k] = append(members[k], i)
	}
	rand.New(rand.NewPCG(seed, 0x67726f75)).Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	slices.SortStableFunc(members, func(a, b []int) int { return len(b) - len(a) })
	for len(members) > 0 && len(members[len(members)-1]) == 0 {
		members = members[:len(members)-1]
	}
	class := func(i int) int {
		if labels == nil {
			return 0
		}
		return labels[i]
	}
	var total []float64 // rows of each class
	for i := range g.of {
		for len(total) <= class(i) {
			total = append(total, 0)
		}
		total[class(i)]++
	}
	d := dealt{min(n, len(members)), make([]uint16, len(g.of))}
	have, rows := make([][]float64, d.n), make([]int, d.n)
	for f := range have {
		have[f] = make([]float64, len(total))
	}
	for _, m := range members {
		to, least := 0, 0.0
		for f := range have {
			much := 0.0
			for _, i := range m {
				much += have[f][class(i)] / total[class(i)]
			}
			if f == 0 || much < least || much == least && rows[f] < rows[to] {
				to, least = f, much
			}
		}
		rows[to] += len(m)
		for _, i := range m {
			have[to][class(i)]++
			d.of[i] = uint16(to)
		}
	}
	return d
}

// together lets a model that divides its rows itself keep groups in one part, unless it was
// told how to divide them.
func (g *grouping) together(r estimate.Regressor) estimate.Regressor {
	if g == nil {
		return r
	}
	switch m := r.(type) {
	case *estimate.LassoCV:
		if m != nil {
			return g.together(*m)
		}
	case *estimate.ElasticNetCV:
		if m != nil {
			return g.together(*m)
		}
	case estimate.LassoCV:
		m.Folds = g.folds(m.Folds)
		return m
	case estimate.ElasticNetCV:
		m.Folds = g.folds(m.Folds)
		return m
	}
	return r
}

// folds says which part each row is in. What cannot be divided so is left to the model to
// refuse.
func (g *grouping) folds(o estimate.Folds) estimate.Folds {
	n := o.Count
	if n == 0 {
		n = 5
	}
	if o.Of != nil || n < 2 || n > len(g.of) {
		return o
	}
	d := g.deal(min(n, math.MaxUint16), nil, o.Seed)
	o.Of = make([]int, len(d.of))
	for i, f := range d.of {
		o.Of[i] = int(f)
	}
	return o
}
