package sql

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	duckdb "github.com/duckdb/duckdb-go-bindings"
	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

// Query asks and gives the whole answer as a table. args are for $1, $2, … in the query:
// nil, bool, int, int32, int64, float64, string or time.Time. When ctx ends, so does the
// query. Errors are an [*Error].
func (db *DB) Query(ctx context.Context, query string, args ...any) (frame.Table, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.query(ctx, nil, query, args)
}

func (db *DB) query(ctx context.Context, rep progress.Reporter, query string, args []any) (t frame.Table, err error) {
	if err := db.check(ctx, query); err != nil {
		return frame.Table{}, err
	}
	err = db.run(ctx, query, args, func(r *duckdb.Result) error {
		t, err = db.table(ctx, rep, query, r)
		return err
	})
	return t, err
}

// column gathers one column of a result.
type column interface {
	add(v vector, rows int) (bytes int64, err error)
	series() series.Series
	field() frame.Field
}

// table gathers a result, as long as it is not too large.
func (db *DB) table(ctx context.Context, rep progress.Reporter, query string, r *duckdb.Result) (frame.Table, error) {
	cols, err := db.columns(query, r)
	if err != nil {
		return frame.Table{}, err
	}
	rows, bytes := 0, int64(0)
	err = chunks(query, r, func(c duckdb.DataChunk, n int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if db.o.MaxRows > 0 && rows+n > db.o.MaxRows {
			return &Error{Query: query, Kind: frame.ErrLimit, Message: fmt.Sprintf("the result has more than the %d rows that Options.MaxRows allows; ask for less with WHERE, LIMIT or GROUP BY, or raise it", db.o.MaxRows)}
		}
		for i, col := range cols {
			took, err := col.add(vectorOf(c, i), n)
			if err != nil {
				return located(err, query, col.field().Name, rows)
			}
			bytes += took
		}
		if bytes > db.o.maxBytes() {
			return &Error{Query: query, Kind: frame.ErrLimit, Message: fmt.Sprintf("the result takes more than the %d bytes that Options.MaxBytes allows, after %d rows; ask for less with WHERE, LIMIT or GROUP BY, write it to a file with Export, or raise it", db.o.maxBytes(), rows)}
		}
		rows += n
		progress.Or(rep).Report(progress.Event{Task: "query", Done: int64(rows), Unit: "rows"})
		return nil
	})
	if err != nil {
		return frame.Table{}, err
	}
	all := make([]series.Series, len(cols))
	var schema frame.Schema
	for i, col := range cols {
		all[i] = col.series()
		if f := col.field(); f.Kind == frame.Date || f.Kind == frame.Category {
			schema = append(schema, f)
		}
	}
	return frame.New(schema, all...)
}

// valueError is an error in one row of a piece.
type valueError struct {
	row    int
	reason string
}

func (e *valueError) Error() string { return e.reason }

func located(err error, query, column string, before int) error {
	if v, ok := err.(*valueError); ok {
		return &Error{Query: query, Column: column, Row: before + v.row + 1, Kind: frame.ErrKind, Message: v.reason}
	}
	return err
}

// columns says how each column of a result is gathered.
func (db *DB) columns(query string, r *duckdb.Result) ([]column, error) {
	cols := make([]column, duckdb.ColumnCount(r))
	seen := map[string]bool{}
	for i := range cols {
		name := duckdb.ColumnName(r, duckdb.IdxT(i))
		if seen[name] {
			return nil, &Error{Query: query, Column: name, Kind: frame.ErrShape, Message: "the result has two columns of this name; give one another with AS"}
		}
		seen[name] = true
		t := duckdb.ColumnLogicalType(r, duckdb.IdxT(i))
		c, what := db.gather(name, t)
		duckdb.DestroyLogicalType(&t)
		if what != "" {
			return nil, &Error{Query: query, Column: name, Kind: frame.ErrKind, Message: fmt.Sprintf("it is %s, which a table cannot hold; %s", what, remedy(what))}
		}
		cols[i] = c
	}
	return cols, nil
}

