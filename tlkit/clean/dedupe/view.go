package dedupe

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/wording"
)

// ViewOptions say which groups are shown. The zero value shows the first twenty.
type ViewOptions struct {
	// Groups are the numbers of those to show, in this order; empty means from the first
	// one on.
	Groups []int

	// Most groups, and rows of each. 0 means 20 groups and 10 rows.
	Most, Rows int

	// Columns to show, in this order; empty means all, or, of a table with more than
	// twelve, those that were compared and then the first others.
	Columns []string
}

// View is groups as they are shown. The differences of each row to the proposed survivor
// are marked.
type View struct {
	summary string
	columns []frame.Column
	groups  []Group
	rows    int // shown of each group
	more    int // groups that are not shown
}

const mostColumns = 12

// View shows groups. It is an error ([ErrChoice]) if a group of a number that is named does
// not exist.
func (g *Groups) View(o ViewOptions) (*View, error) {
	v := &View{summary: g.Summary(), groups: g.List, rows: o.Rows}
	if v.rows <= 0 {
		v.rows = 10
	}
	if len(o.Groups) > 0 {
		v.groups = nil
		for _, n := range o.Groups {
			i := slices.IndexFunc(g.List, func(x Group) bool { return x.Number == n })
			if i < 0 {
				return nil, fmt.Errorf("dedupe: %w: there is no group %d among the %d", ErrChoice, n, len(g.List))
			}
			v.groups = append(v.groups, g.List[i])
		}
	}
	most := o.Most
	if most <= 0 {
		most = 20
	}
	if v.more = len(v.groups) - most; v.more > 0 {
		v.groups = v.groups[:most]
	}
	names := o.Columns
	if len(names) == 0 {
		names = g.columns()
	}
	if len(names) == 0 {
		return v, nil
	}
	var err error
	if v.columns, err = g.table.Columns(names...); err != nil {
		return nil, fmt.Errorf("dedupe: %w", err)
	}
	return v, nil
}

// columns are the columns to show where nobody says which.
func (g *Groups) columns() []string {
	all := g.table.Names()
	if len(all) <= mostColumns {
		return all
	}
	var names []string
	for _, n := range append(slices.Clone(g.compared), all...) {
		if !slices.Contains(names, n) && len(names) < mostColumns {
			names = append(names, n)
		}
	}
	return names
}

// Summary is the groups in one sentence.
func (g *Groups) Summary() string {
	s := g.What
	if len(g.compared) > 0 && len(g.compared) < g.table.Ncol() {
		s += " by " + list(g.compared)
	}
	if len(g.List) == 0 {
		s += ": none among " + wording.Count(g.table.Nrow(), "row")
	} else {
		s += fmt.Sprintf(": %s with %d of %s", wording.Count(len(g.List), "group"), g.Rows(), wording.Count(g.table.Nrow(), "row"))
	}
	if g.Threshold > 0 {
		s += fmt.Sprintf("; score %v or more, %s compared", g.Threshold, wording.Count(int(g.Compared), "pair"))
	}
	return s
}

// String shows the first groups as plain text.
func (g *Groups) String() string { return g.show().String() }

// HTML shows the first groups as a table, with the differences within each group marked.
func (g *Groups) HTML() string { return g.show().HTML() }

func (g *Groups) show() *View {
	v, err := g.View(ViewOptions{})
	if err != nil { // the table was sound when the groups were found
		return &View{summary: g.Summary() + "; " + err.Error()}
	}
	return v
}

// foot says what is not shown.
func (v *View) foot() string {
	if v.more <= 0 {
		return ""
	}
	return "and " + wording.Count(v.more, "more group") + "; View shows them by their numbers"
}

func (v *View) over(g Group) string {
	if n := len(g.Rows) - v.rows; n > 0 {
		return "and " + wording.Count(n, "more row")
	}
	return ""
}

