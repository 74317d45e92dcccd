package facet

import (
	"fmt"
	"strings"

	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/frame"
)

// Options say which rows a facet counts.
type Options struct {
	// Within, one for each row, counts only these rows: what other facets have selected.
	// nil counts all.
	Within []bool
}

// The choices of Blank and Duplicates.
const (
	Missing    = "missing"     // no value
	Empty      = "empty"       // text of no character
	WhiteSpace = "white space" // text of white space alone
	Filled     = "filled"      // anything else
	Repeated   = "repeated"    // more than one row has it
	Single     = "single"      // one row has it
)

// Blank is the facet of what is in a column's cells: [Missing], [Empty], [WhiteSpace] or
// [Filled]. OpenRefine's facet by null counts the first, by empty string the second, by
// blank both.
func Blank(t frame.Table, column string, o Options) (*List, error) {
	c, err := t.Column(column)
	if err != nil {
		return nil, fmt.Errorf("facet: %w", err)
	}
	kinds := make([]int32, c.Len())
	for i := range kinds {
		switch {
		case c.Missing(i):
			kinds[i] = 0
		case c.Texts == nil:
			kinds[i] = 3
		case c.Texts[i].Value == "":
			kinds[i] = 1
		case text.Trim(c.Texts[i].Value) == "":
			kinds[i] = 2
		default:
			kinds[i] = 3
		}
	}
	return newKinds(column, kinds, o, Missing, Empty, WhiteSpace, Filled)
}

// Duplicates is the facet of rows whose values in these columns, or in all if none is
// named, another row has too: [Repeated] or [Single]. All rows are looked at for that, not
// only those within. In one column alone, empty text counts as no value, and rows without
// a value repeat one another, as in OpenRefine's duplicates facet.
func Duplicates(t frame.Table, columns []string, o Options) (*List, error) {
	ids, n, err := t.Identify(columns...)
	if err != nil {
		return nil, fmt.Errorf("facet: %w", err)
	}
	title := "rows"
	if len(columns) > 0 {
		title = strings.Join(columns, ", ")
	}
	if len(columns) == 1 {
		title = columns[0]
		if err := joinBlank(t, columns[0], ids); err != nil {
			return nil, err
		}
	}
	times := make([]int, n)
	for _, id := range ids {
		times[id]++
	}
	for i, id := range ids {
		ids[i] = 0
		if times[id] == 1 {
			ids[i] = 1
		}
	}
	return newKinds(title, ids, o, Repeated, Single)
}

// joinBlank gives rows without a value and rows with empty text one number.
func joinBlank(t frame.Table, column string, ids []int32) error {
	c, err := t.Column(column)
	if err != nil {
		return fmt.Errorf("facet: %w", err)
	}
	blank := int32(-1)
	for i := range c.Texts {
		if c.Missing(i) || c.Texts[i].Value == "" {
			if blank < 0 {
				blank = ids[i]
			}
			ids[i] = blank
		}
	}
	return nil
}

// newKinds is a list of fixed choices; kinds are the rows' choices, which it keeps.
func newKinds(title string, kinds []int32, o Options, names ...string) (*List, error) {
	if err := inside(o.Within, len(kinds)); err != nil {
		return nil, err
	}
	l := &List{Title: title, of: kinds, number: map[string]int{}}
	for k, name := range names {
		l.Choices = append(l.Choices, Choice{Value: name})
		l.number[name] = k
	}
	for i, k := range kinds {
		if o.Within == nil || o.Within[i] {
			l.Choices[k].Count++
			l.Counted++
		}
	}
	return l, nil
}
