// Package replayed compares tables with what OpenRefine made of them.
package replayed

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/clean/internal/strict"
	"transferlab/tlkit/frame"
)

// Cases are tables and the histories that are replayed on them.
type Cases struct {
	Tables map[string]Grid `json:"tables"`
	Cases  []Case          `json:"cases"`
}

// Case is one history.
type Case struct {
	Name    string          `json:"name"`
	Table   string          `json:"table"`
	History json.RawMessage `json:"history"`
}

// Grid is a table as OpenRefine has it: cells with types, as Replay.java describes them.
type Grid struct {
	Name    string              `json:"name,omitempty"`
	Columns []string            `json:"columns,omitempty"`
	Rows    [][]json.RawMessage `json:"rows"`
	Error   string              `json:"error,omitempty"` // why OpenRefine refused the history
}

// cell is one cell of a grid.
type cell struct {
	kind string // "", "text", "int", "float", "bool", "date", "error"
	text string // as OpenRefine exports it
	num  float64
	time time.Time
}

func read(raw json.RawMessage) (cell, error) {
	n, err := strict.Parse(raw, strict.Limits{})
	if err != nil {
		return cell{}, err
	}
	text := string(raw)
	switch n.Kind {
	case strict.Null:
		return cell{}, nil
	case strict.Bool:
		return cell{kind: "bool", text: text}, nil
	case strict.Number:
		f, err := strconv.ParseFloat(text, 64)
		if strings.ContainsAny(text, ".eE") {
			return cell{kind: "float", text: text, num: f}, err
		}
		return cell{kind: "int", text: text, num: f}, err
	case strict.String:
		text, err := n.Text()
		return cell{kind: "text", text: text}, err
	}
	var form struct {
		Number, Date, Error *string
		Blank               bool
	}
	if err := json.Unmarshal(raw, &form); err != nil {
		return cell{}, err
	}
	switch {
	case form.Number != nil:
		f, err := strconv.ParseFloat(*form.Number, 64)
		return cell{kind: "float", text: *form.Number, num: f}, err
	case form.Date != nil:
		t, err := time.Parse(time.RFC3339Nano, *form.Date)
		if err != nil || t.Year() < 1 {
			return cell{kind: "date out of range", text: *form.Date}, nil // a table keeps it as text
		}
		return cell{kind: "date", text: *form.Date, time: t}, nil
	case form.Error != nil:
		return cell{kind: "error", text: *form.Error}, nil
	}
	return cell{}, nil
}

// column reads one column of a grid, and which kinds of cells it has.
func (g Grid) column(j int) (cells []cell, kinds []string, err error) {
	cells = make([]cell, len(g.Rows))
	for i, row := range g.Rows {
		if cells[i], err = read(row[j]); err != nil {
			return nil, nil, err
		}
		if k := cells[i].kind; k != "" && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	slices.Sort(kinds)
	return cells, kinds, nil
}

// Table is the grid as a table. Each column has cells of one type.
func (g Grid) Table() (frame.Table, error) {
	var schema frame.Schema
	cols := make([]series.Series, len(g.Columns))
	for j, name := range g.Columns {
		cells, kinds, err := g.column(j)
		if err != nil {
			return frame.Table{}, err
		}
		switch strings.Join(kinds, ",") {
		case "", "text":
			cols[j] = build(name, cells, func(c cell) string { return c.text })
		case "date":
			cols[j] = build(name, cells, func(c cell) string { return c.time.UTC().Format(time.RFC3339Nano) })
			schema = schema.With(frame.Field{Name: name, Kind: frame.Date})
		case "int":
			cols[j] = build(name, cells, func(c cell) int { n, _ := strconv.Atoi(c.text); return n })
		case "float":
			cols[j] = build(name, cells, func(c cell) float64 { return c.num })
		case "bool":
			cols[j] = build(name, cells, func(c cell) bool { return c.text == "true" })
		default:
			return frame.Table{}, fmt.Errorf("replayed: column %q has cells of several types", name)
		}
	}
	return frame.New(schema, cols...)
}

func build[T frame.Value](name string, cells []cell, value func(cell) T) series.Series {
	out := make([]frame.Cell[T], len(cells))
	for i, c := range cells {
		if c.kind == "" {
			out[i].Null = true
		} else {
			out[i].Value = value(c)
		}
	}
	return frame.Series(name, out)
}

// Differences say where a table is not what OpenRefine has.
func (g Grid) Differences(t frame.Table) []string {
	if names := t.Names(); !slices.Equal(names, g.Columns) {
		return []string{fmt.Sprintf("columns %q; OpenRefine has %q", names, g.Columns)}
	}
	if t.Ncol() > 0 && t.Nrow() != len(g.Rows) {
		return []string{fmt.Sprintf("%d rows; OpenRefine has %d", t.Nrow(), len(g.Rows))}
	}
	var out []string
	for j, name := range g.Columns {
		cells, kinds, err := g.column(j)
		if err != nil {
			return append(out, err.Error())
		}
		c, err := t.Column(name)
		if err != nil {
			return append(out, err.Error())
		}
		kind := ""
		equal := func(i int) bool { return c.Format(i) == cells[i].text }
		switch strings.Join(kinds, ",") {
		case "":
			kind = c.Kind.String() // any will do
		case "int":
			kind = frame.Int.String()
		case "float", "float,int":
			kind = frame.Float.String()
			equal = func(i int) bool { return c.Floats[i].Value == cells[i].num }
			for i := range cells {
				if math.IsNaN(cells[i].num) {
					cells[i] = cell{} // no number column can hold it
				}
			}
		case "bool":
			kind = frame.Bool.String()
		case "date":
			kind = frame.Date.String()
			equal = func(i int) bool { u, ok := frame.ParseDate(c.Texts[i].Value); return ok && u.Equal(cells[i].time) }
		default:
			kind = frame.Text.String()
		}
		if c.Kind.String() != kind {
			out = append(out, fmt.Sprintf("column %q is %v; OpenRefine's cells are %v", name, c.Kind, kinds))
			continue
		}
		for i := range cells {
			if missing := cells[i].kind == ""; missing != c.Missing(i) || !missing && !equal(i) {
				out = append(out, fmt.Sprintf("row %d, column %q: %s; OpenRefine has %s %q", i, name, show(c, i), cells[i].kind, cells[i].text))
			}
		}
	}
	return out
}

func show(c frame.Column, i int) string {
	if c.Missing(i) {
		return "missing"
	}
	return strconv.Quote(c.Format(i))
}
