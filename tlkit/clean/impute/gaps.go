package impute

import (
	"fmt"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
)

// This file finds the runs of missing cells along the rows of a table, and which of them
// are to be filled from what stands before and after them.

// Direction says from which side a run of missing cells is filled.
type Direction uint8

// The directions.
const (
	Forward  Direction = iota // from the value before it, onwards
	Backward                  // from the value after it, backwards
	Both                      // from both
)

var directionNames = enum.Names{Type: "Direction", List: []string{"forward", "backward", "both"}, Err: errOption}

// String is "forward", "backward" or "both".
func (v Direction) String() string { return directionNames.String(uint8(v)) }

// MarshalText writes the name.
func (v Direction) MarshalText() ([]byte, error) { return directionNames.Marshal(uint8(v)) }

// UnmarshalText reads the name.
func (v *Direction) UnmarshalText(b []byte) error { return directionNames.Unmarshal(b, (*uint8)(v)) }

// Area says which runs of missing cells are filled.
type Area uint8

// The areas.
const (
	Everywhere Area = iota // all
	Inside                 // those with a value before and after them
	Outside                // those at the beginning and at the end
)

var areaNames = enum.Names{Type: "Area", List: []string{"everywhere", "inside", "outside"}, Err: errOption}

// String is "everywhere", "inside" or "outside".
func (v Area) String() string { return areaNames.String(uint8(v)) }

// MarshalText writes the name.
func (v Area) MarshalText() ([]byte, error) { return areaNames.Marshal(uint8(v)) }

// UnmarshalText reads the name.
func (v *Area) UnmarshalText(b []byte) error { return areaNames.Unmarshal(b, (*uint8)(v)) }

// gap is a run [from, to) of missing cells in a line of n.
type gap struct{ from, to, n int }

func (g gap) inside() bool { return g.from > 0 && g.to < g.n }

// rule says which cells of a gap are filled.
type rule struct {
	limit     int // cells of a gap from each side; 0: all
	direction Direction
	area      Area
}

func (r rule) check() error {
	if r.limit < 0 {
		return optionf("Limit is %d; give how many cells of a run are filled, or 0 for all", r.limit)
	}
	if err := directionNames.Check(uint8(r.direction)); err != nil {
		return err
	}
	return areaNames.Check(uint8(r.area))
}

// fills calls f for the cells of the gap that are to be filled, in order.
func (r rule) fills(g gap, f func(i int)) {
	if r.area == Inside && !g.inside() || r.area == Outside && g.inside() {
		return
	}
	limit := r.limit
	if limit == 0 {
		limit = g.n
	}
	// [from, fore) is reached from before, [aft, to) from behind.
	fore, aft := g.from, g.to
	switch {
	case r.direction == Both && r.limit == 0 && (g.from > 0 || g.to < g.n):
		fore = g.to // whatever side has a value reaches all
	default:
		if g.from > 0 && r.direction != Backward {
			fore = min(g.from+limit, g.to)
		}
		if g.to < g.n && r.direction != Forward {
			aft = max(g.to-limit, g.from)
		}
	}
	for i := g.from; i < fore; i++ {
		f(i)
	}
	for i := max(fore, aft); i < g.to; i++ {
		f(i)
	}
}

// lines are the rows that belong together, in their order: the whole table, or one line for
// each group.
type lines [][]int32

// linesOf divides the rows by these columns; nil where there are none, for the whole table
// as it stands.
func linesOf(t frame.Table, by []string) (lines, error) {
	if len(by) == 0 {
		return nil, nil
	}
	ids, n, err := t.Identify(by...)
	if err != nil {
		return nil, fmt.Errorf("impute: %w", err)
	}
	sizes := make([]int, n)
	for _, id := range ids {
		sizes[id]++
	}
	all := make([]int32, len(ids))
	out := make(lines, n)
	at := 0
	for k, s := range sizes {
		out[k] = all[at : at : at+s]
		at += s
	}
	for i, id := range ids {
		out[id] = append(out[id], int32(i))
	}
	return out, nil
}

// gaps calls f for each run of missing cells of a line of n.
func gaps(n int, missing func(i int) bool, f func(g gap)) {
	for i := 0; i < n; i++ {
		if !missing(i) {
			continue
		}
		g := gap{i, i + 1, n}
		for g.to < n && missing(g.to) {
			g.to++
		}
		f(g)
		i = g.to
	}
}
