// Package sql asks questions of files that are larger than memory, in SQL, and gives the
// answers as tables. DuckDB answers them; it is linked with this package, which stands alone
// so that only programs that use it pay for that. It is C++, so Go's own linker, which the
// kernel asks for, does not do: in a notebook, a cell that uses this package begins with the
// line
//
//	%goflags -ldflags=-s
//
// Otherwise it is used like any other package:
//
//	db, err := sql.Open(ctx, sql.Options{Files: []sql.File{{Path: "trips.csv.gz"}, {Name: "zones", Path: "taxi zones.parquet"}}})
//	defer db.Close()
//	t, err := db.Query(ctx, `SELECT zone, avg(fare) AS fare FROM trips JOIN zones USING (zone_id) GROUP BY zone ORDER BY fare DESC`)
//
// # What a query may do
//
// A query is text, and may be a stranger's. It reads the files that Options name and the
// tables that the program added, and nothing else: no other file, no network, no extension
// that is not part of the program; and it writes nothing. Results go to a file only where
// the program itself says so, with [DB.Export]. That is held up twice. DuckDB runs with
// external access limited to the paths named and its configuration locked; and before that
// a query must be one SELECT (WITH, VALUES, FROM, DESCRIBE, SUMMARIZE and SHOW TABLES are
// such) whose table functions are among those known to be harmless: one of DuckDB's turns on
// logging, another follows pointers. What is refused is [ErrRefused].
//
// # Kinds
//
//	in SQL                               in the table
//	TINYINT … BIGINT, UTINYINT … UINTEGER   Int
//	UBIGINT, HUGEINT, UHUGEINT           Int; a value that is too large is an error
//	FLOAT, DOUBLE                        Float; NaN is missing
//	DECIMAL                              Int without decimals, else Float; a value with more than 15 digits is an error
//	BOOLEAN                              Bool
//	VARCHAR, JSON, UUID, TIME            Text
//	DATE                                 Date, days
//	TIMESTAMP of any precision           Date, instants; those of no zone have a Format that says so
//	TIMESTAMP WITH TIME ZONE             Date, instants
//	ENUM                                 Category with its levels
//	LIST, STRUCT, MAP, BLOB, INTERVAL, … an error: cast or unnest them
//
// An ENUM has an order if a category of the same levels, in a file or in a table that was
// added, has one. The same way back, tables that are added become BIGINT, DOUBLE, BOOLEAN, VARCHAR, DATE,
// TIMESTAMP or TIMESTAMP WITH TIME ZONE, and ENUM. The time zone is UTC.
package sql
