package frame

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-gota/gota/series"
)

// anyTable draws a table of all kinds, with values that are hard to write.
func anyTable(rng *rand.Rand) Table {
	rows := []int{0, 1, 2, 5, 40, 700}[rng.IntN(6)]
	gone := rng.IntN(5)
	missing := func() bool {
		switch gone {
		case 0:
			return true
		case 1:
			return false
		}
		return rng.IntN(gone) == 0
	}
	var cols []series.Series
	var schema Schema
	names := []string{"a", "name", "", "a b", "x,y", "\"q\"", "line\nbreak", "#c", "007", "naïve", " lead", "\ufeffmark", "NA", "é;"}
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for i := range 1 + rng.IntN(5) {
		name := names[i]
		text := func(draw func() string) series.Series {
			return Series(name, fill(rows, func(int) Cell[string] {
				if missing() {
					return Cell[string]{Null: true}
				}
				return Cell[string]{Value: draw()}
			}))
		}
		switch rng.IntN(8) {
		case 0:
			cols = append(cols, Series(name, fill(rows, func(int) Cell[int] {
				if missing() {
					return Cell[int]{Null: true}
				}
				return Cell[int]{Value: int(rng.Uint64()) >> rng.IntN(64)}
			})))
		case 1:
			cols = append(cols, Series(name, fill(rows, func(int) Cell[float64] {
				if missing() {
					return missingFloat
				}
				return Cell[float64]{Value: []float64{someFloat(rng), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 12}[max(rng.IntN(10)-4, 0)]}
			})))
		case 2:
			cols = append(cols, Series(name, fill(rows, func(int) Cell[bool] {
				if missing() {
					return Cell[bool]{Null: true}
				}
				return Cell[bool]{Value: rng.IntN(2) == 0}
			})))
		case 3:
			cols = append(cols, text(func() string { return strings.ToValidUTF8(someNumber(rng), "?") }))
		case 4:
			cols = append(cols, text(func() string { return []string{"true", "false"}[rng.IntN(2)] }))
		case 5:
			cols = append(cols, text(func() string {
				return fmt.Sprintf("%04d-%02d-%02d", 1+rng.IntN(9999), 1+rng.IntN(12), 1+rng.IntN(28))
			}))
			schema = append(schema, Field{Name: name, Kind: Date, Format: []string{"", "%d.%m.%Y", "%B %d, %Y", "%j/%Y"}[rng.IntN(4)]})
		case 6:
			levels := []string{"low", "", "high", "7", "a,b", "NA"}
			cols = append(cols, text(func() string { return levels[rng.IntN(len(levels))] }))
			schema = append(schema, Field{Name: name, Kind: Category, Levels: [][]string{nil, levels}[rng.IntN(2)], Ordered: rng.IntN(2) == 0})
		default:
			pieces := []string{"a", "B", "é", "日本", "\"", "\"\"", ",", ";", "\t", "\n", "\r", "\r\n", " ", "#", "NA", "-999", "\x00", "'", "=1+1", "\ufeff", "\U0001F600", "x"}
			cols = append(cols, text(func() string {
				s := ""
				for range rng.IntN(5) {
					s += pieces[rng.IntN(len(pieces))]
				}
				return s
			}))
		}
	}
	return mustTable(schema, cols...)
}

// writingOptions draws options that matter to how text is written.
func writingOptions(rng *rand.Rand) CSVOptions {
	o := uglyOptions(rng)
	o.SkipRows, o.MaxRows, o.MaxField, o.MaxColumns, o.Types, o.Columns, o.Names = 0, 0, 0, 0, nil, nil, nil
	o.NumberNames, o.NoQuote, o.QuotedMissing = false, false, false
	o.Encoding = []string{"", "", "utf-8", "utf-16", "utf-16be", "gb18030"}[rng.IntN(6)]
	return o
}

func TestEveryTableReadsBackAsItWas(t *testing.T) {
	dir := t.TempDir()
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 11))
		table, o := anyTable(rng), writingOptions(rng)
		path := filepath.Join(dir, "table.csv"+[]string{"", ".gz", ".zst"}[max(rng.IntN(6)-3, 0)])
		if err := WriteCSV(path, table, o); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		back, err := CSV(path, o).Read(t.Context(), nil)
		if err != nil {
			b, _ := os.ReadFile(path)
			t.Fatalf("seed %d: %v\n%q", seed, err, b)
		}
		if diff := tableDiff(back, table); diff != "" {
			b, _ := os.ReadFile(path)
			t.Fatalf("seed %d: %s\n%q\n%+v", seed, diff, b, o)
		}
	}
}

