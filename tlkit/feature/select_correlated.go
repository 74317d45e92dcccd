package feature

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/feature/score"
	"transferlab/tlkit/internal/enum"
)

// Correlation is how two features are compared with each other.
type Correlation uint8

// The correlations.
const (
	Pearson  Correlation = iota // along a straight line
	Spearman                    // of the ranks: along any rising or falling curve
)

var correlationNames = enum.Names{Type: "Correlation", List: []string{"Pearson", "Spearman"}, Err: errOption}

// String is "Pearson" or "Spearman".
func (c Correlation) String() string { return correlationNames.String(uint8(c)) }

// MarshalText writes the name.
func (c Correlation) MarshalText() ([]byte, error) { return correlationNames.Marshal(uint8(c)) }

// UnmarshalText reads the name.
func (c *Correlation) UnmarshalText(b []byte) error {
	return correlationNames.Unmarshal(b, (*uint8)(c))
}

// SelectCorrelated leaves out a feature that is too much like one that is kept: features
// are taken in their order, and one whose correlation with a kept one is above Above, or
// below −Above, goes. The target is not looked at. A constant feature is like none, and
// is kept: see [SelectVariance]. Missing values are an [*InputError].
//
// The scores that it gives are each feature's largest correlation, in size, with a kept
// feature before it; 0 if there is none.
type SelectCorrelated struct {
	// Columns are chosen from; others pass. None: all numbers, booleans included.
	Columns []string
	// Above is how much alike two features may be, from 0 to 1. 0 means 0.95.
	Above  float64
	Method Correlation
}

func (s SelectCorrelated) takes(p *plan) ([]int, error) { return p.takeAll(s.Columns) }

func (s SelectCorrelated) fit(l *learning) (learnt, error) {
	if !(s.Above >= 0 && s.Above <= 1) {
		return nil, optionf("Above is %v; give 0 to 1", s.Above)
	}
	if err := correlationNames.Check(uint8(s.Method)); err != nil {
		return nil, err
	}
	if s.Above == 0 {
		s.Above = 0.95
	}
	if len(l.cols) == 0 {
		return &kept{Keep: []bool{}}, nil
	}
	cols, err := l.complete()
	if err != nil {
		return nil, err
	}
	matrix := score.PearsonMatrix
	if s.Method == Spearman {
		matrix = score.SpearmanMatrix
	}
	m, err := matrix(l.ctx, l.rep, cols)
	if err != nil {
		return nil, err
	}
	at, err := score.Uncorrelated(m, s.Above, nil)
	if err != nil {
		return nil, err
	}
	return &kept{Keep: chosen(len(cols), at), By: s.Method.String() + "'s correlation", Scores: nearestBefore(m, at)}, nil
}

// nearestBefore is each column's largest correlation, in size, with a kept one before it.
func nearestBefore(m mat.Symmetric, at []int) floats {
	n, _ := m.Dims()
	out := make(floats, n)
	for j := range out {
		for _, k := range at {
			if k < j && math.Abs(m.At(j, k)) > math.Abs(out[j]) {
				out[j] = m.At(j, k)
			}
		}
	}
	return out
}
