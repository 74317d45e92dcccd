package split

import (
	"math"
	"slices"
)

// exact deals single items, class by class in their shuffled order: each part first gets
// the whole number below its exact share of the class, and what is left over goes to the
// parts that are furthest below their share of all items. Then parts whose size is off by
// one or more pass left-over items on. So each class's count in each part, and each part's
// size, is within one of its exact share: such a division always exists (Bacharach 1966,
// "Matrix rounding problems").
func (d *deal) exact(order []int32) {
	queue, start := d.byClass(order)
	left := make([][]int32, d.classes) // parts that get one of a class above their whole share
	for c, n := range d.total {
		given := 0
		for p := range d.shares {
			k := min(d.floor(p, c), n-given)
			given += k
			d.size[p] += k
		}
		left[c] = make([]int32, 0, n-given)
	}
	for c := range left {
		for range cap(left[c]) {
			p := d.neediest(c, left[c])
			left[c] = append(left[c], int32(p))
			d.size[p]++
		}
	}
	d.level(left)
	for c := range left {
		q := queue[start[c]:start[c+1]]
		for p := range d.shares {
			k := min(d.floor(p, c), len(q))
			for _, i := range q[:k] {
				d.part[i] = int32(p)
			}
			q = q[k:]
		}
		for k, i := range q {
			d.part[i] = left[c][k]
		}
	}
}

// byClass lists items class by class, in their order.
func (d *deal) byClass(order []int32) (queue []int32, start []int) {
	start = make([]int, d.classes+1)
	for c, n := range d.total {
		start[c+1] = start[c] + n
	}
	if d.classes == 1 {
		return order, start
	}
	next := slices.Clone(start)
	queue = make([]int32, len(order))
	for _, i := range order {
		c := d.class[i]
		queue[next[c]] = i
		next[c]++
	}
	return queue, start
}

// rounding is how much of an item shares may be off by the rounding of floats.
const rounding = 1e-9

func (d *deal) target(p, c int) float64 { return d.shares[p] * float64(d.total[c]) }

func (d *deal) floor(p, c int) int { return int(math.Floor(d.target(p, c) + rounding)) }

// open reports whether part p can get one more of class c than the whole number below its
// share.
func (d *deal) open(p, c int) bool {
	return d.shares[p] > 0 && float64(d.floor(p, c))+rounding < d.target(p, c)
}

// neediest is the part that most lacks items in all and has not yet had one above its share
// of this class.
func (d *deal) neediest(c int, had []int32) int {
	best, lack := -1, math.Inf(-1)
	fallback := 0 // only where rounding closed all parts
	for p, s := range d.shares {
		if s > d.shares[fallback] {
			fallback = p
		}
		if !d.open(p, c) || slices.Contains(had, int32(p)) {
			continue
		}
		if l := d.want[p] - float64(d.size[p]); l > lack+rounding {
			best, lack = p, l
		}
	}
	if best < 0 {
		return fallback
	}
	return best
}

// level moves left-over items between parts until each part's size is within one of its
// share.
func (d *deal) level(left [][]int32) {
	const work = 1 << 27 // of the search; where classes times folds² are more, sizes may be off by a few
	if len(left)*len(d.shares)*len(d.shares) > work {
		return
	}
	most := func(p int) int { return int(math.Ceil(d.want[p] - rounding)) }
	least := func(p int) int { return int(math.Floor(d.want[p] + rounding)) }
	for p := range d.shares {
		for d.size[p] > most(p) && d.pass(left, p, func(q int) bool { return d.size[q] < most(q) }) {
		}
	}
	for q := range d.shares {
		for d.size[q] < least(q) {
			moved := false
			for p := range d.shares {
				if d.size[p] > least(p) && d.pass(left, p, func(to int) bool { return to == q }) {
					moved = true
					break
				}
			}
			if !moved {
				break
			}
		}
	}
}

// pass moves one item's worth from a part to one that may take it, by way of others if need
// be: a shortest path over moves of a left-over item of some class from a part that has one
// to a part that is open to the class and has none.
func (d *deal) pass(left [][]int32, from int, to func(p int) bool) bool {
	type step struct{ from, class int }
	came := make([]step, len(d.shares))
	for p := range came {
		came[p].from = -1
	}
	came[from].from = from
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if p != from && to(p) {
			d.size[p]++
			d.size[from]--
			for ; p != from; p = came[p].from {
				s := came[p]
				left[s.class][slices.Index(left[s.class], int32(s.from))] = int32(p)
			}
			return true
		}
		for c, had := range left {
			if !slices.Contains(had, int32(p)) {
				continue
			}
			for q := range d.shares {
				if came[q].from < 0 && d.open(q, c) && !slices.Contains(had, int32(q)) {
					came[q] = step{p, c}
					queue = append(queue, q)
				}
			}
		}
	}
	return false
}
