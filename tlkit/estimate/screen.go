package estimate

import (
	"context"
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"

	"transferlab/tlkit/estimate/internal/product"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// brute compares with every row: roughly in float32, whose products the processor makes
// many at a time, and exactly where the rough number leaves a chance to be among the k
// best. ‖a − b‖² ≤ worst means ab − ‖b‖²/2 ≥ (‖a‖² − worst)/2; the left side is computed
// roughly, and the right side is lowered by all that roughness can amount to.
type brute struct {
	rows   blas64.General
	middle []float64 // taken off each row, so that what is left is short
	scale  float64   // a power of two: what is left times it is at most 1
	panels []float32 // rows in panels, as product.Screen takes them
	start  []float32 // −‖b‖²/2 and its part of the roughness
}

func newBrute(rows blas64.General) *brute {
	n, p := rows.Rows, rows.Cols
	count := (n + product.Rows - 1) / product.Rows
	b := &brute{rows: rows, middle: middle(rows), panels: make([]float32, count*product.Rows*p), start: make([]float32, count*product.Rows)}
	most := 0.0
	for i := range n {
		for j, v := range row(rows, i) {
			most = max(most, math.Abs(v-b.middle[j]))
		}
	}
	_, exponent := math.Frexp(most) // 0 of an infinity
	b.scale = math.Ldexp(1, min(-exponent, 1000))
	c := roughness(p)
	for i := range n {
		at := i / product.Rows * product.Rows * p
		sum := 0.0
		for j, v := range row(rows, i) {
			v = (v - b.middle[j]) * b.scale
			sum += v * v
			b.panels[at+j*product.Rows+i%product.Rows] = float32(v)
		}
		b.start[i] = float32(c*sum - sum/2)
	}
	return b
}

// middle is the median of each feature over some rows: unlike the mean it stays where
// the rows are when one of them is far away.
func middle(rows blas64.General) []float64 {
	step := max(1, rows.Rows/512)
	out := make([]float64, rows.Cols)
	var column []float64
	for j := range out {
		column = column[:0]
		for i := 0; i < rows.Rows; i += step {
			column = append(column, row(rows, i)[j])
		}
		slices.Sort(column)
		out[j] = column[len(column)/2]
	}
	return out
}

// roughness is c such that ab − ‖b‖²/2 of p features is off by less than
// c·(‖a‖² + ‖b‖²): at most p + 4 roundings of numbers that are at most
// ‖a‖‖b‖ + ‖b‖² (Higham 2002, section 3.1), and twice that to be safe.
func roughness(p int) float64 { return float64(p+8) * 0x1p-22 }

// asked are the points of one piece of work: tiles of 8 points each, looked up together.
type asked struct {
	b      *brute
	x      blas64.General
	tiles  []float32
	norms  []float64 // ‖a‖², after middle and scale
	heaps  []*nearest
	limits []float32
	worst  []float64 // that limits were made for
	mask   []uint32
}

const (
	// askedAtOnce is how many points go through the panels together, so that these are
	// read from memory once for all of them.
	askedAtOnce = 64
	// panelBytes is how much of the panels is looked at between two points: it fits beside
	// the points in the second cache.
	panelBytes = 96 << 10
)

func (b *brute) search(ctx context.Context, rep progress.Reporter, x blas64.General, k int, found func(i int, n []near)) error {
	count := counter(rep, x.Rows)
	all := len(b.start) / product.Rows
	most := max(1, panelBytes/(4*product.Rows*x.Cols))
	return parallel.Chunks(ctx, x.Rows, askedAtOnce, func(_, low, high int) {
		a := b.ask(blas64.General{Rows: high - low, Cols: x.Cols, Stride: x.Stride, Data: x.Data[low*x.Stride:]}, k)
		// The first panels are looked at one by one: the more rows are known, the fewer of
		// the next are worth an exact look.
		for from, next := 0, 1; from < all && ctx.Err() == nil; {
			to := min(from+next, all)
			a.look(from, to)
			from, next = to, min(max(next, to), most)
		}
		if ctx.Err() != nil {
			return
		}
		for i, h := range a.heaps {
			found(low+i, h.sorted())
		}
		count(high - low)
	})
}

func (b *brute) ask(x blas64.General, k int) *asked {
	p := x.Cols
	tiles := (x.Rows + product.Points - 1) / product.Points
	a := &asked{b: b, x: x,
		tiles: make([]float32, tiles*product.Points*p), norms: make([]float64, x.Rows), heaps: make([]*nearest, x.Rows),
		limits: make([]float32, tiles*product.Points), worst: make([]float64, x.Rows)}
	for i := range a.limits {
		a.limits[i] = float32(math.Inf(1)) // where there is no point, nothing is near
	}
	for i := range x.Rows {
		at := i / product.Points * product.Points * p
		for j, v := range row(x, i) {
			v = (v - b.middle[j]) * b.scale
			a.norms[i] += v * v
			a.tiles[at+j*product.Points+i%product.Points] = float32(v)
		}
		a.heaps[i] = newNearest(k)
		a.limit(i)
	}
	return a
}

// limit works out below which rough number a row is farther than the worst kept one.
func (a *asked) limit(i int) {
	worst, norm, p := a.heaps[i].worst(), a.norms[i], a.x.Cols
	a.worst[i] = worst
	a.limits[i] = float32(math.Inf(-1)) // everything may be near
	// A point so far away would leave float32's range, and squares so small have left that
	// of float64 with full precision.
	if !(norm < 0x1p60) || worst < 1e-290 {
		return
	}
	scaled := worst * a.b.scale * a.b.scale * (1 + 4*float64(p+4)*eps)
	half := (norm - scaled) / 2
	// The last term is what is lost where products are below float32's normal range.
	lost := roughness(p)*norm + 0x1p-22*math.Abs(half) + float64(p)*0x1p-110
	if t := half - lost; t > -math.MaxFloat32 {
		a.limits[i] = float32(t)
	}
}

// look goes through the panels [from, to).
func (a *asked) look(from, to int) {
	b, p, n := a.b, a.x.Cols, a.x.Rows
	width := product.Rows * p
	a.mask = slices.Grow(a.mask[:0], (to-from)*product.Points)[:(to-from)*product.Points]
	for low := 0; low < n; low += product.Points {
		limit := (*[product.Points]float32)(a.limits[low:])
		product.Screen(a.mask, a.tiles[low*p:(low+product.Points)*p], b.panels[from*width:to*width], b.start[from*product.Rows:to*product.Rows], limit)
		for at, m := range a.mask {
			if i := low + at%product.Points; m != 0 && i < n {
				a.offer(i, (from+at/product.Points)*product.Rows, m)
			}
		}
	}
}

// offer compares point i exactly with the rows from first on whose bits are set.
func (a *asked) offer(i, first int, mask uint32) {
	h, point := a.heaps[i], row(a.x, i)
	for ; mask != 0; mask &= mask - 1 {
		r := first + bits.TrailingZeros32(mask)
		if r >= a.b.rows.Rows {
			break
		}
		h.offer(near{square(point, row(a.b.rows, r), h.worst()), r})
	}
	if h.worst() != a.worst[i] {
		a.limit(i)
	}
}
