package split

import (
	"cmp"
	"slices"

	"transferlab/tlkit/frame"
)

// A coding says which of a number of things each item has: which class, group or content.
// A nil coding says that no item has any.
type coding struct {
	code []int32 // of each item: 0 to size-1, or -1 where it has none
	size int
	name func(code int32) string
}

// at is the code of item i.
func (c *coding) at(i int) int32 {
	if c == nil {
		return -1
	}
	return c.code[i]
}

// of is the name of what item i has, "" if nothing.
func (c *coding) of(i int) string {
	if k := c.at(i); k >= 0 {
		return c.name(k)
	}
	return ""
}

// names are the names in the order of their codes.
func (c *coding) names() []string {
	if c == nil {
		return nil
	}
	out := make([]string, c.size)
	for k := range out {
		out[k] = c.name(int32(k))
	}
	return out
}

// codeTexts numbers n texts in the order in which they first occur; "" is none.
func codeTexts(n int, at func(i int) string) *coding {
	c := &coding{code: make([]int32, n)}
	known := map[string]int32{}
	var names []string
	last, code := "", int32(-1)
	for i := range c.code {
		if text := at(i); text != last {
			last = text
			var ok bool
			if code, ok = known[text]; !ok && text != "" {
				code = int32(len(names))
				known[text], names = code, append(names, text)
			}
			if text == "" {
				code = -1
			}
		}
		c.code[i] = code
	}
	if len(names) == 0 {
		return nil
	}
	c.size, c.name = len(names), func(k int32) string { return names[k] }
	return c
}

// codeColumn numbers what a column of a table holds, in the order in which it first occurs;
// missing values are none.
func codeColumn(t frame.Table, name string) (*coding, error) {
	column, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	kinds, n, err := t.Identify(name)
	if err != nil {
		return nil, err
	}
	// Missing values are of one kind; the kinds after it move down by one.
	gone := int32(-1)
	first := firsts(kinds, n)
	for k, row := range first {
		if column.Missing(int(row)) {
			gone = int32(k)
		}
	}
	c := &coding{code: kinds, size: n}
	if gone >= 0 {
		for i, k := range kinds {
			if k == gone {
				kinds[i] = -1
			} else if k > gone {
				kinds[i] = k - 1
			}
		}
		c.size, first = n-1, slices.Delete(first, int(gone), int(gone)+1)
	}
	if c.size == 0 {
		return nil, nil
	}
	c.name = func(k int32) string { return column.Format(int(first[k])) }
	return c, nil
}

// firsts are the rows in which each of n kinds first occurs, which is in their order.
func firsts(kinds []int32, n int) []int32 {
	first := make([]int32, 0, n)
	for i, k := range kinds {
		if int(k) == len(first) {
			first = append(first, int32(i))
			if len(first) == n {
				break
			}
		}
	}
	return first
}

// sorted numbers the things anew in the order of their names.
func (c *coding) sorted() *coding {
	if c == nil {
		return nil
	}
	names := c.names()
	order := make([]int32, c.size)
	for k := range order {
		order[k] = int32(k)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(names[a], names[b]) })
	to := make([]int32, c.size)
	for k, old := range order {
		to[old] = int32(k)
	}
	out := &coding{code: make([]int32, len(c.code)), size: c.size, name: func(k int32) string { return names[order[k]] }}
	for i, k := range c.code {
		if out.code[i] = k; k >= 0 {
			out.code[i] = to[k]
		}
	}
	return out
}
