package labels

import (
	"fmt"
	"html"
	"strings"
	"text/tabwriter"
)

// shown is how many suspects a report shows.
const shown = 20

// Summary is the finding in one sentence.
func (r *Report) Summary() string {
	trust := fmt.Sprintf(" The model agrees with %.0f %% of the labels", 100*r.Agreed)
	if r.Agreed <= r.Common {
		trust += fmt.Sprintf("; saying the most frequent one always would agree with %.0f %%. It knows too little to judge: give it other columns or another model.", 100*r.Common)
	} else {
		trust += "."
	}
	if len(r.Suspects) == 0 {
		return fmt.Sprintf("None of %d labels is suspect.", r.Items) + trust
	}
	return fmt.Sprintf("%d of %d labels are suspect (method: %s); an estimated %.1f %% are wrong. Look before you change any.",
		len(r.Suspects), r.Items, r.o.Method, 100*r.Wrong) + trust
}

// Top gives the n suspects whose labels are least credible.
func (r *Report) Top(n int) []Suspect { return r.Suspects[:min(max(n, 0), len(r.Suspects))] }

// String is the report in plain text.
func (r *Report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	if len(r.Suspects) > 0 {
		fmt.Fprintln(w, "item\tlabel\tsuggested\tsure\tscore")
	}
	for _, s := range r.Top(shown) {
		fmt.Fprintf(w, "%.40s\t%.30s\t%.30s\t%.0f %%\t%.3f\n", s.ID, r.Classes[s.Given], r.Classes[s.Suggested], 100*s.Said, s.Score)
	}
	_ = w.Flush()
	if more := len(r.Suspects) - shown; more > 0 {
		fmt.Fprintf(&b, "and %d more\n", more)
	}
	return b.String() + r.Summary() + "\n"
}

// HTML is the report as a table.
func (r *Report) HTML() string {
	var b strings.Builder
	if len(r.Suspects) > 0 {
		b.WriteString(`<table class="tlkit-table"><thead><tr><th>item</th><th>label</th><th>suggested</th><th>sure</th><th>score</th></tr></thead><tbody>`)
	}
	for _, s := range r.Top(shown) {
		fmt.Fprintf(&b, "<tr><td>%s</td><td>%s</td><td><b>%s</b></td><td>%.0f %%</td><td>%.3f</td></tr>",
			html.EscapeString(s.ID), html.EscapeString(r.Classes[s.Given]), html.EscapeString(r.Classes[s.Suggested]), 100*s.Said, s.Score)
	}
	if len(r.Suspects) > 0 {
		b.WriteString("</tbody></table>")
	}
	if more := len(r.Suspects) - shown; more > 0 {
		fmt.Fprintf(&b, "<p>and %d more</p>", more)
	}
	fmt.Fprintf(&b, "<p>%s</p>", html.EscapeString(r.Summary()))
	return b.String()
}
