package frame

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// HTML is the profile as one block without scripts or outside references: a sentence, the
// warnings, a table with a line for each column, and the correlations. It takes its text
// colour from the page, light or dark.
func (p *TableProfile) HTML() string {
	var b strings.Builder
	b.WriteString(`<div class="tlkit-profile">`)
	fmt.Fprintf(&b, `<p class="tp-sum">%s</p>`, html.EscapeString(p.Summary()))
	p.htmlWarnings(&b)
	p.htmlColumns(&b)
	p.htmlRelations(&b)
	b.WriteString(`</div>`)
	return dressed(b.String())
}

// dressed gives elements their looks, each in its own style attribute, since pages that keep
// a notebook's output do not keep style sheets. What comes from the data is escaped and
// holds neither a tag nor a quotation mark, so nothing of it is taken for one of these.
// Colours are half transparent, so that they do on white and on black; the hues are those of
// Okabe and Ito, which everybody can tell apart.
func dressed(h string) string {
	const (
		cell   = "padding:5px 10px;vertical-align:top;border:0;border-bottom:1px solid rgba(127,127,127,.3);background:none;"
		left   = cell + "text-align:left;"
		right  = cell + "text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;"
		faint  = "opacity:.7;font-size:12px;"
		marked = "color:#d55e00;font-weight:700;"
		item   = "margin:.2em 0;padding:.1em 0 .1em .7em;overflow-wrap:anywhere;border-left:3px solid "
		field  = "border:1px solid rgba(127,127,127,.15);padding:0;text-align:center;font-size:11px;font-weight:400;font-variant-numeric:tabular-nums;"
		side   = "border:0;background:none;padding:1px 5px;white-space:nowrap;text-align:right;font-size:11px;font-weight:400"
		above  = "border:0;background:none;padding:5px 0;white-space:nowrap;text-align:center;vertical-align:bottom;font-size:11px;font-weight:400"
	)
	looks := [][2]string{
		{`<div class="tlkit-profile"`, "font-size:13px;line-height:1.4;max-width:100%"},
		{`<p class="tp-sum"`, "font-size:15px;margin:.3em 0 .6em"},
		{`<p class="tp-note"`, "opacity:.75;margin:.2em 0;max-width:60em"},
		{`<summary`, "cursor:pointer;font-weight:600"},
		{`<ul`, "margin:.3em 0;padding-left:0;list-style:none;max-width:75em"},
		{`<li`, item + "rgba(127,127,127,.45)"},
		{`<li class="tp-serious"`, item + "#d55e00"},
		{`<div class="tp-scroll"`, "overflow-x:auto;max-width:100%"},
		{`<table class="tlkit-table"`, "border-collapse:collapse;margin:.3em 0;font-size:13px;width:auto"},
		{`<table class="tp-matrix"`, "border-collapse:collapse;margin:.3em 0;width:auto"},
		{`<tr`, "background:none"},
		{`<th`, left},
		{`<th class="tp-n"`, right},
		{`<td class="tp-n"`, right},
		{`<td class="tp-n tp-kind"`, right + faint},
		{`<td class="tp-n tp-mark"`, right + marked},
		{`<td class="tp-name"`, left + "overflow-wrap:anywhere;min-width:9em;max-width:18em"},
		{`<td class="tp-v"`, left + "min-width:15.6em;max-width:26em"},
		{`<td class="tp-f"`, left + "min-width:11em"},
		{`<td class="tp-field" style="`, field},
		{`<th class="tp-side"`, side},
		{`<th class="tp-top"`, above},
		{`<span class="tp-turned"`, "writing-mode:vertical-rl;transform:rotate(180deg);white-space:nowrap;display:inline-block"},
		{`<span class="tp-kind"`, faint},
		{`<span class="tp-mark"`, marked},
		{`<div class="tp-axis"`, "display:flex;justify-content:space-between;width:200px;font-size:11px;opacity:.75;font-variant-numeric:tabular-nums"},
		{`<span class="tp-bar"`, "display:block;position:relative;margin:1px 0;padding:0 .4em;max-width:30em;overflow-wrap:anywhere"},
		{`<i class="tp-length" style="`, "position:absolute;left:0;top:0;bottom:0;background:rgba(0,114,178,.35);border-radius:2px;"},
		{`<span class="tp-text"`, "position:relative"},
		{`<em`, "position:relative;font-style:normal;opacity:.7;margin-left:.6em;font-variant-numeric:tabular-nums"},
		{`<span class="tp-share"`, "display:block;width:64px;height:5px;margin:3px 0 0 auto;background:rgba(127,127,127,.25);border-radius:2px"},
		{`<i class="tp-part" style="`, "display:block;height:5px;background:#d55e00;border-radius:2px;"},
		{`<svg`, "display:block;overflow:visible"},
	}
	slices.SortStableFunc(looks, func(a, b [2]string) int { return len(b[0]) - len(a[0]) }) // the first that fits counts
	var pairs []string
	for _, p := range looks {
		if begun, ok := strings.CutSuffix(p[0], `style="`); ok { // it has a style already, which goes on
			pairs = append(pairs, p[0], begun+`style="`+p[1])
			continue
		}
		for _, end := range []string{">", " "} { // longer names of elements, such as thead, do not count
			pairs = append(pairs, p[0]+end, p[0]+` style="`+p[1]+`"`+end)
		}
	}
	return strings.NewReplacer(pairs...).Replace(h)
}

