package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Series is one line: points in the order they are joined. X and Y have one length.
type Series struct {
	Name string
	X, Y []float64
}

// Mark is a vertical line at X with a name: the best epoch, the start of a phase.
type Mark struct {
	X    float64
	Name string
}

// LineOptions are what lines need besides.
type LineOptions struct {
	Options
	LogX, LogY bool   // logarithmic axes; values at or below zero are left out
	Marks      []Mark // drawn dashed
	// SameUnits gives both axes as many pixels for a unit, as on a map; for values, not for
	// logarithms.
	SameUnits bool
	// Behind are pale lines without a name, below the others: contours, other runs.
	Behind []Series
}

// Line draws curves, as of training.
func Line(series []Series, o LineOptions) (*Chart, error) {
	chart := charts.NewLine()
	points, lost, thinned := 0, 0, ""
	if len(series) > 50 {
		return nil, fmt.Errorf("plots: %w: %d lines; nobody tells more than 50 apart: draw fewer", ErrData, len(series))
	}
	names := make([]string, len(series))
	for i, s := range series {
		names[i] = s.Name
	}
	names = unique(names)
	var text strings.Builder
	for i, s := range series {
		if len(s.X) != len(s.Y) {
			return nil, fmt.Errorf("plots: %w: line %q has %d x and %d y", ErrData, s.Name, len(s.X), len(s.Y))
		}
		low, high, n := math.Inf(1), math.Inf(-1), 0
		roundX, roundY := rounder(s.X), rounder(s.Y)
		if o.LogX {
			roundX = func(v float64) float64 { return v }
		}
		if o.LogY {
			roundY = func(v float64) float64 { return v }
		}
		type point struct{ x, y float64 }
		var kept []point
		for k := range s.X {
			x, y := s.X[k], s.Y[k]
			if !finite(x) || o.LogX && x <= 0 {
				lost++
				continue
			}
			if !finite(y) || o.LogY && y <= 0 {
				lost++
				kept = append(kept, point{x, math.NaN()})
				continue
			}
			kept = append(kept, point{x, y})
			low, high, n = min(low, y), max(high, y), n+1
		}
		if len(kept) > longest {
			thinned = fmt.Sprintf("Of lines with more than %d points those that make their shape are drawn.", longest)
		}
		data := make([]opts.LineData, 0, min(len(kept), longest))
		for _, k := range thin(len(kept), func(k int) float64 { return kept[k].y }) {
			p := opts.LineData{Value: []any{roundX(kept[k].x), nil}}
			if finite(kept[k].y) {
				p.Value = []any{roundX(kept[k].x), roundY(kept[k].y)}
			}
			data = append(data, p)
		}
		points += n
		chart.AddSeries(names[i], data, charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(n <= 40 && len(series) <= 4), SymbolSize: 5}),
			charts.WithLineStyleOpts(opts.LineStyle{Type: []string{"solid", "dashed", "dotted"}[i/len(palette())%3]}))
		if n > 0 {
			fmt.Fprintf(&text, "  %s: %d points, from %s to %s, last %s\n", names[i], n, number(low), number(high), number(s.Y[len(s.Y)-1]))
		}
	}
	if points == 0 {
		return nil, fmt.Errorf("plots: %w: no point is finite in %d lines", ErrData, len(series))
	}
	kind := func(log bool) string {
		if log {
			return "log"
		}
		return "value"
	}
	x, y := axis(kind(o.LogX), o.X, 28), axis(kind(o.LogY), o.Y, 44)
	x["scale"], y["scale"] = true, true
	if o.SameUnits && !o.LogX && !o.LogY {
		o.sameUnits(series, x, y)
	}
	x["splitLine"] = tree{"show": false}
	layout := tree{"legend": legend(o.Options, names), "grid": marksRoom(grid(o.Options, names, nil), o.Marks), "xAxis": []any{x}, "yAxis": []any{y},
		"tooltip": tree{"trigger": "axis"}}
	c, err := build(chart, layout, o.Options, 340+24*max(0, legendRows(o.Options, names)-1), text.String(), left(lost), thinned)
	if err != nil || len(o.Marks) == 0 && len(o.Behind) == 0 {
		return c, err
	}
	behind, err := o.behind()
	if err != nil {
		return nil, err
	}
	return c.with(func(option tree) {
		series := option["series"].([]any)
		if len(o.Marks) > 0 {
			series[0].(tree)["markLine"] = markLine(o.Marks)
		}
		option["series"] = append(series, behind...)
	})
}

