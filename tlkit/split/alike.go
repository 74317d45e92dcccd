package split

import (
	"context"
	"fmt"
)

// WithAlike is the source with clusters of near duplicates that were found elsewhere: each is
// positions in the source's items, which stay together when they are split and are reported
// by [Check] where they are not. Clusters that share an item are one, with what the source
// says is alike already. A position outside of the source is [ErrOption].
func WithAlike(src Source, clusters [][]int) Source { return &alike{src, clusters} }

type alike struct {
	src      Source
	clusters [][]int
}

func (s *alike) columns(ctx context.Context) (*columns, error) {
	c, err := look(ctx, s.src)
	if err != nil {
		return nil, err
	}
	with := *c
	if with.alike, err = codeClusters(c.n, s.clusters, c.alike); err != nil {
		return nil, fmt.Errorf("split: %w", err)
	}
	return &with, nil
}

// Items gives the source's items, each with the name of its cluster.
func (s *alike) Items(ctx context.Context) ([]Item, error) {
	c, err := s.columns(ctx)
	if err != nil {
		return nil, err
	}
	return c.items(), nil
}

// codeClusters numbers clusters of n items, joined with what a coding says already.
func codeClusters(n int, clusters [][]int, known *coding) (*coding, error) {
	if len(clusters) == 0 {
		return known, nil
	}
	var j joiner
	j.begin(n)
	if known != nil {
		j.join(known, n)
	}
	for k, cluster := range clusters {
		for _, i := range cluster {
			if i < 0 || i >= n {
				return nil, fmt.Errorf("%w: item %d of cluster %d of alike ones is outside the %d items", ErrOption, i, k, n)
			}
			j.union(int32(cluster[0]), int32(i))
		}
	}
	u := j.units(n)
	c := &coding{code: make([]int32, n)}
	var first []int32
	for k := range u.n {
		members := u.of(k)
		code := int32(-1)
		if len(members) > 1 {
			code = int32(len(first))
			first = append(first, members[0])
		}
		for _, i := range members {
			c.code[i] = code
		}
	}
	c.size, c.name = len(first), func(k int32) string { return fmt.Sprint("like number ", first[k]) }
	return c, nil
}
