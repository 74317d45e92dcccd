package frame

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"transferlab/tlkit/parallel"
)

// Table is a gota dataframe and what its types cannot say of the columns. The zero value
// is a table without columns; Table{DataFrame: df} makes any dataframe one.
type Table struct {
	dataframe.DataFrame
	Schema Schema
}

// New makes a table of columns, which it keeps: the caller gives them away. The names
// differ and are not checked further; the lengths are equal.
func New(schema Schema, cols ...series.Series) (Table, error) {
	if err := layout(); err != nil {
		return Table{}, err
	}
	rows := 0
	names := make([]string, len(cols))
	for i := range cols {
		if cols[i].Err != nil {
			return Table{}, fmt.Errorf("frame: column %.40q: %w", cols[i].Name, cols[i].Err)
		}
		names[i] = cols[i].Name
		if i == 0 {
			rows = cols[i].Len()
		} else if n := cols[i].Len(); n != rows {
			return Table{}, fmt.Errorf("frame: %w: column %.40q has %d rows, %.40q has %d; give columns of one length",
				ErrShape, cols[i].Name, n, cols[0].Name, rows)
		}
	}
	if name, twice := repeated(names); twice {
		return Table{}, fmt.Errorf("frame: %w: two columns are called %.40q; rename one", ErrShape, name)
	}
	return Table{assemble(slices.Clone(cols), rows), schema.Only(names...)}, nil
}

// check says why the table cannot be used, if so.
func (t Table) check() error {
	if t.DataFrame.Err != nil {
		return fmt.Errorf("frame: this dataframe holds an error instead of rows: %w", t.DataFrame.Err)
	}
	return layout()
}

// Column shows one column of a table: which Field it is, and its cells. One of the slices
// is the column, by its type in gota: dates and categories are Texts. The cells are the
// table's own and are only read.
type Column struct {
	Field
	Ints   []Cell[int]
	Floats []Cell[float64]
	Bools  []Cell[bool]
	Texts  []Cell[string]
}

// Column shows the column of that name, or gives a [*ColumnError].
func (t Table) Column(name string) (Column, error) {
	if err := t.check(); err != nil {
		return Column{}, err
	}
	cols := columns(&t.DataFrame)
	for i := range cols {
		if cols[i].Name == name {
			return show(&cols[i], t.Schema.Lookup), nil
		}
	}
	return Column{}, noColumn(name, t.Names())
}

// many is how many names make it worth to have a map of them.
const many = 32

// lookups is Schema.Lookup for n columns.
func (s Schema) lookups(n int) func(string) (Field, bool) {
	if n < many || len(s) < many {
		return s.Lookup
	}
	at := make(map[string]int, len(s))
	for i := len(s) - 1; i >= 0; i-- { // of two of one name the first counts
		at[s[i].Name] = i
	}
	return func(column string) (Field, bool) {
		if i, ok := at[column]; ok {
			return s[i], true
		}
		return Field{Name: column}, false
	}
}

// finder gives where columns stand by their names, for n look-ups; -1 is nowhere.
func finder(cols []series.Series, n int) func(name string) int {
	if n < many || len(cols) < many {
		return func(name string) int {
			for i := range cols {
				if cols[i].Name == name {
					return i
				}
			}
			return -1
		}
	}
	at := make(map[string]int, len(cols))
	for i := len(cols) - 1; i >= 0; i-- {
		at[cols[i].Name] = i
	}
	return func(name string) int {
		if i, ok := at[name]; ok {
			return i
		}
		return -1
	}
}

// Columns shows the columns of these names, in their order; without names all of them.
func (t Table) Columns(names ...string) ([]Column, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	cols := columns(&t.DataFrame)
	if len(names) == 0 {
		out := make([]Column, len(cols))
		field := t.Schema.lookups(len(cols))
		for i := range cols {
			out[i] = show(&cols[i], field)
		}
		return out, nil
	}
	out := make([]Column, len(names))
	field, place := t.Schema.lookups(len(names)), finder(cols, len(names))
	for i, n := range names {
		at := place(n)
		if at < 0 {
			return nil, noColumn(n, t.Names())
		}
		out[i] = show(&cols[at], field)
	}
	return out, nil
}

