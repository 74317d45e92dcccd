package plots_test

import (
	"fmt"

	"transferlab/plots"
)

// Two ways compared, with their intervals. HTML, SVG and Page show the same in colour.
func ExampleBars() {
	chart, err := plots.Bars([]plots.Bar{
		{Name: "raw pixels", Value: 0.597, Interval: true, Low: 0.552, High: 0.641},
		{Name: "linear probe", Value: 0.855, Interval: true, Low: 0.820, High: 0.884},
	}, plots.BarOptions{Options: plots.Options{Title: "Accuracy"}, Sorted: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(chart.Text())
	// Output:
	// Accuracy
	//   linear probe: 0.855  (0.820 – 0.884)
	//   raw pixels: 0.597  (0.552 – 0.641)
}

// What cannot be drawn is an error when the chart is made.
func ExampleLine() {
	_, err := plots.Line([]plots.Series{{Name: "loss"}}, plots.LineOptions{})
	fmt.Println(err)
	// Output: plots: data cannot be drawn: no point is finite in 1 lines
}
