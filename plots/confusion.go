package plots

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

const (
	dotted   = 20  // a matrix of more classes is calmer without a dot for each zero
	labelled = 40  // a matrix of more classes has no room for numbers
	widest   = 200 // classes of the largest matrix
)

// Confusion draws a confusion matrix: counts[i][j] items of class i were taken for class
// j. A cell's shade is its share of its row; its number is the count, shown up to 40 classes.
// There are 2 to 200 classes.
func Confusion(classes []string, counts [][]int, o Options) (*Chart, error) {
	n := len(classes)
	if n < 2 || len(counts) != n {
		return nil, fmt.Errorf("plots: %w: %d classes and %d rows of counts", ErrData, n, len(counts))
	}
	if n > widest {
		return nil, fmt.Errorf("plots: %w: %d classes; a matrix shows up to %d: choose those that are confused most", ErrData, n, widest)
	}
	chart := charts.NewHeatMap()
	names := make([]string, n)
	for i, c := range classes {
		names[i] = short(c, 26)
	}
	chart.SetXAxis(names)
	var data []opts.HeatMapData
	var cells []cell
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
			c := cell{row: i, col: j, share: float64(k) / float64(max(total, 1)), color: "#1a1a1a", text: strconv.Itoa(k)}
			if c.share > 0.5 {
				c.color = "#ffffff"
			}
			d := opts.HeatMapData{Name: fmt.Sprintf("%s, taken for %s: %d of %d", literal(names[i]), literal(names[j]), k, total)}
			if k == 0 {
				c.text, c.color, d.Name = "·", "#aaaaaa", ""
			}
			if n > labelled || n > dotted && k == 0 {
				c.text = ""
			}
			d.Value = []any{j, i, math.Round(c.share*1e4) / 1e4}
			data, cells = append(data, d), append(cells, c)
			fmt.Fprintf(w, "%d\t", k)
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush()
	chart.AddSeries("share of the row", data)
	o.X, o.Y = cmp.Or(o.X, "predicted"), cmp.Or(o.Y, "true class")
	width := 0
	for _, s := range names {
		width = max(width, len([]rune(s)))
	}
	side := max(34, 460/n)
	if n > 14 {
		side = max(18, 560/n)
	}
	if o.Width == 0 {
		o.Width = max(480, side*n+8*width+120)
	}
	x, y := axis("category", o.X, 8), axis("category", o.Y, 8)
	x["data"], y["data"], y["inverse"] = names, names, true
	x["axisLabel"] = tree{"rotate": 45, "interval": 0, "color": "#1a1a1a", "fontSize": min(12, size+1)}
	y["axisLabel"] = tree{"interval": 0, "color": "#1a1a1a", "fontSize": min(12, size+1)}
	for _, a := range []tree{x, y} {
		a["splitArea"] = tree{"show": false}
		a["splitLine"] = tree{"show": false}
	}
	layout := tree{"xAxis": []any{x}, "yAxis": []any{y}, "grid": grid(o, nil, tree{"left": 14, "bottom": 12, "outerBoundsContain": "all"}),
		"visualMap": []any{tree{"type": "continuous", "show": false, "min": 0, "max": 1, "inRange": tree{"color": blues()}}}}
	c, err := build(chart, layout, o, headroom(o)+side*n+6*width+60, text.String(), "Shade: share of the row. Rows are true classes.")
	if err != nil {
		return nil, err
	}
	c, err = c.with(func(option tree) {
		s := option["series"].([]any)[0].(tree)
		s["itemStyle"] = tree{"borderColor": "#ffffff", "borderWidth": 1}
		s["tooltip"] = tree{"formatter": "{b}"}
		s["label"] = tree{"fontSize": size, "color": "#1a1a1a"}
		for i, d := range s["data"].([]any) {
			if cells[i].text != "" {
				label := tree{"show": true, "formatter": cells[i].text}
				if cells[i].color != "#1a1a1a" {
					label["color"] = cells[i].color
				}
				d.(tree)["label"] = label
			}
		}
	})
	if err != nil {
		return nil, err
	}
	last := float64(n - 1)
	return c.frame([][2]float64{{0, 0}, {last, last}}, matrix(cells, n, size), func(option tree) {
		option["series"].([]any)[0].(tree)["data"] = []any{}
	})
}
