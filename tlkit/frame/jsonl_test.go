package frame

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"transferlab/tlkit/progress"
)

// decodeJSONInBlocks reads text with blocks of so many bytes.
func decodeJSONInBlocks(t testing.TB, text string, o JSONOptions, size int) (Table, error) {
	form, err := o.form()
	if err != nil {
		return Table{}, err
	}
	form.blockSize = size
	in, err := newInput(strings.NewReader(text), "", int64(len(text)), o.input())
	if err != nil {
		return Table{}, err
	}
	return form.read(t.Context(), nil, in)
}

func TestJSONLinesAreReadByTheLetter(t *testing.T) {
	types := func(f ...Field) Schema { return f }
	for _, c := range []struct {
		name, text string
		o          JSONOptions
		want       string
	}{
		{"plain", `{"a":1,"b":"x"}` + "\n" + `{"a":2,"b":"y"}` + "\n", JSONOptions{}, "a:integer=1|2  b:string=x|y"},
		{"no last end of line, blanks, CRLF", " { \"a\" :\t1 , \"b\":\"x\" } \r\n\r\n\n{\"a\":2,\"b\":\"y\"}", JSONOptions{}, "a:integer=1|2  b:string=x|y"},
		{"a mark", "\ufeff{\"a\":1}", JSONOptions{}, "a:integer=1"},
		{"keys as they come", `{"b":1}` + "\n" + `{"a":2,"b":3}` + "\n{}\n" + `{"c":true,"a":null}`, JSONOptions{}, "b:integer=1|3|∅|∅  a:integer=∅|2|∅|∅  c:boolean=∅|∅|∅|true"},
		{"empty text and none", `{"a":"","b":null}` + "\n" + `{"a":null}` + "\n" + `{"a":"null"}`, JSONOptions{}, "a:string=|∅|null  b:string=∅|∅|∅"},
		{"texts are no numbers", `{"a":"1","b":"NaN","c":"true"}`, JSONOptions{}, "a:string=1  b:string=NaN  c:string=true"},
		{"whole numbers to their ends", `{"a":9223372036854775807}` + "\n" + `{"a":-9223372036854775808}`, JSONOptions{}, "a:integer=9223372036854775807|-9223372036854775808"},
		{"floats", `{"a":1.0,"b":-0.0,"c":1e3,"d":5e-324,"e":-0}`, JSONOptions{}, "a:number=1.0  b:number=-0.0  c:number=1000.0  d:number=5e-324  e:number=-0.0"},
		{"whole and other numbers", `{"a":1}` + "\n" + `{"a":null}` + "\n" + `{"a":2.5}` + "\n" + `{"a":3}`, JSONOptions{}, "a:number=1.0|∅|2.5|3.0"},
		{"escapes", `{"\u0061\n":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000"}`, JSONOptions{}, "a\n:string=\"\\/\b\f\n\r\té\U0001F600\x00"},
		{"Unicode as it is", `{"é":"日本\u2028` + "\u2028" + `"}`, JSONOptions{}, "é:string=日本\u2028\u2028"},
		{"half a pair, replaced", `{"a":"x\ud83dy\ude00"}`, JSONOptions{Replace: true}, "a:string=x\ufffdy\ufffd"},
		{"the replacement character itself", `{"a":"\ufffd\uFFFD"}`, JSONOptions{}, "a:string=\ufffd\ufffd"},
		{"some columns", `{"a":1,"b":{"x":[1]},"c":3}`, JSONOptions{Columns: []string{"c", "a"}}, "c:integer=3  a:integer=1"},
		{"nested", `{"a": {"x": [1, "}"]}, "b":[]}` + "\n" + `{"a":"text"}`, JSONOptions{KeepNested: true}, `a:string={"x": [1, "}"]}|text  b:string=[]|∅`},
		{"declared", `{"i":"7","x":3,"t":1.50,"b":"true","d":"31.12.1999","c":"low"}`, JSONOptions{Types: types(Field{Name: "i", Kind: Int}, Field{Name: "x", Kind: Float}, Field{Name: "t", Kind: Text},
			Field{Name: "b", Kind: Bool}, Field{Name: "d", Kind: Date, Format: "%d.%m.%Y"}, Field{Name: "c", Kind: Category, Levels: []string{"low"}})},
			"i:integer=7  x:number=3.0  t:string=1.50  b:boolean=true  d:datetime=1999-12-31  c:category=low"},
		{"declared and not there", `{"a":1}`, JSONOptions{Types: types(Field{Name: "b", Kind: Float})}, "a:integer=1  b:number=∅"},
		{"declared and no rows", "", JSONOptions{Types: types(Field{Name: "b", Kind: Float}, Field{Name: "a", Kind: Int})}, "b:number=  a:integer="},
		{"numbers no int holds, as text", `{"a":18446744073709551616}`, JSONOptions{Types: types(Field{Name: "a", Kind: Text})}, "a:string=18446744073709551616"},
		{"numbers no int holds, rounded", `{"a":18446744073709551616}`, JSONOptions{Types: types(Field{Name: "a", Kind: Float})}, "a:number=1.8446744073709552e+19"},
		{"markers", `{"a":1,"b":"NA"}` + "\n" + `{"a":"n/a","b":"x"}`, JSONOptions{Missing: []string{"n/a", "NA"}}, "a:integer=1|∅  b:string=∅|x"},
		{"some rows", `{"a":1}` + "\n" + `{"a":2}` + "\n" + `{"a":3.5,"b":1}` + "\n?", JSONOptions{MaxRows: 2}, "a:integer=1|2"},
		{"UTF-16", "\xff\xfe{\x00\"\x00\xe9\x00\"\x00:\x001\x00}\x00", JSONOptions{Encoding: "utf-16"}, "é:integer=1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{3, blockSize} {
				table, err := decodeJSONInBlocks(t, c.text, c.o, size)
				if err != nil {
					t.Fatal(err)
				}
				if got := written(t, table); got != c.want {
					t.Errorf("blocks of %d: got  %s\nwant %s", size, got, c.want)
				}
			}
		})
	}
}

