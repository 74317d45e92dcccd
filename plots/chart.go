// Package plots turns data into charts: interactive ones for a page, and the same as a
// still SVG for wherever scripts do not run.
//
// Every constructor checks its data when the chart is made: what cannot be drawn is an
// error there and not a blank picture later. Values that are not finite become gaps, and a
// note under the chart says how many. Charts are built with go-echarts' types and drawn by
// Apache ECharts; the still picture comes from the same script, run in Go.
//
// All text is shown as it is: nothing in a name is taken for HTML, a script or a template.
package plots

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"maps"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// ErrData is wrapped by the errors of constructors: the data cannot be drawn.
var ErrData = errors.New("data cannot be drawn")

// Options are what all charts have in common. The zero value is the default.
type Options struct {
	Title    string
	Subtitle string
	X, Y     string   // names of the axes, with units
	Width    int      // in pixels; 0 means 720. Pages shrink charts that are too wide
	Height   int      // in pixels; 0 lets the chart choose
	Notes    []string // lines under the chart
}

// Chart is a chart that is ready to be shown. It does not change.
type Chart struct {
	title         string
	width, height int
	option        []byte // ECharts' option as JSON
	notes         []string
	text          string // the data in plain text
	marks         *marks // what the still picture draws itself; nil where ECharts draws all
}

// Notes are the lines under the chart: the caller's, and what was left out.
func (c *Chart) Notes() []string { return append([]string(nil), c.notes...) }

// JSON is ECharts' option. It holds no function.
func (c *Chart) JSON() []byte { return bytes.Clone(c.option) }

// Text is the chart's data in plain text.
func (c *Chart) Text() string {
	var b strings.Builder
	if c.title != "" {
		b.WriteString(c.title + "\n")
	}
	b.WriteString(c.text)
	for _, n := range c.notes {
		b.WriteString(n + "\n")
	}
	return b.String()
}

// String is Text.
func (c *Chart) String() string { return c.Text() }

// The colours are Okabe and Ito's, which colour-blind people can tell apart (2008); black
// last, yellow left out: it is too light on white.
func palette() []string {
	return []string{"#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#7f7f7f", "#000000"}
}

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

// base is a chart of go-echarts.
type base interface {
	Validate()
	JSON() map[string]any
}

// tree is a part of an option.
type tree = map[string]any

// build finishes a chart: layout is laid over what go-echarts gives.
func build(b base, layout tree, o Options, height int, text string, notes ...string) (*Chart, error) {
	b.Validate()
	raw, err := json.Marshal(b.JSON())
	if err != nil {
		return nil, fmt.Errorf("plots: %w: %w", ErrData, err)
	}
	option := tree{}
	if err := json.Unmarshal(raw, &option); err != nil {
		return nil, fmt.Errorf("plots: %w: %w", ErrData, err)
	}
	if o.Width == 0 {
		o.Width = 720
	}
	if o.Height == 0 {
		o.Height = height
	}
	if o.Width < 100 || o.Height < 60 || o.Width > 10000 || o.Height > 10000 {
		return nil, fmt.Errorf("plots: %w: %d×%d pixels; give 100×60 to 10000×10000", ErrData, o.Width, o.Height)
	}
	merge(option, common(o))
	merge(option, layout)
	for _, s := range option["series"].([]any) {
		s.(tree)["animation"] = false
	}
	for name, room := range map[string]int{"xAxis": o.Width - 120, "yAxis": o.Height - 80} {
		for _, a := range option[name].([]any) {
			a.(tree)["nameTruncate"] = tree{"maxWidth": max(room, 60), "ellipsis": "…"}
		}
	}
	raw, err = json.Marshal(option)
	if err != nil {
		return nil, fmt.Errorf("plots: %w: %w", ErrData, err)
	}
	c := &Chart{title: o.Title, width: o.Width, height: o.Height, option: raw, text: text}
	for _, n := range append(append([]string(nil), o.Notes...), notes...) {
		if n != "" {
			c.notes = append(c.notes, n)
		}
	}
	return c, nil
}

