package grel_test

import (
	"testing"

	"transferlab/tlkit/clean/grel"
)

// BenchmarkEval evaluates what recipes are made of, one cell an iteration.
func BenchmarkEval(b *testing.B) {
	for _, source := range []string{
		`value`,
		`value.trim().toLowercase()`,
		`value.replace(/\s+/, " ")`,
		`value.split(" ")[0]`,
		`if(isBlank(value), cells["other"].value, value)`,
		`value + " (" + rowIndex + ")"`,
		`cells["number"].value * 2.5 + 1`,
		`cells["number"].value + ""`,
		`value == "ada"`,
		`value.toTitlecase()`,
		`"2011-09-02".toDate("yyyy-MM-dd")`,
		`forEach(value.split(" "), w, w.toUppercase()).join("-")`,
	} {
		b.Run(source, func(b *testing.B) {
			e, err := grel.Parse(source)
			if err != nil {
				b.Fatal(err)
			}
			var row grel.Row = grel.Bindings{
				Current: grel.StringValue("  Some Name  Of A Person "),
				Cells:   map[string]grel.Value{"other": grel.StringValue("x"), "number": grel.FloatValue(12.375)},
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Eval(row); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
