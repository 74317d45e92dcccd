package plots

import (
	"fmt"
	"math"
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
}

// Line draws curves, as of training.
func Line(series []Series, o LineOptions) (*Chart, error) {
	chart := charts.NewLine()
	points, lost := 0, 0
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
		data := make([]opts.LineData, 0, len(s.X))
		low, high, n := math.Inf(1), math.Inf(-1), 0
		for k := range s.X {
			x, y := s.X[k], s.Y[k]
			if !finite(x) || o.LogX && x <= 0 {
				lost++
				continue
			}
			if !finite(y) || o.LogY && y <= 0 {
				lost++
				data = append(data, opts.LineData{Value: []any{x, nil}})
				continue
			}
			data = append(data, opts.LineData{Value: []any{x, y}})
			low, high, n = min(low, y), max(high, y), n+1
		}
		points += n
		chart.AddSeries(names[i], data, charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(n <= 40), SymbolSize: 5}))
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
	x["splitLine"] = tree{"show": false}
	layout := tree{"legend": legend(o.Options, names), "grid": marksRoom(grid(o.Options, names, nil), o.Marks), "xAxis": []any{x}, "yAxis": []any{y},
		"tooltip": tree{"trigger": "axis"}}
	c, err := build(chart, layout, o.Options, 340, text.String(), left(lost))
	if err != nil || len(o.Marks) == 0 {
		return c, err
	}
	return c.with(func(option tree) {
		option["series"].([]any)[0].(tree)["markLine"] = markLine(o.Marks)
	})
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
