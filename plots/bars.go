package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Bar is one value, with an interval where Interval says so.
type Bar struct {
	Name      string
	Value     float64
	Interval  bool
	Low, High float64
}

// mostBars is how many bars, or classes, one chart has room for.
const mostBars = 200

// BarOptions are what bars need besides. X names the values' axis.
type BarOptions struct {
	Options
	Sorted bool    // largest first; otherwise in the order given
	Max    float64 // where the values' axis ends; 0 lets the values decide
	// Dots draws a dot for each value instead of a bar, on an axis that need not begin at 0:
	// for values that lie close together.
	Dots bool
}

// Bars draws values side by side, each with its interval: the names are on the left, so
// long ones stay readable.
func Bars(bars []Bar, o BarOptions) (*Chart, error) {
	bars = slices.Clone(bars)
	if o.Sorted {
		slices.SortStableFunc(bars, func(a, b Bar) int { return cmp.Compare(b.Value, a.Value) })
	}
	if len(bars) > mostBars {
		return nil, fmt.Errorf("plots: %w: %d bars; up to %d can be read: draw fewer, or a histogram", ErrData, len(bars), mostBars)
	}
	chart := charts.NewBar()
	names := make([]string, len(bars))
	data := make([]opts.BarData, len(bars))
	var spans, ends, dots []any
	var text strings.Builder
	lost, drawn, room := 0, 0, 0.0
	for i, b := range bars {
		names[i] = b.Name
		if b.Interval && (!finite(b.Low) || !finite(b.High)) {
			lost++
			b.Interval = false
		}
		if b.Interval && !(b.Low <= b.High) {
			return nil, fmt.Errorf("plots: %w: bar %q has the interval %v to %v", ErrData, b.Name, b.Low, b.High)
		}
		if !finite(b.Value) {
			lost++
			data[i] = opts.BarData{Value: nil}
			fmt.Fprintf(&text, "  %s: –\n", short(b.Name, 40))
			continue
		}
		drawn++
		data[i] = opts.BarData{Value: b.Value, ItemStyle: &opts.ItemStyle{Color: palette()[0]}}
		if o.Dots {
			data[i].ItemStyle.Color = "transparent"
			dots = append(dots, []any{b.Value, i})
		}
		label, end := fixed(b.Value), max(b.Value, 0)
		if o.Dots { // its label stands beside the dot, a bar's to the right of where bars begin
			end = b.Value
		}
		if b.Interval {
			label = fmt.Sprintf("%s  (%s – %s)", fixed(b.Value), fixed(b.Low), fixed(b.High))
			end = max(end, b.High)
			if o.Dots {
				end = b.High
			}
			spans = append(spans, []any{whisker(b.Low, i), whisker(b.High, i)})
		}
		room = max(room, textWidth(label, "12px"))
		ends = append(ends, tree{"value": []any{end, i}, "label": tree{"formatter": label}})
		fmt.Fprintf(&text, "  %s: %s\n", short(b.Name, 40), label)
	}
	if drawn == 0 {
		return nil, fmt.Errorf("plots: %w: none of %d bars is finite", ErrData, len(bars))
	}
	names = unique(names)
	for i := range names {
		names[i] = short(names[i], 36)
	}
	chart.SetXAxis(names)
	chart.AddSeries("value", data, charts.WithBarChartOpts(opts.BarChart{}))
	x, y := axis("value", o.X, 28), axis("category", o.Y, 28)
	y["data"], y["inverse"] = names, true
	y["axisLabel"] = tree{"color": "#1a1a1a", "interval": 0}
	if o.Max > 0 {
		x["max"] = o.Max
	}
	if o.Dots {
		x["min"] = floorOf(bars)
	}
	layout := tree{"xAxis": []any{x}, "yAxis": []any{y}, "grid": grid(o.Options, nil, tree{"right": int(room) + 24}), "tooltip": tree{"trigger": "item"}}
	height := headroom(o.Options) + 34*len(bars) + 60
	c, err := build(chart, layout, o.Options, height, text.String(), left(lost))
	if err != nil {
		return nil, err
	}
	return c.with(func(option tree) {
		series := option["series"].([]any)
		if len(spans) > 0 {
			series[0].(tree)["markLine"] = tree{"silent": true, "animation": false, "label": tree{"show": false}, "lineStyle": tree{"type": "solid", "color": "#1a1a1a", "width": 2}, "data": spans}
		}
		if o.Dots {
			series = append(series, tree{"type": "scatter", "name": "dots", "symbolSize": 11, "silent": true, "animation": false,
				"itemStyle": tree{"color": palette()[0], "opacity": 1}, "data": dots})
		}
		option["series"] = append(series, tree{"type": "scatter", "name": "label", "symbolSize": 1, "silent": true, "animation": false,
			"itemStyle": tree{"color": "transparent"}, "label": tree{"show": true, "position": "right", "distance": 8, "color": "#1a1a1a"}, "data": ends})
	})
}

