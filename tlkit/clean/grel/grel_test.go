package grel_test

import (
	"fmt"
	"testing"

	"transferlab/tlkit/clean/grel"
)

func ExampleParse() {
	e, err := grel.Parse(`value.trim().replace(/\s+/, " ").toTitlecase()`)
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := e.Eval(grel.Bindings{Current: grel.StringValue("  ada   LOVELACE ")})
	fmt.Println(v, err)
	// Output: Ada Lovelace <nil>
}

func BenchmarkTrimLower(b *testing.B) {
	e, err := grel.Parse(`value.trim().toLowercase()`)
	if err != nil {
		b.Fatal(err)
	}
	var row grel.Row = grel.Bindings{Current: grel.StringValue("  Some Name Of A Person ")}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Eval(row); err != nil {
			b.Fatal(err)
		}
	}
}
