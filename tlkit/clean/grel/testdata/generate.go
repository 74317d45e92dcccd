//go:build ignore

// Generate writes cases for Evaluate.java, one JSON object a line: those of cases.txt with
// each of their values, and as many random ones as -n says.
//
//	go run generate.go -seed 1 -n 1000 <cases.txt
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
)

type testCase struct {
	Expression string            `json:"e"`
	Value      string            `json:"v"`
	Cells      map[string]string `json:"c,omitempty"`
	Row        int               `json:"n,omitempty"`
}

func float(f float64) string { return fmt.Sprintf("f:%x", math.Float64bits(f)) }

// texts are ugly ones first.
var texts = []string{
	"", " ", "\u00a0", "a", "A", "abc", "Hello World", "  padded\t", "a,b,,c,", ",lead", "a, b; c", "x-y_z.w", "one two  three",
	"1", " 1 ", "1.0", "-5", "+7", "007", "1e5", "1E400", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
	"1,000", "1d", "0x10", "0x1p3", ".5", "5.", "NaN", "Infinity", "-Infinity", "١٢٣", "１２", "1_000", "true", "TRUE", "null",
	"Straße", "İstanbul", "ΟΔΟΣ ΣΑΣ", "ǆ ﬁ ŉ", "é", "e\u0301", "Ærø ß", "naïve café", "Müller & Söhne", "日本語 テキスト", "😀", "a😀b", "😁",
	"a\nb", "a\r\nb\n", "line\u2028sep\u0085", "tab\there", "\u200bzero\u200bwidth", "\ufeffbom", "a\u0000b",
	"<a href=\"x\">T&amp;C</a>", "&lt;&eacute;&#233;&#xE9;&bogus;&amp", "\"quoted\"", "\"a\"\"b\"", "it's", "back\\slash", "\\u0041\\n\\101", "%20+%C3%A9", "100%", "a+b c",
	"2011-09-02T12:30:00Z", "2011-09-02", "02/09/2011", "Sep 2, 2011", "2 September 2011 5:06 PM", "20110902",
	"aaa", "aaaa", "abab", "foo.bar", "$1", "a$b", "(x)", "[y]", "a|b", "ABC-123", "John Q. Smith", "o'brien mc-donald", "\u1e9b\u0323", "ﬀ", "K", "ſ",
	"x=1;y=2", "first last", "the THE The", "z y x w", "Zürich-Höngg", "кириллица", "ΑΒΓ αβγ", "  ", "\t\n", "a b c d e f g",
}

var numbers = []string{
	"i:0", "i:1", "i:-1", "i:2", "i:3", "i:10", "i:-7", "i:255", "i:1000000", "i:9223372036854775807", "i:-9223372036854775808", "i:2147483648", "i:1970",
	float(0), float(math.Copysign(0, -1)), float(1), float(0.5), float(1.5), float(2.5), float(-2.5), float(-0.5), float(3.14159), float(1e7), float(12345678.9),
	float(1e-3), float(1e-4), float(1e21), float(5e-324), float(math.MaxFloat64), float(math.NaN()), float(math.Inf(1)), float(math.Inf(-1)), float(100), float(0.1), float(123456.789), float(1e16),
}

var dates = []string{
	"d:2011-09-02T12:30:45Z", "d:2011-09-02T00:00:00Z", "d:2011-09-02T12:30:45.123456789Z", "d:2012-02-29T23:59:59Z", "d:1969-12-31T23:59:59.5Z",
	"d:0001-01-01T00:00:00Z", "d:-0044-03-15T10:00:00Z", "d:+12345-06-07T08:09:10Z", "d:2011-09-02T12:30:45+02:00", "d:2011-01-31T00:00:00-05:30", "d:1582-10-15T00:00:00Z", "d:2024-12-30T01:02:03Z",
}

