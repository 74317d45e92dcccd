package recipe

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

// DropRows takes rows away.
type DropRows struct {
	Where Where `json:"where,omitzero"` // the zero value is all rows
	// Others drops the rows that Where does not choose.
	Others bool `json:"others,omitempty"`
}

func (DropRows) Name() string { return "drop-rows" }

func (d DropRows) String() string {
	what := d.Where.where()
	switch {
	case d.Others:
		return "keep rows" + what
	case what == "":
		return "drop all rows"
	}
	return "drop rows" + what
}

func (d DropRows) check() error { return d.Where.check() }

func (d DropRows) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	chosen, err := d.Where.rows(ctx, s)
	if err != nil {
		return outcome{}, err
	}
	return s.keep(func(i int) bool { return chosen.has(i) == d.Others })
}

// keep keeps rows.
func (s state) keep(is func(i int) bool) (outcome, error) {
	rows := make([]int, 0, s.Nrow())
	for i := range s.Nrow() {
		if is(i) {
			rows = append(rows, i)
		}
	}
	if len(rows) == s.Nrow() {
		return outcome{state: s}, nil
	}
	out, err := s.take(rows)
	return outcome{state: out, rows: rows}, err
}

// SplitCells splits cells of a column that hold several values into one row a value, as
// OpenRefine does: the first value stays in its row; the others go into the rows below that
// belong to it, those where both the column and the key column are blank, and then into new
// rows, which are empty otherwise. See [JoinCells] for the way back.
type SplitCells struct {
	Column string `json:"column"`
	Key    string `json:"key"` // the column that is blank in the rows that belong to the row above
	Splitter
}

func (SplitCells) Name() string { return "split-cells" }

func (c SplitCells) String() string {
	return fmt.Sprintf("split cells of column %s into rows %s", quoted(c.Column), c.Splitter)
}

func (c SplitCells) check() error {
	if err := c.Splitter.check(); err != nil {
		return err
	}
	_, err := c.splitter(0, true)
	return err
}

func (c SplitCells) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	col, err := s.Column(c.Column)
	if err != nil {
		return outcome{}, err
	}
	key, err := s.Column(c.Key)
	if err != nil {
		return outcome{}, err
	}
	split, err := c.splitter(0, true)
	if err != nil {
		return outcome{}, err
	}
	empty, keyEmpty, text := s.empty(col), s.empty(key), s.texts(col)
	n := s.Nrow()
	out := s.reshape(col)
	for i := 0; i < n; i++ {
		if i%diffPiece == 0 && ctx.Err() != nil {
			return outcome{}, ctx.Err()
		}
		var parts []string
		if t, ok := text(i); ok && !empty(i) {
			if parts, err = split(t); err != nil {
				return outcome{}, fmt.Errorf("row %d: %w", i, err)
			}
		}
		if len(parts) < 2 {
			out.same(i)
			continue
		}
		out.text(i, parts[0])
		for _, p := range parts[1:] {
			if next := i + 1; next < n && empty(next) && keyEmpty(next) {
				i++
				out.text(i, p)
			} else {
				out.text(-1, p)
			}
		}
		if err := fits(len(out.rows), s.Ncol()); err != nil {
			return outcome{}, err
		}
	}
	return out.done()
}

// reshaping makes a table of other rows, with other values in one column.
type reshaping struct {
	state
	column frame.Column
	rows   []int // the row that each comes from, or -1

	// The column's cells, as texts if they are texts now, else as values.
	cells  []frame.Cell[string]
	values []grel.Value
	get    func(i int) grel.Value // nil if the cells are texts
}

// reshape begins with a table without rows.
func (s state) reshape(c frame.Column) *reshaping {
	r := &reshaping{state: s, column: c, rows: make([]int, 0, s.Nrow())}
	if (c.Kind == frame.Text || c.Kind == frame.Category) && s.mixed[c.Name] == nil {
		r.cells = make([]frame.Cell[string], 0, s.Nrow())
	} else {
		r.get, r.values = s.cells(c), make([]grel.Value, 0, s.Nrow())
	}
	return r
}

// same puts a row as it is.
func (r *reshaping) same(row int) {
	r.rows = append(r.rows, row)
	if r.get == nil {
		r.cells = append(r.cells, r.column.Texts[row])
	} else {
		r.values = append(r.values, r.get(row))
	}
}

// text puts a row with a text in the column; row -1 is one that is empty otherwise.
func (r *reshaping) text(row int, text string) {
	r.rows = append(r.rows, row)
	if r.get == nil {
		r.cells = append(r.cells, frame.Cell[string]{Value: text})
	} else {
		r.values = append(r.values, grel.StringValue(text))
	}
}

