package recipe

import (
	"context"
	"fmt"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/wording"
	"transferlab/tlkit/progress"
)

// OnError says what becomes of a cell for which an expression gives an error.
type OnError string

// What becomes of it.
const (
	KeepOriginal OnError = "keep-original" // the cell stays as it is
	SetToBlank   OnError = "set-to-blank"  // the cell has no value
	StoreError   OnError = "store-error"   // the error is the cell's value, and its message what the table shows
)

func (o OnError) check() error {
	switch o {
	case "", KeepOriginal, SetToBlank, StoreError:
		return nil
	}
	return option("on an error %.40q; it is %q, %q or %q", string(o), KeepOriginal, SetToBlank, StoreError)
}

// Transform gives cells of a column the value of an expression.
type Transform struct {
	Column     string  `json:"column"`
	Expression string  `json:"expression"`        // GREL
	OnError    OnError `json:"onError,omitempty"` // empty: KeepOriginal
	Repeat     int     `json:"repeat,omitempty"`  // how often at most the expression is applied again while the value changes
	Where      Where   `json:"where,omitzero"`
}

func (Transform) Name() string { return "transform" }
func (t Transform) String() string {
	return fmt.Sprintf("transform column %s by %s%s", quoted(t.Column), t.Expression, t.Where.where())
}

const maxRepeat = 1000

func (t Transform) check() error {
	if _, err := parse(t.Expression); err != nil {
		return err
	}
	if t.Repeat < 0 || t.Repeat > maxRepeat {
		return option("an expression that is repeated %d times; 0 to %d are allowed", t.Repeat, maxRepeat)
	}
	if err := t.OnError.check(); err != nil {
		return err
	}
	return t.Where.check()
}

func (t Transform) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	c, err := s.Column(t.Column)
	if err != nil {
		return outcome{}, err
	}
	rows, err := t.Where.rows(ctx, s)
	if err != nil {
		return outcome{}, err
	}
	e, err := s.prepare(t.Expression, t.Column)
	if err != nil {
		return outcome{}, err
	}
	get := s.cells(c)
	changed := newChanges(s.Nrow())
	var repeated budget
	var failed failures
	err = e.each(ctx, rows, s.Nrow(), func(i int, v grel.Value, again func(grel.Value) (grel.Value, error)) error {
		old := get(i)
		nothing := v.IsNull() // and not only on an error: that is not repeated
		v = failed.count(i, v.Storable())
		v, keep := t.OnError.decide(v)
		if keep || v.Equal(old) {
			return nil
		}
		for range t.Repeat {
			if nothing {
				break
			}
			next, err := again(v)
			if err != nil {
				return err
			}
			if next = next.Storable(); next.IsError() || next.Equal(v) {
				break
			}
			v = next
		}
		changed.set(i, v)
		if t.Repeat > 0 {
			return repeated.take(len(v.Text()))
		}
		return nil
	})
	if err != nil {
		return outcome{}, err
	}
	out, err := s.changed(c, changed)
	return outcome{state: out, notes: failed.notes()}, err
}

// failures counts the rows for which an expression gives an error, and keeps the first.
type failures struct {
	n, row int
	first  grel.Value
}

// count counts a value if it is an error, and gives it back.
func (f *failures) count(row int, v grel.Value) grel.Value {
	if v.IsError() {
		if f.n == 0 {
			f.row, f.first = row, v
		}
		f.n++
	}
	return v
}

// notes says how many failed.
func (f *failures) notes() []string {
	if f.n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the expression failed for %s; row %d: %.100s", wording.Count(f.n, "cell"), f.row, f.first)}
}

// decide gives the value that is kept; keep: the cell stays as it is.
func (o OnError) decide(v grel.Value) (_ grel.Value, keep bool) {
	if !v.IsError() || o == StoreError {
		return v, false
	}
	return grel.Value{}, o != SetToBlank
}

// changes are new values for some cells of a column.
type changes struct {
	values []grel.Value
	is     []bool
}

func newChanges(rows int) changes { return changes{make([]grel.Value, rows), make([]bool, rows)} }

func (c changes) set(i int, v grel.Value) { c.values[i], c.is[i] = v, true }

// changed is the state with some cells of a column changed; the state itself if there are none.
func (s state) changed(c frame.Column, to changes) (state, error) {
	any := false
	get := s.cells(c)
	for i, is := range to.is {
		if is {
			any = true
		} else {
			to.values[i] = get(i)
		}
	}
	if !any {
		return s, nil
	}
	return s.with(settle(c.Name, to.values, c))
}

// FillDown gives cells without a value the last value above them, as OpenRefine does: empty
// text and errors count as no value.
type FillDown struct {
	Column string `json:"column"`
	Where  Where  `json:"where,omitzero"` // Records: no value passes from one record to the next
}

func (FillDown) Name() string { return "fill-down" }
func (f FillDown) String() string {
	return fmt.Sprintf("fill down column %s%s", quoted(f.Column), f.Where.where())
}
func (f FillDown) check() error { return f.Where.check() }

func (f FillDown) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	return s.down(ctx, f.Column, f.Where, func(blank func(int) bool, _ func(i, j int) bool) func(i int, above *int) int {
		return func(i int, above *int) int {
			if !blank(i) {
				*above = i
				return i
			}
			if *above >= 0 {
				return *above
			}
			return i
		}
	})
}

// BlankDown takes the value from cells that hold the same as the cell above them, as
// OpenRefine does.
type BlankDown struct {
	Column string `json:"column"`
	Where  Where  `json:"where,omitzero"` // Records: the first cell of a record keeps its value
}

func (BlankDown) Name() string { return "blank-down" }
func (b BlankDown) String() string {
	return fmt.Sprintf("blank down column %s%s", quoted(b.Column), b.Where.where())
}
func (b BlankDown) check() error { return b.Where.check() }

func (b BlankDown) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	return s.down(ctx, b.Column, b.Where, func(blank func(int) bool, equal func(i, j int) bool) func(i int, above *int) int {
		return func(i int, above *int) int {
			if blank(i) {
				*above = -1
				return i
			}
			before := *above
			*above = i
			if before >= 0 && equal(before, i) {
				return -1
			}
			return i
		}
	})
}

// down goes down a column and gives each cell that is selected the cell of another row, or
// none (-1). above is the row that step remembers, -1 where there is none.
func (s state) down(ctx context.Context, column string, where Where,
	rule func(blank func(int) bool, equal func(i, j int) bool) func(i int, above *int) int) (outcome, error) {
	c, err := s.Column(column)
	if err != nil {
		return outcome{}, err
	}
	rows, err := where.rows(ctx, s)
	if err != nil {
		return outcome{}, err
	}
	first := func(int) bool { return false } // whether a record's first cell stands in the row
	if where.Records {
		cols, err := s.Columns()
		if err != nil {
			return outcome{}, err
		}
		blank := s.blank(cols[0])
		first = func(i int) bool { return !blank(i) }
	}
	from := make([]int, s.Nrow())
	step, above, changes := rule(s.blank(c), s.equal(c)), -1, 0
	for i := range from {
		from[i] = i
		if !rows.has(i) {
			continue
		}
		if first(i) {
			above = -1
		}
		if from[i] = step(i, &above); from[i] != i {
			changes++
		}
	}
	if changes == 0 {
		return outcome{state: s}, nil
	}
	moved, err := s.moved(ctx, c, from)
	if err != nil {
		return outcome{}, err
	}
	out, err := s.with(moved)
	return outcome{state: out}, err
}
