package feature

import (
	"fmt"
)

// FrequencyEncoder makes each value of a column the share of the training rows that have
// it, 0 to 1. A missing value is one of its own; one that no training row has is 0.
type FrequencyEncoder struct {
	// Columns are encoded. None: all of text and categories.
	Columns []string
}

func (s FrequencyEncoder) takes(p *plan) ([]int, error) { return p.takeTexts(s.Columns) }

func (s FrequencyEncoder) fit(l *learning) (learnt, error) {
	found, err := l.countAll()
	if err != nil {
		return nil, err
	}
	f := &frequencies{make([]frequencyColumn, len(found))}
	for j := range found {
		f.Columns[j] = frequencyColumn{found[j].values, found[j].shares(l.rows)}
	}
	return f, nil
}

// frequencies is a fitted FrequencyEncoder.
type frequencies struct {
	Columns []frequencyColumn `json:"columns"`
}

type frequencyColumn struct {
	values
	Shares floats `json:"shares"` // of each value
}

func (s *frequencies) takesTexts() {}

func (s *frequencies) outputs(in []element) ([]output, error) {
	if len(s.Columns) != len(in) {
		return nil, fmt.Errorf("feature: %w: values of %d columns for %d", ErrFile, len(s.Columns), len(in))
	}
	out := sameNames(in)
	for j, e := range in {
		c := &s.Columns[j]
		if err := c.index(e); err != nil {
			return nil, err
		}
		if err := lengths(c.all(), c.Shares); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *frequencies) one(j, first int, in, out *column) error {
	c := &s.Columns[j]
	if err := c.exact(first, in); err != nil {
		return err
	}
	c.encode(in, out.num, c.Shares, 0)
	return nil
}

// encode gives each row the number of its value, a missing one that of the last, where
// missing is a value, and all others the number for unknown ones.
func (v *values) encode(in *column, out []float64, of floats, unknown float64) {
	var found [fewRows]int32
	absent := unknown
	if v.Missing {
		absent = of[len(of)-1]
	}
	for low := 0; low < len(out); low += len(found) {
		to := out[low:min(low+len(found), len(out))]
		v.find(in, low, found[:len(to)])
		for i, k := range found[:len(to)] {
			switch k {
			case noneSuch:
				to[i] = unknown
			case noneThere:
				to[i] = absent
			default:
				to[i] = of[k]
			}
		}
	}
}
