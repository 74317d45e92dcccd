package sql

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/parquet"
	"transferlab/tlkit/progress"
)

// gone marks a missing text in the tests' tables.
const gone = "\xff missing"

func words(name string, values ...string) series.Series {
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

func floats(name string, values ...float64) series.Series {
	cells := make([]frame.Cell[float64], len(values))
	for i, v := range values {
		cells[i] = frame.Cell[float64]{Value: v, Null: math.IsNaN(v)}
	}
	return frame.Series(name, cells)
}

func truths(name, values string) series.Series {
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

func open(t testing.TB, o Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func ask(t testing.TB, db *DB, query string, args ...any) frame.Table {
	t.Helper()
	out, err := db.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s\n%v", query, err)
	}
	return out
}

// shown is a table as text, a line a row; missing values are a dot.
func shown(t testing.TB, in frame.Table) string {
	t.Helper()
	cols, err := in.Columns()
	if err != nil {
		t.Fatal(err)
	}
	lines := make([]string, in.Nrow())
	for r := range lines {
		cells := make([]string, len(cols))
		for i, c := range cols {
			if cells[i] = c.Format(r); c.Missing(r) {
				cells[i] = "."
			}
		}
		lines[r] = strings.Join(cells, "|")
	}
	return strings.Join(lines, "\n")
}

func write(t testing.TB, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func same(t testing.TB, got, want frame.Table) {
	t.Helper()
	if got.Nrow() != want.Nrow() || !reflect.DeepEqual(got.Names(), want.Names()) {
		t.Fatalf("%d rows of %q, want %d of %q", got.Nrow(), got.Names(), want.Nrow(), want.Names())
	}
	for _, n := range want.Names() {
		g, _ := got.Column(n)
		w, _ := want.Column(n)
		if !reflect.DeepEqual(g.Field, w.Field) {
			t.Errorf("column %q is %+v, want %+v", n, g.Field, w.Field)
		}
		for i := range w.Len() {
			if g.Missing(i) != w.Missing(i) || g.Format(i) != w.Format(i) || w.Kind == frame.Float && !w.Missing(i) && math.Float64bits(g.Floats[i].Value) != math.Float64bits(w.Floats[i].Value) {
				t.Errorf("column %q, row %d: %q (missing: %v), want %q (%v)", n, i+1, g.Format(i), g.Missing(i), w.Format(i), w.Missing(i))
			}
		}
	}
}

func TestKindsOfResults(t *testing.T) {
	db := open(t, Options{})
	for _, c := range []struct {
		expr   string
		kind   frame.Kind
		want   string
		format string
	}{
		{"true", frame.Bool, "true", ""},
		{"(-128)::TINYINT", frame.Int, "-128", ""}, {"(-32768)::SMALLINT", frame.Int, "-32768", ""}, {"(-2147483648)::INTEGER", frame.Int, "-2147483648", ""},
		{"(-9223372036854775808)::BIGINT", frame.Int, "-9223372036854775808", ""}, {"255::UTINYINT", frame.Int, "255", ""}, {"65535::USMALLINT", frame.Int, "65535", ""},
		{"4294967295::UINTEGER", frame.Int, "4294967295", ""}, {"9223372036854775807::UBIGINT", frame.Int, "9223372036854775807", ""},
		{"9223372036854775807::HUGEINT", frame.Int, "9223372036854775807", ""}, {"(-9223372036854775808)::HUGEINT", frame.Int, "-9223372036854775808", ""}, {"(-1)::HUGEINT", frame.Int, "-1", ""},
		{"7::UHUGEINT", frame.Int, "7", ""}, {"sum(1::BIGINT)", frame.Int, "1", ""},
		{"0.1::FLOAT", frame.Float, frame.FormatFloat(float64(float32(0.1))), ""}, {"0.1::DOUBLE", frame.Float, "0.1", ""}, {"'inf'::DOUBLE", frame.Float, "inf", ""},
		{"'nan'::DOUBLE", frame.Float, ".", ""}, {"5e-324::DOUBLE", frame.Float, "5e-324", ""},
		{"-1.25::DECIMAL(3,2)", frame.Float, "-1.25", ""}, {"12345.67::DECIMAL(9,2)", frame.Float, "12345.67", ""}, {"0.000001::DECIMAL(18,6)", frame.Float, "1e-06", ""},
		{"1234567890123::DECIMAL(38,10)", frame.Float, "1234567890123.0", ""}, {"-0.5::DECIMAL(38,20)", frame.Float, "-0.5", ""}, {"42::DECIMAL(30,0)", frame.Int, "42", ""},
		{"''", frame.Text, "", ""}, {"'NaN'", frame.Text, "NaN", ""}, {"'twelve bytes'", frame.Text, "twelve bytes", ""}, {"'thirteen byte'", frame.Text, "thirteen byte", ""},
		{"'Füße 東京 ' || chr(128512) || chr(0) || 'x'", frame.Text, "Füße 東京 \U0001f600\x00x", ""}, {"'[1]'::JSON", frame.Text, "[1]", ""},
		{"'00112233-4455-6677-8899-aabbccddeeff'::UUID", frame.Text, "00112233-4455-6677-8899-aabbccddeeff", ""}, {"'ff112233-4455-6677-0099-aabbccddeeff'::UUID", frame.Text, "ff112233-4455-6677-0099-aabbccddeeff", ""},
		{"TIME '01:02:03.5'", frame.Text, "01:02:03.5", ""}, {"TIME '24:00:00'", frame.Text, "24:00:00", ""},
		{"DATE '2024-02-29'", frame.Date, "2024-02-29", ""}, {"DATE '0001-01-01'", frame.Date, "0001-01-01", ""}, {"DATE '9999-12-31'", frame.Date, "9999-12-31", ""},
		{"TIMESTAMP '1969-12-31 23:59:59.999999'", frame.Date, "1969-12-31T23:59:59.999999Z", "%Y-%m-%dT%H:%M:%S.%f"}, {"TIMESTAMP '2024-01-01 00:00:00'", frame.Date, "2024-01-01T00:00:00Z", "%Y-%m-%dT%H:%M:%S"},
		{"'2024-01-01 00:00:07'::TIMESTAMP_S", frame.Date, "2024-01-01T00:00:07Z", "%Y-%m-%dT%H:%M:%S"}, {"'2024-01-01 00:00:00.007'::TIMESTAMP_MS", frame.Date, "2024-01-01T00:00:00.007Z", "%Y-%m-%dT%H:%M:%S.%f"},
		{"'2024-01-01 00:00:00.000000007'::TIMESTAMP_NS", frame.Date, "2024-01-01T00:00:00.000000007Z", "%Y-%m-%dT%H:%M:%S.%f"},
		{"'2024-01-01 02:00:00+02'::TIMESTAMPTZ", frame.Date, "2024-01-01T00:00:00Z", ""},
		{"'b'::ENUM('a', 'b', '')", frame.Category, "b", ""},
		{"NULL::INTEGER", frame.Int, ".", ""}, {"NULL::VARCHAR", frame.Text, ".", ""}, {"NULL::DOUBLE", frame.Float, ".", ""}, {"NULL::DATE", frame.Date, ".", ""}, {"NULL::BOOLEAN", frame.Bool, ".", ""}, {"NULL::ENUM('a')", frame.Category, ".", ""},
	} {
		got := ask(t, db, "SELECT "+c.expr+" AS x")
		col, err := got.Column("x")
		if err != nil {
			t.Error(err)
			continue
		}
		if col.Kind != c.kind || shown(t, got) != c.want || col.Field.Format != c.format {
			t.Errorf("%s is %v %q in form %q, want %v %q, %q", c.expr, col.Kind, shown(t, got), col.Field.Format, c.kind, c.want, c.format)
		}
	}
	col, _ := ask(t, db, "SELECT 'b'::ENUM('a', 'b', '') AS x").Column("x")
	if fmt.Sprintf("%q", col.Levels) != `["a" "b" ""]` || col.Ordered {
		t.Errorf("%+v", col.Field)
	}
}

func TestWhatATableCannotHold(t *testing.T) {
	db := open(t, Options{})
	for expr, want := range map[string]string{
		"[1, 2]": "a LIST", "[1, 2]::INTEGER[2]": "an ARRAY", "{'a': 1}": "a STRUCT", "MAP {'a': 1}": "a MAP", "union_value(a := 1)": "a UNION",
		"'x'::BLOB": "a BLOB", "'101'::BIT": "a BIT", "INTERVAL 1 DAY": "an INTERVAL", "'10:00:00+01'::TIMETZ": "a TIME WITH TIME ZONE", "5::BIGNUM": "a BIGNUM",
		"9223372036854775808::UBIGINT": "row 1", "18446744073709551615::HUGEINT": "CAST", "170141183460469231731687303715884105727::HUGEINT": "too large", "(-9223372036854775809)::HUGEINT": "too large",
		"340282366920938463463374607431768211455::UHUGEINT": "too large", "9223372036854775808::UHUGEINT": "too large",
		"1234567890123.4567::DECIMAL(20,4)": "more digits", "0.12345678901234567890::DECIMAL(38,20)": "more digits", "12345678901234567890::DECIMAL(38,0)": "too large",
		"'infinity'::DATE": "9999", "'-infinity'::TIMESTAMP": "9999", "DATE '0001-01-01' - 400": "9999", "'10000-01-01'::DATE": "9999", "'44-03-15 (BC)'::DATE": "9999",
	} {
		_, err := db.Query(t.Context(), "SELECT "+expr+" AS x")
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, frame.ErrKind) || e.Column != "x" || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(want)) {
			t.Errorf("%s: %v, want %q", expr, err, want)
		}
	}
	_, err := db.Query(t.Context(), "SELECT i::UBIGINT + 9223372036854775000 AS x FROM range(5000) t(i)")
	var e *Error
	if !errors.As(err, &e) || e.Row != 809 {
		t.Errorf("%v", err)
	}
	if _, err := db.Query(t.Context(), "SELECT 1 AS a, 2 AS a"); !errors.Is(err, frame.ErrShape) {
		t.Errorf("%v", err)
	}
}

func TestParameters(t *testing.T) {
	db := open(t, Options{})
	got := ask(t, db, "SELECT $1 AS a, $2 AS b, $3 AS c, $4 AS d, $5 AS e, $6::INTEGER AS f, $7 AS g, $8 AS h",
		true, 7, int32(-8), int64(1<<60), 0.1, nil, "it's \x00 \"quoted\"; DROP TABLE x --", time.Date(2024, 1, 1, 3, 0, 0, 5000, time.FixedZone("", 3600)))
	if want := "true|7|-8|1152921504606846976|0.1|.|it's \x00 \"quoted\"; DROP TABLE x --|2024-01-01T02:00:00.000005Z"; shown(t, got) != want {
		t.Errorf("%q, want %q", shown(t, got), want)
	}
	for _, args := range [][]any{{}, {1, 2}, {[]int{1}}, {struct{}{}}} {
		if _, err := db.Query(t.Context(), "SELECT $1", args...); !errors.Is(err, ErrQuery) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// uglyTables are what must come back from DuckDB as it was.
func uglyTables(t testing.TB) map[string]frame.Table {
	levels := make([]string, 700)
	for i := range levels {
		levels[i] = fmt.Sprint("level ", i)
	}
	return map[string]frame.Table{
		"no rows": table(t, frame.Schema{{Name: "c", Kind: frame.Category, Levels: []string{"a"}}}, whole("i"), floats("f"), words("s"), truths("b", ""), words("c")),
		"values": table(t, frame.Schema{{Name: "day", Kind: frame.Date}, {Name: "at", Kind: frame.Date}, {Name: "local", Kind: frame.Date, Format: "%Y-%m-%dT%H:%M:%S"},
			{Name: "size", Kind: frame.Category, Levels: []string{"s", "m", "l"}, Ordered: true}, {Name: "odd", Kind: frame.Category, Levels: []string{"", "it's", "\"", "x\ny"}}},
			whole("i", math.MinInt64, -777, math.MaxInt64), floats("f", math.Copysign(0, -1), math.NaN(), math.Inf(-1)), words("s", "", gone, "NaN"),
			words("long", strings.Repeat("Füße", 5000), "twelve bytes", "thirteen byte"), words("nul", "a\x00b", "\x00", "123456789012\x00"), truths("b", "t?f"),
			words("day", "2024-02-29", "0001-01-01", "9999-12-31"), words("at", "1969-12-31T23:59:59.999999Z", gone, "9999-12-31T00:00:00Z"), words("local", "2024-01-01T10:00:00Z", gone, "2024-01-01T00:00:00Z"),
			words("size", "l", gone, "s"), words("odd", "x\ny", "", "it's")),
		"many levels": table(t, frame.Schema{{Name: "c", Kind: frame.Category, Levels: levels}}, words("c", "level 699", "level 0", gone)),
		"names":       table(t, nil, whole("a b", 1), whole(`quo"te`, 2), whole("select", 3), whole("Ä\n", 4), whole("1", 5), whole("it's", 6)),
		"all missing": table(t, frame.Schema{{Name: "d", Kind: frame.Date}, {Name: "c", Kind: frame.Category, Levels: []string{"x"}}}, whole("i", -777), floats("f", math.NaN()), words("s", gone), words("d", gone), words("c", gone), truths("b", "?")),
	}
}

func TestAddedTablesComeBack(t *testing.T) {
	db := open(t, Options{})
	n := 0
	for name_, in := range uglyTables(t) {
		t.Run(name_, func(t *testing.T) {
			n++
			called := fmt.Sprintf(`Table "%d" of 'tests';`, n)
			if err := db.Add(t.Context(), called, in); err != nil {
				t.Fatal(err)
			}
			same(t, ask(t, db, "SELECT * FROM "+name(called)), in)
			if err := db.Remove(t.Context(), strings.ToUpper(called)); err != nil {
				t.Error(err)
			}
		})
	}
	if len(db.Tables()) != 0 {
		t.Errorf("%q", db.Tables())
	}
	// What SQL cannot have exactly comes back as text that says the same.
	in := table(t, frame.Schema{{Name: "ns", Kind: frame.Date}, {Name: "mixed", Kind: frame.Date}, {Name: "c", Kind: frame.Category, Levels: []string{"a"}}, {Name: "nul", Kind: frame.Category}},
		words("ns", "2024-01-01T00:00:00.000000001Z", gone), words("mixed", "2024-01-01", "2024-01-01T00:00:00Z"), words("c", "a", "b"), words("nul", "a\x00", "b"))
	if err := db.Add(t.Context(), "odd", in); err != nil {
		t.Fatal(err)
	}
	got := ask(t, db, "FROM odd")
	if want := "2024-01-01T00:00:00.000000001Z|2024-01-01|a|a\x00\n.|2024-01-01T00:00:00Z|b|b"; shown(t, got) != want {
		t.Errorf("%q", shown(t, got))
	}
	if c, _ := got.Column("c"); c.Kind != frame.Category || fmt.Sprint(c.Levels) != "[a b]" {
		t.Errorf("%+v", c.Field)
	}
}

func TestLargeTablesComeBack(t *testing.T) {
	const rows = 70_001
	i, f, s, c := make([]frame.Cell[int], rows), make([]frame.Cell[float64], rows), make([]frame.Cell[string], rows), make([]frame.Cell[string], rows)
	for r := range rows {
		i[r] = frame.Cell[int]{Value: r * r, Null: r%7 == 0}
		if i[r].Null {
			i[r].Value = 0
		}
		f[r].Value = float64(r) / 3
		s[r].Value = strings.Repeat("x", r%20) + fmt.Sprint(r)
		c[r].Value = fmt.Sprint("level ", r%300)
	}
	in := table(t, frame.Schema{{Name: "c", Kind: frame.Category}}, frame.Series("i", i), frame.Series("f", f), frame.Series("s", s), frame.Series("c", c))
	db := open(t, Options{Threads: 2})
	if err := db.Add(t.Context(), "t", in); err != nil {
		t.Fatal(err)
	}
	got := ask(t, db, "SELECT * FROM t")
	want, err := in.WithFields(frame.Field{Name: "c", Kind: frame.Category, Levels: func() (l []string) {
		for k := range 300 {
			l = append(l, fmt.Sprint("level ", k))
		}
		return l
	}()})
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, want)
	sum := ask(t, db, "SELECT count(*) AS n, count(i) AS have, max(f) AS top FROM t WHERE c = 'level 299'")
	if shown(t, sum) != fmt.Sprintf("233|200|%s", frame.FormatFloat(float64(69899)/3)) {
		t.Errorf("%s", shown(t, sum))
	}
}

func TestAddRefuses(t *testing.T) {
	db := open(t, Options{})
	if err := db.Add(t.Context(), "taken", table(t, nil, whole("a", 1))); err != nil {
		t.Fatal(err)
	}
	rows, _ := table(t, nil, whole("a", 1)).Pick()
	for want, c := range map[string]struct {
		name string
		in   frame.Table
	}{
		"capital":       {"TAKEN", table(t, nil, whole("a", 1))},
		"no name":       {"", table(t, nil, whole("a", 1))},
		"NUL":           {"a\x00b", table(t, nil, whole("a", 1))},
		`is "a"`:        {"x", table(t, nil, whole("a", 1), whole("A", 2))},
		"not empty":     {"x", table(t, nil, whole("", 1))},
		"no columns":    {"x", rows},
		"row 2: ":       {"x", table(t, nil, words("s", "ok", "\xfe"))},
		"column's name": {"x", table(t, nil, whole("a\x00", 1))},
	} {
		if err := db.Add(t.Context(), c.name, c.in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	if fmt.Sprint(db.Tables()) != "[taken]" {
		t.Errorf("%q", db.Tables())
	}
	if err := db.Add(t.Context(), "x", table(t, nil, whole("a", 1))); err != nil {
		t.Errorf("nothing must be left of what failed: %v", err)
	}
	if err := db.Remove(t.Context(), "none"); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
}

func TestCreate(t *testing.T) {
	db := open(t, Options{})
	if err := db.Create(t.Context(), "small one", "SELECT i AS n FROM range($1) t(i) -- a comment", 3); err != nil {
		t.Fatal(err)
	}
	if err := db.Create(t.Context(), "twice", `SELECT n * 2 AS n FROM "small one";`); err != nil {
		t.Fatal(err)
	}
	if got := shown(t, ask(t, db, "SELECT sum(n) AS s FROM twice")); got != "6" {
		t.Error(got)
	}
	for _, bad := range []string{"SELECT 1; SELECT 2", "COPY (SELECT 1) TO 'x.csv'", "", "SELECT * FROM enable_logging()"} {
		if err := db.Create(t.Context(), "x", bad); !errors.Is(err, ErrRefused) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := db.Create(t.Context(), "Twice", "SELECT 1"); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
}

func TestLimitsOfResults(t *testing.T) {
	db := open(t, Options{MaxRows: 5000, MaxBytes: 1 << 20})
	ask(t, db, "SELECT i FROM range(5000) t(i)")
	if _, err := db.Query(t.Context(), "SELECT i FROM range(5001) t(i)"); !errors.Is(err, frame.ErrLimit) || !strings.Contains(err.Error(), "5000 rows") {
		t.Error(err)
	}
	if _, err := db.Query(t.Context(), "SELECT repeat('x', 1000) || i AS s FROM range(4000) t(i)"); !errors.Is(err, frame.ErrLimit) || !strings.Contains(err.Error(), "MaxBytes") {
		t.Error(err)
	}
	// An endless result stops at the limit.
	if _, err := db.Query(t.Context(), "SELECT i FROM range(1000000000000) t(i)"); !errors.Is(err, frame.ErrLimit) {
		t.Error(err)
	}
	if shown(t, ask(t, db, "SELECT 1 AS still")) != "1" {
		t.Error("the database is of no use after a limit")
	}
}

func TestLongQueriesStop(t *testing.T) {
	db := open(t, Options{})
	endless := "SELECT sum(sqrt(a.i * b.i + c.i)) AS x FROM range(1000000) a(i), range(1000000) b(i), range(1000) c(i)"
	for name, f := range map[string]func(context.Context) error{
		"query":  func(ctx context.Context) error { _, err := db.Query(ctx, endless); return err },
		"create": func(ctx context.Context) error { return db.Create(ctx, "x", endless) },
		"export": func(ctx context.Context) error { return db.Export(ctx, filepath.Join(t.TempDir(), "x.csv"), endless) },
	} {
		ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
		start := time.Now()
		err := f(ctx)
		stop()
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 20*time.Second {
			t.Errorf("%s after %v: %v", name, time.Since(start), err)
		}
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if _, err := db.Query(ended, "SELECT 1"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := db.Add(ended, "x", table(t, nil, whole("a", 1))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if shown(t, ask(t, db, "SELECT 1 AS still")) != "1" || len(db.Tables()) != 0 {
		t.Error("the database is of no use after a query was stopped")
	}
	if _, err := Open(ended, Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestErrorsKeepDuckDBsWords(t *testing.T) {
	db := open(t, Options{})
	if err := db.Add(t.Context(), "trips", table(t, nil, whole("fare", 1))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		query string
		kind  error
		want  []string
	}{
		{"SELEC 1", ErrQuery, []string{"syntax error", "LINE 1: SELEC 1", "^"}},
		{"SELECT\n  fair\nFROM trips", ErrQuery, []string{`"fare"`, "LINE 2:"}},
		{"SELECT * FROM trip", ErrQuery, []string{`"trips"`}},
		{"SELECT nosuch(1)", ErrQuery, []string{"nosuch"}},
		{"SELECT 'x'::INTEGER AS i", ErrRun, []string{"Conversion Error", "'x'"}},
		{"SELECT error('mine')", ErrRun, []string{"mine"}},
		{"", ErrRefused, []string{"0 statements"}},
		{"SELECT 1; SELECT 2", ErrRefused, []string{"2 statements"}},
		{"SELECT '\x00'", ErrRefused, []string{"byte 8"}},
		{"SELECT 'a", ErrQuery, []string{"unterminated"}},
	} {
		_, err := db.Query(t.Context(), c.query)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, c.kind) {
			t.Errorf("%q: %v, want %v", c.query, err, c.kind)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(e.Message, part) {
				t.Errorf("%q: %q lacks %q", c.query, e.Message, part)
			}
		}
	}
}

func TestSource(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "trips.csv"), "zone,fare\na,1.5\nb,2\na,3\n")
	s := Query(Options{Files: []File{{Path: path}}}, "SELECT zone, sum(fare) AS fare\n FROM trips WHERE fare > $1 GROUP BY zone ORDER BY zone", 1)
	if want := fmt.Sprintf("SQL query %q of %q", "SELECT zone, sum(fare) AS fare FROM trips WHERE fare > $1 GROUP BY zone ORDER BY zone", path); s.String() != want {
		t.Error(s.String())
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back Source
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	for _, source := range []frame.Source{s, &back} {
		var last progress.Event
		got, err := source.Read(t.Context(), progress.Func(func(e progress.Event) { last = e }))
		if err != nil || shown(t, got) != "a|4.5\nb|2.0" {
			t.Errorf("%v, %v", got, err)
		}
		if last.Done != 2 || last.Unit != "rows" {
			t.Errorf("%+v", last)
		}
	}
	if _, err := Query(Options{Files: []File{{Path: "there is none.csv"}}}, "SELECT 1").Read(t.Context(), nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestCloseAndAfter(t *testing.T) {
	temp := t.TempDir()
	db, err := Open(t.Context(), Options{TempDir: temp})
	if err != nil {
		t.Fatal(err)
	}
	if all, _ := os.ReadDir(temp); len(all) != 1 {
		t.Errorf("%v", all)
	}
	if err := errors.Join(db.Close(), db.Close()); err != nil {
		t.Error(err)
	}
	if all, _ := os.ReadDir(temp); len(all) != 0 {
		t.Errorf("left behind: %v", all)
	}
	if _, err := db.Query(t.Context(), "SELECT 1"); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
	if err := db.Add(t.Context(), "x", table(t, nil, whole("a", 1))); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
	for _, o := range []Options{{MemoryLimit: -1}, {Threads: -1}, {MaxTemp: -1}, {MaxBytes: -1}, {MaxRows: -1}} {
		if _, err := Open(t.Context(), o); !errors.Is(err, ErrRefused) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := Open(t.Context(), Options{TempDir: filepath.Join(temp, "none")}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestSettings(t *testing.T) {
	db := open(t, Options{MemoryLimit: 512 << 20, Threads: 1, MaxTemp: 3 << 30})
	for setting, want := range map[string]string{
		"memory_limit": "512.0 MiB", "threads": "1", "max_temp_directory_size": "3.0 GiB", "TimeZone": "UTC", "lock_configuration": "true", "enable_external_access": "false",
		"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "allow_community_extensions": "false", "allow_unsigned_extensions": "false", "allow_persistent_secrets": "false",
	} {
		if got := shown(t, ask(t, db, "SELECT current_setting('"+setting+"')::VARCHAR AS s")); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
	half := open(t, Options{})
	plain := shown(t, ask(t, half, "SELECT current_setting('memory_limit') AS m"))
	if plain == "" || strings.HasPrefix(plain, "0") {
		t.Errorf("the usual memory limit is %q", plain)
	}
}

func TestDatesInSQL(t *testing.T) {
	db := open(t, Options{})
	in := table(t, frame.Schema{{Name: "d", Kind: frame.Date}, {Name: "moment", Kind: frame.Date}}, words("d", "2024-01-31", "2024-02-29"), words("moment", "2024-01-31T23:30:00Z", "2024-03-01T00:00:00Z"))
	if err := db.Add(t.Context(), "t", in); err != nil {
		t.Fatal(err)
	}
	got := shown(t, ask(t, db, "SELECT d + 1 AS next, month(d) AS m, date_trunc('hour', moment) AS hour, hour(moment) AS h, moment::DATE AS day FROM t ORDER BY d"))
	if want := "2024-02-01|1|2024-01-31T23:00:00Z|23|2024-01-31\n2024-03-01|2|2024-03-01T00:00:00Z|0|2024-03-01"; got != want {
		t.Error(got)
	}
}

func TestParquetFilesKeepCategories(t *testing.T) {
	in := uglyTables(t)["values"]
	path := filepath.Join(t.TempDir(), "kept.parquet")
	if err := parquet.Write(path, in, parquet.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	db := open(t, Options{Files: []File{{Path: path}, {Name: "plain", Path: path, Plain: true}}})
	same(t, ask(t, db, "FROM kept"), in)
	if c, _ := ask(t, db, "FROM plain").Column("size"); c.Kind != frame.Text || c.Format(0) != "l" {
		t.Errorf("%+v", c.Field)
	}
}
