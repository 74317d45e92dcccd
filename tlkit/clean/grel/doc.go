// Package grel reads and evaluates expressions of OpenRefine's language GREL, as OpenRefine
// 3.9.3 evaluates them.
//
//	e, err := grel.Parse(`value.trim().replace(/\s+/, " ").toTitlecase()`)
//	v, err := e.Eval(grel.Bindings{Current: grel.StringValue("  ada   LOVELACE ")})
//	// v.Text() == "Ada Lovelace"
//
// # The language
//
//	expression = sum { ("==" | "!=" | "<" | "<=" | ">" | ">=") sum }
//	sum        = term { ("+" | "-") term }
//	term       = factor { ("*" | "/" | "%") factor }
//	factor     = start { "." name | "." name "(" list ")" | "[" list "]" }
//	start      = string | number | "-" number | regex | name | name "(" list ")"
//	           | "(" expression ")" | "[" list "]"
//	list       = [ expression { "," expression } ]
//
// Strings are "…" or '…', with \n, \t, \r and a backslash before what means itself; regular
// expressions are /…/ or /…/i. The variables are value, cell, cells, row, rowIndex,
// columnName, true, false, null and PI; [Functions] lists what can be called.
//
// Whole numbers (of 64 bits) and floats are two types: 7/2 is 3, 7.0/2 is 3.5, and "1" is
// another text than "1.0". Positions count units of UTF-16 from 0, and from the end where
// they are negative. Texts are compared by a collation, also by ==: "é" is "é" however it
// is composed, and spaces count less than letters.
//
// # Errors
//
// What OpenRefine answers with an error value, Eval answers with one too, a [Value] of
// [KindError] with OpenRefine's message: a step decides by its onError what becomes of the
// cell. What only OpenRefine can do is refused by name, an [UnsupportedError], when the
// expression is read, so that nothing is half applied; only what a row's own values ask
// for can be refused later. Limits of size, depth and steps, a [LimitError], hold for
// hostile expressions; they are far beyond what cleaning needs.
//
// # Regular expressions
//
// They are Java's, matched in time linear in the text, as RE2 does. Refused are
// look-ahead and look-behind, back references, possessive quantifiers, atomic groups, \G,
// \X, \N and \b{g}, the flags d, x, c and U, counts above 1000, properties of characters
// beyond categories, scripts, the common blocks and binary properties, repetitions of what
// can match nothing where Java ends them in its own way, and the groups of a repeated
// group within a repetition. \w, \d and \s are ASCII, \b knows the letters of all scripts,
// the dot stops at any of Java's line ends, and /…/i folds ASCII only, unless (?iu).
//
// # Where OpenRefine depends on its machine
//
// OpenRefine takes the language, the time zone and the Java of its machine. Here they are
// English, UTC and Java 11 to 18, with which OpenRefine 3.9 comes: later ones write some
// floats with fewer digits and take \b for ASCII. Two digits of a year lie between 1946
// and 2045, as they do for OpenRefine in 2026. Named time zones follow Go's data; they agree
// with Java's for dates since 1950.
//
// # What differs
//
//   - Half of a character beyond U+FFFF, which only a cut can make, becomes U+FFFD, and no
//     match of nothing lies within such a character.
//   - The text of an array or an object is refused: OpenRefine writes its address in memory.
//     So is find of an empty text, which OpenRefine does not end.
//   - A whole number modulo 0, outside of a control, is an error value; in OpenRefine it
//     ends the whole step.
//   - Logarithms, powers and sines may differ from Java's in the last bit, sines of numbers
//     beyond a billion in the last digits.
//   - Characters are those of Go's version of Unicode, not of Java's.
//   - There are no projects, records, flags, stars or reconciliations: what asks for them is
//     refused.
//
// Everything else is compared with OpenRefine itself, on the golden cases in testdata and,
// by testdata/parity.sh, on hundreds of thousands of random ones.
package grel
