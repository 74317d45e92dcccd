package frame

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/encoding/charmap"

	"transferlab/tlkit/progress"
)

// textPieces reads text in pieces of so many rows, with blocks of so many bytes.
func textPieces(t testing.TB, text string, o CSVOptions, rows, size int) (pieces []Table, err error) {
	t.Helper()
	form, err := o.form()
	if err != nil {
		return nil, err
	}
	form.blockSize = size
	in, err := newInput(strings.NewReader(text), "", int64(len(text)), o.input())
	if err != nil {
		return nil, err
	}
	defer in.close()
	err = form.eachPiece(t.Context(), nil, in, rows, func(p Table, err error) bool {
		if err != nil {
			t.Fatal("an error beside a piece:", err)
		}
		pieces = append(pieces, p)
		return true
	})
	return pieces, err
}

// declared are the kinds of all columns of a table.
func declared(t testing.TB, table Table) Schema {
	t.Helper()
	cols, err := table.Columns()
	if err != nil {
		t.Fatal(err)
	}
	return fieldsOf(cols)
}

// sameError says how two errors differ; "" if they do not.
func sameError(a, b error) string {
	if a == nil || b == nil {
		if a != b {
			return fmt.Sprintf("error %v and %v", a, b)
		}
		return ""
	}
	var p, q *ParseError
	if !errors.As(a, &p) || !errors.As(b, &q) {
		if a.Error() != b.Error() {
			return fmt.Sprintf("error %v\nand   %v", a, b)
		}
		return ""
	}
	if p.Line == q.Line && p.Row == q.Row && p.Column == q.Column && (errors.Is(a, ErrLimit) || errors.Is(b, ErrLimit)) {
		return "" // a field may be too long, as far as it is read, and have another fault later
	}
	x, y := *p, *q
	x.Err, y.Err, x.Value, y.Value = nil, nil, "", "" // how much is shown after a quote depends on the block
	if x != y || p.Err.Error() != q.Err.Error() {
		return fmt.Sprintf("error %v\nand   %v", a, b)
	}
	return ""
}

// checkPieces compares the pieces of a text with the whole.
func checkPieces(t testing.TB, text string, o CSVOptions, rows, size int) {
	t.Helper()
	if _, err := o.form(); err != nil {
		return
	}
	context := fmt.Sprintf("pieces of %d, blocks of %d\ntext %q\noptions %+v\n", rows, size, text, o)
	read := func(o CSVOptions) (Table, error) { return decodeInBlocks(t, text, o, blockSize) }
	equal := func(pieces []Table, want Table) {
		t.Helper()
		for i, p := range pieces {
			if n := p.Nrow(); rows > 0 && (n > rows || n < rows && i+1 < len(pieces)) || n == 0 && len(pieces) > 1 {
				t.Fatalf("%spiece %d of %d has %d rows", context, i, len(pieces), n)
			}
		}
		all, err := Concat(pieces...)
		if err != nil {
			t.Fatalf("%s%v", context, err)
		}
		if diff := tableDiff(all, want); diff != "" {
			t.Fatalf("%s%s (pieces and the whole)", context, diff)
		}
	}
	// The first piece is what the file is if it ends there.
	first := o
	first.InferRows = 1 << 30
	if rows > 0 && (o.MaxRows == 0 || o.MaxRows > rows) {
		first.MaxRows = rows
	}
	head, headErr := read(first)
	pieces, err := textPieces(t, text, o, rows, size)
	if headErr != nil {
		if diff := sameError(err, headErr); diff != "" && !strings.Contains(headErr.Error(), "rows are") {
			t.Fatalf("%s%s (in the first piece)", context, diff)
		}
		return
	}
	if err == nil {
		equal(pieces[:1], head)
	}
	// With those kinds declared, everything agrees, errors too.
	o.Types = declared(t, head)
	whole, wholeErr := read(o)
	kept, keptErr := textPieces(t, text, o, rows, size)
	if diff := sameError(keptErr, wholeErr); diff != "" {
		t.Fatalf("%s%s (pieces and the whole)", context, diff)
	}
	if wholeErr == nil {
		equal(kept, whole)
	}
	switch {
	case err == nil && wholeErr != nil:
		t.Fatalf("%sread without kinds, and with them %v", context, wholeErr)
	case err == nil:
		equal(pieces, whole)
	case wholeErr == nil:
		var p *ParseError
		if !errors.As(err, &p) || p.Column == "" || p.Row <= int64(rows) || !strings.Contains(err.Error(), "declare") {
			t.Fatalf("%s%v, though it reads with the first piece's kinds", context, err)
		}
	}
}

