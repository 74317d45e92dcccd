package recipe

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"transferlab/tlkit/clean/dedupe"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/wording"
	"transferlab/tlkit/progress"
)

// DropDuplicates drops rows that are equal to another; see dedupe.Drop.
type DropDuplicates dedupe.Options

func (DropDuplicates) Name() string { return "drop-duplicates" }

func (d DropDuplicates) String() string {
	s := "drop rows that are equal"
	if len(d.Columns) > 0 {
		s += " in " + listed("column", d.Columns)
	}
	return s + ", keep " + d.Keep.String()
}

func (d DropDuplicates) check() error {
	_, err := dedupe.Duplicated(frame.Table{}, dedupe.Options{Keep: d.Keep})
	return wrong(err)
}

// wrong is an error about options as one of this package.
func wrong(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrOption, err)
}

func (d DropDuplicates) apply(_ context.Context, _ progress.Reporter, s state) (outcome, error) {
	goes, err := dedupe.Duplicated(s.Table, dedupe.Options(d))
	if err != nil {
		return outcome{}, err
	}
	return s.keep(func(i int) bool { return !goes[i] })
}

// DropNear finds groups of rows that are nearly equal and keeps the row of each that is
// proposed to stay. What a person chose otherwise is a [DropChosen].
type DropNear struct {
	Find  dedupe.NearOptions `json:"find"`
	Merge bool               `json:"merge,omitempty"` // fill what the row that stays lacks from the others
}

func (DropNear) Name() string { return "drop-near-duplicates" }

func (d DropNear) String() string {
	cols := make([]string, len(d.Find.Compare))
	for i, c := range d.Find.Compare {
		cols[i] = c.Column
	}
	return map[bool]string{true: "merge", false: "drop"}[d.Merge] + " rows that are nearly equal in " + listed("column", cols)
}

func (d DropNear) check() error {
	if len(d.Find.Compare) == 0 {
		return option("near duplicates without a rule to compare by; give Find.Compare")
	}
	return nil
}

func (d DropNear) apply(ctx context.Context, rep progress.Reporter, s state) (outcome, error) {
	g, err := dedupe.FindNear(ctx, rep, s.Table, d.Find)
	if err != nil {
		return outcome{}, err
	}
	resolve := g.Drop
	if d.Merge {
		resolve = g.Merge
	}
	t, report, err := resolve(s.Table, dedupe.Choices{})
	if err != nil {
		return outcome{}, err
	}
	goes := make([]bool, s.Nrow())
	for _, r := range report.Dropped {
		goes[r] = true
	}
	out, err := s.keep(func(i int) bool { return !goes[i] })
	if err != nil || len(report.Filled) == 0 {
		return out, err
	}
	var filled []string
	for _, f := range report.Filled {
		filled = append(filled, f.Column)
	}
	return out.replaced(t, filled)
}

// replaced puts columns of another table of the same rows in place of the outcome's.
func (o outcome) replaced(t frame.Table, columns []string) (outcome, error) {
	cols, err := t.Columns(columns...)
	if err != nil {
		return outcome{}, err
	}
	b := make([]built, len(cols))
	for i, c := range cols {
		b[i] = built{series: c.Series(c.Name), field: c.Field}
	}
	o.state, err = o.state.with(b...)
	o.touched = append(o.touched, columns...)
	return o, err
}

// DropChosen drops the rows that a person found to be duplicates. The choice is kept by
// what the rows hold in the compared columns, not by their numbers, so that it means the
// same in another table: of rows that hold what the rows of one group held, the one that
// was chosen stays, or the first one if that is not there. [Choose] makes such a step.
type DropChosen struct {
	Columns []string `json:"columns"` // that were compared
	Groups  []Chosen `json:"groups"`
	Merge   bool     `json:"merge,omitempty"` // fill what the row that stays lacks from the others
}

// Chosen is one group of rows that are the same thing. Values stand in the order of the
// step's Columns.
type Chosen struct {
	Keep []Value   `json:"keep"`
	Drop [][]Value `json:"drop"`
}

func (DropChosen) Name() string { return "drop-chosen-duplicates" }

func (d DropChosen) String() string {
	n := 0
	for _, g := range d.Groups {
		n += len(g.Drop)
	}
	return fmt.Sprintf("%s the duplicates that were chosen: %s in %s, by %s", map[bool]string{true: "merge", false: "drop"}[d.Merge],
		wording.Count(n, "row"), wording.Count(len(d.Groups), "group"), listed("column", d.Columns))
}

func (d DropChosen) check() error {
	if len(d.Columns) == 0 {
		return option("chosen duplicates without columns by which they are found")
	}
	seen := map[string]int{}
	for i, g := range d.Groups {
		for _, values := range append([][]Value{g.Keep}, g.Drop...) {
			if len(values) != len(d.Columns) {
				return option("group %d has a row of %d values, and there are %d columns", i, len(values), len(d.Columns))
			}
			k := key(values)
			if before, ok := seen[k]; ok && before != i {
				return option("a row is in groups %d and %d", before, i)
			}
			seen[k] = i
		}
	}
	return nil
}