func remedy(what string) string {
	switch what {
	case "a LIST", "an ARRAY":
		return "unnest it, choose an element, or cast it to JSON"
	case "a STRUCT", "a UNION":
		return "choose its fields, or cast it to JSON"
	case "a MAP":
		return "choose its entries, or cast it to JSON"
	case "a BLOB":
		return "decode it, or take its hex"
	}
	return "cast it: CAST(… AS VARCHAR), for one"
}

// gather makes what gathers a column of a type, or says what the type is that a table cannot
// hold.
func (db *DB) gather(name string, t duckdb.LogicalType) (c column, what string) {
	f := frame.Field{Name: name}
	ints := func(read func(v vector, row int) (int, string)) column {
		return &gathering[int]{f: f, read: read}
	}
	texts := func(read func(v vector, row int) (string, string)) column {
		return &gathering[string]{f: f, read: read}
	}
	switch id := duckdb.GetTypeId(t); id {
	case duckdb.TypeBoolean:
		return &gathering[bool]{f: f, read: func(v vector, row int) (bool, string) { return at[bool](v, row), "" }}, ""
	case duckdb.TypeTinyInt:
		return ints(func(v vector, row int) (int, string) { return int(at[int8](v, row)), "" }), ""
	case duckdb.TypeSmallInt:
		return ints(func(v vector, row int) (int, string) { return int(at[int16](v, row)), "" }), ""
	case duckdb.TypeInteger:
		return ints(func(v vector, row int) (int, string) { return int(at[int32](v, row)), "" }), ""
	case duckdb.TypeBigInt:
		return ints(func(v vector, row int) (int, string) { return int(at[int64](v, row)), "" }), ""
	case duckdb.TypeUTinyInt:
		return ints(func(v vector, row int) (int, string) { return int(at[uint8](v, row)), "" }), ""
	case duckdb.TypeUSmallInt:
		return ints(func(v vector, row int) (int, string) { return int(at[uint16](v, row)), "" }), ""
	case duckdb.TypeUInteger:
		return ints(func(v vector, row int) (int, string) { return int(at[uint32](v, row)), "" }), ""
	case duckdb.TypeUBigInt:
		return ints(func(v vector, row int) (int, string) {
			n := at[uint64](v, row)
			return int(n), tooLarge(n <= math.MaxInt64, n)
		}), ""
	case duckdb.TypeHugeInt, duckdb.TypeUHugeInt:
		return ints(func(v vector, row int) (int, string) {
			n, ok := at[hugeForm](v, row).small()
			if id == duckdb.TypeUHugeInt && n < 0 { // its highest bit is no sign
				ok = false
			}
			return int(n), tooLarge(ok, "the value")
		}), ""
	case duckdb.TypeFloat:
		return &numbers{gathering[float64]{f: f, read: func(v vector, row int) (float64, string) { return float64(at[float32](v, row)), "" }}}, ""
	case duckdb.TypeDouble:
		return &numbers{gathering[float64]{f: f, read: func(v vector, row int) (float64, string) { return at[float64](v, row), "" }}}, ""
	case duckdb.TypeDecimal:
		return decimals(f, t), ""
	case duckdb.TypeVarchar:
		return newTexts(f), ""
	case duckdb.TypeSQLNull:
		return texts(func(vector, int) (string, string) { return "", "" }), ""
	case duckdb.TypeUUID:
		return texts(func(v vector, row int) (string, string) { return uuid(at[hugeForm](v, row)), "" }), ""
	case duckdb.TypeTime, duckdb.TypeTimeNS, duckdb.TypeDate, duckdb.TypeTimestamp, duckdb.TypeTimestampS, duckdb.TypeTimestampMS, duckdb.TypeTimestampNS, duckdb.TypeTimestampTZ:
		return dates(f, id), ""
	case duckdb.TypeEnum:
		return db.category(f, t), ""
	default:
		return nil, typeNames[id]
	}
}

func tooLarge(ok bool, value any) string {
	if ok {
		return ""
	}
	return fmt.Sprintf("%v is too large for a whole number here, which goes to %d; cast it to DOUBLE or VARCHAR", value, math.MaxInt64)
}

