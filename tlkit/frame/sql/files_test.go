package sql

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/parquet"
)

// Text with separators is read as package frame reads it.
func TestCSVAsPackageFrameReadsIt(t *testing.T) {
	category := frame.Schema{{Name: "size", Kind: frame.Category, Levels: []string{"s", "m", "it's"}, Ordered: true}, {Name: "day", Kind: frame.Date, Format: "%d.%m.%Y"}, {Name: "at", Kind: frame.Date, Format: "%d.%m.%Y %H:%M"}, {Name: "iso", Kind: frame.Date}, {Name: "id", Kind: frame.Text}}
	for name, c := range map[string]struct {
		content string
		o       frame.CSVOptions
	}{
		"plain":            {"a,b,c,d\n1,1.5,true,x\n2,-2e3,false,y\n", frame.CSVOptions{}},
		"missing":          {"a,b,c,d\n1,,true,\n,1.5,,\"\"\n", frame.CSVOptions{}},
		"NA is text":       {"a,b\nNA,1\nNaN,2\nnull,3\n\"\",4\n", frame.CSVOptions{}},
		"NA is missing":    {"a,b\nNA,1\n7,-999\n\"NA\",3\n", frame.CSVOptions{Missing: []string{"NA", "-999"}, Types: frame.Schema{{Name: "a", Kind: frame.Text}}}},
		"quoted missing":   {"a,b\n\"\",\"1\"\n\"x\",\"NA\"\n", frame.CSVOptions{Missing: []string{"NA"}, QuotedMissing: true}},
		"noughts":          {"zip,n\n01067,1\n10115,2\n", frame.CSVOptions{}},
		"quotes":           {"a,b\n\"x,\"\"y\"\"\n z\",1\n'q',2\n", frame.CSVOptions{}},
		"single quotes":    {"a,b\n'x,y',1\n", frame.CSVOptions{Quote: '\''}},
		"no quotes":        {"a,b\n\"x,1\n", frame.CSVOptions{NoQuote: true}},
		"semicolons":       {"a;b\n1,5;x\n-2,25;y\n", frame.CSVOptions{Comma: ';', DecimalComma: true}},
		"tabs":             {"a\tb\n1\tx y\n", frame.CSVOptions{Comma: '\t'}},
		"comments":         {"# about\na,b\n1,x\n# in between\n2,y\n", frame.CSVOptions{Comment: '#'}},
		"no header":        {"1,x\n2,y\n", frame.CSVOptions{NoHeader: true}},
		"names":            {"1,x\n2,y\n", frame.CSVOptions{NoHeader: true, Names: []string{"select", `quo"te's`}}},
		"skipped lines":    {"report\n\na,b\n1,x\n", frame.CSVOptions{SkipRows: 2}},
		"some columns":     {"a,b,c\n1,x,2\n", frame.CSVOptions{Columns: []string{"c", "a"}}},
		"some rows":        {"a\n1\n2\n3\n", frame.CSVOptions{MaxRows: 2}},
		"carriage returns": {"a,b\r\n1,x\r\n2,y\r\n", frame.CSVOptions{}},
		"no last newline":  {"a,b\n1,x\n2,y", frame.CSVOptions{}},
		"byte order mark":  {"\ufeffa,b\n1,x\n", frame.CSVOptions{}},
		"large and small":  {"i,f\n9223372036854775807,1e308\n-9223372036854775808,5e-324\n", frame.CSVOptions{}},
		"declared":         {"id,size,day,at,iso\n007,m,29.02.2024,01.03.2024 10:30,2024-01-01\n008,it's,,,2024-12-31\n", frame.CSVOptions{Types: category}},
		"instants":         {"iso\n2024-01-01T00:00:00Z\n2024-01-01T00:00:00.5Z\n", frame.CSVOptions{Types: category[3:4]}},
		"only a header":    {"a,b\n", frame.CSVOptions{}},
		"latin 1":          {"a,b\nF\xfc\xdfe,1\n", frame.CSVOptions{Encoding: "iso-8859-1"}},
		"names of a kind":  {"A column, with \"\"quotes\"\" and 'more'\n1\n", frame.CSVOptions{NoQuote: true, Comma: ';'}},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, filepath.Join(t.TempDir(), "t.csv"), c.content)
			want, err := frame.CSV(path, c.o).Read(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			db := open(t, Options{Files: []File{{Path: path, CSV: c.o}}})
			got := ask(t, db, "SELECT * FROM t")
			if shown(t, got) != shown(t, want) || fmt.Sprint(got.Names()) != fmt.Sprint(want.Names()) {
				t.Errorf("%q\n%s\nwant %q\n%s", got.Names(), shown(t, got), want.Names(), shown(t, want))
			}
			for _, n := range want.Names() {
				g, _ := got.Column(n)
				w, _ := want.Column(n)
				if g.Kind != w.Kind || fmt.Sprint(g.Levels) != fmt.Sprint(w.Levels) || g.Ordered != w.Ordered {
					t.Errorf("column %q is %+v, want %+v", n, g.Field, w.Field)
				}
			}
		})
	}
}

