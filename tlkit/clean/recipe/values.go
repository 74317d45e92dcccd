package recipe

import (
	"context"
	"fmt"
	"strings"

	"transferlab/tlkit/clean/grel"
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
	expr *grel.Expr
	row  row
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
	r := row{name: column, columns: map[string]func(int) grel.Value{}}
	if column != "" {
		c, err := s.Column(column)
		if err != nil {
			return expression{}, err
		}
		r.value = s.cells(c)
	}
	names, all := e.Columns()
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
	return expression{e, r}, nil
}

// each evaluates the expression for the rows that are selected, several at a time, and
// gives each value to use, with a function that evaluates again with another value in the
// cell's place. The first error in the order of the rows ends it.
func (e expression) each(ctx context.Context, rows selection, n int, use func(i int, v grel.Value, again func(grel.Value) (grel.Value, error)) error) error {
	errs := make([]error, (n+diffPiece-1)/diffPiece)
	err := parallel.Chunks(ctx, n, diffPiece, func(chunk, low, high int) {
		r := e.row
		again := func(v grel.Value) (grel.Value, error) {
			r.again = &v
			defer func() { r.again = nil }()
			return e.expr.Eval(&r)
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
			v, err := e.expr.Eval(&r)
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

// selection says which rows a step is about; nil means all of them.
type selection []bool

func (s selection) has(i int) bool { return s == nil || s[i] }
