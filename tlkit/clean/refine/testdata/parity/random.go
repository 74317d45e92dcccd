package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"

	"transferlab/tlkit/clean/internal/replayed"
	"transferlab/tlkit/clean/refine"
	"transferlab/tlkit/frame"
)

// random makes cases; each depends on its seed alone.
func random(seed uint64, n int) replayed.Cases {
	out := replayed.Cases{Tables: map[string]replayed.Grid{}}
	for i := range n {
		s := seed + uint64(i)
		g := &generator{rand.New(rand.NewPCG(s, 0))}
		name := strconv.FormatUint(s, 10)
		out.Tables[name] = g.table()
		out.Cases = append(out.Cases, replayed.Case{Name: "seed " + name, Table: name, History: g.history(out.Tables[name])})
	}
	return out
}

type generator struct{ *rand.Rand }

func pick[T any](g *generator, of ...T) T { return of[g.IntN(len(of))] }

// Values that are ugly, and common enough that rows meet equal ones.
var texts = []string{
	"", "", "a", "a", "b", "A", " a", "a ", "a;b", "a;b;c", ";", "a;;b;", "a b", "a  b", "1", "2", "10", "1.5", "-3", "1e3", "007", " 4 ",
	"x,y", "Äö", "ß", "é", "e\u0301", "日本", "😀", "👍🏽 ok", "\u00a0", "\t", "a\nb", "true", "null", "NaN", "2001-02-03", "2001-02-03T04:05:06Z", "ΑΣ", "İ", "it's", `"q"`,
}

func (g *generator) cell(kind string) any {
	if g.IntN(5) == 0 {
		return nil
	}
	switch kind {
	case "int":
		return pick[any](g, 0, 1, 2, 2, 3, 10, -1, 1000000, 2000000000)
	case "float":
		return json.RawMessage(pick(g, "0.0", "1.0", "1.5", "-2.25", "0.1", "1.0E10", "1.0E-5", "2.5", "3.0"))
	case "bool":
		return pick[any](g, true, false)
	case "date":
		return map[string]string{"date": pick(g, "1970-01-01T00:00:00Z", "2001-02-03T00:00:00Z", "2001-02-03T04:05:06Z", "1969-12-31T23:59:59.999Z", "2020-02-29T12:00:00Z")}
	}
	return pick(g, texts...)
}

