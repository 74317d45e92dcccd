package grel

import "slices"

// function is one that can be called with any values, none of which is an error. It gives
// what OpenRefine's gives for any number of arguments, be it an error.
type function struct {
	call func(s *state, args []Value) Value

	// check refuses written-out arguments that ask for what is not supported; may be nil.
	check func(args []tree) error
}

// functions are all that can be called, by name.
var functions = func() map[string]*function {
	m := map[string]*function{}
	for _, group := range []map[string]func(*state, []Value) Value{
		textFunctions, splitFunctions, arrayFunctions, mathFunctions, valueFunctions, dateFunctions, codeFunctions,
	} {
		for name, call := range group {
			m[name] = &function{call: call}
		}
	}
	for name, check := range checks {
		m[name].check = check
	}
	return m
}()

// checks look at arguments that are written out.
var checks = map[string]func(args []tree) error{
	"toDate":   checkToDate,
	"toString": checkToString,
	"match":    checkMatch,
	"replace":  checkReplace,
}

// Functions are the names of the functions and controls that expressions can call, sorted.
func Functions() []string {
	var names []string
	for n := range functions {
		names = append(names, n)
	}
	for n := range controls {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

const (
	notRepeatable = "its result is another one each time, and a step must give the same again"
	otherTables   = "it looks into other tables"
	wholeColumn   = "it looks at all rows at once"
	markup        = "XML and HTML are not parsed"
	jsonValues    = "JSON is not parsed into values"
	notNeeded     = "it is not among the functions that this package evaluates"
)

// refusedFunctions are those that only OpenRefine has, and why.
var refusedFunctions = map[string]string{
	"now": notRepeatable, "random": notRepeatable, "randomNumber": notRepeatable,
	"cross": otherTables, "facetCount": wholeColumn,
	"parseHtml": markup, "parseXml": markup, "select": markup, "xmlAttr": markup, "htmlAttr": markup, "xmlText": markup,
	"htmlText": markup, "innerXml": markup, "innerHtml": markup, "ownText": markup, "wholeText": markup, "parent": markup,
	"scriptText": markup, "parseJson": jsonValues, "jsonize": jsonValues,
	"detectLanguage": notNeeded, "phonetic": notNeeded, "reinterpret": notNeeded, "smartSplit": notNeeded,
	"splitByCharType": notNeeded, "unicodeType": notNeeded, "levenshteinDistance": notNeeded, "parseUri": notNeeded,
	"zip": notNeeded, "hasField": notNeeded, "range": notNeeded, "replaceEach": notNeeded,
	"timeSinceUnixEpochToDate": notNeeded, "multinomial": notNeeded, "combin": notNeeded,
	"encode": notNeeded, "decode": notNeeded, "fact": notNeeded, "factn": notNeeded, "gcd": notNeeded, "lcm": notNeeded,
}

// refusedVariables are those whose values no table has.
var refusedVariables = map[string]string{
	"project": "there is no project, only a table",
	"recon":   "there is no reconciliation",
}

// refusedField tells whether a field asks for what no table has.
func refusedField(of tree, name string) (why string, no bool) {
	if v, ok := of.(variable); ok && v.name == "row" {
		switch name {
		case "record", "columnNames", "flagged", "starred":
			return "tables have no " + name, true
		}
	}
	if name == "recon" {
		return "there is no reconciliation", true
	}
	return "", false
}

// expects is the error of a function that was called with other arguments.
func (s *state) expects(what string) Value { return ErrorValue(s.name + " expects " + what) }

// javaError is what becomes of an exception of Java's.
func javaError(class, message string) Value {
	if message != "" {
		message = ": " + message
	}
	return ErrorValue("java.lang." + class + message)
}

// texts gives the texts of two strings; it is not ok unless there are two, and only two.
func texts(args []Value) (a, b string, ok bool) {
	if len(args) != 2 || args[0].kind != KindString || args[1].kind != KindString {
		return "", "", false
	}
	return args[0].text, args[1].text, true
}

// isText reports whether every one of the values is a string.
func isText(args ...Value) bool {
	for _, v := range args {
		if v.kind != KindString {
			return false
		}
	}
	return true
}

// int32 is Number.intValue.
func (v Value) int32() int {
	if v.kind == KindFloat {
		return saturate(v.Float(), -1<<31, 1<<31-1)
	}
	return int(int32(v.Int()))
}

// saturate is Java's cast of a double to a whole number type.
func saturate(f, low, high float64) int {
	switch {
	case f != f:
		return 0
	case f <= low:
		return int(low)
	case f >= high:
		if high >= 1<<63 {
			return 1<<63 - 1
		}
		return int(high)
	}
	return int(f)
}
