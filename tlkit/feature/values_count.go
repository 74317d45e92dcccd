package feature

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"unsafe"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
)

// counted are a column's values and in how many training rows each is.
type counted struct {
	values
	counts  []int // of each value, without a missing one
	missing int   // rows without a value
}

// countValues finds the values of column j in the training rows.
func (l *learning) countValues(j int) (counted, error) {
	if l.plan.forms[l.cols[j].slot] != texts {
		v, err := l.numbers(j, nil)
		if err == nil && l.cols[j].kind == frame.Int {
			err = exact(l.cols[j].name, 0, v)
		}
		if err != nil {
			return counted{}, err
		}
		return countNumbers(v), nil
	}
	c, err := countTexts(l.ctx, l.texts(j), l.levels(j))
	return c, err
}

// levels are those of a category, if its field has any.
func (l *learning) levels(j int) []string {
	e := l.cols[j]
	if e.kind != frame.Category {
		return nil
	}
	for _, f := range l.plan.fields {
		if f.Name == e.name && f.Kind == frame.Category {
			return f.Levels
		}
	}
	return nil
}

func countNumbers(v []float64) counted {
	var c counted
	n := map[float64]int{}
	for _, x := range v {
		if x != x {
			c.missing++
		} else {
			n[x]++
		}
	}
	c.Numbers = slices.Sorted(maps.Keys(n))
	for k, x := range c.Numbers {
		c.counts = append(c.counts, n[x])
		if x == 0 {
			c.Numbers[k] = 0 // and not -0, whichever came first
		}
	}
	c.Missing = c.missing > 0
	return c
}

// countTexts counts pieces of the rows, several at a time, and adds them up. Levels are
// values wherever they stand; what is none of them follows.
func countTexts(ctx context.Context, cells []frame.Cell[string], levels []string) (counted, error) {
	const piece = 1 << 16
	parts := make([]textCounts, (len(cells)+piece-1)/piece)
	err := parallel.Chunks(ctx, len(cells), piece, func(p, low, high int) { parts[p].count(cells[low:high]) })
	if err != nil {
		return counted{}, err
	}
	var sum textCounts
	for p := range parts {
		if p == 0 {
			sum = parts[0]
		} else {
			sum.add(&parts[p])
		}
	}
	c := counted{missing: sum.missing}
	c.Missing = c.missing > 0
	take := func(t string) {
		k, ok := sum.ids[t]
		n := 0
		if ok {
			n = sum.counts[k]
			delete(sum.ids, t)
		}
		// A copy of its own, that the table's memory is not held by it.
		c.Texts, c.counts = append(c.Texts, strings.Clone(t)), append(c.counts, n)
	}
	seen := make(map[string]bool, len(levels))
	for _, t := range levels {
		if !seen[t] {
			seen[t] = true
			take(t)
		}
	}
	for _, t := range slices.Sorted(maps.Keys(sum.ids)) {
		take(t)
	}
	return c, nil
}

// textCounts are texts in the order in which they came, and how often they did.
type textCounts struct {
	ids     map[string]int32
	counts  []int
	missing int
}

// count counts the cells. A text that was met not long ago in the same memory is not
// hashed.
func (t *textCounts) count(cells []frame.Cell[string]) {
	t.ids = map[string]int32{}
	var met recentMany
	for i := range cells {
		c := &cells[i]
		if c.Null {
			t.missing++
			continue
		}
		m := met.at(c.Value)
		if !m.is(c.Value) {
			k, ok := t.ids[c.Value]
			if !ok {
				k = int32(len(t.counts))
				t.ids[c.Value] = k
				t.counts = append(t.counts, 0)
			}
			*m = place{unsafe.StringData(c.Value), int32(len(c.Value)), k}
		}
		t.counts[m.code]++
	}
}

func (t *textCounts) add(u *textCounts) {
	t.missing += u.missing
	for text, k := range u.ids {
		to, ok := t.ids[text]
		if !ok {
			to = int32(len(t.counts))
			t.ids[text] = to
			t.counts = append(t.counts, 0)
		}
		t.counts[to] += u.counts[k]
	}
}

// shares are each value's share of so many rows, and that of missing ones if there are any.
func (c *counted) shares(rows int) floats {
	out := make(floats, 0, c.all())
	for _, n := range c.counts {
		out = append(out, float64(n)/float64(rows))
	}
	if c.Missing {
		out = append(out, float64(c.missing)/float64(rows))
	}
	return out
}

// countAll counts the values of all columns.
func (l *learning) countAll() ([]counted, error) {
	out := make([]counted, len(l.cols))
	errs := make([]error, len(l.cols))
	err := parallel.Each(l.ctx, len(l.cols), func(j int) { out[j], errs[j] = l.countValues(j) })
	return out, cmp.Or(err, firstError(errs))
}
