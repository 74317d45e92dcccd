package sql_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/sql"
)

// trips is a small file; SQL does not mind if it is a large one.
func trips() (path string, remove func()) {
	dir, err := os.MkdirTemp("", "sql")
	if err != nil {
		panic(err)
	}
	path = filepath.Join(dir, "trips.csv")
	err = os.WriteFile(path, []byte("zone,km,fare\nnorth,3.5,12\nsouth,1.2,6\nnorth,,20\nsouth,8.1,25\n"), 0o600)
	if err != nil {
		panic(err)
	}
	return path, func() { _ = os.RemoveAll(dir) }
}

func Example() {
	path, remove := trips()
	defer remove()
	ctx := context.Background()

	db, err := sql.Open(ctx, sql.Options{Files: []sql.File{{Path: path}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()

	t, err := db.Query(ctx, `SELECT zone, count(*) AS trips, max(km) AS km, sum(fare) AS fares FROM trips GROUP BY zone ORDER BY zone`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.Names())
	cols, _ := t.Columns()
	for row := range t.Nrow() {
		fmt.Println(cols[0].Format(row), cols[1].Format(row), cols[2].Format(row), cols[3].Format(row))
	}
	// Output:
	// [zone trips km fares]
	// north 2 3.5 32
	// south 2 8.1 31
}

func ExampleQuery() {
	path, remove := trips()
	defer remove()

	// A description: the file is opened when the table is read.
	var long frame.Source = sql.Query(sql.Options{Files: []sql.File{{Path: path}}}, `SELECT zone, fare FROM trips WHERE km > $1`, 3)

	t, err := long.Read(context.Background(), nil)
	fmt.Println(t.Nrow(), "rows", err)
	// Output: 2 rows <nil>
}

func ExampleDB_Add() {
	ctx := context.Background()
	path, remove := trips()
	defer remove()
	db, err := sql.Open(ctx, sql.Options{Files: []sql.File{{Path: path}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()

	names, _ := frame.New(nil,
		frame.Series("zone", []frame.Cell[string]{{Value: "north"}, {Value: "south"}}),
		frame.Series("in full", []frame.Cell[string]{{Value: "North of the river"}, {Value: "South of it"}}))
	if err := db.Add(ctx, "zones", names); err != nil {
		fmt.Println(err)
		return
	}
	t, err := db.Query(ctx, `SELECT "in full", max(fare) AS fare FROM trips JOIN zones USING (zone) GROUP BY ALL ORDER BY fare`)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, _ := t.Column("in full")
	fmt.Println(c.Format(0), "and", c.Format(1))

	_, err = db.Query(ctx, `SELECT * FROM read_text('/etc/passwd')`)
	fmt.Println("refused:", errors.Is(err, sql.ErrRefused))
	// Output:
	// North of the river and South of it
	// refused: true
}