func TestPiecesAreTheWhole(t *testing.T) {
	for seed := range uint64(1500) {
		rng := rand.New(rand.NewPCG(seed, 41))
		o := uglyOptions(rng)
		if rng.IntN(8) == 0 {
			o.MaxRecord = 1 + rng.IntN(60)
		}
		text := uglyText(rng, o)
		for _, rows := range []int{0, 1, 1 + rng.IntN(4), 1 + rng.IntN(40), 500} {
			checkPieces(t, text, o, rows, []int{1 + rng.IntN(8), 16 + rng.IntN(100), blockSize}[rng.IntN(3)])
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// FuzzPieces reads any bytes in pieces, with any options.
func FuzzPieces(f *testing.F) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 43))
		f.Add([]byte(uglyText(rng, uglyOptions(rng))), rng.Uint64(), byte(rng.IntN(40)), byte(rng.IntN(5)))
	}
	f.Add([]byte("a,b\n1,\"x\n\",\n"), uint64(0), byte(1), byte(1))
	f.Add([]byte("a\r\n1\r\n\"2\r\n\"\r\n"), uint64(3), byte(0), byte(0))
	f.Fuzz(func(t *testing.T, text []byte, options uint64, size, rows byte) {
		if len(text) > 1<<12 {
			return
		}
		rng := rand.New(rand.NewPCG(options, 47))
		o := uglyOptions(rng)
		if rng.IntN(4) == 0 {
			o.MaxRecord = 1 + rng.IntN(60)
		}
		checkPieces(t, string(text), o, int(rows), 1+int(size))
	})
}

// How the text is cut into blocks has no part in what is too long.
func TestLongRecordsAreRefusedInBlocksOfAnySize(t *testing.T) {
	for _, c := range []struct {
		name, text string
		most       int
		line       int64 // 0: it is read
	}{
		{"just not", "a,b\n12,34\r\n5,6", 5, 0},
		{"by one", "a,b\n12,345\r\n5,6\n", 5, 2},
		{"by one, at the end", "a,b\n1,2\n12,345", 5, 3},
		{"in quotes", "a,b\n1,2\n1,\"3\n4\n5\"\n", 8, 3},
		{"in quotes, just not", "a,b\n1,2\n1,\"3\n4\n5\"\n", 9, 0},
		{"never closed", "a,b\n1,2\n1,\"3\n4\n5\n", 5, 3},
		{"in the header", "abc,def\n1,2\n", 5, 1},
		{"a long comment is no record", "a,b\n#" + strings.Repeat("x", 100) + "\n1,2\n", 3, 0},
		{"two lines on", "a,b\n\n#x\n123,456\n", 6, 4},
	} {
		o := CSVOptions{MaxRecord: c.most, Comment: '#'}
		for size := 1; size < 40; size++ {
			_, err := decodeInBlocks(t, c.text, o, size)
			var p *ParseError
			switch {
			case c.line == 0 && err != nil:
				t.Errorf("%s, blocks of %d: %v", c.name, size, err)
			case c.line > 0 && (!errors.As(err, &p) || p.Line != c.line || !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), "MaxRecord")):
				t.Errorf("%s, blocks of %d: %v", c.name, size, err)
			}
			checkPieces(t, c.text, o, 1, size)
		}
	}
}