func show(s *series.Series, field func(string) (Field, bool)) Column {
	c := Column{}
	c.Field, _ = field(s.Name)
	var kind Kind
	switch s.Type() {
	case series.Int:
		c.Ints, kind = cells[int](s), Int
	case series.Float:
		c.Floats, kind = cells[float64](s), Float
	case series.Bool:
		c.Bools, kind = cells[bool](s), Bool
	default:
		c.Texts, kind = cells[string](s), Text
	}
	// What the schema says of a column of text counts; gota's type is the truth otherwise.
	if !(kind == Text && (c.Kind == Date || c.Kind == Category)) {
		c.Field = Field{Name: s.Name, Kind: kind}
	}
	return c
}

// Len is the number of rows.
func (c Column) Len() int {
	return max(len(c.Ints), len(c.Floats), len(c.Bools), len(c.Texts))
}

// Numeric reports whether the column's values are numbers.
func (c Column) Numeric() bool { return c.Kind == Int || c.Kind == Float }

// Missing reports whether row i has no value.
func (c Column) Missing(i int) bool {
	switch c.Kind {
	case Int:
		return c.Ints[i].Null
	case Float:
		return c.Floats[i].Missing()
	case Bool:
		return c.Bools[i].Null
	}
	return c.Texts[i].Null
}

// CountMissing counts the rows without a value.
func (c Column) CountMissing() int {
	n := 0
	for i := range c.Len() {
		if c.Missing(i) {
			n++
		}
	}
	return n
}

// Format is row i's value as text: numbers in the shortest form that reads back as the
// same number, booleans as true or false, infinities as inf and -inf; "" where the value
// is missing.
func (c Column) Format(i int) string {
	if c.Missing(i) {
		return ""
	}
	switch c.Kind {
	case Int:
		return strconv.Itoa(c.Ints[i].Value)
	case Float:
		return FormatFloat(c.Floats[i].Value)
	case Bool:
		return strconv.FormatBool(c.Bools[i].Value)
	}
	return c.Texts[i].Value
}

// Series is the column as a gota series of that name, sharing its cells.
func (c Column) Series(name string) series.Series {
	switch c.Kind {
	case Int:
		return Series(name, c.Ints)
	case Float:
		return Series(name, c.Floats)
	case Bool:
		return Series(name, c.Bools)
	}
	return Series(name, c.Texts)
}

// Numbers copies the column as float64, NaN where a value is missing; booleans are 0 and
// 1. Text has no numbers: an error that is [ErrKind].
func (c Column) Numbers() ([]float64, error) {
	out := make([]float64, c.Len())
	switch c.Kind {
	case Int:
		for i, v := range c.Ints {
			out[i] = float64(v.Value)
			if v.Null {
				out[i] = math.NaN()
			}
		}
	case Float:
		for i, v := range c.Floats {
			out[i] = v.Value
			if v.Null {
				out[i] = math.NaN()
			}
		}
	case Bool:
		for i, v := range c.Bools {
			switch {
			case v.Null:
				out[i] = math.NaN()
			case v.Value:
				out[i] = 1
			}
		}
	default:
		return nil, fmt.Errorf("frame: %w: column %.40q is %v, and numbers are needed; choose another column, or turn it into numbers first", ErrKind, c.Name, c.Kind)
	}
	return out, nil
}