// nothing puts a row without a value in the column.
func (r *reshaping) nothing(row int) {
	r.rows = append(r.rows, row)
	if r.get == nil {
		r.cells = append(r.cells, frame.Cell[string]{Null: true})
	} else {
		r.values = append(r.values, grel.Value{})
	}
}

func (r *reshaping) done() (outcome, error) {
	name := r.column.Name
	others, err := r.without(name)
	if err != nil {
		return outcome{}, err
	}
	out, err := others.take(r.rows)
	if err != nil {
		return outcome{}, err
	}
	b := textColumn(name, r.cells, r.column.Field)
	if r.get != nil {
		b = settle(name, r.values, r.column)
	}
	out, err = out.insert(slices.Index(r.Names(), name), b)
	return outcome{state: out, rows: r.rows, touched: []string{name}}, err
}

// JoinCells joins the values of a column that stand in rows that belong together into the
// first of them, as OpenRefine does, and drops the rows that are empty then. Rows belong to
// the row above if their key column is blank.
type JoinCells struct {
	Column    string `json:"column"`
	Key       string `json:"key"`
	Separator string `json:"separator"`
}

func (JoinCells) Name() string { return "join-cells" }

func (c JoinCells) String() string {
	return fmt.Sprintf("join cells of column %s that belong to one %s, with %s between", quoted(c.Column), quoted(c.Key), quoted(c.Separator))
}

func (c JoinCells) check() error { return nil }

func (c JoinCells) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	col, err := s.Column(c.Column)
	if err != nil {
		return outcome{}, err
	}
	key, err := s.Column(c.Key)
	if err != nil {
		return outcome{}, err
	}
	cols, err := s.Columns()
	if err != nil {
		return outcome{}, err
	}
	var others []func(int) bool // whether a cell of another column is empty
	for _, o := range cols {
		if o.Name != c.Column {
			others = append(others, s.empty(o))
		}
	}
	keyEmpty, blank, text := s.empty(key), s.blank(col), s.texts(col)
	n := s.Nrow()
	out := s.reshape(col)
	var made budget
	for i := 0; i < n; {
		if i%diffPiece == 0 && ctx.Err() != nil {
			return outcome{}, ctx.Err()
		}
		end := i + 1
		for !keyEmpty(i) && end < n && keyEmpty(end) {
			end++
		}
		if end == i+1 {
			out.same(i)
			i = end
			continue
		}
		var b strings.Builder
		for k := i; k < end; k++ {
			if t, ok := text(k); ok && !blank(k) {
				if b.Len() > 0 {
					b.WriteString(c.Separator)
				}
				b.WriteString(t)
				if err := made.take(len(c.Separator) + len(t)); err != nil {
					return outcome{}, err
				}
			}
		}
		joined := b.String()
		if !allEmpty(others, i) || strings.TrimFunc(joined, unicode.IsSpace) != "" {
			out.text(i, joined)
		}
		for k := i + 1; k < end; k++ {
			if !allEmpty(others, k) {
				out.nothing(k)
			}
		}
		i = end
	}
	return out.done()
}

func allEmpty(columns []func(int) bool, i int) bool {
	for _, empty := range columns {
		if !empty(i) {
			return false
		}
	}
	return true
}

// empty reports whether a cell holds nothing that a person sees: no value, or white space.
// OpenRefine's splits and joins take an error for something.
func (s state) empty(c frame.Column) func(i int) bool {
	space := func(t string) bool { return strings.TrimLeftFunc(t, unicode.IsSpace) == "" }
	if mixed := s.mixed[c.Name]; mixed != nil {
		return func(i int) bool {
			return mixed[i].IsNull() || mixed[i].Kind() == grel.KindString && space(mixed[i].Text())
		}
	}
	if c.Texts != nil {
		return func(i int) bool { return c.Texts[i].Null || space(c.Texts[i].Value) }
	}
	return c.Missing
}

// texts gives the cells of a column as Java's toString writes them; ok is false for a cell
// without a value.
func (s state) texts(c frame.Column) func(i int) (text string, ok bool) {
	if c.Texts != nil && c.Kind != frame.Date && s.mixed[c.Name] == nil {
		return func(i int) (string, bool) { return c.Texts[i].Value, !c.Texts[i].Null }
	}
	get := s.cells(c)
	return func(i int) (string, bool) {
		v := get(i)
		return asText(v), !v.IsNull()
	}
}
