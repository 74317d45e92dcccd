package outlier

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"transferlab/tlkit/frame"
)

// Report says what Apply found and did.
type Report struct {
	Fit      string // what found them: "iqr, factor 1.5"
	Action   Action
	Rows     int            // of the table
	Outlying int            // rows with an outlier
	Kept     int            // rows of the result
	Dropped  []int          // the rows that are not in it, ascending
	Columns  []ColumnReport // of Bounds
	Odd      []OddRow       // of a Forest: the most outlying rows, at most five
}

// ColumnReport is what was found in one column.
type ColumnReport struct {
	Bound         Bound
	Low, High     int // outliers below the low and above the high bound
	Before, After Count
	Examples      []Example // the most extreme outliers, at most five
}

// Count is what a column holds.
type Count struct {
	Values, Missing int
	Least, Most     float64 // NaN where there is no value
}

// nothing is the count of no cells.
func nothing() Count { return Count{Least: math.NaN(), Most: math.NaN()} }

func (c *Count) add(v float64, ok bool) {
	if !ok {
		c.Missing++
		return
	}
	c.Values++
	if !(c.Least <= v) { // NaN so far, or larger
		c.Least = v
	}
	if !(c.Most >= v) {
		c.Most = v
	}
}

// Example is one outlier.
type Example struct {
	Row     int
	Value   float64
	Score   float64 // as Bounds.Score gives it
	Becomes float64 // NaN where it is taken out; the value itself where it stays
}

// OddRow is a row that a forest finds outlying.
type OddRow struct {
	Row    int
	Score  float64
	Values []string // of the forest's columns, with their names
}

// examples shown for a column, and rows for a forest.
const shown = 5

// example keeps the most extreme ones, in order; of equal ones the first row.
func (r *ColumnReport) example(e Example) {
	beyond := func(e Example) float64 { return max(r.Bound.Low-e.Value, e.Value-r.Bound.High) }
	at := len(r.Examples)
	for at > 0 && beyond(r.Examples[at-1]) < beyond(e) {
		at--
	}
	if at < shown {
		r.Examples = slices.Insert(r.Examples, at, e)
		r.Examples = r.Examples[:min(len(r.Examples), shown)]
	}
}

// String is the fit in a few words: "iqr, factor 1.5".
func (b *Bounds) String() string {
	switch o := b.Options; o.Method {
	case Percentile:
		return fmt.Sprintf("percentile, from %v to %v", o.Lower, o.Upper)
	case ZScore:
		return fmt.Sprintf("z-score, factor %v, ddof %d", o.Factor, o.DDOF)
	default:
		return fmt.Sprintf("%v, factor %v", o.Method, o.Factor)
	}
}

// Summary is the report in one sentence.
func (r *Report) Summary() string {
	s := fmt.Sprintf("%s: %d of %d rows have an outlier", r.Fit, r.Outlying, r.Rows)
	switch {
	case r.Outlying == 0:
		return s + ", nothing to do"
	case r.Action == Flag:
		return s + ", flagged"
	case r.Action == SetMissing:
		return s + ", set to missing"
	case r.Action == Clip:
		return s + ", clipped to the bounds"
	}
	return s + fmt.Sprintf(", dropped; %d are left", r.Kept)
}

var columnHead = []string{"column", "low bound", "high bound", "below", "above", "values", "missing", "range before", "range after", "most extreme"}

// lines are the cells of the report's table.
func (r *Report) lines() [][]string {
	var out [][]string
	for _, c := range r.Columns {
		low, high := short(c.Bound.Low), short(c.Bound.High)
		if c.Bound.None() {
			low, high = "–", "–"
		}
		said := make([]string, len(c.Examples))
		for i, e := range c.Examples {
			said[i] = fmt.Sprintf("row %d: %s", e.Row, short(e.Value))
			if e.Becomes != e.Value && !math.IsNaN(e.Becomes) {
				said[i] += " → " + short(e.Becomes)
			}
		}
		if c.Bound.Note != "" {
			said = append(said, "no bounds: "+c.Bound.Note)
		}
		out = append(out, []string{c.Bound.Column, low, high, strconv.Itoa(c.Low), strconv.Itoa(c.High),
			change(strconv.Itoa(c.Before.Values), strconv.Itoa(c.After.Values)),
			change(strconv.Itoa(c.Before.Missing), strconv.Itoa(c.After.Missing)),
			c.Before.span(), c.After.span(), strings.Join(said, ", ")})
	}
	return out
}

func change(before, after string) string {
	if before == after {
		return before
	}
	return before + " → " + after
}

func (c Count) span() string {
	if c.Values == 0 {
		return "–"
	}
	return short(c.Least) + " to " + short(c.Most)
}

// short writes six significant digits.
func short(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e9 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return frame.FormatFloat(v)
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

var rowHead = []string{"row", "score", "values"}

func (r *Report) oddLines() [][]string {
	var out [][]string
	for _, o := range r.Odd {
		out = append(out, []string{strconv.Itoa(o.Row), strconv.FormatFloat(o.Score, 'f', 3, 64), strings.Join(o.Values, ", ")})
	}
	return out
}

// String is the report as plain text.
func (r *Report) String() string {
	var b strings.Builder
	b.WriteString(r.Summary() + "\n")
	for _, part := range r.parts() {
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, line := range append([][]string{part.head}, part.lines...) {
			for i := range line {
				line[i] = strings.Map(plain, line[i])
			}
			fmt.Fprintln(w, strings.Join(line, "\t"))
		}
		_ = w.Flush()
	}
	return b.String()
}

// plain keeps a name with a line break or a tab in it in its cell.
func plain(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

type part struct {
	head    []string
	lines   [][]string
	numbers int // columns of numbers, which stand right, after the first
}

func (r *Report) parts() []part {
	var out []part
	if len(r.Columns) > 0 {
		out = append(out, part{slices.Clone(columnHead), r.lines(), 6})
	}
	if len(r.Odd) > 0 {
		out = append(out, part{slices.Clone(rowHead), r.oddLines(), 1})
	}
	return out
}

// HTML is the report as tables.
func (r *Report) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<p>%s</p>`, html.EscapeString(r.Summary()))
	for _, part := range r.parts() {
		b.WriteString(`<div style="overflow-x:auto"><table class="tlkit-table"><thead><tr>`)
		side := func(i int) string {
			if i > 0 && i <= part.numbers {
				return "right"
			}
			return "left"
		}
		for i, h := range part.head {
			fmt.Fprintf(&b, `<th scope="col" style="text-align:%s">%s</th>`, side(i), html.EscapeString(h))
		}
		b.WriteString(`</tr></thead><tbody>`)
		for _, line := range part.lines {
			b.WriteString(`<tr>`)
			for i, cell := range line {
				if i == 0 {
					fmt.Fprintf(&b, `<th scope="row" style="text-align:left;font-weight:600">%s</th>`, html.EscapeString(cell))
				} else {
					fmt.Fprintf(&b, `<td style="text-align:%s">%s</td>`, side(i), html.EscapeString(cell))
				}
			}
			b.WriteString(`</tr>`)
		}
		b.WriteString(`</tbody></table></div>`)
	}
	return b.String()
}