// Numbers copies columns as float64, one slice a column, NaN where a value is missing;
// without names, all columns of the kinds Int and Float.
func (t Table) Numbers(names ...string) ([][]float64, error) {
	if len(names) == 0 {
		names = t.Numeric()
		if len(names) == 0 {
			return nil, t.check()
		}
	}
	cols, err := t.Columns(names...)
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(cols))
	for i, c := range cols {
		if out[i], err = c.Numbers(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Numeric names the columns of the kinds Int and Float.
func (t Table) Numeric() []string {
	var names []string
	cols := columns(&t.DataFrame)
	for i := range cols {
		if k := cols[i].Type(); k == series.Int || k == series.Float {
			names = append(names, cols[i].Name)
		}
	}
	return names
}

// Take is the table of these rows, in this order; a row may be taken more than once. A row
// of -1 is one without values.
func (t Table) Take(rows []int) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	n := t.Nrow()
	for _, r := range rows {
		if r < -1 || r >= n {
			return Table{}, fmt.Errorf("frame: %w: row %d of a table of %d rows", ErrShape, r, n)
		}
	}
	old := columns(&t.DataFrame)
	cols := make([]series.Series, len(old))
	make1 := make([]func(low, high int), len(old))
	for i := range old {
		switch old[i].Type() {
		case series.Int:
			cols[i], make1[i] = taking(&old[i], cells[int](&old[i]), rows)
		case series.Float:
			cols[i], make1[i] = taking(&old[i], cells[float64](&old[i]), rows)
		case series.Bool:
			cols[i], make1[i] = taking(&old[i], cells[bool](&old[i]), rows)
		default:
			cols[i], make1[i] = taking(&old[i], cells[string](&old[i]), rows)
		}
	}
	const piece = 1 << 14 // rows; their numbers stay in the first cache while the columns are done
	_ = parallel.Chunks(context.Background(), len(rows), piece, func(_, low, high int) {
		for _, f := range make1 {
			f(low, high)
		}
	})
	return Table{assemble(cols, len(rows)), t.Schema}, nil
}

// taking makes the column and the loop that fills a range of its rows.
func taking[T Value](s *series.Series, from []Cell[T], rows []int) (series.Series, func(low, high int)) {
	to := MakeCells[T](len(rows))
	return Series(s.Name, to), func(low, high int) {
		for i, r := range rows[low:high] {
			if r >= 0 {
				to[low+i] = from[r]
			} else {
				to[low+i].Null = true
			}
		}
	}
}

// Where is the table of the rows for which keep is true.
func (t Table) Where(keep []bool) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	if len(keep) != t.Nrow() {
		return Table{}, fmt.Errorf("frame: %w: %d answers for %d rows", ErrShape, len(keep), t.Nrow())
	}
	n := 0
	for _, k := range keep {
		if k {
			n++
		}
	}
	rows := make([]int, 0, n)
	for i, k := range keep {
		if k {
			rows = append(rows, i)
		}
	}
	return t.Take(rows)
}

// Pick is the table of these columns, in this order.
func (t Table) Pick(names ...string) (Table, error) {
	cols := make([]series.Series, len(names))
	if err := t.check(); err != nil {
		return Table{}, err
	}
	have := columns(&t.DataFrame)
	place := finder(have, len(names))
	for i, n := range names {
		at := place(n)
		if at < 0 {
			return Table{}, noColumn(n, t.Names())
		}
		cols[i] = have[at]
	}
	out, err := New(t.Schema, cols...)
	if err != nil {
		return Table{}, err
	}
	if len(names) == 0 {
		out.DataFrame = assemble(nil, t.Nrow())
	}
	return out, nil
}

// Without is the table without these columns.
func (t Table) Without(names ...string) (Table, error) {
	have := t.Names()
	for _, n := range names {
		if !slices.Contains(have, n) {
			return Table{}, noColumn(n, have)
		}
	}
	return t.Pick(slices.DeleteFunc(have, func(n string) bool { return slices.Contains(names, n) })...)
}

