package impute

import (
	"fmt"
	"html"
	"strings"
	"text/tabwriter"

	"transferlab/tlkit/frame"
)

// Report says what an imputer did to a table.
type Report struct {
	Fit     string         // what was applied
	Rows    int            // of the table
	Columns []ColumnReport // those with missing values or of a new kind, in the table's order
	Added   []string       // indicator columns
}

// ColumnReport says what became of one column.
type ColumnReport struct {
	Column  string
	Missing int    // cells without a value before
	Filled  int    // of these, now with one
	Widened bool   // a column of ints that is now one of floats
	Rounded int    // filled values that were rounded to whole numbers
	Why     string // why cells are still missing; empty if none is
}

// Left is the number of cells that are still missing.
func (c ColumnReport) Left() int { return c.Missing - c.Filled }

// Filled is the number of cells that were filled.
func (r *Report) Filled() int {
	n := 0
	for _, c := range r.Columns {
		n += c.Filled
	}
	return n
}

// Left is the number of cells that are still missing.
func (r *Report) Left() int {
	n := 0
	for _, c := range r.Columns {
		n += c.Left()
	}
	return n
}

// Summary is the report in one sentence.
func (r *Report) Summary() string {
	s := fmt.Sprintf("%s: %d of %d missing cells filled", r.Fit, r.Filled(), r.Filled()+r.Left())
	if n := r.Left(); n > 0 {
		s += fmt.Sprintf(", %d still missing", n)
	}
	if len(r.Added) > 0 {
		s += fmt.Sprintf(", %d indicator columns added", len(r.Added))
	}
	return s
}

func (c ColumnReport) notes() string {
	var notes []string
	if c.Widened {
		notes = append(notes, "ints became floats")
	}
	if c.Rounded > 0 {
		notes = append(notes, fmt.Sprintf("%d rounded", c.Rounded))
	}
	if c.Why != "" {
		notes = append(notes, c.Why)
	}
	return strings.Join(notes, "; ")
}

// String is the report as a table in plain text.
func (r *Report) String() string {
	var b strings.Builder
	if len(r.Columns) > 0 {
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "column\tmissing\tfilled\tleft\tnotes")
		for _, c := range r.Columns {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\n", printable(c.Column), c.Missing, c.Filled, c.Left(), c.notes())
		}
		w.Flush()
	}
	return trimmed(b.String()) + r.Summary() + "\n"
}

// trimmed takes the blanks off the ends of lines.
func trimmed(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

// HTML is the report as a table.
func (r *Report) HTML() string {
	var b strings.Builder
	if len(r.Columns) > 0 {
		b.WriteString(`<table class="tlkit-table"><thead><tr><th>column</th><th>missing</th><th>filled</th><th>left</th><th>notes</th></tr></thead><tbody>`)
		for _, c := range r.Columns {
			fmt.Fprintf(&b, "<tr><td>%s</td><td>%d</td><td>%d</td><td>%d</td><td>%s</td></tr>",
				html.EscapeString(c.Column), c.Missing, c.Filled, c.Left(), html.EscapeString(c.notes()))
		}
		b.WriteString("</tbody></table>")
	}
	fmt.Fprintf(&b, "<p>%s</p>", html.EscapeString(r.Summary()))
	return b.String()
}

// printable is a name on one line.
func printable(s string) string {
	if q := fmt.Sprintf("%q", s); q != `"`+s+`"` {
		return q
	}
	return s
}

// newReport lists the columns of t that have missing values, all of them left so far.
func newReport(fit string, t frame.Table, missing map[string]int) *Report {
	r := &Report{Fit: fit, Rows: t.Nrow()}
	for _, n := range t.Names() {
		if missing[n] > 0 {
			r.Columns = append(r.Columns, ColumnReport{Column: n, Missing: missing[n]})
		}
	}
	return r
}