func TestDamagedCSV(t *testing.T) {
	for name, content := range map[string]string{
		"a number that is none": "a\n" + strings.Repeat("1\n", 20000) + "x\n",
		"a row too long":        "a,b\n" + strings.Repeat("1,2\n", 20000) + "1,2,3\n",
		"a row too short":       "a,b\n" + strings.Repeat("1,2\n", 20000) + "1\n",
		"an open quote":         "a,b\n" + strings.Repeat("1,2\n", 20000) + "1,\"2\n",
	} {
		path := write(t, filepath.Join(t.TempDir(), "t.csv"), content)
		db, err := Open(t.Context(), Options{Files: []File{{Path: path}}})
		if err != nil {
			t.Errorf("%s: the first rows are well: %v", name, err)
			continue
		}
		_, err = db.Query(t.Context(), "SELECT count(a) AS n, sum(a) AS s FROM t")
		if !errors.Is(err, frame.ErrParse) || !strings.Contains(err.Error(), "20002") {
			t.Errorf("%s: %v", name, err)
		}
		_ = db.Close()
	}
	path := write(t, filepath.Join(t.TempDir(), "t.csv"), "a,b\n1\n")
	if _, err := Open(t.Context(), Options{Files: []File{{Path: path}}}); !errors.Is(err, frame.ErrParse) {
		t.Errorf("%v", err)
	}
}

// Names of files mean themselves, whatever is in them.
func TestOddNamesOfFiles(t *testing.T) {
	for _, name_ := range []string{"it's.csv", `quo"te.csv`, "new\nline.csv", "semi;colon--.csv", "a*b.csv", "a?b.csv", "a[1].csv", "{x}.csv", "[ab].csv", "sp ace.csv", "ü東.csv", "s3:x.csv", "back\\slash.csv", "$HOME.csv", "~.csv", "%s.csv", "-.csv", "no ending", "UPPER.CSV", "x.csv.csv"} {
		dir := filepath.Join(t.TempDir(), "in a folder, it's")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		path := write(t, filepath.Join(dir, name_), "x\n1\n2\n")
		for _, decoy := range []string{"a1.csv", "ab.csv", "a1b.csv", "a.csv", "b.csv", "axb.csv", "x.csv"} {
			write(t, filepath.Join(dir, decoy), "x\n100\n")
		}
		db := open(t, Options{Files: []File{{Path: path}, {Name: `the "other" one's`, Path: path}}})
		if got := shown(t, ask(t, db, `SELECT (SELECT sum(x) FROM `+name(db.Tables()[0])+`) AS a, sum(x) AS b FROM "the ""other"" one's"`)); got != "3|3" {
			t.Errorf("%q: %s", name_, got)
		}
		out := filepath.Join(dir, "out "+name_)
		if err := db.Export(t.Context(), out, `SELECT * FROM "the ""other"" one's"`); err != nil {
			t.Errorf("%q: %v", name_, err)
		}
		if b, _ := os.ReadFile(out); string(b) != "x\n1\n2\n" {
			t.Errorf("%q: %q", name_, b)
		}
	}
}