// fewWarnings are shown at once; the others are one click away.
const fewWarnings = 12

func (p *TableProfile) htmlWarnings(b *strings.Builder) {
	if len(p.Warnings) == 0 {
		b.WriteString(`<p class="tp-note">Nothing suspicious was found.</p>`)
		return
	}
	list := func(ws []Warning) {
		b.WriteString(`<ul>`)
		for _, w := range ws {
			class := ""
			if w.Serious {
				class = ` class="tp-serious"`
			}
			name := ""
			if w.Column != "" {
				name = "<b>" + escaped(w.Column, 60) + "</b> "
			}
			fmt.Fprintf(b, `<li%s>%s%s</li>`, class, name, html.EscapeString(w.Text))
		}
		b.WriteString(`</ul>`)
	}
	fmt.Fprintf(b, `<details open=""><summary>%s</summary>`, p.warningCount())
	list(p.Warnings[:min(len(p.Warnings), fewWarnings)])
	if more := p.Warnings[min(len(p.Warnings), fewWarnings):]; len(more) > 0 {
		fmt.Fprintf(b, `<details><summary>%d more</summary>`, len(more))
		list(more)
		b.WriteString(`</details>`)
	}
	b.WriteString(`</details>`)
}

func escaped(s string, most int) string { return html.EscapeString(oneLine(s, most)) }

func (p *TableProfile) htmlColumns(b *strings.Builder) {
	if len(p.Columns) == 0 {
		return
	}
	warned := map[string][]string{}
	for _, w := range p.Warnings {
		if w.Column != "" && w.Serious {
			warned[w.Column] = append(warned[w.Column], string(w.Kind))
		}
	}
	b.WriteString(`<div class="tp-scroll" tabindex="0" role="region" aria-label="columns"><table class="tlkit-table"><thead><tr><th class="tp-n"></th><th>column</th><th class="tp-n">missing</th><th class="tp-n">distinct</th>`)
	if p.Target != "" {
		fmt.Fprintf(b, `<th class="tp-n">tells %s</th>`, escaped(p.Target, 20))
	}
	b.WriteString(`<th>values</th><th>in figures</th>`)
	b.WriteString(`</tr></thead><tbody>`)
	for i := range p.Columns {
		p.htmlColumn(b, i, warned[p.Columns[i].Name])
	}
	b.WriteString(`</tbody></table></div>`)
}

func (p *TableProfile) htmlColumn(b *strings.Builder, i int, warned []string) {
	c := &p.Columns[i]
	name := escaped(c.Name, 80)
	if name == "" {
		name = `<span class="tp-kind">(no name)</span>`
	}
	fmt.Fprintf(b, `<tr><td class="tp-n tp-kind">%d</td><td class="tp-name"><b>%s</b>`, i+1, name)
	if len(warned) > 0 {
		fmt.Fprintf(b, ` <span class="tp-mark" title="%s">!</span>`, html.EscapeString(strings.Join(warned, ", ")))
	}
	fmt.Fprintf(b, `<br/><span class="tp-kind">%s</span></td><td class="tp-n">%s`, c.Kind, percent(c.Missing, p.Rows))
	if c.Missing > 0 {
		fmt.Fprintf(b, `<span class="tp-share" title="%s of %s rows"><i class="tp-part" style="width:%.1f%%"></i></span>`, grouped(c.Missing), grouped(p.Rows), 100*float64(c.Missing)/float64(p.Rows))
	}
	fmt.Fprintf(b, `</td><td class="tp-n">%s</td>`, grouped(c.Distinct))
	if p.Target != "" {
		p.htmlTells(b, c)
	}
	b.WriteString(`<td class="tp-v">`)
	c.htmlPicture(b, p.Rows-c.Missing)
	fmt.Fprintf(b, `</td><td class="tp-f">%s</td></tr>`, c.figures(p.Rows-c.Missing))
}

