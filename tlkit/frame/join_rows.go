package frame

import (
	"fmt"
	"slices"

	"github.com/go-gota/gota/series"
)

// rowPairs are the rows of a join: a row of the left table and one of the right, -1 for
// none.
type rowPairs struct{ left, right []int }

func (m *matching) rows(how How, pairs []keyPair) rowPairs {
	n := m.count(how)
	p := rowPairs{make([]int, 0, n), make([]int, 0, n)}
	switch how {
	case Inner, Left:
		p.left, p.right = alongside(m.left, m.rights, how == Left, p.left, p.right)
	case Right:
		p.right, p.left = alongside(m.right, m.lefts, true, p.right, p.left)
	case Outer:
		for _, k := range m.sorted(pairs) {
			lefts, rights := m.lefts.of(k), m.rights.of(k)
			if len(lefts)+len(rights) == 0 { // its rows were set apart
				continue
			}
			for _, l := range orNone(lefts) {
				for _, r := range orNone(rights) {
					p.left, p.right = append(p.left, int(l)), append(p.right, int(r))
				}
			}
		}
	}
	return p
}

var noRow = [1]int32{-1}

func orNone(rows []int32) []int32 {
	if len(rows) == 0 {
		return noRow[:]
	}
	return rows
}

// alongside goes through the rows of one table and adds each with the rows of the other
// that match, or alone if keep is set.
func alongside(ids []int32, others places, keep bool, these, those []int) ([]int, []int) {
	for i, k := range ids {
		matches := others.of(k)
		if len(matches) == 0 && keep {
			matches = noRow[:]
		}
		for _, r := range matches {
			these, those = append(these, i), append(those, int(r))
		}
	}
	return these, those
}

// sorted is the keys' numbers in the order of the keys.
func (m *matching) sorted(pairs []keyPair) []int32 {
	order := make([]int32, m.kinds)
	for k := range order {
		order[k] = int32(k)
	}
	cols := make([]Column, len(pairs))
	for i, p := range pairs {
		cols[i] = p.firsts(m.first)
	}
	return sortedBy(order, cols, upwards)
}

// firsts is a column of the values that a key has in these rows of both tables.
func (p keyPair) firsts(rows []int32) Column {
	c := Column{Field: p.left.Field}
	switch k := p.cells.(type) {
	case keyCells[int]:
		c.Ints = gathered(k, rows)
	case keyCells[float64]:
		c.Kind, c.Floats = Float, gathered(k, rows)
	case keyCells[bool]:
		c.Bools = gathered(k, rows)
	case keyCells[string]:
		c.Texts = gathered(k, rows)
	}
	return c
}

func gathered[T Value](k keyCells[T], rows []int32) []Cell[T] {
	cells := make([]Cell[T], len(rows))
	for i, r := range rows {
		cells[i] = k.at(int(r))
	}
	return cells
}

// filtered are the left table's rows that match, or those that do not.
func (m *matching) filtered(left Table, o JoinOptions) (Table, error) {
	keep := make([]bool, len(m.left))
	for i, k := range m.left {
		keep[i] = (len(m.rights.of(k)) > 0) == (o.How == Semi)
	}
	t, err := left.Where(keep)
	if err != nil || o.Indicator == "" {
		return t, err
	}
	source := "both"
	if o.How == Anti {
		source = "left_only"
	}
	return t.indicated(o.Indicator, func(int) string { return source })
}

// joined makes the table of these rows.
func joined(left, right Table, pairs []keyPair, rows rowPairs, o JoinOptions) (Table, error) {
	drop := map[string]bool{} // keys that the left table has already
	for _, p := range pairs {
		if p.once() {
			drop[p.right.Name] = true
		}
	}
	rest, err := right.Pick(slices.DeleteFunc(right.Names(), func(n string) bool { return drop[n] })...)
	if err != nil {
		return Table{}, err
	}
	l, err := left.takeAll(rows.left)
	if err != nil {
		return Table{}, err
	}
	r, err := rest.takeAll(rows.right)
	if err != nil {
		return Table{}, err
	}
	if l, err = l.withKeys(pairs, rows, o.How); err != nil {
		return Table{}, err
	}
	t, err := beside(l, r, o.Suffixes)
	if err != nil || o.Indicator == "" {
		return t, err
	}
	return t.indicated(o.Indicator, func(i int) string {
		switch {
		case rows.left[i] < 0:
			return "right_only"
		case rows.right[i] < 0:
			return "left_only"
		}
		return "both"
	})
}