func TestJSONErrorsSayWhereAndWhat(t *testing.T) {
	for _, c := range []struct {
		name, text string
		o          JSONOptions
		line, row  int64
		column     string
		is         error
		says       string
	}{
		{"an array of numbers", "[1,2]\n", JSONOptions{}, 1, 1, "", nil, "no object"},
		{"an array that is cut", "[\n{\"a\":1},\n", JSONOptions{}, 2, 2, "", io.ErrUnexpectedEOF, "never closed"},
		{"an object on several lines", "{\n\"a\": 1\n}\n", JSONOptions{}, 1, 1, "", nil, "a key in double quotes"},
		{"nested", "{\"a\":1}\n\n{\"a\":{\"b\":1}}\n", JSONOptions{}, 3, 2, "a", ErrKind, "KeepNested"},
		{"nested and broken", "{\"a\":{\"b\":1,}}\n", JSONOptions{KeepNested: true}, 1, 1, "a", nil, "no JSON"},
		{"nested without an end", "{\"a\":[1,2}\n", JSONOptions{}, 1, 1, "a", nil, "no JSON"},
		{"nested too deep", "{\"a\":" + strings.Repeat("[", 5000), JSONOptions{KeepNested: true}, 1, 1, "a", ErrLimit, "deep"},
		{"no colon", "{\"a\" 1}\n", JSONOptions{}, 1, 1, "", nil, "colon"},
		{"no comma", "{\"a\":1 \"b\":2}\n", JSONOptions{}, 1, 1, "", nil, "comma"},
		{"a comma too many", "{\"a\":1,}\n", JSONOptions{}, 1, 1, "", nil, "key in double quotes"},
		{"no value", "{\"a\":}\n", JSONOptions{}, 1, 1, "a", nil, "no JSON"},
		{"no end", "{\"a\":1\n", JSONOptions{}, 1, 1, "", nil, "closing brace"},
		{"more on the line", "{\"a\":1}{\"a\":2}\n", JSONOptions{}, 1, 1, "", nil, "follows the object"},
		{"a comma between lines", "{\"a\":1},\n{\"a\":2}\n", JSONOptions{}, 1, 1, "", nil, "follows the object"},
		{"single quotes", "{'a':1}\n", JSONOptions{}, 1, 1, "", nil, "double quotes"},
		{"NaN", "{\"a\":NaN}\n", JSONOptions{}, 1, 1, "a", nil, "NaN is null"},
		{"a word", "{\"a\":nul}\n", JSONOptions{}, 1, 1, "a", nil, "is null meant"},
		{"leading noughts", "{\"a\":01}\n", JSONOptions{}, 1, 1, "a", nil, "no number in JSON"},
		{"a plus", "{\"a\":+1}\n", JSONOptions{}, 1, 1, "a", nil, "no JSON"},
		{"a point alone", "{\"a\":1.}\n", JSONOptions{}, 1, 1, "a", nil, "no number in JSON"},
		{"a text without an end", "{\"a\":\"x}\n", JSONOptions{}, 1, 1, "a", nil, "never closed"},
		{"a tab in a text", "{\"a\":\"x\ty\"}\n", JSONOptions{}, 1, 1, "a", nil, "control character 0x09"},
		{"a wrong escape", "{\"a\":\"\\x41\"}\n", JSONOptions{}, 1, 1, "a", nil, "no escape"},
		{"a cut escape", "{\"a\":\"\\u00e\"}\n", JSONOptions{}, 1, 1, "a", nil, "no escape"},
		{"half a pair", "{\"a\":\"\\ud83d\"}\n", JSONOptions{}, 1, 1, "a", nil, "half a surrogate pair"},
		{"a key twice", "{\"a\":1,\"a\":2}\n", JSONOptions{}, 1, 1, "a", ErrShape, "twice"},
		{"no UTF-8", "{\"a\":\"x\"}\n{\"a\":\"\xe9\"}\n", JSONOptions{}, 2, 2, "", nil, "byte 0xE9"},
		{"a number no int holds", "{\"a\":1}\n{\"a\":9223372036854775808}\n", JSONOptions{}, 2, 2, "a", ErrKind, "as text to keep its digits"},
		{"a number below any int", "{\"a\":-9223372036854775809}\n", JSONOptions{}, 1, 1, "a", ErrKind, "as text to keep its digits"},
		{"a number no float holds", "{\"a\":1e400}\n", JSONOptions{}, 1, 1, "a", ErrKind, "no float64 holds"},
		{"whole numbers no float holds", "{\"a\":9007199254740993}\n{\"a\":1}\n{\"a\":0.5}\n", JSONOptions{}, 3, 3, "a", ErrKind, "\"9007199254740993\" in row 1 is a whole number that no float holds"},
		{"text among numbers", "{\"a\":1}\n{\"a\":\"x\"}\n", JSONOptions{}, 2, 2, "a", ErrKind, "is text, and \"1\" in row 1 is a whole number"},
		{"a truth value among texts", "{\"a\":\"x\"}\n{\"b\":1}\n{\"a\":true}\n", JSONOptions{}, 3, 3, "a", ErrKind, "is a truth value"},
		{"the first of two errors", "{\"a\":1,\"b\":1}\n{\"b\":\"x\"}\n{\"a\":\"x\"}\n?\n", JSONOptions{}, 2, 2, "b", ErrKind, "is text"},
		{"not what is declared", "{\"a\":1.5}\n", JSONOptions{Types: Schema{{Name: "a", Kind: Int}}}, 1, 1, "a", ErrKind, "declared"},
		{"a number is no date", "{\"a\":20200101}\n", JSONOptions{Types: Schema{{Name: "a", Kind: Date, Format: "%Y%m%d"}}}, 1, 1, "a", ErrKind, "no date"},
		{"no level", "{\"a\":\"x\"}\n", JSONOptions{Types: Schema{{Name: "a", Kind: Category, Levels: []string{"y"}}}}, 1, 1, "a", ErrKind, "Levels"},
		{"a long line", "{\"a\":1}\n{\"a\":\"" + strings.Repeat("x", 100) + "\"}\n", JSONOptions{MaxLine: 99}, 2, 2, "", ErrLimit, "longer than 99 bytes"},
		{"too many keys", "{\"a\":1}\n{\"b\":1,\"c\":1}\n", JSONOptions{MaxColumns: 2}, 2, 2, "", ErrLimit, "more than 2 different keys"},
		{"too many cells", strings.Repeat("{\"a\":1}\n", 10), JSONOptions{MaxCells: 9}, 10, 10, "", ErrLimit, "more than 9 cells"},
		{"nothing", "\n \n", JSONOptions{}, 0, 0, "", ErrShape, "no columns"},
		{"no keys", "{}\n{}\n", JSONOptions{}, 0, 0, "", ErrShape, "no columns"},
		{"UTF-16", "\xff\xfe{\x00", JSONOptions{}, 1, 0, "", nil, "UTF-16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{5, blockSize} {
				_, err := decodeJSONInBlocks(t, c.text, c.o, size)
				var p *ParseError
				switch {
				case !errors.As(err, &p):
					t.Fatalf("%T %v", err, err)
				case !errors.Is(err, ErrParse) || c.is != nil && !errors.Is(err, c.is):
					t.Errorf("the error is of another sort: %v", err)
				case p.Line != c.line || p.Row != c.row || p.Column != c.column:
					t.Errorf("at line %d, row %d, column %q: %v", p.Line, p.Row, p.Column, err)
				case !strings.Contains(err.Error(), c.says):
					t.Errorf("it does not say %q: %v", c.says, err)
				}
			}
		})
	}
	var c *ColumnError
	if _, err := DecodeJSONLines(t.Context(), nil, strings.NewReader(`{"year":1}`), JSONOptions{Columns: []string{"yaer"}}); !errors.As(err, &c) || c.Nearest != "" && c.Nearest != "year" {
		t.Errorf("%v", err)
	}
	for _, o := range []JSONOptions{{MaxRows: -1}, {Columns: []string{"a", "a"}}, {Encoding: "klingon"}, {Types: Schema{{Name: "a", Kind: Date, Format: "%Q"}}}} {
		if _, err := DecodeJSONLines(t.Context(), nil, strings.NewReader(`{"a":1}`), o); err == nil {
			t.Errorf("%+v", o)
		}
	}
}