// more are texts that may be dates, for the cases of cases.txt; see also moments.
var more = []string{
	"", "2012", "12", "201", "2012-03", "03/2012", "2012-03-01Z", "2012-03-01+02:00", "--03-01", "--03", "--03--", "---05", "10:11:12", "10:11:12.5Z", "10:11",
	"2012-03-01T10:11", "2012-03-01T10:11:12.123456789", "2012-03-01T24:00:00", "2012-03-01T10:11:60Z", "+12012-03-01T10:11:12Z", "-0044-03-15T00:00:00Z",
	"2012-02-30T00:00:00Z", "0000-01-01", "0000-01-01T00:00:00Z", "01/02/03", "31/12/99", "12/31/99", "13/12/11", "1/1/50", "1/1/49", "Jan 2012", "2012 Jan", "January",
	"Jan 1", "1 Jan", "Monday, 2 Jan 2012", "Mon Jan 2 15:04:05 2012", "02-Jan-12", "2-1-2012", "2.1.2012", "2012/1/2", "3rd Feb 2001", "Feb 3rd, 2001", "22nd 2 2001", "1 2 3rd",
	"12 pm 1 2 2012", "1/2/2012 12:30pm", "1/2/2012 11:30pm", "1/2/2012 11:30 pm", "1/2/2012 11:30 am", "1/2/2012 11:30xm", "1/2/2012 :30", "1/2/2012 11:", "1/2/2012 11:30:40.500", "1/2/2012 11.30",
	"1/2/2012 23:59:59 -05:00", "1/2/2012 10:00 +5:30", "1/2/2012 10:00 +25:00", "1/2/2012 10:00 XYZ", "1/2/2012 10:00 MST", "1/2/2012 10:00 JST", "31 Feb 2012", "0 Jan 2012", "32 Jan 2012",
	"Sunday", "2011-W35-5", "2011 35", "2011 09 1 Friday", "2011 09 2", "2011-09-02 AD", "Sept 2 2011", "Septem 2 2011", "S 2 2011", "2,9,2011", "2 / 9 / 2011", " 2/9/2011", "2/9/2011 ", "9 September 2,011",
	"99999999", "123456789", "2147483648", "00/00/0000", "1/2/2012 99:00", "1 Mai 2012", "1. Mai 2012", "1 mai 2012", "10 PM", "0 AM", "24:00", "Fri, 31 Dec 1999 23:59:59 GMT", "2012-06-30T12:00:00+18:00", "2012-06-30T12:00:00+18:01", "2012-06-30t12:00:00z",
}

var others = []string{"n", "b:true", "b:false", "e:some message"}

// sets are what the letters before the expressions of cases.txt mean.
func sets() map[byte][]string {
	t := make([]string, len(texts))
	for i, s := range texts {
		t[i] = "s:" + s
	}
	some := append([]string{"s:", "s:Hello World", "s:1", "s:a,b,,c,", "i:3", float(1.5), "d:2011-09-02T12:30:45Z"}, others...)
	var m, u []string
	for _, s := range t {
		if s == whole.Replace(s) {
			u = append(u, s)
		}
	}
	for _, s := range append(more, moments...) {
		m = append(m, "s:"+s)
	}
	return map[byte][]string{'t': t, 'u': u, 'n': numbers, 'd': dates, 'o': others, 's': some, 'm': m, '-': {"n"}}
}

var cells = map[string]string{"a": "s:alpha", "b c": "i:42", "d": "d:2020-02-29T10:20:30Z", "f": float(2.5), "blank": "n", "err": "e:bad"}