// floorOf is a round number below the values and their intervals, a tenth of their span
// away.
func floorOf(bars []Bar) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, b := range bars {
		if !finite(b.Value) {
			continue
		}
		low, high = min(low, b.Value), max(high, b.Value)
		if b.Interval && finite(b.Low) && finite(b.High) {
			low, high = min(low, b.Low), max(high, b.High)
		}
	}
	unit := math.Pow(10, math.Floor(math.Log10(max(high-low, 1e-300)))) / 2
	below := math.Floor((low-(high-low)/10)/unit) * unit
	if !finite(below) {
		return low
	}
	return below
}

// whisker is one end of an interval: a short stroke across.
func whisker(v float64, row int) tree {
	return tree{"coord": []any{v, row}, "symbol": "rect", "symbolSize": []int{10, 2}, "symbolRotate": 90}
}

// Part is how many items of each class are in one part of a split.
type Part struct {
	Name   string
	Counts []int // in the order of the classes
}

// ClassCounts draws how many items each class has, and in which part they are.
func ClassCounts(classes []string, parts []Part, o Options) (*Chart, error) {
	if len(classes) == 0 || len(parts) == 0 {
		return nil, fmt.Errorf("plots: %w: %d classes in %d parts", ErrData, len(classes), len(parts))
	}
	if len(classes) > mostBars || len(parts) > 20 {
		return nil, fmt.Errorf("plots: %w: %d classes in %d parts; up to %d in 20 can be read: draw fewer", ErrData, len(classes), len(parts), mostBars)
	}
	chart := charts.NewBar()
	names := make([]string, len(classes))
	for i, c := range classes {
		names[i] = short(c, 36)
	}
	chart.SetXAxis(names)
	var partNames []string
	for _, p := range parts {
		partNames = append(partNames, p.Name)
	}
	partNames = unique(partNames)
	var text strings.Builder
	for i, p := range parts {
		if len(p.Counts) != len(classes) {
			return nil, fmt.Errorf("plots: %w: part %q has %d counts for %d classes", ErrData, p.Name, len(p.Counts), len(classes))
		}
		data := make([]opts.BarData, len(p.Counts))
		for k, n := range p.Counts {
			data[k] = opts.BarData{Value: n}
		}
		chart.AddSeries(partNames[i], data, charts.WithBarChartOpts(opts.BarChart{Stack: "all"}))
	}
	for k, c := range names {
		fmt.Fprintf(&text, "  %s:", c)
		for i, p := range parts {
			fmt.Fprintf(&text, " %s %d", partNames[i], p.Counts[k])
		}
		text.WriteByte('\n')
	}
	o.X = cmp.Or(o.X, "items")
	x, y := axis("value", o.X, 28), axis("category", o.Y, 28)
	y["data"], y["inverse"] = names, true
	y["axisLabel"] = tree{"color": "#1a1a1a", "interval": 0}
	layout := tree{"xAxis": []any{x}, "yAxis": []any{y}, "grid": grid(o, partNames, nil), "legend": legend(o, partNames),
		"tooltip": tree{"trigger": "axis", "axisPointer": tree{"type": "shadow"}}}
	return build(chart, layout, o, headroom(o)+26*len(classes)+90, text.String())
}