func TestEveryTableComesBackFromJSONLines(t *testing.T) {
	dir := t.TempDir()
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 19))
		table := anyTable(rng)
		path := filepath.Join(dir, "table.jsonl"+[]string{"", ".gz", ".zst"}[max(rng.IntN(6)-3, 0)])
		if err := WriteJSONLines(path, table, JSONOptions{}); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		back, err := JSONLines(path, JSONOptions{}).Read(t.Context(), nil)
		if err != nil {
			b, _ := os.ReadFile(path)
			t.Fatalf("seed %d: %v\n%q", seed, err, b)
		}
		if diff := tableDiff(back, table); diff != "" {
			b, _ := os.ReadFile(path)
			t.Fatalf("seed %d: %s\n%q", seed, diff, b)
		}
	}
}

func TestJSONLinesAreJSON(t *testing.T) {
	table := ugly(3, 200)
	var b bytes.Buffer
	if err := EncodeJSONLines(&b, table, JSONOptions{Columns: []string{"text", "float", "int", "bool"}}); err != nil {
		t.Fatal(err)
	}
	text, _ := table.Column("text")
	ints, _ := table.Column("int")
	for i, line := range strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n") {
		var row struct {
			Text *string
			Int  *int
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if (row.Text == nil) != text.Missing(i) || row.Text != nil && *row.Text != text.Format(i) || (row.Int == nil) != ints.Missing(i) || row.Int != nil && *row.Int != ints.Ints[i].Value {
			t.Errorf("row %d: %s", i, line)
		}
	}
}

