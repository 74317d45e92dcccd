package parquet

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
	"strings"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/internal/iso"
	"transferlab/tlkit/progress"
)

// gone marks a missing text in the tests' tables.
const gone = "\xff missing"

func texts(name string, values ...string) series.Series {
	cells := make([]frame.Cell[string], len(values))
	for i, v := range values {
		if cells[i].Value = v; v == gone {
			cells[i] = frame.Cell[string]{Null: true}
		}
	}
	return frame.Series(name, cells)
}

func whole(name string, values ...int) series.Series {
	cells := make([]frame.Cell[int], len(values))
	for i, v := range values {
		if cells[i].Value = v; v == -777 {
			cells[i] = frame.Cell[int]{Null: true}
		}
	}
	return frame.Series(name, cells)
}

func numbers(name string, values ...float64) series.Series {
	cells := make([]frame.Cell[float64], len(values))
	for i, v := range values {
		cells[i] = frame.Cell[float64]{Value: v, Null: math.IsNaN(v)}
	}
	return frame.Series(name, cells)
}

func truths(name string, values string) series.Series {
	cells := make([]frame.Cell[bool], len(values))
	for i, v := range values {
		cells[i] = frame.Cell[bool]{Value: v == 't', Null: v == '?'}
	}
	return frame.Series(name, cells)
}