func (g *generator) table() replayed.Grid {
	t := replayed.Grid{Rows: [][]json.RawMessage{}, Columns: []string{"k", "t", "n", "f", "b", "d"}[:2+g.IntN(5)]}
	kinds := map[string]string{"k": "text", "t": "text", "n": "int", "f": "float", "b": "bool", "d": "date"}
	g.Shuffle(len(t.Columns), func(i, j int) { t.Columns[i], t.Columns[j] = t.Columns[j], t.Columns[i] })
	for range g.IntN(13) {
		row := make([]json.RawMessage, len(t.Columns))
		for j, c := range t.Columns {
			row[j], _ = json.Marshal(g.cell(kinds[c]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// op is one operation.
type op map[string]any

// history makes operations one after the other, on the columns that there are by then.
func (g *generator) history(grid replayed.Grid) json.RawMessage {
	start, err := grid.Table()
	if err != nil {
		panic(err) // tables are made here
	}
	ops, names := []op{}, grid.Columns
	for range 1 + g.IntN(7) {
		if len(names) == 0 {
			break
		}
		more := append(ops[:len(ops):len(ops)], g.operation(names))
		t, err := replay(start, more)
		if err == nil {
			ops, names = more, t.Names()
		} else if g.IntN(5) == 0 {
			ops = more // OpenRefine has to refuse it too
			break
		}
	}
	b, err := json.Marshal(ops)
	if err != nil {
		panic(err)
	}
	return b
}

func replay(t frame.Table, ops []op) (frame.Table, error) {
	b, err := json.Marshal(ops)
	if err != nil {
		return frame.Table{}, err
	}
	r, err := refine.Read(bytes.NewReader(b))
	if err != nil {
		return frame.Table{}, err
	}
	t, _, err = r.Apply(context.Background(), nil, t)
	return t, err
}

// Expressions whose cell is the column's.
var expressions = []string{
	"value", "value.trim()", "value.toUppercase()", "value.toLowercase()", "value.toTitlecase()", "value.toNumber()", "value.toString()", "value.length()",
	`value + "x"`, "value + 1", "value * 2", "value / 2", "null", `""`, `if(isNull(value),"x",null)`, `if(isNull(value),"y",value.toDate())`, "isBlank(value)", "isNull(value)", "isNumeric(value)", "isError(value)",
	`value.replace("a","bb")`, `value.replace(/[a-c]+/,"z")`, `value.split(";")[0]`, `value.split(";").length()`, `value.split(";").join("|")`,
	`if(isBlank(value),"none",value)`, `value.contains("a")`, `value.startsWith("a")`, "value.substring(0,1)", "rowIndex", "rowIndex % 2", "value.toDate()", `if(value.type()=="string",value.toDate(),value)`,
	`coalesce(value,"c")`, "value.type()", "value == 1", `value == "a"`, "value > 1", "not(isBlank(value))", `value.match(/(\w+);(\w+).*/)[1]`, "value.fingerprint()",
	`value.toDate().toString("yyyy")`, "value.reverse()", `if(value.type()=="number",value.toString(),value.toNumber())`, `"2001-02-03".toDate()`, "value.toNumber() + 0.5", "true",
}

func (g *generator) expression(names []string) string {
	e := pick(g, expressions...)
	if g.IntN(6) == 0 {
		e = fmt.Sprintf("cells[%s].value", strconv.Quote(pick(g, names...)))
	}
	if g.IntN(3) == 0 {
		e = "grel:" + e
	}
	return e
}

func (g *generator) engine(names []string) op {
	facets := []op{}
	for g.IntN(3) == 0 && len(facets) < 2 {
		facets = append(facets, g.facet(names))
	}
	return op{"facets": facets, "mode": pick(g, "row-based", "row-based", "record-based")}
}

func (g *generator) flip() bool { return g.IntN(2) == 0 }

func (g *generator) facet(names []string) op {
	f := op{"name": "f", "columnName": pick(g, names...), "type": pick(g, "list", "list", "range", "timerange", "text")}
	if f["type"] != "text" {
		f["expression"] = pick(g, "value", "value", g.expression(names))
	}
	switch f["type"] {
	case "list":
		selection := []op{}
		for range g.IntN(4) {
			v := pick[any](g, pick(g, texts...), g.IntN(4), 1.5, true, false)
			selection = append(selection, op{"v": op{"v": v, "l": fmt.Sprint(v)}})
		}
		f["selection"], f["selectBlank"], f["selectError"], f["invert"] = selection, g.IntN(3) == 0, g.IntN(3) == 0, g.IntN(3) == 0
	case "range":
		if g.flip() {
			f["from"], f["to"] = pick(g, -5, 0, 1), pick(g, 1.5, 2, 1e7)
		}
		for _, k := range []string{"selectNumeric", "selectNonNumeric", "selectBlank", "selectError"} {
			if g.flip() {
				f[k] = g.flip()
			}
		}
	case "timerange":
		if g.flip() {
			f["from"], f["to"] = pick(g, -1e12, 0, 1), pick(g, 0, 981172800000, 1e13)
		}
		for _, k := range []string{"selectTime", "selectNonTime", "selectBlank", "selectError"} {
			if g.flip() {
				f[k] = g.flip()
			}
		}
	case "text":
		f["mode"], f["query"], f["caseSensitive"], f["invert"] = "text", pick(g, "a", "A", "", ";", "1", "É", "σ", "true", "00"), g.flip(), g.flip()
		if g.IntN(3) == 0 {
			f["mode"], f["query"] = "regex", pick(g, "^a", "a$", "[0-9]+", `\s`, "a|b", "^$", `\w;\w`, "Ä", ".")
		}
	}
	return f
}

func (g *generator) operation(names []string) op {
	column := pick(g, names...)
	if g.IntN(40) == 0 {
		column = "no such column"
	}
	kinds := []string{"text-transform", "text-transform", "mass-edit", "column-addition", "column-rename", "column-removal", "column-move", "column-reorder",
		"column-split", "multivalued-cell-split", "multivalued-cell-join", "fill-down", "blank-down", "row-removal"}
	kind := pick(g, kinds...)
	o := op{"op": "core/" + kind, "columnName": column, "description": "made by chance"}
	onError := pick(g, "keep-original", "set-to-blank", "store-error")
	switch kind {
	case "text-transform":
		o["engineConfig"], o["expression"], o["onError"], o["repeat"], o["repeatCount"] = g.engine(names), g.expression(names), onError, g.IntN(4) == 0, g.IntN(4)
	case "mass-edit":
		edits := []op{}
		for range g.IntN(4) {
			from := []string{}
			for range g.IntN(3) {
				from = append(from, pick(g, texts...))
			}
			edits = append(edits, op{"from": from, "fromBlank": g.IntN(3) == 0, "fromError": g.IntN(3) == 0, "to": pick[any](g, "a", "", "new", 1.5, true, nil)})
		}
		o["engineConfig"], o["expression"], o["edits"] = g.engine(names), pick(g, "value", "value", g.expression(names)), edits
	case "column-addition":
		o = op{"op": "core/" + kind, "engineConfig": g.engine(names), "baseColumnName": column, "expression": g.expression(names), "onError": onError,
			"newColumnName": pick(g, "new", "new", "new "+strconv.Itoa(g.IntN(5)), names[0], column+" 1"), "columnInsertIndex": g.IntN(len(names) + 1)}
	case "column-rename":
		o = op{"op": "core/" + kind, "oldColumnName": column, "newColumnName": pick(g, "renamed", "renamed "+strconv.Itoa(g.IntN(5)), names[0])}
	case "column-move":
		o["index"] = g.IntN(len(names) + g.IntN(2))
	case "column-reorder":
		order := append([]string{}, names...)
		g.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		o = op{"op": "core/" + kind, "columnNames": order[:1+g.IntN(len(order))]}
	case "column-split":
		o["engineConfig"], o["guessCellType"], o["removeOriginalColumn"] = g.engine(names), g.flip(), g.flip()
		if g.IntN(4) == 0 {
			o["mode"], o["fieldLengths"] = "lengths", []int{g.IntN(3), g.IntN(3), g.IntN(3)}[:1+g.IntN(3)]
		} else {
			o["mode"], o["separator"], o["regex"], o["maxColumns"] = "separator", pick(g, ";", "", "a", " ", "."), false, pick(g, 0, 0, 1, 2, 3, -1)
			if g.IntN(3) == 0 {
				o["separator"], o["regex"] = pick(g, "[;,]", `\s+`, "a+", `;\s*`, `\b`, "(?i)A|b", "."), true
			}
		}
		if o["removeOriginalColumn"] == true {
			o["engineConfig"] = op{"facets": []op{}, "mode": "row-based"} // cells of rows that are not split would go on to count for records
		}
	case "multivalued-cell-split":
		o["keyColumnName"] = pick(g, names[0], pick(g, names...))
		if g.IntN(4) == 0 {
			o["mode"], o["fieldLengths"] = "lengths", []int{g.IntN(3), g.IntN(3) - 1, g.IntN(3)}[:g.IntN(4)]
		} else {
			o["mode"], o["separator"], o["regex"] = "separator", pick(g, ";", "", "a", " "), false
			if g.IntN(3) == 0 {
				o["separator"], o["regex"] = pick(g, "[;,]", `\s*;\s*`, `\d`, `\W`), true
			}
		}
	case "multivalued-cell-join":
		o["keyColumnName"], o["separator"] = pick(g, names[0], pick(g, names...)), pick(g, ";", "", ", ")
	case "fill-down", "blank-down":
		o["engineConfig"] = g.engine(names)
	case "row-removal":
		f := []op{g.facet(names)}
		o = op{"op": "core/" + kind, "engineConfig": op{"facets": f, "mode": pick(g, "row-based", "row-based", "record-based")}}
	}
	return o
}
