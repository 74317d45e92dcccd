package plots

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// HeatOptions are what a heat map needs besides.
type HeatOptions struct {
	Options
	// Low and High are the values of the lightest and the darkest shade. Both 0 take the
	// smallest and the largest value.
	Low, High float64
	// Signed puts 0 in the middle of two colours, red below and blue above: for
	// correlations. Low is then -High; both 0 mean -1 and 1.
	Signed bool
	// Numbers writes each value with so many digits behind the point; 0 means two, below 0
	// none. More than 40 rows or columns leave no room for them.
	Numbers int
}

// Heatmap draws a matrix of values as shades: values[i][j] stands in row i and column j. A
// value that is not finite is an empty cell. There are up to 200 rows and columns.
func Heatmap(rows, cols []string, values [][]float64, o HeatOptions) (*Chart, error) {
	if len(rows) == 0 || len(cols) == 0 || len(rows) > widest || len(cols) > widest || len(values) != len(rows) {
		return nil, fmt.Errorf("plots: %w: %d rows of values for %d rows and %d columns; a heat map shows 1 to %d of each", ErrData, len(values), len(rows), len(cols), widest)
	}
	g := lattice{colors: blues(), name: "value"}
	low, high := math.Inf(1), math.Inf(-1)
	for i, row := range values {
		if len(row) != len(cols) {
			return nil, fmt.Errorf("plots: %w: row %d has %d values for %d columns", ErrData, i, len(row), len(cols))
		}
		l, h := extent(row)
		low, high = min(low, l), max(high, h)
	}
	if low > high {
		return nil, fmt.Errorf("plots: %w: no value of %d×%d is finite", ErrData, len(rows), len(cols))
	}
	if o.Low != 0 || o.High != 0 {
		low, high = o.Low, o.High
	} else if o.Signed {
		low, high = -1, 1
	}
	if o.Signed {
		g.colors, low = redsToBlues(), -high
	}
	if !(low <= high) {
		return nil, fmt.Errorf("plots: %w: shades from %v to %v", ErrData, low, high)
	}
	for _, n := range rows {
		g.rows = append(g.rows, short(n, 26))
	}
	for _, n := range cols {
		g.cols = append(g.cols, short(n, 26))
	}
	text, lost := g.fill(values, low, high, o.Numbers)
	return g.chart(o.Options, text, left(lost), fmt.Sprintf("Shades from %s to %s.", number(low), number(high)))
}

// fill makes the cells, and their text.
func (g *lattice) fill(values [][]float64, low, high float64, digits int) (text string, lost int) {
	if digits == 0 {
		digits = 2
	}
	roomy := len(g.rows) <= labelled && len(g.cols) <= labelled/2 && digits > 0
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\t%s\t\n", strings.Join(g.cols, "\t"))
	for i, row := range values {
		fmt.Fprintf(w, "%s\t", g.rows[i])
		for j, v := range row {
			if !finite(v) {
				lost++
				fmt.Fprint(w, "–\t")
				continue
			}
			c := cell{row: i, col: j, share: 0.5}
			if high > low {
				c.share = min(max((v-low)/(high-low), 0), 1)
			}
			if roomy {
				c.text = fmt.Sprintf("%.*f", digits, v)
			}
			c.color = ink(shade(g.colors, c.share))
			c.tip = fmt.Sprintf("%s, %s: %s", literal(g.rows[i]), literal(g.cols[j]), number(v))
			g.cells = append(g.cells, c)
			fmt.Fprintf(w, "%s\t", number(v))
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush()
	return b.String(), lost
}

// lattice is a matrix of shaded cells with a name for each row and column.
type lattice struct {
	rows, cols []string
	cells      []cell
	colors     []string
	name       string // of what the shades show
}

// chart draws the lattice.
func (g lattice) chart(o Options, text string, notes ...string) (*Chart, error) {
	n := max(len(g.rows), len(g.cols))
	size := 12
	if n > 12 {
		size = max(7, 12-(n-12)/4)
	}
	side := max(34, 460/n)
	if n > 14 {
		side = max(18, 560/n)
	}
	width := longestName(g.rows)
	if o.Width == 0 {
		o.Width = max(480, side*len(g.cols)+8*width+120)
	}
	x, y := axis("category", o.X, 8), axis("category", o.Y, 8)
	x["data"], y["data"], y["inverse"] = g.cols, g.rows, true
	x["axisLabel"] = tree{"rotate": 45, "interval": 0, "color": "#1a1a1a", "fontSize": min(12, size+1)}
	y["axisLabel"] = tree{"interval": 0, "color": "#1a1a1a", "fontSize": min(12, size+1)}
	for _, a := range []tree{x, y} {
		a["splitArea"] = tree{"show": false}
		a["splitLine"] = tree{"show": false}
	}
	chart := charts.NewHeatMap()
	chart.SetXAxis(g.cols)
	data := make([]opts.HeatMapData, len(g.cells))
	for i, c := range g.cells {
		data[i] = opts.HeatMapData{Name: c.tip, Value: []any{c.col, c.row, math.Round(c.share*1e4) / 1e4}}
	}
	chart.AddSeries(g.name, data)
	layout := tree{"xAxis": []any{x}, "yAxis": []any{y}, "grid": grid(o, nil, tree{"left": 14, "bottom": 12, "outerBoundsContain": "all"}),
		"visualMap": []any{tree{"type": "continuous", "show": false, "min": 0, "max": 1, "inRange": tree{"color": g.colors}}}}
	c, err := build(chart, layout, o, headroom(o)+side*len(g.rows)+6*longestName(g.cols)+60, text, notes...)
	if err != nil {
		return nil, err
	}
	if c, err = c.with(func(option tree) { g.label(option["series"].([]any)[0].(tree), size) }); err != nil {
		return nil, err
	}
	if len(g.rows) < 2 || len(g.cols) < 2 { // a single row has no second corner, and few cells
		return c, nil
	}
	corners := [][2]float64{{0, 0}, {float64(len(g.cols) - 1), float64(len(g.rows) - 1)}}
	return c.frame(corners, matrix(g.cells, g.colors, len(g.rows), len(g.cols), size), func(option tree) {
		option["series"].([]any)[0].(tree)["data"] = []any{}
	})
}

// label writes the cells' texts into the series.
func (g lattice) label(s tree, size int) {
	s["itemStyle"] = tree{"borderColor": "#ffffff", "borderWidth": 1}
	s["tooltip"] = tree{"formatter": "{b}"}
	s["label"] = tree{"fontSize": size, "color": "#1a1a1a"}
	for i, d := range s["data"].([]any) {
		if c := g.cells[i]; c.text != "" {
			label := tree{"show": true, "formatter": c.text}
			if c.color != "#1a1a1a" {
				label["color"] = c.color
			}
			d.(tree)["label"] = label
		}
	}
}

func longestName(names []string) int {
	n := 0
	for _, s := range names {
		n = max(n, len([]rune(s)))
	}
	return n
}
