package plots

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
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
	names := make([]string, n)
	for i, c := range classes {
		names[i] = short(c, 26)
	}
	var cells []cell
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 1, ' ', tabwriter.AlignRight)
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
			c.tip = fmt.Sprintf("%s, taken for %s: %d of %d", literal(names[i]), literal(names[j]), k, total)
			if k == 0 {
				c.text, c.color, c.tip = "·", "#aaaaaa", ""
			}
			if n > labelled || n > dotted && k == 0 {
				c.text = ""
			}
			cells = append(cells, c)
			fmt.Fprintf(w, "%d\t", k)
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush()
	o.X, o.Y = cmp.Or(o.X, "predicted"), cmp.Or(o.Y, "true class")
	g := lattice{rows: names, cols: names, cells: cells, colors: blues(), name: "share of the row"}
	return g.chart(o, text.String(), "Shade: share of the row. Rows are true classes.")
}