// common is the look of every chart.
func common(o Options) tree {
	room := tree{"width": o.Width - 24, "overflow": "truncate", "ellipsis": "…"}
	title := tree{"text": short(o.Title, 400), "subtext": short(o.Subtitle, 400), "left": 8, "top": 6, "show": o.Title != "" || o.Subtitle != "",
		"textStyle":    tree{"fontSize": 15, "lineHeight": 20, "fontWeight": 600, "color": "#1a1a1a"},
		"subtextStyle": tree{"fontSize": 12, "lineHeight": 16, "color": "#555"}, "itemGap": 6}
	merge(title["textStyle"].(tree), room)
	merge(title["subtextStyle"].(tree), room)
	return tree{
		"backgroundColor": "#ffffff",
		"animation":       false,
		"color":           palette(),
		"textStyle":       tree{"fontFamily": font, "fontSize": 12, "color": "#1a1a1a"},
		"title":           title,
		"tooltip":         tree{"show": true, "renderMode": "richText", "confine": true},
		"aria":            tree{"enabled": true},
		"legend":          tree{"show": false},
	}
}

// headroom is how much of the top the title takes.
func headroom(o Options) int {
	switch {
	case o.Title != "" && o.Subtitle != "":
		return 58
	case o.Title != "" || o.Subtitle != "":
		return 36
	}
	return 10
}

// merge lays src over dst.
func merge(dst, src tree) {
	for k, v := range src {
		if s, ok := v.(tree); ok {
			if d, ok := dst[k].(tree); ok {
				merge(d, s)
				continue
			}
			v = maps.Clone(s)
		}
		dst[k] = v
	}
}

// axis is the look of one axis.
func axis(kind, name string, gap int) tree {
	return tree{"type": kind, "name": short(name, 200), "nameLocation": "middle", "nameGap": gap, "nameTextStyle": tree{"color": "#333"},
		"axisLabel": tree{"color": "#333", "hideOverlap": true}, "axisLine": tree{"show": true, "lineStyle": tree{"color": "#888"}},
		"splitLine": tree{"show": kind != "category", "lineStyle": tree{"color": "#e6e6e6"}}, "axisTick": tree{"show": false}}
}

func legend(o Options, names []string) tree {
	return tree{"show": len(names) > 1, "data": names, "top": headroom(o) - 4, "left": 8, "type": "plain", "textStyle": tree{"color": "#333"}}
}

// legendRows guesses how many rows a legend takes.
func legendRows(o Options, names []string) int {
	if len(names) < 2 {
		return 0
	}
	width, rows, x := o.Width, 1, 0
	if width == 0 {
		width = 720
	}
	for _, n := range names {
		w := 42 + int(textWidth(n, "12px"))
		if x+w > width-16 && x > 0 {
			rows, x = rows+1, 0
		}
		x += w
	}
	return rows
}

// grid leaves room for the title, the legend, and the names of the axes; ECharts itself
// makes room for their labels.
func grid(o Options, names []string, extra tree) tree {
	g := tree{"left": 14, "right": 28, "top": headroom(o) + 24*legendRows(o, names) + 8, "bottom": 10,
		"outerBoundsMode": "same", "outerBoundsContain": "axisLabel"}
	if o.X != "" {
		g["bottom"] = 34
	}
	if o.Y != "" {
		g["left"] = 40
	}
	merge(g, extra)
	return g
}

// clean makes text one line that can be drawn: control characters, among them those that
// turn the direction of what follows, become spaces. ECharts keeps texts as keys of plain
// JavaScript objects, where a class of the name __proto__ would change every object of the
// page: names that objects have already get a joiner without width.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\ufffd' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	switch s {
	case "__proto__", "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf",
		"__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__":
		return s + "\u2060"
	}
	return s
}

// short cuts a name in the middle, where both ends matter.
func short(s string, n int) string {
	r := []rune(clean(s))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n*2/3]) + "…" + string(r[len(r)-n/3+1:])
}

