package parquet_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/parquet"
)

func Example() {
	dir, err := os.MkdirTemp("", "parquet")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "sizes.parquet")

	sizes, err := frame.New(
		frame.Schema{{Name: "size", Kind: frame.Category, Levels: []string{"S", "M", "L"}, Ordered: true}},
		frame.Series("size", []frame.Cell[string]{{Value: "L"}, {Null: true}, {Value: "S"}}),
		frame.Series("price", []frame.Cell[float64]{{Value: 9.9}, {Value: 8.5}, {Value: 7}}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := parquet.Write(path, sizes, parquet.WriteOptions{}); err != nil {
		fmt.Println(err)
		return
	}

	back, err := parquet.File(path, parquet.Options{}).Read(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	size, _ := back.Column("size")
	fmt.Println(back.Nrow(), "rows,", size.Kind, size.Levels)
	for i := range size.Len() {
		fmt.Printf("%q missing: %v\n", size.Format(i), size.Missing(i))
	}
	// Output:
	// 3 rows, category [S M L]
	// "L" missing: false
	// "" missing: true
	// "S" missing: false
}

func ExampleOptions() {
	_, err := parquet.File("testdata/nested.parquet", parquet.Options{}).Read(context.Background(), nil)
	fmt.Println(err)

	t, err := parquet.File("testdata/nested.parquet", parquet.Options{Columns: []string{"flat", "last"}}).Read(context.Background(), nil)
	fmt.Println(t.Names(), err)
	// Output:
	// parquet: testdata/nested.parquet: column "list": column is of another kind: it is a list, which a table cannot hold; name the other Columns in Options, set SkipUnfit, or unnest or cast it with package sql
	// [flat last] <nil>
}
