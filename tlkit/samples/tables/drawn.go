package tables

import (
	"context"
	"strconv"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/samples/numpy"
)

// noise draws row by row, as NumPy fills a matrix.
func noise(ctx context.Context) (frame.Table, error) {
	const rows, features = 200, 10_000
	r := numpy.NewRandomState(42)
	cells := make([][]frame.Cell[float64], features)
	for j := range cells {
		cells[j] = frame.MakeCells[float64](rows)
	}
	for i := range rows {
		if err := ctx.Err(); err != nil {
			return frame.Table{}, err
		}
		for j := range cells {
			cells[j][i].Value = r.StandardNormal()
		}
	}
	class := frame.MakeCells[string](rows)
	for i, c := range r.Choice(2, rows) {
		class[i].Value = strconv.Itoa(c)
	}
	cols := make([]series.Series, features, features+1)
	for j := range cells {
		cols[j] = frame.Series("x"+strconv.Itoa(j), cells[j])
	}
	schema := frame.Schema{{Name: "class", Kind: frame.Category, Levels: []string{"0", "1"}}}
	return frame.New(schema, append(cols, frame.Series("class", class))...)
}

// line is make_regression for one feature: the feature, the slope, the noise, and then
// chance brings the rows into another order.
func line(ctx context.Context) (frame.Table, error) {
	if err := ctx.Err(); err != nil {
		return frame.Table{}, err
	}
	const rows = 100
	r := numpy.NewRandomState(42)
	x, y := frame.MakeCells[float64](rows), frame.MakeCells[float64](rows)
	for i := range x {
		x[i].Value = r.StandardNormal()
	}
	slope := 100 * r.Uniform(0, 1)
	for i := range y {
		y[i].Value = float64(x[i].Value*slope) + r.Normal(0, 1)
	}
	r.Shuffle(rows, func(i, j int) {
		x[i], x[j] = x[j], x[i]
		y[i], y[j] = y[j], y[i]
	})
	return frame.New(nil, frame.Series("x", x), frame.Series("y", y))
}
