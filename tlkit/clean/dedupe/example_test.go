package dedupe_test

import (
	"context"
	"fmt"
	"log"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"transferlab/tlkit/clean/dedupe"
	"transferlab/tlkit/frame"
)

// Equal rows are dropped; which columns decide, and which row stays, are options.
func ExampleDrop() {
	df := dataframe.New(
		series.New([]string{"otter", "lynx", "otter", "otter"}, series.String, "animal"),
		series.New([]int{4, 4, 4, 3}, series.Int, "legs"))
	out, report, err := dedupe.Drop(frame.Table{DataFrame: df}, dedupe.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Col("animal"))
	fmt.Print(report)
	// Output:
	// [otter lynx otter]
	// equal rows: 4 rows in, 1 dropped in 1 group, 3 left
	// dropped: row 2 → row 0
}

// Near duplicates are looked at first, and merged when a person has chosen.
func ExampleFindNear() {
	people := frame.Table{DataFrame: dataframe.New(
		series.New([]string{"Marta Schmidt", "Martha Schmidt", "Jan Weber", "Marta Schmied", "Jan  weber"}, series.String, "name"),
		series.New([]string{"Ulm", "Ulm", "Köln", "Bonn", "Köln"}, series.String, "town"))}

	groups, err := dedupe.FindNear(context.Background(), nil, people, dedupe.NearOptions{
		Compare:   []dedupe.Compare{{Column: "name", Weight: 2}, {Column: "town", By: dedupe.Exact}},
		Threshold: 0.9,
		Blocks:    []dedupe.Block{{Keys: []dedupe.Key{{Column: "town"}}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(groups)

	out, report, err := groups.Merge(people, dedupe.Choices{Survivors: []int{1}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Col("name"))
	fmt.Println(report.Dropped)
	// Output:
	// near duplicates: 2 groups with 4 of 5 rows; score 0.9 or more, 2 pairs compared
	// group  row  score  name             town
	// 0      0    stays  Marta Schmidt    Ulm
	//        1    0.970  *Martha Schmidt  Ulm
	// 1      2    stays  Jan Weber        Köln
	//        4    1.000  *Jan  weber      Köln
	// [Martha Schmidt Jan Weber Marta Schmied]
	// [0 4]
}
