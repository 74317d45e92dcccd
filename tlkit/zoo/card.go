package zoo

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// rows are what a card says, name by name. What it does not know it leaves out.
func (c Card) rows() [][2]string {
	rows := [][2]string{
		{"task", c.Task},
		{"data", c.Data},
		{"classes", fmt.Sprint(c.Classes)},
		{"parameters", fmt.Sprintf("%.2f million", float64(c.Parameters)/1e6)},
		{"multiply-adds", fmt.Sprintf("%.0f million for one picture", float64(c.MAdds)/1e6)},
		{"published accuracy", fmt.Sprintf("%.1f %% (%s)", 100*c.Top1, c.Top1Source)},
		{"input", c.Input},
		{"features", fmt.Sprint(c.Features)},
		{"runs on", c.Runs},
		{"paper", c.Paper},
		{"weights", c.Weights},
		{"licence", c.Licence},
	}
	return slices.DeleteFunc(rows, func(r [2]string) bool {
		return r[1] == "" || r[0] == "published accuracy" && c.Top1 == 0
	})
}

// String is the card as plain text.
func (c Card) String() string {
	var b strings.Builder
	b.WriteString(c.Name + "\n")
	for _, r := range c.rows() {
		fmt.Fprintf(&b, "  %-19s %s\n", r[0], r[1])
	}
	return b.String()
}

// HTML is the card as a table.
func (c Card) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<table><caption>%s</caption><tbody>", html.EscapeString(c.Name))
	for _, r := range c.rows() {
		fmt.Fprintf(&b, `<tr><th scope="row" style="text-align:left">%s</th><td style="text-align:left">%s</td></tr>`,
			html.EscapeString(r[0]), html.EscapeString(r[1]))
	}
	return b.String() + "</tbody></table>"
}
