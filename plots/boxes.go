package plots

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

const (
	mostBoxes    = 60
	mostOutliers = 300 // drawn of one box
)

// BoxOptions are what boxes need besides. X names the values' axis.
type BoxOptions struct {
	Options
	// Factor is how many interquartile ranges beyond the quartiles a whisker may reach;
	// values outside are drawn as points. 0 means 1.5, Tukey's.
	Factor float64
}

// Boxes draws how samples are spread, one box below the other: the quartiles, the median,
// whiskers to the last values within the fences, and what lies outside as points (Tukey
// 1977). Of many points a sample is drawn, always the same, and a note says so.
func Boxes(samples []Sample, o BoxOptions) (*Chart, error) {
	if len(samples) == 0 || len(samples) > mostBoxes {
		return nil, fmt.Errorf("plots: %w: %d samples; 1 to %d boxes can be read", ErrData, len(samples), mostBoxes)
	}
	if o.Factor == 0 {
		o.Factor = 1.5
	}
	chart := charts.NewBoxPlot()
	names := make([]string, len(samples))
	data := make([]opts.BoxPlotData, len(samples))
	var outliers []any
	var text strings.Builder
	lost, hidden, drawn := 0, 0, 0
	for i, s := range samples {
		names[i] = s.Name
		var v []float64
		for _, x := range s.Values {
			if finite(x) {
				v = append(v, x)
			} else {
				lost++
			}
		}
		if len(v) == 0 {
			data[i] = opts.BoxPlotData{Value: []any{}}
			fmt.Fprintf(&text, "  %s: –\n", short(s.Name, 40))
			continue
		}
		drawn++
		slices.Sort(v)
		b, outside := boxOf(v, o.Factor)
		data[i] = opts.BoxPlotData{Value: b[:]}
		fmt.Fprintf(&text, "  %s: %d values, quartiles %s, %s and %s, %d outside the whiskers\n", short(s.Name, 40), len(v), number(b[1]), number(b[2]), number(b[3]), len(outside))
		if len(outside) > mostOutliers {
			hidden += len(outside) - mostOutliers
			outside = sampled(outside, mostOutliers)
		}
		for _, x := range outside {
			outliers = append(outliers, []any{x, i})
		}
	}
	if drawn == 0 {
		return nil, fmt.Errorf("plots: %w: no value of %d samples is finite", ErrData, len(samples))
	}
	names = unique(names)
	for i := range names {
		names[i] = short(names[i], 36)
	}
	chart.AddSeries("quartiles", data)
	x, y := axis("value", o.X, 28), axis("category", o.Y, 28)
	x["scale"] = true
	y["data"], y["inverse"] = names, true
	y["axisLabel"] = tree{"color": "#1a1a1a", "interval": 0}
	layout := tree{"xAxis": []any{x}, "yAxis": []any{y}, "grid": grid(o.Options, nil, nil), "tooltip": tree{"trigger": "item"}}
	note := ""
	if hidden > 0 {
		note = fmt.Sprintf("%d of the points outside the whiskers are not drawn.", hidden)
	}
	o.Height = cmp.Or(o.Height, headroom(o.Options)+38*len(samples)+70)
	c, err := build(chart, layout, o.Options, o.Height, text.String(), left(lost), note)
	if err != nil {
		return nil, err
	}
	return c.with(func(option tree) {
		series := option["series"].([]any)
		series[0].(tree)["itemStyle"] = tree{"color": "#cfe3f2", "borderColor": palette()[0], "borderWidth": 1.5}
		series[0].(tree)["boxWidth"] = []int{8, 22}
		option["series"] = append(series, tree{"type": "scatter", "name": "outside the whiskers", "symbolSize": 5, "animation": false,
			"itemStyle": tree{"color": palette()[3], "opacity": 0.6}, "data": append([]any{}, outliers...)})
	})
}

// boxOf gives the ends of the whiskers with the quartiles between them, and the values
// outside; v is sorted.
func boxOf(v []float64, factor float64) (box [5]float64, outside []float64) {
	q1, q3 := quantile(v, 0.25), quantile(v, 0.75)
	low, high := q1-factor*(q3-q1), q3+factor*(q3-q1)
	from, _ := slices.BinarySearch(v, low)
	to := len(v)
	for to > from && v[to-1] > high {
		to--
	}
	box = [5]float64{q1, q1, quantile(v, 0.5), q3, q3}
	if from < to {
		box[0], box[4] = min(v[from], q1), max(v[to-1], q3)
	}
	return box, append(slices.Clone(v[:from]), v[to:]...)
}

// sampled chooses n of sorted values: the two ends, and others by a fixed chance.
func sampled(v []float64, n int) []float64 {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	out := []float64{v[0], v[len(v)-1]}
	for _, i := range rng.Perm(len(v) - 2)[:n-2] {
		out = append(out, v[i+1])
	}
	return out
}
