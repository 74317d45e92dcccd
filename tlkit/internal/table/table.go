// Package table shows rows of text, as text and as HTML.
package table

import (
	"fmt"
	"html"
	"io"
	"strings"
	"text/tabwriter"
)

// Table is rows of as many cells as the header. The first cell of a row is its name.
type Table struct {
	Caption string // may be empty
	Header  []string
	Rows    [][]string
}

// Text writes the table in columns of equal width.
func (t Table) Text(to io.Writer) {
	if t.Caption != "" {
		fmt.Fprintln(to, t.Caption)
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.Header}, t.Rows...) {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush()
}

// HTML writes the table; what the cells say is text.
func (t Table) HTML(to io.Writer) {
	io.WriteString(to, "<table>")
	if t.Caption != "" {
		fmt.Fprintf(to, "<caption>%s</caption>", html.EscapeString(t.Caption))
	}
	io.WriteString(to, "<thead><tr>")
	for _, h := range t.Header {
		fmt.Fprintf(to, `<th scope="col">%s</th>`, html.EscapeString(h))
	}
	io.WriteString(to, "</tr></thead><tbody>")
	for _, row := range t.Rows {
		fmt.Fprintf(to, `<tr><th scope="row" style="text-align:left">%s</th>`, html.EscapeString(row[0]))
		for _, cell := range row[1:] {
			fmt.Fprintf(to, "<td>%s</td>", html.EscapeString(cell))
		}
		io.WriteString(to, "</tr>")
	}
	io.WriteString(to, "</tbody></table>")
}
