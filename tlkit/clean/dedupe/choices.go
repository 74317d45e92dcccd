package dedupe

import (
	"fmt"

	"transferlab/tlkit/frame"
)

// Choices are a person's changes to what was found. The zero value takes every group and
// its proposed survivor.
type Choices struct {
	// Reject are the numbers of groups that are no duplicates: all of their rows stay.
	Reject []int `json:"reject,omitempty"`

	// Survivors are rows that survive in place of the proposed ones of their groups, at
	// most one a group.
	Survivors []int `json:"survivors,omitempty"`

	// Apart are rows that do not belong to their groups: they stay as they are, and fill
	// nothing.
	Apart []int `json:"apart,omitempty"`
}

// decided is a group after a person's choices: the survivor first.
type decided struct {
	number int
	rows   []int
}

// decide applies choices. Groups that are left with one row are left out.
func (g *Groups) decide(c Choices) ([]decided, error) {
	bad := func(format string, a ...any) ([]decided, error) {
		return nil, fmt.Errorf("dedupe: %w: "+format, append([]any{ErrChoice}, a...)...)
	}
	if len(c.Reject)+len(c.Survivors)+len(c.Apart) == 0 { // nothing to look up
		out := make([]decided, len(g.List))
		for i, group := range g.List {
			out[i] = decided{group.Number, group.Rows}
		}
		return out, nil
	}
	place := map[int]int{}   // group number → place in the list
	groupOf := map[int]int{} // row → place in the list
	for i, group := range g.List {
		place[group.Number] = i
		for _, r := range group.Rows {
			groupOf[r] = i
		}
	}
	rejected := map[int]bool{}
	for _, n := range c.Reject {
		i, ok := place[n]
		if !ok {
			return bad("group %d is rejected, and there is none of that number among the %d", n, len(g.List))
		}
		rejected[i] = true
	}
	apart := map[int]bool{}
	for _, r := range c.Apart {
		if _, ok := groupOf[r]; !ok {
			return bad("row %d is set apart, and is in no group", r)
		}
		apart[r] = true
	}
	survivor := map[int]int{}
	for _, r := range c.Survivors {
		i, ok := groupOf[r]
		switch before, twice := survivor[i]; {
		case !ok:
			return bad("row %d is to survive, and is in no group", r)
		case apart[r]:
			return bad("row %d is to survive, and is set apart as well", r)
		case rejected[i]:
			return bad("row %d is to survive, and its group %d is rejected", r, g.List[i].Number)
		case twice && before != r:
			return bad("rows %d and %d are both to survive in group %d; choose one, or set one apart", before, r, g.List[i].Number)
		}
		survivor[i] = r
	}
	var out []decided
	for i, group := range g.List {
		if rejected[i] {
			continue
		}
		d := decided{number: group.Number}
		first, chosen := survivor[i]
		if chosen {
			d.rows = append(d.rows, first)
		}
		for _, r := range group.Rows {
			if !apart[r] && !(chosen && r == first) {
				d.rows = append(d.rows, r)
			}
		}
		if len(d.rows) > 1 {
			out = append(out, d)
		}
	}
	return out, nil
}

// belongs sees that t is the table in which the groups were found: the compared columns of
// the rows in groups hold the same. Other columns may have come or changed since.
func (g *Groups) belongs(t frame.Table) error {
	if t.Err == nil && t.Nrow() != g.table.Nrow() {
		return fmt.Errorf("dedupe: %w: they were found in a table of %d rows, and this one has %d; find them again", ErrOther, g.table.Nrow(), t.Nrow())
	}
	if len(g.compared) == 0 {
		return nil
	}
	was, err := g.table.Columns(g.compared...)
	if err != nil {
		return fmt.Errorf("dedupe: %w", err)
	}
	is, err := t.Columns(g.compared...)
	if err != nil {
		return fmt.Errorf("dedupe: %w", err)
	}
	for k := range was {
		same, ok := sameCells(was[k], is[k])
		if !ok {
			return fmt.Errorf("dedupe: %w: column %.40q was %v and is %v; find them again", ErrOther, was[k].Name, was[k].Kind, is[k].Kind)
		}
		for _, group := range g.List {
			for _, r := range group.Rows {
				if !same(r) {
					return fmt.Errorf("dedupe: %w: row %d, column %.40q has changed since they were found; find them again", ErrOther, r, was[k].Name)
				}
			}
		}
	}
	return nil
}

// sameCells compares two columns row by row; false if they are not of one type.
func sameCells(a, b frame.Column) (same func(i int) bool, ok bool) {
	switch {
	case len(a.Ints) > 0 && len(a.Ints) == len(b.Ints):
		return equalAt(a.Ints, b.Ints), true
	case len(a.Floats) > 0 && len(a.Floats) == len(b.Floats):
		return equalAt(a.Floats, b.Floats), true
	case len(a.Bools) > 0 && len(a.Bools) == len(b.Bools):
		return equalAt(a.Bools, b.Bools), true
	case len(a.Texts) > 0 && len(a.Texts) == len(b.Texts):
		return equalAt(a.Texts, b.Texts), true
	}
	return nil, a.Len() == 0 && b.Len() == 0
}

func equalAt[T frame.Value](a, b []frame.Cell[T]) func(i int) bool {
	return func(i int) bool {
		return a[i].Missing() && b[i].Missing() || !a[i].Missing() && !b[i].Missing() && a[i].Value == b[i].Value
	}
}
