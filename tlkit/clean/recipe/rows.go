package recipe

import (
	"context"
	"fmt"
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
	empty, keyEmpty := s.empty(col), s.empty(key)
	text, get := s.texts(col), s.cells(col)
	n := s.Nrow()
	rows, values := make([]int, 0, n), make([]grel.Value, 0, n)
	put := func(row int, v grel.Value) { rows, values = append(rows, row), append(values, v) }
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
			put(i, get(i))
			continue
		}
		put(i, grel.StringValue(parts[0]))
		for _, p := range parts[1:] {
			if next := i + 1; next < n && empty(next) && keyEmpty(next) {
				i++
				put(i, grel.StringValue(p))
			} else {
				put(-1, grel.StringValue(p))
			}
		}
	}
	if len(rows) > maxRows {
		return outcome{}, option("%d rows would be made; at most %d are", len(rows), maxRows)
	}
	return s.reshaped(col, rows, values)
}

// maxRows bounds what a step can make of a table.
const maxRows = 1 << 28

// reshaped is the state of other rows, with other values in one column.
func (s state) reshaped(c frame.Column, rows []int, values []grel.Value) (outcome, error) {
	out, err := s.take(rows)
	if err != nil {
		return outcome{}, err
	}
	out, err = out.with(settle(c.Name, values, c))
	return outcome{state: out, rows: rows, touched: []string{c.Name}}, err
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
	keyEmpty, blank, text, get := s.empty(key), s.blank(col), s.texts(col), s.cells(col)
	n := s.Nrow()
	rows, values := make([]int, 0, n), make([]grel.Value, 0, n)
	for i := 0; i < n; {
		if ctx.Err() != nil {
			return outcome{}, ctx.Err()
		}
		end := i + 1
		for !keyEmpty(i) && end < n && keyEmpty(end) {
			end++
		}
		if end == i+1 {
			rows, values = append(rows, i), append(values, get(i))
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
			}
		}
		for k := i; k < end; k++ {
			var v grel.Value
			if k == i {
				v = grel.StringValue(b.String())
			}
			if !allEmpty(others, k) || k == i && strings.TrimFunc(b.String(), unicode.IsSpace) != "" {
				rows, values = append(rows, k), append(values, v)
			}
		}
		i = end
	}
	return s.reshaped(col, rows, values)
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
