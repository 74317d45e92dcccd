package frame

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/parallel"
)

// number calculates a statistic that wants numbers.
func (g *groups) number(name string, c Column, a Agg) (series.Series, error) {
	switch c.Kind {
	case Float:
		if a.Stat == Sum {
			return Series(name, sums(g, c.Floats)), nil
		}
		return Series(name, numbers(g, c.Floats, Float, a)), nil
	case Int:
		if a.Stat == Sum {
			return g.wholeSums(name, c, c.Ints)
		}
		return Series(name, numbers(g, c.Ints, Int, a)), nil
	}
	ints := make([]Cell[int], len(c.Bools))
	for i, b := range c.Bools {
		ints[i].Null = b.Null
		if b.Value {
			ints[i].Value = 1
		}
	}
	if a.Stat == Sum {
		return g.wholeSums(name, c, ints)
	}
	return Series(name, numbers(g, ints, Int, a)), nil
}

func numbers[T number](g *groups, cells []Cell[T], kind Kind, a Agg) []Cell[float64] {
	switch a.Stat {
	case Mean:
		return cellsOf(meansOf(totalsOf(g, cells)))
	case Var, Std:
		return cellsOf(variances(g, cells, a.Stat == Std))
	case Median:
		return groupQuantiles(g, cells, kind, 0.5)
	}
	return groupQuantiles(g, cells, kind, a.Q)
}

func cellsOf(vs []float64) []Cell[float64] {
	cells := make([]Cell[float64], len(vs))
	for i, v := range vs {
		cells[i] = floatCell(v)
	}
	return cells
}

// A counted total is a total and how many numbers it has.
type countedTotal struct {
	total
	n int
}

// inPieces goes through the rows in pieces, several at a time, each with accumulators of
// its own for all groups, which join puts together in order. How many pieces there are
// depends on the table alone, and so does the last bit of the result: as many as leave
// room in the cache, eight at most.
func inPieces[A any](rows, groups int, add func(acc []A, low, high int), join func(into, other *A)) []A {
	pieces := max(min(rows/(8*groups+1), 8), 1)
	if rows < 1<<15 {
		pieces = 1 // not worth a goroutine
	}
	size := (rows + pieces - 1) / pieces
	parts := make([][]A, pieces)
	_ = parallel.Each(context.Background(), pieces, func(p int) {
		parts[p] = make([]A, groups)
		add(parts[p], min(p*size, rows), min((p+1)*size, rows))
	})
	if pieces > 1 {
		_ = parallel.Chunks(context.Background(), groups, 1<<12, func(_, low, high int) {
			for _, part := range parts[1:] {
				for k := low; k < high; k++ {
					join(&parts[0][k], &part[k])
				}
			}
		})
	}
	return parts[0]
}

func totalsOf[T number](g *groups, cells []Cell[T]) []countedTotal {
	return inPieces(len(cells), g.n, func(acc []countedTotal, low, high int) {
		ids := g.ids[low:high]
		for i, c := range cells[low:high] {
			if id := ids[i]; id >= 0 && !c.Missing() {
				acc[id].add(float64(c.Value))
				acc[id].n++
			}
		}
	}, func(into, other *countedTotal) {
		into.join(other.total)
		into.n += other.n
	})
}

func meansOf(totals []countedTotal) []float64 {
	means := make([]float64, len(totals))
	for k, t := range totals {
		means[k] = meanOf(t.total, t.n) // 0/0 where there is none
	}
	return means
}

func sums(g *groups, cells []Cell[float64]) []Cell[float64] {
	out := make([]Cell[float64], g.n)
	for k, t := range totalsOf(g, cells) {
		out[k] = floatCell(t.value())
	}
	return out
}

// variances go through the rows twice: means, then squared deviations from them.
func variances[T number](g *groups, cells []Cell[T], root bool) []float64 {
	totals := totalsOf(g, cells)
	means := meansOf(totals)
	squares := inPieces(len(cells), g.n, func(acc []total, low, high int) {
		ids := g.ids[low:high]
		for i, c := range cells[low:high] {
			if id := ids[i]; id >= 0 && !c.Missing() {
				d := float64(c.Value) - means[id]
				acc[id].add(d * d)
			}
		}
	}, func(into, other *total) { into.join(*other) })
	out := make([]float64, g.n)
	for k := range out {
		switch n := totals[k].n; {
		case n < 2:
			out[k] = math.NaN()
		default:
			out[k] = squares[k].value() / float64(n-1)
		}
		if root {
			out[k] = math.Sqrt(out[k])
		}
	}
	return out
}

// A wide is a whole number of 128 bits, in two's complement.
type wide struct{ high, low uint64 }

func (w *wide) add(v int) { w.join(wide{uint64(int64(v) >> 63), uint64(v)}) }

func (w *wide) join(o wide) {
	var carry uint64
	w.low, carry = bits.Add64(w.low, o.low, 0)
	w.high, _ = bits.Add64(w.high, o.high, carry)
}

// int is the number, if an int holds it.
func (w wide) int() (v int, ok bool) {
	return int(w.low), w.high == uint64(int64(w.low)>>63)
}

// wholeSums are sums of whole numbers, exact or an error.
func (g *groups) wholeSums(name string, c Column, cells []Cell[int]) (series.Series, error) {
	totals := inPieces(len(cells), g.n, func(acc []wide, low, high int) {
		ids := g.ids[low:high]
		for i, c := range cells[low:high] {
			if id := ids[i]; id >= 0 && !c.Null {
				acc[id].add(c.Value)
			}
		}
	}, func(into, other *wide) { into.join(*other) })
	out := make([]Cell[int], g.n)
	for k, w := range totals {
		v, ok := w.int()
		if !ok {
			return series.Series{}, fmt.Errorf("frame: %w: column %.40q, group %s; turn the column into floats first, or take the mean", ErrOverflow, c.Name, g.name(k))
		}
		out[k].Value = v
	}
	return Series(name, out), nil
}

// groupQuantiles selects a quantile of each group.
func groupQuantiles[T number](g *groups, cells []Cell[T], kind Kind, q float64) []Cell[float64] {
	p := g.places()
	out := make([]Cell[float64], g.n)
	size := max(1, g.n*(1<<14)/(len(cells)+1)) // groups of about 16 thousand rows together
	_ = parallel.Chunks(context.Background(), g.n, size, func(_, low, high int) {
		var present []Cell[T]
		var keys []uint64
		for k := low; k < high; k++ {
			present = present[:0]
			for _, row := range p.of(int32(k)) {
				present = append(present, cells[row])
			}
			keys = presentKeys(keys[:0], present)
			if len(keys) > fewToSelect {
				out[k] = floatCell(quantiles(kind, keys, q)[0])
				continue
			}
			slices.Sort(keys)
			out[k] = floatCell(quantileOfSorted(kind, keys, q))
		}
	})
	return out
}
