package evaluate

import (
	"fmt"
	"html"
	"strings"
	"text/tabwriter"
)

// lines are the classes and the two averages.
func (r *Report) lines() []ClassScore {
	return append(append([]ClassScore(nil), r.Classes...), r.Macro, r.Weighted)
}

func (r *Report) summary() string {
	return fmt.Sprintf("accuracy %v on %d, %d wrong; balanced accuracy %.3f, log loss %.3f, calibration error %.3f",
		r.Accuracy, r.N, len(r.mistakes), r.Balanced, r.LogLoss, r.ECE)
}

// String is the report as plain text.
func (r *Report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "class\tprecision\trecall\tF1\tsupport\t")
	for _, s := range r.lines() {
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.3f\t%d\t\n", s.Name, s.Precision, s.Recall, s.F1, s.Support)
	}
	_ = w.Flush()
	return b.String() + r.summary() + "\n"
}

// HTML is the report as a table.
func (r *Report) HTML() string {
	var b strings.Builder
	b.WriteString(`<table class="tlkit-table"><thead><tr><th style="text-align:left">class</th><th>precision</th><th>recall</th><th>F1</th><th>support</th></tr></thead><tbody>`)
	for _, s := range r.lines() {
		fmt.Fprintf(&b, `<tr><th scope="row" style="text-align:left">%s</th><td>%.3f</td><td>%.3f</td><td>%.3f</td><td>%d</td></tr>`,
			html.EscapeString(s.Name), s.Precision, s.Recall, s.F1, s.Support)
	}
	fmt.Fprintf(&b, "</tbody></table><p>%s</p>", html.EscapeString(r.summary()))
	return b.String()
}
