package grel

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestSyntaxErrorsSayWhere(t *testing.T) {
	for _, c := range []struct {
		source       string
		offset, line int
		near, within string
	}{
		{"", 0, 1, "", "something more"},
		{"value.", 6, 1, "", "Missing function name"},
		{"value.trim(", 11, 1, "", "Missing )"},
		{"(1 + 2", 6, 1, "", "Missing )"},
		{"value[1", 7, 1, "", "Missing ]"},
		{"value.toUpercase()", 6, 1, "toUpercase()", "did you mean toUppercase?"},
		{"isBlnk(value)", 0, 1, "isBlnk(value)", "did you mean isBlank?"},
		{"value.isBlank()", 6, 1, "isBlank()", "write isBlank(…)"},
		{"value && true", 6, 1, "&& true", "write and(a, b)"},
		{"value\n  || true", 8, 2, "|| true", "line 2"},
		{"!value", 0, 1, "!value", "write not(a)"},
		{"1 + \"open", 4, 1, "\"open", "close the string"},
		{"value.replace(/open, 1)", 14, 1, "/open, 1)", "close the regular expression"},
		{"-value", 1, 1, "value", "0 - value"},
		{"value.match(/(/)", 12, 1, "/(/)", "Unclosed group"},
		{"value.match(/[b-a]/)", 12, 1, "/[b-a]/)", "Illegal character range"},
		{"if(true, 1)", 0, 1, "if(true, 1)", "three arguments"},
		{"forEach(value, 1, 2)", 0, 1, "forEach(value, 1, 2)", "variable name"},
		{"日本 + ééééééééééééééé !", 40, 1, "!", "not(a)"},
		{"(日本 éééééééééééééééééé", 8, 1, "éééééééééééé…", "Missing )"},
	} {
		_, err := Parse(c.source)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !errors.Is(err, ErrSyntax) {
			t.Errorf("%q: %v", c.source, err)
			continue
		}
		if syntax.Line != c.line || syntax.Near != c.near || !strings.Contains(err.Error(), c.within) || c.line == 1 && syntax.Offset != c.offset {
			t.Errorf("%q: offset %d, line %d, near %q: %v", c.source, syntax.Offset, syntax.Line, syntax.Near, err)
		}
	}
}

