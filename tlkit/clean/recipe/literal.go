package recipe

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"transferlab/tlkit/clean/dedupe"
	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/clean/outlier"
	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
)

// This file writes steps as Go literals. They are structs of plain fields, so one writer
// serves all of them; texts are written with strconv.Quote alone, so that no text of a
// stranger's recipe can become code.

// literals writes values as Go, and remembers the packages that they need.
type literals struct {
	b       strings.Builder
	imports map[string]bool
}

// value writes v, whose fields are exported and are no functions, channels or interfaces.
func (l *literals) value(v reflect.Value) {
	t := v.Type()
	if name := constant(v); name != "" {
		l.imports[t.PkgPath()] = true
		l.b.WriteString(name)
		return
	}
	switch t.Kind() {
	case reflect.String:
		l.b.WriteString(strconv.Quote(v.String()))
	case reflect.Bool:
		l.b.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		l.b.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		l.b.WriteString(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float64, reflect.Float32:
		l.float(v.Float())
	case reflect.Interface:
		l.value(v.Elem())
	case reflect.Pointer:
		l.pointer(v.Elem())
	case reflect.Slice:
		l.b.WriteString(l.name(t) + "{")
		for i := range v.Len() {
			if i > 0 {
				l.b.WriteString(", ")
			}
			l.element(v.Index(i))
		}
		l.b.WriteByte('}')
	case reflect.Struct:
		l.b.WriteString(l.name(t))
		l.fields(v)
	default:
		panic(fmt.Sprintf("recipe: a step with a field of type %v cannot be printed", t))
	}
}

// element writes an item of a slice, whose type the slice names.
func (l *literals) element(v reflect.Value) {
	if v.Kind() == reflect.Struct {
		l.fields(v)
		return
	}
	l.value(v)
}

// fields writes the fields of a struct that are not zero, in braces.
func (l *literals) fields(v reflect.Value) {
	l.b.WriteByte('{')
	n := 0
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			continue
		}
		if n++; n > 1 {
			l.b.WriteString(", ")
		}
		l.b.WriteString(v.Type().Field(i).Name + ": ")
		l.value(v.Field(i))
	}
	l.b.WriteByte('}')
}

// pointer writes a pointer to v.
func (l *literals) pointer(v reflect.Value) {
	if v.Kind() == reflect.Struct {
		l.b.WriteByte('&')
		l.value(v)
		return
	}
	l.b.WriteString("new(" + l.name(v.Type()) + "(")
	l.value(v)
	l.b.WriteString("))")
}

// name is a type as the program writes it.
func (l *literals) name(t reflect.Type) string {
	if t.Kind() == reflect.Slice {
		return "[]" + l.name(t.Elem())
	}
	if p := t.PkgPath(); p != "" {
		l.imports[p] = true
	}
	return t.String()
}

func (l *literals) float(f float64) {
	switch {
	case math.IsNaN(f):
		l.imports["math"] = true
		l.b.WriteString("math.NaN()")
	case math.IsInf(f, 0):
		l.imports["math"] = true
		l.b.WriteString("math.Inf(" + map[bool]string{true: "1", false: "-1"}[f > 0] + ")")
	default:
		l.b.WriteString(strconv.FormatFloat(f, 'g', -1, 64))
	}
}

// constant is the name in Go of one of a type's constants, or "" if v is none.
func constant(v reflect.Value) string {
	var names []string
	switch k := v.Interface().(type) {
	case frame.Char:
		return strconv.QuoteRune(rune(k))
	case frame.Kind:
		names = []string{"Auto", "Text", "Int", "Float", "Bool", "Date", "Category"}
	case dedupe.Keep:
		names = []string{"First", "Last", "None"}
	case dedupe.Rank:
		names = []string{"MostComplete", "FirstRow", "LastRow", "Newest"}
	case outlier.Method:
		names = []string{"IQR", "ZScore", "MAD", "Percentile"}
	case outlier.Action:
		names = []string{"Flag", "SetMissing", "Clip", "DropRows"}
	case impute.Strategy:
		names = []string{"Usual", "Mean", "Median", "MostFrequent", "Given", "Skip"}
	case impute.Ints:
		names = []string{"Widen", "Round"}
	case impute.Others:
		names = []string{"Leave", "Mode", "Refuse"}
	case impute.DropRule:
		names = []string{"AnyMissing", "AllMissing", "FewValues", "MoreMissing"}
	case impute.Method:
		names = []string{"Linear", "Nearest"}
	case impute.Direction:
		names = []string{"Forward", "Backward", "Both"}
	case impute.Area:
		names = []string{"Everywhere", "Inside", "Outside"}
	case impute.Order:
		names = []string{"Ascending", "Descending", "LeftToRight", "RightToLeft", "RandomOrder"}
	case estimate.Weights:
		names = []string{"Uniform", "Distance"}
	}
	if names == nil || v.Uint() >= uint64(len(names)) {
		return "" // a number will do
	}
	pkg, _, _ := strings.Cut(v.Type().String(), ".")
	return pkg + "." + names[v.Uint()]
}

// importBlock is an import declaration: the standard library, and then the others.
func (l *literals) importBlock() string {
	var std, others []string
	for _, p := range slices.Sorted(maps.Keys(l.imports)) {
		if p == "math" || p == "context" || p == "fmt" || p == "os" {
			std = append(std, p)
		} else {
			others = append(others, p)
		}
	}
	var b strings.Builder
	b.WriteString("import (\n")
	for _, p := range std {
		fmt.Fprintf(&b, "\t%q\n", p)
	}
	if len(std) > 0 && len(others) > 0 {
		b.WriteByte('\n')
	}
	for _, p := range others {
		fmt.Fprintf(&b, "\t%q\n", p)
	}
	b.WriteString(")\n")
	return b.String()
}