func TestCSVIsWrittenSparingly(t *testing.T) {
	table := mustTable(Schema{{Name: "d", Kind: Date}},
		Series("n", []Cell[int]{{Value: -1}, {Null: true}, {Value: 7}}),
		Series("x", []Cell[float64]{{Value: 1}, {Value: 1e-7}, missingFloat}),
		Series("s", []Cell[string]{{Value: ""}, {Null: true}, {Value: "a,\"b\""}}),
		Series("t", []Cell[string]{{Value: " x"}, {Value: "#y\r"}, {Value: "NA"}}),
		Series("b", []Cell[bool]{{Value: true}, {Value: false}, {Null: true}}),
		Series("d", []Cell[string]{{Value: "2020-01-02"}, {Value: "2020-01-02T03:04:05.5Z"}, {Null: true}}))
	for _, c := range []struct {
		name string
		o    CSVOptions
		want string
	}{
		{"plain", CSVOptions{}, "n,x,s,t,b,d\n-1,1.0,\"\", x,true,2020-01-02\n,1e-07,,\"#y\r\",false,2020-01-02T03:04:05.5Z\n7,,\"a,\"\"b\"\"\",NA,,\n"},
		{"tabs, no header", CSVOptions{Comma: '\t', NoHeader: true}, "-1\t1.0\t\"\"\t x\ttrue\t2020-01-02\n\t1e-07\t\t\"#y\r\"\tfalse\t2020-01-02T03:04:05.5Z\n7\t\t\"a,\"\"b\"\"\"\tNA\t\t\n"},
		{"what reading would change", CSVOptions{Trim: true, Missing: []string{"NA", "7", "1.0"}, Columns: []string{"t", "n", "x"}}, "t,n,x\n\" x\",-1,\"1.0\"\n\"#y\r\",,1e-07\n\"NA\",\"7\",\n"},
		{"comments", CSVOptions{Comment: '#', Columns: []string{"t", "s"}}, "t,s\n x,\"\"\n\"#y\r\",\nNA,\"a,\"\"b\"\"\"\n"},
		{"decimal commas", CSVOptions{DecimalComma: true, Columns: []string{"x", "n"}}, "x,n\n\"1,0\",-1\n1e-07,\n,7\n"},
		{"semicolons and decimal commas", CSVOptions{Comma: ';', DecimalComma: true, Columns: []string{"x", "n"}}, "x;n\n1,0;-1\n1e-07;\n;7\n"},
		{"another quote", CSVOptions{Quote: '\'', Columns: []string{"s"}}, "s\n''\n\n'a,\"b\"'\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			if err := EncodeCSV(&b, table, c.o); err != nil {
				t.Fatal(err)
			}
			if b.String() != c.want {
				t.Errorf("got  %q\nwant %q", b.String(), c.want)
			}
		})
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	texts := func(name, text string) Table { return mustTable(nil, Series(name, values("x", text))) }
	date := func(format, text string) Table {
		return mustTable(Schema{{Name: "d", Kind: Date, Format: format}}, Series("d", values("2020-01-01", text)))
	}
	for _, c := range []struct {
		name  string
		table Table
		o     CSVOptions
		says  string
	}{
		{"no columns", Table{}, CSVOptions{}, "without columns"},
		{"an unknown column", texts("a", "b"), CSVOptions{Columns: []string{"b"}}, "no column \"b\""},
		{"no UTF-8", texts("a", "\xff"), CSVOptions{}, "row 2, column \"a\": \"\\xff\" is no UTF-8"},
		{"a name that is no UTF-8", texts("\xff", "x"), CSVOptions{}, "name of column 1"},
		{"not in the encoding", texts("a", "日本"), CSVOptions{Encoding: "latin1"}, "row 2, column \"a\": the encoding latin1 cannot hold \"日本\""},
		{"a name that is not in the encoding", texts("日本", "a"), CSVOptions{Encoding: "latin1"}, "name of column 1"},
		{"a mark for what is no text", texts("a", "\ufffd"), CSVOptions{Encoding: "utf-16"}, "cannot hold"},
		{"quotes are needed", texts("a", "x,y"), CSVOptions{NoQuote: true}, "row 2, column \"a\": \"x,y\" cannot be written without quotes"},
		{"empty text and no quotes", texts("a", ""), CSVOptions{NoQuote: true}, "cannot be written without quotes"},
		{"a name needs quotes", texts("a,b", ""), CSVOptions{NoQuote: true}, "the name of column 1"},
		{"empty text that would be missing", texts("a", ""), CSVOptions{QuotedMissing: true}, "would be read as missing"},
		{"a marker that would be missing", texts("a", "NA"), CSVOptions{QuotedMissing: true, Missing: []string{"NA"}}, "would be read as missing"},
		{"no date", date("", "soon"), CSVOptions{}, "row 2, column \"d\": \"soon\" is no date"},
		{"an hour that the format lacks", date("%d.%m.%Y", "2020-01-01T10:00:00Z"), CSVOptions{}, "would change"},
		{"a day that the format lacks", date("%Y-%m", "2020-01-02"), CSVOptions{}, "would change"},
		{"a format that is none", date("%Q", "2020-01-02"), CSVOptions{}, "not known"},
		{"options that cannot be", texts("a", "b"), CSVOptions{Comma: 'x'}, "Comma"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.csv")
			for _, name := range []string{path, path + ".schema.json"} {
				if err := os.WriteFile(name, []byte("before"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := WriteCSV(path, c.table, c.o); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			for _, name := range []string{path, path + ".schema.json"} {
				if b, err := os.ReadFile(name); string(b) != "before" {
					t.Errorf("the file is no longer what it was: %q %v", b, err)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 2 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// The first row that cannot be written is named, whoever came upon it.
func TestTheFirstRowThatCannotBeWrittenIsNamed(t *testing.T) {
	cells := fill(300_000, func(i int) Cell[string] { return Cell[string]{Value: "x"} })
	for _, i := range []int{299_999, 200_000, 123_456} {
		cells[i].Value = "\xff"
	}
	err := EncodeCSV(io.Discard, mustTable(nil, Series("a", cells)), CSVOptions{})
	if err == nil || !strings.Contains(err.Error(), "row 123457") {
		t.Errorf("%v", err)
	}
	full := errors.New("the disk is full")
	n := 0
	err = EncodeCSV(writerFunc(func(p []byte) (int, error) {
		if n += len(p); n > 1000 {
			return 0, full
		}
		return len(p), nil
	}), mustTable(nil, Series("a", cells[:100_000])), CSVOptions{})
	if !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func ExampleWriteCSV() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	table, err := New(Schema{{Name: "released", Kind: Date, Format: "%d.%m.%Y"}},
		Series("title", []Cell[string]{{Value: "Alien"}, {Value: "\"M\""}, {Null: true}}),
		Series("released", []Cell[string]{{Value: "1979-05-25"}, {Value: "1931-05-11"}, {Null: true}}),
		Series("rating", []Cell[float64]{{Value: 8.5}, {Value: 8}, {Null: true}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	path := filepath.Join(dir, "movies.csv.zst")
	if err := WriteCSV(path, table, CSVOptions{}); err != nil {
		fmt.Println(err)
		return
	}
	_ = EncodeCSV(os.Stdout, table, CSVOptions{}) // what is in it
	back, err := CSV(path, CSVOptions{}).Read(context.Background(), nil)
	fmt.Println(back.Schema, err)
	// Output:
	// title,released,rating
	// Alien,25.05.1979,8.5
	// """M""",11.05.1931,8.0
	// ,,
	// [{released datetime %d.%m.%Y [] false}] <nil>
}

func BenchmarkWriteCSV(b *testing.B) {
	table, err := DecodeCSV(b.Context(), nil, strings.NewReader(benchText(150_000)), CSVOptions{})
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	if err := EncodeCSV(writerFunc(func(p []byte) (int, error) { n += len(p); return len(p), nil }), table, CSVOptions{}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(n))
	for b.Loop() {
		if err := EncodeCSV(io.Discard, table, CSVOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
