package facet

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
)

// What is shown at most; the rest is counted.
const (
	shownChoices = 25
	shownLines   = 24 // of a histogram as text
	textBar      = 30 // characters of the longest bar as text
)

// Inline styles, for not every front end keeps a style sheet of ours. Text has the page's
// colour; the bars' is seen on white and on black.
const (
	tableStyle = `border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13px;line-height:1.45;width:auto;max-width:100%`
	cellStyle  = `padding:2px 8px;border:0;background:none`
	barColour  = `#2b87c2`
	faint      = `opacity:.7`
)

// Summary says what was counted, in one sentence.
func (l *List) Summary() string {
	s := fmt.Sprintf("%s: %s in %s", oneLine(l.Title, 60), counted(len(l.Choices), "choice"), counted(l.Counted, "row"))
	if l.Blank > 0 {
		s += ", " + grouped(l.Blank) + " of them blank"
	}
	return s
}

// String lists the first 25 choices with bars, as plain text.
func (l *List) String() string {
	var b strings.Builder
	b.WriteString(l.Summary() + "\n")
	most, wide := l.most(), 0
	for _, c := range l.shown() {
		wide = max(wide, len([]rune(oneLine(c.Value, 40))))
	}
	for _, c := range l.shown() {
		label := oneLine(c.Value, 40)
		pad := strings.Repeat(" ", wide-len([]rune(label)))
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %s%s %9s %s", label, pad, grouped(c.Count), bar(c.Count, most)), " ") + "\n")
	}
	if rest := l.rest(); rest != "" {
		b.WriteString("  " + rest + "\n")
	}
	return b.String()
}