func table(t testing.TB, schema frame.Schema, cols ...series.Series) frame.Table {
	t.Helper()
	out, err := frame.New(schema, cols...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func written(t testing.TB, in frame.Table, o WriteOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(t.Context(), nil, &b, in, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decoded(t testing.TB, b []byte, o Options) frame.Table {
	t.Helper()
	out, err := Decode(t.Context(), nil, bytes.NewReader(b), int64(len(b)), o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// same compares two tables to the bit.
func same(t testing.TB, got, want frame.Table) {
	t.Helper()
	if got.Nrow() != want.Nrow() || !reflect.DeepEqual(got.Names(), want.Names()) {
		t.Fatalf("%d rows of %q, want %d of %q", got.Nrow(), got.Names(), want.Nrow(), want.Names())
	}
	for _, name := range want.Names() {
		g, err := got.Column(name)
		if err != nil {
			t.Fatal(err)
		}
		w, _ := want.Column(name)
		if !reflect.DeepEqual(g.Field, w.Field) {
			t.Errorf("column %q is %+v, want %+v", name, g.Field, w.Field)
		}
		wrong := 0
		for i := range w.Len() {
			equal := g.Missing(i) == w.Missing(i)
			if equal && !w.Missing(i) {
				switch w.Kind {
				case frame.Int:
					equal = g.Ints[i] == w.Ints[i]
				case frame.Float:
					equal = math.Float64bits(g.Floats[i].Value) == math.Float64bits(w.Floats[i].Value)
				case frame.Bool:
					equal = g.Bools[i] == w.Bools[i]
				default:
					equal = g.Texts[i] == w.Texts[i]
				}
			}
			if !equal {
				if wrong++; wrong < 4 {
					t.Errorf("column %q, row %d: %q (missing: %v), want %q (%v)", name, i+1, g.Format(i), g.Missing(i), w.Format(i), w.Missing(i))
				}
			}
		}
	}
}

var utc = frame.Field{Name: "d", Kind: frame.Date}

// uglyTables are what a round trip must keep.
func uglyTables(t testing.TB) map[string]frame.Table {
	date := func(values ...string) frame.Table {
		return table(t, frame.Schema{utc}, texts("d", values...))
	}
	all := map[string]frame.Table{
		"no columns, no rows": {},
		"no rows":             table(t, frame.Schema{{Name: "c", Kind: frame.Category, Levels: []string{"a"}}}, whole("i"), numbers("f"), texts("s"), truths("b", ""), texts("c")),
		"one row":             table(t, nil, whole("i", 0), numbers("f", 0), texts("s", ""), truths("b", "f")),
		"ints":                table(t, nil, whole("i", math.MinInt64, math.MaxInt64, 0, -1, -777, 1)),
		"one value":           table(t, nil, whole("i", 7, 7, 7, 7), texts("s", "x", "x", "x", "x")),
		"floats": table(t, nil, numbers("f", 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1, 1e300),
			numbers("zeros", 0, math.Copysign(0, -1), 0, 0, 0, 0, 0, 0, 0)),
		"texts": table(t, nil, texts("s", "", "NaN", "NA", "null", gone, "a,b\r\n\"c\"", "Füße 東京 \U0001f600", "\x00", " ", strings.Repeat("long", 1e5))),
		"texts that are no UTF-8": table(t, frame.Schema{{Name: "c", Kind: frame.Category}}, texts("s", "ok", "\xff\xfe", gone), texts("c", "\xc3", "\xc3", "x"),
			texts("plain", "\xff"+strings.Repeat("y", 300), "a", "b")),
		"truths":      table(t, nil, truths("b", "tf?"+strings.Repeat("tff?", 40)), truths("all", strings.Repeat("t", 163)), truths("none", strings.Repeat("?", 163))),
		"all missing": table(t, frame.Schema{utc, {Name: "c", Kind: frame.Category, Levels: []string{"x"}}}, whole("i", -777, -777), numbers("f", math.NaN(), math.NaN()), texts("s", gone, gone), texts("d", gone, gone), texts("c", gone, gone)),
		"names":       table(t, nil, whole("", 1), whole("a b", 2), whole("Ä\n\"", 3), whole("list.element", 4), whole(strings.Repeat("n", 5000), 5)),
		"categories": table(t, frame.Schema{{Name: "size", Kind: frame.Category, Levels: []string{"s", "m", "l", "xl"}, Ordered: true}, {Name: "kind", Kind: frame.Category},
			{Name: "odd", Kind: frame.Category, Levels: []string{"in", "", "NaN"}}},
			texts("size", "l", gone, "s"), texts("kind", "b", "a", "b"), texts("odd", "out of the levels", "", "NaN")),
		"days":                      date("2024-02-29", "0001-01-01", "9999-12-31", "1969-12-31", gone, "1600-02-29"),
		"instants":                  date("2024-02-29T23:59:59Z", "1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00.5Z", gone),
		"nanoseconds":               date("2024-02-29T23:59:59.123456789Z", "1677-09-21T00:12:44Z", "2262-04-11T23:47:16.854775807Z"),
		"nanoseconds too far":       date("2024-02-29T23:59:59.123456789Z", "1500-01-01T00:00:00Z"),
		"days and instants":         date("2024-02-29", "2024-02-29T00:00:00Z"),
		"instants and days":         date("2024-02-29T00:00:00Z", "2024-02-29"),
		"other spellings":           date("2024-02-29T00:00:00.50Z"),
		"other zones":               date("2024-02-29T00:00:00+01:00"),
		"days that are none":        date("2024-02-30", "2023-02-29"),
		"a year that is none":       date("0000-01-01"),
		"months that are none":      date("2024-13-01", "2024-00-10", "2024-01-00"),
		"hours that are none":       date("2024-01-01T24:00:00Z"),
		"dates that are anything":   date("", "soon", "2024-2-29", "２０２４-02-29", "2024-02-29 00:00"),
		"almost instants":           date("2024-01-01T00:00:00.Z"),
		"instants of no zone":       table(t, frame.Schema{{Name: "d", Kind: frame.Date, Format: "%Y-%m-%dT%H:%M:%S"}}, texts("d", "2024-01-01T00:00:00Z", gone)),
		"days in a format":          table(t, frame.Schema{{Name: "d", Kind: frame.Date, Format: "%d.%m.%Y"}}, texts("d", "2024-01-01")),
		"a schema about plain ones": table(t, frame.Schema{{Name: "s", Kind: frame.Text}, {Name: "i", Kind: frame.Int}, {Name: "a", Kind: frame.Auto}}, texts("s", "x"), whole("i", 1), numbers("a", 2)),
	}
	// A float cell of NaN that is not flagged, as gota may make it, is missing all the same.
	all["NaN without the flag"] = table(t, nil, frame.Series("f", []frame.Cell[float64]{{Value: math.NaN()}, {Value: 1}}))
	rows, err := table(t, nil, whole("i", 1, 2, 3)).Pick()
	if err != nil {
		t.Fatal(err)
	}
	all["rows without columns"] = rows
	return all
}

func TestRoundTrip(t *testing.T) {
	for name, in := range uglyTables(t) {
		for _, o := range []WriteOptions{{}, {Compression: Zstd, GroupRows: 2}, {Compression: Uncompressed, GroupRows: 1}} {
			t.Run(fmt.Sprint(name, o), func(t *testing.T) { same(t, decoded(t, written(t, in, o), Options{}), in) })
		}
	}
}

func TestRoundTripOfDataframesFromElsewhere(t *testing.T) {
	df := dataframe.New(series.New([]string{"a", "NaN", "c"}, series.String, "s"), series.New([]float64{1, math.NaN(), 3}, series.Float, "f"),
		series.New([]int{1, 2, 3}, series.Int, "i"), series.New([]bool{true, false, true}, series.Bool, "b"))
	in := frame.Table{DataFrame: df}
	same(t, decoded(t, written(t, in, WriteOptions{}), Options{}), in)
}

// randomTable has a column of every way in which values are spread: each is kept in another
// form.
func randomTable(t testing.TB, seed uint64, rows int) frame.Table {
	rng := rand.New(rand.NewPCG(seed, 9))
	ints := func(f func(i int) int) series.Series {
		cells := make([]frame.Cell[int], rows)
		for i := range cells {
			cells[i].Value = f(i)
		}
		return frame.Series("", cells)
	}
	gaps := func(s series.Series, share float64) series.Series {
		tb := table(t, nil, s)
		c, _ := tb.Column("")
		for i := range rows {
			if rng.Float64() < share {
				switch c.Kind {
				case frame.Int:
					c.Ints[i] = frame.Cell[int]{Null: true}
				case frame.Float:
					c.Floats[i] = frame.Cell[float64]{Value: math.NaN(), Null: true}
				case frame.Bool:
					c.Bools[i] = frame.Cell[bool]{Null: true}
				default:
					c.Texts[i] = frame.Cell[string]{Null: true}
				}
			}
		}
		return c.Series("")
	}
	floats := func(f func(i int) float64) series.Series {
		cells := make([]frame.Cell[float64], rows)
		for i := range cells {
			cells[i].Value = f(i)
		}
		return frame.Series("", cells)
	}
	words := func(f func(i int) string) series.Series {
		cells := make([]frame.Cell[string], rows)
		for i := range cells {
			cells[i].Value = f(i)
		}
		return frame.Series("", cells)
	}
	flags := make([]frame.Cell[bool], rows)
	for i := range flags {
		flags[i].Value = rng.IntN(5) == 0
	}
	cols := []series.Series{
		ints(func(i int) int { return i }),
		ints(func(int) int { return int(rng.Uint64()) }),
		ints(func(int) int { return rng.IntN(10) - 5 }),
		ints(func(int) int { return rng.IntN(300) * 1e12 }),
		gaps(ints(func(i int) int { return i*i + rng.IntN(3) }), 0.3),
		gaps(ints(func(i int) int { return i / 100 }), 0.01),
		floats(func(int) float64 { return rng.NormFloat64() }),
		gaps(floats(func(int) float64 { return float64(rng.IntN(50)) / 4 }), 0.9),
		gaps(floats(func(int) float64 { return math.Float64frombits(rng.Uint64()) }), 0.1),
		words(func(int) string { return fmt.Sprint("word ", rng.IntN(40)) }),
		gaps(words(func(i int) string { return strings.Repeat("ab", rng.IntN(20)) + fmt.Sprint(i) }), 0.2),
		gaps(words(func(int) string { return fmt.Sprint(rng.IntN(2)) }), 0.5),
		frame.Series("", flags), gaps(frame.Series("", append([]frame.Cell[bool]{}, flags...)), 0.3),
		words(func(int) string { return string(iso.AppendDay(nil, int64(rng.IntN(5000)))) }),
		gaps(words(func(int) string {
			return string(iso.AppendInstant(nil, int64(rng.IntN(20000)), rng.Int64N(86400e6)*1000))
		}), 0.1),
		gaps(words(func(int) string { return string(iso.AppendInstant(nil, int64(rng.IntN(20000)), rng.Int64N(86400e9))) }), 0.1),
		gaps(words(func(int) string { return []string{"s", "m", "l"}[rng.IntN(3)] }), 0.1),
	}
	for i := range cols {
		cols[i].Name = fmt.Sprint("c", i)
	}
	return table(t, frame.Schema{{Name: "c14", Kind: frame.Date}, {Name: "c15", Kind: frame.Date}, {Name: "c16", Kind: frame.Date},
		{Name: "c17", Kind: frame.Category, Levels: []string{"l", "m", "s"}, Ordered: true}}, cols...)
}

func TestRoundTripOfRandomTables(t *testing.T) {
	for seed, c := range []struct {
		rows int
		o    WriteOptions
	}{
		{1, WriteOptions{}}, {2, WriteOptions{Compression: Zstd}}, {7, WriteOptions{GroupRows: 3}}, {8, WriteOptions{}}, {63, WriteOptions{}}, {64, WriteOptions{}}, {65, WriteOptions{Compression: Uncompressed}},
		{1000, WriteOptions{GroupRows: 100}}, {1025, WriteOptions{Compression: Zstd}}, {pageRows, WriteOptions{}}, {pageRows + 1, WriteOptions{}}, {3*pageRows - 7, WriteOptions{GroupRows: 2*pageRows + 3}},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			in := randomTable(t, uint64(seed), c.rows)
			b := written(t, in, c.o)
			same(t, decoded(t, b, Options{}), in)
			if again := written(t, in, c.o); !bytes.Equal(b, again) {
				t.Error("the same table gave two files")
			}
		})
	}
}

func TestLongTextsEndPagesAndGroups(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 1<<16) // 1 MiB: a page each, and groups by their bytes
	values := make([]string, 600)
	for i := range values {
		values[i] = long[i:]
	}
	in := table(t, nil, texts("s", values...))
	ends, err := groupEnds(t.Context(), []*writeColumn{prepare(must(in.Columns())[0])}, 600, 0)
	if err != nil || len(ends) != 1 {
		t.Errorf("groups end at %v, %v: fewer rows than a block are one group", ends, err)
	}
	many := make([]string, 5000)
	for i := range many {
		many[i] = long[:1<<17]
	}
	ends, _ = groupEnds(t.Context(), []*writeColumn{prepare(must(table(t, nil, texts("s", many...)).Columns())[0])}, 5000, 0)
	if fmt.Sprint(ends) != "[2048 4096 5000]" {
		t.Errorf("groups end at %v", ends)
	}
	same(t, decoded(t, written(t, in, WriteOptions{}), Options{}), in)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestColumnsAreChosen(t *testing.T) {
	ctx := t.Context()
	read := func(o Options) (frame.Table, error) { return File("testdata/nested.parquet", o).Read(ctx, nil) }
	got, err := read(Options{Columns: []string{"last", "flat"}})
	if err != nil || fmt.Sprint(got.Names()) != "[last flat]" || got.Nrow() != 2 {
		t.Errorf("%v, %v", got.Names(), err)
	}
	if c, _ := got.Column("last"); c.Format(1) != "y" {
		t.Errorf("the wrong chunk was read: %q", c.Format(1))
	}
	if got, err = read(Options{SkipUnfit: true}); err != nil || fmt.Sprint(got.Names()) != "[flat last]" {
		t.Errorf("%v, %v", got.Names(), err)
	}
	for want, columns := range map[string][]string{`a map`: {"flat", "map"}, `a struct`: {"struct"}, `a list`: {"list"}, `twice`: {"flat", "flat"}} {
		if _, err := read(Options{Columns: columns, SkipUnfit: true}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v gave %v, want %q", columns, err, want)
		}
	}
	var missing *frame.ColumnError
	if _, err := read(Options{Columns: []string{"falt"}}); !errors.As(err, &missing) || missing.Nearest != "flat" || !errors.Is(err, frame.ErrColumn) {
		t.Errorf("%v", err)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "t.parquet")
	in := uglyTables(t)["categories"]
	if err := Write(path, in, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	before := must(os.ReadFile(path))
	src := File(path, Options{})
	if src.String() != fmt.Sprintf("Parquet file %q", path) {
		t.Error(src.String())
	}
	var last progress.Event
	same(t, must(src.Read(t.Context(), progress.Func(func(e progress.Event) { last = e }))), in)
	if !last.Finished() || last.Task != "read t.parquet" {
		t.Errorf("%+v", last)
	}

	var b bytes.Buffer
	if err := Encode(t.Context(), progress.Func(func(e progress.Event) { last = e }), &b, in, WriteOptions{}); err != nil || !bytes.Equal(b.Bytes(), before) {
		t.Errorf("Encode and Write do not agree: %v", err)
	}
	if !last.Finished() || last.Total != 9 {
		t.Errorf("%+v", last)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if err := Encode(ended, nil, &b, in, WriteOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("written although its context had ended: %v", err)
	}
	if _, err := src.Read(ended, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("read although its context had ended: %v", err)
	}
	for name, c := range map[string]struct {
		t    frame.Table
		o    WriteOptions
		path string
		want string
	}{
		"name":                      {t: table(t, nil, whole("a\xff", 1)), want: "not UTF-8"},
		"level":                     {t: table(t, frame.Schema{{Name: "c", Kind: frame.Category, Levels: []string{"\xff"}}}, texts("c", "a")), want: `column "c"`},
		"compression":               {t: in, o: WriteOptions{Compression: 9}, want: "Snappy"},
		"groups":                    {t: in, o: WriteOptions{GroupRows: -1}, want: "negative"},
		"many groups":               {t: table(t, nil, frame.Series("i", make([]frame.Cell[int], 40000))), o: WriteOptions{GroupRows: 1}, want: "GroupRows"},
		"folder":                    {t: in, path: dir, want: "cannot be written"},
		"no folder":                 {t: in, path: filepath.Join(dir, "none", "t.parquet"), want: "cannot be written"},
		"a dataframe with an error": {t: frame.Table{DataFrame: dataframe.DataFrame{Err: errors.New("broken")}}, want: "broken"},
		"two of a name":             {t: frame.Table{DataFrame: twins(t)}, want: "two columns"},
	} {
		p := c.path
		if p == "" {
			p = path
		}
		if err := Write(p, c.t, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if !bytes.Equal(before, must(os.ReadFile(path))) {
		t.Error("a file was changed by a write that failed")
	}
	if all := must(os.ReadDir(dir)); len(all) != 1 {
		t.Errorf("left behind: %v", all)
	}
}

// twins is a dataframe with two columns of one name, which gota itself would rename.
func twins(t *testing.T) dataframe.DataFrame {
	df := table(t, nil, whole("a", 1), whole("b", 2)).DataFrame
	if err := df.SetNames("a", "a"); err != nil {
		t.Fatal(err)
	}
	return df
}

// failing is a file whose disk is full, or whose read fails.
type failing struct{ after int }

func (f *failing) Write(b []byte) (int, error) {
	if f.after -= len(b); f.after < 0 {
		return 0, errDisk
	}
	return len(b), nil
}

func (f *failing) ReadAt(b []byte, at int64) (int, error) { return 0, errDisk }

var errDisk = errors.New("disk failed")

func TestErrorsOfTheFileSystemArePassedOn(t *testing.T) {
	in := randomTable(t, 1, 5000)
	for _, after := range []int{0, 10, 5000, 100000} {
		if err := Encode(t.Context(), nil, &failing{after}, in, WriteOptions{GroupRows: 100}); !errors.Is(err, errDisk) {
			t.Errorf("after %d bytes: %v", after, err)
		}
	}
	if _, err := Decode(t.Context(), nil, &failing{}, 1000, Options{}); !errors.Is(err, errDisk) || errors.Is(err, frame.ErrParse) {
		t.Errorf("%v", err)
	}
	if _, err := File("testdata/there is none", Options{}).Read(t.Context(), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if _, err := File("testdata", Options{}).Read(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("%v", err)
	}
}

func TestStaleSchemas(t *testing.T) {
	// Another program may copy our metadata to a file whose columns are others.
	b := written(t, table(t, frame.Schema{{Name: "a", Kind: frame.Date}, {Name: "b", Kind: frame.Category}}, whole("a", 1), numbers("b", 2)), WriteOptions{})
	stale := bytes.Replace(b, []byte(`{"fields":[{"name":"a","type":"datetime"},{"name":"b","type":"category"}]}`), []byte(`{"fields":[{"name":"a","type":"category"},{"name":"b","type":"integer"}] }`), 1)
	if bytes.Equal(b, stale) {
		t.Fatal("the schema is not where it was looked for")
	}
	got := decoded(t, stale, Options{})
	if a, _ := got.Column("a"); a.Kind != frame.Int || a.Ints[0].Value != 1 {
		t.Errorf("%+v", a)
	}
	if c, _ := got.Column("b"); c.Kind != frame.Float || c.Floats[0].Value != 2 {
		t.Errorf("%+v", c)
	}
	for _, bad := range []string{`{"fields":[{"name":"a","type":"nonsense"`, `[1]`} {
		broken := bytes.Replace(b, []byte(`{"fields":[{"name":"a","type":"datetime"}`), []byte((bad + strings.Repeat(" ", 60))[:41]), 1)
		if got := decoded(t, broken, Options{}); got.Nrow() != 1 || len(got.Schema) != 0 {
			t.Errorf("%q gave %v", bad, got.Schema)
		}
	}
}

var _ io.Writer = (*failing)(nil)

func TestDescriptionsInJSON(t *testing.T) {
	for _, s := range []*Source{File("a.parquet", Options{}), File("b", Options{Columns: []string{"x"}, SkipUnfit: true, DecimalText: true, MaxBytes: 5})} {
		b, err := json.Marshal(s)
		var back Source
		if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(&back, s) {
			t.Errorf("%s: %+v, %v", b, back, err)
		}
		if err != nil {
			t.Error(err)
		}
	}
	for _, o := range []WriteOptions{{}, {Compression: Zstd, GroupRows: 7}, {Compression: Uncompressed}} {
		var back WriteOptions
		b, _ := json.Marshal(o)
		if err := json.Unmarshal(b, &back); err != nil || back != o {
			t.Errorf("%s: %+v, %v", b, back, err)
		}
	}
	if _, err := json.Marshal(WriteOptions{Compression: 7}); err == nil {
		t.Error("an unknown compression was written")
	}
	var o WriteOptions
	if err := json.Unmarshal([]byte(`{"compression":"lzo"}`), &o); err == nil || !strings.Contains(err.Error(), "lzo") {
		t.Errorf("%v", err)
	}
}