func TestManyFilesAndForms(t *testing.T) {
	dir := t.TempDir()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, "x,y\n1,a\n")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	db := open(t, Options{Files: []File{
		{Name: "parts", Path: write(t, filepath.Join(dir, "p1.csv"), "x,y\n1,a\n"), More: []string{write(t, filepath.Join(dir, "p2.csv"), "x,y\n2,b\n"), write(t, filepath.Join(dir, "p3.csv"), "x,y\n3,c\n")}},
		{Path: write(t, filepath.Join(dir, "packed.csv.gz"), packed.String())},
		{Path: write(t, filepath.Join(dir, "lines.jsonl"), `{"x": 1, "y": "a", "z": [1, 2]}`+"\n"+`{"x": 2, "y": null}`+"\n")},
		{Path: "../parquet/testdata/pandas.parquet"},
		{Path: "../parquet/testdata/nested.parquet"},
	}})
	if fmt.Sprint(db.Tables()) != "[lines nested packed pandas parts]" {
		t.Errorf("%q", db.Tables())
	}
	for query, want := range map[string]string{
		"FROM parts":                        "1|a\n2|b\n3|c",
		"FROM packed":                       "1|a",
		"SELECT x, y, z[2] AS z FROM lines": "1|a|2\n2|.|.",
		"SELECT row, qty, text, flag, count, size FROM pandas":  "r1|1.0|a|true|1|s\nr2|.|.|.|.|l\nr3|3.0||false|1152921504606846976|.",
		"SELECT \"when\", utc FROM pandas":                      "2020-01-01T00:00:00Z|2020-01-01T00:00:00Z\n.|.\n2021-06-30T12:00:00.5Z|2021-06-30T00:00:00Z",
		"SELECT flat, struct.b AS b, map['k'] AS k FROM nested": "1|x|1\n2|y|.",
	} {
		if got := shown(t, ask(t, db, query)); got != want {
			t.Errorf("%s\n%s\nwant\n%s", query, got, want)
		}
	}
	if _, err := db.Query(t.Context(), "FROM nested"); !errors.Is(err, frame.ErrKind) || !strings.Contains(err.Error(), "a LIST") {
		t.Error(err)
	}
}

// DuckDB reads the files that package parquet writes to the same values, and the other way.
func TestParquetBothWays(t *testing.T) {
	dir := t.TempDir()
	for name_, in := range uglyTables(t) {
		if in.Nrow() == 0 {
			continue
		}
		for _, o := range []parquet.WriteOptions{{}, {Compression: parquet.Zstd, GroupRows: 1}, {Compression: parquet.Uncompressed}} {
			ours := filepath.Join(dir, "ours.parquet")
			if err := parquet.Write(ours, in, o); err != nil {
				t.Fatal(err)
			}
			db := open(t, Options{Files: []File{{Path: ours}}})
			same(t, ask(t, db, "FROM ours"), in)
			theirs := filepath.Join(dir, "theirs.parquet")
			if err := db.Export(t.Context(), theirs, "FROM ours;"); err != nil {
				t.Fatal(err)
			}
			got, err := parquet.File(theirs, parquet.Options{}).Read(t.Context(), nil)
			if err != nil {
				t.Fatal(name_, err)
			}
			same(t, got, in)
		}
	}
}

func TestExport(t *testing.T) {
	dir := t.TempDir()
	db := open(t, Options{TempDir: dir})
	query := "SELECT i AS n, i / 3 AS third, CASE WHEN i = 1 THEN NULL WHEN i = 2 THEN '' ELSE 'a,\"' || i || '\"' END AS s, DATE '2024-01-01' + i::INTEGER AS d, TIMESTAMP '2024-01-01 00:00:00.5' AS ts, i = 0 AS b FROM range($1) t(i)"
	path := filepath.Join(dir, "out.csv")
	if err := db.Export(t.Context(), path, query, 3); err != nil {
		t.Fatal(err)
	}
	want := "n,third,s,d,ts,b\n0,0.0,\"a,\"\"0\"\"\",2024-01-01,2024-01-01T00:00:00.500000Z,true\n1,0.3333333333333333,,2024-01-02,2024-01-01T00:00:00.500000Z,false\n2,0.6666666666666666,\"\",2024-01-03,2024-01-01T00:00:00.500000Z,false\n"
	if b, _ := os.ReadFile(path); string(b) != want {
		t.Errorf("%s\nwant\n%s", b, want)
	}
	back, err := frame.CSV(path, frame.CSVOptions{Types: frame.Schema{{Name: "d", Kind: frame.Date}, {Name: "ts", Kind: frame.Date}}}).Read(t.Context(), nil)
	if err != nil || shown(t, back) != "0|0.0|a,\"0\"|2024-01-01|2024-01-01T00:00:00.5Z|true\n1|0.3333333333333333|.|2024-01-02|2024-01-01T00:00:00.5Z|false\n2|0.6666666666666666||2024-01-03|2024-01-01T00:00:00.5Z|false" {
		t.Errorf("%s, %v", shown(t, back), err)
	}
	for _, ending := range []string{"x.csv.gz", "x.csv.zst", "x.tsv", "x.tab.gz", "x.parquet", "x.pq", "X.PARQUET", "x"} {
		p := filepath.Join(dir, ending)
		if err := db.Export(t.Context(), p, "SELECT i AS n, 'a' || i AS s FROM range(1000) t(i)"); err != nil {
			t.Errorf("%s: %v", ending, err)
			continue
		}
		other := open(t, Options{Files: []File{{Name: "back", Path: p}}})
		if got := shown(t, ask(t, other, "SELECT count(*) AS n, sum(n) AS s, max(s) AS top FROM back")); got != "1000|499500|a999" {
			t.Errorf("%s: %s", ending, got)
		}
	}
	before, _ := os.ReadFile(path)
	for _, c := range []struct{ path, query string }{
		{path, "SELECT error('no')"}, {path, "SELECT 1 / 'x'::INTEGER AS x"}, {path, "COPY (SELECT 1) TO 'x'"}, {path, "SELECT 1) TO '" + dir + "/evil.csv' (FORMAT csv); --"}, {path, "SELECT 1; SELECT 2"}, {path, "SELECT * FROM enable_logging()"},
		{filepath.Join(dir, "none", "x.csv"), "SELECT 1"}, {dir, "SELECT 1"}, {filepath.Join(dir, "x.parquet.gz"), "SELECT 1"},
	} {
		if err := db.Export(t.Context(), c.path, c.query); err == nil {
			t.Errorf("%s to %s was written", c.query, c.path)
		}
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("a file was changed by an export that failed")
	}
	if _, err := os.Stat(filepath.Join(dir, "evil.csv")); err == nil {
		t.Error("a query wrote a file")
	}
	if all, _ := filepath.Glob(filepath.Join(db.dir, "export*")); len(all) != 0 {
		t.Errorf("left behind: %v", all)
	}
}

