package frame

import (
	"math"
	"sort"
	"strconv"
)

// lookAtNumbers profiles a column of numbers. All but mean and deviation is read off the
// sorted numbers.
func lookAtNumbers[T number](l *look, cells []Cell[T], keep bool, o ProfileOptions) {
	m := momentsOf(cells)
	keys := presentKeys(make([]uint64, 0, m.n), cells)
	rows := make([]int32, 0, m.n)
	for i, c := range cells {
		if !c.Missing() {
			rows = append(rows, int32(i))
		}
	}
	sortRadix(keys, rows)
	l.Missing = len(cells) - m.n
	if keep {
		l.codes = rankedCodes(keys, rows, len(cells))
	}
	l.Distinct, l.Top = runs(l.Kind, keys, o.Top)
	l.Numbers = numbersProfile(l, keys, m, o)
}

func numbersProfile(l *look, keys []uint64, m moments, o ProfileOptions) *NumbersProfile {
	n := &NumbersProfile{Mean: m.orNaN(m.mean), Std: m.std(), Min: m.orNaN(m.low), Max: m.orNaN(m.high)}
	for i, q := range quantileParts {
		n.Quantiles[i] = quantileOfSorted(l.Kind, keys, q)
	}
	n.Negative = countBelow(l.Kind, keys, 0)
	n.Zeros = countUpTo(l.Kind, keys, 0) - n.Negative
	n.Infinite = countBelow(l.Kind, keys, -math.MaxFloat64)
	if l.Kind == Float {
		n.Infinite += len(keys) - countBelow(l.Kind, keys, math.Inf(1))
	}
	q1, _, q3 := n.Quartiles()
	spread := q3 - q1
	n.LowFence, n.HighFence = q1-1.5*spread, q3+1.5*spread
	beyond := func(low, high float64) int {
		if math.IsNaN(low) || math.IsNaN(high) {
			return 0
		}
		return countBelow(l.Kind, keys, low) + len(keys) - countUpTo(l.Kind, keys, high)
	}
	n.Outliers = beyond(n.LowFence, n.HighFence)
	l.far = beyond(q1-3*spread, q3+3*spread)
	finite := keys[countBelow(l.Kind, keys, -math.MaxFloat64):]
	if l.Kind == Float {
		finite = finite[:countBelow(l.Kind, finite, math.Inf(1))]
	}
	n.Histogram = histogramOf(sample{
		n:     len(finite),
		at:    func(i int) float64 { return numberOf(l.Kind, finite[i]) },
		below: func(v float64) int { return countBelow(l.Kind, finite, v) },
		whole: l.Kind == Int,
	}, o.Bins)
	return n
}

// countBelow counts the sorted numbers below v.
func countBelow(kind Kind, sorted []uint64, v float64) int {
	return sort.Search(len(sorted), func(i int) bool { return numberOf(kind, sorted[i]) >= v })
}

// countUpTo counts those not above v.
func countUpTo(kind Kind, sorted []uint64, v float64) int {
	return sort.Search(len(sorted), func(i int) bool { return numberOf(kind, sorted[i]) > v })
}

// runs counts the different values of sorted numbers and finds the most frequent, the least
// of them first where several are.
func runs(kind Kind, sorted []uint64, most int) (distinct int, top []ValueCount) {
	best := topCounts{most: most}
	for i := 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		best.add(distinct, j-i)
		if distinct++; best.took {
			best.items[best.at].key = sorted[i]
		}
		i = j
	}
	for _, it := range best.items {
		text := FormatFloat(floatOfBits(it.key))
		if kind == Int {
			text = strconv.Itoa(intOfBits(it.key))
		}
		top = append(top, ValueCount{text, it.count})
	}
	return distinct, top
}

// topCounts keeps the largest of the counts that it is given, the earlier of equal ones
// first.
type topCounts struct {
	most  int
	items []counted
	took  bool // whether the last one was kept, and where
	at    int
}

type counted struct {
	id, count int
	key       uint64
}

func (t *topCounts) add(id, count int) {
	if t.took = len(t.items) < t.most || count > t.items[len(t.items)-1].count; !t.took {
		return
	}
	if len(t.items) < t.most {
		t.items = append(t.items, counted{})
	}
	t.at = len(t.items) - 1
	for t.at > 0 && t.items[t.at-1].count < count {
		t.items[t.at] = t.items[t.at-1]
		t.at--
	}
	t.items[t.at] = counted{id: id, count: count}
}

// A sample is sorted numbers, seen through functions.
type sample struct {
	n     int
	at    func(i int) float64
	below func(v float64) int // how many are below v
	whole bool                // they are whole numbers
}

// histogramOf divides the numbers into bars as wide as Freedman and Diaconis (1981) advise:
// twice the distance of the quartiles over the cube root of how many there are, and never
// more than so many bars. Whole numbers get bars of whole numbers.
func histogramOf(s sample, most int) Histogram {
	if s.n == 0 {
		return Histogram{}
	}
	low, high := s.at(0), s.at(s.n-1)
	spread := s.at(3*(s.n-1)/4) - s.at((s.n-1)/4)
	if far := 5 * spread; spread > 0 { // what lies farther out is counted apart
		if q1 := s.at((s.n - 1) / 4); low < q1-2*far {
			low = s.at(s.below(q1 - far))
		}
		if q3 := s.at(3 * (s.n - 1) / 4); high > q3+2*far {
			high = s.at(s.below(math.Nextafter(q3+far, math.Inf(1))) - 1)
		}
	}
	width := 2 * spread / math.Cbrt(float64(s.n))
	if !(width > 0) {
		width = (high - low) / (1 + math.Log2(float64(s.n))) // Sturges (1926)
	}
	h := Histogram{Edges: edges(low, high, width, most, s.whole)}
	h.Counts = make([]int, len(h.Edges)-1)
	h.Below = s.below(h.Edges[0])
	before := h.Below
	for i := range h.Counts {
		end := s.below(h.Edges[i+1])
		if i == len(h.Counts)-1 {
			end = s.below(math.Nextafter(h.Edges[i+1], math.Inf(1)))
		}
		h.Counts[i] = end - before
		before = end
	}
	h.Above = s.n - before
	return h
}

func edges(low, high, width float64, most int, whole bool) []float64 {
	if whole && high-low < 1<<52 {
		low, high = low-0.5, high+0.5
		width = evenly(high-low, max(1, math.Ceil(max(width, (high-low)/float64(most)))))
		bars := int(math.Ceil((high - low) / width))
		out := make([]float64, bars+1)
		for i := range out {
			out[i] = low + float64(i)*width
		}
		return out
	}
	if low == high {
		return []float64{low, high}
	}
	bars := most
	if extent := high - low; extent/width < float64(most) && !math.IsInf(extent, 0) {
		bars = max(1, int(math.Ceil(extent/width)))
	}
	out := make([]float64, bars+1)
	for i := range out {
		out[i] = between(low, high, float64(i)/float64(bars))
	}
	return out
}

// evenly is a whole width, at least the one given, whose bars cover the extent with little
// left over: a last bar that is half empty looks like a fall.
func evenly(extent, width float64) float64 {
	best, least := width, math.Inf(1)
	for w := width; w <= 1.5*width && w < width+100; w++ {
		if over := (math.Ceil(extent/w)*w - extent) / w; over < least-1e-9 {
			best, least = w, over
		}
	}
	return best
}