func (p *TableProfile) htmlTells(b *strings.Builder, c *ColumnProfile) {
	switch {
	case c.Name == p.Target:
		b.WriteString(`<td class="tp-n tp-kind">target</td>`)
	case c.Tells == nil:
		b.WriteString(`<td class="tp-n">–</td>`)
	default:
		mark := ""
		if c.Tells.Score >= leakScore && p.Rows >= fewestToTell {
			mark = ` tp-mark`
		}
		fmt.Fprintf(b, `<td class="tp-n%s" title="%s">%.2f</td>`, mark, html.EscapeString(c.Tells.Measure), c.Tells.Score)
	}
}

// htmlPicture draws what is in the column: a histogram, or bars of the most frequent
// values.
func (c *ColumnProfile) htmlPicture(b *strings.Builder, present int) {
	switch {
	case c.Numbers != nil && len(c.Numbers.Histogram.Counts) > 0 && c.Distinct > 1:
		h := c.Numbers.Histogram
		low, high := h.Edges[0], h.Edges[len(h.Edges)-1]
		if h.Below == 0 && h.Above == 0 && c.Numbers.Infinite == 0 {
			low, high = c.Numbers.Min, c.Numbers.Max // of whole numbers the edges are half a unit farther out
		}
		htmlHistogram(b, h, short(low), short(high))
		return
	case c.Dates != nil && len(c.Dates.Histogram.Counts) > 0 && c.Distinct > 1:
		h := c.Dates.Histogram
		htmlHistogram(b, h, day(h.Edges[0]), day(h.Edges[len(h.Edges)-1]))
		return
	}
	rows := max(present/10, 1) // no bar looks large that stands for less than a tenth
	if len(c.Top) > 0 {
		rows = max(rows, c.Top[0].Count)
	}
	const shown = 5
	for _, v := range c.Top[:min(len(c.Top), shown)] {
		text := escaped(v.Value, 48)
		switch {
		case v.Value == "":
			text = `<span class="tp-kind">(empty text)</span>`
		case strings.TrimSpace(v.Value) != v.Value:
			text = fmt.Sprintf("%.48q", v.Value)
			text = html.EscapeString(text)
		}
		fmt.Fprintf(b, `<span class="tp-bar"><i class="tp-length" style="width:%.1f%%"></i><span class="tp-text">%s</span><em>%s</em></span>`, 100*float64(v.Count)/float64(rows), text, grouped(v.Count))
	}
	if more := c.Distinct - min(len(c.Top), shown); more > 0 {
		fmt.Fprintf(b, `<span class="tp-kind">%s more</span>`, grouped(more))
	}
}

// htmlHistogram draws bars 200 pixels wide in all. Values far outside stand apart in
// another colour.
func htmlHistogram(b *strings.Builder, h Histogram, low, high string) {
	const width, height = 200.0, 38.0
	most := max(h.Below, h.Above, 1)
	for _, c := range h.Counts {
		most = max(most, c)
	}
	left, right := 0.0, width
	if h.Below > 0 {
		left = 12
	}
	if h.Above > 0 {
		right = width - 12
	}
	fmt.Fprintf(b, `<svg width="%g" height="%g" viewBox="0 0 %g %g" role="img" aria-label="histogram from %s to %s">`, width, height, width, height, low, high)
	bar := func(x, w float64, count int, fill, says string) {
		if count == 0 {
			return
		}
		tall := max(1, (height-1)*float64(count)/float64(most))
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"><title>%s</title></rect>`, x, height-1-tall, w, tall, fill, says)
	}
	step := (right - left) / float64(len(h.Counts))
	for i, c := range h.Counts {
		bar(left+float64(i)*step+0.25, max(step-0.5, 0.5), c, "#3a8fc4", grouped(c))
	}
	bar(0, 7, h.Below, "#e69f00", grouped(h.Below)+" far below")
	bar(width-7, 7, h.Above, "#e69f00", grouped(h.Above)+" far above")
	fmt.Fprintf(b, `<path d="M0 %.1fH%g" stroke="currentColor" stroke-opacity=".4"/></svg><div class="tp-axis"><span>%s</span><span>%s</span></div>`, height-0.5, width, html.EscapeString(low), html.EscapeString(high))
}

