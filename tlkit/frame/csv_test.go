package frame

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"transferlab/tlkit/progress"
)

// written is a table as kinds and values: "a:integer=1,2,∅"; ∅ is missing.
func written(t testing.TB, table Table) string {
	t.Helper()
	cols, err := table.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, c := range cols {
		cells := make([]string, c.Len())
		for i := range cells {
			cells[i] = c.Format(i)
			if c.Missing(i) {
				cells[i] = "∅"
			}
		}
		parts = append(parts, fmt.Sprintf("%s:%v=%s", c.Name, c.Kind, strings.Join(cells, "|")))
	}
	return strings.Join(parts, "  ")
}

func TestCSVIsReadByTheLetter(t *testing.T) {
	types := func(f ...Field) Schema { return f }
	for _, c := range []struct {
		name, text string
		o          CSVOptions
		want       string
	}{
		{"plain", "a,b\n1,x\n2,y\n", CSVOptions{}, "a:integer=1|2  b:string=x|y"},
		{"no last end of line", "a,b\n1,x\n2,y", CSVOptions{}, "a:integer=1|2  b:string=x|y"},
		{"CRLF", "a,b\r\n1,x\r\n2,y\r\n", CSVOptions{}, "a:integer=1|2  b:string=x|y"},
		{"CRLF and LF", "a,b\r\n1,x\n2,y\r\n", CSVOptions{}, "a:integer=1|2  b:string=x|y"},
		{"CR alone", "a,b\r1,x\r2,y\r", CSVOptions{}, "a:integer=1|2  b:string=x|y"},
		{"a mark", "\ufeffa,b\n1,x\n", CSVOptions{}, "a:integer=1  b:string=x"},
		{"no rows", "a,b\n", CSVOptions{}, "a:string=  b:string="},
		{"no rows, declared", "a,b", CSVOptions{Types: types(Field{Name: "b", Kind: Float})}, "a:string=  b:number="},
		{"empty lines", "\n\na,b\n\n1,x\n\r\n2,y\n\n", CSVOptions{}, "a:integer=1|2  b:string=x|y"},
		{"empty lines of one column", "\na\n1\n\n2\n\n", CSVOptions{}, "a:integer=1|∅|2|∅"},
		{"quotes", "a,b\n\"1\",\"x,\"\"y\"\"\"\n\"\n2\",5\" pipe\n", CSVOptions{}, "a:string=1|\n2  b:string=x,\"y\"|5\" pipe"},
		{"empty text and none", "a,b\n\"\",x\n,y\n", CSVOptions{}, "a:string=|∅  b:string=x|y"},
		{"NA and NaN are text", "a,b\nNA,1\nNaN,\n", CSVOptions{}, "a:string=NA|NaN  b:integer=1|∅"},
		{"chosen markers", "a,b\nNA,1\nx,-999\n\"NA\",\"-999\"\n", CSVOptions{Missing: []string{"NA", "-999"}}, "a:string=∅|x|NA  b:integer=1|∅|-999"},
		{"markers in quotes", "a,b\n\"NA\",\"1\"\n\"x\",\"\"\n", CSVOptions{Missing: []string{"NA"}, QuotedMissing: true}, "a:string=∅|x  b:integer=1|∅"},
		{"all missing", "a,b\n,1\n,2\n", CSVOptions{}, "a:string=∅|∅  b:integer=1|2"},
		{"all missing, declared", "a,b\n,1\n,2\n", CSVOptions{Types: types(Field{Name: "a", Kind: Float})}, "a:number=∅|∅  b:integer=1|2"},
		{"values come late", "a,b\n,1\n,2\n3,3\n", CSVOptions{InferRows: 2}, "a:integer=∅|∅|3  b:integer=1|2|3"},
		{"values come late and are text", "a,b\n,1\n,2\n3,3\n004,4\n", CSVOptions{InferRows: 2}, "a:string=∅|∅|3|004  b:integer=1|2|3|4"},
		{"floats come late", "a\n1\n\n3\n4.5\n", CSVOptions{InferRows: 2}, "a:number=1.0|∅|3.0|4.5"},
		{"whole and other numbers", "a\n1\n2.5\n", CSVOptions{}, "a:number=1.0|2.5"},
		{"noughts before are text", "zip\n01234\n98765\n", CSVOptions{}, "zip:string=01234|98765"},
		{"noughts before, declared", "zip\n01234\n98765\n", CSVOptions{Types: types(Field{Name: "zip", Kind: Int})}, "zip:integer=1234|98765"},
		{"numbers no int holds", "a\n1\n9223372036854775808\n", CSVOptions{}, "a:string=1|9223372036854775808"},
		{"numbers no int holds, declared", "a\n1\n9223372036854775808\n", CSVOptions{Types: types(Field{Name: "a", Kind: Float})}, "a:number=1.0|9.223372036854776e+18"},
		{"whole numbers no float holds", "a\n9007199254740993\n1.5\n", CSVOptions{}, "a:string=9007199254740993|1.5"},
		{"infinities", "a\ninf\n-Infinity\n", CSVOptions{}, "a:number=inf|-inf"},
		{"below nought", "a\n-0\n1\n", CSVOptions{}, "a:number=-0.0|1.0"},
		{"truth", "a,b,c\ntrue,True,1\nFALSE,false,0\n", CSVOptions{Types: types(Field{Name: "c", Kind: Bool})}, "a:boolean=true|false  b:boolean=true|false  c:boolean=true|false"},
		{"truth and numbers", "a\ntrue\n1\n", CSVOptions{}, "a:string=true|1"},
		{"text that is declared", "a\n1\n2\n", CSVOptions{Types: types(Field{Name: "a", Kind: Text})}, "a:string=1|2"},
		{"tabs", "a\tb\n1\tx,y\n", CSVOptions{Comma: '\t'}, "a:integer=1  b:string=x,y"},
		{"semicolons and decimal commas", "a;b\n1,5;x\n-2;y\n1e2;z\n", CSVOptions{Comma: ';', DecimalComma: true}, "a:number=1.5|-2.0|100.0  b:string=x|y|z"},
		{"decimal commas in quotes", "a,b\n\"1,5\",x\n", CSVOptions{DecimalComma: true}, "a:number=1.5  b:string=x"},
		{"a point is no decimal comma", "a\n1.5\n", CSVOptions{Comma: ';', DecimalComma: true}, "a:string=1.5"},
		{"other quotes", "a,b\n'1,2',\"x\"\n", CSVOptions{Quote: '\''}, "a:string=1,2  b:string=\"x\""},
		{"no quotes", "a\tb\n\"x\t5\"\n", CSVOptions{NoQuote: true, Comma: '\t'}, "a:string=\"x  b:string=5\""},
		{"comments", "#x,\"\na,b\n# 1\n1,#2\n", CSVOptions{Comment: '#'}, "a:integer=1  b:string=#2"},
		{"blanks count", "a, b\n 1,x \n", CSVOptions{}, "a:string= 1   b:string=x "},
		{"blanks do not count", "a, b\n 1,\tx \n  ,\" y \"  \n", CSVOptions{Trim: true}, "a:integer=1|∅  b:string=x| y "},
		{"no header", "1,x\n2,y\n", CSVOptions{NoHeader: true}, "column_1:integer=1|2  column_2:string=x|y"},
		{"no header, names", "1,x\n2,y\n", CSVOptions{NoHeader: true, Names: []string{"n", "s"}}, "n:integer=1|2  s:string=x|y"},
		{"no header, names, no rows", "", CSVOptions{NoHeader: true, Names: []string{"n", "s"}}, "n:string=  s:string="},
		{"other names", "a,a\n1,x\n", CSVOptions{Names: []string{"n", "s"}}, "n:integer=1  s:string=x"},
		{"numbered names", "a,,a,a_2,,a\n1,2,3,4,5,6\n", CSVOptions{NumberNames: true}, "a:integer=1  column_2:integer=2  a_3:integer=3  a_2:integer=4  column_5:integer=5  a_4:integer=6"},
		{"an empty name in quotes", "\"\",b\n1,2\n", CSVOptions{}, ":integer=1  b:integer=2"},
		{"some columns", "a,b,c\n1,2,x\n", CSVOptions{Columns: []string{"c", "a"}}, "c:string=x  a:integer=1"},
		{"lines passed over", "a report, \"of\nsales\na,b\n1,2\n", CSVOptions{SkipRows: 2}, "a:integer=1  b:integer=2"},
		{"some rows", "a\n1\n2\n3\nx,y\n", CSVOptions{MaxRows: 2}, "a:integer=1|2"},
		{"dates", "d,e\n31.12.1999,2020-01-02\n1.2.2000,\n", CSVOptions{Types: types(Field{Name: "d", Kind: Date, Format: "%d.%m.%Y"}, Field{Name: "e", Kind: Date})}, "d:datetime=1999-12-31|2000-02-01  e:datetime=2020-01-02|∅"},
		{"instants", "d\n2020-01-02 03:04\n2020-01-02T03:04:05.250+02:00\n2020-01-02\n", CSVOptions{Types: types(Field{Name: "d", Kind: Date})}, "d:datetime=2020-01-02T03:04:00Z|2020-01-02T01:04:05.25Z|2020-01-02"},
		{"dates are not guessed", "d\n2020-01-02\n", CSVOptions{}, "d:string=2020-01-02"},
		{"a category", "c\nlow\n\nhigh\n", CSVOptions{Types: types(Field{Name: "c", Kind: Category, Levels: []string{"low", "high"}})}, "c:category=low|∅|high"},
		{"windows-1252", "name\nna\xefve \x80\n", CSVOptions{Encoding: "windows-1252"}, "name:string=naïve €"},
		{"Latin-1 is not windows-1252", "name\n\xe9\x85\n", CSVOptions{Encoding: "latin1"}, "name:string=é\u0085"},
		{"Shift JIS", "name\n\x93\xfa\x96{\n", CSVOptions{Encoding: "shift_jis"}, "name:string=日本"},
		{"UTF-16 with a mark", "\xff\xfea\x00\n\x00\xe9\x00\n\x00", CSVOptions{Encoding: "utf-16"}, "a:string=é"},
		{"UTF-16 without", "a\x00\n\x00\xe9\x00\n\x00", CSVOptions{Encoding: "UTF-16LE"}, "a:string=é"},
		{"bytes that are no text, replaced", "a\nx\xffy\n", CSVOptions{Replace: true}, "a:string=x\ufffdy"},
		{"a replacement character is text", "a\nx\ufffdy\n", CSVOptions{}, "a:string=x\ufffdy"},
		{"NUL in quotes", "a\n\"x\x00y\"\n", CSVOptions{}, "a:string=x\x00y"},
		{"text that looks like a formula", "a\n=1+1\n", CSVOptions{}, "a:string==1+1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{3, blockSize} {
				table, err := decodeInBlocks(t, c.text, c.o, size)
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

func TestAReadColumnKnowsItsField(t *testing.T) {
	o := CSVOptions{Types: Schema{{Name: "d", Kind: Date, Format: "%d.%m.%Y"}, {Name: "c", Kind: Category, Levels: []string{"a"}, Ordered: true}, {Name: "n", Kind: Int}}}
	table, err := DecodeCSV(t.Context(), nil, strings.NewReader("n,d,c\n1,1.2.2003,a\n"), o)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Schema{o.Types[0], o.Types[1]}); !reflect.DeepEqual(table.Schema, want) {
		t.Errorf("%+v", table.Schema)
	}
}

// A table is the same however many work on it.
func TestTheNumberOfCoresDoesNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	o := CSVOptions{InferRows: 3}
	for range 30 {
		text := uglyText(rng, o)
		want, wantErr := decodeInBlocks(t, text, o, 64)
		before := runtime.GOMAXPROCS(8)
		got, err := decodeInBlocks(t, text, o, 64)
		runtime.GOMAXPROCS(before)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("%v and %v", err, wantErr)
		}
		if diff := tableDiff(got, want); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestASchemaLiesBesideAFile(t *testing.T) {
	dir := t.TempDir()
	table := mustTable(Schema{{Name: "born", Kind: Date, Format: "%d.%m.%Y"}, {Name: "size", Kind: Category, Levels: []string{"low", "high"}, Ordered: true}},
		Series("zip", values("123", "456")), Series("born", values("1999-12-31", "2000-01-01")), Series("size", values("high", "low")),
		Series("none", []Cell[float64]{missingFloat, missingFloat}), Series("plain", values("x", "1")))
	path := filepath.Join(dir, "people.csv")
	if err := WriteCSV(path, table, CSVOptions{}); err != nil {
		t.Fatal(err)
	}
	source := CSV(path, CSVOptions{})
	if s := source.String(); !strings.Contains(s, "with the kinds of people.csv.schema.json") {
		t.Errorf("%s", s)
	}
	back, err := source.Read(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := tableDiff(back, table); diff != "" {
		t.Error(diff)
	}
	var schema map[string]any
	if b, err := os.ReadFile(path + ".schema.json"); err != nil || json.Unmarshal(b, &schema) != nil || !strings.Contains(string(b), `"format": "%d.%m.%Y"`) {
		t.Errorf("%s %v", b, err)
	}
	// Without it, or with other kinds declared, the file speaks for itself.
	for _, c := range []struct {
		o    CSVOptions
		want string
	}{
		{CSVOptions{NoSchemaFile: true}, "zip:integer=123|456  born:string=31.12.1999|01.01.2000  size:string=high|low  none:string=∅|∅  plain:string=x|1"},
		{CSVOptions{Types: Schema{{Name: "zip", Kind: Float}}}, "zip:number=123.0|456.0  born:string=31.12.1999|01.01.2000  size:string=high|low  none:string=∅|∅  plain:string=x|1"},
		{CSVOptions{Names: []string{"a", "b", "c", "d", "e"}}, "a:string=123|456  b:datetime=1999-12-31|2000-01-01  c:category=high|low  d:number=∅|∅  e:string=x|1"},
		{CSVOptions{Columns: []string{"born"}}, "born:datetime=1999-12-31|2000-01-01"},
	} {
		other := CSV(path, c.o)
		table, err := other.Read(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := written(t, table); got != c.want {
			t.Errorf("%+v:\ngot  %s\nwant %s", c.o, got, c.want)
		}
	}
	// A table that needs none takes the place of the old one's, so that it does not mislead.
	plain := mustTable(nil, Series("zip", values("x", "y")))
	if err := WriteCSV(path, plain, CSVOptions{}); err != nil {
		t.Fatal(err)
	}
	if back, err = source.Read(t.Context(), nil); err != nil || tableDiff(back, plain) != "" {
		t.Errorf("%v %s", err, tableDiff(back, plain))
	}
	// And where there was none, none is written.
	path = filepath.Join(dir, "plain.csv")
	if err := WriteCSV(path, plain, CSVOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + ".schema.json"); err == nil {
		t.Error("a schema that says nothing was written")
	}
}

func TestSchemasThatDoNotFit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	for schema, says := range map[string]string{
		`{"fields": [{"name": "b", "type": "integer"}]}`: "names a column \"b\", which the file lacks",
		`{"fields": [{"name": "a", "type": "colour"}]}`:  "is no schema",
		`{"fields": `: "is no schema",
		`{"fields": [{"name": "a", "type": "date", "format": "%Q"}]}`:           "is no schema",
		`{"fields": [{"name": "a", "type": "date"},{"name":"a","type":"any"}]}`: "two fields",
	} {
		for name, text := range map[string]string{path: "a\n1\n", path + ".schema.json": schema} {
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := CSV(path, CSVOptions{}).Read(t.Context(), nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", schema, err)
		}
		if _, err := CSV(path, CSVOptions{NoSchemaFile: true}).Read(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}
}

func TestOptionsGoThroughJSON(t *testing.T) {
	source := CSV("movies.tsv", CSVOptions{Comma: '\t', Missing: []string{"NA"}, SkipRows: 2, Types: Schema{{Name: "year", Kind: Date, Format: "%Y"}}})
	b, err := json.Marshal(source)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"path":"movies.tsv","options":{"comma":"\t","skipRows":2,"missing":["NA"],"types":{"fields":[{"name":"year","type":"datetime","format":"%Y"}]}}}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
	var back CSVFile
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(&back, source) {
		t.Errorf("%+v %v", back, err)
	}
	if b, _ = json.Marshal(CSV("a.csv", CSVOptions{})); string(b) != `{"path":"a.csv"}` {
		t.Errorf("%s", b)
	}
	if err := json.Unmarshal([]byte(`{"options":{"comma":"ab"}}`), &back); err == nil {
		t.Error("two characters were taken for one")
	}
}

func TestReadingReportsItsProgress(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte("a\n"+strings.Repeat("12345678\n", 1<<20)), 0o644); err != nil {
		t.Fatal(err)
	}
	var events []progress.Event
	table, err := CSV(path, CSVOptions{}).Read(t.Context(), progress.Func(func(e progress.Event) { events = append(events, e) }))
	if err != nil || table.Nrow() != 1<<20 {
		t.Fatal(table.Nrow(), err)
	}
	if n := len(events); n < 3 || !events[n-1].Finished() || events[0].Task != "read a.csv" || events[0].Unit != "bytes" {
		t.Errorf("%+v", events)
	}
}

func TestTextDoesNotHoldTheFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("city,x\n")
	for i := range 200_000 {
		fmt.Fprintf(&b, "city %d,%d\n", i%50, i)
	}
	text := b.String()
	table, err := DecodeCSV(t.Context(), nil, strings.NewReader(text), CSVOptions{Columns: []string{"city"}})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[*byte]bool{}
	c, _ := table.Column("city")
	for _, cell := range c.Texts {
		seen[unsafe.StringData(cell.Value)] = true
	}
	if len(seen) > 1000 {
		t.Errorf("50 cities are kept %d times", len(seen))
	}
}

func ExampleCSV() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "movies.csv")
	text := "title;released;rating\nAlien;25.05.1979;8,5\nNA;31.12.1999;\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		fmt.Println(err)
		return
	}
	movies := CSV(path, CSVOptions{
		Comma:        ';',
		DecimalComma: true,
		Types:        Schema{{Name: "released", Kind: Date, Format: "%d.%m.%Y"}},
	})
	table, err := movies.Read(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range table.Names() {
		c, _ := table.Column(name)
		fmt.Println(c.Name, c.Kind, c.Format(0), c.Format(1), c.CountMissing())
	}
	// Output:
	// title string Alien NA 0
	// released datetime 1979-05-25 1999-12-31 0
	// rating number 8.5  1
}