func main() {
	seed := flag.Uint64("seed", 1, "of the random cases")
	n := flag.Int("n", 1000, "how many random cases")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	write := func(c testCase) {
		if strings.Contains(c.Expression, "cells") {
			c.Cells = cells
		}
		if err := enc.Encode(c); err != nil {
			log.Fatal(err)
		}
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	named := sets()
	for in.Scan() {
		line := in.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		which, expression, _ := strings.Cut(line, " ")
		for i := range which {
			for _, v := range named[which[i]] {
				write(testCase{Expression: expression, Value: v})
			}
		}
	}
	g := &generator{rand.New(rand.NewPCG(*seed, 4))}
	for range *n {
		write(g.any())
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

type generator struct{ *rand.Rand }

func (g *generator) any() testCase {
	if g.IntN(2) == 0 {
		return g.special()
	}
	c := testCase{Value: "s:" + g.sample()}
	switch g.IntN(12) {
	case 0:
		c.Value = pick(g, numbers)
	case 1:
		c.Value = pick(g, dates)
	case 2:
		c.Value = pick(g, others)
	}
	depth := 1 + g.IntN(4)
	switch g.IntN(8) {
	case 0, 1, 2:
		c.Expression = g.text(depth)
	case 3:
		c.Expression = g.number(depth)
	case 4:
		c.Expression = g.array(depth)
	case 5:
		c.Expression = g.boolean(depth)
	case 6:
		c.Expression = g.date(depth)
	default:
		c.Expression = g.wild(depth)
	}
	c.Row = g.IntN(3)
	if cuts.MatchString(c.Expression) { // halves of characters are not kept here
		c.Expression, c.Value = whole.Replace(c.Expression), whole.Replace(c.Value)
	}
	return c
}

var (
	cuts  = regexp.MustCompile(`replaceChars|\[|slice|substring|get|ngramFingerprint|diff|splitByLengths|unicode|/`)
	whole = strings.NewReplacer("😀", "ö", "😁", "ü")
)

// special is a case that goes deep into one part: a regular expression, a date, a number, an
// order, a form, or a text that hardly is an expression.
func (g *generator) special() testCase {
	value := "s:"
	var e string
	switch g.IntN(11) {
	case 0, 1:
		e = "value" + pick(g, []string{".replace(%s, \"<$0>\")", ".find(%s)", ".match(%s)", ".split(%s, true)", ".partition(%s)", ".rpartition(%s)", ".contains(%s)", ".replace(%s, \"$1\")"})
		e = strings.Replace(e, "%s", "/"+strings.ReplaceAll(g.deepPattern(3), "/", `\/`)+pick(g, []string{"/", "/", "/i"}), 1)
		value += g.soup("aabbABxyz0019 _-.,\n\r\u2028éÉßsſkK\u212aΩω日\u0301٣", 10)
	case 2:
		e = "value" + pick(g, []string{" == ", " < ", " > ", " <= "}) + quote(g.soup("aAbBzZ0 -'_eé\u0301\u0300\u0323ßsæÆaeþthÞøñ日本가\u1100\u1161😀\u0000\u200b§€$+%œ", 6))
		value += g.soup("aAbBzZ0 -'_eé\u0301\u0300\u0323ßsæÆaeþthÞøñ日本가\u1100\u1161😀\u0000\u200b§€$+%œ", 6)
	case 3:
		e = "value" + pick(g, []string{".toUppercase()", ".toLowercase()", ".toTitlecase()", ".trim()", ".length()", ".fingerprint()", ".split(\"\")"})
		for range 1 + g.IntN(4) {
			value += string(rune(pick(g, []int{0x20, 0x100, 0x250, 0x370, 0x400, 0x500, 0x1e00, 0x1f00, 0x2000, 0x2150, 0xff00, 0xfb00})+g.IntN(0x50))) + pick(g, []string{"", " ", "."})
		}
	case 4:
		e = "value.toDate(" + pick(g, []string{"", "true", "false"}) + ")"
		value += g.looseDate()
	case 5:
		format := g.dateFormat("yMdHhmsSaEDGkKzZXwWFuYL")
		e = "value.toDate(" + quote(format) + ")"
		value += g.dateFor(format)
	case 6:
		e = "value.toString(" + quote(g.dateFormat("GuyYDMLdQqwWEecFahKkHmsSAnNXxZOg")) + ")"
		value = g.moment()
	case 7:
		e = "value.toString(" + quote(g.numberFormat()) + ")"
		value = g.plainNumber()
	case 8:
		e = "value" + pick(g, []string{".unescape(\"html\")", ".unescape(\"javascript\")", ".unescape(\"url\")", ".unescape(\"csv\")", ".unescape(\"xml\")", ".escape(\"html\")", ".escape(\"javascript\")", ".escape(\"url\")", ".escape(\"xml\")", ".escape(\"urlpath\")"})
		value += g.pieces([]string{"&amp;", "&#65;", "&#x41;", "&#", ";", "&eacute;", "&", "%41", "%C3%A9", "%", "%e2", "%82", "+", "\\u00e9", "\\n", "\\", "\\101", "u", "\"", ",", "a", "é", "\u0001", "\u0085", "'", "/", "<", "\u00a0", "\uffff", "4", "zz"}, 6)
	case 9:
		e = "value" + pick(g, []string{".toNumber()", ".toNumber() + \"\"", ".toNumber() * 3 + \"\"", ".toNumber() / 7 + \"\"", ".toNumber().toString(\"%.3f\")"})
		value += g.pieces([]string{"1", "2", "9", "0", "00", "123456789", ".", "-", "+", "e", "E", "e1", "e-3", " ", "x", "0x", "p1", "d", "f", "NaN", "Infinity", "5", "999999999999"}, 6)
	default:
		e = g.pieces([]string{"value", "1", "2.5", "\"a\"", "'b'", "(", ")", "[", "]", ",", ".", "trim", "length", "(", ")", "+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "=", " ", " ", "null", "true", "if", "/x/", "cells", "row", "1e", "&", "with", "forEach", "v", "isNull"}, 9)
		value += pick(g, []string{"a", "1", " ab "})
	}
	return testCase{Expression: e, Value: value}
}

// soup is a text of these characters.
func (g *generator) soup(alphabet string, most int) string {
	runes := []rune(alphabet)
	var b strings.Builder
	for range g.IntN(most + 1) {
		b.WriteRune(pick(g, runes))
	}
	return b.String()
}

func (g *generator) pieces(list []string, most int) string {
	var b strings.Builder
	for range 1 + g.IntN(most) {
		b.WriteString(pick(g, list))
	}
	return b.String()
}

// deepPattern is a regular expression with most of what Java has.
func (g *generator) deepPattern(depth int) string {
	if depth == 0 || g.IntN(4) == 0 {
		return pick(g, []string{"a", "b", "A", "x", "0", ".", ",", " ", "é", "k", "s", "ß", "^", "$", `\b`, `\B`, `\A`, `\Z`, `\z`, `\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\h`, `\v`, `\R`, `\n`, "-", "_",
			"[abc]", "[^ab]", "[a-z]", "[A-Z0-9_]", "[^a-y&&[^x]]", "[a-z&&[aeiou]]", "[[a-c][x-z]]", `[\w&&[^\d]]`, `[\s,.]`, "[-a]", "[a-]", "[é-ü]", `[^\n]`, "[a&&b]", "[a-c&&b-z]", "[&a]", "[^]]", "[]x]",
			`\p{L}`, `\p{Lu}`, `\p{Ll}`, `\P{L}`, `\p{Alpha}`, `\p{Upper}`, `\p{Lower}`, `\p{Punct}`, `\p{IsAlphabetic}`, `\p{IsLatin}`, `\p{IsUppercase}`, `\pN`, `\p{Space}`, `\p{M}`, `[\p{L}&&[^a-z]]`,
			`\x61`, `\u00e9`, `\x{3a9}`, `\0141`, `\Qa.\E`, "(?i)", "(?m)^", "(?m)$", "(?s).", "(?iu)"})
	}
	switch g.IntN(10) {
	case 0:
		return "(" + g.deepPattern(depth-1) + ")"
	case 1:
		return "(?:" + g.deepPattern(depth-1) + ")"
	case 2:
		return "(?<n" + strconv.Itoa(g.IntN(1000)) + ">" + g.deepPattern(depth-1) + ")"
	case 3:
		return "(?" + pick(g, []string{"i", "s", "m", "-i", "iu"}) + ":" + g.deepPattern(depth-1) + ")"
	case 4:
		return g.deepPattern(depth-1) + "|" + g.deepPattern(depth-1)
	case 5:
		return g.deepPattern(0) + pick(g, []string{"*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{1,3}?"})
	case 6:
		return "(" + g.deepPattern(depth-1) + ")" + pick(g, []string{"*", "+", "?", "*?", "+?", "{2}", "{1,2}"})
	}
	return g.deepPattern(depth-1) + g.deepPattern(depth-1)
}

// looseDate is something like a date.
func (g *generator) looseDate() string {
	var b strings.Builder
	for range 2 + g.IntN(5) {
		b.WriteString(pick(g, []string{"1", "2", "12", "13", "28", "31", "32", "45", "99", "100", "1999", "2012", "0", "20110902", "Jan", "february", "Sept", "mon", "Sunday", "3rd", "21st", "11th", "am", "PM", "10:30", "10:30:15", "11:59pm", "9:05 am", "+02:00", "-05:30", "GMT", "JST", "Z", "T", "x", "-1"}))
		b.WriteString(pick(g, []string{" ", "/", "-", ".", ", ", "", " "}))
	}
	return b.String()
}

// dateFormat is a format of some of these letters.
func (g *generator) dateFormat(letters string) string {
	var b strings.Builder
	for range 1 + g.IntN(5) {
		letter := letters[g.IntN(len(letters))]
		b.WriteString(strings.Repeat(string(letter), pick(g, []int{1, 2, 2, 3, 4, 1, 5})))
		b.WriteString(pick(g, []string{" ", "-", "/", ":", "", ".", "'T'", " ", "''", " 'of' "}))
	}
	return b.String()
}

// dateFor is a text that may fit the format.
func (g *generator) dateFor(format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		c := format[i]
		n := 1
		for i+1 < len(format) && format[i+1] == c && c != '\'' {
			i++
			n++
		}
		switch {
		case strings.IndexByte("ML", c) >= 0 && n > 2:
			b.WriteString(pick(g, []string{"Jan", "March", "sep", "May", "December", "x"}))
		case c == 'E':
			b.WriteString(pick(g, []string{"Mon", "Tuesday", "fri", "Sun"}))
		case c == 'a':
			b.WriteString(pick(g, []string{"AM", "pm"}))
		case c == 'G':
			b.WriteString(pick(g, []string{"AD", "BC"}))
		case strings.IndexByte("zZX", c) >= 0:
			b.WriteString(pick(g, []string{"+0200", "-05:30", "GMT", "Z", "GMT+1:30", "UTC", "+02", "-3"}))
		case c >= 'A' && c <= 'z' && c != '\'':
			b.WriteString(fmt.Sprintf("%0*d", pick(g, []int{n, 1}), pick(g, []int{1, 2, 7, 9, 12, 13, 24, 31, 45, 60, 99, 365, 2011, 1066, 1582, 0, -1, 20112})))
		case c != '\'':
			b.WriteByte(c)
		}
	}
	if g.IntN(4) == 0 {
		b.WriteString(pick(g, []string{" ", "x", "0"}))
	}
	return b.String()
}

// moment is a date at random.
func (g *generator) moment() string {
	year := pick(g, []int{2011, 1999, 2024, 2025, 1970, 1, 1582, 2100}) + g.IntN(3)
	zone := pick(g, []string{"Z", "Z", "+02:00", "-05:30", "+00:45:10"})
	return fmt.Sprintf("d:%04d-%02d-%02dT%02d:%02d:%02d.%09d%s", year, 1+g.IntN(12), 1+g.IntN(28), g.IntN(24), g.IntN(60), g.IntN(60), pick(g, []int{0, 0, 500000000, 123456789}), zone)
}

func (g *generator) numberFormat() string {
	var b strings.Builder
	for range 1 + g.IntN(2) {
		b.WriteString(pick(g, []string{"", "a", "€ ", "%%"}))
		b.WriteByte('%')
		for range g.IntN(3) {
			b.WriteString(pick(g, []string{"-", "+", " ", "0", ",", "(", "#", "<", "1$"}))
		}
		b.WriteString(pick(g, []string{"", "", "5", "12", "1"}))
		b.WriteString(pick(g, []string{"", "", ".0", ".1", ".2", ".5", ".10"}))
		b.WriteString(pick(g, []string{"d", "f", "f", "e", "g", "s", "x", "o", "E", "G", "X", "b", "c", "h", "n", "q"}))
	}
	return b.String()
}

// plainNumber is a number at random.
func (g *generator) plainNumber() string {
	switch g.IntN(4) {
	case 0:
		return pick(g, numbers)
	case 1:
		return fmt.Sprintf("i:%d", g.IntN(2000000)-1000000)
	case 2:
		return float(float64(g.IntN(2000000)-1000000) / pick(g, []float64{1, 10, 100, 1000, 8, 1e6}))
	}
	return float((g.Float64() - 0.5) * math.Pow(10, float64(g.IntN(30)-8)))
}

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

// sample is a text of the list, or a random one.
func (g *generator) sample() string {
	if g.IntN(3) > 0 {
		return pick(g, texts)
	}
	alphabet := []rune("abcABC012 ,.;-_\t\n\"'&<>%+éößΣİ/\\:")
	var b strings.Builder
	for range g.IntN(12) {
		b.WriteRune(pick(g, alphabet))
	}
	return b.String()
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(s) + `"`
}

// fill puts what the letters in braces stand for: t text, n number, i small number, k one
// in any case, a array, b boolean, d date, r regular expression, w anything.
func (g *generator) fill(depth int, template string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(template, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		kind := rest[0]
		if g.IntN(25) == 0 && kind != 'r' && kind != 'k' {
			kind = 'w'
		}
		switch kind {
		case 't':
			b.WriteString(g.text(depth - 1))
		case 'n':
			b.WriteString(g.number(depth - 1))
		case 'i', 'k':
			b.WriteString(strconv.Itoa(g.IntN(9) - 3))
		case 'a':
			b.WriteString(g.array(depth - 1))
		case 'b':
			b.WriteString(g.boolean(depth - 1))
		case 'd':
			b.WriteString(g.date(depth - 1))
		case 'r':
			b.WriteString(g.regex())
		default:
			b.WriteString(g.wild(depth - 1))
		}
		template = rest[2:]
	}
}

func (g *generator) wild(depth int) string {
	switch g.IntN(7) {
	case 0, 1:
		return g.text(depth)
	case 2:
		return g.number(depth)
	case 3:
		return g.array(depth)
	case 4:
		return g.boolean(depth)
	case 5:
		return g.date(depth)
	}
	return pick(g, []string{"null", "value", `cells["a"].value`, "cells.d.value", `cells["nope"].value`, "cells.err.value", "cells.blank", "rowIndex", "row.index", "columnName", "PI", "unknown", "cell.value"})
}

func (g *generator) text(depth int) string {
	if depth <= 0 {
		if g.IntN(2) == 0 {
			return "value"
		}
		return quote(g.sample())
	}
	return g.fill(depth, pick(g, []string{
		"{t}.trim()", "{t}.toLowercase()", "{t}.toUppercase()", "{t}.toTitlecase()", "{t}.toTitlecase({t})", "{t}.replace({t}, {t})", "{t}.replace({r}, {t})",
		"{t}.replace({r}, \"<$0>\")", "{t}.replace({r}, \"$1-\\\\$\")", "{t}.replaceChars({t}, {t})", "{t} + {t}", "{t} + {n}", "{n} + {t}", "{w} + {t}", "{t} + {d}", "{t} + {b}",
		"{t}[{i}]", "{t}[{i}, {i}]", "{t}.substring({i})", "{t}.substring({i}, {i})", "{t}.slice({i}, {i})", "get({t}, {i})", "{a}.join({t})", "{a}[{i}]", "{a}.get({i})",
		"{t}.chomp({t})", "{t}.partition({t})[0]", "{t}.rpartition({t})[2]", "{t}.escape(\"html\")", "{t}.escape(\"xml\")", "{t}.escape(\"csv\")", "{t}.escape(\"javascript\")", "{t}.escape(\"url\")",
		"{t}.unescape(\"html\")", "{t}.unescape(\"xml\")", "{t}.unescape(\"csv\")", "{t}.unescape(\"javascript\")", "{t}.unescape(\"url\")", "{n}.toString()", "{b}.toString()", "{d}.toString()", "{w}.toString()",
		"if({b}, {t}, {t})", "if({w}, {t}, {w})", "coalesce({w}, {t})", "with({t}, v, v + v.length())", "forNonBlank({w}, v, v, {t})", "{t}.fingerprint()", "{t}.ngramFingerprint(2)", "diff({t}, {t})",
		"type({w})", "md5({t})", "sha1({t})", "({t})", "{t}.strip()", "{d}.toString(\"yyyy-MM-dd HH:mm:ss\")", "{n}.toString(\"%.2f\")", "{n}.toString(\"%d\")",
		"{d}.datePart(\"weekday\")",
	}))
}

func (g *generator) number(depth int) string {
	if depth <= 0 {
		switch g.IntN(6) {
		case 0:
			return "value"
		case 1:
			return `cells["b c"].value`
		case 2:
			return "cells.f.value"
		}
		return pick(g, []string{"0", "1", "2", "-3", "10", "0.5", "1.0", "-2.5", "3.14", "1000000", "9223372036854775807", "0.0", "1e3", "7."})
	}
	return g.fill(depth, pick(g, []string{
		"{n} + {n}", "{n} - {n}", "{n} * {n}", "{n} / {n}", "{n} % {n}", "({n} + {n})", "{t}.length()", "{a}.length()", "{t}.toNumber()", "{n}.toNumber()", "toNumber({w})", "{t}.indexOf({t})", "{t}.lastIndexOf({t})",
		"abs({n})", "{n}.round()", "{n}.floor()", "{n}.ceil()", "{n}.mod({n})", "min({n}, {n})", "max({n}, {n})", "pow({i}, {i})", "ln({n}).round()", "log({n}).round()", "exp({k}).round()", "{a}.sum()", "quotient({n}, {n})", "even({n})", "odd({n})",
		"if({b}, {n}, {n})", "diff({d}, {d}, \"days\")", "diff({d}, {d}, \"months\")", "diff({d}, {d}, \"hours\")", "{d}.datePart(\"year\")", "{d}.datePart(\"month\")", "{d}.datePart(\"week\")", "{d}.datePart(\"time\")", "with({n}, x, x * x)", "rowIndex", "{n} % 0",
	}))
}

func (g *generator) array(depth int) string {
	if depth <= 0 {
		return pick(g, []string{"[]", "[1, 2, 3]", `["b", "a", "b"]`, "[value, 1]", `value.split(",")`, "[null, 1.0, 1]", `["1", 1, true]`, "[2, null, 1]", `value.split(" ")`, "[true, false]", "[value]"})
	}
	return g.fill(depth, pick(g, []string{
		"{t}.split({t})", "{t}.split({t}, true)", "{t}.split({t}, {b})", "{t}.split({r})", "{t}.split({r}, true)", "{a}.sort()", "{a}.reverse()", "{a}.uniques()", "{a}[{i}, {i}]", "{a}.slice({i})", "{a}.slice({i}, {i})",
		"{t}.partition({t})", "{t}.partition({r})", "{t}.partition({t}, true)", "{t}.partition({r}, {b})", "{t}.rpartition({t})", "{t}.rpartition({r})", "{t}.match({r})", "{t}.find({r})", "{t}.find(\"a\" + {t})", "{t}.find(\"a\")", "{t}.ngram({i})", "{t}.splitByLengths({i}, {i})",
		"forEach({a}, v, v)", "forEach({a}, v, v + {t})", "forEach({a}, v, isError(v.toNumber()))", "forEach({a}, v, v.length())", "filter({a}, v, {b})", "filter({a}, v, v != {w})", "forEachIndex({a}, i, v, i + v)", "[{w}, {w}]", "[{t}, {t}, {t}]", "[{n}, {n}]", "forRange({k}, {k}, {k}, x, x * 2)",
		"forEach({a}, v, {n} % v)", "unicode({t})",
	}))
}

func (g *generator) boolean(depth int) string {
	if depth <= 0 {
		return pick(g, []string{"true", "false", "value", "value == null", `value == "a"`})
	}
	return g.fill(depth, pick(g, []string{
		"{n} == {n}", "{n} != {n}", "{n} < {n}", "{n} >= {n}", "{n} > {n}", "{n} <= {n}", "{t} == {t}", "{t} != {t}", "{t} < {t}", "{t} > {t}", "{t} <= {t}", "{t} >= {t}", "{w} == {w}", "{w} != {w}", "{w} < {w}", "{d} < {d}", "{d} == {d}", "{b} == {b}", "{b} < {b}",
		"{t}.startsWith({t})", "{t}.endsWith({t})", "{t}.contains({t})", "{t}.contains({r})", "isBlank({w})", "isNonBlank({w})", "isNull({w})", "isNotNull({w})", "isNumeric({w})", "isError({w})", "isEmptyString({w})",
		"and({b}, {b})", "or({b}, {b})", "not({b})", "xor({b}, {b})", "and({b}, {b}, {w})", "or({b}, {b}, {w})", "{a}.inArray({t})", "isError({n} % {n})", "if({b}, {b}, {b})", "{w} = {w}", "with({n} % {n}, e, isError(e))",
	}))
}

var (
	units   = []string{"days", "hours", "months", "years", "weeks", "minutes", "seconds", "milliseconds", "nanos", "d", "year", "ms", "fortnights"}
	formats = []string{"yyyy-MM-dd", "dd/MM/yyyy", "MM/dd/yy", "d MMMM yyyy", "EEE, d MMM yyyy HH:mm:ss Z", "yyyy-MM-dd'T'HH:mm:ss", "h:mm a", "yyyyMMdd", "D yyyy", "yyyy", "MMM d, yyyy", "dd.MM.yyyy HH:mm", "yyyy-MM-dd HH:mm:ss.SSS", "yyyy-MM-dd'T'HH:mm:ssXXX"}
	moments = []string{"2011-09-02", "02/09/2011", "9/2/11", "2 September 2011", "Fri, 2 Sep 2011 10:11:12 +0200", "2011-09-02T10:11:12", "10:30 PM", "20110902", "245 2011", "2011", "Sep 2, 2011", "31.12.2011 23:59", "2011-02-31", "2011-09-02 10:11:12.345", "2011-09-02T10:11:12+05:30", "13/13/2011", "x", "1/2/3", "2011-13-45", "Sep 31 2012 5:06:07 pm", "1st of May 2010", "10-Jan-2012", "2012.01.10", "--05-06", "2011-09", "10:11:12Z"}
)

func (g *generator) date(depth int) string {
	if depth <= 0 {
		return pick(g, []string{"value", "cells.d.value", quote(pick(g, moments)) + ".toDate()", quote(pick(g, moments)) + ".toDate(" + quote(pick(g, formats)) + ")", "toDate(1970)"})
	}
	return g.fill(depth, pick(g, []string{
		"{d}.inc({i}, " + quote(pick(g, units)) + ")", "toDate({w})", "{t}.toDate()", quote(pick(g, moments)) + ".toDate({b})", quote(pick(g, moments)) + ".toDate(false, " + quote(pick(g, formats)) + ")",
		quote(pick(g, moments)) + ".toDate(" + quote(pick(g, formats)) + ", " + quote(pick(g, formats)) + ")", "{d}.toString(" + quote(pick(g, formats)) + ").toDate(" + quote(pick(g, formats)) + ")", "if({b}, {d}, {d})",
		"{d}.toString(" + quote(pick(g, formats)) + ")", "diff({d}, {d}, " + quote(pick(g, units)) + ")", "{d}.datePart(" + quote(pick(g, units)) + ")",
	}))
}

// regex is a literal of the list, or a random one.
func (g *generator) regex() string {
	if g.IntN(2) == 0 {
		return pick(g, []string{`/\s+/`, `/[,;]\s*/`, `/./`, `/x*/`, `/^/`, `/$/`, `/\b/`, `/[A-Z]/`, `/[a-z]+/i`, `/(\d+)/`, `/(\w)(\w)/`, `/^\s+|\s+$/`, `/[^a-zA-Z0-9]/`, `/(a|b)+/`, `/a.c/`, `/\p{L}+/`, `/\p{Lu}/`,
			`/[\p{Punct}]/`, `/é/i`, `/[äöü]/i`, `/(?i)hello/`, `/.*/`, `/.+?/`, `/(.*)-(.*)/`, `/(\w+)\s(\w+)/`, `/\W/`, `/[a-c&&[^b]]/`, `/\d{2,3}/`, `/(?<y>\d{4})-(?<m>\d\d)/`, `/\//`, `/\$/`, `/\R/`, `/\h/`, `/(?m)^./`, `/(?m)$/`, `/(?s)a.b/`, `/\w+\b/`, `/[^,]*/`, `/(a)|(b)/`, `/(a?)(b?)/`})
	}
	return "/" + strings.ReplaceAll(g.pattern(3), "/", `\/`) + pick(g, []string{"/", "/", "/i"})
}

func (g *generator) pattern(depth int) string {
	if depth == 0 {
		return pick(g, []string{"a", "b", "A", "x", "1", ".", `\d`, `\w`, `\s`, "[abc]", "[^a]", "[a-z]", "é", ",", " ", "^", "$", `\b`, "[A-Z0-9]", "-", "😀", `\.`, `\S`, `\D`, `\W`, "[[a-f]&&[c-z]]", `\u0041`, `\x41`, `\Qa.b\E`})
	}
	switch g.IntN(9) {
	case 0:
		return "(" + g.pattern(depth-1) + ")"
	case 1:
		return "(?:" + g.pattern(depth-1) + ")" + pick(g, []string{"", "*", "+", "?", "{2}", "*?", "+?"})
	case 2:
		return g.pattern(depth-1) + "|" + g.pattern(depth-1)
	case 3:
		return g.pattern(0) + pick(g, []string{"*", "+", "?", "{1,2}", "{2}", "*?", "+?", "??"})
	case 4, 5, 6:
		return g.pattern(depth-1) + g.pattern(depth-1)
	case 7:
		return "(" + g.pattern(depth-1) + ")" + pick(g, []string{"*", "+", "?"})
	}
	return g.pattern(0)
}
