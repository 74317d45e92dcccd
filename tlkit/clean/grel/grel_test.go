package grel_test

import (
	"errors"
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

func ExampleExpr_Eval() {
	e, err := grel.Parse(`value.toNumber() * cells["rate"].value`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"20", "20.0", "twenty"} {
		v, err := e.Eval(grel.Bindings{
			Current: grel.StringValue(text),
			Cells:   map[string]grel.Value{"rate": grel.IntValue(3)},
		})
		if err != nil {
			fmt.Println("give the step up:", err)
			return
		}
		fmt.Println(v.Kind(), v)
	}
	// Output:
	// whole number 60
	// number 60.0
	// error Unable to parse as number
}

func ExampleExpr_Columns() {
	e, err := grel.Parse(`if(isBlank(value), cells["home phone"].value, value) + " " + cells.ext.value`)
	if err != nil {
		fmt.Println(err)
		return
	}
	names, all := e.Columns()
	fmt.Printf("%q %v %v\n", names, all, e.UsesValue())
	fmt.Println(e)
	// Output:
	// ["home phone" "ext"] false true
	// if(isBlank(value), cells["home phone"].value, value) + " " + cells.ext.value
}

func ExampleUnsupportedError() {
	_, err := grel.Parse(`value.replace(/(?<=\d),(?=\d{3})/, "")`)
	var no *grel.UnsupportedError
	fmt.Println(errors.As(err, &no), no.Name)
	fmt.Println(err)
	// Output:
	// true look-behind (?<=…)
	// grel: look-behind (?<=…) (offset 15) is not supported: regular expressions follow RE2, which cannot look behind
}
