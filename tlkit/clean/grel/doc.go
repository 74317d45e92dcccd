// Package grel reads and evaluates expressions of OpenRefine's language GREL, as OpenRefine
// 3.9.3 evaluates them.
//
//	e, err := grel.Parse(`value.trim().replace(/\s+/, " ").toTitlecase()`)
//	v, err := e.Eval(grel.Bindings{Current: grel.StringValue("  ada   LOVELACE ")})
//	// v.Text() == "Ada Lovelace"
//
// What OpenRefine answers with an error value, this package does: see [KindError]. What it
// cannot do it refuses by name when it reads the expression, so that nothing is half
// applied: see [UnsupportedError].
package grel
