package nb

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"

	"transferlab/tlkit/progress"
)

// curves is the growing chart of Live: one line a name, drawn as a small SVG of its own. It costs well under a
// millisecond, where a chart library would stop the training each time.
type curves struct {
	lines []*line
}

type line struct {
	name string
	at   []point
}

type point struct{ x, y float64 }

const (
	maxLines  = 12   // more cannot be told apart
	maxPoints = 4000 // a line beyond it is thinned to every second point
	drawn     = 400  // points drawn of a line: more than its pixels
)

func (c *curves) add(values []progress.Value) {
	for _, v := range values {
		l := c.line(v.Name)
		if l == nil || math.IsNaN(v.X) || math.IsInf(v.X, 0) {
			continue
		}
		if n := len(l.at); n > 0 && l.at[n-1].x == v.X {
			l.at[n-1].y = v.Y // the same point again: the later measurement counts
			continue
		}
		l.at = append(l.at, point{v.X, v.Y})
		if len(l.at) > maxPoints {
			l.at = thin(l.at, maxPoints/2)
		}
	}
}

func (c *curves) line(name string) *line {
	for _, l := range c.lines {
		if l.name == name {
			return l
		}
	}
	if len(c.lines) == maxLines {
		return nil
	}
	l := &line{name: name}
	c.lines = append(c.lines, l)
	return l
}

// thin keeps about n points of p, evenly, the last one always.
func thin(p []point, n int) []point {
	if len(p) <= n {
		return p
	}
	kept := make([]point, 0, n+1)
	step := float64(len(p)-1) / float64(n-1)
	for i := range n {
		kept = append(kept, p[int(math.Round(float64(i)*step))])
	}
	return kept
}

// panel is the lines that share one scale: losses and rates (0 to 1) are not drawn over each other.
type panel struct {
	title string
	lines []*line
	ink   []int // colour of each line
}

