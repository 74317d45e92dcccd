package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/parquet"
)

// This file makes the tables that the jobs read.

// makes reads PATH ROWS COLUMNS CLASSES TEXTS and makes that table.
func makes(args []string) error {
	if len(args) != 5 {
		return fmt.Errorf("make needs a path, rows, columns, and whether there are classes and texts")
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	p, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	return makeTable(args[0], n, p, args[3] == "true", args[4] == "true")
}

// makeTable writes n rows of p numbers of several shapes, a text of 1 000 kinds where
// texts is set, and a target y: the class of a row, or a number.
func makeTable(path string, n, p int, classes, texts bool) error {
	columns := make([][]frame.Cell[float64], p)
	for j := range columns {
		columns[j] = frame.MakeCells[float64](n)
	}
	product := make([]frame.Cell[string], n)
	kinds := make([]string, 1000)
	for k := range kinds {
		kinds[k] = fmt.Sprintf("product-%04d", k)
	}
	class, number := make([]frame.Cell[int], n), make([]frame.Cell[float64], n)
	rng := rand.New(rand.NewPCG(5, uint64(p)))
	for i := range n {
		product[i].Value = kinds[rng.IntN(len(kinds))]
		class[i].Value = rng.IntN(5)
		common := rng.NormFloat64()
		for j := range columns {
			v := rng.NormFloat64() + 0.5*common
			if classes && j%2 == 0 {
				v += 0.3 * float64(class[i].Value) * float64(j) / float64(p)
			}
			if !classes {
				number[i].Value += v * math.Sin(float64(j)) / float64(1+j)
			}
			switch {
			case classes && j%4 == 1:
				v = math.Exp(v) // skewed
			case classes && j%4 == 3:
				v = 1000 + 50*v
			}
			columns[j][i].Value = v
		}
		number[i].Value += rng.NormFloat64()
	}
	var all []series.Series
	for j := range columns {
		all = append(all, frame.Series(fmt.Sprintf("x%d", j), columns[j]))
	}
	if texts {
		all = append(all, frame.Series("product", product))
	}
	if classes {
		all = append(all, frame.Series("y", class))
	} else {
		all = append(all, frame.Series("y", number))
	}
	t, err := frame.New(nil, all...)
	if err != nil {
		return err
	}
	return parquet.Write(path, t, parquet.WriteOptions{})
}
