package feature

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
)

// Bins is how a column's values are put into bins.
type Bins uint8

// The ways.
const (
	QuantileBins Bins = iota // as many training rows in each bin
	UniformBins              // bins of equal width
	KMeansBins               // values are in the bin whose mean is nearest (k-means)
)

var binsNames = enum.Names{Type: "Bins", List: []string{"quantile", "uniform", "kmeans"}, Err: errOption}

// String is the way's name: "quantile".
func (b Bins) String() string { return binsNames.String(uint8(b)) }

// MarshalText writes the name.
func (b Bins) MarshalText() ([]byte, error) { return binsNames.Marshal(uint8(b)) }

// UnmarshalText reads the name.
func (b *Bins) UnmarshalText(text []byte) error { return binsNames.Unmarshal(text, (*uint8)(b)) }

// MaxBins is the most bins that a column may have.
const MaxBins = 1 << 16

// Binning puts a column's values into bins, which are cut by the training rows, and makes it
// a feature that counts them from 0; or, with OneHot, one feature for each bin. A value on
// the edge of two bins is in the upper one; values beyond the training rows' are in the
// first and the last bin. Missing values are left out and stay missing; one-hot they are 0
// in each feature. Inverse gives a bin's middle.
//
// It is scikit-learn's KBinsDiscretizer, but that all training rows are used, where
// scikit-learn takes 200 000 by chance (its subsample), and that missing values, which it
// refuses, may be there. Bins of a width of 1e-8 and less are taken out, except by
// UniformBins. A column without spread has one bin, whose middle is its value.
type Binning struct {
	// Columns are binned. None: all of ints and floats.
	Columns []string
	// Bins is how many there are in each column. 0 means 5; else 2 to [MaxBins].
	Bins int
	// By is how they are cut. The zero value is QuantileBins.
	By Bins
	// OneHot makes a feature for each bin: the column's name, "=" and the bin's number.
	OneHot bool
}

func (s Binning) takes(p *plan) ([]int, error) { return p.takeNumbers(s.Columns) }

func (s Binning) fit(l *learning) (learnt, error) {
	if err := binsNames.Check(uint8(s.By)); err != nil {
		return nil, err
	}
	k := s.Bins
	if k == 0 {
		k = 5
	}
	if k < 2 || k > MaxBins {
		return nil, optionf("Bins is %d; ask for 2 to %d", s.Bins, MaxBins)
	}
	f := &binned{Edges: make([]floats, len(l.cols)), OneHot: s.OneHot}
	return f, l.each(func(j int, v []float64) error {
		least, most := widen(v, math.Inf(1), math.Inf(-1))
		if err := beyond("span", l.cols[j].name, most-least); least < most && err != nil {
			return err
		}
		switch {
		case least > most:
			f.Edges[j] = floats{math.NaN(), math.NaN()}
		case least == most:
			f.Edges[j] = floats{least, least}
		case s.By == UniformBins:
			f.Edges[j] = evenly(least, most, k)
		case s.By == QuantileBins:
			f.Edges[j] = wideEnough(quantileEdges(v, k))
		default:
			edges, err := kmeansEdges(l.ctx, v, least, most, k)
			if err != nil {
				return err
			}
			f.Edges[j] = wideEnough(edges)
		}
		if checkEdges(f.Edges[j]) != nil {
			return fmt.Errorf("feature: %w: the bins of column %.40q cannot be cut within float64; bring the column to a smaller scale", ErrInput, l.cols[j].name)
		}
		return nil
	})
}

// evenly are the edges of k bins of equal width, as NumPy's linspace calculates them.
func evenly(least, most float64, k int) []float64 {
	out := make([]float64, k+1)
	step := (most - least) / float64(k)
	for i := range out {
		out[i] = float64(i)*step + least
		if step == 0 { // the width is below the least number, and the span is not
			out[i] = float64(i)/float64(k)*(most-least) + least
		}
	}
	out[k] = most
	return out
}

// wideEnough leaves out edges that are no more than 1e-8 above the one before.
func wideEnough(edges []float64) []float64 {
	kept := edges[:1:1]
	for i := 1; i < len(edges); i++ {
		if edges[i]-edges[i-1] > 1e-8 {
			kept = append(kept, edges[i])
		}
	}
	if len(kept) == 1 {
		return []float64{edges[0], edges[len(edges)-1]} // all are: it is one bin
	}
	return kept
}

