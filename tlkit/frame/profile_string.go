package frame

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"
)

// String is the profile as plain text: what is in each column, one a line, and the
// warnings.
func (p *TableProfile) String() string {
	var b strings.Builder
	b.WriteString(p.Summary() + "\n\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	head := "column\tkind\tmissing\tdistinct\tvalues\t"
	if p.Target != "" {
		head += "tells\t"
	}
	fmt.Fprintln(w, head)
	for i := range p.Columns {
		c := &p.Columns[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t", oneLine(c.Name, 30), c.Kind, percent(c.Missing, p.Rows), grouped(c.Distinct), c.values())
		switch {
		case c.Name == p.Target && p.Target != "":
			fmt.Fprint(w, "target\t")
		case c.Tells != nil:
			fmt.Fprintf(w, "%.2f\t", c.Tells.Score)
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	if len(p.Warnings) > 0 {
		fmt.Fprintf(&b, "\n%s\n", p.warningCount())
	}
	for _, w := range p.Warnings {
		mark := "-"
		if w.Serious {
			mark = "!"
		}
		fmt.Fprintf(&b, "%s %s\n", mark, w)
	}
	return b.String()
}

// Summary is the table in one sentence.
func (p *TableProfile) Summary() string {
	cells := p.Rows * len(p.Columns)
	s := fmt.Sprintf("%s rows × %d columns, %s of the cells missing", grouped(p.Rows), len(p.Columns), percent(p.Missing, cells))
	switch p.DuplicateRows {
	case 0:
		s += ", no duplicate rows"
	case 1:
		s += ", 1 duplicate row"
	default:
		s += fmt.Sprintf(", %s duplicate rows (%s)", grouped(p.DuplicateRows), percent(p.DuplicateRows, p.Rows))
	}
	return s
}

func (p *TableProfile) warningCount() string {
	serious := 0
	for _, w := range p.Warnings {
		if w.Serious {
			serious++
		}
	}
	s := fmt.Sprintf("%d warnings, %d of them serious", len(p.Warnings), serious)
	if len(p.Warnings) == 1 {
		s = strings.Replace(s, "1 warnings", "1 warning", 1)
	}
	return s
}

// String is the warning in one line.
func (w Warning) String() string {
	if w.Column == "" {
		return w.Text
	}
	return oneLine(w.Column, 60) + " " + w.Text
}

// oneLine makes a text fit a line: no breaks, and nothing that moves a cursor or turns the
// direction of writing.
func oneLine(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// values says in a few words what a column holds.
func (c *ColumnProfile) values() string {
	switch n := c.Numbers; {
	case c.Distinct == 0:
		return "none"
	case n != nil:
		q1, median, q3 := n.Quartiles()
		return fmt.Sprintf("%s %s | %s %s %s | %s, mean %s ± %s", spark(n.Histogram), short(n.Min), short(q1), short(median), short(q3), short(n.Max), short(n.Mean), short(n.Std))
	case c.Dates != nil && c.Dates.First != "":
		return fmt.Sprintf("%s %s … %s", spark(c.Dates.Histogram), c.Dates.First, c.Dates.Last)
	}
	var parts []string
	for _, v := range c.Top[:min(len(c.Top), 3)] {
		parts = append(parts, fmt.Sprintf("%q %s", oneLine(v.Value, 24), grouped(v.Count)))
	}
	if more := c.Distinct - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("%s more", grouped(more)))
	}
	return strings.Join(parts, ", ")
}

// spark draws a histogram in sixteen letters.
func spark(h Histogram) string {
	const width = 16
	bars := h.Counts
	if len(bars) > width { // neighbours together
		merged := make([]int, width)
		for i, c := range bars {
			merged[i*width/len(bars)] += c
		}
		bars = merged
	}
	most := 1
	for _, c := range bars {
		most = max(most, c)
	}
	var b strings.Builder
	for _, c := range bars {
		level := int(math.Ceil(8 * float64(c) / float64(most)))
		b.WriteRune([]rune(" ▁▂▃▄▅▆▇█")[level])
	}
	return b.String()
}

// day writes seconds since 1970 as a date.
func day(seconds float64) string { return time.Unix(int64(seconds), 0).UTC().Format(time.DateOnly) }