// takeAll is Take, but for the table itself where all rows are taken in their order.
func (t Table) takeAll(rows []int) (Table, error) {
	if len(rows) == t.Nrow() {
		same := true
		for i, r := range rows {
			if same = r == i; !same {
				break
			}
		}
		if same {
			return t, nil
		}
	}
	return t.Take(rows)
}

// withKeys gives the keys that stand once the values of the rows that only the right table
// has.
func (t Table) withKeys(pairs []keyPair, rows rowPairs, how How) (Table, error) {
	if how != Right && how != Outer {
		return t, nil
	}
	for _, p := range pairs {
		if !p.once() {
			continue
		}
		key, field := p.filled(rows, how)
		var err error
		if t, err = t.With(key); err != nil {
			return Table{}, err
		}
		if t.Schema = t.Schema.Without(key.Name); field.Kind == Date || field.Kind == Category {
			t.Schema = t.Schema.With(field)
		}
	}
	return t, nil
}

// filled is the key of all rows, from the table that has them.
func (p keyPair) filled(rows rowPairs, how How) (series.Series, Field) {
	if how == Right {
		only, _ := New(nil, p.right.Series(p.right.Name))
		taken, _ := only.Take(rows.right) // rows that were just counted
		return columns(&taken.DataFrame)[0], p.right.Field
	}
	both := make([]int32, len(rows.left)) // rows of the left table, or of the right after these
	for i, l := range rows.left {
		if both[i] = int32(l); l < 0 {
			both[i] = int32(p.left.Len() + rows.right[i])
		}
	}
	c := p.firsts(both)
	return c.Series(p.left.Name), commonField(p.left.Field, p.right.Field)
}

// commonField is what can be said of a column that has values of both.
func commonField(a, b Field) Field {
	if a.Kind != Category || b.Kind != Category {
		if a.Kind == Date && b.Kind == Date {
			return a
		}
		return Field{Name: a.Name}
	}
	if len(a.Levels) == 0 || len(b.Levels) == 0 {
		return Field{Name: a.Name, Kind: Category}
	}
	if !slices.Equal(a.Levels, b.Levels) {
		a.Levels = slices.Clone(a.Levels)
		for _, l := range b.Levels {
			if !slices.Contains(a.Levels, l) {
				a.Levels = append(a.Levels, l)
			}
		}
		a.Ordered = false
	}
	return a
}

// beside puts tables with the same number of rows beside each other.
func beside(l, r Table, suffixes [2]string) (Table, error) {
	shared := map[string]bool{}
	for _, n := range l.Names() {
		shared[n] = slices.Contains(r.Names(), n)
	}
	var schema Schema
	var all []series.Series
	seen := map[string]bool{}
	for side, t := range []Table{l, r} {
		for _, s := range columns(&t.DataFrame) {
			field, said := t.Schema.Lookup(s.Name)
			if shared[s.Name] {
				s.Name += suffixes[side]
			}
			if seen[s.Name] {
				return Table{}, fmt.Errorf("frame: %w: the join would have two columns %.40q; choose other Suffixes, or rename one column first", ErrShape, s.Name)
			}
			seen[s.Name] = true
			all = append(all, s)
			if said {
				field.Name = s.Name
				schema = append(schema, field)
			}
		}
	}
	t, err := New(schema, all...)
	if err == nil && len(all) == 0 {
		t.DataFrame = assemble(nil, l.Nrow())
	}
	return t, err
}

// indicated adds the column that says where rows come from.
func (t Table) indicated(name string, source func(i int) string) (Table, error) {
	if slices.Contains(t.Names(), name) {
		return Table{}, fmt.Errorf("frame: %w: the indicator would be a second column %.40q; give it another name", ErrShape, name)
	}
	cells := make([]Cell[string], t.Nrow())
	for i := range cells {
		cells[i].Value = source(i)
	}
	t, err := t.With(Series(name, cells))
	if err != nil {
		return Table{}, err
	}
	return t.WithFields(Field{Name: name, Kind: Category, Levels: []string{"left_only", "right_only", "both"}})
}
