package sql

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/parquet"
)

// wide is a table of ten columns, like those of a shop.
func wide(rows int) frame.Table {
	id, qty := make([]frame.Cell[int], rows), make([]frame.Cell[int], rows)
	price, score, temp := make([]frame.Cell[float64], rows), make([]frame.Cell[float64], rows), make([]frame.Cell[float64], rows)
	city, product, note := make([]frame.Cell[string], rows), make([]frame.Cell[string], rows), make([]frame.Cell[string], rows)
	member, open := make([]frame.Cell[bool], rows), make([]frame.Cell[bool], rows)
	for i := range rows {
		id[i].Value, qty[i] = i, frame.Cell[int]{Value: i % 97, Null: i%10 == 0}
		price[i].Value, score[i].Value, temp[i].Value = float64(i%10000)/100, math.Sqrt(float64(i)), float64(i%350)/10
		city[i].Value = strings.Clone(fmt.Sprint("city ", i%50))
		product[i].Value = fmt.Sprintf("product-%04d", i%1000)
		note[i] = frame.Cell[string]{Value: fmt.Sprint("a note of more than twelve bytes ", i%5000), Null: i%20 == 0}
		member[i].Value, open[i].Value = i%3 == 0, i%2 == 0
	}
	t, err := frame.New(nil, frame.Series("id", id), frame.Series("qty", qty), frame.Series("price", price), frame.Series("score", score), frame.Series("temp", temp),
		frame.Series("city", city), frame.Series("product", product), frame.Series("note", note), frame.Series("member", member), frame.Series("open", open))
	if err != nil {
		panic(err)
	}
	return t
}

const benchRows = 1_000_000

func BenchmarkAdd(b *testing.B) {
	in := wide(benchRows)
	db := open(b, Options{})
	for b.Loop() {
		if err := db.Add(b.Context(), "t", in); err != nil {
			b.Fatal(err)
		}
		if err := db.Remove(b.Context(), "t"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQuery(b *testing.B) {
	path := filepath.Join(b.TempDir(), "t.parquet")
	if err := parquet.Write(path, wide(benchRows), parquet.WriteOptions{}); err != nil {
		b.Fatal(err)
	}
	db := open(b, Options{Files: []File{{Path: path}}})
	for _, q := range []string{"SELECT * FROM t", "SELECT city, avg(price) AS price, count(*) AS n FROM t GROUP BY city ORDER BY city"} {
		b.Run(q[:11], func(b *testing.B) {
			for b.Loop() {
				ask(b, db, q)
			}
		})
	}
}

func TestSeveralAtATime(t *testing.T) {
	db := open(t, Options{})
	if err := db.Add(t.Context(), "t", wide(5000)); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for k := range 8 {
		wg.Go(func() {
			for range 5 {
				if got := shown(t, ask(t, db, "SELECT count(*) AS n FROM t WHERE id % 8 = $1", k)); got != "625" {
					t.Error(got)
				}
			}
		})
	}
	wg.Wait()
}