var typeNames = map[duckdb.Type]string{
	duckdb.TypeList: "a LIST", duckdb.TypeArray: "an ARRAY", duckdb.TypeStruct: "a STRUCT", duckdb.TypeMap: "a MAP", duckdb.TypeUnion: "a UNION",
	duckdb.TypeBlob: "a BLOB", duckdb.TypeBit: "a BIT", duckdb.TypeInterval: "an INTERVAL", duckdb.TypeTimeTZ: "a TIME WITH TIME ZONE",
	duckdb.TypeBigNum: "a BIGNUM", duckdb.TypeGeometry: "a GEOMETRY", duckdb.TypeVariant: "a VARIANT", duckdb.TypeAny: "of no type", duckdb.TypeInvalid: "of an unknown type",
}

// category gathers an ENUM.
func (db *DB) category(f frame.Field, t duckdb.LogicalType) column {
	levels := make([]string, duckdb.EnumDictionarySize(t))
	for i := range levels {
		levels[i] = duckdb.EnumDictionaryValue(t, duckdb.IdxT(i))
	}
	f.Kind, f.Levels, f.Ordered = frame.Category, levels, db.ordered[levelsKey(levels)]
	code := func(v vector, row int) int { return int(at[uint8](v, row)) }
	switch duckdb.EnumInternalType(t) {
	case duckdb.TypeUSmallInt:
		code = func(v vector, row int) int { return int(at[uint16](v, row)) }
	case duckdb.TypeUInteger:
		code = func(v vector, row int) int { return int(at[uint32](v, row)) }
	}
	return &gathering[string]{f: f, read: func(v vector, row int) (string, string) { return levels[code(v, row)], "" }}
}

// levelsKey tells lists of levels apart.
func levelsKey(levels []string) string {
	quoted := make([]string, len(levels))
	for i, l := range levels {
		quoted[i] = literal(l)
	}
	return strings.Join(quoted, ",")
}

// gathering is a column whose values are read one by one. They are kept in pieces until all
// are there, so that nothing is copied twice.
type gathering[T frame.Value] struct {
	f      frame.Field
	read   func(v vector, row int) (value T, bad string)
	pieces [][]frame.Cell[T]
}

const pieceRows = 1 << 15

// room is where the next rows go.
func (g *gathering[T]) room(rows int) []frame.Cell[T] {
	last := len(g.pieces) - 1
	if last < 0 || len(g.pieces[last])+rows > cap(g.pieces[last]) {
		size := pieceRows
		if last < 0 { // a small result takes little
			size = rows
		}
		g.pieces = append(g.pieces, make([]frame.Cell[T], 0, max(rows, size)))
		last++
	}
	p := g.pieces[last]
	g.pieces[last] = p[:len(p)+rows]
	return g.pieces[last][len(p):]
}

func (g *gathering[T]) add(v vector, rows int) (int64, error) {
	cells := g.room(rows)
	for i := range cells {
		if !v.valid(i) {
			cells[i].Null = true
			continue
		}
		value, bad := g.read(v, i)
		if bad != "" {
			return 0, &valueError{i, bad}
		}
		cells[i].Value = value
	}
	return int64(rows) * sizeOf[T](), nil
}

func (g *gathering[T]) series() series.Series {
	return frame.Series(g.f.Name, slices.Concat(g.pieces...))
}

func (g *gathering[T]) field() frame.Field { return g.f }

// sizeOf is the memory of a cell.
func sizeOf[T frame.Value]() int64 {
	var zero T
	switch any(zero).(type) {
	case bool:
		return 2
	case string:
		return 24
	}
	return 16
}

// numbers are floating-point numbers, of which NaN is missing.
type numbers struct{ gathering[float64] }

func (g *numbers) add(v vector, rows int) (int64, error) {
	took, err := g.gathering.add(v, rows)
	if err != nil {
		return 0, err
	}
	p := g.pieces[len(g.pieces)-1]
	for i := len(p) - rows; i < len(p); i++ {
		if p[i].Null || math.IsNaN(p[i].Value) {
			p[i] = frame.Cell[float64]{Value: math.NaN(), Null: true}
		}
	}
	return took, err
}
