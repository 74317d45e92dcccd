package facet_test

import (
	"fmt"

	"transferlab/tlkit/clean/facet"
	"transferlab/tlkit/frame"
)

func Example() {
	cell := func(s string) frame.Cell[string] { return frame.Cell[string]{Value: s} }
	movies, err := frame.New(nil,
		frame.Series("genre", []frame.Cell[string]{cell("Drama"), cell("Comedy"), cell("Drama"), {Null: true}, cell("Drama")}),
		frame.Series("year", []frame.Cell[int]{{Value: 1994}, {Value: 1995}, {Value: 2001}, {Value: 1972}, {Value: 1994}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	genre, err := facet.Text(movies, "genre", facet.TextOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(genre)
	drama, err := genre.Rows("Drama")
	if err != nil {
		fmt.Println(err)
		return
	}
	year, err := facet.Numeric(movies, "year", facet.NumericOptions{Step: 10, Within: drama})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(year)
	both, err := facet.And(drama, year.Between(1990, 2000))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(facet.Count(both), "dramas of the nineties")
	// Output:
	// genre: 2 choices in 5 rows, 1 of them blank
	//   Drama          3 ██████████████████████████████
	//   Comedy         1 ██████████
	//   (blank) 1
	// year: 3 numbers in 4 bins of 10
	//   1970         0
	//   1980         0
	//   1990         2 ██████████████████████████████
	//   2000         1 ███████████████
	// 2 dramas of the nineties
}

func ExampleText() {
	cities, err := frame.New(nil, frame.Series("city", []frame.Cell[string]{{Value: "Bonn"}, {Value: "bonn"}, {Value: "Rome"}, {Value: "Bonn"}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	l, err := facet.Text(cities, "city", facet.TextOptions{IgnoreCase: true})
	fmt.Println(l.Choices, err)
	_, err = l.Rows("Bon")
	fmt.Println(err)
	// Output:
	// [{Bonn 3} {Rome 1}] <nil>
	// facet: no such choice: "Bon" is no value of "city" among the rows counted; did you mean "Bonn"?
}

func ExampleTimeLine() {
	days := []frame.Cell[string]{{Value: "2024-02-28"}, {Value: "2024-02-29"}, {Value: "2024-04-01"}, {Null: true}}
	t, err := frame.New(frame.Schema{{Name: "day", Kind: frame.Date}}, frame.Series("day", days))
	if err != nil {
		fmt.Println(err)
		return
	}
	l, err := facet.TimeLine(t, "day", facet.TimeOptions{Unit: facet.Month})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(l)
	// Output:
	// day: 3 dates in 3 bins of a month, 1 blank
	//   2024-02         2 ██████████████████████████████
	//   2024-03         0
	//   2024-04         1 ███████████████
}
