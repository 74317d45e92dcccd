// Command predict reads a saved classifier and a table, and writes the class of each row
// with its probability.
//
//	predict MODEL.json TABLE.csv
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"transferlab/tlkit/feature"
	"transferlab/tlkit/frame"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: predict MODEL.json TABLE.csv")
	}
	ctx := context.Background()
	model, err := feature.LoadClassification(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	table, err := frame.CSV(os.Args[2], frame.CSVOptions{}).Read(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	prob, err := model.Proba(ctx, nil, table)
	if err != nil {
		log.Fatal(err)
	}
	for row, p := range prob {
		best := 0
		for class := range p {
			if p[class] > p[best] {
				best = class
			}
		}
		fmt.Printf("row %d: %s %v\n", row, model.Model.Classes()[best], p[best])
	}
}
