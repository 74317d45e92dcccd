package impute

import (
	"fmt"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
)

// DropRule says which rows or columns are dropped.
type DropRule uint8

// The rules.
const (
	AnyMissing  DropRule = iota // a value is missing
	AllMissing                  // all values are missing
	FewValues                   // there are fewer values than DropOptions.Values: pandas' thresh
	MoreMissing                 // the share of missing values is above DropOptions.Share
)

var dropNames = enum.Names{Type: "DropRule", List: []string{"anyMissing", "allMissing", "fewValues", "moreMissing"}, Err: errOption}

// String is the rule's name: "anyMissing".
func (v DropRule) String() string { return dropNames.String(uint8(v)) }

// MarshalText writes the name.
func (v DropRule) MarshalText() ([]byte, error) { return dropNames.Marshal(uint8(v)) }

// UnmarshalText reads the name.
func (v *DropRule) UnmarshalText(b []byte) error { return dropNames.Unmarshal(b, (*uint8)(v)) }

// DropOptions say which rows or columns are dropped. The zero value drops those with any
// missing value.
type DropOptions struct {
	// Columns are looked at: where rows are dropped, the cells that count; where columns
	// are, the columns that may go. None: all.
	Columns []string `json:"columns,omitempty"`
	Rule    DropRule `json:"rule,omitempty"`   // what is dropped; the zero value is AnyMissing
	Values  int      `json:"values,omitempty"` // for FewValues, at least 1
	Share   float64  `json:"share,omitempty"`  // for MoreMissing, from 0 to 1
}

func (o DropOptions) check() error {
	if err := dropNames.Check(uint8(o.Rule)); err != nil {
		return err
	}
	if o.Rule == FewValues && o.Values < 1 {
		return optionf("Values is %d; give how many values are enough, at least 1", o.Values)
	}
	if o.Rule == MoreMissing && !(o.Share >= 0 && o.Share <= 1) {
		return optionf("Share is %v; give a share of missing values from 0 to 1", o.Share)
	}
	if name, twice := repeated(o.Columns); twice {
		return optionf("column %.40q is named twice", name)
	}
	return nil
}

// drops decides by how many of n cells are missing. Of no cells none is missing: such a row
// or column stays, unless it has too few values.
func (o DropOptions) drops(missing, n int) bool {
	switch o.Rule {
	case AllMissing:
		return n > 0 && missing == n
	case FewValues:
		return n-missing < o.Values
	case MoreMissing:
		return n > 0 && float64(missing)/float64(n) > o.Share
	}
	return missing > 0
}

// DropRows gives the table without the rows that the rule is for, and which they are,
// ascending. Where no row is dropped it is the table itself. As pandas' dropna.
func DropRows(t frame.Table, o DropOptions) (out frame.Table, dropped []int, err error) {
	if err := o.check(); err != nil {
		return frame.Table{}, nil, err
	}
	cols, err := t.Columns(o.Columns...)
	if err != nil {
		return frame.Table{}, nil, fmt.Errorf("impute: %w", err)
	}
	missing := make([]int32, t.Nrow())
	for _, c := range cols {
		switch c.Kind {
		case frame.Int:
			addMissing(missing, c.Ints)
		case frame.Float:
			addMissing(missing, c.Floats)
		case frame.Bool:
			addMissing(missing, c.Bools)
		default:
			addMissing(missing, c.Texts)
		}
	}
	keep := make([]bool, t.Nrow())
	for i, m := range missing {
		if keep[i] = !o.drops(int(m), len(cols)); !keep[i] {
			dropped = append(dropped, i)
		}
	}
	if dropped == nil {
		return t, nil, nil
	}
	out, err = t.Where(keep)
	if err != nil {
		return frame.Table{}, nil, fmt.Errorf("impute: %w", err)
	}
	return out, dropped, nil
}

func addMissing[T frame.Value](missing []int32, cells []frame.Cell[T]) {
	for i := range cells {
		if cells[i].Missing() {
			missing[i]++
		}
	}
}

// DropColumns gives the table without the columns that the rule is for, and which they are,
// in the table's order. It looks at the table at hand: to drop the same columns of training
// and held rows, call it on the training rows, and Without on the others.
func DropColumns(t frame.Table, o DropOptions) (out frame.Table, dropped []string, err error) {
	if err := o.check(); err != nil {
		return frame.Table{}, nil, err
	}
	cols, err := t.Columns(o.Columns...)
	if err != nil {
		return frame.Table{}, nil, fmt.Errorf("impute: %w", err)
	}
	goes := map[string]bool{}
	for _, c := range cols {
		if o.drops(missingIn(c), c.Len()) {
			goes[c.Name] = true
		}
	}
	if len(goes) == 0 {
		return t, nil, nil
	}
	for _, n := range t.Names() {
		if goes[n] {
			dropped = append(dropped, n)
		}
	}
	if out, err = t.Without(dropped...); err != nil {
		return frame.Table{}, nil, fmt.Errorf("impute: %w", err)
	}
	return out, dropped, nil
}
