package feature

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"transferlab/tlkit/internal/wording"
)

// Words say how the set compares with the first one, or that the rows cannot tell.
func (c *Comparison) Words(set int) string {
	if set <= 0 || set >= len(c.Sets) {
		return ""
	}
	s, first := c.Sets[set], c.Sets[0]
	a, b := fmt.Sprintf("%.40q", s.Name), fmt.Sprintf("%.40q", first.Name)
	d := s.Difference
	switch {
	case d.Test == "":
		return fmt.Sprintf("%s differs from %s by %+.3f in each fold, which leaves no spread to judge by.", a, b, d.Difference.Value)
	case !c.Numbers:
		return d.Words(a, b)
	}
	by := fmt.Sprintf("R² %+.3f (95 %% interval %+.3f to %+.3f, p = %.2g, %s)", d.Difference.Value, d.Difference.Low, d.Difference.High, d.P, d.Test)
	switch {
	case !(d.P < 0.05):
		return fmt.Sprintf("The data cannot tell %s and %s apart: %s.", a, b, by)
	case d.Difference.Value > 0:
		return fmt.Sprintf("%s is better than %s: %s.", a, b, by)
	}
	return fmt.Sprintf("%s is worse than %s: %s.", a, b, by)
}

// Summary says in a few sentences which sets are better or worse than the first one, which
// cannot be told from it, and what they save.
func (c *Comparison) Summary() string {
	if len(c.Sets) == 0 {
		return "nothing was compared"
	}
	first := c.Sets[0]
	var b strings.Builder
	fmt.Fprintf(&b, "%.40q, the first of %s: %s, %s.", first.Name, wording.Count(len(c.Sets), "set"), c.score(first), first.features())
	for k, s := range c.Sets[1:] {
		fmt.Fprintf(&b, " %s It has %s%s.", c.Words(k+1), s.features(), cost(s, first))
	}
	if n := len(c.Sets) - 1; n > 1 {
		fmt.Fprintf(&b, " Of %d such tests about one in twenty finds a difference where there is none.", n)
	}
	if len(c.Sets) > 1 {
		b.WriteString(" A set that is chosen by these scores looks better than it is: judge it by rows that are held back.")
	}
	return b.String()
}

func (c *Comparison) score(s SetScore) string {
	if c.Numbers {
		return "R² " + s.R2.String()
	}
	return "accuracy " + s.Accuracy.String()
}

// features are the numbers of features over the folds.
func (s SetScore) features() string {
	if n := s.span(); n != "1" {
		return n + " features"
	}
	return "1 feature"
}

func (s SetScore) span() string {
	if len(s.Features) == 0 {
		return "0"
	}
	low, high := slices.Min(s.Features), slices.Max(s.Features)
	if low == high {
		return fmt.Sprint(low)
	}
	return fmt.Sprintf("%d to %d", low, high)
}

// cost compares what training takes, where that can be told.
func cost(s, first SetScore) string {
	a, b := s.FitPipeline+s.FitModel, first.FitPipeline+first.FitModel
	if b <= 0 || first.FitModel <= 0 || first.Matrix == 0 {
		return ""
	}
	return fmt.Sprintf("; pipeline and model are fitted in %.2g times the time of the first, the model alone in %.2g times, on %.2g times the bytes",
		float64(a)/float64(b), float64(s.FitModel)/float64(first.FitModel), float64(s.Matrix)/float64(first.Matrix))
}

// heading says what was done.
func (c *Comparison) heading() string {
	repeats := ""
	if c.Repeats > 1 {
		repeats = fmt.Sprintf(", %d times", c.Repeats)
	}
	return fmt.Sprintf("%.40q predicted out of fold: %d folds of %d rows%s, seed %d; 95 %% intervals; times and bytes are means of a fold", c.Target, c.Folds, c.Rows, repeats, c.Seed)
}

// cells are the table's, one row a set.
func (c *Comparison) cells() (head []string, rows [][]string) {
	head = []string{"features", "number", "accuracy", "macro recall", "macro F1", "to the first", "fit", "model", "predict", "allocated", "matrix"}
	if c.Numbers {
		head = slices.Replace(head, 2, 5, "R²", "RMSE")
	}
	for k, s := range c.Sets {
		r := []string{fmt.Sprintf("%.40q", s.Name), s.span()}
		if c.Numbers {
			r = append(r, s.R2.String(), fmt.Sprintf("%.4g (%.4g – %.4g)", s.RMSE.Value, s.RMSE.Low, s.RMSE.High))
		} else {
			r = append(r, s.Accuracy.String(), s.MacroRecall.String(), s.MacroF1.String())
		}
		rows = append(rows, append(r, c.apart(k), shortTime(s.FitPipeline), shortTime(s.FitModel), shortTime(s.Predict), shortBytes(s.Allocated), shortBytes(s.Matrix)))
	}
	return head, rows
}

// apart is the difference to the first set in short.
func (c *Comparison) apart(k int) string {
	d := c.Sets[k].Difference
	switch {
	case k == 0:
		return "–"
	case d.Test == "":
		return fmt.Sprintf("%+.3f", d.Difference.Value)
	}
	s := fmt.Sprintf("%+.3f (%+.3f – %+.3f)", d.Difference.Value, d.Difference.Low, d.Difference.High)
	if !(d.P < 0.05) {
		s += ", not told apart"
	}
	return s
}

// String is the comparison as a table in plain text.
func (c *Comparison) String() string {
	if len(c.Sets) == 0 {
		return c.Summary() + "\n"
	}
	head, rows := c.cells()
	return c.heading() + "\n" + textTable(head, rows) + c.Summary() + "\n"
}

// HTML is the comparison as a table.
func (c *Comparison) HTML() string {
	if len(c.Sets) == 0 {
		return htmlParagraph(c.Summary())
	}
	head, rows := c.cells()
	return htmlParagraph(c.heading()) + htmlTable(head, rows) + htmlParagraph(c.Summary())
}

func textTable(head []string, rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	w.Flush()
	return b.String()
}

func htmlParagraph(s string) string { return "<p>" + html.EscapeString(s) + "</p>" }

func htmlTable(head []string, rows [][]string) string {
	var b strings.Builder
	b.WriteString(`<table class="tlkit-table"><thead><tr>`)
	for _, h := range head {
		fmt.Fprintf(&b, "<th>%s</th>", html.EscapeString(h))
	}
	b.WriteString("</tr></thead><tbody>")
	for _, r := range rows {
		b.WriteString("<tr>")
		for _, v := range r {
			fmt.Fprintf(&b, "<td>%s</td>", html.EscapeString(v))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

// joined makes a list for a sentence.
func joined(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func timeOf(n int64) time.Duration { return time.Duration(max(n, 1)) }

func shortTime(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return fmt.Sprintf("%.3g ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func shortBytes(n int64) string {
	v := float64(n)
	for _, unit := range []string{"B", "kB", "MB", "GB"} {
		if math.Abs(v) < 1000 {
			return fmt.Sprintf("%.3g %s", v, unit)
		}
		v /= 1000
	}
	return fmt.Sprintf("%.3g TB", v)
}
