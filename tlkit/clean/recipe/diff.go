package recipe

import (
	"context"
	"slices"
	"strconv"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
)

// This file finds what a step changed. Columns that a step did not touch are shared with
// the table before and cost nothing; the others are compared cell by cell.

const (
	diffCells = 3       // changed cells shown for a column
	diffRows  = 3       // dropped rows shown
	diffWide  = 8       // columns of which changed cells are shown, and columns of a dropped row
	diffText  = 200     // bytes of a text that are kept for showing
	diffPiece = 1 << 14 // rows compared in one go
)

// quoted is a text as people read it: in quotes, cut to a length.
func quoted(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}

// shape is the size of the table.
func (s state) shape() Shape { return Shape{s.Nrow(), s.Ncol()} }

// compare describes what step made of before.
func compare(ctx context.Context, step Step, before state, after outcome) (Entry, error) {
	e := Entry{Step: step, Before: before.shape(), After: after.shape(), Renamed: after.renamed, Notes: after.notes}
	old, err := before.Columns()
	if err != nil {
		return e, err
	}
	now, err := after.Columns()
	if err != nil {
		return e, err
	}
	was := map[string]frame.Column{}
	for _, c := range old {
		was[c.Name] = c
	}
	newName := map[string]string{}
	for _, r := range after.renamed {
		newName[r.From] = r.To
		c := was[r.From]
		delete(was, r.From)
		was[r.To] = c
	}
	for _, c := range now {
		if _, ok := was[c.Name]; !ok {
			e.Added = append(e.Added, c.Name)
		}
	}
	for _, c := range old {
		name := c.Name
		if to, ok := newName[name]; ok {
			name = to
		}
		at := slices.IndexFunc(now, func(d frame.Column) bool { return d.Name == name })
		if at < 0 {
			e.Removed = append(e.Removed, c.Name)
			continue
		}
		if after.rows != nil && !slices.Contains(after.touched, name) {
			continue
		}
		if err := e.column(ctx, before, after, c, now[at]); err != nil {
			return e, err
		}
	}
	e.Reordered = reordered(now, was, old, newName)
	if after.rows != nil {
		e.rows(old, after.rows)
	}
	return e, nil
}

// reordered reports whether the columns that were there before stand in another order.
func reordered(now []frame.Column, was map[string]frame.Column, old []frame.Column, newName map[string]string) bool {
	at := map[string]int{}
	for i, c := range old {
		name := c.Name
		if to, ok := newName[name]; ok {
			name = to
		}
		at[name] = i
	}
	last := -1
	for _, c := range now {
		if _, ok := was[c.Name]; !ok {
			continue
		}
		if at[c.Name] < last {
			return true
		}
		last = at[c.Name]
	}
	return false
}

// column compares one column.
func (e *Entry) column(ctx context.Context, before state, after outcome, a, b frame.Column) error {
	c := Changed{Column: b.Name}
	if from, to := before.kindOf(a), after.kindOf(b); from != to {
		c.From, c.To = from, to
	}
	if after.rows == nil && same(a, b) {
		if c.From != "" {
			e.Changed = append(e.Changed, c)
		}
		return nil
	}
	n, first, err := differences(ctx, a, b, after.rows)
	if err != nil {
		return err
	}
	c.Cells = n
	if n > 0 || c.From != "" {
		e.Changed = append(e.Changed, c)
	}
	if len(e.Changed) <= diffWide {
		for _, i := range first {
			e.Cells = append(e.Cells, Cell{i, b.Name, show(a, origin(after.rows, i)), show(b, i)})
		}
	}
	return nil
}

// rows counts and shows the rows that are gone, and counts those that are new.
func (e *Entry) rows(old []frame.Column, from []int) {
	stays := make([]bool, e.Before.Rows)
	for _, r := range from {
		if r < 0 || stays[r] {
			e.Made++ // from nothing, or once more from the same row
		} else {
			stays[r] = true
		}
	}
	for r, ok := range stays {
		if ok {
			continue
		}
		if e.Dropped++; len(e.Rows) < diffRows {
			row := Row{Row: r}
			for k, c := range old {
				if k == diffWide {
					break
				}
				row.Values = append(row.Values, show(c, r))
			}
			e.Rows = append(e.Rows, row)
		}
	}
	if len(e.Rows) > 0 {
		for k, c := range old {
			if k == diffWide {
				break
			}
			e.Columns = append(e.Columns, c.Name)
		}
	}
}

func show(c frame.Column, i int) Value {
	if c.Missing(i) {
		return Value{Missing: true}
	}
	text := c.Format(i)
	if len(text) > diffText {
		text = string([]rune(text[:diffText])) // a rune that is cut is shown as U+FFFD
	}
	return Value{Text: text}
}

// origin is the row before that row i comes from.
func origin(rows []int, i int) int {
	if rows == nil {
		return i
	}
	return rows[i]
}

// same reports whether two columns share their cells.
func same(a, b frame.Column) bool {
	return a.Len() == b.Len() && shared(a.Ints, b.Ints) && shared(a.Floats, b.Floats) && shared(a.Bools, b.Bools) && shared(a.Texts, b.Texts)
}

func shared[T frame.Value](a, b []frame.Cell[T]) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// differences counts the rows of b whose cells are not as they were in a, and gives the
// first of them. A row that comes from nowhere is not counted.
func differences(ctx context.Context, a, b frame.Column, rows []int) (n int, first []int, err error) {
	differ := differing(a, b)
	pieces := make([]struct {
		n     int
		first []int
	}, (b.Len()+diffPiece-1)/diffPiece)
	err = parallel.Chunks(ctx, b.Len(), diffPiece, func(chunk, low, high int) {
		p := &pieces[chunk]
		for i := low; i < high; i++ {
			if j := origin(rows, i); j >= 0 && differ(j, i) {
				if p.n++; len(p.first) < diffCells {
					p.first = append(p.first, i)
				}
			}
		}
	})
	for _, p := range pieces {
		n += p.n
		first = append(first, p.first[:min(len(p.first), diffCells-len(first))]...)
	}
	return n, first, err
}

// differing compares cell i of a with cell j of b.
func differing(a, b frame.Column) func(i, j int) bool {
	switch {
	case a.Ints != nil && b.Ints != nil:
		return unequal(a.Ints, b.Ints)
	case a.Floats != nil && b.Floats != nil:
		return unequal(a.Floats, b.Floats)
	case a.Bools != nil && b.Bools != nil:
		return unequal(a.Bools, b.Bools)
	case a.Texts != nil && b.Texts != nil:
		return unequal(a.Texts, b.Texts)
	}
	return func(i, j int) bool {
		return a.Missing(i) != b.Missing(j) || a.Format(i) != b.Format(j)
	}
}

func unequal[T frame.Value](a, b []frame.Cell[T]) func(i, j int) bool {
	return func(i, j int) bool {
		x, y := &a[i], &b[j]
		if x.Missing() || y.Missing() {
			return x.Missing() != y.Missing()
		}
		return x.Value != y.Value
	}
}