// key is a row's values in one text.
func key(values []Value) string {
	var b strings.Builder
	for _, v := range values {
		if v.Missing {
			b.WriteString("-:")
			continue
		}
		fmt.Fprintf(&b, "%d:%s", len(v.Text), v.Text)
	}
	return b.String()
}

func (d DropChosen) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	cols, err := s.Columns(d.Columns...)
	if err != nil {
		return outcome{}, err
	}
	type place struct{ group, rank int }
	places := map[string]place{}
	for i, g := range d.Groups {
		for k, values := range slices.Backward(append([][]Value{g.Keep}, g.Drop...)) {
			places[key(values)] = place{i, k} // of equal ones the first place counts
		}
	}
	type member struct{ row, rank int }
	found := make([][]member, len(d.Groups))
	values := make([]Value, len(cols))
	for i := range s.Nrow() {
		if i%diffPiece == 0 && ctx.Err() != nil {
			return outcome{}, ctx.Err()
		}
		for k, c := range cols {
			values[k] = Value{c.Format(i), c.Missing(i)}
		}
		if p, ok := places[key(values)]; ok {
			found[p.group] = append(found[p.group], member{i, p.rank})
		}
	}
	groups := make([][]int, len(found))
	for k, members := range found {
		slices.SortStableFunc(members, func(a, b member) int { return a.rank - b.rank })
		for _, m := range members {
			groups[k] = append(groups[k], m.row)
		}
	}
	return s.resolve(groups, d.Merge)
}

// resolve keeps the first row of each group, filled from the others if they are merged.
func (s state) resolve(groups [][]int, merge bool) (outcome, error) {
	goes, from := make([]bool, s.Nrow()), map[int][]int{}
	for _, rows := range groups {
		if len(rows) < 2 {
			continue
		}
		from[rows[0]] = rows[1:]
		for _, r := range rows[1:] {
			goes[r] = true
		}
	}
	out, err := s.keep(func(i int) bool { return !goes[i] })
	if err != nil || !merge || out.rows == nil {
		return out, err
	}
	cols, err := s.Columns()
	if err != nil {
		return outcome{}, err
	}
	for _, c := range cols {
		rows, any := slices.Clone(out.rows), false
		for k, r := range rows {
			if !c.Missing(r) {
				continue
			}
			if at := slices.IndexFunc(from[r], func(o int) bool { return !c.Missing(o) }); at >= 0 {
				rows[k], any = from[r][at], true
			}
		}
		if !any {
			continue
		}
		moved, err := s.moved(context.Background(), c, rows)
		if err != nil {
			return outcome{}, err
		}
		if out.state, err = out.state.with(moved); err != nil {
			return outcome{}, err
		}
		out.touched = append(out.touched, c.Name)
	}
	return out, nil
}

// Choose makes a step of groups that were found in a table and of a person's choices. Where
// rows that stay and rows that go hold the same in the compared columns, all columns of the
// table count.
func Choose(t frame.Table, g *dedupe.Groups, c dedupe.Choices, merge bool) (DropChosen, error) {
	_, report, err := g.Drop(t, c)
	if err != nil {
		return DropChosen{}, fmt.Errorf("recipe: %w", err)
	}
	goes := map[int]bool{}
	for _, r := range report.Dropped {
		goes[r] = true
	}
	for _, columns := range [][]string{report.Columns, t.Names()} {
		d := DropChosen{Columns: columns, Merge: merge}
		told, err := d.record(t, g, c, goes)
		if err != nil {
			return DropChosen{}, fmt.Errorf("recipe: %w", err)
		}
		if told || len(columns) == t.Ncol() {
			return d, d.check()
		}
	}
	return DropChosen{}, nil // not reached: t.Names() has all columns
}

// record takes down the groups whose rows go. told is whether the step's columns tell them
// from those that stay.
func (d *DropChosen) record(t frame.Table, g *dedupe.Groups, c dedupe.Choices, goes map[int]bool) (told bool, err error) {
	cols, err := t.Columns(d.Columns...)
	if err != nil {
		return false, err
	}
	held := func(r int) []Value {
		values := make([]Value, len(cols))
		for k, col := range cols {
			values[k] = Value{col.Format(r), col.Missing(r)}
		}
		return values
	}
	grouped := map[string]bool{} // what the rows of recorded groups hold
	for _, group := range g.List {
		var chosen Chosen
		for _, r := range group.Rows {
			switch {
			case goes[r]:
				chosen.Drop = append(chosen.Drop, held(r))
			case !slices.Contains(c.Apart, r):
				chosen.Keep = held(r)
			}
		}
		if chosen.Drop == nil {
			continue
		}
		d.Groups = append(d.Groups, chosen)
		for _, values := range chosen.Drop {
			grouped[key(values)] = true
		}
	}
	for r := range t.Nrow() {
		if !goes[r] && grouped[key(held(r))] {
			return false, nil
		}
	}
	return true, nil
}
