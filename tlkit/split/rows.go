package split

import (
	"fmt"

	"transferlab/tlkit/frame"
)

// RowOptions say what a split needs to know of a table's rows. The zero value needs no
// more than their number.
type RowOptions struct {
	Label string // column with the class; needed by Stratified
	Group string // column with the group whose rows stay together

	// Time is the column with the time of each row, for ByTime and TimeSeries: a date, text
	// in ISO 8601, or a number. A number that is not finite is a missing time.
	Time string
	// InOrder says that the rows are in the order of time already, where no column does.
	InOrder bool

	// Target is a column of numbers that are to be predicted. Check compares how they are
	// spread in the parts.
	Target string
	// Bins, above 0, is the number of quantile bins of the target that Stratified takes for
	// classes; equal numbers are never in two bins. Label is then empty.
	Bins int

	// Duplicates keeps rows together that are equal in all columns.
	Duplicates bool
	// Alike are clusters of rows that were found to be near duplicates, by NearRows or by
	// package dedupe, which stay together. Clusters that share a row are one.
	Alike [][]int
}

// Rows makes a Source of the rows of a table; the ids are the rows' numbers, from "0". A
// missing label is an empty one, which [Stratified] refuses; a row with a missing group is
// a group of its own. A column that the table lacks is a [*frame.ColumnError].
func Rows(t frame.Table, o RowOptions) (*Numbered, error) {
	if err := t.DataFrame.Err; err != nil {
		return nil, fmt.Errorf("split: this dataframe holds an error instead of rows: %w", err)
	}
	c := &columns{n: t.Nrow()}
	for _, read := range []func(frame.Table, *columns) error{o.classes, o.groups, o.times, o.contents} {
		if err := read(t, c); err != nil {
			return nil, fmt.Errorf("split: %w", err)
		}
	}
	return &Numbered{func() (*columns, error) { return c, nil }}, nil
}

// classes reads the label and the target.
func (o RowOptions) classes(t frame.Table, c *columns) error {
	if o.Bins < 0 || o.Bins > 0 && (o.Target == "" || o.Label != "") {
		return fmt.Errorf("%w: %d bins of target %q and label %q; bins are above 0, of a target, and take the label's place", ErrOption, o.Bins, o.Target, o.Label)
	}
	if o.Label != "" {
		class, err := codeColumn(t, o.Label)
		if err != nil {
			return err
		}
		c.class = class.sorted()
	}
	if o.Target == "" {
		return nil
	}
	column, err := t.Column(o.Target)
	if err != nil {
		return err
	}
	if c.target, err = column.Numbers(); err != nil {
		return err
	}
	if c.targetName = o.Target; o.Bins > 0 {
		c.class, c.binned = codeBins(c.target, o.Bins), true
	}
	return nil
}

func (o RowOptions) groups(t frame.Table, c *columns) (err error) {
	if o.Group != "" {
		c.group, err = codeColumn(t, o.Group)
	}
	return err
}

func (o RowOptions) times(t frame.Table, c *columns) (err error) {
	switch {
	case o.Time != "" && o.InOrder:
		return fmt.Errorf("%w: both Time %q and InOrder are set; leave one out", ErrOption, o.Time)
	case o.Time != "":
		c.times, err = timesOfColumn(t, o.Time)
	case o.InOrder:
		c.times = inOrder(c.n)
	}
	return err
}

// contents finds equal rows, and takes the clusters of alike ones.
func (o RowOptions) contents(t frame.Table, c *columns) (err error) {
	if o.Duplicates && c.n > 0 {
		kinds, n, err := t.Identify()
		if err != nil {
			return err
		}
		first := firsts(kinds, n)
		c.content = &coding{code: kinds, size: n, name: func(k int32) string { return fmt.Sprint("rows like ", first[k]) }}
	}
	c.alike, err = codeClusters(c.n, o.Alike, nil)
	return err
}
