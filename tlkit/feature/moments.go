package feature

import (
	"fmt"
	"math"
)

// pieceRows is how many rows are read at a time where a column is only looked at: they stay
// in a core's first cache.
const pieceRows = 2048

// pieces calls f with the numbers of column j, some rows at a time and in their order. f
// only reads them.
func (l *learning) pieces(j int, f func(v []float64)) error {
	slot := l.cols[j].slot
	made := l.made[slot].num
	var buf column
	if made == nil {
		buf = makeColumn(numbers, min(pieceRows, l.rows))
	}
	for low := 0; low < l.rows; low += pieceRows {
		high := min(low+pieceRows, l.rows)
		if made != nil {
			f(made[low:high])
			continue
		}
		part := buf.rows(0, high-low)
		if err := read(l.table[slot], low, high, &part); err != nil {
			return err
		}
		f(part.num)
	}
	return nil
}

// moments are a column's mean and the mean square of what differs from it.
type moments struct {
	n              int
	mean, variance float64
}

// momentsOf leaves missing values out; without any value both moments are NaN.
func momentsOf(v []float64) moments {
	var s spread
	for low := 0; low < len(v); low += pieceRows {
		s.add(v[low:min(low+pieceRows, len(v))])
	}
	return s.moments()
}

// spread gathers moments piece by piece (Chan, Golub and LeVeque 1983): each piece in two
// passes, of which the second corrects what the first one's rounding left over; the pieces
// are put together by their means. All means are differences from an origin amid the values,
// so that nothing is lost where these are far from 0, and equal values have exactly that
// mean and no squares.
type spread struct {
	n       int
	origin  float64
	offset  float64 // of the mean
	squares float64 // the sum of those around the mean
}

// add takes a piece's values.
func (s *spread) add(v []float64) {
	first := 0
	for first < len(v) && v[first] != v[first] {
		first++
	}
	if v = v[first:]; len(v) == 0 {
		return
	}
	if s.n == 0 {
		s.origin = v[0]
		n, sum := differences(v, s.origin)
		s.origin += sum / float64(n)
		if !(math.Abs(s.origin) <= math.MaxFloat64) {
			s.origin = v[0]
		}
	}
	n, sum := differences(v, s.origin)
	offset := sum / float64(n)
	if !(math.Abs(offset) <= math.MaxFloat64) {
		s.join(n, hugeMean(v, s.origin), math.Inf(1))
		return
	}
	rest, squares := squaresAround(v, s.origin, offset)
	s.join(n, offset, squares-rest*rest/float64(n))
}

// join takes the moments of n other values, the mean as its difference from the origin.
func (s *spread) join(n int, offset, squares float64) {
	squares = max(squares, 0)
	if squares != squares { // ∞ − ∞
		squares = math.Inf(1)
	}
	if s.n == 0 {
		s.n, s.offset, s.squares = n, offset, squares
		return
	}
	a, b := float64(s.n), float64(n)
	d := offset - s.offset
	s.offset += d * (b / (a + b))
	s.squares += squares + d*d*(a*(b/(a+b)))
	s.n += n
}

// differences counts values and adds up what they differ from a number. Two sums side by
// side do not wait for each other.
func differences(v []float64, from float64) (n int, sum float64) {
	var a, b float64
	missing := 0
	i := 0
	for ; i+1 < len(v); i += 2 {
		x, y := v[i]-from, v[i+1]-from
		if x != x {
			x = 0
			missing++
		}
		if y != y {
			y = 0
			missing++
		}
		a += x
		b += y
	}
	if i < len(v) {
		if x := v[i] - from; x == x {
			a += x
		} else {
			missing++
		}
	}
	return len(v) - missing, a + b
}

// squaresAround adds up what values differ from a mean, given by its difference from an
// origin, and the squares of that.
func squaresAround(v []float64, origin, offset float64) (rest, squares float64) {
	var ra, rb, sa, sb float64
	i := 0
	for ; i+1 < len(v); i += 2 {
		x, y := (v[i]-origin)-offset, (v[i+1]-origin)-offset
		if x != x {
			x = 0
		}
		if y != y {
			y = 0
		}
		ra += x
		rb += y
		sa += x * x
		sb += y * y
	}
	if i < len(v) {
		if x := (v[i] - origin) - offset; x == x {
			ra += x
			sa += x * x
		}
	}
	return ra + rb, sa + sb
}

// hugeMean is the mean of values whose sum is beyond the largest number, less the origin; if
// differences are so too, it is infinite.
func hugeMean(v []float64, origin float64) float64 {
	mean, n := 0.0, 0.0
	for _, x := range v {
		if x == x {
			n++
			mean += (x - origin - mean) / n
		}
	}
	if mean != mean { // ∞ − ∞
		return math.Inf(1)
	}
	return mean
}

func (s *spread) moments() moments {
	if s.n == 0 {
		return moments{0, math.NaN(), math.NaN()}
	}
	return moments{s.n, s.origin + s.offset, s.squares / float64(s.n)}
}

// constant reports whether there is no spread beyond what rounding makes of equal values
// (Chan et al. give the bound, for n rows at a mean of such a size), or one that is no number.
func (m moments) constant() bool {
	n := float64(m.n)
	bound := n*eps*m.variance + (n*m.mean*eps)*(n*m.mean*eps)
	return m.variance <= bound || m.variance == 0 || math.IsInf(m.variance, 1)
}

// deviation is the standard deviation, or 1 where there is no spread.
func (m moments) deviation() float64 {
	if m.constant() {
		return 1
	}
	return math.Sqrt(m.variance)
}

// eps is the distance from 1 to the next float64.
const eps = 0x1p-52

// widthOr1 is what a column is divided by, or 1 where it is so small that it is rounding:
// scikit-learn's bound.
func widthOr1(w float64) float64 {
	if w < 10*eps {
		return 1
	}
	return w
}

// beyond is an error if a number that was learnt is no float64.
func beyond(what, name string, v float64) error {
	if math.IsInf(v, 0) {
		return outOfRange(what, name)
	}
	return nil
}

func outOfRange(what, name string) error {
	return fmt.Errorf("feature: %w: the %s of column %.40q is beyond the largest number; bring the column to a smaller scale", ErrInput, what, name)
}

// scaled is an error if x ↦ (x − centre)/scale leads from the ends of the training rows to
// no float64. Without any row, which is least > most, it does not.
func scaled(name string, least, most, centre, scale float64) error {
	for _, x := range []float64{centre, scale, (least - centre) / scale, (most - centre) / scale} {
		if x-x != 0 && least <= most {
			return outOfRange("scaled range", name)
		}
	}
	return nil
}
