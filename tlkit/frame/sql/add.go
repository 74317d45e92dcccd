package sql

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"
	"unsafe"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/internal/iso"
)

// Add makes a table of the program known to queries under a name, which is quick: DuckDB gets
// its columns piece by piece. The table is copied, and what does not fit into DuckDB's memory
// goes to the temporary folder. Column names that differ in capitals only are one to SQL, and
// text must be UTF-8: an error names the column.
func (db *DB) Add(ctx context.Context, table string, t frame.Table) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.free(table); err != nil {
		return err
	}
	all, err := t.Columns()
	if err != nil {
		return err
	}
	cols := make([]*addition, len(all))
	types, seen := make([]string, len(all)), map[string]string{}
	for i, c := range all {
		if err := plain("the column's name", c.Name); err != nil {
			return err
		}
		if other, twice := seen[strings.ToLower(c.Name)]; twice || c.Name == "" || !utf8.ValidString(c.Name) {
			why := fmt.Sprintf("its name is %q to SQL, too; rename one", other)
			if !twice {
				why = "SQL needs a name in UTF-8 that is not empty; rename it"
			}
			return &Error{Column: c.Name, Kind: frame.ErrShape, Message: why}
		}
		seen[strings.ToLower(c.Name)] = c.Name
		cols[i] = newAddition(c)
		types[i] = name(c.Name) + " " + cols[i].declared
		if cols[i].levels != nil {
			f := c.Field
			f.Levels = cols[i].levels
			db.remember(f)
		}
	}
	if len(cols) == 0 {
		return &Error{Kind: frame.ErrShape, Message: fmt.Sprintf("table %q has no columns, and SQL needs one", table)}
	}
	if err := db.command(ctx, "CREATE TABLE "+name(table)+" ("+strings.Join(types, ", ")+")"); err != nil {
		return err
	}
	if err := db.stoppable(ctx, func() error { return db.fill(ctx, table, cols, t.Nrow()) }); err != nil {
		_ = db.command(context.WithoutCancel(ctx), "DROP TABLE "+name(table))
		return err
	}
	db.tables[strings.ToLower(table)] = table
	return nil
}

// addition is a column on its way into DuckDB.
type addition struct {
	frame.Column
	kind     duckdb.Type
	declared string   // the type in SQL
	levels   []string // of an ENUM
	codes    map[string]int
}

func newAddition(c frame.Column) *addition {
	a := &addition{Column: c}
	set := func(t duckdb.Type, declared string) *addition {
		a.kind, a.declared = t, declared
		return a
	}
	switch c.Kind {
	case frame.Int:
		return set(duckdb.TypeBigInt, "BIGINT")
	case frame.Float:
		return set(duckdb.TypeDouble, "DOUBLE")
	case frame.Bool:
		return set(duckdb.TypeBoolean, "BOOLEAN")
	case frame.Date:
		switch days, micros := dateForms(c.Texts); {
		case days:
			return set(duckdb.TypeDate, "DATE")
		case micros && iso.Zoneless(c.Field.Format):
			return set(duckdb.TypeTimestamp, "TIMESTAMP")
		case micros:
			return set(duckdb.TypeTimestampTZ, "TIMESTAMP WITH TIME ZONE")
		}
	case frame.Category:
		if a.number() {
			a.kind, a.declared = duckdb.TypeEnum, enum(a.levels)
			return a
		}
	}
	return set(duckdb.TypeVarchar, "VARCHAR")
}

// dateForms says whether all dates are days, or instants of whole microseconds, as DuckDB
// has them.
func dateForms(cells []frame.Cell[string]) (days, micros bool) {
	days, micros = true, true
	for i := range cells {
		if cells[i].Null {
			continue
		}
		if _, ok := iso.ParseDay(cells[i].Value); !ok {
			days = false
		}
		day, nanos, ok := iso.ParseInstant(cells[i].Value)
		if _, fits := iso.Ticks(day, nanos, 1e6); !ok || !fits || nanos%1000 != 0 {
			micros = false
		}
	}
	return days, micros && !days
}

// number gives each level its number. Values outside of the levels come after them; ok is
// false if SQL cannot say one of them.
func (a *addition) number() (ok bool) {
	a.codes = map[string]int{}
	add := func(l string) {
		if _, known := a.codes[l]; !known {
			a.codes[l] = len(a.levels)
			a.levels = append(a.levels, l)
			ok = ok && utf8.ValidString(l) && strings.IndexByte(l, 0) < 0
		}
	}
	ok = true
	for _, l := range a.Levels {
		add(l)
	}
	for i := range a.Texts {
		if !a.Texts[i].Null {
			add(a.Texts[i].Value)
		}
	}
	if !ok || len(a.levels) == 0 || len(a.levels) > mostLevels {
		a.levels = nil
		return false
	}
	return true
}

const mostLevels = 1 << 16 // more make no good ENUM: their names are part of the query's text

