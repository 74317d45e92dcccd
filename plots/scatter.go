package plots

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Points are the points of one class. X and Y have one length; Labels too, or none.
type Points struct {
	Name   string
	X, Y   []float64
	Labels []string // shown when the pointer is on a point
}

// most is how many points a scatter draws; more hide each other and slow the page down.
const most = 10_000

// Scatter draws points by class, each class in a colour and shape of its own. Of more than
// ten thousand it draws a sample, always the same, and says so.
func Scatter(groups []Points, o Options) (*Chart, error) {
	chart := charts.NewScatter()
	names := make([]string, len(groups))
	total, lost := 0, 0
	for i, g := range groups {
		names[i] = g.Name
		if len(g.X) != len(g.Y) || len(g.Labels) != 0 && len(g.Labels) != len(g.X) {
			return nil, fmt.Errorf("plots: %w: class %q has %d x, %d y and %d labels", ErrData, g.Name, len(g.X), len(g.Y), len(g.Labels))
		}
		for k := range g.X {
			if finite(g.X[k]) && finite(g.Y[k]) {
				total++
			} else {
				lost++
			}
		}
	}
	if total == 0 {
		return nil, fmt.Errorf("plots: %w: no point is finite in %d classes", ErrData, len(groups))
	}
	names = unique(names)
	rng := rand.New(rand.NewPCG(1, most))
	symbols, _ := shapes()
	var allX, allY []float64
	for _, g := range groups {
		allX, allY = append(allX, g.X...), append(allY, g.Y...)
	}
	roundX, roundY := rounder(allX), rounder(allY)
	drawn := make([][][2]float64, len(groups))
	var text strings.Builder
	for i, g := range groups {
		var data []opts.ScatterData
		n := 0
		for k := range g.X {
			if !finite(g.X[k]) || !finite(g.Y[k]) {
				continue
			}
			n++
			if total > most && rng.Float64() >= float64(most)/float64(total) {
				continue
			}
			at := [2]float64{roundX(g.X[k]), roundY(g.Y[k])}
			drawn[i] = append(drawn[i], at)
			d := opts.ScatterData{Value: at}
			if len(g.Labels) > 0 {
				d.Name = short(g.Labels[k], 60)
			}
			data = append(data, d)
		}
		_, shape := look(i)
		chart.AddSeries(names[i], data, charts.WithScatterChartOpts(opts.ScatterChart{Symbol: symbols[shape], SymbolSize: 8}))
		fmt.Fprintf(&text, "  %s: %d points\n", names[i], n)
	}
	x, y := axis("value", o.X, 28), axis("value", o.Y, 44)
	x["scale"], y["scale"] = true, true
	layout := tree{"legend": legend(o, names), "grid": grid(o, names, nil), "xAxis": []any{x}, "yAxis": []any{y}, "tooltip": tree{"trigger": "item"}}
	note := ""
	if total > most {
		note = fmt.Sprintf("A sample of about %d of %d points.", most, total)
	}
	c, err := build(chart, layout, o, 420+24*legendRows(o, names), text.String(), left(lost), note)
	if err != nil {
		return nil, err
	}
	c, err = c.with(func(option tree) {
		for _, s := range option["series"].([]any) {
			s := s.(tree)
			s["itemStyle"] = tree{"opacity": 0.8}
			s["dimensions"] = []string{cmp.Or(short(o.X, 40), "x"), cmp.Or(short(o.Y, 40), "y")}
			s["encode"] = tree{"x": 0, "y": 1, "tooltip": []int{0, 1}}
		}
	})
	if err != nil {
		return nil, err
	}
	corners := corners(drawn)
	return c.frame(corners, cloud(drawn, corners), func(option tree) {
		for i, s := range option["series"].([]any) {
			s.(tree)["data"] = []any{}
			if i == 0 { // the axes still span all points
				s.(tree)["data"] = []any{tree{"value": corners[0], "symbol": "none"}, tree{"value": corners[1], "symbol": "none"}}
			}
		}
	})
}

// corners are the lower left and the upper right of points.
func corners(groups [][][2]float64) [][2]float64 {
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, points := range groups {
		for _, p := range points {
			for k := range p {
				low[k], high[k] = min(low[k], p[k]), max(high[k], p[k])
			}
		}
	}
	return [][2]float64{low, high}
}

// Sample is some values of one kind.
type Sample struct {
	Name   string
	Values []float64
}

// Histogram draws how values are spread, on common bins. Their width is Freedman and
// Diaconis's, 2·IQR/∛n of all values (1981), with at least 5 and at most 100 bins.
func Histogram(samples []Sample, o Options) (*Chart, error) {
	var all []float64
	lost := 0
	names := make([]string, len(samples))
	for i, s := range samples {
		names[i] = s.Name
		for _, v := range s.Values {
			if finite(v) {
				all = append(all, v)
			} else {
				lost++
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("plots: %w: no value is finite in %d samples", ErrData, len(samples))
	}
	names = unique(names)
	slices.Sort(all)
	low, width, n := bins(all)
	chart := charts.NewBar()
	edges := make([]string, n)
	for i := range edges {
		edges[i] = number(low + (float64(i)+0.5)*width)
	}
	chart.SetXAxis(edges)
	var text strings.Builder
	for i, s := range samples {
		counts := make([]int, n)
		for _, v := range s.Values {
			if finite(v) {
				counts[min(n-1, max(0, int((v/2-low/2)/width*2)))]++
			}
		}
		data := make([]opts.BarData, n)
		for k, c := range counts {
			data[k] = opts.BarData{Value: c}
		}
		chart.AddSeries(names[i], data, charts.WithBarChartOpts(opts.BarChart{BarGap: "0%", BarCategoryGap: "4%"}))
		fmt.Fprintf(&text, "  %s: %d values\n", names[i], len(s.Values))
	}
	o.Y = cmp.Or(o.Y, "count")
	x, y := axis("category", o.X, 28), axis("value", o.Y, 44)
	x["data"] = edges
	layout := tree{"legend": legend(o, names), "grid": grid(o, names, nil), "xAxis": []any{x}, "yAxis": []any{y},
		"tooltip": tree{"trigger": "axis", "axisPointer": tree{"type": "shadow"}}}
	return build(chart, layout, o, 320, text.String(), left(lost), fmt.Sprintf("%d bins of width %s; labels are their middles.", n, number(width)))
}
