package sql

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/replace"
)

// Export writes the answer to a query to a file, which never is in memory as a whole. The
// path's ending says how: .parquet or .pq, .tsv or .tab, and text with commas for everything else,
// packed if .gz or .zst comes last. The file is replaced whole, or stays as it was. args are
// as in [DB.Query].
//
// A Parquet file has the schema of the result with it, so that package parquet gives its
// categories back. In text a missing value is an empty field, an empty text is "", and
// instants are written as in 2006-01-02T15:04:05.000000Z.
func (db *DB) Export(ctx context.Context, path, query string, args ...any) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.check(ctx, query); err != nil {
		return err
	}
	kind, options := "csv", ""
	switch e := ending(path); e {
	case ".parquet", ".pq":
		kind = "parquet"
		if e != strings.ToLower(filepath.Ext(path)) {
			return &Error{Kind: ErrRefused, Message: fmt.Sprintf("a Parquet file is packed within; leave the last ending of %q away", path)}
		}
		schema, err := db.schema(ctx, query, args)
		if err != nil {
			return err
		}
		options = "FORMAT parquet, COMPRESSION snappy, KV_METADATA {" + literal(parquetSchema) + ": " + literal(schema) + "}"
	case ".tsv", ".tab":
		options = csvExport(path, `\t`)
	default:
		options = csvExport(path, ",")
	}
	spool := db.spool(kind)
	defer os.Remove(spool)
	text := strings.TrimRight(query, "; \t\r\n")
	if err := db.command(ctx, "COPY ("+text+"\n) TO "+literal(spool)+" ("+options+", USE_TMP_FILE false)", args...); err != nil {
		return err
	}
	if err := place(spool, path); err != nil {
		return &Error{Message: fmt.Sprintf("file %q cannot be written", path), Err: err}
	}
	return nil
}

func csvExport(path, comma string) string {
	packed := "none"
	switch strings.ToLower(filepath.Ext(path)) {
	case ".gz":
		packed = "gzip"
	case ".zst":
		packed = "zstd"
	}
	return "FORMAT csv, HEADER true, DELIMITER " + literal(comma) + ", COMPRESSION " + packed + ", TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%fZ'"
}

// schema is what package parquet would write of a query's result: its categories.
func (db *DB) schema(ctx context.Context, query string, args []any) (string, error) {
	var schema frame.Schema
	err := db.stoppable(ctx, func() error {
		var statement duckdb.PreparedStatement
		state := duckdb.Prepare(db.conn, query, &statement)
		defer duckdb.DestroyPrepare(&statement)
		if state == duckdb.StateError {
			return said(query, duckdb.PrepareError(statement))
		}
		if err := bind(statement, query, args); err != nil {
			return err
		}
		for i := range int(duckdb.PreparedStatementColumnCount(statement)) {
			t := duckdb.PreparedStatementColumnLogicalType(statement, duckdb.IdxT(i))
			if duckdb.GetTypeId(t) == duckdb.TypeEnum {
				schema = append(schema, db.category(frame.Field{Name: duckdb.PreparedStatementColumnName(statement, duckdb.IdxT(i))}, t).field())
			}
			duckdb.DestroyLogicalType(&t)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(schema)
	return string(b), err
}

// place puts a finished file where it belongs, in one step that a reader of that path never
// sees half of. It is copied first if the two are on different disks.
func place(spool, path string) error {
	f, err := os.Open(spool)
	if err != nil {
		return err
	}
	defer f.Close()
	mode := os.FileMode(0o644)
	if st, err := os.Stat(path); err == nil {
		mode = st.Mode().Perm()
	}
	if err := errors.Join(f.Chmod(mode), f.Sync()); err != nil {
		return err
	}
	err = os.Rename(spool, path)
	if !errors.Is(err, syscall.EXDEV) {
		return err
	}
	return replace.With(path, func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
}