// figures are a column's numbers in two or three lines.
func (c *ColumnProfile) figures(present int) string {
	line := func(format string, args ...any) string { return fmt.Sprintf(format, args...) }
	var lines []string
	switch n := c.Numbers; {
	case present == 0:
		return "–"
	case n != nil:
		q1, median, q3 := n.Quartiles()
		lines = append(lines, line("mean %s ± %s", short(n.Mean), short(n.Std)), line("quartiles %s · <b>%s</b> · %s", short(q1), short(median), short(q3)), line("%s … %s", short(n.Min), short(n.Max)))
		var extra []string
		for _, e := range []struct {
			n    int
			what string
		}{{n.Zeros, "zero"}, {n.Negative, "negative"}, {n.Infinite, "infinite"}, {n.Outliers, "beyond the fences"}} {
			if e.n > 0 {
				extra = append(extra, percent(e.n, present)+" "+e.what)
			}
		}
		if len(extra) > 0 {
			lines = append(lines, `<span class="tp-kind">`+strings.Join(extra, ", ")+`</span>`)
		}
	case c.Dates != nil && c.Dates.First != "":
		lines = append(lines, html.EscapeString(c.Dates.First)+" …", html.EscapeString(c.Dates.Last))
	case c.Texts != nil:
		t := c.Texts
		if t.MinLength == t.MaxLength {
			lines = append(lines, line("length %d", t.MaxLength))
		} else {
			lines = append(lines, line("length %d to %d, mean %s", t.MinLength, t.MaxLength, short(t.MeanLength)))
		}
		for _, e := range []struct {
			n    int
			what string
		}{{t.Empty, "empty"}, {t.Blanks, "with outer blanks"}, {t.Numeric, "numbers"}, {t.Dates, "dates"}} {
			if e.n > 0 {
				lines = append(lines, line("%s %s", percent(e.n, present), e.what))
			}
		}
		if t.Variants > 0 {
			lines = append(lines, line("%s variants", grouped(t.Variants)))
		}
	case len(c.Top) > 0: // booleans
		for _, v := range c.Top {
			lines = append(lines, line("%s %s", percent(v.Count, present), html.EscapeString(v.Value)))
		}
	}
	return strings.Join(lines, "<br/>")
}

func (p *TableProfile) htmlRelations(b *strings.Builder) {
	note := ""
	if p.RelationRows < p.Rows {
		note = fmt.Sprintf(` From %s rows chosen by chance.`, grouped(p.RelationRows))
	}
	if len(p.Pearson.Columns) > 1 {
		b.WriteString(`<details open=""><summary>Correlations</summary>`)
		fmt.Fprintf(b, `<p class="tp-note">Below the diagonal Pearson's, above it Spearman's, of the rows where both columns have a value.%s</p>`, note)
		htmlMatrix(b, p.Pearson.Columns, func(i, j int) float64 {
			if i > j {
				return p.Pearson.Values[i][j]
			}
			return p.Spearman.Values[i][j]
		})
		b.WriteString(`</details>`)
	}
	if len(p.CramersV.Columns) > 1 {
		b.WriteString(`<details open=""><summary>Associations</summary>`)
		fmt.Fprintf(b, `<p class="tp-note">Cramér's V of the columns with few different values: 0 nothing, 1 the one follows from the other.%s</p>`, note)
		htmlMatrix(b, p.CramersV.Columns, func(i, j int) float64 { return p.CramersV.Values[i][j] })
		b.WriteString(`</details>`)
	}
}

// htmlMatrix draws a square of coloured fields; with few columns the numbers stand in them.
func htmlMatrix(b *strings.Builder, names []string, value func(i, j int) float64) {
	const written = 15 // columns
	size := 34
	if len(names) > written {
		size = max(9, min(18, 900/len(names)))
	}
	b.WriteString(`<div class="tp-scroll" tabindex="0" role="region" aria-label="matrix"><table class="tp-matrix"><thead><tr><th></th>`)
	for _, n := range names {
		fmt.Fprintf(b, `<th class="tp-top"><span class="tp-turned">%s</span></th>`, escaped(n, 28))
	}
	b.WriteString(`</tr></thead><tbody>`)
	for i, n := range names {
		fmt.Fprintf(b, `<tr><th class="tp-side">%s</th>`, escaped(n, 28))
		for j, m := range names {
			v := value(i, j)
			text, colour := "", "transparent"
			switch {
			case i == j:
				colour = "rgba(127,127,127,.25)"
			case math.IsNaN(v):
				text = "–"
			case v >= 0:
				colour = fmt.Sprintf("rgba(0,114,178,%.2f)", 0.65*v)
			default:
				colour = fmt.Sprintf("rgba(213,94,0,%.2f)", -0.65*v)
			}
			if i != j && !math.IsNaN(v) && len(names) <= written {
				text = minus(fmt.Sprintf("%.2f", math.Round(100*v)/100+0)) // no minus before zero
			}
			if len(names) > written {
				text = ""
			}
			fmt.Fprintf(b, `<td class="tp-field" style="min-width:%dpx;width:%dpx;height:%dpx;background:%s" title="%s and %s: %s">%s</td>`,
				size, size, min(size, 24), colour, escaped(n, 28), escaped(m, 28), short(math.Round(1000*v)/1000), text)
		}
		b.WriteString(`</tr>`)
	}
	b.WriteString(`</tbody></table></div>`)
}
