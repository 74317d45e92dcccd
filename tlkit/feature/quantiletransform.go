package feature

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
)

// Distribution is what a QuantileTransformer's features are distributed like.
type Distribution uint8

// The distributions.
const (
	Uniform Distribution = iota // evenly from 0 to 1
	Normal                      // with mean 0 and variance 1, from −5.2 to 5.2
)

var distributionNames = enum.Names{Type: "Distribution", List: []string{"uniform", "normal"}, Err: errOption}

// String is "uniform" or "normal".
func (d Distribution) String() string { return distributionNames.String(uint8(d)) }

// MarshalText writes the name.
func (d Distribution) MarshalText() ([]byte, error) { return distributionNames.Marshal(uint8(d)) }

// UnmarshalText reads the name.
func (d *Distribution) UnmarshalText(b []byte) error {
	return distributionNames.Unmarshal(b, (*uint8)(d))
}

// QuantileTransformer gives each value the share of the training rows below it: on the line
// between the two quantiles beside it, in the middle where several quantiles are the value.
// Values beyond the training rows' get the ends. Missing values are left out and stay
// missing; of a column without any value all rows become missing.
//
// It is scikit-learn's QuantileTransformer, but that the quantiles are those of all training
// rows, where scikit-learn takes 10 000 of them by chance (its subsample).
type QuantileTransformer struct {
	// Columns are transformed. None: all of ints and floats.
	Columns []string
	// Quantiles is how many there are, the least and the greatest value included. 0 means
	// 1000; no more than there are training rows.
	Quantiles int
	// Output is what the features are distributed like. The zero value is Uniform.
	Output Distribution
}

func (s QuantileTransformer) takes(p *plan) ([]int, error) { return p.takeNumbers(s.Columns) }

func (s QuantileTransformer) fit(l *learning) (learnt, error) {
	if err := distributionNames.Check(uint8(s.Output)); err != nil {
		return nil, err
	}
	if s.Quantiles < 0 {
		return nil, optionf("Quantiles is %d; ask for at least 1", s.Quantiles)
	}
	n := s.Quantiles
	if n == 0 {
		n = 1000
	}
	n = min(n, l.rows)
	parts := references(n)
	for i, r := range parts {
		parts[i] = float64(r*100) / 100 // they are percents in scikit-learn, which rounds some
	}
	f := &quantiled{Quantiles: make([]floats, len(l.cols)), Output: s.Output}
	return f, l.each(func(j int, v []float64) error {
		q := floats(frame.Quantiles(v, parts...))
		for i := 1; i < n; i++ {
			q[i] = max(q[i], q[i-1]) // rounding may have disordered equal ones
		}
		for _, x := range q {
			if x-x != 0 && q[0] == q[0] { // else no row has a value
				return outOfRange("span", l.cols[j].name)
			}
		}
		f.Quantiles[j] = q
		return nil
	})
}

// references are n shares, evenly from 0 to 1; of one, 0.
func references(n int) []float64 {
	out := make([]float64, n)
	step := 1 / float64(n-1)
	for i := 1; i < n; i++ {
		out[i] = float64(i) * step
	}
	if n > 1 {
		out[n-1] = 1
	}
	return out
}

// quantiled is a fitted QuantileTransformer.
type quantiled struct {
	Quantiles []floats     `json:"quantiles"` // of each column as many, in order; NaN where a column had no value
	Output    Distribution `json:"output,omitempty"`
	lines     []line
	ends      [2]float64 // of the features
}

func (s *quantiled) outputs(in []element) ([]output, error) {
	if err := distributionNames.Check(uint8(s.Output)); err != nil {
		return nil, err
	}
	if len(s.Quantiles) != len(in) {
		return nil, fmt.Errorf("feature: %w: quantiles of %d columns for %d", ErrFile, len(s.Quantiles), len(in))
	}
	s.lines = make([]line, len(in))
	for j, q := range s.Quantiles {
		if len(q) == 0 || len(q) != len(s.Quantiles[0]) {
			return nil, fmt.Errorf("feature: %w: %d quantiles of a column", ErrFile, len(q))
		}
		if err := noInfinity(q); err != nil {
			return nil, err
		}
		for i := 1; i < len(q); i++ {
			if q[i] != q[i] != (q[0] != q[0]) || q[i] < q[i-1] {
				return nil, fmt.Errorf("feature: %w: quantiles are out of order", ErrFile)
			}
		}
		s.lines[j] = newLine(q)
	}
	s.ends = [2]float64{0, 1}
	if s.Output == Normal {
		const within = nearEnd - eps
		s.ends = [2]float64{mathext.NormalQuantile(within), mathext.NormalQuantile(1 - within)}
	}
	return sameNames(in), nil
}

// nearEnd is how near to an end a value counts as the end if the output is normal, so that
// none becomes infinite: as in scikit-learn.
const nearEnd = 1e-7

func (s *quantiled) one(j, _ int, in, out *column) error {
	l := &s.lines[j]
	least, most := l.q[0], l.q[len(l.q)-1]
	to := out.num[:len(in.num)]
	if s.Output == Uniform {
		for i, v := range in.num {
			switch {
			case v == least:
				to[i] = 0
			case v == most:
				to[i] = 1
			default:
				to[i] = l.share(v)
			}
		}
		return nil
	}
	for i, v := range in.num {
		switch {
		case v-nearEnd < least:
			to[i] = s.ends[0]
		case v+nearEnd > most:
			to[i] = s.ends[1]
		default:
			to[i] = s.normal(l.share(v))
		}
	}
	return nil
}

// normal is the value below which a share of a normal distribution lies, within the ends.
func (s *quantiled) normal(share float64) float64 {
	if !(share >= 0 && share <= 1) {
		return math.NaN()
	}
	return min(max(mathext.NormalQuantile(share), s.ends[0]), s.ends[1])
}

func (s *quantiled) back(j int, in, out *column) error {
	l := &s.lines[j]
	near := 0.0
	if s.Output == Normal {
		near = nearEnd
	}
	for i, v := range in.num {
		if s.Output == Normal {
			v = 0.5 * math.Erfc(-v/math.Sqrt2)
		}
		switch {
		case v-near < 0 || v == 0:
			v = l.q[0]
		case v+near > 1 || v == 1:
			v = l.q[len(l.q)-1]
		default:
			v = l.value(v)
		}
		out.num[i] = v
	}
	return nil
}