// With is the table with these columns in place of those of the same names, or at its end.
// It keeps them: the caller gives them away. What the schema said of a column that is
// replaced stays, if it is still text.
func (t Table) With(cols ...series.Series) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	have := columns(&t.DataFrame)
	all := slices.Clone(have)
	place := finder(have, len(cols))
	added := map[string]int{}
	for _, c := range cols {
		if n := t.Nrow(); len(all) == 0 && n > 0 && c.Err == nil && c.Len() != n {
			return Table{}, fmt.Errorf("frame: %w: column %.40q has %d rows, the table has %d; give columns of one length", ErrShape, c.Name, c.Len(), n)
		}
		at := place(c.Name)
		if k, ok := added[c.Name]; ok && at < 0 {
			at = k
		}
		if at >= 0 {
			all[at] = c
		} else {
			added[c.Name] = len(all)
			all = append(all, c)
		}
	}
	return New(t.Schema, all...)
}

// WithFields is the table with these fields in its schema. A date or a category is a
// column of text; other kinds are what gota says, and must be that.
func (t Table) WithFields(fields ...Field) (Table, error) {
	for _, f := range fields {
		c, err := t.Column(f.Name)
		if err != nil {
			return Table{}, err
		}
		text := c.Kind == Text || c.Kind == Date || c.Kind == Category
		if wants := f.Kind == Text || f.Kind == Date || f.Kind == Category; f.Kind != Auto && (wants != text || !wants && f.Kind != c.Kind) {
			return Table{}, fmt.Errorf("frame: %w: column %.40q is %v and cannot be called %v; convert it first", ErrKind, f.Name, c.Kind, f.Kind)
		}
	}
	t.Schema = t.Schema.With(fields...)
	return t, nil
}

// Renamed is the table with one column called otherwise.
func (t Table) Renamed(from, to string) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	cols := slices.Clone(columns(&t.DataFrame))
	at := slices.IndexFunc(cols, func(s series.Series) bool { return s.Name == from })
	if at < 0 {
		return Table{}, noColumn(from, t.Names())
	}
	cols[at].Name = to
	return New(t.Schema.Renamed(from, to), cols...)
}

// Concat puts tables with the same columns, in any order, one below the other. The first
// one gives the order of the columns and the schema.
func Concat(tables ...Table) (Table, error) {
	if len(tables) == 0 {
		return Table{}, nil
	}
	first, err := tables[0].Columns()
	if err != nil {
		return Table{}, err
	}
	names := tables[0].Names()
	parts := make([][]Column, len(tables))
	rows := 0
	for k, t := range tables {
		rows += t.Nrow()
		if t.Ncol() != len(names) {
			return Table{}, fmt.Errorf("frame: %w: table %d has %d columns, the first has %d", ErrShape, k+1, t.Ncol(), len(names))
		}
		if len(names) == 0 {
			continue
		}
		if parts[k], err = t.Columns(names...); err != nil {
			return Table{}, fmt.Errorf("frame: table %d of %d: %w", k+1, len(tables), err)
		}
	}
	cols := make([]series.Series, len(names))
	for i, c := range first {
		for k := range parts {
			if same := parts[k][i].Series("").Type() == c.Series("").Type(); !same {
				return Table{}, fmt.Errorf("frame: %w: column %.40q is %v in the first table and %v in table %d; convert it first", ErrKind, c.Name, c.Kind, parts[k][i].Kind, k+1)
			}
		}
		switch c.Kind {
		case Int:
			cols[i] = below(c.Name, parts, func(p []Column) []Cell[int] { return p[i].Ints })
		case Float:
			cols[i] = below(c.Name, parts, func(p []Column) []Cell[float64] { return p[i].Floats })
		case Bool:
			cols[i] = below(c.Name, parts, func(p []Column) []Cell[bool] { return p[i].Bools })
		default:
			cols[i] = below(c.Name, parts, func(p []Column) []Cell[string] { return p[i].Texts })
		}
	}
	if len(cols) == 0 {
		return Table{DataFrame: assemble(nil, rows)}, nil
	}
	return New(tables[0].Schema, cols...)
}

func below[T Value](name string, parts [][]Column, of func([]Column) []Cell[T]) series.Series {
	var all []Cell[T]
	for _, p := range parts {
		all = append(all, of(p)...)
	}
	return Series(name, all)
}
