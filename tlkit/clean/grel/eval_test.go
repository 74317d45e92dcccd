package grel

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

func mustParse(t *testing.T, source string) *Expr {
	t.Helper()
	e, err := Parse(source)
	if err != nil {
		t.Fatalf("%.100s: %v", source, err)
	}
	return e
}

// TestHostileExpressionsEnd: none of them may hang or fill the memory.
func TestHostileExpressionsEnd(t *testing.T) {
	nested := func(inner string, times int, wrap string) string {
		for range times {
			inner = strings.Replace(wrap, "@", inner, 1)
		}
		return inner
	}
	long := Bindings{Current: StringValue(strings.Repeat("ab", 1<<20))}
	for _, c := range []struct {
		name, source string
		row          Bindings
	}{
		{"texts that double", `with("x", v, ` + nested("v", 60, "with(v + v, v, @)") + ")", Bindings{}},
		{"texts that double from the cell", "with(value, v, " + nested("v", 60, "with(v + v, v, @)") + ")", Bindings{Current: StringValue("x")}},
		{"arrays that double", "with([1], v, " + nested("v.toString()", 60, "with([v, v], v, @)") + ")", Bindings{}},
		{"replacement that grows", `value.replace("a", value).length()`, long},
		{"replacement by a regular expression that grows", `value.replace(/a/, value).length()`, long},
		{"long count", "forRange(0, 1000000000000, 1, i, i).length()", Bindings{}},
		{"count that stands still", "forRange(9007199254740992.0, 99999999999999999999.0, 0.5, i, i).length()", Bindings{}},
		{"counts within counts", nested("1", 8, "forRange(0, 1000, 1, i, @)") + ".length()", Bindings{}},
		{"join that grows", `with(forRange(0, 10000, 1, i, value), a, a.join(value)).length()`, long},
		{"pieces", `value.split("").length() + value.split(/b/).length() + value.find("a").length()`, Bindings{Current: StringValue(strings.Repeat("ab ", 1<<21))}},
		{"many delimiters", "value.toTitlecase(value).length()", Bindings{Current: StringValue(strings.Repeat("b", 1<<21))}},
		{"backtracking", `value.match(/(?:a|aa|b|ab)+c/)`, long},
		{"searching again and again", `value.replace(/a.*c|b/, "")`, long},
		{"width", `(1).toString("%999999999d")`, Bindings{}},
		{"precision", `(1.5).toString("%.99999999f")`, Bindings{}},
		{"pieces of a fingerprint", "value.ngramFingerprint(100000)", long},
		{"runs of words", "value.ngram(50000)", Bindings{Current: StringValue(strings.Repeat("a ", 1<<17))}},
		{"comparisons", "forRange(0, 100000, 1, i, value == value + \"é\").length()", long},
		{"overlapping finds", `value.find(value.substring(0, 500000)).length()`, Bindings{Current: StringValue(strings.Repeat("a", 1<<20))}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := mustParse(t, c.source).Eval(c.row)
			if err != nil && !errors.Is(err, ErrLimit) {
				t.Error(err)
			}
			if err == nil && c.name != "backtracking" { // which takes a moment only
				t.Error("no limit")
			}
		})
	}
}

func TestHostileSourcesEnd(t *testing.T) {
	for name, source := range map[string]string{
		"long":           `"` + strings.Repeat("x", 1<<17) + `"`,
		"deep":           strings.Repeat("(", 60000),
		"deep arrays":    strings.Repeat("[", 60000),
		"long chain":     "1" + strings.Repeat("+1", 30000),
		"calls":          "value" + strings.Repeat(".trim()", 9000),
		"pattern":        "/" + strings.Repeat("x", 5000) + "/",
		"deep pattern":   "/" + strings.Repeat("(", 2000) + strings.Repeat(")", 2000) + "/",
		"deep classes":   "/" + strings.Repeat("[a", 2000) + strings.Repeat("]", 2000) + "/",
		"big pattern":    "/(?:(?:x{999}y){999}z){999}/",
		"counts":         "/" + strings.Repeat("x{1000}", 500) + "/",
		"counted groups": "/" + strings.Repeat("(?:", 9) + "x{10}" + strings.Repeat("){10}", 9) + "/",
	} {
		if _, err := Parse(source); !errors.Is(err, ErrLimit) && !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %.200v", name, err)
		}
	}
}

