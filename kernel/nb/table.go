package nb

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
)

// TableOptions sets how much of a dataframe is shown. The zero value is the default.
type TableOptions struct {
	Head    int    // first rows; 0 means 8
	Tail    int    // last rows; 0 means 4, negative none
	Columns int    // most columns, the middle ones left out; 0 means 30
	Width   int    // longest text of a cell in characters; 0 means 40. The whole is its title
	Caption string // a line above the table
}

func (o TableOptions) filled() TableOptions {
	for _, d := range []struct {
		v *int
		d int
	}{{&o.Head, 8}, {&o.Tail, 4}, {&o.Columns, 30}, {&o.Width, 40}} {
		if *d.v == 0 {
			*d.v = d.d
		}
	}
	o.Tail = max(o.Tail, 0)
	o.Head = max(o.Head, 1)
	o.Columns = max(o.Columns, 2)
	o.Width = max(o.Width, 4)
	return o
}

// TableView is a table with the options of its showing; give it to [Show].
type TableView struct {
	table frame.Table
	o     TableOptions
}

// Table shows a table or a dataframe with options of your own.
func Table[T frame.Table | dataframe.DataFrame](t T, o TableOptions) TableView {
	switch t := any(t).(type) {
	case frame.Table:
		return TableView{t, o.filled()}
	case dataframe.DataFrame:
		return TableView{frame.Table{DataFrame: t}, o.filled()}
	}
	panic("unreachable: the constraint names two types")
}

// column is what the table says of one column, and its cells of the rows shown.
type column struct {
	name, kind string
	missing    int
	number     bool
	cells      []cellText
}

type cellText struct {
	short, whole string
	missing      bool
}

const gap = -1 // stands for what is left out between head and tail

func (t TableView) render() bundle {
	all, err := t.table.Columns()
	if err != nil {
		return problem(err)
	}
	rows, cols := t.table.Nrow(), len(all)
	if cols == 0 {
		return plain("empty dataframe: no columns")
	}
	shownRows, shownCols := ends(rows, t.o.Head, t.o.Tail), ends(cols, (t.o.Columns+1)/2, t.o.Columns/2)
	var columns []column
	for _, c := range shownCols {
		if c == gap {
			columns = append(columns, column{name: "…", cells: fill(len(shownRows), "…")})
			continue
		}
		columns = append(columns, t.column(all[c], shownRows))
	}
	foot := fmt.Sprintf("%s × %s", count(rows, "row"), count(cols, "column"))
	if hidden := cols - (len(shownCols) - 1); len(shownCols) < cols {
		foot += fmt.Sprintf(", %d of them not shown", hidden)
	}
	return bundle{
		html: t.html(columns, shownRows, foot),
		text: t.text(columns, shownRows, foot),
	}
}

// ends lists the first head and last tail of n positions, with a gap between where some are left out.
func ends(n, head, tail int) []int {
	var at []int
	for i := range n {
		if n <= head+tail || i < head || i >= n-tail {
			at = append(at, i)
		} else if i == head {
			at = append(at, gap)
		}
	}
	return at
}

func fill(n int, s string) []cellText {
	cells := make([]cellText, n)
	for i := range cells {
		cells[i] = cellText{short: s, whole: s}
	}
	return cells
}

// kindName is a column's kind in a word: gota's own for its types.
func kindName(k frame.Kind) string {
	switch k {
	case frame.Int:
		return string(series.Int)
	case frame.Float:
		return string(series.Float)
	case frame.Bool:
		return string(series.Bool)
	case frame.Date:
		return "date"
	case frame.Category:
		return "category"
	}
	return string(series.String)
}

func (t TableView) column(of frame.Column, rows []int) column {
	c := column{kind: kindName(of.Kind), number: of.Numeric(), missing: of.CountMissing()}
	c.name, _ = oneLine(of.Name, t.o.Width)
	for _, r := range rows {
		if r == gap {
			c.cells = append(c.cells, cellText{short: "⋮", whole: "⋮"})
			continue
		}
		if of.Missing(r) {
			c.cells = append(c.cells, cellText{short: "–", whole: "missing", missing: true})
			continue
		}
		v := of.Format(r)
		if of.Kind == frame.Float {
			v = number(of.Floats[r].Value)
		}
		short, whole := oneLine(v, t.o.Width)
		c.cells = append(c.cells, cellText{short: short, whole: whole})
	}
	return c
}

// number writes six significant figures: enough to tell rows apart, short enough to compare down a column.
func number(x float64) string {
	switch a := math.Abs(x); {
	case math.IsInf(x, 0):
		return strconv.FormatFloat(x, 'g', -1, 64)
	case x == math.Trunc(x) && a < 1e15:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case a >= 1e-4 && a < 1e9:
		s := strconv.FormatFloat(x, 'f', max(0, 6-len(strconv.FormatInt(int64(a), 10))), 64)
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return s
	default:
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
}

func count(n int, of string) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:] // a narrow space that does not break
	}
	if n != 1 {
		of += "s"
	}
	return s + " " + of
}

