package dedupe

import (
	"fmt"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
)

// Keep says which one of equal rows stays.
type Keep uint8

const (
	First Keep = iota // the first one, as drop_duplicates(keep="first")
	Last              // the last one
	None              // none of them: only rows that have no equal stay
)

var keepNames = enum.Names{Type: "Keep", List: []string{"first", "last", "none"}, Err: errOptions}

// String is "first", "last" or "none".
func (k Keep) String() string { return keepNames.String(uint8(k)) }

// MarshalText writes the name.
func (k Keep) MarshalText() ([]byte, error) { return keepNames.Marshal(uint8(k)) }

// UnmarshalText reads the name.
func (k *Keep) UnmarshalText(b []byte) error {
	return keepNames.Unmarshal(b, (*uint8)(k))
}

// Options say which rows are equal and which of them stays. The zero value compares whole
// rows and keeps the first.
type Options struct {
	// Columns that are compared. Empty means all of them.
	Columns []string `json:"columns,omitempty"`

	// Keep is First, Last or None.
	Keep Keep `json:"keep"`
}

// Drop takes out rows that are equal to another. A missing value equals a missing value, a
// column of text keeps empty text and missing apart, and 0.0 equals −0.0. The rows that
// stay keep their order; a table without duplicates comes back as it is.
func Drop(t frame.Table, o Options) (frame.Table, *Report, error) {
	ids, kinds, err := identify(t, o)
	if err != nil {
		return frame.Table{}, nil, err
	}
	kept, dropped := o.Keep.divide(ids, kinds)
	r := &Report{What: "equal rows", Columns: o.Columns, Rows: len(ids), Dropped: dropped}
	r.count(ids, kinds, o.Keep)
	if len(dropped) == 0 {
		return t, r, nil
	}
	out, err := t.Take(kept)
	if err != nil {
		return frame.Table{}, nil, fmt.Errorf("dedupe: %w", err)
	}
	return out, r, nil
}

// Duplicated tells for each row whether Drop would take it out, as pandas' duplicated.
func Duplicated(t frame.Table, o Options) ([]bool, error) {
	ids, kinds, err := identify(t, o)
	if err != nil {
		return nil, err
	}
	out := make([]bool, len(ids))
	_, dropped := o.Keep.divide(ids, kinds)
	for _, i := range dropped {
		out[i] = true
	}
	return out, nil
}

func identify(t frame.Table, o Options) (ids []int32, kinds int, err error) {
	if keepNames.Check(uint8(o.Keep)) != nil {
		return nil, 0, fmt.Errorf("dedupe: %w: %v; choose First, Last or None", ErrOptions, o.Keep)
	}
	if t.Ncol() == 0 && len(o.Columns) == 0 && t.Err == nil {
		ids = make([]int32, t.Nrow()) // rows without cells are not equal, says pandas
		for i := range ids {
			ids[i] = int32(i)
		}
		return ids, len(ids), nil
	}
	if ids, kinds, err = t.Identify(o.Columns...); err != nil {
		return nil, 0, fmt.Errorf("dedupe: %w", err)
	}
	return ids, kinds, nil
}

// divide sorts rows into those that stay and those that go, both ascending.
func (k Keep) divide(ids []int32, kinds int) (kept, dropped []int) {
	stays := k.rule(ids, kinds)
	n := kinds
	if k == None {
		n = 0
	}
	kept = make([]int, 0, n)
	dropped = make([]int, 0, len(ids)-kinds)
	for i, id := range ids {
		if stays(i, id) {
			kept = append(kept, i)
		} else {
			dropped = append(dropped, i)
		}
	}
	return kept, dropped
}

// rule tells of each row, asked in their order, whether it stays.
func (k Keep) rule(ids []int32, kinds int) func(i int, id int32) bool {
	switch k {
	case First:
		next := int32(0) // kinds are counted in the order in which they first occur
		return func(_ int, id int32) bool {
			if id != next {
				return false
			}
			next++
			return true
		}
	case Last:
		last := make([]int32, kinds)
		for i, id := range ids {
			last[id] = int32(i)
		}
		return func(i int, id int32) bool { return int(last[id]) == i }
	default:
		several := repeated(ids, kinds)
		return func(_ int, id int32) bool { return !several[id] }
	}
}

// repeated tells which kinds occur more than once.
func repeated(ids []int32, kinds int) []bool {
	several := make([]bool, kinds)
	next := int32(0)
	for _, id := range ids {
		if id == next {
			next++
		} else {
			several[id] = true
		}
	}
	return several
}

// count says how many groups there are, and shows the first few.
func (r *Report) count(ids []int32, kinds int, k Keep) {
	r.Kept = r.Rows - len(r.Dropped)
	for _, x := range repeated(ids, kinds) {
		if x {
			r.Groups++
		}
	}
	for _, i := range r.Dropped[:min(len(r.Dropped), shown)] {
		stays := -1
		for j, id := range ids {
			if id == ids[i] && k != None {
				if stays = j; k == First {
					break
				}
			}
		}
		r.Examples = append(r.Examples, Example{i, stays})
	}
}

// Find gives the groups of rows that are equal in these columns; without names, in all of
// them. In each group the first row is the proposed survivor. What is equal is as in
// [Drop], and nothing is dropped.
func Find(t frame.Table, columns ...string) (*Groups, error) {
	ids, kinds, err := identify(t, Options{Columns: columns})
	if err != nil {
		return nil, err
	}
	several := repeated(ids, kinds)
	sizes := make([]int32, kinds)
	all := 0
	for _, id := range ids {
		if several[id] {
			sizes[id]++
			all++
		}
	}
	flat := make([]int, 0, all) // the rows of all groups
	g := &Groups{What: "equal rows", table: t, compared: columns}
	place := make([]int32, kinds)
	for id, n := range sizes {
		if n == 0 {
			continue
		}
		place[id] = int32(len(g.List))
		g.List = append(g.List, Group{Number: len(g.List), Rows: flat[len(flat) : len(flat) : len(flat)+int(n)], Least: 1})
		flat = flat[:len(flat)+int(n)]
	}
	for i, id := range ids {
		if several[id] {
			group := &g.List[place[id]]
			group.Rows = append(group.Rows, i)
		}
	}
	if len(columns) == 0 {
		g.compared = t.Names()
	}
	return g, nil
}
