package recipe

import (
	"context"
	"fmt"
	"strings"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
)

// exported is a value as OpenRefine writes it into a CSV file.
func exported(v grel.Value) string {
	if v.Kind() != grel.KindDate {
		return v.String()
	}
	t := v.Time().UTC()
	text := t.Format("2006-01-02T15:04:05")
	switch year := t.Year(); {
	case year > 9999:
		text = "+" + text
	case year < 0:
		text = fmt.Sprintf("-%04d", -year) + t.Format("-01-02T15:04:05")
	}
	if nano := t.Nanosecond(); nano != 0 { // in groups of three digits
		text += strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf(".%09d", nano), "000"), "000")
	}
	return text + "Z"
}

// asText is a value's toString in Java, which is what splits, joins and text searches see.
func asText(v grel.Value) string {
	if v.Kind() != grel.KindDate {
		return v.String()
	}
	list := grel.ArrayValue(v).String() // Java writes the elements of a list with toString
	return list[1 : len(list)-1]
}

// row is one row of a state as an expression sees it.
type row struct {
	name    string // of the cell's column
	value   func(i int) grel.Value
	columns map[string]func(i int) grel.Value
	i       int
	again   *grel.Value // the value in place of the cell's, where an expression is repeated
}

func (r *row) Value() grel.Value {
	switch {
	case r.again != nil:
		return *r.again
	case r.value != nil:
		return r.value(r.i)
	}
	return grel.Value{}
}

func (r *row) Cell(column string) grel.Value {
	if get := r.columns[column]; get != nil {
		return get(r.i)
	}
	return grel.Value{}
}

func (r *row) Index() int     { return r.i }
func (r *row) Column() string { return r.name }

// expression is an expression that is ready for the rows of a state.
type expression struct {
	expr *grel.Expr // nil for the cell's value itself
	row  row
	// texts are the cells, where they are texts and the expression depends on nothing else:
	// equal texts then give equal values.
	texts []frame.Cell[string]
}

// parse reads an expression; "" is value.
func parse(source string) (*grel.Expr, error) {
	if source == "" {
		source = "value"
	}
	return grel.Parse(source)
}

// prepare readies an expression whose cell is in that column; column may be "", and then
// there is no cell. A column that the expression names and the table lacks is an error.
func (s state) prepare(source, column string) (expression, error) {
	e, err := parse(source)
	if err != nil {
		return expression{}, err
	}
	names, all := e.Columns()
	printed := e.String()
	alone := len(names) == 0 && !all && !strings.Contains(printed, "row") // rowIndex, row.index
	r := row{name: column, columns: map[string]func(int) grel.Value{}}
	out := expression{expr: e}
	if column != "" {
		c, err := s.Column(column)
		if err != nil {
			return expression{}, err
		}
		r.value = s.cells(c)
		if alone && s.mixed[column] == nil {
			out.texts = c.Texts
		}
	}
	if printed == "value" {
		out.expr, out.texts = nil, nil
	}
	for _, n := range names {
		if _, err := s.Column(n); err != nil {
			return expression{}, err
		}
	}
	if all {
		names = s.Names()
	}
	for _, n := range names {
		c, err := s.Column(n)
		if err != nil {
			return expression{}, err
		}
		r.columns[n] = s.cells(c)
	}
	out.row = r
	return out, nil
}

// each evaluates the expression for the rows that are selected, several at a time, and
// gives each value to use, with a function that evaluates again with another value in the
// cell's place. The first error in the order of the rows ends it.
func (e expression) each(ctx context.Context, rows selection, n int, use func(i int, v grel.Value, again func(grel.Value) (grel.Value, error)) error) error {
	errs := make([]error, (n+diffPiece-1)/diffPiece)
	var made budget
	err := parallel.Chunks(ctx, n, diffPiece, func(chunk, low, high int) {
		r, known := e.row, memory{}
		text := 0 // bytes since they were last counted
		again := func(v grel.Value) (grel.Value, error) {
			r.again = &v
			defer func() { r.again = nil }()
			return e.eval(&r, nil)
		}
		for r.i = low; r.i < high; r.i++ {
			if !rows.has(r.i) {
				continue
			}
			select { // one row can take a second
			case <-ctx.Done():
				return
			default:
			}
			v, err := e.eval(&r, &known)
			if text += len(v.Text()); err == nil && text > 1<<16 {
				err = made.take(text)
				text = 0
			}
			if err == nil {
				err = use(r.i, v, again)
			}
			if err != nil {
				errs[chunk] = fmt.Errorf("row %d: %w", r.i, err)
				return
			}
		}
	})
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return err
}

// eval is the expression's value for a row.
func (e expression) eval(r *row, known *memory) (grel.Value, error) {
	switch {
	case e.expr == nil:
		return r.Value(), nil
	case e.texts == nil || known == nil || known.off || e.texts[r.i].Null:
		return e.expr.Eval(r)
	}
	text := e.texts[r.i].Value
	if v, ok := known.recall(text); ok {
		return v, nil
	}
	v, err := e.expr.Eval(r)
	if err == nil {
		known.keep(text, v)
	}
	return v, err
}

// memory is what an expression gave for texts that came before. It gives up where few
// texts come again.
type memory struct {
	values       map[string]grel.Value
	asked, found int
	off          bool
}

const (
	memoryTried = 1024 // texts after which it is judged
	memoryMost  = 8192 // texts that are kept
)

func (m *memory) recall(text string) (grel.Value, bool) {
	v, ok := m.values[text]
	if m.asked++; ok {
		m.found++
	}
	m.off = m.asked == memoryTried && m.found < memoryTried/2
	return v, ok
}

func (m *memory) keep(text string, v grel.Value) {
	if m.values == nil {
		m.values = map[string]grel.Value{}
	}
	if len(m.values) < memoryMost {
		m.values[text] = v
	}
}

// selection says which rows a step is about; nil means all of them.
type selection []bool

func (s selection) has(i int) bool { return s == nil || s[i] }
