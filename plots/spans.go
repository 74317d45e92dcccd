package plots

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Span is a stretch of a track that is of one part. A span whose part is "" is left pale:
// what is in no part.
type Span struct {
	Part   string
	Length float64 // not below 0
}

// Track is one row of spans, from left to right.
type Track struct {
	Name  string
	Spans []Span
}

// TrackOf is the track of items that are each in a part, in their order.
func TrackOf(name string, parts []string) Track {
	t := Track{Name: name}
	for _, p := range parts {
		if n := len(t.Spans); n > 0 && t.Spans[n-1].Part == p {
			t.Spans[n-1].Length++
		} else {
			t.Spans = append(t.Spans, Span{p, 1})
		}
	}
	return t
}

// mostSpans is how many spans one chart has room for.
const mostSpans = 2000

// Spans draws tracks below each other, a colour for each part: which items of a split are
// in which part, how folds follow each other in time. X names what the length counts.
func Spans(tracks []Track, o Options) (*Chart, error) {
	var parts []string
	total, most := 0, 0
	for _, t := range tracks {
		total += len(t.Spans)
		most = max(most, len(t.Spans))
		for _, s := range t.Spans {
			if !finite(s.Length) || s.Length < 0 {
				return nil, fmt.Errorf("plots: %w: track %q has a span of length %v", ErrData, t.Name, s.Length)
			}
			if s.Part != "" && !slices.Contains(parts, s.Part) {
				parts = append(parts, s.Part)
			}
		}
	}
	if len(parts) == 0 || len(tracks) > mostBars || total > mostSpans || len(parts) > len(palette()) {
		return nil, fmt.Errorf("plots: %w: %d tracks with %d spans of %d parts; give up to %d with %d of 1 to %d", ErrData, len(tracks), total, len(parts), mostBars, mostSpans, len(palette()))
	}
	names := unique(parts)
	chart := charts.NewBar()
	rows := make([]string, len(tracks))
	for i, t := range tracks {
		rows[i] = t.Name
	}
	rows = unique(rows)
	chart.SetXAxis(rows)
	for i := range names { // for the legend alone
		chart.AddSeries(names[i], nil, charts.WithItemStyleOpts(opts.ItemStyle{Color: palette()[i]}), charts.WithBarChartOpts(opts.BarChart{Stack: "all"}))
	}
	for k := range most {
		chart.AddSeries(fmt.Sprintf("span %d", k+1), layer(tracks, parts, k), charts.WithBarChartOpts(opts.BarChart{Stack: "all", BarCategoryGap: "30%"}))
	}
	x, y := axis("value", o.X, 28), axis("category", o.Y, 28)
	y["data"], y["inverse"] = rows, true
	y["axisLabel"] = tree{"color": "#1a1a1a", "interval": 0}
	x["splitLine"], x["max"] = tree{"show": false}, "dataMax"
	layout := tree{"xAxis": []any{x}, "yAxis": []any{y}, "grid": grid(o, names, nil), "legend": legend(o, names), "tooltip": tree{"trigger": "item"}}
	merge(layout["legend"].(tree), tree{"show": true, "selectedMode": false})
	return build(chart, layout, o, headroom(o)+28*len(tracks)+90, spansText(tracks, rows))
}

// layer is span k of every track.
func layer(tracks []Track, parts []string, k int) []opts.BarData {
	data := make([]opts.BarData, len(tracks))
	for i, t := range tracks {
		if k >= len(t.Spans) {
			data[i] = opts.BarData{Value: nil}
			continue
		}
		s, color := t.Spans[k], "#ececec"
		name := "in no part"
		if p := slices.Index(parts, s.Part); p >= 0 {
			color, name = palette()[p], short(s.Part, 60)
		}
		data[i] = opts.BarData{Name: name, Value: s.Length, ItemStyle: &opts.ItemStyle{Color: color}}
	}
	return data
}

func spansText(tracks []Track, rows []string) string {
	var b strings.Builder
	for i, t := range tracks {
		fmt.Fprintf(&b, "  %s:", rows[i])
		sum := map[string]float64{}
		var order []string
		for _, s := range t.Spans {
			if _, ok := sum[s.Part]; !ok {
				order = append(order, s.Part)
			}
			sum[s.Part] += s.Length
		}
		for _, p := range order {
			name := p
			if p == "" {
				name = "in no part"
			}
			fmt.Fprintf(&b, " %s %s", short(name, 40), number(sum[p]))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
