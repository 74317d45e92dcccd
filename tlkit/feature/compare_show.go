package feature

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
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
// cannot be told from it, and which of those has the fewest features.
func (c *Comparison) Summary() string {
	if len(c.Sets) == 0 {
		return "nothing was compared"
	}
	first := c.Sets[0]
	var b strings.Builder
	fmt.Fprintf(&b, "%.40q has %s with %s.", first.Name, c.score(first), first.features())
	var better, worse, same []string
	fewest := 0
	for k, s := range c.Sets[1:] {
		said := fmt.Sprintf("%.40q %s", s.Name, c.change(s))
		switch d := s.Difference; {
		case d.Test == "" || !(d.P < 0.05):
			same = append(same, said)
		case d.Difference.Value > 0:
			better = append(better, said)
		default:
			worse = append(worse, said)
			continue
		}
		if len(s.Features) > 0 && len(c.Sets[fewest].Features) > 0 && slices.Max(s.Features) < slices.Min(c.Sets[fewest].Features) {
			fewest = k + 1
		}
	}
	for _, g := range []struct {
		what string
		sets []string
	}{{"Better", better}, {"Worse", worse}, {"Not told apart from it", same}} {
		if len(g.sets) > 0 {
			fmt.Fprintf(&b, " %s: %s.", g.what, strings.Join(g.sets, ", "))
		}
	}
	if fewest > 0 {
		fmt.Fprintf(&b, " Of those that are not worse, %.40q has the fewest features: %s.", c.Sets[fewest].Name, c.Sets[fewest].span())
	}
	b.WriteString(c.caution())
	return b.String()
}

// change is a set's difference to the first one in short.
func (c *Comparison) change(s SetScore) string {
	d := s.Difference
	by := fmt.Sprintf("%+.1f points", 100*d.Difference.Value)
	if c.Numbers {
		by = fmt.Sprintf("R² %+.3f", d.Difference.Value)
	}
	if d.Test == "" {
		return "(" + by + " in each fold)"
	}
	return fmt.Sprintf("(%s, p = %.2g)", by, d.P)
}

// caution says what not to take the comparison for.
func (c *Comparison) caution() string {
	var b strings.Builder
	if len(c.Sets) > 1 && c.Sets[1].Difference.Test != "" {
		fmt.Fprintf(&b, " By %s", c.Sets[1].Difference.Test)
		if c.Numbers {
			b.WriteString(", of the folds' R², while the table has that of all rows together")
		}
		b.WriteString(".")
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

// heading says what was done.
func (c *Comparison) heading() string {
	repeats := ""
	if c.Repeats > 1 {
		repeats = fmt.Sprintf(", %d times", c.Repeats)
	}
	if c.Predicted < c.Rows {
		repeats += fmt.Sprintf(", %d of which are predicted", c.Predicted)
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
		r := []string{label(s.Name), s.span()}
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
	for k, h := range head {
		fmt.Fprintf(&b, "<th%s>%s</th>", left(k), html.EscapeString(h))
	}
	b.WriteString("</tr></thead><tbody>")
	for _, r := range rows {
		fmt.Fprintf(&b, `<tr><th scope="row"%s>%s</th>`, left(0), html.EscapeString(r[0]))
		for _, v := range r[1:] {
			fmt.Fprintf(&b, "<td>%s</td>", html.EscapeString(v))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

// left is the style of column k: the first one has names.
func left(k int) string {
	if k == 0 {
		return ` style="text-align:left"`
	}
	return ""
}

// label is a name for a table: as it is where it is short and printable, else quoted.
func label(name string) string {
	if q := strconv.Quote(name); len([]rune(name)) > 40 || q[1:len(q)-1] != name {
		return fmt.Sprintf("%.40q", name)
	}
	return name
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
