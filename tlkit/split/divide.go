package split

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// This file deals units (an item, or items that must stay together) out to parts.

// division is what divide needs to know of the items.
type division struct {
	c          *columns
	stratified bool // by class, which all items then have
	hashes     bool // equal and alike contents stay together
}

// divide deals items out to len(shares) parts: the items idx, or all where it is nil. It
// gives the part of each of them, in the order of idx.
//
// Single items are dealt class by class, by their exact shares. Where units have several
// items, the largest are dealt first, each to the part whose class counts it brings nearest
// to their targets, and single items last, so that they even out what the groups left
// uneven.
func (d division) divide(ctx context.Context, idx []int32, shares []float64, seed uint64) ([]int32, error) {
	rng := rand.New(rand.NewPCG(seed, 0x7f4a7c15))
	u := d.units(idx)
	used := 0
	for _, s := range shares {
		if s > 0 {
			used++
		}
	}
	if u.n < used {
		return nil, fmt.Errorf("split: %w: %d items make %d groups that stay together, too few for %d parts; ask for fewer parts, or bring more groups",
			ErrEmpty, u.items, u.n, used)
	}
	t := d.tally(idx, u)
	if d.stratified {
		if err := d.enough(t); err != nil {
			return nil, err
		}
	}
	order := make([]int32, u.n)
	for k := range order {
		order[k] = int32(k)
	}
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	deal := newDeal(t, u, shares)
	if u.members == nil {
		deal.exact(order)
	} else if err := deal.greedy(ctx, order); err != nil {
		return nil, err
	}
	for p, s := range shares {
		if s > 0 && deal.size[p] == 0 {
			return nil, d.empty(idx, deal, p)
		}
	}
	return deal.part, nil
}

// tally counts classes. Where the classes do not matter, all items are of one.
type tally struct {
	class   []int32 // of each item of idx
	classes int
	total   []int // items of each class
	units   []int // units that have items of each class
}

func (d division) tally(idx []int32, u units) tally {
	t := tally{classes: 1}
	if d.stratified {
		t.classes = d.c.class.size
		t.class = d.c.class.code
		if idx != nil {
			t.class = make([]int32, len(idx))
			for k, i := range idx {
				t.class[k] = d.c.class.code[i]
			}
		}
	} else {
		t.class = make([]int32, u.items)
	}
	t.total = make([]int, t.classes)
	for _, c := range t.class {
		t.total[c]++
	}
	if u.members == nil {
		t.units = t.total
		return t
	}
	t.units = make([]int, t.classes)
	seen := make([]int32, t.classes) // the last unit that had the class, and one
	for k := range u.n {
		for _, i := range u.of(k) {
			if c := t.class[i]; seen[c] != int32(k)+1 {
				seen[c] = int32(k) + 1
				t.units[c]++
			}
		}
	}
	return t
}

// enough refuses a class that cannot be in two parts.
func (d division) enough(t tally) error {
	const need = 2 // one to learn from, one to judge by
	for c, n := range t.units {
		if t.total[c] > 0 && n < need {
			return &ClassError{Class: d.c.class.name(int32(c)), Items: t.total[c], Units: n, Need: need}
		}
	}
	return nil
}

// empty explains a part that got nothing.
func (d division) empty(idx []int32, deal *deal, p int) error {
	if deal.u.members == nil {
		return fmt.Errorf("split: %w: part %d, a share of %.3g of %d items, gets none; ask for larger shares or fewer parts",
			ErrRatios, p+1, deal.shares[p], deal.u.items)
	}
	largest, at := 0, 0
	for k := range deal.u.n {
		if n := len(deal.u.of(k)); n > largest {
			largest, at = n, int(deal.u.of(k)[0])
		}
	}
	if idx != nil {
		at = int(idx[at])
	}
	return &GroupError{Group: d.c.group.of(at), Items: largest, Part: p + 1, Share: deal.shares[p], Want: deal.want[p]}
}

// deal is a division in the making.
type deal struct {
	tally
	u      units
	shares []float64
	want   []float64 // items of each part
	part   []int32   // of each item: what comes out
	size   []int     // items of each part so far
}

func newDeal(t tally, u units, shares []float64) *deal {
	d := &deal{tally: t, u: u, shares: shares, part: make([]int32, u.items), size: make([]int, len(shares))}
	for _, s := range shares {
		d.want = append(d.want, s*float64(u.items))
	}
	return d
}
