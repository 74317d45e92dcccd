package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Candidate is one way to do a job: how long it takes and how good it is.
type Candidate struct {
	Name  string
	Time  float64 // above 0, in the unit that X names
	Value float64 // more is better

	Interval  bool
	Low, High float64 // of Value, where Interval says so

	TimeLow, TimeHigh float64 // what the time varied between; both 0: not known

	Chosen   bool   // the one that is recommended
	RuledOut string // why it was not measured: it is named under the chart, and not drawn
}

// mostCandidates is how many points one chart has room for.
const mostCandidates = 100

// Pareto draws candidates by time, on a logarithmic axis, and value, and the front: the
// candidates that no other is both quicker and better than (after Vilfredo Pareto). The line
// is the best value that is to be had within a time. X names the time and its unit, Y the
// value; without them they are milliseconds and accuracy.
//
// Names are written where there is room; where there is none a number is, and a note says
// what it stands for.
func Pareto(candidates []Candidate, o Options) (*Chart, error) {
	if len(candidates) > mostCandidates {
		return nil, fmt.Errorf("plots: %w: %d candidates; up to %d can be told apart: draw fewer", ErrData, len(candidates), mostCandidates)
	}
	o.X, o.Y = cmp.Or(o.X, "milliseconds for one picture (quicker is further left)"), cmp.Or(o.Y, "accuracy")
	o.Width, o.Height = cmp.Or(o.Width, 720), cmp.Or(o.Height, headroom(o)+380)
	f := paretoField{o: o}
	if err := f.take(candidates); err != nil {
		return nil, err
	}
	f.front()
	f.axes()
	f.place()
	return f.chart()
}

// paretoField is a chart in the making.
type paretoField struct {
	o     Options
	at    []Candidate // that are drawn
	on    []bool      // which of them are on the front
	steps [][2]float64
	names []string

	x, y                     ladder
	left, right, top, bottom float64 // of the axes, in pixels
	labels                   []spot  // of each candidate
	lost                     int
	out                      []string // what was ruled out, and why
}

// take checks candidates and sorts out what cannot be drawn.
func (f *paretoField) take(candidates []Candidate) error {
	for _, c := range candidates {
		if c.Interval && finite(c.Low) && finite(c.High) && c.Low > c.High || c.TimeLow > c.TimeHigh {
			return fmt.Errorf("plots: %w: candidate %q has the interval %v to %v and the times %v to %v", ErrData, c.Name, c.Low, c.High, c.TimeLow, c.TimeHigh)
		}
		switch name := short(c.Name, 60); {
		case c.RuledOut != "":
			f.out = append(f.out, fmt.Sprintf("Ruled out: %s – %s.", name, strings.TrimSuffix(short(c.RuledOut, 400), ".")))
			continue
		case !(math.Abs(c.Value) < 1e12) || !drawable(c.Time):
			f.out = append(f.out, fmt.Sprintf("Not drawn: %s, whose value is %s and whose time is %s.", name, number(c.Value), number(c.Time)))
			continue
		}
		if c.Interval && (!(math.Abs(c.Low) < 1e12) || !(math.Abs(c.High) < 1e12)) {
			c.Interval = false
			f.lost++
		}
		if !drawable(c.TimeLow) || !drawable(c.TimeHigh) {
			c.TimeLow, c.TimeHigh = 0, 0
		}
		f.at, f.names = append(f.at, c), append(f.names, c.Name)
	}
	if len(f.at) == 0 {
		return fmt.Errorf("plots: %w: none of %d candidates has a value and a time above 0", ErrData, len(candidates))
	}
	f.names = unique(f.names)
	return nil
}

// drawable says whether a time fits on a logarithmic axis.
func drawable(t float64) bool { return t > 1e-12 && t < 1e12 }

// front finds the candidates that none beats, and the corners of the line that joins them.
func (f *paretoField) front() {
	f.on = make([]bool, len(f.at))
	var order []int
	for i, c := range f.at {
		f.on[i] = !slices.ContainsFunc(f.at, func(d Candidate) bool {
			return d.Time <= c.Time && d.Value >= c.Value && (d.Time < c.Time || d.Value > c.Value)
		})
		if f.on[i] {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(f.at[a].Time, f.at[b].Time) })
	for n, i := range order {
		if n > 0 {
			f.steps = append(f.steps, [2]float64{f.at[i].Time, f.at[order[n-1]].Value})
		}
		f.steps = append(f.steps, [2]float64{f.at[i].Time, f.at[i].Value})
	}
}

// ladder is an axis whose ends and ticks are chosen here, so that places are known.
type ladder struct {
	low, high float64
	ticks     []float64
	log       bool
}