// Inline styles, for no front end but the export keeps a style sheet of ours.
const (
	tableStyle  = `border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13px;line-height:1.45;width:auto`
	headStyle   = `text-align:%s;padding:4px 10px;border-bottom:2px solid rgba(127,127,127,.55);vertical-align:bottom;font-weight:600`
	cellStyle   = `text-align:%s;padding:3px 10px;border-bottom:1px solid rgba(127,127,127,.22);white-space:nowrap`
	detailStyle = `display:block;font-weight:400;font-size:11px;opacity:.75`
)

func (t TableView) html(columns []column, rows []int, foot string) string {
	var b strings.Builder
	b.WriteString(`<figure class="tlkit-table" style="margin:0;max-width:100%"><div style="overflow-x:auto" tabindex="0" role="region" aria-label="table">`)
	fmt.Fprintf(&b, `<table style="%s">`, tableStyle)
	if t.o.Caption != "" {
		short, _ := oneLine(t.o.Caption, 200)
		fmt.Fprintf(&b, `<caption style="text-align:left;padding:2px 10px;font-weight:600">%s</caption>`, html.EscapeString(short))
	}
	fmt.Fprintf(&b, `<thead><tr><th scope="col" style="`+headStyle+`"><span style="%s">row</span></th>`, "right", detailStyle)
	for _, c := range columns {
		fmt.Fprintf(&b, `<th scope="col" style="`+headStyle+`">%s`, c.align(), html.EscapeString(c.name))
		if c.kind != "" {
			fmt.Fprintf(&b, `<span style="%s">%s%s</span>`, detailStyle, c.kind, c.missingHTML())
		}
		b.WriteString(`</th>`)
	}
	b.WriteString(`</tr></thead><tbody>`)
	for i, r := range rows {
		label := "⋮"
		if r != gap {
			label = strconv.Itoa(r)
		}
		fmt.Fprintf(&b, `<tr><th scope="row" style="`+cellStyle+`;font-weight:400;opacity:.65">%s</th>`, "right", label)
		for _, c := range columns {
			c.cell(&b, i)
		}
		b.WriteString(`</tr>`)
	}
	fmt.Fprintf(&b, `</tbody></table></div><figcaption style="font-size:12px;opacity:.8;padding:4px 10px">%s</figcaption></figure>`, foot)
	return b.String()
}

func (c column) align() string {
	if c.number {
		return "right"
	}
	return "left"
}

func (c column) missingHTML() string {
	if c.missing == 0 {
		return ""
	}
	return fmt.Sprintf(` · <b>%s missing</b>`, strconv.Itoa(c.missing))
}

func (c column) cell(b *strings.Builder, i int) {
	v := c.cells[i]
	style, title := fmt.Sprintf(cellStyle, c.align()), ""
	if v.missing {
		style += ";opacity:.5"
	}
	if v.whole != v.short {
		const longest = 2000 // a tooltip, not a document
		t, _ := oneLine(v.whole, longest)
		title = ` title="` + html.EscapeString(t) + `"`
	}
	fmt.Fprintf(b, `<td style="%s"%s>%s</td>`, style, title, html.EscapeString(v.short))
}

func (t TableView) text(columns []column, rows []int, foot string) string {
	grid := make([][]string, len(rows)+2)
	right := []bool{true}
	grid[0], grid[1] = []string{""}, []string{""}
	for i, r := range rows {
		label := "⋮"
		if r != gap {
			label = strconv.Itoa(r)
		}
		grid[i+2] = []string{label}
	}
	for _, c := range columns {
		kind := c.kind
		if c.missing > 0 {
			kind += fmt.Sprintf(", %d missing", c.missing)
		}
		grid[0], grid[1] = append(grid[0], c.name), append(grid[1], kind)
		for i := range rows {
			grid[i+2] = append(grid[i+2], c.cells[i].short)
		}
		right = append(right, c.number)
	}
	var b strings.Builder
	if t.o.Caption != "" {
		short, _ := oneLine(t.o.Caption, 200)
		b.WriteString(short + "\n")
	}
	align(&b, grid, right)
	b.WriteString(foot)
	return b.String()
}

// align writes rows of text with columns two spaces apart.
func align(b *strings.Builder, grid [][]string, right []bool) {
	widths := make([]int, len(right))
	for _, row := range grid {
		for j, s := range row {
			widths[j] = max(widths[j], utf8.RuneCountInString(s))
		}
	}
	for _, row := range grid {
		var line strings.Builder
		for j, s := range row {
			pad := strings.Repeat(" ", widths[j]-utf8.RuneCountInString(s))
			if right[j] {
				s = pad + s
			} else {
				s += pad
			}
			if j > 0 {
				line.WriteString("  ")
			}
			line.WriteString(s)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}
