package grel

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"unicode/utf8"
)

var seeds = []string{
	`value.trim().toLowercase()`, `if(isBlank(value), cells["a b"].value, value + 1.5)`, `value.replace(/(\w+)\s*[,;]?(?<n>x)*/i, "$1${n}\\$")`,
	`forEach(value.split(","), v, v.toNumber()).sort().join("|")`, `with([1, "a", null], a, a[0, 2].reverse()[-1])`, `value.toDate("yyyy-MM-dd'T'HH:mm:ssXXX").inc(-1, "months").toString("EEE, d MMM yyyy")`,
	`value.match("(a|b)*(c)?")[1]`, `"%1$,.2f%n"`, `1.5.toString("%e %<g")`, `value.unescape("html").escape("javascript").fingerprint()`, `forRange(0, 3, 1, i, i % 0)`,
	`grel:-1e5 = PI( `, `value.find(/\b[\p{L}&&[^a]]\Q.\E$/)`, `not(value < "é") == (null != true)`, `1 .length()`, `"\`, `/(`, `[[],`, `value.partition(/x*?/, true)[2]`,
	`value.ngramFingerprint(2).md5()`, `value.toString("[yyyy'")`, `diff(value.toDate(), value.toDate(false), "days")`, `value.splitByLengths(1, 2).uniques()`, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80",
}

// FuzzParse: no source may break the parser, and what is printed is read as the same.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		e, err := Parse(source)
		if err != nil {
			checkError(t, err)
			return
		}
		printed := e.String()
		if len(printed) > maxSource {
			return
		}
		again, err := Parse(printed)
		if err != nil || again.String() != printed {
			t.Fatalf("%q is printed as %q, and that as %v (%v)", source, printed, again, err)
		}
		if !reflect.DeepEqual(e.uses, again.uses) {
			t.Fatalf("%q uses %v, %q %v", source, e.uses, printed, again.uses)
		}
	})
}

// FuzzEval: no expression may break the evaluation, and what is printed has the same value.
func FuzzEval(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, []string{"a,b", " x1 ", "2011-09-02", "&amp;é😀", "%41\\u00e9"}[i%5], float64(i)-2.5)
	}
	f.Fuzz(func(t *testing.T, source, text string, number float64) {
		e, err := Parse(source)
		if err != nil {
			return
		}
		row := Bindings{Current: StringValue(text), RowIndex: 3, Cells: map[string]Value{"a": FloatValue(number), "a b": IntValue(int64(number))}}
		v, err := e.Eval(row)
		if err != nil {
			checkError(t, err)
			return
		}
		if !utf8.ValidString(v.Text()) || len(v.Text()) > maxText+1<<10 {
			t.Fatalf("%q gives %q", source, v.Text())
		}
		if stored := v.Storable(); stored.Kind() == KindArray || stored.Kind() == KindObject {
			t.Fatalf("%q stores %v", source, stored.Kind())
		}
		again, err := Parse(e.String())
		if err != nil {
			return // the printed form may be too long
		}
		if w, err := again.Eval(row); err != nil || fmt.Sprint(encodeValue(v)) != fmt.Sprint(encodeValue(w)) {
			t.Fatalf("%q gives %v, %q %v (%v)", source, v, e, w, err)
		}
	})
}

func checkError(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrSyntax) && !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrLimit) {
		t.Fatalf("an error of no kind: %v", err)
	}
}