// axes chooses the ends of the axes and leaves room for their labels.
func (f *paretoField) axes() {
	var times, values []float64
	for _, c := range f.at {
		times, values = append(times, c.Time), append(values, c.Value)
		if c.Interval {
			values = append(values, c.Low, c.High)
		}
		if c.TimeHigh > 0 {
			times = append(times, c.TimeLow, c.TimeHigh)
		}
	}
	f.x, f.y = logLadder(slices.Min(times), slices.Max(times)), evenLadder(slices.Min(values), slices.Max(values))
	f.steps = append(f.steps, [2]float64{f.x.high, f.steps[len(f.steps)-1][1]})
	wide := 0.0
	for _, t := range f.y.ticks {
		wide = max(wide, textWidth(number(t), "12px"))
	}
	f.left, f.right = 40+min(wide, 90), float64(f.o.Width)-28
	f.top, f.bottom = float64(headroom(f.o)+10), float64(f.o.Height)-54
}

// logLadder has the powers of ten as ticks, and twice and five times them where those are few.
func logLadder(low, high float64) ladder {
	a := ladder{log: true}
	low, high = low/1.2, high*1.2
	for _, steps := range [][]float64{{1, 2, 5}, {1}} {
		a.ticks = nil
		for e := math.Floor(math.Log10(low)) - 1; e <= math.Log10(high)+1; e++ {
			for _, s := range steps {
				a.ticks = append(a.ticks, rounded(s*math.Pow(10, e), 2))
			}
		}
		a.between(low, high)
		if len(a.ticks) <= 9 {
			break
		}
	}
	return a
}

// evenLadder has round numbers as ticks; shares stay between 0 and 1.
func evenLadder(low, high float64) ladder {
	var a ladder
	span, size := high-low, max(math.Abs(low), math.Abs(high))
	if span < 1e-6*size { // no further apart than rounding: ticks between them would have no digits left
		span = size / 5
	}
	if span < 1e-12 {
		span = 0.2
	}
	from, to := low-span/20, high+span/20
	if low >= 0 && high <= 1 {
		from, to = max(from, 0), min(to, 1)
	}
	step := span / 5
	unit := math.Pow(10, math.Floor(math.Log10(step)))
	for _, s := range []float64{1, 2, 5, 10} {
		if step = s * unit; step*5 >= span*0.99 {
			break
		}
	}
	for k := math.Floor(from/step) - 1; k*step <= to+2*step; k++ {
		a.ticks = append(a.ticks, rounded(k*step, 12))
	}
	a.between(from, to)
	return a
}

// between keeps the ticks from the last one below low to the first above high, which become
// the ends.
func (a *ladder) between(low, high float64) {
	from, to := 0, len(a.ticks)-1
	for from+1 < len(a.ticks) && a.ticks[from+1] <= low*(1+1e-9) {
		from++
	}
	for to > 0 && a.ticks[to-1] >= high*(1-1e-9) {
		to--
	}
	a.ticks = a.ticks[from : to+1]
	a.low, a.high = a.ticks[0], a.ticks[len(a.ticks)-1]
}

// share is where on the axis a value is, from 0 to 1.
func (a ladder) share(v float64) float64 {
	if a.log {
		return math.Log(v/a.low) / math.Log(a.high/a.low)
	}
	return (v - a.low) / (a.high - a.low)
}

// rounded keeps so many digits.
func rounded(v float64, digits int) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	return r
}

// pixel is where in the picture a time and a value are.
func (f *paretoField) pixel(t, v float64) (x, y float64) {
	return f.left + f.x.share(t)*(f.right-f.left), f.bottom - f.y.share(v)*(f.bottom-f.top)
}

// area is a rectangle in the picture.
type area struct{ x0, y0, x1, y1 float64 }

// shared is how much two rectangles share, in square pixels.
func (a area) shared(b area) float64 {
	return max(0, min(a.x1, b.x1)-max(a.x0, b.x0)) * max(0, min(a.y1, b.y1)-max(a.y0, b.y0))
}

// spot is where a name is written, from the middle of its point.
type spot struct {
	text   string
	dx, dy float64
	number bool // the text is a number that a note explains
}

const (
	labelFont = "600 12px"
	labelHigh = 15.0
)

// place finds room for names: first for the chosen one's, then the front's, then the others'.
// A name keeps off other names, and off points, intervals and the line as far as it can.
func (f *paretoField) place() {
	f.labels = make([]spot, len(f.at))
	order := make([]int, len(f.at))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) int {
		switch {
		case f.at[i].Chosen:
			return 0
		case f.on[i]:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank(a), rank(b)) })
	drawn, names := f.drawn(), []area(nil)
	for _, i := range order {
		best, where, cost := spot{}, area{}, math.Inf(1)
		for _, s := range f.spots(i) {
			at := f.area(i, s)
			if c := f.cost(s, at, drawn, names); c < cost {
				best, where, cost = s, at, c
			}
		}
		f.labels[i], names = best, append(names, where)
	}
}