// TestRefusedWhereARowAsks: what no expression shows beforehand.
func TestRefusedWhereARowAsks(t *testing.T) {
	row := Bindings{Cells: map[string]Value{
		"language": StringValue("ja"), "pattern": StringValue("(?=a)"), "format": StringValue("ppH"), "zone": StringValue("2011-09-02 Gulf Standard Time"),
		"date": DateValue(time.Unix(0, 0).UTC()),
	}}
	for _, c := range []struct{ source, name string }{
		{`"1".toDate(cells.language.value, "y")`, `language "ja"`},
		{`"a".match(cells.pattern.value)`, "look-ahead (?=…)"},
		{`cells.date.value.toString(cells.format.value)`, "date format pp"},
		{`cells.zone.value.toDate("yyyy-MM-dd z")`, `time zone "Gulf"`},
		{`"a" + [1]`, "text of a value of kind Object[]"},
		{`"a".split(",").toUppercase()`, "text of a value of kind String[]"},
		{`"a".find("")`, "find of an empty text"},
	} {
		_, err := mustParse(t, c.source).Eval(row)
		var no *UnsupportedError
		if !errors.As(err, &no) || no.Name != c.name {
			t.Errorf("%s: %v", c.source, err)
		}
	}
}

func TestTextIsValid(t *testing.T) {
	row := Bindings{Current: StringValue("a\xffb"), Cells: map[string]Value{"c": StringValue("\xed\xa0\x80")}}
	for _, source := range []string{"value", "value + cells.c.value", `cells["c"].value.length()`, "value[1]", "\"\xff\"", "value.replace(/[^a]/, \"<$0>\")", "cells.c"} {
		v, err := mustParse(t, source).Eval(row)
		if err != nil || !utf8.ValidString(v.String()) {
			t.Errorf("%q: %q %v", source, v, err)
		}
	}
}

func TestValues(t *testing.T) {
	date := time.Date(2011, 9, 2, 12, 30, 45, 500, time.FixedZone("", 7200))
	for _, c := range []struct {
		v     Value
		kind  Kind
		shown string
	}{
		{Value{}, KindNull, ""},
		{BoolValue(true), KindBool, "true"},
		{IntValue(-3), KindInt, "-3"},
		{FloatValue(1e10), KindFloat, "1.0E10"},
		{FloatValue(math.Copysign(0, -1)), KindFloat, "-0.0"},
		{FloatValue(2e-44), KindFloat, "2.0E-44"},
		{StringValue("x"), KindString, "x"},
		{DateValue(date), KindDate, "2011-09-02T12:30:45Z"},
		{ErrorValue("bad"), KindError, "bad"},
		{ArrayValue(IntValue(1), Value{}, ArrayValue(StringValue("a"), DateValue(date))), KindArray, "[1, null, [a, 2011-09-02T12:30:45.000000500+02:00]]"},
	} {
		if c.v.Kind() != c.kind || c.v.String() != c.shown || !c.v.Storable().Equal(c.v) && c.kind != KindArray {
			t.Errorf("%v: %q", c.v.Kind(), c.v)
		}
	}
	if v := ArrayValue().Storable(); !v.IsError() || v.Text() != "Object[] value not storable" {
		t.Errorf("%v", v)
	}
	if IntValue(1).Equal(FloatValue(1)) || !FloatValue(math.NaN()).Equal(FloatValue(math.NaN())) || FloatValue(0).Equal(FloatValue(math.Copysign(0, -1))) {
		t.Error("Equal is not Java's")
	}
	if v := (Value{}); v.Int() != 0 || v.Float() == v.Float() || v.Bool() || v.Text() != "" || !v.Time().IsZero() || v.Items() != nil {
		t.Error("null has a value")
	}
}

// TestStored: what a text transform would put into the cell.
func TestStored(t *testing.T) {
	for source, want := range map[string]string{
		`value.split(",")`: "String[] value not storable", "[1]": "Object[] value not storable", "[1].sort()": "Comparable[] value not storable",
		"row": "WrappedRow value not storable", "cells": "CellTuple value not storable", "/a/": "Pattern value not storable", "value.unicode()": "Integer[] value not storable",
		"cell": "a,b", "cells.it": "a,b",
	} {
		v, err := mustParse(t, source).Eval(Bindings{Current: StringValue("a,b"), Cells: map[string]Value{"it": StringValue("a,b")}})
		if got := v.Storable(); err != nil || got.Text() != want {
			t.Errorf("%s: %v %v", source, got, err)
		}
	}
}

func TestNothingGiven(t *testing.T) {
	var none Expr
	if _, err := none.Eval(Bindings{}); !errors.Is(err, ErrSyntax) || none.String() != "" {
		t.Errorf("%v %q", err, none.String())
	}
	if v, err := mustParse(t, `value + cells.a.value + rowIndex`).Eval(nil); err != nil || !v.IsNull() {
		t.Errorf("%v %v", v, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	e := mustParse(t, `with(value.split(/,/), a, forEach(a, v, v.match("(\\d)(.*)")[0]).join("-")) + rowIndex + value.toDate("yyyy").toString()`)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for n := range 200 {
				v, err := e.Eval(Bindings{Current: StringValue(fmt.Sprintf("%d1,%dx", i, n%10)), RowIndex: n})
				if want := fmt.Sprintf("%d-%d%d", i, n%10, n); err != nil || !strings.HasPrefix(v.String(), want) {
					t.Errorf("%v %v, not %s", v, err, want)
					return
				}
			}
		})
	}
	wait.Wait()
}
