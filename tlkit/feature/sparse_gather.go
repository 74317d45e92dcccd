package feature

import (
	"context"

	"transferlab/tlkit/internal/pages"
	"transferlab/tlkit/parallel"
)

// run is one or several features that stand side by side and come from the same slots.
type run struct {
	slot  int
	sums  int     // of how many slots, if of more than one or with signs
	first int32   // the first feature
	from  int     // of a slot of codes: the first code that is a feature's,
	codes []int32 // and the feature of each code from it on, -1 if it was left out
}

// runs are those of all features, in their order.
func (f *Fitted) runs() []run {
	var out []run
	for k, e := range f.plan.elements {
		if e.code < 0 {
			out = append(out, run{slot: e.slot, first: int32(k)})
			continue
		}
		last := len(out) - 1
		if last < 0 || out[last].codes == nil || out[last].slot != e.slot {
			out = append(out, run{e.slot, e.sums, int32(k), e.code, []int32{}})
			last++
		}
		r := &out[last]
		for len(r.codes) <= e.code-r.from {
			r.codes = append(r.codes, -1)
		}
		r.codes[e.code-r.from] = int32(k)
	}
	return out
}

// width is how many entries a row may have.
func width(runs []run) int {
	n := 0
	for _, r := range runs {
		n += max(r.sums, 1)
	}
	return n
}

// sparsePart has the entries of a block's rows.
type sparsePart struct {
	index []int32
	value []float64
}

// gather takes what is not 0 out of a worker's rows, and counts it for each.
func gather(runs []run, w *worker, counts []int) sparsePart {
	n := len(counts) * width(runs)
	p := sparsePart{make([]int32, 0, n), make([]float64, 0, n)}
	for i := range counts {
		before := len(p.index)
		for k := range runs {
			r := &runs[k]
			switch {
			case r.sums > 0:
				p.add(r, w.slots[r.slot:r.slot+r.sums], i)
			case r.codes == nil:
				if v := w.slots[r.slot].num[i]; v != 0 {
					p.put(r.first, v)
				}
			default:
				if j := r.feature(w.slots[r.slot].code[i]); j >= 0 {
					p.put(j, 1)
				}
			}
		}
		counts[i] = len(p.index) - before
	}
	return p
}

func (p *sparsePart) put(j int32, v float64) {
	p.index, p.value = append(p.index, j), append(p.value, v)
}

// add puts the sum of several slots in row i, sorted by feature.
func (p *sparsePart) add(r *run, slots []column, i int) {
	from := len(p.index)
	for s := range slots {
		c, v := slots[s].code[i], 1.0
		if c < -1 {
			c, v = negative(c), -1
		}
		if j := r.feature(c); j >= 0 {
			p.sorted(from, j, v)
		}
	}
	to := from
	for k := from; k < len(p.index); k++ {
		if p.value[k] != 0 {
			p.index[to], p.value[to] = p.index[k], p.value[k]
			to++
		}
	}
	p.index, p.value = p.index[:to], p.value[:to]
}

// sorted adds to the entry of feature j, which is put in its place after the others from
// an entry on if it is not there.
func (p *sparsePart) sorted(from int, j int32, v float64) {
	k := len(p.index)
	for k > from && p.index[k-1] >= j {
		k--
	}
	if k < len(p.index) && p.index[k] == j {
		p.value[k] += v
		return
	}
	p.put(j, v)
	copy(p.index[k+1:], p.index[k:])
	copy(p.value[k+1:], p.value[k:])
	p.index[k], p.value[k] = j, v
}

// feature is that of a code, or -1.
func (r *run) feature(code int32) int32 {
	if k := int(code) - r.from; uint(k) < uint(len(r.codes)) {
		return r.codes[k]
	}
	return -1
}

// join puts the blocks' entries one after the other. Start has the rows' counts before,
// from the second number on.
func (s *Sparse) join(ctx context.Context, parts []sparsePart, block int) error {
	for i := range s.Rows {
		s.Start[i+1] += s.Start[i]
	}
	total := s.Start[s.Rows]
	s.Index, s.Value = pages.Make[int32](total), pages.Make[float64](total)
	return parallel.Chunks(ctx, len(parts), max(1<<15/block, 1), func(_, low, high int) {
		at := s.Start[low*block]
		for _, p := range parts[low:high] {
			copy(s.Index[at:], p.index)
			at += copy(s.Value[at:], p.value)
		}
	})
}