// spots are the places that a name may take, the better ones first; then those of a number.
// Names point to the middle: pages that are narrower than the chart move points together, and
// a name that ran to the edge would be cut.
func (f *paretoField) spots(i int) (out []spot) {
	name := short(f.names[i], 32)
	x, _ := f.pixel(f.at[i].Time, f.at[i].Value)
	for _, s := range []spot{{text: name}, {text: strconv.Itoa(i + 1), number: true}} {
		w := textWidth(s.text, labelFont)
		for _, far := range []float64{0, 14, 28} {
			over, under := -8-labelHigh-far, 8+far
			sides := []spot{{dx: 9, dy: over}, {dx: 9, dy: under}, {dx: 12 + far, dy: -labelHigh / 2}}
			others := []spot{{dx: -9 - w, dy: over}, {dx: -9 - w, dy: under}, {dx: -12 - far - w, dy: -labelHigh / 2}}
			if x > (f.left+f.right)/2 {
				sides, others = others, sides
			}
			for _, side := range append(sides, others...) {
				out = append(out, spot{s.text, side.dx, side.dy, s.number})
			}
		}
	}
	return out
}

// area is what a name takes up.
func (f *paretoField) area(i int, s spot) area {
	x, y := f.pixel(f.at[i].Time, f.at[i].Value)
	return area{x + s.dx - 2, y + s.dy, x + s.dx + textWidth(s.text, labelFont) + 2, y + s.dy + labelHigh}
}

// cost says how bad a place is: names over each other or beyond the edge are worse than a
// number, a number is worse than a name across a line.
func (f *paretoField) cost(s spot, at area, drawn, names []area) float64 {
	inside := area{f.left + 2, f.top - 8, float64(f.o.Width) - 6, f.bottom - 2}
	size := (at.x1 - at.x0) * (at.y1 - at.y0)
	cost := 1e5 * (size - at.shared(inside))
	for _, a := range names {
		cost += 1e4 * at.shared(a)
	}
	for _, a := range drawn {
		cost += at.shared(a)
	}
	if s.number {
		cost += 400
	}
	return cost
}

// drawn is what names should keep off.
func (f *paretoField) drawn() (out []area) {
	for _, c := range f.at {
		x, y := f.pixel(c.Time, c.Value)
		out = append(out, area{x - 7, y - 7, x + 7, y + 7}, area{x - 7, y - 7, x + 7, y + 7}) // counts twice
		if c.Interval {
			_, low := f.pixel(c.Time, c.Low)
			_, high := f.pixel(c.Time, c.High)
			out = append(out, area{x - 5, high - 1, x + 5, low + 1})
		}
		if c.TimeHigh > 0 {
			from, _ := f.pixel(c.TimeLow, c.Value)
			to, _ := f.pixel(c.TimeHigh, c.Value)
			out = append(out, area{from - 1, y - 4, to + 1, y + 4})
		}
	}
	for i := 1; i < len(f.steps); i++ {
		x0, y0 := f.pixel(f.steps[i-1][0], f.steps[i-1][1])
		x1, y1 := f.pixel(f.steps[i][0], f.steps[i][1])
		out = append(out, area{min(x0, x1) - 1, min(y0, y1) - 2, max(x0, x1) + 1, max(y0, y1) + 2})
	}
	return out
}

// chart draws what was laid out.
func (f *paretoField) chart() (*Chart, error) {
	scatter := charts.NewScatter()
	data := make([]opts.ScatterData, len(f.at))
	for i, c := range f.at {
		data[i] = opts.ScatterData{Name: f.names[i], Value: []float64{rounded(c.Time, 4), rounded(c.Value, 6)}}
	}
	scatter.AddSeries("candidates", data)
	x, y := f.x.axis("log", f.o.X, 30), f.y.axis("value", f.o.Y, int(f.left)-24)
	layout := tree{"xAxis": []any{x}, "yAxis": []any{y}, "tooltip": tree{"trigger": "item"},
		"grid": tree{"left": f.left, "right": float64(f.o.Width) - f.right, "top": f.top, "bottom": float64(f.o.Height) - f.bottom, "outerBoundsMode": "none"}}
	c, err := build(scatter, layout, f.o, f.o.Height, f.text(), f.notes()...)
	if err != nil {
		return nil, err
	}
	return c.with(func(option tree) {
		s := option["series"].([]any)[0].(tree)
		for i, d := range s["data"].([]any) {
			merge(d.(tree), f.look(i))
		}
		merge(s, tree{"z": 4, "dimensions": []string{short(f.o.X, 40), short(f.o.Y, 40)}, "encode": tree{"x": 0, "y": 1, "tooltip": []int{0, 1}},
			"labelLayout": tree{"hideOverlap": true}, "markLine": f.whiskers()})
		option["series"] = []any{s, tree{"type": "line", "name": "front", "data": f.steps, "showSymbol": false, "silent": true, "animation": false, "z": 2,
			"lineStyle": tree{"color": "#56b4e9", "width": 2}, "tooltip": tree{"show": false}}}
	})
}

