package split

import (
	"fmt"
	"html"
	"strings"
	"text/tabwriter"
)

// shownClasses is how many classes a report shows; the rest is added up.
const shownClasses = 50

// Leaking is how many leaks there are, listed or not.
func (r *Report) Leaking() int { return len(r.Leaks) + r.More }

// Drifted reports whether the target was found to differ between parts.
func (r *Report) Drifted() bool {
	for _, d := range r.Drift {
		if d.Found {
			return true
		}
	}
	return false
}

// Summary is the verdict in one sentence.
func (r *Report) Summary() string {
	s := "no leak: no group and no content is in two parts"
	if n := r.Leaking(); n > 0 {
		first := r.Leaks[0]
		ids := strings.Join(first.IDs, ", ")
		if more := first.Count - len(first.IDs); more > 0 {
			ids += fmt.Sprintf(" and %d more", more)
		}
		are := "groups or contents are"
		if n == 1 {
			are = "group or content is"
		}
		what := fmt.Sprintf("%d %s in more than one part, first %s %.12q", n, are, first.Kind, first.Name)
		if first.Kind == wrongTime {
			what = fmt.Sprintf("%d items are not before all of a later part (%s)", first.Count, first.Name)
		} else if times := r.ofKind(wrongTime); len(times) > 0 {
			what = fmt.Sprintf("%d groups or contents are in more than one part, and %d items not before all of a later one; first %s %.12q",
				n-len(times), times[0].Count, first.Kind, first.Name)
		}
		s = fmt.Sprintf("LEAK: %s: %s", what, ids)
	}
	if r.Joined > 0 {
		s += fmt.Sprintf("; %d items with equal contents were kept together", r.Joined)
	}
	for _, d := range r.Drift {
		if d.Found {
			s += "; DRIFT: " + d.String()
		}
	}
	return s
}

func (r *Report) ofKind(kind string) []Leak {
	var out []Leak
	for _, l := range r.Leaks {
		if l.Kind == kind {
			out = append(out, l)
		}
	}
	return out
}

// rows gives the table's rows: the classes and the sum.
func (r *Report) rows(row func(last bool, name string, n []int)) {
	parts := r.parts()
	shown := min(len(r.Classes), shownClasses)
	for c, name := range r.Classes[:shown] {
		n := make([]int, len(parts))
		for k, part := range parts {
			n[k] = r.Counts[part][c]
		}
		if name == "" {
			name = "(none)"
		}
		row(false, name, n)
	}
	if more := len(r.Classes) - shown; more > 0 {
		n := make([]int, len(parts))
		for k, part := range parts {
			for _, v := range r.Counts[part][shown:] {
				n[k] += v
			}
		}
		row(false, fmt.Sprintf("%d more classes", more), n)
	}
	n := make([]int, len(parts))
	for k, part := range parts {
		n[k] = r.Sizes[part]
	}
	row(true, "all", n)
}

// notes are the lines below the table.
func (r *Report) notes() []string {
	out := []string{r.Summary()}
	for _, l := range r.Leaks {
		line := fmt.Sprintf("%s %.60q, %d items:", l.Kind, l.Name, l.Count)
		for k, id := range l.IDs {
			line += fmt.Sprintf(" %.40s (%s)", id, l.Parts[k])
		}
		if l.Count > len(l.IDs) {
			line += " …"
		}
		out = append(out, line)
	}
	if r.More > 0 {
		out = append(out, fmt.Sprintf("and %d leaks more", r.More))
	}
	for _, d := range r.Drift {
		out = append(out, d.String())
	}
	if len(r.Drift) > 0 {
		out = append(out, fmt.Sprintf("parts differ where p is below %.3g and the distance or Cramér's V %.3g or more: here they %s", r.Alpha, r.Effect, map[bool]string{true: "do", false: "do not"}[r.Drifted()]))
	}
	return out
}

// String is the report as a table in plain text, the verdict, the leaks and how the target
// differs between parts.
func (r *Report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "class\t%s\t\n", strings.Join(r.parts(), "\t"))
	r.rows(func(_ bool, name string, n []int) {
		fmt.Fprint(w, name)
		for _, k := range n {
			fmt.Fprintf(w, "\t%d", k)
		}
		fmt.Fprint(w, "\t\n")
	})
	w.Flush()
	for _, line := range r.notes() {
		b.WriteString(line + "\n")
	}
	return b.String()
}

// HTML is the same as a table and a list.
func (r *Report) HTML() string {
	var b strings.Builder
	b.WriteString(`<table class="tlkit-table"><thead><tr><th>class</th>`)
	for _, part := range r.parts() {
		fmt.Fprintf(&b, "<th>%s</th>", part)
	}
	b.WriteString("</tr></thead><tbody>")
	r.rows(func(last bool, name string, n []int) {
		tag := "td"
		if last {
			tag = "th"
		}
		fmt.Fprintf(&b, "<tr><%s>%s</%s>", tag, html.EscapeString(name), tag)
		for _, k := range n {
			fmt.Fprintf(&b, "<td>%d</td>", k)
		}
		b.WriteString("</tr>")
	})
	notes := r.notes()
	fmt.Fprintf(&b, "</tbody></table><p>%s</p>", html.EscapeString(notes[0]))
	if len(notes) > 1 {
		b.WriteString("<ul>")
		for _, line := range notes[1:] {
			fmt.Fprintf(&b, "<li>%s</li>", html.EscapeString(line))
		}
		b.WriteString("</ul>")
	}
	return b.String()
}
