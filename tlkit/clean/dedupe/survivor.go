package dedupe

import (
	"fmt"
	"math"
	"slices"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
)

// Rank is what makes a row the one of its group that should stay.
type Rank uint8

const (
	// MostComplete prefers the row with the fewest missing values, in all columns of the
	// table.
	MostComplete Rank = iota
	// FirstRow prefers the one that comes first in the table.
	FirstRow
	// LastRow prefers the one that comes last.
	LastRow
	// Newest prefers the one with the latest date, or the largest number, in Column.
	Newest
)

var rankNames = enum.Names{Type: "Rank", List: []string{"most-complete", "first-row", "last-row", "newest"}, Err: errOptions}

// String is "most-complete", "first-row", "last-row" or "newest".
func (r Rank) String() string { return rankNames.String(uint8(r)) }

// MarshalText writes the name.
func (r Rank) MarshalText() ([]byte, error) { return rankNames.Marshal(uint8(r)) }

// UnmarshalText reads the name.
func (r *Rank) UnmarshalText(b []byte) error {
	return rankNames.Unmarshal(b, (*uint8)(r))
}

// Survivor says how rows of a group are ranked: the first of them is proposed to stay, and
// what it lacks is filled from the others in their order. Of equally ranked rows the one
// that comes first in the table is first.
type Survivor struct {
	By     Rank   `json:"by"`
	Column string `json:"column,omitempty"` // for Newest: dates or numbers; a missing one ranks last
}

// ranking is a number for each row; higher is better.
type ranking []float64

func newRanking(t frame.Table, s Survivor) (ranking, error) {
	if rankNames.Check(uint8(s.By)) != nil {
		return nil, fmt.Errorf("dedupe: %w: %v; choose MostComplete, FirstRow, LastRow or Newest", ErrOptions, s.By)
	}
	if (s.By == Newest) != (s.Column != "") {
		return nil, fmt.Errorf("dedupe: %w: survivor %v with column %.40q; a column is for Newest, which needs one", ErrOptions, s.By, s.Column)
	}
	r := make(ranking, t.Nrow())
	switch s.By {
	case LastRow:
		for i := range r {
			r[i] = float64(i)
		}
	case Newest:
		c, err := t.Column(s.Column)
		if err != nil {
			return nil, fmt.Errorf("dedupe: %w", err)
		}
		var v []float64
		if c.Numeric() {
			v, err = c.Numbers()
		} else {
			v, err = days(c)
		}
		if err != nil {
			return nil, fmt.Errorf("dedupe: the survivor's column: %w", err)
		}
		for i, x := range v {
			if r[i] = x; math.IsNaN(x) {
				r[i] = math.Inf(-1)
			}
		}
	case MostComplete:
		cols, err := t.Columns()
		if err != nil {
			return nil, fmt.Errorf("dedupe: %w", err)
		}
		for _, c := range cols {
			for i := range r {
				if !c.Missing(i) {
					r[i]++
				}
			}
		}
	}
	return r, nil
}

// sort puts rows in the order of their ranks.
func (r ranking) sort(rows []int) {
	slices.SortFunc(rows, func(a, b int) int {
		switch {
		case r[a] > r[b]:
			return -1
		case r[a] < r[b]:
			return 1
		}
		return a - b
	})
}