// HTML is the choices with bars, the first 25.
func (l *List) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<figure style="margin:.8em 0;max-width:100%%"><figcaption style="font-weight:600;margin-bottom:.3em">%s</figcaption>`, html.EscapeString(l.Summary()))
	fmt.Fprintf(&b, `<div style="overflow-x:auto"><table class="tlkit-table" style="%s"><tbody>`, tableStyle)
	row := func(label string, n int) {
		fmt.Fprintf(&b, `<tr style="background:none"><th scope="row" style="%s;text-align:left;font-weight:400;white-space:pre-wrap;max-width:28em;overflow-wrap:anywhere">%s</th>`, cellStyle, label)
		fmt.Fprintf(&b, `<td style="%s;width:220px"><span style="display:block;height:.85em;border-radius:2px;background:%s;width:%.2f%%"></span></td>`, cellStyle, barColour, share(n, l.most()))
		fmt.Fprintf(&b, `<td style="%s;text-align:right">%s</td><td style="%s;text-align:right;%s">%.1f %%</td></tr>`, cellStyle, grouped(n), cellStyle, faint, share(n, l.Counted))
	}
	for _, c := range l.shown() {
		row(html.EscapeString(oneLine(c.Value, 120)), c.Count)
	}
	if l.Blank > 0 {
		row(`<span style="`+faint+`">(blank)</span>`, l.Blank)
	}
	b.WriteString(`</tbody></table></div>`)
	if len(l.Choices) > shownChoices {
		fmt.Fprintf(&b, `<p style="%s">%s</p>`, faint, l.more())
	}
	b.WriteString(`</figure>`)
	return b.String()
}

func (l *List) shown() []Choice { return l.Choices[:min(len(l.Choices), shownChoices)] }

// most is what the longest bar stands for.
func (l *List) most() int {
	most := max(l.Blank, 1)
	for _, c := range l.Choices {
		most = max(most, c.Count)
	}
	return most
}

// more says what is not shown.
func (l *List) more() string {
	rows := 0
	for _, c := range l.Choices[min(len(l.Choices), shownChoices):] {
		rows += c.Count
	}
	return fmt.Sprintf("and %s in %s", counted(len(l.Choices)-shownChoices, "more choice"), counted(rows, "row"))
}

// rest is what String says below the choices.
func (l *List) rest() string {
	var parts []string
	if len(l.Choices) > shownChoices {
		parts = append(parts, l.more())
	}
	if l.Blank > 0 {
		parts = append(parts, "(blank) "+grouped(l.Blank))
	}
	return strings.Join(parts, "; ")
}

// Summary says what was counted, in one sentence.
func (r *Range) Summary() string {
	s := oneLine(r.Title, 60) + ": "
	switch {
	case r.Numbers > 0 || len(r.Bins) > 0:
		s += fmt.Sprintf("%s in %s of %s", counted(r.Numbers, "number"), counted(len(r.Bins), "bin"), number(r.Step))
		if r.unit != "" {
			s += " " + r.unit
		}
	default:
		s += "no numbers"
	}
	return s + others(r.Others, "not a number", r.Blank, r.Errors)
}

// String is a histogram as plain text. Where there are more than 24 bins, neighbours are
// put together.
func (r *Range) String() string {
	return r.Summary() + "\n" + histogramText(r.Bins, func(i int) string { return number(r.edge(i)) })
}

// HTML is a histogram as SVG.
func (r *Range) HTML() string {
	return histogram(r.Summary(), r.Bins, func(i int) string { return number(r.edge(i)) })
}

// Summary says what was counted, in one sentence.
func (l *Timeline) Summary() string {
	s := oneLine(l.Title, 60) + ": "
	switch {
	case len(l.Bins) > 0:
		s += fmt.Sprintf("%s in %s of a %v", counted(l.Times, "date"), counted(len(l.Bins), "bin"), l.Unit)
	default:
		s += "no dates"
	}
	return s + others(l.Others, "not a date", l.Blank, 0)
}

// String is a histogram as plain text. Where there are more than 24 bins, neighbours are
// put together.
func (l *Timeline) String() string {
	return l.Summary() + "\n" + histogramText(l.Bins, l.label)
}

// HTML is a histogram as SVG.
func (l *Timeline) HTML() string { return histogram(l.Summary(), l.Bins, l.label) }

func (l *Timeline) label(i int) string { return l.Edges[i].Format(l.Unit.layout()) }

func others(n int, what string, blank, errors int) string {
	s := ""
	if n > 0 {
		s += fmt.Sprintf(", %s %s", grouped(n), what)
	}
	if blank > 0 {
		s += fmt.Sprintf(", %s blank", grouped(blank))
	}
	if errors > 0 {
		s += fmt.Sprintf(", %s infinite", grouped(errors))
	}
	return s
}

// histogramText has a line for each bin, or for each few. edge names where a bin begins.
func histogramText(bins []int, edge func(int) string) string {
	together := (len(bins) + shownLines - 1) / shownLines
	var labels []string
	var counts []int
	for i := 0; i < len(bins); i += together {
		n := 0
		for _, c := range bins[i:min(i+together, len(bins))] {
			n += c
		}
		labels, counts = append(labels, edge(i)), append(counts, n)
	}
	wide := 0
	for _, l := range labels {
		wide = max(wide, len(l))
	}
	var b strings.Builder
	for i, l := range labels {
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %*s %9s %s", wide, l, grouped(counts[i]), bar(counts[i], slices.Max(counts))), " ") + "\n")
	}
	return b.String()
}

// histogram draws bars that start at the edges, with the first, the middle and the last
// edge named below and the highest count beside. Each bar says what it is where the
// pointer rests.
func histogram(summary string, bins []int, edge func(int) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<figure style="margin:.8em 0;max-width:100%%"><figcaption style="font-weight:600;margin-bottom:.3em">%s</figcaption>`, html.EscapeString(summary))
	if len(bins) > 0 {
		const width, height, left = 560.0, 120.0, 52.0
		n, most := float64(len(bins)), max(slices.Max(bins), 1)
		each := width / n
		gap := min(1, each/5)
		fmt.Fprintf(&b, `<svg role="img" aria-label="%s" viewBox="0 0 %.0f %.0f" width="%.0f" style="max-width:100%%;height:auto;display:block" font-size="11" font-family="sans-serif">`,
			html.EscapeString(summary), left+width+30, height+26, left+width+30)
		fmt.Fprintf(&b, `<text x="%.0f" y="11" text-anchor="end" fill="currentColor">%s</text><text x="%.0f" y="%.0f" text-anchor="end" fill="currentColor">0</text>`, left-6, grouped(most), left-6, height)
		for i, c := range bins {
			if c == 0 {
				continue
			}
			h := max(float64(c)/float64(most)*(height-2), 1) // what is there is seen
			fmt.Fprintf(&b, `<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="%s"><title>%s to %s: %s</title></rect>`,
				left+float64(i)*each, height-h, max(each-gap, .3), h, barColour, html.EscapeString(edge(i)), html.EscapeString(edge(i+1)), grouped(c))
		}
		fmt.Fprintf(&b, `<path d="M%.0f %.0f h%.0f" stroke="currentColor" stroke-opacity=".6"/>`, left, height+.5, width)
		ticks := []int{0, len(bins)}
		if len(bins) > 3 {
			ticks = []int{0, len(bins) / 2, len(bins)}
		}
		for _, i := range ticks {
			x := left + float64(i)*each
			fmt.Fprintf(&b, `<path d="M%.2f %.0f v4" stroke="currentColor" stroke-opacity=".6"/><text x="%.2f" y="%.0f" text-anchor="middle" fill="currentColor">%s</text>`, x, height, x, height+17, html.EscapeString(edge(i)))
		}
		b.WriteString(`</svg>`)
	}
	b.WriteString(`</figure>`)
	return b.String()
}

func bar(n, most int) string {
	if n == 0 {
		return ""
	}
	return strings.Repeat("█", max(int(math.Round(float64(n)/float64(most)*textBar)), 1))
}

// share is n of all in percent.
func share(n, all int) float64 { return 100 * float64(n) / float64(max(all, 1)) }

// number writes whole numbers in full, and six figures of others.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// grouped writes a count with its thousands apart.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202F" + s[i:]
	}
	return s
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return grouped(n) + " " + what
}

// oneLine is s without line ends and unseen characters, cut to so many characters; with
// quotation marks where blanks stand at its ends.
func oneLine(s string, most int) string {
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	q := strconv.Quote(s)
	if strings.TrimSpace(s) != s || s == "" {
		return q
	}
	return strings.ReplaceAll(strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`), `\\`, `\`)
}
