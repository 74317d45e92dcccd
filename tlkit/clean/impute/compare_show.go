package impute

import (
	"fmt"
	"html"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"transferlab/tlkit/evaluate"
	"transferlab/tlkit/internal/wording"
)

// Summary says in a few sentences which candidate is best, and which ones cannot be told
// from it.
func (c *Comparison) Summary() string {
	if len(c.Scores) == 0 {
		return "nothing was compared"
	}
	best := c.Scores[0]
	var same, worse []string
	for _, s := range c.Scores[1:] {
		switch {
		case s.Same():
			same = append(same, s.Name)
		case s.Behind.Low > 0:
			worse = append(worse, s.Name)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s fills best: %s.", printable(best.Name), best.words())
	if len(same) > 0 {
		fmt.Fprintf(&b, " These cells cannot tell it from %s: the differences are within their intervals.", join(same))
	}
	if len(worse) > 0 {
		verb := "are"
		if len(worse) == 1 {
			verb = "is"
		}
		fmt.Fprintf(&b, " Worse, beyond the interval of the difference, %s %s.", verb, join(worse))
	}
	for _, s := range c.Scores {
		if s.Left > 0 {
			fmt.Fprintf(&b, " %s left %d of %d hidden numbers missing.", printable(s.Name), s.Left, s.Numbers)
		}
	}
	if len(c.Skipped) > 0 {
		fmt.Fprintf(&b, " Nothing was hidden in %s, with fewer than two known values.", wording.Names(c.Skipped))
	}
	return b.String()
}

func join(names []string) string {
	for i := range names {
		names[i] = printable(names[i])
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func (s Score) words() string {
	var parts []string
	if !math.IsNaN(s.RMSE.Value) {
		parts = append(parts, "RMSE "+s.RMSE.String())
	}
	if !math.IsNaN(s.Accuracy.Value) {
		parts = append(parts, "accuracy "+s.Accuracy.String())
	}
	if len(parts) == 0 {
		return "it filled nothing"
	}
	return strings.Join(parts, ", ")
}

// heading says what was done.
func (c *Comparison) heading() string {
	return fmt.Sprintf("%d known cells hidden, %.3g %% of each column in %d repeats of %d rows, seed %d; 95 %% intervals",
		c.Hidden, 100*c.Share, c.Repeats, c.Rows, c.Seed)
}

// cells are the table's, one row a score.
func (c *Comparison) cells() (head []string, rows [][]string) {
	head = []string{"imputer", "RMSE", "accuracy", "behind the best", "fit", "apply"}
	for i, s := range c.Scores {
		behind := "best"
		if i > 0 {
			behind = shown(s.Behind)
			if s.Same() {
				behind += ", not told apart"
			}
		}
		rows = append(rows, []string{printable(s.Name), shown(s.RMSE), shown(s.Accuracy), behind, short(s.Fit), short(s.Apply)})
	}
	return head, rows
}

// columnCells are a second table, one row a column and one column a score.
func (c *Comparison) columnCells() (head []string, rows [][]string) {
	head = []string{"column", "type", "hidden"}
	for _, s := range c.Scores {
		head = append(head, printable(s.Name))
	}
	for j := range c.Scores[0].Columns {
		first := c.Scores[0].Columns[j]
		r := []string{printable(first.Column), first.Kind.String(), fmt.Sprint(first.Hidden)}
		for _, s := range c.Scores {
			r = append(r, shown(s.Columns[j].Score))
		}
		rows = append(rows, r)
	}
	return head, rows
}

func shown(i evaluate.Interval) string {
	if math.IsNaN(i.Value) {
		return "–"
	}
	return i.String()
}

func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// String is the comparison as tables in plain text.
func (c *Comparison) String() string {
	if len(c.Scores) == 0 {
		return c.Summary() + "\n"
	}
	var b strings.Builder
	b.WriteString(c.heading() + "\n")
	write := func(head []string, rows [][]string) {
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, strings.Join(head, "\t"))
		for _, r := range rows {
			fmt.Fprintln(w, strings.Join(r, "\t"))
		}
		w.Flush()
	}
	write(c.cells())
	b.WriteString("by column: RMSE of numbers, accuracy of others\n")
	write(c.columnCells())
	return trimmed(b.String()) + c.Summary() + "\n"
}

// HTML is the comparison as tables.
func (c *Comparison) HTML() string {
	if len(c.Scores) == 0 {
		return "<p>" + html.EscapeString(c.Summary()) + "</p>"
	}
	var b strings.Builder
	write := func(head []string, rows [][]string) {
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
	}
	fmt.Fprintf(&b, "<p>%s</p>", html.EscapeString(c.heading()))
	write(c.cells())
	b.WriteString("<details><summary>by column: RMSE of numbers, accuracy of others</summary>")
	write(c.columnCells())
	fmt.Fprintf(&b, "</details><p>%s</p>", html.EscapeString(c.Summary()))
	return b.String()
}