// axis is an axis with the ladder's ticks.
func (a ladder) axis(kind, name string, gap int) tree {
	out := axis(kind, name, gap)
	merge(out, tree{"min": a.low, "max": a.high, "axisTick": tree{"customValues": a.ticks}, "axisLabel": tree{"customValues": a.ticks}})
	return out
}

// look is the symbol and the name of a candidate.
func (f *paretoField) look(i int) tree {
	at, half := f.labels[i], 5.0
	out := tree{"symbol": "circle", "symbolSize": 10, "itemStyle": tree{"color": "#ffffff", "borderColor": "#7f7f7f", "borderWidth": 2, "opacity": 1}}
	ink := "#555555"
	if f.on[i] {
		out["itemStyle"].(tree)["borderColor"], out["itemStyle"].(tree)["color"], ink = palette()[0], palette()[0], "#1a1a1a"
	}
	if f.at[i].Chosen {
		half = 8
		merge(out, tree{"symbol": "diamond", "symbolSize": 16, "itemStyle": tree{"borderColor": "#ffffff", "borderWidth": 1, "color": palette()[3]}})
		ink = "#a33c00"
	}
	out["label"] = tree{"show": true, "formatter": literal(at.text), "position": []float64{at.dx + half, at.dy + half}, "align": "left", "verticalAlign": "top",
		"fontSize": 12, "fontWeight": 600, "lineHeight": labelHigh, "color": ink, "textBorderColor": "#ffffff", "textBorderWidth": 3}
	return out
}

// whiskers are the intervals of values and times.
func (f *paretoField) whiskers() tree {
	var lines []any
	end := func(t, v float64, size []int) tree {
		return tree{"coord": []any{t, v}, "symbol": "rect", "symbolSize": size, "symbolRotate": 90}
	}
	for _, c := range f.at {
		if c.Interval {
			lines = append(lines, []any{end(c.Time, c.Low, []int{2, 10}), end(c.Time, c.High, []int{2, 10})})
		}
		if c.TimeHigh > c.TimeLow {
			lines = append(lines, []any{end(c.TimeLow, c.Value, []int{8, 2}), end(c.TimeHigh, c.Value, []int{8, 2})})
		}
	}
	return tree{"silent": true, "animation": false, "z": 3, "label": tree{"show": false}, "lineStyle": tree{"type": "solid", "color": "#8a8a8a", "width": 1.5}, "data": append([]any{}, lines...)}
}

// text is the chart in words, the quickest first.
func (f *paretoField) text() string {
	order := make([]int, len(f.at))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(f.at[a].Time, f.at[b].Time) })
	var b strings.Builder
	for _, i := range order {
		c := f.at[i]
		fmt.Fprintf(&b, "  %s: time %s", f.names[i], number(c.Time))
		if c.TimeHigh > 0 {
			fmt.Fprintf(&b, " (%s – %s)", number(c.TimeLow), number(c.TimeHigh))
		}
		fmt.Fprintf(&b, ", value %s", fixed(c.Value))
		if c.Interval {
			fmt.Fprintf(&b, " (%s – %s)", fixed(c.Low), fixed(c.High))
		}
		if f.on[i] {
			b.WriteString(", on the front")
		}
		if c.Chosen {
			b.WriteString(", chosen")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// notes explain the marks.
func (f *paretoField) notes() []string {
	marks := ""
	if len(f.at) > 1 {
		marks = "Filled points, joined by the line: none is both quicker and better."
	}
	if slices.Contains(f.on, false) {
		marks += " Hollow ones: another is at least as quick and as good."
	}
	if slices.ContainsFunc(f.at, func(c Candidate) bool { return c.Chosen }) {
		marks = strings.TrimSpace(marks + " The diamond is the chosen one.")
	}
	var key []string
	for i, s := range f.labels {
		if s.number {
			key = append(key, s.text+" "+f.names[i])
		}
	}
	out := []string{marks, "", left(f.lost)}
	if len(key) > 0 {
		out[1] = "Numbers: " + strings.Join(key, ", ") + "."
	}
	return append(out, f.out...)
}