func TestWhatCannotBeWrittenAsJSONLines(t *testing.T) {
	for says, table := range map[string]Table{
		"without columns":              {},
		"row 2, column \"a\": \"\\xff": mustTable(nil, Series("a", values("x", "\xff"))),
		"name of column 1":             mustTable(nil, Series("\xff", values("x"))),
		"is no date":                   mustTable(Schema{{Name: "a", Kind: Date}}, Series("a", values("soon"))),
	} {
		if err := EncodeJSONLines(io.Discard, table, JSONOptions{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v", err)
		}
	}
}

var halfPair = regexp.MustCompile(`(?i)\\ud[89a-f]`)

// refJSON reads JSON lines with encoding/json: a list of rows, and the keys as they come.
// ok is false if the text is none.
func refJSON(text string) (keys []string, rows []map[string]any, ok bool) {
	if !utf8.ValidString(text) {
		return nil, nil, false
	}
	for _, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		line = strings.Trim(line, " \t\r")
		if line == "" {
			continue
		}
		if line[0] != '{' || !json.Valid([]byte(line)) {
			return nil, nil, false
		}
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		_, _ = d.Token()
		row := map[string]any{}
		for d.More() {
			key, _ := d.Token()
			if _, twice := row[key.(string)]; twice {
				return nil, nil, false
			}
			var v any
			if err := d.Decode(&v); err != nil {
				return nil, nil, false
			}
			row[key.(string)] = v
			if !slices.Contains(keys, key.(string)) {
				keys = append(keys, key.(string))
			}
		}
		rows = append(rows, row)
	}
	return keys, rows, true
}