func collected(t testing.TB, f *CSVFile, rows int) (pieces []Table, err error) {
	t.Helper()
	ended := false
	for p, e := range f.Pieces(t.Context(), nil, rows) {
		if ended {
			t.Fatal("it goes on after an error")
		}
		if e != nil {
			err, ended = e, true
			continue
		}
		pieces = append(pieces, p)
	}
	return pieces, err
}

func TestALaterPieceOfAnotherKind(t *testing.T) {
	text := "# first\nid,x,note\r\n1,2,\r\n2,3,\"a\r\nb\"\r\n\r\n3,4,c\r\n4,5.5,d\r\n"
	files := fstest.MapFS{"a.csv": {Data: []byte(text)}}
	f := &CSVFile{Path: "a.csv", FS: files, Options: CSVOptions{Comment: '#'}}
	pieces, err := collected(t, f, 2)
	want := `frame: a.csv: line 8 (row 4), column "x": "5.5" is no whole number, and the values of the first 2 rows are; ` +
		`declare the column in Types (text keeps all values as they are), or name the value in Missing`
	if len(pieces) != 1 || err == nil || err.Error() != want || !errors.Is(err, ErrKind) {
		t.Errorf("%d pieces, %v\nwant %s", len(pieces), err, want)
	}
	f.Options.Types = Schema{{Name: "x", Kind: Float}}
	if pieces, err = collected(t, f, 2); len(pieces) != 2 || err != nil {
		t.Error(len(pieces), err)
	}
	// A column that is empty at first is text, also where numbers follow.
	files["a.csv"] = &fstest.MapFile{Data: []byte("a,b\n1,\n2,3\n")}
	pieces, err = collected(t, fileIn(files, "a.csv"), 1)
	if len(pieces) != 2 || err != nil {
		t.Fatal(len(pieces), err)
	}
	if c, _ := pieces[1].Column("b"); c.Kind != Text || c.Format(0) != "3" {
		t.Errorf("%+v", c)
	}
}

// fileIn is a file of a file system.
func fileIn(fsys fs.FS, path string) *CSVFile { return &CSVFile{Path: path, FS: fsys} }

func TestPiecesOfFilesAsTheyAre(t *testing.T) {
	text := "Straße;Größe\n" + strings.Repeat("Weißer Weg;1,5\n\"Am\nBühl\";\n", 3000)
	latin, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	o := CSVOptions{Comma: ';', DecimalComma: true}
	old := o
	old.Encoding = "windows-1252"
	files := fstest.MapFS{
		"a.csv": {Data: []byte(text)}, "a.csv.gz": {Data: gzipped(t, []byte(text))}, "a.csv.zst": {Data: zstded(t, []byte(text))},
		"mark.csv": {Data: []byte("\ufeff" + text)}, "old.csv.gz": {Data: gzipped(t, []byte(latin))},
	}
	want, err := (&CSVFile{Path: "a.csv", FS: files, Options: o}).Read(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name := range files {
		f := &CSVFile{Path: name, FS: files, Options: o}
		if name == "old.csv.gz" {
			f.Options = old
		}
		for _, rows := range []int{0, 7, 1000, 6000, 10_000} {
			pieces, err := collected(t, f, rows)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if n := map[int]int{0: 1, 7: 858, 1000: 6, 6000: 1, 10_000: 1}[rows]; len(pieces) != n {
				t.Errorf("%s in pieces of %d: %d", name, rows, len(pieces))
			}
			if all, err := Concat(pieces...); err != nil || tableDiff(all, want) != "" {
				t.Errorf("%s in pieces of %d: %v %s", name, rows, err, tableDiff(all, want))
			}
		}
	}
	short := gzipped(t, []byte(text))
	files["short.csv.gz"] = &fstest.MapFile{Data: short[:len(short)/2]}
	if _, err := collected(t, &CSVFile{Path: "short.csv.gz", FS: files, Options: o}, 10); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "cut short") {
		t.Error(err)
	}
}

