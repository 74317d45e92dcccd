package recipe

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"transferlab/tlkit/internal/wording"
)

// This file shows what steps do, as text and as HTML.

// lines say what the step changed, one thing a line: first a summary, then examples, which
// are indented.
func (e Entry) lines() []line {
	var out []line
	for _, r := range e.Renamed {
		out = append(out, line{text: quoted(r.From) + " is now " + quoted(r.To)})
	}
	if len(e.Added) > 0 {
		out = append(out, line{text: "added " + listed("column", e.Added)})
	}
	if len(e.Removed) > 0 {
		out = append(out, line{text: "removed " + listed("column", e.Removed)})
	}
	if e.Reordered {
		out = append(out, line{text: "columns stand in another order"})
	}
	if e.Dropped > 0 {
		out = append(out, line{text: "dropped " + wording.Count(e.Dropped, "row")})
		for _, r := range e.Rows {
			var cells []string
			for i, v := range r.Values {
				cells = append(cells, e.Columns[i]+" "+v.String())
			}
			out = append(out, line{fmt.Sprintf("row %d: %s", r.Row, strings.Join(cells, ", ")), true})
		}
	}
	if e.Made > 0 {
		out = append(out, line{text: "made " + wording.Count(e.Made, "row")})
	}
	for _, c := range e.Changed {
		out = append(out, line{text: c.String()})
		for _, cell := range e.Cells {
			if cell.Column == c.Column {
				out = append(out, line{fmt.Sprintf("row %d: %v → %v", cell.Row, cell.Before, cell.After), true})
			}
		}
	}
	for _, n := range e.Notes {
		out = append(out, line{text: n})
	}
	if len(out) == 0 {
		out = append(out, line{text: "nothing changed"})
	}
	return out
}

type line struct {
	text    string
	example bool
}

// String is "title: 3 cells changed, now number (was string)".
func (c Changed) String() string {
	s := quoted(c.Column) + ": " + wording.Count(c.Cells, "cell") + " changed"
	if c.To != "" {
		s += fmt.Sprintf(", now %s (was %s)", c.To, c.From)
	}
	return s
}

// change is "3", or "3 → 2".
func change(before, after int) string {
	if before == after {
		return fmt.Sprint(after)
	}
	return fmt.Sprintf("%d → %d", before, after)
}

func took(d time.Duration) string {
	if d < 100*time.Microsecond {
		return "< 0.1ms"
	}
	if d < time.Second {
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// String is what the step does and did, in lines.
func (e Entry) String() string { return described([]Entry{e}) }

// String lists what each step did.
func (l *Log) String() string { return described(l.Entries) }

// String lists the steps and what each of them did.
func (h *History) String() string {
	return described(h.Entries()) + h.rest()
}

// rest says what can be done again; "" if nothing can.
func (h *History) rest() string {
	if n := len(h.versions) - 1 - h.at; n > 0 {
		return wording.Count(n, "change") + " undone, which Redo does again\n"
	}
	return ""
}

// String lists the steps.
func (r Recipe) String() string {
	var b strings.Builder
	if !r.Source.zero() {
		fmt.Fprintf(&b, "from %s\n", r.Source)
	}
	for i, s := range r.Steps {
		fmt.Fprintf(&b, "%d. %s%s\n", i+1, plain(sentence(s)), learning(s))
	}
	if len(r.Steps) == 0 {
		b.WriteString("no steps\n")
	}
	return b.String()
}

// sentence is the step for people.
func sentence(s Step) string {
	if s == nil {
		return "no step"
	}
	return s.String()
}

// learning marks a step that learns from training rows.
func learning(s Step) string {
	if s != nil && Learns(s) {
		return " (learns from training rows)"
	}
	return ""
}

// plain keeps a text on its line.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

func described(entries []Entry) string {
	var b strings.Builder
	for i, e := range entries {
		fmt.Fprintf(&b, "%d. %s%s\n", i+1, plain(sentence(e.Step)), learning(e.Step))
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "   rows %s\tcolumns %s\t%s\n", change(e.Before.Rows, e.After.Rows), change(e.Before.Columns, e.After.Columns), took(e.Took))
		w.Flush()
		for _, l := range e.lines() {
			indent := "   "
			if l.example {
				indent = "     "
			}
			b.WriteString(indent + plain(l.text) + "\n")
		}
	}
	if len(entries) == 0 {
		b.WriteString("no steps\n")
	}
	return b.String()
}

// HTML is what the step does and did, as a table.
func (e Entry) HTML() string { return table([]Entry{e}, false) }

// HTML is a table of what each step did.
func (l *Log) HTML() string { return table(l.Entries, true) }

// HTML is a table of the steps and what each of them did.
func (h *History) HTML() string {
	s := table(h.Entries(), true)
	if rest := h.rest(); rest != "" {
		s += "<p>" + html.EscapeString(rest) + "</p>"
	}
	return s
}

// HTML lists the steps.
func (r Recipe) HTML() string {
	var b strings.Builder
	if !r.Source.zero() {
		fmt.Fprintf(&b, "<p>from %s</p>", html.EscapeString(r.Source.String()))
	}
	b.WriteString("<ol>")
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "<li>%s%s</li>", html.EscapeString(sentence(s)), learning(s))
	}
	b.WriteString("</ol>")
	return b.String()
}

// table is a row for each entry; one that stands alone has no number.
func table(entries []Entry, numbered bool) string {
	var b strings.Builder
	b.WriteString(`<table class="tlkit-table"><thead><tr><th></th><th style="text-align:left">step</th><th style="text-align:left;min-width:20em">what changed</th><th>rows</th><th>columns</th><th>time</th></tr></thead><tbody>`)
	for i, e := range entries {
		number := ""
		if numbered {
			number = strconv.Itoa(i + 1)
		}
		fmt.Fprintf(&b, `<tr style="vertical-align:top"><td>%s</td><td style="text-align:left">%s%s</td><td style="text-align:left">`,
			number, html.EscapeString(sentence(e.Step)), learning(e.Step))
		for _, l := range e.lines() {
			style := ""
			if l.example {
				style = ` style="margin-left:1.2em;opacity:.75"`
			}
			fmt.Fprintf(&b, "<div%s>%s</div>", style, html.EscapeString(l.text))
		}
		b.WriteString("</td>")
		for _, cell := range []string{change(e.Before.Rows, e.After.Rows), change(e.Before.Columns, e.After.Columns), took(e.Took)} {
			fmt.Fprintf(&b, `<td style="white-space:nowrap">%s</td>`, html.EscapeString(cell))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	return b.String()
}
