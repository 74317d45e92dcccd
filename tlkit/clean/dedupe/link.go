package dedupe

import (
	"context"
	"fmt"
	"slices"
)

// link makes groups of pairs, by their first rows: connected components, or complete ones.
func link(ctx context.Context, rows int, pairs []Pair, s *scorer, complete bool) ([]Group, error) {
	parent := make([]int32, rows)
	for i := range parent {
		parent[i] = int32(i)
	}
	for _, p := range pairs {
		a, b := root(parent, int32(p.A)), root(parent, int32(p.B))
		parent[max(a, b)] = min(a, b) // a component is known by its first row
	}
	place := map[int32]int{}
	var groups []Group
	for i := range parent {
		r := root(parent, int32(i))
		if int(r) == i {
			continue
		}
		k, ok := place[r]
		if !ok {
			k = len(groups)
			place[r] = k
			groups = append(groups, Group{Rows: []int{int(r)}})
		}
		groups[k].Rows = append(groups[k].Rows, i)
	}
	for _, p := range pairs {
		k := place[root(parent, int32(p.A))]
		groups[k].Pairs = append(groups[k].Pairs, p)
	}
	if complete {
		var all []Group
		for _, g := range groups {
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("dedupe: grouping rows: %w", err)
			}
			parts, err := g.complete(ctx, s)
			if err != nil {
				return nil, err
			}
			all = append(all, parts...)
		}
		groups = all
	}
	slices.SortFunc(groups, func(a, b Group) int { return a.Rows[0] - b.Rows[0] })
	return groups, nil
}

// root of a row, with its path halved on the way.
func root(parent []int32, i int32) int32 {
	for parent[i] != i {
		parent[i] = parent[parent[i]]
		i = parent[i]
	}
	return i
}

// maxComplete bounds the rows of a component that complete linkage divides: its table of
// scores has the square of them, 32 MB.
const maxComplete = 2000

// complete divides a component so that every two rows of a part reach the threshold:
// agglomerative clustering with complete linkage (Defays 1977), which joins the two parts
// whose least similar rows are most similar, as long as those reach the threshold. Of equal
// ones it joins those with the first rows.
func (g Group) complete(ctx context.Context, s *scorer) ([]Group, error) {
	n := len(g.Rows)
	if n > maxComplete {
		return nil, fmt.Errorf("dedupe: %w: a chain of %d rows, from row %d on, is to be divided completely, and at most %d can be; raise the threshold, or give no Complete", ErrLimit, n, g.Rows[0], maxComplete)
	}
	// like[a][b] for b < a is the least similarity of the rows of two parts, −1 below the
	// threshold. A part is known by the place of its first row.
	like := make([][]float64, n)
	for a := range like {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("dedupe: grouping rows: %w", err)
		}
		like[a] = make([]float64, a)
		for b := range like[a] {
			score, ok := s.score(g.Rows[a], g.Rows[b], s.threshold)
			if !ok {
				score = -1
			}
			like[a][b] = score
		}
	}
	parts := join(like)
	var out []Group
	part := make([]int, n)
	for a := range part {
		part[a] = -1
	}
	for _, places := range parts {
		if len(places) < 2 {
			continue
		}
		rows := make([]int, len(places))
		for k, a := range places {
			rows[k], part[a] = g.Rows[a], len(out)
		}
		out = append(out, Group{Rows: rows})
	}
	for _, p := range g.Pairs {
		a, _ := slices.BinarySearch(g.Rows, p.A)
		b, _ := slices.BinarySearch(g.Rows, p.B)
		if part[a] >= 0 && part[a] == part[b] {
			out[part[a]].Pairs = append(out[part[a]].Pairs, p)
		}
	}
	return out, nil
}

// join joins parts by complete linkage until no two are alike. like is overwritten.
func join(like [][]float64) [][]int {
	n := len(like)
	members := make([][]int, n)
	best := make([]int, n) // of a part: the earlier part that is most like it, −1 for none
	seek := func(a int) {
		best[a] = -1
		for b, v := range like[a] {
			if members[b] != nil && v >= 0 && (best[a] < 0 || v > like[a][best[a]]) {
				best[a] = b
			}
		}
	}
	for a := range members {
		members[a] = []int{a}
		seek(a)
	}
	for {
		a := -1
		for c := range members {
			if members[c] != nil && best[c] >= 0 && (a < 0 || like[c][best[c]] > like[a][best[a]]) {
				a = c
			}
		}
		if a < 0 {
			break
		}
		b := best[a] // b < a takes a in
		members[b] = append(members[b], members[a]...)
		slices.Sort(members[b])
		members[a] = nil
		at := func(c, d int) *float64 { return &like[max(c, d)][min(c, d)] }
		for c := range members {
			if members[c] != nil && c != b {
				*at(b, c) = min(*at(b, c), *at(a, c))
			}
		}
		for c := b; c < n; c++ {
			if members[c] != nil && (c == b || best[c] == a || best[c] == b) {
				seek(c)
			}
		}
	}
	return slices.DeleteFunc(members, func(m []int) bool { return m == nil })
}