func TestPiecesOfLittle(t *testing.T) {
	for _, c := range []struct {
		name, text string
		o          CSVOptions
		rows       string // of the pieces of at most 2
		says       string
	}{
		{"a header alone", "a,b\n", CSVOptions{}, "0", ""},
		{"no header, and names", "", CSVOptions{NoHeader: true, Names: []string{"a"}}, "0", ""},
		{"nothing", "", CSVOptions{}, "", "is empty"},
		{"whole pieces", "a,b\n1,2\n3,4\n5,6\n7,8\n", CSVOptions{}, "2 2", ""},
		{"MaxRows", "a,b\n1,2\n3,4\n5,6\n7\n", CSVOptions{MaxRows: 3}, "2 1", ""},
		{"MaxRows, a whole piece", "a,b\n1,2\n3,4\n5\n", CSVOptions{MaxRows: 2}, "2", ""},
		{"MaxCells make pieces smaller", "a,b\n1,2\n3,4\n5,6\n", CSVOptions{MaxCells: 3}, "1 1 1", ""},
		{"lines passed over", "x\ny\na,b\n1,2\n3,4\n5,6\n", CSVOptions{SkipRows: 2}, "2 1", ""},
		{"a fault after a whole piece", "a,b\n1,2\n3,4\n5\n", CSVOptions{}, "2", "line 4 (row 3)"},
		{"a fault within a piece", "a,b\n1,2\n3,4\n5,6\n7\n", CSVOptions{}, "2", "line 5 (row 4)"},
		{"a fault in the first row", "a,b\n1\n", CSVOptions{}, "", "line 2 (row 1)"},
		{"MaxBytes", "a,b\n1,2\n3,4\n5,6\n", CSVOptions{MaxBytes: 13}, "2", "more than 13 bytes"},
		{"no such column", "a,b\n1,2\n", CSVOptions{Columns: []string{"c"}}, "", "no column \"c\""},
		{"an option that cannot be", "a,b\n1,2\n", CSVOptions{MaxRecord: -1}, "", "MaxRecord is -1"},
	} {
		files := fstest.MapFS{"a.csv": {Data: []byte(c.text)}}
		pieces, err := collected(t, &CSVFile{Path: "a.csv", FS: files, Options: c.o}, 2)
		var rows []string
		for _, p := range pieces {
			rows = append(rows, fmt.Sprint(p.Nrow()))
		}
		if got := strings.Join(rows, " "); got != c.rows || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: pieces of %q rows, %v", c.name, got, err)
		}
	}
	if _, err := collected(t, CSV("a.csv", CSVOptions{}), -1); err == nil || !strings.Contains(err.Error(), "rows of a piece is -1") {
		t.Error(err)
	}
	if _, err := collected(t, CSV(filepath.Join(t.TempDir(), "none.csv"), CSVOptions{}), 1); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// A schema beside the file holds for pieces too.
func TestPiecesKnowTheSchemaBesideTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv.gz")
	table, err := DecodeCSV(t.Context(), nil, strings.NewReader("d,c,id,x\n2024-01-02,low,007,\n2024-01-03,high,1,2.5\n,,,3\n"), CSVOptions{
		Types: Schema{{Name: "d", Kind: Date, Format: "%Y-%m-%d"}, {Name: "c", Kind: Category, Levels: []string{"low", "high"}}, {Name: "id", Kind: Text}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteCSV(path, table, CSVOptions{}); err != nil {
		t.Fatal(err)
	}
	pieces, err := collected(t, CSV(path, CSVOptions{}), 1)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Concat(pieces...)
	if err != nil || tableDiff(all, table) != "" {
		t.Error(err, tableDiff(all, table))
	}
}

// opened counts the files of a file system that are open.
type opened struct {
	fs.FS
	n int
}

type openedFile struct {
	fs.File
	of *opened
}

func (o *opened) Open(name string) (fs.File, error) {
	f, err := o.FS.Open(name)
	if err != nil {
		return nil, err
	}
	o.n++
	return &openedFile{f, o}, nil
}

func (f *openedFile) Close() error {
	f.of.n--
	return f.File.Close()
}

func TestTheFileIsClosedHoweverTheLoopEnds(t *testing.T) {
	text := "a\n" + strings.Repeat("1\n", 10_000) + "x\n"
	files := &opened{FS: fstest.MapFS{"a.csv": {Data: []byte(text)}, "a.csv.zst": {Data: zstded(t, []byte(text))}}}
	for _, path := range []string{"a.csv", "a.csv.zst"} {
		f := fileIn(files, path)
		for p := range f.Pieces(t.Context(), nil, 10) {
			if p.Nrow() != 10 || files.n != 1 {
				t.Error(p.Nrow(), files.n)
			}
			break
		}
		if files.n != 0 {
			t.Errorf("%s: open after a break", path)
		}
		if _, err := collected(t, f, 1000); !errors.Is(err, ErrKind) || files.n != 0 {
			t.Errorf("%s: %d open after %v", path, files.n, err)
		}
		func() {
			defer func() { _ = recover() }()
			for range f.Pieces(t.Context(), nil, 10) {
				panic("no")
			}
		}()
		if files.n != 0 {
			t.Errorf("%s: open after a panic", path)
		}
	}
}

func TestPiecesStopWithTheirContext(t *testing.T) {
	files := fstest.MapFS{"a.csv": {Data: []byte("a\n" + strings.Repeat("1\n", 10_000))}}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	n := 0
	var last error
	for _, err := range fileIn(files, "a.csv").Pieces(ctx, nil, 10) {
		if n++; n == 3 {
			stop()
		}
		last = err
	}
	if n != 4 || !errors.Is(last, context.Canceled) {
		t.Error(n, last)
	}
	for _, err := range fileIn(files, "a.csv").Pieces(ctx, nil, 10) {
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

// rowsFile is a file of many rows that is nowhere.
type rowsFile struct {
	rows, n int
	left    []byte
}

func (f *rowsFile) Open(string) (fs.File, error) {
	return &rowsFile{rows: f.rows, left: []byte("id,name,x\n")}, nil
}
func (f *rowsFile) Stat() (fs.FileInfo, error) { return fstest.MapFS{"a": {}}.Stat("a") }
func (f *rowsFile) Close() error               { return nil }

func (f *rowsFile) Read(p []byte) (int, error) {
	for len(f.left) < len(p) && f.n < f.rows {
		for range 100 {
			f.left = fmt.Appendf(f.left, "%d,name of %d,%d.5\n", f.n, f.n, f.n)
			f.n++
		}
	}
	if len(f.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, f.left)
	f.left = append(f.left[:0], f.left[n:]...)
	return n, nil
}

func TestPiecesTakeBoundedMemory(t *testing.T) {
	file := &rowsFile{rows: 2_000_000}
	var events []progress.Event
	rep := progress.Func(func(e progress.Event) { events = append(events, e) })
	f := &CSVFile{Path: "a.csv", FS: file, Options: CSVOptions{NoSchemaFile: true}}
	rows, pieces, most, sum := 0, 0, uint64(0), 0
	for p, err := range f.Pieces(t.Context(), rep, 10_000) {
		if err != nil {
			t.Fatal(err)
		}
		c, _ := p.Column("id")
		for _, v := range c.Ints {
			sum += v.Value
		}
		rows += p.Nrow()
		if pieces++; pieces%20 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if rows != file.rows || pieces != 200 || sum != file.rows*(file.rows-1)/2 {
		t.Errorf("%d rows in %d pieces, their sum %d", rows, pieces, sum)
	}
	if most > 32<<20 {
		t.Errorf("%d MB are in use", most>>20)
	}
	if n := len(events); n < 5 || !events[n-1].Finished() || events[0].Task != "read a.csv" {
		t.Errorf("%+v", events)
	}
	pieces = 0
	for p, err := range f.Pieces(t.Context(), nil, 0) {
		if err != nil || p.Nrow() < 100_000 && pieces == 0 {
			t.Fatal(p.Nrow(), err)
		}
		if rows -= p.Nrow(); pieces > 20 {
			break
		}
		pieces++
	}
	if rows != 0 {
		t.Errorf("%d rows of %d pieces are missing", rows, pieces)
	}
}

func TestANameThatSaysTabs(t *testing.T) {
	dir := t.TempDir()
	table := mustTable(nil, Series("a", values(1, 2)), Series("b", values("x,y", "z")))
	for _, c := range []struct {
		name  string
		comma Char
		text  string
	}{
		{"a.tsv", 0, "a\tb\n1\tx,y\n2\tz\n"},
		{"a.TAB", 0, "a\tb\n1\tx,y\n2\tz\n"},
		{"a.tsv.gz", 0, ""},
		{"a.tab.zst", 0, ""},
		{"semicolons.tsv", ';', "a;b\n1;x,y\n2;z\n"},
		{"a.tsv.csv", 0, "a,b\n1,\"x,y\"\n2,z\n"},
		{"tsv", 0, "a,b\n1,\"x,y\"\n2,z\n"},
	} {
		path := filepath.Join(dir, c.name)
		if err := WriteCSV(path, table, CSVOptions{Comma: c.comma}); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil || c.text != "" && string(b) != c.text {
			t.Errorf("%s: %q %v", c.name, b, err)
		}
		f := CSV(path, CSVOptions{Comma: c.comma})
		back, err := f.Read(t.Context(), nil)
		if err != nil || tableDiff(back, table) != "" {
			t.Errorf("%s: %v %s", c.name, err, tableDiff(back, table))
		}
		pieces, err := collected(t, f, 1)
		if len(pieces) != 2 || err != nil {
			t.Fatal(c.name, len(pieces), err)
		}
		if all, err := Concat(pieces...); err != nil || tableDiff(all, table) != "" {
			t.Errorf("%s in pieces: %v", c.name, err)
		}
		if f.Options.Comma != c.comma {
			t.Errorf("%s: the options have changed", c.name)
		}
		if c.text == "" {
			plain, err := newInput(bytes.NewReader(b), "", int64(len(b)), CSVOptions{}.input())
			if err != nil {
				t.Fatal(err)
			}
			if b, _ := io.ReadAll(plain.text); string(b) != "a\tb\n1\tx,y\n2\tz\n" {
				t.Errorf("%s holds %q", c.name, b)
			}
			plain.close()
		}
	}
}

func ExampleCSVFile_Pieces() {
	files := fstest.MapFS{"rides.csv": {Data: []byte("km,paid\n3.2,true\n1.1,false\n7,true\n2.5,\n0.4,true\n")}}
	rides := &CSVFile{Path: "rides.csv", FS: files}
	for piece, err := range rides.Pieces(context.Background(), nil, 2) {
		if err != nil {
			fmt.Println(err)
			return
		}
		km, _ := piece.Numbers("km")
		fmt.Println(piece.Nrow(), "rows:", km[0])
	}
	// Output:
	// 2 rows: [3.2 1.1]
	// 2 rows: [7 2.5]
	// 1 rows: [0.4]
}

func BenchmarkPieces(b *testing.B) {
	text := []byte(benchText(200_000))
	files := fstest.MapFS{"a.csv": {Data: text}}
	for _, rows := range []int{0, 1000, 50_000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				for _, err := range fileIn(files, "a.csv").Pieces(b.Context(), nil, rows) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := fileIn(files, "a.csv").Read(b.Context(), nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