// A file that is larger than the memory that DuckDB may take is grouped and sorted all the
// same, and the answer is right.
func TestMoreThanFitsIntoMemory(t *testing.T) {
	const rows, groups = 600_000, 150_000
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	key, value, note := make([]frame.Cell[int], rows), make([]frame.Cell[float64], rows), make([]frame.Cell[string], rows)
	sums, counts := make([]float64, groups), make([]int, groups)
	for i := range rows {
		k := rng.IntN(groups)
		key[i].Value, value[i].Value, note[i].Value = k, float64(rng.IntN(1000)), fmt.Sprintf("%016x%016x%016x%016x", rng.Uint64(), rng.Uint64(), rng.Uint64(), rng.Uint64())
		sums[k] += value[i].Value
		counts[k]++
	}
	path := filepath.Join(dir, "big.parquet")
	if err := parquet.Write(path, table(t, nil, frame.Series("key", key), frame.Series("value", value), frame.Series("note", note)), parquet.WriteOptions{GroupRows: 50_000, Compression: parquet.Uncompressed}); err != nil {
		t.Fatal(err)
	}
	const limit = 40 << 20
	if st, err := os.Stat(path); err != nil || st.Size() < limit {
		t.Fatalf("%v bytes are no test for a limit of %d: %v", st, limit, err)
	}
	db := open(t, Options{Files: []File{{Path: path}}, MemoryLimit: limit, Threads: 2, TempDir: dir})
	got := ask(t, db, "SELECT key, sum(value) AS s, count(*) AS n, min(note) AS first FROM big GROUP BY key ORDER BY key")
	k, _ := got.Column("key")
	s, _ := got.Column("s")
	n, _ := got.Column("n")
	seen := 0
	for i := range got.Nrow() {
		at := k.Ints[i].Value
		if math.Abs(s.Floats[i].Value-sums[at]) > 1e-9 || n.Ints[i].Value != counts[at] {
			t.Fatalf("group %d: %v of %d, want %v of %d", at, s.Floats[i].Value, n.Ints[i].Value, sums[at], counts[at])
		}
		seen += n.Ints[i].Value
	}
	if seen != rows {
		t.Errorf("%d rows were counted", seen)
	}
	// Sorting all of it is more than fits, and goes to the disk.
	out := filepath.Join(dir, "sorted.csv")
	one := open(t, Options{Files: []File{{Path: path}}, MemoryLimit: limit, Threads: 1, TempDir: dir})
	if err := one.Export(t.Context(), out, "SELECT note, key FROM big ORDER BY note"); err != nil {
		t.Fatal(err)
	}
	sorted, err := os.ReadFile(out)
	if err != nil || bytes.Count(sorted, []byte("\n")) != rows+1 {
		t.Fatal(err)
	}
	last := ""
	for line := range strings.Lines(string(sorted[len("note,key\n"):])) {
		if line[:64] < last {
			t.Fatalf("%s is out of order", line)
		}
		last = line[:64]
	}
	// And where there is no room on the disk either, it is an error that says so.
	poor, err := Open(t.Context(), Options{Files: []File{{Path: path}}, MemoryLimit: limit, Threads: 1, MaxTemp: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer poor.Close()
	if _, err := poor.Query(context.Background(), "SELECT note FROM big ORDER BY note"); !errors.Is(err, frame.ErrLimit) {
		t.Errorf("%v", err)
	}
}