// unique makes names differ: ECharts takes series of one name for one series.
func unique(names []string) []string {
	seen := map[string]bool{}
	out := make([]string, len(names))
	for i, n := range names {
		n = short(n, 60)
		out[i] = n
		for k := 2; seen[out[i]]; k++ {
			out[i] = n + " (" + strconv.Itoa(k) + ")"
		}
		seen[out[i]] = true
	}
	return out
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// left says how many values are missing from the picture.
func left(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 value is not a finite number and is left out."
	}
	return fmt.Sprintf("%d values are not finite numbers and are left out.", n)
}

// number writes a value as people do.
func number(v float64) string {
	if !finite(v) {
		return "–"
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// fixed writes values below ten with three decimals, so that they line up, and others as
// number does.
func fixed(v float64) string {
	if a := math.Abs(v); a < 10 && (a >= 0.001 || a == 0) && v != math.Trunc(v) {
		return strconv.FormatFloat(v, 'f', 3, 64)
	}
	return number(v)
}

// HTML is a figure for a page that has ECharts or can get it from Jupyter, see
// [Chart.HTMLWith].
func (c *Chart) HTML() (string, error) { return c.HTMLWith(false) }

// HTMLWith is a figure: the still picture, the option as data, and a small script that
// puts the interactive chart in the picture's place where it finds ECharts – as the page's
// global tlkitECharts, or among the kernelspec's files that JupyterLab serves. Where it
// finds none, or scripts are off, the picture stays. With inline the figure brings ECharts
// along, for front ends that have neither.
func (c *Chart) HTMLWith(inline bool) (string, error) {
	svg, err := c.SVG()
	if err != nil {
		return "", err
	}
	var data bytes.Buffer
	json.HTMLEscape(&data, c.option)
	var b strings.Builder
	fmt.Fprintf(&b, `<figure class="tlkit-chart" data-tlkit-chart="" data-width="%d" data-height="%d" style="margin:0.5em 0;width:%dpx;max-width:100%%;background:#fff;border-radius:6px">`,
		c.width, c.height, c.width)
	b.WriteString(svg)
	fmt.Fprintf(&b, `<script type="application/json" data-tlkit-option="">%s</script>`, data.String())
	if len(c.notes) > 0 {
		b.WriteString(`<figcaption style="padding:0 8px 8px;font-size:0.85em;color:#555">`)
		for i, n := range c.notes {
			if i > 0 {
				b.WriteString("<br>")
			}
			b.WriteString(html.EscapeString(clean(n)))
		}
		b.WriteString("</figcaption>")
	}
	b.WriteString("</figure>")
	if inline {
		fmt.Fprintf(&b, "<script>%s</script>", script(ECharts()))
	}
	fmt.Fprintf(&b, "<script>%s</script>", bootstrap)
	return b.String(), nil
}

// script keeps a script from ending its element early.
func script(b []byte) string { return strings.ReplaceAll(string(b), "</", `<\/`) }

// Page is the chart as one HTML file that needs nothing else.
func (c *Chart) Page() (string, error) {
	figure, err := c.HTML()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>%s</title><style>body{font-family:system-ui,sans-serif;margin:1em;background:#fff}svg{max-width:100%%;height:auto}</style>
<script>%s</script></head><body>%s</body></html>
`, html.EscapeString(clean(c.title)), script(ECharts()), figure), nil
}

// with changes the option of a chart that is being made.
func (c *Chart) with(change func(option tree)) (*Chart, error) {
	option := tree{}
	if err := json.Unmarshal(c.option, &option); err != nil {
		return nil, fmt.Errorf("plots: %w: %w", ErrData, err)
	}
	change(option)
	raw, err := json.Marshal(option)
	if err != nil {
		return nil, fmt.Errorf("plots: %w: %w", ErrData, err)
	}
	c.option = raw
	return c, nil
}

// frame gives a chart the still picture's marks: change takes them out of the option.
func (c *Chart) frame(corners [][2]float64, draw func([][2]float64) string, change func(option tree)) (*Chart, error) {
	f := &Chart{option: c.option}
	if _, err := f.with(change); err != nil {
		return nil, err
	}
	c.marks = &marks{option: f.option, corners: corners, draw: draw}
	return c, nil
}