func (c *curves) panels() []panel {
	small, large := panel{title: "0 to 1"}, panel{title: "loss"}
	for i, l := range c.lines {
		p := &large
		if isRate(l.name) {
			p = &small
		}
		p.lines, p.ink = append(p.lines, l), append(p.ink, i)
	}
	var out []panel
	for _, p := range []panel{large, small} {
		if len(p.lines) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// isRate tells by its name whether a measurement lies between 0 and 1.
func isRate(name string) bool {
	name = strings.ToLower(name)
	for _, w := range []string{"acc", "f1", "precision", "recall", "auc", "rate"} {
		if strings.Contains(name, w) && !strings.Contains(name, "learning") {
			return true
		}
	}
	return false
}

// Colours that keep their distance for colour-blind eyes and on white and near-black alike (after Okabe and
// Ito, lightened or darkened to a contrast of 3 on both).
var ink = [maxLines]string{"#3b7dd8", "#d8663b", "#2e9e6b", "#b066c9", "#a58414", "#d6558c", "#4aa0b5", "#8a7a6a",
	"#6b74d6", "#c24a4a", "#6f9a2f", "#8b8b8b"}

const (
	panelWidth, panelHeight             = 420.0, 220.0
	padLeft, padRight, padTop, padBelow = 52.0, 10.0, 10.0, 26.0
)

func (c *curves) svg() string {
	var b strings.Builder
	for _, p := range c.panels() {
		p.svg(&b)
	}
	if b.Len() == 0 {
		return ""
	}
	return `<div class="tlkit-live" style="display:flex;flex-wrap:wrap;gap:8px 16px;margin-top:6px">` + b.String() + `</div>`
}

func (p panel) svg(b *strings.Builder) {
	x0, x1, y0, y1 := p.extent()
	sx := func(x float64) float64 { return padLeft + (x-x0)/(x1-x0)*(panelWidth-padLeft-padRight) }
	sy := func(y float64) float64 { return panelHeight - padBelow - (y-y0)/(y1-y0)*(panelHeight-padTop-padBelow) }
	fmt.Fprintf(b, `<figure style="margin:0;max-width:100%%"><svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="%s" `+
		`viewBox="0 0 %g %g" width="%g" height="%g" style="max-width:100%%;height:auto" font-size="11" fill="currentColor" font-family="sans-serif">`,
		html.EscapeString(p.label()), panelWidth, panelHeight, panelWidth, panelHeight)
	for _, y := range ticks(y0, y1, 4) {
		fmt.Fprintf(b, `<line x1="%g" x2="%g" y1="%.1f" y2="%.1f" stroke="currentColor" stroke-opacity=".16"/>`+
			`<text x="%g" y="%.1f" text-anchor="end" fill-opacity=".8">%s</text>`, padLeft, panelWidth-padRight, sy(y), sy(y), padLeft-6, sy(y)+4, number(y))
	}
	for _, x := range ticks(x0, x1, 6) {
		fmt.Fprintf(b, `<text x="%.1f" y="%g" text-anchor="middle" fill-opacity=".8">%s</text>`, sx(x), panelHeight-8, number(x))
	}
	for i, l := range p.lines {
		l.svg(b, ink[p.ink[i]], sx, sy)
	}
	b.WriteString(`</svg><figcaption style="font-size:12px">`)
	for i, l := range p.lines {
		name, _ := oneLine(l.name, 40)
		fmt.Fprintf(b, `<span style="white-space:nowrap;margin-right:12px"><span aria-hidden="true" style="color:%s">━ </span>%s</span>`,
			ink[p.ink[i]], html.EscapeString(name))
	}
	b.WriteString(`</figcaption></figure>`)
}

// svg draws one line, with gaps where the measurement is not a number, and a dot on single points.
func (l *line) svg(b *strings.Builder, colour string, sx, sy func(float64) float64) {
	var run []string
	end := func() {
		switch {
		case len(run) == 1:
			x, y, _ := strings.Cut(run[0], ",")
			fmt.Fprintf(b, `<circle cx="%s" cy="%s" r="2.5" fill="%s"/>`, x, y, colour)
		case len(run) > 1:
			fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="1.8" stroke-linejoin="round" points="%s"/>`, colour, strings.Join(run, " "))
		}
		run = nil
	}
	for _, p := range thin(l.at, drawn) {
		if finite(p.y) {
			run = append(run, fmt.Sprintf("%.1f,%.1f", sx(p.x), sy(p.y)))
		} else {
			end()
		}
	}
	end()
}

func finite(y float64) bool { return !math.IsNaN(y) && math.Abs(y) < 1e30 }

func (p panel) label() string {
	var names []string
	for _, l := range p.lines {
		for i := len(l.at) - 1; i >= 0; i-- {
			if finite(l.at[i].y) {
				names = append(names, fmt.Sprintf("%s, last %s", l.name, number(l.at[i].y)))
				break
			}
		}
	}
	s, _ := oneLine("chart of "+strings.Join(names, "; "), 300)
	return s
}

// extent is the range of the points, never empty; rates always show 0 to 1.
func (p panel) extent() (x0, x1, y0, y1 float64) {
	x0, y0, x1, y1 = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	rate := true
	for _, l := range p.lines {
		rate = rate && isRate(l.name)
		for _, q := range l.at {
			x0, x1 = min(x0, q.x), max(x1, q.x)
			if finite(q.y) {
				y0, y1 = min(y0, q.y), max(y1, q.y)
			}
		}
	}
	if rate {
		y0, y1 = min(y0, 0), max(y1, 1)
	}
	return widen(x0, x1, y0, y1)
}

func widen(x0, x1, y0, y1 float64) (float64, float64, float64, float64) {
	if x0 > x1 {
		x0, x1 = 0, 1
	}
	if y0 > y1 {
		y0, y1 = 0, 1
	}
	if x0 == x1 {
		x1 = x0 + 1
	}
	if y0 == y1 {
		y0, y1 = y0-0.5, y1+0.5
	}
	return x0, x1, y0, y1
}

// ticks are round numbers within the range, about n of them.
func ticks(lo, hi float64, n int) []float64 {
	raw := (hi - lo) / float64(n)
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := unit
	for _, m := range []float64{1, 2, 5, 10} {
		if step = m * unit; step >= raw {
			break
		}
	}
	var out []float64
	for v := math.Ceil(lo/step) * step; v <= hi+step*1e-9 && len(out) < 4*n; v += step {
		r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
		out = append(out, r)
	}
	return out
}