// quantileEdges are the quantiles that cut v into k parts, each a value or, between two
// parts of whole numbers of rows, the mean of the two values there: NumPy's
// averaged_inverted_cdf, type 2 of Hyndman and Fan (1996). v is changed.
func quantileEdges(v []float64, k int) []float64 {
	v = slices.DeleteFunc(v, func(x float64) bool { return x != x })
	n := len(v)
	places := make([]int, 0, 2*k+2)
	step := 100 / float64(k)
	for i := range k + 1 {
		percent := float64(i) * step
		if i == k {
			percent = 100
		}
		place := float64(float64(n)*(percent/100)) - 1
		below := int(math.Floor(place))
		above := min(max(below+1, 0), n-1)
		if place != float64(below) || below < 0 {
			below = above
		}
		places = append(places, below, above)
	}
	q := ranked(v, places)
	out := make([]float64, k+1)
	for i := range out {
		out[i] = q[2*i+1] - (q[2*i+1]-q[2*i])*0.5
	}
	return out
}

// binned is a fitted Binning.
type binned struct {
	// Edges are those of each column's bins, one more than bins, in order. Two that are the
	// same are of a column without spread, two that are NaN of one without values.
	Edges  []floats `json:"edges"`
	OneHot bool     `json:"oneHot,omitempty"`
	names  []string
}

func (s *binned) outputs(in []element) ([]output, error) {
	if len(s.Edges) != len(in) {
		return nil, fmt.Errorf("feature: %w: bins of %d columns for %d", ErrFile, len(s.Edges), len(in))
	}
	s.names = make([]string, len(in))
	out := sameNames(in)
	for j, edges := range s.Edges {
		if err := checkEdges(edges); err != nil {
			return nil, err
		}
		s.names[j] = in[j].name
		if s.OneHot {
			out[j] = output{of: j, kind: frame.Bool, wide: true, names: make([]string, len(edges)-1)}
			for b := range out[j].names {
				out[j].names[b] = in[j].name + "=" + strconv.Itoa(b)
			}
		}
	}
	return out, nil
}

func checkEdges(edges floats) error {
	if len(edges) < 2 || len(edges) > MaxBins+1 {
		return fmt.Errorf("feature: %w: a column has %d edges of bins", ErrFile, len(edges))
	}
	if len(edges) == 2 && edges[0] != edges[0] && edges[1] != edges[1] {
		return nil
	}
	for i := 1; i < len(edges); i++ {
		if !(edges[i] >= edges[i-1]) { // by rounding, narrow ones may be the same
			return fmt.Errorf("feature: %w: edges of bins are out of order", ErrFile)
		}
	}
	return noInfinity(edges)
}

func (s *binned) one(j, _ int, in, out *column) error {
	edges := s.Edges[j][1 : len(s.Edges[j])-1]
	for i, v := range in.num {
		b := binOf(edges, v)
		switch {
		case !s.OneHot && v == v:
			out.num[i] = float64(b)
		case !s.OneHot:
			out.num[i] = v
		case v == v:
			out.code[i] = int32(b)
		default:
			out.code[i] = -1
		}
	}
	return nil
}

// fewEdges is how many are counted rather than searched.
const fewEdges = 16

// binOf is how many of the edges, which are in order, are no greater than v.
func binOf(edges []float64, v float64) int {
	if len(edges) > fewEdges {
		return sort.Search(len(edges), func(i int) bool { return edges[i] > v })
	}
	n := 0
	for _, e := range edges {
		if e <= v {
			n++
		}
	}
	return n
}

func (s *binned) back(j int, in, out *column) error {
	edges := s.Edges[j]
	for i := range out.num {
		var b float64
		if !s.OneHot {
			b = in.num[i]
		} else if b = float64(in.code[i]); b < 0 {
			b = math.NaN()
		}
		switch bin := math.Trunc(b); {
		case b != b:
			out.num[i] = b
		case bin < 0 || bin >= float64(len(edges)-1):
			return &InputError{s.names[j], i, b, fmt.Sprintf("the column has the bins 0 to %d", len(edges)-2), nil}
		default:
			out.num[i] = (edges[int(bin)] + edges[int(bin)+1]) * 0.5
		}
	}
	return nil
}

// sortedValues are v's values in order; v is changed.
func sortedValues(v []float64) []float64 {
	v = slices.DeleteFunc(v, func(x float64) bool { return x != x })
	slices.Sort(v)
	return v
}