// checkAgainstJSON compares a table with what encoding/json reads.
func checkAgainstJSON(t testing.TB, text string, table Table, err error) {
	t.Helper()
	if strings.HasPrefix(strings.TrimLeft(text, "\ufeff \t\r\n"), "[") {
		return // an array is read as well
	}
	keys, rows, ok := refJSON(text)
	if err != nil {
		if ok && !errors.Is(err, ErrKind) && !errors.Is(err, ErrShape) && !errors.Is(err, ErrLimit) && !halfPair.MatchString(text) {
			t.Fatalf("%q: %v", text, err)
		}
		return
	}
	if !ok || !slices.Equal(keys, table.Names()) || len(rows) != table.Nrow() {
		t.Fatalf("%q: %v %q, %d rows; got %q, %d rows", text, ok, keys, len(rows), table.Names(), table.Nrow())
	}
	cols, _ := table.Columns()
	for _, c := range cols {
		for i, row := range rows {
			got := any(nil)
			switch v := row[c.Name].(type) {
			case json.Number:
				x, err := strconv.ParseFloat(string(v), 64)
				if c.Kind == Int {
					n, e := strconv.Atoi(string(v))
					x, err = 0, e
					if n != c.Ints[i].Value {
						err = fmt.Errorf("%d", c.Ints[i].Value)
					}
				} else if math.Float64bits(x) != math.Float64bits(c.Floats[i].Value) {
					err = fmt.Errorf("%v", c.Floats[i].Value)
				}
				if err != nil {
					t.Fatalf("%q: row %d of %q is %s; got %v", text, i, c.Name, v, err)
				}
				continue
			case string:
				if c.Kind == Text {
					got = c.Texts[i].Value
				}
			case bool:
				if c.Kind == Bool {
					got = c.Bools[i].Value
				}
			}
			if c.Missing(i) != (row[c.Name] == nil) || got != row[c.Name] {
				t.Fatalf("%q: row %d of %q is %v; got %v, %q", text, i, c.Name, row[c.Name], c.Kind, c.Format(i))
			}
		}
	}
}

