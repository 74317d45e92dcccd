package frame

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

func TestCSVErrorsSayWhereAndWhat(t *testing.T) {
	date := Schema{{Name: "d", Kind: Date, Format: "%d.%m.%Y"}}
	for _, c := range []struct {
		name, text string
		o          CSVOptions
		line, row  int64
		column     string
		is         error
		says       string
	}{
		{"a row too short", "a,b,c\n1,2,3\n4,5\n", CSVOptions{}, 3, 2, "", ErrShape, "2 fields where 3 are expected"},
		{"a row too long", "a,b\n1,2\n\n4,5,6,7\n", CSVOptions{}, 4, 2, "", ErrShape, "4 fields where 2 are expected"},
		{"another separator", "a,b\n1;2\n", CSVOptions{}, 2, 1, "", ErrShape, "1 field where 2 are expected"},
		{"a quote never closed", "a,b\n1,2\n3,\"x\n4,5\n6,7\n", CSVOptions{}, 3, 2, "", nil, "never closed"},
		{"a quote never closed in the header", "a,\"b\n1,2\n", CSVOptions{}, 1, 0, "", nil, "never closed"},
		{"text after a quote", "a\n\"x\"y\n", CSVOptions{}, 2, 1, "", nil, "after its closing quote"},
		{"Latin-1", "name\nplain\nna\xefve\n", CSVOptions{}, 3, 2, "", nil, "byte 0xEF"},
		{"Latin-1 in the header", "na\xefve\nplain\n", CSVOptions{}, 1, 0, "", nil, "windows-1252"},
		{"Latin-1 in a comment", "a\n#\xef\n1\n", CSVOptions{Comment: '#'}, 2, 1, "", nil, "byte 0xEF"},
		{"UTF-16 by its mark", "\xff\xfea\x00\n\x00", CSVOptions{}, 1, 0, "", nil, "UTF-16"},
		{"UTF-16 without one", "a\x00\n\x001\x00\n\x00", CSVOptions{}, 1, 0, "", nil, "NUL"},
		{"a NUL", "a,b\n1,x\x00y\n", CSVOptions{}, 2, 1, "", nil, "NUL"},
		{"what is no Shift JIS", "a\nab\x80\xffcd\n", CSVOptions{Encoding: "shift_jis"}, 2, 1, "", nil, "no text in the encoding shift_jis"},
		{"half a pair in UTF-16", "a\x00\n\x00\x00\xd8\n\x00", CSVOptions{Encoding: "utf-16le"}, 2, 1, "", nil, "utf-16le"},
		{"a name twice", "a,b,a\n1,2,3\n", CSVOptions{}, 1, 0, "", ErrShape, "columns 1 and 3 are both called \"a\""},
		{"no name", "a,,c\n1,2,3\n", CSVOptions{}, 1, 0, "", ErrShape, "column 2 has no name"},
		{"no name, and a comment before", "#\n\na,,c\n1,2,3\n", CSVOptions{Comment: '#'}, 3, 0, "", ErrShape, "column 2 has no name"},
		{"other names than columns", "a,b\n1,2\n", CSVOptions{Names: []string{"x"}}, 1, 0, "", ErrShape, "has 2 fields, and Names has 1"},
		{"other names than columns, no header", "1,2\n", CSVOptions{Names: []string{"x"}, NoHeader: true}, 1, 1, "", ErrShape, "has 2 fields, and 1 names"},
		{"nothing", "", CSVOptions{}, 0, 0, "", nil, "is empty"},
		{"only a mark", "\ufeff", CSVOptions{}, 0, 0, "", nil, "is empty"},
		{"only empty lines", "\n\r\n\n", CSVOptions{}, 0, 0, "", nil, "is empty"},
		{"all passed over", "a\n1\n", CSVOptions{SkipRows: 5}, 0, 0, "", nil, "is empty"},
		{"too many columns", "a,b,c\n1,2,3\n", CSVOptions{MaxColumns: 2}, 1, 0, "", ErrLimit, "more than 2 fields"},
		{"far too many columns", strings.Repeat(",", 1<<20), CSVOptions{}, 1, 0, "", ErrLimit, "more than 16384 fields"},
		{"too many cells", "a,b\n1,2\n3,4\n5,6\n", CSVOptions{MaxCells: 4}, 4, 3, "", ErrLimit, "more than 2 rows"},
		{"a long field", "a\nx\n" + strings.Repeat("y", 100), CSVOptions{MaxField: 99}, 3, 2, "", ErrLimit, "longer than 99 bytes"},
		{"too much text", "a\n" + strings.Repeat("1\n", 100), CSVOptions{MaxBytes: 99}, 50, 49, "", ErrLimit, "more than 99 bytes"},
		{"lines that end in two ways", "a,b\r1,2\n3,4\r", CSVOptions{}, 2, 1, "", nil, "same end"},
		{"a carriage return in a field", "a,b\n1,x\ry\n", CSVOptions{}, 2, 1, "", nil, "carriage return"},
		{"another kind", "a,b\n1,2\n3,x\n", CSVOptions{InferRows: 1}, 3, 2, "b", ErrKind, "name the value in Missing"},
		{"a marker that nobody named", "a,b\n1,2.5\n3,NA\n", CSVOptions{InferRows: 1}, 3, 2, "b", ErrKind, "is no number"},
		{"a truth value of another kind", "a\ntrue\nyes\n", CSVOptions{InferRows: 1}, 3, 2, "a", ErrKind, "is no truth value"},
		{"leading noughts late", "a\n1\n007\n", CSVOptions{InferRows: 1}, 3, 2, "a", ErrKind, "is no whole number"},
		{"a whole number that no float holds", "a\n1.5\n9007199254740993\n", CSVOptions{InferRows: 1}, 3, 2, "a", ErrKind, "is no number"},
		{"whole numbers that become floats, and one cannot", "a\n9007199254740993\n1\n1.5\n", CSVOptions{InferRows: 1}, 4, 3, "a", ErrKind, "9007199254740993"},
		{"not what is declared", "a\n1\n1.0\n", CSVOptions{Types: Schema{{Name: "a", Kind: Int}}}, 3, 2, "a", ErrKind, "as which the column is declared"},
		{"empty text where a number is declared", "a,b\n1,\"\"\n", CSVOptions{Types: Schema{{Name: "b", Kind: Int}}}, 2, 1, "b", ErrKind, "QuotedMissing"},
		{"no date", "d\n31.12.1999\n31.11.1999\n", CSVOptions{Types: date}, 3, 2, "d", ErrKind, "%d.%m.%Y"},
		{"no ISO date", "d\n1999-12-31\n31.12.1999\n", CSVOptions{Types: Schema{{Name: "d", Kind: Date}}}, 3, 2, "d", ErrKind, "Format"},
		{"no level", "c\nlow\nhihg\n", CSVOptions{Types: Schema{{Name: "c", Kind: Category, Levels: []string{"low", "high"}}}}, 3, 2, "c", ErrKind, "Levels"},
		{"the first of two errors", "a,b\n1,1\nx,2\n3\n", CSVOptions{InferRows: 1}, 3, 2, "a", ErrKind, "whole number"},
		{"a line within a field counts", "a,b\n\"1\n2\",x\ny\n", CSVOptions{}, 4, 2, "", ErrShape, "1 field"},
		{"far from its start", "a\n" + strings.Repeat("1\n", 500_000) + "x\n", CSVOptions{}, 500_002, 500_001, "a", ErrKind, "whole number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := DecodeCSV(t.Context(), nil, strings.NewReader(c.text), c.o)
			var p *ParseError
			switch {
			case !errors.As(err, &p):
				t.Fatalf("%T %v", err, err)
			case !errors.Is(err, ErrParse) || c.is != nil && !errors.Is(err, c.is) || errors.Is(err, ErrLimit) != (c.is == ErrLimit):
				t.Errorf("the error is of another sort: %v", err)
			case p.Line != c.line || p.Row != c.row || p.Column != c.column:
				t.Errorf("at line %d, row %d, column %q: %v", p.Line, p.Row, p.Column, err)
			case !strings.Contains(err.Error(), c.says):
				t.Errorf("it does not say %q: %v", c.says, err)
			case table.Ncol() != 0:
				t.Errorf("half a table came with the error")
			case strings.ContainsAny(err.Error(), "\n\x00"):
				t.Errorf("the message has more than one line: %q", err)
			}
		})
	}
}

func TestAnErrorReadsAsOneLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "movies.csv")
	if err := os.WriteFile(path, []byte("id,year\n1,1999\n2,unknown\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := CSV(path, CSVOptions{InferRows: 1}).Read(t.Context(), nil)
	want := `frame: movies.csv: line 3 (row 2), column "year": "unknown" is no whole number, and the values of the first 1 rows are; ` +
		`declare the column in Types (text keeps all values as they are), or name the value in Missing`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	var p *ParseError
	if !errors.As(err, &p) || p.Offset != 17 || p.Value != "unknown" {
		t.Errorf("%+v", p)
	}
}

func TestUnknownColumnsAreNamedWithTheNearest(t *testing.T) {
	for _, o := range []CSVOptions{{Columns: []string{"yaer"}}, {Types: Schema{{Name: "yaer", Kind: Int}}}} {
		_, err := DecodeCSV(t.Context(), nil, strings.NewReader("id,year\n1,2\n"), o)
		var c *ColumnError
		if !errors.As(err, &c) || c.Nearest != "year" || !errors.Is(err, ErrColumn) {
			t.Errorf("%v", err)
		}
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	for _, o := range []CSVOptions{
		{Comma: '"'}, {Comma: '\n'}, {Comma: 'x'}, {Comma: '7'}, {Comma: 'é'}, {Quote: ' '}, {Quote: '.'}, {Comment: ','}, {Comment: '"'},
		{NoQuote: true, Quote: '\''}, {MaxRows: -1}, {MaxBytes: -1}, {SkipRows: -1}, {InferRows: -1}, {Names: []string{"a", "a"}},
		{Columns: []string{"a", "a"}}, {Encoding: "klingon"}, {Types: Schema{{Name: "a", Kind: 99}}},
		{Types: Schema{{Name: "a", Kind: Date, Format: "%Q"}}}, {Types: Schema{{Name: "a", Kind: Date, Format: "%d.%m."}}},
	} {
		if _, err := DecodeCSV(t.Context(), nil, strings.NewReader("a\n1\n"), o); err == nil || !strings.HasPrefix(err.Error(), "frame: ") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestFilesThatAreNotWhatTheySeem(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := []byte("a,b\n" + strings.Repeat("1,2.5\n", 100_000))
	packed := gzipped(t, text)
	squeezed := zstded(t, text)
	broken := bytes.Clone(packed)
	broken[len(broken)-6] ^= 0xff // in the checksum
	for _, c := range []struct {
		name, path string
		is         error
		says       string
	}{
		{"no file", filepath.Join(dir, "none.csv"), fs.ErrNotExist, "none.csv"},
		{"a folder", dir, nil, "folder"},
		{"gzip cut short", write("short.csv.gz", packed[:len(packed)/2]), io.ErrUnexpectedEOF, "cut short"},
		{"gzip cut in its head", write("head.csv.gz", packed[:6]), io.ErrUnexpectedEOF, "cut short"},
		{"gzip without its sum", write("sum.csv.gz", packed[:len(packed)-4]), io.ErrUnexpectedEOF, "cut short"},
		{"gzip damaged", write("broken.csv.gz", broken), nil, "damaged"},
		{"gzip and more", write("more.csv.gz", append(bytes.Clone(packed), "and what does not belong to it"...)), nil, "damaged"},
		{"zstd cut short", write("short.csv.zst", squeezed[:len(squeezed)/2]), io.ErrUnexpectedEOF, "cut short"},
		{"plain, and named as if compressed", write("plain.csv.gz", text), nil, "is named as if"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := CSV(c.path, CSVOptions{}).Read(t.Context(), nil)
			if !errors.Is(err, ErrParse) || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
	// Compressed and named otherwise is read for what it is.
	for _, path := range []string{write("packed.csv", packed), write("squeezed.csv", squeezed), write("right.csv.gz", packed), write("right.csv.zst", squeezed),
		write("twice.csv.gz", append(gzipped(t, text[:4]), gzipped(t, text[4:])...))} {
		if table, err := CSV(path, CSVOptions{}).Read(t.Context(), nil); err != nil || table.Nrow() != 100_000 {
			t.Errorf("%s: %d rows, %v", path, table.Nrow(), err)
		}
	}
}

func gzipped(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(b)
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstded(t testing.TB, b []byte) []byte {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll(b, nil)
}

// endless gives a head, and then one byte again and again.
type endless struct {
	head string
	then byte
	left int64
	read int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.head != "" {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	if e.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.left))
	for i := range p[:n] {
		p[i] = e.then
	}
	e.left -= int64(n)
	e.read += int64(n)
	return n, nil
}

// allocated is how many bytes a call takes from the heap.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestEndlessTextTakesLittleMemory(t *testing.T) {
	const gigabyte = 1 << 30
	bomb := func(then byte) []byte {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		if _, err := io.Copy(z, &endless{head: "a,b\n", then: then, left: 24 << 20}); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	for _, c := range []struct {
		name string
		r    io.Reader
		o    CSVOptions
		line int64
		most uint64 // bytes
		says string
	}{
		{"one field of a gigabyte", &endless{head: "a,b\n1,2\n3,", then: 'x', left: gigabyte}, CSVOptions{}, 3, 128 << 20, "longer than 16777216 bytes"},
		{"one field in quotes", &endless{head: "a,b\n1,\"", then: 'x', left: gigabyte}, CSVOptions{}, 2, 128 << 20, "longer than 16777216 bytes"},
		{"quotes alone", &endless{head: "a,b\n1,", then: '"', left: gigabyte}, CSVOptions{}, 2, 128 << 20, "longer than 16777216 bytes"},
		{"a header of a gigabyte", &endless{then: 'x', left: gigabyte}, CSVOptions{}, 1, 128 << 20, "longer than 16777216 bytes"},
		{"a record of empty fields", &endless{head: "a,b\n", then: ',', left: gigabyte}, CSVOptions{}, 2, 10 << 20, "more than 16384 fields"},
		{"a gzip bomb of one field", bytes.NewReader(bomb('x')), CSVOptions{}, 2, 128 << 20, "longer than"},
		{"a gzip bomb of lines", bytes.NewReader(bomb('\n')), CSVOptions{MaxBytes: 1 << 20}, 1<<20 - 2, 30 << 20, "more than 1048576 bytes"},
		{"rows without end", &endless{head: "a\n", then: '\n', left: gigabyte}, CSVOptions{MaxCells: 1 << 20}, 1<<20 + 2, 128 << 20, "more than 1048576 rows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var err error
			took := allocated(func() { _, err = DecodeCSV(t.Context(), nil, c.r, c.o) })
			var p *ParseError
			if !errors.As(err, &p) || !errors.Is(err, ErrLimit) || p.Line != c.line || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			if took > c.most {
				t.Errorf("it took %d MB", took>>20)
			}
			if e, ok := c.r.(*endless); ok && e.read > 128<<20 {
				t.Errorf("%d MB were read", e.read>>20)
			}
		})
	}
}

func TestAColumnThatChangesAtRow900000(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,year\n")
	for i := range 1_000_000 {
		year := "1999"
		if i+1 == 900_000 {
			year = "MCMXCIX"
		}
		fmt.Fprintf(&b, "%d,%s\n", i, year)
	}
	_, err := DecodeCSV(t.Context(), nil, strings.NewReader(b.String()), CSVOptions{})
	var p *ParseError
	if !errors.As(err, &p) || p.Line != 900_001 || p.Row != 900_000 || p.Column != "year" || p.Value != "MCMXCIX" {
		t.Fatalf("%v", err)
	}
	table, err := DecodeCSV(t.Context(), nil, strings.NewReader(b.String()), CSVOptions{Missing: []string{"MCMXCIX"}})
	if err != nil {
		t.Fatal(err)
	}
	if c, _ := table.Column("year"); c.Kind != Int || c.CountMissing() != 1 || !c.Missing(899_999) {
		t.Errorf("%v, %d missing", c.Kind, c.CountMissing())
	}
}

func TestReadingStopsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	r := &endless{head: "a\n", then: '\n', left: 1 << 30}
	n := 0
	_, err := DecodeCSV(ctx, nil, readerFunc(func(p []byte) (int, error) {
		if n++; n == 20 {
			stop()
		}
		return r.Read(p)
	}), CSVOptions{})
	if !errors.Is(err, context.Canceled) || n > 200 {
		t.Errorf("after %d pieces: %v", n, err)
	}
	_, err = DecodeCSV(ctx, nil, strings.NewReader("a\n1\n"), CSVOptions{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestAReaderThatFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	text := "a\n" + strings.Repeat("1\n", 300_000)
	for _, c := range []struct {
		name string
		text string
		line int64
		is   error
	}{
		{"in the middle", text, 300_002, broken},
		{"after an error in the text", text[:100] + "x,y\n" + text[100:], 51, ErrShape},
		{"at once", "", 0, broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := DecodeCSV(t.Context(), nil, io.MultiReader(strings.NewReader(c.text), readerFunc(func([]byte) (int, error) { return 0, broken })), CSVOptions{})
			var p *ParseError
			if !errors.Is(err, c.is) || !errors.As(err, &p) || p.Line != c.line {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := DecodeCSV(t.Context(), nil, readerFunc(func([]byte) (int, error) { return 0, nil }), CSVOptions{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader that gives nothing: %v", err)
	}
}
