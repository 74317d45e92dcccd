package split

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// This file deals units (an item, or items that must stay together) out to parts.

// unit is a set of items that stay together.
type unit struct {
	items  []int
	counts map[string]int // items of each class
	name   string         // the group's, for errors
}

// divide deals the items at idx out to len(shares) parts.
//
// Single items are dealt class by class: each part first gets the whole number below its
// exact share, and what is left over goes to the parts that are furthest below their share
// of all items. Where units have several items, the largest are dealt first, each to the
// part whose class counts it brings nearest to their targets, and single items last, so
// that they even out what the groups left uneven.
func divide(items []Item, idx []int, shares []float64, stratified, hashes bool, seed uint64) ([][]int, error) {
	rng := rand.New(rand.NewPCG(seed, 0x7f4a7c15))
	units := units(items, idx, stratified, hashes)
	rng.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
	used := 0
	for _, s := range shares {
		if s > 0 {
			used++
		}
	}
	if len(units) < used {
		return nil, fmt.Errorf("split: %w: %d items make %d groups that stay together, too few for %d parts; ask for fewer parts, or bring more groups",
			ErrEmpty, len(idx), len(units), used)
	}
	if stratified {
		if err := enough(items, idx, units); err != nil {
			return nil, err
		}
	}
	d := newDeal(units, shares)
	if !slices.ContainsFunc(units, func(u unit) bool { return len(u.items) > 1 }) {
		d.exact(units)
	} else {
		d.greedy(units)
	}
	for p, s := range shares {
		if s > 0 && len(d.parts[p]) == 0 {
			return nil, d.empty(units, p)
		}
	}
	for p := range d.parts {
		slices.Sort(d.parts[p])
	}
	return d.parts, nil
}

// units joins items of one group and, where asked, of one content.
func units(items []Item, idx []int, stratified, hashes bool) []unit {
	parent := make(map[int]int, len(idx))
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := map[string]int{}
	for _, i := range idx {
		parent[i] = i
		for _, key := range []string{"g" + items[i].Group, "h" + items[i].Hash} {
			if len(key) == 1 || key[0] == 'h' && !hashes {
				continue
			}
			if j, ok := first[key]; ok {
				parent[find(i)] = find(j)
			} else {
				first[key] = i
			}
		}
	}
	at := map[int]int{}
	var out []unit
	for _, i := range idx {
		root := find(i)
		k, ok := at[root]
		if !ok {
			k = len(out)
			at[root] = k
			out = append(out, unit{counts: map[string]int{}, name: items[i].Group})
		}
		class := ""
		if stratified {
			class = items[i].Label
		}
		out[k].items = append(out[k].items, i)
		out[k].counts[class]++
	}
	return out
}

// enough refuses a class that cannot be in two parts.
func enough(items []Item, idx []int, units []unit) error {
	have := map[string]int{}
	for _, u := range units {
		for c := range u.counts {
			have[c]++
		}
	}
	const need = 2 // one to learn from, one to judge by
	var classes []string
	for c := range have {
		classes = append(classes, c)
	}
	slices.Sort(classes)
	for _, c := range classes {
		if have[c] < need {
			n := 0
			for _, i := range idx {
				if items[i].Label == c {
					n++
				}
			}
			return fmt.Errorf("split: %w: class %q has %d items in %d groups that stay together, and a stratified split needs at least %d; "+
				"add items, merge the class with another, drop it, or use Random", ErrSmall, c, n, have[c], need)
		}
	}
	return nil
}

// deal is a division in the making.
type deal struct {
	shares []float64
	parts  [][]int
	counts []map[string]int // of each part: items of each class
	target []map[string]float64
	want   []float64 // items of each part
}

func newDeal(units []unit, shares []float64) *deal {
	total, n := map[string]int{}, 0
	for _, u := range units {
		n += len(u.items)
		for c, k := range u.counts {
			total[c] += k
		}
	}
	d := &deal{shares: shares, parts: make([][]int, len(shares))}
	for _, s := range shares {
		t := map[string]float64{}
		for c, k := range total {
			t[c] = s * float64(k)
		}
		d.counts, d.target, d.want = append(d.counts, map[string]int{}), append(d.target, t), append(d.want, s*float64(n))
	}
	return d
}

func (d *deal) put(u unit, p int) {
	d.parts[p] = append(d.parts[p], u.items...)
	for c, k := range u.counts {
		d.counts[p][c] += k
	}
}

// exact deals single items.
func (d *deal) exact(units []unit) {
	byClass := map[string][]unit{}
	var classes []string
	for _, u := range units {
		for c := range u.counts {
			if byClass[c] == nil {
				classes = append(classes, c)
			}
			byClass[c] = append(byClass[c], u)
		}
	}
	slices.Sort(classes)
	for _, c := range classes {
		queue := byClass[c]
		for p := range d.parts {
			for range int(math.Floor(d.target[p][c] + 1e-9)) {
				d.put(queue[0], p)
				queue = queue[1:]
			}
		}
		byClass[c] = queue
	}
	// What is left over: to the part that most lacks items in all and has not yet had one
	// above its share of this class.
	for _, c := range classes {
		for _, u := range byClass[c] {
			best, lack := -1, math.Inf(-1)
			for p := range d.parts {
				if d.shares[p] == 0 || float64(d.counts[p][c])+1e-9 >= d.target[p][c] {
					continue
				}
				if l := d.want[p] - float64(len(d.parts[p])); l > lack+1e-9 {
					best, lack = p, l
				}
			}
			d.put(u, best)
		}
	}
}

// greedy deals units of several items, largest first.
func (d *deal) greedy(units []unit) {
	slices.SortStableFunc(units, func(a, b unit) int { return cmp.Compare(len(b.items), len(a.items)) })
	for _, u := range units {
		best, cost := -1, math.Inf(1)
		for p, s := range d.shares {
			if s == 0 {
				continue
			}
			if c := d.cost(u, p); c < cost-1e-12 {
				best, cost = p, c
			}
		}
		d.put(u, best)
	}
}

// cost is how much further from its targets part p gets with u, relative to its size.
func (d *deal) cost(u unit, p int) float64 {
	cost := 0.0
	for c, k := range u.counts {
		before := float64(d.counts[p][c]) - d.target[p][c]
		after := before + float64(k)
		cost += (after*after - before*before) / (d.target[p][c] + 1e-9)
	}
	before := float64(len(d.parts[p])) - d.want[p]
	after := before + float64(len(u.items))
	return cost + 0.1*(after*after-before*before)/(d.want[p]+1e-9)
}

// empty explains a part that got nothing.
func (d *deal) empty(units []unit, p int) error {
	largest := slices.MaxFunc(units, func(a, b unit) int { return cmp.Compare(len(a.items), len(b.items)) })
	name := largest.name
	if name == "" {
		name = "(equal contents)"
	}
	return fmt.Errorf("split: %w: part %d, a share of %.3g, stays empty; the largest group, %q, has %d items and would fill it %.3g times; "+
		"ask for larger shares or fewer parts, or break the group up",
		ErrGroup, p+1, d.shares[p], name, len(largest.items), float64(len(largest.items))/math.Max(d.want[p], 1e-9))
}