// uglyJSON draws JSON lines, or what nearly is.
func uglyJSON(rng *rand.Rand) string {
	wild := rng.IntN(3) == 0
	keys := []string{`"a"`, `"b"`, `"\u0061b"`, `"é"`, `""`, `"long key of many bytes"`}
	words := []string{"1", "-0", "0.5", "1e5", "-1E-2", "12345678901", "9007199254740993", "9223372036854775808", "true", "false", "null", `"x"`, `"NA"`, `""`, `"\u00e9\n\ud83d\ude00"`, `"日本"`,
		`"a text that is longer than sixteen bytes"`, `"\\\""`, "{}", "[1]", `"inf"`, "01", "nul", `"\ud83d"`}
	kinds := make([]int, len(keys))
	for i := range kinds {
		kinds[i] = rng.IntN(4)
	}
	var b bytes.Buffer
	for range rng.IntN(10) + 290*max(rng.IntN(12)-10, 0) {
		if rng.IntN(10) == 0 {
			b.WriteString([]string{"\n", "\r\n", " \n"}[rng.IntN(3)])
		}
		b.WriteByte('{')
		n := 0
		for i, key := range keys {
			if rng.IntN(4) == 0 {
				continue
			}
			if n++; n > 1 {
				b.WriteString([]string{",", ", ", " ,"}[rng.IntN(3)])
			}
			b.WriteString(key + []string{":", ": ", " : "}[rng.IntN(3)])
			switch {
			case wild && rng.IntN(10) == 0:
				b.WriteString(words[rng.IntN(len(words))])
			case rng.IntN(8) == 0:
				b.WriteString("null")
			case kinds[i] == 0:
				fmt.Fprint(&b, rng.IntN(1000)-500)
			case kinds[i] == 1:
				v := someFloat(rng)
				if math.IsInf(v, 0) {
					v = 0.5
				}
				b.WriteString(FormatFloat(v))
			case kinds[i] == 2:
				b.WriteString([]string{"true", "false"}[rng.IntN(2)])
			default:
				b.WriteString(words[11+rng.IntN(7)])
			}
		}
		b.WriteString("}" + []string{"\n", "\r\n", "\n\n"}[rng.IntN(3)])
	}
	text := b.Bytes()
	if wild && len(text) > 0 && rng.IntN(2) == 0 {
		text[rng.IntN(len(text))] = "{}[]\",:\\\n \xff0e"[rng.IntN(13)]
	}
	return string(text)
}

func TestJSONLinesAreReadAsEncodingJSONReadsThem(t *testing.T) {
	for seed := range uint64(1500) {
		rng := rand.New(rand.NewPCG(seed, 21))
		text := uglyJSON(rng)
		var o JSONOptions
		if rng.IntN(5) == 0 {
			o.MaxRows = 1 + rng.IntN(5)
		}
		whole, err := decodeJSONInBlocks(t, text, o, blockSize)
		if o.MaxRows == 0 {
			checkAgainstJSON(t, text, whole, err)
		}
		pieces, err2 := decodeJSONInBlocks(t, text, o, 1+rng.IntN(200))
		if fmt.Sprint(err) != fmt.Sprint(err2) {
			t.Fatalf("seed %d: %q:\n%v\n%v", seed, text, err, err2)
		}
		if diff := tableDiff(pieces, whole); diff != "" {
			t.Fatalf("seed %d: %q: %s", seed, text, diff)
		}
	}
}