func ExampleDecodeCSV() {
	text := "year,unemployed\n1999,4.1\n2000,n/a\n"
	table, err := DecodeCSV(context.Background(), nil, strings.NewReader(text), CSVOptions{InferRows: 1})
	fmt.Println(err)
	table, err = DecodeCSV(context.Background(), nil, strings.NewReader(text), CSVOptions{Missing: []string{"n/a"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, _ := table.Column("unemployed")
	fmt.Println(c.Kind, c.Format(0), math.IsNaN(c.Floats[1].Value))
	// Output:
	// frame: line 3 (row 2), column "unemployed": "n/a" is no number, and the values of the first 1 rows are; declare the column in Types (text keeps all values as they are), or name the value in Missing
	// number 4.1 true
}

// benchText is a table of a million cells of all kinds, in which some are missing.
func benchText(rows int) string {
	rng := rand.New(rand.NewPCG(1, 1))
	var b strings.Builder
	b.WriteString("id,city,when,qty,price,score,member\n")
	for i := range rows {
		city, price := fmt.Sprintf("city %d", rng.IntN(50)), FormatFloat(math.Round(rng.ExpFloat64()*1e4)/1e2)
		if rng.IntN(10) == 0 {
			city, price = "", ""
		}
		fmt.Fprintf(&b, "%d,%s,20%02d-%02d-%02d,%d,%s,%s,%v\n", i, city, rng.IntN(20), 1+rng.IntN(12), 1+rng.IntN(28), rng.IntN(100), price,
			FormatFloat(rng.NormFloat64()), rng.IntN(2) == 0)
	}
	return b.String()
}

func BenchmarkReadCSV(b *testing.B) {
	plain := benchText(150_000)
	for name, c := range map[string]struct {
		text string
		o    CSVOptions
	}{
		"plain":   {plain, CSVOptions{}},
		"CRLF":    {strings.ReplaceAll(plain, "\n", "\r\n"), CSVOptions{}},
		"decimal": {strings.NewReplacer(",", ";", ".", ",").Replace(plain), CSVOptions{Comma: ';', DecimalComma: true}},
		"quoted":  {"\"" + strings.NewReplacer(",", "\",\"", "\n", "\"\n\"").Replace(strings.TrimSuffix(plain, "\n")) + "\"\n", CSVOptions{QuotedMissing: true}},
		"dates":   {plain, CSVOptions{Types: Schema{{Name: "when", Kind: Date}}}},
		"markers": {plain, CSVOptions{Missing: []string{"NA"}}},
		"two":     {plain, CSVOptions{Columns: []string{"id", "qty"}}},
		"latin1":  {plain, CSVOptions{Encoding: "latin1"}},
		"gzip":    {string(gzipped(b, []byte(plain))), CSVOptions{}},
		"zstd":    {string(zstded(b, []byte(plain))), CSVOptions{}},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(plain)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := DecodeCSV(b.Context(), nil, strings.NewReader(c.text), c.o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