// sameUnits sets the ends of the axes: all points lie within, and a unit is as long on the
// one as on the other.
func (o *LineOptions) sameUnits(series []Series, x, y tree) {
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, s := range slices.Concat(series, o.Behind) {
		for k, v := range [][]float64{s.X, s.Y} {
			a, b := extent(v)
			low[k], high[k] = min(low[k], a), max(high[k], b)
		}
	}
	if o.Width == 0 {
		o.Width = 720
	}
	if o.Height == 0 {
		o.Height = 420
	}
	room := [2]float64{float64(max(o.Width-110, 10)), float64(max(o.Height-headroom(o.Options)-70, 10))}
	unit := 1.06 * max((high[0]-low[0])/room[0], (high[1]-low[1])/room[1]) // of the data, for a pixel
	if !(unit > 0) || math.IsInf(unit, 0) {
		return
	}
	for k, axis := range []tree{x, y} {
		middle, half := low[k]/2+high[k]/2, unit*room[k]/2
		round := rounder([]float64{middle - half, middle + half})
		axis["min"], axis["max"] = round(middle-half), round(middle+half)
		merge(axis, tree{"axisLabel": tree{"showMinLabel": false, "showMaxLabel": false}})
	}
}

// behind makes series of the pale lines.
func (o LineOptions) behind() ([]any, error) {
	if len(o.Behind) > 200 {
		return nil, fmt.Errorf("plots: %w: %d lines behind; give up to 200", ErrData, len(o.Behind))
	}
	var out []any
	for i, s := range o.Behind {
		if len(s.X) != len(s.Y) {
			return nil, fmt.Errorf("plots: %w: line %d behind has %d x and %d y", ErrData, i, len(s.X), len(s.Y))
		}
		roundX, roundY := rounder(s.X), rounder(s.Y)
		var data []any
		for _, k := range thin(len(s.X), func(k int) float64 { return s.Y[k] }) {
			x, y := s.X[k], s.Y[k]
			if !finite(x) || o.LogX && x <= 0 {
				continue
			}
			if !finite(y) || o.LogY && y <= 0 {
				data = append(data, []any{x, nil})
				continue
			}
			data = append(data, []any{roundX(x), roundY(y)})
		}
		out = append(out, tree{"type": "line", "name": fmt.Sprintf("behind %d", i+1), "data": data, "showSymbol": false, "silent": true, "animation": false, "z": 1,
			"lineStyle": tree{"color": "#bdbdbd", "width": 1}, "itemStyle": tree{"color": "#bdbdbd"}, "tooltip": tree{"show": false}})
	}
	return out, nil
}

// marksRoom leaves room above for the names of marks, in two rows.
func marksRoom(g tree, marks []Mark) tree {
	if len(marks) > 0 {
		g["top"] = g["top"].(int) + 14*min(len(marks), 2)
		g["right"] = 48
	}
	return g
}

func markLine(marks []Mark) tree {
	var data []any
	for i, m := range marks {
		if finite(m.X) {
			data = append(data, tree{"xAxis": m.X, "label": tree{"formatter": literal(short(m.Name, 40)), "position": "end", "rotate": 0,
				"align": "center", "distance": 2 + 14*(i%2), "color": "#555"}})
		}
	}
	return tree{"silent": true, "symbol": "none", "animation": false, "lineStyle": tree{"type": "dashed", "color": "#999"}, "data": data}
}

// literal keeps a label's text from being taken for ECharts' templates {a}, {b}, {c}: a
// joiner without width stands behind each brace.
func literal(s string) string { return strings.ReplaceAll(s, "{", "{\u2060") }