// FuzzDecodeJSONLines reads any bytes: as encoding/json does, whatever the size of the
// blocks, and so that what was read is written and reads back as the same.
func FuzzDecodeJSONLines(f *testing.F) {
	for seed := range uint64(40) {
		f.Add([]byte(uglyJSON(rand.New(rand.NewPCG(seed, 23)))), byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte, how byte) {
		if len(text) > 1<<12 || bytes.HasPrefix(text, gzipMagic) || bytes.HasPrefix(text, zstdMagic) {
			return
		}
		o := JSONOptions{KeepNested: how&1 != 0, Replace: how&2 != 0, MaxCells: 1 << 16}
		if how&4 != 0 {
			o.Types = Schema{{Name: "a", Kind: Kind(how >> 3 % 7)}, {Name: "none", Kind: Float}}
		}
		var table Table
		var err error
		if took := allocated(func() { table, err = DecodeJSONLines(t.Context(), nil, bytes.NewReader(text), o) }); took > 64<<20 {
			t.Fatalf("%d bytes took %d MB", len(text), took>>20)
		}
		if how == 0 && !bytes.HasPrefix(text, []byte("\xff\xfe")) && !bytes.HasPrefix(text, []byte("\xfe\xff")) {
			checkAgainstJSON(t, string(text), table, err)
		}
		small, err2 := decodeJSONInBlocks(t, string(text), o, 1+int(how))
		if (err == nil) != (err2 == nil) || tableDiff(small, table) != "" {
			t.Fatalf("%q: %v, %v, %s", text, err, err2, tableDiff(small, table))
		}
		if err != nil {
			return
		}
		cols, _ := table.Columns()
		var b bytes.Buffer
		if err := EncodeJSONLines(&b, table, JSONOptions{}); err != nil {
			t.Fatal(err)
		}
		back, err := DecodeJSONLines(t.Context(), nil, &b, JSONOptions{Types: fieldsOf(cols)})
		if err != nil || tableDiff(back, table) != "" {
			t.Fatalf("%q: %v %s", text, err, tableDiff(back, table))
		}
	})
}

func TestEndlessJSONTakesLittleMemory(t *testing.T) {
	for _, c := range []struct {
		name string
		r    io.Reader
		o    JSONOptions
		says string
	}{
		{"one line of a gigabyte", &endless{head: "{\"a\":\"", then: 'x', left: 1 << 30}, JSONOptions{MaxLine: 1 << 20}, "longer than"},
		{"brackets", &endless{head: "{\"a\":", then: '[', left: 1 << 30}, JSONOptions{KeepNested: true, MaxLine: 1 << 20}, "longer than"},
		{"keys without end", readerOf(func(i int) string { return fmt.Sprintf("{\"k%d\":1}\n", i) }), JSONOptions{MaxColumns: 1000}, "different keys"},
		{"keys without end in a line", readerOf(func(i int) string { return fmt.Sprintf("%c\"k%d\":1", "{,"[min(i, 1)], i) }), JSONOptions{MaxLine: 1 << 22}, "longer than"},
		{"many keys, then many rows", readerOf(func(i int) string {
			if i == 0 {
				var b strings.Builder
				for k := range 10_000 {
					fmt.Fprintf(&b, "%c\"k%d\":1", "{,"[min(k, 1)], k)
				}
				return b.String() + "}\n"
			}
			return "{\"k9\":1}\n"
		}), JSONOptions{MaxCells: 1 << 20}, "cells"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var err error
			took := allocated(func() { _, err = DecodeJSONLines(t.Context(), nil, c.r, c.o) })
			if !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			if most := uint64(runtime.GOMAXPROCS(0)) * 50 << 20; took > most { // each worker has a block
				t.Errorf("it took %d MB, more than %d", took>>20, most>>20)
			}
		})
	}
}

// readerOf gives piece(0), piece(1), …, without end.
func readerOf(piece func(int) string) io.Reader {
	i, rest := 0, ""
	return readerFunc(func(p []byte) (int, error) {
		if rest == "" {
			rest = piece(i)
			i++
		}
		n := copy(p, rest)
		rest = rest[n:]
		return n, nil
	})
}

func TestJSONFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jsonl")
	table := mustTable(Schema{{Name: "day", Kind: Date}}, Series("day", values("2020-01-02")), Series("none", []Cell[int]{{Null: true}}), Series("far", values(math.Inf(-1))))
	if err := WriteJSONLines(path, table, JSONOptions{}); err != nil {
		t.Fatal(err)
	}
	source := JSONLines(path, JSONOptions{})
	if s := source.String(); !strings.Contains(s, "a.jsonl") || !strings.Contains(s, "with the kinds of a.jsonl.schema.json") {
		t.Errorf("%s", s)
	}
	var events []progress.Event
	back, err := source.Read(t.Context(), progress.Func(func(e progress.Event) { events = append(events, e) }))
	if err != nil || tableDiff(back, table) != "" {
		t.Errorf("%v %s", err, tableDiff(back, table))
	}
	if len(events) == 0 || !events[len(events)-1].Finished() || events[0].Task != "read a.jsonl" {
		t.Errorf("%+v", events)
	}
	plain, err := JSONLines(path, JSONOptions{NoSchemaFile: true}).Read(t.Context(), nil)
	if err != nil || written(t, plain) != "day:string=2020-01-02  none:string=∅  far:string=-inf" {
		t.Errorf("%v %s", err, written(t, plain))
	}
	if _, err := JSONLines(path+".not", JSONOptions{}).Read(t.Context(), nil); !errors.Is(err, os.ErrNotExist) || !errors.Is(err, ErrParse) {
		t.Errorf("%v", err)
	}
	b, err := json.Marshal(JSONLines("a.jsonl", JSONOptions{KeepNested: true}))
	var again JSONFile
	if string(b) != `{"path":"a.jsonl","options":{"keepNested":true}}` || json.Unmarshal(b, &again) != nil || !reflect.DeepEqual(again.Options, JSONOptions{KeepNested: true}) {
		t.Errorf("%s %v", b, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := source.Read(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func ExampleDecodeJSONLines() {
	text := `{"title":"Alien","year":1979,"rating":8.5}
{"title":"\"M\"","year":1931,"rating":null}
{"title":"Tron","seen":true}
`
	table, err := DecodeJSONLines(context.Background(), nil, strings.NewReader(text), JSONOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range table.Names() {
		c, _ := table.Column(name)
		fmt.Println(c.Name, c.Kind, c.Format(0), c.Format(1), c.Format(2), c.CountMissing())
	}
	// Output:
	// title string Alien "M" Tron 0
	// year integer 1979 1931  1
	// rating number 8.5   2
	// seen boolean   true 2
}

func ExampleEncodeJSONLines() {
	table, err := New(nil,
		Series("title", []Cell[string]{{Value: "Alien"}, {Null: true}}),
		Series("rating", []Cell[float64]{{Value: 8}, {Value: math.Inf(1)}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(EncodeJSONLines(os.Stdout, table, JSONOptions{}))
	// Output:
	// {"title":"Alien","rating":8.0}
	// {"title":null,"rating":"inf"}
	// <nil>
}

func benchJSON(b *testing.B) (Table, []byte) {
	table, err := DecodeCSV(b.Context(), nil, strings.NewReader(benchText(150_000)), CSVOptions{})
	if err != nil {
		b.Fatal(err)
	}
	var text bytes.Buffer
	if err := EncodeJSONLines(&text, table, JSONOptions{}); err != nil {
		b.Fatal(err)
	}
	return table, text.Bytes()
}

func BenchmarkReadJSONLines(b *testing.B) {
	_, text := benchJSON(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeJSONLines(b.Context(), nil, bytes.NewReader(text), JSONOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteJSONLines(b *testing.B) {
	table, text := benchJSON(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := EncodeJSONLines(io.Discard, table, JSONOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
