package text

import (
	"fmt"
	"html"
	"strings"

	"transferlab/tlkit/internal/wording"
)

// What is shown at most; the rest is counted.
const (
	shownClusters = 25
	shownValues   = 20
)

// Inline styles, for not every front end keeps a style sheet of ours. Colours are half
// transparent, so that they do on white and on black.
const (
	tableStyle = `border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13px;line-height:1.5;width:auto;max-width:100%`
	headStyle  = `text-align:%s;padding:4px 10px;border-bottom:2px solid rgba(127,127,127,.55);font-weight:600`
	cellStyle  = `text-align:%s;vertical-align:top;padding:4px 10px;border-bottom:1px solid rgba(127,127,127,.22);overflow-wrap:anywhere`
)

// Summary says how much was found, in one sentence.
func (c Clusters) Summary() string {
	if len(c) == 0 {
		return "no clusters: no two values are taken for the same; another method or a larger radius may find some"
	}
	values, rows, seen := 0, 0, map[string]bool{}
	for _, one := range c {
		for _, v := range one.Values {
			if !seen[v.Text] {
				seen[v.Text] = true
				values++
				rows += v.Count
			}
		}
	}
	return fmt.Sprintf("%s of %s in %s", wording.Count(len(c), "cluster"), wording.Count(values, "value"), wording.Count(rows, "row"))
}

// String lists the first 25 clusters and up to 20 values of each, as plain text.
func (c Clusters) String() string {
	var b strings.Builder
	b.WriteString(c.Summary() + "\n")
	for i, one := range c[:min(len(c), shownClusters)] {
		fmt.Fprintf(&b, "%3d  %s → %q\n", i, wording.Count(one.Rows(), "row"), one.Proposal())
		for _, v := range one.Values[:min(len(one.Values), shownValues)] {
			fmt.Fprintf(&b, "     %6d × %q\n", v.Count, v.Text)
		}
		if more := len(one.Values) - shownValues; more > 0 {
			fmt.Fprintf(&b, "            and %d more\n", more)
		}
	}
	if more := len(c) - shownClusters; more > 0 {
		fmt.Fprintf(&b, "and %d more clusters\n", more)
	}
	return b.String()
}

// HTML is the clusters as a table: number, values with their counts, rows, and what they
// would become. Blanks are seen, for they are often all that differs.
func (c Clusters) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<p>%s</p>", html.EscapeString(c.Summary()))
	if len(c) == 0 {
		return b.String()
	}
	keyed := c[0].Key != ""
	for _, one := range c {
		keyed = keyed || one.Key != ""
	}
	fmt.Fprintf(&b, `<div style="overflow-x:auto"><table class="tlkit-table" style="%s"><thead><tr>`, tableStyle)
	head := func(align, title string) {
		fmt.Fprintf(&b, `<th scope="col" style="`+headStyle+`">%s</th>`, align, title)
	}
	head("right", "no.")
	head("left", "values")
	head("right", "rows")
	head("left", "proposal")
	if keyed {
		head("left", "key")
	}
	b.WriteString("</tr></thead><tbody>")
	for i, one := range c[:min(len(c), shownClusters)] {
		fmt.Fprintf(&b, `<tr style="background:none"><th scope="row" style="`+cellStyle+`;font-weight:400;opacity:.65">%d</th>`, "right", i)
		fmt.Fprintf(&b, `<td style="`+cellStyle+`">%s</td>`, "left", one.list())
		fmt.Fprintf(&b, `<td style="`+cellStyle+`">%d</td>`, "right", one.Rows())
		fmt.Fprintf(&b, `<td style="`+cellStyle+`">%s</td>`, "left", shown(one.Proposal()))
		if keyed {
			fmt.Fprintf(&b, `<td style="`+cellStyle+`;opacity:.7">%s</td>`, "left", shown(one.Key))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table></div>")
	if more := len(c) - shownClusters; more > 0 {
		fmt.Fprintf(&b, "<p>and %s</p>", wording.Count(more, "more cluster"))
	}
	return b.String()
}

// list is the values of the cluster, one below the other.
func (c Cluster) list() string {
	var b strings.Builder
	for i, v := range c.Values[:min(len(c.Values), shownValues)] {
		if i > 0 {
			b.WriteString("<br>")
		}
		fmt.Fprintf(&b, `%s <span style="opacity:.7">× %d</span>`, shown(v.Text), v.Count)
	}
	if more := len(c.Values) - shownValues; more > 0 {
		fmt.Fprintf(&b, `<br><span style="opacity:.7">and %d more</span>`, more)
	}
	return b.String()
}

// shown is a string so that its ends and blanks are seen: on a ground of its own, what is
// not printed written out, long ones cut.
func shown(s string) string {
	const most = 120
	cut := ""
	if r := []rune(s); len(r) > most {
		s, cut = string(r[:most]), "…"
	}
	if s == "" {
		return `<span style="opacity:.7">(empty)</span>`
	}
	quoted := fmt.Sprintf("%q", s)
	quoted = strings.ReplaceAll(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`), `\\`, `\`)
	return `<span style="white-space:pre-wrap;background:rgba(127,127,127,.18);border-radius:.2em;padding:0 .15em">` + html.EscapeString(quoted) + "</span>" + cut
}
