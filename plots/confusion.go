package plots

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Confusion draws a confusion matrix: counts[i][j] items of class i were taken for class
// j. A cell's shade is its share of its row; its number is the count.
func Confusion(classes []string, counts [][]int, o Options) (*Chart, error) {
	n := len(classes)
	if n < 2 || len(counts) != n {
		return nil, fmt.Errorf("plots: %w: %d classes and %d rows of counts", ErrData, n, len(counts))
	}
	chart := charts.NewHeatMap()
	names := make([]string, n)
	for i, c := range classes {
		names[i] = short(c, 26)
	}
	chart.SetXAxis(names)
	var data []opts.HeatMapData
	var labels []any
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 1, ' ', tabwriter.AlignRight)
	size := 12
	if n > 12 {
		size = max(7, 12-(n-12)/4)
	}
	for i, row := range counts {
		if len(row) != n {
			return nil, fmt.Errorf("plots: %w: row %d has %d counts for %d classes", ErrData, i, len(row), n)
		}
		total := 0
		for _, k := range row {
			if k < 0 {
				return nil, fmt.Errorf("plots: %w: row %d has the count %d", ErrData, i, k)
			}
			total += k
		}
		fmt.Fprintf(w, "%s\t", names[i])
		for j, k := range row {
			share := float64(k) / float64(max(total, 1))
			data = append(data, opts.HeatMapData{Value: [3]any{j, i, share}})
			color, text := "#1a1a1a", fmt.Sprint(k)
			if share > 0.5 {
				color = "#ffffff"
			}
			if k == 0 {
				text, color = "·", "#aaaaaa"
			}
			labels = append(labels, tree{"show": n <= 40, "formatter": text, "color": color, "fontSize": size})
			fmt.Fprintf(w, "%d\t", k)
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush()
	chart.AddSeries("share of the row", data)
	o.X, o.Y = cmp.Or(o.X, "predicted"), cmp.Or(o.Y, "true class")
	longest := 0
	for _, s := range names {
		longest = max(longest, len([]rune(s)))
	}
	side := max(34, 460/n)
	if n > 14 {
		side = max(18, 560/n)
	}
	if o.Width == 0 {
		o.Width = max(480, side*n+8*longest+120)
	}
	x, y := axis("category", o.X, 6*longest+22), axis("category", o.Y, 7*longest+20)
	x["data"], y["data"], y["inverse"] = names, names, true
	x["axisLabel"] = tree{"rotate": 45, "interval": 0, "color": "#1a1a1a", "fontSize": min(12, size+1)}
	y["axisLabel"] = tree{"interval": 0, "color": "#1a1a1a", "fontSize": min(12, size+1)}
	for _, a := range []tree{x, y} {
		a["splitArea"] = tree{"show": false}
		a["splitLine"] = tree{"show": false}
	}
	layout := tree{"xAxis": []any{x}, "yAxis": []any{y}, "grid": grid(o, nil, nil),
		"visualMap": []any{tree{"type": "continuous", "show": false, "min": 0, "max": 1, "inRange": tree{"color": []string{"#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b"}}}}}
	c, err := build(chart, layout, o, headroom(o)+side*n+6*longest+60, text.String(), "Shade: share of the row. Rows are true classes.")
	if err != nil {
		return nil, err
	}
	return c.with(func(option tree) {
		s := option["series"].([]any)[0].(tree)
		s["itemStyle"] = tree{"borderColor": "#ffffff", "borderWidth": 1}
		for i, d := range s["data"].([]any) {
			d.(tree)["label"] = labels[i]
		}
	})
}
