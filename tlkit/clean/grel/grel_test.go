package grel_test

import (
	"fmt"

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
