package impute

import (
	"context"
	"math"
	"math/bits"

	"transferlab/tlkit/parallel"
)

// This file finds, for a row with missing values, the training rows that are nearest and
// have a value where it has none. Every distance that matters is computed exactly; the time
// goes into leaving the others early.
//
// The distance of two rows with missing values is that of Dixon (1979), scikit-learn's
// nan_euclidean: the mean of the squared differences over the features that both have,
// times the number of features, and the root of it. What is compared here is that mean.

// donors are training rows. Each is p pairs of a value and a weight: the weight is 1, or 0
// where the value is missing, which is then kept as 0. A sum over all pairs needs no branch.
type donors struct {
	n, p  int
	pairs []float64 // n rows of p pairs
	masks []uint64  // n rows of words, a bit for each feature that the row has
	words int       // of a mask
	scale []float64 // what a feature's differences are divided by; nil: 1
}

func newDonors(m matrix, scale []float64) *donors {
	n, p := m.rows(), len(m)
	d := &donors{n: n, p: p, words: (p + 63) / 64, scale: scale, pairs: make([]float64, n*p*2)}
	d.masks = make([]uint64, n*d.words)
	for i := range n {
		d.fill(m, i, d.pairs[i*2*p:(i+1)*2*p], d.masks[i*d.words:(i+1)*d.words])
	}
	return d
}

// fill writes row i of m as pairs and a mask.
func (d *donors) fill(m matrix, i int, pairs []float64, mask []uint64) {
	clear(mask)
	for j := range m {
		v := m[j][i]
		if v != v {
			pairs[2*j], pairs[2*j+1] = 0, 0
			continue
		}
		if d.scale != nil {
			v /= d.scale[j]
		}
		pairs[2*j], pairs[2*j+1] = v, 1
		mask[j/64] |= 1 << (j % 64)
	}
}

// near is a donor and the mean of its squared differences.
type near struct {
	square float64
	row    int32
}

// before is the order of donors: the nearer first, then the one that stands first.
func (a near) before(b near) bool {
	return a.square < b.square || a.square == b.square && a.row < b.row
}

// best are the k nearest so far, in order. k is small: a new one is moved to its place.
type best struct {
	k    int
	list []near
}

func (b *best) worst() float64 {
	if len(b.list) < b.k {
		return math.Inf(1)
	}
	return b.list[len(b.list)-1].square
}

func (b *best) offer(n near) {
	if len(b.list) < b.k {
		b.list = append(b.list, n)
	} else if n.before(b.list[len(b.list)-1]) {
		b.list[len(b.list)-1] = n
	} else {
		return
	}
	for i := len(b.list) - 1; i > 0 && b.list[i].before(b.list[i-1]); i-- {
		b.list[i], b.list[i-1] = b.list[i-1], b.list[i]
	}
}

// asker is a row that needs donors.
type asker struct {
	row   int   // of the table that is filled
	wants []int // features that it has no value for
	pairs []float64
	mask  []uint64
	best  []best  // one a wanted feature
	worst float64 // the largest of their worst: what is farther is no use
}

const (
	// askersAtOnce and donorsAtOnce are how many rows are compared in one go: 400 donors of
	// 20 features with their weights stay in the second cache while 32 rows ask them.
	askersAtOnce = 32
	pairsAtOnce  = 16 << 10
)

// nearest calls found for each of the rows of m, and each feature that the row misses, with
// the k nearest donors that have it. The list is only lent, and is empty where no donor
// shares a feature with the row.
func (d *donors) nearest(ctx context.Context, m matrix, rows []int, k int, done func(rows int), found func(feature, row int, list []near)) error {
	atOnce := max(pairsAtOnce/max(2*d.p, 1), 16)
	return parallel.Chunks(ctx, len(rows), askersAtOnce, func(_, low, high int) {
		askers := make([]asker, high-low)
		for i := range askers {
			askers[i] = d.asker(m, rows[low+i], min(k, d.n))
		}
		for from := 0; from < d.n; from += atOnce {
			if ctx.Err() != nil {
				return
			}
			to := min(from+atOnce, d.n)
			for i := range askers {
				d.ask(&askers[i], from, to)
			}
		}
		for _, a := range askers {
			for w, feature := range a.wants {
				found(feature, a.row, a.best[w].list)
			}
		}
		done(high - low)
	})
}

func (d *donors) asker(m matrix, row, k int) asker {
	a := asker{row: row, pairs: make([]float64, 2*d.p), mask: make([]uint64, d.words), worst: math.Inf(1)}
	d.fill(m, row, a.pairs, a.mask)
	for j := range m {
		if m[j][row] != m[j][row] {
			a.wants = append(a.wants, j)
			a.best = append(a.best, best{k, make([]near, 0, k)})
		}
	}
	return a
}

// ask compares a row with donors [from, to).
func (d *donors) ask(a *asker, from, to int) {
	width := 2 * d.p
	mine := a.pairs[:width]
	for i := from; i < to; i++ {
		shared := 0
		mask := d.masks[i*d.words : (i+1)*d.words]
		for w, bitsOfMine := range a.mask {
			shared += bits.OnesCount64(bitsOfMine & mask[w])
		}
		if shared == 0 {
			continue
		}
		limit := a.worst * float64(shared)
		sum, ok := apart(mine, d.pairs[i*width:(i+1)*width], limit)
		if !ok {
			continue
		}
		a.offer(near{sum / float64(shared), int32(i)}, mask)
	}
}

// apart is the sum of the squared differences of two rows over the features that both
// have. It is not ok where it is found to be above the limit before the end.
func apart(a, b []float64, limit float64) (sum float64, ok bool) {
	b = b[:len(a)]
	var s0, s1 float64
	j := 0
	for ; j+8 <= len(a); j += 8 {
		d0, d1, d2, d3 := a[j]-b[j], a[j+2]-b[j+2], a[j+4]-b[j+4], a[j+6]-b[j+6]
		s0 += d0 * d0 * (a[j+1] * b[j+1])
		s1 += d1 * d1 * (a[j+3] * b[j+3])
		s0 += d2 * d2 * (a[j+5] * b[j+5])
		s1 += d3 * d3 * (a[j+7] * b[j+7])
		if s0+s1 > limit {
			return 0, false
		}
	}
	for ; j+1 < len(a); j += 2 {
		d := a[j] - b[j]
		s0 += d * d * (a[j+1] * b[j+1])
	}
	return s0 + s1, true
}

// offer shows a donor to the features that are wanted and that it has.
func (a *asker) offer(n near, mask []uint64) {
	changed := false
	for w, feature := range a.wants {
		if mask[feature/64]>>(feature%64)&1 == 0 {
			continue
		}
		if b := &a.best[w]; n.square <= b.worst() {
			b.offer(n)
			changed = true
		}
	}
	if !changed {
		return
	}
	a.worst = 0
	for w := range a.best {
		a.worst = max(a.worst, a.best[w].worst())
	}
}