// String is the groups as plain text: in front of a cell that differs from the survivor's
// stands an asterisk.
func (v *View) String() string {
	var b strings.Builder
	b.WriteString(v.summary + "\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	if len(v.groups) > 0 {
		fmt.Fprint(w, "group\trow\tscore\t")
		for _, c := range v.columns {
			fmt.Fprintf(w, "%s\t", plain(cut(c.Name, 30)))
		}
		fmt.Fprintln(w)
	}
	for _, g := range v.groups {
		for k, r := range g.Rows[:min(len(g.Rows), v.rows)] {
			name := ""
			if k == 0 {
				name = strconv.Itoa(g.Number)
			}
			fmt.Fprintf(w, "%s\t%d\t%s\t", name, r, g.said(k))
			for _, c := range v.columns {
				mark, s := "", "–"
				if !c.Missing(r) {
					s = plain(cut(c.Format(r), 30))
				}
				if k > 0 && differs(c, g.Rows[0], r) {
					mark = "*"
				}
				fmt.Fprintf(w, "%s%s\t", mark, s)
			}
			fmt.Fprintln(w)
		}
		if s := v.over(g); s != "" {
			fmt.Fprintf(w, "\t%s\t\t\n", s)
		}
	}
	_ = w.Flush()
	if s := v.foot(); s != "" {
		b.WriteString(s + "\n")
	}
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// said is what the score column says of the row at place k.
func (g Group) said(k int) string {
	switch {
	case k == 0:
		return "stays"
	case g.Scores == nil:
		return "equal"
	}
	return strconv.FormatFloat(g.Scores[k], 'f', 3, 64)
}

func differs(c frame.Column, a, b int) bool {
	return c.Missing(a) != c.Missing(b) || !c.Missing(a) && formatted(c, a) != formatted(c, b)
}

// Inline styles, for front ends keep no style sheet of ours; in colours that are read on
// light and on dark paper.
const (
	tableStyle = `border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13px;line-height:1.45;width:auto`
	headStyle  = `text-align:%s;padding:4px 10px;border-bottom:2px solid rgba(127,127,127,.55);vertical-align:bottom;font-weight:600`
	cellStyle  = `text-align:%s;padding:3px 10px;border-bottom:1px solid rgba(127,127,127,.22);white-space:nowrap;vertical-align:top`
	lineStyle  = `;border-top:2px solid rgba(127,127,127,.55)` // over the first row of a group
	markStyle  = `background:rgba(255,166,0,.38);color:inherit;border-radius:2px`
	smallStyle = `display:block;font-weight:400;font-size:11px;opacity:.75`
)

// HTML is the groups as a table. The proposed survivor is the first row of its group, in
// bold; what differs from it is marked in the rows below.
func (v *View) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<figure class="tlkit-table" style="margin:0;max-width:100%%"><div style="padding:2px 10px;font-weight:600">%s</div>`, html.EscapeString(v.summary))
	fmt.Fprintf(&b, `<div style="overflow-x:auto" tabindex="0" role="region" aria-label="groups of duplicates"><table style="%s">`, tableStyle)
	if len(v.groups) > 0 {
		v.head(&b)
	}
	for _, g := range v.groups {
		v.group(&b, g)
	}
	b.WriteString(`</table></div>`)
	if s := v.foot(); s != "" {
		fmt.Fprintf(&b, `<figcaption style="font-size:12px;opacity:.8;padding:4px 10px">%s</figcaption>`, s)
	}
	b.WriteString(`</figure>`)
	return b.String()
}

func (v *View) head(b *strings.Builder) {
	b.WriteString(`<thead><tr>`)
	for i, name := range []string{"group", "row", "score"} {
		fmt.Fprintf(b, `<th scope="col" style="`+headStyle+`">%s</th>`, []string{"left", "right", "right"}[i], name)
	}
	for _, c := range v.columns {
		fmt.Fprintf(b, `<th scope="col" style="`+headStyle+`">%s</th>`, align(c), html.EscapeString(cut(c.Name, 40)))
	}
	b.WriteString(`</tr></thead>`)
}

func (v *View) group(b *strings.Builder, g Group) {
	rows := g.Rows[:min(len(g.Rows), v.rows)]
	over := v.over(g)
	span := len(rows)
	if over != "" {
		span++
	}
	b.WriteString(`<tbody>`)
	for k, r := range rows {
		line := ""
		b.WriteString(`<tr>`)
		if k == 0 {
			line = lineStyle
			detail := fmt.Sprintf("%d rows", len(g.Rows))
			if g.Scores != nil {
				detail += fmt.Sprintf(", least %.3f", g.Least)
			}
			fmt.Fprintf(b, `<th scope="rowgroup" rowspan="%d" style="`+cellStyle+line+`">%d<span style="%s">%s</span></th>`, span, "left", g.Number, smallStyle, detail)
		}
		fmt.Fprintf(b, `<td style="`+cellStyle+line+`;opacity:.65">%d</td><td style="`+cellStyle+line+`">%s</td>`, "right", r, "right", g.said(k))
		for _, c := range v.columns {
			bold := ""
			if k == 0 {
				bold = ";font-weight:600"
			}
			fmt.Fprintf(b, `<td style="`+cellStyle+line+bold+`"%s>%s</td>`, align(c), title(c, r), cellHTML(c, g.Rows[0], r))
		}
		b.WriteString(`</tr>`)
	}
	if over != "" {
		fmt.Fprintf(b, `<tr><td colspan="%d" style="`+cellStyle+`;opacity:.65">%s</td></tr>`, 2+len(v.columns), "left", over)
	}
	b.WriteString(`</tbody>`)
}

func align(c frame.Column) string {
	if c.Numeric() {
		return "right"
	}
	return "left"
}

const widest = 48 // characters of a cell

// title is the whole text of a cell that is cut, as a tooltip.
func title(c frame.Column, r int) string {
	s := c.Format(r)
	if utf8.RuneCountInString(s) <= widest {
		return ""
	}
	return ` title="` + html.EscapeString(cut(s, 2000)) + `"`
}

// cellHTML is a cell with what differs from the survivor's marked.
func cellHTML(c frame.Column, survivor, r int) string {
	mark := func(s string) string { return `<mark style="` + markStyle + `">` + s + `</mark>` }
	if c.Missing(r) {
		dash := `<span style="opacity:.55" aria-label="missing">–</span>`
		if !c.Missing(survivor) {
			return mark(dash)
		}
		return dash
	}
	s := c.Format(r)
	if !differs(c, survivor, r) {
		return html.EscapeString(cut(s, widest))
	}
	const most = 10_000 // characters that are looked at
	s = first(s, most)
	before, middle, after := difference(first(c.Format(survivor), most), s)
	if middle == "" { // the survivor has something here
		middle = "‸"
	}
	if utf8.RuneCountInString(s) > widest {
		before, middle, after = keepEnd(before, widest/3), cut(middle, widest/3), cut(after, widest/3)
	}
	return html.EscapeString(plain(before)) + mark(html.EscapeString(plain(middle))) + html.EscapeString(plain(after))
}

// difference cuts s into what it begins with as other does, what differs, and what it ends
// with as other does.
func difference(other, s string) (before, middle, after string) {
	a, b := []rune(other), []rune(s)
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	k := 0
	for k < min(len(a), len(b))-i && a[len(a)-1-k] == b[len(b)-1-k] {
		k++
	}
	return string(b[:i]), string(b[i : len(b)-k]), string(b[len(b)-k:])
}

// cut is the first n characters of s, on one line.
func cut(s string, n int) string {
	s = plain(first(s, n+1))
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return first(s, n-1) + "…"
}

// keepEnd is the last n characters of s.
func keepEnd(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return plain(s)
	}
	return "…" + plain(string(runes[len(runes)-n+1:]))
}

// plain puts blanks in the place of line breaks and control characters.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}
