package feature

import (
	"fmt"
)

// kept is a fitted step that leaves features out: all selectors are one.
type kept struct {
	Keep []bool `json:"keep"` // of each column that the step takes
	// Scores are what the choice was made by, if there is such a number for each column:
	// see [Fitted.Scores].
	Scores floats `json:"scores,omitempty"`
	By     string `json:"by,omitempty"` // what the scores are
	P      floats `json:"p,omitempty"`
	Ranks  []int  `json:"ranks,omitempty"` // of recursive selectors: 1 for those kept
}

func (k *kept) outputs(in []element) ([]output, error) {
	if len(k.Keep) != len(in) || len(k.Scores) > 0 && len(k.Scores) != len(in) || len(k.P) > 0 && len(k.P) != len(in) || len(k.Ranks) > 0 && len(k.Ranks) != len(in) {
		return nil, fmt.Errorf("feature: %w: %d choices for %d columns", ErrFile, len(k.Keep), len(in))
	}
	return nil, nil
}

func (k *kept) keeps(j int) bool { return k.Keep[j] }

// Drop leaves columns out. The target and the group are no features, and cannot be dropped.
type Drop struct {
	Columns []string
}

func (s Drop) takes(p *plan) ([]int, error) { return p.find(s.Columns) }

func (s Drop) fit(l *learning) (learnt, error) { return &kept{Keep: make([]bool, len(l.cols))}, nil }

// Keep leaves all other columns out. Those that are kept stand in the order that they had,
// not in that of Columns.
type Keep struct {
	Columns []string
}

func (s Keep) takes(p *plan) ([]int, error) {
	at, err := p.find(s.Columns)
	if err != nil {
		return nil, err
	}
	wanted := map[int]bool{}
	for _, i := range at {
		wanted[i] = true
	}
	var rest []int
	for i := range p.elements {
		if !wanted[i] {
			rest = append(rest, i)
		}
	}
	return rest, nil
}

func (s Keep) fit(l *learning) (learnt, error) { return &kept{Keep: make([]bool, len(l.cols))}, nil }
