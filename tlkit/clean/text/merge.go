package text

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// ErrOverlap is the kind of error that says that clusters cannot be merged together, for a
// string in two of them would become two things.
var ErrOverlap = errors.New("clusters overlap")

// Proposals are the choices that merge each cluster to its proposal: cluster → string.
// Change them, or delete some, and hand them to [Clusters.Merge]. Of clusters that share a
// string only the first is among them; merge, and find clusters again.
func (c Clusters) Proposals() map[int]string {
	choices := map[int]string{}
	taken := map[string]bool{}
	for i, one := range c {
		if slices.ContainsFunc(one.Values, func(v Value) bool { return taken[v.Text] }) {
			continue
		}
		for _, v := range one.Values {
			taken[v.Text] = true
		}
		choices[i] = one.Proposal()
	}
	return choices
}

// Merge gives what to replace and by what, so that each chosen cluster becomes the one
// string chosen for it, which need not be in it. Choices are by the cluster's index, as
// clusters are numbered where they are shown. Strings that stay as they are are not in the
// result. Merge changes nothing itself.
//
// It is an error if there is no such cluster, and [ErrOverlap] if clusters that share a
// string are merged to different ones.
func (c Clusters) Merge(choices map[int]string) (map[string]string, error) {
	type assigned struct {
		to string
		by int
	}
	all := map[string]assigned{}
	for _, i := range slices.Sorted(maps.Keys(choices)) {
		if i < 0 || i >= len(c) {
			return nil, fmt.Errorf("text: %w: there is no cluster %d; there are %d, numbered from 0", ErrOptions, i, len(c))
		}
		to := choices[i]
		for _, v := range c[i].Values {
			if before, ok := all[v.Text]; ok && before.to != to {
				return nil, fmt.Errorf("text: %w: by cluster %d %.40q is to be %.40q, by cluster %d %.40q; choose one of them, merge, and find clusters again",
					ErrOverlap, before.by, v.Text, before.to, i, to)
			}
			all[v.Text] = assigned{to, i}
		}
	}
	replace := map[string]string{}
	for from, a := range all {
		if from != a.to {
			replace[from] = a.to
		}
	}
	return replace, nil
}