func TestWhatIsRefusedIsNamed(t *testing.T) {
	for _, c := range []struct{ source, name string }{
		{"now()", "now"},
		{"random()", "random"},
		{"value.randomNumber(1)", "randomNumber"},
		{`cell.cross("p", "c")`, "cross"},
		{`facetCount(value, "value", "c")`, "facetCount"},
		{"value.parseJson().a", "parseJson"},
		{"value.parseHtml()", "parseHtml"},
		{"if(true, 1, value.jsonize())", "jsonize"},
		{"jython:return value", "jython"},
		{"Clojure:(str value)", "clojure"},
		{"row.record.index", "row.record"},
		{"row.starred", "row.starred"},
		{"cell.recon.match.id", "cell.recon"},
		{"cells.a.recon", "cells.a.recon"},
		{"project", "project"},
		{`value.replace(/a(?=b)/, "")`, "look-ahead (?=…)"},
		{`value.replace(/a(?!b)/, "")`, "look-ahead (?!…)"},
		{`value.replace(/(?<!b)a/, "")`, "look-behind (?<!…)"},
		{`value.match(/(a)\1/)`, `back reference \1`},
		{`value.match(/(?<x>a)\k<x>/)`, `back reference \k`},
		{`value.match("(a)\\1")`, `back reference \1`},
		{`value.contains(/a++/)`, "possessive quantifier"},
		{`value.contains(/(?>a)b/)`, "atomic group (?>…)"},
		{`value.contains(/(?x)a b/)`, "flag (?x)"},
		{`value.contains(/a{1001}/)`, "repetition {1001}"},
		{`value.contains(/\p{InKlingon}/)`, `\p{InKlingon}`},
		{`value.contains(/\X/)`, `\X`},
		{`value.contains(/\Gx/)`, `\G`},
		{`value.contains(/(a*)*/)`, "repetition of what can match nothing"},
		{`value.match(/((a|b)+,)*/)`, "groups of a repeated group within a repetition"},
		{`value.replace(/((a|b)+,)*/, "$2")`, "groups of a repeated group within a repetition"},
		{`value.contains(/(?m)a$|\Z/)`, "$ of one line and of the text in one regular expression"},
		{`value.toDate("ja", "yyyy")`, "language ja"},
		{`value.toDate(true, "zh-CN", "yyyy")`, "language zh-CN"},
		{`value.toString("ppH")`, "date format pp"},
	} {
		_, err := Parse(c.source)
		var no *UnsupportedError
		if !errors.As(err, &no) || !errors.Is(err, ErrUnsupported) || no.Name != c.name || no.Offset < 0 || no.Offset >= len(c.source) {
			t.Errorf("%s: %#v", c.source, err)
		}
	}
	for _, ok := range []string{`value.replace(/((a|b)+,)*/, "$0")`, `value.contains(/((a|b)+,)*/)`, `value.replace(/(a|b)+/, "$1")`} {
		if _, err := Parse(ok); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
}

// TestEveryFunctionOfOpenRefine knows all that OpenRefine 3.9.3 registers.
func TestEveryFunctionOfOpenRefine(t *testing.T) {
	all := strings.Fields(`coalesce type toString toNumber toDate timeSinceUnixEpochToDate toUppercase toLowercase toTitlecase
		detectLanguage hasField get slice substring replace replaceChars replaceEach range split smartSplit splitByCharType
		splitByLengths partition rpartition trim strip contains escape unescape encode decode length sha1 md5 unicode unicodeType
		diff chomp fingerprint ngramFingerprint phonetic reinterpret jsonize parseJson ngram match find levenshteinDistance parseUri
		parseXml parseHtml select xmlAttr htmlAttr xmlText htmlText innerXml innerHtml ownText wholeText parent scriptText indexOf
		lastIndexOf startsWith endsWith join reverse sort uniques inArray zip now inc datePart acos asin atan atan2 cos cosh sin
		sinh tan tanh round floor ceil even odd abs mod max min log ln pow exp sum fact factn combin degrees radians randomNumber
		random gcd lcm multinomial quotient and or not xor cross facetCount if with forEach forEachIndex forRange filter
		forNonBlank isNull isNotNull isEmptyString isBlank isNonBlank isNumeric isError`)
	known := Functions()
	for _, name := range all {
		_, refused := refusedFunctions[name]
		if refused == slices.Contains(known, name) {
			t.Errorf("%s: refused %v, known %v", name, refused, !refused)
		}
	}
	if got := len(known) + len(refusedFunctions); got != len(all) {
		t.Errorf("%d functions, OpenRefine has %d", got, len(all))
	}
}

func TestPrintedCanonically(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"grel: value . trim ( )", "value.trim()"},
		{"'it\\'s \"so\"'", `"it's \"so\""`},
		{`"a\tb\\c\nd"`, `"a\tb\\c\nd"`},
		{"1+2*  (3-4)", "1 + 2 * (3 - 4)"},
		{"get(value,1)", "get(value, 1)"},
		{"value[1 ,2]", "value[1, 2]"},
		{"value.get( 1 )", "value.get(1)"},
		{"[ 1,'a',null ]", `[1, "a", null]`},
		{"value.replace(/a\\/b/i,'')", `value.replace(/a\/b/i, "")`},
		{"1e5", "1.0"},
		{"007.50", "007.50"},
		{"1 .toString()", "1 .toString()"},
		{"-  1", "-1"},
		{"if(a==1,b,with(c,d,d))", "if(a == 1, b, with(c, d, d))"},
		{"cells . a . value", "cells.a.value"},
		{"value) ignored", "value"},
	} {
		e, err := Parse(c.source)
		if err != nil || e.String() != c.want {
			t.Errorf("%s: %v %v", c.source, e, err)
			continue
		}
		again, err := Parse(e.String())
		if err != nil || again.String() != c.want || again.Ignored() != "" {
			t.Errorf("%s: again %v %v", c.source, again, err)
		}
	}
}

func TestIgnored(t *testing.T) {
	for source, want := range map[string]string{"value": "", "value  ": "", "value) + 1": ") + 1", "1e5": "e5", "value <> 1": "<> 1"} {
		e, err := Parse(source)
		if err != nil || e.Ignored() != want {
			t.Errorf("%q ignores %q, not %q (%v)", source, e.Ignored(), want, err)
		}
	}
}

func TestColumns(t *testing.T) {
	for _, c := range []struct {
		source     string
		names      []string
		all, value bool
	}{
		{"value", nil, false, true},
		{"1", nil, false, false},
		{`cells["b"].value + cells.a.value + cells["b"]`, []string{"b", "a"}, false, false},
		{"row.cells.a.value", []string{"a"}, false, false},
		{"get(cells, 'a').value + cell.value", []string{"a"}, false, true},
		{"(cells).a", []string{"a"}, false, false},
		{"cells[value].value", nil, true, true},
		{"cells", nil, true, false},
		{"cells[1]", nil, true, false},
		{"get(cells, 'a', 1)", nil, true, false},
		{"row", nil, true, false},
		{"row.index + rowIndex", nil, false, false},
		{"with(cells.a, x, x.value)", []string{"a"}, false, false},
		{"with(1, cells, cells.a)", nil, false, false},
		{"with(1, value, value)", nil, false, false},
		{"with(value, value, value)", nil, false, true},
	} {
		e, err := Parse(c.source)
		if err != nil {
			t.Errorf("%s: %v", c.source, err)
			continue
		}
		names, all := e.Columns()
		if !reflect.DeepEqual(names, c.names) || all != c.all || e.UsesValue() != c.value {
			t.Errorf("%s: %q %v, value %v", c.source, names, all, e.UsesValue())
		}
	}
}
