package sql

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// harmless are the table functions of DuckDB that a query may use. They make rows, take
// values apart, describe what is there, or read files, of which DuckDB allows those named.
// Others turn on logging, follow pointers, or run what is in a text.
var harmless = []string{
	"duckdb_columns", "duckdb_functions", "duckdb_keywords", "duckdb_tables", "duckdb_types", "duckdb_views",
	"generate_series", "histogram", "histogram_values", "icu_calendar_names", "json_each", "json_tree",
	"parquet_file_metadata", "parquet_kv_metadata", "parquet_metadata", "parquet_scan", "parquet_schema", "pg_timezone_names",
	"range", "read_blob", "read_csv", "read_csv_auto", "read_json", "read_json_auto", "read_json_objects", "read_json_objects_auto",
	"read_ndjson", "read_ndjson_auto", "read_ndjson_objects", "read_parquet", "read_text", "repeat", "repeat_row", "sniff_csv",
	"summary", "unnest",
}

// harmful is a function of single values that writes into DuckDB's log.
const harmful = "write_log"

// check accepts one statement that only asks. DuckDB itself takes it apart; nothing of it
// runs before it is accepted.
func (db *DB) check(ctx context.Context, query string) error {
	if i := strings.IndexByte(query, 0); i >= 0 {
		return refused(query, "the query has a NUL character at byte %d; remove it", i)
	}
	var statements duckdb.ExtractedStatements
	n := duckdb.ExtractStatements(db.conn, query, &statements)
	message := duckdb.ExtractStatementsError(statements)
	duckdb.DestroyExtracted(&statements)
	if message != "" {
		return said(query, message)
	}
	if n != 1 {
		return refused(query, "the query has %d statements; ask one SELECT at a time (a PIVOT counts as more, unless its values are named with IN)", n)
	}
	tree, err := db.text(ctx, "SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true)::VARCHAR", query)
	if err != nil {
		return err
	}
	var form struct {
		Error      bool
		Message    string `json:"error_message"`
		Statements []any
	}
	if err := json.Unmarshal([]byte(tree), &form); err != nil {
		return &Error{Query: query, Kind: ErrRefused, Message: "the query cannot be taken apart; make it simpler", Err: err}
	}
	if form.Error || len(form.Statements) != 1 {
		return refused(query, "only a SELECT is answered (or WITH, VALUES, FROM, DESCRIBE, SUMMARIZE, SHOW TABLES); use Add and Create for tables and Export for files")
	}
	if f := forbidden(form.Statements[0]); f != "" {
		return refused(query, "the function %.40q is not allowed in queries; the table functions that are: %s", f, strings.Join(harmless, ", "))
	}
	return nil
}

// forbidden finds a function in the tree of a statement that must not run.
func forbidden(node any) string {
	switch n := node.(type) {
	case []any:
		for _, v := range n {
			if f := forbidden(v); f != "" {
				return f
			}
		}
	case map[string]any:
		called, _ := n["function_name"].(string)
		if strings.EqualFold(called, harmful) {
			return called
		}
		if n["type"] == "TABLE_FUNCTION" {
			function, _ := n["function"].(map[string]any)
			called, ok := function["function_name"].(string)
			if !ok {
				return fmt.Sprint(n["function"])
			}
			if !slices.Contains(harmless, strings.ToLower(called)) {
				return called
			}
		}
		for _, key := range slices.Sorted(maps.Keys(n)) {
			if f := forbidden(n[key]); f != "" {
				return f
			}
		}
	}
	return ""
}
