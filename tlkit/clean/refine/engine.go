package refine

import (
	"math"
	"time"

	"transferlab/tlkit/clean/internal/strict"
	"transferlab/tlkit/clean/recipe"
)

// where is the choice of rows that the operation's engineConfig makes: its facets, and
// whether they select rows or records. Without one it is all rows.
func (op *operation) where() recipe.Where {
	var w recipe.Where
	n, ok := op.get("engineConfig")
	if !ok {
		return w
	}
	engine := object{n}
	if engine.Kind != strict.Object {
		op.fail(engine.Errorf("%w: an engineConfig is an object", ErrFormat))
		return w
	}
	var mode string
	_, err := engine.take("mode", &mode)
	op.fail(err)
	switch mode {
	case "", "row-based":
	case "record-based":
		w.Records = true
	default:
		op.fail(engine.Errorf("%w: mode %.40q", ErrFormat, mode))
	}
	facets, ok := engine.get("facets")
	if !ok {
		return w
	}
	for _, f := range facets.Items {
		if facet, selects := op.facet(object{f}); selects {
			w.Facets = append(w.Facets, facet)
		}
	}
	return w
}

// facet is one facet; selects is false for one that selects all rows.
func (op *operation) facet(o object) (f recipe.Facet, selects bool) {
	if o.Kind != strict.Object {
		op.fail(o.Errorf("%w: a facet is an object", ErrFormat))
		return f, false
	}
	var kind string
	_, err := o.take("type", &kind)
	op.fail(err)
	switch kind {
	case "list":
		return op.list(o)
	case "range":
		return op.numberRange(o)
	case "timerange":
		return op.timeRange(o)
	case "text":
		return op.search(o)
	case "scatterplot":
		op.fail(o.Errorf("a scatterplot facet is not replayed; use two numeric facets"))
	default:
		op.fail(o.Errorf("%w: a facet of type %.40q", ErrFormat, kind))
	}
	return f, false
}

func (op *operation) list(o object) (recipe.Facet, bool) {
	l := &recipe.List{Expression: op.expression(o, "expression")}
	op.fields(o, map[string]any{"columnName": &l.Column, "invert": &l.Invert, "selectBlank": &l.Blank, "selectError": &l.Errors})
	selection, ok := o.get("selection")
	if ok && selection.Kind != strict.Array {
		op.fail(selection.Errorf("%w: a selection is a list", ErrFormat))
	}
	for _, item := range selection.Items {
		op.selected(l, object{item})
	}
	any := l.Blank || l.Errors || len(selection.Items) > 0
	return recipe.Facet{List: l}, any
}

// selected adds one {"v": {"v": value, "l": label}} of a list facet.
func (op *operation) selected(l *recipe.List, o object) {
	inner, ok := o.get("v")
	value, has := object{inner}.get("v")
	if !ok || !has {
		op.fail(o.Errorf("%w: a selected value is {\"v\": {\"v\": value, …}}", ErrFormat))
		return
	}
	var err error
	switch value.Kind {
	case strict.String:
		var s string
		s, err = value.Text()
		l.Texts = append(l.Texts, s)
	case strict.Number:
		var f float64
		err = value.Decode(&f)
		l.Numbers = append(l.Numbers, f)
	case strict.Bool:
		l.Bools = append(l.Bools, string(value.Raw()) == "true")
	default:
		err = value.Errorf("%w: a selected value that is %v", ErrFormat, value.Kind)
	}
	op.fail(err)
}

func (op *operation) fields(o object, fields map[string]any) {
	for _, key := range []string{
		"columnName", "invert", "selectBlank", "selectError", "query", "mode", "caseSensitive", "from", "to",
		"selectNumeric", "selectNonNumeric", "selectTime", "selectNonTime",
	} {
		if v, ok := fields[key]; ok {
			_, err := o.take(key, v)
			op.fail(err)
		}
	}
}

// numberRange is a range facet. What it does not say is selected; a bound that it does not
// say is 0.
func (op *operation) numberRange(o object) (recipe.Facet, bool) {
	r := &recipe.Range{Expression: op.expression(o, "expression"), From: new(float64), To: new(float64)}
	numbers, nonNumbers, blank, errors := true, true, true, true
	op.fields(o, map[string]any{
		"columnName": &r.Column, "from": r.From, "to": r.To, "selectNumeric": &numbers,
		"selectNonNumeric": &nonNumbers, "selectBlank": &blank, "selectError": &errors,
	})
	r.NoNumbers, r.NonNumbers, r.Blank, r.Errors = !numbers, nonNumbers, blank, errors
	_, from := o.get("from")
	_, to := o.get("to")
	return recipe.Facet{Range: r}, from || to || !(numbers && nonNumbers && blank && errors)
}

// timeRange is a time line facet, whose bounds are milliseconds since 1970. What it does not
// say is not selected.
func (op *operation) timeRange(o object) (recipe.Facet, bool) {
	r := &recipe.TimeRange{Expression: op.expression(o, "expression")}
	var from, to float64
	var dates bool
	op.fields(o, map[string]any{
		"columnName": &r.Column, "from": &from, "to": &to, "selectTime": &dates,
		"selectNonTime": &r.NonDates, "selectBlank": &r.Blank, "selectError": &r.Errors,
	})
	r.NoDates = !dates
	r.From, r.To = atMilli(math.Ceil(from)), atMilli(math.Floor(to))
	return recipe.Facet{Time: r}, from != 0 || to != 0 || !(dates && r.NonDates && r.Blank && r.Errors)
}

// atMilli is the instant of a number of milliseconds, cut to the years 1 to 9999.
func atMilli(ms float64) string {
	const least, most = -62135596800000, 253402300799999
	t := time.UnixMilli(int64(min(max(ms, least), most))).UTC()
	return t.Format("2006-01-02T15:04:05.000Z")
}

func (op *operation) search(o object) (recipe.Facet, bool) {
	s := &recipe.Search{}
	var mode string
	op.fields(o, map[string]any{"columnName": &s.Column, "query": &s.Query, "mode": &mode, "caseSensitive": &s.CaseSensitive, "invert": &s.Invert})
	s.Regexp = mode == "regex"
	if s.Query == "" {
		return recipe.Facet{}, false
	}
	f := recipe.Facet{Text: s}
	op.sound(recipe.DropRows{Where: recipe.Where{Facets: []recipe.Facet{f}}}) // the regular expression
	return f, true
}
