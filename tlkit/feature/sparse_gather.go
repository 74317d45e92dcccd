package feature

import (
	"context"

	"transferlab/tlkit/internal/pages"
	"transferlab/tlkit/parallel"
)

// run is one or several features that stand side by side and come from one slot.
type run struct {
	slot  int
	first int32   // the first feature
	codes []int32 // of a slot of codes: the feature of each code, -1 if it was left out
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
			out = append(out, run{slot: e.slot, first: int32(k), codes: []int32{}})
			last++
		}
		r := &out[last]
		for len(r.codes) <= e.code {
			r.codes = append(r.codes, -1)
		}
		r.codes[e.code] = int32(k)
	}
	return out
}

// sparsePart has the entries of a block's rows.
type sparsePart struct {
	index []int32
	value []float64
}

// gather takes what is not 0 out of a worker's rows, and counts it for each.
func gather(runs []run, w *worker, counts []int) sparsePart {
	total := 0
	for k := range runs {
		total += runs[k].count(w, counts)
	}
	p := sparsePart{make([]int32, total), make([]float64, total)}
	if len(runs) == 1 && runs[0].codes != nil {
		runs[0].only(w.slots[runs[0].slot].code, p)
		return p
	}
	at := 0
	for i := range counts {
		for k := range runs {
			r := &runs[k]
			if r.codes == nil {
				if v := w.slots[r.slot].num[i]; v != 0 {
					p.index[at], p.value[at] = r.first, v
					at++
				}
			} else if j := r.feature(w.slots[r.slot].code[i]); j >= 0 {
				p.index[at], p.value[at] = j, 1
				at++
			}
		}
	}
	return p
}

// feature is that of a code, or -1.
func (r *run) feature(code int32) int32 {
	if uint32(code) < uint32(len(r.codes)) {
		return r.codes[code]
	}
	return -1
}

// count adds to each row's number of entries, and gives their sum.
func (r *run) count(w *worker, counts []int) int {
	total := 0
	if r.codes == nil {
		for i, v := range w.slots[r.slot].num {
			if v != 0 {
				counts[i]++
				total++
			}
		}
		return total
	}
	for i, c := range w.slots[r.slot].code {
		if r.feature(c) >= 0 {
			counts[i]++
			total++
		}
	}
	return total
}

// only gathers where there is but one slot of codes.
func (r *run) only(code []int32, p sparsePart) {
	at := 0
	for _, c := range code {
		if j := r.feature(c); j >= 0 {
			p.index[at], p.value[at] = j, 1
			at++
		}
	}
}

// join puts the blocks' entries one after the other. Start has the rows' counts before,
// from the second number on.
func (s *Sparse) join(ctx context.Context, parts []sparsePart) error {
	for i := range s.Rows {
		s.Start[i+1] += s.Start[i]
	}
	total := s.Start[s.Rows]
	s.Index, s.Value = pages.Make[int32](total), pages.Make[float64](total)
	const some = 64 // blocks
	return parallel.Chunks(ctx, len(parts), some, func(_, low, high int) {
		at := s.Start[low*blockRows]
		for _, p := range parts[low:high] {
			copy(s.Index[at:], p.index)
			at += copy(s.Value[at:], p.value)
		}
	})
}