// fill appends all rows, as many at a time as DuckDB's vectors have.
func (db *DB) fill(ctx context.Context, table string, cols []*addition, rows int) error {
	var appender duckdb.Appender
	if duckdb.AppenderCreate(db.conn, "", table, &appender) == duckdb.StateError {
		err := said("", duckdb.AppenderError(appender))
		duckdb.AppenderDestroy(&appender)
		return err
	}
	defer duckdb.AppenderDestroy(&appender)
	types := make([]duckdb.LogicalType, len(cols))
	for i := range types {
		types[i] = duckdb.AppenderColumnType(appender, duckdb.IdxT(i))
		defer duckdb.DestroyLogicalType(&types[i])
	}
	chunk := duckdb.CreateDataChunk(types)
	defer duckdb.DestroyDataChunk(&chunk)
	size := int(duckdb.VectorSize())
	for low := 0; low < rows; low += size {
		if err := ctx.Err(); err != nil {
			return err
		}
		high := min(low+size, rows)
		duckdb.DataChunkReset(chunk)
		for i, c := range cols {
			if err := c.put(duckdb.DataChunkGetVector(chunk, duckdb.IdxT(i)), low, high); err != nil {
				return err
			}
		}
		duckdb.DataChunkSetSize(chunk, duckdb.IdxT(high-low))
		if duckdb.AppendDataChunk(appender, chunk) == duckdb.StateError {
			return said("", duckdb.AppenderError(appender))
		}
	}
	if duckdb.AppenderClose(appender) == duckdb.StateError {
		return said("", duckdb.AppenderError(appender))
	}
	return nil
}

// put writes the rows low…high into a vector of DuckDB.
func (a *addition) put(v duckdb.Vector, low, high int) error {
	data := duckdb.VectorGetData(v)
	duckdb.VectorEnsureValidityWritable(v)
	valid := unsafe.Slice((*uint64)(duckdb.VectorGetValidity(v)), (high-low+63)/64)
	for i := range valid {
		valid[i] = ^uint64(0)
	}
	gone := func(i int) { valid[i/64] &^= 1 << (i % 64) }
	n := high - low
	switch a.kind {
	case duckdb.TypeBigInt:
		to := unsafe.Slice((*int64)(data), n)
		for i, c := range a.Ints[low:high] {
			if to[i] = int64(c.Value); c.Null {
				gone(i)
			}
		}
	case duckdb.TypeDouble:
		to := unsafe.Slice((*float64)(data), n)
		for i, c := range a.Floats[low:high] {
			if to[i] = c.Value; c.Missing() {
				gone(i)
			}
		}
	case duckdb.TypeBoolean:
		to := unsafe.Slice((*bool)(data), n)
		for i, c := range a.Bools[low:high] {
			if to[i] = c.Value; c.Null {
				gone(i)
			}
		}
	case duckdb.TypeDate:
		to := unsafe.Slice((*int32)(data), n)
		for i, c := range a.Texts[low:high] {
			day, _ := iso.ParseDay(c.Value)
			if to[i] = int32(day); c.Null {
				gone(i)
			}
		}
	case duckdb.TypeTimestamp, duckdb.TypeTimestampTZ:
		to := unsafe.Slice((*int64)(data), n)
		for i, c := range a.Texts[low:high] {
			day, nanos, _ := iso.ParseInstant(c.Value)
			if to[i], _ = iso.Ticks(day, nanos, 1e6); c.Null {
				gone(i)
			}
		}
	case duckdb.TypeEnum:
		a.putCodes(data, low, high, gone)
	default:
		return a.putTexts(v, data, low, high, gone)
	}
	return nil
}

// putCodes writes an ENUM, whose numbers are as wide as its levels need.
func (a *addition) putCodes(data unsafe.Pointer, low, high int, gone func(int)) {
	small := len(a.levels) <= 1<<8
	for i, c := range a.Texts[low:high] {
		code := 0
		if c.Null {
			gone(i)
		} else {
			code = a.codes[c.Value]
		}
		if small {
			*(*uint8)(unsafe.Add(data, i)) = uint8(code)
		} else {
			*(*uint16)(unsafe.Add(data, 2*i)) = uint16(code)
		}
	}
}

// putTexts writes short texts into the vector itself, and has DuckDB copy the longer ones.
func (a *addition) putTexts(v duckdb.Vector, data unsafe.Pointer, low, high int, gone func(int)) error {
	to := unsafe.Slice((*textForm)(data), high-low)
	for i, c := range a.Texts[low:high] {
		switch {
		case c.Null:
			to[i] = textForm{}
			gone(i)
		case !utf8.ValidString(c.Value):
			return &Error{Column: a.Name, Row: low + i + 1, Kind: frame.ErrKind, Message: fmt.Sprintf("%.20q is not UTF-8, which DuckDB's texts must be; mend the column first", c.Value)}
		case len(c.Value) <= textInline:
			form := textForm{length: uint32(len(c.Value))}
			copy(form.bytes[:], c.Value)
			to[i] = form
		default:
			duckdb.VectorAssignStringElementLen(v, duckdb.IdxT(i), unsafe.Slice(unsafe.StringData(c.Value), len(c.Value)))
		}
	}
	return nil
}

// Create keeps the answer to a query as a table in DuckDB, for queries to come; args are as
// in [DB.Query].
func (db *DB) Create(ctx context.Context, table, query string, args ...any) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.free(table); err != nil {
		return err
	}
	if err := db.check(ctx, query); err != nil {
		return err
	}
	if err := db.command(ctx, "CREATE TABLE "+name(table)+" AS "+query, args...); err != nil {
		return err
	}
	db.tables[strings.ToLower(table)] = table
	return nil
}

// Remove forgets a table or a file, and frees its memory.
func (db *DB) Remove(ctx context.Context, table string) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	known, ok := db.tables[strings.ToLower(table)]
	if !ok {
		return &Error{Kind: ErrRefused, Message: fmt.Sprintf("there is no table %.40q; see Tables", table)}
	}
	kind, err := db.text(ctx, "SELECT CASE WHEN count(*) > 0 THEN 'VIEW' ELSE 'TABLE' END FROM duckdb_views() WHERE view_name = $1 AND NOT internal", known)
	if err != nil {
		return err
	}
	if err := db.command(ctx, "DROP "+kind+" "+name(known)); err != nil {
		return err
	}
	delete(db.tables, strings.ToLower(table))
	return nil
}
